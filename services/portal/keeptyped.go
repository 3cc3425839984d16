package portal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// Why a form was not taken although nothing in it was wrong.
var (
	errSessionOver = wire.Refuse(contract.CodeForbidden, "Phiên làm việc đã hết nên chưa gửi được. Đăng nhập lại rồi gửi lại.", "The session is over and nothing was sent. Sign in and send again.")
	errStaleForm   = wire.Refuse(contract.CodeForbidden, "Trang đã mở quá lâu nên chưa gửi được. Quay lại trang trước, tải lại trang rồi gửi lại.",
		"The page was open too long and nothing was sent. Go back, reload the page and send again.")
	errAnothersForm = wire.Refuse(contract.CodeForbidden,
		"Trang này do một tài khoản khác mở trên máy này nên chưa gửi được. Nội dung giữ làm bản nháp của tài khoản đó; mở lại trang để nhập bằng tài khoản đang đăng nhập.",
		"The page was opened by another account and nothing was sent. What was typed is kept as that account's draft; open the page again.")
)

// notSent is a form that was not taken, with what became of the text typed into it.
type notSent struct {
	cause   error
	address string   // of the form whose text is kept as a draft
	lines   []choice // the text itself, where it could not be kept
}

func (n notSent) Error() string { return n.cause.Error() }

func (n notSent) Unwrap() error { return n.cause }

// keepTyped has no form go without its text: what a page typed into cannot be taken for a reason that lies not in the form (session over,
// page too old, a service away) becomes a draft of whoever opened the page. A form that was taken leaves none.
func (p *portal) keepTyped(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if c.Request().Method != http.MethodPost || c.Response().Committed && err != nil {
			return err
		}
		if err != nil {
			return p.setAside(c, err)
		}
		if form, ok := p.typed(c); ok && c.Response().Status == http.StatusSeeOther && form.owner == p.signedIn(c) && form.values.Get("do") == "act" {
			if err := p.kept.taken(context.WithoutCancel(c.Request().Context()), form, p.now()); err != nil {
				p.logWarning("draft of a form that was taken not forgotten", err)
			}
		}
		return nil
	}
}

// setAside keeps what was typed and says where it is.
func (p *portal) setAside(c echo.Context, cause error) error {
	p.readRest(c)
	form, ok := p.typed(c)
	if !ok {
		if errors.Is(cause, errSessionOver) {
			return c.Redirect(http.StatusSeeOther, "/dang-nhap?het-phien=1")
		}
		return cause
	}
	official := p.whoSigned(c)
	if err := p.park(c, form, official); err != nil {
		p.logger.Warn("typed text not kept", zap.String("route", c.Path()), zap.Error(err))
		if official != "" && official != form.owner {
			return cause
		}
		return notSent{cause: cause, lines: form.lines()}
	}
	switch {
	case official == "" && (errors.Is(cause, errSessionOver) || errors.Is(cause, errStaleForm)):
		return p.askToSignIn(c, form)
	case errors.Is(cause, errStaleForm) && official == form.owner:
		p.leaveBanner(c, "warn", "Trang đã mở quá lâu nên chưa gửi được. Nội dung vẫn còn; bấm “"+form.label("do")+"” một lần nữa.")
		return c.Redirect(http.StatusSeeOther, form.address)
	case official == form.owner:
		return notSent{cause: cause, address: form.address}
	case official != "":
		return errAnothersForm
	default:
		return notSent{cause: cause}
	}
}

// park stores the text as its owner's draft. Those who are not signed in do so no more often than they may try to sign in.
func (p *portal) park(c echo.Context, form typedForm, official string) error {
	if official == "" {
		if allowed, err := p.parking.Allow(c.RealIP()); err != nil || !allowed {
			return errors.Join(echo.ErrTooManyRequests, err)
		}
	}
	return p.kept.save(context.WithoutCancel(c.Request().Context()), form, p.now())
}

// askToSignIn leads back to the form, but only him who filled it in.
func (p *portal) askToSignIn(c echo.Context, form typedForm) error {
	ctx := c.Request().Context()
	p.sessions.Put(ctx, keyReturn, form.address)
	p.sessions.Put(ctx, keyReturnOf, form.owner)
	return c.Redirect(http.StatusSeeOther, "/dang-nhap?het-phien="+url.QueryEscape(clock(p.now())))
}

// whoSigned is who is signed in; nobody where the session could not be read.
func (p *portal) whoSigned(c echo.Context) string {
	if c.Get(contextSession) == nil {
		return ""
	}
	return p.signedIn(c)
}

// readRest reads what a form with files still holds when nobody came to read it, so that its words can be kept. The files are let go.
func (p *portal) readRest(c echo.Context) {
	if !isStreamed(c) || c.Get(contextStreamed) != nil {
		return
	}
	reader, err := c.Request().MultipartReader()
	if err != nil {
		return
	}
	values := url.Values{}
	c.Set(contextStreamed, values)
	for {
		part, err := reader.NextPart()
		if err != nil {
			return
		}
		if part.FileName() != "" {
			values.Add(filesField, shortName(part.FileName()))
			_, _ = io.Copy(io.Discard, part)
		} else if err := readField(part, values); err != nil {
			return
		}
	}
}

// shortName is a file's name as it may stand in a sentence.
func shortName(name string) string {
	name = legible(name[strings.LastIndexAny(name, `/\`)+1:])
	if runes := []rune(name); len(runes) > 120 {
		return string(runes[:100]) + "…" + string(runes[len(runes)-12:])
	}
	return name
}
