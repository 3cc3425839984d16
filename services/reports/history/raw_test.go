package history_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/converter"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/services/reports/history"
)

func started(t *testing.T, payloads converter.DataConverter, input any) *historypb.HistoryEvent {
	t.Helper()
	args, err := payloads.ToPayloads(input)
	require.NoError(t, err)
	summary, err := payloads.ToPayload("Chờ đến 24/12/2026")
	require.NoError(t, err)
	return &historypb.HistoryEvent{EventId: 1, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, UserMetadata: &sdkpb.UserMetadata{Summary: summary},
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
			Input: args, Identity: "4711@may-chu-3", WorkflowId: "DT-01/U/2026", Header: &commonpb.Header{Fields: map[string]*commonpb.Payload{"authorization": {Data: []byte("Bearer x")}}},
		}}}
}

func TestARawEventIsReadableAndHoldsNoSecret(t *testing.T) {
	text, err := history.Raw(started(t, wire.DataConverter(), &casefilev1.CaseInput{CaseId: "DT-01/U/2026", TitleVi: "Hội nghị <b>đối thoại</b>"}), wire.DataConverter())
	require.NoError(t, err)
	require.Contains(t, text, `"caseId": "DT-01/U/2026"`)
	require.Contains(t, text, "Hội nghị <b>đối thoại</b>", "as it is; the page that shows it escapes")
	require.Contains(t, text, "Chờ đến 24/12/2026")
	for _, never := range []string{"may-chu-3", "Bearer", "authorization"} {
		require.NotContains(t, text, never)
	}
	text, err = history.Raw(started(t, wire.DataConverter(), map[string]any{"link": map[string]any{"Token": "abc123", "api_key": "k"}, "n": 12345678901234567}), wire.DataConverter())
	require.NoError(t, err)
	require.NotContains(t, text, "abc123")
	require.Contains(t, text, `"Token": "(không hiển thị)"`)
	require.Contains(t, text, "12345678901234567", "figures stay as they were written")
}

func TestAPayloadIsDecodedThroughTheCodecAndOtherwiseToldBySize(t *testing.T) {
	packed := wire.DataConverter(converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true}))
	event := started(t, packed, map[string]string{"caseId": "DT-01/U/2026"})
	text, err := history.Raw(event, packed)
	require.NoError(t, err)
	require.Contains(t, text, `"caseId": "DT-01/U/2026"`)
	text, err = history.Raw(event, wire.DataConverter())
	require.NoError(t, err)
	require.Contains(t, text, `"encoding": "binary/zlib"`)
	require.NotContains(t, text, "DT-01/U/2026\"\n      }")
}

func TestAnEventOfAnySizeIsShown(t *testing.T) {
	text, err := history.Raw(started(t, wire.DataConverter(), map[string]string{"a": strings.Repeat("ễ", 100_000)}), wire.DataConverter())
	require.NoError(t, err)
	require.Less(t, len(text), 66_000)
	require.Contains(t, text, "xem đủ trong Temporal")
	text, err = history.Raw(&historypb.HistoryEvent{EventId: 2, EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED}, wire.DataConverter())
	require.NoError(t, err)
	require.Equal(t, "{}", text)
}
