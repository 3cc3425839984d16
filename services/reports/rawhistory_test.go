package reports

import (
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func (h *house) raw(request *reportsv1.GetRawHistoryRequest) (*reportsv1.GetRawHistoryResponse, error) {
	request.Id = dialogue
	answer, err := h.portal().Register.GetRawHistory(h.as(supervisor), connect.NewRequest(request))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func TestEveryEventThatASentenceNamesCanBeReadRaw(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.events = aHistory(t)
	got, err := h.raw(&reportsv1.GetRawHistoryRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 3, got.GetTotal())
	require.Len(t, got.GetEvents(), 3)
	require.Equal(t, "WorkflowExecutionStarted", got.GetEvents()[0].GetType())
	require.Equal(t, "2026-11-01T00:00:00Z", got.GetEvents()[0].GetAt())
	require.Contains(t, got.GetEvents()[0].GetAttributes(), dialogue)
	require.Contains(t, got.GetEvents()[2].GetAttributes(), `"rung_id": "remind-14"`)
	require.False(t, got.GetFromExport())
	for _, entry := range h.history().GetEntries() {
		for _, id := range entry.GetEventIds() {
			from, err := h.raw(&reportsv1.GetRawHistoryRequest{FromEvent: id, Limit: 1})
			require.NoError(t, err)
			require.Equal(t, id, from.GetEvents()[0].GetId())
		}
	}
}

func TestRawEventsOutliveTheRunInTheExport(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.events = aHistory(t)
	fromTemporal, err := h.raw(&reportsv1.GetRawHistoryRequest{})
	require.NoError(t, err)
	_, err = h.worker().Register.ExportHistory(t.Context(), connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: dialogue, RunId: run}))
	require.NoError(t, err)
	h.temporal.set(func() { h.temporal.away = true })
	got, err := h.raw(&reportsv1.GetRawHistoryRequest{})
	require.NoError(t, err)
	require.True(t, got.GetFromExport())
	require.Equal(t, fromTemporal.GetEvents()[2].GetAttributes(), got.GetEvents()[2].GetAttributes())
}

func TestWithoutTemporalAndExportThereAreNoRawEvents(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.set(func() { h.temporal.away = true })
	_, err := h.raw(&reportsv1.GetRawHistoryRequest{})
	require.Contains(t, refusalOf(t, err, contract.CodeUnavailable).GetTextVi(), "Lịch sử gốc trong Temporal chưa trả lời.")
}

func TestRawEventsComeByPagesThatStaySmall(t *testing.T) {
	var events []*historypb.HistoryEvent
	for i := range 300 {
		events = append(events, &historypb.HistoryEvent{EventId: int64(i + 1), EventTime: timestamppb.Now(), EventType: enumspb.EVENT_TYPE_TIMER_FIRED,
			Attributes: &historypb.HistoryEvent_TimerFiredEventAttributes{TimerFiredEventAttributes: &historypb.TimerFiredEventAttributes{TimerId: strings.Repeat("x", 1+i/298*100_000)}}})
	}
	for _, page := range []struct {
		from  int64
		limit int32
		first int64
		count int
	}{{0, 0, 1, usualEvents}, {51, 20, 51, 20}, {1, 10_000, 1, mostEvents}, {290, 50, 290, 10}, {300, 50, 300, 1}, {301, 50, 0, 0}, {-5, -5, 1, usualEvents}} {
		got, err := rawEvents(events, wire.DataConverter(), page.from, page.limit)
		require.NoError(t, err)
		require.Len(t, got, page.count, "%v", page.from)
		if page.count > 0 {
			require.Equal(t, page.first, got[0].GetId())
		}
	}
}
