package portal

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
	"nenep/proto/wire"
)

// issuer is a certified OpenID provider, run here: what it stores is that of its makers, but for what a test makes go wrong.
type issuer struct {
	*httptest.Server
	*storage.Storage
	person *storage.User
	keys   []signingKey // the last one signs
	portal string

	inProof  bool          // the proof itself names the address; else it must be asked for
	lifetime time.Duration // of a proof
	nonce    string        // instead of the one asked for
	client   string        // for whom a proof is made, once the one who asked was let in
	letIn    bool
}

// signingKey is a pair of keys; published is its public half.
type signingKey struct {
	id  string
	key *rsa.PrivateKey
}

func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Key() any                                    { return k.key }
func (k signingKey) ID() string                                  { return k.id }

type publishedKey struct{ signingKey }

func (k publishedKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publishedKey) Use() string                        { return "sig" }
func (k publishedKey) Key() any                           { return &k.key.PublicKey }

// The people the provider knows: one.

func (i *issuer) GetUserByID(id string) *storage.User {
	if id != i.person.ID {
		return nil
	}
	return i.person
}
func (i *issuer) GetUserByUsername(name string) *storage.User { return i.GetUserByID(name) }
func (i *issuer) ExampleClientID() string                     { return "" }

func (i *issuer) SigningKey(context.Context) (op.SigningKey, error) {
	return i.keys[len(i.keys)-1], nil
}

func (i *issuer) KeySet(context.Context) (published []op.Key, err error) {
	for _, key := range i.keys {
		published = append(published, publishedKey{key})
	}
	return published, nil
}

func (i *issuer) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// registered is the portal as the provider has it in its books.
type registered struct {
	op.Client
	issuer *issuer
}

func (r registered) RedirectURIs() []string { return []string{r.issuer.portal + "/dang-nhap/tro-lai"} }
func (r registered) PostLogoutRedirectURIs() []string {
	return []string{r.issuer.portal + "/dang-nhap"}
}
func (r registered) IDTokenUserinfoClaimsAssertion() bool { return r.issuer.inProof }
func (r registered) IDTokenLifetime() time.Duration       { return r.issuer.lifetime }

func (i *issuer) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	client, err := i.Storage.GetClientByClientID(ctx, id)
	return registered{client, i}, err
}

// tampered is a request that the provider answers as if another had been asked.
type tampered struct {
	op.AuthRequest
	issuer *issuer
}

func (t tampered) GetNonce() string {
	if t.issuer.nonce != "" {
		return t.issuer.nonce
	}
	return t.AuthRequest.GetNonce()
}

func (t tampered) GetClientID() string {
	if t.issuer.letIn && t.issuer.client != "" {
		return t.issuer.client
	}
	return t.AuthRequest.GetClientID()
}

func (t tampered) GetAudience() []string { return []string{t.GetClientID()} }

func (i *issuer) CreateAccessToken(ctx context.Context, request op.TokenRequest) (string, time.Time, error) {
	if asked, is := request.(tampered); is {
		request, i.letIn = asked.AuthRequest, true
	}
	return i.Storage.CreateAccessToken(ctx, request)
}

func (i *issuer) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	request, err := i.Storage.AuthRequestByCode(ctx, code)
	return tampered{request, i}, err
}

// rotate has the provider sign with a new key from now on, and publish no other.
func (i *issuer) rotate(t *testing.T) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	i.keys = []signingKey{{rand.Text(), key}}
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	return newIssuerAt(t, "127.0.0.1:0")
}

func newIssuerAt(t *testing.T, address string) *issuer {
	t.Helper()
	i := &issuer{lifetime: time.Hour, person: &storage.User{ID: "o-1", Username: "o-1", Password: "bí mật", Email: "an@khoaichau.example", EmailVerified: true}}
	i.Storage = storage.NewStorageWithClients(i, map[string]*storage.Client{"portal": storage.WebClient("portal", "secret")})
	i.rotate(t)
	i.Server = httptest.NewUnstartedServer(nil)
	require.NoError(t, i.Listener.Close())
	var err error
	i.Listener, err = net.Listen("tcp", address)
	require.NoError(t, err)
	provider, err := op.NewProvider(&op.Config{CodeMethodS256: true}, i, op.StaticIssuer("http://"+i.Listener.Addr().String()), op.WithAllowInsecure())
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	mux.HandleFunc("GET /login/username", i.enter(provider))
	i.Config.Handler = mux
	i.Start()
	t.Cleanup(i.Close)
	return i
}

// enter is the provider's page for the password, filled in at once.
func (i *issuer) enter(provider op.OpenIDProvider) http.HandlerFunc {
	back := op.AuthCallbackURL(provider)
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("authRequestID")
		if err := i.CheckUsernamePassword(i.person.Username, i.person.Password, id); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		http.Redirect(w, r, back(op.ContextWithIssuer(r.Context(), i.URL), id), http.StatusFound)
	}
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
	i.portal = front.URL
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
