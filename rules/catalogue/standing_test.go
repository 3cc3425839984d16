package catalogue

import (
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
)

func TestEveryObligationSaysWhatItStandsOn(t *testing.T) {
	t.Parallel()
	declared, err := HungYen()
	require.NoError(t, err)
	for _, o := range declared.Latest().Obligations {
		texts := declared.Latest().StandsOn(o.Code)
		require.NotEmpty(t, texts, o.Code)
		for i, r := range texts {
			require.NotEmpty(t, r.Text.VI, "%s %s", o.Code, r.ID)
			require.NotEmpty(t, r.Confidence, "%s %s", o.Code, r.ID)
			require.False(t, i > 0 && texts[i-1].ID == r.ID && texts[i-1].ValidFrom.After(r.ValidFrom), "%s %s", o.Code, r.ID)
		}
	}
	require.Nil(t, declared.Latest().StandsOn("XX-99"))
}

func TestWhatDiffersBetweenTwoDaysIsNamedByObligationAndRule(t *testing.T) {
	t.Parallel()
	declared, err := HungYen()
	require.NoError(t, err)
	require.Empty(t, declared.Differences(calendar.MustDate("2026-12-01"), calendar.MustDate("2026-12-01")))
	found := declared.Differences(calendar.MustDate("2024-01-01"), calendar.MustDate("2026-12-01"))
	require.NotEmpty(t, found, "the law changed meanwhile")
	for _, d := range found {
		require.False(t, d.Before == nil && d.After == nil)
		if d.Before != nil {
			require.True(t, d.Before.InForce(calendar.MustDate("2024-01-01")))
		}
		if d.After != nil {
			require.True(t, d.After.InForce(calendar.MustDate("2026-12-01")))
		}
	}
	require.Len(t, declared.Differences(calendar.MustDate("2000-01-01"), calendar.MustDate("2026-12-01")), len(declared.Differences(calendar.MustDate("2001-01-01"), calendar.MustDate("2026-12-01"))), "before the first edition nothing holds")
}
