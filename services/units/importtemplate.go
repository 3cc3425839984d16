package units

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/services/internal/workbook"
)

// GetImportTemplate answers the workbook that ImportUnits reads, with what the register has today. Telephone numbers are left out: an
// empty cell leaves a number as it is.
func (s *server) GetImportTemplate(ctx context.Context, _ *connect.Request[unitsv1.GetImportTemplateRequest]) (*connect.Response[unitsv1.GetImportTemplateResponse], error) {
	audits, err := s.callerHolds(ctx, equal("positions.role", "auditor"))
	if err != nil {
		return nil, err
	}
	if !audits {
		if err := s.mayAdminister(ctx, "tải tệp mẫu của sổ đơn vị", "download the template of the register"); err != nil {
			return nil, err
		}
	}
	var now standing
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		now, err = s.standingRegister(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	content, err := registerTemplate(now)
	if err != nil {
		return nil, fmt.Errorf("write the template: %w", err)
	}
	return connect.NewResponse(&unitsv1.GetImportTemplateResponse{Content: content}), nil
}

// guide is what the first sheet says.
var guide = []string{
	"Tệp mẫu của sổ đơn vị: sửa hoặc thêm dòng ở các trang tính, lưu lại rồi tải lên ở trang Quản trị, mục Nhập đơn vị.",
	"Hệ thống kiểm tra trước, nêu từng thay đổi và từng lỗi kèm trang tính và ô; sau đó mới ghi, hoặc ghi đủ, hoặc không ghi gì.",
	"Dòng nào mang mã đã có trong hệ thống thì sửa dòng đó; mã chưa có thì thêm mới. Dòng không có trong tệp giữ nguyên, không bị xóa.",
	"Thứ tự cột tùy ý. Cột nào không cần sửa có thể xóa; trang tính nào không cần sửa có thể xóa.",
	"Chức vụ được nhận ra theo mã cán bộ, mã đơn vị, vai trò và từ ngày. Thôi giữ chức vụ: ghi đến ngày (ngày cuối cùng còn giữ).",
	"Cột Điện thoại để trống thì giữ số đang có. Cột Theo dõi từ ngày để trống: đơn vị mới được theo dõi từ ngày nhập.",
	"Ngày nhập theo dạng ngày/tháng/năm. Ô có công thức, ô gộp và trang tính ẩn không được nhận: dán giá trị, bỏ gộp, bỏ ẩn trước khi tải lên.",
	"Mã chỉ gồm chữ in hoa không dấu, chữ số và dấu nối. Mã đã dùng không dùng lại cho đơn vị khác.",
	"Tệp nặng nhiều nhất 4 MB, mỗi trang tính nhiều nhất 10.000 dòng.",
}

func registerTemplate(now standing) ([]byte, error) {
	template := &templateWriter{book: excelize.NewFile()}
	defer func() { _ = template.book.Close() }()
	template.begin()
	for _, table := range registerTables {
		template.table(table, now.rows[table.Sheet])
	}
	template.lists()
	if template.err != nil {
		return nil, template.err
	}
	var out bytes.Buffer
	err := template.book.Write(&out)
	return out.Bytes(), err
}

// templateWriter writes a workbook and keeps the first error.
type templateWriter struct {
	book               *excelize.File
	heading, day, text int
	choices            []workbook.Column // of the sheet of lists, one a column
	err                error
}

func (t *templateWriter) try(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *templateWriter) style(style *excelize.Style) int {
	id, err := t.book.NewStyle(style)
	t.try(err)
	return id
}

func (t *templateWriter) begin() {
	form, asText := "dd/mm/yyyy", "@"
	t.heading = t.style(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8F1F9"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "000000"}}})
	t.day = t.style(&excelize.Style{CustomNumFmt: &form})
	t.text = t.style(&excelize.Style{CustomNumFmt: &asText})
	t.try(t.book.SetSheetName(t.book.GetSheetName(0), sheetGuide))
	for i, line := range guide {
		t.try(t.book.SetCellStr(sheetGuide, fmt.Sprintf("A%d", i+1), line))
	}
	wrapped := t.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	t.try(t.book.SetColStyle(sheetGuide, "A", wrapped))
	t.try(t.book.SetColWidth(sheetGuide, "A", "A", 100))
}

// lastListed is down to which line a table's drop-downs reach.
const lastListed = 3000

func (t *templateWriter) table(table registerTable, rows []record) {
	_, err := t.book.NewSheet(table.Sheet)
	t.try(err)
	t.dropDowns(table)
	out, err := t.book.NewStreamWriter(table.Sheet)
	if err != nil {
		t.try(err)
		return
	}
	t.try(out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	headings := make([]any, len(table.Columns))
	for i, column := range table.Columns {
		headings[i] = excelize.Cell{StyleID: t.heading, Value: column.Heading}
		style := t.text
		switch column.Kind {
		case workbook.Day:
			style = t.day
		case workbook.Count, workbook.Choice:
			style = 0
		}
		t.try(out.SetColWidth(i+1, i+1, widthOf(column)))
		if style != 0 {
			t.try(out.SetColStyle(i+1, i+1, style))
		}
	}
	t.try(out.SetRow("A1", headings))
	for i, row := range rows {
		cells := make([]any, len(table.Columns))
		for j, column := range table.Columns {
			cells[j] = t.cell(table, column, row[column.Key])
		}
		t.try(out.SetRow(fmt.Sprintf("A%d", i+2), cells))
	}
	t.try(out.Flush())
}

func widthOf(column workbook.Column) float64 {
	switch {
	case column.Key == "name" || column.Key == "title":
		return 44
	case column.Kind == workbook.Day || column.Kind == workbook.Count:
		return 13
	default:
		return 24
	}
}

func (t *templateWriter) cell(table registerTable, column workbook.Column, value string) any {
	switch {
	case value == "" || table.Sheet == tableOfficials && column.Key == "phone":
		return nil
	case column.Kind == workbook.Day:
		if parsed, err := calendar.ParseDate(value); err == nil {
			return excelize.Cell{StyleID: t.day, Value: time.Date(parsed.Year(), parsed.Month(), parsed.Day(), 0, 0, 0, 0, time.UTC)}
		}
		return nil
	case column.Kind == workbook.Count:
		var n int
		if _, err := fmt.Sscan(value, &n); err == nil {
			return n
		}
		return nil
	default:
		return excelize.Cell{StyleID: t.text, Value: shown(column, value)}
	}
}

// pointsTo are the tables whose codes a column holds.
var pointsTo = map[string]map[string]string{
	tableAreas:     {"parent": tableAreas},
	tableUnits:     {"area": tableAreas, "parent": tableUnits, "superior": tableUnits, "reviewer": tableUnits},
	tablePositions: {"official": tableOfficials, "unit": tableUnits},
	tableBoards:    {"unit": tableUnits},
}

// dropDowns offer the words of a choice, and the codes of the table that a column points to: also those that are typed in below.
func (t *templateWriter) dropDowns(table registerTable) {
	for i, column := range table.Columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		t.try(err)
		from := ""
		if len(column.Choices) > 0 {
			from = t.listed(column)
		} else if other := pointsTo[table.Sheet][column.Key]; other != "" {
			from = fmt.Sprintf("'%s'!$A$2:$A$%d", other, lastListed)
		}
		if from == "" {
			continue
		}
		validation := excelize.NewDataValidation(true)
		validation.Sqref = fmt.Sprintf("%s2:%s%d", letter, letter, lastListed)
		validation.SetSqrefDropList(from)
		validation.SetError(excelize.DataValidationErrorStyleWarning, column.Heading, "Chọn một giá trị trong danh sách.")
		t.try(t.book.AddDataValidation(table.Sheet, validation))
	}
}

// listed gives the choices of a column a place on the sheet of lists.
func (t *templateWriter) listed(column workbook.Column) string {
	t.choices = append(t.choices, column)
	letter, err := excelize.ColumnNumberToName(len(t.choices))
	t.try(err)
	return fmt.Sprintf("'%s'!$%s$2:$%s$%d", sheetLists, letter, letter, len(column.Choices)+1)
}

func (t *templateWriter) lists() {
	_, err := t.book.NewSheet(sheetLists)
	t.try(err)
	for i, column := range t.choices {
		letter, err := excelize.ColumnNumberToName(i + 1)
		t.try(err)
		t.try(t.book.SetCellStr(sheetLists, letter+"1", column.Heading))
		t.try(t.book.SetColWidth(sheetLists, letter, letter, 30))
		for n, one := range column.Choices {
			t.try(t.book.SetCellStr(sheetLists, fmt.Sprintf("%s%d", letter, n+2), one.Word))
		}
	}
}
