// Package activities is the only door from workflows to services: every activity is a few
// idempotent calls, and what it decides it asks of the rules.
package activities

import (
	"time"

	"go.temporal.io/sdk/client"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// Options only code may set: no variable of the production program reaches them.
type Options struct {
	// Demo opens cases whose clock may be shifted.
	Demo bool
	// ClockOffset is by how much the day on which cases are looked for, and the clock of those that open, is shifted, so that a past
	// year can be lived through. Nil means by nothing; refused without Demo.
	ClockOffset func() time.Duration
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

// Activities hold what the doors open with.
type Activities struct {
	clients   wire.Clients
	temporal  client.Client
	catalogue *catalogue.Catalogue
	options   Options
	now       func() time.Time
}

// New makes the doors of a worker.
func New(clients wire.Clients, temporal client.Client, cat *catalogue.Catalogue, options Options) *Activities {
	now := options.Now
	if now == nil {
		now = time.Now
	}
	return &Activities{clients: clients, temporal: temporal, catalogue: cat, options: options, now: now}
}

// today is the day by which cases are looked for; in production always the machine's.
func (a *Activities) today() calendar.Date {
	return calendar.DateOf(a.now().Add(a.clockOffset()))
}

func (a *Activities) clockOffset() time.Duration {
	if a.options.ClockOffset == nil {
		return 0
	}
	return a.options.ClockOffset()
}
