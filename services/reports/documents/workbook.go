package documents

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"nenep/rules/figures"
)

// Workbook is the tables as .xlsx: figures are numbers, shown in the Vietnamese form where Excel is Vietnamese; text is never a formula.
func Workbook(sheets []Sheet) ([]byte, error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	looks, err := looksOf(book)
	if err != nil {
		return nil, err
	}
	for i, sheet := range sheets {
		name := sheetName(sheet.Name)
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), name)
		} else {
			_, err = book.NewSheet(name)
		}
		if err == nil {
			err = writeSheet(book, name, sheet, looks)
		}
		if err != nil {
			return nil, fmt.Errorf("write the sheet %s: %w", name, err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		return nil, fmt.Errorf("write a workbook: %w", err)
	}
	return out.Bytes(), nil
}

type looks struct{ head, text, bold, number int }

func looksOf(book *excelize.File) (looks, error) {
	var all looks
	var border []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "000000", Style: 1})
	}
	font := func(bold bool) *excelize.Font { return &excelize.Font{Family: "Times New Roman", Size: 12, Bold: bold} }
	wrap := &excelize.Alignment{WrapText: true, Vertical: "center"}
	number := "#,##0.####"
	for _, one := range []struct {
		id    *int
		style excelize.Style
	}{
		{&all.head, excelize.Style{Font: font(true), Border: border, Alignment: &excelize.Alignment{WrapText: true, Horizontal: "center", Vertical: "center"}}},
		{&all.text, excelize.Style{Font: font(false), Border: border, Alignment: wrap, NumFmt: 49}},
		{&all.bold, excelize.Style{Font: font(true), Border: border, Alignment: wrap, NumFmt: 49}},
		{&all.number, excelize.Style{Font: font(false), Border: border, CustomNumFmt: &number}},
	} {
		id, err := book.NewStyle(&one.style)
		if err != nil {
			return all, fmt.Errorf("write a workbook: %w", err)
		}
		*one.id = id
	}
	return all, nil
}

// writeSheet streams, so that thousands of rows cost no memory each.
func writeSheet(book *excelize.File, name string, sheet Sheet, look looks) error {
	stream, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	heads := make([]any, len(sheet.Columns))
	for i, c := range sheet.Columns {
		if err := stream.SetColWidth(i+1, i+1, min(60, max(6, c.Share*7))); err != nil {
			return err
		}
		heads[i] = excelize.Cell{StyleID: look.head, Value: c.Title}
	}
	if err := stream.SetRow("A1", []any{excelize.Cell{Value: sheet.About}}); err != nil {
		return err
	}
	if err := stream.SetRow("A2", heads); err != nil {
		return err
	}
	for i, line := range sheet.Lines {
		if err := stream.SetRow("A"+strconv.Itoa(i+3), cellsOf(sheet.Columns, line, look)); err != nil {
			return err
		}
	}
	return stream.Flush()
}

func cellsOf(columns []Column, line Line, look looks) []any {
	cells := make([]any, len(columns))
	for i, column := range columns {
		cell := excelize.Cell{StyleID: look.text, Value: ""}
		if line.Bold {
			cell.StyleID = look.bold
		}
		if i < len(line.Cells) {
			cell.Value = line.Cells[i]
			if number, ok := numberOf(line.Cells[i]); ok && column.Figure {
				cell.StyleID, cell.Value = look.number, number
			}
		}
		cells[i] = cell
	}
	return cells
}

func numberOf(stored string) (float64, bool) {
	n, err := figures.ParseNumber(stored)
	if err != nil {
		return 0, false
	}
	value, err := strconv.ParseFloat(strings.ReplaceAll(n.Wire(), ",", "."), 64)
	return value, err == nil
}

func sheetName(name string) string {
	name = strings.NewReplacer(":", " ", "\\", " ", "/", " ", "?", " ", "*", " ", "[", " ", "]", " ").Replace(name)
	if letters := []rune(name); len(letters) > 31 {
		name = string(letters[:31])
	}
	return name
}
