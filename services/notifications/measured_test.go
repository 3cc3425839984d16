package notifications

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

// Alerts ask for these figures by their names.
func TestTheMessagesTellWhatAlertsAsk(t *testing.T) {
	h := newHouse(t)
	ask := func() string {
		answer := httptest.NewRecorder()
		h.service.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return answer.Body.String()
	}
	require.Contains(t, ask(), "nenep_notifications_oldest_unsent_seconds 0\n")
	require.Contains(t, ask(), "nenep_notifications_oldest_digest_seconds 0\n")
	require.Contains(t, ask(), "nenep_notifications_unread 0\n")
	_, err := h.client.Notifications.Tell(t.Context(), connect.NewRequest(reminder()))
	require.NoError(t, err)
	_, err = h.client.Notifications.SendDigest(t.Context(), connect.NewRequest(&notificationsv1.SendDigestRequest{Day: "2026-12-24"}))
	require.NoError(t, err)
	require.Regexp(t, regexp.MustCompile(`nenep_notifications_handed_total\{channel="email",fate="taken"\} [1-9]`), ask())
}
