package reports

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/services/internal/workbook"
)

// Columns that every sheet of records has; those of steps and figures follow from the cases.
const (
	columnCase     = "case"
	columnUnit     = "unit"
	columnPeriod   = "period"
	columnDue      = "due"
	columnNumber   = "number"
	columnReceived = "received"
	columnNote     = "note"
	sheetGuide     = "Hướng dẫn"
)

var caseColumn = workbook.Column{Key: columnCase, Heading: "Mã hồ sơ", Needed: true, Filled: true}

// stepsAsked are the steps of a case that a paper may tell of: those without which nothing is submitted, and that of the duty.
func stepsAsked(input *casefilev1.CaseInput) []*casefilev1.StepPolicy {
	var asked []*casefilev1.StepPolicy
	for _, step := range input.GetSteps() {
		if step.GetRequired() || step.GetId() == input.GetDutyStep() {
			asked = append(asked, step)
		}
	}
	return asked
}

func heldKey(step string) string       { return "held/" + step }
func factKey(step, fact string) string { return "fact/" + step + "/" + fact }

// recordTable is the sheet of an obligation: its cases, the day of each step, the figures that the steps ask for.
func recordTable(name string, inputs []*casefilev1.CaseInput) workbook.Table {
	table := workbook.Table{Sheet: name, Columns: []workbook.Column{
		caseColumn, {Key: columnUnit, Heading: "Đơn vị"}, {Key: columnPeriod, Heading: "Kỳ"}, {Key: columnDue, Heading: "Hạn", Kind: workbook.Day},
	}}
	known := map[string]bool{}
	for _, input := range inputs {
		for _, step := range stepsAsked(input) {
			for _, column := range stepColumns(input, step) {
				if !known[column.Key] {
					known[column.Key] = true
					table.Columns = append(table.Columns, column)
				}
			}
		}
	}
	table.Columns = append(table.Columns, workbook.Column{Key: columnNumber, Heading: "Số, ký hiệu văn bản", Most: mostDocument},
		workbook.Column{Key: columnReceived, Heading: "Ngày nhận", Kind: workbook.Day}, workbook.Column{Key: columnNote, Heading: "Ghi chú", Most: mostWords})
	return table
}

func stepColumns(input *casefilev1.CaseInput, step *casefilev1.StepPolicy) []workbook.Column {
	held := workbook.Column{Key: heldKey(step.GetId()), Heading: "Ngày thực hiện: " + step.GetTitleVi(), Kind: workbook.Day}
	if step.GetId() == input.GetDutyStep() {
		held.Heading, held.Also = "Ngày thực hiện", []string{held.Heading}
	}
	columns := []workbook.Column{held}
	for _, fact := range step.GetFacts() {
		column := workbook.Column{Key: factKey(step.GetId(), fact.GetKey()), Heading: step.GetTitleVi() + ": " + fact.GetTitleVi()}
		switch fact.GetKind() {
		case figures.KindCount:
			column.Kind = workbook.Count
		case figures.KindDay:
			column.Kind = workbook.Day
		case figures.KindFlag:
			column.Kind, column.Choices = workbook.Choice, []workbook.Option{{Code: "true", Word: "Có"}, {Code: "false", Word: "Không"}}
		case figures.KindChoice:
			column.Kind = workbook.Choice
			for _, one := range fact.GetChoices() {
				column.Choices = append(column.Choices, workbook.Option{Code: one, Word: one})
			}
		}
		columns = append(columns, column)
	}
	return columns
}

// openCase is a case of the template.
type openCase struct {
	input *casefilev1.CaseInput
	state *casefilev1.CaseState
	unit  string
}

var recordGuide = []string{
	"Nhập hồ sơ đã làm trên giấy trước khi hệ thống theo dõi: mỗi nhiệm vụ một trang tính, mỗi hồ sơ một dòng.",
	"Ngày thực hiện là ngày việc đã diễn ra. Ngày nhận là ngày văn bản đến cơ quan theo dõi; hồ sơ tính là nộp vào ngày đó, không phải ngày nhập.",
	"Có Ngày nhận thì phải có Số, ký hiệu văn bản và ngày của các bước: hồ sơ được nộp. Không có Ngày nhận: chỉ ghi các bước đã làm, hồ sơ vẫn đang thực hiện.",
	"Dòng nào để trống các ô cần nhập thì bỏ qua. Không sửa cột Mã hồ sơ; các cột Đơn vị, Kỳ, Hạn chỉ để đối chiếu.",
	"Ghi chú là giải trình khi ngày hoặc số liệu khác quy định.",
	"Tải lên ở trang Quản trị, mục Nhập hồ sơ giấy. Hệ thống kiểm tra hết rồi mới ghi; tải lại cùng tệp không ghi hai lần.",
	"Ô có công thức, ô gộp và trang tính ẩn không được nhận.",
}

// recordsTemplate writes the workbook in which the cases stand, one sheet an obligation.
func recordsTemplate(cases []openCase) ([]byte, error) {
	byObligation := map[string][]openCase{}
	for _, one := range cases {
		byObligation[one.input.GetObligationId()] = append(byObligation[one.input.GetObligationId()], one)
	}
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	if err := book.SetSheetName(book.GetSheetName(0), sheetGuide); err != nil {
		return nil, err
	}
	for i, line := range recordGuide {
		if err := book.SetCellStr(sheetGuide, fmt.Sprintf("A%d", i+1), line); err != nil {
			return nil, err
		}
	}
	if err := book.SetColWidth(sheetGuide, "A", "A", 110); err != nil {
		return nil, err
	}
	for _, obligation := range slices.Sorted(maps.Keys(byObligation)) {
		if err := writeRecordSheet(book, obligation, byObligation[obligation]); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", obligation, err)
		}
	}
	var out bytes.Buffer
	err := book.Write(&out)
	return out.Bytes(), err
}

func writeRecordSheet(book *excelize.File, name string, cases []openCase) error {
	if _, err := book.NewSheet(name); err != nil {
		return err
	}
	form := "dd/mm/yyyy"
	day, err := book.NewStyle(&excelize.Style{CustomNumFmt: &form})
	if err != nil {
		return err
	}
	heading, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	if err != nil {
		return err
	}
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	inputs := make([]*casefilev1.CaseInput, len(cases))
	for i, one := range cases {
		inputs[i] = one.input
	}
	table := recordTable(name, inputs)
	headings := make([]any, len(table.Columns))
	for i, column := range table.Columns {
		headings[i] = excelize.Cell{StyleID: heading, Value: column.Heading}
		width, style := 20.0, 0
		if i < 2 {
			width = 34
		}
		if column.Kind == workbook.Day {
			width, style = 14, day
		}
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
		if style != 0 {
			if err := out.SetColStyle(i+1, i+1, style); err != nil {
				return err
			}
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, XSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", headings); err != nil {
		return err
	}
	for i, one := range cases {
		if err := out.SetRow(fmt.Sprintf("A%d", i+2), []any{one.input.GetCaseId(), one.unit, one.input.GetPeriodId(), dayCell(one.state.GetDueDay(), day)}); err != nil {
			return err
		}
	}
	return out.Flush()
}

func dayCell(wire string, style int) any {
	parsed, err := calendar.ParseDate(wire)
	if err != nil {
		return nil
	}
	return excelize.Cell{StyleID: style, Value: time.Date(parsed.Year(), parsed.Month(), parsed.Day(), 0, 0, 0, 0, time.UTC)}
}
