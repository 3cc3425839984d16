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
)

const latePath = "/cham"

// lateFilter is what the address of the overdue cases says.
type lateFilter struct{ overviewFilter }

func readLateFilter(query url.Values) lateFilter {
	filter := lateFilter{readFilter(query)}
	filter.List, filter.Late, filter.Each = false, false, false
	return filter
}

// Address is the view as an address.
func (f lateFilter) Address() string { return sheetAddress(latePath, f.query()) }

// Turn is the same view on another page.
func (f lateFilter) Turn(page int) string { f.Page = page; return f.Address() }

// Export is the whole list for Excel.
func (f lateFilter) Export() string {
	f.Page = 1
	return sheetAddress(latePath+"/xuat.xlsx", f.query())
}

// Set tells whether anything is filtered.
func (f lateFilter) Set() bool { return len(f.query()) > 0 }

// Overdue is the list of who is late within the overview's filter in every group of obligations, from so many working days on.
func (f overviewFilter) Overdue(least int) string {
	f.Group, f.Late, f.List, f.Each, f.Page, f.Least = "", false, false, false, 1, least
	return lateFilter{f}.Address()
}

// OverdueOf is the list of one unit's overdue cases.
func (f overviewFilter) OverdueOf(unit string) string {
	f.Unit, f.Kind, f.Above = unit, "", ""
	return f.Overdue(f.Least)
}

// OverdueInRow is the list of the overdue cases that a row of the map counts: the unit's, in the columns shown.
func (f overviewFilter) OverdueInRow(unit string) string {
	f.Unit, f.Kind, f.Above = unit, "", ""
	return f.OverdueShown()
}

// OverdueShown is the list of the overdue cases in the columns that the map shows.
func (f overviewFilter) OverdueShown() string {
	if f.Obligation == "" {
		f.Group = f.group()
	}
	f.Late, f.List, f.Each, f.Page = false, false, false, 1
	return lateFilter{f}.Address()
}

type lateRow struct {
	item
	Next nextRung
}

type lateView struct {
	Filter                       lateFilter
	Headline                     []phrase
	Obligations, Periods, Groups []choice
	Leasts                       []choice
	Rows                         []lateRow
	pageRows
	Source string
	Tabs   []groupTab
}

// late lists who is late and for how long, the longest first.
func (p *portal) late(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem bảng theo dõi", "các đơn vị khác")
	}
	ctx, filter := c.Request().Context(), readLateFilter(c.QueryParams())
	view := &lateView{Filter: filter, Obligations: p.obligationChoices(), Periods: periodChoices(p.today()), Groups: groupChoices(), Leasts: leastChoices(filter.Least), Source: p.sourceLine(""), Tabs: overviewTabs(filter.overviewFilter, latePath)}
	items, err := p.longestFirst(ctx, filter)
	if err != nil {
		return err
	}
	view.Headline = headline(lateByUnit(items), p.today(), filter.overviewFilter)
	view.Of = len(items)
	first := min((filter.Page-1)*rowsPerPage, len(items))
	shown := items[first:min(first+rowsPerPage, len(items))]
	view.From, view.To = first+1, first+len(shown)
	view.Rows = p.lateRows(shown)
	p.nameHearers(ctx, view.Rows)
	return p.render(c, http.StatusOK, "late", &page{Title: "Ai chậm, bao lâu", Active: "overview", Body: view})
}

// exportLate is the list of the overdue cases for Excel, the whole of it.
func (p *portal) exportLate(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem bảng theo dõi", "các đơn vị khác")
	}
	items, err := p.longestFirst(c.Request().Context(), readLateFilter(c.QueryParams()))
	if err != nil {
		return err
	}
	return p.sendWorkbook(c, "qua-han", "Hồ sơ quá hạn, chậm nhất ở trên.", p.casesSheet("Quá hạn", items))
}

// longestFirst are the overdue cases of a filter, those late for the most working days at the head.
func (p *portal) longestFirst(ctx context.Context, filter lateFilter) ([]item, error) {
	within, err := p.scopeOf(ctx, filter.overviewFilter)
	if err != nil || within.none() {
		return nil, err
	}
	request := filter.request(within.matched)
	request.LateOnly = true
	items, err := p.itemsOf(ctx, request)
	if err != nil {
		return nil, err
	}
	items = slices.DeleteFunc(items, func(it item) bool { return filter.Group != "" && p.groupOfCase(it) != filter.Group })
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(b.Standing.Late-a.Standing.Late, strings.Compare(a.GetState().GetDueDay(), b.GetState().GetDueDay()), strings.Compare(a.UnitName, b.UnitName), strings.Compare(a.GetId(), b.GetId()))
	})
	return items, nil
}

// lateByUnit is how much of each unit is late.
func lateByUnit(items []item) map[string]lateness {
	late := map[string]lateness{}
	for _, it := range items {
		unit := late[it.GetUnitId()]
		late[it.GetUnitId()] = lateness{unit.cases + 1, max(unit.days, it.Standing.Late)}
	}
	return late
}

func (p *portal) lateRows(items []item) []lateRow {
	rows := make([]lateRow, len(items))
	for i, it := range items {
		rows[i] = lateRow{it, p.nextRungOf(it)}
	}
	return rows
}

// groupOfCase is the group of the case's obligation; empty when the catalogue of today does not declare it.
func (p *portal) groupOfCase(it item) string {
	edition := p.edition()
	if edition == nil {
		return ""
	}
	if o := edition.Obligation(it.GetObligationId()); o != nil {
		return groupOf(o.Pattern)
	}
	return ""
}

func groupChoices() []choice {
	choices := make([]choice, len(obligationGroups))
	for i, g := range obligationGroups {
		choices[i] = choice{g.Slug, g.Title}
	}
	return choices
}

// leastChoices are the steps of the map's colours, and the one asked for by the address.
func leastChoices(asked int) []choice {
	steps := []int{3, 7, 14}
	if asked > 0 && !slices.Contains(steps, asked) {
		steps = append(steps, asked)
		slices.Sort(steps)
	}
	var choices []choice
	for _, n := range steps {
		choices = append(choices, choice{strconv.Itoa(n), fmt.Sprintf("Từ %d ngày làm việc", n)})
	}
	return choices
}

// overviewTabs are the three views of what is owed, each keeping unit, obligation and period of the filter.
func overviewTabs(filter overviewFilter, here string) []groupTab {
	kept := overviewFilter{Unit: filter.Unit, Obligation: filter.Obligation, Period: filter.Period, Kind: filter.Kind, Above: filter.Above, Page: 1}
	return []groupTab{
		{Title: "Đơn vị và nhiệm vụ", Href: kept.Address(), Here: here == overviewPath},
		{Title: "Ai chậm, bao lâu", Href: kept.Overdue(0), Here: here == latePath},
		{Title: "Khối lượng các tuần tới", Href: loadFilter{overviewFilter: kept}.Address(), Here: here == loadPath},
	}
}
