package portal

import (
	"context"
	"slices"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// opinion is what a person wrote with an act: why a case came back, why it is late, a note.
type opinion struct{ At, Who, Did, Words string }

// opinions are the words of the case's acts, newest first; the page goes on without them.
func (p *portal) opinions(ctx context.Context, v *caseView) []opinion {
	acts, err := p.listActs(ctx, v.GetId())
	if err != nil {
		p.logWarning("acts not read", err)
		return nil
	}
	var said []*reportsv1.StoredAct
	var people []string
	for _, stored := range acts {
		if did, words := opinionOf(stored.GetAct()); did != "" && words != "" && stored.GetOutcome().GetRefusal() == nil {
			said, people = append(said, stored), append(people, stored.GetAct().GetOfficialId())
		}
	}
	names, err := p.names(ctx, people)
	if err != nil {
		names = map[string]string{}
	}
	var list []opinion
	for _, stored := range said {
		did, words := opinionOf(stored.GetAct())
		who := stored.GetAct().GetOfficialId()
		if names[who] != "" {
			who = names[who]
		}
		list = append(list, opinion{instant(stored.GetStoredAt()), who, did, words})
	}
	slices.Reverse(list)
	return list
}

func opinionOf(act *casefilev1.Act) (did, words string) {
	switch kind := act.GetKind().(type) {
	case *casefilev1.Act_Return:
		reasons := make([]string, len(kind.Return.GetReasons()))
		for i, code := range kind.Return.GetReasons() {
			reasons[i] = lowerFirst(returnReason(code))
		}
		return "trả lại hồ sơ (" + strings.Join(reasons, "; ") + ")", kind.Return.GetWords()
	case *casefilev1.Act_Accept:
		if kind.Accept.GetLimited() {
			return "xác nhận, còn hạn chế", kind.Accept.GetWords()
		}
		return "xác nhận hồ sơ", kind.Accept.GetWords()
	case *casefilev1.Act_Explain:
		return "báo cáo nguyên nhân chậm", kind.Explain.GetWords()
	case *casefilev1.Act_RequestExtension:
		return "đề nghị gia hạn đến " + day(kind.RequestExtension.GetDay()), kind.RequestExtension.GetWords()
	case *casefilev1.Act_DecideExtension:
		if kind.DecideExtension.GetGranted() {
			return "gia hạn đến " + day(kind.DecideExtension.GetDay()) + " theo " + kind.DecideExtension.GetDocument(), kind.DecideExtension.GetWords()
		}
		return "không đồng ý gia hạn", kind.DecideExtension.GetWords()
	case *casefilev1.Act_Recall:
		return "rút lại hồ sơ đã nộp", kind.Recall.GetWords()
	case *casefilev1.Act_Withdraw:
		return "thu hồi hồ sơ", kind.Withdraw.GetWords()
	case *casefilev1.Act_Revoke:
		if kind.Revoke.GetWhat() == "extension" {
			return "hủy gia hạn theo " + kind.Revoke.GetDocument(), kind.Revoke.GetWords()
		}
		return "hủy tạm dừng do báo cáo nguyên nhân chậm", kind.Revoke.GetWords()
	case *casefilev1.Act_Amend:
		return "áp dụng quy định mới cho hồ sơ theo " + kind.Amend.GetDocument(), kind.Amend.GetWords()
	case *casefilev1.Act_Correct:
		return "đính chính", kind.Correct.GetWords()
	case *casefilev1.Act_Submit:
		return "nộp hồ sơ", kind.Submit.GetWords()
	case *casefilev1.Act_RecordStep:
		return "ghi kết quả bước", kind.RecordStep.GetWords()
	case *casefilev1.Act_Note:
		if kind.Note.GetKind() == contract.NoteSignedCopy {
			return "", "" // has a place of its own on the page
		}
		return noted(kind.Note), kind.Note.GetWords()
	default:
		return "", ""
	}
}

// noted names a note; a telephone call with whom and when it was, and the day agreed.
func noted(note *casefilev1.Note) string {
	if note.GetKind() != contract.NotePhoneCall {
		return "ghi chú"
	}
	text := "ghi lại cuộc gọi ngày " + day(note.GetOn()) + " với " + note.GetSpokeWith()
	if next := note.GetNextDay(); next != "" {
		text += ", hẹn ngày " + day(next)
	}
	return text
}
