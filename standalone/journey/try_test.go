package journey

import (
	"encoding/json"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// What `helm test` does: a case opens, its reminder is in the ledger, and nothing of it counts.
func TestTheRunningHouseIsTried(t *testing.T) {
	code, out, faults := terminal(t, "try", "--json", "--within", "6m", "--ready", standing.options.Config.PortalURL+"/readyz")
	require.Zero(t, code, faults)
	var seen struct {
		Case, Rung string
		Messages   []string
		Ended      bool
	}
	require.NoError(t, json.Unmarshal([]byte(out), &seen))
	require.True(t, seen.Ended)
	require.Contains(t, seen.Rung, "remind")
	require.NotEmpty(t, seen.Messages)
	require.Equal(t, casefilev1.State_STATE_WITHDRAWN, standing.getCase(t, seen.Case).GetState().GetState())
	require.NotEmpty(t, standing.messages(t, &notificationsv1.ListMessagesRequest{CaseId: seen.Case}))
	listed, err := standing.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationId: standing.getCase(t, seen.Case).GetObligationId(),
		UnitId: standing.getCase(t, seen.Case).GetUnitId()}))
	require.NoError(t, err)
	for _, c := range listed.Msg.GetCases() {
		if c.GetId() == seen.Case {
			require.Equal(t, casefilev1.State_STATE_WITHDRAWN, c.GetState().GetState(), "which no figure counts")
		}
	}
}
