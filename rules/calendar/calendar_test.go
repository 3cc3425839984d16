package calendar_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

func vietnam(t *testing.T) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	return c
}

func TestWorkingDaysOfTheTable(t *testing.T) {
	c := vietnam(t)
	for _, x := range []struct {
		date               string
		working, unsettled bool
		reason             string
	}{
		{"2026-12-31", true, false, ""},
		{"2026-12-26", false, false, "thứ Bảy"},
		{"2026-12-27", false, false, "Chủ nhật"},
		{"2026-01-01", false, false, "Tết Dương lịch"},
		{"2026-01-02", false, false, "Hoán đổi sang 10/01/2026"},
		{"2026-01-10", true, false, "Làm bù ngày 02/01/2026"},
		{"2026-04-26", false, false, "Chủ nhật"},
		{"2026-04-27", false, false, "Giỗ Tổ Hùng Vương (nghỉ bù; 10/3 âm lịch là Chủ nhật 26/04)"},
		{"2026-11-24", false, true, "ngày chưa chốt: Ngày Văn hóa Việt Nam"},
	} {
		got := c.Judge(day(x.date))
		require.Equal(t, x.working, got.Working, x.date)
		require.Equal(t, x.working, c.IsWorkingDay(day(x.date)), x.date)
		require.Equal(t, x.unsettled, got.Unsettled, x.date)
		require.Equal(t, x.unsettled, c.IsUnsettled(day(x.date)), x.date)
		require.Equal(t, x.reason, got.ReasonVI, x.date)
	}
}

func TestACalendarRefusesWhatItCannotUseAllAtOnce(t *testing.T) {
	_, err := calendar.New([]calendar.Day{
		{Date: day("2026-01-01"), Kind: calendar.Off, NameVI: "Tết Dương lịch"},
		{Date: day("2026-01-01"), Kind: calendar.Unsettled, NameVI: "Tết Dương lịch"},
		{Date: day("2026-05-01"), Kind: "holiday", NameVI: " "},
		{Kind: calendar.Off, NameVI: "không ngày"},
	})
	var fs calendar.Faults
	require.ErrorAs(t, err, &fs)
	require.Len(t, fs, 4)
	require.Equal(t, calendar.CodeDuplicateDay, fs[0].Code)
	require.Equal(t, "Ngày 01/01/2026 có hai dòng. Giữ lại một dòng.", fs[0].VI)
	require.Equal(t, []string{"date", "kind", "name_vi", "date"}, []string{fs[0].Field, fs[1].Field, fs[2].Field, fs[3].Field})
	var one *calendar.Fault
	require.ErrorAs(t, err, &one)
	require.Contains(t, err.Error(), "calendar.duplicate_day")
}

func TestASliceKnowsOnlyItsOwnDays(t *testing.T) {
	c := vietnam(t)
	part := c.Between(day("2026-11-01"), day("2027-01-31"))
	require.Equal(t, []calendar.Date{day("2026-11-24"), day("2027-01-01")},
		[]calendar.Date{part.Exceptions()[0].Date, part.Exceptions()[1].Date})
	require.Len(t, part.Exceptions(), 2)
	require.True(t, part.Covers(day("2026-11-01")))
	require.True(t, part.Covers(day("2027-01-31")))
	require.False(t, part.Covers(day("2026-10-31")))
	require.False(t, part.Covers(day("2027-02-01")))
	require.True(t, c.Covers(day("2024-01-01")))
	require.False(t, c.Covers(day("2028-01-01")))
}

func TestASliceTravelsInAWorkflowsInput(t *testing.T) {
	part := vietnam(t).Between(day("2026-11-01"), day("2027-01-31"))
	b, err := json.Marshal(part)
	require.NoError(t, err)
	var back calendar.Calendar
	require.NoError(t, json.Unmarshal(b, &back))
	again, err := json.Marshal(&back)
	require.NoError(t, err)
	require.Equal(t, string(b), string(again))
	require.Equal(t, part, &back)
	require.Error(t, json.Unmarshal([]byte(`{"days":[{"date":"2026-01-01","kind":"fete","name_vi":"x"}]}`), &back))
	require.Error(t, json.Unmarshal([]byte(`{"days":{}}`), &back))
}

func TestANarrowerScopeHoldsOverAWider(t *testing.T) {
	c := vietnam(t)
	province, err := c.Overlay([]calendar.Day{
		{Date: day("2026-11-24"), Kind: calendar.Off, NameVI: "Ngày Văn hóa Việt Nam"},
		{Date: day("2026-10-12"), Kind: calendar.OffSwapped, NameVI: "Lễ hội tỉnh"},
	})
	require.NoError(t, err)
	require.False(t, province.IsUnsettled(day("2026-11-24")))
	require.False(t, province.IsWorkingDay(day("2026-10-12")))
	require.False(t, province.IsWorkingDay(day("2026-01-01")))
	require.True(t, c.IsUnsettled(day("2026-11-24")), "the wider calendar is untouched")
	_, err = c.Overlay([]calendar.Day{{Date: day("2026-11-24")}})
	require.Error(t, err)
}

func TestTheZeroCalendarKnowsOnlySaturdayAndSunday(t *testing.T) {
	var c calendar.Calendar
	require.True(t, c.IsWorkingDay(day("2026-01-01")))
	require.False(t, c.IsWorkingDay(day("2026-01-03")))
	require.False(t, c.Covers(day("2026-01-01")))
	require.Empty(t, c.Exceptions())
}

func TestCountingByTheCivilCode(t *testing.T) {
	c := vietnam(t)
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-12-24", 5, "2026-12-31"}, // 25, 28, 29, 30, 31
		{"2025-12-31", 1, "2026-01-05"}, // 01/01 off, 02/01 swapped away, a weekend
		{"2026-01-08", 2, "2026-01-10"}, // Saturday 10/01 is worked
		{"2026-02-13", 1, "2026-02-23"}, // over Tết
		{"2026-11-23", 1, "2026-11-25"}, // 24/11 is unsettled: silent
		{"2026-12-26", 0, "2026-12-26"}, // nothing to count
		{"2027-01-04", -1, "2026-12-31"},
	} {
		got, _ := c.AddWorkingDays(day(x.from), x.n)
		require.Equal(t, x.want, got.String(), "%s + %d", x.from, x.n)
		back, _ := c.SubWorkingDays(day(x.from), -x.n)
		require.Equal(t, got, back)
	}
}

func TestEveryCountSaysWhatItMet(t *testing.T) {
	c := vietnam(t)
	_, met := c.AddWorkingDays(day("2026-01-01"), 1)
	require.Equal(t, []calendar.Counted{
		{Date: day("2026-01-02"), ReasonVI: "Hoán đổi sang 10/01/2026", Source: "Chính phủ, 25/12/2025 (theo báo chí: 24h.com.vn 26/12/2025)", Confidence: "V (press)"},
		{Date: day("2026-01-03"), ReasonVI: "thứ Bảy"},
		{Date: day("2026-01-04"), ReasonVI: "Chủ nhật"},
		{Date: day("2026-01-05"), Working: true},
	}, met)
}

func TestUnsettledDaysMakeNobodyLater(t *testing.T) {
	c := vietnam(t)
	n, met := c.WorkingDaysBetween(day("2026-11-23"), day("2026-11-24"))
	require.Zero(t, n)
	require.True(t, met[0].Unsettled)
	n, _ = c.WorkingDaysBetween(day("2026-11-23"), day("2026-11-25"))
	require.Equal(t, 1, n)
}

func TestRollingToAWorkingDay(t *testing.T) {
	c := vietnam(t)
	for _, x := range []struct{ date, forward, back string }{
		{"2026-12-31", "2026-12-31", "2026-12-31"},
		{"2026-12-26", "2026-12-28", "2026-12-25"},
		{"2026-02-17", "2026-02-23", "2026-02-13"},
		{"2026-01-10", "2026-01-10", "2026-01-10"},
		{"2026-11-24", "2026-11-25", "2026-11-23"},
	} {
		forward, _ := c.RollForward(day(x.date))
		back, _ := c.RollBack(day(x.date))
		require.Equal(t, x.forward, forward.String(), x.date)
		require.Equal(t, x.back, back.String(), x.date)
	}
}

// worked is the oracle: whether offices work on a day, told straight from the rows, with no calendar.
func worked(rows []calendar.Day, d calendar.Date) bool {
	w := d.Weekday()
	works := w != time.Saturday && w != time.Sunday
	for _, row := range rows {
		if row.Date == d {
			works = row.Kind == calendar.WorkingSwapped
		}
	}
	return works
}

// randomRows is a dense and unkind table: about one day in four differs.
func randomRows(r *rand.Rand, from calendar.Date) []calendar.Day {
	kinds := []calendar.DayKind{calendar.Off, calendar.OffSwapped, calendar.WorkingSwapped, calendar.Unsettled}
	var rows []calendar.Day
	for i := range 120 {
		if r.IntN(4) == 0 {
			rows = append(rows, calendar.Day{Date: from.AddDays(i), Kind: kinds[r.IntN(4)], NameVI: "ngày thử"})
		}
	}
	return rows
}

func TestCountingAgreesWithCountingOnFingers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 1500 {
		base := someDay(r)
		rows := randomRows(r, base)
		c, err := calendar.New(rows)
		require.NoError(t, err)
		d, n := base.AddDays(r.IntN(120)), 1+r.IntN(20)

		forward, met := c.AddWorkingDays(d, n)
		back, metBack := c.SubWorkingDays(d, n)
		require.Equal(t, n, workedIn(rows, d.AddDays(1), forward))
		require.Equal(t, n, workedIn(rows, back, d.AddDays(-1)))
		require.True(t, worked(rows, forward) && worked(rows, back))
		require.Len(t, met, forward.Sub(d))
		require.Len(t, metBack, d.Sub(back))

		upto := d.AddDays(r.IntN(60) - 10)
		between, span := c.WorkingDaysBetween(d, upto)
		require.Equal(t, workedIn(rows, d.AddDays(1), upto), between)
		require.Len(t, span, max(0, upto.Sub(d)))
		late, _ := c.WorkingDaysBetween(d, forward)
		require.Equal(t, n, late, "the n-th working day after the due date is n working days late")

		for _, m := range slices.Concat(met, metBack, span) {
			require.Equal(t, worked(rows, m.Date), m.Working)
			require.True(t, m.Working || m.ReasonVI != "", "a day passed over has a reason")
		}
		rolled, _ := c.RollForward(d)
		require.True(t, worked(rows, rolled))
		require.Equal(t, worked(rows, d), rolled == d)
		require.LessOrEqual(t, workedIn(rows, d, rolled), 1, "no working day is jumped over")
		rolled, _ = c.RollBack(d)
		require.True(t, worked(rows, rolled))
		require.LessOrEqual(t, workedIn(rows, rolled, d), 1)

		part := c.Between(d, upto)
		for x := d; !x.After(upto); x = x.AddDays(1) {
			require.Equal(t, c.Judge(x), part.Judge(x), "a slice says the same of its days")
		}
	}
}

func workedIn(rows []calendar.Day, from, to calendar.Date) int {
	n := 0
	for d := from; !d.After(to); d = d.AddDays(1) {
		if worked(rows, d) {
			n++
		}
	}
	return n
}
