package casefile

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// words are the same in both languages.
type words struct{ vi, en string }

var stateWords = map[casefilev1.State]words{
	open:      {"đang thực hiện", "open"},
	submitted: {"đã nộp", "submitted"},
	returned:  {"trả lại", "returned"},
	accepted:  {"hoàn thành", "accepted"},
	exempted:  {"không thuộc đối tượng", "not obliged"},
	withdrawn: {"thu hồi", "withdrawn"},
	succeeded: {"chuyển đơn vị kế thừa", "handed to the successor"},
}

var sealedWords = words{"đã khóa kỳ", "sealed"}

// actWords stand after "không" and "may not".
var actWords = map[string]words{
	contract.UpdateRecordStep:       {"ghi kết quả bước", "record a step"},
	contract.UpdateSubmit:           {"nộp hồ sơ", "submit the case"},
	contract.UpdateRecall:           {"rút lại hồ sơ đã nộp", "recall the submission"},
	contract.UpdateAccept:           {"xác nhận hồ sơ", "accept the case"},
	contract.UpdateReturn:           {"trả lại hồ sơ", "return the case"},
	contract.UpdateExplain:          {"báo cáo nguyên nhân chậm", "explain the delay"},
	contract.UpdateRequestExtension: {"đề nghị gia hạn", "ask for an extension"},
	contract.UpdateDecideExtension:  {"quyết định gia hạn", "decide on an extension"},
	contract.UpdateExempt:           {"ghi nhận không thuộc đối tượng", "record that the unit is not obliged"},
	contract.UpdateTransfer:         {"chuyển hồ sơ", "transfer the case"},
	contract.UpdateWithdraw:         {"thu hồi hồ sơ", "withdraw the case"},
	contract.UpdateCorrect:          {"đính chính hồ sơ", "correct the case"},
	contract.UpdateNote:             {"ghi chú vào hồ sơ", "note on the case"},
	contract.UpdateShiftClock:       {"chuyển đồng hồ của hồ sơ", "shift the case's clock"},
	contract.UpdateSeal:             {"khóa kỳ", "seal the case"},
	contract.UpdateRecordItem:       {"ghi mục", "record an item"},
	contract.UpdateTakeOver:         {"tiếp nhận hồ sơ của đơn vị trước", "take a predecessor's case over"},
	contract.UpdateAmend:            {"tính lại theo quy tắc mới", "amend the case"},
	contract.UpdateRevoke:           {"hủy gia hạn hoặc báo cáo nguyên nhân chậm", "revoke the extension or explanation"},
}

func stateOf(state *casefilev1.CaseState) words {
	if state.GetSealed() {
		return sealedWords
	}
	return stateWords[state.GetState()]
}

// wrongState is E19.
func wrongState(kind string, state *casefilev1.CaseState) *casefilev1.Refusal {
	is, act := stateOf(state), actWords[kind]
	return wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("Hồ sơ đang ở trạng thái “%s” nên không %s được. Tải lại trang để xem các việc có thể làm.", is.vi, act.vi),
		fmt.Sprintf("The case is %s, so nobody can %s. Reload the page to see what can be done.", is.en, act.en)).Refusal
}

// alreadySubmitted is E17.
func alreadySubmitted(state *casefilev1.CaseState) *casefilev1.Refusal {
	at, err := time.Parse(time.RFC3339Nano, state.GetSubmittedAt())
	if err != nil {
		return wrongState(contract.UpdateSubmit, state)
	}
	at = at.In(calendar.Zone)
	return wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("Hồ sơ đã được nộp lúc %s ngày %s. Lần gửi này không tạo thêm bản nào; xem bản đã nộp.", at.Format("15:04"), at.Format("02/01/2006")),
		fmt.Sprintf("The case was submitted at %s on %s. Nothing was added this time; see what was submitted.", at.Format("15:04"), at.Format("2006-01-02"))).Refusal
}

func ofLaw(due calendar.Date) *casefilev1.Refusal {
	return wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("Thời hạn %s do luật hoặc kế hoạch quy định nên không gia hạn được. Báo cáo nguyên nhân chậm; thời gian quá hạn vẫn tính.", due.Vietnamese()),
		fmt.Sprintf("The due date %s is fixed by law or plan and cannot be extended. Explain the delay instead; the lateness stays.", due)).Refusal
}

func ownCase(kind string) *casefilev1.Refusal {
	act := actWords[kind]
	return wire.Refuse(contract.CodeForbidden,
		fmt.Sprintf("Đơn vị không tự %s của mình. Việc này thuộc cơ quan theo dõi.", act.vi),
		fmt.Sprintf("A unit may not %s of its own. That is for its reviewing body.", act.en)).Refusal
}

// missingEvidence is E16.
func missingEvidence(steps []*casefilev1.StepPolicy) *casefilev1.Refusal {
	vi, en := titles(steps)
	refusal := wire.Refuse(contract.CodeInvalid,
		fmt.Sprintf("Còn thiếu %d minh chứng: %s. Thêm đủ rồi nộp hồ sơ.", len(steps), strings.Join(vi, "; ")),
		fmt.Sprintf("%d pieces of evidence are missing: %s. Add them, then submit.", len(steps), strings.Join(en, "; "))).Refusal
	for _, step := range steps {
		field := "steps." + step.GetId()
		if strings.HasPrefix(step.GetId(), "items") {
			field = step.GetId()
		}
		refusal.Fields = append(refusal.Fields, wire.Field(field,
			fmt.Sprintf("Chưa có %s. Ghi kết quả, thêm tệp rồi nộp hồ sơ.", inSentence(step.GetTitleVi())),
			fmt.Sprintf("“%s” is missing. Record it and add its file, then submit.", step.GetTitleEn())))
	}
	return refusal
}

// invalid is a refusal that names every bad field; nil when there is none.
func invalid(faults []*casefilev1.FieldFault) *casefilev1.Refusal {
	if len(faults) == 0 {
		return nil
	}
	var vi, en []string
	for _, fault := range faults {
		vi, en = append(vi, fault.GetTextVi()), append(en, fault.GetTextEn())
	}
	return wire.Refuse(contract.CodeInvalid, strings.Join(vi, " "), strings.Join(en, " "), faults...).Refusal
}

// refusalError carries a refusal over Temporal's wire.
func refusalError(refusal *casefilev1.Refusal) error {
	return temporal.NewApplicationErrorWithOptions(refusal.GetTextEn(), refusal.GetCode(), temporal.ApplicationErrorOptions{
		NonRetryable: true, Details: []any{refusal},
	})
}
