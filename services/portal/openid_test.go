package portal

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

// issuer is an OpenID Connect provider that signs in whoever `claims` says, checking what a
// provider checks: client, redirect address, PKCE.
type issuer struct {
	*httptest.Server
	key       *rsa.PrivateKey
	claims    jwt.MapClaims
	challenge string
	redirect  string
	nonce     string
	nonceSent string // instead of the one asked for
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	i := &issuer{key: key, claims: jwt.MapClaims{"email": "an@khoaichau.example", "email_verified": true}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		encode := base64.RawURLEncoding.EncodeToString
		answer(w, map[string]any{"keys": []map[string]string{{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("GET /auth", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	i.challenge, i.nonce, i.redirect = query.Get("code_challenge"), query.Get("nonce"), query.Get("redirect_uri")
	if query.Get("client_id") != "portal" || query.Get("code_challenge_method") != "S256" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, i.redirect+"?"+url.Values{"code": {"c-1"}, "state": {query.Get("state")}}.Encode(), http.StatusSeeOther)
}

func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if r.FormValue("code") != "c-1" || base64.RawURLEncoding.EncodeToString(sum[:]) != i.challenge {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := jwt.MapClaims{"iss": i.URL, "aud": "portal", "sub": "1", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": i.nonce}
	if i.nonceSent != "" {
		claims["nonce"] = i.nonceSent
	}
	for key, value := range i.claims {
		claims[key] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "1"
	signed, err := token.SignedString(i.key)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": signed})
}

// behind makes the portal sign in at the issuer; the portal is known by the address it serves.
func behind(t *testing.T, h *house, i *issuer) *browser {
	t.Helper()
	front := httptest.NewUnstartedServer(nil)
	front.Start()
	t.Cleanup(front.Close)
	s := serve(t, h, func(cfg *wire.Config, options *Options) {
		options.SignIn = nil
		cfg.OIDCIssuer, cfg.OIDCClientID, cfg.OIDCClientSecret, cfg.PortalURL = i.URL, "portal", "secret", front.URL
	})
	target, err := url.Parse(s.address)
	require.NoError(t, err)
	front.Config.Handler = forward(target)
	return site{front.URL, s.cfg}.open(t)
}

func forward(target *url.URL) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host, out.RequestURI = target.Scheme, target.Host, ""
		response, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer func() { _ = response.Body.Close() }()
		for key, values := range response.Header {
			w.Header()[key] = values
		}
		w.WriteHeader(response.StatusCode)
		_, _ = w.Write(read(response))
	})
}

func TestTheProvincesSignInLeadsToThePageAskedFor(t *testing.T) {
	b := behind(t, newHouse(t), newIssuer(t))
	entrance := b.get(caseURL(khoaiChauCase))
	require.Equal(t, "Đăng nhập bằng tài khoản công vụ", entrance.words("main .button"))
	seen := b.get(entrance.Find("main .button").AttrOr("href", ""))
	require.Equal(t, caseURL(khoaiChauCase), seen.path)
	require.Contains(t, seen.words("header"), "Nguyễn Văn An")
}

func TestAnAccountNobodyKnowsIsRefused(t *testing.T) {
	for name, claims := range map[string]jwt.MapClaims{
		"unknown":        {"email": "ai-do@example.vn", "email_verified": true},
		"not verified":   {"email": "an@khoaichau.example", "email_verified": false},
		"says nothing":   {"email": "an@khoaichau.example"},
		"no e-mail":      {"email_verified": true},
		"another client": {"email": "an@khoaichau.example", "email_verified": true, "aud": "somebody-else"},
		"old":            {"email": "an@khoaichau.example", "email_verified": true, "exp": time.Now().Add(-time.Hour).Unix()},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t)
			i.claims = claims
			b := behind(t, newHouse(t), i)
			require.Equal(t, http.StatusForbidden, b.get("/dang-nhap/cong-vu").status)
			require.Equal(t, "/dang-nhap", b.get("/").path)
		})
	}
}

func TestAnAnswerToNobodysQuestionIsRefused(t *testing.T) {
	i := newIssuer(t)
	b := behind(t, newHouse(t), i)
	require.Equal(t, http.StatusForbidden, b.get("/dang-nhap/tro-lai?code=c-1&state=").status)
	require.Equal(t, http.StatusForbidden, b.get("/dang-nhap/tro-lai?code=c-1&state=guessed").status)
	i.nonceSent = "another"
	require.Equal(t, http.StatusForbidden, b.get("/dang-nhap/cong-vu").status)
}

func TestWithoutASignInThePageSaysSo(t *testing.T) {
	s := serve(t, newHouse(t), func(_ *wire.Config, options *Options) { options.SignIn = nil })
	require.Contains(t, s.open(t).get("/dang-nhap").words("main"), "Chưa cấu hình đăng nhập.")
	require.Equal(t, "/dang-nhap?den=%2Fdang-nhap%2Fcong-vu", s.open(t).get("/dang-nhap/cong-vu").path, "no such way in")
}

func TestTheIssuerBeingAwayIsSaid(t *testing.T) {
	i := newIssuer(t)
	b := behind(t, newHouse(t), i)
	i.Close()
	require.Equal(t, http.StatusServiceUnavailable, b.get("/dang-nhap/cong-vu").status)
}
