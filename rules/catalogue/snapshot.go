package catalogue

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// calendarMonthsAfterDue is how long after its due date a case can still count working days: the longest ladder, a return and the
// review of both fit well within it.
const calendarMonthsAfterDue = 15

// Options are what a snapshot cannot know from unit, period and today.
type Options struct {
	// EventOn is the day of the event; needed for a period that is one.
	EventOn calendar.Date
	// Demo allows ClockOffset, by which the case's clock is shifted; production leaves both zero.
	Demo        bool
	ClockOffset time.Duration
	// FollowsCaseID is the case that this one corrects or succeeds.
	FollowsCaseID string
}

// Snapshot is everything by which the case of the obligation, the unit and the period is decided, opened today under the edition in
// force today: dates computed with their reasons, steps, ladders, rules and the slice of the calendar it counts with.
//
// Rules of law are those in force when the period opens for the unit. That the unit is obliged is not judged here ([Expected] does).
// Errors are *[Refusal] for what the caller can put right.
func Snapshot(cat *Catalogue, obligation string, unit UnitFacts, period calendar.Period, cal *calendar.Calendar, today calendar.Date, opts Options) (*casefilev1.CaseInput, error) {
	e := cat.At(today)
	if e == nil {
		return nil, noEdition(today)
	}
	o := e.Obligation(obligation)
	if o == nil {
		return nil, noObligation(obligation)
	}
	opens, err := e.opensFor(o, unit, period, opts.EventOn)
	if err != nil {
		return nil, err
	}
	due, err := e.due(o, o.Due, situation{unit, period, opens}, cal, opts.EventOn)
	if err != nil {
		return nil, err
	}
	s := snapshot{e, o, unit, period, cal, today, opens, e.judgedOn(opens), due}
	return s.input(opts)
}

// opensFor is the day on which the period opens for the unit: never before its birth.
func (e *Edition) opensFor(o *Obligation, unit UnitFacts, period calendar.Period, eventOn calendar.Date) (calendar.Date, error) {
	if o.Recurrence == ByEvent {
		if period.Kind() != calendar.Event {
			return calendar.Date{}, wrongPeriod(o, period)
		}
		if eventOn.IsZero() {
			return calendar.Date{}, noEventDay(period)
		}
		return eventOn, nil
	}
	if period.IsZero() || !slices.Contains(o.periodsOf(period.Year()), period) {
		return calendar.Date{}, wrongPeriod(o, period)
	}
	opens, err := e.opening(o, period, unit)
	return later(opens, unit.ValidFrom), err
}

type snapshot struct {
	edition    *Edition
	obligation *Obligation
	unit       UnitFacts
	period     calendar.Period
	cal        *calendar.Calendar
	today      calendar.Date
	opens      calendar.Date // of the period for this unit
	on         calendar.Date // day by whose rules the case is judged
	due        reckoned
}

func (s snapshot) input(opts Options) (*casefilev1.CaseInput, error) {
	o, u := s.obligation, s.unit
	fileDays, fileGround := s.edition.numberOf(o.FileDays, s.on)
	in := &casefilev1.CaseInput{
		CaseId: contract.CaseID(o.Code, u.ID, s.period.String()), ObligationId: o.Code, UnitId: u.ID, PeriodId: s.period.String(),
		WorkflowType: o.Workflow, CatalogueVersion: s.edition.Version, AreaId: u.AreaID, OpenedOn: s.today.String(),
		Due: s.due.deadline(), DutyStep: o.DutyStep, FileDaysAfterDuty: fileDays, FileGround: fileGround,
		Ladder: s.ladder(), Review: s.review(), Calendar: s.calendar(),
		Conference: s.conference(), Board: s.board(),
		Demo: opts.Demo, ClockOffsetSeconds: int64(opts.ClockOffset / time.Second), FollowsCaseId: opts.FollowsCaseID,
		TitleVi: o.Title.VI, TitleEn: o.Title.EN, QuietDays: s.quietDays(),
	}
	if s.period.Kind() == calendar.Event {
		in.TriggerEventId = s.period.String()
	}
	var err error
	if in.Steps, err = s.steps(); err != nil {
		return nil, err
	}
	in.Report, err = s.report()
	return in, err
}

func (s snapshot) steps() ([]*casefilev1.StepPolicy, error) {
	var policies []*casefilev1.StepPolicy
	for _, step := range s.obligation.Steps {
		p, err := s.step(step)
		if err != nil {
			return nil, err
		}
		policies = append(policies, p)
	}
	return policies, nil
}

func (s snapshot) step(step Step) (*casefilev1.StepPolicy, error) {
	p := &casefilev1.StepPolicy{
		Id: step.ID, TitleVi: step.Title.VI, TitleEn: step.Title.EN,
		Required: step.Required || s.inForce(step.RequiredWhen), EvidenceRequired: step.Evidence != nil && (step.Required || s.inForce(step.RequiredWhen)),
	}
	for _, f := range step.Facts {
		p.Facts = append(p.Facts, f.policy())
	}
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

// hang counts the step from another's day. Until that day is known the deadline has no day, but its ground is known already.
func (s snapshot) hang(h *Hanging, p *casefilev1.StepPolicy) {
	if h == nil {
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
	p.AfterStep, p.DaysAfter = h.Step, sign*days
	if p.Due == nil {
		p.Due = &casefilev1.Deadline{OfLaw: ground.GetConfidence() != ConfidenceSetting, Why: &casefilev1.Why{Ground: ground}}
	}
}

func (s snapshot) inForce(id string) bool {
	_, ok := s.edition.source(id, s.on)
	return ok
}

func (f Fact) policy() *casefilev1.FactPolicy {
	p := &casefilev1.FactPolicy{Key: f.Key, TitleVi: f.Title.VI, TitleEn: f.Title.EN, Kind: f.Kind, Required: f.Required, AtMost: f.AtMost}
	for _, c := range f.Choices {
		p.Choices = append(p.Choices, c.ID)
	}
	return p
}

func (s snapshot) ladder() *casefilev1.LadderPolicy {
	chosen := s.obligation.Ladder
	l := s.edition.Ladders[chosen.Use]
	l.Rungs = append(append([]Rung(nil), chosen.Add...), l.Rungs...)
	return l.policy()
}

func (l Ladder) policy() *casefilev1.LadderPolicy {
	p := &casefilev1.LadderPolicy{HeadBeforeSuperiorWorkingDays: int32(l.HeadBeforeSuperiorWorkingDays)}
	for _, r := range l.Rungs {
		p.Rungs = append(p.Rungs, &casefilev1.RungPolicy{Id: r.ID, Kind: r.Kind, Offset: int32(r.Offset), Counted: r.Counted, Role: r.Role,
			Draft: r.Draft, Step: r.Step, Setting: true})
	}
	return p
}

// review names nobody as reviewer of his own unit; such a case waits until the register names another.
func (s snapshot) review() *casefilev1.ReviewPolicy {
	days, _ := s.edition.numberOf(s.edition.Review.ReturnWorkingDays, s.on)
	p := &casefilev1.ReviewPolicy{
		ReturnWorkingDays: days,
		Returned:          s.edition.Ladders[s.edition.Review.Returned].policy(),
		Waiting:           s.edition.Ladders[s.edition.Review.Waiting].policy(),
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

func (s snapshot) conference() *casefilev1.ConferenceRules {
	c := s.obligation.Conference
	if c == nil {
		return nil
	}
	r := &casefilev1.ConferenceRules{}
	r.NoticeDays, r.NoticeGround = s.edition.numberOf(c.NoticeDays, s.on)
	r.ConvocationsBeforeBallot, r.BallotGround = s.edition.numberOf(c.BallotAfter, s.on)
	r.PublishWithinDays, r.PublishGround = s.edition.numberOf(c.PublishWithinDays, s.on)
	r.PassOverPercent, r.PassGround = s.edition.numberOf(c.PassOverPercent, s.on)
	if quorum, ok := s.edition.source(c.Quorum, s.on); ok {
		if a, b, err := quorum.value.fraction(); err == nil {
			r.QuorumNumerator, r.QuorumDenominator, r.QuorumGround = int32(a), int32(b), quorum.ground
		}
	}
	return r
}

// ChairRoleSeparator stands between the roles of BoardRules.chair_role when any of several will do.
const ChairRoleSeparator = "|"

func (s snapshot) board() *casefilev1.BoardRules {
	b := s.obligation.Board
	if b == nil {
		return nil
	}
	r := &casefilev1.BoardRules{ChairRole: strings.Join(b.ChairRoles, ChairRoleSeparator)}
	if ground, ok := s.edition.source(b.ChairGround, s.on); ok {
		r.ChairGround = ground.ground
	}
	var least, most *casefilev1.LegalGround
	r.MembersMin, least = s.edition.numberOf(b.MembersMin, s.on)
	r.MembersMax, most = s.edition.numberOf(b.MembersMax, s.on)
	if r.MembersGround = least; least == nil {
		r.MembersGround = most
	}
	return r
}

func (s snapshot) report() (*casefilev1.ReportRules, error) {
	r := s.obligation.Report
	if r == nil {
		return nil, nil
	}
	from, err := s.edition.reckon(r.WindowFrom, s.cal, s.period, calendar.Date{}, s.on)
	if err != nil {
		return nil, err
	}
	to, err := s.edition.reckon(r.WindowTo, s.cal, s.period, calendar.Date{}, s.on)
	if err != nil {
		return nil, err
	}
	return &casefilev1.ReportRules{WindowFrom: from.day.String(), WindowTo: to.day.String(), WindowGround: proto.CloneOf(to.source.ground)}, nil
}

// quietDays is what is left of the quiet days of a unit born of a merger.
func (s snapshot) quietDays() int32 {
	days, _ := s.edition.numberOf(s.edition.QuietDays, s.on)
	if !s.unit.Merged || s.unit.ValidFrom.IsZero() {
		return 0
	}
	return int32(max(0, s.unit.ValidFrom.AddDays(int(days)).Sub(s.today)))
}
