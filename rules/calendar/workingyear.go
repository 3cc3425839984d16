package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// WorkingYear says with which month a unit's year begins. The zero WorkingYear is the calendar year. Working years compare with ==; the
// text form, in JSON and YAML too, is "calendar", "school", "fiscal-04", "fiscal-07" or "fiscal-10".
type WorkingYear struct {
	month  time.Month // zero = January
	school bool
}

// CalendarYear runs from 01/01 to 31/12: the fiscal year of state bodies, too (Luật Ngân sách nhà nước 2015, art. 14; remembered).
var CalendarYear = WorkingYear{}

// SchoolYear runs from 01/09 to 31/08: 2025-2026 ends on 31/08/2026.
var SchoolYear = WorkingYear{month: time.September, school: true}

// FiscalYear begins with the first day of a quarter, as an enterprise may choose (Luật Kế toán 2015, art. 12; remembered): January, April, July or
// October; false for another month.
func FiscalYear(month time.Month) (WorkingYear, bool) {
	switch month {
	case time.January:
		return CalendarYear, true
	case time.April, time.July, time.October:
		return WorkingYear{month: month}, true
	default:
		return WorkingYear{}, false
	}
}

// ParseWorkingYear reads the text form; empty is the calendar year. The error is a *[Fault] with [CodeBadPeriod].
func ParseWorkingYear(s string) (WorkingYear, error) {
	switch s {
	case "", "calendar":
		return CalendarYear, nil
	case "school":
		return SchoolYear, nil
	}
	if digits, fiscal := strings.CutPrefix(s, "fiscal-"); fiscal && len(digits) == 2 {
		month, err := strconv.Atoi(digits)
		if y, ok := FiscalYear(time.Month(month)); err == nil && ok && y != CalendarYear {
			return y, nil
		}
	}
	return WorkingYear{}, &Fault{Code: CodeBadPeriod, Field: "working_year", Input: s,
		VI: fmt.Sprintf("“%s” không phải là năm công tác. Chọn calendar (năm dương lịch), school (năm học), fiscal-04, fiscal-07 hoặc fiscal-10 (năm tài chính bắt đầu từ tháng đó).", s),
		EN: fmt.Sprintf("“%s” is not a working year. Choose calendar, school, fiscal-04, fiscal-07 or fiscal-10 (a fiscal year from that month).", s)}
}

// String is the text form.
func (y WorkingYear) String() string {
	switch {
	case y == CalendarYear:
		return "calendar"
	case y.school:
		return "school"
	default:
		return fmt.Sprintf("fiscal-%02d", int(y.month))
	}
}

// Closing is the working year that ends in the given calendar year: the school year that closes in 2026 is 01/09/2025 to 31/08/2026.
func (y WorkingYear) Closing(year int) Span {
	last := NewDate(year+1, time.January, 1)
	if y.month > time.January {
		last = NewDate(year, y.month, 1)
	}
	return Span{From: last.AddMonths(-12), To: last.AddDays(-1)}
}

// At is the working year in which d lies, and the calendar year in which it closes.
func (y WorkingYear) At(d Date) (Span, int) {
	year := d.Year()
	if d.After(y.Closing(year).To) {
		year++
	}
	return y.Closing(year), year
}

// Vietnamese names the working year that closes in the given calendar year: "năm 2026", "năm học 2025-2026", "năm tài chính 2025-2026".
func (y WorkingYear) Vietnamese(year int) string {
	switch {
	case y == CalendarYear:
		return fmt.Sprintf("năm %d", year)
	case y.school:
		return fmt.Sprintf("năm học %d-%d", year-1, year)
	default:
		return fmt.Sprintf("năm tài chính %d-%d", year-1, year)
	}
}

// MarshalText writes the text form.
func (y WorkingYear) MarshalText() ([]byte, error) { return []byte(y.String()), nil }

// UnmarshalText reads what MarshalText writes; the error is that of [ParseWorkingYear].
func (y *WorkingYear) UnmarshalText(text []byte) error {
	parsed, err := ParseWorkingYear(string(text))
	if err != nil {
		return err
	}
	*y = parsed
	return nil
}
