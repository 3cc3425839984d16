package reports

import (
	"strings"

	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
	"nenep/rules/ladder"
)

// actKind is the name of the act's Update: "record_step", "submit"... The names of the oneof's
// fields are the names of the Updates (contract.Update*).
func actKind(act *casefilev1.Act) string {
	message := act.ProtoReflect()
	field := message.WhichOneof(message.Descriptor().Oneofs().ByName("kind"))
	if field == nil {
		return ""
	}
	return string(field.Name())
}

// actVerbs are what a person is told he may not do, after "không có quyền" and "may not".
var actVerbs = map[string][2]string{
	"record_step":       {"ghi kết quả bước", "record a step"},
	"submit":            {"nộp hồ sơ", "submit the case"},
	"recall":            {"rút lại hồ sơ đã nộp", "recall the submission"},
	"accept":            {"xác nhận hồ sơ", "accept the case"},
	"return":            {"trả lại hồ sơ", "return the case"},
	"explain":           {"báo cáo nguyên nhân chậm", "explain the delay"},
	"request_extension": {"đề nghị gia hạn", "ask for an extension"},
	"decide_extension":  {"quyết định gia hạn", "decide on the extension"},
	"exempt":            {"ghi nhận không thuộc đối tượng", "record that the unit is not obliged"},
	"transfer":          {"chuyển hồ sơ", "transfer the case"},
	"withdraw":          {"thu hồi hồ sơ", "withdraw the case"},
	"correct":           {"đính chính hồ sơ", "correct the case"},
	"note":              {"ghi chú vào hồ sơ", "note on the case"},
	"shift_clock":       {"chuyển đồng hồ của hồ sơ", "shift the case's clock"},
	"seal":              {"khóa kỳ", "seal the period"},
	"record_item":       {"ghi nội dung của hồ sơ", "record an item"},
	"take_over":         {"tiếp nhận hồ sơ của đơn vị cũ", "take a predecessor's case over"},
	"amend":             {"áp dụng quy tắc mới cho hồ sơ", "amend the case"},
	"revoke":            {"thu hồi quyết định đã ghi", "revoke what was recorded"},
	"reinstate":         {"khôi phục hồ sơ", "reinstate the case"},
}

// withoutWords is the act as it may travel to Temporal: ids, codes, days and figures. What a
// person wrote stays with reports. Of a legal ground the citation goes along, since every date
// and exemption must be able to name its law, but not the sentence somebody typed.
func withoutWords(act *casefilev1.Act) *casefilev1.Act {
	bare, _ := proto.Clone(act).(*casefilev1.Act)
	message := bare.ProtoReflect()
	kind := message.WhichOneof(message.Descriptor().Oneofs().ByName("kind"))
	if kind == nil {
		return bare
	}
	inner := message.Mutable(kind).Message()
	for _, name := range []string{"words", "document", "spoke_with"} {
		if field := inner.Descriptor().Fields().ByTextName(name); field != nil {
			inner.Clear(field)
		}
	}
	for _, step := range bare.GetSubmit().GetSteps() {
		step.Words = ""
	}
	if ground := bare.GetExempt().GetGround(); ground != nil {
		ground.TextVi, ground.TextEn = "", ""
	}
	return bare
}

// normalised is the act as it is stored: figures in the one form they are stored in, and the
// successor's case under the name it will have.
func normalised(act *casefilev1.Act, input *casefilev1.CaseInput) *casefilev1.Act {
	clean, _ := proto.Clone(act).(*casefilev1.Act)
	for _, step := range append(clean.GetSubmit().GetSteps(), clean.GetRecordStep()) {
		if step == nil {
			continue
		}
		step.Facts = figures.Normalise(factsOf(input, step.GetStepId()), withoutMarks(step.GetFacts()))
		if strings.TrimSpace(step.GetWords()) != "" {
			step.Facts[factExplained] = "true"
		}
	}
	if item := clean.GetRecordItem(); item != nil {
		item.Facts = figures.Normalise(input.GetItems().GetFacts(), withoutMarks(item.GetFacts()))
		if strings.TrimSpace(item.GetWords()) != "" {
			item.Facts[factExplained] = "true"
		}
	}
	if correction := clean.GetCorrect(); correction != nil {
		policies := factsOf(input, correction.GetStepId())
		if strings.HasPrefix(correction.GetStepId(), itemStep) {
			policies = input.GetItems().GetFacts()
		}
		correction.Facts = figures.Normalise(policies, withoutMarks(correction.GetFacts()))
		if strings.HasPrefix(correction.GetStepId(), itemStep) && strings.TrimSpace(correction.GetWords()) != "" {
			correction.Facts[factExplained] = "true" // what is corrected is why the item is late, as where it was entered
		}
	}
	if transfer := clean.GetTransfer(); transfer != nil && transfer.GetSuccessorCaseId() == "" {
		transfer.SuccessorCaseId = input.GetObligationId() + "/" + transfer.GetSuccessorUnitId() + "/" + input.GetPeriodId()
	}
	return clean
}

// factExplained is the mark by which a case learns that a deviation from a rule was explained; the
// explanation itself stays here.
const factExplained = "explained"

// withoutMarks leaves out the facts that nobody hands in: reports and the case set them.
func withoutMarks(facts map[string]string) map[string]string {
	kept := map[string]string{}
	for key, value := range facts {
		if key != factExplained && key != ladder.FactJudgedBy {
			kept[key] = value
		}
	}
	return kept
}

// factsOf are the figures a step asks for.
func factsOf(input *casefilev1.CaseInput, stepID string) []*casefilev1.FactPolicy {
	for _, step := range input.GetSteps() {
		if step.GetId() == stepID {
			return step.GetFacts()
		}
	}
	return nil
}
