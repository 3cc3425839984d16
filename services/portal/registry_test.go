package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// written is the last message that was written into the house's register.
func written[T any](t *testing.T, h *house) T {
	t.Helper()
	require.NotEmpty(t, h.put)
	last, is := h.put[len(h.put)-1].(T)
	require.True(t, is, "%T", h.put[len(h.put)-1])
	return last
}

func registryOf(t *testing.T) *house {
	t.Helper()
	h := walked(t)
	u := h.unit(khoaiChau)
	u.AreaId, u.ParentId, u.SuperiorId, u.FollowedFrom, u.PredecessorIds = "12205-2507", agency, agency, "2026-11-01", []string{"UBND-12127-2507"}
	return h
}

var registryPages = []string{
	unitsPath, unitsPath + "?tim=khoái+châu&loai=commune-peoples-committee&luc=moi", unitAddress(khoaiChau), unitAddress(khoaiChau) + "/sua", unitsPath + "/moi", unitAddress(khoaiChau) + "/chuc-vu", unitAddress(khoaiChau) + "/chuc-vu?tim=an",
	areasPath, areaAddress("12205-2507"), areasPath + "/moi", areaAddress("12205-2507") + "/sua",
	officialsPath, officialsPath + "?tim=an", officialsPath + "?loai=contact", officialsPath + "/moi", officialAddress("o-an"), officialAddress("o-an") + "/sua", officialAddress("o-an") + "/dia-chi", officialAddress("o-an") + "/chuc-vu",
	adminPath + "/chuc-vu/CV-1/thoi", adminPath + "/chuc-vu/CV-1/sua", adminPath + "/chuc-vu/CV-1/bo", adminPath + "/chuc-vu/CV-1/ban-giao", adminPath + "/chuc-vu/CV-1/ban-giao?tim=giang",
	handOversPath, handOverAddress(adminPath, "BG-7"), boardsPath, boardAddress("BAN-" + khoaiChau), boardsPath + "/moi", boardAddress("BAN-"+khoaiChau) + "/sua", boardAddress("BAN-"+khoaiChau) + "/thanh-vien",
	boardAddress("BAN-"+khoaiChau) + "/thanh-vien/TV-1/thoi", catalogPath, catalogPath + "?tu=1/1/2024&den=1/12/2026", obligationAddress("DT-01"), obligationAddress("DT-01") + "/ap-dung",
}

func TestEveryPageOfTheRegisterOpens(t *testing.T) {
	s := serve(t, registryOf(t))
	b := s.as(t, "o-quan")
	for _, path := range registryPages {
		seen := b.get(path)
		require.Equal(t, http.StatusOK, seen.status, path)
	}
	first := b.get(adminPath)
	for _, path := range []string{unitsPath, areasPath, officialsPath, handOversPath, boardsPath, catalogPath} {
		require.Equal(t, 1, first.Find(`main a[href="`+path+`"]`).Length(), path)
	}
	for _, path := range []string{unitAddress("KHONG-CO"), boardAddress("KHONG-CO"), areaAddress("khong co"), officialAddress("khong-co"), adminPath + "/chuc-vu/CV-999/thoi", handOverAddress(adminPath, "BG-99"), obligationAddress("XX-99")} {
		require.Equal(t, http.StatusNotFound, b.get(path).status, path)
	}
}

func TestAUnitIsReadAndChanged(t *testing.T) {
	h := registryOf(t)
	b := serve(t, h).as(t, "o-quan")
	require.Contains(t, b.get(unitsPath+"?tim=khoái").words("main"), "UBND xã Khoái Châu")
	seen := b.get(unitAddress(khoaiChau))
	require.Contains(t, seen.words("main"), "Nguyễn Văn An")
	require.Contains(t, seen.words("main"), "Cơ quan theo dõi")
	require.Contains(t, seen.words("main"), "Số người: 30 → 40")
	require.Contains(t, seen.words("main"), "dòng lệnh")
	require.Contains(t, seen.words("main"), "Hà Văn Quân", "who did it stands by his name")
	path := unitAddress(khoaiChau) + "/sua"
	bare := b.post(path, url.Values{"name": {" "}})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Len(t, bare.each(".summary li"), 4)
	typed := url.Values{"name": {"UBND xã Khoái Châu mới"}, "kind": {"commune-peoples-committee"}, "area_id": {"Xã Khoái Châu"}, "reviewer_id": {khoaiChau}, "working_year": {"calendar"}, "staff": {"55"}, "document": {"QĐ 12"}}
	refused := b.post(path, typed)
	require.Contains(t, refused.words("#e-reviewer_id"), "của chính mình")
	require.Equal(t, "UBND xã Khoái Châu mới", refused.value("#f-name"), "nothing typed is lost")
	typed.Set("reviewer_id", "Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên")
	done := b.post(path, typed)
	require.Contains(t, done.words(".banner"), "Đã ghi UBND xã Khoái Châu mới.")
	put := written[*unitsv1.PutUnitRequest](t, h)
	require.Equal(t, []string{agency, "12205-2507", "QĐ 12"}, []string{put.GetUnit().GetReviewerId(), put.GetUnit().GetAreaId(), put.GetDocument()}, "a unit is named by its name as well as by its id")
	require.EqualValues(t, 55, put.GetUnit().GetStaff())
	require.False(t, put.GetCreate())
	typed.Set("reviewer_id", "UBND")
	require.Contains(t, b.post(path, typed).words("#e-reviewer_id"), "Nhập mã của một đơn vị.")
	typed.Set("id", "SO-MOI")
	typed.Set("valid_from", "1/1/2027")
	typed.Set("reviewer_id", "")
	b.post(unitsPath+"/moi", typed)
	require.True(t, written[*unitsv1.PutUnitRequest](t, h).GetCreate())
	require.Equal(t, "2027-01-01", written[*unitsv1.PutUnitRequest](t, h).GetUnit().GetValidFrom())
}

func TestAnOfficialIsWrittenDownAndGivenHats(t *testing.T) {
	h := registryOf(t)
	b := serve(t, h).as(t, "o-quan")
	refused := b.post(officialsPath+"/moi", url.Values{"name": {"Lê Thị Mới"}, "email": {"an@x.example"}, "act_id": {"a-00000001"}})
	require.Contains(t, refused.words("#e-email"), "đã thuộc về cán bộ khác")
	require.Equal(t, "Lê Thị Mới", refused.value("#f-name"))
	done := b.post(officialsPath+"/moi", url.Values{"name": {"Lê Thị Mới"}, "email": {"moi@x.example"}, "act_id": {"a-00000001"}})
	require.Equal(t, "Đã ghi Lê Thị Mới.", done.words(".banner"))
	require.Equal(t, "a-00000001", written[*unitsv1.PutOfficialRequest](t, h).GetIdempotencyKey(), "a double click is one official")

	give := unitAddress(khoaiChau) + "/chuc-vu?tim=giang"
	require.Contains(t, b.get(give).words("main"), "Đỗ Văn Giang")
	bare := b.post(give, url.Values{})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Equal(t, []string{"Chưa chọn cán bộ. Chọn một mục rồi gửi lại.", "Chưa chọn vai trò. Chọn một mục rồi gửi lại.", "Chưa có tên chức vụ. Nhập tên chức vụ rồi gửi lại.",
		"Chưa có ngày bắt đầu. Nhập ngày bắt đầu rồi gửi lại.", "Chưa có số, ký hiệu văn bản. Nhập số, ký hiệu văn bản rồi gửi lại."}, bare.each(".summary li"))
	typed := url.Values{"to_official_id": {"o-giang"}, "role": {"head"}, "title": {"Chủ tịch"}, "valid_from": {"1/1/2027"}, "document": {"QĐ 3"}}
	require.Contains(t, b.post(give, typed).words("#e-valid_from"), "Trần Thị Bình giữ chức vụ người đứng đầu")
	typed.Set("role", "deputy")
	require.Contains(t, b.post(give, typed).words(".banner"), "Đã giao chức vụ Chủ tịch từ ngày 01/01/2027.")
	require.Equal(t, "o-giang", written[*unitsv1.GivePositionRequest](t, h).GetPosition().GetOfficialId())
	typed.Set("to_official_id", "moi")
	typed.Set("name", "Người Mới")
	b.post(give, typed)
	require.Equal(t, "Người Mới", written[*unitsv1.GivePositionRequest](t, h).GetOfficial().GetName())

	page := b.get(officialAddress("o-an"))
	require.Contains(t, page.words("main"), "Đang giữ 1 chức vụ.")
	hat := officialAddress("o-an") + "/chuc-vu"
	b.post(hat, url.Values{"unit_id": {"Sở Nội vụ"}, "role": {"contact"}, "title": {"Kiêm nhiệm"}, "valid_from": {"1/1/2027"}, "document": {"QĐ 4"}})
	require.Equal(t, department, written[*unitsv1.GivePositionRequest](t, h).GetPosition().GetUnitId())
}

func TestAPositionEndsAfterItWasAskedOnceMore(t *testing.T) {
	h := registryOf(t)
	b := serve(t, h).as(t, "o-quan")
	path := adminPath + "/chuc-vu/CV-1/thoi"
	asked := b.post(path, url.Values{"on": {"31/12/2026"}, "document": {"QĐ 9"}})
	require.Equal(t, "Nguyễn Văn An thôi giữ chức vụ sau ngày 31/12/2026, theo QĐ 9. Ủy quyền của chức vụ này hết hiệu lực cùng ngày.", asked.words(".said"))
	require.Empty(t, h.put)
	done := b.post(path, url.Values{"on": {"31/12/2026"}, "document": {"QĐ 9"}, "confirmed": {"1"}})
	require.Contains(t, done.words(".banner"), "Đã ghi Nguyễn Văn An thôi giữ chức vụ")
	require.Equal(t, "2026-12-31", written[*unitsv1.EndPositionRequest](t, h).GetOn())
	require.Contains(t, b.post(adminPath+"/chuc-vu/CV-1/sua", url.Values{"role": {"deputy"}, "title": {"Phó"}, "valid_from": {"1/7/2025"}, "words": {"ghi nhầm"}}).words(".banner"), "Đã sửa")
	require.Equal(t, "ghi nhầm", written[*unitsv1.CorrectPositionRequest](t, h).GetWords())
	b.post(adminPath+"/chuc-vu/CV-1/bo", url.Values{"words": {"ghi nhầm"}, "confirmed": {"1"}})
	require.True(t, written[*unitsv1.CorrectPositionRequest](t, h).GetRemove())
}

func TestAPostIsHandedOverAfterEverythingThatComesAlongWasSeen(t *testing.T) {
	h := registryOf(t)
	b := serve(t, h).as(t, "o-quan")
	path := adminPath + "/chuc-vu/CV-1/ban-giao?tim=giang"
	bare := b.post(path, url.Values{"title": {""}})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Len(t, bare.each(".summary li"), 4)
	typed := url.Values{"to_official_id": {"o-giang"}, "title": {"Công chức Văn phòng"}, "day": {"28/12/2026"}, "document": {"QĐ 12"}, "act_id": {"a-00000001"}}
	check := b.post(path, typed)
	require.Equal(t, http.StatusOK, check.status)
	require.Contains(t, check.words(".lead"), "Từ ngày 28/12/2026, Đỗ Văn Giang nhận bàn giao từ Nguyễn Văn An:")
	require.Contains(t, check.words(".lead"), "Chưa có gì được ghi.")
	for _, part := range []string{"Hồ sơ đang mở", khoaiChauCase, "Ủy quyền", "Vắng mặt", "Ai được báo", "Không chuyển theo chức vụ", "Tùy chọn nhận thông báo"} {
		require.Contains(t, check.words("main"), part)
	}
	require.Empty(t, h.put, "nothing is written before it is confirmed")
	sure := url.Values{}
	for _, name := range []string{"to_official_id", "title", "day", "document", "act_id", "confirmed"} {
		sure.Set(name, check.value("main [name="+name+"]"))
	}
	done := b.post(path, sure)
	require.Equal(t, "Đã bàn giao Công chức Văn phòng từ ngày 28/12/2026.", done.words(".banner"))
	require.Equal(t, handOverAddress(adminPath, "BG-1"), done.path)
	require.Equal(t, "a-00000001", written[*unitsv1.HandOverPostRequest](t, h).GetIdempotencyKey())
	require.Contains(t, done.words("main"), "Người nhận bàn giao")
	refused := b.post(adminPath+"/chuc-vu/CV-1/ban-giao?tim=an", url.Values{"to_official_id": {"o-an"}, "title": {"Công chức"}, "day": {"28/12/2026"}, "document": {"QĐ 12"}})
	require.Contains(t, refused.words("#e-to_official_id"), "Người nhận và người bàn giao là một.")
	require.Equal(t, "QĐ 12", refused.value("#f-document"))
	require.Contains(t, b.get(handOversPath).words("main"), "BG-1")
}

func TestTheHeadOfAUnitChangesItsContact(t *testing.T) {
	h := registryOf(t)
	s := serve(t, h)
	b := s.as(t, "o-binh")
	page := b.get(ownPeoplePath)
	require.Contains(t, page.words("main"), "Nguyễn Văn An")
	require.Equal(t, 1, page.Find(`main a[href="`+ownPeoplePath+`/chuc-vu/CV-1/ban-giao"]`).Length())
	require.Zero(t, page.Find(`main a[href*="CV-2"]`).Length(), "not his own post")
	give := ownPeoplePath + "/don-vi/" + khoaiChau + "/chuc-vu"
	require.Zero(t, b.get(give).Find("[name=role]").Length(), "he gives but one role")
	b.post(give, url.Values{"name": {"Lê Thị Mới"}, "email": {"moi@x.example"}, "title": {"Công chức"}, "valid_from": {"28/12/2026"}, "document": {"TB 3"}, "role": {"head"}})
	require.Equal(t, "contact", written[*unitsv1.GivePositionRequest](t, h).GetPosition().GetRole())
	check := b.post(ownPeoplePath+"/chuc-vu/CV-1/ban-giao", url.Values{"name": {"Lê Thị Mới"}, "title": {"Công chức"}, "day": {"28/12/2026"}, "document": {"TB 3"}})
	require.Contains(t, check.words(".lead"), "Lê Thị Mới nhận bàn giao")
	done := b.post(ownPeoplePath+"/chuc-vu/CV-1/ban-giao", url.Values{"name": {"Lê Thị Mới"}, "title": {"Công chức"}, "day": {"28/12/2026"}, "document": {"TB 3"}, "confirmed": {"1"}})
	require.Equal(t, handOverAddress(ownPeoplePath, "BG-1"), done.path)
	for _, path := range []string{ownPeoplePath + "/don-vi/" + front + "/chuc-vu", ownPeoplePath + "/chuc-vu/CV-2/ban-giao", ownPeoplePath + "/chuc-vu/CV-5/thoi"} {
		require.Equal(t, http.StatusForbidden, b.get(path).status, path)
	}
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get(ownPeoplePath).status)
}

func TestABoardHasMembersATermAndEmptySeats(t *testing.T) {
	h := registryOf(t)
	b := serve(t, h).as(t, "o-quan")
	at := boardAddress("BAN-" + khoaiChau)
	require.Contains(t, b.get(at).words("main"), "Nguyễn Văn Dân")
	require.Len(t, b.post(at+"/thanh-vien", url.Values{}).each(".summary li"), 4)
	b.post(at+"/thanh-vien", url.Values{"name": {"Trần Văn Dần"}, "role": {"deputy"}, "valid_from": {"1/8/2025"}, "document": {"QĐ 7"}})
	require.Equal(t, "Trần Văn Dần", written[*unitsv1.PutBoardMemberRequest](t, h).GetMember().GetName())
	b.post(at+"/thanh-vien/TV-1/thoi", url.Values{"on": {"1/12/2026"}, "document": {"QĐ 8"}})
	require.Equal(t, "TV-1", written[*unitsv1.EndBoardMemberRequest](t, h).GetId())
	b.post(boardsPath+"/moi", url.Values{"id": {"TTND-2"}, "unit_id": {khoaiChau}, "kind": {"peoples-inspection-board"}, "decision": {"QĐ 1"}, "valid_from": {"1/1/2027"}, "members": {"9"}})
	require.EqualValues(t, 9, written[*unitsv1.Board](t, h).GetMembers())
}

func TestTheCatalogueSaysWhatHoldsAndWhatDiffers(t *testing.T) {
	h := registryOf(t)
	b := serve(t, h).as(t, "o-quan")
	seen := b.get(catalogPath + "?tu=1/1/2024&den=1/12/2026")
	require.Contains(t, seen.words(".lead"), "Đang dùng phiên bản")
	require.Contains(t, seen.words("main"), "Khác nhau giữa ngày 01/01/2024 và ngày 01/12/2026")
	require.Contains(t, seen.words("main"), "1 hồ sơ")
	require.Contains(t, b.get(catalogPath+"?tu=1/12/2026&den=1/12/2026").words("main"), "Không có điều khoản nào khác nhau giữa hai ngày.")
	one := b.get(obligationAddress("DT-01"))
	require.Contains(t, one.words("main"), "đã đối chiếu văn bản gốc")
	require.Equal(t, 1, one.Find(`main a[href="`+caseURL(khoaiChauCase)+`/lenh/ap-dung-quy-dinh"]`).Length())
	path := obligationAddress("DT-01") + "/ap-dung"
	asked := b.post(path, url.Values{"reason": {"catalogue"}, "document": {"KH 5"}})
	require.Contains(t, asked.words(".said"), "theo KH 5.")
	b.post(path, url.Values{"reason": {"catalogue"}, "document": {"KH 5"}, "confirmed": {"1"}})
	require.Equal(t, "DT-01", h.amended[len(h.amended)-1].GetObligationId())
	h.editions = []*reportsv1.EditionCount{{ObligationId: "DT-01", Version: strings.Split(h.cases[khoaiChauCase].GetInput().GetCatalogueVersion(), "+")[0], Running: 3}}
	require.Contains(t, b.get(obligationAddress("DT-01")).words(".lead"), "Mọi hồ sơ đang mở của nhiệm vụ này theo phiên bản hiện hành.")
}
