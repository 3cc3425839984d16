package portal

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// judging is what a page is asked: the rules of WCAG 2.0 to 2.2, A and AA, and of good practice; what the rules leave out is measured.
const judging = `
const within = node => node.closest("details:not([open]) > :not(summary)") === null && !node.classList.contains("hidden") && !node.classList.contains("skip");
const named = node => node.tagName.toLowerCase() + (node.id ? "#" + node.id : "") + "." + node.className + " “" + (node.textContent || node.name || "").trim().slice(0, 40) + "”";
const boxes = selector => [...document.querySelectorAll(selector)].filter(within).map(node => [node, node.getBoundingClientRect()]).filter(([, box]) => box.height > 0);
window.judge = async () => measure().concat((await axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}))
  .violations.map(v => v.id + ": " + v.help + " — " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(", ")));
window.measure = () => {
  const root = document.documentElement, found = [];
  if (root.scrollWidth > root.clientWidth) found.push("wider than the screen by " + (root.scrollWidth - root.clientWidth) + ": " +
    boxes("main *, header *").filter(([node, box]) => box.right > root.clientWidth + 1 && !node.closest(".scroll")).slice(-2).map(([node]) => named(node)).join(", "));
  for (const [node, box] of boxes("a, button, input:not([type=hidden]), select, textarea, summary")) {
    if (getComputedStyle(node).display !== "inline" && (box.height < 24 || box.width < 24)) found.push("small: " + named(node) + " " + box.width + "×" + box.height);
    if (node.matches(".button, button.second, a.second, select, input[type=text], input[type=search], textarea, summary") && box.height < 44) found.push("low: " + named(node) + " " + box.height);
  }
  for (const node of document.querySelectorAll("body *")) {
    const style = getComputedStyle(node);
    if (["auto", "scroll"].includes(style.overflowX) && node.scrollWidth > node.clientWidth && !node.matches("textarea, select, [role=region][aria-label][tabindex='0']")) found.push("scrolls without a name: " + named(node));
    if (style.overflow === "hidden" && within(node) && node.clientWidth > 1 && (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1) && !node.closest("svg")) found.push("cut off: " + named(node));
    if (node.tabIndex > 0) found.push("out of the order of reading: " + named(node));
  }
  return found;
};
window.spaced = on => {
  if (!on) { document.adoptedStyleSheets = []; return true; }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet];
  return true;
};
`

func TestEveryPageCanBeReadByEverybody(t *testing.T) {
	full := pagesOf(t, filled(t), filledHouse)
	require.Empty(t, full.unseen(), "no page links to these: name an address in the table of rights")
	pages := slices.Concat(full.pages, pagesOf(t, bare(t), "empty", full).pages)
	t.Run("its words", func(t *testing.T) {
		for _, page := range pages {
			page.requireWords(t)
		}
	})
	t.Run("its looks", func(t *testing.T) {
		s := openScreen(t, exhibit(t, pages))
		s.before(axe(t) + ";{" + judging + "}")
		var faults []string
		for n, page := range pages {
			for _, one := range s.judge(n, page) {
				faults = append(faults, fmt.Sprint(page, " ", one))
			}
		}
		require.Empty(t, strings.Join(faults, "\n"))
	})
}

// typedExactly is what people copy letter by letter: codes, and the fields of a template between their braces.
var typedExactly = regexp.MustCompile(`<(th|span)( scope="row")? class="code">[^<]*<`)

func (s shown) requireWords(t *testing.T) {
	t.Helper()
	html, text := strings.ReplaceAll(string(s.body), "<!doctype", ""), s.page.Text()
	require.True(t, norm.NFC.IsNormalString(text), s)
	html = typedExactly.ReplaceAllString(html, "<")
	for _, never := range unwritten {
		require.NotContains(t, html, never, s)
	}
	require.Equal(t, 1, s.page.Find("h1").Length(), s)
	require.NotEmpty(t, strings.TrimSpace(s.page.Find("title").Text()), s)
	if s.status == http.StatusUnprocessableEntity && s.page.Find(".summary").Length() > 0 {
		require.True(t, strings.HasPrefix(s.page.Find("title").Text(), "Lỗi: "), s)
	}
}

// judge looks at a page on an office screen and on a phone, at twice the size with wider text, and at what the browser did to show it.
func (s *screen) judge(n int, page shown) []string {
	var faults, found []string
	note := func(where string) {
		for _, one := range found {
			faults = append(faults, where+": "+one)
		}
	}
	if len(page.body) > 150_000 {
		faults = append(faults, fmt.Sprintf("%d bytes", len(page.body)))
	}
	s.heard()
	s.wide(1280)
	s.show(n)
	troubles, asked := s.heard()
	found = slices.Concat(troubles, slices.DeleteFunc(asked, func(address string) bool { return strings.HasPrefix(address, s.address) }))
	note("the browser itself")
	for _, width := range []int64{1280, 320} {
		s.wide(width)
		s.ask("judge()", &found)
		note(fmt.Sprint(width))
	}
	s.wide(640)
	s.ask("spaced(true) && measure()", &found)
	note("200 % with wider text")
	return faults
}

func TestAPageThatIsNotAccessibleIsFound(t *testing.T) {
	wrong := shown{header: http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Content-Security-Policy": {contentPolicy}}, body: []byte(`<!doctype html><html lang="vi"><title>Sai</title>
<link rel="stylesheet" href="/assets/style.css"><main><h1>Sai</h1><img src="/assets/icon.svg"><p style="color:red">a</p><p class="tasks"><a href="/0">i</a></p><table><tr>` + strings.Repeat("<td>rộng</td>", 60) + `</tr></table><script>alert(1)</script><img alt="" src="http://127.0.0.2:9/a.png"></main>`)}
	s := openScreen(t, exhibit(t, []shown{wrong}))
	s.before(axe(t) + ";{" + judging + "}")
	found := strings.Join(s.judge(0, wrong), "\n")
	for _, fault := range []string{"image-alt", "320: wider than the screen", "small: a", "http://127.0.0.2:9/a.png", "inline script", "inline style"} {
		require.Contains(t, found, fault)
	}
}
