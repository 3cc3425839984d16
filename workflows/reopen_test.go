package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// lived is a case that has had a reminder, an extension that was asked for and granted, a reminder of the new day, and a submission in time.
func lived(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, oneOff("MTTQ-33"))
	for _, act := range livedActs() {
		s.act(act.when, act.id, act.act)
	}
	s.until("2026-07-27 09:00")
	return s
}

type timedAct struct {
	when, id string
	act      *casefilev1.Act
}

func livedActs() []timedAct {
	acts := []timedAct{
		{"2026-06-24 08:00", "ask", askExtension("2026-07-24")},
		{"2026-06-24 09:00", "grant", decide(true, "2026-07-24")},
		{"2026-07-20 10:00", "done", record("done", "2026-07-20", nil, "f-1")},
		{"2026-07-22 10:00", "submit", submit()},
	}
	for i := range acts {
		at, _ := time.ParseInLocation("2006-01-02 15:04", acts[i].when, calendar.Zone)
		acts[i].act.At = at.UTC().Format(time.RFC3339Nano)
	}
	return acts
}

// reopenedStage is the case as it begins again on the day, from what the register held.
func reopenedStage(t *testing.T, lost *stage, moment string, ids ...string) *stage {
	t.Helper()
	input, held := proto.CloneOf(lost.input), lost.desk.state()
	input.Reopened = &casefilev1.Reopened{OrderId: "order-1", On: moment[:10], Cause: "terminated", Fired: held.GetFired(), Sequence: held.GetSequence()}
	for _, id := range ids {
		input.Reopened.ActIds = append(input.Reopened.ActIds, "act-00-"+id)
	}
	s := newStage(t, input)
	began, err := time.ParseInLocation("2006-01-02 15:04", moment, calendar.Zone)
	require.NoError(t, err)
	s.began = began
	s.env.SetStartTime(began)
	return s
}

// A case that was submitted in time and lost is past its due day when it begins again. Before it has its acts nobody may hear that it is late.
func TestAReopenedCaseIsWhatItWasAndTellsNothingTwice(t *testing.T) {
	t.Parallel()
	lost := lived(t)
	require.Equal(t, []string{"2026-07-17 remind-5 told"}, lost.desk.rungs(), "the reminder left once for either day")
	s := reopenedStage(t, lost, "2026-08-03 10:00", "ask", "grant", "done", "submit")
	early := s.act("2026-08-03 10:01", "early", note()) // somebody acts before the old acts are there
	var again []*answer
	for i, act := range livedActs() {
		again = append(again, s.act(time.Date(2026, 8, 4, 7+i, 0, 0, 0, calendar.Zone).Format("2006-01-02 15:04"), act.id, act.act))
	}
	twice := s.act("2026-08-04 12:00", "done", livedActs()[2].act)
	var before, after *casefilev1.CaseStanding
	s.at("2026-08-04 07:30", func() { before = s.standing() })
	s.at("2026-08-04 11:30", func() { after = s.standing() })
	s.until("2026-08-05 09:00")

	for _, a := range again {
		require.NoError(t, a.err)
	}
	require.True(t, before.GetWriting())
	require.False(t, after.GetWriting())
	require.Len(t, before.GetTaken(), 1)
	require.Equal(t, []string{"ask", "grant", "done", "submit", "early"}, namesOf(after.GetTaken()))
	require.NoError(t, early.err)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, early.outcome.GetState().GetState(), "a new act waits for the old ones")
	require.Equal(t, again[2].outcome.String(), twice.outcome.String(), "the same act again gets the first answer")
	require.Equal(t, []string{contract.ProgressOpened, contract.ProgressReopened, contract.ProgressNoted}, s.desk.what()[:3], "the register held the rest")

	was, is := lost.desk.state(), s.desk.state()
	require.Greater(t, is.GetSequence(), was.GetSequence(), "what the register is told from now on is newer than what it holds")
	for _, state := range []*casefilev1.CaseState{was, is} {
		state.Sequence, state.LateWorkingDays, state.NextRungId, state.NextRungDay = 0, 0, "", ""
	}
	require.Equal(t, was.String(), is.String())
	for _, told := range s.desk.templates() {
		require.NotContains(t, told, "overdue")
		require.NotContains(t, told, "reminder")
		require.NotContains(t, told, "extension")
	}
}

// It goes on from there: rungs that have not left leave on their days, and only those.
func TestAReopenedCaseClimbsOn(t *testing.T) {
	t.Parallel()
	lost := newStage(t, oneOff("MTTQ-33"))
	lost.until("2026-07-02 09:00") // reminded, the head told of the first day late
	require.Equal(t, []string{"2026-06-23 remind-5 told", "2026-07-01 overdue-1 told"}, lost.desk.rungs())
	s := reopenedStage(t, lost, "2026-07-02 15:00")
	s.until("2026-07-06 09:00")
	require.Equal(t, []string{"2026-06-23 remind-5 told", "2026-07-01 overdue-1 told", "2026-07-03 overdue-3 told"}, s.desk.rungs())
	require.Len(t, s.desk.templates(), 1)
	require.Equal(t, []string{contract.ProgressOpened, contract.ProgressReopened, contract.ProgressRung}, s.desk.what())
}

// The last act had ended it, and the workflow was lost before its history was kept.
func TestAReopenedCaseThatHadEndedEndsAgain(t *testing.T) {
	t.Parallel()
	lost := newStage(t, oneOff("MTTQ-33"))
	act := withdraw()
	act.At = "2026-06-10T02:00:00Z"
	lost.act("2026-06-10 09:00", "withdraw", act)
	lost.run()
	s := reopenedStage(t, lost, "2026-07-02 15:00", "withdraw")
	s.act("2026-07-02 15:01", "withdraw", act)
	s.run()
	require.Equal(t, casefilev1.State_STATE_WITHDRAWN, s.desk.state().GetState())
	require.Empty(t, s.desk.templates())
	require.Equal(t, 1, s.desk.exported)
}

func (s *stage) standing() *casefilev1.CaseStanding {
	value, err := s.env.QueryWorkflow(contract.QueryStanding)
	require.NoError(s.t, err)
	standing := &casefilev1.CaseStanding{}
	require.NoError(s.t, value.Get(standing))
	return standing
}

func namesOf(taken []*casefilev1.TakenAct) (names []string) {
	for _, act := range taken {
		names = append(names, act.GetActId()[len("act-00-"):])
	}
	return names
}

// until plays up to an instant, at which the workflow is stopped.
func (s *stage) until(when string) {
	s.t.Helper()
	s.at(when, s.env.CancelWorkflow)
	s.env.ExecuteWorkflow(s.input.GetWorkflowType(), s.input)
	require.True(s.t, s.env.IsWorkflowCompleted())
}
