package channel

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// What a signature may be taken over.
const (
	overBody      = "body"
	overTimestamp = "timestamp"
	overSecret    = "secret"
	overText      = "="
)

type part struct{ kind, text string }

// signature is how a message is signed or a callback verified.
type signature struct {
	header, prefix           string
	timestamp, timestampPath string
	secret                   []byte
	base64, plain            bool
	over                     []part
}

// digest is the raw signature of a body at a timestamp.
func (s signature) digest(timestamp string, body []byte) []byte {
	sum := sha256.New()
	if !s.plain {
		sum = hmac.New(sha256.New, s.secret)
	}
	for _, p := range s.over {
		switch p.kind {
		case overBody:
			sum.Write(body)
		case overTimestamp:
			sum.Write([]byte(timestamp))
		case overSecret:
			sum.Write(s.secret)
		case overText:
			sum.Write([]byte(p.text))
		}
	}
	return sum.Sum(nil)
}

// sign is the header's value.
func (s signature) sign(timestamp string, body []byte) string {
	raw := s.digest(timestamp, body)
	if s.base64 {
		return s.prefix + base64.StdEncoding.EncodeToString(raw)
	}
	return s.prefix + hex.EncodeToString(raw)
}

// genuine compares in constant time. Hex may come in either case.
func (s signature) genuine(value, timestamp string, body []byte) bool {
	bare, found := strings.CutPrefix(strings.TrimSpace(value), s.prefix)
	if !found || len(s.secret) == 0 {
		return false
	}
	var given []byte
	var err error
	if s.base64 {
		given, err = base64.StdEncoding.DecodeString(bare)
	} else {
		given, err = hex.DecodeString(bare)
	}
	return err == nil && hmac.Equal(given, s.digest(timestamp, body))
}
