package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// TellHandOver has both sides of a hand-over told, and that they were told kept. Again tells nobody twice.
func (a *Activities) TellHandOver(ctx context.Context, id string) error {
	if _, err := a.clients.Notifications.TellHandOver(ctx, connect.NewRequest(&notificationsv1.TellHandOverRequest{HandOverId: id})); err != nil {
		return settled(err)
	}
	_, err := a.clients.Units.MarkHandOverTold(ctx, connect.NewRequest(&unitsv1.GetHandOverRequest{Id: id}))
	return settled(err)
}

// handOversAtOnce is how many hand-overs nobody has been told of one reconciliation starts; the next goes on.
const handOversAtOnce = 500

// awaitHandOvers starts the telling of every hand-over that waits for none, as of one that was stored while Temporal was away.
func (a *Activities) awaitHandOvers(ctx context.Context) error {
	listed, err := a.clients.Units.ListHandOvers(ctx, connect.NewRequest(&unitsv1.ListHandOversRequest{UntoldOnly: true, Limit: handOversAtOnce}))
	if err != nil {
		return fmt.Errorf("list hand-overs: %w", err)
	}
	for _, over := range listed.Msg.GetHandOvers() {
		_, err := a.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: contract.WorkflowHandOver + "/" + over.GetId(), TaskQueue: contract.QueueUpkeep,
			WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
			WorkflowExecutionErrorWhenAlreadyStarted: true,
		}, contract.TellHandOver, contract.HandOverInput{HandOverID: over.GetId(), Day: over.GetDay(), ClockOffsetSeconds: int64(a.clockOffset() / time.Second)})
		var already *serviceerror.WorkflowExecutionAlreadyStarted
		if err != nil && !errors.As(err, &already) {
			return fmt.Errorf("start hand-over %s: %w", over.GetId(), err)
		}
	}
	return nil
}
