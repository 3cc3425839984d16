package history

import (
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// amended tells why a case is decided by a new snapshot, and which of its days moved.
func (t *teller) amended(who text, act *casefilev1.Amend, before, now *casefilev1.CaseState) text {
	moved := t.moved(act.GetInput(), before, now)
	var stem text
	switch act.GetReason() {
	case "calendar":
		if before.GetDueDay() != now.GetDueDay() {
			first := both(text{"Tính lại hạn vì bảng ngày nghỉ thay đổi: từ %s thành %s.", "Reckoned anew because the table of days off changed: from %s to %s."},
				day(before.GetDueDay()), day(now.GetDueDay()))
			return first.join(t.movedSteps(act.GetInput()))
		}
		return text{"Tính lại vì bảng ngày nghỉ thay đổi.", "Reckoned anew because the table of days off changed."}.join(moved)
	case "settings":
		stem = both(text{"%s áp dụng thiết lập hiện hành của tỉnh cho hồ sơ này", "%s put the province's present settings into this case"}, who.args())
	default:
		stem = both(text{"%s áp dụng danh mục phiên bản %s cho hồ sơ này", "%s put catalogue version %s into this case"}, who.args(), same(act.GetInput().GetCatalogueVersion()))
	}
	return after(byDocument(stem, act.GetDocument()), act.GetWords()).join(moved)
}

// moved tells the due day, moved or not, and the steps whose days moved with the new snapshot.
func (t *teller) moved(input *casefilev1.CaseInput, before, now *casefilev1.CaseState) text {
	sentence := both(text{"Hạn giữ nguyên %s.", "The due date stays %s."}, day(now.GetDueDay()))
	if before.GetDueDay() != now.GetDueDay() {
		sentence = both(text{"Hạn chuyển từ %s thành %s.", "The due date moves from %s to %s."}, day(before.GetDueDay()), day(now.GetDueDay()))
	}
	return sentence.join(t.movedSteps(input))
}

func (t *teller) movedSteps(input *casefilev1.CaseInput) text {
	was := map[string]string{}
	for _, step := range t.input.GetSteps() {
		was[step.GetId()] = step.GetDue().GetDay()
	}
	var sentence text
	for _, step := range input.GetSteps() {
		old, is := was[step.GetId()], step.GetDue().GetDay()
		if old == is || old == "" || is == "" || old == t.input.GetDue().GetDay() && is == input.GetDue().GetDay() {
			continue // a step that is due with the case moved with it
		}
		sentence = sentence.join(both(text{"Hạn bước %s: từ %s thành %s.", "Due date of the step %s: from %s to %s."}, t.stepTitle(step.GetId()).args(), day(old), day(is)))
	}
	return sentence
}

// revoked tells that an extension or an explanation was taken back.
func revoked(who text, act *casefilev1.Revoke, now *casefilev1.CaseState) text {
	if act.GetWhat() == "explanation" {
		return after(byDocument(both(text{"%s thu hồi báo cáo nguyên nhân chậm", "%s took back the explanation of the delay"}, who.args()), act.GetDocument()), act.GetWords()).
			join(text{"Việc báo cáo cấp trên tiếp tục.", "Escalation goes on."})
	}
	return after(byDocument(both(text{"%s thu hồi gia hạn", "%s revoked the extension"}, who.args()), act.GetDocument()), act.GetWords()).
		join(both(text{"Hạn trở lại %s.", "The due date is %s again."}, day(now.GetDueDay())))
}

// Reinstated is the sentence at the end of a case whose ending was undone. No event of its own history tells it: the case had closed.
func Reinstated(words Words, by *casefilev1.Act, newCaseID, document, reason string) Entry {
	sentence := after(byDocument(both(text{"%s khôi phục hồ sơ, tiếp tục ở %s", "%s reinstated the case, which goes on as %s"}, words.who(by).args(), same(newCaseID)), document), reason)
	at, err := time.Parse(time.RFC3339Nano, by.GetAt())
	if err != nil {
		at = time.Time{}
	}
	return Entry{At: at, Kind: KindReinstated, VI: sentence.vi, EN: sentence.en}
}
