package calendar_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"nenep/rules/calendar"
)

func TestPeriods(t *testing.T) {
	for _, x := range []struct {
		text, vi, first, last, next string
		kind                        calendar.PeriodKind
	}{
		{"2026", "năm 2026", "2026-01-01", "2026-12-31", "2027", calendar.Year},
		{"2026-H1", "6 tháng đầu năm 2026", "2026-01-01", "2026-06-30", "2026-H2", calendar.Half},
		{"2026-H2", "6 tháng cuối năm 2026", "2026-07-01", "2026-12-31", "2027-H1", calendar.Half},
		{"2024-Q1", "quý I năm 2024", "2024-01-01", "2024-03-31", "2024-Q2", calendar.Quarter},
		{"2026-Q2", "quý II năm 2026", "2026-04-01", "2026-06-30", "2026-Q3", calendar.Quarter},
		{"2026-Q3", "quý III năm 2026", "2026-07-01", "2026-09-30", "2026-Q4", calendar.Quarter},
		{"2026-Q4", "quý IV năm 2026", "2026-10-01", "2026-12-31", "2027-Q1", calendar.Quarter},
	} {
		p, err := calendar.ParsePeriod(x.text)
		require.NoError(t, err)
		require.Equal(t, x.text, p.String())
		require.Equal(t, x.vi, p.Vietnamese())
		require.Equal(t, x.kind, p.Kind())
		first, last, ok := p.Bounds()
		require.True(t, ok)
		require.Equal(t, [2]string{x.first, x.last}, [2]string{first.String(), last.String()})
		next, ok := p.Next()
		require.True(t, ok)
		require.Equal(t, x.next, next.String())
	}
}

func TestAnEventIsAPeriodWithoutBounds(t *testing.T) {
	p := calendar.MustPeriod("E-2026-0007")
	require.Equal(t, calendar.EventPeriod(2026, 7), p)
	require.Equal(t, calendar.Event, p.Kind())
	require.Equal(t, 2026, p.Year())
	require.Equal(t, "sự kiện E-2026-0007", p.Vietnamese())
	_, _, ok := p.Bounds()
	require.False(t, ok)
	next, ok := p.Next()
	require.False(t, ok)
	require.True(t, next.IsZero())
	require.Equal(t, "E-2026-12345", calendar.MustPeriod("E-2026-12345").String())
	require.True(t, calendar.PeriodAt(calendar.Event, day("2026-01-01")).IsZero())
}

func TestWhatIsNoPeriodIsRefused(t *testing.T) {
	for _, bad := range []string{"", "26", "1999", "2200", "2026-H3", "2026-Q0", "2026-Q5", "2026-h1", "2026-M05", "2026 ", "E-2026-7", "E-26-0007", "E-2026-00007", "e-2026-0007"} {
		p, err := calendar.ParsePeriod(bad)
		var f *calendar.Fault
		require.ErrorAs(t, err, &f, "%q", bad)
		require.Equal(t, calendar.CodeBadPeriod, f.Code)
		require.True(t, p.IsZero())
	}
	require.Panics(t, func() { calendar.MustPeriod("2026-Q5") })
	var none calendar.Period
	require.Empty(t, none.String()+none.Vietnamese())
}

func TestPeriodsFollowOneAnotherWithoutGap(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		d := someDay(r)
		for _, kind := range []calendar.PeriodKind{calendar.Year, calendar.Half, calendar.Quarter} {
			p := calendar.PeriodAt(kind, d)
			first, last, ok := p.Bounds()
			require.True(t, ok)
			require.False(t, d.Before(first) || d.After(last))
			next, _ := p.Next()
			begins, _, _ := next.Bounds()
			require.Equal(t, last.AddDays(1), begins)
			require.Equal(t, p, calendar.PeriodAt(kind, last))
		}
	}
}

func TestPeriodsTravelAsText(t *testing.T) {
	var in struct {
		Period calendar.Period `json:"period" yaml:"period"`
		None   calendar.Period `json:"none" yaml:"none"`
	}
	require.NoError(t, yaml.Unmarshal([]byte("period: 2026\n"), &in))
	require.Equal(t, calendar.MustPeriod("2026"), in.Period)
	b, err := json.Marshal(in)
	require.NoError(t, err)
	require.JSONEq(t, `{"period":"2026","none":""}`, string(b))
	in.Period = calendar.Period{}
	require.NoError(t, json.Unmarshal(b, &in))
	require.Equal(t, calendar.MustPeriod("2026"), in.Period)
	require.Error(t, json.Unmarshal([]byte(`{"period":"2026-Q9"}`), &in))
}
