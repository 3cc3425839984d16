package casefile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/workflows/casefile"
)

func taking(change func(*casefilev1.TakeOver)) func(*casefilev1.Act) {
	return func(a *casefilev1.Act) {
		change(a.GetTakeOver())
		a.ActId = "act-" + a.GetTakeOver().GetFromUnitId()
	}
}

// The only predecessor's case goes on: steps, items, days. It is told to the contact.
func TestTheOnlyPredecessorIsCarried(t *testing.T) {
	t.Parallel()
	taken := does(t, plainCase(), fresh(), contract.UpdateTakeOver, "2026-06-17 09:00", taking(func(a *casefilev1.TakeOver) {
		a.Carry, a.DueDay, a.DueOfLaw, a.DutyDoneOn = true, "2026-06-25", true, "2026-06-10"
		a.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-06-10", Facts: map[string]string{"present": "40"}, FileIds: []string{"f-1"}}}
		a.Items = []*casefilev1.ItemRecord{{ItemId: "QD-1", DueDay: "2026-06-18"}}
	}))
	s := taken.State
	require.Equal(t, contract.ProgressTakenOver, taken.What)
	require.Equal(t, []string{"f-1"}, s.GetSteps()[0].GetFileIds())
	require.Equal(t, "HN-09/UBND-11983/2026", s.GetItems()[0].GetFromCaseId())
	require.Equal(t, []any{"2026-06-25", true, "2026-06-10"}, []any{s.GetDueDay(), s.GetDueOfLaw(), s.GetDutyDoneOn()})
	require.Equal(t, "remind-1", s.GetNextRungId(), "a fortnight before the predecessor's day is over")
	over := s.GetTakenOver()[0]
	require.Equal(t, []any{"HN-09/UBND-11983/2026", "UBND-11983", "act-UBND-11983", true}, []any{over.GetCaseId(), over.GetUnitId(), over.GetActId(), over.GetCarried()})
	require.Equal(t, "taken-over", taken.Tell[0].Template)
	require.Equal(t, []string{"contact"}, taken.Tell[0].Roles)
	require.Equal(t, "UBND-11983", taken.Tell[0].Facts["from_unit_id"])
	require.Equal(t, "true", taken.Tell[0].Facts["carried"])

	again := acts()[contract.UpdateTakeOver]
	require.Equal(t, contract.CodeConflict, casefile.Judge(casefile.Plain{}, plainCase(), s, again, today).GetCode())
}

// What the only predecessor did in the period was done, and its reviewer accepted it: nobody does or accepts it a second time.
func TestAnAcceptedPredecessorsCaseIsAcceptedHere(t *testing.T) {
	t.Parallel()
	accept := taking(func(a *casefilev1.TakeOver) {
		a.Carry, a.DueDay, a.DutyDoneOn = true, "2026-06-15", "2026-06-10"
		a.AcceptedAt, a.SubmittedAt, a.LateWorkingDays, a.LimitedActId = "2026-06-16T09:00:00+07:00", "2026-06-12T09:00:00+07:00", 3, "act-limited"
		a.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-06-10", FileIds: []string{"f-1"}}}
	})
	taken := does(t, plainCase(), fresh(), contract.UpdateTakeOver, "2026-06-17 09:00", accept)
	s := taken.State
	require.Equal(t, contract.ProgressTakenOver, taken.What)
	require.Equal(t, casefilev1.State_STATE_ACCEPTED, s.GetState())
	require.Equal(t, []any{"2026-06-10", "2026-06-12T09:00:00+07:00", "2026-06-16T09:00:00+07:00", int32(3), "act-limited"},
		[]any{s.GetDutyDoneOn(), s.GetSubmittedAt(), s.GetAcceptedAt(), s.GetLateWorkingDays(), s.GetLimitedActId()})
	require.True(t, s.GetTakenOver()[0].GetCarried())
	require.Empty(t, s.GetNextRungId(), "nothing is owed any more")
	require.Empty(t, taken.Tell, "and nobody is asked to go on")

	begun := does(t, plainCase(), fresh(), contract.UpdateRecordStep, "2026-06-16 09:00", nil).State
	linked := does(t, plainCase(), begun, contract.UpdateTakeOver, "2026-06-17 09:00", accept).State
	require.Equal(t, casefilev1.State_STATE_OPEN, linked.GetState(), "what this unit has begun itself is not accepted by what another did")
	require.False(t, linked.GetTakenOver()[0].GetCarried())
	require.Equal(t, begun.GetDueDay(), linked.GetDueDay())
	require.Empty(t, linked.GetAcceptedAt())
}

// Several predecessors are joined: evidence is linked, their dialogue does not discharge this unit. Items come along, each under one name.
func TestSeveralPredecessorsAreJoined(t *testing.T) {
	t.Parallel()
	own := entered(t, plainCase(), fresh(), "2026-06-16 09:00", item("QD-1", map[string]string{"decided_on": "2026-06-11"})).State
	join := func(state *casefilev1.CaseState, unit string) *casefilev1.CaseState {
		return does(t, plainCase(), state, contract.UpdateTakeOver, "2026-06-17 09:00", taking(func(a *casefilev1.TakeOver) {
			a.FromCaseId, a.FromUnitId, a.DutyDoneOn, a.DueDay = "HN-09/"+unit+"/2026", unit, "2026-05-10", "2026-05-25"
			a.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-05-10"}}
			a.Items = []*casefilev1.ItemRecord{{ItemId: "QD-1"}, {ItemId: unit + "-QD-1"}, {ItemId: "QD-1-" + unit}}
		})).State
	}
	s := join(join(own, "UBND-11983"), "UBND-11986")
	require.Empty(t, s.GetSteps())
	require.Empty(t, s.GetDutyDoneOn())
	require.Equal(t, "2026-06-30", s.GetDueDay())
	var names []string
	for _, i := range s.GetItems() {
		names = append(names, i.GetItemId())
	}
	require.Equal(t, []string{"QD-1", "UBND-11983-QD-1", "UBND-11983-UBND-11983-QD-1", "QD-1-UBND-11983", "UBND-11986-QD-1", "UBND-11986-UBND-11986-QD-1", "QD-1-UBND-11986"}, names)
	require.Len(t, s.GetTakenOver(), 2)
	require.False(t, s.GetTakenOver()[0].GetCarried())
}

// What this unit recorded itself stays, and its own days with it.
func TestCarryingKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	state := whole(casefilev1.State_STATE_OPEN)
	taken := does(t, plainCase(), state, contract.UpdateTakeOver, "2026-06-17 09:00", taking(func(a *casefilev1.TakeOver) {
		a.Carry, a.DueDay, a.DutyDoneOn = true, "2026-06-25", "2026-06-10"
		a.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-06-10"}, {StepId: "plan", HeldOn: "2026-05-10"}}
	})).State
	require.Equal(t, []any{"2026-06-15", "2026-06-30"}, []any{taken.GetDutyDoneOn(), taken.GetDueDay()})
	require.Len(t, taken.GetSteps(), 3)
	require.Equal(t, "2026-06-15", taken.GetSteps()[0].GetHeldOn())
}

// A duty carried with a day of its own is judged by that day, also after it is done.
func TestACarriedDutyIsJudgedByItsDay(t *testing.T) {
	t.Parallel()
	taken := does(t, plainCase(), fresh(), contract.UpdateTakeOver, "2026-06-10 09:00", taking(func(a *casefilev1.TakeOver) { a.Carry, a.DueDay = true, "2026-06-12" })).State
	held := does(t, plainCase(), taken, contract.UpdateRecordStep, "2026-06-17 09:00", nil).State
	require.Equal(t, "2026-06-12", held.GetSteps()[0].GetFacts()["judged_by"])
	require.EqualValues(t, 2, held.GetLateWorkingDays(), "held on the 16th")
}

func TestTakingOverIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		state  casefilev1.State
		change func(*casefilev1.TakeOver)
		code   string
	}{
		"its own case": {casefilev1.State_STATE_OPEN, func(a *casefilev1.TakeOver) {
			a.FromCaseId, a.FromUnitId = plainCase().GetCaseId(), plainCase().GetUnitId()
		}, contract.CodeInvalid},
		"a case of another unit":         {casefilev1.State_STATE_OPEN, func(a *casefilev1.TakeOver) { a.FromUnitId = "UBND-1" }, contract.CodeInvalid},
		"no case":                        {casefilev1.State_STATE_OPEN, func(a *casefilev1.TakeOver) { a.FromCaseId = "HN-09" }, contract.CodeInvalid},
		"another obligation carried":     {casefilev1.State_STATE_OPEN, func(a *casefilev1.TakeOver) { a.FromCaseId, a.Carry = "DT-01/UBND-11983/2026", true }, contract.CodeInvalid},
		"a day that is none":             {casefilev1.State_STATE_OPEN, func(a *casefilev1.TakeOver) { a.DueDay = "31/12" }, contract.CodeInvalid},
		"steps into a submitted case":    {casefilev1.State_STATE_SUBMITTED, func(a *casefilev1.TakeOver) { a.Carry = true }, contract.CodeWrongState},
		"steps into a returned case":     {casefilev1.State_STATE_RETURNED, func(a *casefilev1.TakeOver) { a.Carry = true }, contract.CodeWrongState},
		"anything into an accepted case": {casefilev1.State_STATE_ACCEPTED, func(*casefilev1.TakeOver) {}, contract.CodeWrongState},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			act := acts()[contract.UpdateTakeOver]
			tc.change(act.GetTakeOver())
			require.Equal(t, tc.code, casefile.Judge(casefile.Plain{}, plainCase(), whole(tc.state), act, today).GetCode())
		})
	}
}

// A merger while a submission is under review: the reviewer decides first.
func TestACaseUnderReviewPassesAfterTheReview(t *testing.T) {
	t.Parallel()
	afterReview := func(a *casefilev1.Act) { a.GetTransfer().AfterReview = true }
	planned := does(t, plainCase(), whole(casefilev1.State_STATE_SUBMITTED), contract.UpdateTransfer, "2026-06-18 09:00", afterReview)
	require.Equal(t, contract.ProgressSuccessionPlanned, planned.What)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, planned.State.GetState())
	require.Equal(t, "HN-09/UBND-11983-2507/2026", planned.State.GetSuccessorCaseAfterReview())
	require.Equal(t, "succession-planned", planned.Tell[0].Template)
	require.Equal(t, "UBND-12205-2507", planned.Tell[0].UnitID)

	for _, kind := range []string{contract.UpdateReturn, contract.UpdateRecall} {
		moved := does(t, plainCase(), planned.State, kind, "2026-06-19 09:00", nil)
		require.Equal(t, contract.ProgressTransferred, moved.What, kind)
		require.Equal(t, casefilev1.State_STATE_SUCCEEDED, moved.State.GetState())
		require.Equal(t, "HN-09/UBND-11983-2507/2026", moved.State.GetSuccessorCaseId())
		require.Empty(t, moved.State.GetSuccessorUnitAfterReview())
		require.EqualValues(t, 1, moved.State.GetRound())
		require.Equal(t, "transferred", moved.Tell[0].Template)
		require.Equal(t, "UBND-11983-2507", moved.Tell[0].UnitID)
		require.Equal(t, moved.Tell[0].UnitID, moved.Tell[0].Facts["successor_unit_id"])
	}
	kept := does(t, plainCase(), planned.State, contract.UpdateAccept, "2026-06-19 09:00", nil)
	require.Equal(t, casefilev1.State_STATE_ACCEPTED, kept.State.GetState())
	require.Empty(t, kept.State.GetSuccessorCaseAfterReview())
	require.Empty(t, kept.State.GetSuccessorCaseId())

	act := acts()[contract.UpdateTransfer]
	afterReview(act)
	require.Equal(t, contract.CodeWrongState, casefile.Judge(casefile.Plain{}, plainCase(), fresh(), act, today).GetCode(), "nothing to wait for")
}

// A report whose submission fulfils the duty: who takes it back owes it, and so does whoever goes on with it. What a reviewer gave back was
// handed in all the same.
func TestASubmissionTakenBackBeforeTheSuccessionFulfilsNothing(t *testing.T) {
	t.Parallel()
	report := plainCase()
	report.DutyStep = ""
	planned := whole(casefilev1.State_STATE_SUBMITTED)
	planned.Round, planned.DutyDoneOn = 1, "2026-06-16"
	planned.SuccessorUnitAfterReview, planned.SuccessorCaseAfterReview = "UBND-11983-2507", "HN-09/UBND-11983-2507/2026"
	recalled := does(t, report, planned, contract.UpdateRecall, "2026-06-17 09:00", nil).State
	require.Equal(t, casefilev1.State_STATE_SUCCEEDED, recalled.GetState())
	require.Empty(t, recalled.GetDutyDoneOn())
	returned := does(t, report, planned, contract.UpdateReturn, "2026-06-17 09:00", nil).State
	require.Equal(t, "2026-06-16", returned.GetDutyDoneOn())

	second := whole(casefilev1.State_STATE_SUBMITTED)
	second.Round, second.DutyDoneOn, second.SuccessorCaseAfterReview = 2, "2026-05-16", planned.GetSuccessorCaseAfterReview()
	require.Equal(t, "2026-05-16", does(t, report, second, contract.UpdateRecall, "2026-06-17 09:00", nil).State.GetDutyDoneOn(), "handed in in the round before")
	held := whole(casefilev1.State_STATE_SUBMITTED)
	held.SuccessorCaseAfterReview = planned.GetSuccessorCaseAfterReview()
	require.Equal(t, held.GetDutyDoneOn(), does(t, plainCase(), held, contract.UpdateRecall, "2026-06-17 09:00", nil).State.GetDutyDoneOn(), "a conference that was held was held")
}
