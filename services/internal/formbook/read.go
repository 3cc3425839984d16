package formbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nenep/proto/contract"
	"nenep/services/internal/workbook"
)

// Answer is what one row of a workbook says.
type Answer struct {
	Sheet, Cell string
	Line        int
	Value       string // as it is stored; of an answer in words the words
	Given       string // what the workbook bore when it was written, in the form in which [row.baseline] keeps it
	Recorded    string // what was recorded then
	Refused     bool   // the cell has a fault
}

// Reading is what a workbook says, row by row, and everything that is wrong with it.
type Reading struct {
	answers map[string]Answer
	Faults  []workbook.Fault
}

// bounds are far above the longest form, and keep a file that was made to be slow from taking longer than a handful of forms.
var bounds = workbook.Bounds{Rows: 2000, Cells: 20_000}

// mostFaults bounds what is told of one file; who has corrected these sees the others.
const mostFaults = 200

// Read reads a workbook that was written for the form. With a fault of the file as a whole there are no answers.
func Read(form Form, content []byte) Reading {
	r := &reader{form: form, found: Reading{answers: map[string]Answer{}}}
	book, wrong := workbook.OpenWithin(content, bounds)
	if wrong != nil {
		r.found.Faults = []workbook.Fault{*wrong}
		return r.found
	}
	defer book.Close()
	r.book = book
	if r.belongs() && r.whole() {
		r.sheet(sheetFigures, headingTitle, headingAnswer, false)
		r.sheet(sheetWords, headingAsked, headingWords, true)
	}
	if len(r.found.Faults) > mostFaults {
		r.found.Faults = r.found.Faults[:mostFaults]
	}
	return r.found
}

type reader struct {
	form   Form
	book   *workbook.Book
	found  Reading
	before map[string][2]string // what each row bore, and what was recorded, when the workbook was written
}

func (r *reader) add(faults ...workbook.Fault) { r.found.Faults = append(r.found.Faults, faults...) }

func (r *reader) refuse(vi, en string) bool {
	r.add(workbook.Fault{VI: vi, EN: en})
	return false
}

// belongs tells whether the file is a form of ours, of this case and this edition.
func (r *reader) belongs() bool {
	hidden, there := r.book.Grid(sheetHidden)
	kept := map[string]string{}
	for line := 1; there && line < hiddenRows; line++ {
		kept[hidden.Text(1, line)] = hidden.Text(2, line)
	}
	switch {
	case kept["case"] == "" || kept["form"] == "":
		return r.refuse("Tệp không phải là biểu Excel tải từ hồ sơ này, hoặc đã mất phần nhận dạng. Tải biểu ở trang hồ sơ rồi nhập vào tệp đó.",
			"The file is no form downloaded from this case, or has lost what tells so. Download the form from the case's page and fill that in.")
	case kept["case"] != r.form.CaseID:
		return r.refuse(anotherCase(kept["case"], r.form))
	case kept["form"] != r.form.Fingerprint() || kept["layout"] != layout:
		return r.refuse("Biểu mẫu của hồ sơ đã thay đổi sau khi tệp này được tải về. Tải biểu mới ở trang hồ sơ, chép số liệu sang rồi nộp lại.",
			"The form of the case has changed since this file was downloaded. Download the new one, copy the figures over and hand that in.")
	}
	r.before = map[string][2]string{}
	for line := hiddenRows; line <= len(hidden.Lines); line++ {
		r.before[hidden.Text(1, line)] = [2]string{hidden.Text(2, line), hidden.Text(3, line)}
	}
	return true
}

// anotherCase says in what the workbook's case differs.
func anotherCase(id string, form Form) (vi, en string) {
	obligation, unit, period, err := contract.CaseIDParts(id)
	ownObligation, ownUnit, ownPeriod, ownErr := contract.CaseIDParts(form.CaseID)
	shown := workbook.Short(id)
	switch {
	case err != nil || ownErr != nil:
	case unit != ownUnit:
		return fmt.Sprintf("Tệp là biểu của đơn vị khác (hồ sơ %s), không phải của %s. Tải biểu ở trang hồ sơ này.", shown, form.Unit), fmt.Sprintf("The file is another unit's form (case %s). Download the form from this case's page.", shown)
	case obligation != ownObligation:
		return fmt.Sprintf("Tệp là biểu của báo cáo khác (hồ sơ %s). Tải biểu ở trang hồ sơ này.", shown), fmt.Sprintf("The file is the form of another report (case %s). Download the form from this case's page.", shown)
	case period != ownPeriod:
		return fmt.Sprintf("Tệp là biểu của kỳ khác (hồ sơ %s), hồ sơ này là %s. Tải biểu ở trang hồ sơ này.", shown, form.Period), fmt.Sprintf("The file is the form of another period (case %s). Download the form from this case's page.", shown)
	}
	return fmt.Sprintf("Tệp là biểu của hồ sơ khác (%s). Tải biểu ở trang hồ sơ này.", shown), fmt.Sprintf("The file is the form of another case (%s). Download the form from this case's page.", shown)
}

// whole tells whether the sheets are those that were written: nothing is read around what nobody sees, or around formulas that do not stand
// in their cells.
func (r *reader) whole() bool {
	before := len(r.found.Faults)
	for _, name := range r.book.Sheets() {
		known := slices.Contains([]string{sheetFigures, sheetWords, sheetGuide}, name)
		switch {
		case name == sheetHidden:
		case !known:
			r.add(workbook.Fault{Sheet: name, VI: fmt.Sprintf("Trang tính “%s” không có trong biểu. Xóa trang tính này rồi nộp lại.", workbook.Short(name)), EN: fmt.Sprintf("The form has no sheet %q. Delete it and hand in again.", workbook.Short(name))})
		case r.book.Hidden(name):
			r.add(workbook.Fault{Sheet: name, VI: fmt.Sprintf("Trang tính “%s” đang ẩn. Bỏ ẩn trang tính rồi nộp lại.", name), EN: fmt.Sprintf("The sheet %q is hidden. Show it and hand in again.", name)})
		}
	}
	if spilled := r.book.Spilled(); len(spilled) > 0 {
		at := strings.Join(spilled[:min(3, len(spilled))], ", ")
		r.refuse(fmt.Sprintf("Tệp có công thức mảng hoặc công thức khuyết ở ô %s, không biết ô nào là số đã nhập. Chép kết quả, dán giá trị vào các ô này.", at),
			fmt.Sprintf("The file has array formulas or incomplete formulas at %s. Paste their values.", at))
	}
	return len(r.found.Faults) == before
}

// columns are where the columns of a sheet stand now.
type columns struct{ heading, title, answer, key int }

func (r *reader) sheet(name, title, answer string, words bool) {
	grid, there := r.book.Grid(name)
	if !there {
		r.add(workbook.Fault{Sheet: name, VI: fmt.Sprintf("Thiếu trang tính “%s” hoặc trang tính này đọc chưa được. Tải lại biểu ở trang hồ sơ.", name), EN: fmt.Sprintf("The sheet %q is missing or cannot be read. Download the form again.", name)})
		return
	}
	if merged := grid.Merged(); len(merged) > 0 {
		for _, one := range merged[:min(20, len(merged))] {
			first, _, _ := strings.Cut(one, ":")
			r.add(workbook.At(grid.Sheet, one, lineOf(first), "", "các ô đang gộp, không biết giá trị là của ô nào. Bỏ gộp ô rồi nhập từng ô.", "the cells are merged. Take them apart and fill in each."))
		}
		return
	}
	cols, found := r.find(grid, title, answer)
	if !found {
		return
	}
	s := &sheetReader{reader: r, grid: grid, cols: cols, seen: map[string]int{}}
	s.read(words)
}

func lineOf(cell string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	return n
}

// find finds the headings, in whatever order their columns stand.
func (r *reader) find(grid workbook.Grid, title, answer string) (columns, bool) {
	for line := 1; line <= min(len(grid.Lines), 3*headingLine); line++ {
		at := func(heading string) []int {
			var places []int
			for i, text := range grid.Lines[line-1] {
				if workbook.Fold(text) == workbook.Fold(heading) {
					places = append(places, i+1)
				}
			}
			return places
		}
		titles, answers, keys := at(title), at(answer), at(headingKey)
		if len(answers) == 0 && len(keys) == 0 {
			continue
		}
		complete := true
		for heading, places := range map[string][]int{title: titles, answer: answers, headingKey: keys} {
			switch {
			case len(places) == 0:
				complete = false
				r.add(workbook.Fault{Sheet: grid.Sheet, Line: line, VI: fmt.Sprintf("Trang tính “%s”, dòng %d: thiếu cột “%s”. Tải lại biểu, không xóa và không đổi tên cột.", grid.Sheet, line, heading), EN: fmt.Sprintf("Sheet %q, line %d: the column %q is missing. Download the form again.", grid.Sheet, line, heading)})
			case len(places) > 1:
				complete = false
				r.add(grid.Fault(places[1], line, "", fmt.Sprintf("cột “%s” có hai lần. Giữ lại một cột.", heading), fmt.Sprintf("the column %q is there twice. Keep one.", heading)))
			}
		}
		if !complete {
			return columns{}, false
		}
		return columns{line, titles[0], answers[0], keys[0]}, true
	}
	r.add(workbook.Fault{Sheet: grid.Sheet, VI: fmt.Sprintf("Trang tính “%s” không còn dòng tiêu đề (“%s”, “%s”). Tải lại biểu ở trang hồ sơ.", grid.Sheet, title, answer), EN: fmt.Sprintf("The sheet %q has lost its headings. Download the form again.", grid.Sheet)})
	return columns{}, false
}

// sheetReader reads the rows of one sheet.
type sheetReader struct {
	*reader
	grid workbook.Grid
	cols columns
	seen map[string]int // the line of each row
}

func (s *sheetReader) read(words bool) {
	asked := map[string]row{}
	for _, one := range s.form.rows() {
		if one.words == words {
			asked[one.id] = one
		}
	}
	for line := s.cols.heading + 1; line <= len(s.grid.Lines); line++ {
		s.line(line, asked)
	}
	for _, one := range s.form.rows() {
		if _, is := asked[one.id]; is && s.seen[one.id] == 0 {
			s.add(workbook.Fault{Sheet: s.grid.Sheet, Key: one.id, VI: fmt.Sprintf("Trang tính “%s”: thiếu dòng %s. Tải lại biểu, không xóa dòng.", s.grid.Sheet, one.called()), EN: fmt.Sprintf("Sheet %q: the line %s is missing. Download the form again.", s.grid.Sheet, one.called())})
		}
	}
}

// called names a row to people.
func (r row) called() string {
	if r.number == "" || r.fact == nil {
		return "“" + r.title + "”"
	}
	return r.number + " “" + r.title + "”"
}

// line reads one line. Its key tells which row it is wherever it was moved to, as long as key and title still go together.
func (s *sheetReader) line(line int, asked map[string]row) {
	key := s.grid.Text(s.cols.key, line)
	one, known := asked[key]
	wrong := func(column int, vi, en string) { s.add(s.grid.Fault(column, line, key, vi, en)) }
	switch {
	case !known && strings.TrimSpace(s.grid.Text(s.cols.answer, line)) != "":
		wrong(s.cols.answer, "dòng này không có trong biểu nên số liệu không ghi được vào đâu. Xóa ô, nhập vào dòng của biểu.", "the form has no such line, so that its value belongs nowhere. Clear the cell and use the form's lines.")
		return
	case !known:
		return
	case s.seen[key] != 0:
		wrong(s.cols.answer, fmt.Sprintf("dòng %s đã có ở dòng %d của trang tính. Xóa dòng thừa.", one.called(), s.seen[key]), fmt.Sprintf("the line %s stands on line %d already. Delete one.", one.called(), s.seen[key]))
		return
	case workbook.Fold(s.grid.Text(s.cols.title, line)) != workbook.Fold(one.title):
		s.seen[key] = line
		wrong(s.cols.title, fmt.Sprintf("tên dòng không còn là %s: các cột đã bị dời lệch nhau. Tải lại biểu rồi nhập lại.", one.called()), fmt.Sprintf("the line is no longer called %s: columns were moved apart. Download the form again.", one.called()))
		return
	}
	s.seen[key] = line
	cell, ref := s.grid.At(s.cols.answer, line)
	value, vi, en := s.form.value(one, cell)
	if vi != "" {
		wrong(s.cols.answer, vi, en)
	}
	s.found.answers[key] = Answer{Sheet: s.grid.Sheet, Cell: ref, Line: line, Value: value, Given: s.before[key][0], Recorded: s.before[key][1], Refused: vi != ""}
}
