package history

import (
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// transferred tells that a case passed to its unit's successor, or that it will as soon as the reviewer has decided.
func (t *teller) transferred(told *casefilev1.Act, act *casefilev1.Transfer, now *casefilev1.CaseState) text {
	if act.GetAfterReview() && now.GetState() != casefilev1.State_STATE_SUCCEEDED {
		return t.planned(act)
	}
	sentence := both(text{"%s chuyển hồ sơ cho đơn vị kế thừa %s từ %s", "%s handed the case to its successor %s on %s"},
		t.words.unit(t.input.GetUnitId()).args(), t.words.unit(act.GetSuccessorUnitId()).args(), dayOfInstant(told.GetAt()))
	sentence = byDocument(sentence, act.GetDocument())
	id := now.GetSuccessorCaseId()
	if id == "" {
		id = act.GetSuccessorCaseId()
	}
	return both(text{"%s; hồ sơ tiếp tục ở %s.", "%s; it goes on as %s."}, sentence.args(), same(id))
}

func (t *teller) planned(act *casefilev1.Transfer) text {
	sentence := both(text{"Hồ sơ đang chờ xác nhận nên ở lại %s đến khi có kết quả; nếu chưa được xác nhận thì chuyển cho đơn vị kế thừa %s",
		"The case is under review and stays with %s until that is decided; unless it is accepted it then passes to the successor %s"},
		t.words.unit(t.input.GetUnitId()).args(), t.words.unit(act.GetSuccessorUnitId()).args())
	sentence = byDocument(sentence, act.GetDocument())
	return text{sentence.vi + ".", sentence.en + "."}
}

// passedAfterReview tells that another act set free a case whose succession was planned.
func (t *teller) passedAfterReview(act *casefilev1.Act, before, now *casefilev1.CaseState) text {
	passed := now.GetState() == casefilev1.State_STATE_SUCCEEDED && before.GetState() != casefilev1.State_STATE_SUCCEEDED
	if !passed || act.GetTransfer() != nil {
		return text{}
	}
	return both(text{"Hồ sơ rời khỏi xác nhận nên chuyển cho đơn vị kế thừa như đã định; hồ sơ tiếp tục ở %s.",
		"The case left review and passes to the successor as planned; it goes on as %s."}, same(now.GetSuccessorCaseId()))
}

// takenOver tells what a case received from a predecessor's: all that was done, or its evidence alone.
func (t *teller) takenOver(who text, act *casefilev1.TakeOver, now *casefilev1.CaseState) text {
	received := t.received(act)
	if act.GetFromUnitId() == t.input.GetUnitId() {
		sentence := byDocument(both(text{"%s khôi phục hồ sơ %s", "%s reinstated case %s"}, who.args(), same(act.GetFromCaseId())), act.GetDocument())
		return both(text{"%s; tiếp tục với %s, hạn %s.", "%s; it goes on with %s, due %s."}, sentence.args(), received.args(), day(now.GetDueDay()))
	}
	from := t.words.unit(act.GetFromUnitId())
	if !act.GetCarry() {
		sentence := byDocument(both(text{"Gộp hồ sơ %s của %s", "Case %s of %s was joined"}, same(act.GetFromCaseId()), from.args()), act.GetDocument())
		return text{sentence.vi + "; minh chứng được liên kết, việc đơn vị cũ đã thực hiện không thay cho đơn vị này.",
			sentence.en + "; its evidence is linked, what the predecessor did does not discharge this unit."}
	}
	sentence := byDocument(both(text{"Tiếp nhận hồ sơ %s của %s", "Case %s of %s was taken over"}, same(act.GetFromCaseId()), from.args()), act.GetDocument())
	return both(text{"%s cùng %s; hạn %s.", "%s with %s; due %s."}, sentence.args(), received.args(), day(now.GetDueDay()))
}

// received counts the steps, items and files that came along.
func (t *teller) received(act *casefilev1.TakeOver) text {
	var files []string
	for _, step := range act.GetSteps() {
		files = append(files, step.GetFileIds()...)
	}
	for _, item := range act.GetItems() {
		files = append(files, item.GetFileIds()...)
	}
	counted := both(text{"%d bước", "%d steps"}, same(len(act.GetSteps())))
	if len(act.GetItems()) > 0 {
		counted = both(text{"%s, %d %s", "%s, %d %s"}, counted.args(), same(len(act.GetItems())), t.itemsWord().args())
	}
	return both(text{"%s, %d minh chứng", "%s, %d pieces of evidence"}, counted.args(), same(len(distinct(files))))
}

func (t *teller) itemsWord() text {
	word := text{lowered(t.input.GetItems().GetTitleVi()), lowered(t.input.GetItems().GetTitleEn())}
	if word.vi == "" || word.en == "" {
		return text{"mục", "items"}
	}
	return word
}

func byDocument(sentence text, document string) text {
	if said(document) == "" {
		return sentence
	}
	return both(text{"%s theo %s", "%s by %s"}, sentence.args(), same(said(document)))
}
