// Package gateway is the door for machines: the services' calls, each in the name of the official of a token, within the token's scopes and
// within what that official himself may see and do.
package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"go.uber.org/zap"
	"golang.org/x/time/rate"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"nenep/proto/scopes"
	"nenep/proto/wire"
)

const (
	// callBytes bounds a call; importBytes the one that carries a workbook, in Base64 a third larger than it is.
	callBytes   = 1 << 20
	importBytes = 16 << 20
	importUnits = "/nenep.units.v1.UnitsService/ImportUnits"

	// perSecond and burst are how often one token may call.
	perSecond = 10
	burst     = 50
	forgotten = 3 * time.Minute

	// callPatience is how long a service may take.
	callPatience = 60 * time.Second

	serviceName    = "gateway"
	reportsService = "reports"
)

// Gateway passes the calls of machines on.
type Gateway struct {
	Tokens Tokens
	Logger *zap.Logger
	// Speaker signs what is passed on, House carries it to the services.
	Speaker wire.Speaker
	House   func(patience time.Duration) *http.Client
	// Units, Reports and Notifications are where the services are.
	Units, Reports, Notifications string
	// MaxFileBytes bounds an evidence file.
	MaxFileBytes int64
	// Guard refuses a call that the official of the context may not make, and narrows one that asks for more than he may see. It may change
	// the message.
	Guard func(ctx context.Context, procedure string, message proto.Message) error

	calls   *http.Client
	files   *http.Client
	limiter middleware.RateLimiterStore
	refusal *connect.ErrorWriter
}

// Open makes the gateway ready.
func (g *Gateway) Open() *Gateway {
	follow := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	g.calls, g.files = g.House(callPatience), g.House(15*time.Minute)
	g.calls.CheckRedirect, g.files.CheckRedirect = follow, follow
	g.limiter = middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{Rate: rate.Limit(perSecond), Burst: burst, ExpiresIn: forgotten})
	g.refusal = connect.NewErrorWriter()
	return g
}

// Call passes one call on: POST /api/<package.Service>/<Method>, Connect over JSON or protobuf, unary.
func (g *Gateway) Call(c echo.Context) error {
	procedure := "/" + c.Param("service") + "/" + c.Param("method")
	token, err := g.admit(c, scopes.Of(procedure))
	if err != nil {
		return g.refuse(c, token, procedure, err)
	}
	ctx := wire.WithIdentity(c.Request().Context(), wire.Identity{Service: serviceName, OfficialID: token.OfficialID})
	body, err := g.message(ctx, c, procedure)
	if err != nil {
		return g.refuse(c, token, procedure, err)
	}
	listener, address := g.listener(procedure)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+procedure, bytes.NewReader(body))
	if err != nil {
		return g.refuse(c, token, procedure, err)
	}
	request.Header.Set(echo.HeaderContentType, c.Request().Header.Get(echo.HeaderContentType))
	request.Header.Set("Connect-Protocol-Version", "1")
	return g.passOn(c, g.calls, listener, request, token, procedure)
}

// admit finds the token and judges pace and scope. The answer names the token as soon as it is known.
func (g *Gateway) admit(c echo.Context, needed scopes.Scope) (Token, error) {
	secret, shown := strings.CutPrefix(c.Request().Header.Get(echo.HeaderAuthorization), "Bearer ")
	if !shown {
		return Token{}, unproved()
	}
	token, err := g.Tokens.read(c.Request().Context(), strings.TrimSpace(secret))
	if errors.Is(err, errNoToken) {
		return Token{}, unproved()
	}
	if err != nil {
		return Token{}, err
	}
	if allowed, err := g.limiter.Allow(token.ID); err != nil || !allowed {
		return token, tooOften()
	}
	return token, judge(token, needed)
}

func judge(token Token, needed scopes.Scope) error {
	switch {
	case needed == "" || needed == scopes.Internal:
		return notOffered()
	case needed == scopes.Person:
		return personsOwn()
	case !token.Bears(needed):
		return outOfScope(needed)
	default:
		return nil
	}
}

// message reads the call, has it guarded and writes it anew in the form it came in.
func (g *Gateway) message(ctx context.Context, c echo.Context, procedure string) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || kind != "application/json" && kind != "application/proto" || encoded(c.Request().Header) {
		return nil, unreadable("Nội dung phải là application/json hoặc application/proto, không nén.", "The content must be application/json or application/proto, not compressed.")
	}
	limit := int64(callBytes)
	if procedure == importUnits {
		limit = importBytes
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, c.Request().Body, limit))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, tooLarge(limit)
	}
	if err != nil {
		return nil, unreadable("Đường truyền bị ngắt. Gửi lại.", "The connection broke. Send again.")
	}
	message, err := inputOf(procedure)
	if err != nil {
		return nil, err
	}
	if kind == "application/proto" {
		err = proto.Unmarshal(body, message)
	} else if len(bytes.TrimSpace(body)) > 0 {
		err = protojson.Unmarshal(body, message)
	}
	if err != nil {
		return nil, notAsDeclared(err)
	}
	if err := g.Guard(ctx, procedure, message); err != nil {
		return nil, err
	}
	if kind == "application/proto" {
		return proto.Marshal(message)
	}
	return protojson.Marshal(message)
}

func encoded(header http.Header) bool {
	encoding := header.Get("Content-Encoding")
	return encoding != "" && encoding != "identity"
}

// inputOf is an empty message of what the procedure takes.
func inputOf(procedure string) (proto.Message, error) {
	service, method, _ := strings.Cut(strings.TrimPrefix(procedure, "/"), "/")
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service + "." + method))
	if err != nil {
		return nil, notOffered()
	}
	declared, is := found.(protoreflect.MethodDescriptor)
	if !is {
		return nil, notOffered()
	}
	kind, err := protoregistry.GlobalTypes.FindMessageByName(declared.Input().FullName())
	if err != nil {
		return nil, err
	}
	return kind.New().Interface(), nil
}

// listener is the service that answers a procedure, and where it is.
func (g *Gateway) listener(procedure string) (name, address string) {
	name, address = reportsService, g.Reports
	switch {
	case strings.HasPrefix(procedure, "/nenep.units."):
		name, address = "units", g.Units
	case strings.HasPrefix(procedure, "/nenep.notifications."):
		name, address = "notifications", g.Notifications
	}
	return name, strings.TrimSuffix(address, "/")
}

// passOn sends the call in the official's name and copies the answer.
func (g *Gateway) passOn(c echo.Context, calls *http.Client, listener string, request *http.Request, token Token, what string) error {
	begun := time.Now()
	ctx := wire.WithIdentity(request.Context(), wire.Identity{Service: serviceName, OfficialID: token.OfficialID})
	if err := g.Speaker.SignHeader(ctx, listener, request.Header); err != nil {
		return g.refuse(c, token, what, err)
	}
	response, err := calls.Do(request)
	if err != nil {
		g.Logger.Error("machine call not passed on", zap.String("call", what), zap.Error(err))
		return g.refuse(c, token, what, away())
	}
	defer func() { _ = response.Body.Close() }()
	for _, name := range []string{echo.HeaderContentType, echo.HeaderContentDisposition, echo.HeaderContentLength} {
		if value := response.Header.Get(name); value != "" {
			c.Response().Header().Set(name, value)
		}
	}
	c.Response().WriteHeader(response.StatusCode)
	_, err = io.Copy(c.Response(), response.Body)
	g.log(c, token, what, response.StatusCode, time.Since(begun))
	if err != nil {
		g.Logger.Warn("answer to a machine broke off", zap.String("call", what), zap.Error(err))
	}
	return nil
}

// log writes one line a call, with the token's id and never its secret.
func (g *Gateway) log(c echo.Context, token Token, what string, status int, took time.Duration) {
	g.Logger.Info("machine call", zap.String("token", token.ID), zap.String("official", token.OfficialID), zap.String("call", what),
		zap.Int("status", status), zap.Duration("took", took), zap.String("address", c.RealIP()))
}
