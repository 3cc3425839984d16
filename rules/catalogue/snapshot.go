package catalogue

import (
	"slices"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// calendarMonthsAfterDue is how long after its due date a case can still count working days: the longest ladder, a return and the
// review of both fit well within it.
const calendarMonthsAfterDue = 15

// Options are what a snapshot cannot know from unit, period and today.
type Options struct {
	// EventOn is the day of the event, where nothing more is known of it than that.
	EventOn calendar.Date
	// Event is what opened the case; its day is needed for a period that is an event.
	Event EventFacts
	// Settings are the province's own values by which the case is decided; keys that are missing stand at their declared values. Nil
	// leaves the settings as the catalogue has them ([Catalogue.WithSettings]), unless Version is set.
	Settings map[string]string
	// Version decides the case by that edition instead of the one in force today, as when a case is recalculated.
	Version string
	// Demo allows ClockOffset, by which the case's clock is shifted; production leaves both zero.
	Demo        bool
	ClockOffset time.Duration
	// FollowsCaseID is the case that this one corrects or succeeds.
	FollowsCaseID string
}

// event is what opened the case; its day is zero when none is known.
func (o Options) event() EventFacts {
	ev := o.Event
	if ev.On.IsZero() {
		ev.On = o.EventOn
	}
	return ev
}

// Snapshot is everything by which the case of the obligation, the unit and the period is decided, opened today under the edition in
// force today: dates computed with their reasons, steps, items, ladders, rules, warnings and the slice of the calendar it counts with.
// Today is the day of opening, for a case that is recalculated too.
//
// Rules of law are those in force when the period opens for the unit, or on the event's day. That the unit is obliged is not judged
// here ([Expected] does). Errors are *[Refusal] for what the caller can put right.
func Snapshot(cat *Catalogue, obligation string, unit UnitFacts, period calendar.Period, cal *calendar.Calendar, today calendar.Date, opts Options) (*casefilev1.CaseInput, error) {
	e, o, err := decidedBy(cat, obligation, today, opts)
	if err != nil {
		return nil, err
	}
	s := snapshot{edition: e, obligation: o, unit: unit, period: period, cal: cal, today: today, event: opts.event()}
	if s.trigger, err = s.openedBy(); err != nil {
		return nil, err
	}
	if s.opens, err = s.opensOn(); err != nil {
		return nil, err
	}
	s.on = e.judgedOn(s.opens)
	if s.due, err = s.reckonDue(); err != nil {
		return nil, err
	}
	return s.input(opts)
}

// decidedBy is the edition, of its own catalogue and at the settings asked for, and the obligation in it.
func decidedBy(cat *Catalogue, obligation string, today calendar.Date, opts Options) (*Edition, *Obligation, error) {
	e := cat.At(today)
	if opts.Version != "" {
		if e = cat.Edition(opts.Version); e == nil {
			return nil, nil, noVersion(opts.Version)
		}
	}
	if e == nil {
		return nil, nil, noEdition(today)
	}
	o := e.Obligation(obligation)
	if o == nil {
		return nil, nil, noObligation(obligation)
	}
	if o.CarriedBy != nil {
		return nil, nil, carriedElsewhere(o)
	}
	e = e.of(o)
	if opts.Settings == nil && opts.Version == "" {
		return e, o, nil
	}
	judged := map[string]Faults{}
	e = e.asProposed().withSettings(opts.Settings, judged)
	for _, faults := range judged {
		if len(faults) > 0 {
			return nil, nil, &Refusal{Code: codeInvalid, VI: faults[0].VI, EN: faults[0].EN}
		}
	}
	return e, o, nil
}

type snapshot struct {
	edition    *Edition
	obligation *Obligation
	unit       UnitFacts
	period     calendar.Period
	cal        *calendar.Calendar
	today      calendar.Date
	event      EventFacts
	trigger    *Trigger      // that opened the case; nil for one of a period, and where the obligation names none
	opens      calendar.Date // of the period for this unit
	on         calendar.Date // day by whose rules the case is judged
	due        reckoned
}

func (s snapshot) byEvent() bool { return s.period.Kind() == calendar.Event }

// openedBy is the trigger of a case by event.
func (s snapshot) openedBy() (*Trigger, error) {
	o := s.obligation
	if !s.byEvent() {
		return nil, nil
	}
	t := o.Trigger(s.event.Trigger)
	switch {
	case o.Recurrence != ByEvent && len(o.Triggers) == 0:
		return nil, wrongPeriod(o, s.period)
	case t == nil && s.event.Trigger != "":
		return nil, noTrigger(o, s.event.Trigger)
	default:
		return t, nil
	}
}

// opensOn is the day on which the period opens for the unit: never before its birth; for an event, its day.
func (s snapshot) opensOn() (calendar.Date, error) {
	if s.byEvent() {
		if s.event.On.IsZero() {
			return calendar.Date{}, noEventDay(s.period)
		}
		return s.event.On, nil
	}
	if s.period.IsZero() || !slices.Contains(s.obligation.periodsOf(s.period.Year()), s.period) {
		return calendar.Date{}, wrongPeriod(s.obligation, s.period)
	}
	opens, err := s.edition.opening(s.obligation, s.period, s.unit)
	return later(opens, s.unit.ValidFrom), err
}

// reckonDue is the day the case is due: of an event by its trigger's rules where it has any, from the day that the trigger names where it
// was given.
func (s snapshot) reckonDue() (reckoned, error) {
	rules, anchor := s.obligation.Due, s.event.On
	if t := s.trigger; t != nil {
		if len(t.Due) > 0 {
			rules = t.Due
		}
		if day, ok := figures.ParseDay(s.event.Facts[t.AnchorFact]); ok {
			anchor = day
		}
	}
	if !s.byEvent() {
		anchor = calendar.Date{}
	}
	return s.edition.due(s.obligation, rules, situation{s.unit, s.period, s.opens}, s.cal, anchor)
}

func (s snapshot) input(opts Options) (*casefilev1.CaseInput, error) {
	o, u := s.obligation, s.unit
	fileDays, fileGround := s.edition.numberOf(o.FileDays, s.on)
	in := &casefilev1.CaseInput{
		CaseId: contract.CaseID(o.Code, u.ID, s.period.String()), ObligationId: o.Code, UnitId: u.ID, PeriodId: s.period.String(),
		WorkflowType: o.Workflow, CatalogueVersion: s.edition.Version, AreaId: u.AreaID, OpenedOn: s.today.String(),
		Due: s.due.deadline(), FileDaysAfterDuty: fileDays, FileGround: fileGround,
		Review: s.review(), Calendar: s.calendar(),
		Conference: s.conference(), Board: s.board(), Items: s.items(), Consultation: s.consultation(),
		Demo: opts.Demo, ClockOffsetSeconds: int64(opts.ClockOffset / time.Second), FollowsCaseId: opts.FollowsCaseID,
		TitleVi: o.Title.VI, TitleEn: o.Title.EN, QuietDays: s.quietDays(), Settings: s.edition.changed(), LinkedObligationId: o.OpinionsBecome,
	}
	s.happened(in)
	s.personal(in)
	if in.FollowedFrom = u.FollowedFrom.String(); !s.byEvent() {
		in.SilentBefore = in.FollowedFrom
	}
	var err error
	if in.Steps, err = s.steps(); err != nil {
		return nil, err
	}
	if s.has(o.DutyStep) {
		in.DutyStep = o.DutyStep
	}
	in.Ladder, in.Raises = s.ladder(), s.raises()
	if in.Report, err = s.report(); err != nil {
		return nil, err
	}
	in.Warnings = s.warnings(in)
	return in, nil
}

// happened puts the event into the case.
func (s snapshot) happened(in *casefilev1.CaseInput) {
	if !s.byEvent() {
		return
	}
	in.TriggerEventId, in.OriginCaseId, in.EventFacts = s.period.String(), s.event.OriginCaseID, s.event.Facts
	if s.trigger != nil {
		in.TriggerId = s.trigger.ID
	}
}

// personal begins on its own day, which may lie within the period.
func (s snapshot) personal(in *casefilev1.CaseInput) {
	if p := s.obligation.Personal; p != nil {
		found, _ := s.edition.source(p.Rule, p.From)
		in.PersonalFrom, in.PersonalGround = p.From.String(), found.ground
	}
}

func (s snapshot) raises() []*casefilev1.RaisePolicy {
	var policies []*casefilev1.RaisePolicy
	for _, r := range s.obligation.Raises {
		if s.has(r.Step) {
			policies = append(policies, &casefilev1.RaisePolicy{ObligationId: r.Obligation, TriggerId: r.Trigger, StepId: r.Step})
		}
	}
	return policies
}

// review names nobody as reviewer of his own unit; such a case waits until the register names another.
func (s snapshot) review() *casefilev1.ReviewPolicy {
	days, _ := s.edition.numberOf(s.edition.Review.ReturnWorkingDays, s.on)
	p := &casefilev1.ReviewPolicy{
		ReturnWorkingDays: days,
		Returned:          s.climbed(s.edition.Ladders[s.edition.Review.Returned]),
		Waiting:           s.climbed(s.edition.Ladders[s.edition.Review.Waiting]),
	}
	if s.unit.ReviewerID != s.unit.ID {
		p.ReviewerUnitId = s.unit.ReviewerID
	}
	return p
}

// calendar reaches from the first day the case can count from to well after its last.
func (s snapshot) calendar() []*casefilev1.DayException {
	from, to := s.opens, later(s.due.day, s.today).AddMonths(calendarMonthsAfterDue)
	for _, d := range []calendar.Date{s.today, s.due.day} {
		if d.Before(from) {
			from = d
		}
	}
	var days []*casefilev1.DayException
	for _, d := range s.cal.Between(from, to).Exceptions() {
		days = append(days, &casefilev1.DayException{Day: d.Date.String(), Kind: string(d.Kind), NameVi: d.NameVI})
	}
	return days
}

// quietDays is what is left of the quiet days of a unit born of a merger.
func (s snapshot) quietDays() int32 {
	days, _ := s.edition.numberOf(s.edition.QuietDays, s.on)
	if !s.unit.Merged || s.unit.ValidFrom.IsZero() {
		return 0
	}
	return int32(max(0, s.unit.ValidFrom.AddDays(int(days)).Sub(s.today)))
}
