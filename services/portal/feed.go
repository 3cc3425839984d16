package portal

import (
	"net/http"
	"strings"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

const feedSuffix = ".ics"

// readFeed answers a calendar program, which cannot sign in: the address is the secret. Whatever is wrong with an address, the answer is
// that there is nothing, and no log of an error names it.
func (p *portal) readFeed(c echo.Context) error {
	header := c.Response().Header()
	setSecurityHeaders(header, p.secure())
	setPrivate(c)
	token, is := strings.CutSuffix(c.Param("file"), feedSuffix)
	if !is || token == "" {
		return c.NoContent(http.StatusNotFound)
	}
	answer, err := p.calls.Notifications.ReadFeed(c.Request().Context(), call(&notificationsv1.ReadFeedRequest{Token: token}))
	if err != nil {
		return p.noFeed(c, err)
	}
	header.Set("Cache-Control", "private, no-cache")
	if tag := quotedTag(answer.Msg.GetEtag()); tag != "" {
		header.Set("ETag", tag)
		if sameTag(c.Request().Header.Get("If-None-Match"), tag) {
			return c.NoContent(http.StatusNotModified)
		}
	}
	header.Set(echo.HeaderContentDisposition, `inline; filename="ne-nep.ics"`)
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", answer.Msg.GetCalendar())
}

func (p *portal) noFeed(c echo.Context, err error) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	if code := connect.CodeOf(err); isNotFound(err) || code == connect.CodeInvalidArgument || wire.RefusalOf(err) != nil && code != connect.CodeUnavailable {
		return c.NoContent(http.StatusNotFound)
	}
	p.logger.Error("calendar feed not read", zap.Error(err))
	c.Response().Header().Set(echo.HeaderRetryAfter, "300")
	return c.NoContent(http.StatusServiceUnavailable)
}

func quotedTag(tag string) string {
	if tag == "" || strings.HasSuffix(tag, `"`) {
		return tag
	}
	return `"` + tag + `"`
}

// sameTag compares weakly, as RFC 9110 asks of If-None-Match.
func sameTag(asked, tag string) bool {
	for one := range strings.SplitSeq(asked, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || one != "" && strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
