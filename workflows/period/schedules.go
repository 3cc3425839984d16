package period

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"nenep/proto/contract"
	"nenep/rules/catalogue"
)

// zone is where every schedule's clock hangs.
const zone = "Asia/Ho_Chi_Minh"

// catchUp is how long after an outage a missed run is still made up for.
const catchUp = 24 * time.Hour

// EnsureSchedules creates or updates the schedules: a reconciliation for each obligation every
// morning before the ladder's hour, the digest, the delivery of acts. Again is harmless.
func EnsureSchedules(ctx context.Context, connection client.Client, cat *catalogue.Catalogue) error {
	for _, schedule := range schedules(cat) {
		if err := ensure(ctx, connection.ScheduleClient(), schedule); err != nil {
			return fmt.Errorf("schedule %s: %w", schedule.ID, err)
		}
	}
	return nil
}

func schedules(cat *catalogue.Catalogue) []client.ScheduleOptions {
	var all []client.ScheduleOptions
	for _, code := range withCases(cat) {
		all = append(all, scheduled(contract.ScheduleReconcilePrefix+code,
			"Đối chiếu và mở hồ sơ "+code, daily(4, spread(code)),
			contract.ReconcilePeriods, contract.ReconcileInput{Obligation: code, Reason: "schedule"}))
	}
	// The digest itself asks the calendar whether today is a working day: a Schedule cannot know.
	return append(all,
		scheduled(contract.ScheduleDigest, "Gửi bản tổng hợp buổi sáng", daily(7, 30), contract.MorningDigest),
		scheduled(contract.ScheduleDeliverActs, "Chuyển các việc đã ghi nhận mà chưa tới hồ sơ",
			client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 5 * time.Minute}}, TimeZoneName: zone}, contract.DeliverActs),
	)
}

// withCases are the obligations that have cases of their own in any edition, in order: what another's case carries is opened with it.
func withCases(cat *catalogue.Catalogue) []string {
	var codes []string
	for _, edition := range cat.Editions {
		for _, obligation := range edition.Obligations {
			if obligation.CarriedBy == nil {
				codes = append(codes, obligation.Code)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func scheduled(id, summary string, spec client.ScheduleSpec, workflow string, arguments ...any) client.ScheduleOptions {
	return client.ScheduleOptions{
		ID: id, Spec: spec, CatchupWindow: catchUp, Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE,
		Action: &client.ScheduleWorkflowAction{ID: id, Workflow: workflow, Args: arguments, TaskQueue: contract.QueueUpkeep, StaticSummary: summary},
	}
}

func daily(hour, minute int) client.ScheduleSpec {
	return client.ScheduleSpec{TimeZoneName: zone, Calendars: []client.ScheduleCalendarSpec{{
		Hour: []client.ScheduleRange{{Start: hour}}, Minute: []client.ScheduleRange{{Start: minute}},
	}}}
}

// spread keeps a province's obligations from all waking in the same minute.
func spread(code string) int {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(code))
	return int(hash.Sum32() % 60)
}

func ensure(ctx context.Context, schedules client.ScheduleClient, wanted client.ScheduleOptions) error {
	_, err := schedules.Create(ctx, wanted)
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return err
	}
	return schedules.GetHandle(ctx, wanted.ID).Update(ctx, client.ScheduleUpdateOptions{
		DoUpdate: func(found client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			schedule := found.Description.Schedule
			schedule.Spec, schedule.Action = &wanted.Spec, wanted.Action
			return &client.ScheduleUpdate{Schedule: &schedule}, nil
		},
	})
}
