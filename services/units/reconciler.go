package units

import (
	"context"
	"errors"
	"fmt"
	"sync"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// Reconciler is told what has to follow a change here: whatever waits is a workflow, never this
// service. The same told twice is one workflow.
type Reconciler interface {
	// UnitsChanged has every obligation reconciled, under the id of the change.
	UnitsChanged(ctx context.Context, changeID string) error
	// Amend has open cases reckoned anew, under the order's id.
	Amend(ctx context.Context, order contract.AmendInput) error
	// Reorganize has a reorganisation carried out on its day.
	Reorganize(ctx context.Context, planned contract.ReorganizeInput) error
	// TellHandOver has both sides of a post that is handed over told on the day.
	TellHandOver(ctx context.Context, handedOver contract.HandOverInput) error
}

// temporalReconciler starts workflows. The client is made at the first
// change, so that the service starts and answers without Temporal.
type temporalReconciler struct {
	dial func() (client.Client, error)

	mu     sync.Mutex
	client client.Client
}

func newTemporalReconciler(cfg wire.Config, logger *zap.Logger) *temporalReconciler {
	return &temporalReconciler{dial: func() (client.Client, error) { return cfg.DialTemporal(context.Background(), logger) }}
}

func (t *temporalReconciler) connected() (client.Client, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client != nil {
		return t.client, nil
	}
	dialled, err := t.dial()
	if err != nil {
		return nil, err
	}
	t.client = dialled
	return dialled, nil
}

// UnitsChanged starts the reconciliation of every obligation.
func (t *temporalReconciler) UnitsChanged(ctx context.Context, changeID string) error {
	return t.start(ctx, client.StartWorkflowOptions{ID: contract.WorkflowReconcileNow + "-" + changeID},
		contract.ReconcilePeriods, contract.ReconcileInput{Reason: "units-changed"})
}

// Amend starts the amendment; one that has run under the order's id stays run.
func (t *temporalReconciler) Amend(ctx context.Context, order contract.AmendInput) error {
	return t.start(ctx, once(contract.WorkflowAmend+"/"+order.OrderID), contract.AmendCases, order)
}

// Reorganize starts the workflow that waits for the day; one that has run stays run.
func (t *temporalReconciler) Reorganize(ctx context.Context, planned contract.ReorganizeInput) error {
	return t.start(ctx, once(contract.WorkflowReorganize+"/"+planned.ReorganisationID), contract.Reorganize, planned)
}

// TellHandOver starts the workflow that waits for the day; one that has run stays run.
func (t *temporalReconciler) TellHandOver(ctx context.Context, handedOver contract.HandOverInput) error {
	return t.start(ctx, once(contract.WorkflowHandOver+"/"+handedOver.HandOverID), contract.TellHandOver, handedOver)
}

// once: under this id it runs again only after it failed.
func once(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{ID: id, WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY}
}

func (t *temporalReconciler) start(ctx context.Context, options client.StartWorkflowOptions, workflow string, input any) error {
	temporal, err := t.connected()
	if err != nil {
		return fmt.Errorf("reach Temporal: %w", err)
	}
	options.TaskQueue = contract.QueueUpkeep
	options.WorkflowIDConflictPolicy = enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING
	_, err = temporal.ExecuteWorkflow(ctx, options, workflow, input)
	var done *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &done) {
		return fmt.Errorf("start %s: %w", workflow, err)
	}
	return nil
}

// Close releases the client, if one was made.
func (t *temporalReconciler) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client != nil {
		t.client.Close()
	}
	return nil
}
