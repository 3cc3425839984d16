package everycall

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

// stranger is a caller whom no table may let in.
type stranger struct {
	show func(listener string) connect.Interceptor
	code connect.Code
}

// strangers show no token, or one that is not good for the call: old, of another time, for another service, of another's key, of nobody's
// key, changed, signed in another way or not at all, of a service that calls nobody or not in that name.
func strangers(t *testing.T, cfg wire.Config) map[string]stranger {
	t.Helper()
	now := time.Now()
	portal := kidOf(t, cfg, "portal")
	elsewhere := wire.Config{ServiceKey: strings.Repeat("another house ", 3)}
	out := connect.CodeUnauthenticated
	return map[string]stranger{
		"no token":                    {nil, out},
		"no token but a word":         {saying(func(string) (string, error) { return "let me in", nil }), out},
		"a token of yesterday":        {saying(func(l string) (string, error) { return cfg.Speaker("portal").Sign(l, "", now.AddDate(0, 0, -1)) }), out},
		"a token of tomorrow":         {saying(func(l string) (string, error) { return cfg.Speaker("portal").Sign(l, "", now.AddDate(0, 0, 1)) }), out},
		"a token for another":         {saying(func(l string) (string, error) { return cfg.Speaker("portal").Sign(another(l), "", now) }), out},
		"another house":               {saying(func(l string) (string, error) { return elsewhere.Speaker("portal").Sign(l, "", now) }), out},
		"another service's key":       {forged(jwt.SigningMethodEdDSA, keyOf(t, cfg, "worker"), kidOf(t, cfg, "worker"), "portal", now), out},
		"another's key and kid":       {forged(jwt.SigningMethodEdDSA, keyOf(t, cfg, "worker"), portal, "portal", now), out},
		"a key of nobody":             {forged(jwt.SigningMethodEdDSA, made(t), "portal-20260101-abcdef", "portal", now), out},
		"no kid":                      {forged(jwt.SigningMethodEdDSA, keyOf(t, cfg, "portal"), "", "portal", now), out},
		"no signature":                {forged(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, portal, "portal", now), out},
		"the public key as secret":    {forged(jwt.SigningMethodHS256, []byte(keyOf(t, cfg, "portal").Public().(ed25519.PublicKey)), portal, "portal", now), out},
		"the key of all as secret":    {forged(jwt.SigningMethodHS256, []byte(cfg.ServiceKey), portal, "portal", now), out},
		"a token of a year":           {lasting(keyOf(t, cfg, "portal"), portal, now), out},
		"a service without a key":     {saying(func(l string) (string, error) { return cfg.Speaker("units").Sign(l, "", now) }), out},
		"the terminal as an official": {saying(func(l string) (string, error) { return cfg.Speaker("terminal").Sign(l, "CB-AN", now) }), connect.CodePermissionDenied},
		"the gateway in its own name": {saying(func(l string) (string, error) { return cfg.Speaker("gateway").Sign(l, "", now) }), connect.CodePermissionDenied},
	}
}

func saying(sign func(listener string) (string, error)) func(string) connect.Interceptor {
	return func(listener string) connect.Interceptor {
		return wire.ShowTokens(func(context.Context) (string, error) { return sign(listener) })
	}
}

func another(listener string) string {
	return map[string]string{"units": "reports", "reports": "notifications", "notifications": "units"}[listener]
}

func forged(method jwt.SigningMethod, key any, kid, issuer string, now time.Time) func(string) connect.Interceptor {
	return saying(func(listener string) (string, error) {
		token := jwt.NewWithClaims(method, jwt.MapClaims{"iss": issuer, "aud": listener, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
		if kid != "" {
			token.Header["kid"] = kid
		}
		return token.SignedString(key)
	})
}

func lasting(key ed25519.PrivateKey, kid string, now time.Time) func(string) connect.Interceptor {
	return saying(func(listener string) (string, error) {
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iss": "portal", "aud": listener, "iat": now.Unix(), "exp": now.AddDate(1, 0, 0).Unix()})
		token.Header["kid"] = kid
		return token.SignedString(key)
	})
}

func made(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return private
}

// keyOf is the key that a service of a house without keys of its own derives.
func keyOf(t *testing.T, cfg wire.Config, service string) ed25519.PrivateKey {
	t.Helper()
	seed, err := hkdf.Key(sha256.New, []byte(cfg.ServiceKey), nil, "nenep service token v1 "+service, ed25519.SeedSize)
	require.NoError(t, err)
	return ed25519.NewKeyFromSeed(seed)
}

func kidOf(t *testing.T, cfg wire.Config, service string) string {
	t.Helper()
	signed, err := cfg.Speaker(service).Sign("units", "", time.Now())
	require.NoError(t, err)
	token, _, err := jwt.NewParser().ParseUnverified(signed, jwt.MapClaims{})
	require.NoError(t, err)
	return token.Header["kid"].(string)
}
