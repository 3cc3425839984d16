// Package evidence is the nightly look at the evidence store: is every file that was handed in there, and whole.
package evidence

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// pagesPerRun bounds one run's history; the next run goes on where it stopped.
const pagesPerRun = 200

// CheckEvidence reads every file once. A store that is away is asked again until the next morning; what is missing or damaged does not stop
// the check, it is written down by reports.
func CheckEvidence(ctx workflow.Context, from contract.CheckInput) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, ScheduleToCloseTimeout: 6 * time.Hour, Summary: "Kiểm tra tệp minh chứng",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumInterval: 10 * time.Minute},
	})
	for range pagesPerRun {
		var page reportsv1.CheckFilesResponse
		if err := workflow.ExecuteActivity(ctx, contract.ActivityCheckFiles, from.After).Get(ctx, &page); err != nil {
			return err
		}
		from = from.And(page.GetNext(), page.GetFiles(), page.GetBytes(), page.GetFaults())
		if from.After == "" {
			return workflow.ExecuteActivity(ctx, contract.ActivityFinishCheck, from).Get(ctx, nil)
		}
	}
	return workflow.NewContinueAsNewError(ctx, contract.CheckEvidence, from)
}
