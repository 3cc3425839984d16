// Package everycall walks every call of a service by every caller: a call that no table names is a fault, and so is a caller who comes
// through where the table does not let him, or is refused where it does.
package everycall

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"nenep/proto/wire"
)

// Call is one row: how it is called, well enough to come as far as the right, and who may.
type Call struct {
	Do  func(context.Context, wire.Clients) error
	May []string
}

// Of makes the row's call out of a method of a client and a request.
func Of[Client, Request, Response any](method func(Client, context.Context, *connect.Request[Request]) (*connect.Response[Response], error), message *Request) func(context.Context, wire.Clients) error {
	return func(ctx context.Context, clients wire.Clients) error {
		_, err := method(clientOf[Client](clients), ctx, connect.NewRequest(message))
		return err
	}
}

// Stream makes the row's call out of a method that answers in parts.
func Stream[Client, Request, Response any](method func(Client, context.Context, *connect.Request[Request]) (*connect.ServerStreamForClient[Response], error), message *Request) func(context.Context, wire.Clients) error {
	return func(ctx context.Context, clients wire.Clients) error {
		parts, err := method(clientOf[Client](clients), ctx, connect.NewRequest(message))
		if err != nil {
			return err
		}
		for parts.Receive() {
			continue
		}
		return errors.Join(parts.Err(), parts.Close())
	}
}

func clientOf[Client any](clients wire.Clients) Client {
	all := reflect.ValueOf(clients)
	for i := range all.NumField() {
		if client, is := all.Field(i).Interface().(Client); is {
			return client
		}
	}
	panic("no client of the house makes that call")
}

// Clients speak as the service in its own name, and in an official's where it may; where it may not, as the portal: what a call does is one
// matter, who may make it the walk's.
func Clients(cfg wire.Config, service string) wire.Clients {
	own, portal := cfg.Speaker(service), cfg.Speaker("portal")
	return cfg.NewClientsWith(func(listener string) connect.Interceptor {
		return wire.ShowTokens(func(ctx context.Context) (string, error) {
			if official := wire.IdentityOf(ctx).OfficialID; official != "" && !wire.MayCall(service, listener, true) {
				return portal.Sign(listener, official, time.Now())
			}
			return own.Sign(listener, wire.IdentityOf(ctx).OfficialID, time.Now())
		})
	})
}

func may(row Call, who string) int {
	if slices.Contains(row.May, who) {
		return 1
	}
	return 0
}

// Walk makes every call of the services as every caller. A caller without an official is a service of the house in its own name.
func Walk(t *testing.T, cfg wire.Config, callers map[string]wire.Identity, services []protoreflect.ServiceDescriptor, table map[string]Call) {
	t.Helper()
	known := map[string]bool{}
	for _, service := range services {
		for i := range service.Methods().Len() {
			name := string(service.Methods().Get(i).Name())
			known[name] = true
			_, told := table[name]
			require.True(t, told, "say in the table of rights who may call %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		require.True(t, known[name], "%s is no call of these services", name)
		row := table[name]
		for _, who := range row.May {
			require.Contains(t, callers, who, name)
		}
		t.Run(name, func(t *testing.T) {
			for who, stranger := range strangers(t, cfg) {
				require.Equal(t, stranger.code, connect.CodeOf(row.Do(t.Context(), cfg.NewClientsWith(stranger.show))), who)
			}
			// Whoever is refused comes first: what another did before might be refused for its own sake.
			for _, who := range slices.SortedFunc(maps.Keys(callers), func(a, b string) int { return may(row, a) - may(row, b) }) {
				err := row.Do(wire.WithIdentity(t.Context(), callers[who]), cfg.NewClients(callers[who].Service))
				refused := slices.Contains([]connect.Code{connect.CodePermissionDenied, connect.CodeUnauthenticated}, connect.CodeOf(err))
				require.Equal(t, slices.Contains(row.May, who), err == nil || !refused, "%s: %v", who, err)
			}
		})
	}
}
