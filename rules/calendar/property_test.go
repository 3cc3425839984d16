package calendar_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

var (
	firstStart = calendar.MustDate("2024-01-01")
	lastStart  = calendar.MustDate("2035-12-31")
)

// everyStart calls holds for all start days 2024-2035. Require is too slow to be asked a million times, so holds answers.
func everyStart(t *testing.T, holds func(d calendar.Date) bool) {
	t.Helper()
	for d := firstStart; !d.After(lastStart); d = d.AddDays(1) {
		if !holds(d) {
			require.Fail(t, "does not hold", "for the start day %s", d)
		}
	}
}

// counts are the numbers of working days that the catalogue counts, and some it does not.
var counts = []int{1, 2, 3, 4, 5, 7, 10, 14, 15, 20, 22, 30, 45}

func TestWorkingDaysAreMonotoneInTheStartAndTheNumber(t *testing.T) {
	c := completed(t)
	last := map[int]calendar.Date{}
	everyStart(t, func(d calendar.Date) bool {
		before := d
		for _, n := range counts {
			due, met := c.AddWorkingDays(d, n)
			if due.Before(last[n]) || !due.After(before) || len(met) != due.Sub(d) {
				return false
			}
			last[n], before = due, due
		}
		return true
	})
}

func TestAWorkingDayIsPromisedAndKept(t *testing.T) {
	c := completed(t)
	everyStart(t, func(d calendar.Date) bool {
		for _, n := range counts {
			after, _ := c.AddWorkingDays(d, n)
			before, _ := c.SubWorkingDays(d, n)
			if !c.IsWorkingDay(after) || !c.IsWorkingDay(before) || !after.After(d) || !before.Before(d) ||
				c.IsUnsettled(after) || c.IsUnsettled(before) {
				return false
			}
		}
		return true
	})
}

// Going forth and back by the same number leads to the start when it is a working day, and otherwise to the working day next to it
// against the direction first gone: nothing else could be the n-th working day from there.
func TestSubtractingUndoesAdding(t *testing.T) {
	c := completed(t)
	everyStart(t, func(d calendar.Date) bool {
		earlier, _ := c.RollBack(d)
		later, _ := c.RollForward(d)
		if c.IsWorkingDay(d) && (earlier != d || later != d) {
			return false
		}
		for _, n := range counts {
			forth, _ := c.AddWorkingDays(d, n)
			back, _ := c.SubWorkingDays(forth, n)
			down, _ := c.SubWorkingDays(d, n)
			up, _ := c.AddWorkingDays(down, n)
			if back != earlier || up != later {
				return false
			}
		}
		return true
	})
}

func TestTheNumberOfWorkingDaysBetweenIsTheNumberAdded(t *testing.T) {
	c := completed(t)
	everyStart(t, func(d calendar.Date) bool {
		for _, n := range counts {
			due, _ := c.AddWorkingDays(d, n)
			between, _ := c.WorkingDaysBetween(d, due)
			short, _ := c.WorkingDaysBetween(d, due.AddDays(-1))
			if between != n || short != n-1 {
				return false
			}
		}
		return true
	})
}

// rulesOfAnchor are the rules reckoned from a day, with the shifts they may have.
func rulesOfAnchor(t *testing.T) []calendar.Rule {
	t.Helper()
	var rules []calendar.Rule
	for _, kind := range []calendar.RuleKind{calendar.DaysAfter, calendar.DaysBefore, calendar.WorkingDaysAfter, calendar.WorkingDaysBefore, calendar.MonthsAfter} {
		for _, shift := range []calendar.Shift{calendar.ShiftNone, calendar.ShiftNext, calendar.ShiftPrev} {
			for _, n := range []int{1, 7} {
				if rule := (calendar.Rule{Kind: kind, N: n, Shift: shift}); rule.Validate() == nil {
					rules = append(rules, rule)
				}
			}
		}
	}
	require.Len(t, rules, 2*(3+2+3+2+3))
	return rules
}

func isBefore(kind calendar.RuleKind) bool {
	return kind == calendar.DaysBefore || kind == calendar.WorkingDaysBefore
}

func TestRulesAfterEndAfterAndRulesBeforeEndBefore(t *testing.T) {
	c := completed(t)
	for _, rule := range rulesOfAnchor(t) {
		// A term "after" that moves back to a working day may end on the eve of its start, as a reminder may; a term of law never moves so.
		if !isBefore(rule.Kind) && rule.Shift == calendar.ShiftPrev {
			continue
		}
		everyStart(t, func(d calendar.Date) bool {
			due, why, err := rule.Compute(c, calendar.Period{}, d)
			if err != nil || len(why.Steps) < 2 || why.From != d || why.Counted != rule.N || len(why.Grounds) == 0 {
				return false
			}
			if isBefore(rule.Kind) {
				return due.Before(d)
			}
			return due.After(d)
		})
	}
}

func TestAShiftMovesOneWayOnlyAndToAWorkingDay(t *testing.T) {
	c := completed(t)
	for _, rule := range rulesOfAnchor(t) {
		if rule.Shift == calendar.ShiftNone {
			continue
		}
		unmoved := rule
		unmoved.Shift = calendar.ShiftNone
		everyStart(t, func(d calendar.Date) bool {
			due, _, _ := rule.Compute(c, calendar.Period{}, d)
			stays, _, _ := unmoved.Compute(c, calendar.Period{}, d)
			oneWay := !due.Before(stays)
			if rule.Shift == calendar.ShiftPrev {
				oneWay = !due.After(stays)
			}
			return oneWay && c.IsWorkingDay(due) && (due == stays) == c.IsWorkingDay(stays)
		})
	}
}

// "At least n days before" counts calendar days, and never moves later: whatever its shift, n days remain.
func TestANoticeIsNeverLaterThanItsDay(t *testing.T) {
	c := completed(t)
	for _, shift := range []calendar.Shift{calendar.ShiftNone, calendar.ShiftPrev} {
		rule := calendar.Rule{Kind: calendar.DaysBefore, N: 7, Shift: shift}
		everyStart(t, func(d calendar.Date) bool {
			notice, _, _ := rule.Compute(c, calendar.Period{}, d)
			return d.Sub(notice) >= 7
		})
	}
	require.Error(t, calendar.Rule{Kind: calendar.DaysBefore, N: 7, Shift: calendar.ShiftNext}.Validate())
}

func TestAPeriodThatEndsOnADayOffEndsOnTheNextWorkingDay(t *testing.T) {
	c := completed(t)
	rule := calendar.Rule{Kind: calendar.EndOfPeriod, Shift: calendar.ShiftNext}
	for _, kind := range []calendar.PeriodKind{calendar.Year, calendar.Half, calendar.Quarter} {
		for p := calendar.PeriodAt(kind, firstStart); p.Year() < 2036; p, _ = p.Next() {
			due, why, err := rule.Compute(c, p, calendar.Date{})
			require.NoError(t, err)
			_, last, _ := p.Bounds()
			next, _ := c.RollForward(last)
			require.Equal(t, next, due, p)
			require.Equal(t, due != last, len(why.Skipped) > 0 && why.Grounds != nil, "what moved says by which article")
		}
	}
}
