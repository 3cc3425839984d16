package catalogue

import (
	"fmt"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// rule fills the parts of the date rule that its ground states.
func (r DateRule) rule(value Value) (calendar.Rule, error) {
	filled := calendar.Rule{Kind: r.Kind, Month: r.Month, Day: r.Day, YearOffset: r.YearOffset, Shift: r.Shift}
	var err error
	switch {
	case r.N != nil:
		filled.N = *r.N
	case r.Kind == calendar.FixedDay && r.Month == 0:
		filled.Day, filled.Month, err = value.dayOfYear()
	case r.Kind != calendar.FixedDay && r.Kind != calendar.EndOfPeriod:
		filled.N, err = value.number()
	}
	if err != nil {
		return calendar.Rule{}, err
	}
	return filled, filled.Validate()
}

// situation is what the conditions of a date rule look at.
type situation struct {
	unit   UnitFacts
	period calendar.Period
	opens  calendar.Date
}

func (r DateRule) fits(s situation) bool {
	return (r.WorkingYear == "" || r.WorkingYear == s.unit.WorkingYear) &&
		(r.UnitKind == "" || r.UnitKind == s.unit.Kind) &&
		(r.Number == 0 || r.Number == numberInYear(s.period)) &&
		(r.OpenedFrom.IsZero() || !s.opens.Before(r.OpenedFrom)) &&
		(r.OpenedTo.IsZero() || !s.opens.After(r.OpenedTo))
}

func fitting(rules []DateRule, s situation) (DateRule, bool) {
	for _, r := range rules {
		if r.fits(s) {
			return r, true
		}
	}
	return DateRule{}, false
}

// numberInYear is the number of a half or quarter in its year; 0 for other periods.
func numberInYear(p calendar.Period) int {
	first, _, ok := p.Bounds()
	switch {
	case ok && p.Kind() == calendar.Half:
		return (int(first.Month())-1)/6 + 1
	case ok && p.Kind() == calendar.Quarter:
		return (int(first.Month())-1)/3 + 1
	default:
		return 0
	}
}

// reckoned is a day with its ground and the steps of its calculation.
type reckoned struct {
	day    calendar.Date
	trace  calendar.Trace
	source source
}

// reckon computes a date rule by the ground in force on the day.
func (e *Edition) reckon(r DateRule, cal *calendar.Calendar, period calendar.Period, anchor, on calendar.Date) (reckoned, error) {
	s, ok := e.source(r.Ground, on)
	if !ok {
		return reckoned{}, notInForce(r.Ground, on)
	}
	rule, err := r.rule(s.value)
	if err != nil {
		return reckoned{}, fmt.Errorf("date rule of %s: %w", r.Ground, err)
	}
	var before calendar.Trace
	if first, last, ok := period.Bounds(); ok && r.From != "" {
		before, anchor = calendar.WhyPeriod(period), last
		if r.From == FromPeriodStart {
			anchor = first
		}
	}
	day, trace, err := rule.Compute(cal, period, anchor)
	if err != nil {
		return reckoned{}, fmt.Errorf("date rule of %s: %w", r.Ground, err)
	}
	return reckoned{day, before.Then(trace), s}, nil
}

// deadline is what the case carries. Only a setting can be extended: a date of the law or of the plan counts as of law.
func (r reckoned) deadline() *casefilev1.Deadline {
	return &casefilev1.Deadline{Day: r.day.String(), OfLaw: !r.source.isSetting(), Why: r.why()}
}

func (r reckoned) why() *casefilev1.Why {
	why := &casefilev1.Why{Ground: r.source.ground, StepsVi: r.trace.Steps}
	for _, s := range r.trace.Skipped {
		why.Skipped = append(why.Skipped, &casefilev1.Skipped{Day: s.Date.String(), ReasonVi: s.ReasonVI})
	}
	return why
}

// opening is the day on which the obligation's period opens for units like this one, whenever they were born.
func (e *Edition) opening(o *Obligation, period calendar.Period, unit UnitFacts) (calendar.Date, error) {
	first, _, _ := period.Bounds()
	r, ok := fitting(o.Opens, situation{unit, period, first})
	if !ok {
		return calendar.Date{}, &Refusal{Code: codeInvalid,
			VI: fmt.Sprintf("Danh mục không nêu ngày mở hồ sơ của nhiệm vụ %s kỳ %s.", o.Code, period),
			EN: fmt.Sprintf("The catalogue names no opening day of obligation %s for period %s.", o.Code, period)}
	}
	// A period opens before the year's days off are always known, so openings do not move with them.
	opens, err := e.reckon(r, &calendar.Calendar{}, period, calendar.Date{}, e.judgedOn(first))
	return opens.day, err
}

// judgedOn keeps a period that begins before the edition from being judged by no rule at all.
func (e *Edition) judgedOn(d calendar.Date) calendar.Date {
	if d.Before(e.InForceFrom) {
		return e.InForceFrom
	}
	return d
}

// due reckons the day the case is due by the rules, those of the obligation or of the trigger that opened it. Anchor is the day of the
// event; the zero Date for a recurring obligation.
func (e *Edition) due(o *Obligation, rules []DateRule, in situation, cal *calendar.Calendar, anchor calendar.Date) (reckoned, error) {
	r, ok := fitting(rules, in)
	if !ok {
		return reckoned{}, &Refusal{Code: codeInvalid,
			VI: fmt.Sprintf("Danh mục không nêu thời hạn của nhiệm vụ %s cho hồ sơ mở ngày %s.", o.Code, in.opens.Vietnamese()),
			EN: fmt.Sprintf("The catalogue names no due date of obligation %s for a case opened on %s.", o.Code, in.opens)}
	}
	return e.reckon(r, cal, in.period, anchor, e.judgedOn(in.opens))
}
