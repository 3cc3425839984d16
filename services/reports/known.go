package reports

import (
	"cmp"
	"slices"
	"strings"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// span is the days that a figure is counted over, both included; a stock has no first day.
type span struct{ from, to string }

func (s span) holds(day string) bool { return day != "" && day >= s.from && day <= s.to }

// caseKnown is what counting a case asks of it. Days are civil days of Vietnam; empty where there is none.
type caseKnown struct {
	ID, UnitID   string
	State        string
	Opened       string
	Due          string // of the duty, as extended
	Done         string // the day of the duty
	LateFile     bool
	OfSamePeriod bool
	Values       string // of a sum: what its step states, in the span; several are parted by semicolons
	UnitEndedOn  string `gorm:"-"`
}

// counts tells whether the case is one of those that a figure is known from.
func (c caseKnown) counts(k *catalogue.Known, in span) bool {
	done := in.holds(c.Done)
	if k.SamePeriod {
		done = c.OfSamePeriod && c.Done != ""
	}
	filed := c.State == "submitted" || c.State == "accepted"
	due := k.SamePeriod && c.OfSamePeriod || !k.SamePeriod && in.holds(c.Due)
	stands := c.UnitEndedOn == "" || c.UnitEndedOn >= in.to
	switch k.Cases {
	case catalogue.CasesHeld:
		return done
	case catalogue.CasesAccepted:
		return done && c.State == "accepted"
	case catalogue.CasesInTime:
		return done && (c.Due == "" || c.Done <= c.Due)
	case catalogue.CasesLate:
		return done && c.Due != "" && c.Done > c.Due
	case catalogue.CasesOwed:
		return due
	case catalogue.CasesUnits:
		return done && stands
	case catalogue.CasesUnitsOwed:
		return stands && c.Opened <= in.to && (c.Due == "" || c.Due >= in.from)
	case catalogue.CasesFiledInTime:
		return due && filed && !c.LateFile
	case catalogue.CasesFiledLate:
		return due && filed && c.LateFile
	case catalogue.CasesUnfiled:
		return due && !filed
	default:
		return k.Sum != nil && c.Values != ""
	}
}

// tally is a figure with what it comes from.
type tally struct {
	sum    figures.Number
	cases  []string
	boards []string
	known  bool
}

func (t tally) plus(o tally) tally {
	t.sum = t.sum.Add(o.sum)
	t.cases = slices.Compact(slices.Sorted(slices.Values(append(t.cases, o.cases...))))
	t.boards = slices.Compact(slices.Sorted(slices.Values(append(t.boards, o.boards...))))
	return t
}

// tallyCases counts or adds up over the cases of an obligation. Without a case of it among the units the register knows nothing: a body
// that it does not follow may well have done what it owes.
func tallyCases(k *catalogue.Known, cases []caseKnown, in span) tally {
	t := tally{known: len(cases) > 0}
	units := map[string]bool{}
	for _, c := range cases {
		if !c.counts(k, in) {
			continue
		}
		t.cases = append(t.cases, c.ID)
		units[c.UnitID] = true
		if k.Sum != nil {
			t.sum = t.sum.Add(sumOfValues(c.Values))
		}
	}
	switch {
	case k.Sum != nil:
	case k.Cases == catalogue.CasesUnits || k.Cases == catalogue.CasesUnitsOwed:
		t.sum = figures.Count(int64(len(units)))
	default:
		t.sum = figures.Count(int64(len(t.cases)))
	}
	slices.Sort(t.cases)
	return t
}

// tallyBoards counts the boards that stand on the last day, or those who sit in them. How many sit in a board that does not say so is not
// known, and so neither is their sum.
func tallyBoards(k *catalogue.Known, boards []*unitsv1.Board, on string) tally {
	t := tally{known: len(boards) > 0}
	var count int64
	for _, b := range boards {
		if b.GetValidFrom() > on || b.GetValidTo() != "" && b.GetValidTo() < on {
			continue
		}
		t.boards = append(t.boards, b.GetId())
		if !k.Members {
			count++
			continue
		}
		if b.GetMembers() == 0 {
			return tally{}
		}
		count += int64(b.GetMembers()) - emptySeats(b, on)
	}
	t.sum = figures.Count(count)
	slices.Sort(t.boards)
	return t
}

func emptySeats(b *unitsv1.Board, on string) int64 {
	var empty int64
	for _, v := range b.GetVacancies() {
		if v.GetOn() <= on && (v.GetFilledOn() == "" || v.GetFilledOn() > on) {
			empty++
		}
	}
	return empty
}

// sumOfValues adds up figures as they are stored, parted by semicolons. What is no number is left out.
func sumOfValues(values string) figures.Number {
	var sum figures.Number
	for value := range strings.SplitSeq(values, ";") {
		if n, err := figures.ParseNumber(value); err == nil {
			sum = sum.Add(n)
		}
	}
	return sum
}

// spanOf is what a figure of a measure is counted over; what lies ahead has not happened.
func spanOf(measure, from, to, today string) span {
	if measure == string(figures.Stock) {
		from = ""
	}
	return span{from, min(cmp.Or(to, today), today)}
}
