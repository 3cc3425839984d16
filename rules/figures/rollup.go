package figures

import (
	"cmp"
	"maps"
	"slices"
)

// Measure tells how an indicator is added up over time.
type Measure string

// A flow is what happened in the window of the data; a stock is what there is on its last day.
const (
	Flow  Measure = "flow"
	Stock Measure = "stock"
)

// Report is what one unit handed in for a period, in the version that counts.
type Report struct {
	CaseID  string
	UnitID  string // who handed it in; may have ended since
	Version int    // 1 as handed in, more after each correction
	Values  map[string]Number
	// Own tells that the figures of a unit born in the period begin with its founding and leave its predecessors' out. Without it a
	// unit reports for its whole territory and the whole window, its predecessors' part included.
	Own bool
}

// Node is a unit in the tree of the day on which the roll-up closes. A unit whose parent is not in the tree is a root.
type Node struct{ UnitID, ParentID string }

// Follows is that a unit ended in the period and another went on. Of the several that a split has, the heir takes what belongs to no
// other, and with it what the unit did before it ended; of a merger every one is the heir of each.
type Follows struct {
	From, To string
	Heir     bool
}

// Standing tells what became of a report in a roll-up.
type Standing string

const (
	// Counted in full, at the unit itself or at the one that went on with it.
	Counted Standing = "counted"
	// CountedFlows only: the successor's own report says what there is now.
	CountedFlows Standing = "counted-flows"
	// Contained in the report of a successor, and not added again.
	Contained Standing = "contained"
	// Outside the tree: neither the unit nor anyone who went on with it stands in it.
	Outside Standing = "outside"
)

// Source is one report and what became of it.
type Source struct {
	CaseID, UnitID string
	Version        int
	Standing       Standing
	At             string // the unit of the tree at which it counts
	In             string // of a contained one: the case whose report contains it
}

// Summed is an indicator at a node: the sum over the unit and all below it, and from how many reports it comes.
type Summed struct {
	Sum  Number
	From int
}

// RolledUp is the sum of all reports up the tree.
type RolledUp struct {
	Sources []Source                     // every report given, in order of its case
	Nodes   map[string]map[string]Summed // by unit and indicator; what nobody gave is absent, not zero
	Values  map[string]map[string]Number // what each counted case adds, by case and indicator

	children map[string][]string
	at       map[string][]string // cases by the unit at which they count
}

// RollUp adds up reports, each exactly once under the reorganisations of the period: the report of a unit that ended is contained in that
// of the unit that went on with it, once that unit has reported for the whole window; until then it counts in its successor's place. An
// indicator that measures does not name is a flow. Two reports of one unit are two sources; whoever calls gives the version that counts.
func RollUp(tree []Node, follows []Follows, reports []Report, measures map[string]Measure) *RolledUp {
	r := &RolledUp{Nodes: map[string]map[string]Summed{}, Values: map[string]map[string]Number{}, children: childrenOf(tree), at: map[string][]string{}}
	line := succession{next: map[string][]Follows{}, reported: map[string]Report{}, stands: map[string]bool{}}
	for _, f := range follows {
		line.next[f.From] = append(line.next[f.From], f)
	}
	for _, report := range reports {
		line.reported[report.UnitID] = report
	}
	for _, node := range tree {
		line.stands[node.UnitID] = true
	}
	for _, report := range reports {
		source := line.judge(report)
		r.Sources = append(r.Sources, source)
		r.count(report, source, measures)
	}
	slices.SortFunc(r.Sources, func(a, b Source) int { return cmp.Compare(a.CaseID, b.CaseID) })
	r.climb(tree)
	return r
}

// Below are the cases whose figures make up the sum of an indicator at a unit, in order: the path from a figure down to its sources.
func (r *RolledUp) Below(unit, indicator string) []string {
	var cases []string
	r.walk(unit, map[string]bool{}, func(id string) {
		for _, of := range r.at[id] {
			if _, given := r.Values[of][indicator]; given {
				cases = append(cases, of)
			}
		}
	})
	slices.Sort(cases)
	return cases
}

func (r *RolledUp) walk(unit string, seen map[string]bool, visit func(string)) {
	if seen[unit] {
		return
	}
	seen[unit] = true
	visit(unit)
	for _, child := range r.children[unit] {
		r.walk(child, seen, visit)
	}
}

// count keeps what a report adds at its unit.
func (r *RolledUp) count(report Report, source Source, measures map[string]Measure) {
	if source.Standing != Counted && source.Standing != CountedFlows {
		return
	}
	added := maps.Clone(report.Values)
	if source.Standing == CountedFlows {
		maps.DeleteFunc(added, func(indicator string, _ Number) bool { return measures[indicator] == Stock })
	}
	r.Values[report.CaseID] = added
	r.at[source.At] = append(r.at[source.At], report.CaseID)
}

// climb adds what counts at a unit to it and to every unit above it.
func (r *RolledUp) climb(tree []Node) {
	parents := map[string]string{}
	for _, node := range tree {
		parents[node.UnitID] = node.ParentID
		r.Nodes[node.UnitID] = map[string]Summed{}
	}
	for unit, cases := range r.at {
		seen := map[string]bool{}
		for above := unit; r.Nodes[above] != nil && !seen[above]; above = parents[above] {
			seen[above] = true
			for _, of := range cases {
				add(r.Nodes[above], r.Values[of])
			}
		}
	}
}

func add(sums map[string]Summed, values map[string]Number) {
	for indicator, value := range values {
		sum := sums[indicator]
		sums[indicator] = Summed{sum.Sum.Add(value), sum.From + 1}
	}
}

func childrenOf(tree []Node) map[string][]string {
	children := map[string][]string{}
	for _, node := range tree {
		children[node.ParentID] = append(children[node.ParentID], node.UnitID)
	}
	return children
}

// succession is who went on with whom, and who of them reported.
type succession struct {
	next     map[string][]Follows
	reported map[string]Report
	stands   map[string]bool
}

// judge follows the heirs of a unit that ended, one after the other: the first report of one that covers the whole window contains this
// report.
func (s succession) judge(report Report) Source {
	source := Source{CaseID: report.CaseID, UnitID: report.UnitID, Version: report.Version, Standing: Counted, At: report.UnitID}
	seen := map[string]bool{}
	for !s.stands[source.At] && !seen[source.At] {
		seen[source.At] = true
		heir := s.heir(source.At)
		if heir == "" {
			break
		}
		source.At = heir
		if later, reported := s.reported[heir]; reported && !later.Own && !seen[heir] {
			source.Standing, source.In = Contained, later.CaseID
			return source
		}
	}
	switch {
	case !s.stands[source.At]:
		source.Standing, source.At = Outside, ""
	case s.reportedAfter(report.UnitID, map[string]bool{}):
		source.Standing = CountedFlows
	}
	return source
}

func (s succession) heir(unit string) string {
	for _, f := range s.next[unit] {
		if f.Heir {
			return f.To
		}
	}
	return ""
}

// reportedAfter tells whether any unit that went on reported: what there was at the predecessor is in that unit's stock, or in nobody's.
func (s succession) reportedAfter(unit string, seen map[string]bool) bool {
	if s.stands[unit] || seen[unit] {
		return false
	}
	seen[unit] = true
	return slices.ContainsFunc(s.next[unit], func(f Follows) bool {
		_, reported := s.reported[f.To]
		return reported || s.reportedAfter(f.To, seen)
	})
}
