// Package board is the pattern of a body with members: who may chair it and how many sit in it, its recognition, its term or the project
// with which it ends.
package board

import (
	"slices"

	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
	"nenep/workflows/casefile"
)

// CommitteeRestructuring is the restructuring or setting up of a steering committee.
func CommitteeRestructuring(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// InspectionBoardTerm is the setting up, renewal or completion of a People's Inspection Board.
func InspectionBoardTerm(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// ProjectSupervisionBoard is a Community Investment Supervision Board: set up for one project, ended with it.
func ProjectSupervisionBoard(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// Steps and facts of the pattern beside those of composition, by the names the catalogue gives them.
const (
	stepInvestorNotice = "investor-notice"
	stepClose          = "close"

	factTermFrom        = "term_from"
	factSupervisionFrom = "supervision_from"
	// triggerVacancy opens a case that completes a board: its term goes on.
	triggerVacancy = "vacancy"
)

// Pattern applies the rules of composition, recognition and notice, and reckons the term.
type Pattern struct{ casefile.Plain }

// Steps ask for the closing of a body that ends with its project.
func (p Pattern) Steps(input *casefilev1.CaseInput, state *casefilev1.CaseState) []*casefilev1.StepPolicy {
	steps := slices.Clone(p.Plain.Steps(input, state))
	for i, step := range steps {
		if step.GetId() == p.ClosingStep(input) {
			steps[i] = proto.CloneOf(step)
			steps[i].Required = true
		}
	}
	return steps
}

// ClosingStep is that of a body which ends with its project: the file is whole only then.
func (Pattern) ClosingStep(input *casefilev1.CaseInput) string {
	if input.GetBoard().GetEndsWithProject() {
		return stepClose
	}
	return ""
}

// CheckStep refuses a composition outside the rules, and a recognition or notice out of its term that is not explained.
func (Pattern) CheckStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	return append(compositionFaults(input.GetBoard(), record), casefile.Unexplained(record.GetFacts(), terms(input, state, record))...)
}

// RecordStep marks what was recognised or told out of its term.
func (p Pattern) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	casefile.Kept(record, terms(input, state, record))
	return p.Plain.RecordStep(input, state, record)
}

// terms are the working days within which a step follows the one before it, and the days before supervision on which the investor is told.
func terms(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	var found []casefile.Breach
	for _, step := range input.GetSteps() {
		switch {
		case step.GetId() == stepInvestorNotice:
			found = append(found, investorTold(input, state, record, step)...)
		case step.GetCountedAfter() == ladder.Working:
			found = append(found, casefile.TermBreaches(input, state, record, step)...)
		}
	}
	return found
}

// investorTold judges the notice by the day on which supervision began or, until it did, is to begin.
func investorTold(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord, step *casefilev1.StepPolicy) []casefile.Breach {
	if record.GetStepId() != stepInvestorNotice || !casefile.DayOf(state, record, step.GetAfterStep()).IsZero() {
		return casefile.TermBreaches(input, state, record, step)
	}
	begun := proto.CloneOf(state)
	begun.Steps = append(begun.Steps, &casefilev1.StepRecord{StepId: step.GetAfterStep(), HeldOn: supervisionFrom(input, record, step)})
	return casefile.TermBreaches(input, begun, record, step)
}

func supervisionFrom(input *casefilev1.CaseInput, record *casefilev1.StepRecord, notice *casefilev1.StepPolicy) string {
	for _, stated := range []string{record.GetFacts()[factSupervisionFrom], input.GetEventFacts()[factSupervisionFrom]} {
		if stated != "" {
			return stated
		}
	}
	for _, step := range input.GetSteps() {
		if step.GetId() == notice.GetAfterStep() {
			return step.GetDue().GetDay()
		}
	}
	return ""
}

// Derive writes the last day of the term into the record of the duty step: counted from the day on which it states that the term begins,
// or from its own. A by-election goes on with the board's term, which its event states.
func (Pattern) Derive(input *casefilev1.CaseInput, record *casefilev1.StepRecord) {
	months := int(input.GetBoard().GetTermMonths())
	if months == 0 || record.GetStepId() != input.GetDutyStep() {
		return
	}
	ends := input.GetEventFacts()[casefile.FactTermEndsOn]
	if from, err := calendar.ParseDate(begins(record)); err == nil && ends == "" && input.GetTriggerId() != triggerVacancy {
		ends = from.AddMonths(months).AddDays(-1).String()
	}
	if ends == "" {
		return
	}
	if record.Facts == nil {
		record.Facts = map[string]string{}
	}
	record.Facts[casefile.FactTermEndsOn] = ends
}

func begins(record *casefilev1.StepRecord) string {
	if from := record.GetFacts()[factTermFrom]; from != "" {
		return from
	}
	return record.GetHeldOn()
}
