package portal

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// press presses what leads to another page, and answers when that page stands.
func (s *screen) press(selector string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.Click(selector, chromedp.ByQuery))
	require.NoError(s.t, err, selector)
}

func (s *screen) fill(fields map[string]string) {
	s.t.Helper()
	for name, value := range fields {
		s.run(chromedp.SendKeys("#f-"+name, value, chromedp.ByQuery))
	}
}

func (s *screen) words(selector string) string {
	s.t.Helper()
	var words string
	s.run(chromedp.Text(selector, &words, chromedp.ByQuery))
	return strings.Join(strings.Fields(words), " ")
}

func TestTheWholeJourneyNeedsNoScript(t *testing.T) {
	h := newHouse(t)
	h.record(khoaiChauCase, "plan", "2026-11-30", nil)
	h.record(khoaiChauCase, "notice", "2026-12-10", map[string]string{"channel": "several"})
	site := serve(t, h)
	minutes := filepath.Join(t.TempDir(), "Biên bản.pdf")
	require.NoError(t, os.WriteFile(minutes, []byte("%PDF-1.7"), 0o600))
	s := openScreen(t, site.address)
	s.becomes(site.as(t, "o-an"))
	s.run(emulation.SetScriptExecutionDisabled(true), chromedp.EmulateViewport(390, 844), chromedp.Navigate(site.address+"/"))

	s.press(`.list a[href="` + caseURL(khoaiChauCase) + `"]`)
	require.Contains(t, s.words(".next"), "Còn thiếu 3 mục")
	s.press(`.next a[href$="/buoc/hold"]`)
	s.fill(map[string]string{"held_on": "20/12/2026", "fact-present": "214", "fact-opinions": "27"})
	s.press("button.button[value=act]")
	require.Contains(t, s.words(".summary"), "Chưa có số ý kiến, kiến nghị đã trả lời.", "what is missing is said; what was typed is still there")
	s.fill(map[string]string{"fact-opinions_answered": "25"})
	s.press("button.button[value=act]")
	require.Contains(t, s.words(".banner"), "Đã ghi kết quả bước 3")
	for step, on := range map[string]string{"minutes": "21/12/2026", "publish": "22/12/2026"} {
		s.press(`.next a[href$="/buoc/` + step + `"]`)
		s.fill(map[string]string{"held_on": on})
		s.run(chromedp.SetUploadFiles("#f-files", []string{minutes}, chromedp.ByQuery))
		s.press("button.button[value=act]")
		require.Contains(t, s.words("main"), "Đã ghi kết quả bước", step)
	}
	for _, act := range h.acts {
		recorded := act.GetAct().GetRecordStep()
		h.record(khoaiChauCase, recorded.GetStepId(), recorded.GetHeldOn(), recorded.GetFacts())
	}
	s.press(`.next a[href$="/kiem-tra"]`)
	require.NotContains(t, s.words("main"), "Còn thiếu")
	s.press("button.button[value=act]")
	require.Contains(t, s.words(".banner"), "Đã nộp hồ sơ "+khoaiChauCase)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, h.cases[khoaiChauCase].GetState().GetState())

	s.becomes(site.as(t, "o-cuc"))
	s.run(chromedp.Navigate(site.address + "/cho-xac-nhan"))
	s.press(`main td a[href="` + caseURL(khoaiChauCase) + `"]`)
	s.press(`main a[href$="/viec/xac-nhan"]`)
	s.press("button.button[value=act]")
	require.Contains(t, s.words(".banner"), "Đã xác nhận hồ sơ "+khoaiChauCase)
	require.Equal(t, casefilev1.State_STATE_ACCEPTED, h.cases[khoaiChauCase].GetState().GetState())
}

// focused tells where in the order of the page the focus stands, and whether the person sees it.
const focused = `(() => {
  const order = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")], at = document.activeElement;
  const box = at.getClientRects()[0], seen = document.elementFromPoint(box.left + Math.min(box.width, 40) / 2, box.top + Math.min(box.height, 20) / 2);
  return {at: order.indexOf(at), seen: at.contains(seen) || (seen && seen.contains(at) && seen.matches("label")) || at === document.body, what: at.tagName + " " + at.textContent.trim().slice(0, 40)};
})()`

func TestTheKeyboardGoesInTheOrderOfThePageAndTheFocusIsSeen(t *testing.T) {
	site := serve(t, drilled(t))
	s := openScreen(t, site.address)
	for who, paths := range map[string][]string{"o-dung": {"/bang-theo-doi", "/cham"}, "o-an": {"/", holdPath, caseURL(khoaiChauCase)}} {
		s.becomes(site.as(t, who))
		for _, path := range paths {
			s.run(chromedp.EmulateViewport(390, 500), chromedp.Navigate(site.address+path))
			last := -1
			for range 70 {
				s.run(chromedp.KeyEvent(kb.Tab))
				var now struct {
					At   int
					Seen bool
					What string
				}
				s.ask(focused, &now)
				if now.At < 0 {
					break // round to the browser's own buttons
				}
				require.True(t, now.Seen, "%s: the focus is hidden on %s", path, now.What)
				require.Greater(t, now.At, last, "%s: %s", path, now.What)
				last = now.At
			}
			require.Positive(t, last, path)
		}
	}
}
