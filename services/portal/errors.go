package portal

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/services/internal/bootstrap"
)

// errorView is a page that says what happened, what to do, and the code to tell the help desk.
type errorView struct {
	Heading, Text, Incident, Help string
	Status                        int
	Kept                          string   // address of the form whose text became a draft
	Typed                         []choice // the text, where it could not be kept
}

// unavailable hides a cause that only an operator can act upon; errorHandler logs it.
func unavailable(cause error) error {
	return fmt.Errorf("%w: %w", wire.Refuse(contract.CodeUnavailable,
		"Một phần của hệ thống chưa trả lời. Thử lại sau ít phút; thời hạn của hồ sơ không thay đổi.",
		"A part of the system does not answer. Try again in a few minutes; due dates stay as they are."), cause)
}

func (p *portal) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	view := p.errorViewOf(err)
	if refusal := wire.RefusalOf(err); language(c) == "en" && refusal.GetTextEn() != "" {
		view.Text = refusal.GetTextEn()
	}
	if form := (notSent{}); errors.As(err, &form) {
		view.Kept, view.Typed = form.address, form.lines
	}
	view.Incident = c.Response().Header().Get(echo.HeaderXRequestID)
	if view.Status >= http.StatusInternalServerError {
		p.logger.Error("page failed", zap.String("route", c.Path()), zap.String("request", view.Incident), zap.Error(err))
	}
	setSecurityHeaders(c.Response().Header(), p.secure())
	c.Response().Header().Set("Cache-Control", "no-store")
	if holdsSecret(c) {
		setPrivate(c)
	}
	if renderErr := p.render(c, view.Status, "error", &page{Title: view.Heading, Body: view}); renderErr != nil {
		p.logger.Error("error page not shown", zap.Error(renderErr))
	}
}

var headings = map[int]string{
	http.StatusForbidden: "Không có quyền", http.StatusNotFound: "Không có trang này", http.StatusConflict: "Hồ sơ đã thay đổi",
	http.StatusRequestEntityTooLarge: "Nội dung gửi lên quá lớn", http.StatusTooManyRequests: "Gửi quá nhiều lần",
	http.StatusServiceUnavailable: "Hệ thống tạm thời chưa trả lời", http.StatusInternalServerError: "Hệ thống gặp sự cố",
	http.StatusUnprocessableEntity: "Chưa gửi được", http.StatusBadRequest: "Yêu cầu chưa đúng",
	http.StatusMethodNotAllowed: "Yêu cầu chưa đúng", http.StatusGone: "Liên kết đã hết hạn",
}

func (p *portal) errorViewOf(err error) errorView {
	status, text := p.judge(err)
	heading, known := headings[status]
	if !known {
		heading = headings[http.StatusInternalServerError]
	}
	view := errorView{Heading: heading, Text: text, Status: status, Help: p.helpLine()}
	if strings.Contains(text, view.Help) {
		view.Help = ""
	}
	return view
}

// judge answers the status and the sentence of any error; nothing of a cause is shown.
func (p *portal) judge(err error) (int, string) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("Nội dung gửi lên lớn hơn %s. Giảm dung lượng hoặc tách thành nhiều tệp.", weight(p.cfg.MaxFileBytes))
	}
	if wire.RefusalOf(err) != nil {
		status, refusal := bootstrap.HTTPRefusal(err)
		return max(status, http.StatusBadRequest), refusal.GetTextVi()
	}
	var call *connect.Error
	if errors.As(err, &call) {
		return judgeCall(call)
	}
	return p.judgeHTTP(err)
}

func judgeCall(call *connect.Error) (int, string) {
	switch call.Code() {
	case connect.CodeNotFound:
		return http.StatusNotFound, "Không có trang này. Kiểm tra địa chỉ hoặc tìm hồ sơ theo mã."
	case connect.CodePermissionDenied:
		return http.StatusForbidden, "Tài khoản này không có quyền xem hoặc làm việc này."
	case connect.CodeUnavailable, connect.CodeDeadlineExceeded:
		return http.StatusServiceUnavailable, "Một phần của hệ thống chưa trả lời. Thử lại sau ít phút; thời hạn của hồ sơ không thay đổi."
	case connect.CodeInvalidArgument:
		return http.StatusUnprocessableEntity, "Dữ liệu gửi lên chưa đúng. Kiểm tra rồi gửi lại."
	default:
		return http.StatusInternalServerError, "Hệ thống gặp sự cố. Thử lại sau ít phút."
	}
}

func (p *portal) judgeHTTP(err error) (int, string) {
	var plain *echo.HTTPError
	if !errors.As(err, &plain) || plain.Code >= http.StatusInternalServerError {
		return http.StatusInternalServerError, "Hệ thống gặp sự cố lúc " + clock(p.now()) + ". Thử lại sau ít phút."
	}
	switch plain.Code {
	case http.StatusNotFound:
		return plain.Code, "Không có trang này. Kiểm tra địa chỉ hoặc tìm hồ sơ theo mã."
	case http.StatusForbidden:
		return plain.Code, "Yêu cầu này đến từ một trang khác nên không được nhận. Mở trang của hệ thống rồi làm lại."
	case http.StatusTooManyRequests:
		return plain.Code, "Đã gửi quá nhiều lần. Chờ 1 phút rồi thử lại."
	case http.StatusRequestEntityTooLarge:
		return plain.Code, fmt.Sprintf("Nội dung gửi lên lớn hơn %s. Giảm dung lượng hoặc tách thành nhiều tệp.", weight(p.cfg.MaxFileBytes))
	default:
		return plain.Code, "Yêu cầu chưa đúng. Kiểm tra rồi gửi lại."
	}
}

func (p *portal) logWarning(what string, err error) { p.logger.Warn(what, zap.Error(err)) }

// notFound is a page that does not exist.
func notFound() error { return echo.NewHTTPError(http.StatusNotFound) }

func isNotFound(err error) bool {
	refusal := wire.RefusalOf(err)
	return connect.CodeOf(err) == connect.CodeNotFound || (refusal != nil && refusal.GetCode() == contract.CodeNotFound)
}
