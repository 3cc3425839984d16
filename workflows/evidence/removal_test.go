package evidence_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/workflows/evidence"
)

func TestDeletedContentIsRemovedUntilNothingIsLeftThoughTheStoreWasAway(t *testing.T) {
	for name, row := range map[string]struct {
		left  int32
		calls int
		again bool
	}{"nothing": {0, 1, false}, "three calls and one that failed": {3, 4, false}, "more than one run": {1000, 201, true}} {
		t.Run(name, func(t *testing.T) {
			var suite testsuite.WorkflowTestSuite
			env, calls, left := suite.NewTestWorkflowEnvironment(), 0, row.left
			env.RegisterWorkflowWithOptions(evidence.RemoveDeleted, workflow.RegisterOptions{Name: contract.RemoveDeleted})
			env.RegisterActivityWithOptions(func(context.Context) (*reportsv1.RemoveContentResponse, error) {
				if calls++; calls == 2 {
					return nil, errors.New("the store is away")
				}
				left = max(left-1, 0)
				return &reportsv1.RemoveContentResponse{Removed: 1, Left: left}, nil
			}, activity.RegisterOptions{Name: contract.ActivityRemoveContent})
			env.ExecuteWorkflow(contract.RemoveDeleted)
			var again *workflow.ContinueAsNewError
			require.Equal(t, row.again, errors.As(env.GetWorkflowError(), &again))
			require.Equal(t, row.calls, calls)
		})
	}
}
