package units

import (
	"context"
	"fmt"
	"sync"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// Reconciler is told that units changed, under the id of the change: the same change told twice
// is one reconciliation.
type Reconciler interface {
	UnitsChanged(ctx context.Context, changeID string) error
}

// temporalReconciler starts the reconciliation as a workflow. The client is made at the first
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
	temporal, err := t.connected()
	if err != nil {
		return fmt.Errorf("reach Temporal: %w", err)
	}
	_, err = temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       contract.WorkflowReconcileNow + "-" + changeID,
		TaskQueue:                contract.QueueUpkeep,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, contract.ReconcilePeriods, contract.ReconcileInput{Reason: "units-changed"})
	if err != nil {
		return fmt.Errorf("start %s: %w", contract.ReconcilePeriods, err)
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
