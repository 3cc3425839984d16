package reports

import (
	"strings"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// stateNames are the states as the register writes them: "open", "submitted"...
var stateNames = func() map[casefilev1.State]string {
	names := map[casefilev1.State]string{}
	for number, name := range casefilev1.State_name {
		if number != 0 {
			names[casefilev1.State(number)] = strings.ToLower(strings.TrimPrefix(name, "STATE_"))
		}
	}
	return names
}()

// stateNumbers are the states by the names the register writes.
var stateNumbers = func() map[string]casefilev1.State {
	numbers := map[string]casefilev1.State{}
	for number, name := range stateNames {
		numbers[name] = number
	}
	return numbers
}()

var stateWordsVI = map[string]string{
	"open": "đang thực hiện", "submitted": "đã nộp", "returned": "trả lại", "accepted": "hoàn thành",
	"exempted": "không thuộc đối tượng", "withdrawn": "thu hồi", "succeeded": "chuyển đơn vị kế thừa",
}

// ended tells that a case in this state takes no more acts, whatever becomes of its period.
func ended(state string) bool {
	return state == "exempted" || state == "withdrawn" || state == "succeeded"
}

// today is the case's civil day: the clock's, moved by the case's offset, and never before the
// last moment the workflow itself reported (a rehearsal runs ahead of every clock).
func today(now time.Time, offsetSeconds int64, caseClock time.Time) calendar.Date {
	moment := now.Add(time.Duration(offsetSeconds) * time.Second)
	if caseClock.After(moment) {
		moment = caseClock
	}
	return calendar.DateOf(moment)
}

// dayColumn is a day as the database takes it; no day is NULL.
func dayColumn(day string) *string {
	if _, err := calendar.ParseDate(day); err != nil {
		return nil
	}
	return &day
}

func instantColumn(text string) *time.Time {
	moment, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil
	}
	return &moment
}

// instant reads an instant a workflow sent, or answers the fallback when it sent none.
func instant(text string, fallback time.Time) time.Time {
	if moment := instantColumn(text); moment != nil {
		return moment.UTC()
	}
	return fallback.UTC()
}

// follow copies what lists are filtered and sorted by from the state to the row.
func (row *caseRow) follow(state *casefilev1.CaseState) {
	row.State = stateNames[state.GetState()]
	row.Round, row.Submission = max(state.GetRound(), 1), state.GetSubmission()
	row.DueDay, row.DueOfLaw, row.Extended = dayColumn(state.GetDueDay()), state.GetDueOfLaw(), state.GetExtended()
	row.DutyDoneOn = dayColumn(state.GetDutyDoneOn())
	row.SubmittedAt, row.AcceptedAt = instantColumn(state.GetSubmittedAt()), instantColumn(state.GetAcceptedAt())
	row.LateWorkingDays = state.GetLateWorkingDays()
	row.NextRungID, row.NextRungDay = state.GetNextRungId(), dayColumn(state.GetNextRungDay())
	if reviewer := state.GetReviewerUnitId(); reviewer != "" {
		row.ReviewerUnitID = reviewer
	}
	row.Sealed, row.ClockOffsetSeconds = state.GetSealed(), state.GetClockOffsetSeconds()
}
