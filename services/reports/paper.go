package reports

import (
	"fmt"

	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// mostPaperSteps is far above the steps of any case.
const mostPaperSteps = 40

// paper judges the steps that a paper tells of: they were done before it arrived, and its number says which paper it is.
func (j *judge) paper(act *casefilev1.Submit) {
	if len(act.GetSteps()) == 0 {
		return
	}
	j.needed("submit.paper_received_on", "ngày văn bản đến", "the day the paper arrived", act.GetPaperReceivedOn())
	j.needed("submit.signed_number", "số, ký hiệu văn bản", "the number and symbol of the paper", act.GetSignedNumber())
	if len(act.GetSteps()) > mostPaperSteps {
		j.add("submit.steps", "Hồ sơ giấy nêu quá nhiều bước. Chỉ ghi các bước của hồ sơ này.", "The paper tells of too many steps. Enter those of this case.")
		return
	}
	for i, step := range act.GetSteps() {
		field := fmt.Sprintf("submit.steps[%d]", i)
		j.step(field+".step_id", step.GetStepId())
		j.needed(field+".held_on", "ngày thực hiện", "the day it was done", step.GetHeldOn())
		j.pastDay(field+".held_on", "ngày thực hiện", "the day it was done", step.GetHeldOn())
		j.facts(field+".facts", step.GetStepId(), step.GetFacts())
		j.filesOfCase(field+".file_ids", step.GetFileIds())
		j.faults = append(j.faults, tooLong(field+".words", "nội dung", "the text", step.GetWords(), mostWords)...)
		if received := act.GetPaperReceivedOn(); received != "" && step.GetHeldOn() > received {
			j.add(field+".held_on", "Ngày thực hiện sau ngày văn bản đến. Kiểm tra hai ngày này.", "It was done after the paper arrived. Check the two days.")
		}
	}
}
