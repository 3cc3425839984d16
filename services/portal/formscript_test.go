package portal

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

// desk is a real browser with scripts, signed in as one person. Its line can be cut.
type desk struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // chromedp keeps its browser there
	root string
	cut  *atomic.Bool
}

// atDesk opens a browser before the site; what it asks for goes through a line that a test may cut.
func atDesk(t *testing.T, s site, official string) desk {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err, "install Debian's package chromium")
	target, err := url.Parse(s.address)
	require.NoError(t, err)
	cut := &atomic.Bool{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	line := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cut.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(line.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.WindowSize(1280, 900))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocated)
	t.Cleanup(func() { require.NoError(t, chromedp.Cancel(ctx)); closeTab() })
	b := s.as(t, official)
	var cookies []*network.CookieParam
	for _, cookie := range b.client.Jar.Cookies(target) {
		cookies = append(cookies, &network.CookieParam{Name: cookie.Name, Value: cookie.Value, URL: line.URL})
	}
	require.NoError(t, chromedp.Run(ctx, network.SetCookies(cookies)))
	return desk{t, ctx, line.URL, cut}
}

func (s desk) do(actions ...chromedp.Action) {
	s.t.Helper()
	require.NoError(s.t, chromedp.Run(s.ctx, actions...))
}

func (s desk) open(path string) {
	s.t.Helper()
	s.do(chromedp.Navigate(s.root + path))
}

// until waits for what the page itself will show.
func (s desk) until(expression string) {
	s.t.Helper()
	s.do(chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(time.Minute)))
}

func (s desk) value(expression string) string {
	s.t.Helper()
	var out string
	s.do(chromedp.Evaluate("String("+expression+")", &out))
	return out
}

// shoot keeps a picture of the page where somebody asked for pictures.
func (s desk) shoot(name string) {
	s.t.Helper()
	folder := os.Getenv("NENEP_SHOTS")
	if folder == "" {
		return
	}
	var picture []byte
	s.do(chromedp.FullScreenshot(&picture, 100))
	require.NoError(s.t, os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600))
}

const (
	savedLine = `document.querySelector("[data-saved]").textContent`
	copies    = `Object.keys(localStorage).length`
)

func TestWhatIsTypedIsSavedByItselfAndThereAfterReloading(t *testing.T) {
	h := newHouse(t)
	view := atDesk(t, serve(t, h), "o-an")
	view.open(holdPath)
	view.do(chromedp.SendKeys("#f-words", "Hội trường mất điện"), chromedp.SendKeys("#f-fact-present", "214"))
	view.until(savedLine + `.startsWith("Đã lưu nháp lúc 09:00")`)
	require.Equal(t, "0", view.value(copies), "the server has it, so this browser keeps nothing")
	view.shoot("saved")
	view.open(holdPath)
	require.Equal(t, "Hội trường mất điện", view.value(`document.querySelector("#f-words").value`))
	require.Contains(t, view.value(`document.querySelector(".draft").textContent`), "Bản nháp lưu lúc 09:00 ngày 24/12/2026.")
	view.shoot("draft")
	view.do(chromedp.SetValue("#f-held_on", "20/12/2026"), chromedp.SetValue("#f-fact-opinions", "27"), chromedp.SetValue("#f-fact-opinions_answered", "25"), chromedp.Click("form[data-keep] .acts button.button"))
	view.do(chromedp.WaitReady("main .banner.ok"))
	view.until(`document.readyState === "complete"`)
	require.Equal(t, "0", view.value(copies))
	view.open(holdPath)
	require.Equal(t, "true", view.value(`document.querySelector(".draft") === null`))
	require.Len(t, h.acts, 1)
}

func TestWhatIsTypedWhileTheLineIsCutIsGivenBack(t *testing.T) {
	h := newHouse(t)
	view := atDesk(t, serve(t, h), "o-an")
	view.open(holdPath)
	view.cut.Store(true)
	view.do(chromedp.SendKeys("#f-words", "Gõ khi mất mạng"))
	view.until(savedLine + `.startsWith("Chưa lưu được lên hệ thống lúc ")`)
	view.shoot("offline")
	require.Equal(t, "1", view.value(copies))
	require.Equal(t, "nenep:o-an:"+holdPath, view.value(`Object.keys(localStorage)[0]`))
	view.do(chromedp.Evaluate(`window.onbeforeunload = null`, nil))
	view.cut.Store(false)
	view.do(chromedp.Navigate("about:blank"))
	view.open(caseURL(khoaiChauCase))
	view.open(holdPath)
	if view.value(`document.querySelector("#f-words").value`) != "Gõ khi mất mạng" { // leaving the page may have brought it to the server
		require.Contains(t, view.value(`document.querySelector(".kept").textContent`), "Máy này còn nội dung nhập lúc")
		view.shoot("offered")
		view.do(chromedp.Click(".kept button"))
	}
	require.Equal(t, "Gõ khi mất mạng", view.value(`document.querySelector("#f-words").value`))
}

func TestNoCopyStaysInTheBrowserAfterSigningOutAndNoneIsOfferedToAnother(t *testing.T) {
	s := serve(t, newHouse(t))
	view := atDesk(t, s, "o-an")
	view.open(holdPath)
	view.do(chromedp.Evaluate(`localStorage.setItem("nenep:o-binh:`+holdPath+`", JSON.stringify({at: 1, fields: [["words", "Của Bình"]]}))`, nil),
		chromedp.Evaluate(`localStorage.setItem("nenep:o-an:`+holdPath+`", JSON.stringify({at: 1, fields: [["words", "Của An"]]}))`, nil))
	view.open(holdPath)
	require.Contains(t, view.value(`document.querySelector(".kept").textContent`), "Máy này còn nội dung")
	require.NotContains(t, view.value(`document.body.textContent`), "Của Bình")
	view.do(chromedp.Click(".kept button"))
	require.Equal(t, "Của An", view.value(`document.querySelector("#f-words").value`))
	view.until(savedLine + `.startsWith("Đã lưu nháp")`)
	view.do(chromedp.Evaluate(`localStorage.setItem("nenep:o-an:/khac", "{}")`, nil), chromedp.Click("form[data-official] button"))
	view.do(chromedp.WaitNotPresent("form[data-official]"))
	require.Equal(t, "nenep:o-binh:"+holdPath, view.value(`Object.keys(localStorage).join()`), "his own go, another's unsent words stay his")
}

func TestPressingTwiceSendsOnce(t *testing.T) {
	h := newHouse(t)
	view := atDesk(t, serve(t, h), "o-an")
	view.open(caseURL(khoaiChauCase) + "/viec/ghi-chu")
	view.do(chromedp.SendKeys("#f-words", "Đã gọi điện"), chromedp.Evaluate(`(() => { const b = document.querySelector("form[data-keep] button.button"); b.click(); b.click(); b.click(); })()`, nil))
	view.do(chromedp.WaitReady("main .banner.ok"))
	require.Len(t, h.acts, 1)
}

func TestFiguresAreReckonedWhileTheyAreTyped(t *testing.T) {
	h := newHouse(t)
	h.openCase(t, "HN-01", khoaiChau, "2026")
	view := atDesk(t, serve(t, h), "o-an")
	view.open(caseURL(staffConference) + "/buoc/hold")
	view.do(chromedp.SendKeys("#f-fact-summoned", "40"), chromedp.SendKeys("#f-fact-present", "26"))
	view.until(`document.querySelector("#tinh").textContent.includes("26/40 người (65,0%), chưa đủ thành phần")`)
	view.shoot("reckoned")
	view.do(chromedp.Evaluate(`document.querySelector("#f-fact-present").value = ""`, nil), chromedp.SendKeys("#f-fact-present", "27"))
	view.until(`document.querySelector("#tinh").textContent.includes("27/40 người (67,5%), đủ thành phần")`)
	require.Empty(t, h.acts)
}

func TestFilesAreSentOneByOneWithTheirProgressAndSafelyAgain(t *testing.T) {
	h := newHouse(t)
	view := atDesk(t, serve(t, h, func(cfg *wire.Config, _ *Options) { cfg.MaxFileBytes = 2 << 20 }), "o-an")
	folder := t.TempDir()
	write := func(name, content string) string {
		at := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(at, []byte(content), 0o600))
		return at
	}
	good, big, program := write("bien-ban.pdf", "%PDF-1.7 "+strings.Repeat("x", 1<<20)), write("phim.pdf", strings.Repeat("x", 3<<20)), write("a.exe", "MZ")
	view.open(holdPath)
	view.do(chromedp.SendKeys("#f-words", "Đang gõ"), chromedp.Evaluate(`window.bars = []; new MutationObserver(() => { for (const b of document.querySelectorAll("progress")) window.bars.push(b.getAttribute("aria-label")); }).observe(document.body, {childList: true, subtree: true})`, nil),
		chromedp.SetUploadFiles("#f-files", []string{good, big, program}))
	view.until(`document.querySelector("#tep-da-co").textContent.includes("bien-ban.pdf")`)
	view.until(`document.querySelectorAll(".uploads .fault").length === 2 && !document.querySelector("progress")`)
	view.shoot("files")
	told := view.value(`document.querySelector(".uploads").textContent`)
	require.Contains(t, told, "Tệp “phim.pdf” nặng 3 MB, quá mức 2 MB. Giảm dung lượng hoặc tách thành nhiều tệp.")
	require.Contains(t, told, "Hệ thống không nhận tệp .exe.")
	require.Contains(t, view.value(`window.bars.join()`), "bien-ban.pdf")
	require.Equal(t, "Đang gõ", view.value(`document.querySelector("#f-words").value`))
	require.Equal(t, "F-up-bien-ban.pdf", view.value(`document.querySelector("[name=file_id]").value`))

	view.cut.Store(true)
	view.do(chromedp.SetUploadFiles("#f-files", []string{write("cat.pdf", "%PDF cắt")}))
	view.until(`document.querySelector(".uploads").textContent.includes("Đường truyền bị ngắt khi tải “cat.pdf”")`)
	view.cut.Store(false)
	view.do(chromedp.Evaluate(`[...document.querySelectorAll(".uploads button")].pop().click()`, nil))
	view.until(`document.querySelector("#tep-da-co").textContent.includes("cat.pdf")`)
	require.Len(t, h.uploaded, 2)
}

func TestAFileIsDroppedOntoTheForm(t *testing.T) {
	h := newHouse(t)
	view := atDesk(t, serve(t, h), "o-an")
	view.open(holdPath)
	require.Equal(t, "Hoặc kéo tệp thả vào đây", view.value(`document.querySelector(".zone").textContent`))
	view.do(chromedp.Evaluate(`(() => { const data = new DataTransfer(); data.items.add(new File(["%PDF-1.7"], "thả.pdf", {type: "application/pdf"}));
		document.querySelector(".zone").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); })()`, nil))
	view.until(`document.querySelector("#tep-da-co").textContent.includes("thả.pdf")`)
	require.Equal(t, "%PDF-1.7", h.uploaded["F-up-thả.pdf"])
}

func TestThePageOfAFileShowsIt(t *testing.T) {
	h := newHouse(t)
	h.shows = map[string]contentOf{"F-anh": {"image/png", onePixel}}
	view := atDesk(t, serve(t, h), "o-an")
	view.open("/tep/F-anh/xem")
	view.until(`document.querySelector("img.preview").naturalWidth === 1`)
	view.open("/tep/F-1/xem")
	view.shoot("file")
	require.Equal(t, "/tep/F-1/noi-dung", view.value(`document.querySelector("iframe").getAttribute("src")`))
}

var onePixel = func() string {
	raw := []byte{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89,
		0, 0, 0, 10, 'I', 'D', 'A', 'T', 0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82}
	return string(raw)
}()
