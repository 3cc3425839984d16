package catalogue

import "slices"

// sources are the ids of all rules and settings that the obligation stands on: those it names as grounds first, then those its dates and
// numbers come from, each once.
func (o *Obligation) sources() []string {
	ids := slices.Concat(o.Grounds, o.terms())
	for _, k := range o.Obliged.Kinds {
		ids = append(ids, k.Switch)
	}
	for _, x := range o.Obliged.Exempts {
		ids = append(ids, x.StaffAtMost, x.Special)
	}
	for _, s := range o.Steps {
		ids = append(ids, s.RequiredWhen)
	}
	for _, t := range o.Triggers {
		ids = append(ids, t.Ground)
		if t.Threshold != nil {
			ids = append(ids, t.Threshold.AtLeast)
		}
	}
	if o.Personal != nil {
		ids = append(ids, o.Personal.Rule)
	}
	return distinct(append(ids, o.ruleIDs()...))
}

// terms are the grounds of every date the obligation computes, one entry a date: openings, due days, steps, terms of items and boards.
func (o *Obligation) terms() []string {
	ids := []string{o.FileDays}
	for _, r := range o.dateRules() {
		ids = append(ids, r.Ground)
	}
	for _, s := range o.Steps {
		if s.Hangs != nil {
			ids = append(ids, s.Hangs.Before, s.Hangs.After)
		}
	}
	for _, t := range o.Triggers {
		ids = append(ids, t.LeadDays)
	}
	if it := o.Items; it != nil {
		ids = append(ids, it.Within, it.Before)
		for _, w := range it.WithinFor {
			ids = append(ids, w.Within)
		}
		for _, h := range it.Holds {
			ids = append(ids, h.Days)
		}
	}
	if c := o.Conference; c != nil {
		ids = append(ids, c.NoticeDays, c.PublishWithinDays)
	}
	if b := o.Board; b != nil {
		ids = append(ids, b.Term, b.ByElectionMonths)
	}
	if c := o.Consultation; c != nil {
		ids = append(ids, c.OpenDays, c.PublishWithinWorkingDays)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// ruleIDs are the rules of the pattern.
func (o *Obligation) ruleIDs() []string {
	var ids []string
	if c := o.Conference; c != nil {
		ids = append(ids, c.NoticeDays, c.Quorum, c.BallotAfter, c.PassOverPercent, c.PublishWithinDays)
	}
	if b := o.Board; b != nil {
		ids = append(ids, b.ChairGround, b.MembersMin, b.MembersMax, b.DeputiesMax, b.CitizensMax, b.Excluded, b.Term, b.ByElectionMonths)
	}
	if c := o.Consultation; c != nil {
		ids = append(ids, c.OpenDays, c.PublishWithinWorkingDays)
	}
	return distinct(ids)
}

// distinct keeps the first of each id and leaves empty ones out.
func distinct(ids []string) []string {
	seen := map[string]bool{"": true}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		twice := seen[id]
		seen[id] = true
		return twice
	})
}

// Counts are the figures of an edition.
type Counts struct {
	Obligations int            `json:"obligations"`
	Patterns    map[string]int `json:"patterns"` // obligations with cases of their own, by pattern
	Carried     int            `json:"carried"`  // obligations that another's case carries
	// Dates are the dates that obligations compute, by the confidence of the rule they stand on; those of settings of the province under
	// [ConfidenceSetting]. A rule with several texts counts by its latest.
	Dates map[string]int `json:"dates"`
	// Rules are the texts of rules by confidence: a rule with three versions is three.
	Rules    map[string]int `json:"rules"`
	Settings int            `json:"settings"`
}

// Counts says how many obligations run on which pattern, and how surely their dates are known.
func (e *Edition) Counts() Counts {
	c := Counts{Obligations: len(e.Obligations), Patterns: map[string]int{}, Dates: map[string]int{}, Rules: map[string]int{}, Settings: len(e.Settings)}
	for _, o := range e.Obligations {
		if o.CarriedBy != nil {
			c.Carried++
			continue
		}
		c.Patterns[o.Pattern]++
		for _, id := range o.terms() {
			c.Dates[e.of(o).confidence(id)]++
		}
	}
	for _, r := range e.Rules {
		c.Rules[r.Confidence]++
	}
	return c
}

// confidence is that of the setting, or of the latest text of the rule.
func (e *Edition) confidence(id string) string {
	if e.setting(id) != nil {
		return ConfidenceSetting
	}
	var latest Rule
	for _, r := range e.Rules {
		if r.ID == id && !r.ValidFrom.Before(latest.ValidFrom) {
			latest = r
		}
	}
	return latest.Confidence
}
