package period

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"nenep/proto/contract"
	"nenep/rules/catalogue"
)

// One schedule an obligation, the same minute on every machine, before the ladder's hour; all in Vietnam's time.
func TestSchedules(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	all := schedules(cat)
	require.Len(t, all, len(withCases(cat))+2)
	ids := map[string]client.ScheduleOptions{}
	for _, s := range all {
		require.Equal(t, "Asia/Ho_Chi_Minh", s.Spec.TimeZoneName)
		require.NotZero(t, s.CatchupWindow)
		act, ok := s.Action.(*client.ScheduleWorkflowAction)
		require.True(t, ok)
		require.Equal(t, contract.QueueUpkeep, act.TaskQueue)
		require.LessOrEqual(t, len(act.StaticSummary), 200)
		ids[s.ID] = s
	}
	require.Len(t, ids, len(all), "no id twice")
	require.Equal(t, all, schedules(cat), "again is the same")
	minutes := map[int]bool{}
	for _, o := range cat.Latest().Obligations {
		schedule, there := ids[contract.ScheduleReconcilePrefix+o.Code]
		require.Equal(t, o.CarriedBy == nil, there, "what another's case carries has no round of its own")
		if !there {
			continue
		}
		clock := schedule.Spec.Calendars[0]
		require.Less(t, clock.Hour[0].Start, 6, "before rungs leave")
		minutes[clock.Minute[0].Start] = true
	}
	require.Greater(t, len(minutes), 1, "not all at once")
	digest := ids[contract.ScheduleDigest].Spec.Calendars[0]
	require.Equal(t, 7, digest.Hour[0].Start)
	require.Equal(t, 30, digest.Minute[0].Start)
}
