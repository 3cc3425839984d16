package reports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

const (
	usualCases = 200
	mostCases  = 5000
)

// textArray is a text[] parameter.
func textArray(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

// ListCases answers the cases that fit the filter, those due first at the head, and counts over
// the whole filter. How late a case is, is reckoned at reading.
func (s *server) ListCases(ctx context.Context, request *connect.Request[reportsv1.ListCasesRequest]) (*connect.Response[reportsv1.ListCasesResponse], error) {
	filter := request.Msg
	if err := refuseFields(append(filterFaults(filter), s.undeclaredAny(filter)...)); err != nil {
		return nil, err
	}
	sees, err := s.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	counts, err := s.register.count(ctx, filter, now, sees)
	if err != nil {
		return nil, err
	}
	cases, err := s.register.list(ctx, filter, now, sees)
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ListCasesResponse{Cases: cases, Counts: counts}
	for _, count := range counts {
		answer.Total += count.GetTotal()
	}
	if answer.GetTotal() == 0 && filter.GetUnitId() != "" {
		if err := s.refuseUnknownUnit(ctx, filter.GetUnitId()); err != nil {
			return nil, err
		}
	}
	return connect.NewResponse(answer), nil
}

func (s *server) undeclaredAny(filter *reportsv1.ListCasesRequest) []*casefilev1.FieldFault {
	faults := s.undeclared(filter.GetObligationId())
	for _, code := range filter.GetObligationIds() {
		faults = append(faults, s.undeclared(code)...)
	}
	return faults
}

// undeclared names an obligation that no edition of the catalogue declares.
func (s *server) undeclared(code string) []*casefilev1.FieldFault {
	declared := slices.ContainsFunc(s.catalogue.Editions, func(edition *catalogue.Edition) bool { return edition.Obligation(code) != nil })
	if code == "" || declared {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field("obligation_id", fmt.Sprintf("Danh mục không có nhiệm vụ “%s”. Kiểm tra mã nhiệm vụ.", code),
		fmt.Sprintf("The catalogue has no obligation “%s”. Check its code.", code))}
}

// refuseUnknownUnit tells an empty answer from a mistyped unit.
func (s *server) refuseUnknownUnit(ctx context.Context, id string) error {
	unit, err := s.unit(ctx, id)
	if err != nil || unit != nil {
		return err
	}
	return refuseFields([]*casefilev1.FieldFault{wire.Field("unit_id", fmt.Sprintf("Không có đơn vị “%s”. Kiểm tra mã đơn vị.", id),
		fmt.Sprintf("There is no unit “%s”. Check its id.", id))})
}

func filterFaults(filter *reportsv1.ListCasesRequest) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	if state := filter.GetState(); state != "" && stateWordsVI[state] == "" {
		faults = append(faults, wire.Field("state", fmt.Sprintf("Không có trạng thái “%s”.", state), fmt.Sprintf("There is no state “%s”.", state)))
	}
	if filter.GetPeriodId() != "" {
		faults = append(faults, periodFault("period_id", filter.GetPeriodId())...)
	}
	if filter.GetLimit() < 0 || filter.GetLimit() > mostCases {
		faults = append(faults, wire.Field("limit", fmt.Sprintf("Một lần chỉ lấy được %d hồ sơ.", mostCases), fmt.Sprintf("At most %d cases can be asked for at once.", mostCases)))
	}
	if filter.GetLateAtLeast() < 0 {
		faults = append(faults, wire.Field("late_at_least", "Số ngày quá hạn không được âm.", "The number of days may not be negative."))
	}
	if filter.GetOffset() < 0 {
		faults = append(faults, wire.Field("offset", "Vị trí bắt đầu không được âm.", "The offset may not be negative."))
	}
	return faults
}

// filtered leaves out a case that goes on as another after the act that ended it was undone: that other one counts.
func (r register) filtered(ctx context.Context, filter *reportsv1.ListCasesRequest, now time.Time, sees inSight) (*gorm.DB, error) {
	query := sees.scope(r.db.WithContext(ctx).Model(&caseRow{}).Where("reinstated_as = ''"))
	for column, value := range map[string]string{
		"obligation_id": filter.GetObligationId(), "unit_id": filter.GetUnitId(), "period_id": filter.GetPeriodId(),
		"state": filter.GetState(), "area_id": filter.GetAreaId(), "reviewer_unit_id": filter.GetReviewerUnitId(),
	} {
		if value != "" {
			query = query.Where(column+" = ?", value)
		}
	}
	for column, values := range map[string][]string{"unit_id": filter.GetUnitIds(), "obligation_id": filter.GetObligationIds()} {
		if len(values) > 0 {
			query = query.Where(column+" = ANY(?)", textArray(values))
		}
	}
	if origin := filter.GetOriginCaseId(); origin != "" {
		query = query.Where("origin_case_id IN ("+wentOn+" SELECT id FROM went_on)", textArray([]string{origin}))
	}
	if filter.GetRunningOnly() {
		query = query.Where("state IN ('open', 'submitted', 'returned')")
	}
	if filter.GetLateOnly() || filter.GetLateAtLeast() > 0 {
		query = query.Where(lateNow, now)
	}
	if filter.GetLateAtLeast() <= 0 {
		return query, nil
	}
	late, err := r.lateOf(ctx, query.Session(&gorm.Session{}), now)
	if err != nil {
		return nil, err
	}
	keys, days, _ := lateTable(late, filter.GetLateAtLeast())
	return query.Where("(lateness, "+caseDay+") IN (SELECT * FROM unnest(?::uuid[], ?::date[]))", now, keys, days), nil
}

func (r register) count(ctx context.Context, filter *reportsv1.ListCasesRequest, now time.Time, sees inSight) ([]*reportsv1.StateCount, error) {
	var rows []struct {
		ObligationID, State string
		Total, Late         int32
	}
	query, err := r.filtered(ctx, filter, now, sees)
	if err != nil {
		return nil, err
	}
	err = query.Select("obligation_id, state, count(*) AS total, count(*) FILTER (WHERE "+lateNow+") AS late", now).
		Group("obligation_id, state").Order("obligation_id, state").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	counts := make([]*reportsv1.StateCount, len(rows))
	for i, row := range rows {
		counts[i] = &reportsv1.StateCount{ObligationId: row.ObligationID, State: row.State, Total: row.Total, Late: row.Late}
	}
	return counts, nil
}

// listedRow is a case; the key and the day are there only where lateness has to be reckoned.
type listedRow struct {
	Case                    caseRow `gorm:"embedded"`
	Lateness, Day, PausedBy *string
}

// listedColumns are what a list reads of a case; a brief one reads no body of the state.
const (
	briefColumns = `id, obligation_id, unit_id, period_id, area_id, workflow_type, title_vi, state, round, due_day, due_of_law, extended,
		submitted_at, accepted_at, late_working_days, next_rung_id, next_rung_day, reviewer_unit_id, sealed, clock_offset_seconds, case_clock,
		sequence, opened_at, updated_at, origin_case_id, state_body ->> 'paused_by' AS paused_by`
	listedColumns = `id, obligation_id, unit_id, period_id, area_id, workflow_type, run_id, title_vi, state_body, clock_offset_seconds, case_clock,
		opened_at, updated_at, export_sha256, origin_case_id`
)

func (r register) list(ctx context.Context, filter *reportsv1.ListCasesRequest, now time.Time, sees inSight) ([]*reportsv1.Case, error) {
	limit, columns := int(filter.GetLimit()), listedColumns
	if limit == 0 {
		limit = usualCases
	}
	if filter.GetBrief() {
		columns = briefColumns
	}
	query, err := r.filtered(ctx, filter, now, sees)
	if err != nil {
		return nil, err
	}
	var rows []listedRow
	err = query.Select(columns+", CASE WHEN "+lateNow+" THEN lateness END AS lateness, CASE WHEN "+lateNow+" THEN "+caseDay+"::text END AS day", now, now, now).
		Order("due_day NULLS LAST, id").Limit(limit).Offset(int(filter.GetOffset())).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	cases, err := r.tellAll(ctx, rows, filter.GetBrief())
	if err != nil || filter.GetBrief() {
		return cases, err
	}
	ids := make([]string, len(cases))
	for i, told := range cases {
		ids[i] = told.GetId()
	}
	counted, err := r.linked(ctx, ids, now)
	for _, c := range cases {
		c.Linked = counted[c.GetId()]
	}
	return cases, err
}

// tellAll are the rows as the register answers them, each as late as it is today.
func (r register) tellAll(ctx context.Context, rows []listedRow, brief bool) ([]*reportsv1.Case, error) {
	var behind []lateCase
	for _, row := range rows {
		if row.Lateness != nil && row.Day != nil {
			behind = append(behind, lateCase{lateKey{*row.Lateness, *row.Day}, row.Case.ID})
		}
	}
	late, err := r.reckon(ctx, behind)
	if err != nil {
		return nil, err
	}
	cases := make([]*reportsv1.Case, len(rows))
	for i, row := range rows {
		if brief {
			cases[i] = row.Case.brief()
			if row.PausedBy != nil {
				cases[i].State.PausedBy = *row.PausedBy
			}
		} else if cases[i], err = row.Case.tell(); err != nil {
			return nil, err
		}
		if row.Lateness != nil && row.Day != nil {
			cases[i].State.LateWorkingDays = late[lateKey{*row.Lateness, *row.Day}]
		}
	}
	return cases, nil
}

// brief is the row as lists show it.
func (row caseRow) brief() *reportsv1.Case {
	return &reportsv1.Case{
		Id: row.ID, ObligationId: row.ObligationID, UnitId: row.UnitID, PeriodId: row.PeriodID, AreaId: row.AreaID, WorkflowType: row.WorkflowType, TitleVi: row.TitleVi,
		OpenedAt: row.OpenedAt.UTC().Format(time.RFC3339), UpdatedAt: row.UpdatedAt.UTC().Format(time.RFC3339), OriginCaseId: row.OriginCaseID,
		State: &casefilev1.CaseState{
			CaseId: row.ID, State: stateNumbers[row.State], Round: row.Round, DueDay: text(row.DueDay), DueOfLaw: row.DueOfLaw, Extended: row.Extended,
			SubmittedAt: instantText(row.SubmittedAt), AcceptedAt: instantText(row.AcceptedAt), LateWorkingDays: row.LateWorkingDays,
			NextRungId: row.NextRungID, NextRungDay: text(row.NextRungDay), ReviewerUnitId: row.ReviewerUnitID, Sealed: row.Sealed,
			ClockOffsetSeconds: row.ClockOffsetSeconds, Sequence: row.Sequence,
		},
	}
}

func text(day *string) string {
	if day == nil {
		return ""
	}
	return (*day)[:min(len(*day), len("2006-01-02"))]
}

func instantText(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// tell is the row as the register answers it.
func (row caseRow) tell() (*reportsv1.Case, error) {
	state := &casefilev1.CaseState{}
	if err := readStored(row.StateBody, state); err != nil {
		return nil, err
	}
	return &reportsv1.Case{
		Id: row.ID, ObligationId: row.ObligationID, UnitId: row.UnitID, PeriodId: row.PeriodID, AreaId: row.AreaID,
		WorkflowType: row.WorkflowType, RunId: row.RunID, State: state, TitleVi: row.TitleVi, ExportSha256: row.ExportSha256,
		OpenedAt: row.OpenedAt.UTC().Format(time.RFC3339), UpdatedAt: row.UpdatedAt.UTC().Format(time.RFC3339),
		OriginCaseId: row.OriginCaseID, ReinstatedAs: row.ReinstatedAs, TakenOverCaseIds: predecessorsOf(state),
	}, nil
}

// GetCase answers one case whole: input, state, its files and those of the cases it goes on with, and what was raised out of it.
func (s *server) GetCase(ctx context.Context, request *connect.Request[reportsv1.GetCaseRequest]) (*connect.Response[reportsv1.Case], error) {
	row, err := s.register.find(ctx, request.Msg.GetId())
	if err != nil {
		return nil, err
	}
	if err := s.maySee(ctx, row); err != nil {
		return nil, err
	}
	answer, err := row.tell()
	if err != nil {
		return nil, err
	}
	answer.Input = &casefilev1.CaseInput{}
	if err := readStored(row.Input, answer.Input); err != nil {
		return nil, err
	}
	if err := s.complete(ctx, answer); err != nil {
		return nil, err
	}
	if day := today(s.now(), row.ClockOffsetSeconds, row.CaseClock); (row.State == "open" || row.State == "returned") && isPast(answer.GetState().GetDueDay(), day) {
		reckonLateness(answer.GetInput(), answer.GetState(), day)
	}
	return connect.NewResponse(answer), nil
}

func (s *server) complete(ctx context.Context, answer *reportsv1.Case) error {
	ids, err := s.register.lineage(ctx, answer.GetId())
	if err != nil {
		return err
	}
	if answer.Files, err = s.register.filesOf(ctx, ids...); err != nil {
		return err
	}
	counted, err := s.register.linked(ctx, []string{answer.GetId()}, s.now())
	answer.Linked = counted[answer.GetId()]
	return err
}

func isPast(dueDay string, today calendar.Date) bool {
	due, err := calendar.ParseDate(dueDay)
	return err == nil && due.Before(today)
}
