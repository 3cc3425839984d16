// Package digest sends one message a morning per person.
package digest

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"nenep/proto/contract"
)

// untilEvening is how long a digest is worth sending; what is left waits for the next morning.
const untilEvening = 10 * time.Hour

// MorningDigest has each official's waiting messages sent as one. A mail server that is away is
// tried again until the evening.
func MorningDigest(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Minute, ScheduleToCloseTimeout: untilEvening, Summary: "Gửi bản tổng hợp buổi sáng",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 10 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute},
	})
	return workflow.ExecuteActivity(ctx, contract.ActivitySendDigest).Get(ctx, nil)
}
