package period

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
)

// ReinstateCase opens the case that goes on where another ended by an act that was undone.
func ReinstateCase(ctx workflow.Context, input contract.ReinstateInput) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Minute, HeartbeatTimeout: 30 * time.Second, RetryPolicy: forever, Summary: "Mở lại hồ sơ " + input.CaseID,
	})
	return workflow.ExecuteActivity(ctx, contract.ActivityReinstateCase, input).Get(ctx, nil)
}
