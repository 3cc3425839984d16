package ladder

import (
	"slices"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// Outcomes of a rung, as a FiredRung keeps them.
const (
	Told     = "told"
	Nobody   = "nobody"
	Joined   = "joined"
	Drafted  = "draft"
	Obsolete = "obsolete"
)

// Kind is what a decision asks for.
type Kind int

// What a decision may ask for.
const (
	// Nothing: no rung is left, or none may leave in this state.
	Nothing Kind = iota
	// Wait until At for Rung.
	Wait
	// CarryOut Rung now; those in Joined are past too and leave with it.
	CarryOut
)

// Decision is what a case does next.
type Decision struct {
	Kind   Kind
	At     time.Time // of Wait: 06:00 of a working day
	Rung   Planned
	Joined []Planned
}

// Next decides what the case does at the moment now (the case's clock). Rungs that are already past become one: the last of them. The
// superior is never told on the day on which the head first hears of it: see [Plan].
func Next(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) Decision {
	p, ok := newPlan(input, state, now)
	if !ok {
		return Decision{}
	}
	open := p.open()
	moment := p.leaves(now)
	rung, joined, past := collapse(open, moment)
	switch {
	case past && !moment.After(now):
		return Decision{Kind: CarryOut, Rung: rung, Joined: joined}
	case past:
		return Decision{Kind: Wait, At: moment, Rung: rung}
	}
	for _, rung := range open {
		if !p.stale(rung) {
			return Decision{Kind: Wait, At: rung.At(), Rung: rung}
		}
	}
	return Decision{}
}

// Plan is every rung still to be carried out in this round, on the day on which it will be, in order. It differs from [Rungs]:
//   - a rung planned within the quiet days after opening waits until they are over;
//   - nothing escalates while an explanation or an unanswered request pauses the case;
//   - the superior hears at least head_before_superior_working_days after the head, and those above keep their distance from the superior;
//   - when nobody held an escalation's role, the next one leaves at once.
func Plan(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) []Planned {
	p, ok := newPlan(input, state, now)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(p.open(), p.stale)
}

// Present is the ladder on which the case stands in its state, and the day it is anchored on: the due date of the round, or the day of
// submission while reviewers keep it waiting. Nil when the state has no ladder.
func Present(input *casefilev1.CaseInput, state *casefilev1.CaseState) (*casefilev1.LadderPolicy, calendar.Date) {
	if state.GetSealed() {
		return nil, calendar.Date{}
	}
	switch state.GetState() {
	case casefilev1.State_STATE_OPEN:
		return input.GetLadder(), date(state.GetDueDay())
	case casefilev1.State_STATE_RETURNED:
		return input.GetReview().GetReturned(), date(state.GetDueDay())
	case casefilev1.State_STATE_SUBMITTED:
		return input.GetReview().GetWaiting(), dayOfInstant(state.GetSubmittedAt())
	default:
		return nil, calendar.Date{}
	}
}

type plan struct {
	policy *casefilev1.LadderPolicy
	state  *casefilev1.CaseState
	cal    *calendar.Calendar
	rungs  []Planned
	quiet  calendar.Date // first day on which rungs may leave; zero = no such limit
	now    time.Time
}

func newPlan(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) (plan, bool) {
	policy, anchor := Present(input, state)
	if policy == nil {
		return plan{}, false
	}
	p := plan{policy: policy, state: state, cal: Calendar(input.GetCalendar()), now: now}
	p.rungs = Rungs(policy, anchor, StepDays(input, state), p.cal)
	if opened := date(input.GetOpenedOn()); input.GetQuietDays() > 0 && !opened.IsZero() {
		p.quiet, _ = p.cal.RollForward(opened.AddDays(int(input.GetQuietDays())))
	}
	return p, true
}

// open are the rungs not yet carried out, on their days. Reminders of a day that has passed are among them, so that they can be joined.
func (p plan) open() []Planned {
	shift := p.push()
	var open []Planned
	var below *casefilev1.FiredRung // the escalation just below, if it was carried out
	head := p.headIndex()
	for i, rung := range p.rungs {
		fired := p.fired(rung.RungID)
		if fired == nil && (rung.Kind == Reminder || p.state.GetPausedBy() == "") {
			if rung.Kind != Reminder {
				rung.Day = p.raised(rung.Day, i > head, shift, below)
			}
			rung.Day = p.afterQuiet(rung.Day)
			open = append(open, rung)
		}
		if rung.Kind != Reminder {
			below = fired
		}
	}
	slices.SortStableFunc(open, func(a, b Planned) int { return a.Day.Compare(b.Day) })
	return open
}

// raised is the day of an escalation once the rungs below it are taken into account.
func (p plan) raised(day calendar.Date, aboveHead bool, shift int, below *casefilev1.FiredRung) calendar.Date {
	if below.GetOutcome() == Nobody {
		if vacant := date(below.GetDay()); vacant.Before(day) {
			return vacant
		}
		return day
	}
	if aboveHead && shift > 0 {
		day, _ = p.cal.AddWorkingDays(day, shift)
	}
	return day
}

// push is by how many working days the rungs above the head's move, so that the head hears first.
func (p plan) push() int {
	gap, head := int(p.policy.GetHeadBeforeSuperiorWorkingDays()), p.headIndex()
	if gap == 0 || head == len(p.rungs) {
		return 0
	}
	heard := p.headHears(p.rungs[head])
	superior := slices.IndexFunc(p.rungs[head+1:], func(r Planned) bool { return r.Kind == Escalation })
	if heard.IsZero() || superior < 0 {
		return 0
	}
	earliest, _ := p.cal.AddWorkingDays(heard, gap)
	shift, _ := p.cal.WorkingDaysBetween(p.rungs[head+1+superior].Day, earliest)
	return shift
}

// headHears is the day on which the head heard or will hear; zero when nobody is to hear.
func (p plan) headHears(head Planned) calendar.Date {
	switch fired := p.fired(head.RungID); {
	case fired == nil:
		day := p.afterQuiet(head.Day)
		if !day.At(Hour, 0).After(p.now) {
			return calendar.DateOf(p.leaves(p.now))
		}
		return day
	case fired.GetOutcome() == Told || fired.GetOutcome() == Drafted:
		return date(fired.GetDay())
	default:
		return calendar.Date{}
	}
}

// headIndex is the place of the escalation to the head; the number of rungs when there is none.
func (p plan) headIndex() int {
	i := slices.IndexFunc(p.rungs, func(r Planned) bool { return r.Kind == Escalation && r.Role == RoleHead })
	if i < 0 {
		return len(p.rungs)
	}
	return i
}

func (p plan) afterQuiet(day calendar.Date) calendar.Date {
	if day.Before(p.quiet) {
		return p.quiet
	}
	return day
}

func (p plan) fired(rung string) *casefilev1.FiredRung {
	for _, fired := range p.state.GetFired() {
		if fired.GetRungId() == rung && fired.GetRound() == p.state.GetRound() {
			return fired
		}
	}
	return nil
}

// stale tells of a reminder whose day to be reminded of has passed: nobody is told "còn -2 ngày".
func (p plan) stale(rung Planned) bool {
	return belated(rung, calendar.DateOf(p.leaves(p.now)))
}

// belated: reminders of what is to come make no sense once it has come. One counted forward, as from the day of submission, does.
func belated(rung Planned, today calendar.Date) bool {
	return rung.Kind == Reminder && rung.Offset <= 0 && rung.Anchor.Before(today)
}

// leaves is the first moment from t on at which a rung may leave: now, if offices work and it is 06:00 or later.
func (p plan) leaves(t time.Time) time.Time {
	today := calendar.DateOf(t)
	if opening := today.At(Hour, 0); p.cal.IsWorkingDay(today) {
		if t.Before(opening) {
			return opening
		}
		return t
	}
	next, _ := p.cal.RollForward(today)
	return next.At(Hour, 0)
}

// collapse takes the rungs that are past at the moment: the last one that still makes sense, and those that leave with it.
func collapse(open []Planned, moment time.Time) (rung Planned, joined []Planned, past bool) {
	var due []Planned
	for _, rung := range open {
		if !rung.At().After(moment) {
			due = append(due, rung)
		}
	}
	today := calendar.DateOf(moment)
	for i := len(due) - 1; i >= 0; i-- {
		if belated(due[i], today) {
			continue
		}
		rung = due[i]
		return rung, slices.Delete(due, i, i+1), true
	}
	return Planned{}, nil, false
}

func dayOfInstant(s string) calendar.Date {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return calendar.Date{}
	}
	return calendar.DateOf(t)
}
