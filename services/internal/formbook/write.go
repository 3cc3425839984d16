package formbook

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// Columns of the sheet of figures; the last is hidden.
const (
	columnNumber = iota + 1
	columnTitle
	columnUnit
	columnLast
	columnKnown
	columnAnswer
	columnCheck
	columnKey
)

// Columns of the sheet of words.
const (
	wordsNumber = iota + 1
	wordsTitle
	wordsAnswer
	wordsCount
	wordsKeys
)

// Headings by which columns are found again, wherever they were moved to.
const (
	headingTitle  = "Chỉ tiêu"
	headingAnswer = "Kỳ này"
	headingAsked  = "Nội dung cần báo cáo"
	headingWords  = "Trả lời"
	headingKey    = "Mã dòng"
)

// headingLine is where the headings stand on both sheets.
const headingLine = 4

var guide = []string{
	"Biểu này là của riêng đơn vị và kỳ ghi ở đầu trang tính “Số liệu”. Không dùng biểu của đơn vị khác, kỳ khác.",
	"Chỉ nhập ở các ô nền vàng; các ô khác được khóa. Ô để trống nghĩa là đơn vị không có số liệu.",
	"Cột “Cùng kỳ năm trước” là số đã báo cáo năm trước. Cột “Hệ thống có” là số tính từ các hồ sơ trên hệ thống, đã điền sẵn vào cột “Kỳ này”; sửa được khi có giải trình.",
	"Số thập phân dùng dấu phẩy trước phần thập phân: 1,04. Xem lại số hiện trong ô: máy cài dấu thập phân là dấu chấm đọc 1,04 thành 104; ở máy đó nhập 1.04.",
	"Ngày nhập theo dạng ngày/tháng/năm.",
	"Cột “Kiểm tra” nêu chỗ cần nhập và chỗ số liệu mâu thuẫn. Mục nào chưa có số liệu thì để trống cả mục.",
	"Nội dung trả lời bằng lời và giải trình nhập ở trang tính “Nội dung”; xuống dòng trong ô bằng Alt + Enter.",
	"Ô là công thức, ô gộp không được nhận: chép kết quả rồi dán giá trị vào ô.",
	"Nhập xong, lưu tệp dạng .xlsx rồi nộp ở trang hồ sơ, mục “Nộp biểu Excel”. Hệ thống cho xem lại từng số trước khi ghi; chưa bấm ghi thì chưa có gì được ghi.",
}

// writer writes one workbook.
type writer struct {
	form   Form
	book   *excelize.File
	styles styles
	rows   []row
	line   map[string]int // of a row, on its sheet
	listed int            // columns of choices on the hidden sheet
}

// Write writes the form as an .xlsx.
func Write(form Form) ([]byte, error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	w := &writer{form: form, book: book, rows: form.rows(), line: map[string]int{}}
	for _, do := range []func() error{w.prepare, w.figures, w.words, w.guide, w.hidden, w.protect} {
		if err := do(); err != nil {
			return nil, fmt.Errorf("write the form of %s: %w", form.CaseID, err)
		}
	}
	var out bytes.Buffer
	err := book.Write(&out)
	return out.Bytes(), err
}

func (w *writer) prepare() error {
	if err := w.book.SetSheetName(w.book.GetSheetName(0), sheetFigures); err != nil {
		return err
	}
	for _, name := range []string{sheetWords, sheetGuide, sheetHidden} {
		if _, err := w.book.NewSheet(name); err != nil {
			return err
		}
	}
	if err := w.book.SetDocProps(&excelize.DocProperties{Title: w.form.Title, Subject: w.form.CaseID, Creator: "Nề Nếp", Language: "vi-VN"}); err != nil {
		return err
	}
	figuresAt, wordsAt := headingLine, headingLine
	section := -1
	for _, one := range w.rows {
		at := &figuresAt
		if one.words {
			at = &wordsAt
		} else if one.section > section {
			section = one.section
			figuresAt++ // the line with the section's title
		}
		*at++
		w.line[one.id] = *at
	}
	var err error
	w.styles, err = newStyles(w.book)
	return err
}

// head writes what stands above the headings, and the headings.
func (w *writer) head(sheet, about string, columns []column) error {
	under := w.form.Unit + " · " + w.form.Period
	if w.form.Due != "" {
		under += " · Hạn nộp: " + w.form.Due
	}
	for i, line := range []struct {
		text  string
		style int
	}{{w.form.Title, w.styles.title}, {under, w.styles.unit}, {strings.TrimSpace(w.form.Window + " " + about), w.styles.plain}} {
		if err := w.put(sheet, 1, i+1, line.text, line.style); err != nil {
			return err
		}
	}
	for i, col := range columns {
		if err := w.put(sheet, i+1, headingLine, col.heading, w.styles.heading); err != nil {
			return err
		}
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := w.book.SetColWidth(sheet, letter, letter, col.width); err != nil {
			return err
		}
		if col.heading == headingKey {
			if err := w.book.SetColVisible(sheet, letter, false); err != nil {
				return err
			}
		}
	}
	return w.book.SetRowHeight(sheet, headingLine, 34)
}

type column struct {
	heading string
	width   float64
}

func (w *writer) put(sheet string, col, line int, value any, style int) error {
	cell, err := excelize.CoordinatesToCellName(col, line)
	if err != nil {
		return err
	}
	if err := w.book.SetCellStyle(sheet, cell, cell, style); err != nil {
		return err
	}
	switch value := value.(type) {
	case nil:
		return nil
	case string:
		if value == "" {
			return nil
		}
		return w.book.SetCellStr(sheet, cell, value) // never a formula, whatever it begins with
	default:
		return w.book.SetCellValue(sheet, cell, value)
	}
}

func (w *writer) figures() error {
	err := w.head(sheetFigures, "Chỉ nhập ở các ô nền vàng; cách nhập ở trang tính “Hướng dẫn”.", []column{{"Mục", 6}, {headingTitle, 56}, {"Đơn vị tính", 10}, {"Cùng kỳ năm trước", 13}, {"Hệ thống có", 13}, {headingAnswer, 17}, {"Kiểm tra", 38}, {headingKey, 30}})
	if err != nil {
		return err
	}
	section := -1
	for _, one := range w.rows {
		if one.words {
			continue
		}
		if one.section > section {
			section = one.section
			if err := w.section(section, w.line[one.id]-1); err != nil {
				return err
			}
		}
		if err := w.figure(one); err != nil {
			return err
		}
	}
	return w.finishFigures()
}

func (w *writer) section(number, line int) error {
	step := w.form.Section[number].Step
	title := step.GetTitleVi()
	if !step.GetRequired() {
		title += " (không bắt buộc)"
	}
	for col := columnNumber; col <= columnCheck; col++ {
		if err := w.put(sheetFigures, col, line, nil, w.styles.section); err != nil {
			return err
		}
	}
	if err := w.put(sheetFigures, columnNumber, line, strconv.Itoa(number+1), w.styles.sectionNumber); err != nil {
		return err
	}
	if err := w.put(sheetFigures, columnTitle, line, title, w.styles.section); err != nil {
		return err
	}
	return w.book.SetRowHeight(sheetFigures, line, 20)
}

func (w *writer) figure(one row) error {
	line, look := w.line[one.id], w.styles.of(one.kind())
	last, known := "", ""
	if one.section >= 0 {
		last, known = w.form.Section[one.section].Last[one.fact.GetKey()], w.form.Section[one.section].Known[one.fact.GetKey()]
	}
	for _, cell := range []struct {
		col   int
		value any
		style int
	}{
		{columnNumber, one.number, w.styles.number}, {columnTitle, one.title, w.styles.text}, {columnUnit, one.unit(), w.styles.centre},
		{columnLast, w.value(one, last), look.past}, {columnKnown, w.value(one, known), look.locked}, {columnAnswer, w.value(one, one.given), look.input},
		{columnCheck, nil, w.styles.check}, {columnKey, one.id, w.styles.key},
	} {
		if err := w.put(sheetFigures, cell.col, line, cell.value, cell.style); err != nil {
			return err
		}
	}
	if err := w.book.SetRowHeight(sheetFigures, line, height(one.title, 58)); err != nil {
		return err
	}
	if err := w.validate(one); err != nil {
		return err
	}
	return w.check(one)
}

// value is a stored answer as its cell holds it: numbers are numbers and days are days.
func (w *writer) value(one row, stored string) any {
	if stored == "" {
		return nil
	}
	switch one.kind() {
	case figures.KindCount, figures.KindAmount:
		if n, err := strconv.ParseFloat(strings.Replace(stored, ",", ".", 1), 64); err == nil {
			return n
		}
	case figures.KindDay:
		if day, err := calendar.ParseDate(stored); err == nil {
			return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
		}
	case figures.KindChoice, figures.KindFlag:
		return w.form.word(one, stored)
	}
	return stored
}

// height is that of a line whose text wraps after so many characters.
func height(text string, wraps int) float64 {
	lines := 0
	for _, part := range strings.Split(text, "\n") {
		lines += 1 + max(utf8.RuneCountInString(part)-1, 0)/wraps
	}
	return min(18*float64(max(lines, 1))+2, 400)
}

func (w *writer) words() error {
	about := "Trả lời ở các ô nền vàng; xuống dòng trong ô bằng Alt + Enter."
	if err := w.head(sheetWords, about, []column{{"Mục", 6}, {headingAsked, 42}, {headingWords, 88}, {"Số ký tự", 10}, {headingKey, 30}}); err != nil {
		return err
	}
	for _, one := range w.rows {
		if one.words {
			if err := w.answer(one); err != nil {
				return err
			}
		}
	}
	return w.finishWords()
}

func (w *writer) answer(one row) error {
	line := w.line[one.id]
	for _, cell := range []struct {
		col   int
		value any
		style int
	}{{wordsNumber, one.number, w.styles.number}, {wordsTitle, one.title, w.styles.text}, {wordsAnswer, one.given, w.styles.words}, {wordsCount, nil, w.styles.centre}, {wordsKeys, one.id, w.styles.key}} {
		if err := w.put(sheetWords, cell.col, line, cell.value, cell.style); err != nil {
			return err
		}
	}
	least := 50.0
	if one.fact != nil {
		least = 110
	}
	if err := w.book.SetRowHeight(sheetWords, line, max(least, height(one.title, 38), height(one.given, 84))); err != nil {
		return err
	}
	count := fmt.Sprintf("IF(C%d=\"\",\"\",LEN(C%d))", line, line)
	if one.fact.GetRequired() {
		count = fmt.Sprintf("IF(C%d=\"\",\"Cần nhập\",LEN(C%d))", line, line)
	}
	if err := w.book.SetCellFormula(sheetWords, fmt.Sprintf("D%d", line), count); err != nil {
		return err
	}
	return w.validateWords(one)
}

func (w *writer) guide() error {
	if err := w.book.SetColWidth(sheetGuide, "A", "A", 84); err != nil {
		return err
	}
	if err := w.put(sheetGuide, 1, 1, "Hướng dẫn nhập biểu", w.styles.title); err != nil {
		return err
	}
	for i, text := range guide {
		if err := w.put(sheetGuide, 1, i+2, strconv.Itoa(i+1)+". "+text, w.styles.free); err != nil {
			return err
		}
		if err := w.book.SetRowHeight(sheetGuide, i+2, height(text, 92)); err != nil {
			return err
		}
	}
	return w.page(sheetGuide, "portrait", "$A$1:$A$"+strconv.Itoa(len(guide)+1), "")
}

// hidden keeps whose form the file is and what stood in it when it was written.
func (w *writer) hidden() error {
	for i, pair := range [][2]string{{"case", w.form.CaseID}, {"form", w.form.Fingerprint()}, {"layout", layout}} {
		if err := w.put(sheetHidden, 1, i+1, pair[0], w.styles.key); err != nil {
			return err
		}
		if err := w.put(sheetHidden, 2, i+1, pair[1], w.styles.key); err != nil {
			return err
		}
	}
	for i, one := range w.rows {
		for col, text := range []string{one.id, one.baseline(one.given), one.record} {
			if err := w.put(sheetHidden, col+1, hiddenRows+i, text, w.styles.key); err != nil {
				return err
			}
		}
	}
	return w.book.SetSheetVisible(sheetHidden, false, true)
}

// layout is the edition of the sheets' arrangement, and hiddenRows the line from which the hidden one lists the form's rows.
const (
	layout     = "1"
	hiddenRows = 6
)

// protect locks everything but the inputs, without a password: it guards against slips, not against people.
func (w *writer) protect() error {
	for _, sheet := range []string{sheetFigures, sheetWords, sheetGuide} {
		err := w.book.ProtectSheet(sheet, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true})
		if err != nil {
			return err
		}
	}
	w.book.SetActiveSheet(0)
	return w.book.ProtectWorkbook(&excelize.WorkbookProtectionOptions{LockStructure: true})
}
