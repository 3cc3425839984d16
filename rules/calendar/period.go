package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// PeriodKind says how long a period is.
type PeriodKind string

// The kinds of period.
const (
	Year    PeriodKind = "year"
	Half    PeriodKind = "half"
	Quarter PeriodKind = "quarter"
	// Event is not a stretch of time but one happening, named by its id.
	Event PeriodKind = "event"
)

// monthsIn is the length of a period of the kind; an event has none.
func (k PeriodKind) monthsIn() int {
	return map[PeriodKind]int{Year: 12, Half: 6, Quarter: 3}[k]
}

// Period is a kỳ: a calendar year "2026", half "2026-H1", quarter "2026-Q3", or an event "E-2026-0007". Periods compare with == and
// serve as map keys; the text form, in JSON and YAML too, is the one quoted. The zero Period is none ([Period.IsZero]).
type Period struct {
	kind   PeriodKind
	year   int
	number int
}

var periodForm = regexp.MustCompile(`^(?:(2[01]\d\d)(?:-H([12])|-Q([1-4]))?|E-(2[01]\d\d)-(\d{4,9}))$`)

// ParsePeriod reads "2026", "2026-H1", "2026-Q3" or "E-2026-0007", years 2000 to 2199. The error is a *[Fault] with [CodeBadPeriod].
func ParsePeriod(s string) (Period, error) {
	m := periodForm.FindStringSubmatch(s)
	if m == nil {
		return Period{}, badPeriod(s)
	}
	switch {
	case m[4] != "":
		p := Period{kind: Event, year: atoi(m[4]), number: atoi(m[5])}
		if p.String() != s { // a second spelling of one event would make a second case of it
			return Period{}, badPeriod(s)
		}
		return p, nil
	case m[2] != "":
		return Period{kind: Half, year: atoi(m[1]), number: atoi(m[2])}, nil
	case m[3] != "":
		return Period{kind: Quarter, year: atoi(m[1]), number: atoi(m[3])}, nil
	default:
		return Period{kind: Year, year: atoi(m[1]), number: 1}, nil
	}
}

func badPeriod(s string) *Fault {
	return &Fault{Code: CodeBadPeriod, Input: s,
		VI: fmt.Sprintf("“%s” không phải là kỳ. Nhập năm (2026), nửa năm (2026-H1), quý (2026-Q3) hoặc mã sự kiện (E-2026-0007).", s),
		EN: fmt.Sprintf("“%s” is not a period. Enter a year (2026), a half (2026-H1), a quarter (2026-Q3) or an event (E-2026-0007).", s)}
}

// atoi reads digits that periodForm has already checked.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// MustPeriod is [ParsePeriod] for periods written in source code; it panics on one that does not exist.
func MustPeriod(s string) Period {
	p, err := ParsePeriod(s)
	if err != nil {
		panic(err)
	}
	return p
}

// PeriodAt is the year, half or quarter in which d lies; the zero Period for [Event] and unknown kinds.
func PeriodAt(kind PeriodKind, d Date) Period {
	months := kind.monthsIn()
	if months == 0 {
		return Period{}
	}
	return Period{kind: kind, year: d.Year(), number: (int(d.Month())-1)/months + 1}
}

// EventPeriod is the number-th event of the year: "E-2026-0007".
func EventPeriod(year, number int) Period { return Period{kind: Event, year: year, number: number} }

// Kind is the period's kind.
func (p Period) Kind() PeriodKind { return p.kind }

// Year is the calendar year in which the period lies; for an event, the year in its id.
func (p Period) Year() int { return p.year }

// IsZero tells that p is no period at all.
func (p Period) IsZero() bool { return p == Period{} }

// String is the text form: "2026", "2026-H1", "2026-Q3", "E-2026-0007"; empty for the zero Period.
func (p Period) String() string {
	switch p.kind {
	case Year:
		return fmt.Sprintf("%04d", p.year)
	case Half:
		return fmt.Sprintf("%04d-H%d", p.year, p.number)
	case Quarter:
		return fmt.Sprintf("%04d-Q%d", p.year, p.number)
	case Event:
		return fmt.Sprintf("E-%04d-%04d", p.year, p.number)
	default:
		return ""
	}
}

// Vietnamese is the period as a page names it: "năm 2026", "6 tháng đầu năm 2026", "quý III năm 2026", "sự kiện E-2026-0007".
func (p Period) Vietnamese() string {
	switch p.kind {
	case Year:
		return fmt.Sprintf("năm %d", p.year)
	case Half:
		return fmt.Sprintf("6 tháng %s năm %d", [...]string{"đầu", "cuối"}[p.number-1], p.year)
	case Quarter:
		return fmt.Sprintf("quý %s năm %d", [...]string{"I", "II", "III", "IV"}[p.number-1], p.year)
	case Event:
		return "sự kiện " + p.String()
	default:
		return ""
	}
}

// Bounds are the first and the last day of the period; false for an event, which has none.
func (p Period) Bounds() (first, last Date, ok bool) {
	months := p.kind.monthsIn()
	if months == 0 {
		return Date{}, Date{}, false
	}
	first = NewDate(p.year, time.Month((p.number-1)*months+1), 1)
	return first, first.AddMonths(months).AddDays(-1), true
}

// In are the days of the period for a unit of the working year: of a year the working year that closes in it, of a half or a quarter
// the calendar's. False for an event.
func (p Period) In(y WorkingYear) (Span, bool) {
	if p.kind == Year {
		return y.Closing(p.year), true
	}
	first, last, ok := p.Bounds()
	return Span{From: first, To: last}, ok
}

// Next is the period of the same kind that follows; false for an event, which has none.
func (p Period) Next() (Period, bool) {
	_, last, ok := p.Bounds()
	return PeriodAt(p.kind, last.AddDays(1)), ok
}

// MarshalText writes the text form, and nothing for the zero Period.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText writes; the error is that of [ParsePeriod].
func (p *Period) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Period{}
		return nil
	}
	parsed, err := ParsePeriod(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
