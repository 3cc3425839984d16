package period

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"nenep/proto/contract"
	"nenep/rules/catalogue"
)

var windows = []string{"07:30", "06:30", "11:00", "15:00"}

// Each window has its digest, made up for until the evening; what leaves by itself is never sent by two runs at once.
func TestEveryWindowHasItsDigest(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	all, err := schedules(cat, windows)
	require.NoError(t, err)
	catchUps := map[string]time.Duration{}
	for _, s := range all {
		act, ok := s.Action.(*client.ScheduleWorkflowAction)
		require.True(t, ok)
		if act.Workflow == contract.MorningDigest {
			require.Equal(t, s.ID, contract.ScheduleDigestPrefix+strings.ReplaceAll(act.Args[0].(string), ":", "-"))
			catchUps[s.ID] = s.CatchupWindow
		}
		if s.ID == contract.ScheduleSendPending {
			require.Equal(t, enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, s.Overlap)
		}
	}
	require.Equal(t, map[string]time.Duration{"digest-06-30": 11 * time.Hour, contract.ScheduleDigest: 10 * time.Hour,
		"digest-11-00": 6*time.Hour + 30*time.Minute, "digest-15-00": 2*time.Hour + 30*time.Minute}, catchUps)

	fewer, err := schedules(cat, windows[:1])
	require.NoError(t, err)
	for id, gone := range map[string]bool{"digest-11-00": true, contract.ScheduleDigest: false, "digest-07-30-start": false,
		contract.ScheduleReconcilePrefix + "DT-01": false, contract.ScheduleSendPending: false} {
		require.Equal(t, gone, obsolete(id, fewer), id)
	}
	require.Equal(t, []string{"07:30"}, offered(nil))
	require.Equal(t, []string{"11:00", "07:30"}, offered([]string{"11:00", " 07:30", "11:00"}))
	for _, bad := range []string{"7:30", "25:00", "sáng"} {
		_, err := schedules(cat, []string{bad})
		require.ErrorContains(t, err, "NENEP_DIGEST_WINDOWS")
	}
}

// One schedule an obligation, the same minute on every machine, before the ladder's hour; all in Vietnam's time.
func TestSchedules(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	all, err := schedules(cat, windows)
	require.NoError(t, err)
	require.Len(t, all, len(withCases(cat))+len(windows)+6)
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
	again, err := schedules(cat, windows)
	require.NoError(t, err)
	require.Equal(t, all, again, "again is the same")
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
