package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func TestTheExampleOfATrialIsDueInSomeDays(t *testing.T) {
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	days, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	units := []catalogue.UnitFacts{
		{ID: "UBND-12205-2507", Kind: "commune-peoples-committee", ReviewerID: "BDV", ValidFrom: calendar.MustDate("2025-07-01"), Merged: true, Born: true},
		{ID: "SO-NV", Kind: "department", ReviewerID: "BDV", ValidFrom: calendar.MustDate("2020-01-01")},
	}
	for _, today := range []string{"2026-01-05", "2026-02-16", "2026-07-31", "2026-11-23"} { // 16/02: the long days off of Tết
		chosen, found := chooseExample(cat, units, days.WithComputed(2025, 2027), calendar.MustDate(today), "")
		require.True(t, found, today)
		require.Equal(t, "SO-NV", chosen.unit, "not one in its first quiet days")
		require.Equal(t, "BCD-03", chosen.obligation)
		require.True(t, chosen.on.Before(calendar.MustDate(today)), chosen.on.String())
		require.True(t, chosen.event().GetExample())
	}
	_, found := chooseExample(cat, units, days, calendar.MustDate("2026-11-23"), "DT-01")
	require.False(t, found, "it is owed each year, and by no event")
}

func TestATrialOfAHouseThatDoesNotAnswerSaysSo(t *testing.T) {
	code, _, faults := typed(t, "try", "--within", "1ms", "--ready", "http://127.0.0.1:1/readyz")
	require.Equal(t, exitFailed, code)
	require.Contains(t, faults, "the portal does not answer at http://127.0.0.1:1/readyz")
	t.Setenv("NENEP_SERVICE_KEY", strings.Repeat("k", 40))
	code, _, faults = typed(t, "try")
	require.Equal(t, exitFailed, code)
	require.Contains(t, faults, "the services do not answer")
}

// A portal that has just begun, or whose Temporal has just come back, is waited for; what it waits for itself is told.
func TestATrialWaitsUntilThePortalIsReady(t *testing.T) {
	asked := 0
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			http.Error(w, "Temporal at temporal:7233 does not answer", http.StatusServiceUnavailable)
		}
	}))
	defer portal.Close()
	code, _, faults := typed(t, "try", "--within", "1ms", "--ready", portal.URL)
	require.Equal(t, exitFailed, code)
	require.Contains(t, faults, "(HTTP 503): Temporal at temporal:7233 does not answer")
	t.Setenv("NENEP_SERVICE_KEY", strings.Repeat("k", 40))
	code, out, faults := typed(t, "try", "--ready", portal.URL)
	require.Equal(t, exitFailed, code)
	require.Contains(t, out, "Cổng đã sẵn sàng.")
	require.Contains(t, faults, "the services do not answer")
	require.Equal(t, 3, asked)
}

func TestRemindersLeaveInTheMorningOfWorkingDays(t *testing.T) {
	days, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	y := &trial{days: days}
	monday := calendar.MustDate("2026-11-23")
	require.True(t, y.waits(monday.At(5, 59)))
	require.False(t, y.waits(monday.At(6, 0)))
	require.True(t, y.waits(monday.AddDays(-1).At(10, 0)), "a Sunday")
}
