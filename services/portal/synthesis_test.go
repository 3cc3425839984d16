package portal

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const thisYear = "/tong-hop/2026-H2"

func TestTheSynthesisBeginsWithWhoReportedAndEachNumberOpensItsList(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-dung")
	seen := b.get(thisYear)
	require.Equal(t, "Tổng hợp năm 2026", seen.words("h1"))
	require.Equal(t, "2/4 đơn vị đã báo cáo: 1 đúng hạn, 1 quá hạn; 1 bị trả lại; 1 chưa báo cáo.", seen.words(".lead"))
	require.Contains(t, seen.words("main"), "Bản số 2, lập lúc 10:12 ngày 22/12/2026, Lê Thị Cúc. Chưa ký.")
	require.Contains(t, seen.words("details.why"), "Ngày chốt số liệu: thứ Hai, 21/12/202605 ngày làm việc trước hạn của báo cáo tổng hợp (thiết lập của tỉnh).")
	missing := b.get(seen.Find(".lead a").Last().AttrOr("href", ""))
	require.Equal(t, "Sở Nội vụ chưa mở hồ sơ", missing.words("#don-vi tbody td:first-child"))
}

func TestTheTableShowsEachFigureBesideThatOfTheYearBeforeInTheSectionsOfTheReport(t *testing.T) {
	seen := serve(t, synthesising(t)).as(t, "o-dung").get(thisYear)
	require.Equal(t, "Thực hiện dân chủ ở xã, phường, thị trấnCông khai, tiếp công dân, giải quyết đơnNhân dân đóng góp", seen.words(".figures th[scope=rowgroup]"))
	row := func(title string) string { return seen.words(".figures tr:contains('" + title + "') td") }
	require.Equal(t, "hội nghị126 Số hội nghị trao đổi, đối thoại đã tổ chức: cộng từ đâu104tăng 22 (21,2%)", row("Số hội nghị"))
	require.Contains(t, row("Số ý kiến, kiến nghị tiếp nhận"), "1.712không đổi")
	require.Contains(t, row("đối thoại đã trả lời"), "85,3%mới")
	require.Contains(t, row("Kinh phí"), "7.000.000.000giảm 500.000.000 (7,1%)")
	require.Contains(t, seen.words("main"), "Cùng kỳ là năm 2025, theo báo cáo đã ký.")
	require.NotContains(t, seen.words("main"), "Số liệu chưa ai ghi")
	require.Contains(t, seen.words(".kinds tr:contains('Số hội nghị')"), "6120")
}

func TestWithoutASignedYearBeforeNothingIsCompared(t *testing.T) {
	h := synthesising(t)
	h.drawn[synthesisOnce][0].Head.Signature = nil
	seen := serve(t, h).as(t, "o-dung").get(thisYear)
	require.Contains(t, seen.words("main"), "Chưa có bản đã ký của cùng kỳ năm trước để so sánh.")
	require.NotContains(t, seen.words(".figures thead"), "Cùng kỳ")
}

func TestAFigureLeadsDownToTheReportItsActAndItsFiles(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-dung")
	whole := b.get(b.get(thisYear).Find(".figures td a").First().AttrOr("href", ""))
	require.Equal(t, "126 hội nghị, cộng từ 3 báo cáo.", whole.words(".lead"))
	require.Equal(t, "Năm 2025104Báo cáo đã kýNăm 2026126Bản gần nhất", whole.words(".through tbody tr"))
	require.Equal(t, 2, whole.Find("figure rect").Length())
	level := b.get(whole.Find(".stack tbody a").First().AttrOr("href", ""))
	require.Equal(t, "Đảng ủy phường Mỹ HàoĐảng ủy xã Khoái Châu", level.words("tbody a"), "the largest first")
	leaf := b.get(level.Find("tbody a").Last().AttrOr("href", ""))
	require.Equal(t, "Toàn tỉnhBan Tuyên giáo và Dân vận Tỉnh ủy Hưng YênĐảng ủy xã Khoái Châu", leaf.words(".path li"))
	require.Equal(t, "/h/BC-12/"+partyKhoai+"/2026", leaf.Find("a.code").AttrOr("href", ""))
	require.Contains(t, leaf.words(".facts"), "đã đính chính 1 lần")
	require.Contains(t, leaf.words(".facts"), "Phần của báo cáoThực hiện dân chủ ở xã, phường, thị trấn")
	require.Contains(t, leaf.words(".facts"), "Lúc 15:20 ngày 14/12/2026, mã việc 0f3c9a52-6b1e-4a77-9d5e-2f1f6f6f0a11")
	require.Equal(t, "/tep/F-9/xem", leaf.Find(".facts a[href^='/tep/']").AttrOr("href", ""))
	require.Contains(t, leaf.words(".facts"), "Đã gồm báo cáo củaĐảng ủy xã Đông Tảo")
	require.Equal(t, http.StatusNotFound, b.get(thisYear+"/so-lieu/I04?don-vi=KHONG-CO").status)
}

func TestAMergedUnitIsShownWhereItsReportWasCounted(t *testing.T) {
	seen := serve(t, synthesising(t)).as(t, "o-dung").get(thisYear + "/bao-cao")
	require.Equal(t, "Đảng ủy xã Đông Tảo đã tính trong báo cáo của Đảng ủy xã Khoái Châu", seen.words("section:contains('đã sắp xếp') li"))
}

func TestEveryReportIsPlacedOnce(t *testing.T) {
	source := func(standing, unit, at string) *reportsv1.SynthesisSource {
		return &reportsv1.SynthesisSource{Standing: standing, UnitId: unit, CountedAt: at}
	}
	for text, one := range map[string]*reportsv1.SynthesisSource{
		"": source("counted", "A", "A"),
		"đã tính trong báo cáo của Xã Mới":                                                source("contained", "A", "B"),
		"tính tại Xã B, đơn vị kế thừa chưa báo cáo":                                      source("counted", "A", "B"),
		"số phát sinh trong kỳ tính tại Xã B; số hiện có theo báo cáo của đơn vị kế thừa": source("counted-flows", "A", "B"),
		"không tính: đơn vị đã kết thúc và không có đơn vị kế thừa trong bản tổng hợp":    source("outside", "A", ""),
	} {
		require.Equal(t, text, mergedWords(one, "Xã B", "Xã Mới"))
	}
}

func TestTheListOfWhoReportedIsFilteredAndCountedByKind(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-dung")
	seen := b.get(thisYear + "/bao-cao")
	require.Equal(t, 5, seen.Find("#don-vi tbody tr").Length())
	require.Contains(t, seen.words(".progress tr:contains('Đảng ủy cấp xã') td"), "31 đơn vị, Báo cáo đúng hạn1 đơn vị, Báo cáo quá hạn1 đơn vị, Trả lại, chưa nộp lại0")
	require.Equal(t, 3, seen.Find(".progress tr:contains('Đảng ủy cấp xã') rect").Length())
	late := b.get(thisYear + "/bao-cao?tinh-trang=qua-han")
	require.Equal(t, "Đảng ủy phường Mỹ HàoBáo cáo quá hạn 3 ngày làm việc, chờ xác nhận15/12/202618/12/2026Nộp ngày 18/12/2026, sau hạn 15/12/2026.", late.words("#don-vi tbody tr"))
	require.Equal(t, "/h/BC-12/"+partyMyHao+"/2026", late.Find("#don-vi td a").AttrOr("href", ""))
	require.Equal(t, 1, b.get(thisYear+"/bao-cao?loai=department").Find("#don-vi tbody tr").Length())
	require.Equal(t, 1, b.get(thisYear+"/bao-cao?don-vi="+url.QueryEscape("tân hưng")).Find("#don-vi tbody tr").Length())
	none := b.get(thisYear + "/bao-cao?tinh-trang=khong-co")
	require.Contains(t, none.words("#don-vi"), "Không có đơn vị nào khớp bộ lọc.")
	require.Contains(t, none.Find("#don-vi p a").AttrOr("href", ""), thisYear+"/bao-cao")
}

func TestAnOldVersionSaysThatItIsOldAndKeepsToItself(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-lan")
	seen := b.get(thisYear + "?ban=1")
	require.Contains(t, seen.words(".banner.warn"), "Đây là bản cũ. Xem bản số 2")
	require.Contains(t, seen.Find(".figures td a").First().AttrOr("href", ""), "ban=1")
	require.Contains(t, seen.Find(".sheets a").Eq(1).AttrOr("href", ""), "ban=1")
	require.Zero(t, seen.Find(".acts").Length())
	for _, wrong := range []string{"3", "0", "x", "99999999999"} {
		require.Equal(t, http.StatusNotFound, b.get(thisYear+"?ban="+wrong).status, wrong)
	}
	for _, wrong := range []string{"/tong-hop/2027-H1", "/tong-hop/x", "/tong-hop/2026-H1/so-lieu/I04", "/tong-hop/2026-H1/xuat.xlsx", "/tong-hop/2026-H1/ky"} {
		require.Equal(t, http.StatusNotFound, b.get(wrong).status, wrong)
	}
}

func TestWhatMovedInTheRegisterIsSaidAndDrawnUpAgain(t *testing.T) {
	h := synthesising(t)
	s := serve(t, h)
	require.Zero(t, s.as(t, "o-dung").get(thisYear).Find("main form").Length(), "who only reads is offered nothing")
	b := s.as(t, "o-cuc")
	seen := b.get(thisYear)
	require.Equal(t, "2 báo cáo thay đổi từ bản số 2. Xem thay đổi", seen.words(".banner.info"))
	require.Equal(t, thisYear+"/cac-ban?den=0&tu=2", seen.Find(".banner.info a").AttrOr("href", ""))
	require.Equal(t, "Lập bản tổng hợp số 3", seen.words("main form button"))
	require.Equal(t, thisYear+"/lap", seen.Find("main form").AttrOr("action", ""))
	after := b.post(thisYear+"/lap", url.Values{})
	require.Equal(t, "Đã lập bản tổng hợp số 3.", after.words(".banner.ok"))
	require.Contains(t, after.words("main"), "Bản số 3, lập lúc 09:00 ngày 24/12/2026, Lê Thị Cúc.")
	require.Zero(t, after.Find("main form").Length(), "nothing moved since")
	again := b.post(thisYear+"/lap", url.Values{})
	require.Equal(t, "Số liệu không khác bản số 3; không lập thêm bản mới. Còn 1 đơn vị chưa báo cáo hoặc bị trả lại.", again.words(".banner.ok"))
	require.Len(t, h.drawn[synthesisCase], 3)
}

func TestTheStandingAgencysOwnPeopleDrawUpToo(t *testing.T) {
	h := synthesising(t)
	h.addHolder("o-tam", "Phan Thị Tâm", "tam@btgdv.example", "contact", "Chuyên viên", agency)
	h.mayDrawUp = func(official string) bool { return official == "o-tam" }
	s := serve(t, h)
	b := s.as(t, "o-tam")
	require.Contains(t, b.get("/").words("header nav"), "Tổng hợp")
	require.Equal(t, "Đã lập bản tổng hợp số 3.", b.post(thisYear+"/lap", url.Values{}).words(".banner.ok"))
	require.Zero(t, b.get(thisYear).Find(".acts a").Length(), "only a leader records what was signed")
	require.Equal(t, http.StatusForbidden, b.get(thisYear+"/ky").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-lan").post(thisYear+"/lap", url.Values{}).status)
	require.NotContains(t, s.as(t, "o-an").get("/").words("header nav"), "Tổng hợp", "a commune's people have none")
}

func TestBeforeThereIsAVersionThePageSaysWhenOneComes(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-cuc")
	seen := b.get("/tong-hop/2026-H1")
	require.Contains(t, seen.words("main"), "Chưa lập bản tổng hợp nào. Hệ thống tự lập bản đầu tiên vào ngày chốt số liệu.")
	require.Equal(t, "Lập bản tổng hợp số 1", seen.words("main form button"))
	require.Contains(t, seen.Find("main p a[href^='/bang-theo-doi']").AttrOr("href", ""), "nhiem-vu=BC-12")
}

func TestTwoVersionsAreCompared(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-dung")
	seen := b.get(thisYear + "/cac-ban")
	require.Equal(t, "Số 2Số 1", seen.words("tbody td:first-child a"))
	require.Contains(t, seen.words("main"), "1 báo cáo thêm, 1 đơn vị đổi tình trạng, 3 số liệu đổi")
	require.Equal(t, "Bản số 1 và bản số 2", seen.words("#so-sanh h2"))
	require.Equal(t, "Khác nhau: 1 số liệu toàn tỉnh, 1 báo cáo, 1 đơn vị đổi tình trạng báo cáo.", seen.words("#so-sanh .lead"))
	require.Contains(t, seen.words("#so-sanh"), "118126tăng 8 (6,8%)")
	require.Contains(t, seen.words("#so-sanh"), "Đảng ủy phường Mỹ Hào báo cáo mới được tính")
	require.Contains(t, seen.words("#so-sanh"), "Chưa báo cáoBáo cáo quá hạn")
	now := b.get(thisYear + "/cac-ban?tu=2&den=0")
	require.Equal(t, "Bản số 2 và hiện tại", now.words("#so-sanh h2"))
	require.Contains(t, now.words("#so-sanh"), "6.500.000.0006.498.500.000,5giảm 1.499.999,5")
	require.Contains(t, now.words("#so-sanh li"), "Đảng ủy xã Khoái Châu báo cáo đã đính chính")
	same := b.get(thisYear + "/cac-ban?tu=9&den=2")
	require.Equal(t, "Bản số 1 và bản số 2", same.words("#so-sanh h2"), "a version that is not there")
}

func signing(more ...string) url.Values {
	values := url.Values{"number": {"145-BC/BTGDVTU"}, "day": {"23/12/2026"}, "file_id": {"F-signed"}, "version": {"2"}}
	for i := 0; i+1 < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return values
}

func TestSigningSaysWhatItDoesAsksOnceMoreAndSealsThePeriod(t *testing.T) {
	h := synthesising(t)
	b := serve(t, h).as(t, "o-lan")
	form := b.get(b.get(thisYear).Find(".acts a").AttrOr("href", ""))
	require.Equal(t, "Ghi nhận xong, kỳ báo cáo năm 2026 được khóa: báo cáo đã xác nhận của 1 đơn vị không sửa được nữa. "+
		"3 đơn vị chưa báo cáo hoặc chưa được xác nhận vẫn nộp được; số liệu đến sau hiện bên cạnh số đã ký, không đổi số đã ký.", form.words(".lead"))
	require.Contains(t, form.words("main"), "2 báo cáo thay đổi từ bản số 2.")
	require.Equal(t, "Báo cáo tổng hợp năm 2026 (đã ký).pdf, tải lên lúc 10:00 ngày 23/12/2026 Chưa có tệp, nộp vào hồ sơ sau", form.words("fieldset .pick"), "only PDF")
	asked := b.post(thisYear+"/ky", signing())
	require.Equal(t, http.StatusOK, asked.status)
	require.Equal(t, "Bản tổng hợp số 2 Số, ký hiệu: 145-BC/BTGDVTU Ngày ký: 23/12/2026 Bản đã ký: Báo cáo tổng hợp năm 2026 (đã ký).pdf, tải lên lúc 10:00 ngày 23/12/2026", asked.words(".said"))
	require.Equal(t, "Ghi nhận và khóa kỳ", asked.words("button.button"))
	require.Empty(t, h.signed, "nothing yet")
	sent := url.Values{}
	asked.Find("main form input[type=hidden]").Each(func(_ int, in *goquery.Selection) { sent.Set(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	done := b.post(thisYear+"/ky", sent)
	require.Equal(t, "Đã ghi nhận bản tổng hợp số 2 đã ký, số 145-BC/BTGDVTU. Kỳ báo cáo năm 2026 đang được khóa.", done.words(".banner.ok"))
	require.Len(t, h.signed, 1)
	require.Equal(t, []string{"145-BC/BTGDVTU", "2026-12-23", "F-signed", "2"}, []string{h.signed[0].GetNumber(), h.signed[0].GetDay(), h.signed[0].GetFileId(), strconv.Itoa(int(h.signed[0].GetVersion()))})
	require.Contains(t, done.words("main"), "Đã ký: số 145-BC/BTGDVTU, ngày 23/12/2026.")
	require.Contains(t, done.words("main"), "Kỳ báo cáo đã được lệnh khóa.")
	require.Equal(t, "2 báo cáo thay đổi sau khi ký bản số 2. Xem thay đổi", done.words(".banner.info"))
	require.Zero(t, done.Find(".acts a").Length(), "signed once")
	compared := b.get(thisYear + "/cac-ban")
	require.Equal(t, "Theo báo cáo đã ký và hiện tại", compared.words("#so-sanh h2"))
	require.Contains(t, compared.words("#so-sanh thead"), "Theo báo cáo đã kýHiện tại")
	require.Equal(t, "/tep/F-signed/xem", compared.Find("a[href^='/tep/']").AttrOr("href", ""))
	require.Contains(t, b.get(thisYear+"/ky").words(".banner.info"), "Bản số 2 đã ký: số 145-BC/BTGDVTU, ngày 23/12/2026.")
}

func TestWhatIsWrongWithASigningIsSaidAtItsFieldAndWhatWasTypedStays(t *testing.T) {
	h := synthesising(t)
	b := serve(t, h).as(t, "o-lan")
	empty := b.post(thisYear+"/ky", url.Values{"version": {"2"}})
	require.Equal(t, http.StatusUnprocessableEntity, empty.status)
	require.Equal(t, 3, empty.Find(".summary li").Length(), empty.words(".summary"))
	require.Contains(t, empty.words("#e-number"), "Chưa có số, ký hiệu văn bản.")
	future := b.post(thisYear+"/ky", signing("day", "25/12/2026", "confirmed", "1"))
	require.Contains(t, future.words("#e-day"), "Ngày ký (25/12/2026) sau ngày hôm nay.")
	require.Equal(t, "145-BC/BTGDVTU", future.value("#f-number"))
	require.Contains(t, b.post(thisYear+"/ky", signing("file_id", "F-table")).words("#e-file_id"), "không có trong danh sách", "a file that is no PDF")
	stale := b.post(thisYear+"/ky", signing("version", "1", "confirmed", "1"))
	require.Contains(t, stale.words(".summary"), "Bản số 1 không phải bản mới nhất nên không ký được. Xem bản số 2.")
	require.Equal(t, "145-BC/BTGDVTU", stale.value("#f-number"))
	require.Contains(t, b.post(thisYear+"/ky", signing("number", strings.Repeat("ố", 101))).words("#e-number"), "dài 101 ký tự, quá mức 100")
	require.Contains(t, b.post(thisYear+"/ky", signing("version", "x", "confirmed", "1")).words(".summary"), "Trang này đã cũ.")
	require.Empty(t, h.signed)
}

func TestASignedPaperMayFollowLater(t *testing.T) {
	h := synthesising(t)
	b := serve(t, h).as(t, "o-lan")
	require.Contains(t, b.post(thisYear+"/ky", signing("file_id", "none")).words(".said"), "Bản đã ký: Chưa có tệp, nộp vào hồ sơ sau")
	b.post(thisYear+"/ky", signing("file_id", "none", "confirmed", "1"))
	require.Empty(t, h.signed[0].GetFileId())
}

func TestThePeriodsAreListedAndDrawn(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-dung")
	require.Contains(t, b.get("/").words("header nav"), "Tổng hợp")
	seen := b.get("/tong-hop")
	require.Equal(t, "3 kỳ tổng hợp, 1 kỳ có bản đã ký.", seen.words(".lead"))
	require.Equal(t, "Năm 20266 tháng đầu năm 2026Năm 2025", seen.words("tbody td:first-child"))
	require.Equal(t, 2, seen.Find(".chart text:contains('Năm')").Length(), "a period without a version is not drawn")
	require.Equal(t, 6, seen.Find("figure rect").Length())
	require.Equal(t, "Báo cáo đúng hạn: năm 2025 80%, năm 2026 25%. Trên mỗi cột là tỷ lệ đơn vị báo cáo đúng hạn.", seen.words("figcaption"))
	require.Contains(t, serve(t, bare(t)).as(t, "o-dung").get("/tong-hop").words(".lead"), "Chưa mở kỳ tổng hợp nào.")
}

func TestTheCaseOfASynthesisLeadsToItsFigures(t *testing.T) {
	s := serve(t, synthesising(t))
	require.Equal(t, 1, s.as(t, "o-lan").get(caseURL(synthesisCase)).Find("main a[href='"+thisYear+"']").Length())
	require.Zero(t, s.as(t, "o-lan").get(caseURL(khoaiChauCase)).Find("main a[href^='/tong-hop']").Length())
}

func TestASynthesisIsExportedWithItsSources(t *testing.T) {
	b := serve(t, synthesising(t)).as(t, "o-dung")
	book := b.workbook(t, thisYear+"/xuat.xlsx")
	require.Equal(t, []string{"Số liệu", "Theo loại đơn vị", "Tình hình báo cáo", "Nguồn số liệu"}, book.GetSheetList())
	figures, err := book.GetRows("Số liệu")
	require.NoError(t, err)
	require.Equal(t, []string{"I04", "Thực hiện dân chủ ở xã, phường, thị trấn", "Số hội nghị trao đổi, đối thoại đã tổ chức", "hội nghị", "126", "", "3", "104", "tăng 22 (21,2%)"}, figures[1])
	require.Contains(t, figures[len(figures)-1][0], "Bản số 2, lập lúc 10:12 ngày 22/12/2026, Lê Thị Cúc. Số liệu từ ngày 15/12/2025 đến ngày 14/12/2026.")
	sources, err := book.GetRows("Nguồn số liệu")
	require.NoError(t, err)
	require.Equal(t, []string{"BC-12/" + partyOld + "/2026", "Đảng ủy xã Đông Tảo", "1", "Đã tính trong báo cáo của Đảng ủy xã Khoái Châu"}, sources[3])
	units, err := b.workbook(t, thisYear+"/bao-cao/xuat.xlsx?tinh-trang=chua-bao-cao").GetRows("Tình hình báo cáo")
	require.NoError(t, err)
	require.Equal(t, "Sở Nội vụ", units[1][1])
	require.Empty(t, units[2])
}

func TestAmountsReadAndSayWhatTravels(t *testing.T) {
	for wire, words := range map[string]string{"0": "0", "1234,5": "1.234,5", "6500000000000": "6.500.000.000.000", "0,0400": "0,04", "": "", "1.5": "1.5", "12,34567": "12,34567"} {
		require.Equal(t, words, amountWords(wire), wire)
	}
	for _, c := range [][3]string{
		{"", "", ""}, {"", "3", "mới"}, {"3", "", "không còn"}, {"3", "3,0", "không đổi"}, {"0", "3", "tăng 3"}, {"3", "0", "giảm 3 (100%)"}, {"1000", "1001", "tăng 1 (0,1%)"}, {"100000", "100001", "tăng 1 (chưa đến 0,1%)"}, {"1,5", "1,04", "giảm 0,46 (30,7%)"},
	} {
		require.Equal(t, c[2], amountChange(c[0], c[1]), c)
	}
	require.Equal(t, int64(126), amountCell("126"))
	require.InDelta(t, 1.04, amountCell("1,04"), 1e-9)
	require.Nil(t, amountCell(""))
}

func TestPagesOfTheSynthesisFitAPhone(t *testing.T) {
	pages := []string{"/tong-hop", thisYear, "/tong-hop/2026-H1", thisYear + "?ban=1", thisYear + "/bao-cao", thisYear + "/cac-ban?tu=2&den=0", thisYear + "/so-lieu/I04", thisYear + "/so-lieu/I04?don-vi=" + partyKhoai, thisYear + "/ky"}
	for _, page := range serve(t, synthesising(t)).as(t, "o-lan").measure(t, pages, 1280, 320) {
		require.LessOrEqual(t, page.Over, 0, "%s at %s px is wider than its screen", page.Path, page.Width)
		require.Empty(t, page.Small, "%s at %s px", page.Path, page.Width)
		if page.Width == "1280" {
			require.Equal(t, 1, page.NavLines, page.Path)
		}
	}
}

func TestTheSynthesisPrintsItsFiguresWithTheirDay(t *testing.T) {
	site := serve(t, synthesising(t))
	s := openScreen(t, site.address)
	s.becomes(site.as(t, "o-dung"))
	s.run(chromedp.Navigate(site.address + thisYear))
	whole := strings.Join(s.printed(), " ")
	for _, text := range []string{"Tổng hợp năm 2026", "2/4 đơn vị đã báo cáo", "tăng 22 (21,2%)", "Theo loại đơn vị", "Đảng ủy cấp xã", "Nguồn: hệ thống Nề Nếp", "lúc 09:00 ngày 24/12/2026"} {
		require.Contains(t, closed(whole), closed(text))
	}
	require.NotContains(t, closed(whole), "XuấtExcel")
}
