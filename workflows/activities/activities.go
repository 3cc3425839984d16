// Package activities is the only door from workflows to services: every activity is one or two
// idempotent calls, and none decides anything.
package activities

import (
	"time"

	"go.temporal.io/sdk/client"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

// Options only code may set: no variable of the production program reaches them.
type Options struct {
	// Demo opens cases whose clock may be shifted.
	Demo bool
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
	return &Activities{clients: clients, temporal: temporal, catalogue: cat, options: options, now: time.Now}
}
