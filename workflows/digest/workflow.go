// Package digest has messages sent: one a day per person, those that leave by themselves and could not, and takes personal data out of old ones.
package digest

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/rules/calendar"
)

// Evening is up to when a digest is worth sending (17:30 in Asia/Ho_Chi_Minh); what is left waits for the next morning. One that starts
// later than an hour before is tried for an hour.
const (
	eveningHour, eveningMinute = 17, 30
	atLeast                    = time.Hour
)

// digestTries are more than there is time for.
const digestTries = 1000

// MorningDigest has each official's waiting messages sent as one, to those who chose the window; none means the usual one. A mail server
// that is away is tried again until the evening.
func MorningDigest(ctx workflow.Context, window string) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Minute, ScheduleToCloseTimeout: UntilEvening(workflow.Now(ctx)), Summary: "Gửi bản tổng hợp buổi sáng",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 10 * time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Minute, MaximumAttempts: digestTries},
	})
	return workflow.ExecuteActivity(ctx, contract.ActivitySendDigest, window).Get(ctx, nil)
}

// UntilEvening is how long a digest that starts at the moment is tried.
func UntilEvening(start time.Time) time.Duration {
	evening := calendar.DateOf(start).At(eveningHour, eveningMinute)
	return max(evening.Sub(start), atLeast)
}

// A run of SendPending sends so many messages at a time, so many times; the next one goes on.
const (
	pendingAtOnce = 500
	pendingRounds = 10
)

// SendPending sends what leaves by itself and could not when it was told: released drafts, what another channel takes over, what quiet
// hours held back. While more is left than one call takes, it goes on, unless none of it would leave.
func SendPending(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 4 * time.Minute, Summary: "Gửi các thông báo tự gửi còn chờ",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumAttempts: 3},
	})
	for range pendingRounds {
		var done notificationsv1.SendPendingResponse
		if err := workflow.ExecuteActivity(ctx, contract.ActivitySendPending, pendingAtOnce).Get(ctx, &done); err != nil {
			return err
		}
		if done.GetLeft() == 0 || done.GetSent() == 0 {
			return nil
		}
	}
	return nil
}

// PurgePersonalData takes personal data out of what is older than the province's terms, once a night.
func PurgePersonalData(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Minute, Summary: "Xóa dữ liệu cá nhân đã hết thời hạn lưu",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 10 * time.Second, MaximumInterval: 10 * time.Minute, MaximumAttempts: 20},
	})
	return workflow.ExecuteActivity(ctx, contract.ActivityPurge).Get(ctx, nil)
}
