package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Computed is the confidence of a day that this package reckoned from the law and the moon, because no table speaks of it yet. What a
// table says later, holds.
const Computed = "computed"

const (
	firstComputable = 2021 // Bộ luật Lao động 2019 is in force from 01/01/2021
	lastComputable  = 2199 // the moon is reckoned up to here
)

// feast is a holiday of the law with the choices the law leaves: a single one where it fixes the days itself.
type feast struct {
	nameVI  string
	choices [][]Date
}

// ComputedDays are the days off of the year by Bộ luật Lao động 2019, articles 111 and 112: fixed holidays, Tết and Giỗ Tổ by the moon at
// UTC+7, and the days made up for those that fall on a rest day. Where the law leaves a choice (one or two days before Tết, the day
// before or after Quốc khánh) the days that every choice has are [Off], the others [Unsettled]. All have the confidence [Computed]; days
// swapped by decision cannot be known. Nothing before 2021 and after 2199.
func ComputedDays(year int) []Day {
	var days []Day
	for _, f := range computedFeasts(year) {
		days = append(days, f...)
	}
	slices.SortFunc(days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	return days
}

// computedFeasts are the days of each holiday apart, so that a table may speak of one and not of another.
func computedFeasts(year int) [][]Day {
	if year < firstComputable || year > lastComputable {
		return nil
	}
	feasts := feastsOf(year)
	taken := map[Date]bool{}
	for _, f := range feasts {
		if len(f.choices) == 1 {
			taken[f.choices[0][0]] = true
		}
	}
	computed := make([][]Day, 0, len(feasts))
	for _, f := range feasts {
		computed = append(computed, f.days(computedSource(year), taken))
	}
	return computed
}

func computedSource(year int) string {
	return fmt.Sprintf("Bộ luật Lao động 2019, Điều 111, Điều 112; dự tính, chưa có thông báo ngày nghỉ năm %d", year)
}

func feastsOf(year int) []feast {
	on := func(month time.Month, day int) [][]Date { return [][]Date{{NewDate(year, month, day)}} }
	tet, _ := LunarToSolar(1, 1, year, false)
	kings, _ := LunarToSolar(10, 3, year, false)
	national := NewDate(year, time.September, 2)
	return []feast{
		{"Tết Dương lịch", on(time.January, 1)},
		{"Tết Nguyên đán " + LunarYearVietnamese(year), [][]Date{run(tet.AddDays(-1), 5), run(tet.AddDays(-2), 5)}},
		{"Giỗ Tổ Hùng Vương", [][]Date{{kings}}},
		{"Ngày Chiến thắng", on(time.April, 30)},
		{"Ngày Quốc tế lao động", on(time.May, 1)},
		{"Quốc khánh", [][]Date{run(national.AddDays(-1), 2), run(national, 2)}},
	}
}

func run(from Date, n int) []Date {
	days := make([]Date, n)
	for i := range days {
		days[i] = from.AddDays(i)
	}
	return days
}

// days are the weekdays the feast takes. Taken holds the days of the feasts whose day the law fixes, and gains what is made up for them.
func (f feast) days(source string, taken map[Date]bool) []Day {
	in, madeUp := map[Date]int{}, map[Date]bool{}
	for _, choice := range f.choices {
		for _, d := range choice {
			in[d]++
		}
		for _, d := range madeUpFor(choice, taken) {
			in[d]++
			madeUp[d] = true
			taken[d] = taken[d] || len(f.choices) == 1
		}
	}
	var days []Day
	for d, n := range in {
		if isRestDay(d) {
			continue
		}
		day := Day{Date: d, Kind: Off, NameVI: f.nameVI, Source: source, Confidence: Computed}
		switch {
		case n < len(f.choices):
			day.Kind = Unsettled
			day.NameVI += " (dự tính; chưa có quyết định chọn ngày nghỉ)"
		case madeUp[d]:
			day.NameVI += " (dự tính, nghỉ bù)"
		default:
			day.NameVI += " (dự tính)"
		}
		days = append(days, day)
	}
	return days
}

// madeUpFor are the next working days after those that fall on a rest day (Bộ luật Lao động 2019, art. 111.3).
func madeUpFor(choice []Date, taken map[Date]bool) []Date {
	var days []Date
	for _, d := range choice {
		if !isRestDay(d) {
			continue
		}
		for d = d.AddDays(1); isRestDay(d) || taken[d] || slices.Contains(choice, d) || slices.Contains(days, d); {
			d = d.AddDays(1)
		}
		days = append(days, d)
	}
	return days
}

func isRestDay(d Date) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// Holiday is the name of the public holiday that the law puts on d, also when d is a rest day anyway; empty when it puts none. Of
// Tết these are the last day of the old year and the first three of the new, which every choice has. Holds for 2021 to 2199.
func Holiday(d Date) string {
	if d.Year() < firstComputable || d.Year() > lastComputable {
		return ""
	}
	for _, f := range feastsOf(d.Year()) {
		if !slices.ContainsFunc(f.choices, func(choice []Date) bool { return !slices.Contains(choice, d) }) {
			return f.nameVI
		}
	}
	return ""
}

// WithComputed is this calendar with [ComputedDays] of the years first..last wherever its table is silent: a year without a table gets
// all of them, a year whose table speaks of one holiday only gets the others. Such days and years stay marked ([Calendar.BasisOf]).
func (c *Calendar) WithComputed(first, last int) *Calendar {
	filled := &Calendar{days: make(map[Date]Day, len(c.days)), known: c.known}
	for date, d := range c.days {
		filled.days[date] = d
	}
	for year := first; year <= last; year++ {
		for _, f := range computedFeasts(year) {
			if slices.ContainsFunc(f, func(d Day) bool { _, told := c.days[d.Date]; return told }) {
				continue
			}
			for _, d := range f {
				filled.days[d.Date] = d
			}
		}
	}
	filled.computed = yearsWith(filled.Exceptions(), Day.isComputed)
	return filled
}

// Basis says what is known of a day's fate.
type Basis string

// The bases, the surest first.
const (
	// ByTable: the table of the Government or of the province speaks of the year.
	ByTable Basis = "table"
	// ByComputation: reckoned from the law and the moon; a decision may still move it.
	ByComputation Basis = "computed"
	// ByWeekday: nothing is known but Saturday and Sunday.
	ByWeekday Basis = "weekday"
)

// BasisOf says on what rests what the calendar says of d.
func (c *Calendar) BasisOf(d Date) Basis {
	row, told := c.days[d]
	switch {
	case told && row.isComputed():
		return ByComputation
	case told || c.Covers(d):
		return ByTable
	case within(c.computed, d):
		return ByComputation
	default:
		return ByWeekday
	}
}
