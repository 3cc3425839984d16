package history

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"nenep/proto/wire"
)

const (
	// mostRaw bounds the text of one event, in bytes; what is longer is cut and says so.
	mostRaw = 64 << 10
	// deepestRaw bounds how deep payloads within payloads are decoded.
	deepestRaw = 40
)

// machineFields identify processes and requests and tell nothing about a case.
var machineFields = map[string]bool{"identity": true, "header": true, "requestId": true, "workerVersion": true, "sdkMetadata": true, "taskToken": true}

// secretName is what a field is called that nobody reads in a history, wherever it came from.
var secretName = regexp.MustCompile(`(?i)token|secret|passw|credential|authorization|api_?key|private_?key|cookie`)

const hidden = "(không hiển thị)"

// Raw is what an event carries as JSON a person can read: payloads decoded, fields that identify processes left out, and whatever is named
// like a secret hidden. A payload that cannot be decoded is told by its encoding and size, and by its key where it is encrypted.
func Raw(event *historypb.HistoryEvent, payloads converter.DataConverter) (string, error) {
	event, _ = proto.Clone(event).(*historypb.HistoryEvent)
	if err := wire.OpenFailures(event, payloads); err != nil {
		return "", fmt.Errorf("read the failures of event %d: %w", event.GetEventId(), err)
	}
	text, err := protojson.MarshalOptions{UseProtoNames: false}.Marshal(event)
	if err != nil {
		return "", fmt.Errorf("write event %d as JSON: %w", event.GetEventId(), err)
	}
	var whole map[string]any
	if err := decodeJSON(text, &whole); err != nil {
		return "", fmt.Errorf("read event %d as JSON: %w", event.GetEventId(), err)
	}
	told := map[string]any{}
	for name, value := range whole {
		if attributes, is := value.(map[string]any); is && strings.HasSuffix(name, "EventAttributes") {
			told, _ = readable(attributes, payloads, 0).(map[string]any)
		}
	}
	if summary, is := whole["userMetadata"]; is {
		told["userMetadata"] = readable(summary, payloads, 0)
	}
	var out bytes.Buffer
	writer := json.NewEncoder(&out)
	writer.SetEscapeHTML(false)
	writer.SetIndent("", "  ")
	if err := writer.Encode(told); err != nil {
		return "", fmt.Errorf("write event %d: %w", event.GetEventId(), err)
	}
	return cut(strings.TrimSpace(out.String())), nil
}

func decodeJSON(text []byte, into any) error {
	reader := json.NewDecoder(bytes.NewReader(text))
	reader.UseNumber() // figures stay as they were written
	return reader.Decode(into)
}

func cut(text string) string {
	if len(text) <= mostRaw {
		return text
	}
	return strings.ToValidUTF8(text[:mostRaw], "") + fmt.Sprintf("\n… (còn %d byte; xem đủ trong Temporal)", len(text)-mostRaw)
}

func readable(value any, payloads converter.DataConverter, depth int) any {
	if depth > deepestRaw {
		return hidden
	}
	switch kind := value.(type) {
	case map[string]any:
		if payload := payloadOf(kind); payload != nil {
			return decoded(payload, payloads, depth)
		}
		clean := map[string]any{}
		for name, inner := range kind {
			switch {
			case machineFields[name]:
			case secretName.MatchString(name):
				clean[name] = hidden
			default:
				clean[name] = readable(inner, payloads, depth+1)
			}
		}
		return clean
	case []any:
		for i := range kind {
			kind[i] = readable(kind[i], payloads, depth+1)
		}
		return kind
	default:
		return value
	}
}

// payloadOf is the payload that a piece of JSON is; nil when it is none.
func payloadOf(piece map[string]any) *commonpb.Payload {
	metadata, is := piece["metadata"].(map[string]any)
	encoding, named := metadata["encoding"].(string)
	if !is || !named {
		return nil
	}
	for name := range piece {
		if name != "metadata" && name != "data" && name != "externalPayloads" {
			return nil
		}
	}
	payload := &commonpb.Payload{Metadata: map[string][]byte{}}
	for name, text := range metadata {
		coded, _ := text.(string)
		bytes, err := base64.StdEncoding.DecodeString(coded)
		if err != nil {
			return nil
		}
		payload.Metadata[name] = bytes
	}
	data, _ := piece["data"].(string)
	bytes, err := base64.StdEncoding.DecodeString(data)
	if err != nil || encoding == "" {
		return nil
	}
	payload.Data = bytes
	return payload
}

func decoded(payload *commonpb.Payload, payloads converter.DataConverter, depth int) any {
	var opened converter.RawValue
	if payloads.FromPayload(payload, &opened) == nil {
		payload = opened.Payload()
	}
	encoding := string(payload.GetMetadata()[converter.MetadataEncoding])
	if encoding == converter.MetadataEncodingNil {
		return nil
	}
	var value any
	if text := payloads.ToString(payload); decodeJSON([]byte(text), &value) == nil {
		return readable(value, payloads, depth+1)
	}
	told := map[string]any{"encoding": encoding, "bytes": len(payload.GetData())}
	if key, is := wire.SealedWith(payload); is {
		told["encryptionKeyId"] = key
	}
	return told
}
