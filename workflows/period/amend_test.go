package period_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"nenep/proto/contract"
	"nenep/workflows/period"
)

// Three thousand cases are fifteen activities, each with its own ids, and one count.
func TestAnAmendmentWorksThroughItsCasesInBatches(t *testing.T) {
	t.Parallel()
	suite := testsuite.WorkflowTestSuite{}
	env := suite.NewTestWorkflowEnvironment()
	var ids []string
	for i := range 450 {
		ids = append(ids, fmt.Sprintf("DT-01/UBND-%05d/2026", i))
	}
	var batches []int
	env.RegisterActivityWithOptions(func(_ context.Context, order contract.AmendInput) ([]string, error) {
		require.Equal(t, period.ReasonCalendar, order.Reason)
		return ids, nil
	}, activity.RegisterOptions{Name: contract.ActivityListCasesToAmend})
	env.RegisterActivityWithOptions(func(_ context.Context, batch []string, order contract.AmendInput) (contract.AmendResult, error) {
		require.Empty(t, order.CaseIDs)
		require.Equal(t, "order-1", order.OrderID)
		batches = append(batches, len(batch))
		return contract.AmendResult{Looked: len(batch), Amended: 10, Refused: 1}, nil
	}, activity.RegisterOptions{Name: contract.ActivityAmendCase})
	env.ExecuteWorkflow(period.AmendCases, contract.AmendInput{OrderID: "order-1", Reason: period.ReasonCalendar, CaseIDs: ids})
	require.NoError(t, env.GetWorkflowError())
	var result contract.AmendResult
	require.NoError(t, env.GetWorkflowResult(&result))
	require.Equal(t, contract.AmendResult{Looked: 450, Amended: 30, Refused: 3}, result)
	require.Equal(t, []int{200, 200, 50}, batches)
}
