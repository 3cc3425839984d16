package activities

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// reopensAtOnce is how many cases are begun again side by side.
const reopensAtOnce = 4

// ReopenCases begins cases again from the register and has their acts delivered again, each once. It may be killed anywhere and run again:
// what an order begins is fixed by the order, a case runs once, and an act that a case has taken is answered with its first answer.
func (a *Activities) ReopenCases(ctx context.Context, order contract.ReopenInput) error {
	group := &errgroup.Group{} // one that cannot begin yet delays no other
	group.SetLimit(reopensAtOnce)
	for _, id := range order.CaseIDs {
		group.Go(func() error {
			err := a.reopen(ctx, order.OrderID, id)
			if isFinal(err) {
				activity.GetLogger(ctx).Error("a lost case cannot be reopened", "case", id, "order", order.OrderID, "error", err)
				return nil
			}
			if err != nil {
				return fmt.Errorf("reopen %s: %w", id, err)
			}
			activity.RecordHeartbeat(ctx, id)
			return nil
		})
	}
	return group.Wait()
}

func (a *Activities) reopen(ctx context.Context, orderID, caseID string) error {
	found, err := a.clients.Repair.GetReopening(ctx, connect.NewRequest(&reportsv1.GetReopeningRequest{OrderId: orderID, CaseId: caseID}))
	if err != nil {
		return failure(err)
	}
	if found.Msg.GetDone() {
		return nil
	}
	input := found.Msg.GetInput()
	options := CaseOptions(input, a.nameOf(ctx, input.GetUnitId()))
	options.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE // the one that was lost may still be known as ended
	_, err = a.temporal.ExecuteWorkflow(ctx, options, input.GetWorkflowType(), input)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &already) {
		return err
	}
	for {
		answer, err := a.clients.Repair.DeliverReopened(ctx, connect.NewRequest(&reportsv1.DeliverReopenedRequest{OrderId: orderID, CaseId: caseID}))
		if err != nil || answer.Msg.GetLeft() == 0 {
			return failure(err)
		}
		activity.RecordHeartbeat(ctx, caseID)
	}
}
