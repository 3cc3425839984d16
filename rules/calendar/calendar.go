package calendar

import (
	"encoding/json"
	"slices"
	"time"
)

// Calendar knows which days offices work. It never changes once built, so it may be shared. The zero Calendar knows only Saturday
// and Sunday. As JSON it is its days and the spans it knows, small enough to travel in a workflow's input.
type Calendar struct {
	days     map[Date]Day
	known    []Span // by a table
	computed []Span
}

// Span is a run of days, both ends included.
type Span struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// Holds tells whether d is one of the days.
func (s Span) Holds(d Date) bool { return !d.Before(s.From) && !d.After(s.To) }

// Vietnamese is "từ 01/09/2025 đến 31/08/2026".
func (s Span) Vietnamese() string {
	return "từ " + s.From.Vietnamese() + " đến " + s.To.Vietnamese()
}

// clipped are the parts of the spans that lie within from..to.
func clipped(spans []Span, from, to Date) []Span {
	var parts []Span
	for _, s := range spans {
		if s.From.Before(from) {
			s.From = from
		}
		if s.To.After(to) {
			s.To = to
		}
		if !s.From.After(s.To) {
			parts = append(parts, s)
		}
	}
	return parts
}

func within(spans []Span, d Date) bool {
	return slices.ContainsFunc(spans, func(s Span) bool { return s.Holds(d) })
}

// New builds a calendar from the days that differ. Every year that has at least one row that is not [Computed] counts as known
// ([Calendar.Covers]).
// A row that cannot be used or a date given twice is refused, all of them at once, as [Faults].
func New(days []Day) (*Calendar, error) {
	c := &Calendar{days: make(map[Date]Day, len(days))}
	var fs Faults
	for _, d := range days {
		fs = append(fs, d.wordFaults(0)...)
		if d.Date.IsZero() {
			fs = append(fs, missingDate())
		} else if _, twice := c.days[d.Date]; twice {
			fs = append(fs, duplicateDay(d.Date, 0))
		}
		c.days[d.Date] = d
	}
	if len(fs) > 0 {
		return nil, fs
	}
	sorted := c.Exceptions()
	c.known = yearsWith(sorted, func(d Day) bool { return !d.isComputed() })
	c.computed = yearsWith(sorted, Day.isComputed)
	return c, nil
}

// yearsWith is a span for each run of years that have such rows.
func yearsWith(sorted []Day, such func(Day) bool) []Span {
	var spans []Span
	for _, d := range sorted {
		if !such(d) {
			continue
		}
		y := d.Date.Year()
		if n := len(spans); n > 0 && spans[n-1].To.Year() >= y-1 {
			spans[n-1].To = NewDate(y, time.December, 31)
			continue
		}
		spans = append(spans, Span{From: NewDate(y, time.January, 1), To: NewDate(y, time.December, 31)})
	}
	return spans
}

// Exceptions are the days that differ from Monday-to-Friday work, in order of date.
func (c *Calendar) Exceptions() []Day {
	days := make([]Day, 0, len(c.days))
	for _, d := range c.days {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	return days
}

// Between is the calendar of the days from..to, both included, and knows nothing outside them.
func (c *Calendar) Between(from, to Date) *Calendar {
	part := &Calendar{days: map[Date]Day{}, known: clipped(c.known, from, to), computed: clipped(c.computed, from, to)}
	for date, d := range c.days {
		if !date.Before(from) && !date.After(to) {
			part.days[date] = d
		}
	}
	return part
}

// Overlay is this calendar with the days of a narrower scope (a province, a unit) put over it: for a date that both name, the
// narrower holds. Faults are those of [New].
func (c *Calendar) Overlay(days []Day) (*Calendar, error) {
	narrow, err := New(days)
	if err != nil {
		return nil, err
	}
	for date, d := range c.days {
		if _, named := narrow.days[date]; !named {
			narrow.days[date] = d
		}
	}
	narrow.known, narrow.computed = c.known, c.computed
	return narrow, nil
}

// Covers tells whether the table speaks about d's year at all. Outside, only Saturday, Sunday and what was computed are known to be off,
// and a date counted there may still move when that year's table is published.
func (c *Calendar) Covers(d Date) bool { return within(c.known, d) }

// IsWorkingDay tells whether offices surely work on d: Monday to Friday without days off and unsettled days, and swapped rest days.
func (c *Calendar) IsWorkingDay(d Date) bool { return c.Judge(d).Working }

// IsUnsettled tells whether nobody can say yet if offices work on d.
func (c *Calendar) IsUnsettled(d Date) bool { return c.days[d].Kind == Unsettled }

// Counted is what the calendar says of one day met while counting: counted as a working day or passed over, and why. ReasonVI is
// empty for an ordinary working day; Source and Confidence are those of the table's row.
type Counted struct {
	Date       Date   `json:"date"`
	Working    bool   `json:"working"`
	Unsettled  bool   `json:"unsettled,omitempty"`
	ReasonVI   string `json:"reason_vi,omitempty"`
	Source     string `json:"source,omitempty"`
	Confidence string `json:"confidence,omitempty"`
}

// unsettledVI opens the reason of a day of which nobody can say yet whether offices work.
const unsettledVI = "ngày chưa chốt: "

// Judge says whether d counts as a working day, and why.
func (c *Calendar) Judge(d Date) Counted {
	w := d.Weekday()
	day, differs := c.days[d]
	switch {
	case differs && day.Kind == Unsettled:
		return Counted{Date: d, Unsettled: true, ReasonVI: unsettledVI + day.NameVI, Source: day.Source, Confidence: day.Confidence}
	case differs:
		return Counted{Date: d, Working: day.Kind == WorkingSwapped, ReasonVI: day.NameVI, Source: day.Source, Confidence: day.Confidence}
	case w == time.Saturday || w == time.Sunday:
		return Counted{Date: d, ReasonVI: VietnameseWeekday(w)}
	default:
		return Counted{Date: d, Working: true}
	}
}

type calendarJSON struct {
	Known    []Span `json:"known,omitempty"`
	Computed []Span `json:"computed,omitempty"`
	Days     []Day  `json:"days"`
}

// MarshalJSON writes the days in order of date, so that equal calendars give equal bytes.
func (c *Calendar) MarshalJSON() ([]byte, error) {
	return json.Marshal(calendarJSON{Known: c.known, Computed: c.computed, Days: c.Exceptions()})
}

// UnmarshalJSON reads what MarshalJSON writes; faults are those of [New].
func (c *Calendar) UnmarshalJSON(b []byte) error {
	var in calendarJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	built, err := New(in.Days)
	if err != nil {
		return err
	}
	*c = Calendar{days: built.days, known: in.Known, computed: in.Computed}
	return nil
}
