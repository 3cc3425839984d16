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
}

// Outcomes of a step.
const (
	NoQuorum = "no-quorum" // held without those it needs: the step is still to be done
	Ballot   = "ballot"    // done by asking everyone in writing
	Limited  = "limited"   // recorded with a limitation that people see
)

// FactExplained is the fact by which a record says that its deviation from a rule is explained; the words stay with reports.
const FactExplained = "explained"

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
