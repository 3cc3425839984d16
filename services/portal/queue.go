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
)

const (
	queuePath = "/cho-xac-nhan"
	// tooLongDays is when a waiting case is counted as waiting long: the reviewers' own ladder.
	tooLongDays = 5
	// mostAtOnce is how many cases one page of the queue shows, and how many are confirmed at once.
	mostAtOnce = 200
)

func (p *portal) queueRoutes(inside *echo.Group) {
	inside.GET(queuePath, p.queue)
	inside.POST(queuePath+"/kiem-tra", p.previewConfirmation)
	inside.POST(queuePath+"/xac-nhan", p.confirmChosen)
}

// queueFilter is what the address of the queue says.
type queueFilter struct {
	Obligation, Unit string
	Waiting          int  // working days, at least
	All              bool // every box is checked
	Page             int
}

func readQueueFilter(query url.Values) queueFilter {
	filter := queueFilter{Obligation: query.Get("nhiem-vu"), Unit: strings.TrimSpace(query.Get("don-vi")), All: query.Get("chon") == "tat-ca", Page: 1}
	if days, err := strconv.Atoi(query.Get("cho-tu")); err == nil && days > 0 {
		filter.Waiting = days
	}
	if page, err := strconv.Atoi(query.Get("trang")); err == nil && page > 1 {
		filter.Page = page
	}
	return filter
}

// Address is the view as an address.
func (f queueFilter) Address() string {
	query := url.Values{}
	for key, value := range map[string]string{"nhiem-vu": f.Obligation, "don-vi": f.Unit} {
		if value != "" {
			query.Set(key, value)
		}
	}
	if f.Waiting > 0 {
		query.Set("cho-tu", strconv.Itoa(f.Waiting))
	}
	if f.All {
		query.Set("chon", "tat-ca")
	}
	if f.Page > 1 {
		query.Set("trang", strconv.Itoa(f.Page))
	}
	return sheetAddress(queuePath, query)
}

// Set tells whether anything is filtered.
func (f queueFilter) Set() bool { return f.Obligation != "" || f.Unit != "" || f.Waiting > 0 }

// WaitingWord is the chosen number of days, as the choice has it.
func (f queueFilter) WaitingWord() string { return strconv.Itoa(f.Waiting) }

// Checked is the same view with every box checked, Unchecked with none.
func (f queueFilter) Checked() string { f.All = true; return f.Address() }

// Unchecked is the same view with no box checked.
func (f queueFilter) Unchecked() string { f.All = false; return f.Address() }

// Turn is the same view on another page.
func (f queueFilter) Turn(page int) string { f.Page = page; return f.Address() }

func (f queueFilter) fits(it waitingItem) bool {
	named := f.Unit == "" || it.GetUnitId() == f.Unit || strings.Contains(strings.ToLower(it.UnitName), strings.ToLower(f.Unit))
	return named && (f.Obligation == "" || it.GetObligationId() == f.Obligation) && it.Days >= f.Waiting
}

// queueView is the reviewer's waiting cases.
type queueView struct {
	Answer        string
	Filter        queueFilter
	Obligations   []choice
	Waits         []choice
	Items         []waitingItem
	Before, After int // pages; 0 when there is none
	From, To, Of  int
	ActID         string
	chosen        []string
}

// Picked tells whether the case's box is checked.
func (v queueView) Picked(it waitingItem) bool {
	return v.Filter.All || slices.ContainsFunc(v.chosen, func(mark string) bool { id, _ := readMark(mark); return id == it.GetId() })
}

type waitingItem struct {
	item
	Since string
	Days  int
}

// Long tells whether the case has been waiting for longer than the reviewers' own ladder lets it.
func (w waitingItem) Long() bool { return w.Days > tooLongDays }

// Mark names the case as it was seen: its id and the number of its last change.
func (w waitingItem) Mark() string { return markOf(w.Case) }

func markOf(c *reportsv1.Case) string {
	return fmt.Sprintf("%s@%d", c.GetId(), c.GetState().GetSequence())
}

// readMark is the case that a mark names and the change up to which it was seen; -1 for what names none.
func readMark(mark string) (string, int64) {
	id, seen, _ := strings.Cut(mark, "@")
	n, err := strconv.ParseInt(seen, 10, 64)
	if err != nil {
		return id, -1
	}
	return id, n
}

// waitingFor are the cases that wait for this person's confirmation, by due date. Those of his own units wait for somebody else.
func (p *portal) waitingFor(ctx context.Context, who *person) ([]waitingItem, error) {
	known := map[string]*reportsv1.Case{}
	for _, h := range who.Hats {
		if h.Role != "reviewer" && h.Role != "leader" {
			continue
		}
		cases, _, err := p.listAll(ctx, &reportsv1.ListCasesRequest{ReviewerUnitId: h.UnitID, State: "submitted"})
		if err != nil {
			return nil, err
		}
		for _, one := range cases {
			if !who.holds(one.GetUnitId()) {
				known[one.GetId()] = one
			}
		}
	}
	found := make([]*reportsv1.Case, 0, len(known))
	for _, one := range known {
		found = append(found, one)
	}
	items, err := p.dress(ctx, found)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(items, byDue)
	days := p.daysOff()
	waiting := make([]waitingItem, len(items))
	for i, it := range items {
		waiting[i] = waitingItem{item: it, Since: it.GetState().GetSubmittedAt()}
		if at, ok := instantDay(waiting[i].Since); ok {
			waiting[i].Days, _ = days.WorkingDaysBetween(at, caseDay(p.now(), it.GetState()))
		}
	}
	return waiting, nil
}

// holds tells whether the person holds any position in the unit.
func (p *person) holds(unit string) bool {
	return slices.ContainsFunc(p.Hats, func(h hat) bool { return h.UnitID == unit })
}

func (p *portal) queueOf(c echo.Context, filter queueFilter) (*queueView, error) {
	who := personOf(c)
	if !who.Reviews() {
		return nil, p.refuseStranger("xác nhận hồ sơ", cmp.Or(who.Post(), "các đơn vị"))
	}
	waiting, err := p.waitingFor(c.Request().Context(), who)
	if err != nil {
		return nil, err
	}
	view := &queueView{Filter: filter, Obligations: p.obligationsAmong(waiting, filter.Obligation), Waits: waitChoices(filter.Waiting), ActID: newActID()}
	view.Items = slices.DeleteFunc(waiting, func(it waitingItem) bool { return !filter.fits(it) })
	view.Answer = queueAnswer(view.Items, filter.Set())
	view.turn()
	return view, nil
}

// turn leaves the rows of one page.
func (v *queueView) turn() {
	v.Of = len(v.Items)
	first := min((v.Filter.Page-1)*mostAtOnce, v.Of)
	v.Items = v.Items[first:min(first+mostAtOnce, v.Of)]
	v.From, v.To = first+1, first+len(v.Items)
	if v.Filter.Page > 1 {
		v.Before = v.Filter.Page - 1
	}
	if v.To < v.Of {
		v.After = v.Filter.Page + 1
	}
}

func queueAnswer(items []waitingItem, filtered bool) string {
	if len(items) == 0 && filtered {
		return "Không có hồ sơ chờ xác nhận nào khớp bộ lọc."
	}
	if len(items) == 0 {
		return "Không có hồ sơ chờ xác nhận."
	}
	long := 0
	for _, it := range items {
		if it.Long() {
			long++
		}
	}
	return fmt.Sprintf("%s hồ sơ chờ xác nhận, %s hồ sơ chờ quá %d ngày làm việc.", number(int64(len(items))), number(int64(long)), tooLongDays)
}

// obligationsAmong are the obligations of the cases that wait, and the one asked for by the address.
func (p *portal) obligationsAmong(items []waitingItem, asked string) []choice {
	titles := map[string]string{}
	for _, declared := range p.obligationChoices() {
		titles[declared.Value] = declared.Label
	}
	var choices []choice
	add := func(code string) {
		if code != "" && !slices.ContainsFunc(choices, func(c choice) bool { return c.Value == code }) {
			choices = append(choices, choice{code, cmp.Or(titles[code], code)})
		}
	}
	for _, it := range items {
		add(it.GetObligationId())
	}
	add(asked)
	slices.SortFunc(choices, func(a, b choice) int { return strings.Compare(a.Value, b.Value) })
	return choices
}

// waitChoices are how long cases wait, in working days, and what the address asks for.
func waitChoices(asked int) []choice {
	steps := []int{3, tooLongDays + 1, 10}
	if asked > 0 && !slices.Contains(steps, asked) {
		steps = append(steps, asked)
		slices.Sort(steps)
	}
	choices := make([]choice, len(steps))
	for i, n := range steps {
		choices[i] = choice{strconv.Itoa(n), fmt.Sprintf("Từ %d ngày làm việc", n)}
	}
	return choices
}

// queue is what waits for this person's confirmation, by due date.
func (p *portal) queue(c echo.Context) error {
	view, err := p.queueOf(c, readQueueFilter(c.QueryParams()))
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "queue", &page{Title: "Chờ xác nhận", Active: "queue", Body: view})
}
