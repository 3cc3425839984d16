package figures

import (
	"cmp"
	"slices"
)

// Figure is one number of one case, or its absence.
type Figure struct {
	Indicator string // "I06"
	CaseID    string // where the number comes from
	Value     string // as stored; empty = not given
}

// Total is an indicator added up over cases. From are the cases whose number is in it, Without those that gave none or one that
// cannot be read; both in order, so that a total can be traced to its sources.
type Total struct {
	Indicator string
	Sum       Number
	From      []string
	Without   []string
}

// Sum adds up figures by indicator, in order of the indicators.
func Sum(figures []Figure) []Total {
	byIndicator := map[string]*Total{}
	for _, f := range figures {
		t := byIndicator[f.Indicator]
		if t == nil {
			t = &Total{Indicator: f.Indicator}
			byIndicator[f.Indicator] = t
		}
		n, err := ParseNumber(f.Value)
		if err != nil {
			t.Without = append(t.Without, f.CaseID)
			continue
		}
		t.Sum = t.Sum.Add(n)
		t.From = append(t.From, f.CaseID)
	}
	totals := make([]Total, 0, len(byIndicator))
	for _, t := range byIndicator {
		slices.Sort(t.From)
		slices.Sort(t.Without)
		totals = append(totals, *t)
	}
	slices.SortFunc(totals, func(a, b Total) int { return cmp.Compare(a.Indicator, b.Indicator) })
	return totals
}
