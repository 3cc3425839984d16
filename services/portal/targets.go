package portal

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// targetRow is one target of the plan with its honest denominator.
type targetRow struct {
	Code, Title, Target string
	Proposed            bool // the target is a proposal, not the plan's
	Periods             []string
	Of, Done, Late      int
	NotObliged          int
	NotFollowed         int  // when the period was due: in no share, and said
	ByEvent             bool // counted in cases, not in units
	Href                string
	Carried             *carriedIn // it has no case of its own
}

// carriedIn is the case in which an obligation without a case of its own is carried out.
type carriedIn struct{ Code, Title, Step, Href string }

// Percent is the share reached: 99,99% is not 100%.
func (r targetRow) Percent() string {
	if r.Of == 0 {
		return ""
	}
	return figures.Share(int64(r.Done), int64(r.Of))
}

// PeriodNames are the periods that are current, in words.
func (r targetRow) PeriodNames() string {
	names := make([]string, len(r.Periods))
	for i, period := range r.Periods {
		names[i] = periodName(period)
	}
	return strings.Join(names, "; ")
}

type targetsView struct {
	Rows []targetRow
	Day  string
}

// Reached counts the targets that every unit obliged has met, Short those that some have not, Late those of the latter with a case overdue.
func (v targetsView) Reached() int { return v.count(func(r targetRow) bool { return r.Done >= r.Of }) }

func (v targetsView) Short() int { return v.count(func(r targetRow) bool { return r.Done < r.Of }) }

func (v targetsView) Late() int {
	return v.count(func(r targetRow) bool { return r.Done < r.Of && r.Late > 0 })
}

func (v targetsView) count(fits func(targetRow) bool) int {
	n := 0
	for _, row := range v.Rows {
		if row.Carried == nil && row.Of > 0 && fits(row) {
			n++
		}
	}
	return n
}

// targets lists every target with how far it is reached; each share opens the units behind it.
func (p *portal) targets(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem chỉ tiêu", "các đơn vị khác")
	}
	ctx, edition := c.Request().Context(), p.edition()
	if edition == nil {
		return notFound()
	}
	_, facts, err := p.allUnits(ctx)
	if err != nil {
		return err
	}
	view, owings := &targetsView{Day: p.today().Vietnamese()}, p.owings(edition, facts)
	for _, o := range edition.Obligations {
		row, err := p.targetRow(ctx, edition, o, owings[o.Code])
		if err != nil {
			return err
		}
		view.Rows = append(view.Rows, row)
	}
	return p.render(c, http.StatusOK, "targets", &page{Title: "Chỉ tiêu", Active: "targets", Body: view})
}

// allUnits are the units that exist today and what the catalogue judges them by.
func (p *portal) allUnits(ctx context.Context) ([]*unitsv1.Unit, []catalogue.UnitFacts, error) {
	answer, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{On: p.today().String()}))
	if err != nil {
		return nil, nil, err
	}
	facts, err := p.factsOf(ctx, answer.Msg.GetUnits())
	return answer.Msg.GetUnits(), facts, err
}

func (p *portal) targetRow(ctx context.Context, edition *catalogue.Edition, o *catalogue.Obligation, owed *owing) (targetRow, error) {
	row := targetRow{Code: o.Code, Title: o.Title.VI, Target: o.Target.Text.VI, Proposed: o.Target.Proposed, ByEvent: o.Recurrence == catalogue.ByEvent, Href: "/chi-tieu/" + o.Code}
	if o.CarriedBy != nil {
		row.Carried = carriedBy(edition, o.CarriedBy)
		return row, nil
	}
	if owed != nil {
		if err := p.recount(ctx, o.Code, owed); err != nil {
			return row, err
		}
		row.Of, row.NotObliged, row.NotFollowed, row.Periods = owed.of(), len(owed.outside), len(owed.missed), owed.periods
	}
	for _, request := range casesBehind(o, owed) {
		request.Limit = 1
		answer, err := p.calls.Register.ListCases(ctx, call(request))
		if err != nil {
			return row, err
		}
		row.count(answer.Msg.GetCounts())
	}
	return row, nil
}

func carriedBy(edition *catalogue.Edition, by *catalogue.CarriedBy) *carriedIn {
	in := &carriedIn{Code: by.Obligation, Step: by.Step, Href: "/chi-tieu/" + by.Obligation}
	if o := edition.Obligation(by.Obligation); o != nil {
		in.Title = o.Title.VI
		for _, step := range o.Steps {
			if step.ID == by.Step {
				in.Step = step.Title.VI
			}
		}
	}
	return in
}

// casesBehind ask for the cases that a share is made of: of the units in the denominator, in the period that is current for each; all
// cases of an obligation by event.
func casesBehind(o *catalogue.Obligation, owed *owing) []*reportsv1.ListCasesRequest {
	if o.Recurrence == catalogue.ByEvent {
		return []*reportsv1.ListCasesRequest{{ObligationId: o.Code}}
	}
	var requests []*reportsv1.ListCasesRequest
	if owed != nil {
		for _, period := range owed.periods {
			requests = append(requests, &reportsv1.ListCasesRequest{ObligationId: o.Code, PeriodId: period, UnitIds: owed.units[period]})
		}
	}
	return requests
}

// count: cases that ended on a legal ground leave the denominator. One that was opened by mistake or passed on leaves its unit in it,
// and is none of the cases that an obligation by event is counted in.
func (r *targetRow) count(counts []*reportsv1.StateCount) {
	for _, count := range counts {
		n := int(count.GetTotal())
		r.Late += int(count.GetLate())
		switch count.GetState() {
		case "accepted":
			r.Done += n
			r.countCases(n)
		case "open", "returned", "submitted":
			r.countCases(n)
		case "exempted":
			r.NotObliged += n
			if !r.ByEvent {
				r.Of -= n
			}
		}
	}
}

func (r *targetRow) countCases(n int) {
	if r.ByEvent {
		r.Of += n
	}
}
