package audit_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/workflows/audit"
)

func TestTheHeadOfADayIsKeptAndToldThoughBothWereAway(t *testing.T) {
	suite := testsuite.WorkflowTestSuite{}
	env := suite.NewTestWorkflowEnvironment()
	head := &reportsv1.AuditHead{Day: "2026-11-30", Entries: 6, LastId: 6, Hash: "ab"}
	var closings, tellings int
	var told *reportsv1.AuditHead
	env.RegisterActivityWithOptions(func(context.Context) (*reportsv1.AuditHead, error) {
		if closings++; closings < 3 {
			return nil, errors.New("the store of heads is away")
		}
		return head, nil
	}, activity.RegisterOptions{Name: contract.ActivityCloseAuditDay})
	env.RegisterActivityWithOptions(func(_ context.Context, h *reportsv1.AuditHead) error {
		if tellings++; tellings < 2 {
			return errors.New("notifications are away")
		}
		told = h
		return nil
	}, activity.RegisterOptions{Name: contract.ActivityTellAuditHead})
	env.ExecuteWorkflow(audit.CloseAuditDay)
	require.NoError(t, env.GetWorkflowError())
	require.True(t, proto.Equal(head, told))
	require.Equal(t, []int{3, 2}, []int{closings, tellings})
}
