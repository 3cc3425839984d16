package portal

import (
	"context"
	"html/template"
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"
)

// SignIn proves who a person is. The portal itself keeps the session, the way back to the page
// asked for, and everything the person may do afterwards.
type SignIn interface {
	// Routes adds the pages this way of signing in needs.
	Routes(doors Doors)
	// Entrance is what the sign-in page shows: a button, a list of people. It is trusted HTML,
	// made by html/template.
	Entrance(ctx context.Context, visit Visit) (template.HTML, error)
}

// Rehearsal is what a way of signing in may add to [SignIn]: pages then bear "Dữ liệu diễn tập",
// so that no picture of them shows a real unit as late.
type Rehearsal interface{ Rehearsal() bool }

func (p *portal) rehearsal() bool {
	marked, is := p.signIn.(Rehearsal)
	return is && marked.Rehearsal()
}

// Doors are what a way of signing in is given to work with.
type Doors struct {
	// Pages carry session, security headers and protection against forged forms.
	Pages *echo.Group
	// Plain carries nothing.
	Plain *echo.Echo
	// Begin opens the session of an official who has been proven, and redirects to the page that
	// was asked for.
	Begin func(c echo.Context, officialID string) error
}

// Visit is one showing of the sign-in page.
type Visit struct {
	// ForgeryToken goes into a hidden field "_csrf" of every form.
	ForgeryToken string
	// Query is what a search field of the entrance was sent with ("tim").
	Query string
}

// signInPage shows the entrance; the page asked for waits in the session, not in the forms.
func (p *portal) signInPage(c echo.Context) error {
	ctx := c.Request().Context()
	if asked := c.QueryParam("den"); asked != "" {
		p.sessions.Put(ctx, keyReturn, safeReturn(asked))
		p.sessions.Remove(ctx, keyReturnOf)
	}
	if p.signedIn(c) != "" {
		return c.Redirect(http.StatusSeeOther, safeReturn(c.QueryParam("den")))
	}
	entrance, err := p.signIn.Entrance(ctx, Visit{ForgeryToken: forgeryToken(c), Query: c.QueryParam("tim")})
	if err != nil {
		return err
	}
	view := signInView{Entrance: entrance, Expired: c.QueryParam("het-phien") != "", Saved: savedAt(c.QueryParam("het-phien"))}
	if p.cfg.SignInByMail {
		view.ByMail = newLinkForm()
		view.ByMail.Second = true
	}
	return p.render(c, http.StatusOK, "signin", &page{Title: "Đăng nhập", Body: view})
}

type signInView struct {
	Entrance template.HTML
	Expired  bool
	Saved    string // when what was typed was kept
	ByMail   *linkForm
}

var ofTheDay = regexp.MustCompile(`^[0-2][0-9]:[0-5][0-9]$`)

func savedAt(said string) string { return ofTheDay.FindString(said) }

func (p *portal) begin(c echo.Context, officialID string) error {
	ctx := c.Request().Context()
	if err := p.store.sweep(ctx); err != nil {
		return unavailable(err)
	}
	if err := p.kept.sweep(ctx, p.now()); err != nil {
		return unavailable(err)
	}
	target := safeReturn(p.sessions.PopString(ctx, keyReturn))
	if whose := p.sessions.PopString(ctx, keyReturnOf); whose != "" && whose != officialID {
		target = "/"
	}
	if err := p.sessions.RenewToken(ctx); err != nil {
		return unavailable(err)
	}
	p.sessions.Put(ctx, keyOfficial, officialID)
	p.sessions.Put(ctx, keyBrowser, browserWord(c.Request().UserAgent()))
	p.sessions.Put(ctx, keyAddress, networkOf(c.RealIP()))
	return c.Redirect(http.StatusSeeOther, target)
}

// Leaver is what a way of signing in may add to [SignIn]: where else a person is signed in, and so must be signed out.
type Leaver interface {
	Leave(ctx context.Context) string
}

type leftView struct{ Onward string }

// signOut ends the session here and goes on to where else it must end. That is done by the page: what a form of this portal leads to is
// this portal alone.
func (p *portal) signOut(c echo.Context) error {
	ctx, onward := c.Request().Context(), ""
	if leaver, is := p.signIn.(Leaver); is && p.signedIn(c) != "" {
		onward = leaver.Leave(ctx)
	}
	if err := p.sessions.Destroy(ctx); err != nil {
		return unavailable(err)
	}
	if onward == "" {
		return c.Redirect(http.StatusSeeOther, "/dang-nhap")
	}
	c.Response().Header().Set("Refresh", "0; url="+onward)
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	return p.render(c, http.StatusOK, "left", &page{Title: "Đã đăng xuất", Body: leftView{onward}})
}
