package journey

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
)

// What the alerts of the chart ask of the worker is answered by a Temporal that runs: when schedules come next, how many cases run, what
// the SDK measures.
func TestTheWorkerTellsWhatAlertsAsk(t *testing.T) {
	ask := func() string {
		response, err := http.Get("http://" + standing.options.Config.MetricsAddr + "/metrics")
		require.NoError(t, err)
		defer func() { require.NoError(t, response.Body.Close()) }()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return string(body)
	}
	figure := func(text, name string) float64 {
		found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(text)
		require.NotNil(t, found, "%s is not told", name)
		value, err := strconv.ParseFloat(found[1], 64)
		require.NoError(t, err)
		return value
	}
	told := ask()
	require.Greater(t, figure(told, "nenep_temporal_cases_running"), 0.0)
	for _, schedule := range []string{contract.ScheduleDeliverActs, contract.ScheduleSendPending, contract.SchedulePurge} {
		require.Greater(t, figure(told, `nenep_schedule_next_seconds{schedule="`+schedule+`"}`), float64(time.Now().Add(-time.Minute).Unix()), schedule)
		require.Zero(t, figure(told, `nenep_schedule_paused{schedule="`+schedule+`"}`), schedule)
	}
	require.Regexp(t, `(?m)^temporal_workflow_task_schedule_to_start_latency_seconds_count\{[^}]*task_queue="cases"[^}]*\} [1-9]`, told, "the SDK's own measures")
}
