package workflows_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/workflows"
)

// Histories recorded from a real server, one a scenario and version that can still be open. Code that no longer replays one of them would
// stop the cases that run by it.
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json")
	require.NoError(t, err)
	replayed := map[string]int{}
	for _, file := range files {
		name := typeOf(t, file)
		replayed[name]++
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DataConverter: wire.DataConverter()})
			require.NoError(t, err)
			workflows.RegisterCases(replayer, "")
			workflows.RegisterUpkeep(replayer, "")
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(wire.NewTemporalLogger(zap.NewNop()), file))
		})
	}
	for _, name := range released {
		require.NotZero(t, replayed[name], "no history of %s in testdata/histories: record one from a real server", name)
	}
}

// released are the types of which a case can be open under an earlier version: all of them.
var released = contract.CaseWorkflows

// typeOf reads the workflow type out of the history's first event.
func typeOf(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var history struct {
		Events []struct {
			Started struct {
				WorkflowType struct{ Name string }
			} `json:"workflowExecutionStartedEventAttributes"`
		}
	}
	require.NoError(t, json.Unmarshal(content, &history), file)
	require.NotEmpty(t, history.Events, file)
	return history.Events[0].Started.WorkflowType.Name
}
