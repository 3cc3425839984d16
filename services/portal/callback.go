package portal

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

// callbackBytes bounds what a provider may say in one call.
const callbackBytes = 1 << 20

// takeCallback hands on what a channel says afterwards. No cookie and no session take part: the call proves itself by its signature, which
// notifications judge.
func (p *portal) takeCallback(c echo.Context) error {
	setSecurityHeaders(c.Response().Header(), p.secure())
	c.Response().Header().Set("Cache-Control", "no-store")
	body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, c.Request().Body, callbackBytes))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return c.NoContent(http.StatusRequestEntityTooLarge)
		}
		return c.NoContent(http.StatusBadRequest)
	}
	_, err = p.calls.Notifications.TakeCallback(c.Request().Context(), call(&notificationsv1.TakeCallbackRequest{
		Channel: c.Param("channel"), Headers: lowerHeaders(c.Request().Header), Body: body,
	}))
	status := callbackStatus(err)
	if status >= http.StatusInternalServerError {
		p.logger.Error("callback not taken in", zap.String("channel", c.Param("channel")), zap.Error(err))
	}
	return c.NoContent(status)
}

// callbackStatus: 5xx has the provider call again, anything else does not.
func callbackStatus(err error) int {
	if err == nil {
		return http.StatusNoContent
	}
	if refusal := wire.RefusalOf(err); refusal != nil {
		switch refusal.GetCode() {
		case contract.CodeForbidden:
			return http.StatusForbidden
		case contract.CodeNotFound:
			return http.StatusNotFound
		case contract.CodeInvalid:
			return http.StatusBadRequest
		default:
			return http.StatusServiceUnavailable
		}
	}
	switch connect.CodeOf(err) {
	case connect.CodePermissionDenied, connect.CodeUnauthenticated:
		return http.StatusForbidden
	case connect.CodeNotFound:
		return http.StatusNotFound
	case connect.CodeInvalidArgument:
		return http.StatusBadRequest
	default:
		return http.StatusServiceUnavailable
	}
}

// lowerHeaders are the call's headers by lower-case name. Cookies are a browser's and are left out.
func lowerHeaders(header http.Header) map[string]string {
	lower := make(map[string]string, len(header))
	for name, values := range header {
		if name != "Cookie" {
			lower[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return lower
}
