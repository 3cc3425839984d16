package reports

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// Alerts ask for these figures by their names.
func TestTheRegisterTellsWhatAlertsAsk(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	service, err := New(t.Context(), h.cfg, zap.NewNop(), Options{Cases: h.temporal})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close()) })
	answer := httptest.NewRecorder()
	service.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	told := answer.Body.String()
	for _, line := range []string{
		"nenep_reports_cases_running 1\n", "nenep_reports_acts_waiting 0\n", "nenep_reports_oldest_act_waiting_seconds 0\n",
		"nenep_reports_file_check_seconds 0\n", "nenep_reports_webhooks_stopped 0\n", "nenep_reports_unread 0\n",
	} {
		require.Contains(t, told, line)
	}
	require.NoError(t, h.db.Exec("ALTER TABLE acts RENAME TO acts_away").Error)
	answer = httptest.NewRecorder()
	service.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Contains(t, answer.Body.String(), "nenep_reports_unread 2\n", "what cannot be read is said")
	require.Contains(t, answer.Body.String(), "nenep_reports_cases_running 1\n", "and hides nothing else")
}
