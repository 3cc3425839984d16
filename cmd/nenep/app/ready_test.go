package app

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadyAsksTheRoleAtItsOwnAddress(t *testing.T) {
	status, sentence := http.StatusServiceUnavailable, "the database schema is older than this program\n"
	role := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/readyz", r.URL.Path)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(sentence))
	}))
	defer role.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(role.URL, "http://"), ":")
	t.Setenv("NENEP_REPORTS_ADDR", ":"+port) // as in a pod: every address

	var out, faults bytes.Buffer
	require.Equal(t, exitFailed, Main([]string{"ready", "reports"}, &out, &faults))
	require.Contains(t, faults.String(), "not ready: the database schema is older than this program")

	status, sentence = http.StatusOK, "ready\n"
	require.Equal(t, exitDone, Main([]string{"ready", "reports"}, &out, &faults))
	require.Equal(t, "ready\n", out.String())

	faults.Reset()
	require.Equal(t, exitRefused, Main([]string{"ready", "cron"}, &out, &faults))
	require.Contains(t, faults.String(), "units|reports|notifications|portal|worker")

	role.Close()
	faults.Reset()
	require.Equal(t, exitFailed, Main([]string{"ready", "reports"}, &out, &faults))
	require.Contains(t, faults.String(), "nothing answers at http://127.0.0.1:"+port+"/readyz")
}

func TestWhatListensEverywhereIsReachedOnLoopback(t *testing.T) {
	for address, reached := range map[string]string{
		":8080": "127.0.0.1:8080", "0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "127.0.0.1:8080", "127.0.0.1:1": "127.0.0.1:1", "10.0.0.7:80": "10.0.0.7:80",
	} {
		require.Equal(t, reached, Reached(address))
	}
}
