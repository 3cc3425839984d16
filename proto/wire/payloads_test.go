package wire_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// key is an entry whose key is one letter 32 times.
func key(id, letter string) string {
	return id + ":" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

var (
	former, latter = key("k1", "a"), key("k2", "b")
	input          = &casefilev1.CaseInput{CaseId: "DT-01/UBND-12205-2507/2026", TitleVi: "Hội nghị trao đổi, đối thoại"}
)

func convert(t *testing.T, keys string) converter.DataConverter {
	t.Helper()
	payloads, err := wire.Config{PayloadKeys: keys}.DataConverter()
	require.NoError(t, err)
	return payloads
}

func seal(t *testing.T, keys string, value any) *commonpb.Payload {
	t.Helper()
	payload, err := convert(t, keys).ToPayload(value)
	require.NoError(t, err)
	return payload
}

func TestAPayloadIsSealedWholeAndOpenedAgain(t *testing.T) {
	for name, value := range map[string]any{"a message": input, "a struct": map[string]string{"words": "Ông Nguyễn Văn An"}, "nothing": nil, "empty words": "", "bytes": []byte{0, 1, 2}} {
		plain, err := wire.DataConverter().ToPayload(value)
		require.NoError(t, err, name)
		sealed := seal(t, former, value)
		require.Equal(t, map[string][]byte{"encoding": []byte("binary/encrypted"), "encryption-key-id": []byte("k1")}, sealed.GetMetadata(), "%s: nothing else is told", name)
		if len(plain.GetData()) > 4 {
			require.NotContains(t, string(sealed.GetData()), string(plain.GetData()), name)
		}
		for encoding := range map[string]bool{string(plain.GetMetadata()["encoding"]): true, "casefile": true} {
			require.NotContains(t, string(sealed.GetData()), encoding, "%s: how it is written is sealed as well", name)
		}
		var raw converter.RawValue
		require.NoError(t, convert(t, former).FromPayload(sealed, &raw), name)
		require.True(t, proto.Equal(plain, raw.Payload()), name)
	}
	read := &casefilev1.CaseInput{}
	require.NoError(t, convert(t, former).FromPayload(seal(t, former, input), read))
	require.True(t, proto.Equal(input, read))
}

func TestTheSameSealedTwiceLooksDifferent(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		data := string(seal(t, former, input).GetData())
		require.False(t, seen[data])
		seen[data] = true
	}
}

func TestKeysAreRotated(t *testing.T) {
	for name, step := range map[string]struct {
		written, read string
		sealedWith    string
		opens         bool
	}{
		"one key":                              {former, former, "k1", true},
		"the new one behind, on some":          {former, former + "," + latter, "k1", true},
		"the new one in front, on some":        {latter + "," + former, former + "," + latter, "k2", true},
		"old cases by the new list":            {former, latter + "," + former, "k1", true},
		"the old one let go too early":         {former, latter, "k1", false},
		"read before the new one was there":    {latter + "," + former, former, "k2", false},
		"turned on: readers first":             {"", "plain," + former, "", true},
		"turned on: old payloads are plain":    {"", former, "", true},
		"written plain by one that could seal": {"plain," + former, "", "", true},
		"turned off: what is sealed is read":   {former, "plain," + former, "k1", true},
		"turned off too early":                 {former, "", "k1", false},
		"with blanks and a line's end":         {former + " , " + latter + "\n", former, "k1", true},
	} {
		payload := seal(t, step.written, input)
		id, is := wire.SealedWith(payload)
		require.Equal(t, step.sealedWith, id, name)
		require.Equal(t, step.sealedWith != "", is, name)
		read := &casefilev1.CaseInput{}
		err := convert(t, step.read).FromPayload(payload, read)
		if step.opens {
			require.NoError(t, err, name)
			require.True(t, proto.Equal(input, read), name)
			continue
		}
		var sealed *wire.PayloadError
		require.ErrorAs(t, err, &sealed, name)
		require.Equal(t, step.sealedWith, sealed.KeyID, name)
		require.Contains(t, err.Error(), `"`+step.sealedWith+`"`, name)
		require.Contains(t, err.Error(), "put that key ("+step.sealedWith+":…) behind the first one", name)
	}
}

func TestWhatWasTouchedDoesNotOpen(t *testing.T) {
	whole := seal(t, former, input)
	codec, err := wire.ReadPayloadKeys(former + "," + latter)
	require.NoError(t, err)
	refused := func(what string, change func(*commonpb.Payload)) {
		touched, _ := proto.Clone(whole).(*commonpb.Payload)
		change(touched)
		_, err := codec.Decode([]*commonpb.Payload{touched})
		var sealed *wire.PayloadError
		require.ErrorAs(t, err, &sealed, what)
		require.NotContains(t, err.Error(), "Hội nghị")
	}
	for i := range whole.GetData() {
		refused("a flipped byte", func(p *commonpb.Payload) { p.Data[i] ^= 1 })
		refused("cut off", func(p *commonpb.Payload) { p.Data = p.Data[:i] })
	}
	refused("nothing left", func(p *commonpb.Payload) { p.Data = nil })
	refused("a byte more", func(p *commonpb.Payload) { p.Data = append(p.Data, 0) })
	refused("said to be of the other key", func(p *commonpb.Payload) { p.Metadata["encryption-key-id"] = []byte("k2") })
	refused("of no key", func(p *commonpb.Payload) { delete(p.Metadata, "encryption-key-id") })

	other, err := wire.ReadPayloadKeys(key("k1", "z"))
	require.NoError(t, err)
	_, err = other.Decode([]*commonpb.Payload{whole})
	require.ErrorContains(t, err, "another key under that id")

	renamed, err := wire.ReadPayloadKeys(key("k9", "a"))
	require.NoError(t, err)
	moved, _ := proto.Clone(whole).(*commonpb.Payload)
	moved.Metadata["encryption-key-id"] = []byte("k9")
	_, err = renamed.Decode([]*commonpb.Payload{moved})
	require.Error(t, err, "the id is authenticated: the same key under another name does not open it")
}

func TestAPlainPayloadIsLeftAlone(t *testing.T) {
	codec, err := wire.ReadPayloadKeys(former)
	require.NoError(t, err)
	for _, plain := range []*commonpb.Payload{
		{}, {Data: []byte("x")}, {Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"words"`)},
		{Metadata: map[string][]byte{"encoding": []byte("binary/zlib"), "encryption-key-id": []byte("k1")}, Data: []byte("z")},
	} {
		opened, err := codec.Decode([]*commonpb.Payload{plain})
		require.NoError(t, err)
		require.Same(t, plain, opened[0])
	}
	none, err := codec.Decode(nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestFaultsOfTheKeysAreNamedAtOnceAndShowNoKey(t *testing.T) {
	short := base64.StdEncoding.EncodeToString([]byte("too-short-and-secret"))
	list := strings.Join([]string{latter, "K1:" + short, "k3:" + short, "k4:!" + short, "", latter, short, "plain", "k5"}, ",")
	cfg := wire.Config{PayloadKeys: list, ServiceKey: strings.Repeat("k", 32), DatabaseURL: "postgres://x", SMTPTLS: "none"}
	err := cfg.VerifyService()
	require.Error(t, err)
	for _, wanted := range []string{"entry 2: the id before", `entry 3: the key "k3" has 20 bytes and must have 32`, `entry 4: the key "k4" is not base64`, "entry 5: is empty",
		`entry 6: the id "k2" stands twice`, "entry 7: must be id:key", "entry 8: must be id:key", "entry 9: must be id:key"} {
		require.Contains(t, err.Error(), wanted)
	}
	require.NotContains(t, err.Error(), short[:8])
	for _, role := range []string{"units", "reports", "portal", "worker", "migrate"} {
		require.ErrorContains(t, cfg.Verify(role), `NENEP_PAYLOAD_KEYS: entry 3: the key "k3" has 20 bytes`, role)
	}
	_, err = cfg.TemporalOptions(zap.NewNop())
	require.ErrorContains(t, err, "NENEP_PAYLOAD_KEYS", "a worker names them at start as well")
	for _, good := range []string{"", "  ", former, former + "," + latter, "plain," + former, "plain", strings.TrimRight(former, "=")} {
		_, err := wire.ReadPayloadKeys(good)
		require.NoError(t, err, good)
	}
	for _, setting := range (wire.Config{PayloadKeys: former}).Settings() {
		require.NotContains(t, setting.Value, former[3:], "listed as set, never shown")
	}
}

func TestANewKeyFits(t *testing.T) {
	first, err := wire.NewPayloadKey("2026-11")
	require.NoError(t, err)
	second, err := wire.NewPayloadKey("2026-12")
	require.NoError(t, err)
	codec, err := wire.ReadPayloadKeys(second + "," + first)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-12", "2026-11"}, codec.IDs())
	require.Equal(t, "2026-12", codec.First())
	for _, id := range []string{"", "plain", "Key", "a:b", strings.Repeat("x", 33)} {
		_, err := wire.NewPayloadKey(id)
		require.Error(t, err, id)
	}
}

// A sealed summary must stay below what Temporal keeps of one, with the longest id.
func TestASealedSummaryFitsIntoWhatTemporalKeeps(t *testing.T) {
	const mostSummary, mostKept = 200, 400
	payload := seal(t, key(strings.Repeat("k", 32), "a"), strings.Repeat("x", mostSummary))
	require.LessOrEqual(t, proto.Size(payload), mostKept)
}

func TestFailuresAreSealedWithTheirStacksAndReadBack(t *testing.T) {
	options, err := wire.Config{PayloadKeys: former}.TemporalOptions(zap.NewNop())
	require.NoError(t, err)
	cause := temporal.NewApplicationError("Bà Trần Thị Bình chưa ký", "invalid", "chi tiết")
	failure := options.FailureConverter.ErrorToFailure(errors.Join(errors.New("ghi hồ sơ"), cause))
	for _, failure := range []*failurepb.Failure{failure, options.FailureConverter.ErrorToFailure(cause)} {
		written, err := proto.Marshal(failure)
		require.NoError(t, err)
		for _, words := range []string{"Trần Thị Bình", "chi tiết", "ghi hồ sơ"} {
			require.NotContains(t, string(written), words)
		}
	}
	require.Equal(t, "invalid", options.FailureConverter.ErrorToFailure(cause).GetApplicationFailureInfo().GetType(), "the code stays: it is one of a few")
	read := options.FailureConverter.FailureToError(options.FailureConverter.ErrorToFailure(cause))
	require.ErrorContains(t, read, "Bà Trần Thị Bình chưa ký")

	plain, err := wire.Config{}.TemporalOptions(zap.NewNop())
	require.NoError(t, err)
	require.Equal(t, "Bà Trần Thị Bình chưa ký", plain.FailureConverter.ErrorToFailure(cause).GetMessage())
	require.ErrorContains(t, options.FailureConverter.FailureToError(plain.FailureConverter.ErrorToFailure(cause)), "chưa ký", "failures of before are read")
}

func TestAHistoryIsOpenedWholeAndOnlyWhole(t *testing.T) {
	payloads := convert(t, former)
	options, err := wire.Config{PayloadKeys: former}.TemporalOptions(zap.NewNop())
	require.NoError(t, err)
	args, err := payloads.ToPayloads(input)
	require.NoError(t, err)
	events := []*historypb.HistoryEvent{
		{EventId: 1, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, UserMetadata: &sdkpb.UserMetadata{Summary: seal(t, former, "Hội nghị của xã")},
			Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{Input: args,
				SearchAttributes: &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{"NenepUnit": seal(t, "", "UBND-1")}}}}},
		{EventId: 2, EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED, Attributes: &historypb.HistoryEvent_WorkflowTaskFailedEventAttributes{
			WorkflowTaskFailedEventAttributes: &historypb.WorkflowTaskFailedEventAttributes{Failure: options.FailureConverter.ErrorToFailure(errors.New("vì sao"))}}},
	}
	before, err := proto.Marshal(&historypb.History{Events: events})
	require.NoError(t, err)
	opened, err := wire.OpenHistory(events, payloads)
	require.NoError(t, err)
	text, err := proto.Marshal(&historypb.History{Events: opened})
	require.NoError(t, err)
	for _, words := range []string{"Hội nghị của xã", "Hội nghị trao đổi", "vì sao", "UBND-1"} {
		require.True(t, bytes.Contains(text, []byte(words)), words)
	}
	require.NotContains(t, string(text), "binary/encrypted")
	require.Nil(t, opened[1].GetWorkflowTaskFailedEventAttributes().GetFailure().GetEncodedAttributes())
	after, err := proto.Marshal(&historypb.History{Events: events})
	require.NoError(t, err)
	require.Len(t, after, len(before), "what was given stays as it was")

	again, err := wire.OpenHistory(opened, wire.DataConverter())
	require.NoError(t, err)
	require.True(t, proto.Equal(&historypb.History{Events: opened}, &historypb.History{Events: again}))
	_, err = wire.OpenHistory(events, convert(t, latter))
	require.ErrorContains(t, err, `"k1"`)
}

// A worker that lacks a key must not end a case by it: its task fails and is tried again.
func TestWithoutItsKeyAHistoryIsNotFailedButStopped(t *testing.T) {
	args, err := convert(t, former).ToPayloads(input)
	require.NoError(t, err)
	history := &historypb.History{Events: []*historypb.HistoryEvent{
		{EventId: 1, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
				WorkflowType: &commonpb.WorkflowType{Name: "Case"}, TaskQueue: &taskqueuepb.TaskQueue{Name: "cases"}, Input: args}}},
		{EventId: 2, EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, Attributes: &historypb.HistoryEvent_WorkflowTaskScheduledEventAttributes{
			WorkflowTaskScheduledEventAttributes: &historypb.WorkflowTaskScheduledEventAttributes{}}},
		{EventId: 3, EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, Attributes: &historypb.HistoryEvent_WorkflowTaskStartedEventAttributes{
			WorkflowTaskStartedEventAttributes: &historypb.WorkflowTaskStartedEventAttributes{ScheduledEventId: 2}}},
		{EventId: 4, EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowTaskCompletedEventAttributes{
			WorkflowTaskCompletedEventAttributes: &historypb.WorkflowTaskCompletedEventAttributes{ScheduledEventId: 2, StartedEventId: 3}}},
		{EventId: 5, EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowExecutionCompletedEventAttributes{
			WorkflowExecutionCompletedEventAttributes: &historypb.WorkflowExecutionCompletedEventAttributes{WorkflowTaskCompletedEventId: 4}}},
	}}
	for keys, good := range map[string]bool{former: true, latter + "," + former: true, latter: false} {
		replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DataConverter: convert(t, keys)})
		require.NoError(t, err)
		replayer.RegisterWorkflowWithOptions(func(workflow.Context, *casefilev1.CaseInput) error { return nil }, workflow.RegisterOptions{Name: "Case"})
		err = replayer.ReplayWorkflowHistory(wire.NewTemporalLogger(zap.NewNop()), history)
		if good {
			require.NoError(t, err)
			continue
		}
		require.NotContains(t, err.Error(), "function input payload", "an error out of the converter would be the end of the case")
		require.ErrorContains(t, err, `"k1"`)
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	for name, keys := range map[string]string{"plain": "", "sealed": former} {
		payloads, err := wire.Config{PayloadKeys: keys}.DataConverter()
		require.NoError(b, err)
		for size, words := range map[string]int{"1 kB": 1 << 10, "20 kB": 20 << 10} {
			message := &casefilev1.CaseInput{CaseId: "DT-01/UBND-12205-2507/2026", TitleVi: strings.Repeat("x", words)}
			b.Run(name+" "+size, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					payload, err := payloads.ToPayload(message)
					if err != nil {
						b.Fatal(err)
					}
					if err := payloads.FromPayload(payload, &casefilev1.CaseInput{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
