package portal

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// reportStandings are what became of a unit's report, in the order of the pages, with the word of their address.
var reportStandings = []struct{ standing, slug, title string }{
	{"in-time", "dung-han", "Báo cáo đúng hạn"},
	{"late", "qua-han", "Báo cáo quá hạn"},
	{"returned", "tra-lai", "Trả lại, chưa nộp lại"},
	{"missing", "chua-bao-cao", "Chưa báo cáo"},
	{"exempted", "khong-thuoc", "Không thuộc đối tượng"},
}

// reportedUnit is a unit that owes a report, as a row.
type reportedUnit struct {
	*reportsv1.UnitStanding
	Standing standing
	KindWord string
	Inside   string // whose report contains what this one counted
}

// Href is the unit's case; empty where none was opened.
func (u reportedUnit) Href() string {
	if u.GetCaseId() == "" {
		return ""
	}
	return caseURL(u.GetCaseId())
}

// reportStanding is a unit's report in three signs, as lists show a case.
func reportStanding(u *reportsv1.UnitStanding) standing {
	late := int(u.GetLateWorkingDays())
	switch u.GetStanding() {
	case "in-time", "late":
		return reportedStanding(u.GetAccepted(), u.GetStanding() == "late", late)
	case "returned":
		return standing{Key: "returned", Shape: "hook", Word: "Trả lại, chưa nộp lại"}
	case "exempted":
		return standing{Key: "exempted", Shape: "diamond", Word: "Không thuộc đối tượng"}
	}
	if late > 0 {
		return standing{Key: lateStep(late), Shape: "triangle", Word: fmt.Sprintf("Chưa báo cáo, quá hạn %d ngày làm việc", late), Late: late}
	}
	return standing{Key: "open", Shape: "ring", Word: "Chưa báo cáo"}
}

func reportedStanding(accepted, overdue bool, late int) standing {
	found := standing{Key: "accepted", Shape: "tick", Word: "Báo cáo đúng hạn"}
	if overdue {
		found = standing{Key: "accepted-late", Shape: "tick", Word: "Báo cáo quá hạn", Late: late}
		if late > 0 {
			found.Word += fmt.Sprintf(" %d ngày làm việc", late)
		}
	}
	if !accepted {
		found.Key, found.Shape, found.Word = "submitted", "up", found.Word+", chờ xác nhận"
	}
	return found
}

// unitsFilter is what the address of the list says.
type unitsFilter struct {
	Standing, Kind, Unit string // Standing by the word of the address
	Page                 int
}

func readUnitsFilter(query url.Values) unitsFilter {
	page, err := strconv.Atoi(query.Get("trang"))
	if err != nil || page < 1 {
		page = 1
	}
	return unitsFilter{query.Get("tinh-trang"), query.Get("loai"), strings.TrimSpace(query.Get("don-vi")), page}
}

// Set tells whether anything is filtered.
func (f unitsFilter) Set() bool { return f.Standing != "" || f.Kind != "" || f.Unit != "" }

func (f unitsFilter) fits(u *reportsv1.UnitStanding) bool {
	slug := ""
	for _, one := range reportStandings {
		if one.standing == u.GetStanding() {
			slug = one.slug
		}
	}
	return (f.Standing == "" || f.Standing == slug) && (f.Kind == "" || f.Kind == u.GetUnitKind()) &&
		(f.Unit == "" || strings.Contains(strings.ToLower(u.GetName()), strings.ToLower(f.Unit)) || strings.EqualFold(u.GetUnitId(), f.Unit))
}

// kindProgress is how many units of a kind reported, as a bar with its numbers.
type kindProgress struct {
	Name     string
	Owed     int
	Cells    []countLink // in the order of the standings
	Segments []barSegment
}

// barSegment is a part of a bar; lengths are in percent.
type barSegment struct{ Class, X, Width string }

type synthesisUnitsView struct {
	*synthesisHead
	Filter           unitsFilter
	Kinds, Standings []choice
	Progress         []kindProgress
	Rows             []reportedUnit
	Merged           []mergedReport
	pageRows
	Source string
}

// Listed is the list of the units of one kind with one standing.
func (v *synthesisUnitsView) listed(filter unitsFilter) string {
	page := ""
	if filter.Page > 1 {
		page = strconv.Itoa(filter.Page)
	}
	return v.Address("/bao-cao", v.Head.GetVersion(), "tinh-trang", filter.Standing, "loai", filter.Kind, "don-vi", filter.Unit, "trang", page)
}

// Turn is the same list on another page.
func (v *synthesisUnitsView) Turn(page int) string {
	filter := v.Filter
	filter.Page = page
	return v.listed(filter)
}

// Whole is the list of every unit.
func (v *synthesisUnitsView) Whole() string { return v.listed(unitsFilter{}) }

// Action is where the filter is sent.
func (v *synthesisUnitsView) Action() string { return v.Address("/bao-cao", 0) }

// Shown is the version that the filter keeps; empty for the last.
func (v *synthesisUnitsView) Shown() string {
	if !v.Older() {
		return ""
	}
	return strconv.Itoa(int(v.Head.GetVersion()))
}

// Export is the whole list for Excel.
func (v *synthesisUnitsView) Export() string {
	return v.Address("/bao-cao/xuat.xlsx", v.Head.GetVersion(), "tinh-trang", v.Filter.Standing, "loai", v.Filter.Kind, "don-vi", v.Filter.Unit)
}

// synthesisUnits is who has reported in time, who late, whose report was returned, who has not.
func (p *portal) synthesisUnits(c echo.Context) error {
	head, err := p.synthesisHead(c, "/bao-cao")
	if err != nil {
		return err
	}
	view := &synthesisUnitsView{synthesisHead: head, Filter: readUnitsFilter(c.QueryParams()), Source: p.sourceLine("")}
	for _, one := range reportStandings {
		view.Standings = append(view.Standings, choice{one.slug, one.title})
	}
	if view.Head != nil {
		if err := p.fillUnits(c.Request().Context(), view); err != nil {
			return err
		}
	}
	return p.renderSynthesis(c, "synthesisunits", "Tình hình báo cáo: "+head.Title(), view)
}

func (p *portal) fillUnits(ctx context.Context, view *synthesisUnitsView) error {
	drawn, err := p.synthesisAt(ctx, view.Case.GetId(), view.Head.GetVersion())
	if err != nil {
		return err
	}
	if view.Merged, err = p.mergedReports(ctx, drawn.GetSources()); err != nil {
		return err
	}
	rows := reportedUnits(drawn.GetUnits(), view.Filter)
	view.Of = len(rows)
	first := min((view.Filter.Page-1)*rowsPerPage, len(rows))
	view.Rows = rows[first:min(first+rowsPerPage, len(rows))]
	view.From, view.To = first+1, first+len(view.Rows)
	view.Progress = progressByKind(drawn.GetUnits(), view.listed)
	for _, kind := range unitKindsOf(drawn.GetUnits()) {
		view.Kinds = append(view.Kinds, choice{kind, sentenceCase(kindWord(kind))})
	}
	return nil
}

// reportedUnits are the units that fit, those who have something to do still first, the latest of them at the head.
func reportedUnits(units []*reportsv1.UnitStanding, filter unitsFilter) []reportedUnit {
	order := map[string]int{"missing": 0, "returned": 1, "late": 2, "in-time": 3, "exempted": 4}
	var rows []reportedUnit
	for _, unit := range units {
		if filter.fits(unit) {
			rows = append(rows, reportedUnit{UnitStanding: unit, Standing: reportStanding(unit), KindWord: sentenceCase(kindWord(unit.GetUnitKind()))})
		}
	}
	slices.SortFunc(rows, func(a, b reportedUnit) int {
		return cmp.Or(order[a.GetStanding()]-order[b.GetStanding()], int(b.GetLateWorkingDays()-a.GetLateWorkingDays()), strings.Compare(a.GetName(), b.GetName()), strings.Compare(a.GetUnitId(), b.GetUnitId()))
	})
	return rows
}

func unitKindsOf(units []*reportsv1.UnitStanding) []string {
	var kinds []string
	for _, unit := range units {
		if !slices.Contains(kinds, unit.GetUnitKind()) {
			kinds = append(kinds, unit.GetUnitKind())
		}
	}
	slices.SortFunc(kinds, func(a, b string) int { return strings.Compare(kindWord(a), kindWord(b)) })
	return kinds
}

// progressByKind counts the units of each kind by what became of their reports; those that are not obliged are in no bar.
func progressByKind(units []*reportsv1.UnitStanding, address func(unitsFilter) string) []kindProgress {
	var rows []kindProgress
	for _, kind := range unitKindsOf(units) {
		row, counts := kindProgress{Name: sentenceCase(kindWord(kind))}, map[string]int{}
		for _, unit := range units {
			if unit.GetUnitKind() == kind {
				counts[unit.GetStanding()]++
			}
		}
		for _, one := range reportStandings {
			row.Cells = append(row.Cells, countLink{one.title, address(unitsFilter{Standing: one.slug, Kind: kind}), counts[one.standing]})
			if one.standing != "exempted" {
				row.Owed += counts[one.standing]
			}
		}
		row.Segments = segmentsOf(counts, row.Owed)
		rows = append(rows, row)
	}
	return rows
}

func segmentsOf(counts map[string]int, owed int) []barSegment {
	var segments []barSegment
	at := 0.0
	for _, one := range reportStandings {
		if one.standing == "exempted" || counts[one.standing] == 0 {
			continue
		}
		wide := float64(counts[one.standing]) * 100 / float64(owed)
		segments = append(segments, barSegment{one.standing, along(at), along(wide)})
		at += wide
	}
	return segments
}

// mergedReport is a report that does not stand in the sums at its own unit, and what became of it.
type mergedReport struct{ Name, Href, Text, CaseID string }

// mergedReports tells of each such report in whose report or at which unit it counts.
func (p *portal) mergedReports(ctx context.Context, sources []*reportsv1.SynthesisSource) ([]mergedReport, error) {
	unitOf := map[string]string{}
	var ids []string
	for _, source := range sources {
		unitOf[source.GetCaseId()] = source.GetUnitId()
		ids = append(ids, source.GetUnitId(), source.GetCountedAt())
	}
	var merged []mergedReport
	units, err := p.namesOfUnits(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		if text := mergedWords(source, units[source.GetCountedAt()], units[unitOf[source.GetContainedIn()]]); text != "" {
			merged = append(merged, mergedReport{units[source.GetUnitId()], caseURL(source.GetCaseId()), text, source.GetCaseId()})
		}
	}
	return merged, nil
}

// mergedWords says what became of a report that is not simply counted at its unit; nothing of one that is.
func mergedWords(source *reportsv1.SynthesisSource, at, container string) string {
	switch source.GetStanding() {
	case "contained":
		return "đã tính trong báo cáo của " + container
	case "counted-flows":
		return "số phát sinh trong kỳ tính tại " + at + "; số hiện có theo báo cáo của đơn vị kế thừa"
	case "outside":
		return "không tính: đơn vị đã kết thúc và không có đơn vị kế thừa trong bản tổng hợp"
	}
	if source.GetCountedAt() != "" && source.GetCountedAt() != source.GetUnitId() {
		return "tính tại " + at + ", đơn vị kế thừa chưa báo cáo"
	}
	return ""
}

// namesOfUnits names units, those that ended too; one that cannot be named keeps its id.
func (p *portal) namesOfUnits(ctx context.Context, ids []string) (map[string]string, error) {
	ids = nonEmpty(ids...)
	slices.Sort(ids)
	units, err := p.named(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(ids))
	for _, id := range ids {
		names[id] = cmp.Or(units[id].GetName(), id)
	}
	return names, nil
}
