package ladder

import (
	"slices"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// Kinds of a rung, as a RungPolicy names them.
const (
	Reminder   = "reminder"
	Escalation = "escalation"
)

// Roles a rung may speak to.
const (
	RoleContact        = "contact"
	RoleHead           = "head"
	RoleSuperior       = "superior"
	RoleStandingAgency = "standing-agency"
	RoleCommittee      = "committee"
	RoleReviewer       = "reviewer"
)

// Working is the way of counting that passes over days off; any other way is by calendar days.
const Working = "working"

// Hour is when rungs leave, in Asia/Ho_Chi_Minh.
const Hour = 6

// Planned is a rung with the day on which it is carried out.
type Planned struct {
	RungID  string
	Kind    string
	Day     calendar.Date
	Role    string
	Draft   bool
	Anchor  calendar.Date // the day it is counted from
	Offset  int           // days from the anchor; negative = before
	Counted string        // calendar | working
	Step    string        // the step whose day is the anchor; empty = the due date of the round
}

// At is the instant at which the rung leaves.
func (p Planned) At() time.Time { return p.Day.At(Hour, 0) }

// Anchors are the days of the steps that rungs may hang on. A step that is missing here has no rungs.
type Anchors map[string]calendar.Date

// Rungs are the policy's rungs in the order of their days. A reminder that would fall on a day off or on an unsettled day goes to the
// working day before, an escalation to the working day after. A rung whose anchor is not known is left out.
func Rungs(policy *casefilev1.LadderPolicy, anchor calendar.Date, steps Anchors, cal *calendar.Calendar) []Planned {
	var planned []Planned
	for _, rung := range policy.GetRungs() {
		from := anchor
		if rung.GetStep() != "" {
			from = steps[rung.GetStep()]
		}
		if from.IsZero() {
			continue
		}
		planned = append(planned, Planned{
			RungID: rung.GetId(), Kind: rung.GetKind(), Role: rung.GetRole(), Draft: rung.GetDraft(),
			Anchor: from, Offset: int(rung.GetOffset()), Counted: rung.GetCounted(), Step: rung.GetStep(),
			Day: dayOf(rung, from, cal),
		})
	}
	slices.SortStableFunc(planned, func(a, b Planned) int { return a.Day.Compare(b.Day) })
	return planned
}

func dayOf(rung *casefilev1.RungPolicy, from calendar.Date, cal *calendar.Calendar) calendar.Date {
	var day calendar.Date
	if rung.GetCounted() == Working {
		day, _ = cal.AddWorkingDays(from, int(rung.GetOffset()))
	} else {
		day = from.AddDays(int(rung.GetOffset()))
	}
	if rung.GetKind() == Reminder {
		day, _ = cal.RollBack(day)
	} else {
		day, _ = cal.RollForward(day)
	}
	return day
}

// Calendar is the calendar a case carries in its input. Rows that no calendar can hold are left out: the catalogue refuses them, and a
// running case must go on.
func Calendar(days []*casefilev1.DayException) *calendar.Calendar {
	rows := make([]calendar.Day, 0, len(days))
	for _, day := range days {
		row := calendar.Day{Date: date(day.GetDay()), Kind: calendar.DayKind(day.GetKind()), NameVI: day.GetNameVi()}
		if row.NameVI == "" {
			row.NameVI = string(row.Kind)
		}
		twice := slices.ContainsFunc(rows, func(known calendar.Day) bool { return known.Date == row.Date })
		if _, err := calendar.New([]calendar.Day{row}); err == nil && !twice {
			rows = append(rows, row)
		}
	}
	cal, err := calendar.New(rows)
	if err != nil {
		return &calendar.Calendar{}
	}
	return cal
}

// StepDays are the days of the steps that are still to be done: a step's own due date, or the day counted from the step it hangs on
// once that one is done.
func StepDays(input *casefilev1.CaseInput, state *casefilev1.CaseState) Anchors {
	days := Anchors{}
	for _, step := range input.GetSteps() {
		if Record(state, step.GetId()) != nil {
			continue
		}
		day := date(step.GetDue().GetDay())
		if before := Record(state, step.GetAfterStep()); day.IsZero() && before != nil {
			day = date(before.GetHeldOn())
			if !day.IsZero() {
				day = day.AddDays(int(step.GetDaysAfter()))
			}
		}
		if !day.IsZero() {
			days[step.GetId()] = day
		}
	}
	return days
}

// Record is what was recorded for the step; nil while nothing was.
func Record(state *casefilev1.CaseState, step string) *casefilev1.StepRecord {
	for _, record := range state.GetSteps() {
		if record.GetStepId() == step {
			return record
		}
	}
	return nil
}

// date is the zero Date for what is no day.
func date(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		return calendar.Date{}
	}
	return d
}
