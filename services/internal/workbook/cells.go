package workbook

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Cell is what stands in one cell. The stored result of a formula is not its content: what a program wrote there last proves nothing.
type Cell struct {
	Raw     string // as stored: digits with a point before decimals for a number
	Formula bool
	Number  bool
	Day     bool // a number that the cell shows as a day
	Percent bool // a number that the cell shows in percent
	Truth   bool // TRUE or FALSE
	Broken  bool // "#REF!" and its like

	date1904 bool
}

// Grid is a sheet as its lines, for tables whose rows are found by a key.
type Grid struct {
	Sheet string // as the file writes it
	Lines [][]string
	book  *Book
}

// Grid reads the sheet of the name; there is none when the workbook has no such sheet, or it cannot be read.
func (b *Book) Grid(sheet string) (Grid, bool) {
	name := b.named(sheet)
	if name == "" {
		return Grid{}, false
	}
	lines, err := b.file.GetRows(name, excelize.Options{RawCellValue: true})
	return Grid{Sheet: name, Lines: lines, book: b}, err == nil
}

// Text is the raw content at a column and a line, both counted from 1; empty beyond the sheet's end.
func (g Grid) Text(column, line int) string {
	if line < 1 || line > len(g.Lines) || column < 1 || column > len(g.Lines[line-1]) {
		return ""
	}
	return g.Lines[line-1][column-1]
}

// At is the cell at a column and a line, both counted from 1, and its name.
func (g Grid) At(column, line int) (Cell, string) {
	ref, err := excelize.CoordinatesToCellName(column, line)
	if err != nil {
		return Cell{Broken: true}, ""
	}
	cell := Cell{Raw: g.Text(column, line), date1904: g.book.date1904}
	formula, err := g.book.file.GetCellFormula(g.Sheet, ref)
	cell.Formula = err != nil || formula != ""
	kind, err := g.book.file.GetCellType(g.Sheet, ref)
	cell.Broken = err != nil || kind == excelize.CellTypeError
	cell.Truth = kind == excelize.CellTypeBool
	cell.Number = cell.Raw != "" && (kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber || kind == excelize.CellTypeDate)
	if cell.Number {
		cell.Day, cell.Percent = kind == excelize.CellTypeDate || g.book.showsDay(g.Sheet, ref), g.book.showsPercent(g.Sheet, ref)
	}
	return cell, ref
}

// AsDay is the day that the cell holds as "yyyy-mm-dd", or the sentences that tell why it is none.
func (c Cell) AsDay() (value, vi, en string) {
	return typed{raw: c.Raw, number: c.Number, day: c.Day}.asDay(c.date1904)
}

// AsChoice is the code of the option that the cell names, or the sentences that tell why it names none.
func (c Cell) AsChoice(options []Option) (code, vi, en string) {
	return typed{raw: c.Raw}.asChoice(Column{Choices: options})
}

// Merged are the ranges of merged cells, as "B7:C8".
func (g Grid) Merged() []string {
	found, err := g.book.file.GetMergeCells(g.Sheet)
	if err != nil {
		return nil
	}
	ranges := make([]string, len(found))
	for i, one := range found {
		ranges[i] = one.GetStartAxis() + ":" + one.GetEndAxis()
	}
	return ranges
}

// Hidden tells whether the sheet of the name is hidden.
func (b *Book) Hidden(sheet string) bool {
	seen, err := b.file.GetSheetVisible(sheet)
	return err != nil || !seen
}

// Spilled are the cells or ranges of the workbook whose formulas do not stand in them: an array formula is borne by its first cell alone, and
// the others look like values.
func (b *Book) Spilled() []string { return b.spilled }

func (b *Book) showsPercent(sheet, cell string) bool {
	id, err := b.file.GetCellStyle(sheet, cell)
	if err != nil || id == 0 {
		return false
	}
	if known, is := b.percents[id]; is {
		return known
	}
	b.percents[id] = b.hasPercent(id)
	return b.percents[id]
}

func (b *Book) hasPercent(id int) bool {
	style, err := b.file.GetStyle(id)
	if err != nil {
		return false
	}
	if style.NumFmt == 9 || style.NumFmt == 10 {
		return true
	}
	return style.CustomNumFmt != nil && strings.Contains(*style.CustomNumFmt, "%")
}

// Short keeps a sentence readable whatever stands in the cell.
func Short(raw string) string { return short(raw) }

// Fault is a fault of the grid's cell at a column and a line.
func (g Grid) Fault(column, line int, key, vi, en string) Fault {
	ref, err := excelize.CoordinatesToCellName(column, line)
	if err != nil {
		ref = fmt.Sprintf("A%d", line)
	}
	return At(g.Sheet, ref, line, key, vi, en)
}
