// Package period opens and closes periods: the reconciliation that starts the cases that should
// exist, the sealing of those that are accepted, and the Temporal Schedules that run upkeep.
package period

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"nenep/proto/contract"
)

// forever lets a service that is away delay upkeep, never fail it.
var forever = &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute}

// ReconcilePeriods asks which cases should exist and starts those the register does not know.
func ReconcilePeriods(ctx workflow.Context, input contract.ReconcileInput) (contract.ReconcileResult, error) {
	var result contract.ReconcileResult
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Hour, HeartbeatTimeout: 40 * time.Second, RetryPolicy: forever,
		Summary: "Đối chiếu danh mục, đơn vị và sổ theo dõi; mở hồ sơ còn thiếu",
	})
	err := workflow.ExecuteActivity(ctx, contract.ActivityReconcile, input).Get(ctx, &result)
	return result, err
}

// SealPeriod seals every accepted case of an obligation's period; a case that is not accepted yet
// stays open, and a later run seals it. It answers how many were sealed.
func SealPeriod(ctx workflow.Context, input contract.SealInput) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, RetryPolicy: forever, Summary: "Khóa kỳ " + input.Period})
	var ids []string
	if err := workflow.ExecuteActivity(ctx, contract.ActivityListCasesToSeal, input).Get(ctx, &ids); err != nil {
		return 0, err
	}
	sealed := 0
	for _, id := range ids {
		err := workflow.ExecuteActivity(ctx, contract.ActivitySealCase, id, input).Get(ctx, nil)
		if err != nil {
			workflow.GetLogger(ctx).Warn("case not sealed", "case", id, "error", err)
			continue
		}
		sealed++
	}
	return sealed, nil
}
