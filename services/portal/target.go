package portal

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/catalogue"
)

// unitGroup is the units, or the cases, of a target that stand alike.
type unitGroup struct {
	Title string
	Units []behindUnit
	Total int
}

// mostBehind is how many cases of a group a target's page shows; the overview lists them all.
const mostBehind = 200

// More is how many the page leaves to the list of the overview.
func (g unitGroup) More() int { return g.Total - len(g.Units) }

type behindUnit struct {
	Name, Href, Period, Why string
	Standing                standing
	HasCase                 bool
}

// ListBefore is the overview's list of the cases of the period before.
func (v targetView) ListBefore() string {
	before, _ := periodBefore(v.Periods[0])
	return overviewFilter{Obligation: v.Code, Period: before.String(), List: true}.Address()
}

// Export is the list of the obligation's cases for Excel.
func (v targetView) Export() string { return overviewFilter{Obligation: v.Code, List: true}.Export() }

// List is the overview's list of the obligation's cases.
func (v targetView) List() string { return overviewFilter{Obligation: v.Code, List: true}.Address() }

type targetView struct {
	targetRow
	Trend    *trend
	Progress *progress
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
	view := &targetView{Grounds: p.groundLines(edition, o), Describe: strings.Split(strings.TrimSpace(edition.Describe(o.Code)), "\n")}
	if o.Caveat != nil {
		view.Caveat = o.Caveat.VI
	}
	if err := p.fillTarget(ctx, view, edition, o); err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "target", &page{Title: "Chỉ tiêu: " + o.Title.VI, Active: "targets", Body: view})
}

func (p *portal) fillTarget(ctx context.Context, view *targetView, edition *catalogue.Edition, o *catalogue.Obligation) error {
	units, facts, err := p.allUnits(ctx)
	if err != nil {
		return err
	}
	owed := p.owings(edition, facts)[o.Code]
	if view.targetRow, err = p.targetRow(ctx, edition, o, owed); err != nil || o.CarriedBy != nil {
		return err
	}
	if view.Trend, err = p.trendOf(ctx, view.targetRow); err != nil {
		return err
	}
	if view.Progress, err = p.progressOf(ctx, view.targetRow, owed); err != nil {
		return err
	}
	var items []item
	for _, request := range casesBehind(o, owed) {
		found, err := p.itemsOf(ctx, request)
		if err != nil {
			return err
		}
		items = append(items, found...)
	}
	view.Groups = groupsBehind(owed, units, items)
	return nil
}

func (p *portal) groundLines(edition *catalogue.Edition, o *catalogue.Obligation) []groundLine {
	var lines []groundLine
	for _, id := range o.Grounds {
		if g := edition.Ground(id, p.today()); g != nil {
			text := g.GetTextVi()
			if g.GetDocument() != "" {
				text = sentenceCase(contract.Citation(g)) + ": " + text
			}
			lines = append(lines, groundLine{text, confidence(g.GetConfidence())})
		}
	}
	return lines
}

// The groups of a target's page, in their order.
const (
	behindLate = iota
	behindWorking
	behindWithout
	behindDone
	behindGone
	behindNotObliged
	behindNotFollowed
)

// groupsBehind puts every unit of the denominator, and every one outside it, into one group.
func groupsBehind(owed *owing, units []*unitsv1.Unit, items []item) []unitGroup {
	groups := []unitGroup{{Title: "Quá hạn"}, {Title: "Đang thực hiện"}, {Title: "Chưa có hồ sơ"}, {Title: "Hoàn thành"}, {Title: "Hồ sơ đã thu hồi hoặc chuyển đơn vị kế thừa"}, {Title: "Không thuộc đối tượng"}, {Title: "Chưa theo dõi khi đến hạn"}}
	put := func(at int, unit behindUnit) { groups[at].Units = append(groups[at].Units, unit) }
	has := map[string]bool{}
	for _, it := range items {
		has[it.GetUnitId()] = true
		put(behindOf(it.Standing), behindUnit{Name: it.UnitName, Href: it.URL(), Period: it.GetPeriodId(), Standing: it.Standing, HasCase: true, Why: exemptedBy(it)})
	}
	names := map[string]string{}
	for _, unit := range units {
		names[unit.GetId()] = unit.GetName()
	}
	if owed != nil {
		for _, period := range owed.periods {
			for _, id := range owed.units[period] {
				if !has[id] {
					put(behindWithout, behindUnit{Name: names[id], Period: period})
				}
			}
		}
		for _, one := range owed.outside {
			put(behindNotObliged, behindUnit{Name: names[one.UnitID], Why: withGround(one.Reason, one.Ground)})
		}
		for _, one := range owed.missed {
			put(behindNotFollowed, behindUnit{Name: names[one.UnitID], Why: one.Reason.VI})
		}
	}
	return inOrder(groups)
}

// exemptedBy is the law by which a case ended, where it did.
func exemptedBy(it item) string {
	ground := it.GetState().GetExemptionGround()
	if it.Standing.Key != "exempted" || ground.GetDocument() == "" {
		return ""
	}
	return contract.Citation(ground) + " (" + confidence(ground.GetConfidence()) + ")"
}

func inOrder(groups []unitGroup) []unitGroup {
	for i := range groups {
		slices.SortFunc(groups[i].Units, func(a, b behindUnit) int {
			return cmp.Or(b.Standing.Late-a.Standing.Late, strings.Compare(a.Name, b.Name), strings.Compare(a.Href, b.Href))
		})
		groups[i].Total = len(groups[i].Units)
		if slices.ContainsFunc(groups[i].Units, func(u behindUnit) bool { return u.HasCase }) {
			groups[i].Units = groups[i].Units[:min(mostBehind, len(groups[i].Units))]
		}
	}
	return slices.DeleteFunc(groups, func(g unitGroup) bool { return len(g.Units) == 0 })
}

func behindOf(s standing) int {
	switch {
	case s.Overdue:
		return behindLate
	case s.Key == "accepted" || s.Key == "accepted-late":
		return behindDone
	case s.Key == "exempted":
		return behindNotObliged
	case s.Key == "withdrawn" || s.Key == "succeeded":
		return behindGone
	default:
		return behindWorking
	}
}
