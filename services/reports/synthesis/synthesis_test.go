package synthesis_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
	"nenep/rules/figures/imagined"
	"nenep/services/reports/synthesis"
)

func fact(key, kind, indicator, measure, atMost string) *casefilev1.FactPolicy {
	return &casefilev1.FactPolicy{Key: key, TitleVi: "Số " + key, TitleEn: key, Kind: kind, Indicator: indicator, Measure: measure, AtMost: atMost}
}

func step(id string, facts ...*casefilev1.FactPolicy) *casefilev1.StepPolicy {
	return &casefilev1.StepPolicy{Id: id, TitleVi: "Mục " + id, Facts: facts}
}

func codes(indicators []synthesis.Indicator) (all []string) {
	for _, i := range indicators {
		all = append(all, i.Code)
	}
	return all
}

func TestAFormIsMergedOutOfTheSectionsOfAllKindsOfUnits(t *testing.T) {
	var form synthesis.Form
	communes := form.Add([]*casefilev1.StepPolicy{
		step("leadership", fact("directives", "count", "", "flow", "")),
		step("communes", fact("decided", "count", "I27a", "flow", ""), fact("approved", "count", "I27b", "flow", "decided")),
		step("report", fact("words", "text", "", "", ""), fact("signed", "day", "", "", "")),
	})
	form.Add([]*casefilev1.StepPolicy{
		step("leadership", fact("directives", "count", "", "flow", "")),
		step("enterprises", fact("money", "amount", "I38a", "stock", "")),
	})
	require.Equal(t, []string{"directives", "I38a", "I27a", "I27b"}, codes(form.Indicators()), "each section once, where its form has it; words and days are no figures")
	require.Equal(t, "I27a", form.Indicators()[3].Whole)
	require.Equal(t, figures.Stock, form.Indicators()[1].Measure)

	values := map[string]figures.Number{}
	communes.Add(values, "communes", map[string]string{"decided": "10", "approved": "7,5", "other": "3", "words": "sha256:00"})
	communes.Add(values, "leadership", map[string]string{"directives": "nhiều"})
	require.Equal(t, "7,5", values["I27b"].Wire())
	require.Len(t, values, 2, "what is no number is not given")
}

func provincial() synthesis.Material {
	known := func(id, parent, kind string) synthesis.Known {
		return synthesis.Known{UnitID: id, ParentID: parent, Name: "Đơn vị " + id, Kind: kind}
	}
	tree := []synthesis.Known{known("TINH", "ABOVE", "province"), known("HUYEN", "TINH", "district"), known("XA-1", "HUYEN", "commune"), known("XA-2", "HUYEN", "commune"), known("SO", "TINH", "department")}
	ever := map[string]synthesis.Known{"XA-0": known("XA-0", "HUYEN", "commune")}
	for _, unit := range tree {
		ever[unit.UnitID] = unit
	}
	return synthesis.Material{
		Indicators: []synthesis.Indicator{{Code: "I27a"}, {Code: "I27b", Whole: "I27a"}, {Code: "I12", Measure: figures.Stock}},
		Tree:       tree, Ever: ever, Follows: []figures.Follows{{From: "XA-0", To: "XA-1", Heir: true}},
	}
}

func handedIn(unit, state string, a, b int64) synthesis.Report {
	return synthesis.Report{CaseID: "BC-06/" + unit + "/2026-H1", UnitID: unit, State: state, Version: 1, DueDay: "2026-06-17", SubmittedOn: "2026-06-16",
		Values: map[string]figures.Number{"I27a": figures.Count(a), "I27b": figures.Count(b)}}
}

func TestAVersionSaysWhoReportedWhatItComesToAndFromWhere(t *testing.T) {
	m := provincial()
	late, returned, missing, exempted := handedIn("SO", "submitted", 8, 2), handedIn("XA-2", "returned", 50, 50), handedIn("HUYEN", "open", 0, 0), handedIn("TINH", "exempted", 0, 0)
	late.LateDays, late.SubmittedOn, exempted.Ground = 2, "2026-06-19", "Điều 4 Kế hoạch"
	withdrawn, succeeded := handedIn("XA-9", "withdrawn", 9, 9), handedIn("XA-8", "succeeded", 9, 9)
	m.Reports = []synthesis.Report{late, handedIn("XA-1", "accepted", 10, 7), returned, missing, exempted, withdrawn, succeeded, handedIn("XA-0", "accepted", 4, 4)}
	c := synthesis.Draw(m)

	require.Equal(t, synthesis.Counts{Owed: 5, InTime: 2, Late: 1, Returned: 1, Missing: 1, Exempted: 1}, c.Counts())
	require.Equal(t, []string{"HUYEN", "XA-2"}, c.NotReported())
	require.Equal(t, synthesis.Figure{Sum: "18", Reports: 2}, c.Totals["I27a"], "what was returned is not in it, a predecessor's is in its successor's")
	require.Equal(t, synthesis.Figure{Sum: "9", Reports: 2, Share: "50%"}, c.Totals["I27b"])
	require.NotContains(t, c.Totals, "I12", "nobody gave it")
	require.Equal(t, "commune", c.Groups[0].Kind)
	require.Equal(t, "70%", c.Groups[0].Figures["I27b"].Share)

	var places []string
	for _, p := range c.Places {
		places = append(places, p.ParentID+">"+p.UnitID+"="+p.Figures["I27a"].Sum)
	}
	require.Equal(t, []string{">TINH=18", "TINH>HUYEN=10", "HUYEN>XA-1=10", "TINH>SO=8"}, places, "each level the tree has, each after its parent")
	require.Equal(t, figures.Contained, c.Sources[1].Standing)
	require.Equal(t, "BC-06/XA-1/2026-H1", c.Sources[1].In)

	said := map[string]string{}
	for _, u := range c.Units {
		vi, en := u.Why()
		require.NotEmpty(t, en)
		said[u.UnitID] = vi
	}
	require.Equal(t, map[string]string{
		"SO": "Nộp ngày 19/06/2026, quá hạn 02 ngày làm việc (hạn 17/06/2026), đang chờ xác nhận.", "XA-1": "Nộp ngày 16/06/2026, trong hạn 17/06/2026.",
		"XA-0": "Nộp ngày 16/06/2026, trong hạn 17/06/2026.", "XA-2": "Đã trả lại để bổ sung, hoàn thiện và chưa nộp lại; hạn nộp lại 17/06/2026.",
		"HUYEN": "Chưa nộp báo cáo; hạn 17/06/2026.", "TINH": "Không thuộc đối tượng theo Điều 4 Kế hoạch.",
	}, said)
}

func TestTheLastReportThatWasSubmittedStandsForItsUnit(t *testing.T) {
	first, again := handedIn("XA-1", "accepted", 10, 7), handedIn("XA-1", "open", 99, 99)
	again.CaseID, again.Tail = again.CaseID+"/c1", 1
	m := provincial()
	m.Reports = []synthesis.Report{again, first}
	require.Equal(t, "10", synthesis.Draw(m).Totals["I27a"].Sum, "a correction that is being written stands for nothing yet")
	m.Reports[0].State = "submitted"
	require.Equal(t, "99", synthesis.Draw(m).Totals["I27a"].Sum)
	require.Len(t, synthesis.Draw(m).Sources, 1)
	m.Reports = []synthesis.Report{handedIn("XA-1", "exempted", 0, 0), again}
	require.Equal(t, []string{"XA-1"}, synthesis.Draw(m).NotReported(), "obliged again")
}

func TestWhatChangedBetweenTwoVersions(t *testing.T) {
	m := provincial()
	m.Reports = []synthesis.Report{handedIn("XA-1", "accepted", 10, 7), handedIn("XA-2", "open", 0, 0), handedIn("XA-0", "accepted", 4, 4), handedIn("SO", "submitted", 1, 1)}
	before := synthesis.Draw(m)
	m.Reports[0].Version, m.Reports[0].Values["I27b"] = 2, figures.Count(8)
	m.Reports[1] = handedIn("XA-2", "submitted", 5, 5)
	m.Reports[3].State = "open"
	after := synthesis.Draw(m)
	changes := synthesis.Compare(before, after)
	require.Equal(t, []synthesis.ChangedFigure{{"I27a", "", "11", "15"}, {"I27b", "", "8", "13"}}, changes.Totals)
	require.Contains(t, changes.Places, synthesis.ChangedFigure{Code: "I27a", UnitID: "SO", Before: "1", After: ""})
	require.Contains(t, changes.Places, synthesis.ChangedFigure{Code: "I27b", UnitID: "XA-1", Before: "7", After: "8"})
	require.Equal(t, []synthesis.ChangedSource{
		{"BC-06/SO/2026-H1", "SO", synthesis.Removed, 1, 0}, {"BC-06/XA-1/2026-H1", "XA-1", synthesis.Corrected, 1, 2}, {"BC-06/XA-2/2026-H1", "XA-2", synthesis.Added, 0, 1},
	}, changes.Sources)
	require.Equal(t, []synthesis.ChangedStanding{{"SO", "Đơn vị SO", synthesis.InTime, synthesis.Missing}, {"XA-2", "Đơn vị XA-2", synthesis.Missing, synthesis.InTime}}, changes.Standings)
	require.Equal(t, synthesis.Changes{}, synthesis.Compare(after, synthesis.Draw(m)))
}

// drawn is the material of an imagined province in which some units have corrected so far.
func drawn(p *imagined.Province, given []figures.Report) synthesis.Material {
	m := synthesis.Material{Follows: p.Follows, Ever: map[string]synthesis.Known{}}
	for code, measure := range imagined.Measures() {
		m.Indicators = append(m.Indicators, synthesis.Indicator{Code: code, Measure: measure})
	}
	for _, b := range p.Bodies {
		m.Ever[b.ID] = synthesis.Known{UnitID: b.ID, Name: b.ID, Kind: "commune"}
	}
	for _, node := range p.Tree {
		m.Tree = append(m.Tree, synthesis.Known{UnitID: node.UnitID, ParentID: node.ParentID, Name: node.UnitID})
	}
	for _, r := range given {
		m.Reports = append(m.Reports, synthesis.Report{CaseID: r.CaseID, UnitID: r.UnitID, State: "accepted", Version: r.Version, Own: r.Own, Values: r.Values})
	}
	return m
}

// Every version after late and corrected returns equals what is counted village by village, whatever came before it; what is said to have
// changed leads from one version to the next.
func TestEveryVersionEqualsTheTruthOfItsDay(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 606)) //nolint:gosec // a repeatable test
		units := 300
		if seed == 0 {
			units = 5000
		}
		p := imagined.Imagine(r, units)
		var last *synthesis.Content
		for _, present := range [][]figures.Report{handedInSoFar(r, p, 0.6, 1), handedInSoFar(r, p, 0.9, 2), handedInSoFar(r, p, 1, 9)} {
			m := drawn(p, present)
			c := synthesis.Draw(m)
			r.Shuffle(len(m.Reports), func(i, j int) { m.Reports[i], m.Reports[j] = m.Reports[j], m.Reports[i] })
			again, err := synthesis.Draw(m).Hash()
			require.NoError(t, err)
			own, err := c.Hash()
			require.NoError(t, err)
			require.Equal(t, own, again, "the order in which reports arrived makes no difference")
			requireAdded(t, c)
			if last != nil {
				requireLeadsTo(t, last, c)
			}
			last = c
		}
		for i := range imagined.Flows {
			require.Equal(t, figures.Count(p.FlowsTold(i)).Wire(), last.Totals[fmt.Sprintf("F%02d", i)].Sum, "seed %d, flow %d", seed, i)
		}
		if seed > 0 { // who reported after whom is looked up the slow way
			for i := range imagined.Stocks {
				require.Equal(t, figures.Count(p.StocksTold(i)).Wire(), last.Totals[fmt.Sprintf("S%02d", i)].Sum, "seed %d, stock %d", seed, i)
			}
		}
	}
}

func handedInSoFar(r *rand.Rand, p *imagined.Province, share float64, versions int) []figures.Report {
	var given []figures.Report
	for _, b := range p.Bodies {
		if b.Reports && (share == 1 || r.Float64() < share) {
			given = append(given, p.Told(r, b, min(versions, b.Corrections+1)))
		}
	}
	return given
}

// requireAdded adds the sources up again, by themselves and under each place.
func requireAdded(t *testing.T, c *synthesis.Content) {
	t.Helper()
	var whole figures.Number
	own, parents := map[string]figures.Number{}, map[string]string{}
	for _, s := range c.Sources {
		if value, err := figures.ParseNumber(s.Values["F00"]); err == nil {
			whole, own[s.At] = whole.Add(value), own[s.At].Add(value)
		}
	}
	require.Equal(t, whole.Wire(), c.Totals["F00"].Sum)
	for _, place := range c.Places {
		parents[place.UnitID] = place.ParentID
	}
	below := map[string]figures.Number{}
	for unit, value := range own {
		for above := unit; above != ""; above = parents[above] {
			below[above] = below[above].Add(value)
		}
	}
	for _, place := range c.Places {
		require.Equal(t, below[place.UnitID].Wire(), place.Figures["F00"].Sum, place.UnitID)
	}
}

// requireLeadsTo makes the changes upon the version before and finds the version after.
func requireLeadsTo(t *testing.T, before, after *synthesis.Content) {
	t.Helper()
	changes := synthesis.Compare(before, after)
	sums := map[string]string{}
	for code, figure := range before.Totals {
		sums[code] = figure.Sum
	}
	for _, changed := range changes.Totals {
		require.Equal(t, changed.Before, sums[changed.Code])
		sums[changed.Code] = changed.After
	}
	for code, figure := range after.Totals {
		require.Equal(t, figure.Sum, sums[code])
	}
	require.Equal(t, len(after.Sources)-len(before.Sources), changes.Count(synthesis.Added)-changes.Count(synthesis.Removed))
	require.NotZero(t, changes.Count(synthesis.Corrected))
}
