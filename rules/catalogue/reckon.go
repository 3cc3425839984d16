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

// fits tells whether the rule holds for a unit of the working year whose case opens on the day.
func (r DateRule) fits(workingYear string, opens calendar.Date) bool {
	return (r.WorkingYear == "" || r.WorkingYear == workingYear) &&
		(r.OpenedFrom.IsZero() || !opens.Before(r.OpenedFrom)) &&
		(r.OpenedTo.IsZero() || !opens.After(r.OpenedTo))
}

func fitting(rules []DateRule, workingYear string, opens calendar.Date) (DateRule, bool) {
	for _, r := range rules {
		if r.fits(workingYear, opens) {
			return r, true
		}
	}
	return DateRule{}, false
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
	day, trace, err := rule.Compute(cal, period, anchor)
	if err != nil {
		return reckoned{}, fmt.Errorf("date rule of %s: %w", r.Ground, err)
	}
	return reckoned{day, trace, s}, nil
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

// opening is the day on which the obligation's period opens.
func (e *Edition) opening(o *Obligation, period calendar.Period, workingYear string) (calendar.Date, error) {
	first, _, _ := period.Bounds()
	r, ok := fitting(o.Opens, workingYear, first)
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

// due reckons the day the case is due. Anchor is the day of the event; the zero Date for a recurring obligation.
func (e *Edition) due(o *Obligation, unit UnitFacts, cal *calendar.Calendar, period calendar.Period, anchor, opens calendar.Date) (reckoned, error) {
	r, ok := fitting(o.Due, unit.WorkingYear, opens)
	if !ok {
		return reckoned{}, &Refusal{Code: codeInvalid,
			VI: fmt.Sprintf("Danh mục không nêu thời hạn của nhiệm vụ %s cho hồ sơ mở ngày %s.", o.Code, opens.Vietnamese()),
			EN: fmt.Sprintf("The catalogue names no due date of obligation %s for a case opened on %s.", o.Code, opens)}
	}
	return e.reckon(r, cal, period, anchor, e.judgedOn(opens))
}
