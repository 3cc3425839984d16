package notifications

import (
	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"
	"nenep/services/internal/bootstrap"
)

// handedTotal counts every handing of a message or digest to a channel, in this process, by what the channel said.
var handedTotal = prometheus.NewCounterVec(prometheus.CounterOpts{
	Namespace: "nenep", Subsystem: serviceName, Name: "handed_total",
	Help: "messages and digests handed to a channel, by what it said: taken, later, never, unknown, delivered, failed",
}, []string{"channel", "fate"})

// AfterCreate counts an attempt wherever it is written down.
func (a *attempt) AfterCreate(*gorm.DB) error {
	handedTotal.WithLabelValues(a.Channel, a.Fate).Inc()
	return nil
}

// gauges are what alerts ask of the messages. Both read a partial index of what has not left yet, which is short.
func gauges() []bootstrap.Gauge {
	return []bootstrap.Gauge{
		{Name: "oldest_unsent_seconds", Help: "the moment at which the longest unsent message should have left by itself; 0: none waits",
			Query: "SELECT coalesce(extract(epoch FROM min(coalesce(leaves_at, created_at))), 0)::float8 AS value FROM messages WHERE alone AND digest_id IS NULL AND state IN ('waiting', 'sending')"},
		{Name: "oldest_digest_seconds", Help: "the day of the oldest digest that has not left, at 00:00 in Vietnam; 0: none waits",
			Query: "SELECT coalesce(extract(epoch FROM min(day)::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'), 0)::float8 AS value FROM digests WHERE state IN ('waiting', 'sending')"},
	}
}
