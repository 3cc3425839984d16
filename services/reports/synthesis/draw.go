package synthesis

import (
	"cmp"
	"maps"
	"slices"

	"nenep/rules/figures"
)

// Report is a case by which a unit owes a report, as the register has it.
type Report struct {
	CaseID, UnitID string
	Tail           int    // of "…/c2" 2: a correction after sealing, or a case that goes on where another ended
	State          string // open | submitted | returned | accepted | exempted | withdrawn | succeeded
	Version        int    // 1 as submitted, more after each correction
	DueDay         string
	SubmittedOn    string
	LateDays       int // working days
	Own            bool
	Ground         string // of an exemption
	Values         map[string]figures.Number
	Steps          []Step
}

// Known is a unit as the register of units has it.
type Known struct{ UnitID, ParentID, Name, Kind string }

// Material is what a version is drawn up from.
type Material struct {
	Indicators []Indicator
	Tree       []Known          // the units of the day of the tree
	Ever       map[string]Known // every unit, those that have ended among them
	Follows    []figures.Follows
	Reports    []Report
}

// Draw adds up the reports that were submitted, each unit's last, and says of every unit that owes one what became of it. The order of
// what goes in makes no difference.
func Draw(m Material) *Content {
	reports := lastOfEach(m.Reports)
	var submitted []figures.Report
	for _, r := range reports {
		if r.counts() {
			submitted = append(submitted, figures.Report{CaseID: r.CaseID, UnitID: r.UnitID, Version: r.Version, Values: r.Values, Own: r.Own})
		}
	}
	c := &Content{Indicators: m.Indicators}
	rolled := figures.RollUp(m.nodes(), m.Follows, submitted, m.measures())
	c.Sources = sourcesOf(rolled, reports)
	c.Totals, c.Groups = m.added(rolled, c.Sources)
	c.Places = m.places(rolled)
	for _, r := range reports {
		c.Units = append(c.Units, m.unit(r))
	}
	return c
}

// counts tells that a report's figures go into the sums. One that was returned has been found wanting.
func (r Report) counts() bool { return r.State == "submitted" || r.State == "accepted" }

// owes tells that the case is one by which a report is owed, or would be but for a legal ground: neither opened by mistake nor passed on.
func (r Report) owes() bool { return r.State != "withdrawn" && r.State != "succeeded" }

// lastOfEach is the report that stands for each unit, in order of the units: the last that was submitted; where none was, the last.
func lastOfEach(reports []Report) []Report {
	byUnit := map[string]Report{}
	for _, r := range reports {
		before, known := byUnit[r.UnitID]
		if r.owes() && (!known || before.lessThan(r)) {
			byUnit[r.UnitID] = r
		}
	}
	return slices.SortedFunc(maps.Values(byUnit), func(a, b Report) int { return cmp.Compare(a.UnitID, b.UnitID) })
}

func (r Report) lessThan(o Report) bool {
	if r.counts() != o.counts() {
		return o.counts()
	}
	return r.Tail < o.Tail
}

func (m Material) nodes() []figures.Node {
	nodes := make([]figures.Node, len(m.Tree))
	for i, unit := range m.Tree {
		nodes[i] = figures.Node{UnitID: unit.UnitID, ParentID: unit.ParentID}
	}
	return nodes
}

func (m Material) measures() map[string]figures.Measure {
	measures := map[string]figures.Measure{}
	for _, i := range m.Indicators {
		measures[i.Code] = i.Measure
	}
	return measures
}

func sourcesOf(rolled *figures.RolledUp, reports []Report) []Source {
	steps := map[string][]Step{}
	for _, r := range reports {
		steps[r.CaseID] = r.Steps
	}
	sources := make([]Source, len(rolled.Sources))
	for i, s := range rolled.Sources {
		sources[i] = Source{CaseID: s.CaseID, UnitID: s.UnitID, Version: s.Version, Standing: s.Standing, At: s.At, In: s.In,
			Values: wired(rolled.Values[s.CaseID]), Steps: steps[s.CaseID]}
	}
	return sources
}

func wired(values map[string]figures.Number) map[string]string {
	if len(values) == 0 {
		return nil
	}
	texts := make(map[string]string, len(values))
	for code, value := range values {
		texts[code] = value.Wire()
	}
	return texts
}

// added are the sums over all counted reports, and over those of each kind of unit.
func (m Material) added(rolled *figures.RolledUp, sources []Source) (Figures, []Group) {
	whole, byKind := map[string]figures.Summed{}, map[string]map[string]figures.Summed{}
	for _, s := range sources {
		kind := m.Ever[s.UnitID].Kind
		if byKind[kind] == nil && len(rolled.Values[s.CaseID]) > 0 {
			byKind[kind] = map[string]figures.Summed{}
		}
		for code, value := range rolled.Values[s.CaseID] {
			for _, sums := range []map[string]figures.Summed{whole, byKind[kind]} {
				sums[code] = figures.Summed{Sum: sums[code].Sum.Add(value), From: sums[code].From + 1}
			}
		}
	}
	var groups []Group
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		groups = append(groups, Group{kind, m.kept(byKind[kind])})
	}
	return m.kept(whole), groups
}

// kept are sums as they are kept, with the share of each that is a part of another.
func (m Material) kept(sums map[string]figures.Summed) Figures {
	if len(sums) == 0 {
		return nil
	}
	all := make(Figures, len(sums))
	for _, i := range m.Indicators {
		sum, given := sums[i.Code]
		if !given {
			continue
		}
		figure := Figure{Sum: sum.Sum.Wire(), Reports: sum.From}
		if whole, told := sums[i.Whole]; told && i.Whole != "" {
			figure.Share = figures.ShareOf(sum.Sum, whole.Sum)
		}
		all[i.Code] = figure
	}
	return all
}

// places are the units of the tree at or below which anything was reported, each after its parent, siblings in order.
func (m Material) places(rolled *figures.RolledUp) []Place {
	known, children := map[string]Known{}, map[string][]Known{}
	for _, unit := range m.Tree {
		known[unit.UnitID] = unit
	}
	for _, unit := range slices.SortedFunc(maps.Values(known), func(a, b Known) int { return cmp.Compare(a.UnitID, b.UnitID) }) {
		parent := unit.ParentID
		if _, stands := known[parent]; !stands {
			parent = "" // a root of this tree
		}
		unit.ParentID = parent
		children[parent] = append(children[parent], unit)
	}
	var places []Place
	seen := map[string]bool{}
	var walk func(parent string)
	walk = func(parent string) {
		for _, unit := range children[parent] {
			sums := rolled.Nodes[unit.UnitID]
			if seen[unit.UnitID] || len(sums) == 0 {
				continue
			}
			seen[unit.UnitID] = true
			places = append(places, Place{UnitID: unit.UnitID, ParentID: unit.ParentID, Name: unit.Name, Kind: unit.Kind, Figures: m.kept(sums)})
			walk(unit.UnitID)
		}
	}
	walk("")
	return places
}

func (m Material) unit(r Report) Unit {
	known := m.Ever[r.UnitID]
	u := Unit{UnitID: r.UnitID, Name: known.Name, Kind: known.Kind, ParentID: known.ParentID, CaseID: r.CaseID, DueDay: r.DueDay}
	switch {
	case r.counts():
		u.Standing, u.SubmittedOn, u.LateDays, u.Accepted = InTime, r.SubmittedOn, r.LateDays, r.State == "accepted"
		if r.LateDays > 0 {
			u.Standing = Late
		}
	case r.State == "exempted":
		u.Standing, u.Ground, u.DueDay = Exempted, r.Ground, ""
	case r.State == "returned":
		u.Standing = Returned
	default:
		u.Standing = Missing
	}
	return u
}
