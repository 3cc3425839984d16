package portal

import (
	"bytes"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func TestMyWorkBeginsWithTheAnswer(t *testing.T) {
	seen := serve(t, newHouse(t)).as(t, "o-an").get("/")
	require.Equal(t, http.StatusOK, seen.status)
	require.Equal(t, "Có 1 việc đến hạn trong 7 ngày tới.", seen.words("main .lead"))
	require.Equal(t, "7 ngày tới (1)", seen.words("main h2"))
	require.Contains(t, seen.words(".list li"), "Sắp đến hạn, còn 7 ngày")
	require.Equal(t, caseURL(khoaiChauCase), seen.Find(".list a").AttrOr("href", ""))
	require.Equal(t, "Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên", seen.words(".tagline"))
}

func TestACaseSaysWhatIsMissingAndWhyThatDay(t *testing.T) {
	h := newHouse(t)
	h.record(khoaiChauCase, "notice", "2026-12-10", map[string]string{"channel": "several"})
	seen := serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase))
	require.Equal(t, "Hội nghị trao đổi, đối thoại giữa UBND cấp xã với Nhân dân, năm 2026", seen.words("h1"))
	require.Contains(t, seen.words("main"), "Hạn: thứ Năm, 31/12/2026")
	require.Contains(t, seen.words(".next"), "Tổ chức hội nghị (bước 3)")
	require.NotContains(t, seen.words(".next"), "(bước 2)")
	require.Contains(t, seen.words("table"), "Hình thức thông báo: nhiều hình thức", "an answer reads as its words, not its id")
	why := seen.words(".why")
	require.Contains(t, why, "Vì sao là ngày 31/12/2026?")
	require.Contains(t, why, "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15")
	require.Contains(t, why, "(đã đối chiếu văn bản gốc)")
	require.Contains(t, why, "Kỳ 2026 từ 01/01/2026 đến 31/12/2026.")
	require.Contains(t, seen.words("main"), "Tiếp theo, thứ Năm, 24/12/2026: nhắc việc trước hạn 7 ngày, gửi cán bộ đầu mối: Nguyễn Văn An.")
	require.Contains(t, seen.words("main"), "mã kiểm tra 3fa9c1d2")
}

func TestADateOfTheLawIsNotOfferedForExtension(t *testing.T) {
	h := newHouse(t)
	require.True(t, h.cases[khoaiChauCase].GetState().GetDueOfLaw())
	s := serve(t, h)
	own := s.as(t, "o-an").get(caseURL(khoaiChauCase))
	require.NotContains(t, own.words("main .acts"), "Đề nghị gia hạn")
	require.Contains(t, own.words("main .acts"), "Báo cáo nguyên nhân chậm")
	require.NotContains(t, s.as(t, "o-cuc").get(caseURL(khoaiChauCase)).words("main .acts"), "Gia hạn")
	h.cases[khoaiChauCase].State.DueOfLaw = false
	require.Contains(t, s.as(t, "o-an").get(caseURL(khoaiChauCase)).words("main .acts"), "Đề nghị gia hạn")
}

// sendStep sends a step's form as a browser does: fields first, then files.
func (b *browser) sendStep(path string, values url.Values, files map[string]string) seen {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	values.Set(forgeryField, b.forgery())
	for name, several := range values {
		for _, value := range several {
			require.NoError(b.t, form.WriteField(name, value))
		}
	}
	for name, content := range files {
		part, err := form.CreateFormFile("files", name)
		require.NoError(b.t, err)
		_, err = io.WriteString(part, content)
		require.NoError(b.t, err)
	}
	require.NoError(b.t, form.Close())
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.address+path, &body)
	require.NoError(b.t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(request)
}

func holdForm(seen seen) url.Values {
	return url.Values{
		"act_id": {seen.value("[name=act_id]")}, "held_on": {"20/12/2026"}, "fact-present": {"1.214"}, "fact-opinions": {"27"}, "fact-opinions_answered": {"25"}, "do": {"act"},
	}
}

const holdPath = "/h/" + khoaiChauCase + "/buoc/hold"

func TestAStepIsRecordedWithItsFileInTheNameOfTheOfficial(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	after := b.sendStep(holdPath, holdForm(b.get(holdPath)), map[string]string{"biên bản.pdf": "%PDF-1.7"})
	require.Equal(t, caseURL(khoaiChauCase), after.path)
	require.Equal(t, "Đã ghi kết quả bước 3: Tổ chức hội nghị.", after.words(".banner"))
	recorded := h.acts[0].GetAct().GetRecordStep()
	require.Equal(t, "2026-12-20", recorded.GetHeldOn())
	require.Equal(t, map[string]string{"present": "1214", "opinions": "27", "opinions_answered": "25"}, recorded.GetFacts())
	require.Equal(t, []string{"F-up-biên bản.pdf"}, recorded.GetFileIds())
	require.Equal(t, "%PDF-1.7", h.uploaded["F-up-biên bản.pdf"])
	require.Equal(t, "o-an", h.speakers[0].OfficialID)
	require.Equal(t, "portal", h.speakers[0].Service)
	require.Equal(t, "contact", h.acts[0].GetAct().GetActingRole())
}

func TestTheSameFormSentTwiceIsOneAct(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	form := holdForm(b.get(holdPath))
	require.NotEmpty(t, form.Get("act_id"))
	for range 2 {
		require.Equal(t, caseURL(khoaiChauCase), b.sendStep(holdPath, form, map[string]string{"a.pdf": "%PDF"}).path)
	}
	require.Len(t, h.acts, 1)
	require.NotEqual(t, form.Get("act_id"), b.get(holdPath).value("[name=act_id]"), "another showing of the form is another act")
}

func TestWhatIsWrongStandsAboveAndAtTheFieldAndNothingTypedIsLost(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	form := holdForm(b.get(holdPath))
	form.Set("held_on", "31/02/2026")
	form.Set("fact-present", "đông")
	form.Set("words", "Hội trường huyện cũ")
	seen := b.sendStep(holdPath, form, nil)
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Empty(t, h.acts)
	require.True(t, strings.HasPrefix(seen.words("title"), "Lỗi: "))
	require.Equal(t, "“31/02/2026” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", seen.words(".summary li:first-child"))
	require.Contains(t, seen.words("#e-held_on"), seen.words(".summary li:first-child"), "same words at the field")
	require.Equal(t, "#f-held_on", seen.Find(".summary li a").First().AttrOr("href", ""))
	require.Equal(t, "31/02/2026", seen.value("#f-held_on"))
	require.Equal(t, "đông", seen.value("#f-fact-present"))
	require.Equal(t, "Hội trường huyện cũ", seen.words("#f-words"))
	require.Equal(t, form.Get("act_id"), seen.value("[name=act_id]"))
}

func TestARefusalOfTheServiceStandsAtTheField(t *testing.T) {
	h := newHouse(t)
	h.refusal = &casefilev1.Refusal{Code: contract.CodeInvalid, TextVi: "Chưa đúng.", TextEn: "No.", Fields: []*casefilev1.FieldFault{
		{Field: "record_step.facts.opinions_answered", TextVi: "Số đã giải quyết (30) lớn hơn số tiếp nhận (27). Kiểm tra lại hai số này.", TextEn: "No."},
	}}
	b := serve(t, h).as(t, "o-an")
	seen := b.sendStep(holdPath, holdForm(b.get(holdPath)), nil)
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-fact-opinions_answered"), "Số đã giải quyết (30) lớn hơn số tiếp nhận (27).")
}

func TestAFileThatIsNotTakenIsToldAtTheFileAndTheRestStays(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	seen := b.sendStep(holdPath, holdForm(b.get(holdPath)), map[string]string{"biên bản.exe": "MZ"})
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Contains(t, seen.words("#e-files"), "Hệ thống không nhận tệp .exe.")
	require.Equal(t, "1.214", seen.value("#f-fact-present"))
	require.Empty(t, h.acts)
}

func TestAFileRefusedEarlyLeavesTheOthersWhole(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	form := holdForm(b.get(holdPath))
	form.Set("do", "upload")
	seen := b.sendStep(holdPath, form, map[string]string{"a.exe": strings.Repeat("MZ", 3<<20), "b.pdf": "%PDF-1.7 b"})
	require.Equal(t, http.StatusUnprocessableEntity, seen.status)
	require.Equal(t, "%PDF-1.7 b", h.uploaded["F-up-b.pdf"])
	require.Equal(t, "F-up-b.pdf", seen.value("[name=file_id]"), "what arrived is kept")
}

func TestUploadingKeepsWhatWasTypedAndTheFile(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-an")
	form := holdForm(b.get(holdPath))
	form.Set("do", "upload")
	seen := b.sendStep(holdPath, form, map[string]string{"a.pdf": "%PDF"})
	require.Equal(t, http.StatusOK, seen.status)
	require.Equal(t, "F-up-a.pdf", seen.value("[name=file_id]"))
	require.Equal(t, "20/12/2026", seen.value("#f-held_on"))
	require.Contains(t, seen.words(".files"), "a.pdf")
}

func TestAnIncompleteCaseCannotBeSubmittedAndLeadsToWhatIsMissing(t *testing.T) {
	seen := serve(t, newHouse(t)).as(t, "o-an").get(caseURL(khoaiChauCase) + "/kiem-tra")
	require.Contains(t, seen.words(".banner"), "Còn thiếu 4 mục. Thêm đủ rồi nộp hồ sơ.")
	require.Equal(t, 0, seen.Find("form [name=act_id]").Length())
	require.Equal(t, caseURL(khoaiChauCase)+"/buoc/notice", seen.Find(".banner a").First().AttrOr("href", ""))
}

func TestSubmittingGivesAReceipt(t *testing.T) {
	h := newHouse(t)
	h.recordAll(khoaiChauCase)
	b := serve(t, h).as(t, "o-an")
	check := b.get(caseURL(khoaiChauCase) + "/kiem-tra")
	require.Contains(t, check.words("main"), "Sau khi nộp, hồ sơ chuyển đến Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên và không sửa được cho đến khi có kết quả.")
	act := check.value("[name=act_id]")
	seen := b.post(caseURL(khoaiChauCase)+"/kiem-tra", url.Values{"act_id": {act}, "number": {"145/BC-UBND"}})
	require.Equal(t, caseURL(khoaiChauCase)+"/da-nop", seen.path)
	require.Equal(t, "Đã nộp hồ sơ "+khoaiChauCase+" lúc 09:00 ngày 24/12/2026. Mã nộp: "+act[:8]+".", seen.words(".banner"))
	require.Equal(t, "145/BC-UBND", h.acts[0].GetAct().GetSubmit().GetSignedNumber())
	require.Len(t, h.acts[0].GetAct().GetSubmit().GetFileIds(), 5)
}

func TestAnActThatCouldNotBeDeliveredIsStoredAndSaysSo(t *testing.T) {
	h := newHouse(t)
	h.recordAll(khoaiChauCase)
	h.pending = true
	b := serve(t, h).as(t, "o-an")
	seen := b.post(caseURL(khoaiChauCase)+"/kiem-tra", url.Values{"act_id": {"a-00000001"}})
	require.Equal(t, caseURL(khoaiChauCase), seen.path)
	require.Contains(t, seen.words(".banner"), "hệ thống tự chuyển khi kết nối lại, không cần gửi lại.")
}

func TestTheReviewerReturnsOnlyWithAReason(t *testing.T) {
	h := newHouse(t)
	h.submitCase(khoaiChauCase)
	b := serve(t, h).as(t, "o-cuc")
	queue := b.get("/cho-xac-nhan")
	require.Equal(t, "1 hồ sơ chờ xác nhận, 0 hồ sơ chờ quá 5 ngày làm việc.", queue.words(".lead"))
	path := caseURL(khoaiChauCase) + "/viec/tra-lai"
	act := b.get(path).value("[name=act_id]")
	refused := b.post(path, url.Values{"act_id": {act}, "words": {"Thiếu chữ ký"}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.words("#e-reasons"), "Chưa chọn lý do trả lại. Chọn ít nhất một lý do và ghi rõ nội dung cần bổ sung.")
	require.Equal(t, "Thiếu chữ ký", refused.words("#f-words"))
	done := b.post(path, url.Values{"act_id": {act}, "words": {"Thiếu chữ ký"}, "reasons": {"wrong-signatory", "other"}, "due": {"31/12/2026"}})
	require.Equal(t, "Đã trả lại hồ sơ "+khoaiChauCase+".", done.words(".banner"))
	require.Equal(t, []string{"wrong-signatory", "other"}, h.acts[0].GetAct().GetReturn().GetReasons())
	require.Equal(t, "2026-12-31", h.acts[0].GetAct().GetReturn().GetDueDay())
	require.Equal(t, "reviewer", h.acts[0].GetAct().GetActingRole())
	require.Equal(t, agency, h.acts[0].GetAct().GetActingUnitId())
}

func TestTheReviewerSeesThisPeriodBesideTheLast(t *testing.T) {
	h := newHouse(t)
	h.recordAll(khoaiChauCase)
	h.submitCase(khoaiChauCase)
	s := serve(t, h)
	require.Contains(t, s.as(t, "o-cuc").get(caseURL(khoaiChauCase)).words("main"), "Kỳ trước không có hồ sơ để so sánh.")
	last := proto.Clone(h.cases[khoaiChauCase]).(*reportsv1.Case) //nolint:forcetypeassert // a clone is what it was
	last.Id, last.PeriodId = "DT-01/"+khoaiChau+"/2025", "2025"
	last.State.Steps[2].Facts = map[string]string{"present": "180", "opinions": "31"}
	h.cases[last.GetId()] = last
	seen := s.as(t, "o-cuc").get(caseURL(khoaiChauCase)).words("main")
	require.Contains(t, seen, "Kỳ trước (năm 2025)")
	require.Contains(t, seen, "Số người dự214180tăng 34")
	require.Contains(t, seen, "tiếp nhận2731giảm 4")
	require.Contains(t, seen, "đã trả lời25chưa cómới")
	require.NotContains(t, s.as(t, "o-an").get(caseURL(khoaiChauCase)).words("main"), "So với kỳ trước")
}

func TestTheUnitReadsWhyItsCaseCameBack(t *testing.T) {
	h := newHouse(t)
	h.submitCase(khoaiChauCase)
	s := serve(t, h)
	s.as(t, "o-cuc").post(caseURL(khoaiChauCase)+"/viec/tra-lai", url.Values{"act_id": {"a-00000001"}, "words": {"Biên bản thiếu chữ ký"}, "reasons": {"wrong-signatory"}})
	seen := s.as(t, "o-an").get(caseURL(khoaiChauCase))
	require.Equal(t, "Lê Thị Cúc trả lại hồ sơ (chưa đúng thẩm quyền ký), 09:00 ngày 24/12/2026: Biên bản thiếu chữ ký", seen.words(".opinions"))
	require.Contains(t, seen.words(".under"), "Trả lại, nộp lại chậm nhất 31/12/2026")
}

type trial struct{ byName }

func (trial) Rehearsal() bool { return true }

func TestPagesOfATrialBearItsMark(t *testing.T) {
	s := serve(t, newHouse(t), func(_ *wire.Config, options *Options) { options.SignIn = trial{} })
	require.Equal(t, "Dữ liệu diễn tập", s.as(t, "o-dung").get("/bang-theo-doi").words(".strip"))
	require.Empty(t, serve(t, newHouse(t)).as(t, "o-dung").get("/bang-theo-doi").words(".strip"))
}

func TestNobodyIsOfferedWhatIsNotHis(t *testing.T) {
	h := newHouse(t)
	h.submitCase(khoaiChauCase)
	s := serve(t, h)
	require.Equal(t, "Ghi chú", strings.TrimSpace(strings.NewReplacer("Rút lại hồ sơ", "", "Ghi cuộc gọi", "", "Ghi ý kiến, kiến nghị", "", "Lưu bản đã ký", "").Replace(s.as(t, "o-an").get(caseURL(khoaiChauCase)).words("main .acts"))))
	require.Empty(t, s.as(t, "o-dung").get(caseURL(khoaiChauCase)).words("main .acts"), "a supervisor reads")
	require.Equal(t, http.StatusForbidden, s.as(t, "o-dung").get(caseURL(khoaiChauCase)+"/viec/xac-nhan").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-dung").get("/cho-xac-nhan").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get("/bang-theo-doi").status)
}

func TestAStrangerIsRefusedByName(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-giang")
	for _, path := range []string{"", "/buoc/hold", "/kiem-tra", "/lich-su", "/da-nop", "/viec/ghi-chu"} {
		seen := b.get(caseURL(khoaiChauCase) + path)
		require.Equal(t, http.StatusForbidden, seen.status, path)
		require.Equal(t, "Tài khoản này không có quyền xem hồ sơ ở UBND xã Khoái Châu. Liên hệ Tổ giúp việc, 0221 3 000 000.", seen.words("main .lead"))
		require.NotContains(t, seen.words("main"), "đối thoại")
	}
}

func TestHistoryNamesItsEventsAndMarksTheSecondSource(t *testing.T) {
	h := newHouse(t)
	h.history = &reportsv1.GetHistoryResponse{EventsTotal: 40, EventsTold: 40, TemporalUrl: "http://127.0.0.1:8233/namespaces/nenep/workflows/x", Entries: []*reportsv1.HistoryEntry{
		{At: "2026-01-05T01:00:00Z", TextVi: "Mở hồ sơ <script>alert(1)</script>.", EventIds: []int64{1, 2, 3}, Source: "temporal"},
		{At: "2026-12-24T00:30:00Z", TextVi: "Nhắc lần 2 (trước hạn 7 ngày) gửi Nguyễn Văn An.", EventIds: []int64{33, 31, 32, 40}, Source: "temporal"},
	}}
	h.messages = []*notificationsv1.Message{{CaseId: khoaiChauCase, OfficialId: "o-an", State: "sent", SentAt: "2026-12-24T00:31:00Z"}}
	seen := serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase) + "/lich-su")
	require.Equal(t, "Khớp với Temporal: 40/40 sự kiện, lúc 09:00 ngày 24/12/2026.", seen.words(".lead"))
	require.Equal(t, "Thứ Năm, 24/12/2026", seen.Find("h2").First().Text(), "newest first")
	require.Contains(t, seen.words(".history"), "Sự kiện gốc 31–33, 40")
	require.Equal(t, "07:31 Máy chủ thư đã nhận thư gửi Nguyễn Văn An. Nguồn: sổ thư", spaced(seen.Find(".second-source")))
	require.Equal(t, 0, seen.Find("script:not([src])").Length(), "what others wrote is text")
	require.Equal(t, "Mở trong Temporal ↗", seen.words("main a[rel=noreferrer]"))
}

func spaced(s *goquery.Selection) string {
	var parts []string
	s.Find("time, p").Each(func(_ int, one *goquery.Selection) { parts = append(parts, strings.TrimSpace(one.Text())) })
	return strings.Join(parts, " ")
}

func TestHistoryFromTheRegisterSaysSo(t *testing.T) {
	h := newHouse(t)
	h.history = &reportsv1.GetHistoryResponse{FromRegister: true}
	seen := serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase) + "/lich-su")
	require.Contains(t, seen.words(".banner"), "Không đọc được lịch sử từ Temporal lúc 09:00 ngày 24/12/2026.")
}

func TestTheOverviewAnswersWhoIsLate(t *testing.T) {
	h := newHouse(t)
	h.submitCase(khoaiChauCase)
	b := serve(t, h).as(t, "o-dung")
	seen := b.get("/bang-theo-doi")
	require.Equal(t, "Đến ngày 24/12/2026: 1 hồ sơ quá hạn ở 1 đơn vị.", seen.words(".lead"))
	first := seen.Find(".map tbody tr").First()
	require.Equal(t, "UBND xã Tân Hưng", first.Find("th").Text(), "the latest unit first")
	cell := first.Find("td.late-3")
	require.Equal(t, "quá hạn 10ngày làm việc", strings.TrimSpace(cell.Text()), "shape, number and hidden word")
	require.Equal(t, "#triangle", cell.Find("use").AttrOr("href", ""))
	require.Equal(t, "/h/DT-01/UBND-12127-2507/2026", cell.Find("a").AttrOr("href", ""))
	require.Positive(t, first.Find("td.not-obliged").Length(), "a commune owes no committee of a department")
	list := b.get(seen.Find(".counts a").First().AttrOr("href", ""))
	require.Equal(t, 1, list.Find("table.rows tbody tr").Length(), "every figure opens its list")
	require.Contains(t, list.words("table.rows tbody"), "Quá hạn 10 ngày làm việc")
}

func TestTheOverviewsFiltersAreTheAddress(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-dung")
	seen := b.get("/bang-theo-doi?nhiem-vu=DT-01&don-vi=" + url.QueryEscape("mỹ hào"))
	require.Equal(t, 1, seen.Find(".map tbody tr").Length())
	require.Equal(t, "mỹ hào", seen.value("[name=don-vi]"))
	require.Equal(t, "DT-01", seen.Find("[name=nhiem-vu] option[selected]").AttrOr("value", ""))
	require.Contains(t, b.get("/bang-theo-doi?don-vi=Atlantis").words("main"), "Không có hồ sơ nào khớp bộ lọc.")
}

func TestALinkShowsTitleAndDayAndSignsNobodyIn(t *testing.T) {
	h := newHouse(t)
	h.links["t"] = &notificationsv1.OpenLinkResponse{CaseId: khoaiChauCase, OfficialId: "o-an", ExpiresOn: "2027-01-20"}
	h.links["old"] = &notificationsv1.OpenLinkResponse{CaseId: khoaiChauCase, OfficialId: "o-an", ExpiresOn: "2026-12-01", Expired: true}
	s := serve(t, h)
	b := s.open(t)
	seen := b.get("/mo/t")
	require.Equal(t, "Hạn: thứ Năm, 31/12/2026", seen.words(".lead"))
	require.NotContains(t, seen.words("main"), "Khoái Châu")
	require.Equal(t, "/dang-nhap?den=%2Fh%2FDT-01%2FUBND-12205-2507%2F2026", b.get(caseURL(khoaiChauCase)).path, "the link opened no session")
	b.get("/mo/t")
	require.Equal(t, caseURL(khoaiChauCase), b.post("/dang-nhap/ten", url.Values{"official": {"o-an"}}).path, "after sign-in the case")
	require.Equal(t, caseURL(khoaiChauCase), b.get("/mo/t").path, "signed in, straight to it")
	other := s.as(t, "o-giang").get("/mo/t")
	require.Contains(t, other.words("main"), "Liên kết này cấp riêng cho người khác nên không mở được hồ sơ.")
	expired := s.open(t).get("/mo/old")
	require.Equal(t, http.StatusGone, expired.status)
	require.Contains(t, expired.words("main"), "Liên kết đã hết hạn ngày 01/12/2026.")
}

func TestFilesLeaveOnlyAsDownloads(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-an")
	seen := b.get("/tep/F-1")
	require.Equal(t, http.StatusOK, seen.status)
	require.True(t, strings.HasPrefix(seen.header.Get("Content-Disposition"), "attachment"))
	require.Contains(t, seen.header.Get("Content-Security-Policy"), "sandbox")
}

func TestTheFrameSpeaksEnglishAndWithItThePagesThatAreWhole(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-an")
	seen := b.get("/ngon-ngu/en?ve=" + url.QueryEscape("/"))
	require.Equal(t, "/", seen.path)
	require.Contains(t, seen.words("header"), "My work")
	require.Equal(t, "My work", seen.words("h1"))
	require.Equal(t, "en", seen.Find("main").AttrOr("lang", ""))
	seen = b.get("/uy-quyen")
	require.Equal(t, "Vắng mặt và ủy quyền", seen.words("h1"))
	require.Equal(t, "vi", seen.Find("main").AttrOr("lang", ""))
}

func TestEveryPageIsWrittenAsAnOfficeWrites(t *testing.T) {
	h := newProvince(t)
	h.submitCase("DT-01/UBND-12142-2507/2026")
	h.openCase(t, "CK-01", khoaiChau, "2026-Q4")
	h.openCase(t, "TD-01", khoaiChau, "2026")
	h.addBoard(front, "peoples-inspection-board")
	board := h.missingBoard(t)
	s := serve(t, h)
	for who, paths := range map[string][]string{
		"o-an": {"/", caseURL(khoaiChauCase), holdPath, caseURL(khoaiChauCase) + "/kiem-tra", caseURL(khoaiChauCase) + "/lich-su", caseURL(khoaiChauCase) + "/viec/nguyen-nhan-cham", "/khong-co",
			"/su-kien", votersAsk, petitionCame, "/h/" + register, addEntry, "/h/TD-01/" + khoaiChau + "/2026", "/h/TD-01/" + khoaiChau + "/2026/buoc/m02"},
		"o-hoa": {"/su-kien", projectStarted, caseURL(board), seatEmpty},
		"o-lan": {caseURL(khoaiChauCase) + "/lenh/ap-dung-quy-dinh", "/su-kien?don-vi=" + department, "/chi-tieu", "/chi-tieu/DT-01", "/chi-tieu/L-04", "/chi-tieu/TTND-02", "/chi-tieu/GSDT-01", "/bang-theo-doi?nhom=ban"},
		"o-cuc": {"/", "/cho-xac-nhan", "/bang-theo-doi", "/bang-theo-doi?xem=danh-sach", "/h/DT-01/UBND-12142-2507/2026", "/h/DT-01/UBND-12142-2507/2026/viec/xac-nhan"},
	} {
		s.as(t, who).writtenAsAnOfficeWrites(t, paths)
	}
	others := serve(t, busy(t))
	for who, paths := range aboutMessages {
		others.as(t, who).writtenAsAnOfficeWrites(t, paths)
	}
}

// unwritten is what no office writes, and what no page is made of.
var unwritten = []string{"!", "vui lòng", "xin lỗi", "nghĩa vụ", "Duyệt", "chờ duyệt", "nấc", "Miễn ", "<no value>", "%!", "{{", "style=", "onclick"}

func (b *browser) writtenAsAnOfficeWrites(t *testing.T, paths []string) {
	t.Helper()
	for _, path := range paths {
		seen := b.get(path)
		html, err := seen.Html()
		require.NoError(t, err)
		text := seen.Text()
		require.True(t, norm.NFC.IsNormalString(text), path)
		for _, never := range unwritten {
			require.NotContains(t, strings.ReplaceAll(html, "<!DOCTYPE", ""), never, path)
		}
		require.Equal(t, 1, seen.Find("h1").Length(), path)
		require.Equal(t, "vi", seen.Find("html").AttrOr("lang", ""), path)
		require.Zero(t, seen.Find("input:not([type=hidden]):not([id]):not(label input)").Length(), path)
		require.LessOrEqual(t, len(html), 150_000, path)
	}
}

func TestEveryWordOfTheFrameIsThereInBothLanguages(t *testing.T) {
	v, err := loadViews(nil)
	require.NoError(t, err)
	names, err := fs.Glob(files, "templates/*.html")
	require.NoError(t, err)
	for _, name := range names {
		content, err := files.ReadFile(name)
		require.NoError(t, err)
		for _, used := range regexp.MustCompile(`\.T "([a-z]+)"`).FindAllStringSubmatch(string(content), -1) {
			require.NotEmpty(t, v.labels[used[1]]["vi"], used[1])
			require.NotEmpty(t, v.labels[used[1]]["en"], used[1])
		}
	}
	b := serve(t, newProvince(t)).as(t, "o-lan")
	b.get("/ngon-ngu/en?ve=%2Fchi-tieu")
	require.Equal(t, []string{"My work", "Awaiting confirmation", "Record an event", "Overview", "Targets", "Synthesis", "Message log"}, b.get("/chi-tieu").each("header nav li"))
}
