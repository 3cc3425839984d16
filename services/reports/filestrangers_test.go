package reports

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

// Files travel over plain HTTP beside the calls; the same tokens open them, and no others.
func TestNobodyElsesTokenOpensAFile(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	for name, shown := range map[string]struct {
		sign func() (string, error)
		code int
	}{
		"nothing":       {func() (string, error) { return "", nil }, http.StatusUnauthorized},
		"a word":        {func() (string, error) { return "let me in", nil }, http.StatusUnauthorized},
		"an old one":    {func() (string, error) { return h.speaker.Sign("reports", contact, now.Add(-time.Hour)) }, http.StatusUnauthorized},
		"one for units": {func() (string, error) { return h.speaker.Sign("units", contact, now) }, http.StatusUnauthorized},
		"one of another house": {func() (string, error) {
			return wire.Config{ServiceKey: strings.Repeat("x", 40)}.Speaker("portal").Sign("reports", contact, now)
		}, http.StatusUnauthorized},
		"the terminal as an official": {func() (string, error) { return h.cfg.Speaker("terminal").Sign("reports", contact, now) }, http.StatusForbidden},
		"the portal for nobody":       {func() (string, error) { return h.speaker.Sign("reports", "", now) }, http.StatusForbidden},
		"the portal for an official":  {func() (string, error) { return h.speaker.Sign("reports", contact, now) }, http.StatusNotFound},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"/files/0198c3de-0000-7000-8000-000000000001", nil)
		require.NoError(t, err)
		token, err := shown.sign()
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, shown.code, answer.StatusCode, name)
	}
}
