package portal

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// plain is a program without cookies: a calendar, a provider of messages.
func (s site) plain(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.address+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(content)
}

func TestACalendarProgramReadsItsAddressWithoutSigningIn(t *testing.T) {
	h := newHouse(t)
	h.calendars = map[string]string{"bi-mat": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}
	s := serve(t, h)
	answer, body := s.plain(t, http.MethodGet, "/lich/bi-mat.ics", "")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "text/calendar; charset=utf-8", answer.Header.Get("Content-Type"))
	require.Equal(t, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", body)
	require.Equal(t, `"v1"`, answer.Header.Get("ETag"))
	require.Empty(t, answer.Cookies())
	head, none := s.plain(t, http.MethodHead, "/lich/bi-mat.ics", "")
	require.Equal(t, http.StatusOK, head.StatusCode)
	require.Empty(t, none)
	for asked, want := range map[string]int{`"v1"`: 304, `W/"v1"`: 304, `"v0", "v1"`: 304, "*": 304, `"v0"`: 200, "v1": 200} {
		again, _ := s.plain(t, http.MethodGet, "/lich/bi-mat.ics", "", "If-None-Match", asked)
		require.Equal(t, want, again.StatusCode, asked)
	}
}

func TestAnUnknownCalendarAddressGivesNoHint(t *testing.T) {
	s := serve(t, newHouse(t))
	for _, path := range []string{"/lich/khac.ics", "/lich/khac", "/lich/.ics", "/lich/%2e%2e.ics"} {
		answer, body := s.plain(t, http.MethodGet, path, "")
		require.Equal(t, http.StatusNotFound, answer.StatusCode, path)
		require.Empty(t, body, path)
	}
}

func TestAProviderReportsBackWithItsSignatureAndNoForm(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	for body, headers := range map[string][]string{"known": {"X-Signature", "right", "Cookie", "nenep=a"}, "elsewhere": {"X-Signature", "right"}} {
		answer, _ := s.plain(t, http.MethodPost, "/goi-lai/sms", body, headers...)
		require.Equal(t, http.StatusNoContent, answer.StatusCode, body)
	}
	for _, taken := range h.callbacks {
		require.Equal(t, "right", taken.GetHeaders()["x-signature"])
		require.NotContains(t, taken.GetHeaders(), "cookie")
	}
	answer, _ := s.plain(t, http.MethodPost, "/goi-lai/sms", "known", "X-Signature", "guessed")
	require.Equal(t, http.StatusForbidden, answer.StatusCode)
	answer, _ = s.plain(t, http.MethodPost, "/goi-lai/khac", "known")
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
	before := len(h.callbacks)
	answer, _ = s.plain(t, http.MethodPost, "/goi-lai/sms", strings.Repeat("x", callbackBytes+1), "X-Signature", "right")
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
	require.Len(t, h.callbacks, before)
}
