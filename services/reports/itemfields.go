package reports

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
)

// itemID is what an entry of a register or of a plan is called within its case. It travels to Temporal, so it holds no words.
var itemID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// itemStep opens the name by which a correction speaks of an item in the place of a step: "items/QD-15-2026".
const itemStep = "items/"

// item is the entry that a correction speaks of; nil when it speaks of a step.
func (j *judge) item(stepID string) *casefilev1.ItemRecord {
	for _, item := range j.state.GetItems() {
		if itemStep+item.GetItemId() == stepID {
			return item
		}
	}
	return nil
}

// namesItem tells that a file or a correction is for an entry of the case's register, which may be entered only afterwards.
func (j *judge) namesItem(stepID string) bool {
	id, found := strings.CutPrefix(stepID, itemStep)
	return found && j.input.GetItems() != nil && (j.item(stepID) != nil || itemID.MatchString(id))
}

// correctItem judges the corrected figures together with those that stay.
func (j *judge) correctItem(act *casefilev1.Correct, item *casefilev1.ItemRecord) {
	whole := maps.Clone(withoutMarks(item.GetFacts()))
	maps.Copy(whole, withoutMarks(act.GetFacts()))
	for _, fault := range figures.CheckFacts(j.input.GetItems().GetFacts(), whole) {
		j.add("correct.facts."+fault.GetField(), fault.GetTextVi(), fault.GetTextEn())
	}
}

// recordItem judges an entry's figures and days. Whether it is late, and so must be explained, the case itself tells.
func (j *judge) recordItem(act *casefilev1.RecordItem) {
	if j.input.GetItems() == nil {
		j.add("record_item.item_id", "Hồ sơ này không có danh mục nội dung. Ghi kết quả ở các bước của hồ sơ.", "This case keeps no items. Record its steps instead.")
		return
	}
	id := act.GetItemId()
	if j.item(itemStep+id) == nil && !itemID.MatchString(id) {
		j.add("record_item.item_id", fmt.Sprintf("“%s” không phải là mã nội dung. Dùng chữ không dấu, chữ số, dấu chấm, gạch nối, gạch dưới, dài nhất 64 ký tự.", id),
			fmt.Sprintf("“%s” is no item's id. Use plain letters, digits, dots, hyphens and underscores, at most 64.", id))
	}
	if act.GetRemoved() {
		j.removed(act)
		return
	}
	for _, fault := range figures.CheckFacts(j.input.GetItems().GetFacts(), withoutMarks(act.GetFacts())) {
		j.add("record_item.facts."+fault.GetField(), fault.GetTextVi(), fault.GetTextEn())
	}
	j.doneDay(act)
	j.filesOfCase("record_item.file_ids", act.GetFileIds())
}

func (j *judge) removed(act *casefilev1.RecordItem) {
	if j.item(itemStep+act.GetItemId()) == nil {
		j.add("record_item.item_id", fmt.Sprintf("Hồ sơ không có nội dung “%s” để bỏ. Tải lại trang.", act.GetItemId()),
			fmt.Sprintf("The case has no item “%s” to remove. Reload the page.", act.GetItemId()))
	}
}

// doneDay is E3 for the day on which an item was done.
func (j *judge) doneDay(act *casefilev1.RecordItem) {
	key := j.input.GetItems().GetDoneFact()
	if done, ok := figures.ParseDay(act.GetFacts()[key]); key != "" && ok {
		j.pastDay("record_item.facts."+key, "ngày thực hiện", "the day it was done", done.String())
	}
}

// takeOver judges what a workflow hands over from a predecessor's case.
func (j *judge) takeOver(act *casefilev1.TakeOver, caseID string) {
	if _, _, _, err := contract.CaseIDParts(act.GetFromCaseId()); err != nil || act.GetFromCaseId() == caseID {
		j.faults = append(j.faults, badID("take_over.from_case_id", act.GetFromCaseId()))
	}
	if !unitID.MatchString(act.GetFromUnitId()) {
		j.add("take_over.from_unit_id", fmt.Sprintf("“%s” không phải là mã đơn vị.", act.GetFromUnitId()), fmt.Sprintf("“%s” is no unit's id.", act.GetFromUnitId()))
	}
	j.day("take_over.due_day", act.GetDueDay())
	j.day("take_over.duty_done_on", act.GetDutyDoneOn())
	j.faults = append(j.faults, instantFault("take_over.accepted_at", act.GetAcceptedAt())...)
	j.faults = append(j.faults, instantFault("take_over.submitted_at", act.GetSubmittedAt())...)
}

var amendReasons = []string{"catalogue", "settings", "calendar", "reorganisation"}

// amend: a table of days off that changed needs no document; new rules, settings or another reviewer are put into a running case by one.
func (j *judge) amend(act *casefilev1.Amend, caseID string) {
	if act.GetInput().GetCaseId() != caseID {
		j.faults = append(j.faults, badID("amend.input", act.GetInput().GetCaseId()))
	}
	if !slices.Contains(amendReasons, act.GetReason()) {
		j.add("amend.reason", fmt.Sprintf("Không có lý do “%s” để áp dụng quy tắc mới.", act.GetReason()), fmt.Sprintf("There is no reason “%s” for an amendment.", act.GetReason()))
	}
	if act.GetReason() != "calendar" {
		j.document("amend.document", "Áp dụng quy tắc mới", "An amendment", act.GetDocument())
	}
}

// revoke: what was recorded by a document is taken back by one, with its reason.
func (j *judge) revoke(act *casefilev1.Revoke) {
	if act.GetWhat() != "extension" && act.GetWhat() != "explanation" {
		j.add("revoke.what", fmt.Sprintf("Không thu hồi được “%s”. Chọn gia hạn hoặc báo cáo nguyên nhân chậm.", act.GetWhat()),
			fmt.Sprintf("“%s” cannot be revoked. Choose the extension or the explanation.", act.GetWhat()))
	}
	j.needed("revoke.words", "lý do thu hồi", "the reason", act.GetWords())
	j.document("revoke.document", "Thu hồi việc đã ghi", "Revoking", act.GetDocument())
}
