package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

const (
	loadPath = "/khoi-luong"
	// weeksAhead is how many weeks the load shows, the present one included.
	weeksAhead = 8
	// otherGroup is of cases whose obligation the catalogue of today does not declare.
	otherGroup = "khac"
)

// week is a span of civil days that ends on a Sunday; the first begins today.
type week struct{ From, To calendar.Date }

// weeksFrom are so many weeks from the day on.
func weeksFrom(today calendar.Date, count int) []week {
	weeks := make([]week, count)
	from := today
	for i := range weeks {
		to := from.AddDays((7 - int(from.Weekday())) % 7)
		weeks[i] = week{from, to}
		from = to.AddDays(1)
	}
	return weeks
}

// Name is the week by its days: "28/12–03/01/2027".
func (w week) Name() string {
	if w.From == w.To {
		return w.To.Vietnamese()
	}
	return w.From.Vietnamese()[:5] + "–" + w.To.Vietnamese()
}

func (w week) holds(d calendar.Date) bool { return !d.Before(w.From) && !d.After(w.To) }

// loadFilter is what the address of the load says: unit, obligation, period, and the week and group whose cases are listed.
type loadFilter struct {
	overviewFilter
	Week string // its first day, on the wire; "moi" is all of them
}

const everyWeek = "moi"

func readLoadFilter(query url.Values) loadFilter {
	filter := loadFilter{readFilter(query), query.Get("tuan")}
	filter.State, filter.List, filter.Late, filter.Each, filter.Least, filter.Page = "", false, false, false, 0, 1
	return filter
}

func (f loadFilter) query() url.Values {
	query := f.overviewFilter.query()
	if f.Week != "" {
		query.Set("tuan", f.Week)
	}
	return query
}

// Address is the view as an address.
func (f loadFilter) Address() string { return sheetAddress(loadPath, f.query()) }

// Export is the list behind the view for Excel.
func (f loadFilter) Export() string { return sheetAddress(loadPath+"/xuat.xlsx", f.query()) }

// Set tells whether anything is filtered.
func (f loadFilter) Set() bool {
	return f.Unit != "" || f.Obligation != "" || f.Period != "" || f.Kind != "" || f.Above != ""
}

// Whole is the load without one week's list.
func (f loadFilter) Whole() string { f.Week, f.Group = "", ""; return f.Address() }

func (f loadFilter) listed(week, group string) string {
	f.Week, f.Group = week, group
	return f.Address() + "#ho-so"
}

// loadRow is a week with how many cases fall due in it, by group of obligations and in all.
type loadRow struct {
	Name  string
	Cells []countLink
	All   countLink
	Wide  int // of the bar, in percent of the heaviest week
}

// loadBar is a week as a bar with its number on top; lengths are in percent of the picture.
type loadBar struct{ X, Y, Height, Middle, Top, Day, Number string }

// Bars are the weeks as a picture: the heaviest is as high as there is room.
func (v loadView) Bars() []loadBar {
	const width, floor, room = 100.0 / weeksAhead, 84.0, 68.0
	var bars []loadBar
	for i, row := range v.Rows {
		high := room * float64(row.Wide) / 100
		left := width * float64(i)
		bars = append(bars, loadBar{
			X: along(left + width*0.2), Y: along(floor - high), Height: along(high), Middle: along(left + width/2), Top: along(floor - high - 2.5),
			Day: row.Name[:5], Number: number(int64(row.All.Total)),
		})
	}
	return bars
}

// Message is what the picture says.
func (v loadView) Message() string {
	heaviest := -1
	for i, row := range v.Rows {
		if row.All.Total > 0 && (heaviest < 0 || row.All.Total > v.Rows[heaviest].All.Total) {
			heaviest = i
		}
	}
	if heaviest < 0 {
		return ""
	}
	return "Tuần " + v.Rows[heaviest].Name + " có nhiều hồ sơ đến hạn nhất: " + number(int64(v.Rows[heaviest].All.Total)) + "."
}

type loadView struct {
	Filter               loadFilter
	Obligations, Periods []choice
	Groups               []choice
	Rows                 []loadRow
	Sum                  loadRow
	Overdue              int
	Listed               []item
	ListTitle            string
	Source               string
	Tabs                 []groupTab
}

// mostListed is how many cases of a week the page shows; the export has them all.
const mostListed = 200

// Shown are the cases the page lists.
func (v loadView) Shown() []item { return v.Listed[:min(mostListed, len(v.Listed))] }

// More is how many cases are left to the export.
func (v loadView) More() int { return len(v.Listed) - len(v.Shown()) }

// load shows how many cases fall due in each of the coming weeks; each figure opens its cases.
func (p *portal) load(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem bảng theo dõi", "các đơn vị khác")
	}
	filter, weeks := readLoadFilter(c.QueryParams()), weeksFrom(p.today(), weeksAhead)
	items, err := p.dueIn(c.Request().Context(), filter, weeks)
	if err != nil {
		return err
	}
	view := &loadView{Filter: filter, Obligations: p.obligationChoices(), Periods: periodChoices(p.today()), Groups: groupChoices(), Source: p.sourceLine(""), Tabs: overviewTabs(filter.overviewFilter, loadPath)}
	items, view.Overdue = upcomingOnly(items)
	view.count(weeks, items, p.groupOfCase)
	if filter.Week != "" {
		view.Listed = listedOf(filter, weeks, items, p.groupOfCase)
		view.ListTitle = listTitle(filter, weeks, view.Groups)
	}
	return p.render(c, http.StatusOK, "load", &page{Title: "Khối lượng các tuần tới", Active: "overview", Body: view})
}

// exportLoad is the list behind a figure of the load for Excel; without a week, of all the weeks.
func (p *portal) exportLoad(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem bảng theo dõi", "các đơn vị khác")
	}
	filter, weeks := readLoadFilter(c.QueryParams()), weeksFrom(p.today(), weeksAhead)
	items, err := p.dueIn(c.Request().Context(), filter, weeks)
	if err != nil {
		return err
	}
	items, _ = upcomingOnly(items)
	if filter.Week == "" {
		filter.Week = everyWeek
	}
	listed := listedOf(filter, weeks, items, p.groupOfCase)
	return p.sendWorkbook(c, "khoi-luong", listTitle(filter, weeks, groupChoices())+".", p.casesSheet("Hồ sơ đến hạn", listed))
}

// dueIn reads the cases that a unit still has to finish and that are due until the last of the weeks. The register answers those due
// first at the head, so reading stops there.
func (p *portal) dueIn(ctx context.Context, filter loadFilter, weeks []week) ([]item, error) {
	within, err := p.scopeOf(ctx, filter.overviewFilter)
	if err != nil || within.none() {
		return nil, err
	}
	request := filter.request(within.matched)
	request.RunningOnly, request.Limit = true, mostCases
	last := weeks[len(weeks)-1].To.String()
	var due []*reportsv1.Case
	for {
		answer, err := p.calls.Register.ListCases(ctx, call(request))
		if err != nil {
			return nil, err
		}
		for _, found := range answer.Msg.GetCases() {
			if day := found.GetState().GetDueDay(); day == "" || day > last {
				return p.dress(ctx, due)
			}
			due = append(due, found)
		}
		request.Offset += int32(len(answer.Msg.GetCases())) //nolint:gosec // a page of the register
		if len(answer.Msg.GetCases()) == 0 || request.GetOffset() >= answer.Msg.GetTotal() {
			return p.dress(ctx, due)
		}
	}
}

// upcomingOnly leaves out what is overdue already, and counts it, and what only waits for confirmation.
func upcomingOnly(items []item) (coming []item, overdue int) {
	for _, it := range items {
		switch {
		case it.Standing.Overdue:
			overdue++
		case it.Standing.Waiting:
			coming = append(coming, it)
		}
	}
	return coming, overdue
}

func (v *loadView) count(weeks []week, items []item, groupOf func(item) string) {
	if slices.ContainsFunc(items, func(it item) bool { return groupOf(it) == "" }) {
		v.Groups = append(v.Groups, choice{otherGroup, "Nhiệm vụ khác"})
	}
	heaviest := 0
	for _, one := range weeks {
		row := v.row(one.Name(), one.From.String(), listedOf(loadFilter{Week: one.From.String()}, weeks, items, groupOf), groupOf)
		heaviest = max(heaviest, row.All.Total)
		v.Rows = append(v.Rows, row)
	}
	for i := range v.Rows {
		v.Rows[i].Wide = v.Rows[i].All.Total * 100 / max(1, heaviest)
	}
	v.Sum = v.row("Cả 8 tuần", everyWeek, listedOf(loadFilter{Week: everyWeek}, weeks, items, groupOf), groupOf)
}

func (v *loadView) row(name, week string, items []item, groupOf func(item) string) loadRow {
	row := loadRow{Name: name, All: countLink{Label: "tất cả các nhóm", Href: v.Filter.listed(week, ""), Total: len(items)}}
	for _, group := range v.Groups {
		cell := countLink{Label: group.Label, Href: v.Filter.listed(week, group.Value)}
		for _, it := range items {
			if firstOf(groupOf(it), otherGroup) == group.Value {
				cell.Total++
			}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// listedOf are the cases of the filter's week and group, those due first at the head.
func listedOf(filter loadFilter, weeks []week, items []item, groupOf func(item) string) []item {
	var listed []item
	for _, it := range items {
		due, err := calendar.ParseDate(it.GetState().GetDueDay())
		if err != nil {
			continue
		}
		inWeek := slices.ContainsFunc(weeks, func(w week) bool { return w.holds(due) && (filter.Week == everyWeek || w.From.String() == filter.Week) })
		if inWeek && (filter.Group == "" || firstOf(groupOf(it), otherGroup) == filter.Group) {
			listed = append(listed, it)
		}
	}
	slices.SortFunc(listed, byDue)
	return listed
}

func listTitle(filter loadFilter, weeks []week, groups []choice) string {
	title := "Hồ sơ đến hạn từ " + weeks[0].From.Vietnamese() + " đến " + weeks[len(weeks)-1].To.Vietnamese()
	for _, one := range weeks {
		if one.From.String() == filter.Week {
			title = "Hồ sơ đến hạn từ " + one.From.Vietnamese() + " đến " + one.To.Vietnamese()
		}
	}
	for _, group := range groups {
		if group.Value == filter.Group {
			title += ", nhóm " + group.Label
		}
	}
	return title
}
