package workbook

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"
)

// headingsWithin is how far down the headings may stand, below a title.
const headingsWithin = 10

// Read reads a table; there is none when the workbook has no such sheet. Rows without any value are passed over. With faults the rows
// are those that could be read.
func (b *Book) Read(table Table) (sheet Sheet, there bool, faults []Fault) {
	name := b.named(table.Sheet)
	if name == "" {
		return Sheet{}, false, nil
	}
	lines, err := b.file.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		return Sheet{Name: name}, true, []Fault{{Sheet: name, VI: fmt.Sprintf("Trang tính “%s” đọc chưa được. Lưu lại tệp bằng Excel rồi tải lên.", name),
			EN: fmt.Sprintf("The sheet %q cannot be read. Save the file with Excel again and upload it.", name)}}
	}
	read := &reading{book: b, table: table, sheet: Sheet{Name: name, Letters: map[string]string{}}}
	if read.merged() || !read.headings(lines) {
		return read.sheet, true, read.faults
	}
	for i := read.sheet.Heading; i < len(lines); i++ {
		read.row(i+1, lines[i])
	}
	return read.sheet, true, read.faults
}

type reading struct {
	book   *Book
	table  Table
	sheet  Sheet
	at     []int // the place of the nth column of the table; -1 = not there
	faults []Fault
}

func (r *reading) add(cell string, line int, key, vi, en string) {
	r.faults = append(r.faults, At(r.sheet.Name, cell, line, key, vi, en))
}

// merged cells hold one value for several: whose it is nobody can know.
func (r *reading) merged() bool {
	found, err := r.book.file.GetMergeCells(r.sheet.Name)
	if err != nil {
		return false
	}
	for i, one := range found {
		if i == 20 {
			break
		}
		_, line, _ := excelize.CellNameToCoordinates(one.GetStartAxis())
		r.add(one.GetStartAxis()+":"+one.GetEndAxis(), line, "", "các ô đang gộp. Bỏ gộp ô rồi nhập từng ô.", "the cells are merged. Take them apart and fill in each.")
	}
	return len(found) > 0
}

// headings finds the line with the names of the columns.
func (r *reading) headings(lines [][]string) bool {
	for i := range min(len(lines), headingsWithin) {
		at, known := r.columnsOf(lines[i])
		if known < min(2, len(r.table.Columns)) {
			continue
		}
		r.at, r.sheet.Heading = at, i+1
		for n, column := range r.table.Columns {
			if at[n] >= 0 {
				r.sheet.Letters[column.Key], _ = excelize.ColumnNumberToName(at[n] + 1)
			}
		}
		r.strangeColumns(lines[i])
		return len(r.faults) == 0
	}
	var names []string
	for _, column := range r.table.Columns {
		if column.Needed {
			names = append(names, column.Heading)
		}
	}
	r.faults = append(r.faults, Fault{Sheet: r.sheet.Name, VI: fmt.Sprintf("Trang tính “%s” không có dòng tiêu đề. Thêm dòng tên cột: %s.", r.sheet.Name, strings.Join(names, ", ")),
		EN: fmt.Sprintf("The sheet %q has no line of headings. Add one.", r.sheet.Name)})
	return false
}

func (r *reading) columnsOf(line []string) (at []int, known int) {
	at = make([]int, len(r.table.Columns))
	for n, column := range r.table.Columns {
		at[n] = slices.IndexFunc(line, column.called)
		if at[n] >= 0 {
			known++
		}
	}
	return at, known
}

func (c Column) called(heading string) bool {
	folded := Fold(heading)
	return folded != "" && (folded == Fold(c.Heading) || folded == Fold(c.Key) || slices.ContainsFunc(c.Also, func(other string) bool { return Fold(other) == folded }))
}

// strangeColumns: a column that is missing, is there twice or is not known would be lost without a word.
func (r *reading) strangeColumns(line []string) {
	for n, column := range r.table.Columns {
		if r.at[n] < 0 && column.Needed {
			r.faults = append(r.faults, Fault{Sheet: r.sheet.Name, Line: r.sheet.Heading, Key: column.Key,
				VI: fmt.Sprintf("Trang tính “%s”: thiếu cột “%s”. Thêm cột này, để trống ô nếu không có số liệu.", r.sheet.Name, column.Heading),
				EN: fmt.Sprintf("Sheet %q: the column %q is missing. Add it; its cells may stay empty.", r.sheet.Name, column.Heading)})
		}
	}
	seen := map[int]bool{}
	for at, heading := range line {
		n := slices.IndexFunc(r.table.Columns, func(c Column) bool { return c.called(heading) })
		cell, _ := excelize.CoordinatesToCellName(at+1, r.sheet.Heading)
		switch {
		case strings.TrimSpace(heading) == "", n < 0 && r.table.Loose:
		case n < 0:
			r.add(cell, r.sheet.Heading, "", fmt.Sprintf("cột “%s” không có trong mẫu. Xóa cột hoặc sửa tên cột.", short(heading)), fmt.Sprintf("the template has no column %q. Delete or rename it.", short(heading)))
		case seen[n]:
			r.add(cell, r.sheet.Heading, "", fmt.Sprintf("cột “%s” có hai lần. Giữ lại một cột.", short(heading)), fmt.Sprintf("the column %q is there twice. Keep one.", short(heading)))
		}
		seen[n] = n >= 0
	}
}

func (r *reading) row(line int, cells []string) {
	row := Row{Line: line, Values: map[string]string{}}
	before := len(r.faults)
	for n, column := range r.table.Columns {
		if r.at[n] < 0 {
			continue
		}
		raw := ""
		if r.at[n] < len(cells) {
			raw = cells[r.at[n]]
		}
		cell, _ := excelize.CoordinatesToCellName(r.at[n]+1, line)
		if value := r.cell(cell, line, column, raw); value != "" {
			row.Values[column.Key] = value
		}
	}
	if len(row.Values) == 0 {
		return
	}
	if len(r.faults) == before {
		r.unfilled(row)
	}
	r.sheet.Rows = append(r.sheet.Rows, row)
}

func (r *reading) unfilled(row Row) {
	for _, column := range r.table.Columns {
		if column.Filled && row.Values[column.Key] == "" {
			r.add(r.sheet.Cell(row.Line, column.Key), row.Line, column.Key, fmt.Sprintf("chưa có %s. Nhập rồi tải tệp lên lại; chưa có gì được ghi.", lower(column.Heading)),
				fmt.Sprintf("%s is empty. Fill it in and upload the file again; nothing was written.", column.Heading))
		}
	}
}

// cell is the value of a cell in the one form its column has, or a fault.
func (r *reading) cell(cell string, line int, column Column, raw string) string {
	wrong := func(vi, en string) string { r.add(cell, line, column.Key, vi, en); return "" }
	if formula, err := r.book.file.GetCellFormula(r.sheet.Name, cell); err != nil || formula != "" {
		return wrong("ô là công thức, hệ thống không tính công thức. Dán giá trị vào ô rồi tải tệp lên lại.", "the cell is a formula, which is not reckoned here. Paste its value.")
	}
	if strings.TrimSpace(raw) == "" {
		return ""
	}
	kind, err := r.book.file.GetCellType(r.sheet.Name, cell)
	if err != nil || kind == excelize.CellTypeError {
		return wrong(fmt.Sprintf("ô báo lỗi “%s”. Nhập lại giá trị.", short(raw)), fmt.Sprintf("the cell shows the error %q. Enter its value again.", short(raw)))
	}
	typed := typed{raw: raw, number: kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber, day: r.book.showsDay(r.sheet.Name, cell)}
	value, vi, en := typed.as(column, r.book.date1904)
	if vi != "" {
		return wrong(vi, en)
	}
	return value
}

// showsDay tells whether the cell's style shows its number as a day.
func (b *Book) showsDay(sheet, cell string) bool {
	id, err := b.file.GetCellStyle(sheet, cell)
	if err != nil || id == 0 {
		return false
	}
	if known, is := b.dates[id]; is {
		return known
	}
	style, err := b.file.GetStyle(id)
	shows := err == nil && (style.NumFmt >= 14 && style.NumFmt <= 22 || style.NumFmt >= 27 && style.NumFmt <= 36 ||
		style.CustomNumFmt != nil && strings.Contains(strings.ToLower(*style.CustomNumFmt), "y"))
	b.dates[id] = shows
	return shows
}

// typed is what stands in a cell.
type typed struct {
	raw         string
	number, day bool
}

func (t typed) as(column Column, date1904 bool) (value, vi, en string) {
	switch column.Kind {
	case Day:
		return t.asDay(date1904)
	case Count:
		return t.asCount()
	case Choice:
		return t.asChoice(column)
	default:
		return t.asText(column)
	}
}

func (t typed) asDay(date1904 bool) (value, vi, en string) {
	if t.number {
		serial, err := strconv.ParseFloat(t.raw, 64)
		if err != nil || !t.day || serial < 1 || serial > 110_000 {
			return "", fmt.Sprintf("“%s” là số, cần là ngày. Nhập theo dạng ngày/tháng/năm.", short(t.raw)), fmt.Sprintf("%q is a number where a day belongs. Write it as dd/mm/yyyy.", short(t.raw))
		}
		at, err := excelize.ExcelDateToTime(math.Floor(serial), date1904)
		if err != nil {
			return "", noDayVI(t.raw), noDayEN(t.raw)
		}
		return at.Format(time.DateOnly), "", ""
	}
	for _, layout := range []string{"2/1/2006", "2-1-2006", "2.1.2006", time.DateOnly} {
		if at, err := time.Parse(layout, strings.TrimSpace(t.raw)); err == nil && at.Year() >= 1900 && at.Year() <= 2200 {
			return at.Format(time.DateOnly), "", ""
		}
	}
	return "", noDayVI(t.raw), noDayEN(t.raw)
}

func noDayVI(raw string) string {
	return fmt.Sprintf("“%s” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", short(raw))
}

func noDayEN(raw string) string {
	return fmt.Sprintf("%q is not a day of the calendar. Write it as dd/mm/yyyy.", short(raw))
}

func (t typed) asCount() (value, vi, en string) {
	n, err := strconv.ParseFloat(strings.TrimSpace(t.raw), 64)
	switch {
	case err != nil:
		return "", fmt.Sprintf("“%s” là chữ, cần là số. Sửa ô rồi tải tệp lên lại; chưa có gì được ghi.", short(t.raw)), fmt.Sprintf("%q is text where a number belongs. Correct the cell and upload the file again; nothing was written.", short(t.raw))
	case t.number && t.day, n != math.Trunc(n), n < 0, n > 1e9:
		return "", fmt.Sprintf("“%s” không phải là số đếm. Nhập số nguyên không âm bằng chữ số.", short(t.raw)), fmt.Sprintf("%q is no count. Enter a whole number that is not negative.", short(t.raw))
	}
	return strconv.FormatInt(int64(n), 10), "", ""
}

func (t typed) asChoice(column Column) (value, vi, en string) {
	folded := Fold(t.raw)
	words := make([]string, len(column.Choices))
	for i, one := range column.Choices {
		if folded != "" && (Fold(one.Code) == folded || Fold(one.Word) == folded) {
			return one.Code, "", ""
		}
		words[i] = one.Word
	}
	return "", fmt.Sprintf("“%s” không phải là giá trị hệ thống biết. Chọn một trong: %s.", short(t.raw), strings.Join(words, "; ")),
		fmt.Sprintf("%q is not known. Choose one of the list.", short(t.raw))
}

// asText takes a number as the digits a person sees, and refuses a day: Excel makes one of what looks like it, as of "12/2026".
func (t typed) asText(column Column) (value, vi, en string) {
	text := strings.Join(strings.Fields(norm.NFC.String(t.raw)), " ")
	most := column.Most
	if most == 0 {
		most = mostCharacters
	}
	n, err := strconv.ParseFloat(t.raw, 64)
	switch {
	case t.number && t.day:
		return "", "ô là ngày, cần là chữ. Định dạng ô là Văn bản (Text) rồi nhập lại.", "the cell is a day where text belongs. Format it as Text and enter it again."
	case t.number && err == nil && n == math.Trunc(n) && math.Abs(n) < 1e15:
		text = strconv.FormatInt(int64(n), 10)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return "", "ô có ký tự không in được. Nhập lại bằng chữ thường.", "the cell holds characters that cannot be printed. Type it again."
	}
	if length := utf8.RuneCountInString(text); length > most {
		return "", fmt.Sprintf("%s dài %d ký tự, quá mức %d. Rút gọn rồi tải tệp lên lại.", lower(column.Heading), length, most),
			fmt.Sprintf("%s has %d characters, at most %d are possible. Shorten it.", column.Heading, length, most)
	}
	return text, "", ""
}

// short keeps a sentence readable whatever was typed.
func short(raw string) string {
	if runes := []rune(strings.TrimSpace(raw)); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return strings.TrimSpace(raw)
}

func lower(heading string) string {
	first, size := utf8.DecodeRuneInString(heading)
	return string(unicode.ToLower(first)) + heading[size:]
}
