package reports

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

var (
	firstKey = "k1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 32)))
	nextKey  = "k2:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("b", 32)))
)

func withKeys(keys string) func(*wire.Config, *Options) {
	return func(cfg *wire.Config, _ *Options) { cfg.PayloadKeys = keys }
}

// sealedBy is the history as a house with the keys would have recorded it, with a task that failed at its end.
func sealedBy(t *testing.T, keys string, events []*historypb.HistoryEvent) []*historypb.HistoryEvent {
	t.Helper()
	cfg := wire.Config{PayloadKeys: keys}
	codec, err := cfg.PayloadCodec()
	require.NoError(t, err)
	options, err := cfg.TemporalOptions(zap.NewNop())
	require.NoError(t, err)
	sealed, _ := proto.Clone(&historypb.History{Events: events}).(*historypb.History)
	require.NoError(t, proxy.VisitPayloads(context.Background(), sealed, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
			return codec.Encode(payloads)
		}}))
	return append(sealed.GetEvents(), &historypb.HistoryEvent{EventId: 4, EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED,
		EventTime: events[0].GetEventTime(), Attributes: &historypb.HistoryEvent_WorkflowTaskFailedEventAttributes{
			WorkflowTaskFailedEventAttributes: &historypb.WorkflowTaskFailedEventAttributes{Failure: options.FailureConverter.ErrorToFailure(errors.New("vì sao việc dừng lại"))}}})
}

func TestASealedHistoryIsToldWholeAndItsEventsAreRead(t *testing.T) {
	plain := newHouse(t)
	plain.openCase()
	plain.temporal.events = aHistory(t)
	h := newHouse(t, withKeys(nextKey+","+firstKey))
	h.openCase()
	h.temporal.events = sealedBy(t, firstKey, aHistory(t))

	told, want := h.history(), plain.history()
	require.Equal(t, told.GetEventsTotal(), told.GetEventsTold())
	require.Len(t, told.GetEntries(), len(want.GetEntries()))
	for i, entry := range want.GetEntries() {
		require.Equal(t, entry.GetTextVi(), told.GetEntries()[i].GetTextVi())
	}
	raw, err := h.raw(&reportsv1.GetRawHistoryRequest{})
	require.NoError(t, err)
	require.Contains(t, raw.GetEvents()[0].GetAttributes(), dialogue)
	require.Contains(t, raw.GetEvents()[2].GetAttributes(), `"rung_id": "remind-14"`)
	require.Contains(t, raw.GetEvents()[3].GetAttributes(), `"message": "vì sao việc dừng lại"`)
	for _, event := range raw.GetEvents() {
		require.NotContains(t, event.GetAttributes(), "binary/encrypted")
	}
}

func TestWithoutTheKeyAHistoryIsPoorerAndSaysWhichKey(t *testing.T) {
	h := newHouse(t, withKeys(nextKey))
	h.openCase()
	h.temporal.events = sealedBy(t, firstKey, aHistory(t))
	told := h.history()
	require.Equal(t, told.GetEventsTotal(), told.GetEventsTold(), "every event is told all the same")
	raw, err := h.raw(&reportsv1.GetRawHistoryRequest{})
	require.NoError(t, err)
	require.Contains(t, raw.GetEvents()[0].GetAttributes(), `"encryptionKeyId": "k1"`)

	_, err = h.worker().Register.ExportHistory(t.Context(), connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: dialogue, RunId: run}))
	require.Equal(t, connect.CodeInternal, connect.CodeOf(err), "what cannot be read is not exported; the workflow tries again")
}

func TestAnExportNeedsNoKey(t *testing.T) {
	h := newHouse(t, withKeys(firstKey))
	h.openCase()
	h.temporal.events = sealedBy(t, firstKey, aHistory(t))
	_, err := h.worker().Register.ExportHistory(t.Context(), connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: dialogue, RunId: run}))
	require.NoError(t, err)
	later := newHouse(t, func(cfg *wire.Config, _ *Options) {
		cfg.DatabaseURL, cfg.EvidenceURL = h.cfg.DatabaseURL, h.cfg.EvidenceURL
	})
	later.temporal.set(func() { later.temporal.away = true })
	told := later.history()
	require.False(t, told.GetFromRegister())
	require.Contains(t, told.GetEntries()[1].GetTextVi(), "Nguyễn Văn An")
}
