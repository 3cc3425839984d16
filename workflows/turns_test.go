package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

func oneOff(unit string) *casefilev1.CaseInput {
	return declared(contract.OneOffTask, "TH-01", unit, "2026", "2026-06-30", step("done", "Thực hiện"))
}

// A pause that names a day ends with it: the same single timer wakes the case the day after.
func TestAnExplanationPausesUpToItsDay(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneOff("MTTQ-33"))
	explained := s.act("2026-07-01 05:00", "explain", explainUntil("2026-07-17"))
	s.act("2026-07-24 09:00", "withdraw", withdraw())
	s.run()
	require.NoError(t, explained.err)
	require.Equal(t, "2026-07-20", explained.outcome.GetState().GetNextRungDay())
	require.Equal(t, []string{"2026-06-23 remind-5 told", "2026-07-20 overdue-1 told", "2026-07-21 overdue-3 told"}, s.desk.rungs())
	require.Empty(t, s.desk.state().GetPausedBy())
}

// A case that took its explanation under the earlier version stays paused as it was.
func TestAnExplanationOfTheEarlierVersion(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneOff("MTTQ-33"))
	s.env.OnGetVersion("explanation-until-expected-day", workflow.DefaultVersion, workflow.Version(1)).Return(workflow.DefaultVersion)
	s.act("2026-07-01 05:00", "explain", explainUntil("2026-07-17"))
	s.act("2026-07-24 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"2026-06-23 remind-5 told"}, s.desk.rungs())
}

func TestTakingBackAnExtensionAndAnExplanation(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneOff("MTTQ-33"))
	s.act("2026-06-24 09:00", "grant", decide(true, "2026-07-31"))
	revoked := s.act("2026-07-02 09:00", "revoke", revoke("extension"))
	s.act("2026-07-02 09:30", "explain", explain())
	s.act("2026-07-10 09:00", "revoke-2", revoke("explanation"))
	s.act("2026-07-14 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, "2026-06-30", revoked.outcome.GetState().GetDueDay())
	require.EqualValues(t, 2, revoked.outcome.GetState().GetLateWorkingDays())
	require.Equal(t, []string{"2026-07-02 remind-5 joined", "2026-07-02 overdue-1 told", "2026-07-10 overdue-3 told"}, rungsOfDue(s, "2026-07-01"), "the head hears at once, the superior when the pause is taken back")
	require.Contains(t, s.desk.templates(), "extension-revoked head")
	require.Contains(t, s.desk.templates(), "explanation-revoked contact")
}

// The table of days off changed: the due day and the timer follow, and the contact is told.
func TestAnAmendedCaseGoesOnByTheNewDays(t *testing.T) {
	t.Parallel()
	input := oneOff("MTTQ-33")
	changed := proto.CloneOf(input)
	changed.Due.Day = "2026-07-06"
	changed.Calendar = []*casefilev1.DayException{{Day: "2026-06-29", Kind: "off", NameVi: "Nghỉ bù"}}
	s := newStage(t, input)
	amended := s.act("2026-06-24 09:00", "amend", amend(changed, "calendar"))
	s.act("2026-07-08 09:00", "withdraw", withdraw())
	s.run()
	require.NoError(t, amended.err)
	require.Equal(t, "2026-07-06", amended.outcome.GetState().GetDueDay())
	require.Equal(t, []string{"2026-06-26 remind-5 told", "2026-07-07 overdue-1 told"}, s.desk.rungs(), "five working days before, 29/06 passed over: the reminder leaves again")
	require.Contains(t, s.desk.what(), "recalculated")
	require.Contains(t, s.desk.templates(), "recalculated contact")
}

// A successor goes on with what its predecessor left; the predecessor's case ends when the reviewer gives it back.
func TestACasePassesToItsSuccessor(t *testing.T) {
	t.Parallel()
	old := newStage(t, oneOff("MTTQ-11983"))
	old.act("2026-06-10 09:00", "done", record("done", "2026-06-09", nil, "f-1"))
	old.act("2026-06-11 09:00", "submit", submit())
	waits := old.act("2026-07-01 09:00", "transfer", passAfterReview("MTTQ-11983-2507", "TH-01/MTTQ-11983-2507/2026"))
	back := old.act("2026-07-03 09:00", "return", giveBack(""))
	old.run()
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, waits.outcome.GetState().GetState())
	require.Equal(t, casefilev1.State_STATE_SUCCEEDED, back.outcome.GetState().GetState())
	require.Equal(t, []string{"succession-planned", "transferred"}, old.desk.what()[len(old.desk.what())-2:])
	require.Equal(t, 1, old.desk.exported)

	heir := oneOff("MTTQ-11983-2507")
	heir.OpenedOn, heir.QuietDays = "2026-07-01", 30
	s := newStage(t, heir)
	state := back.outcome.GetState()
	taken := s.act("2026-07-03 10:00", "take-over", takeOver(&casefilev1.TakeOver{FromCaseId: old.input.GetCaseId(), FromUnitId: "MTTQ-11983", Carry: true,
		Steps: state.GetSteps(), DueDay: "2026-07-31"}))
	twice := s.act("2026-07-03 11:00", "take-again", takeOver(&casefilev1.TakeOver{FromCaseId: old.input.GetCaseId(), FromUnitId: "MTTQ-11983"}))
	s.settled("2026-07-06", "2026-07-07", "2026-07-08")
	require.Equal(t, []string{"f-1"}, taken.outcome.GetState().GetSteps()[0].GetFileIds())
	require.Equal(t, contract.CodeConflict, twice.refusal.GetCode())
	require.Contains(t, s.desk.templates(), "taken-over contact")
	require.Empty(t, s.desk.rungs(), "quiet after a merger")
}
