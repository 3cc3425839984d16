// Package audit closes the audit trail of a day: its head leaves the database, to a store of its own and to the auditors.
package audit

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// CloseAuditDay closes the day that is over when it runs (Asia/Ho_Chi_Minh) and tells the auditors. What is away is asked again until the
// next night, whose head covers this one's entries as well.
func CloseAuditDay(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, ScheduleToCloseTimeout: 20 * time.Hour, Summary: "Chốt nhật ký trong ngày",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 5 * time.Second, MaximumInterval: 10 * time.Minute},
	})
	var head reportsv1.AuditHead
	if err := workflow.ExecuteActivity(ctx, contract.ActivityCloseAuditDay).Get(ctx, &head); err != nil {
		return err
	}
	return workflow.ExecuteActivity(ctx, contract.ActivityTellAuditHead, &head).Get(ctx, nil)
}
