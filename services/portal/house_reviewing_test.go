package portal

import (
	"context"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// GetRawHistory pages the events as reports does.
func (h *house) GetRawHistory(_ context.Context, r *connect.Request[reportsv1.GetRawHistoryRequest]) (*connect.Response[reportsv1.GetRawHistoryResponse], error) {
	answer := &reportsv1.GetRawHistoryResponse{Total: int64(len(h.rawEvents)), TemporalUrl: "http://127.0.0.1:8233/x", FromExport: h.rawFromExport}
	for _, event := range h.rawEvents {
		if event.GetId() >= r.Msg.GetFromEvent() && len(answer.GetEvents()) < int(r.Msg.GetLimit()) {
			answer.Events = append(answer.Events, event)
		}
	}
	return connect.NewResponse(answer), nil
}

// reviewingHouse is what the house remembers for the pages of reviewers and of the history.
type reviewingHouse struct {
	rawEvents     []*reportsv1.RawEvent
	rawFromExport bool
}

// notWaiting refuses, as the case does, to confirm or return what no longer waits for it. What was decided counts as a change.
func (h *house) notWaiting(act *casefilev1.Act, state *casefilev1.CaseState) error {
	if act.GetAccept() == nil && act.GetReturn() == nil {
		return nil
	}
	if state.GetState() != casefilev1.State_STATE_SUBMITTED {
		return wire.ConnectError(wire.Refuse(contract.CodeWrongState,
			"Hồ sơ đang ở trạng thái “"+stateWord(state.GetState())+"” nên không xác nhận hồ sơ được. Tải lại trang để xem các việc có thể làm.", "The case is in another state."))
	}
	state.Sequence++
	return nil
}
