// Package imagined is a province whose truth is known village by village, told by units that come and go: what tests and measurements of
// sums hold against what is reckoned in another way.
package imagined

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"nenep/rules/figures"
)

// village is the smallest thing that has figures. What truly happened in it is known span by span; a span ends with a reorganisation.
type village struct {
	flows  [][]int64 // by span and indicator
	stocks [][]int64 // as at the end of each span
}

// Body is a unit of the imagined province: the villages it has had and the spans it lived through.
type Body struct {
	ID          string
	from, to    int // spans
	villages    []int
	inherited   [][2]int // villages in spans of those it is the heir of: what its report for the whole window holds besides its own
	whole       bool
	Reports     bool // hands a report in
	Corrections int
}

// How many indicators the reports hold: 39 in all, called F00, F01 … and S00, S01 …
const (
	Flows  = 20
	Stocks = 19
)

const spans = 3

// Province is one whose truth is known, told by units that come and go.
type Province struct {
	villages []village
	Bodies   []*Body
	Follows  []figures.Follows
	Tree     []figures.Node
}

// Imagine makes a province of so many villages, each at first a unit of its own; then two reorganisations merge, split and rename.
func Imagine(r *rand.Rand, units int) *Province {
	p := &Province{}
	var standing []*Body
	for i := range units {
		v := village{}
		for range spans {
			v.flows, v.stocks = append(v.flows, some(r, Flows)), append(v.stocks, some(r, Stocks))
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

func (p *Province) found(r *rand.Rand, span int, villages []int, inherited [][2]int) *Body {
	b := &Body{ID: fmt.Sprintf("U-%05d", len(p.Bodies)), from: span, to: spans - 1, villages: villages, inherited: inherited,
		whole: r.IntN(3) > 0, Reports: r.IntN(5) > 0, Corrections: r.IntN(3)}
	p.Bodies = append(p.Bodies, b)
	return b
}

// reorganise merges some units, splits some, renames some and leaves the others.
func (p *Province) reorganise(r *rand.Rand, span int, standing []*Body) []*Body {
	r.Shuffle(len(standing), func(i, j int) { standing[i], standing[j] = standing[j], standing[i] })
	var after []*Body
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

func (p *Province) end(b *Body, span int) [][2]int {
	b.to = span - 1
	past := slices.Clone(b.inherited)
	for _, v := range b.villages {
		for s := b.from; s < span; s++ {
			past = append(past, [2]int{v, s})
		}
	}
	return past
}

func (p *Province) merge(r *rand.Rand, span int, group []*Body) *Body {
	var villages []int
	var past [][2]int
	for _, b := range group {
		villages, past = append(villages, b.villages...), append(past, p.end(b, span)...)
	}
	next := p.found(r, span, villages, past)
	for _, b := range group {
		p.Follows = append(p.Follows, figures.Follows{From: b.ID, To: next.ID, Heir: true})
	}
	return next
}

func (p *Province) split(r *rand.Rand, span int, b *Body) []*Body {
	if len(b.villages) < 2 {
		return []*Body{p.merge(r, span, []*Body{b})}
	}
	cut := 1 + r.IntN(len(b.villages)-1)
	heir := p.found(r, span, b.villages[:cut], p.end(b, span))
	other := p.found(r, span, b.villages[cut:], nil)
	p.Follows = append(p.Follows, figures.Follows{From: b.ID, To: other.ID}, figures.Follows{From: b.ID, To: heir.ID, Heir: true})
	return []*Body{heir, other}
}

// grow puts the standing units under each other at random, all under the province.
func (p *Province) grow(r *rand.Rand, standing []*Body) {
	p.Tree = []figures.Node{{UnitID: "tinh"}}
	for _, b := range standing {
		p.Tree = append(p.Tree, figures.Node{UnitID: b.ID, ParentID: p.Tree[r.IntN(len(p.Tree))].UnitID})
	}
}

// Told is what a unit reports of the truth in a version; versions before the last are wrong.
func (p *Province) Told(r *rand.Rand, b *Body, version int) figures.Report {
	report := figures.Report{CaseID: "BC/" + b.ID, UnitID: b.ID, Version: version, Own: !b.whole, Values: map[string]figures.Number{}}
	wrong := int64(0)
	if version <= b.Corrections {
		wrong = 1 + r.Int64N(50)
	}
	for i := range Flows {
		report.Values[fmt.Sprintf("F%02d", i)] = figures.Count(p.flow(b, i) + wrong)
	}
	for i := range Stocks {
		report.Values[fmt.Sprintf("S%02d", i)] = figures.Count(p.stock(b.villages, b.to, i) + wrong)
	}
	return report
}

func (p *Province) flow(b *Body, i int) int64 {
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

func (p *Province) stock(villages []int, span, i int) int64 {
	var sum int64
	for _, v := range villages {
		sum += p.villages[v].stocks[span][i]
	}
	return sum
}

// FlowsTold is the truth of every village and span that some report holds, each once.
func (p *Province) FlowsTold(i int) int64 {
	told := map[[2]int]bool{}
	for _, b := range p.Bodies {
		if !b.Reports {
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

// StocksTold is what the last to report says of each of its villages: a unit whose successors have told theirs says nothing any more.
func (p *Province) StocksTold(i int) int64 {
	var later func(id string) bool
	reported := map[string]bool{}
	for _, b := range p.Bodies {
		reported[b.ID] = b.Reports
	}
	later = func(id string) bool {
		return slices.ContainsFunc(p.Follows, func(f figures.Follows) bool { return f.From == id && (reported[f.To] || later(f.To)) })
	}
	var sum int64
	for _, b := range p.Bodies {
		if b.Reports && !later(b.ID) {
			sum += p.stock(b.villages, b.to, i)
		}
	}
	return sum
}

// Measures are those of the indicators.
func Measures() map[string]figures.Measure {
	given := map[string]figures.Measure{}
	for i := range Flows {
		given[fmt.Sprintf("F%02d", i)] = figures.Flow
	}
	for i := range Stocks {
		given[fmt.Sprintf("S%02d", i)] = figures.Stock
	}
	return given
}
