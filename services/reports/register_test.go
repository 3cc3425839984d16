package reports

import (
	"fmt"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func TestACaseIsRegisteredOnceAndASecondRunLearnsThatItIsKnown(t *testing.T) {
	h := newHouse(t)
	input := h.openCase()
	register := func(runID string) bool {
		answer, err := h.worker().Register.RegisterCase(t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{Input: input, State: openState(), RunId: runID}))
		require.NoError(t, err)
		return answer.Msg.GetKnown()
	}
	require.False(t, register(run), "the same run again, after its answer was lost")
	require.True(t, register("22222222-2222-2222-2222-222222222222"), "a second start of the same case")

	got, err := h.portal().Register.GetCase(h.as(contact), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Equal(t, run, got.Msg.GetRunId())
	require.Equal(t, "2026", got.Msg.GetPeriodId())
	require.Equal(t, "2026-11-01T00:00:00Z", got.Msg.GetOpenedAt())
	require.Len(t, got.Msg.GetInput().GetSteps(), 2)
	require.Equal(t, casefilev1.State_STATE_OPEN, got.Msg.GetState().GetState())
}

func TestManyStartsOfOneCaseAtOnceLeaveOneOwner(t *testing.T) {
	h := newHouse(t)
	var owners, others sync.Map
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			runID := fmt.Sprintf("run-%d", i)
			answer, err := h.worker().Register.RegisterCase(t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{Input: dialogueInput(), State: openState(), RunId: runID}))
			if err == nil && !answer.Msg.GetKnown() {
				owners.Store(runID, true)
			} else if err == nil {
				others.Store(runID, true)
			}
		})
	}
	wait.Wait()
	require.Equal(t, 1, size(&owners))
	require.Equal(t, 7, size(&others))
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

func TestACorrectionIsRegisteredUnderTheSamePeriod(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.FollowsCaseId = dialogue+"/c1", dialogue
	})
	answer, err := h.portal().Register.ListCases(h.as(contact), connect.NewRequest(&reportsv1.ListCasesRequest{PeriodId: "2026"}))
	require.NoError(t, err)
	require.EqualValues(t, 2, answer.Msg.GetTotal())
}

func TestWhatCannotBeRegisteredIsRefusedWithEveryField(t *testing.T) {
	h := newHouse(t)
	input, state := dialogueInput(), openState()
	input.UnitId, input.PeriodId, state.State, state.DueDay = "OTHER-1", "2026-H3", 0, "2026-02-30"
	_, err := h.worker().Register.RegisterCase(t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{Input: input, State: state, At: "yesterday"}))
	refusal := refusalOf(t, err, contract.CodeInvalid)
	require.Equal(t, []string{"at", "input.period_id", "input.unit_id", "run_id", "state.due_day", "state.state"}, fieldsOf(refusal.GetFields()))

	input = dialogueInput()
	input.CaseId, input.PeriodId = "DT-01/"+commune+"/2026-H3", "2026-H3"
	_, err = h.worker().Register.RegisterCase(t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{Input: input, State: openState(), RunId: run}))
	require.Equal(t, []string{"input.period_id"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
}

func TestOfficialsCannotWriteTheRegister(t *testing.T) {
	h := newHouse(t)
	_, err := h.portal().Register.RegisterCase(h.as(administrator), connect.NewRequest(&reportsv1.RegisterCaseRequest{Input: dialogueInput(), State: openState(), RunId: run}))
	refusalOf(t, err, contract.CodeForbidden)
	_, err = h.portal().Register.WriteProgress(h.as(administrator), connect.NewRequest(&reportsv1.WriteProgressRequest{Progress: &casefilev1.Progress{CaseId: dialogue}}))
	refusalOf(t, err, contract.CodeForbidden)
}

func TestProgressIsWrittenOnceAndNeverBackwards(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	submitted := func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_SUBMITTED }
	require.False(t, h.progress(dialogue, 3, contract.ProgressSubmitted, submitted))
	require.True(t, h.progress(dialogue, 3, contract.ProgressSubmitted, submitted), "the same write after its answer was lost")
	require.True(t, h.progress(dialogue, 2, contract.ProgressRung, func(*casefilev1.CaseState) {}), "an older write that came late")

	got, err := h.portal().Register.GetCase(h.as(contact), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, got.Msg.GetState().GetState())
	require.EqualValues(t, 3, got.Msg.GetState().GetSequence())
	var kinds []string
	require.NoError(t, h.db.Model(&auditRow{}).Order("id").Pluck("kind", &kinds).Error)
	require.Equal(t, []string{"case-opened", "case-submitted"}, kinds)
}

func TestProgressOfACaseNobodyRegisteredIsRefused(t *testing.T) {
	h := newHouse(t)
	_, err := h.worker().Register.WriteProgress(t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: dialogue, Sequence: 2, What: contract.ProgressRung, State: openState()}}))
	refusalOf(t, err, contract.CodeNotFound)
}

func TestTheRegisterTellsWhichOfFiveThousandIDsItKnows(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	ids := make([]string, 5000)
	for i := range ids {
		ids[i] = fmt.Sprintf("DT-01/UBND-%d/2026", i)
	}
	ids[4711] = dialogue
	answer, err := h.worker().Register.KnownCases(t.Context(), connect.NewRequest(&reportsv1.KnownCasesRequest{Ids: ids}))
	require.NoError(t, err)
	require.Equal(t, []string{dialogue}, answer.Msg.GetKnownIds())
	_, err = h.worker().Register.KnownCases(t.Context(), connect.NewRequest(&reportsv1.KnownCasesRequest{Ids: append(ids, "x")}))
	refusalOf(t, err, contract.CodeInvalid)
}

// register a handful of cases of which one is late and one waits for review.
func openMany(h *house) {
	for i, unit := range []string{"UBND-1", "UBND-2", "UBND-3", "UBND-4"} {
		h.openCase(func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
			input.UnitId, input.CaseId, input.AreaId = unit, "DT-01/"+unit+"/2026", fmt.Sprintf("A-%d", i)
			switch unit {
			case "UBND-1":
				state.DueDay = "2026-11-20"
			case "UBND-2":
				state.State, state.DueDay = casefilev1.State_STATE_SUBMITTED, "2026-11-20"
			case "UBND-3":
				state.State, state.DueDay = casefilev1.State_STATE_RETURNED, "2026-11-30"
			}
		})
	}
}

func TestTheListCountsStatesAndWhoIsLateToday(t *testing.T) {
	h := newHouse(t)
	openMany(h)
	h.clock.set("2026-11-30 23:59")
	list := func(filter *reportsv1.ListCasesRequest) *reportsv1.ListCasesResponse {
		answer, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(filter))
		require.NoError(t, err)
		return answer.Msg
	}
	all := list(&reportsv1.ListCasesRequest{ObligationId: "DT-01", Limit: 2})
	require.EqualValues(t, 4, all.GetTotal())
	require.Len(t, all.GetCases(), 2, "the limit cuts the rows, not the counts")
	require.Equal(t, "DT-01/UBND-1/2026", all.GetCases()[0].GetId(), "due first, first in the list")
	require.EqualValues(t, 6, all.GetCases()[0].GetState().GetLateWorkingDays(), "23 to 30 November without the weekend")
	counts := map[string][2]int32{}
	for _, count := range all.GetCounts() {
		counts[count.GetState()] = [2]int32{count.GetTotal(), count.GetLate()}
	}
	require.Equal(t, map[string][2]int32{"open": {2, 1}, "submitted": {1, 0}, "returned": {1, 0}}, counts,
		"a case in review is nobody's lateness, and the due day itself is in time")

	h.clock.set("2026-12-01 00:00")
	require.EqualValues(t, 2, list(&reportsv1.ListCasesRequest{LateOnly: true}).GetTotal(), "at midnight in Hưng Yên the returned one is late")
	require.EqualValues(t, 1, list(&reportsv1.ListCasesRequest{State: "submitted"}).GetTotal())
	require.EqualValues(t, 2, list(&reportsv1.ListCasesRequest{UnitIds: []string{"UBND-1", "UBND-4", "NONE"}}).GetTotal())
	require.EqualValues(t, 1, list(&reportsv1.ListCasesRequest{AreaId: "A-2"}).GetTotal())
	require.EqualValues(t, 4, list(&reportsv1.ListCasesRequest{ReviewerUnitId: reviewing}).GetTotal())
	require.EqualValues(t, 0, list(&reportsv1.ListCasesRequest{PeriodId: "2025"}).GetTotal())
	page := list(&reportsv1.ListCasesRequest{Limit: 2, Offset: 2})
	require.Len(t, page.GetCases(), 2)
}

func TestAShiftedClockDecidesWhoIsLate(t *testing.T) {
	h := newHouse(t)
	h.openCase(func(_ *casefilev1.CaseInput, state *casefilev1.CaseState) { state.ClockOffsetSeconds = 40 * 24 * 3600 })
	answer, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{LateOnly: true}))
	require.NoError(t, err)
	require.EqualValues(t, 1, answer.Msg.GetTotal(), "for this case it is 10 January")
	require.EqualValues(t, 5, answer.Msg.GetCases()[0].GetState().GetLateWorkingDays(), "01/01 is a day off in the case's own calendar")
}

func TestAFilterNobodyCanMeanIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	_, err := h.portal().Register.ListCases(h.as(contact), connect.NewRequest(&reportsv1.ListCasesRequest{State: "late", PeriodId: "26", Limit: 5001, Offset: -1}))
	require.Equal(t, []string{"limit", "offset", "period_id", "state"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
}

func TestACaseNobodyKnowsIsNotFound(t *testing.T) {
	h := newHouse(t)
	_, err := h.portal().Register.GetCase(h.as(contact), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.Contains(t, refusalOf(t, err, contract.CodeNotFound).GetTextVi(), dialogue)
}
