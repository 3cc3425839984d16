package portal

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/reach"
)

const (
	signInByMailPath  = "/dang-nhap/thu"
	signInSecretRoute = signInByMailPath + "/:secret"

	keyLinkBrowser = "link-browser" // what only the browser that asked for a link knows
	emailLabel     = "Địa chỉ thư công vụ"
)

// signInByMailRoutes are where a one-time link is asked for and used.
func (p *portal) signInByMailRoutes(entrance *echo.Group) {
	if !p.cfg.SignInByMail {
		return
	}
	entrance.GET(signInByMailPath, p.askLinkPage)
	entrance.POST(signInByMailPath, p.askLink)
	entrance.GET(signInSecretRoute, p.signInLinkPage)
	entrance.POST(signInSecretRoute, p.useSignInLink)
}

func (p *portal) signInLinks() signInLinks { return signInLinks{p.kept.db, []byte(p.cfg.ServiceKey)} }

// linkForm is the form by which a link is asked for.
type linkForm struct {
	Email, Fault, Button string
	Second               bool // beside another way of signing in
}

func newLinkForm() *linkForm { return &linkForm{Button: "Gửi liên kết"} }

// askView is the page of the form, or of a link that opens nothing more, with the form to ask for another.
type askView struct {
	Heading, Lead string
	ByMail        *linkForm
}

const askHeading = "Nhận liên kết đăng nhập qua thư"

func (p *portal) askLinkPage(c echo.Context) error {
	return p.renderAsk(c, http.StatusOK, newLinkForm())
}

func (p *portal) renderAsk(c echo.Context, status int, form *linkForm) error {
	data := &page{Title: askHeading, Body: askView{Heading: askHeading, ByMail: form}}
	if form.Fault != "" {
		data.Faults = []fault{{"email", form.Fault}}
	}
	return p.render(c, status, "asklink", data)
}

// askedView is the answer to whoever asks, known or not.
type askedView struct{ Email, Now, Until, Help string }

// askLink has a link mailed to the official whose address was typed. Whether there is one is told by nothing: not by the answer, nor by
// what is done until it comes, but for the mail itself.
func (p *portal) askLink(c echo.Context) error {
	typed := c.FormValue("email")
	form := &linkForm{Email: typed, Button: newLinkForm().Button}
	email, wrong := reach.Email(typed)
	switch {
	case wrong != nil:
		form.Fault = wrong.VI
	case email == "":
		form.Fault = missing(emailLabel)
	}
	if form.Fault != "" {
		return p.renderAsk(c, http.StatusUnprocessableEntity, form)
	}
	until, err := p.sendLink(c, email)
	if tooMany := (tooManyLinks{}); errors.As(err, &tooMany) {
		minutes := int(math.Ceil(tooMany.wait.Minutes()))
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(60*minutes))
		form.Fault = "Đã đề nghị liên kết cho địa chỉ này " + number(mostLinks) + " lần trong 1 giờ. Chờ " + number(int64(minutes)) + " phút rồi thử lại."
		return p.renderAsk(c, http.StatusTooManyRequests, form)
	}
	if err != nil {
		return err
	}
	view := askedView{Email: email, Now: clock(p.now()), Until: atInstant(until), Help: p.helpLine()}
	return p.render(c, http.StatusOK, "linkasked", &page{Title: "Kiểm tra hộp thư", Body: view})
}

func (p *portal) sendLink(c echo.Context, email string) (until time.Time, err error) {
	ctx, now := c.Request().Context(), p.now()
	official, err := p.officialByMail(ctx, email)
	if err != nil {
		return until, err
	}
	secret, err := p.signInLinks().make(ctx, asked{email, official, p.browserOf(ctx)}, now)
	if err != nil {
		if tooMany := (tooManyLinks{}); errors.As(err, &tooMany) {
			return until, err
		}
		return until, unavailable(err)
	}
	until = now.Add(signInLinkLife)
	_, err = p.calls.Notifications.SendSignInLink(ctx, call(&notificationsv1.SendSignInLinkRequest{
		OfficialId: official, Url: strings.TrimSuffix(p.cfg.PortalURL, "/") + signInByMailPath + "/" + secret, ExpiresAt: until.UTC().Format(time.RFC3339),
	}))
	return until, err
}

// browserOf is what the session of this browser knows, made when it first asks.
func (p *portal) browserOf(ctx context.Context) string {
	known := p.sessions.GetString(ctx, keyLinkBrowser)
	if known == "" {
		known = rand.Text()
		p.sessions.Put(ctx, keyLinkBrowser, known)
	}
	return known
}

// officialByMail is the one official with the address who holds a position today; empty where there is none, or more than one.
func (p *portal) officialByMail(ctx context.Context, email string) (string, error) {
	answer, err := p.calls.Units.FindOfficials(ctx, call(&unitsv1.FindOfficialsRequest{Email: email, Limit: 50}))
	if err != nil {
		return "", err
	}
	found, holds := "", false
	for _, holder := range answer.Msg.GetHolders() {
		id := holder.GetOfficial().GetId()
		if !strings.EqualFold(holder.GetOfficial().GetEmail(), email) {
			continue
		}
		if found != "" && found != id {
			return "", nil
		}
		found, holds = id, holds || holder.GetPosition().GetRole() != ""
	}
	if !holds {
		return "", nil
	}
	return found, nil
}

// linkOpenView is the page a link opens: programs that look through mail open links too, and press no button.
type linkOpenView struct {
	Action, Who, Until string
	OtherBrowser       bool
}

func (p *portal) signInLinkPage(c echo.Context) error {
	setPrivate(c)
	ctx, secret := c.Request().Context(), c.Param("secret")
	link, err := p.signInLinks().find(ctx, secret)
	if err != nil {
		return unavailable(err)
	}
	if link == nil || !link.opens(p.now()) {
		return p.renderSpent(c, link)
	}
	posts, err := p.posts(ctx, []string{link.OfficialID})
	if err != nil {
		return err
	}
	same := subtle.ConstantTimeCompare(link.Browser, hashOf(p.sessions.GetString(ctx, keyLinkBrowser))) == 1
	view := linkOpenView{Action: signInByMailPath + "/" + secret, Who: posts.full(link.OfficialID), Until: atInstant(link.ExpiresAt), OtherBrowser: !same}
	return p.render(c, http.StatusOK, "linkopen", &page{Title: "Đăng nhập", Body: view})
}

// useSignInLink begins the session of the link's official. What another way of signing in left in this browser is not his.
func (p *portal) useSignInLink(c echo.Context) error {
	setPrivate(c)
	ctx, secret := c.Request().Context(), c.Param("secret")
	official, err := p.signInLinks().use(ctx, secret, p.now())
	if err != nil {
		return unavailable(err)
	}
	if official != "" {
		p.sessions.Remove(ctx, keyOpenIDProof)
		return p.begin(c, official)
	}
	link, err := p.signInLinks().find(ctx, secret)
	if err != nil {
		return unavailable(err)
	}
	return p.renderSpent(c, link)
}

// renderSpent says why a link opens nothing. A link that was made for nobody is as one that was never made.
func (p *portal) renderSpent(c echo.Context, link *signInLink) error {
	view := askView{Heading: "Liên kết không còn dùng được", ByMail: &linkForm{Button: "Gửi liên kết mới"}}
	switch {
	case link == nil || link.OfficialID == "":
		view.Lead = "Liên kết không đúng. Mở lại từ thư đã nhận, hoặc bấm “" + view.ByMail.Button + "” để nhận thư ở địa chỉ đã đăng ký."
	case link.UsedAt != nil:
		view.Lead = "Liên kết đã được dùng lúc " + atInstant(*link.UsedAt) + "; mỗi liên kết chỉ dùng một lần. Bấm “" + view.ByMail.Button + "” để nhận thư ở địa chỉ đã đăng ký."
	default:
		view.Lead = "Liên kết đã hết hạn lúc " + atInstant(link.ExpiresAt) + ". Bấm “" + view.ByMail.Button + "” để nhận thư ở địa chỉ đã đăng ký."
	}
	return p.render(c, http.StatusGone, "asklink", &page{Title: view.Heading, Body: view})
}

func atInstant(at time.Time) string { return instant(at.UTC().Format(time.RFC3339)) }

// holdsSecret: the address of the page signs somebody in, so it is told to no other page.
func holdsSecret(c echo.Context) bool { return c.Path() == signInSecretRoute }
