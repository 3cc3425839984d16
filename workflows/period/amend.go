package period

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
)

// Why cases are amended.
const (
	ReasonCalendar  = "calendar"
	ReasonCatalogue = "catalogue"
	ReasonSettings  = "settings"
	// ReasonReorganisation: another unit reviews the case now. The order's id is the reorganisation's.
	ReasonReorganisation = "reorganisation"
)

// amendedAtOnce is how many cases one activity works through: three thousand cases are fifteen activities.
const amendedAtOnce = 200

// AmendCases puts a new snapshot into running cases, where it differs: all of them when the table of days off changed, else those
// somebody named. What a case or the register refuses is counted and stays as it was.
func AmendCases(ctx workflow.Context, order contract.AmendInput) (contract.AmendResult, error) {
	var total contract.AmendResult
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Hour, HeartbeatTimeout: 30 * time.Second, RetryPolicy: forever, Summary: amendSummary(order),
	})
	var ids []string
	if err := workflow.ExecuteActivity(ctx, contract.ActivityListCasesToAmend, order).Get(ctx, &ids); err != nil {
		return total, err
	}
	order.CaseIDs = nil // each batch names its own
	for batch := range slices.Chunk(ids, amendedAtOnce) {
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("Đang tính lại hồ sơ: xong %d/%d.", total.Looked, len(ids)))
		var done contract.AmendResult
		if err := workflow.ExecuteActivity(ctx, contract.ActivityAmendCase, batch, order).Get(ctx, &done); err != nil {
			return total, err
		}
		total.Looked += done.Looked
		total.Amended += done.Amended
		total.Refused += done.Refused
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("Đã xem %d hồ sơ: %d hồ sơ tính lại, %d hồ sơ không nhận.", total.Looked, total.Amended, total.Refused))
	return total, nil
}

func amendSummary(order contract.AmendInput) string {
	switch order.Reason {
	case ReasonCalendar:
		return "Tính lại hạn vì bảng ngày nghỉ thay đổi"
	case ReasonSettings:
		return "Tính lại hồ sơ theo thiết lập hiện hành"
	default:
		return "Tính lại hồ sơ theo danh mục hiện hành"
	}
}
