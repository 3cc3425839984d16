package workflows_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"nenep/proto/wire"
	"nenep/workflows"
	"nenep/workflows/activities"
)

// Workers of a named version and of none take every workflow type and activity of the contract.
func TestWorkersAreMade(t *testing.T) {
	t.Parallel()
	connection, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	acts := activities.New(wire.Clients{}, connection, nil, activities.Options{})
	for _, build := range []string{"", "2026.11.0"} {
		require.Len(t, workflows.New(connection, acts, workflows.Options{BuildID: build}), 2)
	}
}

func TestActivitiesBearTheNamesOfTheContract(t *testing.T) {
	t.Parallel()
	kind := reflect.TypeFor[*activities.Activities]()
	for _, name := range []string{"RegisterCase", "CarryOutRung", "WriteProgress", "ExportHistory", "Reconcile", "SendDigest", "SendPending", "PurgePersonalData", "CheckFiles", "FinishCheck", "CloseAuditDay", "TellAuditHead", "DeliverActs", "ListCasesToSeal", "SealCase",
		"ListCasesToAmend", "AmendCase", "ReinstateCase", "ReopenCases", "ReadReorganisation", "ApplyReorganisation", "PassCases", "FinishReorganisation", "TellHandOver", "DeliverWebhook", "StopWebhook"} {
		_, there := kind.MethodByName(name)
		require.True(t, there, name)
	}
}
