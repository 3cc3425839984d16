// Package petition is the pattern of a complaint, petition, feedback or recommendation: received, handled, answered by the term that its
// case was opened with. Denunciations have no case: they are counted in reports only.
package petition

import (
	"slices"

	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/ladder"
	"nenep/workflows/casefile"
)

// Petition is one complaint, petition, feedback or recommendation.
func Petition(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// Steps and facts of the pattern, by the names the catalogue gives them.
const (
	stepReceive = "receive"
	stepHandle  = "handle"
	stepAnswer  = "answer"
	stepSettle  = "settle"

	factOutcome = "outcome"
	transferred = "transferred"
	refused     = "refused"
	// denunciation is what no fact of a petition may be: as a choice, or as a flag of that name.
	denunciation = "denunciation"
)

// Pattern applies the order of the steps, and what follows from how the petition is handled.
type Pattern struct{ casefile.Plain }

// Steps ask no answer of a petition that was passed on to the competent body; the note by which it was is the evidence.
func (p Pattern) Steps(input *casefilev1.CaseInput, state *casefilev1.CaseState) []*casefilev1.StepPolicy {
	if ladder.Record(state, stepHandle).GetFacts()[factOutcome] != transferred {
		return p.Plain.Steps(input, state)
	}
	steps := slices.Clone(input.GetSteps())
	for i, step := range steps {
		switch step.GetId() {
		case stepHandle:
			steps[i] = proto.CloneOf(step)
			steps[i].EvidenceRequired = true
		case stepAnswer:
			steps[i] = proto.CloneOf(step)
			steps[i].Required = false
		}
	}
	return steps
}

// Bars a denunciation: what a rung says could reach the accused.
func (Pattern) Bars(_ *casefilev1.CaseInput, act *casefilev1.RecordStep) *casefilev1.Refusal {
	said := act.GetFacts()[denunciation] == "true"
	for _, key := range []string{"kind", factOutcome} {
		said = said || act.GetFacts()[key] == denunciation
	}
	if !said {
		return nil
	}
	return wire.Refuse(contract.CodeInvalid,
		"Tố cáo chỉ được thống kê số lượng, không mở hồ sơ, không đính kèm tệp và không gửi thông báo. Xử lý theo Luật Tố cáo, thu hồi hồ sơ này và ghi số lượng vào báo cáo kỳ.",
		"Denunciations are counted only: no case, no file, no message. Handle it by the law on denunciations, withdraw this case and put the number into the report of the period.",
		wire.Field("record_step.facts.kind", "Tố cáo chỉ được thống kê số lượng, không mở hồ sơ.", "Denunciations are counted only and open no case.")).Refusal
}

// CheckStep refuses a refusal without its reason, and steps out of their order unless that is explained.
func (Pattern) CheckStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	if record.GetFacts()[factOutcome] == refused && !casefile.Explained(record.GetFacts()) {
		return []*casefilev1.FieldFault{wire.Field(factOutcome, "Từ chối phải nêu rõ lý do. Ghi lý do ở ô giải trình bên dưới.",
			"A refusal must say why. Give the reason in the box below.")}
	}
	return casefile.Unexplained(record.GetFacts(), order(input, state, record))
}

// RecordStep fulfils the duty with the answer, or by passing the petition on.
func (p Pattern) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	casefile.Kept(record, order(input, state, record))
	if record.GetStepId() != stepHandle || input.GetDutyStep() != stepAnswer || ladder.Record(state, stepAnswer) != nil {
		return p.Plain.RecordStep(input, state, record)
	}
	if record.GetFacts()[factOutcome] == transferred {
		return true
	}
	if ladder.Record(state, stepHandle).GetFacts()[factOutcome] == transferred {
		takeBack(input, state)
	}
	return false
}

// takeBack: what was passed on by mistake is to be answered after all, by its own day.
func takeBack(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
	state.DutyDoneOn = ""
	if state.GetState() == casefilev1.State_STATE_OPEN {
		state.DueDay, state.DueOfLaw = input.GetDue().GetDay(), input.GetDue().GetOfLaw()
	}
}

func order(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	return casefile.SequenceBreaches(input, state, record, [2]string{stepReceive, stepHandle}, [2]string{stepHandle, stepAnswer}, [2]string{stepAnswer, stepSettle})
}
