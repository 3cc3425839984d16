// Package delivery delivers acts that were stored and never reached their workflow (law 4).
package delivery

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"nenep/proto/contract"
)

// DeliverActs delivers what waits; what cannot be delivered now waits for the next run.
func DeliverActs(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 4 * time.Minute, Summary: "Chuyển các việc đã ghi nhận mà chưa tới hồ sơ",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumAttempts: 5},
	})
	return workflow.ExecuteActivity(ctx, contract.ActivityDeliverActs).Get(ctx, nil)
}
