package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

func TestACaseThatEndedGoesOnByAnotherRecordedAct(t *testing.T) {
	h := newProvince(t)
	h.end(khoaiChauCase, casefilev1.State_STATE_WITHDRAWN)
	s := serve(t, h)
	path := caseURL(khoaiChauCase) + "/lenh/phuc-hoi"
	b := s.as(t, "o-cuc")
	require.Equal(t, 1, b.get(caseURL(khoaiChauCase)).Find(`main .acts a[href="`+path+`"]`).Length())
	form := b.get(path)
	require.Contains(t, form.words(".lead"), "Mở hồ sơ tiếp nối (…/c1) với thời hạn, số liệu và minh chứng như trước.")
	bare := b.post(path, url.Values{"act_id": {form.value("[name=act_id]")}})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Equal(t, "Chưa có lý do. Nhập lý do rồi gửi lại.Chưa có số, ký hiệu văn bản. Nhập số, ký hiệu văn bản rồi gửi lại.", bare.words(".summary ul"), "both at once")
	require.Empty(t, h.reinstated)
	done := b.post(path, url.Values{"act_id": {form.value("[name=act_id]")}, "words": {"Thu hồi nhầm"}, "document": {"15/QĐ-BTGDV"}})
	require.Equal(t, "Hồ sơ tiếp tục ở "+khoaiChauCase+"/c1, đang được mở.", done.words(".banner"))
	require.Equal(t, "Thu hồi nhầm", h.reinstated[0].GetWords())
	require.Equal(t, "15/QĐ-BTGDV", h.reinstated[0].GetDocument())
	require.Zero(t, done.Find(`main .acts a[href="`+path+`"]`).Length(), "once")
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get(path).status)
}

func TestARunningCaseTakesTodaysRulesOnlyWhenSomebodyOrdersIt(t *testing.T) {
	h := newProvince(t)
	s := serve(t, h)
	path := caseURL(khoaiChauCase) + "/lenh/ap-dung-quy-dinh"
	for who, want := range map[string]int{"o-quan": 200, "o-lan": 200, "o-cuc": 403, "o-dung": 403, "o-an": 403} {
		require.Equal(t, want, s.as(t, who).get(path).status, who)
	}
	b := s.as(t, "o-lan")
	bare := b.post(path, url.Values{"act_id": {"a-00000001"}, "reason": {"settings"}, "words": {"Tỉnh đổi thiết lập"}})
	require.Contains(t, bare.words("#e-document"), "Chưa có số, ký hiệu văn bản.")
	require.Equal(t, "Tỉnh đổi thiết lập", bare.words("#f-words"))
	require.Equal(t, 1, bare.Find("[name=reason][value=settings][checked]").Length())
	done := b.post(path, url.Values{"act_id": {"a-00000001"}, "reason": {"settings"}, "words": {"Tỉnh đổi thiết lập"}, "document": {"20/QĐ-BCĐ"}})
	require.Contains(t, done.words(".banner"), "Đang áp dụng quy định hiện hành; kết quả hiện trong lịch sử hồ sơ.")
	require.Equal(t, khoaiChauCase, h.amended[0].GetCaseId())
	require.Equal(t, "settings", h.amended[0].GetReason())
	require.Len(t, h.amended, 1)
}

func TestAnExtensionIsRevokedOnlyWithReasonAndDocument(t *testing.T) {
	h := newProvince(t)
	state := h.cases[khoaiChauCase].GetState()
	state.Extended, state.DueOfLaw, state.DueDay, state.DueBeforeExtension = true, false, "2027-01-15", "2026-12-31"
	s := serve(t, h)
	b, path := s.as(t, "o-cuc"), caseURL(khoaiChauCase)+"/viec/huy-gia-han"
	require.Contains(t, b.get(path).words(".lead"), "Hạn trở lại ngày trước khi gia hạn: thứ Năm, 31/12/2026.")
	require.Equal(t, 2, b.post(path, url.Values{"act_id": {"a-00000001"}}).Find(".summary li").Length())
	done := b.post(path, url.Values{"act_id": {"a-00000001"}, "words": {"Cấp nhầm"}, "document": {"16/CV-BTGDV"}})
	require.Equal(t, "Đã hủy gia hạn hồ sơ "+khoaiChauCase+".", done.words(".banner"))
	require.Equal(t, "extension", h.acts[0].GetAct().GetRevoke().GetWhat())
	require.Equal(t, "16/CV-BTGDV", h.acts[0].GetAct().GetRevoke().GetDocument())
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get(path).status, "the unit cannot")
	require.Contains(t, b.get(caseURL(khoaiChauCase)).words(".opinions"), "Lê Thị Cúc hủy gia hạn theo 16/CV-BTGDV")
}

func TestAPauseIsRevokedWithReasonAndDocument(t *testing.T) {
	h := newProvince(t)
	h.cases[khoaiChauCase].State.PausedBy = "explanation"
	b, path := serve(t, h).as(t, "o-an"), caseURL(khoaiChauCase)+"/viec/huy-giai-trinh"
	require.Equal(t, 2, b.post(path, url.Values{"act_id": {"a-00000001"}}).Find(".summary li").Length())
	b.post(path, url.Values{"act_id": {"a-00000001"}, "words": {"Đã khắc phục"}, "document": {"17/CV-UBND"}})
	require.Equal(t, "explanation", h.acts[0].GetAct().GetRevoke().GetWhat())
}

func TestACaseIsTransferredByAnAdministratorWithTheDecision(t *testing.T) {
	h := newProvince(t)
	s := serve(t, h)
	b, path := s.as(t, "o-quan"), caseURL(khoaiChauCase)+"/viec/chuyen-don-vi"
	bare := b.post(path, url.Values{"act_id": {"a-00000001"}})
	require.Contains(t, bare.words("#e-successor_unit_id"), "Chưa có mã đơn vị kế thừa.")
	require.Contains(t, bare.words("#e-document"), "Chưa có số, ký hiệu văn bản.")
	done := b.post(path, url.Values{"act_id": {"a-00000001"}, "successor_unit_id": {"UBND-12142-2507"}, "document": {"NQ 1234"}})
	require.Equal(t, "Đã chuyển hồ sơ "+khoaiChauCase+" cho đơn vị kế thừa.", done.words(".banner"))
	require.Equal(t, "UBND-12142-2507", h.acts[0].GetAct().GetTransfer().GetSuccessorUnitId())
	require.Equal(t, "administrator", h.acts[0].GetAct().GetActingRole())
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get(path).status)
}

func TestWithdrawingAndLeavingOutAskForADocument(t *testing.T) {
	h := newProvince(t)
	b := serve(t, h).as(t, "o-cuc")
	require.Contains(t, b.post(caseURL(khoaiChauCase)+"/viec/thu-hoi", url.Values{"act_id": {"a-00000001"}, "words": {"Mở nhầm"}}).words("#e-document"), "Chưa có số, ký hiệu văn bản.")
	out := b.post(caseURL(khoaiChauCase)+"/viec/khong-thuoc-doi-tuong", url.Values{"act_id": {"a-00000001"}})
	require.Equal(t, 2, out.Find(".summary li").Length(), "ground, document")
	out = b.post(caseURL(khoaiChauCase)+"/viec/khong-thuoc-doi-tuong", url.Values{"act_id": {"a-00000001"}, "ground": {"khac"}})
	require.Equal(t, 3, out.Find(".summary li").Length(), "law, article, document")
	require.Empty(t, h.acts)
}
