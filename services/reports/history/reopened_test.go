package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// A case that was opened again says on which day, why and by whom, and tells its old acts on the days on which they were done.
func TestACaseThatWasOpenedAgainSaysSo(t *testing.T) {
	reopened := time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC)
	payloads := func(value any) *commonpb.Payloads {
		made, err := converter.GetDefaultDataConverter().ToPayloads(value)
		require.NoError(t, err)
		return made
	}
	input := &casefilev1.CaseInput{CaseId: "DT-01/UBND-12205-2507/2026", UnitId: "UBND-12205-2507", PeriodId: "2026", TitleVi: "Hội nghị đối thoại", Due: &casefilev1.Deadline{Day: "2026-12-31"},
		Reopened: &casefilev1.Reopened{OrderId: "order-1", On: "2026-12-01", Cause: "terminated", ActIds: []string{"act-00000001"}, Fired: []*casefilev1.FiredRung{{RungId: "remind-14"}}}}
	act := func(id string) *historypb.HistoryEvent {
		said := &casefilev1.Act{ActId: id, OfficialId: "CB-AN", At: "2026-11-20T03:00:00Z", Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "Đã gọi điện"}}}
		return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, EventTime: timestamppb.New(reopened.Add(time.Minute)),
			Attributes: &historypb.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes{WorkflowExecutionUpdateAcceptedEventAttributes: &historypb.WorkflowExecutionUpdateAcceptedEventAttributes{
				AcceptedRequest: &updatepb.Request{Meta: &updatepb.Meta{UpdateId: id}, Input: &updatepb.Input{Name: "note", Args: payloads(said)}}}}}
	}
	events := []*historypb.HistoryEvent{
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, EventTime: timestamppb.New(reopened), Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{Input: payloads(input)}}},
		act("act-00000001"), act("act-00000002"),
	}
	for i, event := range events {
		event.EventId = int64(i + 1)
	}
	told := Read(events, converter.GetDefaultDataConverter()).Tell(Words{
		Officials: map[string]Official{"CB-QT": {Name: "Vũ Thị Giang"}}, Reopened: map[string]Reopening{"order-1": {OfficialID: "CB-QT", Words: "dừng nhầm"}},
	})
	require.Len(t, told, 3)
	require.Contains(t, told[0].VI, "Mở lại hồ sơ từ sổ theo dõi ngày 01/12/2026 vì lần chạy của hồ sơ trong Temporal đã bị dừng, theo lệnh của Vũ Thị Giang: dừng nhầm. "+
		"1 việc đã ghi được đưa lại theo thứ tự, kể dưới đây theo ngày đã làm. 1 mức nhắc trước đó không gửi lại. Mở hồ sơ DT-01/UBND-12205-2507/2026")
	require.Equal(t, "2026-11-20T03:00:00Z", told[1].At.UTC().Format(time.RFC3339), "the day on which it was done")
	require.Equal(t, reopened.Add(time.Minute), told[2].At.UTC(), "a new act on its own")
}
