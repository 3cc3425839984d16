package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

const (
	projectStarted = "/su-kien/GSDT-01/project-started?don-vi=" + front
	votersAsk      = "/su-kien/DT-01/voters-ask?don-vi=" + khoaiChau
	petitionCame   = "/su-kien/KN-01/arrived?don-vi=" + khoaiChau
)

func TestWhatMayBeRecordedIsListedForMyUnitWithTheTaskItOpens(t *testing.T) {
	s := serve(t, newProvince(t))
	office := s.as(t, "o-an").get("/su-kien")
	require.Contains(t, office.words("main"), "Giải quyết khiếu nại, kiến nghị, phản ánhTiếp nhận khiếu nại, kiến nghị, phản ánh")
	require.Contains(t, office.words("main"), "Ít nhất 10% cử tri của xã, phường đề nghị")
	require.NotContains(t, office.words("main"), "Có công trình, dự án trên địa bàn", "that is the Front's")
	require.NotContains(t, office.words("main"), "Hội nghị đã tổ chức, nghị quyết đã thông qua", "what the system finds itself is not entered")
	require.Equal(t, 1, s.as(t, "o-hoa").get("/su-kien").Find(`a[href="`+projectStarted+`"]`).Length())
}

func TestAProjectThatStartsIsRecordedWithItsFacts(t *testing.T) {
	h := newProvince(t)
	b := serve(t, h).as(t, "o-hoa")
	form := b.get(projectStarted)
	require.Equal(t, "Có công trình, dự án trên địa bàn", form.words("h1"))
	require.Contains(t, form.words("main"), "đầu tư công")
	require.NotContains(t, form.words("main"), "Không ghi tên người", "a project may be named")
	values := url.Values{
		"act_id": {form.value("[name=act_id]")}, "on": {"20/12/2026"}, "fact-supervision_from": {"1/3/2027"}, "fact-capital": {"public"}, "fact-investor": {"commune"}, "words": {"Đường ĐH.57"},
	}
	seen := b.post(projectStarted, values)
	require.Equal(t, "/su-kien", seen.path)
	require.Equal(t, "Đã ghi sự kiện E-2026-0001. Hồ sơ “Thành lập Ban Giám sát đầu tư của cộng đồng khi có công trình, dự án” của Ủy ban MTTQ Việt Nam xã Khoái Châu đang được mở.", seen.words(".banner"))
	recorded := h.events[0]
	require.Equal(t, "2026-12-20", recorded.GetOn())
	require.Equal(t, "project-started", recorded.GetTriggerId())
	require.Equal(t, map[string]string{"supervision_from": "2027-03-01", "capital": "public", "investor": "commune"}, recorded.GetFacts())
	require.Equal(t, "Đường ĐH.57", recorded.GetWords())
	b.post(projectStarted, values)
	require.Len(t, h.events, 1, "the same form sent twice is one event")
}

func TestEveryMissingFactIsNamedAtOnce(t *testing.T) {
	h := newProvince(t)
	seen := serve(t, h).as(t, "o-hoa").post(projectStarted, url.Values{"act_id": {"a-00000001"}})
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Equal(t, 4, seen.Find(".summary li").Length())
	require.Contains(t, seen.words("#e-on"), "Chưa có ngày xảy ra. Nhập ngày xảy ra rồi gửi lại.")
	require.Contains(t, seen.words("#e-fact-supervision_from"), "Chưa có ngày dự kiến bắt đầu giám sát.")
	require.Contains(t, seen.words("#e-fact-capital"), "Chưa chọn nguồn vốn của công trình, dự án. Chọn một mục rồi gửi lại.")
	require.Empty(t, h.events)
}

func TestTooFewVotersAreRefusedAtTheFieldWithTheShareAndTheNumberThatWouldDo(t *testing.T) {
	h := newProvince(t)
	b := serve(t, h).as(t, "o-an")
	require.Contains(t, b.get(votersAsk).words("main"), "Điều 43 Luật Tổ chức chính quyền địa phương số 72/2025/QH15", "the rule stands on the form")
	require.Contains(t, b.get(votersAsk).words("main"), "(theo báo chí, chờ đối chiếu)", "and how surely it is known")
	values := url.Values{"act_id": {"a-00000001"}, "on": {"20/12/2026"}, "fact-voters_asking": {"900"}, "fact-voters": {"12.000"}}
	seen := b.post(votersAsk, values)
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-fact-voters_asking"), "Số cử tri đề nghị là 900 trên tổng số cử tri của xã, phường 12.000, bằng 7,5%; cần ít nhất 10%, tức từ 1.200 trở lên")
	require.Equal(t, "12.000", seen.value("#f-fact-voters"), "what was typed stays")
	require.Empty(t, h.events)
	values.Set("fact-voters_asking", "1.200")
	require.Equal(t, "/su-kien", b.post(votersAsk, values).path)
	require.Equal(t, map[string]string{"voters_asking": "1200", "voters": "12000"}, h.events[0].GetFacts())
}

func TestAnOpinionIsRaisedOutOfAConferenceAndLeadsBackToIt(t *testing.T) {
	h := newProvince(t)
	h.recordAll(khoaiChauCase)
	h.cases[khoaiChauCase].State.DutyDoneOn = "2026-12-20"
	b := serve(t, h).as(t, "o-an")
	link := b.get(caseURL(khoaiChauCase)).Find(`a:contains("Ghi ý kiến, kiến nghị")`).AttrOr("href", "")
	form := b.get(link)
	require.Contains(t, form.words("main"), "Nêu tại: Hội nghị trao đổi, đối thoại giữa UBND cấp xã với Nhân dân, năm 2026")
	require.Equal(t, "20/12/2026", form.value("#f-on"), "nobody is asked for the conference's day again")
	require.Equal(t, 1, form.Find(`input[name=fact-source][value=conference][checked]`).Length())
	seen := b.post(link, url.Values{"act_id": {"a-00000001"}, "on": {"20/12/2026"}, "fact-kind": {"petition"}, "fact-source": {"conference"}, "words": {"Đề nghị sửa đường thôn"}})
	require.Equal(t, caseURL(khoaiChauCase), seen.path)
	require.Contains(t, seen.words(".banner"), "Đã ghi sự kiện E-2026-0001.")
	require.Equal(t, khoaiChauCase, h.events[0].GetOriginCaseId())
	require.Equal(t, "KN-01", h.events[0].GetObligationId())
}

func TestAnOriginOfAnotherUnitIsNoOrigin(t *testing.T) {
	b := serve(t, newProvince(t)).as(t, "o-an")
	for _, origin := range []string{"DT-01/UBND-12142-2507/2026", "../../dang-xuat", "DT-01/X/2026"} {
		require.Equal(t, http.StatusNotFound, b.get(petitionCame+"&ho-so="+url.QueryEscape(origin)).status, origin)
	}
}

func TestAConferenceThatEndedTakesNoMoreOpinions(t *testing.T) {
	h := newProvince(t)
	h.end(khoaiChauCase, casefilev1.State_STATE_WITHDRAWN)
	require.NotContains(t, serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase)).words("main"), "Ghi ý kiến, kiến nghị")
}

func TestADenunciationCannotBeRecorded(t *testing.T) {
	h := newProvince(t)
	b := serve(t, h).as(t, "o-an")
	form := b.get(petitionCame)
	require.Contains(t, form.words("main"), "Đơn tố cáo không ghi ở đây: chỉ tổng hợp số lượng trong báo cáo, không mở hồ sơ.")
	require.NotContains(t, form.words("fieldset"), "tố cáo", "it is no choice")
	require.Contains(t, form.words("main"), "Không ghi tên người có ý kiến, người có đơn")
	seen := b.post(petitionCame, url.Values{"act_id": {"a-00000001"}, "on": {"20/12/2026"}, "fact-kind": {"denunciation"}, "fact-source": {"person"}})
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-fact-kind"), "không có trong danh sách của mục “Loại”")
	require.Empty(t, h.events)
}

func TestOnlyTheUnitItsReviewerAndAdministratorsRecord(t *testing.T) {
	h := newProvince(t)
	s := serve(t, h)
	for who, want := range map[string]int{"o-an": 200, "o-binh": 200, "o-cuc": 200, "o-lan": 200, "o-quan": 200, "o-giang": 403, "o-khanh": 403, "o-dung": 200} {
		if who == "o-dung" { // a supervisor of the standing agency reads
			want = 403
		}
		require.Equal(t, want, s.as(t, who).get(petitionCame).status, who)
	}
	require.Contains(t, s.as(t, "o-giang").get(petitionCame).words("main"), "Tài khoản này không có quyền ghi sự kiện ở UBND xã Khoái Châu.")
	b := s.as(t, "o-an")
	require.Equal(t, http.StatusForbidden, b.post("/su-kien/KN-01/arrived?don-vi="+department, url.Values{"act_id": {"a-00000001"}}).status)
	for _, path := range []string{"/su-kien/L-02/conference-held?don-vi=" + khoaiChau, "/su-kien/KN-01/khong-co?don-vi=" + khoaiChau, "/su-kien/XX-99/arrived?don-vi=" + khoaiChau, "/su-kien/KN-01/arrived?don-vi=KHONG-CO", "/su-kien/KN-01/arrived"} {
		require.Equal(t, http.StatusNotFound, b.get(path).status, path)
	}
	require.Empty(t, h.events)
}

func TestAReviewerLooksForTheUnitItHappenedIn(t *testing.T) {
	b := serve(t, newProvince(t)).as(t, "o-cuc")
	require.Contains(t, b.get("/su-kien").words("main"), "Tìm đơn vị để ghi sự kiện cho đơn vị đó.")
	found := b.get("/su-kien?don-vi=" + url.QueryEscape("khoái châu"))
	require.Equal(t, "UBND xã Khoái ChâuỦy ban MTTQ Việt Nam xã Khoái Châu", found.words("h2"))
	require.Equal(t, "khoái châu", found.value("[name=don-vi]"))
	require.Contains(t, b.get("/su-kien?don-vi=Atlantis").words("main"), "Không có đơn vị nào khớp “Atlantis”")
}

func TestWhatHappensToAllIsRecordedForAllOnlyByTheStandingAgency(t *testing.T) {
	h := newProvince(t)
	s := serve(t, h)
	path := "/su-kien/MH-01/plan-issued?don-vi=" + department
	require.Zero(t, s.as(t, "o-khanh").get(path).Find("[name=every]").Length())
	s.as(t, "o-khanh").post(path, url.Values{"act_id": {"a-00000001"}, "on": {"20/12/2026"}, "every": {"1"}})
	require.False(t, h.events[0].GetEveryUnit(), "a unit speaks for itself")
	seen := s.as(t, "o-lan").post(path, url.Values{"act_id": {"a-00000002"}, "on": {"20/12/2026"}, "every": {"1"}})
	require.Contains(t, seen.words(".banner"), "Đã ghi sự kiện cho mọi đơn vị thuộc đối tượng.")
	require.True(t, h.events[1].GetEveryUnit())
}
