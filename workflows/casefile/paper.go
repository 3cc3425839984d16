package casefile

import (
	"fmt"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/ladder"
)

// paper judges a submission by paper that tells of steps: each in its turn, in the state that the ones before it leave. The paper is their
// evidence, so no file is asked for.
func (j judge) paper(act *casefilev1.Submit) *casefilev1.Refusal {
	if act.GetPaperReceivedOn() == "" {
		return invalid([]*casefilev1.FieldFault{wire.Field("submit.paper_received_on", "Chỉ hồ sơ giấy mới ghi kết quả các bước cùng lúc. Nhập ngày văn bản đến.",
			"Only a paper tells of steps as it is submitted. Enter the day it arrived.")})
	}
	told := applying{pattern: j.pattern, input: j.input, state: cloned(j.state), act: &casefilev1.Act{}, at: j.today.At(12, 0)}
	for i, step := range act.GetSteps() {
		if refusal := (judge{j.pattern, j.input, told.state, j.today}).recordStep(step); refusal != nil {
			for _, fault := range refusal.GetFields() {
				fault.Field = fmt.Sprintf("submit.steps[%d].%s", i, strings.TrimPrefix(fault.GetField(), "record_step."))
			}
			return refusal
		}
		told.recordStep(step)
	}
	var missing []*casefilev1.StepPolicy
	for _, step := range Missing(j.pattern, j.input, told.state) {
		if step.GetId() == "" || !Done(ladder.Record(told.state, step.GetId())) {
			missing = append(missing, step)
		}
	}
	if len(missing) > 0 {
		return missingEvidence(missing)
	}
	return nil
}
