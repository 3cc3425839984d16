package reports

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const (
	reopenOrder = "order-reopen-1"
	newRun      = "33333333-3333-3333-3333-333333333333"
)

// takes has the case know every act that is brought to it.
func takes(standing *casefilev1.CaseStanding) func(client.UpdateWorkflowOptions, *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	return func(options client.UpdateWorkflowOptions, _ *casefilev1.Act) (*casefilev1.ActOutcome, error) {
		standing.Taken = append(standing.Taken, &casefilev1.TakenAct{ActId: options.UpdateID, Kind: options.UpdateName})
		return &casefilev1.ActOutcome{ActId: options.UpdateID, State: openedState()}, nil
	}
}

func (h *house) ends(status enumspb.WorkflowExecutionStatus) {
	h.temporal.set(func() { h.temporal.closed = map[string]enumspb.WorkflowExecutionStatus{dialogue: status} })
}

func (h *house) reopen(orderID string) (*reportsv1.ReopenCasesResponse, error) {
	answer, err := h.portal().Repair.ReopenCases(h.as(administrator), connect.NewRequest(&reportsv1.ReopenCasesRequest{OrderId: orderID, CaseIds: []string{dialogue}, Words: "dừng nhầm"}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) lostCases() []*reportsv1.LostCase {
	answer, err := h.portal().Repair.ListLost(h.as(administrator), connect.NewRequest(&reportsv1.ListLostRequest{}))
	require.NoError(h.t, err)
	return answer.Msg.GetCases()
}

func TestALostCaseBeginsAgainWithItsActs(t *testing.T) {
	h := newHouse(t)
	standing := h.runs()
	h.temporal.answer = takes(standing)
	for _, id := range []string{"act-00000002", "act-00000003"} {
		_, err := h.act(contact, note(id, "đã gọi điện"))
		require.NoError(t, err)
	}
	require.Empty(t, h.lostCases())
	answer, err := h.reopen(reopenOrder)
	require.NoError(t, err)
	require.Equal(t, []string{dialogue}, answer.GetNotLostCaseIds(), "a case that runs is left as it is")
	require.Empty(t, h.temporal.starts)

	h.ends(enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED)
	lost := h.lostCases()
	require.Len(t, lost, 1)
	require.Equal(t, []any{"terminated", int32(2)}, []any{lost[0].GetCause(), lost[0].GetActs()})
	rebuilt, err := h.rebuild()
	require.NoError(t, err)
	require.Equal(t, []string{dialogue}, rebuilt.GetLostCaseIds())
	require.Empty(t, rebuilt.GetDifferences())

	for range 2 { // pressed twice
		answer, err = h.reopen(reopenOrder)
		require.NoError(t, err)
		require.EqualValues(t, 1, answer.GetOrdered())
	}
	_, err = h.reopen("order-reopen-2")
	require.NoError(t, err)
	for i, start := range h.temporal.starts {
		require.Equal(t, contract.WorkflowReopen+"/"+reopenOrder, start.ID, "one order is under way, and only that")
		require.Equal(t, contract.ReopenInput{OrderID: reopenOrder, CaseIDs: []string{dialogue}}, h.temporal.startArg[i])
	}
	require.EqualValues(t, 1, h.trail("reopening-ordered"))

	found, err := h.worker().Repair.GetReopening(t.Context(), connect.NewRequest(&reportsv1.GetReopeningRequest{OrderId: reopenOrder, CaseId: dialogue}))
	require.NoError(t, err)
	was := found.Msg.GetInput().GetReopened()
	require.Equal(t, []string{"act-00000002", "act-00000003"}, was.GetActIds())
	require.EqualValues(t, 2, was.GetSequence())
	require.Equal(t, "remind-14", was.GetFired()[0].GetRungId())
	require.Equal(t, "2026-12-01", was.GetOn())
	require.Equal(t, "2026-12-31", found.Msg.GetInput().GetDue().GetDay())

	register := func(runID string) bool {
		answer, err := h.worker().Register.RegisterCase(t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{Input: found.Msg.GetInput(), State: openedState(), RunId: runID}))
		require.NoError(t, err)
		return answer.Msg.GetKnown()
	}
	require.False(t, register(newRun), "the register follows the workflow that begins by the order")
	require.False(t, register(newRun), "and again, when its answer was lost")
	require.True(t, register("44444444-4444-4444-4444-444444444444"), "and no other")

	h.temporal.set(func() { h.temporal.closed, standing.Taken, h.temporal.updates = nil, nil, nil })
	for range 2 {
		delivered, err := h.worker().Repair.DeliverReopened(t.Context(), connect.NewRequest(&reportsv1.DeliverReopenedRequest{OrderId: reopenOrder, CaseId: dialogue}))
		require.NoError(t, err)
		require.Zero(t, delivered.Msg.GetLeft())
	}
	require.Len(t, h.temporal.updates, 2, "each once")
	require.Equal(t, []string{"act-00000002", "act-00000003"}, []string{h.temporal.updates[0].UpdateID, h.temporal.updates[1].UpdateID})
	require.EqualValues(t, 1, h.trail("reopened"))
	told, err := h.portal().Repair.ListReopenings(h.as(administrator), connect.NewRequest(&reportsv1.ListReopeningsRequest{CaseId: dialogue}))
	require.NoError(t, err)
	require.Len(t, told.Msg.GetReopenings(), 1)
	require.Equal(t, []string{newRun, run, "dừng nhầm", administrator}, []string{told.Msg.GetReopenings()[0].GetRunId(), told.Msg.GetReopenings()[0].GetLostRunId(),
		told.Msg.GetReopenings()[0].GetWords(), told.Msg.GetReopenings()[0].GetOfficialId()})
	require.NotEmpty(t, told.Msg.GetReopenings()[0].GetDoneAt())
	require.True(t, verifyAudit(h).GetWhole())
}

// What had ended is no loss, though Temporal forgets it; what had not been exported is.
func TestOnlyWhatShouldRunIsLost(t *testing.T) {
	h := newHouse(t)
	standing := h.runs()
	h.ends(enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED)
	require.Len(t, h.lostCases(), 1)
	h.ends(enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
	require.Len(t, h.lostCases(), 1, "what completed was a second start that the register had turned away")
	rebuilt, err := h.rebuild()
	require.NoError(t, err)
	require.Equal(t, []string{dialogue}, rebuilt.GetLostCaseIds())
	require.Zero(t, rebuilt.GetWritten())
	h.temporal.set(func() { standing.State.State = casefilev1.State_STATE_WITHDRAWN })
	require.Empty(t, h.lostCases(), "it ended by itself: the register is to be rebuilt")
	h.ends(enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED)
	require.NoError(t, h.db.Exec("UPDATE cases SET export_sha256 = repeat('a', 64)").Error)
	require.Empty(t, h.lostCases())
}

func TestResendDeliversWhatDidNotArriveAndNothingTwice(t *testing.T) {
	h := newHouse(t)
	standing := h.runs()
	h.temporal.set(func() { h.temporal.away = true })
	_, err := h.act(contact, note("act-00000002", "đã gọi điện"))
	require.NoError(t, err)
	h.temporal.set(func() { h.temporal.away, h.temporal.answer = false, takes(standing) })
	resend := func(actID string) ([]*reportsv1.ResentAct, error) {
		answer, err := h.portal().Repair.ResendActs(h.as(administrator), connect.NewRequest(&reportsv1.ResendActsRequest{
			OrderId: "order-" + t.Name()[:10] + actID, CaseId: dialogue, ActId: actID, Words: "cán bộ gọi hỏi"}))
		if err != nil {
			return nil, err
		}
		return answer.Msg.GetActs(), nil
	}
	acts, err := resend("")
	require.NoError(t, err)
	require.Len(t, acts, 1)
	require.Equal(t, "delivered", acts[0].GetOutcome())
	acts, err = resend("")
	require.NoError(t, err)
	require.Empty(t, acts)
	acts, err = resend("act-00000002")
	require.NoError(t, err)
	require.Empty(t, acts[0].GetOutcome())
	require.Len(t, h.temporal.updates, 1)
	_, err = resend("act-99999999")
	refusalOf(t, err, contract.CodeNotFound)

	h.temporal.set(func() { standing.Taken = nil }) // restored from before it
	acts, err = resend("act-00000002")
	require.NoError(t, err)
	require.Equal(t, "delivered", acts[0].GetOutcome())
	h.ends(enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED)
	_, err = resend("")
	require.Contains(t, refusalOf(t, err, contract.CodeWrongState).GetTextVi(), "nenep case reopen "+dialogue)
}
