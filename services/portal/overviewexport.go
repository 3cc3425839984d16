package portal

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// exportOverview is the overview for Excel with the same filter: units and obligations where the map is shown, and always every case
// behind it.
func (p *portal) exportOverview(c echo.Context) error {
	if !personOf(c).Oversees() {
		return p.refuseStranger("xem bảng theo dõi", "các đơn vị khác")
	}
	ctx, filter := c.Request().Context(), readFilter(c.QueryParams())
	within, err := p.scopeOf(ctx, filter)
	if err != nil {
		return err
	}
	var items []item
	if !within.none() {
		if items, err = p.itemsOf(ctx, filter.request(within.matched)); err != nil {
			return err
		}
	}
	sheets := []worksheet{p.casesSheet("Hồ sơ", items)}
	if !filter.List && !within.none() {
		grid, err := p.mapSheet(ctx, filter, within.units, items)
		if err != nil {
			return err
		}
		sheets = append([]worksheet{grid}, sheets...)
	}
	return p.sendWorkbook(c, "bang-theo-doi", "", sheets...)
}

// mapSheet writes the whole map in words, the latest unit first.
func (p *portal) mapSheet(ctx context.Context, filter overviewFilter, units []*unitsv1.Unit, items []item) (worksheet, error) {
	view := &overviewView{Filter: filter, Columns: p.columns(filter)}
	rows, err := p.rowsOf(ctx, filter, view.Columns, units, summaryOf(items, view.Columns))
	if err != nil {
		return worksheet{}, err
	}
	of := byUnit(items)
	view.Columns = p.withUndeclared(view.Columns, items)
	absence, err := p.absences(ctx, filter, rows)
	if err != nil {
		return worksheet{}, err
	}
	one := worksheet{Name: "Đơn vị và nhiệm vụ", Columns: []sheetColumn{{"Đơn vị", 36}, {"Số hồ sơ quá hạn", 12}}}
	for _, col := range view.Columns {
		one.Columns = append(one.Columns, sheetColumn{col.Code + " · " + col.Title, 22})
	}
	for _, unit := range rows {
		row := rowOf(view, unit, of[unit.GetId()], absence)
		cells := []any{unit.GetName(), row.Late}
		for _, cell := range row.Cells {
			cells = append(cells, cell.words())
		}
		one.Rows = append(one.Rows, cells)
	}
	return one, nil
}

// summaryOf counts the cases as the register does: an export has them all at hand.
func summaryOf(items []item, columns []column) lateUnits {
	summary := lateUnits{}
	for _, it := range items {
		unit := summary[it.GetUnitId()]
		if unit == nil {
			unit = &reportsv1.UnitSummary{UnitId: it.GetUnitId()}
			summary[it.GetUnitId()] = unit
		}
		unit.Total++
		if it.Standing.Overdue && slices.ContainsFunc(columns, func(c column) bool { return c.Code == it.GetObligationId() }) {
			unit.ShownLate++
			unit.ShownLongestLate = max(unit.ShownLongestLate, int32(it.Standing.Late)) //nolint:gosec // working days of a few years
		}
	}
	return summary
}

// words are what the cell shows, for where there is neither shape nor colour.
func (c cell) words() string {
	text := sentenceCase(firstOf(c.Word, c.Hidden))
	if c.Extra {
		text += ", đã gia hạn"
	}
	if c.More > 0 {
		text += " (và " + number(int64(c.More)) + " hồ sơ khác)"
	}
	return text
}

// casesSheet is a list of cases with everything a list shows, days as days and counts as numbers.
func (p *portal) casesSheet(name string, items []item) worksheet {
	one := worksheet{Name: name, Columns: []sheetColumn{
		{"Mã hồ sơ", 30}, {"Mã nhiệm vụ", 12}, {"Nhiệm vụ", 44}, {"Kỳ", 18}, {"Mã đơn vị", 18}, {"Đơn vị", 32}, {"Hạn", 12}, {"Tình trạng", 32},
		{"Số ngày làm việc quá hạn", 12}, {"Đã gia hạn", 10}, {"Ngày của mức nhắc tiếp theo", 14}, {"Mức nhắc tiếp theo", 32}, {"Nơi nhận", 24},
	}}
	for _, it := range items {
		var next nextRung
		if it.Standing.Waiting {
			next = p.nextRungOf(it)
		}
		extended, late := "", any(nil)
		if it.GetState().GetExtended() {
			extended = "có"
		}
		if it.Standing.Overdue || it.Standing.Late > 0 {
			late = it.Standing.Late
		}
		one.Rows = append(one.Rows, []any{
			it.GetId(), it.GetObligationId(), firstOf(it.GetTitleVi(), it.GetObligationId()), sentenceCase(periodName(it.GetPeriodId())), it.GetUnitId(), it.UnitName,
			sheetDay(it.GetState().GetDueDay()), it.Standing.Word, late, extended, sheetDay(next.Day), sentenceCase(next.What), sentenceCase(next.Whom),
		})
	}
	return one
}
