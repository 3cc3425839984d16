package app

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo-contrib/echoprometheus"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.uber.org/zap"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// measures is what the worker answers at /metrics: the measures of Temporal's own SDK, when each schedule ran, how many cases run, when
// certificates end. Moments are seconds since 1970.
type measures struct {
	registry *prometheus.Registry
	handler  client.MetricsHandler
}

func newMeasures() (measures, error) {
	registry := prometheus.NewRegistry()
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return measures{}, fmt.Errorf("measure the work: %w", err)
	}
	meter := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(inSeconds)).Meter("temporal")
	return measures{registry, opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{Meter: meter})}, nil
}

// inSeconds: the SDK measures seconds, and the usual steps of a histogram are for milliseconds.
var inSeconds = metric.NewView(metric.Instrument{Kind: metric.InstrumentKindHistogram}, metric.Stream{
	Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600}},
})

func (m measures) answer() http.Handler {
	e := echo.New()
	e.GET("/metrics", echoprometheus.NewHandlerWithConfig(echoprometheus.HandlerConfig{Gatherer: m.registry}))
	return e
}

// askTime bounds what is asked of Temporal for one answer of /metrics.
const askTime = 10 * time.Second

// asked is what Temporal answers whenever somebody reads /metrics.
type asked struct {
	cfg        wire.Config
	connection client.Client
	logger     *zap.Logger
}

var (
	scheduleRan     = prometheus.NewDesc("nenep_schedule_last_seconds", "the moment at which a schedule last started its workflow; 0: never", []string{"schedule"}, nil)
	scheduleNext    = prometheus.NewDesc("nenep_schedule_next_seconds", "the moment at which a schedule will start its workflow; 0: never", []string{"schedule"}, nil)
	schedulePaused  = prometheus.NewDesc("nenep_schedule_paused", "1: somebody paused the schedule", []string{"schedule"}, nil)
	casesRunning    = prometheus.NewDesc("nenep_temporal_cases_running", "workflows of cases that run, as Temporal counts them", nil, nil)
	certificateEnds = prometheus.NewDesc("nenep_certificate_ends_seconds", "the moment at which the first certificate of a file ends", []string{"variable"}, nil)
)

// Describe says nothing beforehand: what there is depends on Temporal.
func (a asked) Describe(chan<- *prometheus.Desc) {}

// Collect asks. What does not answer is left out.
func (a asked) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	a.count(ctx, a.connection, metrics)
	a.schedules(ctx, a.connection, metrics)
}

func (a asked) count(ctx context.Context, connection client.Client, metrics chan<- prometheus.Metric) {
	counted, err := connection.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: a.cfg.TemporalNamespace, Query: fmt.Sprintf("ExecutionStatus = 'Running' AND TaskQueue = '%s'", contract.QueueCases),
	})
	if err != nil {
		a.logger.Warn("cases not counted", zap.Error(err))
		return
	}
	metrics <- prometheus.MustNewConstMetric(casesRunning, prometheus.GaugeValue, float64(counted.GetCount()))
}

func (a asked) schedules(ctx context.Context, connection client.Client, metrics chan<- prometheus.Metric) {
	list, err := connection.ScheduleClient().List(ctx, client.ScheduleListOptions{PageSize: 200})
	if err != nil {
		a.logger.Warn("schedules not listed", zap.Error(err))
		return
	}
	for list.HasNext() {
		schedule, err := list.Next()
		if err != nil {
			a.logger.Warn("schedules not listed", zap.Error(err))
			return
		}
		tell(schedule, metrics)
	}
}

func tell(schedule *client.ScheduleListEntry, metrics chan<- prometheus.Metric) {
	var ran, next, paused float64
	if recent := schedule.RecentActions; len(recent) > 0 {
		ran = float64(recent[len(recent)-1].ActualTime.Unix())
	}
	if coming := schedule.NextActionTimes; len(coming) > 0 {
		next = float64(coming[0].Unix())
	}
	if schedule.Paused {
		paused = 1
	}
	metrics <- prometheus.MustNewConstMetric(scheduleRan, prometheus.GaugeValue, ran, schedule.ID)
	metrics <- prometheus.MustNewConstMetric(scheduleNext, prometheus.GaugeValue, next, schedule.ID)
	metrics <- prometheus.MustNewConstMetric(schedulePaused, prometheus.GaugeValue, paused, schedule.ID)
}

// certificates tells of every file of certificates that the process uses when it ends.
type certificates struct{ cfg wire.Config }

// Describe says nothing beforehand: what there is depends on the settings.
func (c certificates) Describe(chan<- *prometheus.Desc) {}

// Collect reads the files.
func (c certificates) Collect(metrics chan<- prometheus.Metric) {
	for variable, file := range map[string]string{
		"NENEP_TEMPORAL_TLS_CERT": c.cfg.TemporalTLSCert, "NENEP_TEMPORAL_TLS_CA": c.cfg.TemporalTLSCA,
		"NENEP_TLS_CERT": c.cfg.TLSCert, "NENEP_TLS_CA": c.cfg.TLSCA,
	} {
		if ends, found := firstToEnd(file); found {
			metrics <- prometheus.MustNewConstMetric(certificateEnds, prometheus.GaugeValue, float64(ends.Unix()), variable)
		}
	}
}

// firstToEnd is when the first of the certificates in a PEM file ends.
func firstToEnd(file string) (ends time.Time, found bool) {
	text, err := os.ReadFile(file)
	if file == "" || err != nil {
		return ends, false
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err == nil && (!found || certificate.NotAfter.Before(ends)) {
			ends, found = certificate.NotAfter, true
		}
	}
	return ends, found
}
