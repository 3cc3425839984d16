package reports

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// AmendCases orders that one running case, or every running case of an obligation, takes the catalogue and the settings of today: for
// administrators and the leaders of the standing agency. A case that would not change gets no act.
func (s *server) AmendCases(ctx context.Context, request *connect.Request[reportsv1.AmendCasesRequest]) (*connect.Response[reportsv1.AmendCasesResponse], error) {
	order := orderRow{OrderID: uuid.NewString(), CaseID: request.Msg.GetCaseId(), ObligationID: request.Msg.GetObligationId(), Reason: request.Msg.GetReason(),
		Document: request.Msg.GetDocument(), Words: request.Msg.GetWords(), OfficialID: wire.IdentityOf(ctx).OfficialID, OrderedAt: s.now().UTC()}
	if err := s.orderable(ctx, order); err != nil {
		return nil, err
	}
	if err := s.mayOrderAmendments(ctx, order.OfficialID); err != nil {
		return nil, err
	}
	// The order is kept before it is given: its words stand ready when the first act arrives.
	if err := s.register.keepOrder(ctx, order); err != nil {
		return nil, err
	}
	id, err := s.orderAmendment(ctx, order)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.AmendCasesResponse{WorkflowId: id}), nil
}

func (s *server) orderable(ctx context.Context, order orderRow) error {
	j := &judge{}
	if (order.CaseID == "") == (order.ObligationID == "") {
		j.add("case_id", "Chọn một hồ sơ, hoặc một nhiệm vụ để áp dụng cho mọi hồ sơ đang thực hiện.", "Choose one case, or one obligation for all of its running cases.")
	}
	j.faults = append(j.faults, s.undeclared(order.ObligationID)...)
	j.document("document", "Áp dụng quy tắc mới", "An amendment", order.Document)
	j.faults = append(j.faults, tooLong("words", "nội dung", "the text", order.Words, mostWords)...)
	if err := refuseFields(j.faults); err != nil || order.CaseID == "" {
		return err
	}
	row, err := s.register.find(ctx, order.CaseID)
	if err != nil {
		return err
	}
	if row.State == "accepted" || ended(row.State) {
		return wire.Refuse(contract.CodeWrongState,
			fmt.Sprintf("Hồ sơ đang ở trạng thái “%s” nên không áp dụng quy tắc mới được.", stateWordsVI[row.State]),
			fmt.Sprintf("The case is %s, so it takes no new rules.", row.State))
	}
	return nil
}

func (s *server) mayOrderAmendments(ctx context.Context, official string) error {
	hats, err := s.hats(ctx, official)
	if err != nil {
		return err
	}
	if official != "" && mayOrder(hats) {
		return nil
	}
	return wire.Forbidden("Tài khoản này không có quyền áp dụng quy tắc mới cho hồ sơ đang thực hiện. Liên hệ lãnh đạo cơ quan thường trực hoặc "+s.cfg.HelpContact+".",
		"This account may not amend running cases. Ask a leader of the standing agency, or "+s.cfg.HelpContact+".")
}

func (s *server) orderAmendment(ctx context.Context, order orderRow) (workflowID string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	input := contract.AmendInput{OrderID: order.OrderID, Reason: order.Reason, Obligation: order.ObligationID, Document: order.Document, OfficialID: order.OfficialID}
	if order.CaseID != "" {
		input.CaseIDs = []string{order.CaseID}
	}
	id := contract.WorkflowAmend + "/" + order.OrderID
	_, err = s.cases.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: contract.QueueUpkeep, StaticSummary: "Áp dụng quy tắc mới cho " + order.CaseID + order.ObligationID,
	}, contract.AmendCases, input)
	if err != nil {
		return "", unavailable("Temporal", "Temporal")
	}
	return id, nil
}

func (r register) keepOrder(ctx context.Context, order orderRow) error {
	return r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&order).Error; err != nil {
			return fmt.Errorf("keep the order to amend: %w", err)
		}
		body, err := canonicalJSON(fmt.Appendf(nil, `{"order_id":%q,"case_id":%q,"obligation_id":%q,"reason":%q}`, order.OrderID, order.CaseID, order.ObligationID, order.Reason))
		if err != nil {
			return err
		}
		return appendAudit(tx, auditEntry{at: order.OrderedAt, kind: "amendment-ordered", caseID: order.CaseID, officialID: order.OfficialID, body: body})
	})
}

// withOrderedWords gives an amendment the words of the newest order it carries out: they never travelled with it.
func (r register) withOrderedWords(ctx context.Context, act *casefilev1.Act) error {
	amend := act.GetAmend()
	if amend == nil || amend.GetWords() != "" || act.GetOfficialId() == "" {
		return nil
	}
	var words []string
	err := r.db.WithContext(ctx).Model(&orderRow{}).
		Where("(case_id = ? OR obligation_id = ?) AND reason = ? AND document = ? AND official_id = ?",
			act.GetCaseId(), amend.GetInput().GetObligationId(), amend.GetReason(), amend.GetDocument(), act.GetOfficialId()).
		Order("ordered_at DESC").Limit(1).Pluck("words", &words).Error
	if err != nil {
		return fmt.Errorf("read the order to amend case %s: %w", act.GetCaseId(), err)
	}
	if len(words) == 1 {
		amend.Words = words[0]
	}
	return nil
}

// keepAmended puts the snapshot of the act that amended the case in place of the one it was decided by. What it opened with is kept.
func keepAmended(tx *gorm.DB, progress *casefilev1.Progress) error {
	var rows []actRow
	if err := tx.Where("act_id = ? AND case_id = ? AND kind = 'amend'", progress.GetActId(), progress.GetCaseId()).Limit(1).Find(&rows).Error; err != nil {
		return fmt.Errorf("read the amendment %s: %w", progress.GetActId(), err)
	}
	if len(rows) == 0 {
		return nil // the register is being rebuilt from running cases: their input is written with them
	}
	stored, err := rows[0].tell()
	if err != nil {
		return err
	}
	input := stored.GetAct().GetAmend().GetInput()
	text, err := canonical(input)
	if err != nil {
		return err
	}
	err = tx.Model(&caseRow{}).Where("id = ?", progress.GetCaseId()).Updates(map[string]any{
		"input": string(text), "title_vi": input.GetTitleVi(), "opened_with": gorm.Expr("coalesce(opened_with, input)")}).Error
	if err != nil {
		return fmt.Errorf("amend case %s: %w", progress.GetCaseId(), err)
	}
	return nil
}
