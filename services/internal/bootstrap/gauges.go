package bootstrap

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"gorm.io/gorm"
)

// Gauge is a figure that the database answers whenever somebody reads /metrics. Moments are seconds since 1970, so that an alert asks how
// long ago they were.
type Gauge struct {
	Name  string // after "nenep_<service>_"
	Help  string
	Label string // of the query's column "label"; empty: the query answers one row without it
	Query string // columns value and, where Label is set, label; read only
}

// gaugeTime bounds the reading of one figure: a database that is busy with other things is not kept from them.
const gaugeTime = 3 * time.Second

// Count adds counters that the service keeps itself to /metrics.
func (s *Service) Count(counters ...prometheus.Collector) { s.registry.MustRegister(counters...) }

// Measure adds figures to /metrics. One that the database does not answer is left out of that answer, and nenep_<service>_unread counts it.
func (s *Service) Measure(db *gorm.DB, logger *zap.Logger, gauges ...Gauge) {
	s.registry.MustRegister(&measured{service: s.Name, db: db, logger: logger, gauges: gauges})
}

type measured struct {
	service string
	db      *gorm.DB
	logger  *zap.Logger
	gauges  []Gauge
}

// Describe says nothing beforehand: what there is depends on the rows.
func (m *measured) Describe(chan<- *prometheus.Desc) {}

// Collect reads every figure.
func (m *measured) Collect(metrics chan<- prometheus.Metric) {
	unread := 0
	for _, gauge := range m.gauges {
		if err := m.read(gauge, metrics); err != nil {
			unread++
			m.logger.Warn("figure not read", zap.String("figure", gauge.Name), zap.Error(err))
		}
	}
	metrics <- prometheus.MustNewConstMetric(m.describe(Gauge{Name: "unread", Help: "figures that the database did not answer"}), prometheus.GaugeValue, float64(unread))
}

func (m *measured) read(gauge Gauge, metrics chan<- prometheus.Metric) error {
	ctx, cancel := context.WithTimeout(context.Background(), gaugeTime)
	defer cancel()
	var rows []struct {
		Label string
		Value float64
	}
	if err := m.db.WithContext(ctx).Raw(gauge.Query).Scan(&rows).Error; err != nil {
		return err
	}
	for _, row := range rows {
		var labels []string
		if gauge.Label != "" {
			labels = []string{row.Label}
		}
		metrics <- prometheus.MustNewConstMetric(m.describe(gauge), prometheus.GaugeValue, row.Value, labels...)
	}
	return nil
}

func (m *measured) describe(gauge Gauge) *prometheus.Desc {
	var labels []string
	if gauge.Label != "" {
		labels = []string{gauge.Label}
	}
	return prometheus.NewDesc("nenep_"+m.service+"_"+gauge.Name, gauge.Help, labels, nil)
}
