package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"
	"go.temporal.io/api/workflowservice/v1"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const (
	usualPage = 100
	mostPage  = 500
	// comparedAtOnce is how many workflows are asked side by side: each may have to be replayed by a worker first.
	comparedAtOnce = 8
	// silentAtMost is how many workflows may stay silent one after the other before a page is given up: then it is the workers that are away.
	silentAtMost = 8
	// rebuildTries is how often a case is looked at again because it moved on while it was being written.
	rebuildTries = 3
)

// RebuildRegister compares a page of cases with their workflows and, unless it is a dry run, brings the register in step with them.
func (s *server) RebuildRegister(ctx context.Context, request *connect.Request[reportsv1.RebuildRegisterRequest]) (*connect.Response[reportsv1.RebuildRegisterResponse], error) {
	if err := s.mayRepair(ctx); err != nil {
		return nil, err
	}
	asked := request.Msg
	rebuild := &rebuilding{server: s, dry: asked.GetDryRun(), answer: &reportsv1.RebuildRegisterResponse{}}
	if !rebuild.dry {
		order, err := s.newRepair(ctx, repairRebuild, asked.GetOrderId(), asked.GetCaseId(), asked.GetWords())
		if err != nil {
			return nil, err
		}
		rebuild.order = order
		if err := s.register.db.WithContext(ctx).Transaction(order.keep); err != nil {
			return nil, err
		}
	}
	rows, err := s.register.page(ctx, asked, rebuild.answer)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(rebuild.answer), rebuild.all(ctx, rows)
}

// page reads the cases of a page. A case that is named is looked at whether it was exported or not.
func (r register) page(ctx context.Context, asked *reportsv1.RebuildRegisterRequest, answer *reportsv1.RebuildRegisterResponse) ([]caseRow, error) {
	if asked.GetCaseId() != "" {
		row, err := r.find(ctx, asked.GetCaseId())
		answer.Total = 1
		return []caseRow{row}, err
	}
	limit := pageLimit(asked.GetLimit(), usualPage, mostPage)
	rows, next, total, err := r.casesAfter(ctx, asked.GetAfter(), limit, asked.GetClosed())
	answer.Next, answer.Total = next, total
	return rows, err
}

func pageLimit(asked int32, usual, most int) int {
	if asked <= 0 {
		return usual
	}
	return min(int(asked), most)
}

// casesAfter reads the next cases in the order of their ids: those that should have a workflow, or all.
func (r register) casesAfter(ctx context.Context, after string, limit int, exported bool) (rows []caseRow, next string, total int32, err error) {
	such := r.db.WithContext(ctx).Model(&caseRow{})
	if !exported {
		such = such.Where("export_sha256 = ''")
	}
	such = such.Session(&gorm.Session{})
	var count int64
	if err := such.Count(&count).Error; err != nil {
		return nil, "", 0, fmt.Errorf("count cases: %w", err)
	}
	if err := such.Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, "", 0, fmt.Errorf("read cases after %q: %w", after, err)
	}
	if len(rows) == limit {
		next = rows[len(rows)-1].ID
	}
	return rows, next, int32(min(count, 1<<30)), nil //nolint:gosec // bounded
}

// rebuilding is a page on its way.
type rebuilding struct {
	*server

	order  repairRow
	dry    bool
	mu     sync.Mutex
	answer *reportsv1.RebuildRegisterResponse
	silent int
}

func (r *rebuilding) all(ctx context.Context, rows []caseRow) error {
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(comparedAtOnce)
	for _, row := range rows {
		group.Go(func() error { return r.one(running, row) })
	}
	err := group.Wait()
	slices.Sort(r.answer.LostCaseIds)
	slices.Sort(r.answer.UnreadCaseIds)
	slices.SortStableFunc(r.answer.Differences, func(a, b *reportsv1.Difference) int { return strings.Compare(a.GetCaseId(), b.GetCaseId()) })
	return err
}

func (r *rebuilding) told(change func(answer *reportsv1.RebuildRegisterResponse)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r.answer)
}

func (r *rebuilding) one(ctx context.Context, row caseRow) error {
	found, err := r.executionOf(ctx, row.ID)
	if err != nil {
		r.logger.Warn("Temporal does not say whether a case runs", zap.String("case", row.ID), zap.Error(err))
		return unavailable("Temporal", "Temporal")
	}
	r.told(func(a *reportsv1.RebuildRegisterResponse) { a.Checked++ })
	switch {
	case found.gone() && row.ExportSha256 != "":
		r.told(func(a *reportsv1.RebuildRegisterResponse) { a.Forgotten++ })
		return nil
	case found.gone():
		r.told(func(a *reportsv1.RebuildRegisterResponse) { a.LostCaseIds = append(a.LostCaseIds, row.ID) })
		return nil
	default:
		return r.inStep(ctx, row, found)
	}
}

// inStep compares, delivers what the workflow does not know, writes what differs, and looks again.
func (r *rebuilding) inStep(ctx context.Context, row caseRow, found execution) error {
	for try := range rebuildTries {
		standing, err := r.standing(ctx, row.ID, found.runID)
		if err != nil {
			return r.noAnswer(ctx, row.ID, err)
		}
		r.told(func(*reportsv1.RebuildRegisterResponse) { r.silent = 0 })
		if found.status == statusCompleted && row.ExportSha256 == "" && !hasEnded(standing.GetState()) {
			r.told(func(a *reportsv1.RebuildRegisterResponse) { a.LostCaseIds = append(a.LostCaseIds, row.ID) })
			return nil
		}
		if standing.GetWriting() {
			r.told(func(a *reportsv1.RebuildRegisterResponse) { a.UnreadCaseIds = append(a.UnreadCaseIds, row.ID) })
			return nil
		}
		if row, err = r.register.find(ctx, row.ID); err != nil { // as it is after the workflow answered
			return err
		}
		c := compared{row, found.runID, standing}
		differences, lost, err := r.compare(ctx, c)
		if err != nil {
			return err
		}
		goOn, err := r.repair(ctx, c, differences, lost, try == 0)
		if err != nil || !goOn {
			return err
		}
	}
	r.told(func(a *reportsv1.RebuildRegisterResponse) { a.UnreadCaseIds = append(a.UnreadCaseIds, row.ID) })
	return nil
}

// noAnswer counts a workflow that stays silent; when it is one after the other, the workers are away.
func (r *rebuilding) noAnswer(ctx context.Context, caseID string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.logger.Warn("the workflow of a case does not answer", zap.String("case", caseID), zap.Error(err))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.silent++
	r.answer.UnreadCaseIds = append(r.answer.UnreadCaseIds, caseID)
	if r.silent >= silentAtMost {
		return unavailable("Worker của các hồ sơ", "The worker of the cases")
	}
	return nil
}

// repair does what the differences ask for; goOn tells that something was done and the case is to be looked at again.
func (r *rebuilding) repair(ctx context.Context, c compared, differences []*reportsv1.Difference, lost []actRow, first bool) (goOn bool, err error) {
	inRegister := slices.ContainsFunc(differences, func(d *reportsv1.Difference) bool { return !ofActs(d) })
	outcome := map[bool]string{}
	switch {
	case r.dry:
	case len(lost) > 0:
		// Acts first: the workflow's state without them is not the one to be written.
		done, err := r.redeliver(ctx, c.row.ID, lost)
		r.told(func(a *reportsv1.RebuildRegisterResponse) { a.Redelivered += done })
		if err != nil {
			return false, err
		}
		outcome[true], goOn = "redelivered", int(done) == len(lost)
	case inRegister:
		written, err := r.write(ctx, c, differences)
		if err != nil {
			return false, err
		}
		if written {
			r.told(func(a *reportsv1.RebuildRegisterResponse) { a.Written++ })
			outcome[false] = "written"
		}
		goOn = true
	}
	if first || len(lost) == 0 && inRegister {
		r.note(differences, outcome, goOn)
	}
	return goOn, nil
}

// note tells the differences with what was done about each. What is looked at again is told then, but for the acts, which are told now.
func (r *rebuilding) note(differences []*reportsv1.Difference, outcome map[bool]string, again bool) {
	r.told(func(a *reportsv1.RebuildRegisterResponse) {
		for _, d := range differences {
			if d.Outcome = outcome[ofActs(d)]; ofActs(d) && d.GetRegister() == nowhere {
				d.Outcome = ""
			}
			if !r.dry && d.GetOutcome() == "" {
				if again && !ofActs(d) {
					continue
				}
				d.Outcome = "left"
			}
			a.Differences = append(a.Differences, d)
		}
	})
}

// redeliver brings acts to their case that the register holds as done; the first answers stay.
func (s *server) redeliver(ctx context.Context, caseID string, acts []actRow) (done int32, err error) {
	for _, row := range acts {
		stored, err := row.tell()
		if err != nil {
			return done, err
		}
		outcome, err := s.deliver(ctx, stored.GetAct())
		if err != nil {
			s.logger.Warn("an act could not be delivered again", zap.String("case", caseID), zap.String("act", row.ActID), zap.Error(err))
			return done, unavailable("Hồ sơ "+caseID, "The case "+caseID)
		}
		if outcome.GetRefusal() != nil {
			s.logger.Error("a case refused an act that it had done before", zap.String("case", caseID), zap.String("act", row.ActID), zap.String("said", outcome.GetRefusal().GetTextEn()))
			return done, nil
		}
		done++
	}
	return done, nil
}

// write puts the workflow's state into the register, unless the case has moved on since it was read.
func (r *rebuilding) write(ctx context.Context, c compared, differences []*reportsv1.Difference) (written bool, err error) {
	err = r.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if written, err = c.overwrite(tx, differences, r.now()); err != nil || !written {
			return err
		}
		if err := keepLineage(tx, c.row.ID, "", c.standing.GetState()); err != nil {
			return err
		}
		fields := make([]string, len(differences))
		for i, d := range differences {
			fields[i] = fmt.Sprintf("%q", d.GetField())
		}
		body, err := canonicalJSON(fmt.Appendf(nil, `{"order_id":%q,"fields":[%s],"sequence":%d}`, r.order.ID, strings.Join(fields, ","), c.standing.GetState().GetSequence()))
		if err != nil {
			return err
		}
		return appendAudit(tx, auditEntry{at: r.now(), kind: "register-rebuilt", caseID: c.row.ID, officialID: r.order.OfficialID, body: body})
	})
	if err != nil || !written || !hasEnded(c.standing.GetState()) {
		return written, err
	}
	_, err = r.export(ctx, c.row.ID, c.runID) // it had ended, and the register did not know
	return written, err
}

func hasEnded(state *casefilev1.CaseState) bool {
	return state.GetSealed() || ended(stateNames[state.GetState()])
}

func (c compared) overwrite(tx *gorm.DB, differences []*reportsv1.Difference, now time.Time) (bool, error) {
	state := c.standing.GetState()
	text, err := canonical(state)
	if err != nil {
		return false, err
	}
	row := caseRow{RunID: c.runID, Sequence: state.GetSequence(), StateBody: string(text), CaseClock: c.row.CaseClock, UpdatedAt: now.UTC()}
	row.follow(state)
	columns := append(slices.Clone(progressColumns), "run_id")
	if row.ReviewerUnitID != "" {
		columns = append(columns, "reviewer_unit_id")
	}
	if slices.ContainsFunc(differences, func(d *reportsv1.Difference) bool { return d.GetField() == "input" }) {
		input, err := canonical(c.standing.GetInput())
		if err != nil {
			return false, err
		}
		if state.GetAmendments() > 0 {
			err = tx.Model(&caseRow{}).Where("id = ? AND opened_with IS NULL", c.row.ID).Update("opened_with", gorm.Expr("input")).Error
		}
		if err != nil {
			return false, fmt.Errorf("keep what case %s opened with: %w", c.row.ID, err)
		}
		row.Input, row.TitleVi = string(input), c.standing.GetInput().GetTitleVi()
		columns = append(columns, "input", "title_vi")
	}
	changed := tx.Model(&caseRow{}).Where("id = ? AND sequence = ? AND updated_at = ?", c.row.ID, c.row.Sequence, c.row.UpdatedAt).Select(columns).Updates(&row)
	if changed.Error != nil {
		return false, fmt.Errorf("rebuild case %s: %w", c.row.ID, changed.Error)
	}
	return changed.RowsAffected == 1, nil
}

// adoptedAtOnce is how many running workflows a page looks through.
const adoptedAtOnce = 200

// AdoptCases looks through the workflows that run and registers those cases that the register does not know: it was restored from before
// they opened.
func (s *server) AdoptCases(ctx context.Context, request *connect.Request[reportsv1.AdoptCasesRequest]) (*connect.Response[reportsv1.AdoptCasesResponse], error) {
	if err := s.mayRepair(ctx); err != nil {
		return nil, err
	}
	if !request.Msg.GetDryRun() {
		order, err := s.newRepair(ctx, repairRebuild, request.Msg.GetOrderId(), "", request.Msg.GetWords())
		if err != nil {
			return nil, err
		}
		if err := s.register.db.WithContext(ctx).Transaction(order.keep); err != nil {
			return nil, err
		}
	}
	page, err := s.cases.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: adoptedAtOnce, NextPageToken: request.Msg.GetPage(),
		Query: "ExecutionStatus = 'Running' AND WorkflowType IN ('" + strings.Join(contract.CaseWorkflows, "','") + "')"})
	if err != nil {
		s.logger.Warn("the running workflows could not be listed", zap.Error(err))
		return nil, unavailable("Temporal", "Temporal")
	}
	answer := &reportsv1.AdoptCasesResponse{Looked: int32(len(page.GetExecutions())), Next: page.GetNextPageToken()} //nolint:gosec // a page
	ids := make([]string, len(page.GetExecutions()))
	for i, one := range page.GetExecutions() {
		ids[i] = one.GetExecution().GetWorkflowId()
	}
	var known []string
	if err := s.register.db.WithContext(ctx).Model(&caseRow{}).Where("id = ANY(?)", textArray(ids)).Pluck("id", &known).Error; err != nil {
		return nil, fmt.Errorf("ask the register for %d ids: %w", len(ids), err)
	}
	for _, one := range page.GetExecutions() {
		id := one.GetExecution().GetWorkflowId()
		if slices.Contains(known, id) {
			continue
		}
		answer.UnknownCaseIds = append(answer.UnknownCaseIds, id)
		if request.Msg.GetDryRun() {
			continue
		}
		done, err := s.adopt(ctx, id, one.GetExecution().GetRunId(), one.GetStartTime().AsTime())
		if err != nil {
			return nil, err
		}
		if done {
			answer.Written++
		}
	}
	return connect.NewResponse(answer), nil
}

// adopt registers one case as its workflow says it stands. One that is just entering the register by itself is left to do so.
func (s *server) adopt(ctx context.Context, caseID, runID string, began time.Time) (bool, error) {
	standing, err := s.standing(ctx, caseID, runID)
	if err != nil {
		s.logger.Warn("a case that the register does not know does not answer", zap.String("case", caseID), zap.Error(err))
		return false, nil
	}
	if standing.GetWriting() {
		return false, nil
	}
	entry := &reportsv1.RegisterCaseRequest{Input: standing.GetInput(), State: standing.GetState(), RunId: runID, At: began.UTC().Format(time.RFC3339Nano)}
	if err := refuseFields(registerFaults(entry)); err != nil {
		return false, errors.Join(fmt.Errorf("register %s", caseID), err)
	}
	row, err := newCaseRow(entry, s.now())
	if err != nil {
		return false, err
	}
	known, _, err := s.register.open(ctx, row, entry, s.now())
	return !known, err
}
