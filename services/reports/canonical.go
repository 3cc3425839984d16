package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// canonical is ProtoJSON in the one spelling that equal messages share: keys sorted, no spaces.
// protojson itself varies its spaces between builds, so that nobody hashes it by mistake.
func canonical(message proto.Message) ([]byte, error) {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("write %s as JSON: %w", message.ProtoReflect().Descriptor().FullName(), err)
	}
	return canonicalJSON(text)
}

// canonicalJSON is any JSON with its keys sorted and its spaces gone. PostgreSQL's jsonb keeps
// neither order nor spaces, so what is hashed is always brought to this form.
func canonicalJSON(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return json.Marshal(value)
}

// contentHash is the fingerprint of what a message says.
func contentHash(message proto.Message) ([]byte, error) {
	text, err := canonical(message)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// readStored reads a message out of a jsonb column. Fields of a newer release are passed over.
func readStored(text string, into proto.Message) error {
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("read stored %s: %w", into.ProtoReflect().Descriptor().FullName(), err)
	}
	return nil
}
