package bootstrap

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
)

// Who runs the house reads why a call was refused; who made it does not, and the token stands nowhere.
func TestARefusedCallIsLoggedWithoutItsToken(t *testing.T) {
	log, lines := observer.New(zapcore.InfoLevel)
	house, another := wire.Config{ServiceKey: strings.Repeat("k", 32)}, wire.Config{ServiceKey: strings.Repeat("x", 32)}
	mux := http.NewServeMux()
	mux.Handle(unitsv1connect.NewUnitsServiceHandler(unitsv1connect.UnimplementedUnitsServiceHandler{}, HandlerOptions(house.Listener("units"), zap.New(log))...))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	var token string
	seen := func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			return next.RoundTrip(r)
		})
	}
	client := unitsv1connect.NewUnitsServiceClient(&http.Client{Transport: seen(http.DefaultTransport)}, server.URL, connect.WithInterceptors(another.Speaker("portal").ShowToken("units")))
	_, err := client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: "SO-NV"}))
	require.Equal(t, connect.CodeUnauthenticated, connect.CodeOf(err))
	require.Equal(t, "unauthenticated: a service token is needed", err.Error(), "no cause for whoever tries keys")
	require.Len(t, lines.All(), 1)
	fields := lines.All()[0].ContextMap()
	require.Equal(t, "/nenep.units.v1.UnitsService/GetUnit", fields["procedure"])
	require.Contains(t, fields["from"], "127.0.0.1:")
	require.Contains(t, fields["error"], "no service has a key")
	require.NotEmpty(t, token)
	for _, part := range strings.Split(token, ".") {
		require.NotContains(t, fields["error"], part)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }
