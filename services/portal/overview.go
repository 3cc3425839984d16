package portal

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

const (
	overviewPath = "/bang-theo-doi"
	rowsPerPage  = 50
)

type overviewView struct {
	Filter                       overviewFilter
	Headline                     []phrase
	Tabs                         []groupTab
	Source                       string // on paper
	Worst                        []worstUnit
	Counts                       []countLink
	Total                        int
	Obligations, Periods, States []choice
	Kinds, Aboves, Leasts        []choice
	Families                     []*unitFamily
	ManyUnits                    bool // so many that the map begins with families
	Columns                      []column
	Groups                       []groupTab
	Rows                         []overviewRow
	Items                        []item
	Absent                       []string
	widePages
	Empty  bool
	Legend []standing
	Nobody int // rungs of which nobody was there to be told
}

// phrase is a part of a sentence; a figure in it opens its list.
type phrase struct{ Text, Href string }

type worstUnit struct {
	Name, Href string
	Late       int
}

type countLink struct {
	Label, Href string
	Total       int
}

type column struct{ Code, Short, Title string }

type overviewRow struct {
	Unit  *unitsv1.Unit
	Cells []cell
	Late  int
	Href  string // the overdue cases of the row
}

// cell is one case, several cases, or the reason why there is none.
type cell struct {
	standing
	Href  string
	More  int
	Extra bool // extended
}

var stateChoices = []choice{
	{"open", "Đang thực hiện"}, {"submitted", "Đã nộp, chờ xác nhận"}, {"returned", "Trả lại"}, {"accepted", "Hoàn thành"},
	{"exempted", "Không thuộc đối tượng"}, {"withdrawn", "Thu hồi"}, {"succeeded", "Chuyển đơn vị kế thừa"},
}

// overview answers who is late, where, for how long; every figure opens its list.
func (p *portal) overview(c echo.Context) error {
	who := personOf(c)
	if !who.Oversees() {
		return p.refuseStranger("xem bảng theo dõi", "các đơn vị khác")
	}
	filter := readFilter(c.QueryParams())
	view := &overviewView{Filter: filter, States: stateChoices, Legend: legend(), Source: p.sourceLine(""), Tabs: overviewTabs(filter, overviewPath)}
	if err := p.fillOverview(c.Request().Context(), view); err != nil {
		return err
	}
	if who.SeesLedger() {
		view.Nobody = p.toldNobody(c.Request().Context())
	}
	return p.render(c, http.StatusOK, "overview", &page{Title: "Bảng theo dõi", Active: "overview", Body: view})
}

func (p *portal) fillOverview(ctx context.Context, view *overviewView) error {
	within, err := p.scopeOf(ctx, view.Filter)
	if err != nil {
		return err
	}
	if known := p.knownUnits(); known != nil {
		view.Kinds, view.Aboves = known.kindChoices(), known.aboveChoices(view.Filter.Kind, view.Filter.Above)
	}
	view.Columns = p.columns(view.Filter)
	view.Obligations, view.Periods, view.Leasts = p.obligationChoices(), periodChoices(p.today()), leastChoices(view.Filter.Least)
	if within.none() {
		view.Empty = true
		view.Headline = []phrase{{Text: "Không có đơn vị nào khớp bộ lọc."}}
		if view.Filter.Unit != "" {
			view.Headline = []phrase{{Text: "Không có đơn vị nào khớp “" + view.Filter.Unit + "”."}}
		}
		return nil
	}
	return p.fillSummary(ctx, view, within)
}

// fillSummary asks the register once for all that is counted, and then for the cases that the page shows.
func (p *portal) fillSummary(ctx context.Context, view *overviewView, within scope) error {
	var families []*unitFamily
	if !view.Filter.List {
		owing := p.owingUnits(within.units, view.Columns)
		families = familiesOf(owing, view.Filter, p.knownByID())
		view.ManyUnits = len(owing) > mostUnits
	}
	asked := &reportsv1.SummariseRequest{Filter: view.Filter.request(within.matched), ShownObligationIds: codesOf(view.Columns), Groups: groupsFor(families, within.units, view.Filter)}
	answer, err := p.calls.Register.Summarise(ctx, call(asked))
	if err != nil {
		return err
	}
	summary := lateUnits{}
	for _, unit := range answer.Msg.GetUnits() {
		summary[unit.GetUnitId()] = unit
	}
	view.Headline = headline(lateOf(summary), p.today(), view.Filter)
	if view.Worst, err = p.worstUnits(ctx, summary, view.Filter); err != nil {
		return err
	}
	view.countCases(answer.Msg.GetCounts())
	switch {
	case view.Filter.List:
		return p.fillList(ctx, view, within.matched)
	case families != nil:
		view.Groups = p.groupTabs(view.Filter, answer.Msg.GetCounts())
		view.Families = fillFamilies(families, view.Columns, answer.Msg.GetGroups())
		return nil
	}
	view.Groups = p.groupTabs(view.Filter, answer.Msg.GetCounts())
	rows, err := p.rowsOf(ctx, view.Filter, view.Columns, within.units, summary)
	if err != nil {
		return err
	}
	return p.fillMap(ctx, view, rows)
}

// owingUnits are those of a kind that owes one of the columns.
func (p *portal) owingUnits(units []*unitsv1.Unit, columns []column) []*unitsv1.Unit {
	kinds := p.kindsOwing(columns)
	if kinds == nil {
		return units
	}
	var owing []*unitsv1.Unit
	for _, unit := range units {
		if kinds[unit.GetKind()] {
			owing = append(owing, unit)
		}
	}
	return owing
}

func (p *portal) knownByID() map[string]*unitsv1.Unit {
	if known := p.knownUnits(); known != nil {
		return known.byID
	}
	return nil
}

func codesOf(columns []column) []string {
	codes := make([]string, len(columns))
	for i, col := range columns {
		codes[i] = col.Code
	}
	return codes
}

// unitsFor answers the units the filter's words name, and their ids for the register (nil: all).
func (p *portal) unitsFor(ctx context.Context, words string) ([]*unitsv1.Unit, []string, error) {
	request := &unitsv1.ListUnitsRequest{On: p.today().String(), Query: words}
	answer, err := p.calls.Units.ListUnits(ctx, call(request))
	if err != nil {
		return nil, nil, err
	}
	units := answer.Msg.GetUnits()
	if words == "" {
		return units, nil, nil
	}
	if exact := slices.IndexFunc(units, func(u *unitsv1.Unit) bool { return u.GetId() == words }); exact >= 0 {
		units = units[exact : exact+1]
	} else if len(units) == 0 {
		if byID, err := p.unitsByID(ctx, []string{words}); err == nil && byID[words] != nil {
			units = append(units, byID[words])
		}
	}
	ids := make([]string, len(units))
	for i, unit := range units {
		ids[i] = unit.GetId()
	}
	return units, ids, nil
}

// lateOf is how much of each unit is late, in every family of obligations.
func lateOf(summary lateUnits) map[string]lateness {
	late := map[string]lateness{}
	for id, unit := range summary {
		if unit.GetLate() > 0 {
			late[id] = lateness{int(unit.GetLate()), int(unit.GetLongestLate())}
		}
	}
	return late
}

// headline is the answer to "who is late" in one sentence; its figures open their lists.
func headline(late map[string]lateness, today calendar.Date, filter overviewFilter) []phrase {
	if len(late) == 0 {
		return []phrase{{Text: "Đến ngày " + today.Vietnamese() + ": không có hồ sơ quá hạn."}}
	}
	cases, long := 0, 0
	for _, unit := range late {
		cases += unit.cases
		if unit.days >= 14 {
			long++
		}
	}
	sentence := []phrase{{Text: "Đến ngày " + today.Vietnamese() + ": "}, {number(int64(cases)) + " hồ sơ quá hạn", filter.Overdue(filter.Least)}, {Text: " ở " + number(int64(len(late))) + " đơn vị"}}
	if long > 0 {
		sentence = append(sentence, phrase{Text: "; "}, phrase{number(int64(long)) + " đơn vị quá hạn từ 14 ngày làm việc", filter.Overdue(max(14, filter.Least))})
	}
	return append(sentence, phrase{Text: "."})
}

const mostWorst = 5

// worstUnits are those late for longest; of units late for equally long the order is that of their names.
func (p *portal) worstUnits(ctx context.Context, summary lateUnits, filter overviewFilter) ([]worstUnit, error) {
	var ids []string
	for id := range lateOf(summary) {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return int(summary[b].GetLongestLate() - summary[a].GetLongestLate()) })
	tied := min(mostWorst, len(ids))
	for tied < len(ids) && tied > 0 && summary[ids[tied]].GetLongestLate() == summary[ids[tied-1]].GetLongestLate() {
		tied++
	}
	names, err := p.named(ctx, ids[:tied])
	if err != nil {
		return nil, err
	}
	var worst []worstUnit
	for _, id := range ids[:tied] {
		worst = append(worst, worstUnit{cmp.Or(names[id].GetName(), id), filter.OverdueOf(id), int(summary[id].GetLongestLate())})
	}
	slices.SortFunc(worst, func(a, b worstUnit) int {
		return cmp.Or(b.Late-a.Late, strings.Compare(a.Name, b.Name), strings.Compare(a.Href, b.Href))
	})
	return worst[:min(mostWorst, len(worst))], nil
}

func (v *overviewView) countCases(counts []*reportsv1.StateCount) {
	totals, late := map[string]int{}, 0
	for _, count := range counts {
		totals[count.GetState()] += int(count.GetTotal())
		v.Total += int(count.GetTotal())
		late += int(count.GetLate())
	}
	v.Counts = append(v.Counts, countLink{"Quá hạn", v.Filter.Overdue(v.Filter.Least), late})
	for _, state := range stateChoices {
		if totals[state.Value] > 0 {
			v.Counts = append(v.Counts, countLink{state.Label, v.Filter.OnlyState(state.Value), totals[state.Value]})
		}
	}
	v.Empty = v.Total == 0
}

func (p *portal) fillList(ctx context.Context, view *overviewView, matched []string) error {
	request := view.Filter.request(matched)
	request.Limit, request.Offset = rowsPerPage, int32((view.Filter.Page-1)*rowsPerPage) //nolint:gosec // a page number
	answer, err := p.calls.Register.ListCases(ctx, call(request))
	if err != nil {
		return err
	}
	view.Items, err = p.dress(ctx, answer.Msg.GetCases())
	view.span(int(answer.Msg.GetTotal()), len(view.Items))
	return err
}

func (v *overviewView) span(total, shown int) {
	v.Of, v.From = total, (v.Filter.Page-1)*cmp.Or(v.rowsAPage, rowsPerPage)+1
	v.To = v.From + shown - 1
}

func (p *portal) obligationChoices() []choice {
	var choices []choice
	edition := p.edition()
	if edition == nil {
		return nil
	}
	for _, o := range edition.Obligations {
		if o.CarriedBy == nil {
			choices = append(choices, choice{o.Code, o.Code + " · " + cmp.Or(o.ShortTitle.VI, o.Code)})
		}
	}
	return choices
}

// periodChoices are this year and the last, in the forms periods have.
func periodChoices(today calendar.Date) []choice {
	var choices []choice
	for year := today.Year(); year >= today.Year()-1; year-- {
		for _, form := range []string{"%d", "%d-H1", "%d-H2", "%d-Q1", "%d-Q2", "%d-Q3", "%d-Q4"} {
			id := fmt.Sprintf(form, year)
			choices = append(choices, choice{id, sentenceCase(periodName(id))})
		}
	}
	return choices
}

// legend explains the shapes, in the order of the table of states.
func legend() []standing {
	return []standing{
		{Key: "open", Shape: "ring", Word: "trong hạn"}, {Key: "due-soon", Shape: "half", Word: "sắp đến hạn (số ngày còn lại)"},
		{Key: "late-1", Shape: "triangle", Word: "quá hạn 1–2 ngày làm việc"}, {Key: "late-2", Shape: "triangle", Word: "3–6"},
		{Key: "late-3", Shape: "triangle", Word: "7–13"}, {Key: "late-4", Shape: "triangle", Word: "từ 14"},
		{Key: "submitted", Shape: "up", Word: "đã nộp, chờ xác nhận"}, {Key: "returned", Shape: "hook", Word: "trả lại"},
		{Key: "accepted", Shape: "tick", Word: "hoàn thành (+ số ngày làm việc quá hạn)"},
		{Key: "not-due", Shape: "dot", Word: "chưa đến kỳ, chưa phát sinh"}, {Key: "not-obliged", Shape: "dash", Word: "không thuộc đối tượng"},
		{Key: "not-followed", Shape: "broken", Word: "chưa theo dõi khi đến hạn"},
		{Key: "no-unit", Shape: "hatch", Word: "đơn vị chưa thành lập hoặc đã kết thúc"},
	}
}
