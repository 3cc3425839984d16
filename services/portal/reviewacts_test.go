package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

func TestAPhoneCallIsNotedWithWhomWhenAndWhatWasAgreed(t *testing.T) {
	h := newHouse(t)
	b, path := serve(t, h).as(t, "o-cuc"), caseURL(khoaiChauCase)+"/viec/cuoc-goi"
	form := b.get(path)
	require.Equal(t, "24/12/2026", form.value("[name=on]"), "today, unless it was another day")
	bare := b.post(path, url.Values{"act_id": {form.value("[name=act_id]")}, "next_day": {"31/02/2027"}})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Equal(t, 4, bare.Find(".summary li").Length(), "whom, when, what, and the day that does not exist")
	require.Equal(t, "31/02/2027", bare.value("[name=next_day]"))
	done := b.post(path, url.Values{"act_id": {form.value("[name=act_id]")}, "on": {"23/12/2026"}, "spoke_with": {"đồng chí Bình"}, "words": {"Biên bản đang ký"}, "next_day": {"28/12/2026"}})
	require.Equal(t, "Đã lưu cuộc gọi.", done.words(".banner"))
	noted := h.acts[0].GetAct().GetNote()
	require.Equal(t, []string{contract.NotePhoneCall, "2026-12-23", "đồng chí Bình", "2026-12-28", "Biên bản đang ký"}, []string{noted.GetKind(), noted.GetOn(), noted.GetSpokeWith(), noted.GetNextDay(), noted.GetWords()})
	require.Contains(t, done.words(".opinions"), "Lê Thị Cúc ghi lại cuộc gọi ngày 23/12/2026 với đồng chí Bình, hẹn ngày 28/12/2026, 09:00 ngày 24/12/2026: Biên bản đang ký")
}

func TestTheGroundOfBeingLeftOutIsChosenFromTheObligations(t *testing.T) {
	h := newHouse(t)
	b, path := serve(t, h).as(t, "o-cuc"), caseURL(khoaiChauCase)+"/viec/khong-thuoc-doi-tuong"
	form := b.get(path)
	offered := form.Find("[name=ground]")
	require.Greater(t, offered.Length(), 1)
	require.Equal(t, otherLaw, offered.Last().AttrOr("value", ""))
	require.Contains(t, form.words("#f-ground"), "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15")
	send := func(ground string, more url.Values) seen {
		values := url.Values{"act_id": {newActID()}, "ground": {ground}, "document": {"15/CV-BTGDV"}}
		for name, several := range more {
			values[name] = several
		}
		return b.post(path, values)
	}
	forged := send("R99-khong-co", nil)
	require.Equal(t, http.StatusUnprocessableEntity, forged.status)
	require.Contains(t, forged.words("#e-ground"), "Chưa chọn căn cứ pháp luật.")
	first := offered.First().AttrOr("value", "")
	send(first, url.Values{"law": {"Luật giả"}, "article": {"Điều 0"}})
	sent := h.acts[0].GetAct().GetExempt()
	require.Equal(t, first, sent.GetGround().GetRuleId())
	require.NotContains(t, sent.GetGround().GetDocument(), "giả", "the catalogue says what the law is, not the form")
	send(otherLaw, url.Values{"law": {"Luật số 11/2023/QH15"}, "article": {"Điều 5"}})
	require.Equal(t, "Luật số 11/2023/QH15", h.acts[1].GetAct().GetExempt().GetGround().GetDocument())
	require.Equal(t, "R", h.acts[1].GetAct().GetExempt().GetGround().GetConfidence(), "typed, so not checked against the original")
}

func TestEveryDeclaredReasonOfAReturnIsOfferedAndTold(t *testing.T) {
	h := newHouse(t)
	h.handIn(khoaiChauCase)
	b, path := serve(t, h).as(t, "o-cuc"), caseURL(khoaiChauCase)+"/viec/tra-lai"
	form := b.get(path)
	require.Equal(t, len(contract.ReturnReasons), form.Find("[name=reasons]").Length())
	require.Contains(t, form.words("main"), "Để trống: 5 ngày làm việc")
	values := url.Values{"act_id": {newActID()}, "words": {"Bổ sung chữ ký"}}
	for _, reason := range contract.ReturnReasons {
		values.Add("reasons", reason.Code)
	}
	done := b.post(path, values)
	require.Contains(t, done.words(".opinions"), "trả lại hồ sơ (thiếu minh chứng; minh chứng không đúng nội dung; số liệu không khớp; chưa đúng thẩm quyền ký; lý do khác)")
}

func TestAPaperCountsFromTheDayItArrived(t *testing.T) {
	h := newHouse(t)
	c := h.cases[khoaiChauCase]
	c.State.DueDay = "2026-12-22"
	b, path := serve(t, h).as(t, "o-cuc"), caseURL(khoaiChauCase)+"/viec/van-ban-giay"
	require.Contains(t, b.get(path).words(".lead"), "Hồ sơ tính là nộp vào ngày văn bản đến, không phải ngày nhập.")
	b.post(path, url.Values{"act_id": {newActID()}, "received": {"21/12/2026"}, "number": {"145/BC-UBND"}})
	require.Equal(t, "2026-12-21", h.acts[0].GetAct().GetSubmit().GetPaperReceivedOn())
	c.State.State, c.State.PaperReceivedOn, c.State.SubmittedAt = casefilev1.State_STATE_SUBMITTED, "2026-12-21", "2026-12-24T02:00:00Z"
	page := b.get(caseURL(khoaiChauCase))
	require.NotContains(t, page.words(".under"), "Quá hạn")
}
