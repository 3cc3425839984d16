package catalogue

import (
	"fmt"
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// asks tells whether the step is one of this case: of the unit's kind and of the trigger that opened it.
func (s snapshot) asks(step Step) bool {
	opened := ""
	if s.trigger != nil {
		opened = s.trigger.ID
	}
	return (len(step.UnitKinds) == 0 || slices.Contains(step.UnitKinds, s.unit.Kind)) &&
		(len(step.Triggers) == 0 || slices.Contains(step.Triggers, opened))
}

// has tells whether the case has the step under its own id; one of every month has others.
func (s snapshot) has(id string) bool {
	step := s.obligation.step(id)
	return step != nil && step.Every == "" && s.asks(*step)
}

func (s snapshot) steps() ([]*casefilev1.StepPolicy, error) {
	var policies []*casefilev1.StepPolicy
	for _, step := range s.obligation.Steps {
		if !s.asks(step) {
			continue
		}
		if step.Every != "" {
			months, err := s.monthly(step)
			if err != nil {
				return nil, err
			}
			policies = append(policies, months...)
			continue
		}
		p, err := s.step(step)
		if err != nil {
			return nil, err
		}
		policies = append(policies, p)
	}
	return policies, nil
}

func (s snapshot) step(step Step) (*casefilev1.StepPolicy, error) {
	p := s.asked(step)
	if step.DueWithCase {
		p.Due = s.due.deadline()
	}
	if step.Due != nil && s.inForce(step.Due.Ground) {
		due, err := s.edition.reckon(*step.Due, s.cal, s.period, s.due.day, s.on)
		if err != nil {
			return nil, err
		}
		due.trace = s.due.trace.Then(due.trace)
		p.Due = due.deadline()
	}
	s.hang(step.Hangs, p)
	return p, nil
}

// asked is what the step asks for, without its day.
func (s snapshot) asked(step Step) *casefilev1.StepPolicy {
	required := step.Required || (step.RequiredWhen != "" && s.inForce(step.RequiredWhen))
	p := &casefilev1.StepPolicy{
		Id: step.ID, TitleVi: step.Title.VI, TitleEn: step.Title.EN, Required: required, EvidenceRequired: step.Evidence != nil && required,
	}
	for _, f := range step.Facts {
		asked := f.policy()
		asked.LastPercent = s.percent(f.LastPercent)
		p.Facts = append(p.Facts, asked)
	}
	return p
}

// month is a month of the case's period, "m01" to "m12".
type month struct {
	id   string
	last calendar.Date
}

// months are those of the period in which the unit existed.
func (s snapshot) months() []month {
	var list []month
	first, last, ok := s.period.Bounds()
	for begin := first; ok && !begin.After(last); begin = begin.AddMonths(1) {
		end := begin.AddMonths(1).AddDays(-1)
		if !end.Before(s.unit.ValidFrom) {
			list = append(list, month{fmt.Sprintf("m%02d", begin.Month()), end})
		}
	}
	return list
}

// monthly is the step once for each month, due by its rule counted from the month's last day.
func (s snapshot) monthly(step Step) ([]*casefilev1.StepPolicy, error) {
	var policies []*casefilev1.StepPolicy
	for _, m := range s.months() {
		p := s.asked(step)
		p.Id = m.id
		p.TitleVi = fmt.Sprintf("Tháng %02d/%d", m.last.Month(), m.last.Year())
		p.TitleEn = fmt.Sprintf("%s %d", m.last.Month(), m.last.Year())
		if step.Due != nil && s.inForce(step.Due.Ground) {
			due, err := s.edition.reckon(*step.Due, s.cal, s.period, m.last, s.on)
			if err != nil {
				return nil, err
			}
			p.Due = due.deadline()
		}
		policies = append(policies, p)
	}
	return policies, nil
}

// hang counts the step from another's day. Until that day is known the deadline has no day, but its ground is known already.
func (s snapshot) hang(h *Hanging, p *casefilev1.StepPolicy) {
	if h == nil || !s.has(h.Step) {
		return
	}
	sign, id := int32(1), h.After
	if h.Before != "" {
		sign, id = -1, h.Before
	}
	days, ground := s.edition.numberOf(id, s.on)
	if ground == nil {
		return
	}
	p.AfterStep, p.DaysAfter, p.CountedAfter = h.Step, sign*days, h.Counted
	if p.CountedAfter == CountedCalendar {
		p.CountedAfter = ""
	}
	if p.Due == nil {
		p.Due = &casefilev1.Deadline{OfLaw: ground.GetConfidence() != ConfidenceSetting, Why: &casefilev1.Why{Ground: ground}}
	}
}

func (s snapshot) inForce(id string) bool {
	_, ok := s.edition.source(id, s.on)
	return ok
}

func (f Fact) policy() *casefilev1.FactPolicy {
	p := &casefilev1.FactPolicy{Key: f.Key, TitleVi: f.Title.VI, TitleEn: f.Title.EN, Kind: f.Kind, Required: f.Required, AtMost: f.AtMost,
		Indicator: f.Indicator, Measure: f.Measure, SumOf: f.SumOf, Known: f.Known != nil, Longest: int32(f.Longest)} //nolint:gosec // the schema bounds it
	if f.Unit != nil {
		p.UnitVi, p.UnitEn = f.Unit.VI, f.Unit.EN
	}
	for _, c := range f.Choices {
		p.Choices = append(p.Choices, c.ID)
	}
	return p
}

// percent is a number, or that of the setting it names.
func (s snapshot) percent(said Value) int32 {
	if n, err := said.number(); err == nil {
		return int32(n) //nolint:gosec // the schema bounds it
	}
	n, _ := s.edition.numberOf(string(said), s.on)
	return n
}

// Policies are the facts as [figures.CheckFacts] judges them.
func Policies(facts []Fact) []*casefilev1.FactPolicy {
	policies := make([]*casefilev1.FactPolicy, len(facts))
	for i, f := range facts {
		policies[i] = f.policy()
	}
	return policies
}

// ladder is the obligation's own rungs and those of the ladder it uses. One that hangs on a step of every month hangs on each of them;
// one on a step that this case has not is left out.
func (s snapshot) ladder() *casefilev1.LadderPolicy {
	chosen := s.obligation.Ladder
	l := s.edition.Ladders[chosen.Use]
	var rungs []Rung
	for _, r := range slices.Concat(chosen.Add, l.Rungs) {
		step := s.obligation.step(r.Step)
		switch {
		case r.Step == "" || s.has(r.Step):
			rungs = append(rungs, r)
		case step != nil && step.Every != "" && s.asks(*step):
			for _, m := range s.months() {
				each := r
				each.ID, each.Step = r.ID+"-"+m.id, m.id
				rungs = append(rungs, each)
			}
		}
	}
	l.Rungs = rungs
	return s.climbed(l)
}

// climbed is the ladder as the case climbs it.
func (s snapshot) climbed(l Ladder) *casefilev1.LadderPolicy {
	p := &casefilev1.LadderPolicy{}
	p.HeadBeforeSuperiorWorkingDays, _ = s.edition.numberOf(l.HeadBeforeSuperior, s.on)
	for _, r := range l.Rungs {
		p.Rungs = append(p.Rungs, &casefilev1.RungPolicy{Id: r.ID, Kind: r.Kind, Offset: int32(r.Offset), Counted: r.Counted, Role: r.Role,
			Draft: r.Draft, Step: r.Step, Setting: true, EachItem: r.EachItem})
	}
	return p
}
