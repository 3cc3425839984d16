package portal

import (
	"nenep/rules/catalogue"
)

// owing is who owes an obligation today: the units that count in its denominator, by the period that is current for each, and those of
// an obliged kind that owe nothing, with the reason.
type owing struct {
	periods []string // in the order of the units that have them; most obligations have one
	units   map[string][]string
	outside []catalogue.NotObliged
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
	expected, outside := catalogue.Expected(p.inProvince(), units, nil, p.today())
	for _, one := range expected {
		of(one.Obligation).owe(one.Period.String(), one.UnitID)
	}
	for _, one := range outside {
		of(one.Obligation).outside = append(of(one.Obligation).outside, one)
	}
	for _, o := range edition.Obligations {
		if o.Recurrence == catalogue.ByEvent {
			of(o.Code).outside = p.outsideByEvent(edition, o, units)
		}
	}
	return owings
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
