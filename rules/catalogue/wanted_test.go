package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/catalogue"
)

const inspection = "peoples-inspection-board"

func front(boards ...catalogue.BoardFacts) catalogue.UnitFacts {
	u := unit("MTTQ", "commune-front")
	u.Boards = boards
	return u
}

func board(id, from, to string, vacancies ...catalogue.VacancyFacts) catalogue.BoardFacts {
	return catalogue.BoardFacts{ID: id, Kind: inspection, ValidFrom: day(from), ValidTo: day(to), Vacancies: vacancies}
}

func recorded(trigger, on, board string) catalogue.EventFacts {
	return catalogue.EventFacts{ID: "E-2026-0001", Obligation: "TT-1", UnitID: "MTTQ", Trigger: trigger, On: day(on), BoardID: board}
}

func newborn(from string) catalogue.UnitFacts {
	u := front()
	u.ValidFrom, u.Born = day(from), true
	return u
}

func TestWhatShouldHaveHappenedIsWantedOnceAndNoMore(t *testing.T) {
	const today = "2026-11-23"
	passed := recorded("missing", "2026-02-01", "")
	passed.PassedFrom = "MTTQ-CU"
	for _, c := range []struct {
		name   string
		unit   catalogue.UnitFacts
		events []catalogue.EventFacts
		want   string // key and day; empty = nothing
	}{
		{"no board is known", front(), nil, "auto:missing-board:TT-1:MTTQ 2026-11-23"},
		{"no board, but its case was opened", front(), []catalogue.EventFacts{recorded("missing", "2026-03-01", "")}, ""},
		{"no board, but somebody asked for one", front(), []catalogue.EventFacts{recorded("asked", "2026-03-01", "")}, ""},
		{"the board stands", front(board("B1", "2024-01-01", "2028-12-31")), nil, ""},
		{"a board that begins next month", front(board("B1", "2026-12-15", "2031-12-14")), nil, ""},
		{"the term ends in 38 days", front(board("B1", "2022-01-01", "2026-12-31")), nil, "auto:term-ends:TT-1:MTTQ:B1 2026-11-01"},
		{"the renewal was opened", front(board("B1", "2022-01-01", "2026-12-31")), []catalogue.EventFacts{recorded("renewal", "2026-11-01", "B1")}, ""},
		{"the case that set the board up is no renewal", front(board("B1", "2022-01-01", "2026-12-31")), []catalogue.EventFacts{recorded("missing", "2021-11-01", "")},
			"auto:term-ends:TT-1:MTTQ:B1 2026-11-01"},
		{"the next board is elected already", front(board("B1", "2022-01-01", "2026-12-31"), board("B2", "2027-01-01", "2031-12-31")), nil, ""},
		{"the term ended, nobody renewed it", front(board("B1", "2021-11-01", "2026-10-31")), nil, "auto:missing-board:TT-1:MTTQ:2026-09-01 2026-11-23"},
		{"the term ended while the renewal runs", front(board("B1", "2021-11-01", "2026-10-31")), []catalogue.EventFacts{recorded("renewal", "2026-09-01", "B1")}, ""},
		{"a reorganisation ended a young board", front(board("B1", "2026-09-20", "2026-10-31")), []catalogue.EventFacts{recorded("missing", "2026-09-01", "")},
			"auto:missing-board:TT-1:MTTQ:2026-09-21 2026-11-23"},
		{"born of a reorganisation", newborn("2026-11-01"), nil, "auto:born:TT-1:MTTQ 2026-11-01"},
		{"born, its case was opened", newborn("2026-11-01"), []catalogue.EventFacts{recorded("born", "2026-11-01", "")}, ""},
		{"born, and its predecessor's case goes on here", newborn("2026-11-01"), []catalogue.EventFacts{passed}, ""},
		{"born long ago: that it has no board is what counts", newborn("2025-07-01"), nil, "auto:missing-board:TT-1:MTTQ 2026-11-23"},
		{"a seat is empty", front(board("B1", "2024-01-01", "2028-12-31", catalogue.VacancyFacts{On: day("2026-10-05"), Role: "chair"})), nil,
			"auto:vacancy:TT-1:MTTQ:B1:2026-10-05 2026-10-05"},
		{"the by-election was opened", front(board("B1", "2024-01-01", "2028-12-31", catalogue.VacancyFacts{On: day("2026-10-05")})),
			[]catalogue.EventFacts{recorded("vacancy", "2026-10-05", "B1")}, ""},
		{"a second seat fell empty later", front(board("B1", "2024-01-01", "2028-12-31", catalogue.VacancyFacts{On: day("2026-10-05")}, catalogue.VacancyFacts{On: day("2026-11-20")})),
			[]catalogue.EventFacts{recorded("vacancy", "2026-10-05", "B1")}, "auto:vacancy:TT-1:MTTQ:B1:2026-11-20 2026-11-20"},
		{"less than six months of the term remain", front(board("B1", "2022-04-01", "2027-03-31", catalogue.VacancyFacts{On: day("2026-10-05")})), nil, ""},
		{"exactly six months remain", front(board("B1", "2022-05-24", "2027-05-23", catalogue.VacancyFacts{On: day("2026-10-05")})), nil,
			"auto:vacancy:TT-1:MTTQ:B1:2026-10-05 2026-10-05"},
		{"a special unit", special("MTTQ"), nil, ""},
		{"a unit not born yet", born(front(), "2027-01-01"), nil, ""},
	} {
		require.Equal(t, c.want, told(catalogue.Wanted(full(t), []catalogue.UnitFacts{c.unit}, c.events, day(today))), c.name)
	}
}

func told(wanted []catalogue.WantedEvent) string {
	text := ""
	for _, w := range wanted {
		if text != "" {
			text += ", "
		}
		text += w.Key + " " + w.On.String()
	}
	return text
}

func TestTheSameNeedHasTheSameKeyOnEveryDay(t *testing.T) {
	units := []catalogue.UnitFacts{front(board("B1", "2021-11-01", "2026-10-31")), unit("SO-NV", "department")}
	first := catalogue.Wanted(full(t), units, nil, day("2026-11-23"))
	later := catalogue.Wanted(full(t), units, nil, day("2027-03-01"))
	require.Len(t, first, 2)
	for i := range first {
		require.Equal(t, first[i].Key, later[i].Key)
	}
	require.Equal(t, "auto:never-done:QC-1:SO-NV", first[0].Key, "in order of obligation")
}

func TestWhatWasNeverDoneIsWantedUntilAnythingOfItHappened(t *testing.T) {
	units := []catalogue.UnitFacts{unit("SO-NV", "department")}
	require.Equal(t, "auto:never-done:QC-1:SO-NV 2026-11-23", told(catalogue.Wanted(full(t), units, nil, day("2026-11-23"))))
	events := []catalogue.EventFacts{{ID: "E-2024-0001", Obligation: "QC-1", UnitID: "SO-NV", Trigger: "law-changed", On: day("2024-01-05")}}
	require.Empty(t, catalogue.Wanted(full(t), units, events, day("2026-11-23")))
}

func TestAWantedEventStatesWhatIsKnown(t *testing.T) {
	units := []catalogue.UnitFacts{front(board("B1", "2024-01-01", "2028-12-31", catalogue.VacancyFacts{On: day("2026-10-05"), Role: "chair"}))}
	wanted := catalogue.Wanted(full(t), units, nil, day("2026-11-23"))
	require.Len(t, wanted, 1)
	require.Equal(t, "vacancy", wanted[0].Trigger)
	require.Equal(t, "B1", wanted[0].BoardID)
	require.Equal(t, map[string]string{"empty_since": "2026-10-05", "role": "chair"}, wanted[0].Facts)
	e := full(t).Latest()
	require.Empty(t, e.CheckTrigger(e.Obligation("TT-1"), "vacancy", wanted[0].Facts, wanted[0].On))
}
