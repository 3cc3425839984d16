package evidence

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// RemoveDeleted takes the content of deleted files out of the evidence store until nothing is left. A store that is away delays it. What is
// not removed within a day is tried again by the next night's run.
func RemoveDeleted(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, ScheduleToCloseTimeout: 24 * time.Hour, Summary: "Xóa nội dung tệp đã tiêu hủy",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumInterval: 10 * time.Minute},
	})
	for range pagesPerRun {
		var done reportsv1.RemoveContentResponse
		if err := workflow.ExecuteActivity(ctx, contract.ActivityRemoveContent).Get(ctx, &done); err != nil || done.GetLeft() == 0 {
			return err
		}
	}
	return workflow.NewContinueAsNewError(ctx, contract.RemoveDeleted)
}
