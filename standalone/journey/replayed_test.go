package journey

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// Before an upgrade the program says whether it can go on with what runs: it can with every type of today's house; a case that was recorded
// by other code is named.
func TestBeforeAnUpgradeTheProgramSaysWhatItCannotGoOnWith(t *testing.T) {
	t.Setenv("NENEP_TEMPORAL_ADDR", standing.options.Config.TemporalAddr)
	t.Setenv("NENEP_PAYLOAD_KEYS", standing.options.Config.PayloadKeys)
	code, out, faults := terminal(t, "histories", "replay", "--each", "2")
	require.Zero(t, code, faults)
	require.Contains(t, out, contract.AnnualDialogue)
	saved := t.TempDir()
	code, _, faults = terminal(t, "histories", "save", "--each", "1", "--to", saved)
	require.Zero(t, code, faults)
	code, _, faults = terminal(t, "histories", "replay", "--from", saved)
	require.Zero(t, code, faults)

	const id, queue = "DT-01/KHAC-MA-NGUON/2031", "another-release"
	other := worker.New(standing.temporal, queue, worker.Options{})
	other.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ *casefilev1.CaseInput) error {
		return workflow.Sleep(ctx, 24*time.Hour)
	}, workflow.RegisterOptions{Name: contract.AnnualDialogue})
	require.NoError(t, other.Start())
	defer other.Stop()
	_, err := standing.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: queue}, contract.AnnualDialogue, &casefilev1.CaseInput{CaseId: id})
	require.NoError(t, err)
	defer func() {
		require.NoError(t, standing.temporal.TerminateWorkflow(t.Context(), id, "", "the test is over"))
	}()
	require.Eventually(t, func() bool {
		code, _, faults = terminal(t, "histories", "replay", "--each", "2")
		return code != 0
	}, patience, 10*look, "its first task is done, and the list of workflows follows after a moment")
	require.Contains(t, faults, id+" (AnnualDialogue) does not replay")
	require.Contains(t, faults, "do not upgrade")
}
