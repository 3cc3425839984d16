// Package report is the pattern of a periodic report: figures that are checked as the catalogue declares them, the signed report, handing
// in.
package report

import (
	"go.temporal.io/sdk/workflow"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/workflows/casefile"
)

// SemiannualReport is the six-month report on grassroots democracy.
func SemiannualReport(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// Pattern has no rules beside those of figures, which every step keeps.
type Pattern struct{ casefile.Plain }
