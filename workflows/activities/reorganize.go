package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/workflows/reorganize"
)

// ReadReorganisation answers whether a reorganisation still stands, and from which day. What it says in words stays with the units
// service.
func (a *Activities) ReadReorganisation(ctx context.Context, id string) (reorganize.Decision, error) {
	answer, err := a.clients.Units.GetReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: id}))
	if err != nil {
		return reorganize.Decision{}, failure(err)
	}
	found := answer.Msg.GetReorganisation()
	return reorganize.Decision{State: found.GetState(), EffectiveOn: found.GetEffectiveOn()}, nil
}

// ApplyReorganisation ends and begins the units, and answers which ended and how many began. Again changes nothing and answers the same.
func (a *Activities) ApplyReorganisation(ctx context.Context, id string) (reorganize.Change, error) {
	answer, err := a.clients.Units.ApplyReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: id}))
	if err != nil {
		return reorganize.Change{}, settled(err)
	}
	ended, to := endsOf(answer.Msg.GetSuccessions())
	if len(to) == 0 {
		return reorganize.Change{Ended: ended}, nil
	}
	listed, err := a.clients.Units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Ids: to}))
	if err != nil {
		return reorganize.Change{}, fmt.Errorf("list successors: %w", err)
	}
	begun := slices.DeleteFunc(listed.Msg.GetUnits(), func(u *unitsv1.Unit) bool {
		return u.GetValidFrom() != answer.Msg.GetReorganisation().GetEffectiveOn()
	})
	return reorganize.Change{Ended: ended, Begun: len(begun)}, nil
}

// endsOf are the units that ended and those that go on, each once and in order. A unit that follows itself did not end.
func endsOf(successions []*unitsv1.UnitSuccession) (from, to []string) {
	for _, s := range successions {
		if s.GetFromId() == s.GetToId() {
			continue
		}
		from = append(from, s.GetFromId())
		if s.GetToId() != "" {
			to = append(to, s.GetToId())
		}
	}
	slices.Sort(from)
	slices.Sort(to)
	return slices.Compact(from), slices.Compact(to)
}

// awaitPlanned starts the workflow of every planned reorganisation that has none, as of one that was stored while Temporal was away.
func (a *Activities) awaitPlanned(ctx context.Context) error {
	listed, err := a.clients.Units.ListReorganisations(ctx, connect.NewRequest(&unitsv1.ListReorganisationsRequest{State: reorganize.Planned}))
	if err != nil {
		return fmt.Errorf("list planned reorganisations: %w", err)
	}
	for _, planned := range listed.Msg.GetReorganisations() {
		if err := a.awaitDay(ctx, planned.GetId()); err != nil {
			return fmt.Errorf("start reorganisation %s: %w", planned.GetId(), err)
		}
	}
	return nil
}

// awaitDay: what runs goes on, and what has run or failed stays so until a person looks at it.
func (a *Activities) awaitDay(ctx context.Context, id string) error {
	_, err := a.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.WorkflowReorganize + "/" + id, TaskQueue: contract.QueueUpkeep,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}, contract.Reorganize, contract.ReorganizeInput{ReorganisationID: id, ClockOffsetSeconds: int64(a.clockOffset() / time.Second)})
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return nil
	}
	if err == nil {
		activity.GetLogger(ctx).Info("reorganisation put to wait for its day", "reorganisation", id)
	}
	return err
}

// FinishReorganisation has the count kept beside the decision.
func (a *Activities) FinishReorganisation(ctx context.Context, id string, result contract.ReorganizeResult) error {
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	_, err = a.clients.Units.FinishReorganisation(ctx, connect.NewRequest(&unitsv1.FinishReorganisationRequest{Id: id, ResultJson: string(text)}))
	return settled(err)
}
