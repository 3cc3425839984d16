// Package report is the pattern of a periodic report: figures that are checked as the catalogue declares them and cover the whole window
// of their data, the signed report, handing in.
package report

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/workflows/casefile"
)

// SemiannualReport is the six-month report on grassroots democracy.
func SemiannualReport(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// AnnualReport is the report of a year.
func AnnualReport(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// PeriodicReport is any other report that recurs, or that is asked for.
func PeriodicReport(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// ProvincialSynthesis is the standing agency's synthesis of the reports of a period. A few days before it closes it tells who has not reported;
// on its closing day it has the synthesis drawn up with what is there. For these two days it pays a timer and a local activity each, 12 events
// and 6 state transitions, and 2 events once for the change of version: of a case that there are two of in a year, in the whole province.
func ProvincialSynthesis(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Synthesis{})
}

// Pattern holds the data window beside the rules of figures, which every step keeps.
type Pattern struct{ casefile.Plain }

// CheckStep refuses figures that were drawn up before their window was over, unless that is explained.
func (Pattern) CheckStep(input *casefilev1.CaseInput, _ *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	return casefile.Unexplained(record.GetFacts(), early(input, record))
}

// RecordStep marks figures that do not cover their whole window.
func (p Pattern) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	casefile.Kept(record, early(input, record))
	return p.Plain.RecordStep(input, state, record)
}

func early(input *casefilev1.CaseInput, record *casefilev1.StepRecord) []casefile.Breach {
	to, err := calendar.ParseDate(input.GetReport().GetWindowTo())
	drawnUp, dayErr := calendar.ParseDate(record.GetHeldOn())
	if err != nil || dayErr != nil || !hasFigures(input, record.GetStepId()) || !drawnUp.Before(to) {
		return nil
	}
	return []casefile.Breach{{Field: "held_on",
		VI: fmt.Sprintf("Kỳ số liệu đến hết ngày %s, số liệu lập ngày %s nên chưa đủ kỳ. Chờ hết kỳ số liệu; nếu phải nộp sớm, ghi giải trình ở ô bên dưới.", to.Vietnamese(), drawnUp.Vietnamese()),
		EN: fmt.Sprintf("The data window ends on %s, figures of %s do not cover it. Wait until it is over; if they must go earlier, explain below.", to, drawnUp)}}
}

func hasFigures(input *casefilev1.CaseInput, step string) bool {
	return slices.ContainsFunc(input.GetSteps(), func(s *casefilev1.StepPolicy) bool {
		return s.GetId() == step && slices.ContainsFunc(s.GetFacts(), func(f *casefilev1.FactPolicy) bool { return f.GetKind() == figures.KindCount })
	})
}
