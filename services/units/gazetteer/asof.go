package gazetteer

import (
	"cmp"
	"fmt"
	"slices"
)

// AsOf gives the province as somebody would have written it down on the civil
// day: areas and units known by then, with the areas, parents, superiors and
// reviewers of that day, and nothing that came later. An end on the day itself or
// after it is not known yet; successions are those up to the day. Every unit that
// stood has its example officials, from its own first day on.
//
// A day before [FirstDay] has no province.
func AsOf(day string) (Gazetteer, error) {
	if day < FirstDay {
		return Gazetteer{}, fmt.Errorf("gazetteer: nothing is known of %s, which is before %s", day, FirstDay)
	}
	later, err := HungYen()
	if err != nil {
		return Gazetteer{}, err
	}
	then := pastOf(later, day)
	g := Gazetteer{Day: day, Areas: then.areasThen(), Units: then.unitsThen()}
	g.Successions = slices.DeleteFunc(later.Successions, func(s Succession) bool { return s.Date > day })
	g.Outside = slices.DeleteFunc(later.Outside, func(p OutsidePredecessor) bool { return p.Date > day })
	g.UnitSuccessions = slices.DeleteFunc(slices.Clone(later.UnitSuccessions), func(s UnitSuccession) bool { return s.Date > day })
	if err := g.people(FirstDay, func(id string) string { return then.unit(id, "") }); err != nil {
		return Gazetteer{}, err
	}
	return g, nil
}

// OfficialsOf gives the example officials of the units that stand on the civil day
// in the province of today, and their positions; nothing else. It is for a
// province that a reorganisation made, whose units begin without holders.
func OfficialsOf(day string) (Gazetteer, error) {
	g, err := HungYen()
	if err != nil {
		return Gazetteer{}, err
	}
	units := byID(g.Units)
	people := Gazetteer{Officials: g.Officials}
	for _, p := range g.Positions {
		if units[p.UnitID].ValidOn(day) && validOn(p.ValidFrom, p.ValidTo, day) {
			people.Positions = append(people.Positions, p)
		}
	}
	return people, nil
}

// past is a day seen from what is known now.
type past struct {
	Gazetteer
	day   string
	areas map[string]Area
	units map[string]Unit
	// who went on in the area or unit, which had the id
	areasBefore, unitsBefore map[string][]string
}

func pastOf(g Gazetteer, day string) past {
	p := past{Gazetteer: g, day: day, areas: map[string]Area{}, units: byID(g.Units), areasBefore: map[string][]string{}, unitsBefore: map[string][]string{}}
	for _, a := range g.Areas {
		p.areas[a.ID] = a
	}
	for _, s := range g.Successions {
		p.areasBefore[s.To] = append(p.areasBefore[s.To], s.From)
	}
	for _, s := range g.UnitSuccessions {
		p.unitsBefore[s.To] = append(p.unitsBefore[s.To], s.From)
	}
	return p
}

// until clears an end that nobody knew of on the day.
func (p past) until(validTo string) string {
	if validTo >= p.day {
		return ""
	}
	return validTo
}

func (p past) areasThen() []Area {
	var areas []Area
	for _, a := range p.Areas {
		if a.ValidFrom <= p.day {
			a.ValidTo = p.until(a.ValidTo)
			areas = append(areas, a)
		}
	}
	return areas
}

func (p past) unitsThen() []Unit {
	var units []Unit
	for _, u := range p.Units {
		if u.ValidFrom > p.day {
			continue
		}
		if u.ValidTo = p.until(u.ValidTo); u.ValidTo == "" {
			u.AreaID = p.area(u.AreaID)
			u.ParentID, u.SuperiorID, u.ReviewerID = p.unit(u.ParentID, u.AreaID), p.unit(u.SuperiorID, u.AreaID), p.unit(u.ReviewerID, u.AreaID)
		}
		units = append(units, u)
	}
	return units
}

// area is who stood on the day where the area stands now: of several the one that
// had its code.
func (p past) area(id string) string {
	code := p.areas[id].Code
	return p.walk(id, p.areasBefore, func(id string) string { return p.areas[id].ValidFrom }, func(id string) int {
		return rank(p.areas[id].Code == code)
	})
}

// unit is who stood on the day where the unit stands now: of several the one of the
// same kind, and of these the one in the area.
func (p past) unit(id, areaID string) string {
	kind := p.units[id].Kind
	return p.walk(id, p.unitsBefore, func(id string) string { return p.units[id].ValidFrom }, func(id string) int {
		return 2*rank(p.units[id].Kind == kind) + rank(p.units[id].AreaID == areaID)
	})
}

// walk goes back through the successions until the day; "" when nobody stood there.
func (p past) walk(id string, before map[string][]string, began func(string) string, worse func(string) int) string {
	if id == "" || began(id) <= p.day {
		return id
	}
	var stood []string
	for _, from := range before[id] {
		if found := p.walk(from, before, began, worse); found != "" {
			stood = append(stood, found)
		}
	}
	if len(stood) == 0 {
		return ""
	}
	return slices.MinFunc(stood, func(a, b string) int {
		return cmp.Or(worse(a)-worse(b), cmp.Compare(a, b))
	})
}

func rank(good bool) int {
	if good {
		return 0
	}
	return 1
}
