package catalogue

import (
	"cmp"
	"slices"

	"nenep/rules/calendar"
)

// StandsOn are the texts of every rule and setting that the obligation stands on, all versions of each, in order of id and first day. A
// setting comes as a rule of [ConfidenceSetting] without days. Nil for a code that the edition has not.
func (e *Edition) StandsOn(code string) []Rule {
	o := e.Obligation(code)
	if o == nil {
		return nil
	}
	of := e.of(o)
	var found []Rule
	for _, id := range o.sources() {
		if s := of.setting(id); s != nil {
			found = append(found, Rule{ID: s.Key, Value: s.Value, Unit: s.Unit, DayType: s.DayType, Confidence: ConfidenceSetting, Text: s.Text})
			continue
		}
		for _, r := range of.Rules {
			if r.ID == id {
				found = append(found, r)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), a.ValidFrom.Sub(b.ValidFrom))
	})
	return found
}

// InForce tells whether the text holds on the day; a setting holds always.
func (r Rule) InForce(on calendar.Date) bool { return r.inForce(on) }

// Difference is a text that an obligation stands on and that began, ended or was replaced between two days; nil does not hold on that day.
type Difference struct {
	Code          string
	Before, After *Rule
}

// Differences are what differs between what holds on two days, in order of obligation and rule: texts of rules and values of settings, by
// the editions in force on each.
func (c *Catalogue) Differences(first, second calendar.Date) []Difference {
	before, after := c.At(first), c.At(second)
	codes := map[string]bool{}
	for _, e := range []*Edition{before, after} {
		if e != nil {
			for _, o := range e.Obligations {
				codes[o.Code] = true
			}
		}
	}
	var found []Difference
	for code := range codes {
		found = append(found, differing(code, holding(before, code, first), holding(after, code, second))...)
	}
	slices.SortFunc(found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(ruleOf(a).ID, ruleOf(b).ID))
	})
	return found
}

func ruleOf(d Difference) Rule {
	if d.After != nil {
		return *d.After
	}
	if d.Before != nil {
		return *d.Before
	}
	return Rule{}
}

// holding are the texts that an obligation stands on on a day, by id.
func holding(e *Edition, code string, on calendar.Date) map[string]Rule {
	found := map[string]Rule{}
	if e == nil {
		return found
	}
	for _, r := range e.StandsOn(code) {
		if r.InForce(on) {
			found[r.ID] = r
		}
	}
	return found
}

func differing(code string, before, after map[string]Rule) []Difference {
	var found []Difference
	for id, was := range before {
		if is, holds := after[id]; !holds {
			found = append(found, Difference{code, &was, nil})
		} else if was != is {
			found = append(found, Difference{code, &was, &is})
		}
	}
	for id, is := range after {
		if _, held := before[id]; !held {
			found = append(found, Difference{code, nil, &is})
		}
	}
	return found
}
