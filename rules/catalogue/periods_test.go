package catalogue_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/catalogue"
)

// full is a catalogue with one obligation of each kind of thing that may be declared.
func full(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	cat, err := catalogue.Load(os.DirFS("testdata/du-mau"))
	require.NoError(t, err)
	return cat
}

func unit(id, kind string) catalogue.UnitFacts {
	return catalogue.UnitFacts{ID: id, Kind: kind, AreaID: "33-2507", ValidFrom: day("2023-07-01"), WorkingYear: "calendar", ReviewerID: "BTGDV"}
}

// periodOf is the period in which the obligation is expected of the unit on the day; empty when it is not.
func periodOf(t *testing.T, cat *catalogue.Catalogue, obligation string, u catalogue.UnitFacts, today string) string {
	t.Helper()
	expected, _ := catalogue.Expected(cat, []catalogue.UnitFacts{u}, nil, nil, day(today))
	for _, x := range expected {
		if x.Obligation == obligation {
			return x.Period.String()
		}
	}
	return ""
}

func TestEachRecurrenceHasItsCurrentPeriod(t *testing.T) {
	cat := full(t)
	people, agency, department := unit("UBND", "commune-peoples-committee"), unit("BTGDV", "standing-agency"), unit("SO-NV", "department")
	for _, c := range []struct {
		name, obligation string
		unit             catalogue.UnitFacts
		today, want      string
	}{
		{"a quarter opens on its first day", "CK-1", people, "2026-07-01", "2026-Q3"},
		{"and stays until the next", "CK-1", people, "2026-06-30", "2026-Q2"},
		{"over the turn of the year", "CK-1", people, "2027-01-01", "2027-Q1"},
		{"a half opens 30 days before its last day", "TH-1", agency, "2026-05-31", "2026-H1"},
		{"the day before, the half before is current", "TH-1", agency, "2026-05-30", "2025-H2"},
		{"the second half", "TH-1", agency, "2026-12-01", "2026-H2"},
		{"once: before its day nothing", "MH-1", department, "2024-12-31", ""},
		{"once: in its period", "MH-1", department, "2025-06-01", "2025"},
		{"once: still owed while nobody has done it", "MH-1", department, "2026-11-23", "2025"},
		{"a unit born after the only period does not owe it", "MH-1", born(department, "2026-01-02"), "2026-11-23", ""},
		{"a unit born within the quarter owes it", "CK-1", born(people, "2026-08-01"), "2026-08-02", "2026-Q3"},
		{"figures of the year", "SO-1", people, "2026-02-01", "2026"},
	} {
		require.Equal(t, c.want, periodOf(t, cat, c.obligation, c.unit, c.today), c.name)
	}
}

func born(u catalogue.UnitFacts, on string) catalogue.UnitFacts {
	u.ValidFrom = day(on)
	return u
}

func TestTheCurrentPeriodOfAnObligationCanBeAskedFor(t *testing.T) {
	e := full(t).Latest()
	period, opens, ok := e.CurrentPeriod(e.Obligation("CK-1"), born(unit("UBND", "commune-peoples-committee"), "2026-08-01"), day("2026-08-15"))
	require.True(t, ok)
	require.Equal(t, "2026-Q3", period.String())
	require.Equal(t, day("2026-08-01"), opens)
	_, _, ok = e.CurrentPeriod(e.Obligation("KN-1"), catalogue.UnitFacts{}, day("2026-08-15"))
	require.False(t, ok, "an event has no current period")
}

func TestWhatAnothersCaseCarriesHasNoCase(t *testing.T) {
	require.Empty(t, periodOf(t, full(t), "DS-1", unit("UBND", "commune-peoples-committee"), "2026-08-15"))
}

func TestASwitchANamedUnitAndABoardLimitWhoIsObliged(t *testing.T) {
	cat := full(t)
	on, err := cat.WithSettings(map[string]string{"communes": "on"})
	require.NoError(t, err)
	party := unit("DU", "commune-party-committee")
	for _, c := range []struct {
		name       string
		cat        *catalogue.Catalogue
		obligation string
		unit       catalogue.UnitFacts
		obliged    bool
		reason     string
	}{
		{"switched off", cat, "MH-1", party, false, ""},
		{"switched on", on, "MH-1", party, true, ""},
		{"a unit that is named", cat, "MH-1", unit("SO-TP", "department"), true, ""},
		{"another of its kind", cat, "MH-1", unit("SO-YT", "department"), false, ""},
		{"no board", cat, "RS-1", unit("MTTQ", "commune-front"), false, "Đơn vị chưa có Ban Thanh tra nhân dân."},
		{"a board of another kind", cat, "RS-1", withBoard("MTTQ", "steering-committee", "2024-01-01", ""), false, "Đơn vị chưa có Ban Thanh tra nhân dân."},
		{"a board that ended before the period", cat, "RS-1", withBoard("MTTQ", "peoples-inspection-board", "2020-01-01", "2025-12-31"), false, "Đơn vị chưa có Ban Thanh tra nhân dân."},
		{"a board that stands", cat, "RS-1", withBoard("MTTQ", "peoples-inspection-board", "2024-01-01", "2028-12-31"), true, ""},
		{"a special unit", cat, "TT-1", special("MTTQ"), false, "Đơn vị đặc thù không thành lập. (theo Quyết định số 12/QĐ-TU)"},
	} {
		e := c.cat.Latest()
		obliged, reason, ground := e.Obliged(e.Obligation(c.obligation), c.unit, day("2026-02-01"))
		require.Equal(t, c.obliged, obliged, c.name)
		require.Equal(t, c.reason, reason.VI, c.name)
		require.Equal(t, c.name == "a special unit", ground != nil, c.name)
	}
}

func withBoard(id, kind, from, to string) catalogue.UnitFacts {
	u := unit(id, "commune-front")
	u.Boards = []catalogue.BoardFacts{{ID: "BAN-1", Kind: kind, ValidFrom: day(from)}}
	if to != "" {
		u.Boards[0].ValidTo = day(to)
	}
	return u
}

func special(id string) catalogue.UnitFacts {
	u := unit(id, "commune-front")
	u.Special, u.SpecialGround = true, "Quyết định số 12/QĐ-TU"
	return u
}

func TestAUnitOutsideIsListedWithItsReasonAndOneThatWasNeverMeantIsNot(t *testing.T) {
	_, outside := catalogue.Expected(full(t), []catalogue.UnitFacts{unit("MTTQ", "commune-front"), unit("DU", "commune-party-committee"), unit("SO-YT", "department")},
		nil, nil, day("2026-02-01"))
	require.Len(t, outside, 1)
	require.Equal(t, "RS-1", outside[0].Obligation)
	require.Equal(t, "Đơn vị chưa có Ban Thanh tra nhân dân.", outside[0].Reason.VI)
}

func TestAnEventBesideARecurringObligationOpensACaseOfItsOwn(t *testing.T) {
	units := []catalogue.UnitFacts{unit("UBND", "commune-peoples-committee")}
	event := func(id, obligation, trigger, on string) catalogue.EventFacts {
		return catalogue.EventFacts{ID: id, Obligation: obligation, Trigger: trigger, UnitID: "UBND", On: day(on)}
	}
	events := []catalogue.EventFacts{
		event("E-2026-0001", "DT-1", "voters-ask", "2026-05-04"),
		event("E-2026-0002", "DT-1", "", "2026-05-05"),           // the first trigger
		event("E-2025-0003", "DT-1", "voters-ask", "2025-06-30"), // before the law that brought the trigger
		event("E-2025-0004", "DT-1", "needed", "2025-06-30"),     // this one stands on no rule
		event("E-2026-0005", "DT-1", "ghost", "2026-05-04"),      // no such trigger
		event("E-2026-0006", "DS-1", "", "2026-05-04"),           // carried by another
		event("E-2026-0007", "CK-1", "", "2026-05-04"),           // knows no events
		event("E-2026-0008", "KN-1", "received", "2026-05-04"),   // by event alone
		{ID: "E-2025-0009", Obligation: "KN-1", UnitID: "MOI", On: day("2025-06-01"), PassedFrom: "CU"},
		{ID: "E-2025-0010", Obligation: "KN-1", UnitID: "MOI", On: day("2025-06-01")}, // before the unit, and of no predecessor
	}
	units = append(units, born(unit("MOI", "commune-peoples-committee"), "2025-07-01"))
	expected, _ := catalogue.Expected(full(t), units, events, nil, day("2026-06-01"))
	var byEvent []string
	for _, x := range expected {
		if x.Period.Year() > 0 && x.Period.String()[0] == 'E' {
			byEvent = append(byEvent, x.CaseID)
		}
	}
	require.Equal(t, []string{"DT-1/UBND/E-2025-0004", "DT-1/UBND/E-2026-0001", "DT-1/UBND/E-2026-0002", "KN-1/MOI/E-2025-0009", "KN-1/UBND/E-2026-0008"}, byEvent)
}
