package portal

import (
	"context"
	"sync/atomic"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// agencyName is the standing agency's name for the header, learnt once a day from units: a
// reorganisation may rename it.
type agencyName struct{ known atomic.Pointer[agencyOn] }

type agencyOn struct {
	name string
	on   calendar.Date
}

func (a *agencyName) name() string {
	if known := a.known.Load(); known != nil {
		return known.name
	}
	return ""
}

// learnAgency asks at most once a day; a header without the name stops nobody.
func (p *portal) learnAgency(ctx context.Context) {
	today := p.today()
	if known := p.agency.known.Load(); known != nil && known.on == today {
		return
	}
	answer, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{On: today.String(), Kinds: []string{standingAgency}}))
	if err != nil || len(answer.Msg.GetUnits()) == 0 {
		return
	}
	p.agency.known.Store(&agencyOn{answer.Msg.GetUnits()[0].GetName(), today})
}
