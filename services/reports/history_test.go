package reports

import (
	"bytes"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/timestamppb"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func payload(t *testing.T, value any) *commonpb.Payloads {
	payloads, err := wire.DataConverter().ToPayloads(value)
	require.NoError(t, err)
	return payloads
}

// aHistory is a case that was opened, reminded once and written to.
func aHistory(t *testing.T) []*historypb.HistoryEvent {
	at := timestamppb.New(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	return []*historypb.HistoryEvent{
		{EventId: 1, EventTime: at, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{Input: payload(t, dialogueInput())}}},
		{EventId: 2, EventTime: at, EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED},
		{EventId: 3, EventTime: at, EventType: enumspb.EVENT_TYPE_MARKER_RECORDED, Attributes: &historypb.HistoryEvent_MarkerRecordedEventAttributes{
			MarkerRecordedEventAttributes: &historypb.MarkerRecordedEventAttributes{MarkerName: "LocalActivity", Details: map[string]*commonpb.Payloads{
				"data":   payload(t, map[string]string{"ActivityType": contract.ActivityCarryOutRung}),
				"result": payload(t, contract.CarryOutResult{RungID: "remind-14", Day: "2026-12-17", Round: 1, Outcome: "told", OfficialIDs: []string{contact}})}}}},
	}
}

func (h *house) history() *reportsv1.GetHistoryResponse {
	answer, err := h.portal().Register.GetHistory(h.as(supervisor), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: dialogue}))
	require.NoError(h.t, err)
	return answer.Msg
}

func TestTheHistoryIsToldFromTemporalWithTodaysNames(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.events = aHistory(t)
	got := h.history()
	require.False(t, got.GetFromRegister())
	require.EqualValues(t, 3, got.GetEventsTotal())
	require.EqualValues(t, 3, got.GetEventsTold())
	require.Len(t, got.GetEntries(), 2)
	require.Contains(t, got.GetEntries()[0].GetTextVi(), "UBND xã Khoái Châu thực hiện hội nghị trao đổi, đối thoại với Nhân dân kỳ năm 2026, hạn 31/12/2026")
	require.Contains(t, got.GetEntries()[1].GetTextVi(), "gửi Nguyễn Văn An, Chuyên viên Văn phòng HĐND và UBND.")
	require.Equal(t, []int64{3}, got.GetEntries()[1].GetEventIds())
	require.Equal(t, "temporal", got.GetEntries()[0].GetSource())
	require.Equal(t, "http://127.0.0.1:8233/namespaces/nenep/workflows/DT-01%2FUBND-12205-2507%2F2026/"+run+"/history", got.GetTemporalUrl())
}

func TestWhileTemporalIsAwayTheRegisterTellsAndSaysSo(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	_, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	state := openState()
	state.CaseId, state.Sequence, state.State, state.Submission = dialogue, 2, casefilev1.State_STATE_SUBMITTED, 1
	_, err = h.worker().Register.WriteProgress(t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: dialogue, Sequence: 2, What: contract.ProgressSubmitted, State: state, ActId: "act-00000001", At: "2026-12-01T02:00:00Z"}}))
	require.NoError(t, err)
	h.progress(dialogue, 3, contract.ProgressRung, func(*casefilev1.CaseState) {})
	h.temporal.set(func() { h.temporal.away = true })
	got := h.history()
	require.True(t, got.GetFromRegister())
	require.Zero(t, got.GetEventsTotal())
	require.Len(t, got.GetEntries(), 3)
	require.Contains(t, got.GetEntries()[0].GetTextVi(), "Mở hồ sơ "+dialogue)
	require.Equal(t, "Nguyễn Văn An nộp hồ sơ lần 1: 0 minh chứng, 0 số liệu. Ghi kèm: kèm theo.", got.GetEntries()[1].GetTextVi())
	require.Equal(t, "register", got.GetEntries()[1].GetSource())
}

func TestWithoutNamesTheHistoryIsStillTold(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.events = aHistory(t)
	h.unitsDown.set(true)
	answer, err := h.cfg.NewClients("terminal").Register.GetHistory(t.Context(), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Contains(t, answer.Msg.GetEntries()[1].GetTextVi(), contact)
	_, err = h.portal().Register.GetHistory(h.as(supervisor), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: dialogue}))
	refusalOf(t, err, contract.CodeUnavailable) // an official is read nothing while nobody can say what he may read
}

func TestAnExportIsMadeOnceCanBeReplayedAndOutlivesTheRun(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.events = aHistory(t)
	export := func() *reportsv1.ExportHistoryResponse {
		answer, err := h.worker().Register.ExportHistory(t.Context(), connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: dialogue, RunId: run}))
		require.NoError(t, err)
		return answer.Msg
	}
	first := export()
	require.EqualValues(t, 3, first.GetEvents())
	h.temporal.set(func() { h.temporal.events = append(h.temporal.events, &historypb.HistoryEvent{EventId: 4}) })
	require.Equal(t, first.String(), export().String(), "the same run again gets the first answer")

	row, err := h.portal().Register.GetCase(h.as(contact), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Equal(t, first.GetSha256(), row.Msg.GetExportSha256())
	require.True(t, verifyAudit(h).GetWhole())

	text, err := exportText(aHistory(t))
	require.NoError(t, err)
	read, err := client.HistoryFromJSON(bytes.NewReader(text), client.HistoryJSONOptions{})
	require.NoError(t, err)
	require.Len(t, read.GetEvents(), 3)

	h.temporal.set(func() { h.temporal.away = true })
	got := h.history()
	require.False(t, got.GetFromRegister(), "the export holds Temporal's own events")
	require.EqualValues(t, 3, got.GetEventsTold())
	require.Contains(t, got.GetEntries()[1].GetTextVi(), "Nguyễn Văn An")
}

func TestAnExportThatWasTamperedWithIsNotBelieved(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.events = aHistory(t)
	_, err := h.worker().Register.ExportHistory(t.Context(), connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: dialogue}))
	require.NoError(t, err)
	require.NoError(t, h.db.Exec("UPDATE exports SET sha256 = repeat('0', 64)").Error)
	h.temporal.set(func() { h.temporal.away = true })
	require.True(t, h.history().GetFromRegister())
}

func TestAnExportNeedsTemporal(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.set(func() { h.temporal.away = true })
	_, err := h.worker().Register.ExportHistory(t.Context(), connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: dialogue}))
	require.Equal(t, connect.CodeInternal, connect.CodeOf(err), "the workflow tries again")
	_, err = h.portal().Register.ExportHistory(h.as(administrator), connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: dialogue}))
	refusalOf(t, err, contract.CodeForbidden)
}
