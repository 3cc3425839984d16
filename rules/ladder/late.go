package ladder

import (
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// FactJudgedBy is the fact under which the record of the duty step keeps the extended day by which the duty was judged: afterwards the
// state's due day is that of the file.
const FactJudgedBy = "judged_by"

// Late is by how many working days the duty and the file of the present round are late on the day: the duty by the day it was done, the
// file by the day it was submitted (a paper by the day it arrived). Time in review makes nobody late. A case that ended otherwise than by
// acceptance is not late. Where the submission fulfils the duty both figures are the file's.
func Late(input *casefilev1.CaseInput, state *casefilev1.CaseState, day calendar.Date) (dutyLate, fileLate int) {
	switch state.GetState() {
	case casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED, casefilev1.State_STATE_SUBMITTED, casefilev1.State_STATE_ACCEPTED:
	default:
		return 0, 0
	}
	cal := Calendar(input.GetCalendar())
	fileLate = daysLate(cal, date(state.GetDueDay()), filed(state, day))
	if input.GetDutyStep() == "" {
		return fileLate, fileLate
	}
	done := date(state.GetDutyDoneOn())
	if done.IsZero() {
		if state.GetState() == casefilev1.State_STATE_OPEN {
			fileLate = 0
		}
		done = day
	}
	return daysLate(cal, dutyDue(input, state), done), fileLate
}

// dutyDue is the day by which the duty is judged.
func dutyDue(input *casefilev1.CaseInput, state *casefilev1.CaseState) calendar.Date {
	done := state.GetDutyDoneOn() != ""
	for _, record := range state.GetSteps() {
		if day := date(record.GetFacts()[FactJudgedBy]); done && !day.IsZero() {
			return day
		}
	}
	if !done && state.GetState() == casefilev1.State_STATE_OPEN {
		return date(state.GetDueDay())
	}
	return date(input.GetDue().GetDay())
}

// filed is the day by which the file is judged: today while it is not handed in.
func filed(state *casefilev1.CaseState, today calendar.Date) calendar.Date {
	if s := state.GetState(); s != casefilev1.State_STATE_SUBMITTED && s != casefilev1.State_STATE_ACCEPTED {
		return today
	}
	if paper := date(state.GetPaperReceivedOn()); !paper.IsZero() {
		return paper
	}
	if day := dayOfInstant(state.GetSubmittedAt()); !day.IsZero() {
		return day
	}
	return today
}

func daysLate(cal *calendar.Calendar, due, on calendar.Date) int {
	if due.IsZero() || on.IsZero() {
		return 0
	}
	late, _ := calendar.WorkingDaysLate(cal, due, on)
	return late
}
