package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// linkView is all that a link of a message shows before sign-in: title and due date.
type linkView struct {
	Title, Due string
	SignIn     string
	Other      bool // somebody else is signed in
	Expired    string
}

// openLink answers a link of a message. A link tells what it is about and starts the sign-in; it
// signs nobody in, since letters are forwarded.
func (p *portal) openLink(c echo.Context) error {
	ctx := c.Request().Context()
	setPrivate(c)
	answer, err := p.calls.Notifications.OpenLink(ctx, call(&notificationsv1.OpenLinkRequest{Token: c.Param("token")}))
	if err != nil {
		return err
	}
	if answer.Msg.GetExpired() {
		view := linkView{Expired: day(answer.Msg.GetExpiresOn())}
		return p.render(c, http.StatusGone, "link", &page{Title: "Liên kết đã hết hạn", Body: view})
	}
	target := caseURL(answer.Msg.GetCaseId())
	if answer.Msg.GetCaseId() == "" {
		target = "/"
	}
	official := p.signedIn(c)
	if official != "" && official == answer.Msg.GetOfficialId() {
		return c.Redirect(http.StatusSeeOther, safeReturn(target))
	}
	view := linkView{Title: "Việc của tôi", SignIn: "/dang-nhap", Other: official != ""}
	if answer.Msg.GetCaseId() != "" {
		found, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: answer.Msg.GetCaseId()}))
		if err != nil {
			return err
		}
		view.Title, view.Due = titleOf(found.Msg), found.Msg.GetState().GetDueDay()
	}
	if !view.Other {
		p.sessions.Put(ctx, keyReturn, safeReturn(target))
	}
	return p.render(c, http.StatusOK, "link", &page{Title: view.Title, Body: view})
}

// setPrivate keeps the token out of the addresses that other pages are told.
func setPrivate(c echo.Context) {
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
}
