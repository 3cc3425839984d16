package casefile

import (
	"fmt"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/ladder"
)

// What an act may take back.
const (
	revokesExtension   = "extension"
	revokesExplanation = "explanation"
)

func (j judge) revoke(act *casefilev1.Revoke) *casefilev1.Refusal {
	switch act.GetWhat() {
	case revokesExtension:
		if j.state.GetExtended() {
			return nil
		}
		return wire.Refuse(contract.CodeWrongState, "Hồ sơ không có gia hạn nào đang có hiệu lực. Tải lại trang để xem các việc có thể làm.",
			"No extension is in force. Reload the page to see what can be done.").Refusal
	case revokesExplanation:
		if j.state.GetExplainedActId() != "" {
			return nil
		}
		return wire.Refuse(contract.CodeWrongState, "Hồ sơ không có báo cáo nguyên nhân chậm nào đang có hiệu lực. Tải lại trang để xem các việc có thể làm.",
			"No explanation is in force. Reload the page to see what can be done.").Refusal
	default:
		return invalid([]*casefilev1.FieldFault{wire.Field("revoke.what",
			fmt.Sprintf("“%s” không phải là việc hủy bỏ được. Chọn gia hạn hoặc báo cáo nguyên nhân chậm.", act.GetWhat()),
			fmt.Sprintf("“%s” cannot be taken back. Choose the extension or the explanation.", act.GetWhat()))})
	}
}

func (a *applying) revoke(act *casefilev1.Revoke) string {
	if act.GetWhat() == revokesExplanation {
		a.state.ExplainedActId, a.state.PausedUntil = "", ""
		if a.state.GetState() != submitted {
			a.pause()
		}
		return contract.ProgressExplanationRevoked
	}
	a.revokeExtension()
	return contract.ProgressExtensionRevoked
}

// revokeExtension brings the due day back on which the extension found the case, even if it is past: lateness counts from there. Where
// the duty was done meanwhile, the day by which it is judged comes back and the file's stays.
func (a *applying) revokeExtension() {
	s, before := a.state, rungDays(a.input, a.state)
	if !a.dutyExtended() {
		s.DueDay = s.GetDueBeforeExtension()
	}
	if s.GetRound() == 1 && (a.fileDay() == "" || a.dutyExtended()) {
		a.judgeBy(s.GetDueBeforeExtension())
	}
	s.Extended, s.ExtensionActId = false, ""
	a.climbAgain(before)
	a.supersede(nil)
}

// judgeBy has the duty that was done under an extension judged by another day.
func (a *applying) judgeBy(day string) {
	for _, record := range a.state.GetSteps() {
		if record.GetFacts()[ladder.FactJudgedBy] != "" {
			keepFact(record, day)
		}
	}
}
