package casefile_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/workflows/casefile"
)

// does applies an act that must be let through.
func does(t *testing.T, input *casefilev1.CaseInput, state *casefilev1.CaseState, kind, when string, change func(*casefilev1.Act)) casefile.Change {
	t.Helper()
	act := acts()[kind]
	act.ActId, act.CaseId = "act-"+kind, input.GetCaseId()
	if change != nil {
		change(act)
	}
	require.Nil(t, casefile.Judge(casefile.Plain{}, input, state, act, today), "judged")
	was := proto.CloneOf(state)
	done := casefile.Apply(casefile.Plain{}, input, state, act, at(when))
	require.True(t, proto.Equal(was, state), "applying changes nothing of the old state")
	require.Equal(t, state.GetSequence()+1, done.State.GetSequence())
	return done
}

func fresh() *casefilev1.CaseState { return casefile.Begin(plainCase()) }

func TestTheDutyIsJudgedByTheDayItWasDoneAndTheFileByItsOwn(t *testing.T) {
	t.Parallel()
	done := does(t, plainCase(), fresh(), contract.UpdateRecordStep, "2026-06-17 09:00", nil)
	require.Equal(t, contract.ProgressStepRecorded, done.What)
	require.Equal(t, "2026-06-16", done.State.GetDutyDoneOn())
	require.Equal(t, "2026-07-01", done.State.GetDueDay(), "15 days after the conference")
	require.False(t, done.State.GetDueOfLaw(), "the file's day is a setting")
	require.Equal(t, map[string]string{"present": "41"}, done.State.GetSteps()[0].GetFacts())
	require.Empty(t, done.Tell)
	require.Equal(t, "remind-1", done.State.GetNextRungId(), "the reminder of a fortnight before is over")
	require.Equal(t, "2026-06-30", done.State.GetNextRungDay())
	require.Equal(t, "obsolete", done.State.GetFired()[0].GetOutcome())
}

func TestADutyDoneLateStaysLate(t *testing.T) {
	t.Parallel()
	input := plainCase()
	input.Due.Day = "2026-06-10"
	state := fresh()
	state.DueDay = "2026-06-10"
	done := does(t, input, state, contract.UpdateRecordStep, "2026-06-17 09:00", nil)
	require.EqualValues(t, 4, done.State.GetLateWorkingDays(), "held on the 16th")
}

func TestRecordingAgainReplacesAndKeepsOneRecord(t *testing.T) {
	t.Parallel()
	once := does(t, plainCase(), fresh(), contract.UpdateRecordStep, "2026-06-17 09:00", nil)
	again := does(t, plainCase(), once.State, contract.UpdateRecordStep, "2026-06-17 10:00", func(a *casefilev1.Act) { a.GetRecordStep().HeldOn = "2026-06-12" })
	require.Len(t, again.State.GetSteps(), 1)
	require.Equal(t, "2026-06-12", again.State.GetDutyDoneOn())
	require.Equal(t, "2026-06-27", again.State.GetDueDay())
}

func TestSubmitRecallSubmit(t *testing.T) {
	t.Parallel()
	submitted := does(t, plainCase(), whole(casefilev1.State_STATE_OPEN), contract.UpdateSubmit, "2026-06-17 09:05", nil)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, submitted.State.GetState())
	require.EqualValues(t, 1, submitted.State.GetSubmission())
	require.Equal(t, "2026-06-17T09:05:00+07:00", submitted.State.GetSubmittedAt())
	require.Equal(t, "waiting-5", submitted.State.GetNextRungId(), "reviewers have a ladder too")
	require.Equal(t, "2026-06-24", submitted.State.GetNextRungDay())

	recalled := does(t, plainCase(), submitted.State, contract.UpdateRecall, "2026-06-17 09:30", nil)
	require.Equal(t, casefilev1.State_STATE_OPEN, recalled.State.GetState())
	again := does(t, plainCase(), recalled.State, contract.UpdateSubmit, "2026-06-17 10:00", nil)
	require.EqualValues(t, 2, again.State.GetSubmission())
	require.EqualValues(t, 1, again.State.GetRound(), "a recall begins no round")
}

func TestAReturnBeginsARoundWithADueDayOfItsOwn(t *testing.T) {
	t.Parallel()
	returned := does(t, plainCase(), whole(casefilev1.State_STATE_SUBMITTED), contract.UpdateReturn, "2026-06-18 09:00", nil)
	require.Equal(t, casefilev1.State_STATE_RETURNED, returned.State.GetState())
	require.EqualValues(t, 2, returned.State.GetRound())
	require.Equal(t, "2026-06-25", returned.State.GetDueDay(), "five working days")
	require.Equal(t, "returned-remind-2", returned.State.GetNextRungId())
	require.Len(t, returned.Tell, 1)
	tell := returned.Tell[0]
	require.Equal(t, []string{"contact", "head"}, tell.Roles)
	require.Equal(t, "returned", tell.Template)
	require.Equal(t, "missing-evidence", tell.Facts["reasons"])
	require.Equal(t, "2026-06-25", tell.Facts["due_day"])
	require.Equal(t, "act-return", tell.ActID)

	submitted := does(t, plainCase(), returned.State, contract.UpdateSubmit, "2026-06-24 09:00", nil)
	recalled := does(t, plainCase(), submitted.State, contract.UpdateRecall, "2026-06-24 09:10", nil)
	require.Equal(t, casefilev1.State_STATE_RETURNED, recalled.State.GetState(), "a returned case that is recalled is returned still")
	own := does(t, plainCase(), whole(casefilev1.State_STATE_SUBMITTED), contract.UpdateReturn, "2026-06-18 09:00",
		func(a *casefilev1.Act) { a.GetReturn().DueDay = "2026-07-15" })
	require.Equal(t, "2026-07-15", own.State.GetDueDay())
}

func TestAcceptanceFreezesLateness(t *testing.T) {
	t.Parallel()
	state := whole(casefilev1.State_STATE_SUBMITTED)
	state.SubmittedAt = "2026-07-02T09:00:00+07:00"
	accepted := does(t, plainCase(), state, contract.UpdateAccept, "2026-07-20 09:00", func(a *casefilev1.Act) { a.GetAccept().Limited = true })
	require.Equal(t, casefilev1.State_STATE_ACCEPTED, accepted.State.GetState())
	require.EqualValues(t, 2, accepted.State.GetLateWorkingDays(), "time in review makes nobody late")
	require.Equal(t, "act-accept", accepted.State.GetLimitedActId())
	require.Equal(t, "late", accepted.Tell[0].Facts["outcome"])
	require.Empty(t, accepted.State.GetNextRungId())
	noted := does(t, plainCase(), accepted.State, contract.UpdateNote, "2026-12-01 09:00", nil)
	require.EqualValues(t, 2, noted.State.GetLateWorkingDays())

	in := does(t, plainCase(), whole(casefilev1.State_STATE_SUBMITTED), contract.UpdateAccept, "2026-07-20 09:00", nil)
	require.Equal(t, "on-time", in.Tell[0].Facts["outcome"])
}

// A paper that came by post is entered days later: it is judged by the day it arrived, up to acceptance and beyond.
func TestAPaperIsLateByTheDayItArrived(t *testing.T) {
	t.Parallel()
	for arrived, late := range map[string]int32{"2026-06-15": 0, "2026-06-16": 1} {
		open := whole(casefilev1.State_STATE_OPEN)
		open.DueDay = "2026-06-15"
		entered := does(t, plainCase(), open, contract.UpdateSubmit, "2026-06-17 09:05", func(a *casefilev1.Act) { a.GetSubmit().PaperReceivedOn = arrived })
		require.Equal(t, casefilev1.State_STATE_SUBMITTED, entered.State.GetState())
		require.Equal(t, arrived, entered.State.GetPaperReceivedOn())
		accepted := does(t, plainCase(), entered.State, contract.UpdateAccept, "2026-07-20 09:00", nil)
		require.Equal(t, late, accepted.State.GetLateWorkingDays(), arrived)
	}
}

func TestARoundThatWasLateStaysLate(t *testing.T) {
	t.Parallel()
	state := whole(casefilev1.State_STATE_SUBMITTED)
	state.SubmittedAt = "2026-07-02T09:00:00+07:00"
	returned := does(t, plainCase(), state, contract.UpdateReturn, "2026-07-06 09:00", nil)
	require.EqualValues(t, 2, returned.State.GetLateWorkingDays())
	submitted := does(t, plainCase(), returned.State, contract.UpdateSubmit, "2026-07-07 09:00", nil)
	accepted := does(t, plainCase(), submitted.State, contract.UpdateAccept, "2026-07-08 09:00", nil)
	require.EqualValues(t, 2, accepted.State.GetLateWorkingDays())
}

func TestPausesAndExtension(t *testing.T) {
	t.Parallel()
	explained := does(t, plainCase(), fresh(), contract.UpdateExplain, "2026-07-02 09:00", nil)
	require.Equal(t, "explanation", explained.State.GetPausedBy())
	require.Equal(t, "act-explain", explained.State.GetExplainedActId())

	asked := does(t, plainCase(), explained.State, contract.UpdateRequestExtension, "2026-07-02 10:00", nil)
	require.Equal(t, "extension-request", asked.State.GetPausedBy())
	require.Equal(t, "2026-07-31", asked.State.GetExtensionWanted())
	require.Equal(t, []string{"reviewer"}, asked.Tell[0].Roles)

	refused := does(t, plainCase(), asked.State, contract.UpdateDecideExtension, "2026-07-03 09:00", func(a *casefilev1.Act) { a.GetDecideExtension().Granted = false })
	require.Equal(t, "explanation", refused.State.GetPausedBy(), "the explanation still stands")
	require.Equal(t, "2026-06-30", refused.State.GetDueDay())
	require.Equal(t, "extension-refused", refused.Tell[0].Template)

	asked.State.Fired = []*casefilev1.FiredRung{
		{RungId: "remind-10", Day: "2026-06-16", Outcome: "told", Round: 1}, {RungId: "overdue-1", Day: "2026-07-01", Outcome: "told", Round: 1},
	}
	granted := does(t, plainCase(), asked.State, contract.UpdateDecideExtension, "2026-07-03 09:00", nil)
	require.Equal(t, "2026-07-31", granted.State.GetDueDay())
	require.True(t, granted.State.GetExtended())
	require.Empty(t, granted.State.GetPausedBy())
	require.EqualValues(t, 0, granted.State.GetLateWorkingDays())
	require.Equal(t, "remind-10", granted.State.GetNextRungId(), "the ladder is climbed again towards the new day")
	require.Equal(t, "2026-07-17", granted.State.GetNextRungDay())
	require.Equal(t, "2026-06-30", granted.Tell[0].Facts["old_due_day"])
	require.Contains(t, granted.Tell[0].Key, "/2026-07-31")
}

func TestAnExtendedDutyIsJudgedByItsExtendedDay(t *testing.T) {
	t.Parallel()
	granted := does(t, plainCase(), fresh(), contract.UpdateDecideExtension, "2026-06-17 09:00", nil)
	held := does(t, plainCase(), granted.State, contract.UpdateRecordStep, "2026-08-06 09:00", func(a *casefilev1.Act) { a.GetRecordStep().HeldOn = "2026-06-17" })
	require.Equal(t, "2026-07-31", held.State.GetSteps()[0].GetFacts()["judged_by"])
	require.Equal(t, "2026-07-02", held.State.GetDueDay())
}

func TestEnds(t *testing.T) {
	t.Parallel()
	exempted := does(t, plainCase(), fresh(), contract.UpdateExempt, "2026-06-17 09:00", nil)
	require.Equal(t, "Điều 60", exempted.State.GetExemptionGround().GetArticle())
	require.Equal(t, "Điều 60 Luật số 10/2022/QH15", exempted.Tell[0].Facts["ground"])
	withdrawn := does(t, plainCase(), whole(casefilev1.State_STATE_SUBMITTED), contract.UpdateWithdraw, "2026-06-17 09:00", nil)
	require.Equal(t, casefilev1.State_STATE_WITHDRAWN, withdrawn.State.GetState())
	moved := does(t, plainCase(), fresh(), contract.UpdateTransfer, "2026-06-17 09:00", nil)
	require.Equal(t, "HN-09/UBND-11983-2507/2026", moved.State.GetSuccessorCaseId())
	require.Equal(t, "UBND-11983-2507", moved.Tell[0].UnitID, "the successor is told to take it over")
	sealed := does(t, plainCase(), whole(casefilev1.State_STATE_ACCEPTED), contract.UpdateSeal, "2026-06-17 09:00", nil)
	for _, s := range []*casefilev1.CaseState{exempted.State, withdrawn.State, moved.State, sealed.State} {
		require.True(t, casefile.Ended(s))
		require.Empty(t, s.GetNextRungId())
	}
}

func TestCorrectKeepsWhatItDoesNotTouch(t *testing.T) {
	t.Parallel()
	corrected := does(t, plainCase(), whole(casefilev1.State_STATE_ACCEPTED), contract.UpdateCorrect, "2026-06-17 09:00", nil)
	require.Equal(t, "42", corrected.State.GetSteps()[0].GetFacts()["present"])
	require.Equal(t, "2026-06-15", corrected.State.GetSteps()[0].GetHeldOn())
	require.EqualValues(t, 1, corrected.State.GetCorrections())
}

// An act counts from when reports received it, even if it reached the case days later.
func TestMoment(t *testing.T) {
	t.Parallel()
	now := at("2026-06-20 09:00")
	for name, tc := range map[string]struct {
		given  string
		offset time.Duration
		want   time.Time
	}{
		"received before":            {"2026-06-17T01:00:00Z", 0, at("2026-06-17 08:00")},
		"with fractions of a second": {"2026-06-17T01:00:00.000000Z", 0, at("2026-06-17 08:00")},
		"the case's clock is ahead":  {"2026-06-17T01:00:00Z", 48 * time.Hour, at("2026-06-19 08:00")},
		"a clock that is ahead":      {"2026-06-21T01:00:00Z", 0, now},
		"before the case was opened": {"2025-06-21T01:00:00Z", 0, now},
		"none":                       {"", 0, now},
	} {
		state := fresh()
		state.ClockOffsetSeconds = int64(tc.offset / time.Second)
		got := casefile.Moment(plainCase(), state, &casefilev1.Act{At: tc.given}, now)
		require.True(t, tc.want.Equal(got), "%s: %s", name, got)
	}
}
