package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
	"nenep/services/reports/synthesis"
)

// toSynthesise is a case of a synthesis with what it adds up.
type toSynthesise struct {
	row                    caseRow
	input                  *casefilev1.CaseInput
	obligation, period     string // of the reports
	windowFrom, windowTo   string
	closes, closesVI       string
	closesEN, treeDay, now string
}

// synthesised reads the case. One that opened before a synthesis said what it adds up goes by the catalogue of today.
func (s *server) synthesised(ctx context.Context, caseID string) (toSynthesise, error) {
	row, err := s.register.find(ctx, caseID)
	if err != nil {
		return toSynthesise{}, err
	}
	input, _, err := row.casefileOf()
	if err != nil {
		return toSynthesise{}, err
	}
	of := toSynthesise{row: row, input: input, windowFrom: input.GetReport().GetWindowFrom(), windowTo: input.GetReport().GetWindowTo()}
	rules := input.GetReport().GetSynthesis()
	of.obligation, of.period, of.closes = rules.GetObligationId(), rules.GetPeriodId(), rules.GetCloses().GetDay()
	of.closesVI, of.closesEN = rules.GetCloses().GetWhy().GetGround().GetTextVi(), rules.GetCloses().GetWhy().GetGround().GetTextEn()
	if of.obligation == "" {
		period, _ := calendar.ParsePeriod(row.PeriodID)
		of.obligation, of.period = s.catalogue.Latest().Synthesised(row.ObligationID, period)
	}
	if of.obligation == "" {
		return toSynthesise{}, wire.Refuse(contract.CodeWrongState, fmt.Sprintf("Hồ sơ %s không phải hồ sơ tổng hợp. Mở hồ sơ tổng hợp của kỳ.", caseID),
			fmt.Sprintf("Case %s is no synthesis. Open the synthesis of the period.", caseID))
	}
	of.now = today(s.now(), row.ClockOffsetSeconds, row.CaseClock).String()
	of.treeDay = of.now
	if last := firstOf(of.closes, input.GetDue().GetDay()); last != "" && last < of.treeDay {
		of.treeDay = last
	}
	return of, nil
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// landscape is who stands on the day of the tree, and who went on with whom before.
type landscape struct {
	tree    []synthesis.Known
	ever    map[string]synthesis.Known
	follows []figures.Follows
}

// landscapeOf asks the units.
func (s *server) landscapeOf(ctx context.Context, of toSynthesise) (landscape, error) {
	answer, err := s.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{}))
	if err != nil {
		return landscape{}, s.unitsAway(err)
	}
	l := landscape{ever: map[string]synthesis.Known{}}
	for _, unit := range answer.Msg.GetUnits() {
		known := synthesis.Known{UnitID: unit.GetId(), ParentID: unit.GetParentId(), Name: unit.GetName(), Kind: unit.GetKind()}
		l.ever[known.UnitID] = known
		if unit.GetValidFrom() <= of.treeDay && (unit.GetValidTo() == "" || unit.GetValidTo() >= of.treeDay) {
			l.tree = append(l.tree, known)
		}
	}
	decided, err := s.successions(ctx, of)
	if err != nil {
		return landscape{}, err
	}
	l.follows = follows(answer.Msg.GetUnits(), decided, of.treeDay)
	return l, nil
}

// successions are those of the reorganisations that were carried out within the window and up to the day of the tree.
func (s *server) successions(ctx context.Context, of toSynthesise) ([]*unitsv1.UnitSuccession, error) {
	answer, err := s.units.ListReorganisations(ctx, connect.NewRequest(&unitsv1.ListReorganisationsRequest{}))
	if err != nil {
		return nil, s.unitsAway(err)
	}
	var all []*unitsv1.UnitSuccession
	for _, one := range answer.Msg.GetReorganisations() {
		if !slices.Contains([]string{"applied", "finished"}, one.GetState()) || one.GetEffectiveOn() < of.windowFrom || one.GetEffectiveOn() > of.treeDay {
			continue
		}
		whole, err := s.units.GetReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: one.GetId()}))
		if err != nil {
			return nil, s.unitsAway(err)
		}
		all = append(all, whole.Msg.GetSuccessions()...)
	}
	return all, nil
}

// follows are who went on with whom. A decision that was carried out here says who is the heir; of units that came with their successors
// already, the only one is, or the first of several.
func follows(units []*unitsv1.Unit, decided []*unitsv1.UnitSuccession, treeDay string) []figures.Follows {
	var all []figures.Follows
	known := map[string]bool{}
	for _, one := range decided {
		if one.GetToId() != "" {
			all, known[one.GetFromId()] = append(all, figures.Follows{From: one.GetFromId(), To: one.GetToId(), Heir: one.GetHeir() || one.GetOnly()}), true
		}
	}
	for _, unit := range units {
		if known[unit.GetId()] || unit.GetValidTo() == "" || unit.GetValidTo() >= treeDay {
			continue
		}
		for i, next := range unit.GetSuccessorIds() {
			all = append(all, figures.Follows{From: unit.GetId(), To: next, Heir: i == 0})
		}
	}
	return all
}

// reportRow is a case of the reports that are added up, with no more of it than that takes.
type reportRow struct {
	ID              string
	UnitID          string
	State           string
	DueDay          *string
	SubmittedAt     *time.Time
	UpdatedAt       time.Time
	LateWorkingDays int
	Form            string
	WindowFrom      *string
	PaperOn         *string
	Corrections     int
	Ground          *string
	Steps           *string
}

// A case's form is the same for all units of a kind, so it is read once and not with every case.
const (
	reportsSQL = `SELECT id, unit_id, state, due_day, submitted_at, updated_at, late_working_days, md5(input->>'steps') AS form,
	input#>>'{report,window_from}' AS window_from, state_body->>'paper_received_on' AS paper_on,
	coalesce((state_body->>'corrections')::integer, 0) AS corrections, state_body->>'exemption_ground' AS ground, state_body->>'steps' AS steps
FROM cases WHERE obligation_id = ? AND period_id = ? ORDER BY id`
	formsSQL = `SELECT form, steps FROM (
	SELECT DISTINCT ON (md5(input->>'steps')) md5(input->>'steps') AS form, input->>'steps' AS steps, id
	FROM cases WHERE obligation_id = ? AND period_id = ? AND input->>'steps' IS NOT NULL ORDER BY md5(input->>'steps'), id) forms ORDER BY id`
)

// material reads the reports as they stand now. Each case is one row, so that one which is being corrected is read as it was or as it will be.
func (s *server) material(tx *gorm.DB, of toSynthesise, l landscape) (synthesis.Material, error) {
	m := synthesis.Material{Tree: l.tree, Ever: l.ever, Follows: l.follows}
	form, codes, err := s.formOf(tx, of)
	if err != nil {
		return m, err
	}
	m.Indicators = form
	var rows []reportRow
	if err := tx.Raw(reportsSQL, of.obligation, of.period).Scan(&rows).Error; err != nil {
		return m, fmt.Errorf("read the reports of %s %s: %w", of.obligation, of.period, err)
	}
	for _, row := range rows {
		report, err := row.report(codes[row.Form], of.windowFrom)
		if err != nil {
			return m, err
		}
		m.Reports = append(m.Reports, report)
	}
	return m, nil
}

// formOf is the figures that any of the reports asks, in the order in which the catalogue has them, and how each form calls its own.
func (s *server) formOf(tx *gorm.DB, of toSynthesise) ([]synthesis.Indicator, map[string]synthesis.Codes, error) {
	var forms []struct{ Form, Steps string }
	if err := tx.Raw(formsSQL, of.obligation, of.period).Scan(&forms).Error; err != nil {
		return nil, nil, fmt.Errorf("read the forms of %s %s: %w", of.obligation, of.period, err)
	}
	var whole synthesis.Form
	if declared := s.catalogue.Latest().Obligation(of.obligation); declared != nil {
		whole.Add(stepsOf(declared))
	}
	codes, asked := map[string]synthesis.Codes{}, map[string]bool{}
	for _, one := range forms {
		input := &casefilev1.CaseInput{}
		if err := readStored(`{"steps":`+one.Steps+`}`, input); err != nil {
			return nil, nil, err
		}
		codes[one.Form] = whole.Add(input.GetSteps())
		for _, code := range codes[one.Form] {
			asked[code] = true
		}
	}
	return slices.DeleteFunc(whole.Indicators(), func(i synthesis.Indicator) bool { return !asked[i.Code] }), codes, nil
}

func stepsOf(o *catalogue.Obligation) []*casefilev1.StepPolicy {
	var steps []*casefilev1.StepPolicy
	for _, step := range o.Steps {
		steps = append(steps, &casefilev1.StepPolicy{Id: step.ID, TitleVi: step.Title.VI, TitleEn: step.Title.EN, Facts: catalogue.Policies(step.Facts)})
	}
	return steps
}

// recorded is a step of a case's state, as the register keeps it.
type recorded struct {
	StepID     string            `json:"step_id"`
	ActID      string            `json:"act_id"`
	RecordedAt string            `json:"recorded_at"`
	Facts      map[string]string `json:"facts"`
	FileIDs    []string          `json:"file_ids"`
}

func (row reportRow) report(codes synthesis.Codes, windowFrom string) (synthesis.Report, error) {
	r := synthesis.Report{
		CaseID: row.ID, UnitID: row.UnitID, Tail: tailOf(row.ID), State: row.State, Version: 1 + row.Corrections, DueDay: dayText(row.DueDay),
		SubmittedOn: row.submittedOn(), LateDays: row.LateWorkingDays, Own: textOf(row.WindowFrom) > windowFrom, Values: map[string]figures.Number{},
	}
	if row.Ground != nil {
		ground := &casefilev1.LegalGround{}
		if err := readStored(*row.Ground, ground); err != nil {
			return r, err
		}
		r.Ground = contract.Citation(ground)
	}
	if row.Steps == nil {
		return r, nil
	}
	var steps []recorded
	if err := json.Unmarshal([]byte(*row.Steps), &steps); err != nil {
		return r, fmt.Errorf("read the figures of case %s: %w", row.ID, err)
	}
	for _, step := range steps {
		codes.Add(r.Values, step.StepID, step.Facts)
		r.Steps = append(r.Steps, synthesis.Step{ID: step.StepID, ActID: step.ActID, RecordedAt: step.RecordedAt, FileIDs: step.FileIDs})
	}
	return r, nil
}

// submittedOn is the day by which the report is judged: that on which its paper came, where it came on paper.
func (row reportRow) submittedOn() string {
	if paper := textOf(row.PaperOn); paper != "" {
		return paper
	}
	if row.SubmittedAt != nil {
		return calendar.DateOf(*row.SubmittedAt).String()
	}
	return calendar.DateOf(row.UpdatedAt).String()
}

// tailOf is the number behind a case that corrects or goes on with another: of "…/c2" 2.
func tailOf(caseID string) int {
	at := strings.LastIndex(caseID, "/c")
	if at < 0 {
		return 0
	}
	n, err := strconv.Atoi(caseID[at+2:])
	if err != nil {
		return 0
	}
	return n
}
