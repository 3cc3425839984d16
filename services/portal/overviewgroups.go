package portal

import (
	"cmp"
	"slices"
	"strings"

	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/figures"
)

// mostUnits is how many units the map shows one by one before it begins with groups of them.
const mostUnits = 200

// unitFamily is units that stand in one row of the map: of one kind, or under one body.
type unitFamily struct {
	ID, Name string
	Units    int
	Href     string // the same map, only of them
	Cells    []familyCell
	All      familyCell
	filter   overviewFilter
}

// familyCell counts what the units of a family owe of an obligation; it opens its list.
type familyCell struct {
	Key                  string // class: the darker, the larger the share that is overdue
	Late, Owed, Accepted int
	Href                 string
}

// Share is the part that is overdue, in words.
func (c familyCell) Share() string { return figures.Share(int64(c.Late), int64(c.Owed)) }

// familyFill is the darkness of a cell by the share of its cases that is overdue.
func familyFill(late, owed int) string {
	switch {
	case owed == 0:
		return "none"
	case late == 0:
		return "clear"
	case late*100 <= owed*5:
		return "late-1"
	case late*100 <= owed*15:
		return "late-2"
	case late*100 <= owed*30:
		return "late-3"
	default:
		return "late-4"
	}
}

// familiesOf puts units into families, first by kind and within a kind by the body above them; nil where the map shows unit by unit.
func familiesOf(units []*unitsv1.Unit, filter overviewFilter, names map[string]*unitsv1.Unit) []*unitFamily {
	if filter.Each || filter.Unit != "" || filter.Above != "" || len(units) <= mostUnits {
		return nil
	}
	of := map[string]*unitFamily{}
	for _, unit := range units {
		opened := filter
		id, name := unit.GetKind(), kindWord(unit.GetKind())
		opened.Kind, opened.Page = id, 1
		if filter.Kind != "" {
			id = above(unit)
			name = aboveName(id, names)
			opened.Kind, opened.Above = filter.Kind, id
		}
		if of[id] == nil {
			of[id] = &unitFamily{ID: id, Name: name, Href: opened.Address(), filter: opened}
		}
		of[id].Units++
	}
	families := make([]*unitFamily, 0, len(of))
	for _, family := range of {
		families = append(families, family)
	}
	if len(families) < 2 && filter.Kind != "" {
		return nil
	}
	return families
}

// groupsFor are the families as the register counts them.
func groupsFor(families []*unitFamily, units []*unitsv1.Unit, filter overviewFilter) []*reportsv1.UnitGroup {
	of := map[string]*reportsv1.UnitGroup{}
	var groups []*reportsv1.UnitGroup
	for _, family := range families {
		of[family.ID] = &reportsv1.UnitGroup{Id: family.ID}
		groups = append(groups, of[family.ID])
	}
	for _, unit := range units {
		id := unit.GetKind()
		if filter.Kind != "" {
			id = above(unit)
		}
		if of[id] != nil {
			of[id].UnitIds = append(of[id].UnitIds, unit.GetId())
		}
	}
	return groups
}

// fillFamilies gives each family its figures, the one with the largest share overdue first.
func fillFamilies(families []*unitFamily, columns []column, counts []*reportsv1.GroupCount) []*unitFamily {
	type at struct{ family, obligation string }
	of := map[at]*reportsv1.GroupCount{}
	for _, count := range counts {
		of[at{count.GetGroupId(), count.GetObligationId()}] = count
	}
	for _, family := range families {
		for _, col := range columns {
			count := of[at{family.ID, col.Code}]
			one := family.cell(col.Code, int(count.GetLate()), int(count.GetOwed()), int(count.GetAccepted()))
			family.Cells = append(family.Cells, one)
			family.All.Late, family.All.Owed, family.All.Accepted = family.All.Late+one.Late, family.All.Owed+one.Owed, family.All.Accepted+one.Accepted
		}
		family.All = family.cell("", family.All.Late, family.All.Owed, family.All.Accepted)
	}
	slices.SortFunc(families, func(a, b *unitFamily) int {
		return cmp.Or(b.All.Late*max(1, a.All.Owed)-a.All.Late*max(1, b.All.Owed), b.All.Owed-a.All.Owed, strings.Compare(a.Name, b.Name))
	})
	return families
}

func (f *unitFamily) cell(obligation string, late, owed, accepted int) familyCell {
	list := f.filter
	if obligation != "" {
		list.Obligation, list.Group = obligation, ""
	}
	one := familyCell{Key: familyFill(late, owed), Late: late, Owed: owed, Accepted: accepted}
	switch {
	case late > 0 && obligation == "":
		one.Href = list.OverdueShown()
	case late > 0:
		one.Href = list.Overdue(list.Least)
	case owed > 0 && obligation != "":
		one.Href = list.AsList()
	}
	return one
}
