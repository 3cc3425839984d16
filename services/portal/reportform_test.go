package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
)

const (
	communes  = "/h/" + yearReport + "/buoc/communes"
	narrative = "/h/" + yearReport + "/buoc/narrative"
)

// withReport is the house in which the unit has its yearly report to fill in.
func withReport(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.openReport(t)
	return h
}

func TestASectionBeginsWithWhatTheHouseKnowsAndSaysSo(t *testing.T) {
	h := withReport(t)
	seen := serve(t, h).as(t, "o-an").get(communes)
	require.Equal(t, "Phần 2: Thực hiện dân chủ ở xã", seen.words("h1"))
	require.Equal(t, "3", seen.value("#f-fact-dialogues"), "counted by the register, before anyone types")
	require.Equal(t, "Theo hồ sơ trên hệ thống: 3 · Xem nguồn của Số hội nghị đối thoại đã tổ chức Kỳ trước (năm 2025): 2", lined(seen, "#k-fact-dialogues"))
	require.Equal(t, "/h/"+yearReport+"/nguon/communes/dialogues", seen.Find("#k-fact-dialogues a").AttrOr("href", ""))
	require.Equal(t, "Kỳ trước (năm 2025): 1.000,5", lined(seen, "#k-fact-money"))
	require.Equal(t, "triệu đồng", seen.words("#u-fact-money"))
	require.Equal(t, "u-fact-money k-fact-money", seen.Find("#f-fact-money").AttrOr("aria-describedby", ""))
	require.Equal(t, "24/12/2026", seen.value("#f-held_on"), "the figures are drawn up today")
	require.Contains(t, seen.words("main"), "Kỳ số liệu: từ ngày")
}

// lined are the paragraphs of a node, each as a person reads it.
func lined(page seen, selector string) string {
	var lines []string
	for _, line := range page.Find(selector + " p").EachIter() {
		lines = append(lines, strings.Join(strings.Fields(line.Text()), " "))
	}
	return strings.Join(lines, " ")
}

func TestWhatDiffersFromTheRegisterIsSaidBesideTheFieldAndBelow(t *testing.T) {
	h := withReport(t)
	b := serve(t, h).as(t, "o-an")
	typed := filledIn(b.get(communes), "fact-dialogues", "4", "fact-opinions", "10", "fact-answered", "8", "fact-money", "2.000", "do", "reckon")
	seen := b.sendStep(communes, typed, nil)
	require.Contains(t, seen.words("#k-fact-dialogues .differs"), "Theo hồ sơ trên hệ thống: 3, khác số đã ghi")
	require.Contains(t, seen.words("#tinh"), "Số hội nghị đối thoại đã tổ chức (4) khác số theo hồ sơ trên hệ thống (3). Nếu số đã nhập đúng, ghi vào mục Giải trình.")
	require.Contains(t, seen.words("#tinh"), "Kinh phí Nhân dân đóng góp (2.000) chênh quá 50% so với kỳ trước (1.000,5).")
	require.Contains(t, seen.words("#tinh"), "Số ý kiến đã trả lời: 8/10 (80,0%).")
	typed.Set("words", "Một hội nghị chưa nhập lên hệ thống")
	explained := b.sendStep(communes, typed, nil)
	require.Zero(t, explained.Find("#tinh .off").Length())
	require.Contains(t, explained.words("#tinh"), "Đã có giải trình.")
	require.Empty(t, h.acts)
}

func TestARefusalForWantOfAnExplanationStandsAtItsFigureWithEverythingKept(t *testing.T) {
	h := withReport(t)
	h.refusal = &casefilev1.Refusal{Code: contract.CodeInvalid, TextVi: "Số liệu chưa đúng.", TextEn: "Wrong.", Fields: []*casefilev1.FieldFault{
		{Field: "record_step.facts.dialogues", TextVi: "Số hội nghị (4) khác số theo hồ sơ trên hệ thống (3). Ghi giải trình.", TextEn: "It differs."},
		{Field: "record_step.facts.money", TextVi: "Kinh phí chênh quá 50%.", TextEn: "It differs."},
	}}
	b := serve(t, h).as(t, "o-an")
	refused := b.sendStep(communes, filledIn(b.get(communes), "fact-dialogues", "4", "fact-opinions", "10", "fact-answered", "8", "fact-money", "2.000,75"), nil)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.words("#e-fact-dialogues"), "khác số theo hồ sơ trên hệ thống (3)")
	require.Equal(t, 2, refused.Find(".summary li a").Length())
	require.Equal(t, "2.000,75", refused.value("#f-fact-money"), "as it was typed")
	h.refusal = nil
	require.Equal(t, narrative, b.sendStep(communes, filledIn(refused, "words", "Đã đối chiếu"), nil).path, "goes on with the next section")
	act := h.acts[0].GetAct().GetRecordStep()
	require.Equal(t, map[string]string{"dialogues": "4", "opinions": "10", "answered": "8", "money": "2000,75", "boards": "1"}, act.GetFacts())
	require.Equal(t, "Đã đối chiếu", act.GetWords())
	require.Equal(t, "Đã đối chiếu", b.get(communes).words("#f-words"), "the explanation stands when the section is opened again")
	require.Equal(t, "2.000,75", b.get(communes).value("#f-fact-money"))
}

func TestFiguresAreTakenInTheVietnameseFormOnly(t *testing.T) {
	for typed, want := range map[string]string{"1.234,5": "1234,5", "1234,5": "1234,5", "0,0001": "0,0001", "1 000": "1000", "": ""} {
		in := &inputs{values: url.Values{"a": {typed}}}
		require.Equal(t, want, in.amount("a"), typed)
		require.Empty(t, in.faults, typed)
	}
	for _, typed := range []string{"1.5", "1,234.5", "1,04 triệu", "-3", "1,23456", "abc", "1.04"} {
		in := &inputs{values: url.Values{"a": {typed}}}
		require.Empty(t, in.amount("a"), typed)
		require.Equal(t, []fault{{"a", "“" + typed + "” không phải là số. Nhập bằng chữ số, dấu phẩy trước phần thập phân."}}, in.faults)
		in = &inputs{values: url.Values{"a": {typed}}}
		require.Empty(t, in.count("a"), "no figure is read as another: %s", typed)
		require.Len(t, in.faults, 1)
	}
}

func TestAnswersInWordsGoToReportsAndComeBackFromThereAlone(t *testing.T) {
	h := withReport(t)
	for _, step := range []string{"leadership", "communes"} {
		h.record(yearReport, step, "2026-12-20", nil)
	}
	s := serve(t, h)
	b := s.as(t, "o-an")
	form := b.get(narrative)
	require.Equal(t, "Tối đa 200 ký tự", form.words("#l-fact-results"))
	require.Equal(t, "200", form.Find("#f-fact-results").AttrOr("data-most", ""))
	done := b.sendStep(narrative, filledIn(form, "fact-results", "Dân bàn,\r\ndân làm.", "held_on", "24/12/2026"), nil)
	require.Equal(t, "/h/"+yearReport+"/kiem-tra", done.path, "the last section leads to the check of the whole report")
	require.Equal(t, figures.WordsSum("Dân bàn,\ndân làm."), h.acts[0].GetAct().GetRecordStep().GetFacts()["results"])
	again := b.get(narrative)
	require.Equal(t, "Dân bàn,\ndân làm.", again.Find("#f-fact-results").Text())
	require.Equal(t, "Còn 183 ký tự", again.words("#l-fact-results"))
	for _, page := range []seen{b.get("/h/" + yearReport), b.get("/h/" + yearReport + "/kiem-tra"), s.as(t, "o-cuc").get("/h/" + yearReport)} {
		require.Contains(t, page.words("table.report"), "Kết quả nổi bậtDân bàn, dân làm.", page.path)
		require.NotContains(t, page.Text(), "sha256:")
	}
	require.NotContains(t, s.as(t, "o-giang").get("/h/"+yearReport).Text(), "Dân bàn", "words are for those who may read the case")
	h.wordsHidden = true
	require.Contains(t, b.get("/h/"+yearReport).words("table.report"), hiddenWords)
	require.Empty(t, b.get(narrative).Find("#f-fact-results").Text())
	h.wordsHidden, h.formsSilent = false, true
	away := b.get("/h/" + yearReport)
	require.Equal(t, http.StatusOK, away.status)
	require.Contains(t, away.words("table.report"), unreadWords)
	require.NotContains(t, away.Text(), "sha256")
	require.Empty(t, b.get(narrative).Find("#f-fact-results").Text(), "nothing but the words is ever sent in their place")
}

func TestWordsThatAreTooLongAreKeptAndCounted(t *testing.T) {
	h := withReport(t)
	b := serve(t, h).as(t, "o-an")
	long := strings.Repeat("ộ", 201)
	refused := b.sendStep(narrative, filledIn(b.get(narrative), "fact-results", long, "held_on", "31/02/2026"), nil)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.words("#e-fact-results"), "Kết quả nổi bật dài 201 ký tự, quá mức 200. Rút gọn hoặc đính kèm thành tệp.")
	require.Equal(t, 2, refused.Find(".summary li").Length(), "all faults at once")
	require.Equal(t, long, refused.Find("#f-fact-results").Text())
	require.Equal(t, "Quá 1 ký tự, tối đa 200", refused.words("#l-fact-results"))
	missing := b.sendStep(narrative, filledIn(b.get(narrative), "fact-results", " \r\n ", "fact-difficulties", "Thiếu kinh phí"), nil)
	require.Contains(t, missing.words("#e-fact-results"), "Chưa có kết quả nổi bật. Nhập kết quả nổi bật rồi gửi lại.")
	require.Equal(t, "Thiếu kinh phí", missing.Find("#f-fact-difficulties").Text())
}

func TestTwoPeopleOnOneSectionSeeBothVersionsOfFiguresAndWords(t *testing.T) {
	h := withReport(t)
	s := serve(t, h)
	an, binh := s.as(t, "o-an"), s.as(t, "o-binh")
	mine := filledIn(an.get(communes), "fact-dialogues", "3", "fact-opinions", "10", "fact-answered", "8", "fact-money", "1.000,5")
	binh.sendStep(communes, filledIn(binh.get(communes), "fact-dialogues", "3", "fact-opinions", "12", "fact-answered", "8", "fact-money", "1.234,25"), nil)
	refused := an.sendStep(communes, mine, nil)
	require.Equal(t, http.StatusConflict, refused.status)
	require.Contains(t, refused.words(".summary"), "Trần Thị Bình ghi kết quả phần 2: Thực hiện dân chủ ở xã.")
	require.Contains(t, refused.words("form table"), "Số ý kiến tiếp nhận1210")
	require.Contains(t, refused.words("form table"), "Kinh phí Nhân dân đóng góp1.234,251.000,5")
	said := filledIn(an.get(narrative), "fact-results", "Bản của An")
	binh.sendStep(narrative, filledIn(binh.get(narrative), "fact-results", "Bản của Bình"), nil)
	other := an.sendStep(narrative, said, nil)
	require.Equal(t, http.StatusConflict, other.status)
	require.Contains(t, other.words("form table"), "Kết quả nổi bậtBản của BìnhBản của An")
	require.NotContains(t, other.Text(), "sha256")
	require.Equal(t, "/h/"+yearReport+"/buoc/leadership", an.sendStep(narrative, filledIn(other), nil).path, "sending again goes through, and leads to the section that is still missing")
	require.Equal(t, "Bản của An", an.get(narrative).Find("#f-fact-results").Text())
}

func TestTheOverviewOfAReportLeadsFromSectionToSection(t *testing.T) {
	h := withReport(t)
	b := serve(t, h).as(t, "o-an")
	begun := b.get("/h/" + yearReport)
	require.Equal(t, "Đã ghi 0/3 phần của báo cáo, còn thiếu 4 mục.", begun.words(".next .lead"))
	require.Equal(t, "Ghi tiếp phần 1: Lãnh đạo, chỉ đạo", begun.words(".next .button"))
	require.Contains(t, begun.sectionRow("1. Lãnh đạo"), "Chưa có")
	b.saves(t, filledIn(b.get(communes), "fact-opinions", "27"))
	next := b.sendStep("/h/"+yearReport+"/buoc/leadership", filledIn(b.get("/h/"+yearReport+"/buoc/leadership"), "fact-directives", "9"), nil)
	require.Equal(t, communes, next.path)
	require.Contains(t, next.words(".banner"), "Đã ghi kết quả phần 1: Lãnh đạo, chỉ đạo.")
	require.Equal(t, "27", next.value("#f-fact-opinions"), "the draft goes before what the register knows")
	require.Equal(t, "‹ Phần 1: Lãnh đạo, chỉ đạoPhần 3: Đánh giá chung ›", next.words(".sections ul"))
	seen := b.get("/h/" + yearReport)
	require.Contains(t, seen.sectionRow("1. Lãnh đạo"), "Đã có 1/1 24/12/2026 Sửa phần 1")
	require.Contains(t, seen.sectionRow("2. Thực hiện"), "bản nháp lưu lúc 09:00 ngày 24/12/2026, chưa ghi")
	require.Contains(t, seen.sectionRow("2. Thực hiện"), "0/5 Ghi tiếp phần 2")
	require.Equal(t, communes, seen.Find(".next .button").AttrOr("href", ""))
	reader := serve(t, h).as(t, "o-cuc").get("/h/" + yearReport)
	require.NotContains(t, reader.words("main"), "bản nháp", "a draft is its writer's alone")
	require.Zero(t, reader.Find("#phan td a[href$='/buoc/leadership']").Length())
}

func (s seen) sectionRow(title string) string {
	var cells []string
	for _, cell := range s.Find(`#phan > table tbody tr:contains("` + title + `") td`).EachIter() {
		cells = append(cells, strings.Join(strings.Fields(cell.Text()), " "))
	}
	return strings.Join(strings.Fields(strings.Join(cells, " ")), " ")
}

func TestTheCheckPageIsTheWholeReportWithThePeriodBeforeAndItsSources(t *testing.T) {
	h := withReport(t)
	b := serve(t, h).as(t, "o-an")
	b.sendStep(communes, filledIn(b.get(communes), "fact-dialogues", "3", "fact-opinions", "10", "fact-answered", "8", "fact-money", "1.234,75", "words", "Có thêm một dự án"), nil)
	seen := b.get("/h/" + yearReport + "/kiem-tra")
	require.Equal(t, []string{"Chỉ tiêu", "Kỳ này", "Kỳ trước (năm 2025)", "Thay đổi", "Nguồn"}, seen.cells("table.report thead tr"))
	require.Equal(t, []string{"Số hội nghị đối thoại đã tổ chức", "3", "2", "tăng 1", "theo hồ sơ trên hệ thống: Số hội nghị đối thoại đã tổ chức"}, seen.cells(`table.report tr:contains("Số hội nghị đối thoại")`))
	require.Equal(t, []string{"Kinh phí Nhân dân đóng góp (triệu đồng)", "1.234,75", "1.000,5", "tăng 234,25", "đơn vị ghi"}, seen.cells(`table.report tr:contains("Kinh phí")`))
	require.Equal(t, []string{"Số ý kiến tiếp nhận", "10", "", "", "đơn vị ghi"}, seen.cells(`table.report tr:contains("Số ý kiến tiếp nhận")`))
	require.Equal(t, []string{"Giải trình", "Có thêm một dự án"}, seen.cells(`table.report tr:contains("Giải trình")`))
	require.Contains(t, seen.words(".banner.warn"), "Lãnh đạo, chỉ đạo (phần 1)")
	require.Equal(t, "4. Báo cáo đã ký", seen.words("dl.check dt"), "what asks no figure is listed as before")
}

func (s seen) cells(row string) []string {
	var cells []string
	for _, cell := range s.Find(row).First().Find("th, td").EachIter() {
		cells = append(cells, strings.Join(strings.Fields(cell.Text()), " "))
	}
	return cells
}

func TestAFigureNamesTheCasesItComesFrom(t *testing.T) {
	h := withReport(t)
	h.addBoard(khoaiChau, "peoples-inspection-board")
	s := serve(t, h)
	for _, who := range []string{"o-an", "o-cuc", "o-dung"} {
		seen := s.as(t, who).get("/h/" + yearReport + "/nguon/communes/dialogues")
		require.Equal(t, "Nguồn số liệu: Số hội nghị đối thoại đã tổ chức", seen.words("h1"), who)
		require.Contains(t, seen.words("dl.check"), "3 · Đếm hồ sơ đối thoại đã có ngày tổ chức trong kỳ số liệu")
		require.Equal(t, 1, seen.Find(`main td a[href="`+caseURL(khoaiChauCase)+`"]`).Length())
		require.Contains(t, seen.words("#ky-truoc"), "năm 2025")
	}
	boards := s.as(t, "o-an").get("/h/" + yearReport + "/nguon/communes/boards")
	require.Contains(t, boards.words("main ul"), "UBND xã Khoái Châu")
	require.Equal(t, http.StatusForbidden, s.as(t, "o-giang").get("/h/"+yearReport+"/nguon/communes/dialogues").status)
	for _, wrong := range []string{"/nguon/communes/x", "/nguon/x/dialogues"} {
		require.Equal(t, http.StatusNotFound, s.as(t, "o-an").get("/h/"+yearReport+wrong).status)
	}
	require.Equal(t, http.StatusNotFound, s.as(t, "o-an").get(caseURL(khoaiChauCase)+"/nguon/hold/present").status)
}

func TestAReportIsFilledWhileTheRegisterIsAway(t *testing.T) {
	h := withReport(t)
	h.formsSilent = true
	b := serve(t, h).as(t, "o-an")
	seen := b.get(communes)
	require.Equal(t, http.StatusOK, seen.status)
	require.Contains(t, seen.words("main"), "Chưa đọc được số liệu trên hệ thống và của kỳ trước")
	require.Empty(t, seen.value("#f-fact-dialogues"))
	require.Equal(t, http.StatusOK, b.get("/h/"+yearReport+"/kiem-tra").status)
	require.Equal(t, http.StatusServiceUnavailable, b.get("/h/"+yearReport+"/nguon/communes/dialogues").status)
	require.Equal(t, narrative, b.sendStep(communes, filledIn(seen, "fact-dialogues", "3", "fact-opinions", "10", "fact-answered", "8"), nil).path)
}

func TestTheReviewerReadsTheAnswersBesideThoseOfThePeriodBefore(t *testing.T) {
	h := withReport(t)
	s := serve(t, h)
	b := s.as(t, "o-an")
	b.sendStep(narrative, filledIn(b.get(narrative), "fact-results", "Năm nay đủ"), nil)
	before := h.cases[lastReport].State
	act := &casefilev1.Act{ActId: "a-before", CaseId: lastReport, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "narrative", Facts: map[string]string{"results": "Năm ngoái thiếu"}}}}
	h.takeSection(act, before)
	h.submitCase(yearReport)
	seen := s.as(t, "o-cuc").get("/h/" + yearReport)
	require.Equal(t, []string{"Kết quả nổi bật", "Năm nay đủ", "Năm ngoái thiếu", "khác"}, seen.cells(`#so-sanh tr:contains("Kết quả nổi bật")`))
	require.Contains(t, seen.cells(`#so-sanh tr:contains("Kinh phí")`), "1.000,5 triệu đồng")
}
