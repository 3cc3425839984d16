package catalogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// carriers are the steps of the reports that ask for each of the 39 indicators, or by which the system counts it itself.
var carriers = map[string]string{
	"I01": "BC-TH figures", "I02": "BC-12 agencies", "I03": "BC-12 enterprises", "I04": "BC-12 communes", "I05": "BC-TH figures", "I06": "BC-12 communes", "I07": "BC-12 communes",
	"I08": "BC-12 communes", "I09": "BC-12 agencies", "I10": "BC-12 enterprises", "I11": "BC-12 enterprises", "I12": "BC-12 boards", "I13": "BC-12 agencies",
	"I14": "BC-12 agencies boards", "I15": "BC-12 boards", "I16": "BC-12 boards", "I17": "BC-12 boards", "I18": "BC-12 boards", "I19": "BC-12 boards", "I20": "BC-12 front",
	"I21": "BC-12 front", "I22": "BC-12 service", "I23": "BC-12 service", "I24": "BC-12 service", "I25": "BC-12 communes", "I26": "BC-12 service", "I27": "BC-12 communes",
	"I28": "BC-12 communes", "I29": "BC-12 communes", "I30": "BC-12 inspection", "I31": "BC-12 inspection", "I32": "BC-12 propaganda", "I33": "BC-12 propaganda",
	"I34": "BC-12 propaganda", "I35": "BC-12 leadership", "I36": "BC-12 inspection", "I37": "BC-12 inspection", "I38": "BC-12 communes", "I39": "BC-TH figures",
}

// carriedBy are the steps of a form that ask for an indicator, by its number in the plan.
func carriedBy(o *catalogue.Obligation) map[string][]string {
	steps := map[string][]string{}
	for _, step := range o.Steps {
		for _, f := range step.Facts {
			if f.Indicator != "" && !slices.Contains(steps[f.Indicator[:3]], step.ID) {
				steps[f.Indicator[:3]] = append(steps[f.Indicator[:3]], step.ID)
			}
		}
	}
	return steps
}

func TestEveryIndicatorIsAskedForOrCounted(t *testing.T) {
	e := hungYen(t).Latest()
	for n := 1; n <= 39; n++ {
		code := fmt.Sprintf("I%02d", n)
		form, steps, _ := strings.Cut(carriers[code], " ")
		require.Equal(t, strings.Fields(steps), carriedBy(e.Obligation(form))[code], code)
	}
	// A year-end conference is of the year; all else that the yearly report asks for is asked for at half-time.
	half, year := carriedBy(e.Obligation("BC-06")), carriedBy(e.Obligation("BC-12"))
	delete(year, "I29")
	require.Equal(t, year, half)
}

func factsBy(o *catalogue.Obligation) map[string]catalogue.Fact {
	all := map[string]catalogue.Fact{}
	for _, step := range o.Steps {
		for _, f := range step.Facts {
			all[f.Key] = f
		}
	}
	return all
}

func TestMoneyAndLandAreAmountsWithTheirUnits(t *testing.T) {
	e := hungYen(t).Latest()
	for _, form := range []string{"BC-06", "BC-12"} {
		facts := factsBy(e.Obligation(form))
		for key, unit := range map[string]string{"money": "đồng", "land": "m2", "money_recovered": "đồng", "land_recovered": "m2"} {
			require.Equal(t, figures.KindAmount, facts[key].Kind, key)
			require.Equal(t, unit, facts[key].Unit.VI, key)
			require.Equal(t, unit, e.Indicator(facts[key].Indicator).Unit.VI, key)
		}
		require.Equal(t, []string{"models_economy", "models_culture", "models_defence", "models_system"}, facts["models_registered"].SumOf)
		for _, key := range []string{"strengths", "shortcomings", "causes", "directions", "proposals", "situation"} {
			require.Equal(t, figures.KindText, facts[key].Kind, key)
			require.GreaterOrEqual(t, facts[key].Longest, 4000, key)
		}
		for _, key := range []string{"dialogues", "dialogue_attendees", "opinions", "opinions_in_time", "opinions_late", "staff_conferences", "inspection_boards",
			"inspection_board_members", "supervision_boards", "agency_boards", "committee_members"} {
			require.NotNil(t, facts[key].Known, key)
		}
	}
}

// What the register counts of the commune's boards nobody else counts: the Front of the province would count them a second time.
func TestBoardsOfCommunesAreCountedByCommunesAlone(t *testing.T) {
	for _, step := range hungYen(t).Latest().Obligation("BC-12").Steps {
		if step.ID == "boards" {
			require.Equal(t, []string{"district-party-committee", "commune-party-committee"}, step.UnitKinds)
		}
	}
}

// A form of a closed period stays what it was: its case carries it, and its edition is still there.
func TestAFormHoldsForThePeriodsThatOpenUnderIt(t *testing.T) {
	cat := hungYen(t)
	district := catalogue.UnitFacts{ID: "HU-330-2307", Kind: "district-party-committee", ValidFrom: day("2023-07-01"), WorkingYear: "calendar", ReviewerID: "BAN-DV"}
	before, err := catalogue.Snapshot(cat, "BC-06", district, calendar.MustPeriod("2025-H1"), vietnam(t), day("2025-05-01"), catalogue.Options{})
	require.NoError(t, err)
	require.Equal(t, "2024.1", before.GetCatalogueVersion())
	commune := catalogue.UnitFacts{ID: "DU-12205-2507", Kind: "commune-party-committee", ValidFrom: day("2025-07-01"), WorkingYear: "calendar", ReviewerID: "BTGDV"}
	after, err := catalogue.Snapshot(cat, "BC-06", commune, calendar.MustPeriod("2026-H1"), vietnam(t), day("2025-11-16"), catalogue.Options{})
	require.NoError(t, err)
	require.Equal(t, "2025.1", after.GetCatalogueVersion())

	ids := func(form []string) string { return strings.Join(form, " ") }
	var was, is []string
	for _, s := range before.GetSteps() {
		was = append(was, s.GetId())
		for _, f := range s.GetFacts() {
			require.Equal(t, figures.KindCount, f.GetKind())
			require.False(t, f.GetKnown())
		}
	}
	for _, s := range after.GetSteps() {
		is = append(is, s.GetId())
	}
	require.NotContains(t, ids(was), "assessment")
	require.Equal(t, "situation leadership propaganda communes service agencies boards front inspection assessment directions proposals report", ids(is))

	// Recalculated today, the old case keeps the form of its own edition.
	again, err := catalogue.Snapshot(cat, "BC-06", district, calendar.MustPeriod("2025-H1"), vietnam(t), day("2026-11-23"), catalogue.Options{Version: before.GetCatalogueVersion()})
	require.NoError(t, err)
	require.Len(t, again.GetSteps(), len(before.GetSteps()))
	require.Equal(t, "2024.1", again.GetCatalogueVersion())
}

// How far a figure may be from last year's is a setting of the province.
func TestTheToleranceIsASettingOfTheProvince(t *testing.T) {
	unit := catalogue.UnitFacts{ID: "DU-12205-2507", Kind: "commune-party-committee", ValidFrom: day("2025-07-01"), WorkingYear: "calendar", ReviewerID: "BTGDV"}
	percent := func(settings map[string]string) (found int32) {
		in, err := catalogue.Snapshot(hungYen(t), "BC-06", unit, calendar.MustPeriod("2027-H1"), vietnam(t), day("2026-11-23"), catalogue.Options{Settings: settings})
		require.NoError(t, err)
		for _, s := range in.GetSteps() {
			for _, f := range s.GetFacts() {
				if f.GetKey() == "mediations" {
					found = f.GetLastPercent()
				}
			}
		}
		return found
	}
	require.EqualValues(t, 50, percent(nil))
	require.EqualValues(t, 20, percent(map[string]string{"report.last-percent": "20"}))
}
