package house

import (
	"context"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// exampleEvents make the fourth process live at a first start: committees that are to be
// restructured, marked as examples.
var exampleEvents = []struct{ obligation, unit, words string }{
	{"BCD-02", "DU-12205-2507", "Ví dụ: kiện toàn Ban Chỉ đạo sau khi sắp xếp đơn vị hành chính"},
	{"BCD-03", "SO-NV", "Ví dụ: Trưởng ban chuyển công tác, phải kiện toàn Ban Chỉ đạo"},
	{"BCD-04", "DU-11953-2507", "Ví dụ: một thành viên Ban Chỉ đạo nghỉ hưu"},
}

// firstStart opens the current periods, so that the system lives at once. Again it changes nothing.
func (o *Options) firstStart(ctx context.Context, logger *zap.Logger) error {
	if !o.NoExamples {
		if err := o.recordExamples(ctx); err != nil {
			return fmt.Errorf("record the example events: %w", err)
		}
	}
	options, err := o.Config.TemporalOptions(logger)
	if err != nil {
		return err
	}
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return err
	}
	defer connection.Close()
	o.Say("Opening the current periods…")
	began := time.Now()
	result, err := reconcile(ctx, connection)
	if err != nil {
		return fmt.Errorf("open the current periods: %w", err)
	}
	o.Say(fmt.Sprintf("%d cases stand, %d of them opened now (%.1f s).", result.Expected, result.Opened, time.Since(began).Seconds()))
	return nil
}

func (o *Options) recordExamples(ctx context.Context) error {
	acts := o.Config.NewClients("terminal").Acts
	on := calendar.DateOf(time.Now()).AddDays(-7).String()
	for _, event := range exampleEvents {
		_, err := acts.RecordEvent(ctx, connect.NewRequest(&reportsv1.RecordEventRequest{
			ObligationId: event.obligation, UnitId: event.unit, On: on, Words: event.words, Example: true,
			IdempotencyKey: "example-" + event.obligation + "-" + event.unit,
		}))
		if err != nil && connect.CodeOf(err) != connect.CodeAlreadyExists {
			return err
		}
	}
	return nil
}

func reconcile(ctx context.Context, connection client.Client) (contract.ReconcileResult, error) {
	var result contract.ReconcileResult
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.WorkflowReconcileNow + "-start", TaskQueue: contract.QueueUpkeep,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "Mở các kỳ hiện hành khi khởi động",
	}, contract.ReconcilePeriods, contract.ReconcileInput{Reason: "start"})
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &started) {
		return result, err
	}
	return result, run.Get(ctx, &result)
}
