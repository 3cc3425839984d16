package portal

import (
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

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
