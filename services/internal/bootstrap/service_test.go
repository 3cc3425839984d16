package bootstrap_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"nenep/services/internal/bootstrap"
)

func TestTheLogNamesTheRouteAndNoSecretOfAnAddress(t *testing.T) {
	core, kept := observer.New(zap.DebugLevel)
	service := bootstrap.NewService("test", zap.New(core))
	service.Echo.GET("/lich/:file", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	service.Echo.GET("/mo/:token", func(echo.Context) error { return errors.New("broken") })
	service.Mount("/nenep.test.v1.TestService/", http.NotFoundHandler())
	for _, path := range []string{"/lich/bi-mat.ics", "/mo/bi-mat?x=bi-mat", "/bi-mat", "/nenep.test.v1.TestService/Tell", "/livez"} {
		service.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	var routes []string
	for _, entry := range kept.All() {
		for _, field := range entry.Context {
			require.NotContains(t, field.String, "bi-mat")
			if field.Key == "route" && entry.Message == "request" {
				routes = append(routes, field.String)
			}
		}
	}
	require.Equal(t, []string{"/lich/:file", "/mo/:token", "", "/nenep.test.v1.TestService/Tell"}, routes)
}

func TestHowMuchIsDoneIsAnsweredOnAnAddressOfItsOwn(t *testing.T) {
	service := bootstrap.NewService("test", zap.NewNop())
	ask := func(handler http.Handler) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return answer
	}
	require.Equal(t, http.StatusNotFound, ask(service).Code)
	told := ask(service.Metrics())
	require.Equal(t, http.StatusOK, told.Code)
	require.Contains(t, told.Body.String(), "nenep_test_requests_total")
}
