package portal

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/xuri/excelize/v2"
	"nenep/rules/calendar"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// worksheet is one table of a workbook: a heading, rows of texts, whole numbers and days, and where they come from.
type worksheet struct {
	Name    string
	Columns []sheetColumn
	Rows    [][]any // string, int or calendar.Date; nil is an empty cell
}

type sheetColumn struct {
	Title string
	Width float64 // in characters
}

// sendWorkbook answers a file for Excel in which every text is a text: none is ever read as a formula.
func (p *portal) sendWorkbook(c echo.Context, name, view string, sheets ...worksheet) error {
	content, err := writeWorkbook(p.sourceLine(view), sheets)
	if err != nil {
		return err
	}
	setDownload(c, name+"-"+p.today().String()+".xlsx")
	return c.Blob(http.StatusOK, xlsxType, content)
}

// sourceLine says of an export or a printed page which system made it and when, and what it shows.
func (p *portal) sourceLine(view string) string {
	at := p.now().In(calendar.Zone)
	line := "Nguồn: hệ thống Nề Nếp"
	if agency := p.agency.name(); agency != "" {
		line += ", " + agency
	}
	line += ", lúc " + at.Format("15:04") + " ngày " + at.Format("02/01/2006") + "."
	if view != "" {
		line += " " + view
	}
	return line
}

func writeWorkbook(source string, sheets []worksheet) ([]byte, error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	styles, err := workbookStyles(book)
	if err != nil {
		return nil, err
	}
	for i, one := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), one.Name)
		} else {
			_, err = book.NewSheet(one.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("sheet %s: %w", one.Name, err)
		}
		if err := writeSheet(book, one, source, styles); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", one.Name, err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// cellStyles are the looks of a heading, a day and a text that may be long.
type cellStyles struct{ heading, day, text int }

func workbookStyles(book *excelize.File) (cellStyles, error) {
	var styles cellStyles
	dayForm := "dd/mm/yyyy"
	for at, style := range map[*int]*excelize.Style{
		&styles.heading: {Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "000000"}}},
		&styles.day:     {CustomNumFmt: &dayForm, Alignment: &excelize.Alignment{Vertical: "top"}},
		&styles.text:    {Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
	} {
		id, err := book.NewStyle(style)
		if err != nil {
			return styles, err
		}
		*at = id
	}
	return styles, nil
}

func writeSheet(book *excelize.File, one worksheet, source string, styles cellStyles) error {
	out, err := book.NewStreamWriter(one.Name)
	if err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	heading := make([]any, len(one.Columns))
	for i, col := range one.Columns {
		heading[i] = excelize.Cell{StyleID: styles.heading, Value: col.Title}
		if err := out.SetColWidth(i+1, i+1, col.Width); err != nil {
			return err
		}
	}
	rows := append([][]any{heading}, one.Rows...)
	for i, row := range append(rows, nil, []any{source}) {
		cells := make([]any, len(row))
		for j, value := range row {
			cells[j] = styled(value, styles, i > len(rows))
		}
		if err := out.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// styled makes a cell; a line that is no part of the table keeps to one line beyond its column.
func styled(value any, styles cellStyles, beyond bool) any {
	switch value := value.(type) {
	case calendar.Date:
		return excelize.Cell{StyleID: styles.day, Value: time.Date(value.Year(), value.Month(), value.Day(), 0, 0, 0, 0, time.UTC)}
	case string:
		if beyond {
			return excelize.Cell{Value: value}
		}
		return excelize.Cell{StyleID: styles.text, Value: value}
	default:
		return value
	}
}

// sheetDay is a wire day as a cell: a real date, nothing where there is none.
func sheetDay(wire string) any {
	parsed, err := calendar.ParseDate(wire)
	if err != nil {
		return nil
	}
	return parsed
}

// sheetAddress is the export of a view: the same filter, another form.
func sheetAddress(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
