package casefile

import (
	"maps"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Appointed is a pattern whose cases do something by themselves on days of their own, beside the ladder. Whoever keeps none is no Appointed.
type Appointed interface {
	// Appointments are what the case does by itself, in the order of their days. They hang on the input alone.
	Appointments(input *casefilev1.CaseInput) []Appointment
}

// Appointment is one such deed: at 06:00 of its day, while the case is open or returned. When several are past, as at a first start, only the
// last is kept.
type Appointment struct {
	ID       string // among the rungs that the state names as carried out
	On       calendar.Date
	Activity string // does it, tells it and writes the register: as CarryOutRung
	Template string // of the message about it, to the unit's contact and head
	Summary  string // for the Temporal UI
	Facts    map[string]string
}

func (a Appointment) at() time.Time { return a.On.At(ladder.Hour, 0) }

// keptAppointments is the change by which cases keep appointments. One whose history took an input with appointments before there were any
// goes on without.
const keptAppointments, keepsThem = "appointments", 1

// appointments are those of the case that are still to be kept.
func (c *run) appointments(ctx workflow.Context) []Appointment {
	pattern, appointed := c.pattern.(Appointed)
	if !appointed || c.state.GetState() != open && c.state.GetState() != returned {
		return nil
	}
	left := slices.DeleteFunc(pattern.Appointments(c.input), func(a Appointment) bool {
		return slices.ContainsFunc(c.state.GetFired(), func(f *casefilev1.FiredRung) bool { return f.GetRungId() == a.ID })
	})
	if len(left) == 0 || workflow.GetVersion(ctx, keptAppointments, workflow.DefaultVersion, keepsThem) != keepsThem {
		return nil
	}
	return left
}

// meeting is the appointment that comes before anything of the ladder; joined are those before it whose day is over too.
type meeting struct {
	Appointment
	joined []Appointment
}

// nextMeeting is nil while the ladder comes first. A deed that is due goes before a rung that is: what is told then is told of it.
func nextMeeting(left []Appointment, plan ladder.Decision, now time.Time) *meeting {
	if len(left) == 0 {
		return nil
	}
	past := 0
	for past < len(left) && !left[past].at().After(now) {
		past++
	}
	if past > 0 {
		return &meeting{left[past-1], left[:past-1]}
	}
	if plan.Kind == ladder.CarryOut || plan.Kind == ladder.Wait && !left[0].at().Before(plan.At) {
		return nil
	}
	return &meeting{Appointment: left[0]}
}

// plan is the meeting in the place of the ladder's next rung.
func (m meeting) plan(now time.Time) ladder.Decision {
	d := ladder.Decision{Kind: ladder.CarryOut, Rung: ladder.Planned{RungID: m.ID}}
	if m.at().After(now) {
		d.Kind, d.At = ladder.Wait, m.at()
	}
	return d
}

// keep has the deed of an appointment done, told and written in one call, as a rung is carried out. What comes of it is in the register and
// in the history; the case goes on whatever that is.
func (c *run) keep(ctx workflow.Context, m meeting) error {
	now, on := c.now(ctx), c.today(ctx)
	c.state.Sequence++
	next := cloned(c.state)
	fired := m.fired(on, next.GetRound())
	next.Fired = append(next.Fired, fired...)
	next.LateWorkingDays = Lateness(c.input, next, on)
	Foresee(c.input, next, now)
	progress := c.progress(ctx, next, contract.ProgressRung, "", now)
	progress.Rung = fired[len(fired)-1]
	result, err := c.book.carryOut(ctx, m.Activity, progress, m.telling(c.pattern, c.input, next, on), m.Summary)
	if err != nil {
		return err
	}
	incomplete := c.state.GetSequence() != next.GetSequence()
	fired = m.fired(on, next.GetRound())
	last := fired[len(fired)-1]
	last.Outcome, last.OfficialIds = result.Outcome, result.OfficialIDs
	c.state.Fired = append(c.state.Fired, fired...)
	if c.state.GetState() != accepted && !Ended(c.state) {
		c.state.LateWorkingDays = Lateness(c.input, c.state, on)
	}
	Foresee(c.input, c.state, c.now(ctx))
	if incomplete {
		return c.tellAgain(ctx, last)
	}
	return nil
}

func (m meeting) fired(on calendar.Date, round int32) []*casefilev1.FiredRung {
	var fired []*casefilev1.FiredRung
	for _, a := range m.joined {
		fired = append(fired, &casefilev1.FiredRung{RungId: a.ID, Day: on.String(), Outcome: ladder.Joined, Round: round})
	}
	return append(fired, &casefilev1.FiredRung{RungId: m.ID, Day: on.String(), Outcome: ladder.Told, Round: round})
}

func (m meeting) telling(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, on calendar.Date) Telling {
	said := facts(p, input, state, on, "")
	maps.Copy(said, m.Facts)
	return Telling{
		Key: input.GetCaseId() + "/" + m.ID, UnitID: input.GetUnitId(), Roles: ofUnit, Template: m.Template, On: on.String(), RungID: m.ID,
		Facts: said, Now: state.GetClockOffsetSeconds() != 0, Instead: ladder.Above(ladder.RoleHead), Personal: personal(input, on),
	}
}
