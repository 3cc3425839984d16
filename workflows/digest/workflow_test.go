package digest_test

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
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/rules/calendar"
	"nenep/workflows/digest"
)

// ledger is what notifications keep: what waits, what left, and whether the relay answers.
type ledger struct {
	away    bool
	waiting []string
	left    map[string]string // line → day
	tries   []time.Time
	windows []string
	refused int
}

func (l *ledger) send(now func() time.Time) func(context.Context, string) (*notificationsv1.SendDigestResponse, error) {
	return func(_ context.Context, window string) (*notificationsv1.SendDigestResponse, error) {
		l.tries, l.windows = append(l.tries, now()), append(l.windows, window)
		if l.away {
			l.refused++
			return nil, errors.New("notifications do not answer")
		}
		for _, line := range l.waiting {
			l.left[line] = calendar.DateOf(now()).String()
		}
		answer := &notificationsv1.SendDigestResponse{Lines: int32(len(l.waiting))}
		l.waiting = nil
		return answer, nil
	}
}

func (l *ledger) morning(t *testing.T, at string, arguments ...any) error {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	env := suite.NewTestWorkflowEnvironment()
	start, err := time.ParseInLocation("2006-01-02 15:04", at, calendar.Zone)
	require.NoError(t, err)
	env.SetStartTime(start)
	env.SetWorkflowRunTimeout(24 * time.Hour)
	env.RegisterWorkflowWithOptions(digest.MorningDigest, workflow.RegisterOptions{Name: contract.MorningDigest})
	env.RegisterActivityWithOptions(l.send(env.Now), activity.RegisterOptions{Name: contract.ActivitySendDigest})
	env.ExecuteWorkflow(contract.MorningDigest, arguments...)
	require.True(t, env.IsWorkflowCompleted())
	return env.GetWorkflowError()
}

// Whatever is away for three days, each morning's digest is tried until the evening, and the first one that finds it again takes along all
// that waited, once.
func TestADigestIsTriedUntilTheEveningAndTheNextTakesAlongWhatWaited(t *testing.T) {
	t.Parallel()
	l := &ledger{away: true, left: map[string]string{}}
	for _, day := range []string{"2026-11-16", "2026-11-17", "2026-11-18"} {
		l.waiting, l.tries = append(l.waiting, "of "+day), nil
		require.Error(t, l.morning(t, day+" 07:30", "07:30"))
		require.Greater(t, len(l.tries), 50, "every ten minutes at least")
		last := l.tries[len(l.tries)-1].In(calendar.Zone)
		require.Equal(t, day, calendar.DateOf(last).String())
		require.WithinRange(t, last, calendar.MustDate(day).At(17, 0), calendar.MustDate(day).At(17, 30))
	}
	l.away, l.waiting = false, append(l.waiting, "of 2026-11-19")
	require.NoError(t, l.morning(t, "2026-11-19 07:30", "07:30"))
	require.Equal(t, map[string]string{"of 2026-11-16": "2026-11-19", "of 2026-11-17": "2026-11-19", "of 2026-11-18": "2026-11-19",
		"of 2026-11-19": "2026-11-19"}, l.left)
	require.NoError(t, l.morning(t, "2026-11-20 07:30", "07:30"))
	require.Len(t, l.left, 4, "nothing leaves twice")
}

// A schedule of an earlier release names no window: notifications take it for the usual one.
func TestADigestWithoutAWindow(t *testing.T) {
	t.Parallel()
	l := &ledger{left: map[string]string{}}
	require.NoError(t, l.morning(t, "2026-11-16 07:30"))
	require.NoError(t, l.morning(t, "2026-11-16 15:00", "15:00"))
	require.Equal(t, []string{"", "15:00"}, l.windows)
}

func TestALateDigestIsTriedForAnHour(t *testing.T) {
	t.Parallel()
	require.Equal(t, 10*time.Hour, digest.UntilEvening(calendar.MustDate("2026-11-16").At(7, 30)))
	require.Equal(t, time.Hour, digest.UntilEvening(calendar.MustDate("2026-11-16").At(17, 0)))
	require.Equal(t, time.Hour, digest.UntilEvening(calendar.MustDate("2026-11-16").At(22, 0)))
}

// What waits goes in rounds while it goes; a relay that takes none is left to the next run.
func TestPendingMessagesLeaveInRounds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		waiting, takes int32
		rounds         int
	}{
		"nothing waits": {rounds: 1, takes: 500}, "two and a half rounds": {waiting: 1250, takes: 500, rounds: 3},
		"the relay takes none": {waiting: 40, rounds: 1}, "more than a run sends": {waiting: 100_000, takes: 500, rounds: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite := testsuite.WorkflowTestSuite{}
			env := suite.NewTestWorkflowEnvironment()
			waiting, rounds := tc.waiting, 0
			env.RegisterActivityWithOptions(func(_ context.Context, limit int32) (*notificationsv1.SendPendingResponse, error) {
				rounds++
				sent := min(waiting, tc.takes, limit)
				waiting -= sent
				return &notificationsv1.SendPendingResponse{Sent: sent, Left: waiting}, nil
			}, activity.RegisterOptions{Name: contract.ActivitySendPending})
			env.ExecuteWorkflow(digest.SendPending)
			require.NoError(t, env.GetWorkflowError())
			require.Equal(t, tc.rounds, rounds)
		})
	}
}

func TestThePurgeOutlastsAnOutage(t *testing.T) {
	t.Parallel()
	suite := testsuite.WorkflowTestSuite{}
	env := suite.NewTestWorkflowEnvironment()
	tries := 0
	env.RegisterActivityWithOptions(func(context.Context) (*notificationsv1.PurgeResponse, error) {
		if tries++; tries < 8 {
			return nil, errors.New("away")
		}
		return &notificationsv1.PurgeResponse{}, nil
	}, activity.RegisterOptions{Name: contract.ActivityPurge})
	env.ExecuteWorkflow(digest.PurgePersonalData)
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, 8, tries)
}
