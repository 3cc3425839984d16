package period

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"nenep/proto/contract"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/workflows/digest"
)

// zone is where every schedule's clock hangs.
const zone = "Asia/Ho_Chi_Minh"

// catchUp is how long after an outage a missed run is still made up for.
const catchUp = 24 * time.Hour

// EnsureSchedules creates or updates the schedules: a reconciliation for each obligation every
// morning before the ladder's hour, a digest for each window (a time of day, as 07:30), what leaves by itself, the purge, the delivery of
// acts. The digest of a window that is offered no more is deleted. Again is harmless.
func EnsureSchedules(ctx context.Context, connection client.Client, cat *catalogue.Catalogue, windows []string) error {
	wanted, err := schedules(cat, windows)
	if err != nil {
		return err
	}
	for _, schedule := range wanted {
		if err := ensure(ctx, connection.ScheduleClient(), schedule); err != nil {
			return fmt.Errorf("schedule %s: %w", schedule.ID, err)
		}
	}
	return deleteOtherDigests(ctx, connection.ScheduleClient(), wanted)
}

// deleteOtherDigests leaves alone every schedule that is not named after a window.
func deleteOtherDigests(ctx context.Context, schedules client.ScheduleClient, wanted []client.ScheduleOptions) error {
	found, err := schedules.List(ctx, client.ScheduleListOptions{})
	if err != nil {
		return fmt.Errorf("list the schedules: %w", err)
	}
	for found.HasNext() {
		listed, err := found.Next()
		if err != nil {
			return fmt.Errorf("list the schedules: %w", err)
		}
		if !obsolete(listed.ID, wanted) {
			continue
		}
		var gone *serviceerror.NotFound
		if err := schedules.GetHandle(ctx, listed.ID).Delete(ctx); err != nil && !errors.As(err, &gone) {
			return fmt.Errorf("delete schedule %s: %w", listed.ID, err)
		}
	}
	return nil
}

var digestID = regexp.MustCompile("^" + contract.ScheduleDigestPrefix + `\d{2}-\d{2}$`)

// obsolete tells of the digest of a window that is not wanted.
func obsolete(id string, wanted []client.ScheduleOptions) bool {
	return digestID.MatchString(id) && !slices.ContainsFunc(wanted, func(s client.ScheduleOptions) bool { return s.ID == id })
}

func schedules(cat *catalogue.Catalogue, windows []string) ([]client.ScheduleOptions, error) {
	var all []client.ScheduleOptions
	for _, code := range withCases(cat) {
		all = append(all, scheduled(contract.ScheduleReconcilePrefix+code,
			"Đối chiếu và mở hồ sơ "+code, daily(4, spread(code)),
			contract.ReconcilePeriods, contract.ReconcileInput{Obligation: code, Reason: "schedule"}))
	}
	for _, window := range offered(windows) {
		schedule, err := ofWindow(window)
		if err != nil {
			return nil, err
		}
		all = append(all, schedule)
	}
	return append(all, pending(),
		scheduled(contract.SchedulePurge, "Xóa dữ liệu cá nhân đã hết thời hạn lưu", daily(3, 10), contract.PurgePersonalData),
		scheduled(contract.ScheduleCloseAuditDay, "Chốt nhật ký của ngày hôm trước", daily(0, 10), contract.CloseAuditDay),
		scheduled(contract.ScheduleCheckEvidence, "Kiểm tra các tệp minh chứng còn đủ, nguyên vẹn", daily(1, 40), contract.CheckEvidence, contract.CheckInput{}),
		scheduled(contract.ScheduleRemoveDeleted, "Xóa nội dung các tệp đã tiêu hủy theo quyết định còn sót", daily(2, 20), contract.RemoveDeleted),
		scheduled(contract.ScheduleDeliverActs, "Chuyển các việc đã ghi nhận mà chưa tới hồ sơ", everyFiveMinutes(), contract.DeliverActs),
	), nil
}

// usualWindow is when the digest leaves where no window is configured.
const usualWindow = "07:30"

func offered(windows []string) []string {
	var once []string
	for _, window := range windows {
		if window = strings.TrimSpace(window); !slices.Contains(once, window) {
			once = append(once, window)
		}
	}
	if len(once) == 0 {
		return []string{usualWindow}
	}
	return once
}

// ofWindow is the digest of a window. The digest itself asks the calendar whether today is a working day: a Schedule cannot know. One that
// was missed is made up for until the evening only: the next morning's takes along what waited.
func ofWindow(window string) (client.ScheduleOptions, error) {
	at, err := time.Parse("15:04", window)
	if err != nil || len(window) != len(usualWindow) {
		return client.ScheduleOptions{}, fmt.Errorf("NENEP_DIGEST_WINDOWS: %q is not a time of day like 07:30", window)
	}
	id := contract.ScheduleDigestPrefix + strings.ReplaceAll(window, ":", "-")
	schedule := scheduled(id, "Gửi bản tổng hợp lúc "+window, daily(at.Hour(), at.Minute()), contract.MorningDigest, window)
	schedule.CatchupWindow = digest.UntilEvening(calendar.MustDate("2026-01-05").At(at.Hour(), at.Minute()))
	return schedule, nil
}

// pending: a run that is still at it makes the next one needless, and one that was missed is made up for by any other.
func pending() client.ScheduleOptions {
	schedule := scheduled(contract.ScheduleSendPending, "Gửi các thông báo tự gửi còn chờ", everyFiveMinutes(), contract.SendPending)
	schedule.Overlap, schedule.CatchupWindow = enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, 10*time.Minute
	return schedule
}

func everyFiveMinutes() client.ScheduleSpec {
	return client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 5 * time.Minute}}, TimeZoneName: zone}
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
			if schedule.Policy != nil {
				schedule.Policy.Overlap, schedule.Policy.CatchupWindow = wanted.Overlap, wanted.CatchupWindow
			}
			return &client.ScheduleUpdate{Schedule: &schedule}, nil
		},
	})
}
