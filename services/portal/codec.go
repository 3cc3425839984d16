package portal

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	commonpb "go.temporal.io/api/common/v1"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

const (
	// codecPath is what the Temporal Web UI is given as its codec server; it adds /decode.
	codecPath = "/temporal/codec"
	// mostCodecBytes bounds a question: Temporal takes no payload above 2 MB, and the UI asks for the payloads of some events at once.
	mostCodecBytes = 8 << 20
)

// codecPace: a page of the UI asks for every event by itself.
var codecPace = pace{200, 2000}

var (
	errNotDecoding = wire.Refuse(contract.CodeForbidden, "Ở đây chỉ giải mã: gọi "+codecPath+"/decode.", "This endpoint decodes and does nothing else: call "+codecPath+"/decode.")
	errNotJSON     = wire.Refuse(contract.CodeInvalid, "Gửi nội dung JSON với Content-Type: application/json.", "Send JSON with Content-Type: application/json.")
	errNoPayloads  = wire.Refuse(contract.CodeInvalid, "Nội dung không phải là danh sách payload của Temporal.", "The body is not a list of Temporal payloads.")
	errOtherOrigin = wire.Refuse(contract.CodeForbidden, "Trang gọi không phải là Temporal Web UI của hệ thống này (NENEP_TEMPORAL_UI_URL).",
		"The page that calls is not the Temporal Web UI of this house (NENEP_TEMPORAL_UI_URL).")
	errMayNotDecode = wire.Refuse(contract.CodeForbidden, "Chỉ quản trị hệ thống và người kiểm tra, giám sát đọc được nội dung trong Temporal.",
		"Only administrators and auditors read what Temporal keeps.")
	errCodecTooOften = wire.Refuse(contract.CodeUnavailable, "Đã gọi quá nhiều lần. Gọi lại sau 01 phút.", "Too many calls. Call again in a minute.")
)

// codecRoutes decode payloads for the Temporal Web UI. The person's session at the portal is the proof, sent along by a browser on the same
// site only; nothing is changed here, so no form's token takes part, and the answer is read by no page but the UI's.
func (p *portal) codecRoutes(e *echo.Echo) {
	only := middleware.CORSWithConfig(middleware.CORSConfig{
		AllowOrigins: []string{originOf(p.cfg.TemporalUIURL)}, AllowCredentials: true,
		AllowMethods: []string{http.MethodPost}, AllowHeaders: []string{echo.HeaderContentType, "X-Namespace"}, MaxAge: 600,
	})
	codec := e.Group(codecPath, p.securityHeaders, only, p.refuseInJSON, limitCalls(codecPace, func(echo.Context) error { return errCodecTooOften }), p.loadSession)
	codec.OPTIONS("/:what", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	codec.POST("/:what", p.decodePayloads)
}

// originOf is scheme, host and port of an address, as a browser says where a page comes from.
func originOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return "null://" // what no page comes from
	}
	return strings.ToLower(parsed.Scheme + "://" + parsed.Host)
}

func (p *portal) decodePayloads(c echo.Context) error {
	official, err := p.mayDecode(c)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, c.Request().Body, mostCodecBytes))
	if err != nil {
		return err
	}
	asked := &commonpb.Payloads{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, asked); err != nil {
		return errNoPayloads
	}
	p.logger.Info("payloads decoded for the Temporal Web UI", zap.String("official", official), zap.Int("payloads", len(asked.GetPayloads())), zap.Strings("keys", keysOf(asked.GetPayloads())))
	opened, err := p.payloads.Decode(asked.GetPayloads())
	var sealed *wire.PayloadError
	if errors.As(err, &sealed) {
		return wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Không giải mã được bằng khóa “%s”: thiếu khóa này trong NENEP_PAYLOAD_KEYS của cổng, hoặc nội dung đã bị sửa.", sealed.KeyID), sealed.Error())
	}
	if err != nil {
		return err
	}
	answer, err := protojson.Marshal(&commonpb.Payloads{Payloads: opened})
	if err != nil {
		return fmt.Errorf("write decoded payloads: %w", err)
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, answer)
}

// mayDecode answers who asks, or why he may not. A payload names no case by which to judge, so it takes somebody who may read every one.
func (p *portal) mayDecode(c echo.Context) (official string, err error) {
	origin := c.Request().Header.Get(echo.HeaderOrigin)
	if origin != "" && !slices.Contains([]string{originOf(p.cfg.TemporalUIURL), originOf(p.cfg.PortalURL)}, origin) {
		return "", errOtherOrigin
	}
	if official = p.signedIn(c); official == "" {
		return "", p.notSignedIn()
	}
	ctx := wire.WithIdentity(c.Request().Context(), wire.Identity{Service: "portal", OfficialID: official})
	who, err := p.loadPerson(ctx, official)
	if err != nil {
		return "", err
	}
	if !who.SeesAdministration() {
		p.logger.Info("payloads not decoded: no right", zap.String("official", official))
		return "", errMayNotDecode
	}
	if c.Param("what") != "decode" {
		return "", errNotDecoding
	}
	if kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEApplicationJSON {
		return "", errNotJSON
	}
	return official, nil
}

// notSignedIn says where to sign in: the UI shows no page of the portal.
func (p *portal) notSignedIn() error {
	return &signInFirst{wire.Refuse(contract.CodeForbidden,
		"Đăng nhập cổng "+p.cfg.PortalURL+" trong cùng trình duyệt rồi tải lại trang này.", "Sign in at "+p.cfg.PortalURL+" in the same browser, then load this page again.")}
}

// signInFirst is answered with 401: nobody has signed in, or the session is over.
type signInFirst struct{ error }

// Unwrap is the refusal.
func (e *signInFirst) Unwrap() error { return e.error }

// keysOf are the ids of the keys that payloads are sealed with, each once.
func keysOf(payloads []*commonpb.Payload) []string {
	var ids []string
	for _, payload := range payloads {
		if id, is := wire.SealedWith(payload); is && !slices.Contains(ids, id) && len(ids) < 10 {
			ids = append(ids, strings.ToValidUTF8(id[:min(len(id), 64)], ""))
		}
	}
	return ids
}

// refuseInJSON answers a program's refusals: the sentence in both languages, and nothing of a cause.
func (p *portal) refuseInJSON(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if err == nil || c.Response().Committed {
			return err
		}
		status, text := p.judge(err)
		answer := map[string]string{"message": text}
		if refusal := wire.RefusalOf(err); refusal != nil {
			answer["message_en"] = refusal.GetTextEn()
		}
		var unsigned *signInFirst
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &unsigned):
			status = http.StatusUnauthorized
		case errors.As(err, &tooLarge):
			answer["message"] = fmt.Sprintf("Nội dung gửi lên lớn hơn %s.", weight(mostCodecBytes))
		case errors.Is(err, errNotJSON):
			status = http.StatusUnsupportedMediaType
		case errors.Is(err, errCodecTooOften):
			status = http.StatusTooManyRequests
		case status >= http.StatusInternalServerError:
			p.logger.Error("payloads not decoded", zap.Error(err))
		}
		return c.JSON(status, answer)
	}
}
