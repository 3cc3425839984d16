// Package bootstrap is what the four services share: an Echo server with probes, metrics and the
// one error handler; a GORM database of its own schema; migrations; the options of RPC handlers.
package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"connectrpc.com/connect"
	"connectrpc.com/validate"
	"github.com/labstack/echo-contrib/echoprometheus"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// Service is one of the four, ready to be served by a role of the program.
type Service struct {
	Name   string
	Echo   *echo.Echo
	ready  []func(context.Context) error
	closes []func() error
	mounts map[string]bool // routes of RPC handlers

	readiness readiness

	metrics  *echo.Echo
	registry *prometheus.Registry
}

// NewService makes an Echo server that answers /livez (the process lives), /readyz (what it depends on answers) and /readyz/own (it can answer
// people itself).
func NewService(name string, logger *zap.Logger) *Service {
	service := &Service{Name: name, Echo: echo.New(), mounts: map[string]bool{}, registry: prometheus.NewRegistry(), readiness: readiness{logger: logger}}
	e := service.Echo
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = errorHandler(logger)
	e.Use(middleware.Recover(), middleware.RequestID(), service.requestLog(logger), echoprometheus.NewMiddlewareWithConfig(
		echoprometheus.MiddlewareConfig{Namespace: "nenep", Subsystem: name, Registerer: service.registry}))
	e.GET("/livez", func(c echo.Context) error { return c.String(http.StatusOK, "alive\n") })
	e.GET("/readyz", service.answerReady)
	e.GET("/readyz/own", service.answerOwnReady)
	service.metrics = echo.New()
	service.metrics.GET("/metrics", echoprometheus.NewHandlerWithConfig(echoprometheus.HandlerConfig{Gatherer: service.registry}))
	return service
}

// OnClose adds what must be closed; closed in reverse order.
func (s *Service) OnClose(closing func() error) { s.closes = append(s.closes, closing) }

// ServeHTTP serves a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.Echo.ServeHTTP(w, r) }

// Metrics answers /metrics, for a listener of its own: how much is done here is nobody's concern who may reach the service.
func (s *Service) Metrics() http.Handler { return s.metrics }

// Close releases what the service holds.
func (s *Service) Close() error {
	var faults []error
	for i := len(s.closes) - 1; i >= 0; i-- {
		faults = append(faults, s.closes[i]())
	}
	return errors.Join(faults...)
}

// Mount serves a Connect handler under its path.
func (s *Service) Mount(path string, handler http.Handler) {
	s.mounts[path+"*"] = true
	s.Echo.Any(path+"*", echo.WrapHandler(handler))
}

// HandlerOptions are the options of every RPC handler: a token of the house, bad input refused
// with field paths, refusals as refusals, anything else internal and logged.
func HandlerOptions(listener wire.Listener, logger *zap.Logger) []connect.HandlerOption {
	return []connect.HandlerOption{connect.WithInterceptors(
		mapErrors(logger), listener.RequireToken(logger), validate.NewInterceptor(),
	)}
}

func mapErrors(logger *zap.Logger) connect.Interceptor { return errorMapper{logger} }

// errorMapper answers refusals as refusals, of calls and of streams.
type errorMapper struct{ logger *zap.Logger }

func (m errorMapper) mapped(procedure string, err error) error {
	if invalid := asInvalid(err); invalid != nil {
		err = *invalid
	}
	if away := Away(err); away != nil {
		m.logger.Error("call failed: "+FaultOf(err).Sentence, zap.String("procedure", procedure), zap.Error(err))
		return wire.ConnectError(*away)
	}
	mapped := wire.ConnectError(err)
	if connect.CodeOf(mapped) == connect.CodeInternal {
		m.logger.Error("call failed", zap.String("procedure", procedure), zap.Error(err))
	}
	return mapped
}

// WrapUnary maps a call's error.
func (m errorMapper) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		response, err := next(ctx, request)
		if err != nil {
			return nil, m.mapped(request.Spec().Procedure, err)
		}
		return response, nil
	}
}

// WrapStreamingHandler maps a stream's error.
func (m errorMapper) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		if err := next(ctx, conn); err != nil {
			return m.mapped(conn.Spec().Procedure, err)
		}
		return nil
	}
}

// WrapStreamingClient changes nothing: a server's interceptor has no client.
func (m errorMapper) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// requestLog names the route of a request and not its path, which may hold a secret: a signed link, a calendar's address. Of a call it names the
// procedure.
func (s *Service) requestLog(logger *zap.Logger) echo.MiddlewareFunc {
	return middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		LogMethod: true, LogURIPath: true, LogRoutePath: true, LogStatus: true, LogLatency: true, LogRequestID: true, HandleError: true,
		Skipper: func(c echo.Context) bool {
			path := c.Request().URL.Path
			return path == "/livez" || path == "/readyz" || path == "/readyz/own"
		},
		LogValuesFunc: func(_ echo.Context, v middleware.RequestLoggerValues) error {
			route := v.RoutePath
			if s.mounts[route] {
				route = v.URIPath
			}
			logger.Debug("request", zap.String("method", v.Method), zap.String("route", route),
				zap.Int("status", v.Status), zap.Duration("took", v.Latency), zap.String("request", v.RequestID))
			return nil
		},
	})
}

// errorHandler answers plain HTTP errors as a refusal in JSON; services with pages replace it.
func errorHandler(logger *zap.Logger) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		status, refusal := HTTPRefusal(err)
		if status >= http.StatusInternalServerError {
			logger.Error("request failed", zap.String("route", c.Path()), zap.Error(err))
		}
		if writeErr := c.JSON(status, refusal.Refusal); writeErr != nil {
			logger.Warn("answer not written", zap.Error(writeErr))
		}
	}
}

var httpStatus = map[string]int{
	contract.CodeInvalid: http.StatusUnprocessableEntity, contract.CodeForbidden: http.StatusForbidden,
	contract.CodeWrongState: http.StatusConflict, contract.CodeConflict: http.StatusConflict,
	contract.CodeNotFound: http.StatusNotFound, contract.CodeUnavailable: http.StatusServiceUnavailable,
}

// HTTPRefusal maps any error to a status and a refusal that may be shown to a person.
func HTTPRefusal(err error) (int, wire.Refusal) {
	if refusal := wire.RefusalOf(err); refusal != nil {
		return httpStatus[refusal.GetCode()], wire.Refusal{Refusal: refusal}
	}
	if away := Away(err); away != nil {
		return http.StatusServiceUnavailable, *away
	}
	var httpErr *echo.HTTPError
	if errors.As(err, &httpErr) && httpErr.Code < http.StatusInternalServerError {
		if httpErr.Code == http.StatusNotFound {
			return httpErr.Code, wire.Refuse(contract.CodeNotFound, "Không có trang này. Kiểm tra địa chỉ hoặc tìm hồ sơ theo mã.", "There is no such page. Check the address or look the case up by its id.")
		}
		return httpErr.Code, wire.Refuse(contract.CodeInvalid, "Yêu cầu chưa đúng. Kiểm tra rồi gửi lại.", fmt.Sprintf("The request is not valid (%d). Check it and send it again.", httpErr.Code))
	}
	return http.StatusInternalServerError, wire.Refuse("internal", "Hệ thống gặp sự cố. Thử lại sau ít phút.", "Something failed here. Try again in a few minutes.")
}
