package reports

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

const (
	mostWords    = 4000
	mostDocument = 200
)

// signedNumber is a number and symbol of a document, "15/BC-UBND": it travels to Temporal, so it
// can be nothing else.
var signedNumber = regexp.MustCompile(`^[\p{L}0-9./-]{0,50}[0-9][\p{L}0-9./-]{0,50}$`)

var unitID = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]*$`)

// setting is what an act's fields are judged against.
type setting struct {
	input *casefilev1.CaseInput
	state *casefilev1.CaseState
	files []string // ids of the case's files
	sums  []string // of the answers in words that the case has
	today calendar.Date
}

// judge collects the faults of one act.
type judge struct {
	setting
	faults []*casefilev1.FieldFault
}

// actFaults names every field of an act that is not right, without asking whether the case's
// state or the person's position allows it.
func actFaults(act *casefilev1.Act, against setting) []*casefilev1.FieldFault {
	j := &judge{setting: against}
	switch kind := act.GetKind().(type) {
	case *casefilev1.Act_RecordStep:
		j.recordStep(kind.RecordStep)
	case *casefilev1.Act_Submit:
		j.submit(kind.Submit)
	case *casefilev1.Act_Accept:
		if kind.Accept.GetLimited() {
			j.needed("accept.words", "nội dung còn hạn chế", "what is limited", kind.Accept.GetWords())
		}
	case *casefilev1.Act_Return:
		j.returned(kind.Return)
	case *casefilev1.Act_Explain:
		j.needed("explain.words", "nguyên nhân chậm", "the cause of the delay", kind.Explain.GetWords())
		j.document("explain.document", "Báo cáo nguyên nhân chậm", "An explanation", kind.Explain.GetDocument())
		j.day("explain.expected_day", kind.Explain.GetExpectedDay())
	case *casefilev1.Act_RequestExtension:
		j.neededDay("request_extension.day", "ngày đề nghị gia hạn đến", "the day asked for", kind.RequestExtension.GetDay())
		j.needed("request_extension.words", "lý do gia hạn", "the reason", kind.RequestExtension.GetWords())
	case *casefilev1.Act_DecideExtension:
		j.decideExtension(kind.DecideExtension)
	case *casefilev1.Act_Exempt:
		j.exempt(kind.Exempt)
	case *casefilev1.Act_Transfer:
		j.transfer(kind.Transfer)
	case *casefilev1.Act_Withdraw:
		j.needed("withdraw.words", "lý do thu hồi", "the reason", kind.Withdraw.GetWords())
		j.document("withdraw.document", "Thu hồi hồ sơ", "A withdrawal", kind.Withdraw.GetDocument())
	case *casefilev1.Act_Correct:
		j.correct(kind.Correct)
	case *casefilev1.Act_RecordItem:
		j.recordItem(kind.RecordItem)
	case *casefilev1.Act_TakeOver:
		j.takeOver(kind.TakeOver, act.GetCaseId())
	case *casefilev1.Act_Amend:
		j.amend(kind.Amend, act.GetCaseId())
	case *casefilev1.Act_Revoke:
		j.revoke(kind.Revoke)
	case *casefilev1.Act_Note:
		j.note(kind.Note)
	case *casefilev1.Act_ShiftClock:
		if kind.ShiftClock.GetSeconds() <= 0 {
			j.add("shift_clock.seconds", "Đồng hồ chỉ chuyển được về phía trước. Nhập số giây lớn hơn 0.", "A clock only goes forward. Enter more than 0 seconds.")
		}
	}
	j.texts(act)
	return j.faults
}

func (j *judge) add(field, vi, en string) { j.faults = append(j.faults, wire.Field(field, vi, en)) }

func (j *judge) needed(field, vi, en, value string) {
	if strings.TrimSpace(value) == "" {
		j.faults = append(j.faults, missing(field, vi, en))
	}
}

func (j *judge) day(field, value string) { j.faults = append(j.faults, dayFault(field, value)...) }

func (j *judge) neededDay(field, vi, en, value string) {
	j.needed(field, vi, en, value)
	j.day(field, value)
}

// pastDay is E3: a day on which something was done is not after today.
func (j *judge) pastDay(field, nameVI, nameEN, value string) {
	j.day(field, value)
	day, err := calendar.ParseDate(value)
	if err == nil && day.After(j.today) {
		j.add(field, fmt.Sprintf("%s (%s) sau ngày hôm nay. Nhập ngày đã thực hiện; nếu chưa thực hiện, để trống và lưu nháp.", capital(nameVI), day.Vietnamese()),
			fmt.Sprintf("%s (%s) is after today. Enter the day it was done; if it has not been done, leave it empty and save a draft.", capital(nameEN), day))
	}
}

func (j *judge) step(field, id string) {
	if id == "" {
		j.faults = append(j.faults, missing(field, "bước", "the step"))
		return
	}
	if !j.declared(id) && !j.addedByPattern(id) && !j.namesItem(id) {
		j.add(field, fmt.Sprintf("Hồ sơ này không có bước “%s”. Chọn một bước của hồ sơ.", id), fmt.Sprintf("This case has no step “%s”. Choose one of its steps.", id))
	}
}

func (j *judge) declared(stepID string) bool {
	return slices.ContainsFunc(j.input.GetSteps(), func(s *casefilev1.StepPolicy) bool { return s.GetId() == stepID })
}

// addedByPattern: a conference that twice lacked its quorum goes on by ballot, a step that only the
// case knows; the case itself judges its figures.
func (j *judge) addedByPattern(stepID string) bool {
	return stepID == "ballot" && j.input.GetConference().GetConvocationsBeforeBallot() > 0
}

func (j *judge) filesOfCase(field string, ids []string) {
	for _, id := range ids {
		if !slices.Contains(j.files, id) {
			j.add(field, fmt.Sprintf("Tệp “%s” không thuộc hồ sơ này. Tải tệp lên hồ sơ rồi gửi lại.", id),
				fmt.Sprintf("The file “%s” does not belong to this case. Upload it to the case and send again.", id))
		}
	}
}

func (j *judge) facts(prefix, stepID string, facts map[string]string) {
	j.words(prefix, stepID, facts)
	j.figures(prefix, stepID, facts)
}

func (j *judge) figures(prefix, stepID string, facts map[string]string) {
	if !j.declared(stepID) {
		return
	}
	policies := factsOf(j.input, stepID)
	for _, fault := range figures.CheckFacts(policies, summed(policies, withoutMarks(facts))) {
		j.add(prefix+"."+fault.GetField(), fault.GetTextVi(), fault.GetTextEn())
	}
}

func (j *judge) recordStep(act *casefilev1.RecordStep) {
	j.step("record_step.step_id", act.GetStepId())
	j.pastDay("record_step.held_on", "ngày diễn ra", "the day it was held", act.GetHeldOn())
	j.facts("record_step.facts", act.GetStepId(), act.GetFacts())
	j.filesOfCase("record_step.file_ids", act.GetFileIds())
}

func (j *judge) submit(act *casefilev1.Submit) {
	j.filesOfCase("submit.file_ids", act.GetFileIds())
	j.pastDay("submit.paper_received_on", "ngày nhận bản giấy", "the day the paper arrived", act.GetPaperReceivedOn())
	j.paper(act)
	if number := act.GetSignedNumber(); number != "" && !signedNumber.MatchString(number) {
		j.add("submit.signed_number", fmt.Sprintf("“%s” không phải là số, ký hiệu văn bản. Nhập theo dạng 15/BC-UBND.", number),
			fmt.Sprintf("“%s” is not a document's number and symbol. Enter it as in 15/BC-UBND.", number))
	}
}

// returned holds E26.
func (j *judge) returned(act *casefilev1.Return) {
	if len(act.GetReasons()) == 0 {
		j.add("return.reasons", "Chưa chọn lý do trả lại. Chọn ít nhất một lý do và ghi rõ nội dung cần bổ sung.",
			"No reason is chosen. Choose at least one and say what has to be added.")
	}
	for _, reason := range act.GetReasons() {
		if _, known := contract.ReturnReasonOf(reason); !known {
			j.add("return.reasons", fmt.Sprintf("Không có lý do trả lại “%s”. Chọn lý do trong danh sách.", reason),
				fmt.Sprintf("There is no reason “%s”. Choose one from the list.", reason))
		}
	}
	if slices.Contains(act.GetReasons(), contract.ReturnOther) {
		j.needed("return.words", "nội dung cần bổ sung", "what has to be added", act.GetWords())
	}
	j.laterDay("return.due_day", act.GetDueDay(), j.today)
}

// laterDay is E27: a new due date lies after the one it replaces.
func (j *judge) laterDay(field, value string, than calendar.Date) {
	j.day(field, value)
	day, err := calendar.ParseDate(value)
	if err == nil && !day.After(than) {
		j.add(field, fmt.Sprintf("Hạn mới %s không sau hạn hiện tại %s. Chọn một ngày sau %s.", day.Vietnamese(), than.Vietnamese(), than.Vietnamese()),
			fmt.Sprintf("The new due date %s is not after %s. Choose a later day.", day, than))
	}
}

// decideExtension holds E28.
func (j *judge) decideExtension(act *casefilev1.DecideExtension) {
	if !act.GetGranted() {
		j.needed("decide_extension.words", "lý do không đồng ý", "the reason", act.GetWords())
		return
	}
	if act.GetDay() == "" && j.state.GetExtensionWanted() == "" {
		j.faults = append(j.faults, missing("decide_extension.day", "hạn mới", "the new due date"))
	}
	j.day("decide_extension.day", act.GetDay())
	j.needed("decide_extension.words", "lý do gia hạn", "the reason", act.GetWords())
	j.document("decide_extension.document", "Gia hạn", "An extension", act.GetDocument())
}

func (j *judge) document(field, actVI, actEN, value string) {
	if strings.TrimSpace(value) == "" {
		j.add(field, actVI+" phải có số, ký hiệu văn bản và người có thẩm quyền. Nhập đủ hai mục này.",
			actEN+" needs the number and symbol of a document and who signed it. Enter both.")
	}
}

// exempt: nobody exempts from law; what is recorded is the article that leaves the unit out.
func (j *judge) exempt(act *casefilev1.Exempt) {
	ground := act.GetGround()
	if ground.GetDocument() == "" || ground.GetArticle() == "" || ground.GetConfidence() == "setting" {
		j.add("exempt.ground", "Không thuộc đối tượng phải căn cứ vào điều, khoản của văn bản pháp luật. Nhập văn bản và điều, khoản.",
			"Only an article of law leaves a unit out. Enter the law and its article.")
	}
	j.faults = append(j.faults, tooLong("exempt.ground", "Căn cứ", "The ground",
		ground.GetRuleId()+ground.GetDocument()+ground.GetArticle()+ground.GetConfidence(), mostDocument)...)
	j.document("exempt.document", "Không thuộc đối tượng", "Being left out", act.GetDocument())
}

func (j *judge) transfer(act *casefilev1.Transfer) {
	successor := act.GetSuccessorUnitId()
	if !unitID.MatchString(successor) || successor == j.input.GetUnitId() {
		j.add("transfer.successor_unit_id", fmt.Sprintf("“%s” không phải là mã đơn vị kế thừa. Chọn đơn vị tiếp nhận hồ sơ.", successor),
			fmt.Sprintf("“%s” is not the id of a successor. Choose the unit that takes the case over.", successor))
	}
	if id := act.GetSuccessorCaseId(); id != "" {
		if _, unit, _, err := contract.CaseIDParts(id); err != nil || unit != successor {
			j.faults = append(j.faults, badID("transfer.successor_case_id", id))
		}
	}
	j.needed("transfer.document", "số, ký hiệu văn bản", "the document's number and symbol", act.GetDocument())
}

// correct judges the corrected figures together with those that stay.
func (j *judge) correct(act *casefilev1.Correct) {
	j.step("correct.step_id", act.GetStepId())
	j.filesOfCase("correct.file_ids", act.GetFileIds())
	j.needed("correct.words", "nội dung đính chính", "what is corrected", act.GetWords())
	j.document("correct.document", "Đính chính", "A correction", act.GetDocument())
	if item := j.item(act.GetStepId()); item != nil {
		j.correctItem(act, item)
		return
	}
	whole := map[string]string{}
	for _, step := range j.state.GetSteps() {
		if step.GetStepId() == act.GetStepId() {
			maps.Copy(whole, step.GetFacts())
		}
	}
	maps.Copy(whole, act.GetFacts())
	j.words("correct.facts", act.GetStepId(), act.GetFacts())
	j.figures("correct.facts", act.GetStepId(), whole)
}

// note: of a telephone call it is said with whom and when; the day agreed lies ahead.
func (j *judge) note(act *casefilev1.Note) {
	j.needed("note.words", "nội dung ghi chú", "the note", act.GetWords())
	switch act.GetKind() {
	case "":
	case contract.NotePhoneCall:
		j.needed("note.spoke_with", "người trao đổi", "who was spoken with", act.GetSpokeWith())
		j.needed("note.on", "ngày gọi", "the day of the call", act.GetOn())
	default:
		j.add("note.kind", fmt.Sprintf("Không có loại ghi chú “%s”.", act.GetKind()), fmt.Sprintf("There is no kind of note “%s”.", act.GetKind()))
	}
	j.pastDay("note.on", "ngày gọi", "the day of the call", act.GetOn())
	j.day("note.next_day", act.GetNextDay())
	if next, err := calendar.ParseDate(act.GetNextDay()); err == nil && next.Before(j.today) {
		j.add("note.next_day", fmt.Sprintf("Ngày hẹn (%s) đã qua. Nhập ngày hôm nay hoặc ngày sau đó.", next.Vietnamese()), fmt.Sprintf("The day agreed (%s) has passed. Enter today or a later day.", next))
	}
	j.faults = append(j.faults, tooLong("note.spoke_with", "người trao đổi", "the person", act.GetSpokeWith(), mostDocument)...)
}

// texts judges what every kind of act may carry: words, and a document's number.
func (j *judge) texts(act *casefilev1.Act) {
	message := act.ProtoReflect()
	kind := message.WhichOneof(message.Descriptor().Oneofs().ByName("kind"))
	if kind == nil {
		return
	}
	inner, prefix := message.Get(kind).Message(), string(kind.Name())+"."
	fields := inner.Descriptor().Fields()
	if field := fields.ByName("words"); field != nil {
		j.faults = append(j.faults, tooLong(prefix+"words", "nội dung", "the text", inner.Get(field).String(), mostWords)...)
	}
	if field := fields.ByName("document"); field != nil {
		j.faults = append(j.faults, tooLong(prefix+"document", "số, ký hiệu văn bản", "the document", inner.Get(field).String(), mostDocument)...)
	}
	if hasUnprintable(act) {
		j.add(string(kind.Name()), "Nội dung có ký tự không in được. Nhập lại bằng chữ thường.", "The text holds characters that cannot be printed. Type it again.")
	}
}

// hasUnprintable finds what neither a page nor the database can hold.
func hasUnprintable(message proto.Message) bool {
	text, err := canonical(message)
	return err != nil || strings.Contains(string(text), `\u0000`)
}
