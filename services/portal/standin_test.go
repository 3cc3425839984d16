package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func TestAnAbsenceIsRecordedAndEndedEarly(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	require.Equal(t, "Hôm nay không vắng mặt, không ủy quyền.", b.get("/uy-quyen").words(".lead"))
	bare := b.post("/uy-quyen/vang-mat", url.Values{"from": {"24/12/2026"}})
	require.Contains(t, bare.words("#e-to"), "Chưa có ngày cuối.")
	wrong := b.post("/uy-quyen/vang-mat", url.Values{"from": {"24/12/2026"}, "to": {"23/12/2026"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.words("#e-to"), "Ngày cuối 23/12/2026 trước ngày đầu 24/12/2026.")
	done := b.post("/uy-quyen/vang-mat", url.Values{"from": {"24/12/2026"}, "to": {"31/12/2026"}, "words": {"Đi công tác"}})
	require.Equal(t, "Đã ghi vắng mặt từ ngày 24/12/2026 đến hết ngày 31/12/2026.", done.words(".banner"))
	require.Equal(t, "Hôm nay: vắng mặt đến hết ngày 31/12/2026.", done.words(".lead"))
	end := done.Find(`main td a`).AttrOr("href", "")
	require.Equal(t, "24/12/2026", b.get(end).value("#f-on"))
	require.Equal(t, "Vắng mặt kết thúc hết ngày 24/12/2026.", b.post(end, url.Values{"on": {"24/12/2026"}}).words(".banner"))
	require.Equal(t, "2026-12-24", h.absences[0].GetEndedOn())
}

func TestAnAbsenceThatHasNotBegunIsTakenBackWhole(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	b.post("/uy-quyen/vang-mat", url.Values{"from": {"28/12/2026"}, "to": {"31/12/2026"}})
	seen := b.get("/uy-quyen/vang-mat/V-1")
	require.Contains(t, seen.words(".lead"), "Lần vắng mặt chưa bắt đầu nên bỏ toàn bộ")
	require.Contains(t, b.post("/uy-quyen/vang-mat/V-1", url.Values{}).words("main table"), "đã bỏ")
	require.Equal(t, "2026-12-27", h.absences[0].GetEndedOn())
}

func TestTheHeadRecordsForHisPeopleAndNobodyElseDoes(t *testing.T) {
	h := newProvince(t)
	s := serve(t, h)
	head := s.as(t, "o-binh")
	require.Equal(t, "Nguyễn Văn An, Chuyên viên Văn phòng HĐND và UBND, UBND xã Khoái Châu", head.get("/uy-quyen").words(`a[href="/uy-quyen?nguoi=o-an"]`))
	theirs := head.get("/uy-quyen?nguoi=o-an")
	require.Equal(t, "Vắng mặt và ủy quyền: Nguyễn Văn An", theirs.words("h1"))
	require.Zero(t, theirs.Find(`a[href*="/uy-quyen/moi"]`).Length(), "whoever delegates does so himself, or an administrator with the document")
	require.Equal(t, "/uy-quyen?nguoi=o-an", head.post("/uy-quyen/vang-mat?nguoi=o-an", url.Values{"from": {"24/12/2026"}, "to": {"31/12/2026"}}).path)
	require.Equal(t, []string{"o-an", "o-binh"}, []string{h.absences[0].GetOfficialId(), h.absences[0].GetRecordedBy()})
	require.Equal(t, http.StatusForbidden, head.get("/uy-quyen/moi?nguoi=o-an").status)
	require.Equal(t, http.StatusForbidden, head.get("/uy-quyen?nguoi=o-giang").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get("/uy-quyen?nguoi=o-binh").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").post("/uy-quyen/vang-mat?nguoi=o-binh", url.Values{"from": {"24/12/2026"}, "to": {"31/12/2026"}}).status)
	administrator := s.as(t, "o-quan")
	require.Equal(t, 1, administrator.get("/uy-quyen?tim="+url.QueryEscape("giang")).Find(`a[href="/uy-quyen?nguoi=o-giang"]`).Length())
	require.Equal(t, 1, administrator.get("/uy-quyen?nguoi=o-giang").Find(`a[href="/uy-quyen/moi?nguoi=o-giang"]`).Length())
}

func TestADelegateIsLookedForAndTheDelegationKeepsItsDocument(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-binh")
	search := b.get("/uy-quyen/moi")
	require.Zero(t, search.Find("[name=delegate_id]").Length())
	require.Contains(t, b.get("/uy-quyen/moi?tim=Atlantis").words("main"), "Không có cán bộ nào khác khớp “Atlantis”.")
	path := "/uy-quyen/moi?tim=" + url.QueryEscape("văn an")
	form := b.get(path)
	require.Equal(t, []string{"o-an"}, []string{form.value("[name=delegate_id][checked]")})
	require.Equal(t, khoaiChau+"|head", form.value("[name=position][checked]"))
	bare := b.post(path, url.Values{})
	require.Equal(t, []string{
		"Chưa chọn chức vụ ủy quyền. Chọn một mục rồi gửi lại.", "Chưa chọn người được ủy quyền. Chọn một mục rồi gửi lại.", "Chưa có ngày bắt đầu. Nhập ngày bắt đầu rồi gửi lại.",
		"Chưa có ngày cuối. Nhập ngày cuối rồi gửi lại.", "Chưa có số, ký hiệu văn bản ủy quyền. Nhập số, ký hiệu văn bản ủy quyền rồi gửi lại.",
	}, bare.each(".summary li"))
	given := url.Values{"position": {khoaiChau + "|head"}, "delegate_id": {"o-an"}, "from": {"24/12/2026"}, "to": {"31/12/2026"}, "document": {"12/UQ-UBND"}}
	done := b.post(path, given)
	require.Equal(t, "Đã ghi ủy quyền từ ngày 24/12/2026 đến hết ngày 31/12/2026.", done.words(".banner"))
	require.Equal(t, "Hôm nay: ủy quyền cho Nguyễn Văn An, Chuyên viên Văn phòng HĐND và UBND, UBND xã Khoái Châu đến hết ngày 31/12/2026.", done.words(".lead"))
	require.Contains(t, done.words("main table"), "Chủ tịch UBND xã, UBND xã Khoái Châu")
	require.Contains(t, done.words("main table"), "12/UQ-UBND")
	overlap := b.post(path, given)
	require.Equal(t, http.StatusConflict, overlap.status)
	require.Contains(t, overlap.words("#e-from"), "Chức vụ này đã được ủy quyền từ ngày 24/12/2026 đến ngày 31/12/2026.")
	stranger := url.Values{"position": {"SO-NV|head"}, "delegate_id": {"o-khac"}, "from": {"24/12/2026"}, "to": {"31/12/2026"}, "document": {"1"}}
	require.Contains(t, b.post(path, stranger).words(".summary"), "không có trong danh sách")
	revoke := done.Find(`td a[href*="thu-hoi"]`).AttrOr("href", "")
	require.Contains(t, b.get(revoke).words(".lead"), "Nguyễn Văn An không còn làm thay Trần Thị Bình từ ngày này")
	require.Equal(t, "Đã thu hồi ủy quyền từ ngày 25/12/2026.", b.post(revoke, url.Values{"on": {"25/12/2026"}}).words(".banner"))
	require.Equal(t, "2026-12-25", h.delegations[0].GetRevokedOn())
}

func TestADelegateSeesInWhosePlaceHeStands(t *testing.T) {
	h := newHouse(t)
	delegated, _ := proto.Clone(h.holders[1]).(*unitsv1.Holder)
	delegated.Official, delegated.DelegatedBy, delegated.DelegatedUntil = h.holders[0].GetOfficial(), "o-binh", "2026-12-31"
	h.holders = append(h.holders, delegated)
	b := serve(t, h).as(t, "o-an")
	require.Equal(t, "Đang thay đồng chí Trần Thị Bình (Chủ tịch UBND xã, UBND xã Khoái Châu), đến hết ngày 31/12/2026", b.get("/").words("header .stands"))
	require.NotContains(t, b.get("/uy-quyen/moi?tim=giang").words("main fieldset"), "Chủ tịch UBND xã", "a delegate cannot delegate on")
}
