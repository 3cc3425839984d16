package reports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

const (
	// deliveryPatience is how long a person's request waits for the case's answer.
	deliveryPatience = 10 * time.Second
	// deliveryRound ends before the scheduled workflow's call does; the next run goes on.
	deliveryRound   = 20 * time.Second
	usualDeliveries = 50
	mostDeliveries  = 500
)

// answer delivers a stored act, unless its outcome is known, and keeps what came of it.
func (s *server) answer(ctx context.Context, row actRow) (*casefilev1.ActOutcome, error) {
	stored, err := row.tell()
	if err != nil {
		return nil, err
	}
	if stored.GetOutcome() != nil {
		return stored.GetOutcome(), nil
	}
	outcome, err := s.deliverRow(ctx, row, stored.GetAct())
	if err != nil {
		s.logger.Warn("act stored, not delivered", zap.String("case", row.CaseID), zap.String("act", row.ActID), zap.Error(err))
		return &casefilev1.ActOutcome{ActId: row.ActID, Pending: true}, nil
	}
	// The case has answered: that is written down even when the caller has gone away.
	return keepOutcome(s.register.db.WithContext(context.WithoutCancel(ctx)), outcome, s.now())
}

func (s *server) deliverRow(ctx context.Context, row actRow, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	if row.Kind == kindReinstate {
		return s.deliverReinstatement(ctx, row)
	}
	return s.deliver(ctx, act)
}

// deliver brings the act to its case as an Update whose id is the act's id, so that Temporal
// itself answers a second delivery with the first result. An error means: not delivered, or not
// known whether; it is delivered again.
func (s *server) deliver(ctx context.Context, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	ctx, cancel := context.WithTimeout(ctx, deliveryPatience)
	defer cancel()
	handle, err := s.cases.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: act.GetCaseId(), UpdateName: actKind(act), UpdateID: act.GetActId(),
		Args: []any{withoutWords(act)}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	outcome := &casefilev1.ActOutcome{}
	if err == nil {
		err = handle.Get(ctx, outcome)
	}
	if err == nil {
		outcome.ActId, outcome.Pending = act.GetActId(), false
		return outcome, nil
	}
	refusal, err := s.refusalOf(ctx, act, err)
	if err != nil {
		return nil, err
	}
	return &casefilev1.ActOutcome{ActId: act.GetActId(), Refusal: refusal}, nil
}

// refusalOf tells a case's "no" from a failure to reach it.
func (s *server) refusalOf(ctx context.Context, act *casefilev1.Act, err error) (*casefilev1.Refusal, error) {
	var said *temporal.ApplicationError
	if errors.As(err, &said) {
		return s.saidNo(act, said), nil
	}
	var gone *serviceerror.NotFound
	if !errors.As(err, &gone) {
		return nil, err
	}
	row, findErr := s.register.find(ctx, act.GetCaseId())
	if findErr != nil {
		return nil, errors.Join(err, findErr)
	}
	if !row.Sealed && !ended(row.State) {
		return nil, fmt.Errorf("the register says case %s is %s and Temporal has no running workflow of it: %w", row.ID, row.State, err)
	}
	verb, state := actVerbs[actKind(act)], stateWordsVI[row.State]
	if row.Sealed {
		state = "đã khóa kỳ"
	}
	return wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("Hồ sơ đang ở trạng thái “%s” nên không %s được. Tải lại trang để xem các việc có thể làm.", state, verb[0]),
		fmt.Sprintf("The case is closed (%s), so nobody can %s. Reload the page to see what can be done.", row.State, verb[1])).Refusal, nil
}

// saidNo is the case's own refusal. An error without one is a fault of the program: the operator
// reads the cause, the person a sentence, and the act is not tried for ever.
func (s *server) saidNo(act *casefilev1.Act, said *temporal.ApplicationError) *casefilev1.Refusal {
	var refusal *casefilev1.Refusal
	if said.HasDetails() && said.Details(&refusal) == nil && refusal.GetTextVi() != "" {
		return refusal
	}
	s.logger.Error("a case refused without a sentence", zap.String("case", act.GetCaseId()), zap.String("act", act.GetActId()), zap.Error(said))
	return wire.Refuse(contract.CodeUnavailable, "Hệ thống gặp sự cố khi thực hiện việc này. Tải lại trang rồi gửi lại; nếu vẫn không được, báo quản trị hệ thống.",
		"Something failed while doing this. Reload the page and send again; if it fails again, tell the administrator.").Refusal
}

// DeliverPending starts the workflows of webhooks for whom something waits, and delivers stored acts that have no outcome, the oldest first and those of one case
// in their order. It stops at the first that cannot be delivered because Temporal is away.
func (s *server) DeliverPending(ctx context.Context, request *connect.Request[reportsv1.DeliverPendingRequest]) (*connect.Response[reportsv1.DeliverPendingResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	limit := int(request.Msg.GetLimit())
	if limit <= 0 {
		limit = usualDeliveries
	}
	var rows []actRow
	err := s.register.db.WithContext(ctx).Where("outcome IS NULL").Order("stored_at, act_id").Limit(min(limit, mostDeliveries)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read pending acts: %w", err)
	}
	enough, cancel := context.WithTimeout(ctx, deliveryRound)
	defer cancel()
	delivered, err := s.deliverAll(enough, rows)
	if err != nil {
		return nil, err
	}
	var pending int64
	if err := s.register.db.WithContext(ctx).Model(&actRow{}).Where("outcome IS NULL").Count(&pending).Error; err != nil {
		return nil, fmt.Errorf("count pending acts: %w", err)
	}
	s.startSealings(ctx, "")
	if err := s.tellWaiting(ctx); err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.DeliverPendingResponse{Delivered: delivered, Pending: int32(min(pending, 1<<30))}), nil //nolint:gosec // bounded
}

func (s *server) deliverAll(ctx context.Context, rows []actRow) (delivered int32, err error) {
	waits := map[string]bool{} // cases with an act that could not be delivered: later ones keep their place
	for _, row := range rows {
		if waits[row.CaseID] || ctx.Err() != nil {
			continue
		}
		outcome, err := s.answer(ctx, row)
		if err != nil {
			return delivered, err
		}
		if !outcome.GetPending() {
			delivered++
			continue
		}
		waits[row.CaseID] = true
		if !s.temporalAnswers(ctx) {
			return delivered, nil
		}
	}
	return delivered, nil
}

// temporalAnswers tells whether Temporal can be reached at all.
func (s *server) temporalAnswers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_, err := s.cases.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err == nil
}
