package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

func TestWorkingYears(t *testing.T) {
	for _, x := range []struct {
		text, on, from, to, vi string
		closes                 int
	}{
		{"calendar", "2026-08-31", "2026-01-01", "2026-12-31", "năm 2026", 2026},
		{"school", "2026-08-31", "2025-09-01", "2026-08-31", "năm học 2025-2026", 2026},
		{"school", "2026-09-01", "2026-09-01", "2027-08-31", "năm học 2026-2027", 2027},
		{"fiscal-04", "2026-03-31", "2025-04-01", "2026-03-31", "năm tài chính 2025-2026", 2026},
		{"fiscal-07", "2024-02-29", "2023-07-01", "2024-06-30", "năm tài chính 2023-2024", 2024},
		{"fiscal-10", "2026-10-01", "2026-10-01", "2027-09-30", "năm tài chính 2026-2027", 2027},
	} {
		y, err := calendar.ParseWorkingYear(x.text)
		require.NoError(t, err)
		require.Equal(t, x.text, y.String())
		span, closes := y.At(day(x.on))
		require.Equal(t, calendar.Span{From: day(x.from), To: day(x.to)}, span, x.text)
		require.Equal(t, x.closes, closes)
		require.Equal(t, span, y.Closing(closes))
		require.Equal(t, x.vi, y.Vietnamese(closes))
	}
	none, err := calendar.ParseWorkingYear("")
	require.NoError(t, err)
	require.Equal(t, calendar.CalendarYear, none)
	for _, bad := range []string{"School", "fiscal-01", "fiscal-02", "fiscal-4", "fiscal-13", "fiscal-"} {
		_, err := calendar.ParseWorkingYear(bad)
		var f *calendar.Fault
		require.ErrorAs(t, err, &f, bad)
		require.Equal(t, calendar.CodeBadPeriod, f.Code)
	}
	january, ok := calendar.FiscalYear(time.January)
	require.True(t, ok)
	require.Equal(t, calendar.CalendarYear, january)
	_, ok = calendar.FiscalYear(time.February)
	require.False(t, ok)
}

func TestWorkingYearsFollowOneAnotherWithoutGap(t *testing.T) {
	fiscal, _ := calendar.FiscalYear(time.April)
	for _, y := range []calendar.WorkingYear{calendar.CalendarYear, calendar.SchoolYear, fiscal} {
		for year := 2023; year < 2036; year++ {
			require.Equal(t, y.Closing(year).To.AddDays(1), y.Closing(year+1).From)
			require.Equal(t, year, y.Closing(year).To.Year())
		}
		for d := day("2024-01-01"); d.Before(day("2036-01-01")); d = d.AddDays(1) {
			span, closes := y.At(d)
			require.True(t, span.Holds(d))
			require.Equal(t, closes, span.To.Year())
		}
	}
}

func TestThreeMonthsAfterTheYearThatClosed(t *testing.T) {
	c := vietnam(t)
	rule := calendar.Rule{Kind: calendar.MonthsAfterPeriod, N: 3}
	fiscal, _ := calendar.FiscalYear(time.April)
	for _, x := range []struct {
		year calendar.WorkingYear
		want string
		step string
	}{
		{calendar.CalendarYear, "2027-03-31", "Kỳ 2026 từ 01/01/2026 đến 31/12/2026."},
		{calendar.SchoolYear, "2026-11-30", "Kỳ 2026 là năm học 2025-2026, từ 01/09/2025 đến 31/08/2026."},
		{fiscal, "2026-06-30", "Kỳ 2026 là năm tài chính 2025-2026, từ 01/04/2025 đến 31/03/2026."},
	} {
		due, why, err := rule.ComputeIn(c, calendar.MustPeriod("2026"), x.year, calendar.Date{})
		require.NoError(t, err)
		require.Equal(t, x.want, due.String())
		require.Equal(t, x.step, why.Steps[0])
		require.Equal(t, x.year.Closing(2026).To, why.From)
		require.Equal(t, 3, why.Counted)
	}
	half, _, err := calendar.Rule{Kind: calendar.EndOfPeriod}.ComputeIn(c, calendar.MustPeriod("2026-H1"), calendar.SchoolYear, calendar.Date{})
	require.NoError(t, err)
	require.Equal(t, "2026-06-30", half.String(), "halves are the calendar's")
}

func TestWorkingYearsTravelAsText(t *testing.T) {
	b, err := json.Marshal(map[string]calendar.WorkingYear{"y": calendar.SchoolYear})
	require.NoError(t, err)
	require.JSONEq(t, `{"y":"school"}`, string(b))
	var back map[string]calendar.WorkingYear
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, calendar.SchoolYear, back["y"])
	require.Error(t, json.Unmarshal([]byte(`{"y":"lunar"}`), &back))
}

func TestDataWindowsOfReports(t *testing.T) {
	for period, want := range map[string][2]string{
		"2026":    {"2025-12-15", "2026-12-14"},
		"2026-H1": {"2025-12-15", "2026-06-14"},
		"2026-H2": {"2026-06-15", "2026-12-14"},
		"2026-Q1": {"2025-12-15", "2026-03-14"},
		"2026-Q3": {"2026-06-15", "2026-09-14"},
	} {
		window, ok := calendar.MustPeriod(period).DataWindow()
		require.True(t, ok)
		require.Equal(t, want, [2]string{window.From.String(), window.To.String()}, period)
	}
	_, ok := calendar.MustPeriod("E-2026-0001").DataWindow()
	require.False(t, ok)
	_, ok = calendar.WhyDataWindow(calendar.MustPeriod("E-2026-0001"))
	require.False(t, ok)
	why, ok := calendar.WhyDataWindow(calendar.MustPeriod("2026-H1"))
	require.True(t, ok)
	require.Equal(t, "Kỳ 6 tháng đầu năm 2026 từ 01/01/2026 đến 30/06/2026. Số liệu báo cáo của kỳ lấy từ 15/12/2025 đến 14/06/2026.", why.Text())
	require.Equal(t, "Nghị định 09/2019/NĐ-CP, Điều 12", why.Grounds[0].Vietnamese())
	require.Equal(t, "V (second hand)", why.Grounds[0].Confidence)
}

func TestEveryDayBelongsToOneDataWindow(t *testing.T) {
	for _, kind := range []calendar.PeriodKind{calendar.Year, calendar.Half, calendar.Quarter} {
		for d := day("2024-01-01"); d.Before(day("2036-01-01")); d = d.AddDays(1) {
			p := calendar.DataPeriodAt(kind, d)
			window, ok := p.DataWindow()
			require.True(t, ok)
			require.True(t, window.Holds(d), "%s in the window of %s", d, p)
			next, _ := p.Next()
			follows, _ := next.DataWindow()
			require.Equal(t, window.To.AddDays(1), follows.From)
		}
	}
	require.True(t, calendar.DataPeriodAt(calendar.Event, day("2026-01-01")).IsZero())
}
