package reports

import (
	"github.com/prometheus/client_golang/prometheus"
	"nenep/services/internal/bootstrap"
)

// filesRefused counts the files that the evidence store did not take, in this process.
var filesRefused = prometheus.NewCounter(prometheus.CounterOpts{
	Namespace: "nenep", Subsystem: "reports",
	Name: "files_refused_total", Help: "files that officials handed in and the evidence store did not take",
})

var evidenceFree = prometheus.NewDesc("nenep_reports_evidence_free_bytes", "room left on the volume of the evidence store, where it is a folder", nil, nil)

// gauges are what alerts ask of the register: whether acts reach their cases, how many cases should have a running workflow, whether files
// are there. The acts are read from a partial index of those that wait, the rest are small tables or one count.
func gauges() []bootstrap.Gauge {
	return []bootstrap.Gauge{
		{Name: "acts_waiting", Help: "acts that have not reached their case",
			Query: "SELECT count(*)::float8 AS value FROM acts WHERE outcome IS NULL"},
		{Name: "oldest_act_waiting_seconds", Help: "the moment at which the longest waiting act was received; 0: none waits",
			Query: "SELECT coalesce(extract(epoch FROM min(stored_at)), 0)::float8 AS value FROM acts WHERE outcome IS NULL"},
		{Name: "cases_running", Help: "cases whose history has not been exported: each has a workflow that runs",
			Query: "SELECT count(*)::float8 AS value FROM cases WHERE export_sha256 = ''"},
		{Name: "file_faults", Help: "files that the last checks found missing or damaged", Label: "kind",
			Query: "SELECT kind AS label, count(*)::float8 AS value FROM file_faults GROUP BY kind"},
		{Name: "file_check_seconds", Help: "the moment at which the last check of all files ended; 0: none has",
			Query: "SELECT coalesce(extract(epoch FROM max(finished_at)), 0)::float8 AS value FROM file_checks"},
		{Name: "webhooks_stopped", Help: "webhooks that were stopped because they failed",
			Query: "SELECT count(*)::float8 AS value FROM webhooks WHERE state = 'paused' AND reason IN ('failing', 'gone')"},
	}
}
