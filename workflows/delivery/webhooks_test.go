package delivery_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/workflows/delivery"
)

// subscriber answers each call of the activity and keeps when it came.
type subscriber struct {
	env     *testsuite.TestWorkflowEnvironment
	calls   []time.Time
	stopped []string
	answer  func(call int) (*reportsv1.DeliverWebhookResponse, error)
}

func newSubscriber(t *testing.T, answer func(int) (*reportsv1.DeliverWebhookResponse, error)) *subscriber {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	s := &subscriber{env: suite.NewTestWorkflowEnvironment(), answer: answer}
	s.env.RegisterWorkflowWithOptions(delivery.DeliverWebhooks, workflow.RegisterOptions{Name: contract.DeliverWebhooks})
	s.env.RegisterActivityWithOptions(func(context.Context, string) (*reportsv1.DeliverWebhookResponse, error) {
		s.calls = append(s.calls, s.env.Now())
		return s.answer(len(s.calls))
	}, activity.RegisterOptions{Name: contract.ActivityDeliverWebhook})
	s.env.RegisterActivityWithOptions(func(_ context.Context, id string) error {
		s.stopped = append(s.stopped, id)
		return nil
	}, activity.RegisterOptions{Name: contract.ActivityStopWebhook})
	return s
}

func (s *subscriber) run(t *testing.T, input contract.WebhookInput) {
	t.Helper()
	s.env.ExecuteWorkflow(contract.DeliverWebhooks, input)
	require.True(t, s.env.IsWorkflowCompleted())
}

func (s *subscriber) waits() []time.Duration {
	var all []time.Duration
	for i := 1; i < len(s.calls); i++ {
		all = append(all, s.calls[i].Sub(s.calls[i-1]).Round(time.Second))
	}
	return all
}

func taken(delivered, left int32) (*reportsv1.DeliverWebhookResponse, error) {
	return &reportsv1.DeliverWebhookResponse{Delivered: delivered, Left: left, State: "active"}, nil
}

func notTaken(delivered int32) (*reportsv1.DeliverWebhookResponse, error) {
	return &reportsv1.DeliverWebhookResponse{Delivered: delivered, Left: 3, Failed: true, State: "active"}, nil
}

func TestASubscriberThatTakesEverythingIsToldAtOnce(t *testing.T) {
	t.Parallel()
	s := newSubscriber(t, func(call int) (*reportsv1.DeliverWebhookResponse, error) {
		return taken(50, []int32{70, 20, 0}[call-1])
	})
	s.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA"})
	require.NoError(t, s.env.GetWorkflowError())
	require.Len(t, s.calls, 3)
	require.Equal(t, []time.Duration{0, 0}, s.waits())
}

func TestASubscriberThatFailsIsToldAgainLaterAndLater(t *testing.T) {
	t.Parallel()
	s := newSubscriber(t, func(call int) (*reportsv1.DeliverWebhookResponse, error) {
		if call <= 10 {
			return notTaken(0)
		}
		return taken(3, 0)
	})
	s.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA"})
	require.NoError(t, s.env.GetWorkflowError())
	second := time.Second
	require.Equal(t, []time.Duration{10 * second, 20 * second, 40 * second, 80 * second, 160 * second, 320 * second, 640 * second, 1280 * second, 2560 * second, time.Hour}, s.waits())
	require.Empty(t, s.stopped)
}

func TestAfterThreeDaysTheSubscriptionIsPaused(t *testing.T) {
	t.Parallel()
	s := newSubscriber(t, func(int) (*reportsv1.DeliverWebhookResponse, error) { return notTaken(0) })
	s.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA"})
	require.NoError(t, s.env.GetWorkflowError())
	require.Equal(t, []string{"WH-AAAAAAAA"}, s.stopped)
	lasted := s.calls[len(s.calls)-1].Sub(s.calls[0])
	require.True(t, lasted >= 72*time.Hour && lasted < 73*time.Hour, lasted)
	require.InDelta(t, 81, len(s.calls), 2, "attempts")
}

func TestAnEventThatGoesThroughEndsTheCountOfFailures(t *testing.T) {
	t.Parallel()
	s := newSubscriber(t, func(call int) (*reportsv1.DeliverWebhookResponse, error) {
		switch {
		case call == 4:
			return notTaken(1) // one event went through before the next failed
		case call < 6:
			return notTaken(0)
		default:
			return taken(1, 0)
		}
	})
	s.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA"})
	require.Equal(t, []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, 10 * time.Second, 20 * time.Second}, s.waits())
}

func TestAPausedSubscriptionIsToldNothing(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"paused", "ended"} {
		s := newSubscriber(t, func(int) (*reportsv1.DeliverWebhookResponse, error) {
			return &reportsv1.DeliverWebhookResponse{State: state, Left: 5}, nil
		})
		s.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA"})
		require.NoError(t, s.env.GetWorkflowError())
		require.Len(t, s.calls, 1)
	}
}

func TestReportsThatAreAwayCostNoPatience(t *testing.T) {
	t.Parallel()
	s := newSubscriber(t, func(call int) (*reportsv1.DeliverWebhookResponse, error) {
		if call <= 8 {
			return nil, errors.New("away")
		}
		return taken(1, 0)
	})
	s.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA"})
	require.NoError(t, s.env.GetWorkflowError())
	require.Len(t, s.calls, 9)
	require.Empty(t, s.stopped, "a house that is away is not the subscriber's fault")
}

func TestALongRunGoesOnAsAnotherWithItsPatience(t *testing.T) {
	t.Parallel()
	s := newSubscriber(t, func(call int) (*reportsv1.DeliverWebhookResponse, error) {
		if call == 200 {
			return notTaken(0)
		}
		return taken(50, 1000)
	})
	s.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA"})
	var goesOn *workflow.ContinueAsNewError
	require.ErrorAs(t, s.env.GetWorkflowError(), &goesOn)

	again := newSubscriber(t, func(int) (*reportsv1.DeliverWebhookResponse, error) { return notTaken(0) })
	again.run(t, contract.WebhookInput{WebhookID: "WH-AAAAAAAA", FailingSince: again.env.Now().Add(-73 * time.Hour).UTC().Format(time.RFC3339), Failures: 90})
	require.Len(t, again.calls, 1)
	require.Equal(t, []string{"WH-AAAAAAAA"}, again.stopped)
}
