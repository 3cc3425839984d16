package portal

import (
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

// item is a case as one row of a list.
type item struct {
	*reportsv1.Case
	UnitName string
	Standing standing
}

// URL is the case's page.
func (i item) URL() string { return caseURL(i.GetId()) }

// Title names obligation and period.
func (i item) Title() string { return titleOf(i.Case) }

type group struct {
	Title string
	Items []item
}

type workView struct {
	Answer string
	Units  int
	Groups []group
	Sent   []item // submitted, waiting for confirmation
	Done   []item
	Queue  int
	Drafts int // letters upwards that the person may send
	Help   string
	Next   *item
}

// myWork is what the person's own units still have to do, by urgency.
func (p *portal) myWork(c echo.Context) error {
	who := personOf(c)
	view := &workView{Units: len(who.ownUnits()), Help: p.helpLine()}
	ctx := c.Request().Context()
	if view.Units > 0 {
		items, err := p.itemsOf(ctx, &reportsv1.ListCasesRequest{UnitIds: who.ownUnits(), Limit: mostCases})
		if err != nil {
			return err
		}
		sortWork(view, items)
	}
	if who.Reviews() {
		waiting, err := p.waitingFor(ctx, who)
		if err != nil {
			return err
		}
		view.Queue = len(waiting)
	}
	view.Drafts = p.waitingDrafts(ctx, who)
	view.Answer = workAnswer(view, who)
	return p.render(c, http.StatusOK, "work", &page{Title: "Việc của tôi", Active: "work", Body: view})
}

// mostCases is how many cases the register answers at once.
const mostCases = 5000

// listAll reads every case of a filter, page by page.
func (p *portal) listAll(ctx context.Context, filter *reportsv1.ListCasesRequest) ([]*reportsv1.Case, *reportsv1.ListCasesResponse, error) {
	filter.Limit = mostCases
	first, err := p.calls.Register.ListCases(ctx, call(filter))
	if err != nil {
		return nil, nil, err
	}
	cases := first.Msg.GetCases()
	for len(cases) < int(first.Msg.GetTotal()) {
		filter.Offset = int32(len(cases)) //nolint:gosec // bounded by total, an int32
		more, err := p.calls.Register.ListCases(ctx, call(filter))
		if err != nil {
			return nil, nil, err
		}
		if len(more.Msg.GetCases()) == 0 {
			break
		}
		cases = append(cases, more.Msg.GetCases()...)
	}
	return cases, first.Msg, nil
}

func (p *portal) itemsOf(ctx context.Context, filter *reportsv1.ListCasesRequest) ([]item, error) {
	cases, _, err := p.listAll(ctx, filter)
	if err != nil {
		return nil, err
	}
	return p.dress(ctx, cases)
}

// dress gives cases the names of their units and their standing.
func (p *portal) dress(ctx context.Context, cases []*reportsv1.Case) ([]item, error) {
	var ids []string
	for _, found := range cases {
		ids = append(ids, found.GetUnitId())
	}
	slices.Sort(ids)
	units, err := p.named(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	days := p.daysOff()
	items := make([]item, len(cases))
	for i, found := range cases {
		name := found.GetUnitId()
		if unit := units[name]; unit != nil {
			name = unit.GetName()
		}
		items[i] = item{found, name, standingOf(found.GetState(), caseDay(p.now(), found.GetState()), days)}
	}
	return items, nil
}

func (p *portal) unitsByID(ctx context.Context, ids []string) (map[string]*unitsv1.Unit, error) {
	units := map[string]*unitsv1.Unit{}
	if len(ids) == 0 {
		return units, nil
	}
	answer, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{Ids: ids}))
	if err != nil {
		return nil, err
	}
	for _, unit := range answer.Msg.GetUnits() {
		units[unit.GetId()] = unit
	}
	return units, nil
}

func byDue(a, b item) int {
	if order := strings.Compare(a.GetState().GetDueDay(), b.GetState().GetDueDay()); order != 0 {
		return order
	}
	return strings.Compare(a.GetId(), b.GetId())
}

func sortWork(view *workView, items []item) {
	slices.SortFunc(items, byDue)
	groups := []group{{Title: "Quá hạn"}, {Title: "Hôm nay"}, {Title: "7 ngày tới"}, {Title: "Sau đó"}}
	for _, it := range items {
		at := -1
		switch s := it.Standing; {
		case s.Key == "submitted":
			view.Sent = append(view.Sent, it)
		case !s.Waiting:
			view.Done = append(view.Done, it)
		case s.Overdue:
			at = 0
		case s.Left == 0:
			at = 1
		case s.Left <= dueSoonDays:
			at = 2
		default:
			at = 3
		}
		if at >= 0 {
			groups[at].Items = append(groups[at].Items, it)
		}
	}
	if later := groups[3].Items; len(later) > 0 {
		view.Next = &later[0]
	}
	view.Groups = slices.DeleteFunc(groups, func(g group) bool { return len(g.Items) == 0 })
	slices.Reverse(view.Done)
}

// workAnswer is the first sentence of the page.
func workAnswer(view *workView, who *person) string {
	if view.Units == 0 {
		if who.Oversees() {
			return "Tài khoản này theo dõi hồ sơ của các đơn vị, không có hồ sơ phải nộp."
		}
		return ""
	}
	counts := map[string]int{}
	for _, g := range view.Groups {
		counts[g.Title] = len(g.Items)
	}
	var parts []string
	for _, said := range []struct{ group, words string }{
		{"Quá hạn", "%d việc quá hạn"}, {"Hôm nay", "%d việc đến hạn hôm nay"}, {"7 ngày tới", "%d việc đến hạn trong 7 ngày tới"},
	} {
		if n := counts[said.group]; n > 0 {
			parts = append(parts, fmt.Sprintf(said.words, n))
		}
	}
	if len(parts) > 0 {
		return "Có " + strings.Join(parts, ", ") + "."
	}
	if view.Next == nil {
		return "Không có việc nào đến hạn."
	}
	return "Không có việc nào đến hạn. Việc tiếp theo: " + view.Next.Title() + ", hạn " + day(view.Next.GetState().GetDueDay()) + "."
}

func instantDay(wire string) (calendar.Date, bool) {
	at, ok := parseInstant(wire)
	if !ok {
		return calendar.Date{}, false
	}
	return calendar.DateOf(at), true
}
