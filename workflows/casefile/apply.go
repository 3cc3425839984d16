package casefile

import (
	"slices"
	"strings"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Change is what an act does to a case: the new state, what the register is told, and who hears of it.
type Change struct {
	State *casefilev1.CaseState
	Input *casefilev1.CaseInput // by which the case goes on; another than before once it is amended
	What  string                // contract.Progress*
	Tell  []Telling
}

// Apply does an act that [Judge] let through, at the moment now of the case's clock. It changes neither input nor state.
func Apply(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, act *casefilev1.Act, now time.Time) Change {
	a := applying{p, input, cloned(state), act, Moment(input, state, act, now)}
	resume(a.state, calendar.DateOf(a.at))
	what := a.do()
	next := a.state
	next.Sequence++
	if next.GetState() != accepted {
		next.LateWorkingDays = Lateness(a.input, next, calendar.DateOf(a.at))
	}
	if shift := act.GetShiftClock(); shift != nil {
		now = now.Add(time.Duration(shift.GetSeconds()) * time.Second)
	}
	Foresee(a.input, next, now)
	return Change{State: next, Input: a.input, What: what, Tell: tellingsOf(p, a.input, state, next, act, what, calendar.DateOf(a.at))}
}

// resume ends a pause whose day is over.
func resume(state *casefilev1.CaseState, today calendar.Date) {
	if ladder.PauseOver(state, today) {
		state.PausedBy, state.PausedUntil, state.ExplainedActId = "", "", ""
	}
}

// Foresee writes into the state which rung comes next, and the day on which it leaves: not the day of its plan where that is past, as when a
// case is opened at night or while offices are closed.
func Foresee(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time) {
	state.NextRungId, state.NextRungDay = "", ""
	switch next := ladder.Next(input, state, now); next.Kind {
	case ladder.Wait:
		state.NextRungId, state.NextRungDay = next.Rung.RungID, calendar.DateOf(next.At).String()
	case ladder.CarryOut:
		state.NextRungId, state.NextRungDay = next.Rung.RungID, calendar.DateOf(now).String()
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
		a.state.ExplainedActId, a.state.PausedUntil = a.act.GetActId(), kind.Explain.GetExpectedDay()
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
	case *casefilev1.Act_Exempt, *casefilev1.Act_Withdraw:
		return a.end()
	default:
		return a.doLater()
	}
}

// doLater does the kinds that came with registers and reorganisations.
func (a *applying) doLater() (what string) {
	switch kind := a.act.GetKind().(type) {
	case *casefilev1.Act_RecordItem:
		return a.recordItem(kind.RecordItem)
	case *casefilev1.Act_Transfer:
		return a.transfer(kind.Transfer)
	case *casefilev1.Act_TakeOver:
		return a.takeOver(kind.TakeOver)
	case *casefilev1.Act_Amend:
		return a.amend(kind.Amend)
	case *casefilev1.Act_Revoke:
		return a.revoke(kind.Revoke)
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
	a.state.ExtensionWanted, a.state.ExplainedActId, a.state.PausedUntil = "", "", ""
	a.pause()
}

func (a *applying) recordStep(act *casefilev1.RecordStep) string {
	policy := stepPolicy(a.pattern.Steps(a.input, a.state), act.GetStepId())
	record := newRecord(policy, act, calendar.DateOf(a.at))
	record.RecordedAt, record.ActId = instant(a.at), a.act.GetActId()
	dutyDone := a.pattern.RecordStep(a.input, a.state, record)
	a.pattern.Derive(a.input, record)
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
	a.closer()
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

func keepFact(record *casefilev1.StepRecord, judgedBy string) {
	if record.Facts == nil {
		record.Facts = map[string]string{}
	}
	record.Facts[ladder.FactJudgedBy] = judgedBy
}

// supersede marks reminders that a change puts into the past: nobody is reminded of a fortnight that is over. Which says of which rungs;
// nil of all.
func (a *applying) supersede(which func(ladder.Planned) bool) {
	today := calendar.DateOf(a.at)
	for _, rung := range ladder.Plan(a.input, a.state, a.at) {
		if rung.Kind == ladder.Reminder && !rung.Day.After(today) && (which == nil || which(rung)) {
			a.state.Fired = append(a.state.Fired, &casefilev1.FiredRung{RungId: rung.RungID, Day: today.String(), Outcome: ladder.Obsolete, Round: a.state.GetRound()})
		}
	}
}

func (a *applying) submit(act *casefilev1.Submit) string {
	s := a.state
	returnedBefore := s.GetState() == returned
	for _, step := range act.GetSteps() {
		a.recordStep(step)
	}
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

// recall takes the submission back, and with it the duty where the submission fulfilled it. A case that waited for its reviewer passes to
// the successor instead, who owes what was taken back.
func (a *applying) recall() string {
	if a.input.GetDutyStep() == "" && a.state.GetRound() <= 1 {
		a.state.DutyDoneOn = ""
	}
	if successor := a.state.GetSuccessorCaseAfterReview(); successor != "" {
		return a.succeed(successor)
	}
	a.state.State = open
	if a.state.GetRound() > 1 {
		a.state.State = returned
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
	a.forgetSuccession()
	return contract.ProgressAccepted
}

// returned begins a new round with a due day of its own. How late the round was stays. A case that waited for its reviewer passes to the
// successor instead.
func (a *applying) returned(act *casefilev1.Return) string {
	s := a.state
	if successor := s.GetSuccessorCaseAfterReview(); successor != "" {
		return a.succeed(successor)
	}
	s.LateWorkingDays = Lateness(a.input, s, calendar.DateOf(a.at))
	s.State = returned
	s.Round++
	s.DueDay, s.DueOfLaw, s.Extended = act.GetDueDay(), false, false
	s.ExtensionActId, s.DueBeforeExtension = "", ""
	if s.GetDueDay() == "" {
		due, _ := ladder.Calendar(a.input.GetCalendar()).AddWorkingDays(calendar.DateOf(a.at), int(a.input.GetReview().GetReturnWorkingDays()))
		s.DueDay = due.String()
	}
	a.unpause()
	a.supersede(nil)
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
	if !s.GetExtended() || a.dutyExtended() {
		s.DueBeforeExtension = s.GetDueDay()
	}
	s.DueDay, s.Extended, s.ExtensionActId = day, true, a.act.GetActId()
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
	a.supersede(nil)
	return contract.ProgressExtensionGranted
}

func (a *applying) correct(act *casefilev1.Correct) string {
	a.state.Corrections++
	if strings.HasPrefix(act.GetStepId(), ItemStep) {
		a.correctItem(act)
		return contract.ProgressCorrected
	}
	policy := stepPolicy(a.pattern.Steps(a.input, a.state), act.GetStepId())
	for i, record := range a.state.GetSteps() {
		if record.GetStepId() == act.GetStepId() {
			a.state.Steps[i] = correctedRecord(policy, record, act)
			a.pattern.Derive(a.input, a.state.Steps[i])
		}
	}
	return contract.ProgressCorrected
}

func (a *applying) end() string {
	s := a.state
	s.ExtensionWanted, s.PausedBy = "", ""
	a.forgetSuccession()
	if exempt := a.act.GetExempt(); exempt != nil {
		s.State, s.ExemptionGround, s.ExemptionActId = exempted, exempt.GetGround(), a.act.GetActId()
		return contract.ProgressExempted
	}
	s.State = withdrawn
	return contract.ProgressWithdrawn
}
