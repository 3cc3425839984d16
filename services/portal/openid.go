package portal

import (
	"context"
	"crypto/rand"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"golang.org/x/oauth2"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const (
	keyOpenIDState    = "openid-state"
	keyOpenIDNonce    = "openid-nonce"
	keyOpenIDVerifier = "openid-verifier"
	keyOpenIDProof    = "openid-proof" // by which the provider knows whom to sign out
)

// openID signs people in at the province's own sign-in: authorization code with PKCE, state and
// nonce. The verified e-mail address leads to the official.
type openID struct {
	portal *portal
	begin  func(echo.Context, string) error

	mutex    sync.Mutex
	provider *oidc.Provider
}

func newOpenID(p *portal) *openID { return &openID{portal: p} }

var openIDButton = template.HTML(`<p><a class="button" href="/dang-nhap/cong-vu">Đăng nhập bằng tài khoản công vụ</a></p>`)

func (o *openID) Entrance(context.Context, Visit) (template.HTML, error) {
	if o.portal.cfg.OIDCIssuer == "" {
		return template.HTML(`<p class="notice">Chưa cấu hình đăng nhập. Quản trị hệ thống khai báo NENEP_OIDC_ISSUER, NENEP_OIDC_CLIENT_ID rồi khởi động lại cổng.</p>`), nil
	}
	return openIDButton, nil
}

func (o *openID) Routes(doors Doors) {
	o.begin = doors.Begin
	if o.portal.cfg.OIDCIssuer == "" {
		return
	}
	doors.Pages.GET("/dang-nhap/cong-vu", o.leave)
	doors.Pages.GET("/dang-nhap/tro-lai", o.comeBack)
}

// discover asks the issuer once it is needed, so that the portal starts while the issuer is away.
func (o *openID) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	cfg := o.portal.cfg
	if o.provider == nil {
		// The provider keeps the context for fetching keys later on, so it must outlive the request.
		provider, err := oidc.NewProvider(context.WithoutCancel(ctx), cfg.OIDCIssuer)
		if err != nil {
			return nil, nil, unavailable(fmt.Errorf("sign-in %s: %w", cfg.OIDCIssuer, err))
		}
		o.provider = provider
	}
	return o.provider, &oauth2.Config{
		ClientID: cfg.OIDCClientID, ClientSecret: cfg.OIDCClientSecret, Endpoint: o.provider.Endpoint(),
		RedirectURL: strings.TrimSuffix(cfg.PortalURL, "/") + "/dang-nhap/tro-lai", Scopes: []string{oidc.ScopeOpenID, "email"},
	}, nil
}

func (o *openID) leave(c echo.Context) error {
	ctx := c.Request().Context()
	_, client, err := o.discover(ctx)
	if err != nil {
		return err
	}
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	sessions := o.portal.sessions
	sessions.Put(ctx, keyOpenIDState, state)
	sessions.Put(ctx, keyOpenIDNonce, nonce)
	sessions.Put(ctx, keyOpenIDVerifier, verifier)
	return c.Redirect(http.StatusSeeOther, client.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)))
}

func (o *openID) comeBack(c echo.Context) error {
	ctx := c.Request().Context()
	sessions := o.portal.sessions
	state, nonce, verifier := sessions.PopString(ctx, keyOpenIDState), sessions.PopString(ctx, keyOpenIDNonce), sessions.PopString(ctx, keyOpenIDVerifier)
	if state == "" || c.QueryParam("state") != state {
		return refuseSignIn("lượt đăng nhập này không bắt đầu từ trang đăng nhập của hệ thống, hoặc đã quá lâu")
	}
	if c.QueryParam("error") != "" {
		o.portal.logger.Info("sign-in refused by the issuer", zap.String("error", c.QueryParam("error")))
		return refuseSignIn("cổng đăng nhập không xác nhận tài khoản")
	}
	proven, err := o.redeem(ctx, c.QueryParam("code"), nonce, verifier)
	if err != nil {
		return err
	}
	official, err := o.officialOf(ctx, proven.email)
	if err != nil {
		return err
	}
	sessions.Put(ctx, keyOpenIDProof, proven.proof)
	return o.begin(c, official)
}

func refuseSignIn(because string) error {
	return wire.Refuse(contract.CodeForbidden, "Đăng nhập không thành công: "+because+". Mở trang đăng nhập rồi làm lại.",
		"Sign-in failed. Open the sign-in page and try again.")
}

// proven is the verified e-mail address, and the proof as the provider gave it.
type proven struct{ email, proof string }

// claims are what a provider says of a person, in its proof or when asked.
type claims struct {
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
}

// redeem trades the code for the verified e-mail address.
func (o *openID) redeem(ctx context.Context, code, nonce, verifier string) (proven, error) {
	provider, client, err := o.discover(ctx)
	if err != nil {
		return proven{}, err
	}
	token, err := client.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		o.portal.logger.Warn("sign-in code not accepted", zap.Error(err))
		return proven{}, refuseSignIn("cổng đăng nhập không xác nhận lượt này")
	}
	raw, _ := token.Extra("id_token").(string)
	proof, err := provider.Verifier(&oidc.Config{ClientID: o.portal.cfg.OIDCClientID}).Verify(ctx, raw)
	if err != nil || proof.Nonce != nonce {
		o.portal.logger.Warn("sign-in proof not accepted", zap.Error(err))
		return proven{}, refuseSignIn("cổng đăng nhập trả về xác nhận không đúng")
	}
	said, err := o.claimsOf(ctx, provider, proof, token)
	if err != nil {
		return proven{}, err
	}
	if said.Email == "" || !said.Verified {
		return proven{}, refuseSignIn("tài khoản chưa có địa chỉ thư điện tử được xác nhận")
	}
	return proven{said.Email, raw}, nil
}

// claimsOf reads the proof and, as the standard has it, asks the provider for what the proof does not say (OpenID Connect Core, 5.4).
func (o *openID) claimsOf(ctx context.Context, provider *oidc.Provider, proof *oidc.IDToken, token *oauth2.Token) (claims, error) {
	var said claims
	if err := proof.Claims(&said); err != nil || said.Email != "" || provider.UserInfoEndpoint() == "" {
		return said, nil //nolint:nilerr // what cannot be read says nothing, and is refused as that
	}
	told, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return said, unavailable(fmt.Errorf("ask %s who it is: %w", o.portal.cfg.OIDCIssuer, err))
	}
	if told.Subject != proof.Subject {
		o.portal.logger.Warn("the provider spoke of another person than its proof")
		return said, refuseSignIn("cổng đăng nhập trả về xác nhận không đúng")
	}
	return claims{told.Email, told.EmailVerified}, nil
}

// Leave is where the session at the provider ends; empty where there is none to end.
func (o *openID) Leave(ctx context.Context) string {
	proof := o.portal.sessions.GetString(ctx, keyOpenIDProof)
	if proof == "" {
		return ""
	}
	var offers struct {
		EndSession string `json:"end_session_endpoint"`
	}
	provider, client, err := o.discover(ctx)
	if err != nil || provider.Claims(&offers) != nil || offers.EndSession == "" {
		return ""
	}
	target, err := url.Parse(offers.EndSession)
	if err != nil || target.Scheme != "https" && !strings.HasPrefix(offers.EndSession, o.portal.cfg.OIDCIssuer) {
		return ""
	}
	query := target.Query()
	query.Set("id_token_hint", proof)
	query.Set("client_id", client.ClientID)
	query.Set("post_logout_redirect_uri", strings.TrimSuffix(o.portal.cfg.PortalURL, "/")+"/dang-nhap")
	target.RawQuery = query.Encode()
	return target.String()
}

func (o *openID) officialOf(ctx context.Context, email string) (string, error) {
	answer, err := o.portal.calls.Units.FindOfficials(ctx, call(&unitsv1.FindOfficialsRequest{Email: email, Limit: 50}))
	if err != nil {
		return "", err
	}
	found := map[string]bool{}
	for _, holder := range answer.Msg.GetHolders() {
		if strings.EqualFold(holder.GetOfficial().GetEmail(), email) {
			found[holder.GetOfficial().GetId()] = true
		}
	}
	if len(found) != 1 {
		return "", wire.Refuse(contract.CodeForbidden,
			"Tài khoản "+email+" chưa gắn với cán bộ nào trong hệ thống. Liên hệ "+o.portal.helpLine()+".",
			"The account "+email+" belongs to no official here. Contact "+o.portal.helpLine()+".")
	}
	for id := range found {
		return id, nil
	}
	return "", nil
}
