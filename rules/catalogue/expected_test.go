package catalogue_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// sample is the small catalogue that tests of the engine stand on; that of Hưng Yên has tests of its own.
func sample(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	cat, err := catalogue.Load(os.DirFS("testdata/mau"))
	require.NoError(t, err)
	return cat
}

func day(s string) calendar.Date { return calendar.MustDate(s) }

func commune(born string) catalogue.UnitFacts {
	return catalogue.UnitFacts{ID: "UBND-12205-2507", Kind: "commune-peoples-committee", AreaID: "12205-2507", ValidFrom: day(born),
		WorkingYear: "calendar", ReviewerID: "BTGDV"}
}

func department(staff int) catalogue.UnitFacts {
	return catalogue.UnitFacts{ID: "SO-NV", Kind: "department", AreaID: "33-2507", ValidFrom: day("2023-07-01"), Staff: staff,
		WorkingYear: "calendar", ReviewerID: "BTGDV"}
}

func school() catalogue.UnitFacts {
	return catalogue.UnitFacts{ID: "THPT-TP", Kind: "public-unit", AreaID: "33-2507", ValidFrom: day("2023-07-01"), Staff: 84,
		WorkingYear: "school", ReviewerID: "SO-GDDT"}
}

func ids(expected []catalogue.Expectation) []string {
	list := []string{}
	for _, x := range expected {
		list = append(list, x.CaseID)
	}
	return list
}

func TestTheLatestOpenPeriodIsExpectedUntilTheNextOpens(t *testing.T) {
	cat := sample(t)
	ended := commune("2023-07-01")
	ended.ValidTo = day("2025-06-30")
	for _, c := range []struct {
		name, today string
		unit        catalogue.UnitFacts
		want        []string
	}{
		{"dialogue of the year, conference of the year before until November", "2026-11-01", commune("2025-07-01"),
			[]string{"DT-01/UBND-12205-2507/2026", "HN-01/UBND-12205-2507/2025"}},
		{"the conference opens 60 days before the working year is over", "2026-11-02", commune("2025-07-01"),
			[]string{"DT-01/UBND-12205-2507/2026", "HN-01/UBND-12205-2507/2026"}},
		{"the report opens 30 days before its data window", "2026-11-15", department(96), []string{"BC-06/SO-NV/2027-H1", "HN-01/SO-NV/2026"}},
		{"the day before, the last report is still current", "2026-11-14", department(96), []string{"BC-06/SO-NV/2026-H1", "HN-01/SO-NV/2026"}},
		{"a school by its own working year", "2026-07-03", school(), []string{"HN-01/THPT-TP/2026"}},
		{"a school before its period opens", "2026-07-02", school(), []string{"HN-01/THPT-TP/2025"}},
		{"born in mid-year: this year's dialogue, not a conference of a year it did not know", "2025-07-15", commune("2025-07-01"),
			[]string{"DT-01/UBND-12205-2507/2025"}},
		{"not born yet", "2025-06-30", commune("2025-07-01"), []string{}},
		{"born after the working year closed: nothing to hold", "2026-02-10", department2("2026-02-01"), []string{}},
		{"its last day", "2025-06-30", ended, []string{"DT-01/UBND-12205-2507/2025", "HN-01/UBND-12205-2507/2024"}},
		{"ended", "2025-07-01", ended, []string{}},
	} {
		expected, outside := catalogue.Expected(cat, []catalogue.UnitFacts{c.unit}, nil, nil, day(c.today))
		require.Equal(t, c.want, ids(expected), c.name)
		require.Empty(t, outside, c.name)
	}
}

func department2(born string) catalogue.UnitFacts {
	d := department(20)
	d.ID, d.Kind, d.ValidFrom = "TT-MOI", "public-unit", day(born)
	return d
}

func TestAPeriodOpensForAUnitNotBeforeItsBirth(t *testing.T) {
	cat := sample(t)
	expected, _ := catalogue.Expected(cat, []catalogue.UnitFacts{commune("2025-07-01")}, nil, nil, day("2025-08-01"))
	require.Equal(t, day("2025-07-01"), expected[0].OpensOn)
	expected, _ = catalogue.Expected(cat, []catalogue.UnitFacts{commune("2025-07-01")}, nil, nil, day("2026-03-01"))
	require.Equal(t, day("2026-01-01"), expected[0].OpensOn)
}

func TestASmallUnitIsOutsideTheConferenceOnTheLawsGround(t *testing.T) {
	cat := sample(t)
	for staff, obliged := range map[int]bool{7: false, 6: false, 8: true, 0: true} {
		expected, outside := catalogue.Expected(cat, []catalogue.UnitFacts{department(staff)}, nil, nil, day("2026-11-20"))
		if obliged {
			require.Contains(t, ids(expected), "HN-01/SO-NV/2026", staff)
			require.Empty(t, outside, staff)
			continue
		}
		require.Equal(t, []string{"BC-06/SO-NV/2027-H1"}, ids(expected), staff)
		require.Len(t, outside, 1)
		require.Equal(t, "HN-01", outside[0].Obligation)
		require.Equal(t, "2026", outside[0].Period.String())
		require.Equal(t, "R19", outside[0].Ground.GetRuleId())
		require.Equal(t, "điểm đ khoản 2 Điều 51", outside[0].Ground.GetArticle())
		require.Contains(t, outside[0].Reason.VI, "07 người trở xuống")
	}
}

func TestNobodyIsOutsideTheDialogue(t *testing.T) {
	small := commune("2025-07-01")
	small.Staff = 3
	expected, outside := catalogue.Expected(sample(t), []catalogue.UnitFacts{small}, nil, nil, day("2026-03-01"))
	require.Equal(t, []string{"DT-01/UBND-12205-2507/2026"}, ids(expected))
	require.Len(t, outside, 1, "only the conference")
}

func TestTheStandingBoardHasNoConferenceOfItsOwn(t *testing.T) {
	board := catalogue.UnitFacts{ID: "BTV-TU", Kind: "party-body", ValidFrom: day("2023-07-01")}
	expected, outside := catalogue.Expected(sample(t), []catalogue.UnitFacts{board}, nil, nil, day("2026-11-20"))
	require.Empty(t, expected)
	require.Len(t, outside, 1)
	require.Nil(t, outside[0].Ground)
}

func TestAnEventIsExpectedOfTheUnitsItObliges(t *testing.T) {
	cat := sample(t)
	units := []catalogue.UnitFacts{department(96), commune("2025-07-01"),
		{ID: "DU-12205-2507", Kind: "commune-party-committee", ValidFrom: day("2025-07-01")}}
	events := []catalogue.EventFacts{
		{ID: "E-2026-0007", Obligation: "BCD-03", UnitID: "SO-NV", On: day("2026-10-05")},
		{ID: "E-2026-0008", Obligation: "BCD-02", UnitID: "DU-12205-2507", On: day("2026-10-06")},
		{ID: "E-2026-0009", Obligation: "BCD-03", UnitID: "UBND-12205-2507", On: day("2026-10-06")}, // not of an obliged kind
		{ID: "E-2026-0010", Obligation: "BCD-03", UnitID: "SO-NV", On: day("2026-12-01")},           // still to come
		{ID: "E-2022-0001", Obligation: "BCD-03", UnitID: "SO-NV", On: day("2022-12-01")},           // before the unit
		{ID: "2026", Obligation: "BCD-03", UnitID: "SO-NV", On: day("2026-10-05")},                  // no event
		{ID: "E-2026-0011", Obligation: "BCD-03", UnitID: "KHONG-CO", On: day("2026-10-05")},
	}
	expected, _ := catalogue.Expected(cat, units, events, nil, day("2026-10-10"))
	var byEvent []string
	for _, x := range expected {
		if x.Period.Kind() == calendar.Event {
			byEvent = append(byEvent, x.CaseID+" "+x.OpensOn.String())
		}
	}
	require.Equal(t, []string{"BCD-02/DU-12205-2507/E-2026-0008 2026-10-06", "BCD-03/SO-NV/E-2026-0007 2026-10-05"}, byEvent)
}

func TestDistrictsReportedUntilTheyEndedCommunesSince(t *testing.T) {
	cat := sample(t)
	district := catalogue.UnitFacts{ID: "HU-330-2307", Kind: "district-party-committee", ValidFrom: day("2023-07-01"), ValidTo: day("2025-06-30")}
	before := catalogue.UnitFacts{ID: "DU-12205-2307", Kind: "commune-party-committee", ValidFrom: day("2023-07-01"), ValidTo: day("2025-06-30")}
	since := catalogue.UnitFacts{ID: "DU-12205-2507", Kind: "commune-party-committee", ValidFrom: day("2025-07-01")}
	units := []catalogue.UnitFacts{district, before, since}
	for today, want := range map[string][]string{
		"2025-05-01": {"BC-06/HU-330-2307/2025-H1"},
		"2025-07-02": {},
		"2025-11-15": {"BC-06/DU-12205-2507/2026-H1"},
	} {
		expected, _ := catalogue.Expected(cat, units, nil, nil, day(today))
		require.Equal(t, want, ids(expected), today)
	}
}

func TestBeforeTheFirstEditionNothingIsExpected(t *testing.T) {
	expected, outside := catalogue.Expected(sample(t), []catalogue.UnitFacts{department(6)}, nil, nil, day("2023-06-30"))
	require.Empty(t, expected)
	require.Empty(t, outside)
}
