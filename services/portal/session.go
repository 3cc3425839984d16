package portal

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
)

const (
	sessionIdle = 8 * time.Hour
	sessionLife = 24 * time.Hour

	keyOfficial = "official"
	keyBrowser  = "browser"
	keyAddress  = "address"
	keyReturn   = "return"
	keyReturnOf = "return-of" // whom alone the way back is for
	keyBanner   = "banner"
	keyBannerIs = "banner-kind"
)

const contextSession = "session"

// newSessions keeps a session eight idle hours. SameSite is Lax, not Strict: people come from the
// link in a letter and from the province's sign-in.
func newSessions(store scs.Store, secure bool) *scs.SessionManager {
	sessions := scs.New()
	sessions.Store = store
	sessions.IdleTimeout, sessions.Lifetime = sessionIdle, sessionLife
	sessions.HashTokenInStore = true
	sessions.Cookie = scs.SessionCookie{Name: "nenep", HttpOnly: true, Path: "/", SameSite: http.SameSiteLaxMode, Secure: secure}
	if secure {
		sessions.Cookie.Name = "__Host-nenep"
	}
	return sessions
}

// loadSession reads the session and writes it back just before the answer's header goes out.
func (p *portal) loadSession(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		var token string
		if cookie, err := c.Cookie(p.sessions.Cookie.Name); err == nil {
			token = cookie.Value
		}
		ctx, err := p.sessions.Load(remembering(c.Request().Context()), token)
		if err != nil {
			return unavailable(err)
		}
		c.SetRequest(c.Request().WithContext(ctx))
		c.Set(contextSession, true)
		c.Response().Before(func() { p.commitSession(c, ctx) })
		return next(c)
	}
}

func (p *portal) commitSession(c echo.Context, ctx context.Context) {
	switch p.sessions.Status(ctx) {
	case scs.Modified:
		token, expiry, err := p.sessions.Commit(ctx)
		if err != nil {
			p.logWarning("session not stored", err)
			return
		}
		p.sessions.WriteSessionCookie(ctx, c.Response().Writer, token, expiry)
	case scs.Destroyed:
		p.sessions.WriteSessionCookie(ctx, c.Response().Writer, "", time.Time{})
	case scs.Unmodified:
	}
}

// banner is the one line above the h1 that says what the last act came to.
type banner struct{ Kind, Text string }

func (p *portal) leaveBanner(c echo.Context, kind, text string) {
	ctx := c.Request().Context()
	p.sessions.Put(ctx, keyBannerIs, kind)
	p.sessions.Put(ctx, keyBanner, text)
}

func (p *portal) takeBanner(c echo.Context) *banner {
	ctx := c.Request().Context()
	text := p.sessions.PopString(ctx, keyBanner)
	if text == "" {
		return nil
	}
	return &banner{p.sessions.PopString(ctx, keyBannerIs), text}
}
