package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

// withLetters is the house with a ledger: what was told of two units' cases, a draft upwards, a letter to be printed, a rung without anybody.
func withLetters(t *testing.T) *house {
	t.Helper()
	h := newProvince(t)
	late := "DT-01/UBND-12127-2507/2026"
	h.messages = []*notificationsv1.Message{
		{Id: "7", CaseId: late, UnitId: "UBND-12127-2507", SenderUnitId: agency, OfficialId: "o-dung", Name: "Phạm Văn Dũng", Role: "committee", Channel: channelEmail, Template: "overdue-standing", RungId: "overdue-7",
			State: "draft", Subject: "[Nề Nếp] Đối thoại năm 2026 - UBND xã Tân Hưng", Body: "Kính gửi: Đồng chí Phạm Văn Dũng\n\nHồ sơ quá hạn 10 ngày làm việc.", CreatedAt: "2026-12-21T00:30:00Z", On: "2026-12-21"},
		{Id: "6", CaseId: khoaiChauCase, UnitId: khoaiChau, OfficialId: "o-an", Name: "Nguyễn Văn An", Role: "contact", Channel: channelEmail, Template: "reminder", RungId: "remind-7", State: "sent",
			Subject: "[Nề Nếp] Đối thoại năm 2026 - UBND xã Khoái Châu", Body: "Còn 7 ngày.\nMở hồ sơ: https://ne-nep.example/mo/bi.mat.lam (liên kết riêng)", CreatedAt: "2026-12-24T00:00:00Z", SentAt: "2026-12-24T00:30:00Z",
			Answer: "250 2.0.0 Ok", DeliveredAt: "2026-12-24T00:31:00Z", Delivery: "delivered", DigestId: "12", On: "2026-12-24", MessageId: "<a@ne-nep.example>"},
		{Id: "5", CaseId: late, UnitId: "UBND-12127-2507", Role: "head", Template: "overdue-head", RungId: "overdue-1", State: "dropped", Subject: "[Nề Nếp] Đối thoại năm 2026 - UBND xã Tân Hưng", CreatedAt: "2026-12-11T00:30:00Z", On: "2026-12-11"},
		{Id: "4", CaseId: late, UnitId: "UBND-12127-2507", OfficialId: "o-giang", Name: "Đỗ Văn Giang", Role: "contact", Channel: channelPaper, Template: "reminder", RungId: "remind-14", State: "waiting",
			Subject: "[Nề Nếp] Đối thoại năm 2026 - UBND xã Tân Hưng", CreatedAt: "2026-12-01T00:30:00Z", On: "2026-12-01"},
	}
	return h
}

func TestEachReadsOfTheLedgerWhatIsHis(t *testing.T) {
	h := withLetters(t)
	h.addHolder("o-chu", "Ngô Thị Chủ", "chu@tanhung.example", "head", "Chủ tịch UBND xã", "UBND-12127-2507")
	s := serve(t, h)
	for who, want := range map[string]int{"o-dung": 4, "o-cuc": 4, "o-quan": 4, "o-an": 1, "o-chu": 3, "o-binh": 1, "o-khanh": 0} {
		require.Equal(t, want, s.as(t, who).get("/thu").Find("table tbody tr").Length(), who)
	}
	head := s.as(t, "o-chu")
	require.Equal(t, []string{"UBND xã Tân Hưng", "Gửi cho tôi"}, head.get("/thu").each("[name=cua] option"))
	require.Zero(t, head.get("/thu?cua=toi").Find("table tbody tr").Length())
	require.Equal(t, 3, head.get("/thu?cua="+khoaiChau).Find("table tbody tr").Length(), "another unit's letters are not his")
	require.Equal(t, http.StatusForbidden, head.get("/thu/6").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-giang").get("/thu/6").status)
	require.Equal(t, http.StatusOK, s.as(t, "o-an").get("/thu/6").status)
	require.Equal(t, http.StatusNotFound, s.as(t, "o-an").get("/thu/999").status)
}

func TestTheLedgerSaysWhoWhatWhenWhy(t *testing.T) {
	b := serve(t, withLetters(t)).as(t, "o-dung")
	row := b.get("/thu").Find("table tbody tr").Eq(1)
	words := strings.Join(strings.Fields(row.Text()), " ")
	for _, said := range []string{"07:30 ngày 24/12/2026", "Nguyễn Văn An", "Chuyên viên Văn phòng HĐND và UBND", "Nhắc việc", "Nhắc việc trước hạn 7 ngày", khoaiChauCase, "Thư điện tử", "Đã đến nơi", "lúc 07:31 ngày 24/12/2026", "250 2.0.0 Ok"} {
		require.Contains(t, words, said)
	}
	letter := b.get(row.Find("td a").First().AttrOr("href", ""))
	require.Equal(t, "[Nề Nếp] Đối thoại năm 2026 - UBND xã Khoái Châu", letter.words("h1"))
	require.Contains(t, letter.words(".letter"), "Còn 7 ngày. Mở hồ sơ: (liên kết riêng của người nhận)")
	require.NotContains(t, letter.Text(), "bi.mat.lam")
	require.Contains(t, letter.words("dl"), "nằm trong bản tổng hợp")
}

func TestTheLedgersFiltersAreItsAddress(t *testing.T) {
	h := withLetters(t)
	b := serve(t, h).as(t, "o-dung")
	seen := b.get("/thu?" + url.Values{"chu": {"khoái"}, "don-vi": {"UBND xã Khoái Châu"}, "kenh": {"email"}, "mau": {"reminder"}, "trang-thai": {"sent"}, "tu": {"1/12/2026"}, "den": {"24/12/2026"}}.Encode())
	require.Equal(t, "1 thông báo khớp bộ lọc.", seen.words(".lead"))
	asked := h.asked[len(h.asked)-1]
	require.Equal(t, []string{"khoái", khoaiChau, "email", "reminder", "sent", "2026-12-01", "2026-12-24"},
		[]string{asked.GetText(), asked.GetUnitId(), asked.GetChannel(), asked.GetTemplate(), asked.GetState(), asked.GetFrom(), asked.GetTo()})
	require.Equal(t, "khoái", seen.value("[name=chu]"))
	require.Equal(t, "reminder", seen.Find("[name=mau] option[selected]").AttrOr("value", ""))
	several := b.get("/thu?don-vi=" + url.QueryEscape("xã"))
	require.Equal(t, "3 đơn vị khớp “xã”. Chọn một đơn vị.", several.words(".lead"))
	require.Equal(t, 1, b.get(several.Find("main ul a").First().AttrOr("href", "")).Find("table tbody tr").Length())
	require.Equal(t, "Không có đơn vị nào khớp “Atlantis”.", b.get("/thu?don-vi=Atlantis").words(".lead"))
	wrong := b.get("/thu?tu=31/02/2026&den=1/1/2026")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.words("#e-tu"), "“31/02/2026” không phải là ngày có trong lịch.")
	require.Contains(t, b.get("/thu?tu=2/12/2026&den=1/12/2026").words("#e-den"), "Ngày cuối 01/12/2026 trước ngày đầu 02/12/2026.")
}

func TestTheLedgerTurnsItsPages(t *testing.T) {
	h := withLetters(t)
	for range 120 {
		h.messages = append(h.messages, &notificationsv1.Message{Id: "9", OfficialId: "o-an", Name: "Nguyễn Văn An", State: "sent", CreatedAt: "2026-11-01T00:00:00Z"})
	}
	b := serve(t, h).as(t, "o-dung")
	require.Equal(t, "1–50 của 124 Sau ›", b.get("/thu").words(".pages"))
	require.Equal(t, "‹ Trước 101–124 của 124", b.get("/thu?trang=3").words(".pages"))
}

func TestTheLedgerLeavesAsCSV(t *testing.T) {
	b := serve(t, withLetters(t)).as(t, "o-an")
	file := b.get(b.get("/thu").Find(`a[href*="so.csv"]`).AttrOr("href", ""))
	require.Equal(t, "text/csv; charset=utf-8", file.header.Get("Content-Type"))
	require.Equal(t, `attachment; filename=so-thong-bao-2026-12-24.csv`, file.header.Get("Content-Disposition"))
	require.Contains(t, file.Text(), "Nguyễn Văn An,[Nề Nếp] Đối thoại năm 2026 - UBND xã Khoái Châu")
	require.NotContains(t, file.Text(), "Tân Hưng", "one's own only")
}

func TestWhoWasNotThereToBeToldIsCountedOnTheOverview(t *testing.T) {
	s := serve(t, withLetters(t))
	b := s.as(t, "o-dung")
	link := b.get("/bang-theo-doi").Find(`a[href="/thu?nobody=1"]`)
	require.Equal(t, "1 mức nhắc không có người nhận", link.Text())
	seen := b.get("/thu?nobody=1")
	require.Equal(t, "1 mức nhắc không có người nhận.", seen.words(".lead"))
	require.Contains(t, seen.words("table tbody"), "Chưa có người đứng đầu đơn vị")
	require.Contains(t, seen.words("table tbody"), "Quá hạn 1 ngày làm việc")
}

func TestADraftLeavesOnlyAfterItWasReadAndConfirmed(t *testing.T) {
	h := withLetters(t)
	s := serve(t, h)
	b := s.as(t, "o-lan")
	require.Equal(t, "Dự thảo chờ gửi (1)", b.get("/").words(`main a[href="/thu/du-thao"]`))
	list := b.get("/thu/du-thao")
	require.Equal(t, "1 dự thảo chờ người có thẩm quyền gửi. Chưa có gì được gửi đi.", list.words(".lead"))
	letter := b.get(list.Find("table a").First().AttrOr("href", ""))
	require.Contains(t, letter.words(".letter"), "Kính gửi: Đồng chí Phạm Văn Dũng Hồ sơ quá hạn 10 ngày làm việc.")
	sure := b.post("/thu/du-thao/7", url.Values{"act_id": {"a"}, "words": {"Đề nghị xem xét sớm."}})
	require.Equal(t, "Thư gửi đến Phạm Văn Dũng, Ủy viên Ban Chỉ đạo tỉnh, Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên, qua thư điện tử, với tên cơ quan gửi là Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên. "+
		"Số ngày quá hạn trong thư tính đến ngày gửi. Thư đã gửi không thu lại được.", sure.words(".lead"))
	require.Contains(t, sure.words(".said"), "Đề nghị xem xét sớm.")
	require.Equal(t, "draft", h.messages[0].GetState(), "nothing left yet")
	h.quiet = true
	done := b.post("/thu/du-thao/7/gui", url.Values{"words": {sure.value("[name=words]")}})
	require.Equal(t, "/thu/du-thao", done.path)
	require.Equal(t, "Đã quyết định gửi thư. Ngoài giờ gửi: thư đi lúc 08:00 ngày 25/12/2026.", done.words(".banner"))
	require.Equal(t, []string{"waiting", "Đề nghị xem xét sớm.", "o-lan"}, []string{h.messages[0].GetState(), h.messages[0].GetWords(), h.messages[0].GetDecidedBy()})
	gone := b.get("/thu/du-thao/7")
	require.Equal(t, http.StatusNotFound, gone.status)
	require.Contains(t, gone.words(".lead"), "Không còn dự thảo này")
}

func TestALetterToSeveralIsOneDraftAndNamesThemAll(t *testing.T) {
	h := withLetters(t)
	h.messages[0].Key = "a/overdue-7"
	h.messages = append(h.messages, &notificationsv1.Message{Id: "8", Key: "a/overdue-7", SenderUnitId: agency, OfficialId: "o-quan", Name: "Hà Văn Quân", Role: "committee", Channel: channelEmail, State: "draft", CreatedAt: "2026-12-21T00:30:00Z"})
	b := serve(t, h).as(t, "o-lan")
	require.Equal(t, "Dự thảo chờ gửi (1)", b.get("/").words(`main a[href="/thu/du-thao"]`))
	sure := b.post("/thu/du-thao/7", url.Values{})
	require.Contains(t, sure.words(".lead"), "Phạm Văn Dũng, Ủy viên Ban Chỉ đạo tỉnh, Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên; Hà Văn Quân, Quản trị hệ thống, Sở Nội vụ, qua thư điện tử")
}

func TestADraftIsNotSentForAReason(t *testing.T) {
	h := withLetters(t)
	s := serve(t, h)
	b := s.as(t, "o-lan")
	bare := b.post("/thu/du-thao/7/khong-gui", url.Values{"reason": {""}})
	require.Contains(t, bare.words("#e-reason"), "Chưa có lý do không gửi.")
	require.Equal(t, "Đã ghi quyết định không gửi.", b.post("/thu/du-thao/7/khong-gui", url.Values{"reason": {"Đơn vị đã báo cáo trực tiếp"}}).words(".banner"))
	require.Equal(t, "dropped", h.messages[0].GetState())
	for _, who := range []string{"o-quan", "o-an", "o-cuc"} {
		require.Equal(t, http.StatusForbidden, s.as(t, who).get("/thu/du-thao").status, "neither administrators nor contacts nor reviewers speak for the body: "+who)
	}
}

func TestADraftOfASettledCaseIsDropped(t *testing.T) {
	h := withLetters(t)
	h.settled = true
	b := serve(t, h).as(t, "o-lan")
	seen := b.post("/thu/du-thao/7/gui", url.Values{})
	require.Equal(t, "/thu/du-thao", seen.path)
	require.Equal(t, "Hồ sơ đã nộp nên không gửi báo cáo này. Dự thảo được bỏ.", seen.words(".banner.warn"))
	require.Equal(t, "Không có dự thảo nào chờ gửi.", seen.words(".lead"))
}

func TestLettersOnPaperArePrinted(t *testing.T) {
	h := withLetters(t)
	s := serve(t, h)
	b := s.as(t, "o-cuc")
	list := b.get("/thu/giay")
	require.Contains(t, list.words(".lead"), "1 công văn chờ in")
	file := b.post(list.Find("form.press").AttrOr("action", ""), url.Values{})
	require.Equal(t, docxType, file.header.Get("Content-Type"))
	require.Contains(t, file.header.Get("Content-Disposition"), "attachment")
	require.Equal(t, "4", h.printed[0].GetMessageId())
	require.Equal(t, "Tài khoản này không có quyền lập công văn nhân danh cơ quan này.", b.post("/thu/giay/99", url.Values{}).words(".banner.warn"), "of another reviewing body")
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get("/thu/giay").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").post("/thu/giay/4", url.Values{}).status)
}

func TestALetterThatUrgesTheUnitOfAnOverdueCase(t *testing.T) {
	h := withLetters(t)
	s := serve(t, h)
	late := "/h/DT-01/UBND-12127-2507/2026"
	b := s.as(t, "o-cuc")
	require.Equal(t, 1, b.get(late).Find(`a[href="`+late+`/cong-van"]`).Length())
	require.Zero(t, b.get(caseURL(khoaiChauCase)).Find(`a[href$="/cong-van"]`).Length(), "not overdue")
	require.Contains(t, b.get(late+"/cong-van").words(".lead"), "Tải dự thảo công văn (.docx) để trình ký.")
	past := b.post(late+"/cong-van", url.Values{"answer_by": {"1/12/2026"}})
	require.Contains(t, past.words("#e-answer_by"), "Ngày 01/12/2026 đã qua.")
	file := b.post(late+"/cong-van", url.Values{"answer_by": {"31/12/2026"}})
	require.Equal(t, docxType, file.header.Get("Content-Type"))
	require.Equal(t, "2026-12-31", h.printed[0].GetAnswerBy())
	require.Equal(t, http.StatusForbidden, s.as(t, "o-dung").get(late+"/cong-van").status)
}
