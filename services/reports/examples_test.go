package reports

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func (h *house) atTerminal(event *reportsv1.RecordEventRequest) (*reportsv1.Event, error) {
	answer, err := h.cfg.NewClients("terminal").Acts.RecordEvent(h.t.Context(), connect.NewRequest(event))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func withdrawal(caseID, actID string) *connect.Request[casefilev1.Act] {
	return connect.NewRequest(&casefilev1.Act{ActId: actID, CaseId: caseID, Kind: &casefilev1.Act_Withdraw{
		Withdraw: &casefilev1.Withdraw{Words: "Kiểm tra hệ thống", Document: "nenep try"}}})
}

// caseOf registers the dialogue as if the event had opened it.
func (h *house) caseOf(event *reportsv1.Event) string {
	id := event.GetObligationId() + "/" + event.GetUnitId() + "/" + event.GetId()
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId = id, event.GetObligationId(), event.GetUnitId(), event.GetId()
	})
	return id
}

func TestTheTerminalRecordsExamplesOnly(t *testing.T) {
	h := newHouse(t)
	example := vacancy("try-1")
	example.Example = true
	_, err := h.atTerminal(example)
	require.NoError(t, err)

	_, err = h.atTerminal(vacancy("real"))
	refusalOf(t, err, contract.CodeForbidden)
	everywhere := vacancy("try-2")
	everywhere.Example, everywhere.EveryUnit = true, true
	_, err = h.atTerminal(everywhere)
	require.Error(t, err)
}

func TestTheTerminalWithdrawsTheCaseOfAnExampleAndNoOther(t *testing.T) {
	h := newHouse(t)
	example := vacancy("try-1")
	example.Example = true
	event, err := h.atTerminal(example)
	require.NoError(t, err)
	_, err = h.cfg.NewClients("terminal").Acts.Act(t.Context(), withdrawal(h.caseOf(event), "act-try-0001"))
	require.NoError(t, err)
	acts, err := h.worker().Acts.ListActs(t.Context(), connect.NewRequest(&reportsv1.ListActsRequest{CaseId: "BCD-04/DU-12205-2507/" + event.GetId()}))
	require.NoError(t, err)
	require.Equal(t, terminalsName, acts.Msg.GetActs()[0].GetAct().GetOfficialId(), "no person is said to have done it")

	real, err := h.recordEvent(contact, vacancy("real"))
	require.NoError(t, err)
	_, err = h.cfg.NewClients("terminal").Acts.Act(t.Context(), withdrawal(h.caseOf(real), "act-try-0002"))
	require.Contains(t, refusalOf(t, err, contract.CodeForbidden).GetTextVi(), "Chỉ hồ sơ ví dụ mới được thu hồi mà không nêu tên cán bộ")
}

func TestOtherSystemsHearNothingOfAnExample(t *testing.T) {
	h := newHouse(t)
	example := vacancy("try-1")
	example.Example = true
	event, err := h.atTerminal(example)
	require.NoError(t, err)
	real, err := h.recordEvent(contact, vacancy("real"))
	require.NoError(t, err)
	for id, expected := range map[string]bool{h.caseOf(event): true, h.caseOf(real): false, dialogue: false, "no case": false} {
		found, err := openedByExample(h.db, id)
		require.NoError(t, err)
		require.Equal(t, expected, found, id)
	}
}
