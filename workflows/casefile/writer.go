package casefile

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// writer carries changes to the services, in the order in which they happened. Each is tried twice at once as a local activity, which
// costs one event; a service that is away is then tried for as long as it takes, by a regular activity, while the case goes on.
type writer struct {
	lock    workflow.Mutex
	waiting []entry // not written yet, oldest first
	busy    bool    // somebody writes what waits
	rungs   int     // that are being carried out
}

type entry struct {
	progress *casefilev1.Progress
	tell     []Telling
}

func quickly(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 5 * time.Second, StartToCloseTimeout: 2 * time.Second, Summary: summary,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 1, MaximumAttempts: 2},
	})
}

func patiently(ctx workflow.Context, summary string, once time.Duration) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: once, Summary: summary,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute},
	})
}

const onceUsually = 30 * time.Second

// final tells of an error that trying again does not cure: a refusal, or a workflow that is being cancelled.
func final(err error) bool {
	var refused *temporal.ApplicationError
	return errors.As(err, &refused) && refused.NonRetryable() || temporal.IsCanceledError(err)
}

// enter writes the case into the register; known tells that it belongs to another run.
func (w *writer) enter(ctx workflow.Context, input *casefilev1.CaseInput, state *casefilev1.CaseState, at string) (known bool, err error) {
	const summary = "Ghi hồ sơ vào sổ theo dõi"
	request := &reportsv1.RegisterCaseRequest{Input: input, State: state, RunId: workflow.GetInfo(ctx).WorkflowExecution.RunID, At: at}
	var answer *reportsv1.RegisterCaseResponse
	err = workflow.ExecuteLocalActivity(quickly(ctx, summary), contract.ActivityRegisterCase, request).Get(ctx, &answer)
	if err != nil && !final(err) {
		err = workflow.ExecuteActivity(patiently(ctx, summary, onceUsually), contract.ActivityRegisterCase, request).Get(ctx, &answer)
	}
	return answer.GetKnown(), err
}

// write writes a change of state and tells who must hear of it. It returns once the register holds it or, when the register is away,
// once it is in the history as something that will be written. What the register refuses is logged: the next change carries the whole
// state again.
func (w *writer) write(ctx workflow.Context, progress *casefilev1.Progress, tell []Telling) error {
	if err := w.lock.Lock(ctx); err != nil {
		return err
	}
	defer w.lock.Unlock()
	if w.upToDate() {
		err := workflow.ExecuteLocalActivity(quickly(ctx, writeSummary(progress)), contract.ActivityWriteProgress, progress, tell).Get(ctx, nil)
		if err == nil || temporal.IsCanceledError(err) {
			return err
		}
		if final(err) {
			workflow.GetLogger(ctx).Error("the register refused", "case", progress.GetCaseId(), "what", progress.GetWhat(), "error", err)
			return nil
		}
	}
	w.waiting = append(w.waiting, entry{progress, tell})
	if !w.busy {
		w.busy = true
		workflow.Go(ctx, w.writeWaiting)
	}
	return nil
}

func (w *writer) upToDate() bool { return !w.busy && len(w.waiting) == 0 }

// writes tells that something is on its way to the register.
func (w *writer) writes() bool { return !w.upToDate() || w.rungs > 0 || w.lock.IsLocked() }

func (w *writer) writeWaiting(ctx workflow.Context) {
	for len(w.waiting) > 0 {
		next := w.waiting[0]
		err := workflow.ExecuteActivity(patiently(ctx, writeSummary(next.progress), onceUsually), contract.ActivityWriteProgress, next.progress, next.tell).Get(ctx, nil)
		if err != nil {
			workflow.GetLogger(ctx).Error("the register was not written", "case", next.progress.GetCaseId(), "what", next.progress.GetWhat(), "error", err)
		}
		w.waiting = w.waiting[1:]
	}
	w.busy = false
}

// carryOut has a rung told and written, for as long as it takes, by the activity that does so. Acts do not wait for it longer than for the
// quick tries.
func (w *writer) carryOut(ctx workflow.Context, activity string, progress *casefilev1.Progress, tell Telling, summary string) (contract.CarryOutResult, error) {
	var result contract.CarryOutResult
	w.rungs++
	defer func() { w.rungs-- }()
	if err := workflow.Await(ctx, w.upToDate); err != nil {
		return result, err
	}
	if err := w.lock.Lock(ctx); err != nil {
		return result, err
	}
	err := workflow.ExecuteLocalActivity(quickly(ctx, summary), activity, progress, tell).Get(ctx, &result)
	w.lock.Unlock()
	if err != nil && !final(err) {
		err = workflow.ExecuteActivity(patiently(ctx, summary, onceUsually), activity, progress, tell).Get(ctx, &result)
	}
	if err != nil && !temporal.IsCanceledError(err) {
		workflow.GetLogger(ctx).Error("the rung could not be carried out", "case", progress.GetCaseId(), "rung", progress.GetRung().GetRungId(), "error", err)
		return contract.CarryOutResult{Outcome: outcomeNobody}, nil
	}
	return result, err
}

// outcomeNobody stands for a rung that a service refused for good: the next holder up hears instead.
const outcomeNobody = "nobody"

// export writes the last change and stores the history with its hash.
func (w *writer) export(ctx workflow.Context, progress *casefilev1.Progress) error {
	return workflow.ExecuteActivity(patiently(ctx, "Lưu lịch sử hồ sơ vào kho minh chứng", 5*time.Minute), contract.ActivityExportHistory, progress).Get(ctx, nil)
}

var progressWords = map[string]string{
	contract.ProgressStepRecorded: "ghi kết quả bước", contract.ProgressSubmitted: "nộp hồ sơ", contract.ProgressRecalled: "rút lại hồ sơ đã nộp",
	contract.ProgressAccepted: "xác nhận hồ sơ", contract.ProgressReturned: "trả lại hồ sơ", contract.ProgressExplained: "báo cáo nguyên nhân chậm",
	contract.ProgressExtensionRequested: "đề nghị gia hạn", contract.ProgressExtensionGranted: "gia hạn", contract.ProgressExtensionRefused: "không đồng ý gia hạn",
	contract.ProgressExempted: "ghi nhận không thuộc đối tượng", contract.ProgressTransferred: "chuyển đơn vị kế thừa", contract.ProgressWithdrawn: "thu hồi hồ sơ",
	contract.ProgressCorrected: "đính chính", contract.ProgressNoted: "ghi chú", contract.ProgressClockShifted: "chuyển đồng hồ (chạy thử)",
	contract.ProgressSealed: "khóa kỳ", contract.ProgressRung: "mức nhắc", contract.ProgressOpened: "mở hồ sơ",
	contract.ProgressItemRecorded: "ghi một mục", contract.ProgressItemRemoved: "bỏ một mục ghi nhầm",
	contract.ProgressTakenOver: "tiếp nhận hồ sơ của đơn vị trước", contract.ProgressSuccessionPlanned: "chuyển đơn vị kế thừa sau khi có kết quả xác nhận",
	contract.ProgressAmended: "áp dụng quy tắc mới", contract.ProgressRecalculated: "tính lại hạn theo lịch nghỉ mới",
	contract.ProgressReopened: "mở lại hồ sơ từ sổ theo dõi", contract.ProgressExtensionRevoked: "hủy gia hạn", contract.ProgressExplanationRevoked: "hủy báo cáo nguyên nhân chậm",
}

func writeSummary(progress *casefilev1.Progress) string {
	return "Ghi sổ theo dõi: " + progressWords[progress.GetWhat()]
}
