package portal

import (
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// phoneCall notes a telephone call about a case: with whom, when, what was said and what was agreed. It changes no state.
var phoneCall = actForm{
	slug: "cuoc-goi", title: "Ghi cuộc gọi", button: "Lưu cuộc gọi", short: "Ghi cuộc gọi",
	by: anyOf(ofTheUnit, reviewing, administering),
	when: func(v *caseView) bool {
		return !v.in(casefilev1.State_STATE_EXEMPTED, casefilev1.State_STATE_WITHDRAWN, casefilev1.State_STATE_SUCCEEDED)
	},
	effect: always("Cuộc gọi nằm trong lịch sử hồ sơ và không đổi trạng thái, thời hạn."),
	fields: func(v *caseView) []field {
		return []field{
			{Name: "spoke_with", Label: "Người trao đổi", Hint: "Ví dụ: đồng chí Trần Thị Bình, Chủ tịch UBND xã", Kind: "text", Required: true},
			{Name: "on", Label: "Ngày gọi", Kind: "day", Value: v.today.Vietnamese(), Required: true},
			{Name: "words", Label: "Nội dung trao đổi", Kind: "area", Required: true},
			{Name: "next_day", Label: "Ngày hẹn tiếp theo", Hint: "Ví dụ: 28/12/2026", Kind: "day"},
		}
	},
	read: func(act *casefilev1.Act, in *inputs) {
		act.Kind = &casefilev1.Act_Note{Note: &casefilev1.Note{
			Kind: contract.NotePhoneCall, SpokeWith: in.need("spoke_with", "Người trao đổi"), On: in.needDay("on", "Ngày gọi"), Words: in.need("words", "Nội dung trao đổi"), NextDay: in.day("next_day"),
		}}
	},
	done: said("Đã lưu cuộc gọi."),
}
