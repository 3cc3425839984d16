package ladder

import (
	"slices"
	"strings"
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

// Roles that no rung speaks to; they are told in another's place.
const (
	RoleDeputy       = "deputy"
	RoleReviewerHead = "reviewer-head"
)

// Above is who is told, the nearest first, of what a role of the unit should have heard when nobody holds it. Empty for the standing agency
// and the committee: above them there is nobody whom a system may address.
func Above(role string) []string {
	switch role {
	case RoleContact:
		return []string{RoleHead, RoleDeputy, RoleSuperior, RoleStandingAgency}
	case RoleHead:
		return []string{RoleDeputy, RoleSuperior, RoleStandingAgency}
	case RoleSuperior:
		return []string{RoleStandingAgency}
	case RoleReviewer:
		return []string{RoleReviewerHead, RoleStandingAgency}
	default:
		return nil
	}
}

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
	Policy  string        // the rung's id in its ladder
	Item    string        // the item whose due day is the anchor; empty = the rung is the case's own
}

// At is the instant at which the rung leaves.
func (p Planned) At() time.Time { return p.Day.At(Hour, 0) }

// ItemRungID is the id under which an item's rung is carried out.
func ItemRungID(policy, item string) string { return policy + "@" + item }

// SplitRungID is the id of the rung's policy and, of a rung that is an item's, the item.
func SplitRungID(id string) (policy, item string) {
	policy, item, _ = strings.Cut(id, "@")
	return policy, item
}

// Anchors are the days of the steps that rungs may hang on. A step that is missing here has no rungs.
type Anchors map[string]calendar.Date

// Rungs are the policy's rungs in the order of their days. A reminder that would fall on a day off or on an unsettled day goes to the
// working day before, an escalation to the working day after. A rung whose anchor is not known is left out, and so are those of items:
// [ItemRungs] plans them.
func Rungs(policy *casefilev1.LadderPolicy, anchor calendar.Date, steps Anchors, cal *calendar.Calendar) []Planned {
	var rungs []Planned
	for _, rung := range policy.GetRungs() {
		from := anchor
		if rung.GetStep() != "" {
			from = steps[rung.GetStep()]
		}
		if !from.IsZero() && !rung.GetEachItem() {
			rungs = append(rungs, planned(rung, from, cal))
		}
	}
	return inOrder(rungs)
}

// ItemRungs are the rungs of every item that is not done and has a due day, in the order of their days for each. Days are those of
// [Rungs], counted from the item's due day.
func ItemRungs(policy *casefilev1.LadderPolicy, items []*casefilev1.ItemRecord, cal *calendar.Calendar) [][]Planned {
	var each []*casefilev1.RungPolicy
	for _, rung := range policy.GetRungs() {
		if rung.GetEachItem() {
			each = append(each, rung)
		}
	}
	if len(each) == 0 {
		return nil
	}
	var chains [][]Planned
	for _, item := range items {
		if due := date(item.GetDueDay()); item.GetDoneOn() == "" && !due.IsZero() {
			chains = append(chains, itemChain(each, item.GetItemId(), due, cal))
		}
	}
	return chains
}

func itemChain(each []*casefilev1.RungPolicy, item string, due calendar.Date, cal *calendar.Calendar) []Planned {
	rungs := make([]Planned, 0, len(each))
	for _, rung := range each {
		p := planned(rung, due, cal)
		p.RungID, p.Item, p.Step = ItemRungID(rung.GetId(), item), item, ""
		rungs = append(rungs, p)
	}
	return inOrder(rungs)
}

func planned(rung *casefilev1.RungPolicy, from calendar.Date, cal *calendar.Calendar) Planned {
	return Planned{
		RungID: rung.GetId(), Policy: rung.GetId(), Kind: rung.GetKind(), Role: rung.GetRole(), Draft: rung.GetDraft(),
		Anchor: from, Offset: int(rung.GetOffset()), Counted: rung.GetCounted(), Step: rung.GetStep(),
		Day: dayOf(rung, from, cal),
	}
}

func inOrder(rungs []Planned) []Planned {
	slices.SortStableFunc(rungs, func(a, b Planned) int { return a.Day.Compare(b.Day) })
	return rungs
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
	known := make(map[calendar.Date]bool, len(days))
	for _, day := range days {
		row := calendar.Day{Date: date(day.GetDay()), Kind: calendar.DayKind(day.GetKind()), NameVI: day.GetNameVi()}
		if row.NameVI == "" {
			row.NameVI = string(row.Kind)
		}
		if _, err := calendar.New([]calendar.Day{row}); err == nil && !known[row.Date] {
			rows = append(rows, row)
			known[row.Date] = true
		}
	}
	cal, err := calendar.New(rows)
	if err != nil {
		return &calendar.Calendar{}
	}
	return cal
}

// StepDays are the days of the steps that are still to be done: a step's own due date, or the day counted from the step it hangs on
// once that one is done. What was due before the unit was followed is not this system's to ask for.
func StepDays(input *casefilev1.CaseInput, state *casefilev1.CaseState) Anchors {
	days, followed := Anchors{}, date(input.GetFollowedFrom())
	for _, step := range input.GetSteps() {
		if Record(state, step.GetId()) != nil {
			continue
		}
		day := date(step.GetDue().GetDay())
		if day.IsZero() {
			day = HangingDay(input, step, state)
		}
		if !day.IsZero() && !day.Before(followed) {
			days[step.GetId()] = day
		}
	}
	return days
}

// HangingDay is the day counted from that of the step on which this one hangs: calendar days, or working days where the step says so.
// The zero Date while that step is not recorded, or when this one hangs on none.
func HangingDay(input *casefilev1.CaseInput, step *casefilev1.StepPolicy, state *casefilev1.CaseState) calendar.Date {
	from := date(Record(state, step.GetAfterStep()).GetHeldOn())
	if from.IsZero() {
		return from
	}
	return Counted(input, from, int(step.GetDaysAfter()), step.GetCountedAfter())
}

// Counted is the n-th day after from, before it when n is negative: the n-th working day of the case's calendar when counted says
// [Working], else the n-th calendar day.
func Counted(input *casefilev1.CaseInput, from calendar.Date, n int, counted string) calendar.Date {
	if counted != Working {
		return from.AddDays(n)
	}
	day, _ := Calendar(input.GetCalendar()).AddWorkingDays(from, n)
	return day
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
