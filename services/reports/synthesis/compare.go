package synthesis

import (
	"cmp"
	"maps"
	"slices"

	"nenep/rules/figures"
)

// ChangedFigure is a sum that differs; empty where nobody gave it.
type ChangedFigure struct{ Code, UnitID, Before, After string }

// What became of a report between two versions.
const (
	Added     = "added"
	Removed   = "removed"
	Corrected = "corrected"
	Moved     = "moved" // counts elsewhere, or otherwise
)

// ChangedSource is a report that differs.
type ChangedSource struct {
	CaseID, UnitID, Change string
	Before, After          int // versions
}

// ChangedStanding is a unit whose report has become something else; empty where it owed none.
type ChangedStanding struct{ UnitID, Name, Before, After string }

// Changes are what differs between two versions.
type Changes struct {
	Totals    []ChangedFigure
	Places    []ChangedFigure
	Sources   []ChangedSource
	Standings []ChangedStanding
}

// Compare tells what differs, each list in order.
func Compare(before, after *Content) Changes {
	order := orderOf(before.Indicators, after.Indicators)
	changes := Changes{Totals: changedFigures("", before.Totals, after.Totals, order)}
	old, now := placesOf(before), placesOf(after)
	for _, unit := range keysOf(old, now) {
		changes.Places = append(changes.Places, changedFigures(unit, old[unit], now[unit], order)...)
	}
	changes.Sources = changedSources(before.Sources, after.Sources)
	changes.Standings = changedStandings(before.Units, after.Units)
	return changes
}

// orderOf is the place of each code in the form.
func orderOf(forms ...[]Indicator) map[string]int {
	order := map[string]int{}
	for _, form := range forms {
		for _, i := range form {
			if _, known := order[i.Code]; !known {
				order[i.Code] = len(order)
			}
		}
	}
	return order
}

func placesOf(c *Content) map[string]Figures {
	places := make(map[string]Figures, len(c.Places))
	for _, p := range c.Places {
		places[p.UnitID] = p.Figures
	}
	return places
}

func keysOf[V any](a, b map[string]V) []string {
	both := map[string]bool{}
	for key := range a {
		both[key] = true
	}
	for key := range b {
		both[key] = true
	}
	return slices.Sorted(maps.Keys(both))
}

func changedFigures(unit string, before, after Figures, order map[string]int) []ChangedFigure {
	var changed []ChangedFigure
	for _, code := range keysOf(before, after) {
		if before[code].Sum != after[code].Sum {
			changed = append(changed, ChangedFigure{code, unit, before[code].Sum, after[code].Sum})
		}
	}
	slices.SortStableFunc(changed, func(a, b ChangedFigure) int { return cmp.Compare(order[a.Code], order[b.Code]) })
	return changed
}

func changedSources(before, after []Source) []ChangedSource {
	old, now := byUnit(before, func(s Source) string { return s.UnitID }), byUnit(after, func(s Source) string { return s.UnitID })
	var changed []ChangedSource
	for _, unit := range keysOf(old, now) {
		was, had := old[unit]
		is, has := now[unit]
		switch {
		case !had:
			changed = append(changed, ChangedSource{is.CaseID, unit, Added, 0, is.Version})
		case !has:
			changed = append(changed, ChangedSource{was.CaseID, unit, Removed, was.Version, 0})
		case was.CaseID != is.CaseID || was.Version != is.Version || differ(was, is):
			changed = append(changed, ChangedSource{is.CaseID, unit, Corrected, was.Version, is.Version})
		case was.Standing != is.Standing || was.At != is.At || was.In != is.In:
			changed = append(changed, ChangedSource{is.CaseID, unit, Moved, was.Version, is.Version})
		}
	}
	return changed
}

// differ tells that one report states other figures, as when it was withdrawn and submitted anew. One that counts otherwise states the same.
func differ(a, b Source) bool {
	return a.Standing == b.Standing && a.Standing != figures.Contained && !maps.Equal(a.Values, b.Values)
}

func byUnit[T any](rows []T, unit func(T) string) map[string]T {
	found := make(map[string]T, len(rows))
	for _, row := range rows {
		found[unit(row)] = row
	}
	return found
}

func changedStandings(before, after []Unit) []ChangedStanding {
	old, now := byUnit(before, func(u Unit) string { return u.UnitID }), byUnit(after, func(u Unit) string { return u.UnitID })
	var changed []ChangedStanding
	for _, id := range keysOf(old, now) {
		if old[id].Standing != now[id].Standing {
			changed = append(changed, ChangedStanding{id, cmp.Or(now[id].Name, old[id].Name), old[id].Standing, now[id].Standing})
		}
	}
	return changed
}

// Count is how many of each differ.
func (c Changes) Count(change string) int {
	n := 0
	for _, s := range c.Sources {
		if s.Change == change {
			n++
		}
	}
	return n
}
