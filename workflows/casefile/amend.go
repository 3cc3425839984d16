package casefile

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Reasons for putting a new snapshot in place of the one a case was opened with.
const (
	amendedByCalendar       = "calendar"
	amendedByCatalogue      = "catalogue"
	amendedBySettings       = "settings"
	amendedByReorganisation = "reorganisation" // another unit reviews it now
)

// amend: the new snapshot is of the same case, run by the same process.
func (j judge) amend(act *casefilev1.Amend) *casefilev1.Refusal {
	var faults []*casefilev1.FieldFault
	given := act.GetInput()
	for _, pair := range [][3]string{
		{"case_id", given.GetCaseId(), j.input.GetCaseId()}, {"unit_id", given.GetUnitId(), j.input.GetUnitId()},
		{"period_id", given.GetPeriodId(), j.input.GetPeriodId()}, {"workflow_type", given.GetWorkflowType(), j.input.GetWorkflowType()},
	} {
		if pair[1] != pair[2] {
			faults = append(faults, wire.Field("amend.input."+pair[0],
				fmt.Sprintf("“%s” khác với hồ sơ đang chạy (“%s”). Chỉ tính lại quy tắc của chính hồ sơ này.", pair[1], pair[2]),
				fmt.Sprintf("“%s” differs from the running case (“%s”). Only the rules of this very case are put in.", pair[1], pair[2])))
		}
	}
	if !slices.Contains([]string{amendedByCalendar, amendedByCatalogue, amendedBySettings, amendedByReorganisation}, act.GetReason()) {
		faults = append(faults, wire.Field("amend.reason", fmt.Sprintf("“%s” không phải là lý do tính lại. Chọn calendar, catalogue, settings hoặc reorganisation.", act.GetReason()),
			fmt.Sprintf("“%s” is no reason to amend. Choose calendar, catalogue, settings or reorganisation.", act.GetReason())))
	}
	if len(faults) == 0 {
		faults = under("amend.input.", CheckInput(given).GetFields())
	}
	return invalid(faults)
}

// Amended is the input by which a case goes on once it is amended: the new rules and dates, with what belongs to this run of it.
func Amended(running, given *casefilev1.CaseInput) *casefilev1.CaseInput {
	next := proto.CloneOf(given)
	next.OpenedOn, next.QuietDays = running.GetOpenedOn(), running.GetQuietDays()
	next.Demo, next.ClockOffsetSeconds = running.GetDemo(), running.GetClockOffsetSeconds()
	next.FollowsCaseId, next.OriginCaseId = running.GetFollowsCaseId(), running.GetOriginCaseId()
	next.TriggerEventId, next.TriggerId, next.EventFacts = running.GetTriggerEventId(), running.GetTriggerId(), running.GetEventFacts()
	return next
}

// amend puts the new snapshot in. The due day follows while it is still the input's own. Rungs whose day moves ahead leave again.
func (a *applying) amend(act *casefilev1.Amend) string {
	s, was := a.state, a.input.GetDue()
	before := rungDays(a.input, s)
	a.input = Amended(a.input, act.GetInput())
	s.Amendments++
	s.ReviewerUnitId = a.input.GetReview().GetReviewerUnitId()
	due := a.input.GetDue()
	switch {
	case s.GetState() == open && s.GetDutyDoneOn() == "" && !s.GetExtended() && s.GetDueDay() == was.GetDay():
		s.DueDay, s.DueOfLaw = due.GetDay(), due.GetOfLaw()
	case s.GetExtended() && s.GetDueBeforeExtension() == was.GetDay():
		s.DueBeforeExtension = due.GetDay()
	}
	a.recountItems()
	a.climbAgain(before)
	a.supersede(nil)
	if act.GetReason() == amendedByCalendar {
		return contract.ProgressRecalculated
	}
	return contract.ProgressAmended
}

// recountItems reckons the due days of the items that are still to be done. What is done was judged when it was entered.
func (a *applying) recountItems() {
	for i, item := range a.state.GetItems() {
		if item.GetDoneOn() != "" || a.input.GetItems() == nil {
			continue
		}
		recounted := proto.CloneOf(item)
		recounted.DueDay = itemDue(a.input, item.GetFacts())
		a.state.Items[i] = recounted
	}
}

// rungDays are the days of the present ladder's rungs, by id.
func rungDays(input *casefilev1.CaseInput, state *casefilev1.CaseState) map[string]calendar.Date {
	days := map[string]calendar.Date{}
	for _, rung := range allRungs(input, state) {
		days[rung.RungID] = rung.Day
	}
	return days
}

func allRungs(input *casefilev1.CaseInput, state *casefilev1.CaseState) []ladder.Planned {
	policy, anchor := ladder.Present(input, state)
	cal := ladder.Calendar(input.GetCalendar())
	rungs := ladder.Rungs(policy, anchor, ladder.StepDays(input, state), cal)
	return append(rungs, slices.Concat(ladder.ItemRungs(policy, state.GetItems(), cal)...)...)
}

// climbAgain lets rungs leave once more whose day a change has moved ahead of today; before are their days until now.
func (a *applying) climbAgain(before map[string]calendar.Date) {
	today, again := calendar.DateOf(a.at), map[string]bool{}
	for _, rung := range allRungs(a.input, a.state) {
		if rung.Day.After(today) && rung.Day.After(before[rung.RungID]) {
			again[rung.RungID] = true
		}
	}
	a.state.Fired = slices.DeleteFunc(a.state.GetFired(), func(f *casefilev1.FiredRung) bool {
		return again[f.GetRungId()] && f.GetRound() == a.state.GetRound()
	})
}
