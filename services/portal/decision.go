package portal

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// decisionOf is what an act decided upon a case, after which it no longer is where a person's page shows it; empty for any other act.
func decisionOf(act *casefilev1.Act) string {
	switch kind := act.GetKind().(type) {
	case *casefilev1.Act_Accept:
		if kind.Accept.GetLimited() {
			return "xác nhận hồ sơ, còn hạn chế"
		}
		return "xác nhận hồ sơ"
	case *casefilev1.Act_Return:
		return "trả lại hồ sơ"
	case *casefilev1.Act_Submit:
		if kind.Submit.GetPaperReceivedOn() != "" {
			return "nhập hồ sơ nhận bằng văn bản giấy"
		}
		return "nộp hồ sơ"
	case *casefilev1.Act_Recall:
		return "rút lại hồ sơ"
	case *casefilev1.Act_Withdraw:
		return "thu hồi hồ sơ"
	case *casefilev1.Act_Transfer:
		return "chuyển hồ sơ cho đơn vị kế thừa"
	case *casefilev1.Act_Exempt:
		return "ghi nhận không thuộc đối tượng"
	case *casefilev1.Act_DecideExtension:
		if kind.DecideExtension.GetGranted() {
			return "gia hạn hồ sơ"
		}
		return "không đồng ý gia hạn"
	default:
		return ""
	}
}

// decision is the last act that decided upon the case, as a sentence: who, what, when. Empty while nobody has, or when it cannot be read.
func (p *portal) decision(ctx context.Context, caseID string) string {
	acts, err := p.listActs(ctx, caseID)
	if err != nil {
		p.logWarning("acts not read", err)
		return ""
	}
	var last *reportsv1.StoredAct
	for _, stored := range acts {
		if decisionOf(stored.GetAct()) != "" && stored.GetOutcome() != nil && stored.GetOutcome().GetRefusal() == nil {
			last = stored
		}
	}
	if last == nil {
		return ""
	}
	who := last.GetAct().GetOfficialId()
	if names, err := p.names(ctx, []string{who}); err == nil && names[who] != "" {
		who = names[who]
	}
	return fmt.Sprintf("%s đã %s lúc %s.", who, decisionOf(last.GetAct()), instant(last.GetStoredAt()))
}

// withDecision adds to the sentence that the case is in another state by now who decided, what and when.
func (p *portal) withDecision(ctx context.Context, caseID, sentence string) string {
	if decided := p.decision(ctx, caseID); decided != "" {
		return strings.TrimSuffix(sentence, ".") + ". " + decided
	}
	return sentence
}

// refusedAct turns the refusal of an act into sentences above its form. The second of two people who act upon one case reads what the
// first one did; what he typed stays.
func (p *portal) refusedAct(ctx context.Context, v *caseView, err error) sent {
	answer := p.refused(err)
	if wire.RefusalOf(err).GetCode() != contract.CodeWrongState {
		return answer
	}
	answer.status = http.StatusConflict
	for i := range answer.faults {
		if answer.faults[i].Field == "" {
			answer.faults[i].Text = p.withDecision(ctx, v.GetId(), answer.faults[i].Text)
			break
		}
	}
	return answer
}
