package portal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// A browser without a head opens each page in a frame of a phone's and of an office screen's width and measures it.
const measuringPage = `<!doctype html><body><pre id="found"></pre>%s<script>
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, root = page.documentElement;
    const links = [...page.querySelectorAll("header nav a")].map(a => Math.round(a.getBoundingClientRect().top));
    const who = page.querySelector(".who").getBoundingClientRect(), name = page.querySelector(".name").getBoundingClientRect();
    const small = [...page.querySelectorAll("main a, main button, main summary, header a, header button")]
      .filter(a => a.closest("details:not([open]) > :not(summary)") === null && !a.classList.contains("hidden") && getComputedStyle(a).display !== "inline")
      .map(a => [a.textContent.trim(), a.getBoundingClientRect()]).filter(([, r]) => r.height > 0 && r.height < 24).map(([t]) => t);
    return {path: frame.dataset.path, width: frame.width, over: root.scrollWidth - root.clientWidth,
      navLines: new Set(links).size, band: Math.round(page.querySelector("header").getBoundingClientRect().height), sameLine: Math.abs(who.top + who.height / 2 - name.top - name.height / 2) < 8, small};
  });
  document.getElementById("found").textContent = JSON.stringify(found);
});
</script>`

type measured struct {
	Path     string
	Width    string
	Over     int
	NavLines int
	Band     int
	SameLine bool
	Small    []string
}

// framed serves the portal to one signed-in person, with its pages let into a frame, and the page that measures them.
func (b *browser) framed(t *testing.T, paths []string, widths ...int) string {
	t.Helper()
	target, err := url.Parse(b.address)
	require.NoError(t, err)
	var frames strings.Builder
	for _, path := range paths {
		for _, width := range widths {
			fmt.Fprintf(&frames, `<iframe width="%d" height="900" data-path="%s" src="%s"></iframe>`, width, path, strings.ReplaceAll(path, "&", "&amp;"))
		}
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Del("X-Frame-Options")
		r.Header.Set("Content-Security-Policy", strings.ReplaceAll(r.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors 'self'"))
		return nil
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/measure" {
			_, _ = fmt.Fprintf(w, measuringPage, frames.String())
			return
		}
		r.Header.Del("Cookie")
		for _, cookie := range b.client.Jar.Cookies(target) {
			r.AddCookie(cookie)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/measure"
}

func (b *browser) measure(t *testing.T, paths []string, widths ...int) []measured {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err, "install Debian's package chromium")
	out, err := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=20000",
		"--dump-dom", b.framed(t, paths, widths...)).Output()
	require.NoError(t, err)
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(out)))
	require.NoError(t, err)
	var found []measured
	require.NoError(t, json.Unmarshal([]byte(page.Find("#found").Text()), &found), string(out))
	require.Len(t, found, len(paths)*len(widths))
	return found
}

// busy is the house in which a person has something to see on every page about messages and those who stand in.
func busy(t *testing.T) *house {
	t.Helper()
	h := withLetters(t)
	h.channels = []string{channelSMS, channelZalo}
	h.addHolder("o-minh", "Trịnh Thị Minh Nguyệt", "minhnguyet@tanhung.example", "head", "Chủ tịch UBND xã", "UBND-12127-2507")
	official := h.holders[0].GetOfficial()
	official.Phone = "+84912345678"
	delegated, _ := proto.Clone(h.holders[1]).(*unitsv1.Holder)
	delegated.Official, delegated.DelegatedBy, delegated.DelegatedUntil = official, "o-binh", "2026-12-31"
	h.holders = append(h.holders, delegated)
	h.preferences = map[string]*notificationsv1.Preferences{"o-an": {OfficialId: "o-an", Language: "vi", Channels: []string{channelEmail, channelSMS}, Window: "11:00",
		Consents: []*notificationsv1.Consent{{Channel: channelSMS, On: "2026-05-04"}}, Mutes: []*notificationsv1.Mute{{CaseId: khoaiChauCase, Until: "2026-12-28"}}}}
	h.states = []*notificationsv1.ChannelState{
		{Channel: channelEmail, OfficialId: "o-an", Failures: 3, Failing: true, LastAnswer: "550 5.1.1 <an@khoaichau.example>: Recipient address rejected: User unknown in virtual mailbox table", LastFailedAt: "2026-12-24T00:30:00Z"},
		{Channel: channelSMS, OfficialId: "o-an", LastTakenAt: "2026-12-23T00:30:00Z"},
	}
	h.feeds = map[string]*notificationsv1.Feed{"o-an": {OfficialId: "o-an", OpenedAt: "2026-11-02T02:00:00Z", ReadAt: "2026-12-24T01:05:00Z"}}
	h.absences = []*unitsv1.Absence{{Id: "V-1", OfficialId: "o-binh", From: "2026-12-23", To: "2026-12-31", Words: "Đi công tác", RecordedBy: "o-an"}}
	h.delegations = []*unitsv1.Delegation{{Id: "UQ-1", OfficialId: "o-binh", UnitId: khoaiChau, Role: "head", DelegateId: "o-an", From: "2026-12-23", To: "2026-12-31", Document: "12/UQ-UBND", RecordedBy: "o-binh"}}
	return h
}

// aboutMessages are the pages about messages and those who stand in, by who has them.
var aboutMessages = map[string][]string{
	"o-an":   {"/", "/tuy-chon", "/tuy-chon/lich/ngung", "/uy-quyen", "/uy-quyen/vang-mat", "/thu", "/thu/6?ho-so=" + khoaiChauCase, caseURL(khoaiChauCase), caseURL(khoaiChauCase) + "/tat-nhac", caseURL(khoaiChauCase) + "/lich-su"},
	"o-binh": {"/uy-quyen", "/uy-quyen/vang-mat/V-1", "/uy-quyen/thu-hoi/UQ-1", "/uy-quyen/moi", "/uy-quyen/moi?tim=an", "/uy-quyen?nguoi=o-an", "/thu"},
	"o-lan":  {"/", "/thu", "/thu?nobody=1", "/thu?tu=31/2/2026", "/thu?don-vi=x%C3%A3", "/thu/du-thao", "/thu/du-thao/7", "/thu/du-thao/7/khong-gui", "/thu/giay", "/bang-theo-doi"},
	"o-cuc":  {"/h/DT-01/UBND-12127-2507/2026", "/h/DT-01/UBND-12127-2507/2026/cong-van", "/h/DT-01/UBND-12127-2507/2026/lich-su"},
	"o-quan": {"/uy-quyen?tim=an", "/thu"},
}

func TestPagesAboutMessagesFitAPhone(t *testing.T) {
	s := serve(t, busy(t))
	for who, paths := range aboutMessages {
		for _, page := range s.as(t, who).measure(t, paths, 1280, 320) {
			require.LessOrEqual(t, page.Over, 0, "%s at %s px is wider than its screen", page.Path, page.Width)
			require.Empty(t, page.Small, "%s at %s px", page.Path, page.Width)
			if page.Width == "1280" {
				require.Equal(t, 1, page.NavLines, "%s %s", who, page.Path)
				require.True(t, page.SameLine, "name and person stand on one line: %s %s", who, page.Path)
				require.Less(t, page.Band, 140, page.Path)
			}
		}
	}
}

func TestPagesFitAPhoneAndTheMenuOfAReviewerFitsOneLine(t *testing.T) {
	h := withOpinions(t)
	h.addUnit(front, "commune-front", "Ủy ban MTTQ Việt Nam xã Khoái Châu", agency)
	h.openCase(t, "CK-01", khoaiChau, "2026-Q4")
	h.openCase(t, "TD-01", khoaiChau, "2026")
	s := serve(t, h)
	for who, paths := range map[string][]string{
		"o-cuc": {"/", "/cho-xac-nhan", "/su-kien?don-vi=" + khoaiChau, petitionCame + "&ho-so=" + url.QueryEscape(khoaiChauCase), "/bang-theo-doi", "/bang-theo-doi?nhom=cong-khai", "/chi-tieu", "/chi-tieu/HN-01", "/chi-tieu/KN-01", caseURL(khoaiChauCase)},
		"o-an":  {"/su-kien", votersAsk, "/h/" + register, addEntry, "/h/TD-01/" + khoaiChau + "/2026", "/h/TD-01/" + khoaiChau + "/2026/buoc/m02"},
	} {
		for _, page := range s.as(t, who).measure(t, paths, 1280, 320) {
			require.LessOrEqual(t, page.Over, 0, "%s at %s px is wider than its screen", page.Path, page.Width)
			require.Empty(t, page.Small, "%s at %s px", page.Path, page.Width)
			if page.Width == "1280" {
				require.Equal(t, 1, page.NavLines, page.Path)
				require.True(t, page.SameLine, "name and person stand on one line: %s", page.Path)
				require.Less(t, page.Band, 110, page.Path)
			}
		}
	}
}
