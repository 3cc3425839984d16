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
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// exampleEvents make the fourth process live at a first start: committees that are to be
// restructured, marked as examples.
var exampleEvents = []struct{ obligation, unit, words string }{
	{"BCD-02", "DU-12205-2507", "Ví dụ: kiện toàn Ban Chỉ đạo sau khi sắp xếp đơn vị hành chính"},
	{"BCD-03", "SO-NV", "Ví dụ: Trưởng ban chuyển công tác, phải kiện toàn Ban Chỉ đạo"},
	{"BCD-04", "DU-11953-2507", "Ví dụ: một thành viên Ban Chỉ đạo nghỉ hưu"},
}

// administratorUnit is where the example administrator sits.
const administratorUnit = "VP-TU"

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
	if err := o.awaitRegister(ctx, result.Expected); err != nil {
		return err
	}
	o.Say(fmt.Sprintf("%d cases stand, %d of them opened now (%.1f s).", result.Expected, result.Opened, time.Since(began).Seconds()))
	if result.Opened == 0 {
		return nil
	}
	return o.sendFirstDigest(ctx, connection)
}

// awaitRegister asks until every case that was opened has entered the register, so that what a
// person clicks on next is there. What takes longer than a minute goes on by itself.
func (o *Options) awaitRegister(ctx context.Context, expected int) error {
	register := o.Config.NewClients("terminal").Register
	for range 600 {
		answer, err := register.ListCases(ctx, connect.NewRequest(&reportsv1.ListCasesRequest{Limit: 1}))
		if err == nil && int(answer.Msg.GetTotal()) >= expected {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}

// firstDigestDelay lets the rungs of the cases just opened reach the ledger before they are sent.
const firstDigestDelay = 20 * time.Second

// sendFirstDigest sends what the first rungs brought, so that the mailbox shows something today; on
// a day off it stays silent like any digest.
func (o *Options) sendFirstDigest(ctx context.Context, connection client.Client) error {
	_, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.ScheduleDigest + "-start", TaskQueue: contract.QueueUpkeep, StartDelay: firstDigestDelay,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "Gửi bản tổng hợp đầu tiên khi khởi động",
	}, contract.MorningDigest)
	return err
}

func (o *Options) recordExamples(ctx context.Context) error {
	clients := o.Config.NewClients("portal")
	holders, err := clients.Units.ResolveRole(ctx, connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: administratorUnit, Role: "administrator"}))
	if err != nil || len(holders.Msg.GetHolders()) == 0 {
		return errors.Join(errors.New("the example administrator is not there"), err)
	}
	ctx = wire.WithIdentity(ctx, wire.Identity{OfficialID: holders.Msg.GetHolders()[0].GetOfficial().GetId()})
	on := calendar.DateOf(time.Now()).AddDays(-7).String()
	for _, event := range exampleEvents {
		_, err := clients.Acts.RecordEvent(ctx, connect.NewRequest(&reportsv1.RecordEventRequest{
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
