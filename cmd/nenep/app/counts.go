package app

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// tally is what a catalogue consists of. Dates are the declared due days of cases, triggers, steps and items, each by how surely its
// ground is known; grounds are the texts of rules and settings that there are to refer to.
type tally struct {
	Version  string         `json:"version"`
	Rows     int            `json:"rows"`
	Patterns map[string]int `json:"patterns"`
	Carried  int            `json:"carried"` // fulfilled by a step of another's case
	Dates    map[string]int `json:"dates"`
	Grounds  map[string]int `json:"grounds"`
}

func catalogueCountsCommand() *cobra.Command {
	counts := &cobra.Command{Use: "counts", Short: "Count obligations by pattern, dates and grounds by how surely they are known", Args: cobra.NoArgs}
	asked := editionFlag(counts)
	return withCatalogue(counts, func(t *terminal, cat *catalogue.Catalogue, _ []string) error {
		edition, err := asked(cat)
		if err != nil {
			return err
		}
		counted := tallyOf(edition)
		return t.printValue(counted, []string{"WHAT", "", "NUMBER"}, counted.rows())
	})
}

func tallyOf(e *catalogue.Edition) tally {
	n := tally{Version: e.Version, Rows: len(e.Obligations), Patterns: map[string]int{}, Dates: map[string]int{}, Grounds: map[string]int{}}
	for _, o := range e.Obligations {
		if o.CarriedBy != nil {
			n.Carried++
		} else {
			n.Patterns[o.Pattern]++
		}
		for _, id := range dateGrounds(o) {
			n.Dates[confidenceOf(e, id)]++
		}
	}
	for _, r := range e.Rules {
		n.Grounds[r.Confidence]++
	}
	n.Grounds[catalogue.ConfidenceSetting] += len(e.Settings)
	return n
}

// dateGrounds are the grounds of every due day that the obligation declares, one for each.
func dateGrounds(o *catalogue.Obligation) []string {
	var ids []string
	dates := slices.Clone(o.Due)
	for _, trigger := range o.Triggers {
		dates = append(dates, trigger.Due...)
	}
	for _, step := range o.Steps {
		if step.Due != nil {
			dates = append(dates, *step.Due)
		}
		if step.Hangs != nil {
			ids = append(ids, cmp.Or(step.Hangs.Before, step.Hangs.After))
		}
	}
	for _, date := range dates {
		ids = append(ids, date.Ground)
	}
	if o.Items != nil && o.Items.From != "" {
		ids = append(ids, cmp.Or(o.Items.Within, o.Items.Before))
		for _, within := range o.Items.WithinFor {
			ids = append(ids, within.Within)
		}
	}
	return ids
}

// lastDay is a day on which only grounds without a last day hold.
var lastDay = calendar.NewDate(9999, 12, 31)

// confidenceOf is how surely the ground is known as it holds today, or as it last held.
func confidenceOf(e *catalogue.Edition, id string) string {
	if ground := e.Ground(id, lastDay); ground != nil {
		return ground.GetConfidence()
	}
	latest := catalogue.Rule{}
	for _, r := range e.Rules {
		if r.ID == id && !r.ValidFrom.Before(latest.ValidFrom) {
			latest = r
		}
	}
	return latest.Confidence
}

func (n tally) rows() [][]string {
	rows := [][]string{{"obligations", "", fmt.Sprint(n.Rows)}}
	for _, part := range []struct {
		what   string
		counts map[string]int
	}{{"pattern", n.Patterns}, {"dates", n.Dates}, {"grounds", n.Grounds}} {
		for _, key := range slices.Sorted(maps.Keys(part.counts)) {
			rows = append(rows, []string{part.what, key, fmt.Sprint(part.counts[key])})
		}
	}
	return append(rows, []string{"carried by another's case", "", fmt.Sprint(n.Carried)})
}
