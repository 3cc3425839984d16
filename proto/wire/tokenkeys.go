package wire

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// TokenKey is a key by which one service signs what it says to others (Ed25519, RFC 8032).
type TokenKey struct {
	ID      string // kid of the tokens
	Private ed25519.PrivateKey
}

// PublicTokenKey is what all others know of it.
type PublicTokenKey struct {
	ID, Service string
	Key         ed25519.PublicKey
}

// keyID is what a kid may look like: it stands in a list, in logs and in a manifest.
var keyID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// shortestSecret is how many characters NENEP_SERVICE_KEY has at least.
const shortestSecret = 32

// NewTokenKey makes a key at random, named for its service, the day and itself.
func NewTokenKey(service string, now time.Time) (TokenKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return TokenKey{}, fmt.Errorf("make a key for tokens: %w", err)
	}
	return TokenKey{service + "-" + now.UTC().Format("20060102") + "-" + markOf(public), private}, nil
}

// Public is what others may know, when a service holds the key.
func (k TokenKey) Public(service string) PublicTokenKey {
	return PublicTokenKey{k.ID, service, k.Private.Public().(ed25519.PublicKey)}
}

func markOf(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:3])
}

// DerivedTokenKey is a service's key where none was given: it comes of NENEP_SERVICE_KEY, so whoever holds that holds all of them.
func DerivedTokenKey(secret, service string) (TokenKey, error) {
	seed, err := hkdf.Key(sha256.New, []byte(secret), nil, "nenep service token v1 "+service, ed25519.SeedSize)
	if err != nil {
		return TokenKey{}, fmt.Errorf("derive the key of %s: %w", service, err)
	}
	private := ed25519.NewKeyFromSeed(seed)
	return TokenKey{service + "-derived-" + markOf(private.Public().(ed25519.PublicKey)), private}, nil
}

// DerivedTokenKeys are the public keys of all services where none were given.
func DerivedTokenKeys(secret string) ([]PublicTokenKey, error) {
	var keys []PublicTokenKey
	for _, service := range TokenKeepers() {
		key, err := DerivedTokenKey(secret, service)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key.Public(service))
	}
	return keys, nil
}

// WriteTokenKeys writes keys as NENEP_TOKEN_KEY holds them: kid:seed (Base64), separated by commas; the first one signs.
func WriteTokenKeys(keys []TokenKey) string {
	written := make([]string, len(keys))
	for i, key := range keys {
		written[i] = key.ID + ":" + base64.StdEncoding.EncodeToString(key.Private.Seed())
	}
	return strings.Join(written, ",")
}

// ReadTokenKeys reads what WriteTokenKeys wrote. An error never shows the seed.
func ReadTokenKeys(text string) ([]TokenKey, error) {
	var keys []TokenKey
	for i, entry := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		id, written, _ := strings.Cut(entry, ":")
		if !keyID.MatchString(id) {
			return nil, fmt.Errorf("entry %d is not of the form kid:seed", i+1)
		}
		seed, err := base64.StdEncoding.DecodeString(written)
		if err != nil || len(seed) != ed25519.SeedSize {
			return nil, fmt.Errorf("the seed of %s is not 32 bytes in Base64", id)
		}
		keys = append(keys, TokenKey{id, ed25519.NewKeyFromSeed(seed)})
	}
	return keys, nil
}

// keySet is a JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037); iss is whose key it is.
type keySet struct {
	Keys []webKey `json:"keys"`
}

type webKey struct {
	Type    string `json:"kty"`
	Curve   string `json:"crv"`
	Alg     string `json:"alg"`
	Use     string `json:"use"`
	ID      string `json:"kid"`
	Service string `json:"iss"`
	X       string `json:"x"`
	Private string `json:"d,omitempty"`
}

// WritePublicTokenKeys writes what NENEP_TOKEN_KEYS holds.
func WritePublicTokenKeys(keys []PublicTokenKey) (string, error) {
	set := keySet{Keys: make([]webKey, len(keys))}
	for i, key := range keys {
		set.Keys[i] = webKey{Type: "OKP", Curve: "Ed25519", Alg: "EdDSA", Use: "sig", ID: key.ID, Service: key.Service, X: base64.RawURLEncoding.EncodeToString(key.Key)}
	}
	text, err := json.MarshalIndent(set, "", "  ")
	return string(text) + "\n", err
}

// ReadPublicTokenKeys reads what WritePublicTokenKeys wrote.
func ReadPublicTokenKeys(text string) ([]PublicTokenKey, error) {
	var set keySet
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, errors.New("is no JSON Web Key Set (RFC 7517)")
	}
	var keys []PublicTokenKey
	for i, written := range set.Keys {
		key, err := written.read()
		if err != nil {
			return nil, fmt.Errorf("key %d %w", i+1, err)
		}
		if slices.ContainsFunc(keys, func(k PublicTokenKey) bool { return k.ID == key.ID }) {
			return nil, fmt.Errorf("has two keys named %s", key.ID)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("holds no key")
	}
	return keys, nil
}

func (k webKey) read() (PublicTokenKey, error) {
	x, err := base64.RawURLEncoding.DecodeString(k.X)
	switch {
	case k.Private != "":
		return PublicTokenKey{}, errors.New("is a private one (d): everybody reads this text, so make new keys")
	case k.Type != "OKP" || k.Curve != "Ed25519" || err != nil || len(x) != ed25519.PublicKeySize:
		return PublicTokenKey{}, errors.New("is no Ed25519 key (RFC 8037)")
	case !keyID.MatchString(k.ID):
		return PublicTokenKey{}, errors.New("has no kid")
	case !slices.Contains(TokenKeepers(), k.Service):
		return PublicTokenKey{}, fmt.Errorf("says iss %q, which is no service that calls others (%s)", k.Service, strings.Join(TokenKeepers(), ", "))
	}
	return PublicTokenKey{k.ID, k.Service, x}, nil
}

// known are the public keys of all services by kid.
func (c Config) knownTokenKeys() (map[string]PublicTokenKey, error) {
	keys, err := c.publicTokenKeys()
	if err != nil {
		return nil, err
	}
	known := make(map[string]PublicTokenKey, len(keys))
	for _, key := range keys {
		known[key.ID] = key
	}
	return known, nil
}

func (c Config) publicTokenKeys() ([]PublicTokenKey, error) {
	switch {
	case c.TokenKeys == "" && c.TokenKey != "":
		return nil, errors.New("NENEP_TOKEN_KEYS: must be set where NENEP_TOKEN_KEY is: the public keys of all services")
	case c.TokenKeys == "" && len(c.ServiceKey) < shortestSecret:
		return nil, errShortSecret
	case c.TokenKeys == "":
		return DerivedTokenKeys(c.ServiceKey)
	}
	text := c.TokenKeys
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		content, err := os.ReadFile(text)
		if err != nil {
			return nil, fmt.Errorf("NENEP_TOKEN_KEYS: is neither a JSON Web Key Set nor a file that can be read: %w", err)
		}
		text = string(content)
	}
	keys, err := ReadPublicTokenKeys(text)
	if err != nil {
		return nil, fmt.Errorf("NENEP_TOKEN_KEYS: %w", err)
	}
	return keys, nil
}

var errShortSecret = errors.New("NENEP_SERVICE_KEY: must have at least 32 characters")

// ownTokenKey is the key by which a service signs.
func (c Config) ownTokenKey(service string) (TokenKey, error) {
	if c.TokenKey == "" {
		if len(c.ServiceKey) < shortestSecret {
			return TokenKey{}, errShortSecret
		}
		return DerivedTokenKey(c.ServiceKey, keeperOf(service))
	}
	keys, err := ReadTokenKeys(c.TokenKey)
	if err != nil {
		return TokenKey{}, fmt.Errorf("NENEP_TOKEN_KEY: %w", err)
	}
	if len(keys) == 0 {
		return TokenKey{}, errors.New("NENEP_TOKEN_KEY: holds no key")
	}
	return keys[0], nil
}

// VerifyTokens tells why a role could not call others or be called.
func (c Config) VerifyTokens(service string) error {
	known, err := c.knownTokenKeys()
	if err != nil || !slices.Contains(TokenKeepers(), service) {
		return err
	}
	own, err := c.ownTokenKey(service)
	if err != nil {
		return err
	}
	key, there := known[own.ID]
	if there && key.Service == service && key.Key.Equal(own.Private.Public()) {
		return nil
	}
	if c.TokenKey == "" {
		return fmt.Errorf("NENEP_TOKEN_KEY: must be set for %s, since NENEP_TOKEN_KEYS names keys that do not come of NENEP_SERVICE_KEY", service)
	}
	return fmt.Errorf("NENEP_TOKEN_KEY: its first key, %s, does not stand in NENEP_TOKEN_KEYS as one of %s, so all others would refuse it: give every role the new NENEP_TOKEN_KEYS first", own.ID, service)
}
