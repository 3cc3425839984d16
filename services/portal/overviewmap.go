package portal

import (
	"cmp"
	"context"
	"slices"
	"strings"

	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// mapCells is how many cells a page of the map has at most, so that it stays under 150 kB: a hundred units by ten obligations, fewer units
// where there are more columns.
const (
	mapCells = 1000
	mapRows  = 100
	fewRows  = 20
)

func rowsFor(columns int) int { return max(fewRows, min(mapRows, mapCells/max(1, columns))) }

// lateness is how much of a unit is late: the number of its cases and the longest.
type lateness struct{ cases, days int }

// lateUnits is what the register counted, by unit.
type lateUnits map[string]*reportsv1.UnitSummary

// shownOf is what of the unit is late in the columns shown.
func (l lateUnits) shownOf(unit string) lateness {
	return lateness{int(l[unit].GetShownLate()), int(l[unit].GetShownLongestLate())}
}

// rank puts the unit that is late for longest first; one that is late for no whole working day comes before one that is not late.
func (l lateness) rank() int {
	if l.cases == 0 {
		return 0
	}
	return l.days + 1
}

// rowsOf decides which units are rows, the latest first.
func (p *portal) rowsOf(ctx context.Context, filter overviewFilter, columns []column, units []*unitsv1.Unit, summary lateUnits) ([]*unitsv1.Unit, error) {
	kinds := p.kindsOwing(columns)
	wanted := map[string]bool{}
	for id, unit := range summary {
		wanted[id] = unit.GetShownLate() > 0 || filter.narrows()
	}
	var rows []*unitsv1.Unit
	for _, unit := range units {
		if wanted[unit.GetId()] || !filter.narrows() && (kinds == nil || kinds[unit.GetKind()]) {
			rows = append(rows, unit)
		}
		delete(wanted, unit.GetId())
	}
	ended, err := p.endedUnits(ctx, wanted)
	if err != nil {
		return nil, err
	}
	rows = append(rows, ended...)
	slices.SortFunc(rows, func(a, b *unitsv1.Unit) int {
		one, other := summary.shownOf(a.GetId()), summary.shownOf(b.GetId())
		return cmp.Or(other.rank()-one.rank(), other.cases-one.cases, strings.Compare(a.GetName(), b.GetName()), strings.Compare(a.GetId(), b.GetId()))
	})
	return rows, nil
}

// endedUnits are the units that no longer exist and still have cases.
func (p *portal) endedUnits(ctx context.Context, wanted map[string]bool) ([]*unitsv1.Unit, error) {
	var ids []string
	for id, is := range wanted {
		if is {
			ids = append(ids, id)
		}
	}
	found, err := p.unitsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var ended []*unitsv1.Unit
	for _, unit := range found {
		ended = append(ended, unit)
	}
	return ended, nil
}

// fillMap reads only the cases of the units on this page.
func (p *portal) fillMap(ctx context.Context, view *overviewView, rows []*unitsv1.Unit) error {
	view.rowsAPage = rowsFor(len(view.Columns))
	first := min((view.Filter.Page-1)*view.rowsAPage, len(rows))
	shown := rows[first:min(first+view.rowsAPage, len(rows))]
	view.span(len(rows), len(shown))
	if len(shown) == 0 {
		return nil
	}
	ids := make([]string, len(shown))
	for i, unit := range shown {
		ids[i] = unit.GetId()
	}
	items, err := p.itemsOf(ctx, view.Filter.request(ids))
	if err != nil {
		return err
	}
	view.Columns = p.withUndeclared(view.Columns, items)
	absence, err := p.absences(ctx, view.Filter, shown)
	if err != nil {
		return err
	}
	of := byUnit(items)
	for _, unit := range shown {
		row := rowOf(view, unit, of[unit.GetId()], absence)
		if len(shown)*len(view.Columns) > tersely {
			for i := range row.Cells {
				row.Cells[i].shorten()
			}
		}
		view.Rows = append(view.Rows, row)
	}
	return nil
}

// tersely is from how many cells on their hidden words are short ones: what the numbers count stands in the caption.
const tersely = 600

var shortWords = map[string]string{"accepted": "hoàn thành", "submitted": "đã nộp", "due-soon": "còn"}

// shorten takes from the cell what the caption, the shape and the absence of a colour say already.
func (c *cell) shorten() {
	if short := shortWords[c.Key]; short != "" && c.Number != "0" {
		c.Hidden = short
	}
	c.Unit = ""
	if c.Key == "accepted" {
		c.Key = ""
	}
}

func byUnit(items []item) map[string][]item {
	of := map[string][]item{}
	for _, it := range items {
		of[it.GetUnitId()] = append(of[it.GetUnitId()], it)
	}
	return of
}

// rowOf is a unit with its cases, one cell a column.
func rowOf(view *overviewView, unit *unitsv1.Unit, items []item, absence func(*unitsv1.Unit, string) absent) overviewRow {
	row := overviewRow{Unit: unit, Href: view.Filter.OverdueInRow(unit.GetId())}
	for _, col := range view.Columns {
		var here []item
		for _, it := range items {
			if it.GetObligationId() == col.Code {
				here = append(here, it)
			}
		}
		if len(here) == 0 {
			why := absence(unit, col.Code)
			row.Cells = append(row.Cells, cell{standing: why.standing})
			if why.Reason != "" {
				view.Absent = append(view.Absent, unit.GetName()+" · "+col.Short+": "+why.Reason)
			}
			continue
		}
		for _, it := range here {
			if it.Standing.Overdue {
				row.Late++
			}
		}
		row.Cells = append(row.Cells, cellOf(here, view.Filter.ofUnit(unit.GetId(), col.Code)))
	}
	return row
}

// mostReasons is how many cells without a case the page explains; the page of one unit explains them all.
const mostReasons = 40

// Reasons are the explanations that the page shows.
func (v *overviewView) Reasons() []string { return v.Absent[:min(mostReasons, len(v.Absent))] }

// MoreReasons is how many are left to a narrower filter.
func (v *overviewView) MoreReasons() int { return len(v.Absent) - len(v.Reasons()) }

// cellOf shows the case that most needs somebody; several cases open their list.
func cellOf(here []item, list string) cell {
	slices.SortStableFunc(here, func(a, b item) int {
		return cmp.Or(urgency(b)-urgency(a), b.Standing.Late-a.Standing.Late, strings.Compare(b.GetState().GetDueDay(), a.GetState().GetDueDay()))
	})
	first := here[0]
	shown := cell{standing: first.Standing, Href: first.URL(), More: len(here) - 1, Extra: first.GetState().GetExtended()}
	if shown.More > 0 {
		shown.Href = list
	}
	return shown
}

func urgency(it item) int {
	switch {
	case it.Standing.Overdue:
		return 4
	case it.Standing.Key == "returned":
		return 3
	case it.Standing.Waiting:
		return 2
	case it.Standing.Key == "submitted":
		return 1
	default:
		return 0
	}
}

// withUndeclared adds a column for cases of obligations the catalogue no longer declares.
func (p *portal) withUndeclared(columns []column, items []item) []column {
	edition := p.edition()
	for _, it := range items {
		if edition != nil && edition.Obligation(it.GetObligationId()) != nil {
			continue
		}
		if !slices.ContainsFunc(columns, func(c column) bool { return c.Code == it.GetObligationId() }) {
			columns = append(columns, column{it.GetObligationId(), it.GetObligationId(), it.GetTitleVi()})
		}
	}
	return columns
}

func (p *portal) columns(filter overviewFilter) []column {
	var columns []column
	edition := p.edition()
	if edition == nil {
		return nil
	}
	for _, o := range edition.Obligations {
		if o.CarriedBy == nil && (filter.Obligation == o.Code || filter.Obligation == "" && groupOf(o.Pattern) == filter.group()) {
			columns = append(columns, column{o.Code, cmp.Or(o.ShortTitle.VI, o.Code), o.Title.VI})
		}
	}
	return columns
}

// kindsOwing are the kinds of unit that owe one of the columns; nil, while no catalogue is in force, is every kind.
func (p *portal) kindsOwing(columns []column) map[string]bool {
	edition := p.edition()
	if edition == nil {
		return nil
	}
	kinds := map[string]bool{}
	for _, col := range columns {
		if o := edition.Obligation(col.Code); o != nil {
			for _, span := range o.Obliged.Kinds {
				kinds[span.Kind] = true
			}
		}
	}
	return kinds
}
