package figures_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/figures"
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

// village is the smallest thing that has figures. What truly happened in it is known span by span; a span ends with a reorganisation.
type village struct {
	flows  [][]int64 // by span and indicator
	stocks [][]int64 // as at the end of each span
}

// body is a unit of the imagined province: the villages it has had and the spans it lived through.
type body struct {
	id          string
	from, to    int // spans
	villages    []int
	inherited   [][2]int // villages in spans of those it is the heir of: what its report for the whole window holds besides its own
	whole       bool
	reports     bool
	corrections int
}

const (
	imaginedFlows  = 20
	imaginedStocks = 19
	spans          = 3
)

// imagined is a province whose truth is known, told by units that come and go.
type imagined struct {
	villages []village
	bodies   []*body
	follows  []figures.Follows
	tree     []figures.Node
}

func imagine(r *rand.Rand, units int) *imagined {
	p := &imagined{}
	var standing []*body
	for i := range units {
		v := village{}
		for range spans {
			v.flows, v.stocks = append(v.flows, some(r, imaginedFlows)), append(v.stocks, some(r, imaginedStocks))
		}
		p.villages = append(p.villages, v)
		standing = append(standing, p.found(r, 0, []int{i}, nil))
	}
	for span := 1; span < spans; span++ {
		standing = p.reorganise(r, span, standing)
	}
	p.grow(r, standing)
	return p
}

func some(r *rand.Rand, n int) []int64 {
	figures := make([]int64, n)
	for i := range figures {
		figures[i] = r.Int64N(1000)
	}
	return figures
}

func (p *imagined) found(r *rand.Rand, span int, villages []int, inherited [][2]int) *body {
	b := &body{id: fmt.Sprintf("U-%05d", len(p.bodies)), from: span, to: spans - 1, villages: villages, inherited: inherited,
		whole: r.IntN(3) > 0, reports: r.IntN(5) > 0, corrections: r.IntN(3)}
	p.bodies = append(p.bodies, b)
	return b
}

// reorganise merges some units, splits some, renames some and leaves the others.
func (p *imagined) reorganise(r *rand.Rand, span int, standing []*body) []*body {
	r.Shuffle(len(standing), func(i, j int) { standing[i], standing[j] = standing[j], standing[i] })
	var after []*body
	for len(standing) > 0 {
		n := min(1+r.IntN(4), len(standing))
		group := standing[:n]
		standing = standing[n:]
		switch r.IntN(4) {
		case 0:
			after = append(after, group...)
		case 1:
			after = append(after, p.split(r, span, group[0])...)
			after = append(after, group[1:]...)
		default:
			after = append(after, p.merge(r, span, group))
		}
	}
	return after
}

func (p *imagined) end(b *body, span int) [][2]int {
	b.to = span - 1
	past := slices.Clone(b.inherited)
	for _, v := range b.villages {
		for s := b.from; s < span; s++ {
			past = append(past, [2]int{v, s})
		}
	}
	return past
}

func (p *imagined) merge(r *rand.Rand, span int, group []*body) *body {
	var villages []int
	var past [][2]int
	for _, b := range group {
		villages, past = append(villages, b.villages...), append(past, p.end(b, span)...)
	}
	next := p.found(r, span, villages, past)
	for _, b := range group {
		p.follows = append(p.follows, figures.Follows{From: b.id, To: next.id, Heir: true})
	}
	return next
}

func (p *imagined) split(r *rand.Rand, span int, b *body) []*body {
	if len(b.villages) < 2 {
		return []*body{p.merge(r, span, []*body{b})}
	}
	cut := 1 + r.IntN(len(b.villages)-1)
	heir := p.found(r, span, b.villages[:cut], p.end(b, span))
	other := p.found(r, span, b.villages[cut:], nil)
	p.follows = append(p.follows, figures.Follows{From: b.id, To: other.id}, figures.Follows{From: b.id, To: heir.id, Heir: true})
	return []*body{heir, other}
}

// grow puts the standing units under each other at random, all under the province.
func (p *imagined) grow(r *rand.Rand, standing []*body) {
	p.tree = []figures.Node{{UnitID: "tinh"}}
	for _, b := range standing {
		p.tree = append(p.tree, figures.Node{UnitID: b.id, ParentID: p.tree[r.IntN(len(p.tree))].UnitID})
	}
}

// told is what a unit reports of the truth in a version; versions before the last are wrong.
func (p *imagined) told(r *rand.Rand, b *body, version int) figures.Report {
	report := figures.Report{CaseID: "BC/" + b.id, UnitID: b.id, Version: version, Own: !b.whole, Values: map[string]figures.Number{}}
	wrong := int64(0)
	if version <= b.corrections {
		wrong = 1 + r.Int64N(50)
	}
	for i := range imaginedFlows {
		report.Values[fmt.Sprintf("F%02d", i)] = figures.Count(p.flow(b, i) + wrong)
	}
	for i := range imaginedStocks {
		report.Values[fmt.Sprintf("S%02d", i)] = figures.Count(p.stock(b.villages, b.to, i) + wrong)
	}
	return report
}

func (p *imagined) flow(b *body, i int) int64 {
	var sum int64
	for _, v := range b.villages {
		for s := b.from; s <= b.to; s++ {
			sum += p.villages[v].flows[s][i]
		}
	}
	if b.whole {
		for _, past := range b.inherited {
			sum += p.villages[past[0]].flows[past[1]][i]
		}
	}
	return sum
}

func (p *imagined) stock(villages []int, span, i int) int64 {
	var sum int64
	for _, v := range villages {
		sum += p.villages[v].stocks[span][i]
	}
	return sum
}

// flowsTold is the truth of every village and span that some report holds, each once.
func (p *imagined) flowsTold(i int) int64 {
	told := map[[2]int]bool{}
	for _, b := range p.bodies {
		if !b.reports {
			continue
		}
		for _, v := range b.villages {
			for s := b.from; s <= b.to; s++ {
				told[[2]int{v, s}] = true
			}
		}
		if b.whole {
			for _, past := range b.inherited {
				told[past] = true
			}
		}
	}
	var sum int64
	for at := range told {
		sum += p.villages[at[0]].flows[at[1]][i]
	}
	return sum
}

// stocksTold is what the last to report says of each of its villages: a unit whose successors have told theirs says nothing any more.
func (p *imagined) stocksTold(i int) int64 {
	var later func(id string) bool
	reported := map[string]bool{}
	for _, b := range p.bodies {
		reported[b.id] = b.reports
	}
	later = func(id string) bool {
		return slices.ContainsFunc(p.follows, func(f figures.Follows) bool { return f.From == id && (reported[f.To] || later(f.To)) })
	}
	var sum int64
	for _, b := range p.bodies {
		if b.reports && !later(b.id) {
			sum += p.stock(b.villages, b.to, i)
		}
	}
	return sum
}

func TestARollUpEqualsTheTruthCountedVillageByVillage(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 2026)) //nolint:gosec // a repeatable test
		units := 400
		if seed == 0 {
			units = 5000
		}
		p := imagine(r, units)
		given := map[string]figures.Measure{}
		for i := range imaginedFlows {
			given[fmt.Sprintf("F%02d", i)] = figures.Flow
		}
		for i := range imaginedStocks {
			given[fmt.Sprintf("S%02d", i)] = figures.Stock
		}
		var first, last []figures.Report
		for _, b := range p.bodies {
			if b.reports {
				first, last = append(first, p.told(r, b, 1)), append(last, p.told(r, b, b.corrections+1))
			}
		}
		r.Shuffle(len(last), func(i, j int) { last[i], last[j] = last[j], last[i] })
		sum := figures.RollUp(p.tree, p.follows, last, given)
		for i := range imaginedFlows {
			require.Equal(t, figures.Count(p.flowsTold(i)), sum.Nodes["tinh"][fmt.Sprintf("F%02d", i)].Sum, "seed %d, flow %d", seed, i)
		}
		if seed > 0 { // who reported after whom is looked up the slow way
			for i := range imaginedStocks {
				require.Equal(t, figures.Count(p.stocksTold(i)), sum.Nodes["tinh"][fmt.Sprintf("S%02d", i)].Sum, "seed %d, stock %d", seed, i)
			}
		}
		requireWholePaths(t, p, sum)
		require.NotEqual(t, sum.Nodes["tinh"], figures.RollUp(p.tree, p.follows, first, given).Nodes["tinh"], "a correction changes what is drawn up again")
	}
}

// requireWholePaths follows figures down: the sum of a unit is the sum over the cases it names, and every counted case is named once.
func requireWholePaths(t *testing.T, p *imagined, sum *figures.RolledUp) {
	t.Helper()
	for _, node := range p.tree[:min(len(p.tree), 60)] {
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
	p := imagine(r, 5000)
	var reports []figures.Report
	for _, body := range p.bodies {
		if body.reports {
			reports = append(reports, p.told(r, body, 1))
		}
	}
	b.ReportMetric(float64(len(reports)), "reports")
	for b.Loop() {
		figures.RollUp(p.tree, p.follows, reports, nil)
	}
}
