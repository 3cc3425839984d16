package calendar_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

// The table of the Government's days as the domain research holds it: same days, kinds and confidence, no more and no fewer.
func TestTheTableIsThatOfTheDomainResearch(t *testing.T) {
	file, err := os.Open("testdata/holidays_2024-2027.tsv")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	want, err := calendar.LoadTSV(file)
	require.NoError(t, err)
	got := calendar.VietnamDays()
	require.Len(t, got, len(want))
	for i, d := range want {
		require.Equal(t, [...]string{d.Date.String(), string(d.Kind), d.Confidence},
			[...]string{got[i].Date.String(), string(got[i].Kind), got[i].Confidence})
		if d.Date != day("2027-02-05") { // named in English there
			require.Equal(t, d.NameVI, got[i].NameVI)
		}
	}
}

func completed(t *testing.T) *calendar.Calendar {
	t.Helper()
	return vietnam(t).WithComputed(2024, 2036)
}

func TestDaysOffOfAYearWithoutATable(t *testing.T) {
	for _, x := range []struct {
		year           int
		off, unsettled []string
	}{
		// Tết is Wednesday 26/01: the day before it and three days of the new year are off either way; 30/04 is a Sunday, made up
		// for after 01/05; 02/09 is a Saturday, made up for on Monday either way.
		{2028, []string{"2028-01-03", "2028-01-25", "2028-01-26", "2028-01-27", "2028-01-28", "2028-04-04", "2028-05-01", "2028-05-02", "2028-09-04"},
			[]string{"2028-01-24", "2028-01-31", "2028-09-01", "2028-09-05"}},
		// Tết is Saturday 02/02; 02/09 is a Monday: with Sunday 01/09 or with Tuesday 03/09, the Tuesday is off.
		{2030, []string{"2030-01-01", "2030-02-01", "2030-02-04", "2030-02-05", "2030-02-06", "2030-04-12", "2030-04-30", "2030-05-01", "2030-09-02", "2030-09-03"},
			[]string{"2030-01-31", "2030-02-07"}},
		// Tết is Monday 31/01: both choices and what is made up for end on Friday; 30/04 and 01/05 are both made up for.
		{2033, []string{"2033-01-03", "2033-01-31", "2033-02-01", "2033-02-02", "2033-02-03", "2033-02-04", "2033-04-11", "2033-05-02", "2033-05-03", "2033-09-02"},
			[]string{"2033-09-01", "2033-09-05"}},
	} {
		var off, unsettled []string
		for _, d := range calendar.ComputedDays(x.year) {
			require.Equal(t, calendar.Computed, d.Confidence)
			require.Contains(t, d.NameVI, "dự tính")
			require.NotEmpty(t, d.Source)
			if d.Kind == calendar.Unsettled {
				unsettled = append(unsettled, d.Date.String())
			} else {
				require.Equal(t, calendar.Off, d.Kind)
				off = append(off, d.Date.String())
			}
		}
		require.Equal(t, x.off, off, x.year)
		require.Equal(t, x.unsettled, unsettled, x.year)
	}
	require.Empty(t, calendar.ComputedDays(2020), "another Labour Code")
	require.Empty(t, calendar.ComputedDays(2200))
}

// What was decided from 2024 to 2027 is never at odds with what would have been computed then, but for swapped days, which nobody can compute.
func TestTheTableNeverContradictsTheComputation(t *testing.T) {
	c := vietnam(t)
	for year := 2024; year <= 2027; year++ {
		for _, d := range calendar.ComputedDays(year) {
			if d.Kind == calendar.Off {
				require.False(t, c.IsWorkingDay(d.Date), "%s %s", d.Date, d.NameVI)
			}
		}
	}
	for _, d := range calendar.VietnamDays() {
		if d.Kind == calendar.Off {
			computed := calendar.ComputedDays(d.Date.Year())
			require.True(t, slices.ContainsFunc(computed, func(x calendar.Day) bool { return x.Date == d.Date }), "%s %s", d.Date, d.NameVI)
		}
	}
}

func TestComputedDaysFillOnlyWhereTheTableIsSilent(t *testing.T) {
	c := vietnam(t)
	require.Equal(t, c.Exceptions(), c.WithComputed(2024, 2027).Exceptions(), "the table of 2024 to 2027 speaks of every holiday")

	decided := append(calendar.VietnamDays(), calendar.Day{Date: day("2028-01-24"), Kind: calendar.Off, NameVI: "Tết Nguyên đán Mậu Thân",
		Source: "Thông báo", Confidence: "V"})
	known, err := calendar.New(decided)
	require.NoError(t, err)
	known = known.WithComputed(2028, 2028)
	require.True(t, known.IsWorkingDay(day("2028-01-25")), "of Tết the table speaks, so it is believed")
	require.False(t, known.IsWorkingDay(day("2028-05-01")), "of the other holidays it does not yet")
	require.Equal(t, calendar.ByTable, known.BasisOf(day("2028-01-24")))
	require.Equal(t, calendar.ByTable, known.BasisOf(day("2028-03-01")))
	require.Equal(t, calendar.ByComputation, known.BasisOf(day("2028-05-01")))
}

func TestADaySaysOnWhatItRests(t *testing.T) {
	c := vietnam(t).WithComputed(2024, 2030)
	require.Equal(t, calendar.ByTable, c.BasisOf(day("2026-03-03")))
	require.Equal(t, calendar.ByComputation, c.BasisOf(day("2030-03-04")))
	require.Equal(t, calendar.ByComputation, c.BasisOf(day("2030-02-04")))
	require.Equal(t, calendar.ByWeekday, c.BasisOf(day("2031-03-03")))
	require.False(t, c.Covers(day("2030-03-04")))
	require.Equal(t, calendar.Counted{Date: day("2030-02-04"), ReasonVI: "Tết Nguyên đán Canh Tuất (dự tính)", Confidence: calendar.Computed,
		Source: "Bộ luật Lao động 2019, Điều 111, Điều 112; dự tính, chưa có thông báo ngày nghỉ năm 2030"}, c.Judge(day("2030-02-04")))

	part := c.Between(day("2027-06-01"), day("2028-06-01"))
	b, err := json.Marshal(part)
	require.NoError(t, err)
	var back calendar.Calendar
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, part, &back)
	require.Equal(t, calendar.ByComputation, back.BasisOf(day("2028-03-01")))
	again, err := calendar.New(c.Exceptions())
	require.NoError(t, err)
	require.Equal(t, c, again, "computed days tell by themselves that they are")
}

func TestADateThatRestsOnComputedDaysIsProvisional(t *testing.T) {
	due, why, err := calendar.Rule{Kind: calendar.WorkingDaysAfter, N: 3}.Compute(completed(t), calendar.Period{}, day("2030-01-30"))
	require.NoError(t, err)
	require.Equal(t, "2030-02-12", due.String())
	require.True(t, why.Provisional)
	require.Equal(t, "Chưa có thông báo ngày nghỉ cho các ngày từ 31/01/2030 đến 12/02/2030; ngày nghỉ ở đó là dự tính theo Bộ luật Lao động 2019, Điều 111, Điều 112.",
		why.Steps[len(why.Steps)-1])
	require.Equal(t, calendar.Computed, why.Skipped[0].Confidence)
}

func TestHolidaysOfTheLawWhateverTheWeekday(t *testing.T) {
	for date, name := range map[string]string{
		"2030-02-01": "Tết Nguyên đán Canh Tuất", "2030-02-02": "Tết Nguyên đán Canh Tuất", "2030-02-04": "Tết Nguyên đán Canh Tuất",
		"2030-02-05": "", "2026-04-26": "Giỗ Tổ Hùng Vương", "2026-04-27": "", "2028-01-01": "Tết Dương lịch", "2026-09-02": "Quốc khánh",
		"2026-09-01": "", "2026-12-31": "", "2020-01-01": "",
	} {
		require.Equal(t, name, calendar.Holiday(day(date)), date)
	}
}

func TestLunarDaysInWords(t *testing.T) {
	for date, words := range map[string]string{
		"2030-02-02": "mùng 1 tháng Giêng năm Canh Tuất", "2030-02-01": "ngày 29 tháng Chạp năm Kỷ Dậu",
		"2025-08-01": "mùng 8 tháng 6 nhuận năm Ất Tỵ", "2024-02-10": "mùng 1 tháng Giêng năm Giáp Thìn", "2027-02-06": "mùng 1 tháng Giêng năm Đinh Mùi",
	} {
		require.Equal(t, words, calendar.SolarToLunar(day(date)).Vietnamese(), date)
	}
}

func TestComputedYearsAreWholeForACentury(t *testing.T) {
	for year := 2021; year <= 2199; year++ {
		days := calendar.ComputedDays(year)
		off := 0
		for i, d := range days {
			require.True(t, i == 0 || days[i-1].Date.Before(d.Date), "in order, each once")
			require.NotContains(t, []time.Weekday{time.Saturday, time.Sunday}, d.Date.Weekday())
			require.Equal(t, year, d.Date.Year())
			if d.Kind == calendar.Off {
				off++
			}
		}
		// Eleven days: of Tết five, of Quốc khánh two; what a choice leaves open is one day of each at most twice over.
		require.GreaterOrEqual(t, off, 8, year)
		require.LessOrEqual(t, off, 11, year)
		require.GreaterOrEqual(t, len(days), 11, year)
	}
}
