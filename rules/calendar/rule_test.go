package calendar_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"nenep/rules/calendar"
)

func TestDatesOfTheLawAndThePlan(t *testing.T) {
	c := vietnam(t)
	for _, x := range []struct {
		what           string
		rule           calendar.Rule
		period, anchor string
		want           string
	}{
		{"the dialogue, by the end of the year", calendar.Rule{Kind: calendar.EndOfPeriod}, "2026", "", "2026-12-31"},
		{"its notice, at least 7 days before", calendar.Rule{Kind: calendar.DaysBefore, N: 7}, "2026", "2026-12-31", "2026-12-24"},
		{"its result, at most 10 days after", calendar.Rule{Kind: calendar.DaysAfter, N: 10, Shift: calendar.ShiftNext}, "2026", "2026-12-23", "2027-01-04"},
		{"the staff conference, 3 months into the next year", calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 3}, "2026", "", "2027-03-31"},
		{"two months after a half end on the month's last day", calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 2}, "2026-H1", "", "2026-08-31"},
		{"one month after a quarter", calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 2}, "2026-Q4", "", "2027-02-28"},
		{"the six-month report", calendar.Rule{Kind: calendar.FixedDay, Month: 6, Day: 17, Shift: calendar.ShiftNext}, "2026-H1", "", "2026-06-17"},
		{"a day fixed in the year that follows", calendar.Rule{Kind: calendar.FixedDay, Month: 1, Day: 31, YearOffset: 1, Shift: calendar.ShiftNext}, "2026", "", "2027-02-01"},
		{"a day fixed for an event", calendar.Rule{Kind: calendar.FixedDay, Month: 9, Day: 30}, "E-2024-0001", "", "2024-09-30"},
		{"29/02 in a common year", calendar.Rule{Kind: calendar.FixedDay, Month: 2, Day: 29}, "2026", "", "2026-02-28"},
		{"publication within 5 working days", calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 5}, "2026", "2026-02-11", "2026-02-25"},
		{"5 working days before an inspection", calendar.Rule{Kind: calendar.WorkingDaysBefore, N: 5}, "2026", "2026-09-07", "2026-08-26"},
		{"on the day itself", calendar.Rule{Kind: calendar.DaysBefore}, "2026", "2026-12-26", "2026-12-26"},
		{"a term of two years", calendar.Rule{Kind: calendar.MonthsAfter, N: 24}, "E-2026-0007", "2024-02-29", "2026-02-28"},
		{"a reminder never on a day off", calendar.Rule{Kind: calendar.DaysBefore, N: 5, Shift: calendar.ShiftPrev}, "2026", "2026-12-31", "2026-12-25"},
		{"a reminder never on an unsettled day", calendar.Rule{Kind: calendar.DaysBefore, N: 7, Shift: calendar.ShiftPrev}, "2026", "2026-12-01", "2026-11-23"},
		{"a day off stands where nothing shifts it", calendar.Rule{Kind: calendar.DaysAfter, N: 2, Shift: calendar.ShiftNone}, "2026", "2026-12-24", "2026-12-26"},
	} {
		var anchor calendar.Date
		if x.anchor != "" {
			anchor = day(x.anchor)
		}
		require.NoError(t, x.rule.Validate(), x.what)
		require.Equal(t, x.anchor != "", x.rule.NeedsAnchor(), x.what)
		got, why, err := x.rule.Compute(c, calendar.MustPeriod(x.period), anchor)
		require.NoError(t, err, x.what)
		require.Equal(t, x.want, got.String(), x.what)
		require.Contains(t, why.Text(), got.Vietnamese(), "the trace of %s ends on the date it explains", x.what)
	}
}

func TestWhatARuleCannotBe(t *testing.T) {
	for _, x := range []struct {
		rule   calendar.Rule
		fields []string
	}{
		{calendar.Rule{Kind: "someday", N: -1}, []string{"kind"}},
		{calendar.Rule{Kind: calendar.EndOfPeriod, N: 3, Month: 2, Day: 1, YearOffset: 1, Shift: "later"}, []string{"n", "month", "day", "year_offset", "shift"}},
		{calendar.Rule{Kind: calendar.FixedDay, Month: 13, Day: 1}, []string{"month"}},
		{calendar.Rule{Kind: calendar.FixedDay, Month: 4, Day: 31, YearOffset: 9}, []string{"day", "year_offset"}},
		{calendar.Rule{Kind: calendar.MonthsAfterPeriod}, []string{"n"}},
		{calendar.Rule{Kind: calendar.WorkingDaysAfter}, []string{"n"}},
		{calendar.Rule{Kind: calendar.DaysAfter, N: -3}, []string{"n"}},
		{calendar.Rule{Kind: calendar.DaysAfter, N: 40000}, []string{"n"}},
		{calendar.Rule{Kind: calendar.DaysBefore, N: 7, Shift: calendar.ShiftNext}, []string{"shift"}},
		{calendar.Rule{Kind: calendar.WorkingDaysBefore, N: 7, Shift: calendar.ShiftNext}, []string{"shift"}},
	} {
		err := x.rule.Validate()
		var fs calendar.Faults
		require.ErrorAs(t, err, &fs, "%+v", x.rule)
		var fields []string
		for _, f := range fs {
			require.Equal(t, calendar.CodeBadRule, f.Code)
			require.NotContains(t, f.VI+f.EN, "%!")
			fields = append(fields, f.Field)
		}
		require.Equal(t, x.fields, fields)
		_, _, err = x.rule.Compute(vietnam(t), calendar.MustPeriod("2026"), day("2026-01-05"))
		require.ErrorAs(t, err, &fs)
	}
}

func TestARuleSaysWhenItHasNothingToReckonFrom(t *testing.T) {
	c := vietnam(t)
	for _, x := range []struct {
		rule   calendar.Rule
		period calendar.Period
		code   calendar.Code
	}{
		{calendar.Rule{Kind: calendar.DaysAfter, N: 10}, calendar.MustPeriod("2026"), calendar.CodeMissingAnchor},
		{calendar.Rule{Kind: calendar.EndOfPeriod}, calendar.MustPeriod("E-2026-0007"), calendar.CodeMissingPeriod},
		{calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 3}, calendar.Period{}, calendar.CodeMissingPeriod},
		{calendar.Rule{Kind: calendar.FixedDay, Month: 6, Day: 17}, calendar.Period{}, calendar.CodeMissingPeriod},
	} {
		_, _, err := x.rule.Compute(c, x.period, calendar.Date{})
		var f *calendar.Fault
		require.ErrorAs(t, err, &f)
		require.Equal(t, x.code, f.Code)
	}
}

func TestARuleIsDeclaredInTheCatalogue(t *testing.T) {
	want := calendar.Rule{Kind: calendar.FixedDay, Month: 1, Day: 31, YearOffset: 1, Shift: calendar.ShiftNext}
	var fromYAML, fromJSON calendar.Rule
	require.NoError(t, yaml.Unmarshal([]byte("{kind: fixed_day, month: 1, day: 31, year_offset: 1, shift: next}"), &fromYAML))
	require.Equal(t, want, fromYAML)
	b, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, `{"kind":"fixed_day","month":1,"day":31,"year_offset":1,"shift":"next"}`, string(b))
	require.NoError(t, json.Unmarshal(b, &fromJSON))
	require.Equal(t, want, fromJSON)
}

func TestRulesAgreeWithCountingOnFingers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	kinds := []calendar.RuleKind{calendar.DaysAfter, calendar.DaysBefore, calendar.WorkingDaysAfter, calendar.WorkingDaysBefore, calendar.MonthsAfter}
	shifts := []calendar.Shift{"", calendar.ShiftNone, calendar.ShiftNext, calendar.ShiftPrev}
	for range 3000 {
		base := someDay(r)
		rows := randomRows(r, base)
		c, err := calendar.New(rows)
		require.NoError(t, err)
		rule := calendar.Rule{Kind: kinds[r.IntN(len(kinds))], N: 1 + r.IntN(15), Shift: shifts[r.IntN(4)]}
		anchor := base.AddDays(r.IntN(90))
		got, why, err := rule.Compute(c, calendar.Period{}, anchor)
		if rule.Validate() != nil {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, onFingers(rows, rule, anchor), got, "%+v from %s", rule, anchor)
		for _, s := range why.Skipped {
			require.False(t, worked(rows, s.Date))
			require.NotEmpty(t, s.ReasonVI)
		}
		for _, s := range why.Steps {
			require.NotContains(t, s, "%!")
			require.Equal(t, ".", s[len(s)-1:])
		}
	}
}

// onFingers reckons a rule one day at a time from the rows alone.
func onFingers(rows []calendar.Day, rule calendar.Rule, anchor calendar.Date) calendar.Date {
	d, n := anchor, rule.N
	switch rule.Kind {
	case calendar.DaysAfter:
		for range n {
			d = d.AddDays(1)
		}
	case calendar.DaysBefore:
		for range n {
			d = d.AddDays(-1)
		}
	case calendar.WorkingDaysAfter, calendar.WorkingDaysBefore:
		step := 1
		if rule.Kind == calendar.WorkingDaysBefore {
			step = -1
		}
		for n > 0 {
			d = d.AddDays(step)
			if worked(rows, d) {
				n--
			}
		}
	case calendar.MonthsAfter:
		d = d.AddMonths(n)
	}
	step := map[calendar.Shift]int{calendar.ShiftNext: 1, calendar.ShiftPrev: -1}[rule.Shift]
	for step != 0 && !worked(rows, d) {
		d = d.AddDays(step)
	}
	return d
}
