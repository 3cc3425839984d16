package casefile

import (
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/ladder"
)

// dutyDone makes the file's day the due day of the round. A returned round keeps the day the reviewer set. The day by which the duty was
// owed stays with its record where it was not the input's own.
func (a *applying) dutyDone(record *casefilev1.StepRecord) {
	s, firstTime := a.state, a.state.GetDutyDoneOn() == ""
	if firstTime && s.GetState() == open && (s.GetExtended() || s.GetDueDay() != a.input.GetDue().GetDay()) {
		keepFact(record, s.GetDueDay())
	}
	s.DutyDoneOn = record.GetHeldOn()
	if s.GetState() == open && (firstTime || !s.GetExtended()) && (a.input.GetFileDaysAfterDuty() != 0 || a.closing() != nil) {
		a.oweFile()
	}
}

// closer looks again at what is owed once another step of a case is recorded that a closing step ends.
func (a *applying) closer() {
	s := a.state
	if a.closing() != nil && s.GetDutyDoneOn() != "" && s.GetState() == open && !s.GetExtended() && s.GetDueDay() != a.fileDay() {
		a.oweFile()
	}
}

func (a *applying) closing() *casefilev1.StepPolicy {
	return stepPolicy(a.input.GetSteps(), a.pattern.ClosingStep(a.input))
}

func (a *applying) oweFile() {
	before, ground := rungDays(a.input, a.state), a.input.GetFileGround()
	a.state.DueDay, a.state.DueOfLaw = a.fileDay(), ground != nil && ground.GetConfidence() != "setting"
	if due := a.closing().GetDue(); due.GetDay() != "" {
		a.state.DueOfLaw = due.GetOfLaw()
	}
	a.unpause()
	if a.closing() != nil {
		a.climbAgain(before)
	}
	a.supersede(nil)
}

// fileDay is the day by which the file is owed once the duty is done: so many days after it. Where a closing step ends the case, the other
// steps are owed by that day; then nothing until the closing, unless it has a day of its own; then the file.
func (a *applying) fileDay() string {
	from := parseDay(a.state.GetDutyDoneOn())
	if a.input.GetDutyStep() == "" || from.IsZero() {
		return ""
	}
	if closing := a.closing(); closing != nil {
		if own := closing.GetDue().GetDay(); own != "" {
			return own
		}
		if a.onlyLacks(closing) {
			from = parseDay(ladder.Record(a.state, closing.GetId()).GetHeldOn())
		}
	}
	if a.input.GetFileDaysAfterDuty() == 0 || from.IsZero() {
		return ""
	}
	return from.AddDays(int(a.input.GetFileDaysAfterDuty())).String()
}

// onlyLacks tells that everything but the closing is recorded.
func (a *applying) onlyLacks(closing *casefilev1.StepPolicy) bool {
	for _, step := range a.pattern.Steps(a.input, a.state) {
		if step.GetRequired() && step.GetId() != closing.GetId() && !Done(ladder.Record(a.state, step.GetId())) {
			return false
		}
	}
	return true
}

// dutyExtended tells that the extension in force moved the day of the duty, which was done since: what is owed now is the file.
func (a *applying) dutyExtended() bool {
	file := a.fileDay()
	return a.state.GetRound() == 1 && file != "" && a.state.GetExtended() && a.state.GetDueBeforeExtension() != file
}
