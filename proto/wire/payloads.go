package wire

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

const (
	// encodingSealed is what a sealed payload says of itself, and metadataKeyID with which key.
	encodingSealed = "binary/encrypted"
	metadataKeyID  = "encryption-key-id"
	// sealedAs is authenticated beside every payload: one sealed under another id or for another purpose does not open.
	sealedAs = "nenep/temporal-payload/1/"

	payloadKeyBytes = 32
	// writePlain in place of the first key: payloads are written as they are while those already sealed are still read.
	writePlain = "plain"
)

// payloadKeyID bounds the id, so that a summary of 200 bytes still fits into the 400 that Temporal keeps of one when it is sealed.
var payloadKeyID = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

// PayloadError says why a payload cannot be opened.
type PayloadError struct {
	KeyID string // with which it is sealed; empty when it does not say
	text  string
}

// Error is a sentence that says what to do.
func (e *PayloadError) Error() string { return e.text }

func keyMissing(id string) *PayloadError {
	return &PayloadError{id, fmt.Sprintf("the payload is encrypted with the key %q, which NENEP_PAYLOAD_KEYS does not hold: "+
		"put that key (%s:…) behind the first one of the variable for every process that talks to Temporal, and start them anew", id, id)}
}

func payloadDamaged(id string) *PayloadError {
	return &PayloadError{id, fmt.Sprintf("the payload, encrypted with the key %q, is damaged, or NENEP_PAYLOAD_KEYS holds another key under that id: "+
		"put the key that was first called %s back, and restore Temporal's database if that does not help", id, id)}
}

// PayloadCodec seals payloads before they leave for Temporal, whole with their metadata, by AES-256-GCM with a random nonce each, and
// opens them again. A payload that is not sealed passes as it is.
type PayloadCodec struct {
	first string // the key that seals; empty: payloads are written as they are
	ids   []string
	keys  map[string]cipher.AEAD
}

var _ converter.PayloadCodec = (*PayloadCodec)(nil)

// ReadPayloadKeys reads the value of NENEP_PAYLOAD_KEYS and names every fault in it at once, without showing a key. Empty is no key.
func ReadPayloadKeys(list string) (*PayloadCodec, error) {
	codec := &PayloadCodec{keys: map[string]cipher.AEAD{}}
	if strings.TrimSpace(list) == "" {
		return codec, nil
	}
	var faults []error
	for i, entry := range strings.Split(list, ",") {
		entry = strings.TrimSpace(entry)
		if entry == writePlain && i == 0 {
			continue
		}
		id, aead, err := readPayloadKey(entry)
		if err == nil && codec.keys[id] != nil {
			err = fmt.Errorf("the id %q stands twice", id)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("NENEP_PAYLOAD_KEYS: entry %d: %w", i+1, err))
			continue
		}
		if codec.keys[id], codec.ids = aead, append(codec.ids, id); i == 0 {
			codec.first = id
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return codec, nil
}

func readPayloadKey(entry string) (id string, aead cipher.AEAD, err error) {
	id, coded, is := strings.Cut(entry, ":")
	switch {
	case entry == "":
		return "", nil, errors.New("is empty; entries are separated by one comma")
	case !is:
		return "", nil, errors.New("must be id:key, the key 32 bytes in base64; `nenep keys payload` makes one")
	case !payloadKeyID.MatchString(id) || id == writePlain:
		return "", nil, errors.New("the id before the colon must have 1 to 32 of a-z, 0-9, dot, hyphen, underline, begin with a letter or digit, and not be the word plain")
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(coded, "="))
	if err != nil {
		return "", nil, fmt.Errorf("the key %q is not base64", id) // the decoder's own words would quote the key
	}
	if len(key) != payloadKeyBytes {
		return "", nil, fmt.Errorf("the key %q has %d bytes and must have %d; `nenep keys payload` makes one", id, len(key), payloadKeyBytes)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", nil, fmt.Errorf("the key %q cannot be used: %w", id, err)
	}
	aead, err = cipher.NewGCMWithRandomNonce(block)
	return id, aead, err
}

// NewPayloadKey makes an entry for NENEP_PAYLOAD_KEYS.
func NewPayloadKey(id string) (string, error) {
	if !payloadKeyID.MatchString(id) || id == writePlain {
		return "", fmt.Errorf("%q cannot be the id of a key: 1 to 32 of a-z, 0-9, dot, hyphen, underline, beginning with a letter or digit, and not the word plain", id)
	}
	key := make([]byte, payloadKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	return id + ":" + base64.StdEncoding.EncodeToString(key), nil
}

// Seals tells whether payloads are sealed when they are written.
func (c *PayloadCodec) Seals() bool { return c.first != "" }

// First is the id of the key that seals; empty when none does.
func (c *PayloadCodec) First() string { return c.first }

// IDs are the ids of all keys, as the variable lists them.
func (c *PayloadCodec) IDs() []string { return slices.Clone(c.ids) }

// Encode seals.
func (c *PayloadCodec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	if !c.Seals() {
		return payloads, nil
	}
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		plain, err := proto.Marshal(payload)
		if err != nil {
			return payloads, fmt.Errorf("write a payload: %w", err)
		}
		sealed[i] = &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encodingSealed), metadataKeyID: []byte(c.first)},
			Data:     c.keys[c.first].Seal(nil, nil, plain, []byte(sealedAs+c.first)),
		}
	}
	return sealed, nil
}

// Decode opens what is sealed; its error is a *PayloadError.
func (c *PayloadCodec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		var err error
		if opened[i], err = c.open(payload); err != nil {
			return payloads, err
		}
	}
	return opened, nil
}

func (c *PayloadCodec) open(payload *commonpb.Payload) (*commonpb.Payload, error) {
	id, is := SealedWith(payload)
	if !is {
		return payload, nil
	}
	key := c.keys[id]
	if key == nil {
		return nil, keyMissing(id)
	}
	plain, err := key.Open(nil, nil, payload.GetData(), []byte(sealedAs+id))
	if err != nil {
		return nil, payloadDamaged(id)
	}
	opened := &commonpb.Payload{}
	if err := proto.Unmarshal(plain, opened); err != nil {
		return nil, payloadDamaged(id)
	}
	return opened, nil
}

// SealedWith is the id of the key with which a payload is sealed, and whether it is.
func SealedWith(payload *commonpb.Payload) (keyID string, is bool) {
	metadata := payload.GetMetadata()
	return string(metadata[metadataKeyID]), string(metadata[converter.MetadataEncoding]) == encodingSealed
}

// PayloadCodec is the codec of NENEP_PAYLOAD_KEYS.
func (c Config) PayloadCodec() (*PayloadCodec, error) { return ReadPayloadKeys(c.PayloadKeys) }

func (c Config) wrongPayloadKeys() Faults {
	_, err := c.PayloadCodec()
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

// DataConverter is the converter of this process: DataConverter around the codec of NENEP_PAYLOAD_KEYS.
func (c Config) DataConverter() (converter.DataConverter, error) {
	codec, err := c.PayloadCodec()
	if err != nil {
		return nil, err
	}
	return DataConverter(codec), nil
}

// failureConverter seals the words and stacks of failures where payloads are sealed: an error may quote what it was about.
func failureConverter(codec *PayloadCodec) converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: DataConverter(codec), EncodeCommonAttributes: codec.Seals(),
	})
}

// blocking is the converter as workflow code gets it: a payload that cannot be opened stops the workflow task, which Temporal tries again
// until the key is there, where an error would fail the case, which is final, or refuse an act.
type blocking struct{ converter.DataConverter }

// waiting hands out blocking to workflow code and is the plain converter to everybody else.
type waiting struct{ converter.DataConverter }

var _ converter.ContextAware = waiting{}

// WithWorkflowContext is called by the SDK wherever workflow code reads or writes.
func (w waiting) WithWorkflowContext(converter.WorkflowContext) converter.DataConverter {
	return blocking(w)
}

// WithContext is called by the SDK in clients and activities, which may fail and are tried again.
func (w waiting) WithContext(context.Context) converter.DataConverter { return w }

// FromPayload panics where the payload cannot be opened.
func (b blocking) FromPayload(payload *commonpb.Payload, value any) error {
	return blockedBy(b.DataConverter.FromPayload(payload, value))
}

// FromPayloads panics where a payload cannot be opened.
func (b blocking) FromPayloads(payloads *commonpb.Payloads, values ...any) error {
	return blockedBy(b.DataConverter.FromPayloads(payloads, values...))
}

func blockedBy(err error) error {
	var sealed *PayloadError
	if errors.As(err, &sealed) {
		panic(sealed.Error())
	}
	return err
}

// OpenHistory answers a copy of the events in which nothing is sealed, failures included: what is kept for longer than keys are, and what
// replays without any. It fails with a *PayloadError when one payload cannot be opened.
func OpenHistory(events []*historypb.HistoryEvent, payloads converter.DataConverter) ([]*historypb.HistoryEvent, error) {
	whole, _ := proto.Clone(&historypb.History{Events: events}).(*historypb.History)
	if err := openFailures(whole, payloads); err != nil {
		return nil, err
	}
	err := proxy.VisitPayloads(context.Background(), whole, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, found []*commonpb.Payload) ([]*commonpb.Payload, error) {
			opened := make([]*commonpb.Payload, len(found))
			for i, payload := range found {
				var raw converter.RawValue
				if err := payloads.FromPayload(payload, &raw); err != nil {
					return nil, err
				}
				opened[i] = raw.Payload()
			}
			return opened, nil
		},
	})
	return whole.GetEvents(), err
}

// OpenFailures puts the words and stacks of an event's failures back where they stood before they were sealed; those that cannot be opened
// stay as they are.
func OpenFailures(event *historypb.HistoryEvent, payloads converter.DataConverter) error {
	return openFailures(event, payloads)
}

func openFailures(message proto.Message, payloads converter.DataConverter) error {
	return proxy.VisitFailures(context.Background(), message, proxy.VisitFailuresOptions{
		Visitor: func(_ *proxy.VisitFailuresContext, failure *failurepb.Failure) error {
			if opens(failure.GetEncodedAttributes(), payloads) {
				converter.DecodeCommonFailureAttributes(payloads, failure)
				failure.EncodedAttributes = nil
			}
			return nil
		},
	})
}

func opens(payload *commonpb.Payload, payloads converter.DataConverter) bool {
	var raw converter.RawValue
	return payload != nil && payloads.FromPayload(payload, &raw) == nil
}
