package figures_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/figures"
	"nenep/rules/figures/imagined"
)

func values(of ...any) map[string]figures.Number {
	given := map[string]figures.Number{}
	for i := 0; i < len(of); i += 2 {
		given[of[i].(string)] = figures.Count(int64(of[i+1].(int)))
	}
	return given
}

var measures = map[string]figures.Measure{"I06": figures.Flow, "I12": figures.Stock}

func merged() ([]figures.Node, []figures.Follows) {
	return []figures.Node{{"tinh", ""}, {"khoai-chau", "tinh"}, {"yen-my", "tinh"}},
		[]figures.Follows{{From: "tan-dan", To: "khoai-chau", Heir: true}, {From: "ong-dinh", To: "khoai-chau", Heir: true}}
}

func TestACommuneThatWasMergedCountsOnceWithItsPredecessors(t *testing.T) {
	tree, follows := merged()
	before := figures.Report{CaseID: "a", UnitID: "tan-dan", Values: values("I06", 30, "I12", 1)}
	after := figures.Report{CaseID: "b", UnitID: "khoai-chau", Values: values("I06", 100, "I12", 2)}
	yenMy := figures.Report{CaseID: "c", UnitID: "yen-my", Values: values("I06", 7, "I12", 1)}

	sum := figures.RollUp(tree, follows, []figures.Report{before, yenMy}, measures)
	require.Equal(t, figures.Summed{Sum: figures.Count(37), From: 2}, sum.Nodes["tinh"]["I06"], "until the successor reports, the predecessor's figures stand in its place")
	require.Equal(t, []string{"a"}, sum.Below("khoai-chau", "I06"))

	sum = figures.RollUp(tree, follows, []figures.Report{before, after, yenMy}, measures)
	require.Equal(t, figures.Summed{Sum: figures.Count(107), From: 2}, sum.Nodes["tinh"]["I06"])
	require.Equal(t, figures.Source{CaseID: "a", UnitID: "tan-dan", Standing: figures.Contained, At: "khoai-chau", In: "b"}, sum.Sources[0])
	require.Equal(t, []string{"b", "c"}, sum.Below("tinh", "I06"))

	after.Own = true
	sum = figures.RollUp(tree, follows, []figures.Report{before, after, yenMy}, measures)
	require.Equal(t, figures.Count(137), sum.Nodes["tinh"]["I06"].Sum, "what happened before the founding is added")
	require.Equal(t, figures.Count(3), sum.Nodes["tinh"]["I12"].Sum, "what there is now is told by the successor alone")
}

func TestWhatASplitUnitDidGoesOnWithItsHeir(t *testing.T) {
	tree := []figures.Node{{"tinh", ""}, {"heir", "tinh"}, {"other", "tinh"}}
	follows := []figures.Follows{{From: "old", To: "other"}, {From: "old", To: "heir", Heir: true}}
	old := figures.Report{CaseID: "a", UnitID: "old", Values: values("I06", 30, "I12", 4)}
	other := figures.Report{CaseID: "b", UnitID: "other", Values: values("I06", 5, "I12", 1)}
	sum := figures.RollUp(tree, follows, []figures.Report{old, other}, measures)
	require.Equal(t, figures.Count(30), sum.Nodes["heir"]["I06"].Sum)
	require.Equal(t, figures.Summed{Sum: figures.Count(1), From: 1}, sum.Nodes["tinh"]["I12"], "part of the old stock is the other's, who has told his")
}

func TestAReportOfNobodyInTheTreeIsNamedAndNotAdded(t *testing.T) {
	tree, _ := merged()
	sum := figures.RollUp(tree, nil, []figures.Report{{CaseID: "a", UnitID: "dissolved", Values: values("I06", 30)}}, measures)
	require.Equal(t, figures.Outside, sum.Sources[0].Standing)
	require.Empty(t, sum.Nodes["tinh"])
}

func TestAnIndicatorNobodyGaveIsAbsent(t *testing.T) {
	tree, _ := merged()
	sum := figures.RollUp(tree, nil, []figures.Report{{CaseID: "a", UnitID: "yen-my", Values: values("I06", 0)}}, measures)
	_, given := sum.Nodes["tinh"]["I12"]
	require.False(t, given)
	require.Equal(t, figures.Summed{From: 1}, sum.Nodes["tinh"]["I06"], "zero that was given is a figure")
}

func TestUnitsInACircleEndTheWalk(t *testing.T) {
	tree := []figures.Node{{"a", "b"}, {"b", "a"}}
	follows := []figures.Follows{{From: "x", To: "y", Heir: true}, {From: "y", To: "x", Heir: true}}
	sum := figures.RollUp(tree, follows, []figures.Report{{CaseID: "1", UnitID: "a", Values: values("I06", 2)}, {CaseID: "2", UnitID: "x", Values: values("I06", 2)}}, measures)
	require.Equal(t, figures.Count(2), sum.Nodes["b"]["I06"].Sum)
	require.Equal(t, figures.Outside, sum.Sources[1].Standing)
	require.Equal(t, []string{"1"}, sum.Below("a", "I06"))
}

func TestARollUpEqualsTheTruthCountedVillageByVillage(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 2026)) //nolint:gosec // a repeatable test
		units := 400
		if seed == 0 {
			units = 5000
		}
		p := imagined.Imagine(r, units)
		given := imagined.Measures()
		var first, last []figures.Report
		for _, b := range p.Bodies {
			if b.Reports {
				first, last = append(first, p.Told(r, b, 1)), append(last, p.Told(r, b, b.Corrections+1))
			}
		}
		r.Shuffle(len(last), func(i, j int) { last[i], last[j] = last[j], last[i] })
		sum := figures.RollUp(p.Tree, p.Follows, last, given)
		for i := range imagined.Flows {
			require.Equal(t, figures.Count(p.FlowsTold(i)), sum.Nodes["tinh"][fmt.Sprintf("F%02d", i)].Sum, "seed %d, flow %d", seed, i)
		}
		if seed > 0 { // who reported after whom is looked up the slow way
			for i := range imagined.Stocks {
				require.Equal(t, figures.Count(p.StocksTold(i)), sum.Nodes["tinh"][fmt.Sprintf("S%02d", i)].Sum, "seed %d, stock %d", seed, i)
			}
		}
		requireWholePaths(t, p, sum)
		require.NotEqual(t, sum.Nodes["tinh"], figures.RollUp(p.Tree, p.Follows, first, given).Nodes["tinh"], "a correction changes what is drawn up again")
	}
}

// requireWholePaths follows figures down: the sum of a unit is the sum over the cases it names, and every counted case is named once.
func requireWholePaths(t *testing.T, p *imagined.Province, sum *figures.RolledUp) {
	t.Helper()
	for _, node := range p.Tree[:min(len(p.Tree), 60)] {
		var total figures.Number
		cases := sum.Below(node.UnitID, "F00")
		require.Equal(t, slices.Compact(slices.Clone(cases)), cases)
		for _, of := range cases {
			total = total.Add(sum.Values[of]["F00"])
		}
		require.Equal(t, total, sum.Nodes[node.UnitID]["F00"].Sum)
		require.Len(t, cases, sum.Nodes[node.UnitID]["F00"].From)
	}
	counted := 0
	for _, source := range sum.Sources {
		if source.Standing == figures.Counted || source.Standing == figures.CountedFlows {
			counted++
		}
	}
	require.Len(t, sum.Below("tinh", "F00"), counted)
}

func BenchmarkRollUpOfFiveThousandUnits(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2026)) //nolint:gosec // a repeatable test
	p := imagined.Imagine(r, 5000)
	var reports []figures.Report
	for _, body := range p.Bodies {
		if body.Reports {
			reports = append(reports, p.Told(r, body, 1))
		}
	}
	b.ReportMetric(float64(len(reports)), "reports")
	for b.Loop() {
		figures.RollUp(p.Tree, p.Follows, reports, nil)
	}
}
