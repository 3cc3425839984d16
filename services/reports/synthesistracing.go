package reports

import (
	"context"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
	"nenep/services/reports/synthesis"
)

// CompareSyntheses tells what differs between two versions; by default between what was signed and what the register comes to now.
func (s *server) CompareSyntheses(ctx context.Context, request *connect.Request[reportsv1.CompareSynthesesRequest]) (*connect.Response[reportsv1.CompareSynthesesResponse], error) {
	of, err := s.synthesised(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	if _, err := s.maySeeSynthesis(ctx, of.row); err != nil {
		return nil, err
	}
	number := request.Msg.GetFrom()
	if number == 0 {
		if number, err = s.lastSigned(ctx, of.row.ID); err != nil {
			return nil, err
		}
	}
	from, err := s.versionOf(ctx, of, number)
	if err != nil {
		return nil, err
	}
	to, err := s.versionOrNow(ctx, of, request.Msg.GetTo())
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(tellChanges(from, to)), nil
}

// lastSigned is the number of the last version that was signed; 0 where none was.
func (s *server) lastSigned(ctx context.Context, caseID string) (int32, error) {
	signed, err := signatures(s.register.db.WithContext(ctx), caseID)
	last := int32(0)
	for number := range signed {
		last = max(last, number)
	}
	return last, err
}

// versionOrNow is a version, or with 0 what would be drawn up now.
func (s *server) versionOrNow(ctx context.Context, of toSynthesise, number int32) (asked, error) {
	if number != 0 {
		return s.versionOf(ctx, of, number)
	}
	l, err := s.landscapeOf(ctx, of)
	if err != nil {
		return asked{}, err
	}
	var m synthesis.Material
	err = s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		m, err = s.material(tx, of, l)
		return err
	})
	if err != nil {
		return asked{}, err
	}
	content := synthesis.Draw(m)
	row, err := s.newVersion(ctx, of, content)
	row.DrawnUpBy = ""
	return asked{of, row, headOf(row, nil), content}, err
}

func tellChanges(from, to asked) *reportsv1.CompareSynthesesResponse {
	changes := synthesis.Compare(from.content, to.content)
	answer := &reportsv1.CompareSynthesesResponse{From: from.head, To: to.head, Totals: tellChanged(changes.Totals), Nodes: tellChanged(changes.Places)}
	concerned := map[string]bool{}
	for _, f := range slices.Concat(changes.Totals, changes.Places) {
		concerned[f.Code] = true
	}
	for _, i := range slices.Concat(to.content.Indicators, from.content.Indicators) {
		if concerned[i.Code] {
			delete(concerned, i.Code)
			answer.Indicators = append(answer.Indicators, tellIndicators([]synthesis.Indicator{i})...)
		}
	}
	for _, c := range changes.Sources {
		answer.Sources = append(answer.Sources, &reportsv1.ChangedSource{CaseId: c.CaseID, UnitId: c.UnitID, Change: c.Change, VersionBefore: int32(c.Before), VersionAfter: int32(c.After)})
	}
	for _, c := range changes.Standings {
		answer.Standings = append(answer.Standings, &reportsv1.ChangedStanding{UnitId: c.UnitID, Name: c.Name, Before: c.Before, After: c.After})
	}
	return answer
}

func tellChanged(changed []synthesis.ChangedFigure) []*reportsv1.ChangedFigure {
	told := make([]*reportsv1.ChangedFigure, len(changed))
	for i, f := range changed {
		told[i] = &reportsv1.ChangedFigure{Indicator: f.Code, UnitId: f.UnitID, Before: f.Before, After: f.After}
	}
	return told
}

// TraceFigure follows a figure down.
func (s *server) TraceFigure(ctx context.Context, request *connect.Request[reportsv1.TraceFigureRequest]) (*connect.Response[reportsv1.TraceFigureResponse], error) {
	v, err := s.readVersion(ctx, request.Msg.GetCaseId(), request.Msg.GetVersion())
	if err != nil {
		return nil, err
	}
	code, unit := request.Msg.GetIndicator(), request.Msg.GetUnitId()
	at := slices.IndexFunc(v.content.Indicators, func(i synthesis.Indicator) bool { return i.Code == code })
	if at < 0 {
		return nil, wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Bản tổng hợp không có chỉ tiêu “%s”. Chọn chỉ tiêu trong bản tổng hợp.", code),
			fmt.Sprintf("The synthesis has no indicator “%s”. Choose one of it.", code))
	}
	answer, err := v.trace(v.content.Indicators[at], unit)
	if err != nil {
		return nil, err
	}
	if answer.Reports, err = s.tracedReports(ctx, v, v.content.Indicators[at], unit); err != nil {
		return nil, err
	}
	return connect.NewResponse(answer), nil
}

// trace is the figure at the unit, the way down to it and what stands directly below.
func (v asked) trace(of synthesis.Indicator, unit string) (*reportsv1.TraceFigureResponse, error) {
	answer := &reportsv1.TraceFigureResponse{Head: v.head, Indicator: tellIndicators([]synthesis.Indicator{of})[0]}
	places, below := map[string]synthesis.Place{}, map[string]bool{}
	for _, p := range v.content.Places {
		places[p.UnitID] = p
		if _, given := p.Figures[of.Code]; given {
			below[p.ParentID] = true
		}
	}
	traced := func(p synthesis.Place) *reportsv1.TracedUnit {
		return &reportsv1.TracedUnit{UnitId: p.UnitID, Name: p.Name, UnitKind: p.Kind, Figure: figureOf(p.Figures, of), LeadsDown: below[p.UnitID]}
	}
	if unit == "" {
		answer.Unit = &reportsv1.TracedUnit{Figure: figureOf(v.content.Totals, of), LeadsDown: true}
	} else {
		here, known := places[unit]
		if !known {
			return nil, wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Không có số liệu ở đơn vị “%s” trong bản tổng hợp này. Chọn đơn vị khác.", unit),
				fmt.Sprintf("This synthesis has no figures at unit “%s”. Choose another.", unit))
		}
		answer.Unit = traced(here)
		for above := places[here.ParentID]; above.UnitID != ""; above = places[above.ParentID] {
			answer.Above = slices.Insert(answer.Above, 0, traced(above))
		}
	}
	for _, p := range v.content.Places {
		if _, given := p.Figures[of.Code]; given && p.ParentID == unit {
			answer.Children = append(answer.Children, traced(p))
		}
	}
	return answer, nil
}

func figureOf(sums synthesis.Figures, of synthesis.Indicator) *reportsv1.SynthesisFigure {
	told := tellFigures(sums, []synthesis.Indicator{of})
	if len(told) == 0 {
		return nil
	}
	return told[0]
}

// tracedReports are the reports that count at the unit itself, with what they were recorded with.
func (s *server) tracedReports(ctx context.Context, v asked, of synthesis.Indicator, unit string) ([]*reportsv1.TracedReport, error) {
	names := map[string]string{}
	for _, u := range v.content.Units {
		names[u.UnitID] = u.Name
	}
	var reports []*reportsv1.TracedReport
	for _, source := range v.content.Sources {
		value, given := source.Values[of.Code]
		if !given || source.At != unit || source.Standing == figures.Contained {
			continue
		}
		report := &reportsv1.TracedReport{CaseId: source.CaseID, UnitId: source.UnitID, Name: names[source.UnitID], Value: value, Standing: string(source.Standing),
			Version: int32(source.Version), StepId: of.StepID, StepVi: of.SectionVI, StepEn: of.SectionEN}
		if at := slices.IndexFunc(source.Steps, func(step synthesis.Step) bool { return step.ID == of.StepID }); at >= 0 {
			step := source.Steps[at]
			report.ActId, report.RecordedAt = step.ActID, step.RecordedAt
			files, err := s.register.filesNamed(ctx, step.FileIDs)
			if err != nil {
				return nil, err
			}
			report.Files = files
		}
		reports = append(reports, report)
	}
	return reports, nil
}

func (r register) filesNamed(ctx context.Context, ids []string) ([]*reportsv1.File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []fileRow
	if err := r.db.WithContext(ctx).Where("id = ANY(?)", textArray(ids)).Order("uploaded_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the files of a report: %w", err)
	}
	files := make([]*reportsv1.File, len(rows))
	for i, row := range rows {
		files[i] = row.tell()
	}
	return files, nil
}
