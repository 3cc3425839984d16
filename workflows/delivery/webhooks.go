package delivery

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const (
	// patience is how long a subscriber may fail before he is told nothing more.
	patience = 72 * time.Hour
	// firstWait doubles with every failure up to longestWait.
	firstWait   = 10 * time.Second
	longestWait = time.Hour
	// roundsARun bound the history of one run.
	roundsARun = 200
)

// DeliverWebhooks tells one subscriber what changed until nothing waits. What he does not take is posted again after ten seconds, then after
// twice as long each time up to an hour; after three days of failures the subscription is paused, which the pages of
// administrators say. The events of a subscriber are posted in their order.
func DeliverWebhooks(ctx workflow.Context, input contract.WebhookInput) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 2 * time.Minute, Summary: "Báo thay đổi của hồ sơ cho hệ thống đã đăng ký",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute},
	})
	for range roundsARun {
		var done reportsv1.DeliverWebhookResponse
		if err := workflow.ExecuteActivity(ctx, contract.ActivityDeliverWebhook, input.WebhookID).Get(ctx, &done); err != nil {
			return err
		}
		if done.GetState() != "active" || !done.GetFailed() && done.GetLeft() == 0 {
			return nil
		}
		if done.GetDelivered() > 0 || !done.GetFailed() {
			input.FailingSince, input.Failures = "", 0
		}
		if !done.GetFailed() {
			continue
		}
		now := workflow.Now(ctx)
		if input.FailingSince == "" {
			input.FailingSince = now.UTC().Format(time.RFC3339)
		}
		if givenUp(input.FailingSince, now) {
			return workflow.ExecuteActivity(ctx, contract.ActivityStopWebhook, input.WebhookID).Get(ctx, nil)
		}
		input.Failures++
		if err := workflow.Sleep(ctx, wait(input.Failures)); err != nil {
			return err
		}
	}
	return workflow.NewContinueAsNewError(ctx, contract.DeliverWebhooks, input)
}

func givenUp(since string, now time.Time) bool {
	begun, err := time.Parse(time.RFC3339, since)
	return err == nil && now.Sub(begun) >= patience
}

// wait is how long after so many failures one after another the next attempt is made.
func wait(failures int) time.Duration {
	length := firstWait
	for range failures - 1 {
		if length >= longestWait {
			break
		}
		length *= 2
	}
	return min(length, longestWait)
}
