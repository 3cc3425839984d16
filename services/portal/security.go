package portal

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"go.uber.org/zap"
	"golang.org/x/time/rate"
)

const (
	contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
		"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	forgeryCookie = "nenep-form"
	forgeryField  = "_csrf"

	// formBytes bounds a form without files; filesPerForm bounds those with.
	formBytes    = 1 << 20
	filesPerForm = 10
)

// pace is how often one address may call: steadily per second, and at once. A whole province may reach the portal through one address.
type pace struct {
	perSecond float64
	burst     int
}

var (
	calendarPace = pace{10, 100} // calendar programs ask a few times a day
	callbackPace = pace{50, 200} // a provider reports on a morning's messages from one address
	signInPace   = pace{20, 100}
	linkPace     = pace{20, 200} // a province opens its morning's letters through one address
)

// forgotten is after which time an address that has not called begins anew.
const forgotten = 3 * time.Minute

// callers remembers how often each address called.
func callers(allowed pace) middleware.RateLimiterStore {
	return middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: rate.Limit(allowed.perSecond), Burst: allowed.burst, ExpiresIn: forgotten,
	})
}

// limitCalls answers 429 to an address that calls too often.
func limitCalls(allowed pace, deny func(echo.Context) error) echo.MiddlewareFunc {
	return middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Store:               callers(allowed),
		IdentifierExtractor: func(c echo.Context) (string, error) { return c.RealIP(), nil },
		DenyHandler:         func(c echo.Context, _ string, _ error) error { return deny(c) },
	})
}

// tooOften is the answer to a program.
func (p *portal) tooOften(c echo.Context) error {
	setSecurityHeaders(c.Response().Header(), p.secure())
	c.Response().Header().Set(echo.HeaderRetryAfter, "60")
	return c.String(http.StatusTooManyRequests, "Đã gọi quá nhiều lần. Gọi lại sau 01 phút.\n")
}

// tooOftenPage is the answer to a person.
func tooOftenPage(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderRetryAfter, "60")
	return echo.NewHTTPError(http.StatusTooManyRequests)
}

func (p *portal) securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		setSecurityHeaders(c.Response().Header(), p.secure())
		c.Response().Header().Set("Cache-Control", "no-store")
		return next(c)
	}
}

func setSecurityHeaders(header http.Header, secure bool) {
	header.Set("Content-Security-Policy", contentPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if secure {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (p *portal) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		limit := int64(formBytes)
		if isMultipart(c) {
			limit += filesPerForm * (p.cfg.MaxFileBytes + formBytes)
		}
		if c.Request().ContentLength > limit && !isStreamed(c) {
			return echo.NewHTTPError(http.StatusRequestEntityTooLarge)
		}
		whole := c.Request().Body
		c.Request().Body = http.MaxBytesReader(c.Response().Writer, whole, limit)
		err := next(c)
		if c.Get(contextUnread) != nil {
			p.letGo(c, whole)
		}
		return err
	}
}

func isMultipart(c echo.Context) bool {
	return strings.HasPrefix(c.Request().Header.Get(echo.HeaderContentType), echo.MIMEMultipartForm)
}

// streamed are the ends of the routes whose handlers read a form with files as it comes and call
// checkStreamedForm before they take the first file.
var streamed = []string{"/buoc/:step", "/muc/:item", "/ban-da-ky"}

func isStreamed(c echo.Context) bool {
	return isMultipart(c) && slices.ContainsFunc(streamed, func(end string) bool { return strings.HasSuffix(c.Path(), end) })
}

// savesDraft tells whether the form that is to be kept proves by itself that a page of this portal made it.
func (p *portal) savesDraft(c echo.Context) bool {
	_, ours := p.typed(c)
	return ours && c.Path() == formDraftsPath
}

// checkForgery refuses forms that another site sent. Only the forms that are read as they stream are left to their handlers: any other
// route would take a form that merely calls itself one with files.
func (p *portal) checkForgery() echo.MiddlewareFunc {
	return middleware.CSRFWithConfig(middleware.CSRFConfig{
		Skipper: func(c echo.Context) bool {
			return c.Request().Method == http.MethodPost && (isStreamed(c) || p.savesDraft(c))
		},
		TokenLookup: "form:" + forgeryField, CookieName: forgeryCookie, CookiePath: "/", CookieHTTPOnly: true,
		CookieSecure: p.secure(), CookieSameSite: http.SameSiteLaxMode, CookieMaxAge: int(sessionLife.Seconds()),
		ErrorHandler: func(_ error, c echo.Context) error { return p.forged(c) },
	})
}

func forgeryToken(c echo.Context) string {
	if token, _ := c.Get("csrf").(string); token != "" {
		return token
	}
	if cookie, err := c.Cookie(forgeryCookie); err == nil {
		return cookie.Value
	}
	return middleware.CSRFUsingSecFetchSite
}

// checkStreamedForm judges a form with files by what middleware.CSRF judges others by.
func (p *portal) checkStreamedForm(c echo.Context, sent string) error {
	if form, ours := p.typed(c); ours && form.owner != p.signedIn(c) {
		return errAnothersForm
	}
	if c.Request().Header.Get(echo.HeaderSecFetchSite) == "same-origin" {
		return nil
	}
	cookie, err := c.Cookie(forgeryCookie)
	crossSite := c.Request().Header.Get(echo.HeaderSecFetchSite) == "cross-site"
	if err != nil || crossSite || cookie.Value == "" || subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(sent)) != 1 {
		return p.forged(c)
	}
	return nil
}

func (p *portal) forged(c echo.Context) error {
	p.logger.Info("form refused: not sent from a page of this portal", zap.String("route", c.Path()))
	return errStaleForm
}
