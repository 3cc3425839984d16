package portal

import (
	"context"
	"slices"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/catalogue"
)

// owing is who owes an obligation today: the units that count in its denominator, by the period that is current for each, and those of
// an obliged kind that do not, with the reason: a ground that takes them out, or that nobody followed them when the period was due.
type owing struct {
	periods []string // in the order of the units that have them; most obligations have one
	units   map[string][]string
	outside []catalogue.NotObliged
	missed  []catalogue.NotObliged // those that are obliged, but were not followed when the period was due, and have no case of it
}

func (o *owing) of() int {
	n := 0
	for _, ids := range o.units {
		n += len(ids)
	}
	return n
}

func (o *owing) owe(period, unit string) {
	if o.units[period] == nil {
		o.periods = append(o.periods, period)
	}
	o.units[period] = append(o.units[period], unit)
}

// owings judges every obligation as the reconciliation does when it opens cases, so that no denominator counts what no case is opened
// for. Of an obligation by event only those outside are known: its denominator is its cases.
func (p *portal) owings(edition *catalogue.Edition, units []catalogue.UnitFacts) map[string]*owing {
	owings := map[string]*owing{}
	of := func(code string) *owing {
		if owings[code] == nil {
			owings[code] = &owing{units: map[string][]string{}}
		}
		return owings[code]
	}
	expected, outside := catalogue.Expected(p.inProvince(), units, nil, p.daysOff(), p.today())
	for _, one := range expected {
		of(one.Obligation).owe(one.Period.String(), one.UnitID)
	}
	for _, one := range outside {
		if one.NotFollowed {
			of(one.Obligation).missed = append(of(one.Obligation).missed, one)
			continue
		}
		of(one.Obligation).outside = append(of(one.Obligation).outside, one)
	}
	for _, o := range edition.Obligations {
		if o.Recurrence == catalogue.ByEvent {
			of(o.Code).outside = p.outsideByEvent(edition, o, units)
		}
	}
	return owings
}

// recount puts the units back into the denominator that have a case of the period although it was due before they were followed: its
// records were brought in afterwards.
func (p *portal) recount(ctx context.Context, code string, o *owing) error {
	byPeriod := map[string][]string{}
	for _, one := range o.missed {
		byPeriod[one.Period.String()] = append(byPeriod[one.Period.String()], one.UnitID)
	}
	has := map[[2]string]bool{}
	for period, units := range byPeriod {
		cases, _, err := p.listAll(ctx, &reportsv1.ListCasesRequest{ObligationId: code, PeriodId: period, UnitIds: units})
		if err != nil {
			return err
		}
		for _, found := range cases {
			has[[2]string{period, found.GetUnitId()}] = true
		}
	}
	o.missed = slices.DeleteFunc(o.missed, func(one catalogue.NotObliged) bool {
		period := one.Period.String()
		if !has[[2]string{period, one.UnitID}] {
			return false
		}
		o.owe(period, one.UnitID)
		return true
	})
	return nil
}

func (p *portal) outsideByEvent(edition *catalogue.Edition, o *catalogue.Obligation, units []catalogue.UnitFacts) []catalogue.NotObliged {
	var outside []catalogue.NotObliged
	for _, unit := range units {
		if obliged, reason, ground := edition.Obliged(o, unit, p.today()); !obliged && reason.VI != "" {
			outside = append(outside, catalogue.NotObliged{Obligation: o.Code, UnitID: unit.ID, Ground: ground, Reason: reason})
		}
	}
	return outside
}
