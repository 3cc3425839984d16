package reports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/services/reports/history"
)

const (
	usualLookedAt = 500
	mostLookedAt  = 2000
	// describedAtOnce is how many workflows Temporal is asked about side by side.
	describedAtOnce = 16
)

// reopeningRow is a case that begins again by an order.
type reopeningRow struct {
	OrderID   string `gorm:"primaryKey"`
	CaseID    string `gorm:"primaryKey"`
	Snapshot  string
	LostRunID string
	RunID     string
	OrderedAt time.Time
	DoneAt    *time.Time
}

// TableName is the table of the row.
func (reopeningRow) TableName() string { return "reopenings" }

func (row reopeningRow) snapshot() (*casefilev1.Reopened, error) {
	was := &casefilev1.Reopened{}
	return was, readStored(row.Snapshot, was)
}

// ListLost looks through a page of the cases that should have a running workflow, and answers those that have none.
func (s *server) ListLost(ctx context.Context, request *connect.Request[reportsv1.ListLostRequest]) (*connect.Response[reportsv1.ListLostResponse], error) {
	if err := s.mayRepair(ctx); err != nil {
		return nil, err
	}
	rows, next, total, err := s.register.casesAfter(ctx, request.Msg.GetAfter(), pageLimit(request.Msg.GetLimit(), usualLookedAt, mostLookedAt), false)
	if err != nil {
		return nil, err
	}
	lost, err := s.lostOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ListLostResponse{Checked: int32(len(rows)), Next: next, Total: total} //nolint:gosec // a page
	for _, one := range lost {
		acts, err := s.register.doneActs(ctx, one.row.ID)
		if err != nil {
			return nil, err
		}
		answer.Cases = append(answer.Cases, &reportsv1.LostCase{CaseId: one.row.ID, Cause: one.found.status, ClosedAt: one.found.closedAt,
			RunId: one.row.RunID, State: one.row.State, Acts: int32(len(acts))}) //nolint:gosec // acts of a case
	}
	return connect.NewResponse(answer), nil
}

// lostCase is a case without a workflow, and what Temporal says instead.
type lostCase struct {
	row   caseRow
	found execution
}

// lostOf are those of the cases that have no running workflow, in their order. Rows that were exported have ended.
func (s *server) lostOf(ctx context.Context, rows []caseRow) ([]lostCase, error) {
	found, without := make([]execution, len(rows)), make([]bool, len(rows))
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(describedAtOnce)
	for i, row := range rows {
		group.Go(func() (err error) {
			if found[i], err = s.executionOf(running, row.ID); err == nil {
				without[i], err = s.lost(running, row, found[i])
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		s.logger.Warn("Temporal does not say which cases run", zap.Error(err))
		return nil, unavailable("Temporal", "Temporal")
	}
	var lost []lostCase
	for i, row := range rows {
		if without[i] {
			lost = append(lost, lostCase{row, found[i]})
		}
	}
	return lost, nil
}

// doneActs are the acts that a case had done, in the order in which they were stored.
func (r register) doneActs(ctx context.Context, caseID string) ([]actRow, error) {
	rows, err := r.actsOf(ctx, caseID)
	if err != nil {
		return nil, err
	}
	type one struct {
		row      actRow
		sequence int64
	}
	var done []one
	for _, row := range rows {
		is, err := row.done()
		if err != nil {
			return nil, err
		}
		if is {
			stored, err := row.tell()
			if err != nil {
				return nil, err
			}
			done = append(done, one{row, stored.GetOutcome().GetState().GetSequence()})
		}
	}
	slices.SortStableFunc(done, func(a, b one) int { // of one import many are stored at the same instant
		return cmp.Or(a.row.StoredAt.Compare(b.row.StoredAt), cmp.Compare(a.sequence, b.sequence))
	})
	acts := make([]actRow, len(done))
	for i, d := range done {
		acts[i] = d.row
	}
	return acts, nil
}

// ReopenCases orders that lost cases begin again: from the input they opened with, with all acts they had done. While Temporal is away
// nothing is ordered.
func (s *server) ReopenCases(ctx context.Context, request *connect.Request[reportsv1.ReopenCasesRequest]) (*connect.Response[reportsv1.ReopenCasesResponse], error) {
	if err := s.mayRepair(ctx); err != nil {
		return nil, err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(request.Msg.GetCaseIds())))
	of := ""
	if len(ids) == 1 {
		of = ids[0]
	}
	order, err := s.newRepair(ctx, repairReopen, request.Msg.GetOrderId(), of, request.Msg.GetWords())
	if err != nil {
		return nil, err
	}
	rows := make([]caseRow, len(ids))
	for i, id := range ids {
		if rows[i], err = s.register.find(ctx, id); err != nil {
			return nil, err
		}
	}
	lost, err := s.lostOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ReopenCasesResponse{}
	for _, id := range ids {
		if !slices.ContainsFunc(lost, func(l lostCase) bool { return l.row.ID == id }) {
			answer.NotLostCaseIds = append(answer.NotLostCaseIds, id)
		}
	}
	if len(lost) == 0 {
		return connect.NewResponse(answer), nil
	}
	s.keepLostHistories(ctx, lost)
	orders, err := s.register.orderReopenings(ctx, order, lost, s.now())
	if err != nil {
		return nil, err
	}
	for orderID, cases := range orders {
		if answer.WorkflowId, err = s.startReopening(ctx, orderID, cases); err != nil {
			return nil, err
		}
		answer.Ordered += int32(len(cases)) //nolint:gosec // a list of cases
	}
	return connect.NewResponse(answer), nil
}

// keepLostHistories stores what Temporal still has of workflows that were ended otherwise than by the case: soon it forgets them.
func (s *server) keepLostHistories(ctx context.Context, lost []lostCase) {
	group := &errgroup.Group{}
	group.SetLimit(comparedAtOnce)
	for _, one := range lost {
		if one.found.gone() && one.found.status != statusMissing && one.found.runID == one.row.RunID {
			group.Go(func() error {
				if err := s.exportLost(ctx, one.row.ID, one.row.RunID); err != nil {
					s.logger.Warn("the history of a lost case could not be kept", zap.String("case", one.row.ID), zap.Error(err))
				}
				return nil
			})
		}
	}
	_ = group.Wait()
}

// orderReopenings writes the order, and what each case begins again with; a case that is under way by an earlier order stays under that.
// It answers the cases by order.
func (r register) orderReopenings(ctx context.Context, order repairRow, lost []lostCase, now time.Time) (map[string][]string, error) {
	orders := map[string][]string{}
	err := r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		entries := make([]auditEntry, 0, len(lost))
		written := false
		for _, one := range lost {
			var underWay []reopeningRow
			if err := tx.Where("case_id = ? AND done_at IS NULL", one.row.ID).Limit(1).Find(&underWay).Error; err != nil {
				return fmt.Errorf("read how case %s is reopened: %w", one.row.ID, err)
			}
			if len(underWay) == 1 && underWay[0].RunID == "" {
				orders[underWay[0].OrderID] = append(orders[underWay[0].OrderID], one.row.ID)
				continue
			}
			if len(underWay) == 1 { // what it had begun was lost as well
				if err := tx.Model(&underWay[0]).Update("done_at", now.UTC()).Error; err != nil {
					return fmt.Errorf("end an order for case %s: %w", one.row.ID, err)
				}
			}
			if !written {
				kept := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&order)
				if kept.Error != nil {
					return fmt.Errorf("keep the order %s: %w", order.ID, kept.Error)
				}
				entry, err := order.entry()
				if err != nil {
					return err
				}
				if written = true; kept.RowsAffected == 1 {
					entries = append(entries, entry)
				}
			}
			row, entry, err := register{db: tx}.newReopening(ctx, order, one, now)
			if err != nil {
				return err
			}
			if err := tx.Create(&row).Error; err != nil {
				return fmt.Errorf("order that case %s begins again: %w", one.row.ID, err)
			}
			entries = append(entries, entry)
			orders[order.ID] = append(orders[order.ID], one.row.ID)
		}
		for _, entry := range entries {
			if err := appendAudit(tx, entry); err != nil {
				return err
			}
		}
		return nil
	})
	return orders, err
}

// newReopening fixes what the case begins again with.
func (r register) newReopening(ctx context.Context, order repairRow, one lostCase, now time.Time) (reopeningRow, auditEntry, error) {
	acts, err := r.doneActs(ctx, one.row.ID)
	if err != nil {
		return reopeningRow{}, auditEntry{}, err
	}
	_, state, err := one.row.casefileOf()
	if err != nil {
		return reopeningRow{}, auditEntry{}, err
	}
	was := &casefilev1.Reopened{OrderId: order.ID, On: calendar.DateOf(now).String(), Cause: one.found.status, LostRunId: one.row.RunID,
		Fired: state.GetFired(), Sequence: max(one.row.Sequence, state.GetSequence())}
	for _, act := range acts {
		was.ActIds = append(was.ActIds, act.ActID)
	}
	text, err := canonical(was)
	if err != nil {
		return reopeningRow{}, auditEntry{}, err
	}
	body, err := canonicalJSON(fmt.Appendf(nil, `{"order_id":%q,"cause":%q,"lost_run_id":%q,"acts":%d}`, order.ID, was.GetCause(), was.GetLostRunId(), len(acts)))
	return reopeningRow{OrderID: order.ID, CaseID: one.row.ID, Snapshot: string(text), LostRunID: one.row.RunID, OrderedAt: now.UTC()},
		auditEntry{at: now, kind: "reopening-ordered", caseID: one.row.ID, officialID: order.OfficialID, body: body}, err
}

// startReopening starts the workflow that carries the order out; one that runs already is the same.
func (s *server) startReopening(ctx context.Context, orderID string, ids []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, deliveryPatience)
	defer cancel()
	id := contract.WorkflowReopen + "/" + orderID
	_, err := s.cases.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: contract.QueueUpkeep, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary: fmt.Sprintf("Mở lại %d hồ sơ từ sổ theo dõi", len(ids)),
	}, contract.ReopenCases, contract.ReopenInput{OrderID: orderID, CaseIDs: ids})
	if err != nil {
		s.logger.Warn("the reopening could not be started", zap.String("order", orderID), zap.Error(err))
		return "", unavailable("Temporal", "Temporal")
	}
	return id, nil
}

// ListReopenings answers how far orders to reopen have come.
func (s *server) ListReopenings(ctx context.Context, request *connect.Request[reportsv1.ListReopeningsRequest]) (*connect.Response[reportsv1.ListReopeningsResponse], error) {
	if err := s.mayRepair(ctx); err != nil {
		return nil, err
	}
	such := s.register.db.WithContext(ctx).Order("ordered_at, case_id").Limit(mostIDs)
	if id := request.Msg.GetOrderId(); id != "" {
		such = such.Where("order_id = ?", id)
	}
	if id := request.Msg.GetCaseId(); id != "" {
		such = such.Where("case_id = ?", id)
	}
	var rows []reopeningRow
	if err := such.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list reopenings: %w", err)
	}
	answer := &reportsv1.ListReopeningsResponse{}
	for _, row := range rows {
		told, err := s.register.tellReopening(ctx, row)
		if err != nil {
			return nil, err
		}
		answer.Reopenings = append(answer.Reopenings, told)
	}
	return connect.NewResponse(answer), nil
}

func (r register) tellReopening(ctx context.Context, row reopeningRow) (*reportsv1.Reopening, error) {
	was, err := row.snapshot()
	if err != nil {
		return nil, err
	}
	var order repairRow
	if err := r.db.WithContext(ctx).Where("id = ?", row.OrderID).Take(&order).Error; err != nil {
		return nil, fmt.Errorf("read the order %s: %w", row.OrderID, err)
	}
	return &reportsv1.Reopening{OrderId: row.OrderID, CaseId: row.CaseID, Cause: was.GetCause(), LostRunId: row.LostRunID, RunId: row.RunID,
		OrderedAt: row.OrderedAt.UTC().Format(time.RFC3339), DoneAt: instantText(row.DoneAt), OfficialId: order.OfficialID, Words: order.Words}, nil
}

func (r register) reopening(ctx context.Context, orderID, caseID string) (reopeningRow, error) {
	var rows []reopeningRow
	if err := r.db.WithContext(ctx).Where("order_id = ? AND case_id = ?", orderID, caseID).Limit(1).Find(&rows).Error; err != nil {
		return reopeningRow{}, fmt.Errorf("read how case %s is reopened: %w", caseID, err)
	}
	if len(rows) == 0 {
		return reopeningRow{}, noSuchCase(caseID)
	}
	return rows[0], nil
}

// GetReopening answers what the workflow of a case that begins again is started with.
func (s *server) GetReopening(ctx context.Context, request *connect.Request[reportsv1.GetReopeningRequest]) (*connect.Response[reportsv1.GetReopeningResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	row, err := s.register.reopening(ctx, request.Msg.GetOrderId(), request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	of, err := s.register.find(ctx, row.CaseID)
	if err != nil {
		return nil, err
	}
	input, err := of.openedWith()
	if err != nil {
		return nil, err
	}
	was, err := row.snapshot()
	input.Reopened = was
	return connect.NewResponse(&reportsv1.GetReopeningResponse{Input: input, Done: row.DoneAt != nil}), err
}

// takeOverRun has the register follow the workflow that began by an order; another one is turned away.
func takeOverRun(tx *gorm.DB, input *casefilev1.CaseInput, runID string) (taken bool, err error) {
	changed := tx.Model(&reopeningRow{}).Where("order_id = ? AND case_id = ? AND done_at IS NULL AND run_id IN ('', ?)", input.GetReopened().GetOrderId(), input.GetCaseId(), runID).
		Update("run_id", runID)
	if changed.Error != nil {
		return false, fmt.Errorf("take over the new run of case %s: %w", input.GetCaseId(), changed.Error)
	}
	if changed.RowsAffected == 0 {
		return false, nil
	}
	if err := tx.Model(&caseRow{}).Where("id = ?", input.GetCaseId()).Update("run_id", runID).Error; err != nil {
		return false, fmt.Errorf("follow the new run of case %s: %w", input.GetCaseId(), err)
	}
	return true, nil
}

// DeliverReopened delivers the acts of a case that begins again, in their order, and answers how many are left for a further call.
func (s *server) DeliverReopened(ctx context.Context, request *connect.Request[reportsv1.DeliverReopenedRequest]) (*connect.Response[reportsv1.DeliverReopenedResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	row, err := s.register.reopening(ctx, request.Msg.GetOrderId(), request.Msg.GetCaseId())
	if err != nil || row.DoneAt != nil {
		return connect.NewResponse(&reportsv1.DeliverReopenedResponse{}), err
	}
	was, err := row.snapshot()
	if err != nil {
		return nil, err
	}
	left, err := s.deliverReopened(ctx, row.CaseID, was.GetActIds())
	if err != nil {
		return nil, err
	}
	if left == 0 {
		if err = s.register.finishReopening(ctx, row, s.now()); err == nil {
			err = s.deliverStored(ctx, row.CaseID)
		}
	}
	return connect.NewResponse(&reportsv1.DeliverReopenedResponse{Left: int32(left)}), err //nolint:gosec // acts of a case
}

func (s *server) deliverReopened(ctx context.Context, caseID string, ids []string) (left int, err error) {
	found, err := s.executionOf(ctx, caseID)
	if err != nil {
		return 0, err
	}
	if found.status == statusCompleted {
		return 0, nil // its last act had ended it, and has done so again
	}
	if found.gone() {
		return 0, fmt.Errorf("the workflow of %s that had begun again is %s", caseID, found.status)
	}
	standing, err := s.standing(ctx, caseID, found.runID)
	if err != nil {
		return 0, err
	}
	enough, cancel := context.WithTimeout(ctx, deliveryRound)
	defer cancel()
	for i, id := range ids {
		if slices.ContainsFunc(standing.GetTaken(), func(t *casefilev1.TakenAct) bool { return t.GetActId() == id }) {
			continue
		}
		if enough.Err() != nil {
			return len(ids) - i, ctx.Err()
		}
		if err := s.deliverAgain(ctx, id); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// deliverStored brings the case what was stored while it was lost.
func (s *server) deliverStored(ctx context.Context, caseID string) error {
	var rows []actRow
	if err := s.register.db.WithContext(ctx).Where("case_id = ? AND outcome IS NULL", caseID).Order("stored_at, act_id").Find(&rows).Error; err != nil {
		return fmt.Errorf("read what waits for case %s: %w", caseID, err)
	}
	_, err := s.deliverAll(ctx, rows)
	return err
}

func (s *server) deliverAgain(ctx context.Context, actID string) error {
	row, err := s.register.findAct(ctx, actID)
	if err != nil || row == nil {
		return errors.Join(err, fmt.Errorf("find act %s", actID))
	}
	stored, err := row.tell()
	if err != nil {
		return err
	}
	outcome, err := s.deliver(ctx, stored.GetAct())
	if err == nil && outcome.GetRefusal() != nil {
		err = fmt.Errorf("deliver act %s again: %s", actID, outcome.GetRefusal().GetTextEn())
	}
	return err
}

// finishReopening notes that the case has all its acts again.
func (r register) finishReopening(ctx context.Context, row reopeningRow, now time.Time) error {
	return r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		done := tx.Model(&reopeningRow{}).Where("order_id = ? AND case_id = ? AND done_at IS NULL", row.OrderID, row.CaseID).Update("done_at", now.UTC())
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		body, err := canonicalJSON(fmt.Appendf(nil, `{"order_id":%q}`, row.OrderID))
		if err != nil {
			return err
		}
		return appendAudit(tx, auditEntry{at: now, kind: "reopened", caseID: row.CaseID, body: body})
	})
}

// reopenedBy are the orders by which a case was opened again, for its history.
func (r register) reopenedBy(ctx context.Context, caseID string) (map[string]history.Reopening, error) {
	var orders []repairRow
	err := r.db.WithContext(ctx).Where("id IN (SELECT order_id FROM reopenings WHERE case_id = ?)", caseID).Find(&orders).Error
	if err != nil {
		return nil, fmt.Errorf("read how case %s was reopened: %w", caseID, err)
	}
	by := make(map[string]history.Reopening, len(orders))
	for _, order := range orders {
		by[order.ID] = history.Reopening{OfficialID: order.OfficialID, Words: order.Words}
	}
	return by, nil
}
