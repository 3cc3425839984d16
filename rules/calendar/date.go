package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Zone is Asia/Ho_Chi_Minh. It is a fixed UTC+7: Vietnam has kept no summer time and changed no offset since 1975, so a fixed offset
// equals the zone database for every day this product can meet, and a slim image without tzdata tells the same time.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

const dateLayout = "2006-01-02"

// Date is a civil day in Asia/Ho_Chi_Minh, without a time. Dates compare with == and serve as map keys. The zero Date is no day
// ([Date.IsZero]); every other Date exists in the Gregorian calendar. Its text form, in JSON and YAML too, is "2026-12-31".
type Date struct {
	year  int
	month time.Month
	day   int
}

// NewDate is the given day; a day or month out of range is carried over, as time.Date does.
func NewDate(year int, month time.Month, day int) Date {
	return fromTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// ParseDate reads "2006-01-02" and nothing else. The error is a *[Fault] with [CodeBadDate].
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil || t.Year() < 1 {
		return Date{}, &Fault{
			Code: CodeBadDate, Input: s,
			VI: fmt.Sprintf("“%s” không phải là ngày có trong lịch. Nhập theo dạng năm-tháng-ngày, như 2026-12-31.", s),
			EN: fmt.Sprintf("“%s” is not a day of the calendar. Enter it as year-month-day, as in 2026-12-31.", s),
		}
	}
	return fromTime(t), nil
}

// MustDate is [ParseDate] for dates written in source code; it panics on a date that does not exist.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf is the civil day on which the instant t falls in Asia/Ho_Chi_Minh.
func DateOf(t time.Time) Date { return fromTime(t.In(Zone)) }

func fromTime(t time.Time) Date {
	y, m, d := t.Date()
	return Date{year: y, month: m, day: d}
}

// utc carries the day through the arithmetic of package time; UTC has no gaps.
func (d Date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// Year is the Gregorian year.
func (d Date) Year() int { return d.year }

// Month is the month of the year.
func (d Date) Month() time.Month { return d.month }

// Day is the day of the month.
func (d Date) Day() int { return d.day }

// IsZero tells that d is no day at all.
func (d Date) IsZero() bool { return d == Date{} }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// At is the instant of hour:minute on this day in Asia/Ho_Chi_Minh.
func (d Date) At(hour, minute int) time.Time {
	return time.Date(d.year, d.month, d.day, hour, minute, 0, 0, Zone)
}

// End is the instant at which the day is over: 00:00 of the next. What is due on d is in time before this instant.
func (d Date) End() time.Time { return d.AddDays(1).At(0, 0) }

// AddDays is the day n calendar days later; earlier when n is negative.
func (d Date) AddDays(n int) Date { return NewDate(d.year, d.month, d.day+n) }

// AddMonths is the same day n months later, or that month's last day when it has no such day: 31/01 + 1 month = 28/02
// (Bộ luật Dân sự 2015, art. 148).
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.year, d.month+time.Month(n), 1)
	return NewDate(first.year, first.month, min(d.day, daysIn(first.year, first.month)))
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Sub is the number of calendar days from o to d; negative when d is the earlier.
func (d Date) Sub(o Date) int { return int(d.utc().Sub(o.utc()) / (24 * time.Hour)) }

// Compare is -1, 0 or +1 as d is before, on or after o.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.year, o.year), cmp.Compare(d.month, o.month), cmp.Compare(d.day, o.day))
}

// Before tells whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After tells whether d is a later day than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// String is "2026-12-31"; empty for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// Vietnamese is "31/12/2026"; empty for the zero Date.
func (d Date) Vietnamese() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.day, d.month, d.year)
}

// VietnameseWithWeekday is "thứ Năm, 31/12/2026", as a letter states a day that is owed; empty for the zero Date.
func (d Date) VietnameseWithWeekday() string {
	if d.IsZero() {
		return ""
	}
	return VietnameseWeekday(d.Weekday()) + ", " + d.Vietnamese()
}

var weekdaysVI = [...]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}

// VietnameseWeekday is "thứ Hai" … "thứ Bảy", "Chủ nhật", as inside a sentence.
func VietnameseWeekday(w time.Weekday) string { return weekdaysVI[w] }

// MarshalText writes "2026-12-31", and nothing for the zero Date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes; the error is that of [ParseDate].
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
