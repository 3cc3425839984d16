package casefile

import (
	"slices"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Change is what an act does to a case: the new state, what the register is told, and who hears of it.
type Change struct {
	State *casefilev1.CaseState
	What  string // contract.Progress*
	Tell  []Telling
}

// Apply does an act that [Judge] let through, at the moment now of the case's clock. It changes neither input nor state.
func Apply(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, act *casefilev1.Act, now time.Time) Change {
	a := applying{p, input, cloned(state), act, Moment(input, state, act, now)}
	what := a.do()
	next := a.state
	next.Sequence++
	if next.GetState() != accepted {
		next.LateWorkingDays = Lateness(input, next, calendar.DateOf(a.at))
	}
	if shift := act.GetShiftClock(); shift != nil {
		now = now.Add(time.Duration(shift.GetSeconds()) * time.Second)
	}
	Foresee(input, next, now)
	return Change{State: next, What: what, Tell: tellingsOf(p, input, state, next, act, what, calendar.DateOf(a.at))}
}

// Foresee writes into the state which rung comes next and when.
func Foresee(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) {
	state.NextRungId, state.NextRungDay = "", ""
	if plan := ladder.Plan(input, state, now); len(plan) > 0 {
		state.NextRungId, state.NextRungDay = plan[0].RungID, plan[0].Day.String()
	}
}

type applying struct {
	pattern Pattern
	input   *casefilev1.CaseInput
	state   *casefilev1.CaseState
	act     *casefilev1.Act
	at      time.Time
}

func (a *applying) do() (what string) {
	switch kind := a.act.GetKind().(type) {
	case *casefilev1.Act_RecordStep:
		return a.recordStep(kind.RecordStep)
	case *casefilev1.Act_Submit:
		return a.submit(kind.Submit)
	case *casefilev1.Act_Recall:
		return a.recall()
	case *casefilev1.Act_Accept:
		return a.accept(kind.Accept)
	case *casefilev1.Act_Return:
		return a.returned(kind.Return)
	case *casefilev1.Act_Explain:
		a.state.ExplainedActId = a.act.GetActId()
		a.pause()
		return contract.ProgressExplained
	case *casefilev1.Act_RequestExtension:
		a.state.ExtensionWanted = kind.RequestExtension.GetDay()
		a.pause()
		return contract.ProgressExtensionRequested
	case *casefilev1.Act_DecideExtension:
		return a.decideExtension(kind.DecideExtension)
	case *casefilev1.Act_Correct:
		return a.correct(kind.Correct)
	case *casefilev1.Act_ShiftClock:
		a.state.ClockOffsetSeconds += kind.ShiftClock.GetSeconds()
		a.at = a.at.Add(time.Duration(kind.ShiftClock.GetSeconds()) * time.Second)
		return contract.ProgressClockShifted
	case *casefilev1.Act_Seal:
		a.state.Sealed = true
		return contract.ProgressSealed
	case *casefilev1.Act_Exempt, *casefilev1.Act_Transfer, *casefilev1.Act_Withdraw:
		return a.end()
	default:
		return contract.ProgressNoted
	}
}

// pause says why the ladder does not escalate: a request that waits for an answer outweighs an explanation.
func (a *applying) pause() {
	switch {
	case a.state.GetExtensionWanted() != "":
		a.state.PausedBy = pausedByRequest
	case a.state.GetExplainedActId() != "":
		a.state.PausedBy = pausedByExplanation
	default:
		a.state.PausedBy = ""
	}
}

// unpause ends every pause: the due day they spoke of is no longer the one that counts.
func (a *applying) unpause() {
	a.state.ExtensionWanted, a.state.ExplainedActId = "", ""
	a.pause()
}

func (a *applying) recordStep(act *casefilev1.RecordStep) string {
	policy := stepPolicy(a.pattern.Steps(a.input, a.state), act.GetStepId())
	record := newRecord(policy, act, calendar.DateOf(a.at))
	record.RecordedAt, record.ActId = instant(a.at), a.act.GetActId()
	dutyDone := a.pattern.RecordStep(a.input, a.state, record)
	if earlier := ladder.Record(a.state, record.GetStepId()); earlier != nil {
		if judgedBy := earlier.GetFacts()[ladder.FactJudgedBy]; judgedBy != "" {
			keepFact(record, judgedBy)
		}
	}
	a.state.Steps = slices.DeleteFunc(a.state.GetSteps(), func(r *casefilev1.StepRecord) bool { return r.GetStepId() == record.GetStepId() })
	a.state.Steps = append(a.state.Steps, record)
	if dutyDone {
		a.dutyDone(record)
	} else if record.GetStepId() == a.input.GetDutyStep() {
		a.dutyUndone(record)
	}
	return contract.ProgressStepRecorded
}

// dutyUndone takes back what an earlier record of the duty step changed: the duty is open again, with its own due day.
func (a *applying) dutyUndone(record *casefilev1.StepRecord) {
	if a.state.GetDutyDoneOn() == "" {
		return
	}
	a.state.DutyDoneOn = ""
	if a.state.GetState() != open {
		return
	}
	a.state.DueDay, a.state.DueOfLaw = a.input.GetDue().GetDay(), a.input.GetDue().GetOfLaw()
	if judgedBy := record.GetFacts()[ladder.FactJudgedBy]; judgedBy != "" {
		a.state.DueDay = judgedBy
	}
}

// dutyDone makes the file's day the due day of the round. A returned round keeps the day the reviewer set.
func (a *applying) dutyDone(record *casefilev1.StepRecord) {
	firstTime := a.state.GetDutyDoneOn() == ""
	if firstTime && a.state.GetExtended() && a.state.GetState() == open {
		keepFact(record, a.state.GetDueDay())
	}
	a.state.DutyDoneOn = record.GetHeldOn()
	if a.state.GetState() != open || a.input.GetFileDaysAfterDuty() == 0 || !firstTime && a.state.GetExtended() {
		return
	}
	ground := a.input.GetFileGround()
	a.state.DueDay = parseDay(record.GetHeldOn()).AddDays(int(a.input.GetFileDaysAfterDuty())).String()
	a.state.DueOfLaw = ground != nil && ground.GetConfidence() != "setting"
	a.unpause()
	a.supersede()
}

func keepFact(record *casefilev1.StepRecord, judgedBy string) {
	if record.Facts == nil {
		record.Facts = map[string]string{}
	}
	record.Facts[ladder.FactJudgedBy] = judgedBy
}

// supersede marks reminders that a new due day puts into the past: nobody is reminded of a fortnight that is over.
func (a *applying) supersede() {
	today := calendar.DateOf(a.at)
	for _, rung := range ladder.Plan(a.input, a.state, a.at) {
		if rung.Kind == ladder.Reminder && !rung.Day.After(today) {
			a.state.Fired = append(a.state.Fired, &casefilev1.FiredRung{RungId: rung.RungID, Day: today.String(), Outcome: ladder.Obsolete, Round: a.state.GetRound()})
		}
	}
}

func (a *applying) submit(act *casefilev1.Submit) string {
	s := a.state
	returnedBefore := s.GetState() == returned
	s.State = submitted
	s.Submission++
	s.SubmittedAt, s.PaperReceivedOn = instant(a.at), act.GetPaperReceivedOn()
	s.ExtensionWanted, s.PausedBy = "", ""
	if a.input.GetDutyStep() == "" && !returnedBefore {
		s.DutyDoneOn = calendar.DateOf(a.at).String()
		if act.GetPaperReceivedOn() != "" {
			s.DutyDoneOn = act.GetPaperReceivedOn()
		}
	}
	return contract.ProgressSubmitted
}

func (a *applying) recall() string {
	a.state.State = open
	if a.state.GetRound() > 1 {
		a.state.State = returned
	}
	if a.input.GetDutyStep() == "" && a.state.GetState() == open {
		a.state.DutyDoneOn = ""
	}
	a.pause()
	return contract.ProgressRecalled
}

func (a *applying) accept(act *casefilev1.Accept) string {
	a.state.State, a.state.AcceptedAt = accepted, instant(a.at)
	a.state.LateWorkingDays = Lateness(a.input, a.state, calendar.DateOf(a.at))
	if act.GetLimited() {
		a.state.LimitedActId = a.act.GetActId()
	}
	return contract.ProgressAccepted
}

// returned begins a new round with a due day of its own. How late the round was stays.
func (a *applying) returned(act *casefilev1.Return) string {
	s := a.state
	s.LateWorkingDays = Lateness(a.input, s, calendar.DateOf(a.at))
	s.State = returned
	s.Round++
	s.DueDay, s.DueOfLaw, s.Extended = act.GetDueDay(), false, false
	if s.GetDueDay() == "" {
		due, _ := ladder.Calendar(a.input.GetCalendar()).AddWorkingDays(calendar.DateOf(a.at), int(a.input.GetReview().GetReturnWorkingDays()))
		s.DueDay = due.String()
	}
	a.unpause()
	a.supersede()
	return contract.ProgressReturned
}

// decideExtension lets rungs that a later due day puts ahead again leave once more.
func (a *applying) decideExtension(act *casefilev1.DecideExtension) string {
	s := a.state
	day := act.GetDay()
	if day == "" {
		day = s.GetExtensionWanted()
	}
	s.ExtensionWanted = ""
	if !act.GetGranted() {
		a.pause()
		return contract.ProgressExtensionRefused
	}
	s.DueDay, s.Extended = day, true
	a.unpause()
	today := calendar.DateOf(a.at)
	policy, anchor := ladder.Present(a.input, s)
	for _, rung := range ladder.Rungs(policy, anchor, ladder.StepDays(a.input, s), ladder.Calendar(a.input.GetCalendar())) {
		if rung.Step == "" && rung.Day.After(today) {
			s.Fired = slices.DeleteFunc(s.GetFired(), func(f *casefilev1.FiredRung) bool {
				return f.GetRungId() == rung.RungID && f.GetRound() == s.GetRound()
			})
		}
	}
	a.supersede()
	return contract.ProgressExtensionGranted
}

func (a *applying) correct(act *casefilev1.Correct) string {
	policy := stepPolicy(a.pattern.Steps(a.input, a.state), act.GetStepId())
	for i, record := range a.state.GetSteps() {
		if record.GetStepId() == act.GetStepId() {
			a.state.Steps[i] = correctedRecord(policy, record, act)
		}
	}
	a.state.Corrections++
	return contract.ProgressCorrected
}

func (a *applying) end() string {
	s := a.state
	s.ExtensionWanted, s.PausedBy = "", ""
	switch kind := a.act.GetKind().(type) {
	case *casefilev1.Act_Exempt:
		s.State, s.ExemptionGround, s.ExemptionActId = exempted, kind.Exempt.GetGround(), a.act.GetActId()
		return contract.ProgressExempted
	case *casefilev1.Act_Transfer:
		s.State, s.SuccessorCaseId = succeeded, kind.Transfer.GetSuccessorCaseId()
		return contract.ProgressTransferred
	default:
		s.State = withdrawn
		return contract.ProgressWithdrawn
	}
}
