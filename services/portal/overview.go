package portal

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// overviewFilter is what the address bar of the overview says; every view is an address.
type overviewFilter struct {
	Obligation, Unit, Period, State string
	Group                           string // of obligations, on the map only
	Late                            bool
	List                            bool
	Page                            int
}

func readFilter(query url.Values) overviewFilter {
	page, err := strconv.Atoi(query.Get("trang"))
	if err != nil || page < 1 {
		page = 1
	}
	return overviewFilter{
		Obligation: query.Get("nhiem-vu"), Unit: strings.TrimSpace(query.Get("don-vi")), Period: query.Get("ky"),
		State: query.Get("trang-thai"), Group: query.Get("nhom"), Late: query.Get("qua-han") == "1", List: query.Get("xem") == "danh-sach", Page: page,
	}
}

// Address is the view as an address.
func (f overviewFilter) Address() string { return sheetAddress(overviewPath, f.query()) }

// Export is the same filter for Excel, all pages of it.
func (f overviewFilter) Export() string {
	f.Page = 1
	return sheetAddress(overviewPath+"/xuat.xlsx", f.query())
}

func (f overviewFilter) query() url.Values {
	query := url.Values{}
	for key, value := range map[string]string{"nhiem-vu": f.Obligation, "don-vi": f.Unit, "ky": f.Period, "trang-thai": f.State, "nhom": f.Group} {
		if value != "" {
			query.Set(key, value)
		}
	}
	if f.Late {
		query.Set("qua-han", "1")
	}
	if f.List {
		query.Set("xem", "danh-sach")
	}
	if f.Page > 1 {
		query.Set("trang", strconv.Itoa(f.Page))
	}
	return query
}

// Set tells whether anything is filtered.
func (f overviewFilter) Set() bool {
	return f.Obligation != "" || f.Unit != "" || f.Period != "" || f.State != "" || f.Late
}

// Turn is the same view on another page.
func (f overviewFilter) Turn(page int) string { f.Page = page; return f.Address() }

// AsList and AsMap are the same filter in the other view.
func (f overviewFilter) AsList() string { f.List, f.Page = true, 1; return f.Address() }

// AsMap is the units × obligations view.
func (f overviewFilter) AsMap() string { f.List, f.Page = false, 1; return f.Address() }

// OnlyState lists the cases of one state within the filter.
func (f overviewFilter) OnlyState(state string) string {
	f.State, f.Late, f.List, f.Page = state, false, true, 1
	return f.Address()
}

func (f overviewFilter) ofUnit(unit, obligation string) string {
	return overviewFilter{Unit: unit, Obligation: obligation, Period: f.Period, List: true, Page: 1}.Address()
}

func (f overviewFilter) request(units []string) *reportsv1.ListCasesRequest {
	return &reportsv1.ListCasesRequest{ObligationId: f.Obligation, PeriodId: f.Period, State: f.State, LateOnly: f.Late, UnitIds: units}
}

type overviewView struct {
	Filter                       overviewFilter
	Headline                     []phrase
	Tabs                         []groupTab
	Source                       string // on paper
	Worst                        []worstUnit
	Counts                       []countLink
	Total                        int
	Obligations, Periods, States []choice
	Columns                      []column
	Groups                       []groupTab
	Rows                         []overviewRow
	Items                        []item
	Absent                       []string
	pageRows
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
	units, matched, err := p.unitsFor(ctx, view.Filter.Unit)
	if err != nil {
		return err
	}
	view.Columns = p.columns(view.Filter)
	view.Obligations, view.Periods = p.obligationChoices(), periodChoices(p.today())
	if view.Filter.Unit != "" && len(units) == 0 {
		view.Empty = true
		view.Headline = []phrase{{Text: "Không có đơn vị nào khớp “" + view.Filter.Unit + "”."}}
		return nil
	}
	late, err := p.lateItems(ctx, view.Filter, matched)
	if err != nil {
		return err
	}
	view.Headline, view.Worst = headline(late, p.today(), view.Filter), worstUnits(late, view.Filter)
	if err := p.countCases(ctx, view, matched); err != nil {
		return err
	}
	if view.Filter.List {
		return p.fillList(ctx, view, matched)
	}
	view.Groups = p.groupTabs(view.Filter, late)
	return p.fillMap(ctx, view, units, ofColumns(late, view.Columns), matched)
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

func (p *portal) lateItems(ctx context.Context, filter overviewFilter, matched []string) ([]item, error) {
	request := filter.request(matched)
	request.LateOnly = true
	cases, _, err := p.listAll(ctx, request)
	if err != nil {
		return nil, err
	}
	return p.dress(ctx, cases)
}

// headline is the answer to "who is late" in one sentence; its figures open their lists.
func headline(late []item, today calendar.Date, filter overviewFilter) []phrase {
	if len(late) == 0 {
		return []phrase{{Text: "Đến ngày " + today.Vietnamese() + ": không có hồ sơ quá hạn."}}
	}
	units, long := map[string]bool{}, map[string]bool{}
	for _, it := range late {
		units[it.GetUnitId()] = true
		if it.Standing.Late >= 14 {
			long[it.GetUnitId()] = true
		}
	}
	sentence := []phrase{{Text: "Đến ngày " + today.Vietnamese() + ": "}, {number(int64(len(late))) + " hồ sơ quá hạn", filter.Overdue(0)}, {Text: fmt.Sprintf(" ở %d đơn vị", len(units))}}
	if len(long) > 0 {
		sentence = append(sentence, phrase{Text: "; "}, phrase{fmt.Sprintf("%d đơn vị quá hạn từ 14 ngày làm việc", len(long)), filter.Overdue(14)})
	}
	return append(sentence, phrase{Text: "."})
}

func worstUnits(late []item, filter overviewFilter) []worstUnit {
	byUnit := map[string]worstUnit{}
	for _, it := range late {
		worst := byUnit[it.GetUnitId()]
		if it.Standing.Late >= worst.Late {
			byUnit[it.GetUnitId()] = worstUnit{it.UnitName, filter.OverdueOf(it.GetUnitId()), it.Standing.Late}
		}
	}
	var worst []worstUnit
	for _, unit := range byUnit {
		worst = append(worst, unit)
	}
	slices.SortFunc(worst, func(a, b worstUnit) int { return cmp.Or(b.Late-a.Late, strings.Compare(a.Name, b.Name)) })
	return worst[:min(5, len(worst))]
}

func (p *portal) countCases(ctx context.Context, view *overviewView, matched []string) error {
	request := view.Filter.request(matched)
	request.Limit = 1
	answer, err := p.calls.Register.ListCases(ctx, call(request))
	if err != nil {
		return err
	}
	totals, late := map[string]int{}, 0
	for _, count := range answer.Msg.GetCounts() {
		totals[count.GetState()] += int(count.GetTotal())
		late += int(count.GetLate())
	}
	view.Total = int(answer.Msg.GetTotal())
	view.Counts = append(view.Counts, countLink{"Quá hạn", view.Filter.Overdue(0), late})
	for _, state := range stateChoices {
		if totals[state.Value] > 0 {
			view.Counts = append(view.Counts, countLink{state.Label, view.Filter.OnlyState(state.Value), totals[state.Value]})
		}
	}
	view.Empty = view.Total == 0
	return nil
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
	v.Of, v.From = total, (v.Filter.Page-1)*rowsPerPage+1
	v.To = v.From + shown - 1
}

// fillMap puts the worst units first and reads only the cases of the units on this page.
func (p *portal) fillMap(ctx context.Context, view *overviewView, units []*unitsv1.Unit, late []item, matched []string) error {
	units, err := p.rowsOf(ctx, view, units, late, matched)
	if err != nil {
		return err
	}
	first := min((view.Filter.Page-1)*rowsPerPage, len(units))
	shown := units[first:min(first+rowsPerPage, len(units))]
	view.span(len(units), len(shown))
	if len(shown) == 0 {
		return nil
	}
	ids := make([]string, len(shown))
	for i, unit := range shown {
		ids[i] = unit.GetId()
	}
	items, err := p.itemsOf(ctx, view.Filter.request(ids))
	if err != nil {
		return err
	}
	view.Columns = p.withUndeclared(view.Columns, items)
	absence, err := p.absences(ctx, view.Filter, shown)
	if err != nil {
		return err
	}
	for _, unit := range shown {
		view.Rows = append(view.Rows, rowOf(view, unit, items, absence))
	}
	return nil
}

// rowsOf decides which units are rows, the latest first.
func (p *portal) rowsOf(ctx context.Context, view *overviewView, units []*unitsv1.Unit, late []item, matched []string) ([]*unitsv1.Unit, error) {
	wanted := map[string]bool{}
	for _, it := range late {
		wanted[it.GetUnitId()] = true
	}
	if view.Filter.State != "" || view.Filter.Late || view.Filter.Period != "" {
		cases, _, err := p.listAll(ctx, view.Filter.request(matched))
		if err != nil {
			return nil, err
		}
		for _, found := range cases {
			wanted[found.GetUnitId()] = true
		}
	} else {
		for _, unit := range units {
			if p.owesAny(unit, view.Columns) {
				wanted[unit.GetId()] = true
			}
		}
	}
	return p.sortedRows(ctx, units, wanted, late)
}

func (p *portal) sortedRows(ctx context.Context, units []*unitsv1.Unit, wanted map[string]bool, late []item) ([]*unitsv1.Unit, error) {
	var rows []*unitsv1.Unit
	for _, unit := range units {
		if wanted[unit.GetId()] {
			rows = append(rows, unit)
			delete(wanted, unit.GetId())
		}
	}
	var ended []string // units that no longer exist and still have cases
	for id := range wanted {
		ended = append(ended, id)
	}
	others, err := p.unitsByID(ctx, ended)
	if err != nil {
		return nil, err
	}
	for _, unit := range others {
		rows = append(rows, unit)
	}
	worst, count := map[string]int{}, map[string]int{}
	for _, it := range late {
		worst[it.GetUnitId()] = max(worst[it.GetUnitId()], it.Standing.Late+1)
		count[it.GetUnitId()]++
	}
	slices.SortFunc(rows, func(a, b *unitsv1.Unit) int {
		return cmp.Or(worst[b.GetId()]-worst[a.GetId()], count[b.GetId()]-count[a.GetId()], strings.Compare(a.GetName(), b.GetName()), strings.Compare(a.GetId(), b.GetId()))
	})
	return rows, nil
}

func rowOf(view *overviewView, unit *unitsv1.Unit, items []item, absence func(*unitsv1.Unit, string) absent) overviewRow {
	row := overviewRow{Unit: unit, Href: view.Filter.OverdueInRow(unit.GetId())}
	for _, col := range view.Columns {
		var here []item
		for _, it := range items {
			if it.GetUnitId() == unit.GetId() && it.GetObligationId() == col.Code {
				here = append(here, it)
			}
		}
		if len(here) == 0 {
			why := absence(unit, col.Code)
			row.Cells = append(row.Cells, cell{standing: why.standing})
			if why.Reason != "" {
				view.Absent = append(view.Absent, unit.GetName()+" · "+col.Short+": "+why.Reason)
			}
			continue
		}
		for _, it := range here {
			if it.Standing.Overdue {
				row.Late++
			}
		}
		row.Cells = append(row.Cells, cellOf(here, view.Filter.ofUnit(unit.GetId(), col.Code)))
	}
	return row
}

// cellOf shows the case that most needs somebody; several cases open their list.
func cellOf(here []item, list string) cell {
	slices.SortStableFunc(here, func(a, b item) int {
		return cmp.Or(urgency(b)-urgency(a), b.Standing.Late-a.Standing.Late, strings.Compare(b.GetState().GetDueDay(), a.GetState().GetDueDay()))
	})
	first := here[0]
	shown := cell{standing: first.Standing, Href: first.URL(), More: len(here) - 1, Extra: first.GetState().GetExtended()}
	if shown.More > 0 {
		shown.Href = list
	}
	return shown
}

func urgency(it item) int {
	switch {
	case it.Standing.Overdue:
		return 4
	case it.Standing.Key == "returned":
		return 3
	case it.Standing.Waiting:
		return 2
	case it.Standing.Key == "submitted":
		return 1
	default:
		return 0
	}
}

// withUndeclared adds a column for cases of obligations the catalogue no longer declares.
func (p *portal) withUndeclared(columns []column, items []item) []column {
	for _, it := range items {
		if edition := p.edition(); edition != nil && edition.Obligation(it.GetObligationId()) != nil {
			continue
		}
		if !slices.ContainsFunc(columns, func(c column) bool { return c.Code == it.GetObligationId() }) {
			columns = append(columns, column{it.GetObligationId(), it.GetObligationId(), it.GetTitleVi()})
		}
	}
	return columns
}

func (p *portal) columns(filter overviewFilter) []column {
	var columns []column
	edition := p.edition()
	if edition == nil {
		return nil
	}
	for _, o := range edition.Obligations {
		if o.CarriedBy == nil && (filter.Obligation == o.Code || filter.Obligation == "" && groupOf(o.Pattern) == filter.group()) {
			columns = append(columns, column{o.Code, cmp.Or(o.ShortTitle.VI, o.Code), o.Title.VI})
		}
	}
	return columns
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
