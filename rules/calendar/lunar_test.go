package calendar_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
)

func TestTetAndTheHungKingsDay(t *testing.T) {
	for year, want := range map[int][2]string{
		2024: {"2024-02-10", "2024-04-18"},
		2025: {"2025-01-29", "2025-04-07"},
		2026: {"2026-02-17", "2026-04-26"},
		2027: {"2027-02-06", "2027-04-16"},
		2028: {"2028-01-26", "2028-04-04"},
		2029: {"2029-02-13", "2029-04-23"},
		2030: {"2030-02-02", "2030-04-12"}, // a day before China's
	} {
		tet, ok := calendar.LunarToSolar(1, 1, year, false)
		require.True(t, ok)
		require.Equal(t, want[0], tet.String())
		kings, ok := calendar.LunarToSolar(10, 3, year, false)
		require.True(t, ok)
		require.Equal(t, want[1], kings.String())
	}
}

// The years in which the hour between Hà Nội and Beijing moved the calendar are the ones a borrowed algorithm gets wrong.
func TestYearsInWhichVietnamAndChinaDisagree(t *testing.T) {
	for year, want := range map[int]string{1968: "1968-01-29", 1985: "1985-01-21", 2007: "2007-02-17", 2030: "2030-02-02"} {
		tet, ok := calendar.LunarToSolar(1, 1, year, false)
		require.True(t, ok)
		require.Equal(t, want, tet.String())
	}
}

func TestTheTableOfDaysOffAgreesWithTheMoon(t *testing.T) {
	c := vietnam(t)
	for year := 2024; year <= 2027; year++ {
		kings, _ := calendar.LunarToSolar(10, 3, year, false)
		require.False(t, c.IsWorkingDay(kings), kings)
		tet, _ := calendar.LunarToSolar(1, 1, year, false)
		for i := -1; i <= 3; i++ {
			require.False(t, c.IsWorkingDay(tet.AddDays(i)), tet.AddDays(i))
		}
	}
}

func TestLeapMonths(t *testing.T) {
	for year, leap := range map[int]int{2020: 4, 2023: 2, 2024: 0, 2025: 6, 2026: 0, 2027: 0, 2028: 5, 2031: 3, 2033: 11} {
		for month := 1; month <= 12; month++ {
			_, ok := calendar.LunarToSolar(1, month, year, true)
			require.Equal(t, month == leap, ok, "leap month %d of %d", month, year)
		}
	}
	for _, bad := range [][3]int{{0, 1, 2026}, {31, 1, 2026}, {1, 0, 2026}, {1, 13, 2026}} {
		_, ok := calendar.LunarToSolar(bad[0], bad[1], bad[2], false)
		require.False(t, ok)
	}
}

func TestEveryDayHasOneLunarDayAndTheWayBack(t *testing.T) {
	d := day("1900-03-01")
	before := calendar.SolarToLunar(d.AddDays(-1))
	for ; d.Before(day("2199-12-01")); d = d.AddDays(1) {
		l := calendar.SolarToLunar(d)
		require.Truef(t, follows(before, l), "%v after %v on %s", l, before, d)
		back, ok := calendar.LunarToSolar(l.Day, l.Month, l.Year, l.Leap)
		if !ok || back != d {
			require.Fail(t, fmt.Sprintf("%s is %+v, which is %s", d, l, back))
		}
		before = l
	}
}

// follows tells whether b is the day after a in any lunisolar calendar: months of 29 or 30 days, in order, leap month after its own.
func follows(a, b calendar.LunarDay) bool {
	if b.Day != 1 {
		return b == calendar.LunarDay{Day: a.Day + 1, Month: a.Month, Year: a.Year, Leap: a.Leap} && b.Day <= 30
	}
	leap := b.Leap && !a.Leap && b.Month == a.Month && b.Year == a.Year
	next := !b.Leap && b.Month == a.Month%12+1 && b.Year == a.Year+a.Month/12
	return a.Day >= 29 && (leap || next)
}
