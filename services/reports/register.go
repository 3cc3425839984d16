package reports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// mostIDs is how many ids one KnownCases call may ask about.
const mostIDs = 5000

// RegisterCase writes the row of a case that has begun. The same run again changes nothing; a case
// that belongs to another run is answered as known.
func (s *server) RegisterCase(ctx context.Context, request *connect.Request[reportsv1.RegisterCaseRequest]) (*connect.Response[reportsv1.RegisterCaseResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	if err := refuseFields(registerFaults(request.Msg)); err != nil {
		return nil, err
	}
	row, err := newCaseRow(request.Msg, s.now())
	if err != nil {
		return nil, err
	}
	known, concerned, err := s.register.open(ctx, row, request.Msg, s.now())
	if err != nil {
		return nil, err
	}
	s.tellSubscribers(ctx, concerned)
	return connect.NewResponse(&reportsv1.RegisterCaseResponse{Known: known}), nil
}

// registerFaults names every field that cannot be registered.
func registerFaults(request *reportsv1.RegisterCaseRequest) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	input := request.GetInput()
	obligation, unit, period, err := contract.CaseIDParts(input.GetCaseId())
	if err != nil {
		return []*casefilev1.FieldFault{badID("input.case_id", input.GetCaseId())}
	}
	base, _ := periodBase(period)
	given, _ := periodBase(input.GetPeriodId())
	for field, pair := range map[string][2]string{
		"input.obligation_id": {input.GetObligationId(), obligation}, "input.unit_id": {input.GetUnitId(), unit}, "input.period_id": {given, base},
	} {
		if pair[0] != pair[1] {
			faults = append(faults, wire.Field(field,
				fmt.Sprintf("“%s” không khớp với mã hồ sơ %s.", pair[0], input.GetCaseId()),
				fmt.Sprintf("“%s” does not fit the case id %s.", pair[0], input.GetCaseId())))
		}
	}
	faults = append(faults, periodFault("input.period_id", base)...)
	faults = append(faults, stateFaults("state", request.GetState())...)
	if request.GetRunId() == "" {
		faults = append(faults, missing("run_id", "mã lần chạy", "the run id"))
	}
	return sortFaults(append(faults, instantFault("at", request.GetAt())...))
}

func stateFaults(field string, state *casefilev1.CaseState) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	if stateNames[state.GetState()] == "" {
		faults = append(faults, wire.Field(field+".state",
			fmt.Sprintf("Không có trạng thái “%s”.", state.GetState()), fmt.Sprintf("There is no state “%s”.", state.GetState())))
	}
	return append(faults, dayFault(field+".due_day", state.GetDueDay())...)
}

// periodBase takes a correction's tail ("c1") off a period.
func periodBase(period string) (base, tail string) {
	for i := range len(period) {
		if period[i] == '/' {
			return period[:i], period[i+1:]
		}
	}
	return period, ""
}

func periodFault(field, period string) []*casefilev1.FieldFault {
	_, err := calendar.ParsePeriod(period)
	var fault *calendar.Fault
	if errors.As(err, &fault) {
		return []*casefilev1.FieldFault{wire.Field(field, fault.VI, fault.EN)}
	}
	return nil
}

func newCaseRow(request *reportsv1.RegisterCaseRequest, now time.Time) (caseRow, error) {
	input, state := request.GetInput(), request.GetState()
	inputText, err := canonical(input)
	if err != nil {
		return caseRow{}, err
	}
	stateText, err := canonical(state)
	if err != nil {
		return caseRow{}, err
	}
	period, _ := periodBase(input.GetPeriodId())
	at := instant(request.GetAt(), now)
	row := caseRow{
		ID: input.GetCaseId(), ObligationID: input.GetObligationId(), UnitID: input.GetUnitId(), PeriodID: period,
		AreaID: input.GetAreaId(), WorkflowType: input.GetWorkflowType(), RunID: request.GetRunId(), TitleVi: input.GetTitleVi(),
		ReviewerUnitID: input.GetReview().GetReviewerUnitId(), Sequence: state.GetSequence(),
		Input: string(inputText), StateBody: string(stateText), CaseClock: at, OpenedAt: at, UpdatedAt: at, OriginCaseID: input.GetOriginCaseId(),
	}
	row.follow(state)
	return row, nil
}

// open inserts the row and tells whether the case already belongs to another run, and which webhooks it concerns.
func (r register) open(ctx context.Context, row caseRow, request *reportsv1.RegisterCaseRequest, now time.Time) (known bool, concerned []string, err error) {
	err = r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		inserted := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoNothing: true}).Create(&row)
		if inserted.Error != nil {
			return fmt.Errorf("register case %s: %w", row.ID, inserted.Error)
		}
		if inserted.RowsAffected == 1 {
			if err := keepLineage(tx, row.ID, request.GetInput().GetFollowsCaseId(), request.GetState()); err != nil {
				return err
			}
			if concerned, err = announceOpened(tx, row.ID, now); err != nil {
				return err
			}
			return appendAudit(tx, auditEntry{at: row.OpenedAt, kind: "case-" + contract.ProgressOpened, caseID: row.ID, body: []byte(row.StateBody)})
		}
		var there caseRow
		if err := tx.Select("run_id").Where("id = ?", row.ID).Take(&there).Error; err != nil {
			return fmt.Errorf("read case %s: %w", row.ID, err)
		}
		if known = there.RunID != row.RunID; known && request.GetInput().GetReopened() != nil {
			taken, err := takeOverRun(tx, request.GetInput(), row.RunID)
			known = !taken
			return err
		}
		return nil
	})
	return known, concerned, err
}

func announceOpened(tx *gorm.DB, caseID string, now time.Time) ([]string, error) {
	announced, err := newAnnouncement(tx, caseID)
	if err != nil {
		return nil, err
	}
	return announced.write(tx, caseID, contract.ProgressOpened, now)
}

// WriteProgress writes a case's state and its audit entry, and records the events that a done step raises. A sequence that is not newer
// than the one already there changes nothing. A board that stands by it is written to the units first; while they are away nothing is
// written, and the workflow tries again.
func (s *server) WriteProgress(ctx context.Context, request *connect.Request[reportsv1.WriteProgressRequest]) (*connect.Response[reportsv1.WriteProgressResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	progress := request.Msg.GetProgress()
	if err := refuseFields(progressFaults(progress)); err != nil {
		return nil, err
	}
	if err := s.keepBoard(ctx, progress); err != nil {
		return nil, err
	}
	done, err := s.register.progress(ctx, progress, s.catalogue, s.now())
	if err != nil {
		return nil, err
	}
	for _, event := range done.raised {
		s.reconcileNow(ctx, event)
	}
	s.tellSubscribers(ctx, done.concerned)
	return connect.NewResponse(&reportsv1.WriteProgressResponse{RepeatedWrite: done.repeated}), nil
}

func progressFaults(progress *casefilev1.Progress) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	if _, _, _, err := contract.CaseIDParts(progress.GetCaseId()); err != nil {
		faults = append(faults, badID("progress.case_id", progress.GetCaseId()))
	}
	if progress.GetWhat() == "" {
		faults = append(faults, missing("progress.what", "nội dung ghi", "what was done"))
	}
	faults = append(faults, stateFaults("progress.state", progress.GetState())...)
	return append(faults, instantFault("progress.at", progress.GetAt())...)
}

// written is what a write of progress came to.
type written struct {
	repeated bool // the register was there already, or further
	raised   []eventRow
	// concerned are the webhooks that are to tell it.
	concerned []string
}

func (r register) progress(ctx context.Context, progress *casefilev1.Progress, declared *catalogue.Catalogue, now time.Time) (done written, err error) {
	body, err := canonical(progress)
	if err != nil {
		return done, err
	}
	row, err := progressRow(progress, now)
	if err != nil {
		return done, err
	}
	err = r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		announced, err := newAnnouncement(tx, progress.GetCaseId())
		if err != nil {
			return err
		}
		if done.repeated, err = overtake(tx, progress.GetCaseId(), row); err != nil || done.repeated {
			return err
		}
		officialID, err := answerByProgress(tx, progress, now)
		if err != nil {
			return err
		}
		if done.raised, err = followUp(tx, progress, declared, officialID, now); err != nil {
			return err
		}
		if done.concerned, err = announced.write(tx, progress.GetCaseId(), progress.GetWhat(), now); err != nil {
			return err
		}
		// The trail comes last: nobody waits for a row while holding its lock.
		for _, event := range done.raised {
			if err := event.audit(tx); err != nil {
				return err
			}
		}
		return appendAudit(tx, auditEntry{at: row.UpdatedAt, kind: "case-" + progress.GetWhat(), caseID: progress.GetCaseId(), officialID: officialID, body: body})
	})
	return done, err
}

func progressRow(progress *casefilev1.Progress, now time.Time) (caseRow, error) {
	stateText, err := canonical(progress.GetState())
	at := instant(progress.GetAt(), now)
	row := caseRow{RunID: progress.GetRunId(), Sequence: progress.GetSequence(), StateBody: string(stateText), CaseClock: at, UpdatedAt: at}
	row.follow(progress.GetState())
	return row, err
}

// followUp writes what follows from the progress beside the case's state: what it goes on with, the snapshot it is decided by from now
// on, the events that a done step raises.
func followUp(tx *gorm.DB, progress *casefilev1.Progress, declared *catalogue.Catalogue, officialID string, now time.Time) ([]eventRow, error) {
	if err := keepLineage(tx, progress.GetCaseId(), "", progress.GetState()); err != nil {
		return nil, err
	}
	switch progress.GetWhat() {
	case contract.ProgressAmended, contract.ProgressRecalculated:
		return nil, keepAmended(tx, progress)
	case contract.ProgressStepRecorded:
		return raise(tx, progress, declared, officialID, now)
	default:
		return nil, nil
	}
}

// progressColumns are what a write of progress may change; of a column without a value in the
// state (the reviewer) the old one stays.
var progressColumns = []string{"state", "round", "submission", "due_day", "due_of_law", "extended", "duty_done_on", "submitted_at",
	"accepted_at", "late_working_days", "next_rung_id", "next_rung_day", "sealed", "clock_offset_seconds", "sequence", "state_body",
	"case_clock", "updated_at"}

// overtake writes the newer state; repeated tells that the register was already there or further.
func overtake(tx *gorm.DB, caseID string, row caseRow) (repeated bool, err error) {
	columns := progressColumns
	if row.RunID != "" {
		columns = append(columns[:len(columns):len(columns)], "run_id")
	}
	if row.ReviewerUnitID != "" {
		columns = append(columns[:len(columns):len(columns)], "reviewer_unit_id")
	}
	written := tx.Model(&caseRow{}).Where("id = ? AND sequence < ?", caseID, row.Sequence).Select(columns).Updates(&row)
	if written.Error != nil {
		return false, fmt.Errorf("write progress of case %s: %w", caseID, written.Error)
	}
	if written.RowsAffected == 1 {
		return false, nil
	}
	var count int64
	if err := tx.Model(&caseRow{}).Where("id = ?", caseID).Count(&count).Error; err != nil {
		return false, fmt.Errorf("find case %s: %w", caseID, err)
	}
	if count == 0 {
		return false, noSuchCase(caseID)
	}
	return true, nil
}

// answerByProgress keeps the answer of the act that caused this progress: what a workflow wrote
// has happened, even when its own answer was lost on the way. It tells who acted.
func answerByProgress(tx *gorm.DB, progress *casefilev1.Progress, now time.Time) (officialID string, err error) {
	if progress.GetActId() == "" {
		return "", nil
	}
	var act []actRow
	if err := tx.Select("official_id").Where("act_id = ? AND case_id = ?", progress.GetActId(), progress.GetCaseId()).Limit(1).Find(&act).Error; err != nil {
		return "", fmt.Errorf("read act %s: %w", progress.GetActId(), err)
	}
	if len(act) == 0 {
		return "", nil
	}
	_, err = keepOutcome(tx, &casefilev1.ActOutcome{ActId: progress.GetActId(), State: progress.GetState()}, now)
	return act[0].OfficialID, err
}

// KnownCases answers the services which ids the register knows, in one query.
func (s *server) KnownCases(ctx context.Context, request *connect.Request[reportsv1.KnownCasesRequest]) (*connect.Response[reportsv1.KnownCasesResponse], error) {
	if wire.IdentityOf(ctx).OfficialID != "" {
		return nil, wire.Forbidden("Chỉ hệ thống mới hỏi việc này.", "Only the system itself asks this.")
	}
	ids := request.Msg.GetIds()
	if len(ids) > mostIDs {
		return nil, wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Một lần chỉ hỏi được %d mã hồ sơ.", mostIDs),
			fmt.Sprintf("At most %d case ids can be asked about at once.", mostIDs))
	}
	var known []string
	if err := s.register.db.WithContext(ctx).Model(&caseRow{}).Where("id = ANY(?)", textArray(ids)).Order("id").Pluck("id", &known).Error; err != nil {
		return nil, fmt.Errorf("ask the register for %d ids: %w", len(ids), err)
	}
	return connect.NewResponse(&reportsv1.KnownCasesResponse{KnownIds: known}), nil
}

// find reads one case; a case nobody registered is refused with a sentence.
func (r register) find(ctx context.Context, id string) (caseRow, error) {
	var rows []caseRow
	if err := r.db.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error; err != nil {
		return caseRow{}, fmt.Errorf("read case %s: %w", id, err)
	}
	if len(rows) == 0 {
		return caseRow{}, noSuchCase(id)
	}
	return rows[0], nil
}

// casefileOf reads input and state out of the row.
func (row caseRow) casefileOf() (*casefilev1.CaseInput, *casefilev1.CaseState, error) {
	input, state := &casefilev1.CaseInput{}, &casefilev1.CaseState{}
	return input, state, errors.Join(readStored(row.Input, input), readStored(row.StateBody, state))
}
