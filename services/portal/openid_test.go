package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

func TestTheProvincesSignInLeadsToThePageAskedFor(t *testing.T) {
	for _, inProof := range []bool{true, false} {
		i := newIssuer(t)
		i.inProof = inProof
		b := behind(t, newHouse(t), i)
		entrance := b.get(caseURL(khoaiChauCase))
		require.Equal(t, "Đăng nhập bằng tài khoản công vụ", entrance.words("main .button"))
		seen := b.get(entrance.Find("main .button").AttrOr("href", ""))
		require.Equal(t, caseURL(khoaiChauCase), seen.path, "the address in the proof: %v", inProof)
		require.Contains(t, seen.words("header"), "Nguyễn Văn An")
	}
}

func TestAnAccountNobodyKnowsIsRefused(t *testing.T) {
	for name, wrong := range map[string]func(*issuer){
		"unknown":            func(i *issuer) { i.person.Email = "ai-do@example.vn" },
		"not verified":       func(i *issuer) { i.person.EmailVerified = false },
		"not verified, told": func(i *issuer) { i.person.EmailVerified, i.inProof = false, true },
		"no e-mail":          func(i *issuer) { i.person.Email = "" },
		"another client":     func(i *issuer) { i.client = "somebody-else" },
		"old":                func(i *issuer) { i.lifetime = -time.Hour },
		"another question":   func(i *issuer) { i.nonce = "another" },
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			b := behind(t, newHouse(t), i)
			wrong(i)
			require.Equal(t, http.StatusForbidden, b.get("/dang-nhap/cong-vu").status)
			require.Equal(t, "/dang-nhap", b.get("/").path)
		})
	}
}

func TestAnAnswerToNobodysQuestionIsRefused(t *testing.T) {
	b := behind(t, newHouse(t), newIssuer(t))
	require.Equal(t, http.StatusForbidden, b.get("/dang-nhap/tro-lai?code=c-1&state=").status)
	require.Equal(t, http.StatusForbidden, b.get("/dang-nhap/tro-lai?code=c-1&state=guessed").status)
}

func TestAKeyThatTheProviderChangedIsLearnt(t *testing.T) {
	i := newIssuer(t)
	b := behind(t, newHouse(t), i)
	require.Equal(t, "/", b.get("/dang-nhap/cong-vu").path)
	i.rotate(t)
	again := site{b.address, wire.Config{}}.open(t)
	require.Equal(t, "/", again.get("/dang-nhap/cong-vu").path)
}

func TestSigningOutEndsTheSessionAtTheProviderToo(t *testing.T) {
	i := newIssuer(t)
	b := behind(t, newHouse(t), i)
	b.get("/dang-nhap/cong-vu")
	left := b.post("/dang-xuat", url.Values{})
	require.Equal(t, http.StatusOK, left.status)
	require.Contains(t, left.words("main"), "Đã đăng xuất khỏi Nề Nếp.")
	onward := left.Find("main a").AttrOr("href", "")
	require.True(t, strings.HasPrefix(onward, i.URL+"/end_session?"), onward)
	require.Equal(t, "0; url="+onward, left.header.Get("Refresh"), "a form of this portal leads to no other site; the page it ends on does")

	response, err := b.client.Get(onward)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, b.address+"/dang-nhap", response.Request.URL.String(), "and from there back to the entrance")
	require.Equal(t, "/dang-nhap", b.get("/").path)
}

func TestWithoutASignInThePageSaysSo(t *testing.T) {
	s := serve(t, newHouse(t), func(_ *wire.Config, options *Options) { options.SignIn = nil })
	require.Contains(t, s.open(t).get("/dang-nhap").words("main"), "Chưa cấu hình đăng nhập.")
	require.Equal(t, "/dang-nhap?den=%2Fdang-nhap%2Fcong-vu", s.open(t).get("/dang-nhap/cong-vu").path, "no such way in")
}

func TestTheIssuerBeingAwayIsSaidAndItsReturnNeedsNoRestart(t *testing.T) {
	i := newIssuer(t)
	address := i.Listener.Addr().String()
	i.Close()
	b := behind(t, newHouse(t), i)
	require.Equal(t, http.StatusServiceUnavailable, b.get("/dang-nhap/cong-vu").status)
	returned := newIssuerAt(t, address)
	returned.portal = b.address
	require.Equal(t, "/", b.get("/dang-nhap/cong-vu").path)
}
