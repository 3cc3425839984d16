package reports

import (
	"fmt"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// many opens a case of each of the units, changed as its number says, and answers their inputs and states.
func (h *house) many(count int, change func(i int, input *casefilev1.CaseInput, state *casefilev1.CaseState)) map[string]*casefilev1.CaseInput {
	inputs := map[string]*casefilev1.CaseInput{}
	for i := range count {
		input := h.openCase(func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
			input.UnitId = fmt.Sprintf("UBND-%05d-2507", i)
			input.CaseId = contract.CaseID("DT-01", input.GetUnitId(), "2026")
			change(i, input, state)
		})
		inputs[input.GetCaseId()] = input
	}
	return inputs
}

func (h *house) summarise(asked *reportsv1.SummariseRequest) *reportsv1.SummariseResponse {
	h.t.Helper()
	answer, err := h.portal().Register.Summarise(h.as(supervisor), connect.NewRequest(asked))
	require.NoError(h.t, err)
	return answer.Msg
}

// Every way in which a case can be late: by duty or file, done or not, in the second round, by a calendar of its own, by a clock of its own.
func everyLateness(i int, input *casefilev1.CaseInput, state *casefilev1.CaseState) {
	state.DueDay = calendar.MustDate("2026-11-10").AddDays(i % 29).String()
	input.Due = &casefilev1.Deadline{Day: calendar.MustDate("2026-11-05").AddDays(i % 11).String()}
	if i%2 == 0 {
		input.DutyStep = "hold"
	}
	if i%3 == 0 {
		state.State = casefilev1.State_STATE_RETURNED
	}
	if i%4 == 0 {
		state.DutyDoneOn = calendar.MustDate("2026-11-12").AddDays(i % 9).String()
	}
	if i%8 == 0 {
		state.Steps = []*casefilev1.StepRecord{{StepId: "hold", Facts: map[string]string{ladder.FactJudgedBy: calendar.MustDate("2026-11-06").AddDays(i % 5).String()}}}
	}
	if i%5 == 0 {
		state.Round, state.LateWorkingDays = 2, int32(i%17) //nolint:gosec // small
	}
	if i%6 == 0 {
		input.Calendar = append(input.Calendar, &casefilev1.DayException{Day: "2026-11-20", Kind: "off", NameVi: "Nghỉ"})
	}
	if i%9 == 0 {
		state.PausedBy, state.NextRungId, state.NextRungDay = "explanation", "overdue-7", "2026-12-09"
	}
	if i%7 == 0 {
		state.ClockOffsetSeconds = 3 * 86400
	}
}

func TestEachCaseIsAsLateInListsAndSummariesAsItIsAlone(t *testing.T) {
	h := newHouse(t)
	inputs := h.many(240, everyLateness)
	listed, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{LateOnly: true, Limit: 500}))
	require.NoError(t, err)
	brief, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{LateOnly: true, Limit: 500, Brief: true}))
	require.NoError(t, err)
	require.Len(t, brief.Msg.GetCases(), len(listed.Msg.GetCases()))
	summary := map[string]*reportsv1.UnitSummary{}
	for _, unit := range h.summarise(&reportsv1.SummariseRequest{}).GetUnits() {
		summary[unit.GetUnitId()] = unit
	}
	require.Len(t, summary, 240)
	kinds, overdue := map[int32]bool{}, 0
	for i, found := range listed.Msg.GetCases() {
		alone, err := h.portal().Register.GetCase(h.as(supervisor), connect.NewRequest(&reportsv1.GetCaseRequest{Id: found.GetId()}))
		require.NoError(t, err)
		days := alone.Msg.GetState().GetLateWorkingDays()
		require.Equal(t, days, found.GetState().GetLateWorkingDays(), found.GetId())
		require.Equal(t, days, brief.Msg.GetCases()[i].GetState().GetLateWorkingDays(), found.GetId())
		require.Equal(t, days, summary[found.GetUnitId()].GetLongestLate(), found.GetId())
		require.EqualValues(t, 1, summary[found.GetUnitId()].GetLate())
		require.Equal(t, inputs[found.GetId()].GetUnitId(), found.GetUnitId())
		kinds[days], overdue = true, overdue+1
	}
	require.Greater(t, len(kinds), 8, "late for many different numbers of days")
	require.Less(t, overdue, 240, "some are not late")

	h.clock.set("2026-12-07 09:00")
	for _, least := range []int32{1, 7, 14} {
		all, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{LateOnly: true, Limit: 500, Brief: true}))
		require.NoError(t, err)
		some, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{LateAtLeast: least, Limit: 500, Brief: true}))
		require.NoError(t, err)
		var expected, got []string
		for _, one := range all.Msg.GetCases() {
			if one.GetState().GetLateWorkingDays() >= least {
				expected = append(expected, one.GetId())
			}
		}
		for _, one := range some.Msg.GetCases() {
			got = append(got, one.GetId())
		}
		require.NotEmpty(t, expected)
		require.Equal(t, expected, got, "overdue for %d working days and more, a week later", least)
		require.EqualValues(t, len(expected), some.Msg.GetTotal())
	}
}

func TestABriefCaseSaysOfItselfWhatTheWholeOneSays(t *testing.T) {
	h := newHouse(t)
	h.many(30, everyLateness)
	list := func(brief bool) []*reportsv1.Case {
		answer, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{Brief: brief}))
		require.NoError(t, err)
		return answer.Msg.GetCases()
	}
	whole, brief := list(false), list(true)
	for i := range whole {
		require.Equal(t, whole[i].GetId(), brief[i].GetId())
		require.Equal(t, whole[i].GetTitleVi(), brief[i].GetTitleVi())
		require.Equal(t, whole[i].GetOpenedAt(), brief[i].GetOpenedAt())
		one, other := whole[i].GetState(), brief[i].GetState()
		require.Equal(t, []any{one.GetState(), one.GetDueDay(), one.GetLateWorkingDays(), one.GetRound(), one.GetClockOffsetSeconds(), one.GetReviewerUnitId(), one.GetExtended(), one.GetPausedBy(), one.GetNextRungDay()},
			[]any{other.GetState(), other.GetDueDay(), other.GetLateWorkingDays(), other.GetRound(), other.GetClockOffsetSeconds(), other.GetReviewerUnitId(), other.GetExtended(), other.GetPausedBy(), other.GetNextRungDay()})
		require.Empty(t, other.GetSteps())
	}
}

func TestASummaryCountsByObligationStateUnitAndGroup(t *testing.T) {
	h := newHouse(t)
	h.many(6, func(i int, _ *casefilev1.CaseInput, state *casefilev1.CaseState) {
		switch i {
		case 0, 1:
			state.DueDay = "2026-11-20"
		case 2:
			state.State, state.AcceptedAt = casefilev1.State_STATE_ACCEPTED, "2026-11-20T02:00:00Z"
		case 3:
			state.State = casefilev1.State_STATE_EXEMPTED
		}
	})
	answer := h.summarise(&reportsv1.SummariseRequest{Groups: []*reportsv1.UnitGroup{
		{Id: "first", UnitIds: []string{"UBND-00000-2507", "UBND-00002-2507", "UBND-00003-2507"}}, {Id: "second", UnitIds: []string{"UBND-00001-2507", "UBND-00004-2507"}}}})
	counts := map[string][2]int32{}
	for _, count := range answer.GetCounts() {
		counts[count.GetState()] = [2]int32{count.GetTotal(), count.GetLate()}
	}
	require.Equal(t, map[string][2]int32{"open": {4, 2}, "accepted": {1, 0}, "exempted": {1, 0}}, counts)
	require.Len(t, answer.GetGroups(), 2, "a unit in no group is in none")
	first, second := answer.GetGroups()[0], answer.GetGroups()[1]
	require.Equal(t, []int32{2, 1, 1}, []int32{first.GetOwed(), first.GetLate(), first.GetAccepted()}, "who is not obliged is no part of it")
	require.Equal(t, []int32{2, 1, 0}, []int32{second.GetOwed(), second.GetLate(), second.GetAccepted()})

	shown := h.summarise(&reportsv1.SummariseRequest{ShownObligationIds: []string{"HN-01"}}).GetUnits()[0]
	require.EqualValues(t, 1, shown.GetLate())
	require.Zero(t, shown.GetShownLate(), "late in a column that is not shown")
	require.Len(t, h.summarise(&reportsv1.SummariseRequest{Filter: &reportsv1.ListCasesRequest{LateAtLeast: 1}}).GetUnits(), 2)

	_, err := h.portal().Register.Summarise(h.as(supervisor), connect.NewRequest(&reportsv1.SummariseRequest{
		Filter: &reportsv1.ListCasesRequest{State: "gone"}, Groups: []*reportsv1.UnitGroup{{Id: "a", UnitIds: []string{"U"}}, {Id: "b", UnitIds: []string{"U"}}}}))
	require.Equal(t, []string{"groups", "state"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()), "a unit in two groups would count twice")
}

func TestProgressIsToldByTheDayInVietnam(t *testing.T) {
	h := newHouse(t)
	h.many(5, func(i int, _ *casefilev1.CaseInput, state *casefilev1.CaseState) {
		switch i {
		case 0:
			state.State, state.SubmittedAt, state.AcceptedAt = casefilev1.State_STATE_ACCEPTED, "2026-11-18T02:00:00Z", "2026-11-19T18:00:00Z" // the 20th there
		case 1:
			state.State, state.SubmittedAt = casefilev1.State_STATE_SUBMITTED, "2026-11-18T02:00:00Z"
		case 2:
			state.State = casefilev1.State_STATE_WITHDRAWN
		case 3:
			state.DueDay = "2026-12-15"
		}
	})
	answer, err := h.portal().Register.TellProgress(h.as(supervisor), connect.NewRequest(&reportsv1.TellProgressRequest{ObligationId: "DT-01", PeriodId: "2026"}))
	require.NoError(t, err)
	require.EqualValues(t, 4, answer.Msg.GetOwed())
	require.Equal(t, "2026-12-31", answer.Msg.GetDueDay())
	require.Len(t, answer.Msg.GetDays(), 2)
	require.Equal(t, []any{"2026-11-18", int32(2), int32(0)}, []any{answer.Msg.GetDays()[0].GetDay(), answer.Msg.GetDays()[0].GetSubmitted(), answer.Msg.GetDays()[0].GetAccepted()})
	require.Equal(t, []any{"2026-11-20", int32(0), int32(1)}, []any{answer.Msg.GetDays()[1].GetDay(), answer.Msg.GetDays()[1].GetSubmitted(), answer.Msg.GetDays()[1].GetAccepted()})
	_, err = h.portal().Register.TellProgress(h.as(supervisor), connect.NewRequest(&reportsv1.TellProgressRequest{ObligationId: "XX-99", PeriodId: "2026-X"}))
	require.Equal(t, []string{"obligation_id", "period_id"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
}
