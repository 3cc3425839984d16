// Package handover has both sides of a post that is handed over told on the first day of him who takes over.
package handover

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	"nenep/rules/calendar"
)

// tellHour is when a hand-over of a day to come is told: with the rungs of the day, before the digest leaves (Asia/Ho_Chi_Minh).
const tellHour = 6

// TellHandOver waits for the morning of the day and has both sides told; a day that has been is told at once. Who may act and who hears of
// a case needs no workflow: that is asked day by day.
func TellHandOver(ctx workflow.Context, input contract.HandOverInput) error {
	day, err := calendar.ParseDate(input.Day)
	if err != nil {
		return temporal.NewNonRetryableApplicationError("the hand-over has no day", contract.CodeInvalid, err)
	}
	now := workflow.Now(ctx).Add(time.Duration(input.ClockOffsetSeconds) * time.Second)
	if left := day.At(tellHour, 0).Sub(now); left > 0 {
		workflow.SetCurrentDetails(ctx, "Chờ đến 06:00 ngày "+day.Vietnamese()+" để báo hai bên bàn giao.")
		summary := "Chờ ngày bàn giao: " + day.Vietnamese()
		if err := workflow.NewTimerWithOptions(ctx, left, workflow.TimerOptions{Summary: summary}).Get(ctx, nil); err != nil {
			return err
		}
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 2 * time.Minute, Summary: "Báo hai bên bàn giao " + input.HandOverID,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute},
	})
	return workflow.ExecuteActivity(ctx, contract.ActivityTellHandOver, input.HandOverID).Get(ctx, nil)
}
