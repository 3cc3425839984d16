package portal

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// unitsLife is how long the units of the province, once read, serve the overview: a new name is seen a minute later at most.
const unitsLife = time.Minute

// everyUnit is the units that exist today with their boards, as they were read last.
type everyUnit struct{ known atomic.Pointer[unitsAt] }

type unitsAt struct {
	units  []*unitsv1.Unit
	byID   map[string]*unitsv1.Unit
	boards []*unitsv1.Board
	on     calendar.Date
	at     time.Time
}

// existing reads the units that exist today at most once a minute. What cannot be read anew is an error: who is late is not told of units
// that may be gone.
func (p *portal) existing(ctx context.Context) (*unitsAt, error) {
	if known := p.knownUnits(); known != nil {
		return known, nil
	}
	today := p.today()
	answer, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{On: today.String()}))
	if err != nil {
		return nil, err
	}
	boards, err := p.boardsOf(ctx, nil)
	if err != nil {
		return nil, err
	}
	read := &unitsAt{units: answer.Msg.GetUnits(), byID: map[string]*unitsv1.Unit{}, boards: boards, on: today, at: p.now()}
	for _, unit := range read.units {
		read.byID[unit.GetId()] = unit
	}
	p.everyUnit.known.Store(read)
	return read, nil
}

// knownUnits are the units as they were read less than a minute ago on this day; nil when they have to be read.
func (p *portal) knownUnits() *unitsAt {
	known := p.everyUnit.known.Load()
	if known == nil || known.on != p.today() || p.now().Sub(known.at) >= unitsLife {
		return nil
	}
	return known
}

// named are the units of the ids: those known already, and the others, which may exist no more, as the units service has them.
func (p *portal) named(ctx context.Context, ids []string) (map[string]*unitsv1.Unit, error) {
	known := p.knownUnits()
	if known == nil {
		return p.unitsByID(ctx, ids)
	}
	var others []string
	for _, id := range ids {
		if known.byID[id] == nil {
			others = append(others, id)
		}
	}
	units, err := p.unitsByID(ctx, others)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if unit := known.byID[id]; unit != nil {
			units[id] = unit
		}
	}
	return units, nil
}

// judgedOf are what the catalogue judges the units by.
func (p *portal) judgedOf(ctx context.Context, units []*unitsv1.Unit) ([]catalogue.UnitFacts, error) {
	if known := p.knownUnits(); known != nil {
		return judged(units, known.boards), nil
	}
	return p.factsOf(ctx, units)
}

// nobodyAbove stands for the body over units that have none.
const nobodyAbove = "khong"

// above is the body over a unit: the one above in its own line, or else the one that hears when it is late.
func above(unit *unitsv1.Unit) string {
	return cmp.Or(unit.GetParentId(), unit.GetSuperiorId(), nobodyAbove)
}

func aboveName(id string, units map[string]*unitsv1.Unit) string {
	if id == nobodyAbove {
		return "Không có cấp trên"
	}
	return cmp.Or(units[id].GetName(), id)
}

// scope is the units that a filter names.
type scope struct {
	units   []*unitsv1.Unit
	matched []string // their ids, for the register; nil: every unit, also those that ended
}

// none tells that the filter names units and there is none such.
func (s scope) none() bool { return s.matched != nil && len(s.matched) == 0 }

// scopeOf answers the units that the filter's words, kind and superior name.
func (p *portal) scopeOf(ctx context.Context, filter overviewFilter) (scope, error) {
	every, err := p.existing(ctx)
	if err != nil {
		return scope{}, err
	}
	if filter.Unit == "" && filter.Kind == "" && filter.Above == "" {
		return scope{units: every.units}, nil
	}
	found := every.units
	if filter.Unit != "" {
		if found, _, err = p.unitsFor(ctx, filter.Unit); err != nil {
			return scope{}, err
		}
	}
	named := scope{matched: []string{}}
	for _, unit := range found {
		if (filter.Kind == "" || filter.Kind == unit.GetKind()) && (filter.Above == "" || filter.Above == above(unit)) {
			named.units, named.matched = append(named.units, unit), append(named.matched, unit.GetId())
		}
	}
	return named, nil
}

// kindChoices are the kinds of the units that exist, in the order of their names.
func (u *unitsAt) kindChoices() []choice {
	seen := map[string]bool{}
	var choices []choice
	for _, unit := range u.units {
		if !seen[unit.GetKind()] {
			seen[unit.GetKind()] = true
			choices = append(choices, choice{unit.GetKind(), kindWord(unit.GetKind())})
		}
	}
	return inWords(choices)
}

// How many bodies the choice of a superior offers at most: of units of one kind, and of all of them. Where there are more, a kind is
// chosen first, so that the choice is not longer than the table.
const (
	mostAboveKind = 120
	mostAboveAll  = 30
)

// aboveChoices are the bodies over units of the kind, or of any; nil when there are too many to choose from.
func (u *unitsAt) aboveChoices(kind, chosen string) []choice {
	over := map[string]bool{}
	for _, unit := range u.units {
		if id := above(unit); id != nobodyAbove && (kind == "" || kind == unit.GetKind()) {
			over[id] = true
		}
	}
	if len(over) > mostAboveKind || kind == "" && len(over) > mostAboveAll {
		over = map[string]bool{}
	}
	if chosen != "" {
		over[chosen] = true
	}
	var choices []choice
	for id := range over {
		choices = append(choices, choice{id, aboveName(id, u.byID)})
	}
	return inWords(choices)
}

func inWords(choices []choice) []choice {
	slices.SortFunc(choices, func(a, b choice) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value)) })
	return choices
}
