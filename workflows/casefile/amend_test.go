package casefile_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/workflows/casefile"
)

// recalculated is the case with another due day, and a day off more.
func recalculated(due string) *casefilev1.CaseInput {
	input := plainCase()
	input.OpenedOn, input.QuietDays = "2026-06-17", 30
	input.Due.Day = due
	input.Calendar = []*casefilev1.DayException{{Day: "2026-06-29", Kind: "off", NameVi: "Nghỉ bù"}}
	return input
}

func amending(input *casefilev1.CaseInput, reason string) func(*casefilev1.Act) {
	return func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: input, Reason: reason}}
	}
}

func TestTheDueDayFollowsTheTableOfDaysOff(t *testing.T) {
	t.Parallel()
	state := fresh()
	state.Fired = []*casefilev1.FiredRung{{RungId: "remind-10", Day: "2026-06-16", Outcome: "told", Round: 1}}
	amended := does(t, plainCase(), state, contract.UpdateAmend, "2026-06-17 09:00", amending(recalculated("2026-07-02"), "calendar"))
	require.Equal(t, contract.ProgressRecalculated, amended.What)
	require.Equal(t, "2026-07-02", amended.State.GetDueDay())
	require.EqualValues(t, 1, amended.State.GetAmendments())
	require.Equal(t, "2026-01-05", amended.Input.GetOpenedOn(), "it was opened when it was")
	require.Zero(t, amended.Input.GetQuietDays())
	require.Len(t, amended.Input.GetCalendar(), 1)
	require.Empty(t, plainCase().GetCalendar())
	require.Equal(t, "recalculated", amended.Tell[0].Template)
	require.Equal(t, []string{"contact"}, amended.Tell[0].Roles)
	require.Equal(t, []string{"2026-06-30", "2026-07-02"}, []string{amended.Tell[0].Facts["old_due_day"], amended.Tell[0].Facts["due_day"]})
	require.Contains(t, amended.Tell[0].Key, "/2026-07-02")
	require.Equal(t, "remind-10", amended.State.GetFired()[0].GetRungId(), "its day moved from the 16th to the 17th: today is not ahead")

	further := does(t, plainCase(), state, contract.UpdateAmend, "2026-06-17 09:00", amending(recalculated("2026-07-10"), "settings"))
	require.Equal(t, contract.ProgressAmended, further.What)
	require.Empty(t, further.State.GetFired(), "the reminder leaves again")
	require.Equal(t, "remind-10", further.State.GetNextRungId())

	earlier := does(t, plainCase(), fresh(), contract.UpdateAmend, "2026-06-17 09:00", amending(recalculated("2026-06-24"), "catalogue"))
	require.Equal(t, "obsolete", earlier.State.GetFired()[0].GetOutcome(), "nobody is reminded of a fortnight that is over")
	unmoved := does(t, plainCase(), fresh(), contract.UpdateAmend, "2026-06-17 09:00", amending(recalculated("2026-06-30"), "calendar"))
	require.Empty(t, unmoved.Tell)
}

// The unit was put under another: the register names its new reviewer, nothing that is owed changes, and nobody is told of new rules.
func TestACaseGoesOnWithAnotherReviewer(t *testing.T) {
	t.Parallel()
	input, state := plainCase(), whole(casefilev1.State_STATE_SUBMITTED)
	input.Review.ReviewerUnitId = "SNV"
	amended := does(t, plainCase(), state, contract.UpdateAmend, "2026-06-17 09:00", amending(input, "reorganisation"))
	require.Equal(t, contract.ProgressAmended, amended.What)
	require.Equal(t, "SNV", amended.State.GetReviewerUnitId())
	require.Equal(t, state.GetDueDay(), amended.State.GetDueDay())
	require.Empty(t, amended.Tell)
}

// A day that somebody set, or by which something was done, does not follow.
func TestDaysThatDoNotFollow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		state     func() *casefilev1.CaseState
		due, back string
	}{
		"an extended day, but the day it goes back to": {func() *casefilev1.CaseState {
			return does(t, plainCase(), fresh(), contract.UpdateDecideExtension, "2026-06-16 09:00", nil).State
		}, "2026-07-31", "2026-07-02"},
		"the file's day": {func() *casefilev1.CaseState {
			return does(t, plainCase(), fresh(), contract.UpdateRecordStep, "2026-06-16 09:00", nil).State
		}, "2026-07-01", ""},
		"a returned round's": {func() *casefilev1.CaseState {
			return does(t, plainCase(), whole(casefilev1.State_STATE_SUBMITTED), contract.UpdateReturn, "2026-06-16 09:00", nil).State
		}, "2026-06-23", ""},
		"a predecessor's": {func() *casefilev1.CaseState {
			return does(t, plainCase(), fresh(), contract.UpdateTakeOver, "2026-06-16 09:00", taking(func(a *casefilev1.TakeOver) { a.Carry, a.DueDay = true, "2026-06-25" })).State
		}, "2026-06-25", ""},
	} {
		t.Run(name, func(t *testing.T) {
			amended := does(t, plainCase(), tc.state(), contract.UpdateAmend, "2026-06-17 09:00", amending(recalculated("2026-07-02"), "calendar"))
			require.Equal(t, tc.due, amended.State.GetDueDay())
			require.Equal(t, tc.back, amended.State.GetDueBeforeExtension())
		})
	}
}

func TestItemsStillToBeDoneAreRecounted(t *testing.T) {
	t.Parallel()
	state := entered(t, plainCase(), fresh(), "2026-06-17 09:00", item("A", map[string]string{"decided_on": "2026-06-25"})).State
	require.Equal(t, "2026-07-02", state.GetItems()[0].GetDueDay())
	amended := does(t, plainCase(), state, contract.UpdateAmend, "2026-06-26 09:00", amending(recalculated("2026-06-30"), "calendar"))
	require.Equal(t, "2026-07-03", amended.State.GetItems()[0].GetDueDay(), "29/06 is off now")
}

func TestAmendingIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*casefilev1.Amend)
		fields []string
	}{
		"another case":    {func(a *casefilev1.Amend) { a.Input.CaseId, a.Input.UnitId = "HN-09/STC/2026", "STC" }, []string{"amend.input.case_id", "amend.input.unit_id"}},
		"another process": {func(a *casefilev1.Amend) { a.Input.WorkflowType = "Petition" }, []string{"amend.input.workflow_type"}},
		"no reason":       {func(a *casefilev1.Amend) { a.Reason = "" }, []string{"amend.reason"}},
		"no due day":      {func(a *casefilev1.Amend) { a.Input.Due = nil }, []string{"amend.input.due.day"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			act := acts()[contract.UpdateAmend]
			tc.change(act.GetAmend())
			var fields []string
			for _, f := range casefile.Judge(casefile.Plain{}, plainCase(), fresh(), act, today).GetFields() {
				fields = append(fields, f.GetField())
			}
			require.Equal(t, tc.fields, fields)
		})
	}
}

func TestAnExtensionIsRevoked(t *testing.T) {
	t.Parallel()
	extended := does(t, plainCase(), fresh(), contract.UpdateDecideExtension, "2026-06-17 09:00", nil).State
	require.Equal(t, []string{"act-decide_extension", "2026-06-30"}, []string{extended.GetExtensionActId(), extended.GetDueBeforeExtension()})
	revoked := does(t, plainCase(), extended, contract.UpdateRevoke, "2026-07-07 09:00", nil)
	require.Equal(t, contract.ProgressExtensionRevoked, revoked.What)
	require.Equal(t, "2026-06-30", revoked.State.GetDueDay())
	require.False(t, revoked.State.GetExtended())
	require.Empty(t, revoked.State.GetExtensionActId())
	require.EqualValues(t, 5, revoked.State.GetLateWorkingDays(), "lateness counts from the day that is back, although it is past")
	require.Equal(t, "overdue-1", revoked.State.GetNextRungId())
	require.Equal(t, "extension-revoked", revoked.Tell[0].Template)
	require.Equal(t, "2026-07-31", revoked.Tell[0].Facts["old_due_day"])
	require.Contains(t, revoked.Tell[0].Key, "/2026-06-30", "what was told for this day before is told again")

	again := acts()[contract.UpdateRevoke]
	require.Equal(t, contract.CodeWrongState, casefile.Judge(casefile.Plain{}, plainCase(), revoked.State, again, today).GetCode())
	again.ActingUnitId = plainCase().GetUnitId()
	require.Equal(t, contract.CodeForbidden, casefile.Judge(casefile.Plain{}, plainCase(), extended, again, today).GetCode(), "the reviewer's to take back")
	again.GetRevoke().What = "acceptance"
	require.Equal(t, "revoke.what", casefile.Judge(casefile.Plain{}, plainCase(), extended, again, today).GetFields()[0].GetField())
}

// The duty was done under the extension: it is judged by its first day again; the file's day stays.
func TestAnExtensionIsRevokedAfterTheDuty(t *testing.T) {
	t.Parallel()
	extended := does(t, plainCase(), fresh(), contract.UpdateDecideExtension, "2026-06-17 09:00", nil).State
	late := acts()[contract.UpdateRecordStep]
	late.GetRecordStep().HeldOn = "2026-07-06"
	held := casefile.Apply(casefile.Plain{}, plainCase(), extended, late, at("2026-07-06 09:00")).State
	require.Zero(t, held.GetLateWorkingDays())
	require.Equal(t, "2026-07-21", held.GetDueDay())
	revoked := does(t, plainCase(), held, contract.UpdateRevoke, "2026-07-08 09:00", nil).State
	require.Equal(t, "2026-07-21", revoked.GetDueDay())
	require.EqualValues(t, 4, revoked.GetLateWorkingDays(), "held on 6 July, owed on 30 June")
}

func TestAnExplanationIsRevokedAndEndsByItself(t *testing.T) {
	t.Parallel()
	explained := does(t, plainCase(), fresh(), contract.UpdateExplain, "2026-07-01 09:00", nil).State
	require.Equal(t, []string{"explanation", "2026-07-10"}, []string{explained.GetPausedBy(), explained.GetPausedUntil()})
	require.Equal(t, []string{"overdue-1", "2026-07-13"}, []string{explained.GetNextRungId(), explained.GetNextRungDay()}, "after the day it named")
	revoked := does(t, plainCase(), explained, contract.UpdateRevoke, "2026-07-02 09:00", func(a *casefilev1.Act) { a.GetRevoke().What = "explanation" })
	require.Equal(t, contract.ProgressExplanationRevoked, revoked.What)
	require.Empty(t, revoked.State.GetPausedBy()+revoked.State.GetPausedUntil()+revoked.State.GetExplainedActId())
	require.Equal(t, []string{"overdue-1", "2026-07-02"}, []string{revoked.State.GetNextRungId(), revoked.State.GetNextRungDay()}, "it is past and leaves at once")
	require.Equal(t, "explanation-revoked", revoked.Tell[0].Template)

	noted := does(t, plainCase(), explained, contract.UpdateNote, "2026-07-11 09:00", nil).State
	require.Empty(t, noted.GetPausedBy(), "its day is over")
	still := does(t, plainCase(), explained, contract.UpdateNote, "2026-07-10 09:00", nil).State
	require.Equal(t, "explanation", still.GetPausedBy())

	past := acts()[contract.UpdateExplain]
	past.GetExplain().ExpectedDay = "2026-06-16"
	refusal := casefile.Judge(casefile.Plain{}, plainCase(), fresh(), past, today)
	require.Equal(t, "Ngày dự kiến hoàn thành (16/06/2026) đã qua. Nhập một ngày từ hôm nay trở đi.", refusal.GetTextVi())
}

// A second extension keeps the first day, unless the duty was done in between: then it is the file that is extended.
func TestExtensionsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	first := does(t, plainCase(), fresh(), contract.UpdateDecideExtension, "2026-06-17 09:00", nil).State
	second := does(t, plainCase(), first, contract.UpdateDecideExtension, "2026-06-18 09:00", func(a *casefilev1.Act) { a.GetDecideExtension().Day = "2026-08-31" }).State
	require.Equal(t, "2026-06-30", second.GetDueBeforeExtension())
	held := does(t, plainCase(), first, contract.UpdateRecordStep, "2026-06-18 09:00", nil).State
	file := does(t, plainCase(), held, contract.UpdateDecideExtension, "2026-06-19 09:00", nil).State
	require.Equal(t, []string{"2026-07-01", "2026-07-31"}, []string{file.GetDueBeforeExtension(), file.GetDueDay()})
	back := does(t, plainCase(), file, contract.UpdateRevoke, "2026-06-20 09:00", nil).State
	require.Equal(t, "2026-07-01", back.GetDueDay())
	require.True(t, proto.Equal(held.GetSteps()[0], back.GetSteps()[0]), "the duty is still judged by the extended day")
}
