package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func followed(u catalogue.UnitFacts, from string) catalogue.UnitFacts {
	if from != "" {
		u.FollowedFrom = day(from)
	}
	return u
}

// The dialogue of 2026 is due on 31/12/2026, the conference of staff of 2025 was due on 31/03/2026.
func TestWhatWasDueBeforeTheSystemFollowedTheUnitIsNotExpectedOfIt(t *testing.T) {
	cat := sample(t)
	for _, c := range []struct {
		name, from, today string
		want, outside     []string
	}{
		{"no bound", "", "2026-10-01", []string{"DT-01/UBND-12205-2507/2026", "HN-01/UBND-12205-2507/2025"}, nil},
		{"followed since before the due day, which has passed since: the system may have been down", "2026-01-05", "2026-10-01",
			[]string{"DT-01/UBND-12205-2507/2026", "HN-01/UBND-12205-2507/2025"}, nil},
		{"followed from the due day itself", "2026-03-31", "2026-10-01", []string{"DT-01/UBND-12205-2507/2026", "HN-01/UBND-12205-2507/2025"}, nil},
		{"followed from the day after", "2026-04-01", "2026-10-01", []string{"DT-01/UBND-12205-2507/2026"}, []string{"HN-01 2025"}},
		{"followed from today", "2026-10-01", "2026-10-01", []string{"DT-01/UBND-12205-2507/2026"}, []string{"HN-01 2025"}},
		{"the next period is owed again", "2026-10-01", "2026-11-20", []string{"DT-01/UBND-12205-2507/2026", "HN-01/UBND-12205-2507/2026"}, nil},
	} {
		expected, outside := catalogue.Expected(cat, []catalogue.UnitFacts{followed(commune("2025-07-01"), c.from)}, nil, vietnam(t), day(c.today))
		require.Equal(t, c.want, ids(expected), c.name)
		var left []string
		for _, one := range outside {
			require.True(t, one.NotFollowed, c.name)
			require.Nil(t, one.Ground, "no law takes the unit out")
			left = append(left, one.Obligation+" "+one.Period.String())
		}
		require.Equal(t, c.outside, left, c.name)
	}
}

func TestTheReasonNamesTheDueDayAndTheDayOfTheFollowing(t *testing.T) {
	cat := sample(t)
	unit := followed(commune("2025-07-01"), "2026-11-23")
	_, outside := catalogue.Expected(cat, []catalogue.UnitFacts{unit}, nil, vietnam(t), day("2026-10-31"))
	require.Len(t, outside, 1)
	require.Equal(t, "Hạn của kỳ này (31/03/2026) đã qua trước ngày hệ thống bắt đầu theo dõi đơn vị (23/11/2026).", outside[0].Reason.VI)
	require.Equal(t, "This period was due on 2026-03-31, before the system began to follow the unit (2026-11-23).", outside[0].Reason.EN)

	e := cat.At(day("2026-10-31"))
	reason, is := e.NotFollowedYet(e.Obligation("HN-01"), unit, outside[0].Period, vietnam(t))
	require.True(t, is)
	require.Equal(t, outside[0].Reason, reason)
	_, is = e.NotFollowedYet(e.Obligation("HN-01"), unit, calendar.MustPeriod("2026"), vietnam(t))
	require.False(t, is)
	_, is = e.NotFollowedYet(e.Obligation("HN-01"), unit, calendar.MustPeriod("2025-Q3"), vietnam(t))
	require.False(t, is, "none of the obligation's periods")
	_, is = e.NotFollowedYet(e.Obligation("HN-01"), followed(commune("2025-07-01"), ""), outside[0].Period, vietnam(t))
	require.False(t, is)
}

func TestALawsGroundIsToldBeforeTheDayOfTheFollowing(t *testing.T) {
	_, outside := catalogue.Expected(sample(t), []catalogue.UnitFacts{followed(department(6), "2026-10-01")}, nil, vietnam(t), day("2026-10-31"))
	for _, one := range outside {
		if one.Obligation == "HN-01" {
			require.Equal(t, "R19", one.Ground.GetRuleId())
			require.False(t, one.NotFollowed)
		}
	}
}

func TestAnEventIsFollowedWheneverItHappened(t *testing.T) {
	events := []catalogue.EventFacts{{ID: "E-2026-0007", Obligation: "BCD-03", UnitID: "SO-NV", On: day("2026-01-05")}}
	expected, _ := catalogue.Expected(sample(t), []catalogue.UnitFacts{followed(department(96), "2026-11-01")}, events, vietnam(t), day("2026-11-02"))
	require.Contains(t, ids(expected), "BCD-03/SO-NV/E-2026-0007")
}

// What is judged here is the very day that the case would carry, in every obligation of the province.
func TestTheDueDayIsThatOfTheCase(t *testing.T) {
	cat, cal, today := hungYen(t), vietnam(t), day("2026-11-23")
	kinds := map[string]bool{}
	for _, o := range cat.At(today).Obligations {
		for _, k := range o.Obliged.Kinds {
			kinds[k.Kind] = true
		}
	}
	judged := 0
	for kind := range kinds {
		u := unit("DV-1", kind)
		u.Staff = 40
		expected, _ := catalogue.Expected(cat, []catalogue.UnitFacts{u}, nil, cal, today)
		for _, x := range expected {
			input, err := catalogue.Snapshot(cat, x.Obligation, u, x.Period, cal, today, catalogue.Options{})
			require.NoError(t, err, x.CaseID)
			due := calendar.MustDate(input.GetDue().GetDay())
			e := cat.At(today)
			_, is := e.NotFollowedYet(e.Obligation(x.Obligation), followed(u, due.String()), x.Period, cal)
			require.False(t, is, x.CaseID)
			_, is = e.NotFollowedYet(e.Obligation(x.Obligation), followed(u, due.AddDays(1).String()), x.Period, cal)
			require.True(t, is, x.CaseID)
			judged++
		}
	}
	require.Greater(t, judged, 40)
}
