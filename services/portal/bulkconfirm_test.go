package portal

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// waiting is a house in which so many communes have handed in a whole dialogue.
func waiting(t *testing.T, communes int) *house {
	t.Helper()
	h := newProvince(t)
	sample := h.cases[khoaiChauCase]
	for i := range communes {
		unit := fmt.Sprintf("UBND-%05d-2507", i+1)
		h.addUnit(unit, "commune-peoples-committee", fmt.Sprintf("UBND xã Thứ %d", i+1), agency)
		c := &reportsv1.Case{Id: waitingCase(i + 1), ObligationId: "DT-01", UnitId: unit, PeriodId: "2026", TitleVi: sample.GetTitleVi(), Input: proto.CloneOf(sample.GetInput()), State: proto.CloneOf(sample.GetState())}
		c.Input.CaseId, c.Input.UnitId, c.State.CaseId = c.GetId(), unit, c.GetId()
		h.cases[c.GetId()] = c
		h.handIn(c.GetId())
	}
	return h
}

func waitingCase(i int) string { return fmt.Sprintf("DT-01/UBND-%05d-2507/2026", i) }

func (h *house) handIn(caseID string) {
	h.recordAll(caseID)
	h.submitCase(caseID)
}

// marks are the boxes of the queue, as they stand on the page.
func (s seen) marks() []string {
	var marks []string
	s.Find("main [name=chon]").Each(func(_ int, box *goquery.Selection) { marks = append(marks, box.AttrOr("value", "")) })
	return marks
}

func (b *browser) preview(marks ...string) seen {
	b.t.Helper()
	return b.post(queuePath+"/kiem-tra", url.Values{"chon": marks})
}

// sheetOf is the only form of a page with what it would send.
func (s seen) sheetOf(t *testing.T) url.Values {
	t.Helper()
	values := url.Values{}
	s.Find("main form input[type=hidden]").Each(func(_ int, one *goquery.Selection) {
		if name := one.AttrOr("name", ""); name != forgeryField {
			values.Add(name, one.AttrOr("value", ""))
		}
	})
	return values
}

func TestTheQueueIsFilteredByItsAddress(t *testing.T) {
	h := waiting(t, 3)
	h.cases[waitingCase(2)].State.SubmittedAt = "2026-12-14T03:00:00Z"
	b := serve(t, h).as(t, "o-cuc")
	all := b.get(queuePath)
	require.Equal(t, "3 hồ sơ chờ xác nhận, 1 hồ sơ chờ quá 5 ngày làm việc.", all.words(".lead"))
	require.Len(t, all.marks(), 3)
	require.Zero(t, all.Find("[name=chon][checked]").Length())
	require.Equal(t, 3, b.get(all.Find(".views a").AttrOr("href", "")).Find("[name=chon][checked]").Length(), "all are chosen without a script")
	long := b.get(queuePath + "?cho-tu=6")
	require.Len(t, long.marks(), 1)
	require.Contains(t, long.words("tbody"), "UBND xã Thứ 2")
	require.Contains(t, b.get(queuePath+"?don-vi=Th%E1%BB%A9+3").words("tbody"), "UBND xã Thứ 3")
	require.Equal(t, "Không có hồ sơ chờ xác nhận nào khớp bộ lọc.", b.get(queuePath+"?nhiem-vu=BC-12").words(".lead"))
	require.Equal(t, queuePath, b.get(queuePath+"?nhiem-vu=BC-12").Find("main p a").Last().AttrOr("href", ""))
}

func TestTheMenuOffersTheQueueToEveryoneWhoMayOpenIt(t *testing.T) {
	s := serve(t, waiting(t, 1))
	for who, may := range map[string]bool{"o-cuc": true, "o-lan": true, "o-dung": false, "o-an": false, "o-quan": false} {
		b := s.as(t, who)
		require.Equal(t, may, b.get("/").Find(`nav a[href="`+queuePath+`"]`).Length() == 1, who)
		require.Equal(t, may, b.get(queuePath).status == http.StatusOK, who)
	}
}

func TestManyCasesAreConfirmedAfterAPreviewThatNamesTheExceptions(t *testing.T) {
	h := waiting(t, 9)
	b := serve(t, h).as(t, "o-cuc")
	marks := b.get(queuePath).marks()
	require.Len(t, marks, 9)
	h.cases[waitingCase(2)].Linked = &reportsv1.Linked{Total: 3, Open: 2}
	h.cases[waitingCase(3)].State.Steps = h.cases[waitingCase(3)].State.Steps[:4]
	h.cases[waitingCase(4)].State.SubmittedAt, h.cases[waitingCase(4)].State.DueDay = "2026-12-22T03:00:00Z", "2026-11-30"
	h.cases[waitingCase(5)].State.Steps[2].Outcome = outcomeLimited
	h.cases[waitingCase(6)].State.Sequence++
	h.cases[waitingCase(7)].State.Steps[2].Facts["opinions_answered"] = "30"
	h.end(waitingCase(8), casefilev1.State_STATE_ACCEPTED)
	h.acts = append(h.acts, &reportsv1.StoredAct{Act: &casefilev1.Act{ActId: "a-1", CaseId: waitingCase(8), OfficialId: "o-lan", Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}},
		StoredAt: "2026-12-24T01:40:00Z", Outcome: &casefilev1.ActOutcome{}})
	before := len(h.acts)
	preview := b.preview(marks...)
	require.Equal(t, http.StatusOK, preview.status)
	require.Equal(t, "Xác nhận 2 hồ sơ; 7 hồ sơ phải xem riêng, nêu ở dưới.", preview.words(".lead"))
	require.Len(t, h.acts, before, "a preview does nothing")
	reasons := map[string]string{}
	preview.Find("section").First().Find("tbody tr").Each(func(_ int, row *goquery.Selection) {
		reasons[row.Find("td").Eq(1).Text()] = strings.Join(strings.Fields(row.Find("td").Eq(2).Text()), " ")
	})
	require.Equal(t, map[string]string{
		"UBND xã Thứ 2": "Còn 2 ý kiến, kiến nghị phát sinh từ hồ sơ chưa trả lời.",
		"UBND xã Thứ 3": "Còn thiếu công bố kết quả (bước 5).",
		"UBND xã Thứ 4": "Quá hạn 16 ngày làm việc, nhiều hơn 7 ngày.",
		"UBND xã Thứ 5": "Bước 3 (tổ chức hội nghị) còn hạn chế.",
		"UBND xã Thứ 6": "Hồ sơ đã thay đổi sau khi mở trang.",
		"UBND xã Thứ 7": "Bước 3: Số ý kiến, kiến nghị đã trả lời (30) lớn hơn số ý kiến, kiến nghị tiếp nhận (27). Kiểm tra lại hai số này.",
		"UBND xã Thứ 8": "Hồ sơ không còn chờ xác nhận, đang ở trạng thái “hoàn thành”. Đào Thị Lan đã xác nhận hồ sơ lúc 08:40 ngày 24/12/2026.",
	}, reasons)

	form := preview.sheetOf(t)
	require.Len(t, form["chon"], 2)
	h.end(waitingCase(9), casefilev1.State_STATE_RETURNED) // meanwhile
	result := b.post(queuePath+"/xac-nhan", form)
	require.Equal(t, "Đã xác nhận 1 hồ sơ. 1 hồ sơ chưa xác nhận, nêu ở dưới.", result.words(".lead"))
	require.Contains(t, result.words("section:first-of-type"), "đang ở trạng thái “trả lại”")
	require.Equal(t, casefilev1.State_STATE_ACCEPTED, h.cases[waitingCase(1)].GetState().GetState())
	require.Len(t, h.acts, before+1)
	require.Equal(t, "reviewer", h.acts[before].GetAct().GetActingRole())
	again := b.post(queuePath+"/xac-nhan", form)
	require.Equal(t, result.words(".lead"), again.words(".lead"), "the same form sent twice confirms once and answers the same")
	require.Len(t, h.acts, before+1)
}

func TestWhatNamesNoCaseOrAnothersOrTooManyIsRefusedWithASentence(t *testing.T) {
	h := waiting(t, 1)
	s := serve(t, h)
	b := s.as(t, "o-cuc")
	none := b.preview()
	require.Equal(t, http.StatusUnprocessableEntity, none.status)
	require.Contains(t, none.words(".summary"), "Chưa chọn hồ sơ nào.")
	require.Equal(t, 1, none.Find("#f-chon").Length(), "the summary leads to the boxes")
	var many []string
	for i := range mostAtOnce + 1 {
		many = append(many, waitingCase(i+1)+"@1")
	}
	require.Contains(t, b.preview(many...).words(".summary"), "Đã chọn 201 hồ sơ; mỗi lần xác nhận nhiều nhất 200 hồ sơ.")
	strange := b.preview("DT-01/UBND-99999-2507/2026@1", "<b>", waitingCase(1)+"@x")
	require.Equal(t, http.StatusOK, strange.status)
	require.Contains(t, strange.words("section"), "Không có hồ sơ “DT-01/UBND-99999-2507/2026”.")
	require.Contains(t, strange.words("section"), "Hồ sơ đã thay đổi sau khi mở trang.")
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").preview(waitingCase(1)+"@1").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").post(queuePath+"/xac-nhan", url.Values{"chon": {waitingCase(1) + "@1"}}).status)
	require.Empty(t, h.acts)
}

func TestNobodyConfirmsTheCasesOfHisOwnUnit(t *testing.T) {
	h := waiting(t, 1)
	h.handIn(khoaiChauCase)
	h.addHolder("o-hai", "Vũ Thị Hải", "hai@btgdv.example", "reviewer", "Chuyên viên", agency)
	h.addHolder("o-hai", "Vũ Thị Hải", "hai@btgdv.example", "deputy", "Phó Chủ tịch", khoaiChau)
	b := serve(t, h).as(t, "o-hai")
	require.Len(t, b.get(queuePath).marks(), 1, "her own unit's case waits for somebody else")
	preview := b.preview(khoaiChauCase + "@1")
	require.Contains(t, preview.words("section"), "không ai tự xác nhận hồ sơ của đơn vị mình")
	require.Zero(t, preview.Find("main form").Length())
	result := b.post(queuePath+"/xac-nhan", url.Values{"chon": {khoaiChauCase + "@1"}, "act_id": {"f-1"}})
	require.Contains(t, result.words("section"), "không ai tự xác nhận hồ sơ của đơn vị mình")
	page := b.get(caseURL(khoaiChauCase))
	for _, act := range []string{"xac-nhan", "tra-lai", "gia-han", "khong-thuoc-doi-tuong", "van-ban-giay", "thu-hoi"} {
		path := caseURL(khoaiChauCase) + "/viec/" + act
		require.Zero(t, page.Find(`a[href="`+path+`"]`).Length(), act)
		require.Equal(t, http.StatusForbidden, b.get(path).status, act)
		require.Equal(t, http.StatusForbidden, b.post(path, url.Values{"act_id": {"a-00000001"}}).status, act)
	}
	require.Empty(t, h.acts)
}

func TestTwoHundredCasesAreConfirmedAtOnce(t *testing.T) {
	h := waiting(t, mostAtOnce)
	b := serve(t, h).as(t, "o-cuc")
	page := b.get(queuePath + "?chon=tat-ca")
	require.Equal(t, mostAtOnce, page.Find("[name=chon][checked]").Length())
	started := time.Now()
	preview := b.preview(page.marks()...)
	require.Equal(t, "Xác nhận 200 hồ sơ.", preview.words(".lead"))
	read := time.Since(started)
	started = time.Now()
	result := b.post(queuePath+"/xac-nhan", preview.sheetOf(t))
	require.Equal(t, "Đã xác nhận 200 hồ sơ.", result.words(".banner"))
	require.Equal(t, queuePath, result.path)
	t.Logf("200 cases: preview %v, confirmation %v", read, time.Since(started))
	require.Len(t, h.acts, mostAtOnce)
	require.Less(t, time.Since(started), bulkPatience)
}

func TestTheSecondOfTwoReviewersIsToldWhatTheFirstDecidedAndKeepsHisWords(t *testing.T) {
	h := waiting(t, 1)
	s := serve(t, h)
	first, second := s.as(t, "o-lan"), s.as(t, "o-cuc")
	path := caseURL(waitingCase(1)) + "/viec/"
	form := second.get(path + "tra-lai")
	first.post(path+"xac-nhan", url.Values{"act_id": {first.get(path + "xac-nhan").value("[name=act_id]")}})
	refused := second.post(path+"tra-lai", url.Values{"act_id": {form.value("[name=act_id]")}, "reasons": {"missing-evidence"}, "words": {"Thiếu biên bản có ký"}})
	require.Equal(t, http.StatusConflict, refused.status)
	require.Contains(t, refused.words(".summary"), "Hồ sơ đang ở trạng thái “hoàn thành” nên")
	require.Contains(t, refused.words(".summary"), "Đào Thị Lan đã xác nhận hồ sơ lúc 09:00 ngày 24/12/2026.")
	require.Equal(t, "Thiếu biên bản có ký", refused.words("#f-words"))
	require.Equal(t, 1, refused.Find("[name=reasons][value=missing-evidence][checked]").Length())
	require.Contains(t, second.get(path+"tra-lai").words("main"), "Đào Thị Lan đã xác nhận hồ sơ lúc 09:00 ngày 24/12/2026.")
}
