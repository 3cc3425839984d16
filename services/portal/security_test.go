package portal

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/wire"
)

func TestEveryAnswerCarriesTheStrictPolicy(t *testing.T) {
	s := serve(t, newHouse(t))
	b := s.as(t, "o-an")
	for _, path := range []string{"/", "/dang-nhap", caseURL(khoaiChauCase), "/khong-co", "/mo/x", "/assets/style.css"} {
		header := b.get(path).header
		policy := header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'; style-src 'self'", path)
		require.NotContains(t, policy, "unsafe", path)
		require.Contains(t, policy, "frame-ancestors 'none'", path)
		require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		require.NotEmpty(t, header.Get("Referrer-Policy"), path)
	}
	require.Equal(t, "no-store", b.get("/").header.Get("Cache-Control"))
}

func TestPagesAskForSignInAndComeBack(t *testing.T) {
	s := serve(t, newHouse(t))
	for _, path := range []string{"/", caseURL(khoaiChauCase), "/bang-theo-doi", "/cho-xac-nhan", "/tep/F-1"} {
		require.True(t, strings.HasPrefix(s.open(t).get(path).path, "/dang-nhap"), path)
	}
	for _, path := range []string{"/livez", "/readyz", "/assets/style.css", "/assets/fonts/noto-sans-latin-wght-normal.woff2"} {
		require.Equal(t, path, s.open(t).get(path).path)
	}
	b := s.open(t)
	b.get(caseURL(khoaiChauCase))
	require.Equal(t, caseURL(khoaiChauCase), b.post("/dang-nhap/ten", url.Values{"official": {"o-an"}}).path)
}

func TestNoSignInLeadsToAnotherSite(t *testing.T) {
	for _, target := range []string{"https://evil.example", "//evil.example/x", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "", "http:evil", "/dang-nhap?den=/"} {
		require.Equal(t, "/", safeReturn(target), target)
	}
	require.Equal(t, "/h/DT-01/A/2026?x=1", safeReturn("/h/DT-01/A/2026?x=1"))
	s := serve(t, newHouse(t))
	b := s.open(t)
	b.get("/dang-nhap?den=" + url.QueryEscape("//evil.example/x"))
	require.Equal(t, "/", b.post("/dang-nhap/ten", url.Values{"official": {"o-an"}}).path)
	require.Equal(t, "/", b.get("/ngon-ngu/vi?ve="+url.QueryEscape("https://evil.example")).path)
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	h := newHouse(t)
	h.recordAll(khoaiChauCase)
	b := serve(t, h).as(t, "o-an")
	send := func(kind, body string, headers ...string) seen {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+caseURL(khoaiChauCase)+"/kiem-tra", strings.NewReader(body))
		if strings.Contains(kind, "multipart") {
			request, err = http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+holdPath, strings.NewReader(body))
		}
		require.NoError(t, err)
		request.Header.Set("Content-Type", kind)
		for i := 0; i+1 < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		return b.do(request)
	}
	const plain = "application/x-www-form-urlencoded"
	file := "--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--X--\r\n"
	for name, refused := range map[string]seen{
		"no token":         send(plain, "act_id=a-00000001"),
		"wrong token":      send(plain, "act_id=a-00000001&_csrf=guessed"),
		"named cross-site": send(plain, "act_id=a-00000001&_csrf="+b.forgery(), "Sec-Fetch-Site", "cross-site"),
		"files, no token":  send("multipart/form-data; boundary=X", file),
		"files cross-site": send("multipart/form-data; boundary=X", file, "Sec-Fetch-Site", "cross-site"),
	} {
		require.Equal(t, http.StatusForbidden, refused.status, name)
		require.NotEmpty(t, refused.words("code"), name+": a code to tell the help desk")
	}
	require.Empty(t, h.acts)
	require.Empty(t, h.uploaded, "no file was taken before the form was judged")
	require.Equal(t, http.StatusOK, send(plain, "act_id=a-00000001", "Sec-Fetch-Site", "same-origin").status, "a browser that names its own site needs no token")
}

func TestCookiesAreKeptFromScriptsAndFromPlainHTTP(t *testing.T) {
	s := serve(t, newHouse(t), func(cfg *wire.Config, _ *Options) { cfg.PortalURL = "https://ne-nep.hungyen.example" })
	seen := s.open(t).get("/dang-nhap?den=/cho-xac-nhan")
	cookies := seen.header.Values("Set-Cookie")
	require.NotEmpty(t, cookies)
	for _, cookie := range cookies {
		require.Contains(t, cookie, "HttpOnly")
		require.Contains(t, cookie, "Secure")
		require.Contains(t, cookie, "SameSite=Lax")
	}
	require.Contains(t, strings.Join(cookies, "\n"), "__Host-nenep=")
	require.NotEmpty(t, seen.header.Get("Strict-Transport-Security"))
}

func TestSigningInChangesTheSessionAndSigningOutEndsIt(t *testing.T) {
	b := serve(t, newHouse(t)).open(t)
	token := func() string {
		root, _ := url.Parse(b.address)
		for _, cookie := range b.client.Jar.Cookies(root) {
			if cookie.Name == "nenep" {
				return cookie.Value
			}
		}
		return ""
	}
	b.get("/dang-nhap?den=/")
	before := token()
	b.post("/dang-nhap/ten", url.Values{"official": {"o-an"}})
	require.NotEmpty(t, before)
	require.NotEqual(t, before, token(), "a token known before sign-in is worth nothing after")
	require.Equal(t, "/dang-nhap", b.post("/dang-xuat", url.Values{}).path)
	require.Equal(t, "/dang-nhap", b.get("/").path)
}

func TestErrorsNeverShowTheirCause(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h, func(cfg *wire.Config, _ *Options) { cfg.NotificationsURL = "http://127.0.0.1:1" })
	seen := s.open(t).get("/mo/x")
	require.Equal(t, http.StatusServiceUnavailable, seen.status)
	require.NotContains(t, seen.Text(), "127.0.0.1")
	require.Contains(t, seen.words("main"), "Mã sự cố")
	history := s.as(t, "o-an").get(caseURL(khoaiChauCase) + "/lich-su")
	require.Equal(t, http.StatusOK, history.status, "history goes on without the message log")
	require.Contains(t, history.words("main"), "Chưa đọc được sổ thư")
	missing := s.as(t, "o-an").get("/h/DT-01/" + khoaiChau + "/1999")
	require.Equal(t, http.StatusNotFound, missing.status)
	large := s.as(t, "o-an").post(caseURL(khoaiChauCase)+"/viec/ghi-chu", url.Values{"words": {strings.Repeat("x", 2<<20)}})
	require.Equal(t, http.StatusRequestEntityTooLarge, large.status)
}

func TestReadyOnlyWhenTheHouseIs(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	require.Equal(t, http.StatusOK, s.open(t).get("/readyz").status)
	h.unready = true
	seen := s.open(t).get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, seen.status)
	require.Contains(t, seen.Text(), "units is not ready (503)")
}

func TestAnAddressThatCallsTooOftenIsToldSoAndNobodyElse(t *testing.T) {
	for _, c := range []struct {
		method, path, says string
		allowed            pace
	}{
		{http.MethodGet, "/lich/khac.ics", "Đã gọi quá nhiều lần. Gọi lại sau 01 phút.", calendarPace},
		{http.MethodPost, "/goi-lai/khac", "Đã gọi quá nhiều lần. Gọi lại sau 01 phút.", callbackPace},
		{http.MethodGet, "/dang-nhap", "Chờ 1 phút rồi thử lại.", signInPace},
	} {
		p := &portal{cfg: wire.Config{PortalURL: "https://ne-nep.hungyen.example"}, logger: zap.NewNop(), now: time.Now}
		deny := p.tooOften
		if c.path == "/dang-nhap" {
			deny = func(c echo.Context) error {
				status, text := p.judge(tooOftenPage(c))
				return c.String(status, text)
			}
		}
		e := echo.New()
		e.IPExtractor = echo.ExtractIPFromXFFHeader()
		e.Any("/*", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) }, limitCalls(c.allowed, deny))
		from := func(remote, forwarded string) *httptest.ResponseRecorder {
			request := httptest.NewRequest(c.method, c.path, nil)
			request.RemoteAddr = remote + ":40000"
			request.Header.Set("X-Forwarded-For", forwarded)
			answer := httptest.NewRecorder()
			e.ServeHTTP(answer, request)
			return answer
		}
		for i := range c.allowed.burst {
			require.Equal(t, http.StatusNoContent, from("203.0.113.7", "").Code, i)
		}
		denied := from("203.0.113.7", "")
		for tries := 0; denied.Code != http.StatusTooManyRequests && tries < 1000; tries++ {
			denied = from("203.0.113.7", "198.51.100.1") // who is not a proxy of ours cannot pass for another
		}
		require.Equal(t, http.StatusTooManyRequests, denied.Code, c.path)
		require.Equal(t, "60", denied.Header().Get("Retry-After"))
		require.Contains(t, denied.Body.String(), c.says)
		require.Equal(t, http.StatusNoContent, from("203.0.113.8", "").Code, "another is served")
		require.Equal(t, http.StatusNoContent, from("10.0.0.9", "198.51.100.2").Code, "behind a proxy of the house each has his own")
	}
}

func TestSignInCalendarsAndCallbacksAreLimited(t *testing.T) {
	s := serve(t, newHouse(t))
	for path, method := range map[string]string{"/lich/khac.ics": http.MethodGet, "/goi-lai/khac": http.MethodPost, "/dang-nhap": http.MethodGet, "/dang-nhap/ten": http.MethodPost} {
		status := 0
		for tries := 0; status != http.StatusTooManyRequests && tries < 3000; tries++ {
			answer, _ := s.plain(t, method, path, "")
			status = answer.StatusCode
		}
		require.Equal(t, http.StatusTooManyRequests, status, path)
	}
	require.Equal(t, http.StatusOK, s.open(t).get("/assets/style.css").status)
}

func TestAFormThatCallsItselfOneWithFilesStillNeedsItsToken(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	body := "--X\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\nGọi điện\r\n--X\r\nContent-Disposition: form-data; name=\"act_id\"\r\n\r\na-00000001\r\n--X--\r\n"
	for _, path := range []string{caseURL(khoaiChauCase) + "/viec/ghi-chu", caseURL(khoaiChauCase) + "/kiem-tra", "/dang-xuat", "/tuy-chon/lich"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "multipart/form-data; boundary=X")
		require.Equal(t, http.StatusForbidden, b.do(request).status, path)
	}
	require.Empty(t, h.acts)
	require.Empty(t, h.feeds)
}
