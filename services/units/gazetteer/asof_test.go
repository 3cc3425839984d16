package gazetteer_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/services/units/gazetteer"
)

func asOf(t *testing.T, day string) gazetteer.Gazetteer {
	t.Helper()
	g, err := gazetteer.AsOf(day)
	require.NoError(t, err)
	return g
}

func TestTheProvinceAsItStoodKnowsNothingOfWhatCame(t *testing.T) {
	for day, communes := range map[string]int{"2023-07-01": 161, "2024-11-30": 161, "2024-12-01": 139, "2025-01-15": 139, "2025-06-30": 139, "2025-07-01": 104} {
		g := asOf(t, day)
		require.Len(t, g.AreasOn(gazetteer.LevelCommune, day), communes, day)
		for _, a := range g.Areas {
			require.LessOrEqual(t, a.ValidFrom, day)
			require.Less(t, a.ValidTo, day, "%s: an end that nobody knew of", a.ID)
		}
		for _, u := range g.Units {
			require.LessOrEqual(t, u.ValidFrom, day)
			require.Less(t, u.ValidTo, day, "%s: an end that nobody knew of", u.ID)
		}
		for _, s := range g.Successions {
			require.LessOrEqual(t, s.Date, day)
		}
		for _, s := range g.UnitSuccessions {
			require.LessOrEqual(t, s.Date, day)
		}
	}
	require.Empty(t, asOf(t, "2025-06-30").Outside)
}

func TestWhoStoodPointsToWhoStood(t *testing.T) {
	for _, day := range []string{"2023-07-01", "2024-11-30", "2025-01-15", "2025-06-30", "2025-07-01"} {
		g := asOf(t, day)
		areas, units, held := map[string]bool{}, map[string]bool{}, map[string]int{}
		for _, a := range g.Areas {
			areas[a.ID] = a.ValidOn(day)
		}
		for _, u := range g.Units {
			units[u.ID] = u.ValidOn(day)
		}
		for _, p := range g.Positions {
			require.True(t, units[p.UnitID], "%s: %s", day, p.UnitID)
			held[p.UnitID+"/"+p.Role]++
		}
		for _, u := range g.UnitsOn(day) {
			require.True(t, areas[u.AreaID], "%s: %s in %s", day, u.ID, u.AreaID)
			for _, other := range []string{u.ParentID, u.SuperiorID, u.ReviewerID} {
				require.True(t, other == "" || units[other], "%s: %s points to %s", day, u.ID, other)
			}
			require.Equal(t, 1, held[u.ID+"/head"], "%s: %s", day, u.ID)
			require.Positive(t, held[u.ID+"/contact"], "%s: %s", day, u.ID)
			require.True(t, u.ReviewerID == "" || held[u.ReviewerID+"/reviewer"] > 0, "%s: nobody reviews for %s", day, u.ReviewerID)
		}
	}
}

func TestLinksAreThoseOfTheDay(t *testing.T) {
	january, june := asOf(t, "2025-01-15"), asOf(t, "2025-06-30")
	require.Equal(t, "BDV", unit(t, january, "UBND-12205-2307").ReviewerID)
	require.Equal(t, "BTGDV", unit(t, june, "UBND-12205-2307").ReviewerID)
	require.Equal(t, "33-2307", unit(t, june, "UBND-TINH").AreaID, "a provincial body was of the province of the day")
	village := unit(t, june, "THON-1-KC")
	require.Equal(t, "12205-2307", village.AreaID)
	require.Equal(t, "UBND-12205-2307", village.ParentID)
	require.Equal(t, "UBND-12205-2307", village.ReviewerID)
	require.True(t, slices.ContainsFunc(june.Positions, func(p gazetteer.Position) bool {
		return p.UnitID == "HU-330-2307" && p.Role == "head" && p.Title == "Bí thư Huyện ủy"
	}))
}

func TestTheProvinceOfTodayAsOfTodayIsTheProvince(t *testing.T) {
	g, today := hungYen(t), asOf(t, "2026-11-23")
	require.Equal(t, g.Areas, today.Areas)
	require.Equal(t, g.Units, today.Units)
	require.Equal(t, g.UnitSuccessions, today.UnitSuccessions)
	require.Equal(t, g.Officials, today.Officials)
}

func TestNothingIsKnownBeforeTheFirstDay(t *testing.T) {
	_, err := gazetteer.AsOf("2023-06-30")
	require.ErrorContains(t, err, "2023-06-30")
}

func TestOfficialsOfTheDayHoldPositionsInUnitsOfTheDay(t *testing.T) {
	people, err := gazetteer.OfficialsOf("2025-07-01")
	require.NoError(t, err)
	require.Empty(t, people.Units)
	held := map[string]bool{}
	for _, p := range people.Positions {
		held[p.UnitID] = true
	}
	for _, u := range hungYen(t).UnitsOn("2025-07-01") {
		require.True(t, held[u.ID], u.ID)
	}
	require.False(t, held["UBND-12205-2307"])
}

func TestRowsOfTheMappingAreCountedByHowTheyWereResolved(t *testing.T) {
	counts, err := gazetteer.MappingCounts()
	require.NoError(t, err)
	require.Equal(t, 410, counts.Rows)
	require.Equal(t, 139, counts.ByCode, "every commune of June 2025")
	require.Equal(t, 8, counts.ByName, "rows of old Hưng Yên without a code")
	require.Equal(t, 8, counts.EndedBefore, "all of them had ended on 30/11/2024")
	require.Equal(t, 242, counts.Outside)
	require.Equal(t, 21, counts.NotAtAll)
	require.Equal(t, counts.Rows, counts.ByCode+counts.ByName+counts.Outside+counts.NotAtAll)
	require.Len(t, counts.Unresolved, 21, "reported, not guessed")
	for _, row := range counts.Unresolved {
		require.Equal(t, "Tỉnh Thái Bình", row.OldProvince)
		require.Empty(t, row.OldCode)
	}
	require.Empty(t, counts.NewUnknown, "every row leads to one of the 104")
}

func TestTheMappingAndTheSuccessionsSayTheSame(t *testing.T) {
	g := hungYen(t)
	rows, err := gazetteer.Mapping()
	require.NoError(t, err)
	followed := map[string]string{}
	for _, s := range g.Successions {
		if s.Date == "2025-07-01" && s.To != "" {
			followed[area(t, g, s.From).Code] = s.To
		}
	}
	outside := map[[4]string]bool{}
	for _, p := range g.Outside {
		outside[[4]string{p.Code, p.Name, p.District, p.To}] = true
	}
	for _, row := range rows {
		switch to := row.NewCode + "-2507"; {
		case row.OldProvince == "Tỉnh Thái Bình":
			require.True(t, outside[[4]string{row.OldCode, row.OldName, row.OldDistrict, to}], row)
		case row.OldCode != "":
			require.Equal(t, to, followed[row.OldCode], row)
		}
	}
}

func TestTheReformOfJuly2025AsAPlan(t *testing.T) {
	plan, err := gazetteer.ReorganisationOf("2025-07-01")
	require.NoError(t, err)
	require.Contains(t, plan.GetDecision(), "202/2025/QH15")
	communes, outside, predecessors := 0, 0, 0
	for _, op := range plan.GetOperations() {
		if op.GetKind() == "dissolve" {
			require.Len(t, op.GetFromIds(), 10, "the districts")
			continue
		}
		require.Equal(t, "merge", op.GetKind())
		require.False(t, op.GetUncertain(), op.GetTo()[0].GetName())
		if strings.HasPrefix(op.GetTo()[0].GetId(), "33-") {
			continue
		}
		communes++
		predecessors += len(op.GetFromIds())
		if len(op.GetTo()[0].GetPredecessorsOutside()) > 0 {
			outside++
			require.Empty(t, op.GetFromIds(), "no commune came from both provinces")
		}
	}
	require.Equal(t, 104, communes)
	require.Equal(t, 139, predecessors)
	require.Equal(t, 65, outside)
}

func TestTheMergerOfDecember2024AsFarAsSourcesGo(t *testing.T) {
	plan, err := gazetteer.ReorganisationOf("2024-12-01")
	require.NoError(t, err)
	require.Equal(t, "2024-10-24", plan.GetDecidedOn())
	unknown := plan.GetOperations()[len(plan.GetOperations())-1]
	require.Equal(t, "dissolve", unknown.GetKind())
	require.True(t, unknown.GetUncertain())
	require.Len(t, unknown.GetFromIds(), 12)
	_, err = gazetteer.ReorganisationOf("2025-03-02")
	require.ErrorContains(t, err, "2025-03-02")
}
