package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// act tells an act from the whole stored act and from what the case answered.
func (t *teller) act(h *Happening) text {
	before := t.state
	if state := h.Outcome.GetState(); state != nil {
		t.state = state
	}
	act := t.words.whole(h.Act)
	if refusal := h.Outcome.GetRefusal(); refusal != nil {
		return both(text{"%s gửi một việc nhưng hồ sơ không nhận: %s", "%s sent an act and the case refused it: %s"},
			t.words.who(act).args(), [2]any{refusal.GetTextVi(), refusal.GetTextEn()})
	}
	sentence := t.deed(act, h.Act, before, t.state)
	if h.Outcome == nil {
		return sentence.join(text{"Hồ sơ chưa trả lời.", "The case has not answered yet."})
	}
	if amended := act.GetAmend().GetInput(); amended != nil {
		t.input = amended // from here on the case is told by its new snapshot
	}
	return sentence.join(t.passedAfterReview(act, before, t.state))
}

// deed is the sentence of the act; told is the act with its words, sent the one that was delivered.
func (t *teller) deed(told, sent *casefilev1.Act, before, after_ *casefilev1.CaseState) text {
	who, whoFor := t.words.who(told), t.words.whoFor(told)
	switch kind := told.GetKind().(type) {
	case *casefilev1.Act_RecordStep:
		return t.recorded(who, kind.RecordStep, before, after_)
	case *casefilev1.Act_Submit:
		return t.submitted(who, kind.Submit, after_)
	case *casefilev1.Act_Recall:
		return after(both(text{"%s rút lại hồ sơ đã nộp", "%s recalled the submission"}, who.args()), kind.Recall.GetWords())
	case *casefilev1.Act_Accept:
		return t.accepted(whoFor, kind.Accept, after_)
	case *casefilev1.Act_Return:
		return t.returned(whoFor, kind.Return, after_)
	case *casefilev1.Act_Explain:
		return t.explained(who, kind.Explain)
	case *casefilev1.Act_RequestExtension:
		return after(both(text{"%s đề nghị gia hạn đến %s", "%s asked for an extension to %s"}, who.args(), day(kind.RequestExtension.GetDay())), kind.RequestExtension.GetWords())
	case *casefilev1.Act_DecideExtension:
		return t.decided(whoFor, kind.DecideExtension, before, after_)
	case *casefilev1.Act_Exempt:
		return t.exempted(told, kind.Exempt)
	case *casefilev1.Act_Transfer:
		return t.transferred(told, kind.Transfer, after_)
	case *casefilev1.Act_Withdraw:
		stem := both(text{"%s thu hồi hồ sơ mở nhầm", "%s withdrew the case, opened by mistake"}, who.args())
		return after(byDocument(stem, kind.Withdraw.GetDocument()), kind.Withdraw.GetWords())
	case *casefilev1.Act_Correct:
		return t.corrected(who, kind.Correct)
	case *casefilev1.Act_Note:
		return noted(who, kind.Note)
	case *casefilev1.Act_ShiftClock:
		return shifted(who, kind.ShiftClock)
	case *casefilev1.Act_Seal:
		return t.sealed(told, kind.Seal)
	case *casefilev1.Act_RecordItem:
		return t.itemRecorded(who, kind.RecordItem, before, after_)
	case *casefilev1.Act_TakeOver:
		return t.takenOver(who, kind.TakeOver, after_)
	case *casefilev1.Act_Amend:
		return t.amended(who, kind.Amend, before, after_)
	case *casefilev1.Act_Revoke:
		return revoked(whoFor, kind.Revoke, after_)
	default:
		return both(text{"%s làm một việc với hồ sơ (mã %s).", "%s acted upon the case (%s)."}, who.args(), same(sent.GetActId()))
	}
}

func (t *teller) recorded(who text, act *casefilev1.RecordStep, before, now *casefilev1.CaseState) text {
	record := recordOf(now, act.GetStepId())
	var parts text
	if held := record.GetHeldOn(); held != "" {
		parts = both(text{"ngày diễn ra %s", "held on %s"}, day(held))
	} else if act.GetHeldOn() != "" {
		parts = both(text{"ngày diễn ra %s", "held on %s"}, day(act.GetHeldOn()))
	}
	parts = listed(parts, t.facts(act.GetStepId(), act.GetFacts()), t.files(act.GetFileIds()))
	form := text{"%s ghi kết quả bước %s", "%s recorded the step %s"}
	if t.isSection(act.GetStepId()) {
		form = text{"%s ghi phần %s của báo cáo", "%s recorded the section %s of the report"}
	}
	stem := both(form, who.args(), t.stepTitle(act.GetStepId()).args())
	sentence := text{strings.TrimSuffix(stem.vi+": "+parts.vi, ": ") + ".", strings.TrimSuffix(stem.en+": "+parts.en, ": ") + "."}
	if words := said(act.GetWords()); words != "" {
		sentence = sentence.join(both(text{"Giải trình: %s.", "Explanation: %s."}, same(words)))
	}
	if record.GetOutcome() == "no-quorum" {
		sentence = sentence.join(noQuorum(record))
	}
	if now.GetBallot() && !before.GetBallot() {
		sentence = sentence.join(text{"Hai lần triệu tập không đủ thành phần; chuyển sang phát phiếu lấy ý kiến toàn thể.",
			"Two convocations lacked their quorum; everyone is asked by ballot."})
	}
	return sentence
}

func noQuorum(record *casefilev1.StepRecord) text {
	return both(text{"Hội nghị ngày %s không đủ thành phần (%s/%s người); phải triệu tập lần hai.",
		"The conference of %s lacked its quorum (%s of %s); it must be convened again."},
		day(record.GetHeldOn()), same(record.GetFacts()["present"]), same(record.GetFacts()["summoned"]))
}

func recordOf(state *casefilev1.CaseState, stepID string) *casefilev1.StepRecord {
	for _, record := range state.GetSteps() {
		if record.GetStepId() == stepID {
			return record
		}
	}
	return nil
}

// listed joins the parts that are there with semicolons.
func listed(parts ...text) text {
	var vi, en []string
	for _, part := range parts {
		if part.vi != "" {
			vi, en = append(vi, part.vi), append(en, part.en)
		}
	}
	return text{strings.Join(vi, "; "), strings.Join(en, "; ")}
}

// facts are the figures in the order in which the step asks for them.
func (t *teller) facts(stepID string, facts map[string]string) text {
	return factWords(t.factPolicies(stepID), facts)
}

func factWords(policies []*casefilev1.FactPolicy, facts map[string]string) text {
	var parts []text
	for _, policy := range policies {
		value := facts[policy.GetKey()]
		if value == "" {
			continue
		}
		shown := same(value)
		switch {
		case policy.GetKind() == "day":
			shown = day(value)
		case policy.GetKind() == "text": // its words stand with the case; what the history holds is their sum
			shown = [2]any{"(đã nhập nội dung)", "(words were entered)"}
		case policy.GetUnitVi() != "":
			shown = [2]any{value + " " + policy.GetUnitVi(), value + " " + policy.GetUnitEn()}
		}
		parts = append(parts, both(text{"%s %s", "%s %s"}, [2]any{lowered(policy.GetTitleVi()), lowered(policy.GetTitleEn())}, shown))
	}
	return listed(parts...)
}

// files are the evidence with names and check codes, or their number when nobody knows them.
func (t *teller) files(ids []string) text {
	if len(ids) == 0 {
		return text{}
	}
	names := make([]string, 0, len(ids))
	namesEN := make([]string, 0, len(ids))
	for _, id := range ids {
		file, known := t.words.Files[id]
		if !known {
			return both(text{"%d minh chứng", "%d pieces of evidence"}, same(len(ids)))
		}
		names = append(names, fmt.Sprintf("%s, %s, mã kiểm tra %s", file.Name, bytesOf(file.Size), check(file.SHA256)))
		namesEN = append(namesEN, fmt.Sprintf("%s, %s, check code %s", file.Name, bytesOf(file.Size), check(file.SHA256)))
	}
	return text{"minh chứng " + strings.Join(names, "; "), "evidence " + strings.Join(namesEN, "; ")}
}

func (t *teller) submitted(who text, act *casefilev1.Submit, now *casefilev1.CaseState) text {
	files, figures := slices.Clone(act.GetFileIds()), 0
	for _, record := range now.GetSteps() {
		files = append(files, record.GetFileIds()...)
		for _, policy := range t.factPolicies(record.GetStepId()) {
			if record.GetFacts()[policy.GetKey()] != "" {
				figures++
			}
		}
	}
	sentence := both(text{"%s nộp hồ sơ lần %d: %d minh chứng, %d số liệu.", "%s submitted the case, submission %d: %d pieces of evidence, %d figures."},
		who.args(), same(max(now.GetSubmission(), 1)), same(len(distinct(files))), same(figures))
	if number := act.GetSignedNumber(); number != "" {
		sentence = sentence.join(both(text{"Văn bản số %s.", "Document %s."}, same(number)))
	}
	if paper := act.GetPaperReceivedOn(); paper != "" {
		sentence = sentence.join(both(text{"Bản giấy đến ngày %s.", "The paper arrived on %s."}, day(paper)))
	}
	if words := said(act.GetWords()); words != "" {
		sentence = sentence.join(both(text{"Ghi kèm: %s.", "With the words: %s."}, same(words)))
	}
	return sentence
}

// factPolicies are the figures that a step asks for, or an item, which a correction names as "items/…".
func (t *teller) factPolicies(stepID string) []*casefilev1.FactPolicy {
	if strings.HasPrefix(stepID, "items/") {
		return t.input.GetItems().GetFacts()
	}
	for _, step := range t.input.GetSteps() {
		if step.GetId() == stepID {
			return step.GetFacts()
		}
	}
	return nil
}

func (t *teller) accepted(who text, act *casefilev1.Accept, now *casefilev1.CaseState) text {
	how := text{"hoàn thành đúng hạn", "done in time"}
	if late := now.GetLateWorkingDays(); late > 0 {
		how = both(text{"hoàn thành quá hạn %d ngày làm việc", "done %d working days late"}, same(late))
	}
	sentence := both(text{"%s xác nhận hồ sơ: %s", "%s accepted the case: %s"}, who.args(), how.args())
	if act.GetLimited() {
		return after(both(text{"%s, còn hạn chế", "%s, with limitations"}, sentence.args()), act.GetWords())
	}
	sentence = text{sentence.vi + ".", sentence.en + "."}
	if words := said(act.GetWords()); words != "" {
		sentence = sentence.join(both(text{"Ghi kèm: %s.", "With the words: %s."}, same(words)))
	}
	return sentence
}

// noted tells a note; of a telephone call with whom it was and what was agreed.
func noted(who text, act *casefilev1.Note) text {
	if act.GetKind() == contract.NoteSignedCopy {
		return becameRecord(who, act)
	}
	if act.GetKind() != contract.NotePhoneCall {
		return after(both(text{"%s ghi chú", "%s noted"}, who.args()), act.GetWords())
	}
	stem := both(text{"%s ghi lại cuộc gọi ngày %s", "%s noted a telephone call of %s"}, who.args(), day(act.GetOn()))
	if with := said(act.GetSpokeWith()); with != "" {
		stem = both(text{"%s với %s", "%s with %s"}, stem.args(), same(with))
	}
	sentence := after(stem, act.GetWords())
	if act.GetNextDay() == "" {
		return sentence
	}
	return sentence.join(both(text{"Hẹn ngày %s.", "Agreed: %s."}, day(act.GetNextDay())))
}

// becameRecord tells that a signed copy is the version of record; the note's words are its number and symbol.
func becameRecord(who text, act *casefilev1.Note) text {
	stem := both(text{"%s lưu bản đã ký", "%s filed the signed copy"}, who.args())
	if number := said(act.GetWords()); number != "" {
		stem = both(text{"%s số %s", "%s no. %s"}, stem.args(), same(number))
	}
	return both(text{"%s ngày %s; đây là bản chính thức.", "%s of %s; it is the version of record."}, stem.args(), day(act.GetOn()))
}

func (t *teller) returned(who text, act *casefilev1.Return, now *casefilev1.CaseState) text {
	var vi, en []string
	for _, reason := range act.GetReasons() {
		if declared, known := contract.ReturnReasonOf(reason); known {
			vi, en = append(vi, lowered(declared.VI)), append(en, declared.EN)
		}
	}
	if words := said(act.GetWords()); words != "" {
		vi, en = append(vi, words), append(en, words)
	}
	due := now.GetDueDay()
	return both(text{"%s trả lại hồ sơ: %s. Hạn nộp lại %s.", "%s returned the case: %s. To be submitted again by %s."},
		who.args(), [2]any{strings.Join(vi, "; "), strings.Join(en, "; ")}, day(due))
}

func (t *teller) explained(who text, act *casefilev1.Explain) text {
	stem := both(text{"%s báo cáo nguyên nhân chậm", "%s explained the delay"}, who.args())
	sentence := after(byDocument(stem, act.GetDocument()), act.GetWords())
	if act.GetExpectedDay() == "" {
		return sentence
	}
	return sentence.join(both(text{"Dự kiến hoàn thành %s.", "Expected on %s."}, day(act.GetExpectedDay())))
}

func (t *teller) decided(who text, act *casefilev1.DecideExtension, before, now *casefilev1.CaseState) text {
	if !act.GetGranted() {
		return after(both(text{"%s không đồng ý gia hạn", "%s refused the extension"}, who.args()), act.GetWords()).
			join(both(text{"Hạn giữ nguyên %s.", "The due date stays %s."}, day(before.GetDueDay())))
	}
	sentence := both(text{"%s gia hạn từ %s đến %s", "%s extended from %s to %s"}, who.args(), day(before.GetDueDay()), day(now.GetDueDay()))
	return after(byDocument(sentence, act.GetDocument()), act.GetWords())
}

// exempted: nobody exempts from law; an office records that the law does not ask the unit.
func (t *teller) exempted(told *casefilev1.Act, act *casefilev1.Exempt) text {
	sentence := both(text{"%s không thuộc đối tượng thực hiện %s kỳ %s theo %s; %s ghi nhận", "%s does not owe %s for %s by %s; recorded by %s"},
		t.words.unit(t.input.GetUnitId()).args(), t.title(), periodWords(t.input.GetPeriodId()), same(groundWords(act.GetGround())), t.words.unit(told.GetActingUnitId()).args())
	at, err := time.Parse(time.RFC3339Nano, told.GetAt())
	if err == nil {
		sentence = both(text{"%s ngày %s", "%s on %s"}, sentence.args(), dayOfInstant(at.Format(time.RFC3339)))
	}
	if act.GetDocument() != "" {
		sentence = both(text{"%s (%s)", "%s (%s)"}, sentence.args(), same(said(act.GetDocument())))
	}
	return text{sentence.vi + "; không tính vào mẫu số.", sentence.en + "; left out of the denominator."}
}

func (t *teller) corrected(who text, act *casefilev1.Correct) text {
	what := listed(text{said(act.GetWords()), said(act.GetWords())}, t.facts(act.GetStepId(), act.GetFacts()), t.files(act.GetFileIds()))
	stem := byDocument(both(text{"%s đính chính sau khi xác nhận", "%s corrected after acceptance"}, who.args()), act.GetDocument())
	return both(text{"%s: %s; bản trước vẫn được lưu.", "%s: %s; the earlier version is kept."}, stem.args(), what.args())
}

func shifted(who text, act *casefilev1.ShiftClock) text {
	span := time.Duration(act.GetSeconds()) * time.Second
	days, hours := int(span/(24*time.Hour)), int(span%(24*time.Hour)/time.Hour)
	return both(text{"%s chuyển đồng hồ của hồ sơ chạy thử thêm %d ngày %d giờ.", "%s moved the clock of this demonstration by %d days and %d hours."},
		who.args(), same(days), same(hours))
}

func (t *teller) sealed(told *casefilev1.Act, act *casefilev1.Seal) text {
	who := t.words.unit(told.GetActingUnitId())
	if who.vi == "" {
		who = t.words.who(told)
	}
	sentence := byDocument(both(text{"%s khóa kỳ", "%s sealed the period"}, who.args()), act.GetDocument())
	return text{sentence.vi + "; hồ sơ không nhận thêm việc nào.", sentence.en + "; the case takes no more acts."}
}

// lowered lets a title's capital fall inside a sentence, unless it opens an abbreviation.
func lowered(title string) string {
	letters := []rune(title)
	if len(letters) < 2 || strings.ToUpper(string(letters[1])) == string(letters[1]) && letters[1] != ' ' {
		return title
	}
	return strings.ToLower(string(letters[0])) + string(letters[1:])
}
