// Package casefile is what every case does, whatever its pattern: the ladder, the acts of people as Updates, the review loop, the writes
// to the register, sealing. What is decided is decided by pure functions over the input (a snapshot taken at opening) and the state;
// the workflow only carries it out.
package casefile

import (
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// Pattern is what is peculiar to a kind of case. Its methods are pure; the rules they apply come from the input.
type Pattern interface {
	// Steps are the steps the case has in this state, those required before submitting marked so.
	Steps(input *casefilev1.CaseInput, state *casefilev1.CaseState) []*casefilev1.StepPolicy
	// CheckStep names every field of the record that breaks a rule of the pattern. Fields are keys of facts, or "held_on".
	CheckStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault
	// RecordStep gives the record its outcome, changes what else in the state follows from it, and tells whether the duty is done by
	// it. The record is not among the state's steps yet.
	RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) (dutyDone bool)
	// Bars refuses what may never become part of such a case, before anything else is looked at; nil when there is nothing such.
	Bars(input *casefilev1.CaseInput, act *casefilev1.RecordStep) *casefilev1.Refusal
	// Derive writes the facts that follow from the record into it, anew when it is corrected.
	Derive(input *casefilev1.CaseInput, record *casefilev1.StepRecord)
	// ClosingStep is the step that closes a case long after its duty was done: until then nothing is owed, or the step's own day. Empty
	// for a case whose file is owed once the duty is done.
	ClosingStep(input *casefilev1.CaseInput) string
}

// Outcomes of a step.
const (
	NoQuorum = "no-quorum" // held without those it needs: the step is still to be done
	Ballot   = "ballot"    // done by asking everyone in writing
	Limited  = "limited"   // recorded with a limitation that people see
)

// FactExplained is the fact by which a record says that its deviation from a rule is explained; the words stay with reports.
const FactExplained = "explained"

// FactTermEndsOn is the last day of a board's term, which the case writes into the record of its duty step.
const FactTermEndsOn = "term_ends_on"

// Plain is a pattern without rules of its own.
type Plain struct{}

// Steps are those of the input.
func (Plain) Steps(input *casefilev1.CaseInput, _ *casefilev1.CaseState) []*casefilev1.StepPolicy {
	return input.GetSteps()
}

// CheckStep finds nothing wrong.
func (Plain) CheckStep(*casefilev1.CaseInput, *casefilev1.CaseState, *casefilev1.StepRecord) []*casefilev1.FieldFault {
	return nil
}

// RecordStep fulfils the duty with the input's duty step.
func (Plain) RecordStep(input *casefilev1.CaseInput, _ *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	return record.GetStepId() == input.GetDutyStep()
}

// Bars finds nothing that may not be.
func (Plain) Bars(*casefilev1.CaseInput, *casefilev1.RecordStep) *casefilev1.Refusal { return nil }

// Derive adds nothing.
func (Plain) Derive(*casefilev1.CaseInput, *casefilev1.StepRecord) {}

// ClosingStep is none.
func (Plain) ClosingStep(*casefilev1.CaseInput) string { return "" }
