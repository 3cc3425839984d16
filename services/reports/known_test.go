package reports

import (
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

func TestWhichCasesAFigureIsKnownFrom(t *testing.T) {
	window, stock := span{"2025-12-15", "2026-06-14"}, span{"", "2026-06-14"}
	done := caseKnown{State: "submitted", Opened: "2026-01-01", Due: "2026-05-01", Done: "2026-04-20"}
	late := caseKnown{State: "accepted", Opened: "2026-01-01", Due: "2026-05-01", Done: "2026-05-02", LateFile: true}
	open := caseKnown{State: "open", Opened: "2026-01-01", Due: "2026-12-31"}
	early := caseKnown{State: "accepted", Opened: "2025-01-01", Due: "2025-12-31", Done: "2025-12-14"}
	ended := caseKnown{State: "submitted", Opened: "2025-01-01", Due: "2026-05-01", Done: "2026-01-05", UnitEndedOn: "2026-02-28"}
	mine := caseKnown{State: "open", Due: "2026-06-17", OfSamePeriod: true}
	for _, c := range []struct {
		name, cases string
		in          span
		same        bool
		want        []bool // done, late, open, early, ended, mine
	}{
		{"held in the window", catalogue.CasesHeld, window, false, []bool{true, true, false, false, true, false}},
		{"held by the last day", catalogue.CasesHeld, stock, false, []bool{true, true, false, true, true, false}},
		{"accepted", catalogue.CasesAccepted, window, false, []bool{false, true, false, false, false, false}},
		{"in time", catalogue.CasesInTime, window, false, []bool{true, false, false, false, true, false}},
		{"late", catalogue.CasesLate, window, false, []bool{false, true, false, false, false, false}},
		{"due in the window", catalogue.CasesOwed, window, false, []bool{true, true, false, true, true, false}},
		{"units that stand", catalogue.CasesUnits, window, false, []bool{true, true, false, false, false, false}},
		{"units that had a case", catalogue.CasesUnitsOwed, window, false, []bool{true, true, true, true, false, true}},
		{"reports of the period that are missing", catalogue.CasesUnfiled, window, true, []bool{false, false, false, false, false, true}},
		{"reports of the period", catalogue.CasesOwed, window, true, []bool{false, false, false, false, false, true}},
		{"filed in time", catalogue.CasesFiledInTime, window, false, []bool{true, false, false, true, true, false}},
		{"filed late", catalogue.CasesFiledLate, window, false, []bool{false, true, false, false, false, false}},
	} {
		known := &catalogue.Known{Cases: c.cases, SamePeriod: c.same}
		for i, one := range []caseKnown{done, late, open, early, ended, mine} {
			require.Equal(t, c.want[i], one.counts(known, c.in), "%s: case %d", c.name, i)
		}
	}
}

func TestWhatIsCountedOrAddedUp(t *testing.T) {
	in := span{"2026-01-01", "2026-06-14"}
	cases := []caseKnown{{ID: "b", UnitID: "X", Done: "2026-02-01", Values: "12,5;7"}, {ID: "a", UnitID: "X", Done: "2026-03-01", Values: "x"}, {ID: "c", UnitID: "Y"}}
	held := tallyCases(&catalogue.Known{Cases: catalogue.CasesHeld}, cases, in)
	require.Equal(t, figures.Count(2), held.sum)
	require.Equal(t, []string{"a", "b"}, held.cases)
	require.Equal(t, figures.Count(1), tallyCases(&catalogue.Known{Cases: catalogue.CasesUnits}, cases, in).sum, "a unit counts once")
	require.Equal(t, "19,5", tallyCases(&catalogue.Known{Sum: &catalogue.StepSum{}}, cases, in).sum.Wire())
	require.False(t, tallyCases(&catalogue.Known{Cases: catalogue.CasesHeld}, nil, in).known, "of whom the register follows nothing it knows nothing")
	require.True(t, tallyCases(&catalogue.Known{Cases: catalogue.CasesHeld}, cases[2:], in).known, "nothing done is known, too")
}

func TestBoardsThatStandAreCountedAndWhoSitsInThem(t *testing.T) {
	boards := []*unitsv1.Board{
		{Id: "1", ValidFrom: "2025-08-01", Members: 9, Vacancies: []*unitsv1.Vacancy{{On: "2026-01-01", FilledOn: "2026-02-01"}, {On: "2026-06-01", FilledOn: "2026-07-01"}, {On: "2026-08-01"}}},
		{Id: "2", ValidFrom: "2026-06-15", Members: 5}, {Id: "3", ValidFrom: "2020-01-01", ValidTo: "2026-06-13", Members: 5},
	}
	require.Equal(t, figures.Count(1), tallyBoards(&catalogue.Known{}, boards, "2026-06-14").sum)
	members := tallyBoards(&catalogue.Known{Members: true}, boards, "2026-06-14")
	require.Equal(t, figures.Count(8), members.sum, "a seat that is empty on the day seats nobody")
	require.Equal(t, []string{"1"}, members.boards)
	require.False(t, tallyBoards(&catalogue.Known{}, nil, "2026-06-14").known)
	require.False(t, tallyBoards(&catalogue.Known{Members: true}, []*unitsv1.Board{{Id: "1", ValidFrom: "2025-08-01"}}, "2026-06-14").known, "how many sit in it was never said")
}

func TestTheSpanOfAFigure(t *testing.T) {
	require.Equal(t, span{"2025-12-15", "2026-03-01"}, spanOf("flow", "2025-12-15", "2026-06-14", "2026-03-01"), "what lies ahead has not happened")
	require.Equal(t, span{"", "2026-06-14"}, spanOf("stock", "2025-12-15", "2026-06-14", "2026-07-01"))
}

func TestTheFigureOfTheYearBeforeGoesByItsIndicator(t *testing.T) {
	form := func(step, key, indicator string) *casefilev1.CaseInput {
		return &casefilev1.CaseInput{Steps: []*casefilev1.StepPolicy{{Id: step, Facts: []*casefilev1.FactPolicy{{Key: key, Kind: "count", Indicator: indicator}}}}}
	}
	stated := func(step, key, value string) *casefilev1.CaseState {
		return &casefilev1.CaseState{Steps: []*casefilev1.StepRecord{{StepId: step, Facts: map[string]string{key: value}}}}
	}
	reports := []lastReport{
		{"a", form("communes", "land", "I38c"), stated("communes", "land", "700")},
		{"b", form("figures", "dat", "I38c"), stated("figures", "dat", "67,5")},
		{"c", form("figures", "dat", "I38c"), stated("figures", "dat", "")},
	}
	sum, cases := lastValue(reports, "communes", &casefilev1.FactPolicy{Key: "land", Kind: "amount", Indicator: "I38c"})
	require.Equal(t, "767,5", sum.Wire())
	require.Equal(t, []string{"a", "b"}, cases, "who stated none is not named")
	_, cases = lastValue(reports, "figures", &casefilev1.FactPolicy{Key: "dat", Kind: "count"})
	require.Equal(t, []string{"b"}, cases, "without an indicator by step and key")
}

func TestWordsBehindARecordAreThoseOfItsSum(t *testing.T) {
	input := &casefilev1.CaseInput{Steps: []*casefilev1.StepPolicy{{Id: "s", Facts: []*casefilev1.FactPolicy{{Key: "k", Kind: "text"}}}}}
	first, second := wordsRow{ActID: "1", StepID: "s", Key: "k", Text: "một", Sum: figures.WordsSum("một")}, wordsRow{ActID: "2", StepID: "s", Key: "k", Text: "hai", Sum: figures.WordsSum("hai")}
	recorded := func(sum string) *casefilev1.CaseState {
		return &casefilev1.CaseState{Steps: []*casefilev1.StepRecord{{StepId: "s", Facts: map[string]string{"k": sum}}}}
	}
	behind := func(state *casefilev1.CaseState) []*reportsv1.Words {
		return wordsBehind(input, state, []wordsRow{second, first})
	}
	require.Equal(t, "hai", behind(&casefilev1.CaseState{})[0].GetText(), "nothing recorded yet: what is on its way")
	require.Equal(t, "một", behind(recorded(first.Sum))[0].GetText(), "what the case has not taken in yet does not count")
	require.Empty(t, behind(recorded("")), "an answer that was taken back has no words")
}
