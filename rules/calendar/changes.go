package calendar

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Change is a row of a file by which a province changes its table: a day added or changed, or one taken out.
type Change struct {
	Day
	Removed bool `json:"removed,omitempty"`
	Line    int  `json:"line"` // where it stands in the file, from 1
}

// ChangeColumns are the columns of a file of changes, in any order, named by its first line. Day, kind, name, source and confidence must
// be there; removed (yes, or empty) and weekday (Mon … Sun, checked against the day) may. The columns of [TableColumns] serve as well.
var ChangeColumns = []string{"day", "kind", "name", "source", "confidence", "removed", "weekday"}

var changeAliases = map[string]string{"date": "day", "name_vi": "name"}

// LoadChanges reads a file of changes: cells separated by tabs, empty lines and lines that begin with # left out. Of a row to remove
// only the day counts. Whatever is wrong is told at once, as [Faults] with line numbers from 1; an error of the reader itself is
// returned as it is, wrapped.
func LoadChanges(r io.Reader) ([]Change, error) {
	t := changeReader{seen: map[Date]bool{}}
	err := eachRow(r, func(line int, cells []string) {
		t.line = line
		t.read(cells)
	})
	if err != nil {
		return nil, fmt.Errorf("read the changes of days: %w", err)
	}
	switch {
	case t.columns == nil:
		t.fault("", "", "Tệp chưa có dòng đầu nêu các cột: "+strings.Join(ChangeColumns, ", ")+".",
			"The file has no first line naming the columns "+strings.Join(ChangeColumns, ", ")+".")
	case len(t.changes) == 0 && len(t.faults) == 0:
		t.fault("", "", "Tệp chưa có dòng ngày nào. Thêm ít nhất một dòng.", "The file has no row. Add at least one.")
	}
	return t.changes, t.faults.orNil()
}

type changeReader struct {
	line    int
	columns []string
	changes []Change
	seen    map[Date]bool
	faults  Faults
}

func (t *changeReader) fault(field, input, vi, en string) {
	t.faults = append(t.faults, &Fault{Code: CodeBadDay, Line: max(t.line, 1), Field: field, Input: input, VI: vi, EN: en})
}

func (t *changeReader) read(cells []string) {
	if t.columns == nil {
		t.head(cells)
		return
	}
	if len(cells) > len(t.columns) {
		t.fault("", strings.Join(cells, " "), fmt.Sprintf("Dòng có %d cột, dòng đầu chỉ nêu %d cột. Sửa dòng này.", len(cells), len(t.columns)),
			fmt.Sprintf("The line has %d columns, the first line names only %d. Correct it.", len(cells), len(t.columns)))
		return
	}
	row := map[string]string{}
	for i, cell := range cells {
		row[t.columns[i]] = strings.TrimSpace(cell)
	}
	t.row(row)
}

func (t *changeReader) head(cells []string) {
	t.columns = []string{}
	for _, cell := range cells {
		name := strings.TrimSpace(cell)
		if alias, other := changeAliases[name]; other {
			name = alias
		}
		if !slices.Contains(ChangeColumns, name) || slices.Contains(t.columns, name) {
			t.fault(name, cell, fmt.Sprintf("Không nhận cột “%s” (không có hoặc bị lặp). Các cột: %s.", cell, strings.Join(ChangeColumns, ", ")),
				fmt.Sprintf("The column “%s” is unknown or stands twice. The columns: %s.", cell, strings.Join(ChangeColumns, ", ")))
		}
		t.columns = append(t.columns, name)
	}
	for _, needed := range ChangeColumns[:5] {
		if !slices.Contains(t.columns, needed) {
			t.fault(needed, "", "Thiếu cột “"+needed+"” ở dòng đầu.", "The first line lacks the column “"+needed+"”.")
		}
	}
}

func (t *changeReader) row(row map[string]string) {
	var bad *Fault
	date, err := ParseDate(row["day"])
	switch {
	case errors.As(err, &bad):
		t.fault("day", bad.Input, bad.VI, bad.EN)
	case row["weekday"] != "" && row["weekday"] != date.Weekday().String()[:3]:
		t.faults = append(t.faults, weekdayFault(t.line, date, row["weekday"]))
	case t.seen[date]:
		t.faults = append(t.faults, duplicateDay(date, t.line))
	}
	t.seen[date] = true
	change := Change{Line: t.line, Day: Day{Date: date, Kind: DayKind(row["kind"]), NameVI: row["name"], Source: row["source"], Confidence: row["confidence"]}}
	switch row["removed"] {
	case "", "no":
		t.words(change.Day)
	case "yes":
		change.Removed = true
	default:
		t.fault("removed", row["removed"], "Cột removed chỉ nhận yes hoặc để trống.", "The column removed takes yes or nothing.")
	}
	t.changes = append(t.changes, change)
}

// words judges what a row that stays must say: a day off without its source explains nothing to anybody.
func (t *changeReader) words(d Day) {
	t.faults = append(t.faults, d.wordFaults(t.line)...)
	if d.Source == "" {
		t.fault("source", "", "Chưa có nguồn (văn bản, thông báo) của ngày này. Nhập nguồn.", "The source of the day is missing. Enter it.")
	}
	if d.Confidence == "" {
		t.fault("confidence", "", "Chưa có mức chắc chắn (V, V (press), R, unsettled). Nhập mức này.", "How surely it is known is missing (V, V (press), R, unsettled). Enter it.")
	}
}
