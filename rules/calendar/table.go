package calendar

import (
	"bufio"
	_ "embed" // the table of days travels inside the program
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// TableColumns are the columns of a table of days, separated by tabs, as its first line must name them.
var TableColumns = []string{"date", "weekday", "kind", "name_vi", "source", "confidence"}

//go:embed days_off_vietnam_2024-2027.tsv
var vietnamTable string

// VietnamDays are the days of the public sector of Vietnam, 2024 to 2027, as known when this version was made. A province edits
// its own copy; this one is where it begins.
func VietnamDays() []Day {
	days, err := LoadTSV(strings.NewReader(vietnamTable))
	if err != nil {
		panic("calendar: the table inside the program is broken: " + err.Error())
	}
	return days
}

// eachRow reads cells separated by tabs, line by line from 1: without a mark of byte order before the first, without empty lines and those
// that begin with #.
func eachRow(r io.Reader, read func(line int, cells []string)) error {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSuffix(lines.Text(), "\r")
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if strings.TrimSpace(text) != "" && !strings.HasPrefix(text, "#") {
			read(n, strings.Split(text, "\t"))
		}
	}
	return lines.Err()
}

// LoadTSV reads a table of days: the line of [TableColumns], then one row a day. Empty lines and lines that begin with # are left
// out. The weekday column (Mon … Sun) must agree with the date, which catches a mistyped one. Whatever is wrong is told at once, as
// [Faults] with line numbers from 1; an error of the reader itself is returned as it is, wrapped.
func LoadTSV(r io.Reader) ([]Day, error) {
	t := tableReader{seen: map[Date]bool{}}
	if err := eachRow(r, t.read); err != nil {
		return nil, fmt.Errorf("read the table of days: %w", err)
	}
	if !t.headed {
		t.faults = append(t.faults, headFault(1, ""))
	}
	if len(t.faults) > 0 {
		return nil, t.faults
	}
	return t.days, nil
}

type tableReader struct {
	headed bool
	days   []Day
	seen   map[Date]bool
	faults Faults
}

func (t *tableReader) read(line int, cells []string) {
	if !t.headed {
		t.headed = true
		if !slices.Equal(cells, TableColumns) {
			t.faults = append(t.faults, headFault(line, strings.Join(cells, " ")))
		}
		return
	}
	if len(cells) != len(TableColumns) {
		t.faults = append(t.faults, &Fault{Code: CodeBadDay, Line: line, Input: strings.Join(cells, " "),
			VI: fmt.Sprintf("Dòng %d có %d cột, cần %d cột cách nhau bằng dấu tab. Sửa dòng này.", line, len(cells), len(TableColumns)),
			EN: fmt.Sprintf("Line %d has %d columns, %d separated by tabs are needed. Correct the line.", line, len(cells), len(TableColumns))})
		return
	}
	t.row(line, cells)
}

func (t *tableReader) row(line int, cells []string) {
	day := Day{Kind: DayKind(cells[2]), NameVI: cells[3], Source: cells[4], Confidence: cells[5]}
	var bad *Fault
	date, err := ParseDate(cells[0])
	switch {
	case errors.As(err, &bad):
		bad.Line, bad.Field = line, "date"
		t.faults = append(t.faults, bad)
	case date.Weekday().String()[:3] != cells[1]:
		t.faults = append(t.faults, weekdayFault(line, date, cells[1]))
	case t.seen[date]:
		t.faults = append(t.faults, duplicateDay(date, line))
	}
	t.faults = append(t.faults, day.wordFaults(line)...)
	day.Date = date
	t.seen[date] = true
	t.days = append(t.days, day)
}

func headFault(line int, input string) *Fault {
	columns := strings.Join(TableColumns, ", ")
	return &Fault{Code: CodeBadDay, Line: line, Input: input,
		VI: "Dòng đầu phải nêu các cột: " + columns + ", cách nhau bằng dấu tab. Sửa dòng đầu.",
		EN: "The first line must name the columns " + columns + ", separated by tabs. Correct the first line."}
}

func weekdayFault(line int, date Date, input string) *Fault {
	right := date.Weekday().String()[:3]
	return &Fault{Code: CodeBadDay, Line: line, Field: "weekday", Input: input,
		VI: fmt.Sprintf("Ngày %s là %s (%s), bảng ghi “%s”. Kiểm tra lại ngày hoặc thứ.",
			date.Vietnamese(), VietnameseWeekday(date.Weekday()), right, input),
		EN: fmt.Sprintf("%s is %s, the table says “%s”. Check the date or the weekday.", date, right, input)}
}
