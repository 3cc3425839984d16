package period

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
)

// reopenedAtOnce is how many lost cases one activity begins again: five thousand cases are fifty activities.
const reopenedAtOnce = 100

// ReopenCases begins cases again whose workflows were lost, and has their acts delivered again.
func ReopenCases(ctx workflow.Context, order contract.ReopenInput) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Hour, HeartbeatTimeout: time.Minute, RetryPolicy: forever, Summary: "Mở lại hồ sơ đã mất trong Temporal",
	})
	done := 0
	for batch := range slices.Chunk(order.CaseIDs, reopenedAtOnce) {
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("Đang mở lại hồ sơ: xong %d/%d.", done, len(order.CaseIDs)))
		if err := workflow.ExecuteActivity(ctx, contract.ActivityReopenCases, contract.ReopenInput{OrderID: order.OrderID, CaseIDs: batch}).Get(ctx, nil); err != nil {
			return err
		}
		done += len(batch)
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("Đã mở lại %d hồ sơ.", done))
	return nil
}
