package portal

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// targetRow is one target of the plan with its honest denominator.
type targetRow struct {
	Code, Title, Short, Target string
	Proposed                   bool // the target is a proposal, not the plan's
	Period                     string
	Of, Done, Late             int
	NotObliged                 int
	ByEvent                    bool // counted in cases, not in units
	Href                       string
}

// Percent is the share reached, "0" to "100", rounded down: 99,9 % is not 100 %.
func (r targetRow) Percent() string {
	if r.Of == 0 {
		return ""
	}
	return number(int64(100*r.Done/r.Of)) + "%"
}

type targetsView struct {
	Rows []targetRow
	Day  string
}

// targets lists every target with how far it is reached; each share opens the units behind it.
func (p *portal) targets(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem chỉ tiêu", "các đơn vị khác")
	}
	ctx := c.Request().Context()
	units, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{On: p.today().String()}))
	if err != nil {
		return err
	}
	view := &targetsView{Day: p.today().Vietnamese()}
	edition := p.edition()
	if edition == nil {
		return notFound()
	}
	for _, o := range edition.Obligations {
		if o.CarriedBy != nil {
			continue
		}
		row, err := p.targetRow(ctx, edition, o, units.Msg.GetUnits())
		if err != nil {
			return err
		}
		view.Rows = append(view.Rows, row)
	}
	return p.render(c, http.StatusOK, "targets", &page{Title: "Chỉ tiêu", Active: "targets", Body: view})
}

func (p *portal) targetRow(ctx context.Context, edition *catalogue.Edition, o *catalogue.Obligation, units []*unitsv1.Unit) (targetRow, error) {
	row := targetRow{Code: o.Code, Title: o.Title.VI, Short: o.ShortTitle.VI, Target: o.Target.Text.VI, Proposed: o.Target.Proposed,
		ByEvent: o.Recurrence == catalogue.ByEvent, Href: "/chi-tieu/" + o.Code}
	period := currentPeriod(edition, o, p.today())
	row.Period = period.String()
	for _, unit := range units {
		switch obliged, reason, _ := edition.Obliged(o, unitFacts(unit), p.today()); {
		case obliged:
			row.Of++
		case reason.VI != "":
			row.NotObliged++
		}
	}
	answer, err := p.calls.Register.ListCases(ctx, call(&reportsv1.ListCasesRequest{ObligationId: o.Code, PeriodId: row.Period, Limit: 1}))
	if err != nil {
		return row, err
	}
	row.count(answer.Msg.GetCounts())
	return row, nil
}

// count: cases that ended on a legal ground leave the denominator; those opened by mistake or passed on are none of it.
func (r *targetRow) count(counts []*reportsv1.StateCount) {
	cases := 0
	for _, count := range counts {
		switch count.GetState() {
		case "accepted":
			r.Done += int(count.GetTotal())
			cases += int(count.GetTotal())
		case "exempted":
			r.NotObliged += int(count.GetTotal())
			if !r.ByEvent {
				r.Of -= int(count.GetTotal())
			}
		case "open", "returned", "submitted":
			r.Late += int(count.GetLate())
			cases += int(count.GetTotal())
		}
	}
	if r.ByEvent {
		r.Of = cases
	}
}

// currentPeriod is the period that counts today for units of the calendar year; the zero Period for an obligation by event.
func currentPeriod(edition *catalogue.Edition, o *catalogue.Obligation, today calendar.Date) calendar.Period {
	period, _, _ := edition.CurrentPeriod(o, catalogue.UnitFacts{WorkingYear: "calendar"}, today)
	return period
}

// unitGroup is the units of a target that stand alike.
type unitGroup struct {
	Title string
	Units []behindUnit
}

type behindUnit struct {
	Name, Href, Why string
	Standing        standing
	HasCase         bool
}

type targetView struct {
	targetRow
	Groups   []unitGroup
	Caveat   string
	Grounds  []groundLine
	Describe []string
}

type groundLine struct{ Text, Confidence string }

// target lists the units behind a share: who has done it, who has not, who is not obliged and on which ground.
func (p *portal) target(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem chỉ tiêu", "các đơn vị khác")
	}
	ctx, edition := c.Request().Context(), p.edition()
	if edition == nil || edition.Obligation(c.Param("obligation")) == nil {
		return notFound()
	}
	o := edition.Obligation(c.Param("obligation"))
	units, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{On: p.today().String()}))
	if err != nil {
		return err
	}
	view := &targetView{Grounds: p.groundLines(edition, o), Describe: strings.Split(strings.TrimSpace(edition.Describe(o.Code)), "\n")}
	if o.Caveat != nil {
		view.Caveat = o.Caveat.VI
	}
	if view.targetRow, err = p.targetRow(ctx, edition, o, units.Msg.GetUnits()); err != nil {
		return err
	}
	items, err := p.itemsOf(ctx, &reportsv1.ListCasesRequest{ObligationId: o.Code, PeriodId: view.Period})
	if err != nil {
		return err
	}
	view.Groups = p.groupsBehind(edition, o, units.Msg.GetUnits(), items)
	return p.render(c, http.StatusOK, "target", &page{Title: "Chỉ tiêu: " + o.Title.VI, Active: "targets", Body: view})
}

func (p *portal) groundLines(edition *catalogue.Edition, o *catalogue.Obligation) []groundLine {
	var lines []groundLine
	for _, id := range o.Grounds {
		if g := edition.Ground(id, p.today()); g != nil {
			text := g.GetTextVi()
			if g.GetDocument() != "" {
				text = sentenceCase(g.GetArticle()) + ", " + g.GetDocument() + ": " + text
			}
			lines = append(lines, groundLine{text, confidence(g.GetConfidence())})
		}
	}
	return lines
}

const (
	behindLate = iota
	behindWorking
	behindWithout
	behindDone
	behindNotObliged
)

func (p *portal) groupsBehind(edition *catalogue.Edition, o *catalogue.Obligation, units []*unitsv1.Unit, items []item) []unitGroup {
	groups := []unitGroup{{Title: "Quá hạn"}, {Title: "Đang thực hiện"}, {Title: "Chưa có hồ sơ"}, {Title: "Hoàn thành"}, {Title: "Không thuộc đối tượng"}}
	byUnit := map[string][]item{}
	for _, it := range items {
		byUnit[it.GetUnitId()] = append(byUnit[it.GetUnitId()], it)
	}
	for _, unit := range units {
		obliged, reason, ground := edition.Obliged(o, unitFacts(unit), p.today())
		for _, it := range byUnit[unit.GetId()] {
			at := behindOf(it.Standing)
			groups[at].Units = append(groups[at].Units, behindUnit{Name: unit.GetName(), Href: it.URL(), Standing: it.Standing, HasCase: true})
		}
		switch {
		case obliged && len(byUnit[unit.GetId()]) == 0 && o.Recurrence != catalogue.ByEvent:
			groups[behindWithout].Units = append(groups[behindWithout].Units, behindUnit{Name: unit.GetName()})
		case !obliged && reason.VI != "":
			why := reason.VI
			if ground.GetDocument() != "" {
				why += " (" + ground.GetArticle() + ", " + ground.GetDocument() + ")"
			}
			groups[behindNotObliged].Units = append(groups[behindNotObliged].Units, behindUnit{Name: unit.GetName(), Why: why})
		}
	}
	for i := range groups {
		slices.SortFunc(groups[i].Units, func(a, b behindUnit) int {
			return cmp.Or(b.Standing.Late-a.Standing.Late, strings.Compare(a.Name, b.Name))
		})
	}
	return slices.DeleteFunc(groups, func(g unitGroup) bool { return len(g.Units) == 0 })
}

func behindOf(s standing) int {
	switch {
	case s.Overdue:
		return behindLate
	case s.Key == "accepted" || s.Key == "accepted-late":
		return behindDone
	case s.Key == "exempted" || s.Key == "withdrawn" || s.Key == "succeeded":
		return behindNotObliged
	default:
		return behindWorking
	}
}
