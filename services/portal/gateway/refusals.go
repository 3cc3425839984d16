package gateway

import (
	"errors"
	"fmt"
	"net/http"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"nenep/proto/contract"
	"nenep/proto/scopes"
	"nenep/proto/wire"
)

// codeUnproved and codeTooOften are the codes of refusals that only the gateway makes.
const (
	codeUnproved = "unauthenticated"
	codeTooOften = "resource-exhausted"
)

// said is a refusal with the code by which Connect answers it.
func said(code connect.Code, short, vi, en string) error {
	refusal := connect.NewError(code, errors.New(en))
	if detail, err := connect.NewErrorDetail(wire.Refuse(short, vi, en).Refusal); err == nil {
		refusal.AddDetail(detail)
	}
	return refusal
}

func unproved() error {
	return said(connect.CodeUnauthenticated, codeUnproved, "Chưa có mã truy cập, hoặc mã đã hết hạn hay bị thu hồi. Gửi mã trong dòng Authorization: Bearer nenep_….",
		"There is no token, or it is expired or revoked. Send it as Authorization: Bearer nenep_….")
}

func tooOften() error {
	return said(connect.CodeResourceExhausted, codeTooOften, "Mã truy cập này gọi quá nhiều lần. Gọi lại sau vài giây.", "This token calls too often. Call again in a few seconds.")
}

func outOfScope(needed scopes.Scope) error {
	return said(connect.CodePermissionDenied, contract.CodeForbidden, "Mã truy cập này không có phạm vi “"+string(needed)+"”. Lập mã khác có phạm vi đó.",
		"This token does not bear the scope “"+string(needed)+"”. Make one that does.")
}

func personsOwn() error {
	return said(connect.CodePermissionDenied, contract.CodeForbidden, "Việc này do cán bộ tự làm trên trang, máy không làm thay.", "A person does this on the pages; no machine does it for him.")
}

func notOffered() error {
	return said(connect.CodeNotFound, contract.CodeNotFound, "Không có lời gọi này cho máy. Xem danh sách tại /api.", "There is no such call for machines. The list is at /api.")
}

func unreadable(vi, en string) error {
	return said(connect.CodeInvalidArgument, contract.CodeInvalid, vi, en)
}

func tooLarge(limit int64) error {
	return unreadable(fmt.Sprintf("Nội dung lớn hơn %d byte. Chia nhỏ rồi gửi lại.", limit), fmt.Sprintf("The content is larger than %d bytes. Send less at once.", limit))
}

// notAsDeclared tells a program's author where his message is wrong; the parser speaks of the message alone.
func notAsDeclared(cause error) error {
	return unreadable("Nội dung không đúng mô tả tại /api: "+cause.Error(), "The content is not as /api describes it: "+cause.Error())
}

func away() error {
	return said(connect.CodeUnavailable, contract.CodeUnavailable, "Một phần của hệ thống chưa trả lời. Gọi lại sau ít phút.", "A part of the system does not answer. Call again in a few minutes.")
}

// refuse answers as Connect does, also a caller that does not speak it.
func (g *Gateway) refuse(c echo.Context, token Token, what string, err error) error {
	refusal := wire.ConnectError(err)
	code := connect.CodeOf(refusal)
	if code == connect.CodeInternal {
		g.Logger.Error("machine call failed", zap.String("call", what), zap.String("token", token.ID), zap.Error(err))
		refusal = said(code, "internal", "Hệ thống gặp sự cố. Gọi lại sau ít phút.", "Something failed here. Call again in a few minutes.")
	}
	header := c.Response().Header()
	switch code {
	case connect.CodeUnauthenticated:
		header.Set(echo.HeaderWWWAuthenticate, `Bearer realm="nenep"`)
	case connect.CodeResourceExhausted:
		header.Set(echo.HeaderRetryAfter, "5")
	}
	request := c.Request().Clone(c.Request().Context())
	request.Method, request.Header = http.MethodPost, http.Header{echo.HeaderContentType: {echo.MIMEApplicationJSON}}
	g.log(c, token, what, statusOf(code), 0)
	return g.refusal.Write(c.Response(), request, refusal)
}

// statusOf is for the log: the status by which Connect answers these codes.
func statusOf(code connect.Code) int {
	switch code {
	case connect.CodeUnauthenticated:
		return http.StatusUnauthorized
	case connect.CodePermissionDenied:
		return http.StatusForbidden
	case connect.CodeNotFound:
		return http.StatusNotFound
	case connect.CodeResourceExhausted:
		return http.StatusTooManyRequests
	case connect.CodeInvalidArgument:
		return http.StatusBadRequest
	case connect.CodeUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}
