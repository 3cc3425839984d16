package reorganize

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	"nenep/rules/calendar"
	"nenep/workflows/period"
)

const (
	// unitsAtOnce keeps one activity short and the history of a whole province's reform small.
	unitsAtOnce = 20
	// lookAgainHour is when the cases under review are looked at again: before the rungs of the day leave.
	lookAgainHour = 5
)

// Reorganize waits for the day of the reorganisation, has it applied, passes the open cases of the units that ended to their successors
// and has the cases of the new units opened. One taken back before its day ends without doing anything. The result is the count on the
// day itself; the run goes on until no case under review waits any more.
func Reorganize(ctx workflow.Context, input contract.ReorganizeInput) (contract.ReorganizeResult, error) {
	r := reform{id: input.ReorganisationID, offset: time.Duration(input.ClockOffsetSeconds) * time.Second}
	stands, err := r.awaitDay(ctx)
	if err != nil || !stands {
		return contract.ReorganizeResult{}, err
	}
	// What has begun is carried through: half a reorganisation is worse than either.
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	total, waiting, err := r.carryOut(ctx)
	if err != nil {
		return total, err
	}
	return total, r.awaitReviews(ctx, waiting)
}

type reform struct {
	id     string
	offset time.Duration
}

func (r reform) now(ctx workflow.Context) time.Time { return workflow.Now(ctx).Add(r.offset) }

// awaitDay answers whether the reorganisation still stands when its day has come. It is read again on waking: it may have been taken
// back, or its day moved.
func (r reform) awaitDay(ctx workflow.Context) (stands bool, err error) {
	for {
		var decision Decision
		if err := do(ctx, "Đọc quyết định sắp xếp "+r.id, contract.ActivityReadReorganisation, &decision, r.id); err != nil {
			return false, err
		}
		if decision.State == Cancelled {
			workflow.SetCurrentDetails(ctx, "Quyết định sắp xếp đã được hủy; không thay đổi đơn vị, hồ sơ nào.")
			return false, nil
		}
		day, err := calendar.ParseDate(decision.EffectiveOn)
		if err != nil {
			return false, temporal.NewNonRetryableApplicationError("the reorganisation has no day", contract.CodeInvalid, err)
		}
		left := day.At(0, 0).Sub(r.now(ctx))
		if decision.State != Planned || left <= 0 {
			return true, nil
		}
		workflow.SetCurrentDetails(ctx, "Chờ đến 00:00 ngày "+day.Vietnamese()+", ngày việc sắp xếp có hiệu lực.")
		if err := sleep(ctx, left, "Chờ ngày sắp xếp có hiệu lực: "+day.Vietnamese()); err != nil {
			return false, err
		}
	}
}

// carryOut changes the units and passes their cases on, counting.
func (r reform) carryOut(ctx workflow.Context) (total contract.ReorganizeResult, waiting []string, err error) {
	workflow.SetCurrentDetails(ctx, "Đang kết thúc đơn vị cũ, lập đơn vị mới.")
	var change Change
	if err := do(ctx, "Kết thúc đơn vị cũ, lập đơn vị mới", contract.ActivityApplyReorganisation, &change, r.id); err != nil {
		return total, nil, err
	}
	total.UnitsEnded, total.UnitsBegun = len(change.Ended), change.Begun
	done := 0
	for units := range slices.Chunk(change.Ended, unitsAtOnce) {
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("Đang chuyển hồ sơ của đơn vị cũ: xong %d/%d đơn vị.", done, len(change.Ended)))
		passed, err := r.pass(ctx, units)
		if err != nil {
			return total, nil, err
		}
		add(&total, passed.Count)
		waiting = append(waiting, passed.Waiting...)
		done += len(units)
	}
	if err := do(ctx, "Ghi kết quả sắp xếp", contract.ActivityFinishReorganisation, nil, r.id, total); err != nil {
		return total, nil, err
	}
	if err := do(ctx, "Đối chiếu và mở hồ sơ của đơn vị mới", contract.ActivityReconcile, nil, contract.ReconcileInput{Reason: "reorganisation"}); err != nil {
		return total, nil, err
	}
	return total, waiting, r.changeReviewers(ctx)
}

// casesAtOnce is how many cases one activity gives another reviewer.
const casesAtOnce = 200

// changeReviewers has the running cases of units that moved, or whose reviewer ended, go on with the one who reviews them now.
func (r reform) changeReviewers(ctx workflow.Context) error {
	if workflow.GetVersion(ctx, "reviewers-follow", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil
	}
	const summary = "Chuyển hồ sơ sang cơ quan theo dõi mới"
	order := contract.AmendInput{OrderID: r.id, Reason: period.ReasonReorganisation}
	var ids []string
	if err := do(ctx, summary, contract.ActivityListCasesToAmend, &ids, order); err != nil {
		return err
	}
	for cases := range slices.Chunk(ids, casesAtOnce) {
		if err := do(ctx, summary, contract.ActivityAmendCase, nil, cases, order); err != nil {
			return err
		}
	}
	return nil
}

func (r reform) pass(ctx workflow.Context, units []string) (Passed, error) {
	var passed Passed
	summary := fmt.Sprintf("Chuyển hồ sơ của %d đơn vị cũ sang đơn vị kế thừa", len(units))
	err := do(ctx, summary, contract.ActivityPassCases, &passed, Batch{ReorganisationID: r.id, UnitIDs: units})
	return passed, err
}

// awaitReviews looks every morning whether the reviewers have decided: what they accepted stays with the unit that ended, what they
// returned passes on.
func (r reform) awaitReviews(ctx workflow.Context, waiting []string) error {
	for len(waiting) > 0 {
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("Đã sắp xếp xong. %d đơn vị cũ còn hồ sơ chờ xác nhận; có kết quả thì hồ sơ được chuyển tiếp.", len(waiting)))
		now := r.now(ctx)
		morning := calendar.DateOf(now).AddDays(1).At(lookAgainHour, 0)
		if err := sleep(ctx, morning.Sub(now), "Chờ kết quả xác nhận hồ sơ của đơn vị cũ"); err != nil {
			return err
		}
		var left []string
		for units := range slices.Chunk(waiting, unitsAtOnce) {
			passed, err := r.pass(ctx, units)
			if err != nil {
				return err
			}
			left = append(left, passed.Waiting...)
		}
		waiting = left
	}
	workflow.SetCurrentDetails(ctx, "Đã sắp xếp xong.")
	return nil
}

func sleep(ctx workflow.Context, d time.Duration, summary string) error {
	return workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: summary}).Get(ctx, nil)
}

// do has an activity done for as long as it takes: a service that is away delays a reorganisation and never fails it.
func do(ctx workflow.Context, summary, activity string, result any, arguments ...any) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Hour, HeartbeatTimeout: 30 * time.Second, Summary: summary,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute},
	})
	return workflow.ExecuteActivity(ctx, activity, arguments...).Get(ctx, result)
}
