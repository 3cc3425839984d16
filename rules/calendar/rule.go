package calendar

import (
	"fmt"
	"strings"
	"time"
)

// RuleKind says from what, and how, a date is reckoned.
type RuleKind string

// The kinds of rule. Those "of the period" need a period with bounds, those "of the anchor" a day on which something happened.
const (
	// EndOfPeriod is the last day of the period.
	EndOfPeriod RuleKind = "end_of_period"
	// MonthsAfterPeriod is the last day of the n-th month after a period.
	MonthsAfterPeriod RuleKind = "months_after_period"
	// FixedDay is a day and month of the period's year, YearOffset years on; an event lends the year of its id.
	FixedDay RuleKind = "fixed_day"
	// MonthsAfter is the anchor's day n months later, or that month's last day.
	MonthsAfter RuleKind = "months_after"
	// DaysAfter is n calendar days after the anchor, which is not counted.
	DaysAfter RuleKind = "days_after"
	// DaysBefore is n calendar days before the anchor: the last day on which "at least n days before" still holds.
	DaysBefore RuleKind = "days_before"
	// WorkingDaysAfter is the n-th working day after the anchor, which is not counted.
	WorkingDaysAfter RuleKind = "working_days_after"
	// WorkingDaysBefore is the n-th working day before the anchor, which is not counted.
	WorkingDaysBefore RuleKind = "working_days_before"
)

// Shift says what becomes of a date that falls on a day off or on an unsettled day.
type Shift string

// The shift policies. An empty Shift is ShiftNone.
const (
	ShiftNone Shift = "none"
	// ShiftNext moves it to the next working day, as a term of law does (Bộ luật Dân sự 2015, art. 148).
	ShiftNext Shift = "next"
	// ShiftPrev moves it to the last working day before, as a reminder does.
	ShiftPrev Shift = "prev"
)

// Rule is a due date, a step's date or a reminder's day as the catalogue declares it. N is a number of months, calendar days or
// working days, as the kind says; Month, Day and YearOffset belong to [FixedDay] alone.
type Rule struct {
	Kind       RuleKind `json:"kind" yaml:"kind"`
	N          int      `json:"n,omitempty" yaml:"n,omitempty"`
	Month      int      `json:"month,omitempty" yaml:"month,omitempty"`
	Day        int      `json:"day,omitempty" yaml:"day,omitempty"`
	YearOffset int      `json:"year_offset,omitempty" yaml:"year_offset,omitempty"`
	Shift      Shift    `json:"shift,omitempty" yaml:"shift,omitempty"`
}

// reckoning is what a kind needs and how it is carried out; the trace given already tells where it starts. A count of working days
// ends on a working day, so it has nothing to shift.
type reckoning struct {
	ofAnchor   bool
	inWorkDays bool
	minN, maxN int
	reckon     func(r Rule, c *Calendar, from origin, t *Trace) Date
}

// origin is what a rule is reckoned from.
type origin struct {
	year   int  // of the period
	over   Span // of the period
	anchor Date
}

// The longest terms are generous against the law's (a term of five years) and small against a slip of the keyboard.
const (
	maxMonths = 120
	maxDays   = 3660
)

func reckoningOf(kind RuleKind) (reckoning, bool) {
	switch kind {
	case EndOfPeriod:
		return reckoning{reckon: reckonEndOfPeriod}, true
	case MonthsAfterPeriod:
		return reckoning{minN: 1, maxN: maxMonths, reckon: reckonMonthsAfterPeriod}, true
	case FixedDay:
		return reckoning{reckon: reckonFixedDay}, true
	case MonthsAfter:
		return reckoning{ofAnchor: true, minN: 1, maxN: maxMonths, reckon: reckonMonthsAfter}, true
	case DaysAfter:
		return reckoning{ofAnchor: true, maxN: maxDays, reckon: reckonDaysAfter}, true
	case DaysBefore:
		return reckoning{ofAnchor: true, maxN: maxDays, reckon: reckonDaysBefore}, true
	case WorkingDaysAfter:
		return reckoning{ofAnchor: true, inWorkDays: true, minN: 1, maxN: maxDays, reckon: reckonWorkingDaysAfter}, true
	case WorkingDaysBefore:
		return reckoning{ofAnchor: true, inWorkDays: true, minN: 1, maxN: maxDays, reckon: reckonWorkingDaysBefore}, true
	default:
		return reckoning{}, false
	}
}

// NeedsAnchor tells whether the rule is reckoned from a day on which something happened, rather than from the period.
func (r Rule) NeedsAnchor() bool {
	how, _ := reckoningOf(r.Kind)
	return how.ofAnchor
}

// Validate says all that is wrong with the rule at once, as [Faults] with [CodeBadRule] and the field's name.
func (r Rule) Validate() error {
	how, known := reckoningOf(r.Kind)
	if !known {
		return Faults{ruleFault("kind", r.Kind,
			"“%v” không phải là cách tính hạn. Chọn một cách tính có trong danh mục.",
			"“%v” is not a kind of rule. Choose one that the catalogue knows.", r.Kind)}
	}
	var fs Faults
	if r.N < how.minN || r.N > how.maxN {
		fs = append(fs, ruleFault("n", r.N, "Số n của “%s” phải từ %d đến %d. Sửa số này.",
			"The n of “%s” must be %d to %d. Correct it.", r.Kind, how.minN, how.maxN))
	}
	fs = append(fs, r.fixedDayFaults()...)
	switch {
	case r.Shift != "" && r.Shift != ShiftNone && r.Shift != ShiftNext && r.Shift != ShiftPrev:
		fs = append(fs, ruleFault("shift", r.Shift, "“%v” không phải là cách dời ngày. Chọn none, next hoặc prev.",
			"“%v” is not a shift. Choose none, next or prev.", r.Shift))
	case r.Shift == ShiftNext && (r.Kind == DaysBefore || r.Kind == WorkingDaysBefore):
		fs = append(fs, ruleFault("shift", r.Shift, "Thời hạn “ít nhất %d ngày trước” không dời về sau được. Chọn none hoặc prev.",
			"A term of “at least %d days before” cannot move later. Choose none or prev.", r.N))
	}
	return fs.orNil()
}

// fixedDayFaults judges month, day and year_offset, which only a fixed day has.
func (r Rule) fixedDayFaults() Faults {
	var fs Faults
	foreign := func(field string, value int) {
		if value != 0 {
			fs = append(fs, ruleFault(field, value, "“%s” không có mục %s. Bỏ mục này.", "“%s” has no %s. Leave it out.", r.Kind, field))
		}
	}
	if r.Kind != FixedDay {
		foreign("month", r.Month)
		foreign("day", r.Day)
		foreign("year_offset", r.YearOffset)
		return fs
	}
	const leapYear = 2024
	if r.Month < 1 || r.Month > 12 {
		fs = append(fs, ruleFault("month", r.Month, "Tháng phải từ 1 đến 12. Sửa tháng.", "The month must be 1 to 12. Correct it."))
	} else if last := daysIn(leapYear, time.Month(r.Month)); r.Day < 1 || r.Day > last {
		fs = append(fs, ruleFault("day", r.Day, "Tháng %d có các ngày từ 1 đến %d. Sửa ngày.",
			"Month %d has the days 1 to %d. Correct the day.", r.Month, last))
	}
	if r.YearOffset < -5 || r.YearOffset > 5 {
		fs = append(fs, ruleFault("year_offset", r.YearOffset, "Số năm cộng thêm phải từ -5 đến 5. Sửa số này.",
			"The year offset must be -5 to 5. Correct it."))
	}
	return fs
}

func ruleFault(field string, input any, vi, en string, args ...any) *Fault {
	return &Fault{Code: CodeBadRule, Field: field, Input: fmt.Sprint(input), VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)}
}

// Compute is the date of the rule for the period or from the anchor, and why. The rule uses the one its kind needs
// ([Rule.NeedsAnchor]) and ignores the other. Errors: [Faults] of [Rule.Validate]; a *[Fault] with [CodeMissingAnchor] while what it is
// reckoned from has not happened, with [CodeMissingPeriod] for a period that is none or has no bounds.
func (r Rule) Compute(cal *Calendar, period Period, anchor Date) (Date, Trace, error) {
	return r.ComputeIn(cal, period, CalendarYear, anchor)
}

// ComputeIn is [Rule.Compute] for a unit of the working year: what is reckoned from the end of a year is reckoned from the end of
// the unit's ([Period.In]), so that three months after the school year 2025-2026 are over on 30/11/2026.
func (r Rule) ComputeIn(cal *Calendar, period Period, year WorkingYear, anchor Date) (Date, Trace, error) {
	if err := r.Validate(); err != nil {
		return Date{}, Trace{}, err
	}
	how, _ := reckoningOf(r.Kind)
	t, err := r.start(how, period, year, anchor)
	if err != nil {
		return Date{}, Trace{}, err
	}
	over, _ := period.In(year)
	d := how.reckon(r, cal, origin{year: period.Year(), over: over, anchor: anchor}, &t)
	if !how.inWorkDays {
		d = r.shifted(cal, d, &t)
	}
	return d, t, nil
}

// start is the first step of the trace, or why there is nothing to reckon from.
func (r Rule) start(how reckoning, period Period, year WorkingYear, anchor Date) (Trace, error) {
	if how.ofAnchor {
		if anchor.IsZero() {
			return Trace{}, &Fault{Code: CodeMissingAnchor, Field: "anchor",
				VI: "Chưa có ngày làm mốc nên chưa tính được hạn. Nhập ngày đó rồi tính lại.",
				EN: "The day to reckon from is not known yet. Enter it, then reckon again."}
		}
		t := Trace{From: anchor}
		t.step("Ngày làm mốc là %s.", anchor.VietnameseWithWeekday())
		return t, nil
	}
	_, bounded := period.In(year)
	if period.IsZero() || (!bounded && r.Kind != FixedDay) {
		return Trace{}, &Fault{Code: CodeMissingPeriod, Field: "period", Input: period.String(),
			VI: "Hạn này tính theo kỳ, cần một kỳ có ngày đầu, ngày cuối. Chọn năm, nửa năm hoặc quý.",
			EN: "This date is reckoned from a period with a first and a last day. Choose a year, a half or a quarter."}
	}
	return WhyPeriodIn(period, year), nil
}

func reckonEndOfPeriod(_ Rule, _ *Calendar, from origin, _ *Trace) Date { return from.over.To }

func reckonMonthsAfterPeriod(r Rule, _ *Calendar, from origin, t *Trace) Date {
	d := from.over.To.AddDays(1).AddMonths(r.N).AddDays(-1)
	t.step("Cộng %d tháng sau kỳ: đến hết ngày %s.", r.N, d.Vietnamese())
	t.count(r.N)
	return d
}

func reckonFixedDay(r Rule, _ *Calendar, from origin, t *Trace) Date {
	year := from.year + r.YearOffset
	day := min(r.Day, daysIn(year, time.Month(r.Month)))
	d := NewDate(year, time.Month(r.Month), day)
	t.step("Hạn ấn định là ngày %s.", d.Vietnamese())
	t.From = Date{}
	if day != r.Day {
		t.step("Năm %d không có ngày %02d/%02d, lấy ngày cuối tháng.", year, r.Day, r.Month)
	}
	return d
}

func reckonMonthsAfter(r Rule, _ *Calendar, from origin, t *Trace) Date {
	d := from.anchor.AddMonths(r.N)
	t.step("Cộng %d tháng: đến ngày %s.", r.N, d.Vietnamese())
	t.count(r.N)
	return d
}

func reckonDaysAfter(r Rule, _ *Calendar, from origin, t *Trace) Date {
	d := from.anchor.AddDays(r.N)
	if r.N == 0 {
		return onTheAnchor(d, t)
	}
	t.step("Đếm %d ngày, từ ngày liền sau ngày làm mốc: đến ngày %s.", r.N, d.Vietnamese())
	t.count(r.N)
	return d
}

func onTheAnchor(d Date, t *Trace) Date {
	t.step("Hạn là chính ngày làm mốc.")
	return d
}

func reckonDaysBefore(r Rule, _ *Calendar, from origin, t *Trace) Date {
	d := from.anchor.AddDays(-r.N)
	if r.N == 0 {
		return onTheAnchor(d, t)
	}
	t.step("Lùi %d ngày trước ngày làm mốc: ngày %s.", r.N, d.Vietnamese())
	t.count(r.N)
	return d
}

func reckonWorkingDaysAfter(r Rule, c *Calendar, from origin, t *Trace) Date {
	d, met := c.AddWorkingDays(from.anchor, r.N)
	t.step("Đếm %d ngày làm việc, từ ngày liền sau ngày làm mốc: đến %s%s.", r.N, d.VietnameseWithWeekday(), passed(met))
	t.count(r.N)
	t.counted(c, met)
	return d
}

func reckonWorkingDaysBefore(r Rule, c *Calendar, from origin, t *Trace) Date {
	d, met := c.SubWorkingDays(from.anchor, r.N)
	t.step("Lùi %d ngày làm việc trước ngày làm mốc: %s%s.", r.N, d.VietnameseWithWeekday(), passed(met))
	t.count(r.N)
	t.counted(c, met)
	return d
}

// shifted applies the shift policy and says so in the last steps.
func (r Rule) shifted(c *Calendar, d Date, t *Trace) Date {
	is := fmt.Sprintf("Ngày cuối %s là %s", d.Vietnamese(), VietnameseWeekday(d.Weekday()))
	shifts := r.Shift == ShiftNext || r.Shift == ShiftPrev
	on := c.Judge(d)
	switch {
	case on.Working && !c.Covers(d):
		t.step("%s, không dời.", is)
		if shifts {
			t.counted(c, []Counted{on})
		}
		return d
	case on.Working:
		t.step("%s, ngày làm việc%s, không dời.", is, inBrackets(on))
		return d
	case on.Unsettled:
		is += ", chưa rõ là ngày nghỉ hay ngày làm việc" + inBrackets(on)
	default:
		is += ", ngày nghỉ" + inBrackets(on)
	}
	if !shifts {
		t.step("%s; quy tắc này không dời ngày.", is)
		return d
	}
	to, met := c.RollForward(d)
	words := "dời đến ngày làm việc tiếp theo"
	if r.Shift == ShiftPrev {
		to, met = c.RollBack(d)
		words = "lùi về ngày làm việc liền trước"
	} else {
		t.rests(endOfATerm)
	}
	t.step("%s; %s là %s.", is, words, to.VietnameseWithWeekday())
	t.counted(c, met)
	return to
}

// inBrackets names what is peculiar about the day; a plain rest day is already named by its weekday.
func inBrackets(on Counted) string {
	if on.ReasonVI == "" || on.ReasonVI == VietnameseWeekday(on.Date.Weekday()) {
		return ""
	}
	return " (" + strings.TrimPrefix(on.ReasonVI, unsettledVI) + ")"
}
