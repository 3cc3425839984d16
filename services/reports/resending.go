package reports

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// ResendActs delivers the acts of a case that it has not taken: those that were stored and never arrived, and those that a restored
// Temporal has forgotten.
func (s *server) ResendActs(ctx context.Context, request *connect.Request[reportsv1.ResendActsRequest]) (*connect.Response[reportsv1.ResendActsResponse], error) {
	if err := s.mayRepair(ctx); err != nil {
		return nil, err
	}
	asked := request.Msg
	order, err := s.newRepair(ctx, repairResend, asked.GetOrderId(), asked.GetCaseId(), asked.GetWords())
	if err != nil {
		return nil, err
	}
	row, err := s.register.find(ctx, asked.GetCaseId())
	if err != nil {
		return nil, err
	}
	acts, err := s.actsToResend(ctx, row.ID, asked.GetActId())
	if err != nil {
		return nil, err
	}
	if err := s.register.db.WithContext(ctx).Transaction(order.keep); err != nil {
		return nil, err
	}
	answer := &reportsv1.ResendActsResponse{}
	if asked.GetRungId() != "" && asked.GetActId() == "" {
		return connect.NewResponse(answer), nil // messages only
	}
	known, err := s.takenBy(ctx, row)
	if err != nil {
		return nil, err
	}
	for _, act := range acts {
		resent, err := s.resend(ctx, act, known)
		if err != nil {
			return nil, err
		}
		if resent.GetOutcome() != "" || asked.GetActId() != "" {
			answer.Acts = append(answer.Acts, resent)
		}
		if resent.GetOutcome() == "pending" {
			break // those behind it keep their place
		}
	}
	return connect.NewResponse(answer), nil
}

func (s *server) actsToResend(ctx context.Context, caseID, actID string) ([]actRow, error) {
	acts, err := s.register.actsOf(ctx, caseID)
	if err != nil || actID == "" {
		return acts, err
	}
	for _, act := range acts {
		if act.ActID == actID {
			return []actRow{act}, nil
		}
	}
	return nil, wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Hồ sơ %s không có việc nào mang mã %s. Xem các việc bằng nenep case show.", caseID, actID),
		fmt.Sprintf("The case %s has no act %s. nenep case show lists its acts.", caseID, actID))
}

// takenBy are the acts that the case's workflow has taken; a lost case is refused with what to do.
func (s *server) takenBy(ctx context.Context, row caseRow) (map[string]bool, error) {
	found, err := s.executionOf(ctx, row.ID)
	if err != nil {
		return nil, unavailable("Temporal", "Temporal")
	}
	if row.ExportSha256 == "" && found.gone() {
		return nil, wire.Refuse(contract.CodeWrongState,
			fmt.Sprintf("Hồ sơ %s không còn chạy trong Temporal. Mở lại bằng nenep case reopen %s, các việc đã lưu sẽ được đưa lại.", row.ID, row.ID),
			fmt.Sprintf("The case %s has no running workflow. Open it again with nenep case reopen %s: its acts are delivered again with it.", row.ID, row.ID))
	}
	if found.gone() {
		return nil, nil //nolint:nilnil // of a case that has ended nobody knows
	}
	standing, err := s.standing(ctx, row.ID, found.runID)
	if err != nil {
		return nil, unavailable("Worker của các hồ sơ", "The worker of the cases")
	}
	taken := map[string]bool{}
	for _, act := range standing.GetTaken() {
		taken[act.GetActId()] = true
	}
	return taken, nil
}

// resend delivers one act where the case does not know it. An outcome is empty when there was nothing to do.
func (s *server) resend(ctx context.Context, row actRow, known map[string]bool) (*reportsv1.ResentAct, error) {
	stored, err := row.tell()
	if err != nil {
		return nil, err
	}
	resent := &reportsv1.ResentAct{ActId: row.ActID, Kind: row.Kind}
	refusal := stored.GetOutcome().GetRefusal()
	switch {
	case stored.GetOutcome() == nil:
		outcome, err := s.answer(ctx, row)
		if err != nil {
			return nil, err
		}
		if outcome.GetPending() {
			resent.Outcome = "pending"
			return resent, nil
		}
		resent.Outcome, refusal = "delivered", outcome.GetRefusal()
	case refusal == nil && known != nil && !known[row.ActID] && row.Kind != kindReinstate:
		done, err := s.redeliver(ctx, row.CaseID, []actRow{row})
		if err != nil {
			return nil, err
		}
		if resent.Outcome = "delivered"; done == 0 {
			resent.Outcome = "refused"
		}
	}
	if refusal != nil && resent.Outcome != "" {
		resent.Outcome, resent.TextVi = "refused", refusal.GetTextVi()
	}
	return resent, nil
}
