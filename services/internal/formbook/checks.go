package formbook

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"nenep/rules/figures"
)

// mostFigure is the largest number that is stored.
const mostFigure = 999_999_999_999

// mostParts keeps a rule within the 255 characters that Excel allows it; the column of checks compares longer sums.
const mostParts = 8

// escaped is a formula as the rules of cells carry it.
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (w *writer) answerCell(id string) string { return fmt.Sprintf("$F$%d", w.line[id]) }

// beside are the row of another fact of the same section.
func (w *writer) beside(one row, key string) (row, bool) {
	id := rowKey(w.form.Section[one.section].Step.GetId(), key)
	for _, other := range w.rows {
		if other.id == id && !other.words {
			return other, true
		}
	}
	return row{}, false
}

// validate has Excel refuse what the cell cannot hold, with a sentence.
func (w *writer) validate(one row) error {
	rule := excelize.NewDataValidation(true)
	rule.Sqref = fmt.Sprintf("F%d", w.line[one.id])
	cell := rule.Sqref
	switch one.kind() {
	case figures.KindCount, figures.KindAmount:
		w.validateFigure(one, rule, cell)
	case figures.KindDay:
		rule.Type, rule.Operator, rule.Formula1, rule.Formula2 = "date", "between", "36526", "73050" // 2000 to 2099
		rule.SetError(excelize.DataValidationErrorStyleStop, "Chưa đúng", "Nhập ngày theo dạng ngày/tháng/năm, ví dụ 28/12/2026.")
		rule.SetInput("Ngày", "Nhập theo dạng ngày/tháng/năm.")
	case figures.KindChoice, figures.KindFlag:
		list, err := w.list(one)
		if err != nil {
			return err
		}
		rule.SetSqrefDropList(list)
		rule.SetError(excelize.DataValidationErrorStyleStop, "Chưa đúng", "Chọn một mục trong danh sách của ô.")
	default:
		return nil
	}
	return w.book.AddDataValidation(sheetFigures, rule)
}

func (w *writer) validateFigure(one row, rule *excelize.DataValidation, cell string) {
	whole, word := "", "số"
	if one.kind() == figures.KindCount {
		whole, word = fmt.Sprintf(",%s=INT(%s)", cell, cell), "số nguyên"
	}
	condition := fmt.Sprintf("ISNUMBER(%s),%s>=0,%s<=%d%s", cell, cell, cell, mostFigure, whole)
	text := "Nhập " + word + " không âm bằng chữ số."
	if one.kind() == figures.KindAmount {
		text = "Nhập số không âm bằng chữ số, dấu phẩy trước phần thập phân."
	}
	style, bound := excelize.DataValidationErrorStyleStop, false
	if limit, is := w.beside(one, one.fact.GetAtMost()); is {
		at := w.answerCell(limit.id)
		condition += fmt.Sprintf(",OR(%s=\"\",%s<=%s)", at, cell, at)
		text, bound = text+" Số này không lớn hơn mục "+limit.number+".", true
	}
	if parts, numbers := w.parts(one); len(parts) > 0 && len(parts) <= mostParts {
		condition += fmt.Sprintf(",OR(COUNT(%s)<%d,ROUND(%s-SUM(%s),4)=0)", strings.Join(parts, ","), len(parts), cell, strings.Join(parts, ","))
		text, bound = text+" Số này bằng tổng các mục "+strings.Join(numbers, ", ")+".", true
		style = excelize.DataValidationErrorStyleWarning // the parts may be corrected after their sum
	}
	rule.Type, rule.Formula1 = "custom", escaped.Replace("AND("+condition+")")
	rule.SetError(style, "Chưa đúng", text)
	if bound {
		rule.SetInput(one.number, text)
	}
}

// parts are the cells whose sum the figure is, and the numbers of their rows.
func (w *writer) parts(one row) (cells, numbers []string) {
	for _, key := range one.fact.GetSumOf() {
		part, is := w.beside(one, key)
		if !is {
			return nil, nil
		}
		cells, numbers = append(cells, w.answerCell(part.id)), append(numbers, part.number)
	}
	return cells, numbers
}

// list puts the words of a choice on the hidden sheet and answers where they stand.
func (w *writer) list(one row) (string, error) {
	w.listed++
	col := 4 + w.listed
	letter, err := excelize.ColumnNumberToName(col)
	if err != nil {
		return "", err
	}
	options := w.form.options(one)
	for i, option := range options {
		if err := w.put(sheetHidden, col, i+1, option.Word, w.styles.key); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s!$%s$1:$%s$%d", sheetHidden, letter, letter, len(options)), nil
}

// check writes the formula that says beside the cell what is missing or contradicts, in the order in which it is to be corrected.
func (w *writer) check(one row) error {
	cell := fmt.Sprintf("F%d", w.line[one.id])
	var cases [][2]string
	number := one.kind() == figures.KindCount || one.kind() == figures.KindAmount
	if number {
		cases = append(cases, [2]string{fmt.Sprintf("AND(%s<>\"\",NOT(ISNUMBER(%s)))", cell, cell), "Cần nhập bằng chữ số"})
		if limit, is := w.beside(one, one.fact.GetAtMost()); is {
			at := w.answerCell(limit.id)
			cases = append(cases, [2]string{fmt.Sprintf("AND(ISNUMBER(%s),ISNUMBER(%s),%s>%s)", cell, at, cell, at), "Lớn hơn mục " + limit.number})
		}
		if parts, numbers := w.parts(one); len(parts) > 0 {
			all := strings.Join(parts, ",")
			cases = append(cases, [2]string{fmt.Sprintf("AND(ISNUMBER(%s),COUNT(%s)=%d,ROUND(N(%s)-SUM(%s),4)<>0)", cell, all, len(parts), cell, all), "Khác tổng các mục " + strings.Join(numbers, ", ")})
		}
		cases = append(cases, w.askWords(one, cell)...)
	}
	if one.fact.GetRequired() {
		cases = append(cases, [2]string{cell + `=""`, "Cần nhập"})
	}
	if len(cases) == 0 {
		return nil
	}
	formula := `""`
	for i := len(cases) - 1; i >= 0; i-- {
		formula = fmt.Sprintf("IF(%s,\"%s\",%s)", cases[i][0], cases[i][1], formula)
	}
	return w.book.SetCellFormula(sheetFigures, fmt.Sprintf("G%d", w.line[one.id]), formula)
}

// askWords are the differences that ask for words as long as there are none.
func (w *writer) askWords(one row, cell string) [][2]string {
	section, line := w.form.Section[one.section], w.line[one.id]
	words := fmt.Sprintf("'%s'!$C$%d=\"\"", sheetWords, w.line[rowKey(section.Step.GetId(), wordsKey)])
	percent := one.fact.GetLastPercent()
	switch {
	case section.Known[one.fact.GetKey()] != "":
		return [][2]string{{fmt.Sprintf("AND(ISNUMBER(%s),N(%s)<>N($E%d),%s)", cell, cell, line, words), "Khác số trên hệ thống; ghi giải trình"}}
	case percent > 0 && section.Last[one.fact.GetKey()] != "":
		return [][2]string{{fmt.Sprintf("AND(ISNUMBER(%s),ABS(N(%s)-N($D%d))>N($D%d)*%d/100,%s)", cell, cell, line, line, percent, words), fmt.Sprintf("Lệch quá %d%% năm trước; ghi giải trình", percent)}}
	default:
		return nil
	}
}

func (w *writer) validateWords(one row) error {
	rule := excelize.NewDataValidation(true)
	rule.Sqref, rule.Type, rule.Operator, rule.Formula1 = fmt.Sprintf("C%d", w.line[one.id]), "textLength", "lessThanOrEqual", strconv.Itoa(one.most())
	rule.SetError(excelize.DataValidationErrorStyleStop, "Quá dài", fmt.Sprintf("Nội dung dài quá %d ký tự. Rút gọn hoặc đính kèm thành tệp ở trang hồ sơ.", one.most()))
	return w.book.AddDataValidation(sheetWords, rule)
}

// finishFigures marks what contradicts, freezes the headings and sets the page up.
func (w *writer) finishFigures() error {
	last := headingLine
	for _, one := range w.rows {
		if !one.words {
			last = max(last, w.line[one.id])
		}
	}
	wrong := fmt.Sprintf(`AND($G%d<>"",$G%d<>"Cần nhập")`, headingLine+1, headingLine+1)
	for _, area := range []string{"F", "G"} {
		reach := fmt.Sprintf("%s%d:%s%d", area, headingLine+1, area, last)
		if err := w.book.SetConditionalFormat(sheetFigures, reach, []excelize.ConditionalFormatOptions{{Type: "formula", Criteria: wrong, Format: &w.styles.wrong}}); err != nil {
			return err
		}
	}
	for _, one := range w.rows {
		if one.words || one.kind() != figures.KindAmount {
			continue
		}
		whole := fmt.Sprintf("AND(ISNUMBER(D%d),D%d=INT(D%d))", w.line[one.id], w.line[one.id], w.line[one.id])
		if err := w.book.SetConditionalFormat(sheetFigures, fmt.Sprintf("D%d:F%d", w.line[one.id], w.line[one.id]), []excelize.ConditionalFormatOptions{{Type: "formula", Criteria: whole, Format: &w.styles.whole}}); err != nil {
			return err
		}
	}
	return w.frozen(sheetFigures, "landscape", "G", last)
}

func (w *writer) finishWords() error {
	last := headingLine
	for _, one := range w.rows {
		if one.words {
			last = max(last, w.line[one.id])
		}
	}
	return w.frozen(sheetWords, "landscape", "D", last)
}

func (w *writer) frozen(sheet, orientation, lastColumn string, lastLine int) error {
	corner := fmt.Sprintf("A%d", headingLine+1)
	if err := w.book.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: headingLine, TopLeftCell: corner, ActivePane: "bottomLeft",
		Selection: []excelize.Selection{{SQRef: fmt.Sprintf("F%d", headingLine+1), ActiveCell: fmt.Sprintf("F%d", headingLine+1), Pane: "bottomLeft"}}}); err != nil {
		return err
	}
	return w.page(sheet, orientation, fmt.Sprintf("$A$1:$%s$%d", lastColumn, lastLine), fmt.Sprintf("$%d:$%d", headingLine, headingLine))
}

// page sets a sheet up for A4, as wide as the paper, with its headings on every page.
func (w *writer) page(sheet, orientation, area, repeated string) error {
	a4, wide, high, fit := 9, 1, 0, true
	if err := w.book.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	if err := w.book.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	side, top := 0.6, 0.7 // inches
	if err := w.book.SetPageMargins(sheet, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top}); err != nil {
		return err
	}
	foot := "&L" + strings.ReplaceAll(w.form.CaseID, "&", "&&") + "&RTrang &P/&N"
	if err := w.book.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: foot}); err != nil {
		return err
	}
	quoted := "'" + sheet + "'!"
	if err := w.book.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: quoted + area, Scope: sheet}); err != nil {
		return err
	}
	if repeated == "" {
		return nil
	}
	return w.book.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: quoted + repeated, Scope: sheet})
}
