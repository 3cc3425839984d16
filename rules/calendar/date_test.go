package calendar_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"nenep/rules/calendar"
)

func day(s string) calendar.Date { return calendar.MustDate(s) }

// someDay is any day of the years the house can meet.
func someDay(r *rand.Rand) calendar.Date { return day("2000-01-01").AddDays(r.IntN(73049)) }

func TestDateReadsOnlyDaysThatExist(t *testing.T) {
	for _, good := range []string{"2024-02-29", "2026-12-31", "0001-01-01", "9999-12-31"} {
		d, err := calendar.ParseDate(good)
		require.NoError(t, err)
		require.Equal(t, good, d.String())
	}
	for _, bad := range []string{"", "2026-02-29", "2026-13-01", "2026-1-1", "31/12/2026", "2026-12-31T00:00:00Z", " 2026-12-31", "0000-01-01"} {
		d, err := calendar.ParseDate(bad)
		var f *calendar.Fault
		require.ErrorAs(t, err, &f, "%q", bad)
		require.Equal(t, calendar.CodeBadDate, f.Code)
		require.Equal(t, bad, f.Input)
		require.Contains(t, f.VI, "không phải là ngày có trong lịch")
		require.NotEmpty(t, f.EN)
		require.True(t, d.IsZero())
	}
	require.Panics(t, func() { day("2026-02-30") })
}

func TestDateSpeaksVietnamese(t *testing.T) {
	require.Equal(t, "31/12/2026", day("2026-12-31").Vietnamese())
	require.Equal(t, "01/02/2026", day("2026-02-01").Vietnamese())
	weekdays := []string{"thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"}
	for i, want := range weekdays {
		require.Equal(t, want+", "+day("2026-12-28").AddDays(i).Vietnamese(), day("2026-12-28").AddDays(i).VietnameseWithWeekday())
	}
	var none calendar.Date
	require.Empty(t, none.String()+none.Vietnamese()+none.VietnameseWithWeekday())
}

func TestDateIsTheDayInHoChiMinhCity(t *testing.T) {
	require.Equal(t, day("2027-01-01"), calendar.DateOf(time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC)))
	require.Equal(t, day("2026-12-31"), calendar.DateOf(time.Date(2026, 12, 31, 16, 59, 59, 0, time.UTC)))
	newYork := time.FixedZone("EDT", -4*60*60)
	require.Equal(t, day("2026-07-02"), calendar.DateOf(time.Date(2026, 7, 1, 13, 30, 0, 0, newYork)))

	six := day("2026-12-31").At(6, 0)
	require.Equal(t, "2026-12-31T06:00:00+07:00", six.Format(time.RFC3339))
	require.True(t, day("2026-12-31").End().Equal(time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC)))
}

func TestMonthsEndOnTheSameDayOrTheLastOfTheMonth(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2026-12-31", 3, "2027-03-31"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -13, "2024-12-15"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-05-26", 60, "2031-05-26"},
	} {
		require.Equal(t, c.want, day(c.from).AddMonths(c.n).String(), "%s + %d", c.from, c.n)
	}
}

func TestDateArithmeticAgreesWithItself(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		d, n, m := someDay(r), r.IntN(4000)-2000, r.IntN(240)-120
		e := d.AddDays(n)
		require.Equal(t, n, e.Sub(d))
		require.Equal(t, d, e.AddDays(-n))
		require.Equal(t, n > 0, e.After(d))
		require.Equal(t, n < 0, e.Before(d))
		require.Equal(t, d, calendar.DateOf(d.At(r.IntN(24), r.IntN(60))))
		parsed, err := calendar.ParseDate(d.String())
		require.NoError(t, err)
		require.Equal(t, d, parsed)

		later := d.AddMonths(m)
		require.Equal(t, d.Year()*12+int(d.Month())+m, later.Year()*12+int(later.Month()))
		require.True(t, later.Day() == d.Day() || later.Day() < d.Day() && later.AddDays(1).Day() == 1)
	}
}

func TestDatesTravelAsText(t *testing.T) {
	type form struct {
		Held calendar.Date            `json:"held" yaml:"held"`
		Next calendar.Date            `json:"next" yaml:"next"`
		By   map[calendar.Date]string `json:"by" yaml:"-"`
	}
	in := form{Held: day("2026-12-31"), By: map[calendar.Date]string{day("2026-01-01"): "x"}}
	b, err := json.Marshal(in)
	require.NoError(t, err)
	require.JSONEq(t, `{"held":"2026-12-31","next":"","by":{"2026-01-01":"x"}}`, string(b))
	var out form
	require.NoError(t, json.Unmarshal(b, &out))
	require.Equal(t, in, out)

	var y form
	require.NoError(t, yaml.Unmarshal([]byte("held: 2026-12-31\n"), &y))
	require.Equal(t, day("2026-12-31"), y.Held)
	require.Error(t, json.Unmarshal([]byte(`{"held":"2026-02-30"}`), &out))
}
