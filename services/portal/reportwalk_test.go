package portal

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

func TestAReportIsFilledAndHandedInWithoutScript(t *testing.T) {
	h := withReport(t)
	site := serve(t, h)
	signed := filepath.Join(t.TempDir(), "Báo cáo.pdf")
	require.NoError(t, os.WriteFile(signed, []byte("%PDF-1.7"), 0o600))
	s := openScreen(t, site.address)
	s.becomes(site.as(t, "o-an"))
	s.run(emulation.SetScriptExecutionDisabled(true), chromedp.EmulateViewport(390, 844), chromedp.Navigate(site.address+"/"))

	s.press(`.list a[href="/h/` + yearReport + `"]`)
	s.press(".next .button")
	s.fill(map[string]string{"fact-directives": "9"})
	s.press("button.button[value=act]")
	require.Equal(t, "Phần 2: Thực hiện dân chủ ở xã", s.words("h1"))
	s.fill(map[string]string{"fact-opinions": "27", "fact-answered": "28", "fact-money": "1.234,5"})
	s.press("#tinh button")
	require.Contains(t, s.words("#tinh"), "Số ý kiến đã trả lời (28) lớn hơn số ý kiến tiếp nhận (27).")
	s.run(chromedp.SetValue("#f-fact-answered", "25", chromedp.ByQuery))
	s.press("button.button[value=act]")
	require.Equal(t, "Phần 3: Đánh giá chung", s.words("h1"))
	s.fill(map[string]string{"fact-results": "Dân chủ được mở rộng."})
	s.press("button.button[value=act]")
	require.Contains(t, s.words("table.report"), "Dân chủ được mở rộng.", "after the last section comes the whole report")
	s.press(`.banner.warn a[href$="/buoc/report"]`)
	s.fill(map[string]string{"held_on": "24/12/2026"})
	s.run(chromedp.SetUploadFiles("#f-files", []string{signed}, chromedp.ByQuery))
	s.press("button.button[value=act]")
	require.Contains(t, s.words(".next"), "Đã ghi 3/3 phần của báo cáo.")
	s.press(".next .button")
	s.press("button.button[value=act]")
	require.Contains(t, s.words(".banner"), "Đã nộp hồ sơ "+yearReport)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, h.cases[yearReport].GetState().GetState())
}

func TestAsSomebodyTypesHisLettersAreCountedAndHisFiguresReckoned(t *testing.T) {
	site := serve(t, withReport(t))
	s := openScreen(t, site.address)
	s.becomes(site.as(t, "o-an"))
	s.run(chromedp.Navigate(site.address+narrative), chromedp.SendKeys("#f-fact-results", "Được", chromedp.ByQuery), chromedp.WaitVisible("#l-fact-results", chromedp.ByQuery))
	s.eventually(`document.querySelector("#l-fact-results").textContent`, "Còn 196 ký tự")
	s.run(chromedp.Navigate(site.address+communes), chromedp.SendKeys("#f-fact-dialogues", kb.End+"1", chromedp.ByQuery))
	s.eventually(`document.querySelector("#tinh [role=status]").textContent`, "Số hội nghị đối thoại đã tổ chức (31) khác số theo hồ sơ trên hệ thống (3). Nếu số đã nhập đúng, ghi vào mục Giải trình.")
}

// eventually waits for the page to say something.
func (s *screen) eventually(expression, want string) {
	s.t.Helper()
	var got string
	require.Eventually(s.t, func() bool { s.ask(expression, &got); return got == want }, patience, 50*time.Millisecond, "%s", want)
}

func TestTheWholeReportIsPrintedOnA4WithItsHeadsAndNothingToPress(t *testing.T) {
	h := withReport(t)
	h.record(yearReport, "communes", "2026-12-20", map[string]string{"dialogues": "3", "opinions": "27", "answered": "25", "money": "1234,5", "boards": "1"})
	h.record(yearReport, "leadership", "2026-12-20", map[string]string{"directives": "9"})
	h.record(yearReport, "report", "2026-12-20", nil)
	s := serve(t, h)
	b := s.as(t, "o-an")
	b.sendStep(narrative, filledIn(b.get(narrative), "fact-results", "Dân chủ được mở rộng."), nil)
	screen := openScreen(t, s.address)
	screen.becomes(b)
	for _, path := range []string{"/h/" + yearReport + "/kiem-tra", "/h/" + yearReport} {
		_, size := b.printed(t, path)
		require.Contains(t, size, "A4", path)
		screen.run(chromedp.Navigate(s.address + path))
		whole := strings.Join(screen.printed(), " ")
		requireInOrder(t, whole, "Chỉ tiêu", "Kỳ này", "Kỳ trước", "Thay đổi", "Nguồn", "1. Lãnh đạo, chỉ đạo", "Số văn bản đã ban hành", "9", "Số hội nghị đối thoại đã tổ chức", "3", "2", "tăng 1",
			"theo hồ sơ trên hệ thống", "Kinh phí Nhân dân đóng góp", "1.234,5", "1.000,5", "tăng 234", "Kết quả nổi bật", "Dân chủ được mở rộng.")
		require.NotContains(t, closed(whole), closed("Lưu nháp"), "nothing to press")
		require.NotContains(t, closed(whole), closed("Sửa"))
	}
}

func TestWhatWasAnsweredInWordsStandsInNoAddressAndInNoLog(t *testing.T) {
	const secret = "Bà con xóm Đông chưa đồng thuận"
	h := withReport(t)
	first := serve(t, h)
	core, logged := observer.New(zap.DebugLevel)
	service, err := New(t.Context(), first.cfg, zap.New(core), Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true})
	require.NoError(t, err)
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI()+" "+r.Referer())
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.Close(); require.NoError(t, service.Close()) })
	b := site{server.URL, first.cfg}.as(t, "o-an")
	typed := filledIn(b.get(narrative), "fact-results", secret)
	broken := filledIn(b.get(narrative), "fact-results", secret, "held_on", "32/13")
	require.Equal(t, secret, b.sendStep(narrative, broken, nil).Find("#f-fact-results").Text())
	h.refusal = &casefilev1.Refusal{Code: contract.CodeInvalid, TextVi: "Chưa nhận được.", TextEn: "Not taken."}
	require.Equal(t, secret, b.sendStep(narrative, typed, nil).Find("#f-fact-results").Text())
	h.refusal = nil
	b.saves(t, typed)
	require.Equal(t, secret, b.get(narrative).Find("#f-fact-results").Text(), "a draft is given back")
	stale := b.sendStep(narrative+"?x=1", typed, map[string]string{"a.exe": "MZ"})
	require.NotEqual(t, http.StatusInternalServerError, stale.status)
	h.formsSilent = true
	b.sendStep(narrative, typed, nil)
	h.formsSilent = false
	require.Contains(t, b.get("/h/"+yearReport).Text(), secret)
	require.NotEmpty(t, asked)
	for _, line := range asked {
		require.NotContains(t, line, "x%C3%B3m")
		require.NotContains(t, line, "xóm")
	}
	for _, entry := range logged.All() {
		require.NotContains(t, entry.Message, "xóm Đông")
		for _, value := range entry.ContextMap() {
			require.NotContains(t, strings.ToLower(fmt.Sprint(value)), "xóm đông", entry.Message)
		}
	}
}
