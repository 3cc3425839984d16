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
	// Together are the same rungs of other items: one message names them all, and each counts as carried out by it.
	Together []Planned
}

// Next decides what the case does at the moment now (the case's clock). Rungs that are already past become one: the last of them. The
// superior is never told on the day on which the head first hears of it: see [Plan]. Items have a ladder each; when several stand on the
// same rung one message serves them.
func Next(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) Decision {
	p, ok := newPlan(input, state, now)
	if !ok {
		return Decision{}
	}
	open := p.open()
	if d, past := collapse(open, p.moment); past {
		if d.Kind = CarryOut; p.moment.After(now) {
			return Decision{Kind: Wait, At: p.moment, Rung: d.Rung}
		}
		return d
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
//   - nothing escalates while an explanation or an unanswered request pauses the case; an explanation that named a day pauses up to and
//     with that day;
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
	policy  *casefilev1.LadderPolicy
	cal     *calendar.Calendar
	chains  [][]Planned // the case's own ladder, then one for each item
	fired   map[string]*casefilev1.FiredRung
	quiet   calendar.Date // first day on which rungs may leave; zero = no such limit
	paused  bool          // nothing escalates until an act ends the pause
	resumes calendar.Date // first day on which escalations may leave; zero = no such limit
	moment  time.Time     // the first at which a rung may leave
}

func newPlan(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) (plan, bool) {
	policy, anchor := Present(input, state)
	if policy == nil {
		return plan{}, false
	}
	cal := Calendar(input.GetCalendar())
	p := plan{policy: policy, cal: cal, fired: carriedOut(state), moment: leaves(cal, now)}
	p.chains = append([][]Planned{Rungs(policy, anchor, StepDays(input, state), cal)}, ItemRungs(policy, state.GetItems(), cal)...)
	p.silence(date(input.GetSilentBefore()))
	if opened := date(input.GetOpenedOn()); input.GetQuietDays() > 0 && !opened.IsZero() {
		p.quiet, _ = cal.RollForward(opened.AddDays(int(input.GetQuietDays())))
	}
	if state.GetPausedBy() != "" {
		until := pausedUntil(state)
		if p.paused = until.IsZero(); !p.paused {
			p.resumes, _ = cal.RollForward(until.AddDays(1))
		}
	}
	return p, true
}

// silence takes out what hangs on a day before the system followed the unit: a due day of the case, as of a file whose duty was done long
// ago, or of an item. That days of steps are left out is seen to by [StepDays].
func (p *plan) silence(before calendar.Date) {
	for i, chain := range p.chains {
		p.chains[i] = slices.DeleteFunc(chain, func(rung Planned) bool { return rung.Anchor.Before(before) })
	}
}

// PausedByExplanation is the pause that may end by itself.
const PausedByExplanation = "explanation"

// pausedUntil is the last day of a pause that ends by itself; zero when an act must end it.
func pausedUntil(state *casefilev1.CaseState) calendar.Date {
	if state.GetPausedBy() != PausedByExplanation {
		return calendar.Date{}
	}
	return date(state.GetPausedUntil())
}

// PauseOver tells that the case's pause has ended by itself on the day.
func PauseOver(state *casefilev1.CaseState, today calendar.Date) bool {
	until := pausedUntil(state)
	return !until.IsZero() && until.Before(today)
}

// carriedOut are the rungs that left in this round, by id.
func carriedOut(state *casefilev1.CaseState) map[string]*casefilev1.FiredRung {
	fired := make(map[string]*casefilev1.FiredRung, len(state.GetFired()))
	for _, f := range state.GetFired() {
		if _, first := fired[f.GetRungId()]; !first && f.GetRound() == state.GetRound() {
			fired[f.GetRungId()] = f
		}
	}
	return fired
}

// open are the rungs not yet carried out, on their days. Reminders of a day that has passed are among them, so that they can be joined.
func (p plan) open() []Planned {
	var open []Planned
	for _, chain := range p.chains {
		open = append(open, p.openOf(chain)...)
	}
	return inOrder(open)
}

func (p plan) openOf(chain []Planned) []Planned {
	climbs := p.climbs(chain)
	var open []Planned
	for _, rung := range chain {
		fired, c := p.fired[rung.RungID], of(climbs, rung.Step)
		if fired == nil && (rung.Kind == Reminder || !p.paused) {
			if rung.Kind != Reminder {
				rung.Day = p.raised(rung.Day, c.seen > c.head, c.shift, c.below)
			}
			rung.Day = p.held(rung)
			open = append(open, rung)
		}
		if c.seen++; rung.Kind != Reminder {
			c.below = fired
		}
	}
	return open
}

// climb is where a ladder stands that hangs on one day: that of a step, or the due date of the round. Each climbs for itself: a head who
// was told of a step has heard nothing yet of the case, and a vacancy found then does not hurry what is told at the case's end.
type climb struct {
	step  string
	rungs []Planned
	head  int                   // place of the rung to the head
	shift int                   // working days by which the rungs above it move
	seen  int                   // rungs passed so far
	below *casefilev1.FiredRung // the escalation just below, if it was carried out
}

func (p plan) climbs(chain []Planned) []*climb {
	var climbs []*climb
	for _, rung := range chain {
		c := of(climbs, rung.Step)
		if c == nil {
			c = &climb{step: rung.Step}
			climbs = append(climbs, c)
		}
		c.rungs = append(c.rungs, rung)
	}
	for _, c := range climbs {
		c.head, c.shift = headIndex(c.rungs), p.push(c.rungs)
	}
	return climbs
}

// of is the climb that hangs on the step; nil when there is none yet.
func of(climbs []*climb, step string) *climb {
	for _, c := range climbs {
		if c.step == step {
			return c
		}
	}
	return nil
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
func (p plan) push(chain []Planned) int {
	gap, head := int(p.policy.GetHeadBeforeSuperiorWorkingDays()), headIndex(chain)
	if gap == 0 || head == len(chain) {
		return 0
	}
	heard := p.headHears(chain[head])
	superior := slices.IndexFunc(chain[head+1:], func(r Planned) bool { return r.Kind == Escalation })
	if heard.IsZero() || superior < 0 {
		return 0
	}
	earliest, _ := p.cal.AddWorkingDays(heard, gap)
	shift, _ := p.cal.WorkingDaysBetween(chain[head+1+superior].Day, earliest)
	return shift
}

// headHears is the day on which the head heard or will hear; zero when nobody is to hear.
func (p plan) headHears(head Planned) calendar.Date {
	switch fired := p.fired[head.RungID]; {
	case fired == nil:
		day := p.held(head)
		if day.At(Hour, 0).After(p.moment) {
			return day
		}
		return calendar.DateOf(p.moment)
	case fired.GetOutcome() == Told || fired.GetOutcome() == Drafted:
		return date(fired.GetDay())
	default:
		return calendar.Date{}
	}
}

// InPlaceOf is who is told, the nearest first, when nobody holds the role of a rung of the state's ladder. An escalation stops below the
// first whom the ladder itself tells next: that rung leaves at once then, and nobody hears twice. A draft leaves only when a person
// releases it, so it stops nothing.
func InPlaceOf(input *casefilev1.CaseInput, state *casefilev1.CaseState, rung Planned) []string {
	chain := Above(rung.Role)
	if rung.Kind != Escalation {
		return chain
	}
	told := slices.IndexFunc(chain, func(role string) bool {
		return slices.ContainsFunc(beside(input, state, rung), func(r *casefilev1.RungPolicy) bool {
			return int(r.GetOffset()) > rung.Offset && r.GetRole() == role && !r.GetDraft()
		})
	})
	if told < 0 {
		return chain
	}
	return chain[:told]
}

// VacantBelow is the role of the escalation just below the rung if nobody held it, which is why the rung leaves; empty otherwise.
func VacantBelow(input *casefilev1.CaseInput, state *casefilev1.CaseState, rung Planned) string {
	var below *casefilev1.RungPolicy
	for _, r := range beside(input, state, rung) {
		if int(r.GetOffset()) < rung.Offset && (below == nil || r.GetOffset() > below.GetOffset()) {
			below = r
		}
	}
	if below == nil || rung.Kind != Escalation {
		return ""
	}
	id := below.GetId()
	if rung.Item != "" {
		id = ItemRungID(id, rung.Item)
	}
	if carriedOut(state)[id].GetOutcome() != Nobody {
		return ""
	}
	return below.GetRole()
}

// beside are the escalations that climb from the same day as the rung.
func beside(input *casefilev1.CaseInput, state *casefilev1.CaseState, rung Planned) []*casefilev1.RungPolicy {
	policy, _ := Present(input, state)
	var same []*casefilev1.RungPolicy
	for _, r := range policy.GetRungs() {
		if r.GetKind() == Escalation && r.GetEachItem() == (rung.Item != "") && (rung.Item != "" || r.GetStep() == rung.Step) {
			same = append(same, r)
		}
	}
	return same
}

// headIndex is the place of the escalation to the head; the number of rungs when there is none.
func headIndex(chain []Planned) int {
	i := slices.IndexFunc(chain, func(r Planned) bool { return r.Kind == Escalation && r.Role == RoleHead })
	if i < 0 {
		return len(chain)
	}
	return i
}

// held is the rung's day once quiet days and a pause are over.
func (p plan) held(rung Planned) calendar.Date {
	day := rung.Day
	if day.Before(p.quiet) {
		day = p.quiet
	}
	if rung.Kind != Reminder && day.Before(p.resumes) {
		day = p.resumes
	}
	return day
}

// stale tells of a reminder whose day to be reminded of has passed: nobody is told "còn -2 ngày".
func (p plan) stale(rung Planned) bool {
	return belated(rung, calendar.DateOf(p.moment))
}

// belated: reminders of what is to come make no sense once it has come. One counted forward, as from the day of submission, does.
func belated(rung Planned, today calendar.Date) bool {
	return rung.Kind == Reminder && rung.Offset <= 0 && rung.Anchor.Before(today)
}

// leaves is the first moment from t on at which a rung may leave: now, if offices work and it is 06:00 or later.
func leaves(cal *calendar.Calendar, t time.Time) time.Time {
	today := calendar.DateOf(t)
	if opening := today.At(Hour, 0); cal.IsWorkingDay(today) {
		if t.Before(opening) {
			return opening
		}
		return t
	}
	next, _ := cal.RollForward(today)
	return next.At(Hour, 0)
}

// collapse takes the rungs that are past at the moment: the case's own first, else those of items.
func collapse(open []Planned, moment time.Time) (d Decision, past bool) {
	var own, ofItems []Planned
	for _, rung := range open {
		switch {
		case rung.At().After(moment):
		case rung.Item == "":
			own = append(own, rung)
		default:
			ofItems = append(ofItems, rung)
		}
	}
	today := calendar.DateOf(moment)
	if rung, joined, sensible := last(own, today); sensible {
		return Decision{Rung: rung, Joined: joined}, true
	}
	return together(ofItems, today)
}

// last is the last rung that still makes sense, and those that leave with it.
func last(due []Planned, today calendar.Date) (rung Planned, joined []Planned, sensible bool) {
	for i := len(due) - 1; i >= 0; i-- {
		if !belated(due[i], today) {
			rung = due[i]
			return rung, slices.Delete(due, i, i+1), true
		}
	}
	return Planned{}, nil, false
}

// together is the rung on which the first item stands, with those of the other items that stand on the same.
func together(due []Planned, today calendar.Date) (d Decision, past bool) {
	byItem := map[string][]Planned{}
	var items []string
	for _, rung := range due {
		if byItem[rung.Item] == nil {
			items = append(items, rung.Item)
		}
		byItem[rung.Item] = append(byItem[rung.Item], rung)
	}
	for _, item := range items {
		rung, joined, sensible := last(byItem[item], today)
		switch {
		case !sensible:
			continue
		case !past:
			d.Rung, past = rung, true
		case rung.Policy == d.Rung.Policy:
			d.Together = append(d.Together, rung)
		default:
			continue
		}
		d.Joined = append(d.Joined, joined...)
	}
	return d, past
}

func dayOfInstant(s string) calendar.Date {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return calendar.Date{}
	}
	return calendar.DateOf(t)
}
