package webhook

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

const (
	secretBytes = 32
	// keyUse keeps the key apart from every other that comes of the same secret.
	keyUse = "nenep webhook v1"
)

// Vault seals the secrets of webhooks for the database: AES-256-GCM, a nonce of twelve bytes in front, the webhook's id as bound data.
type Vault struct{ aead cipher.AEAD }

// NewVault derives the key from the service key.
func NewVault(serviceKey string) (Vault, error) {
	key, err := hkdf.Key(sha256.New, []byte(serviceKey), nil, keyUse, 32)
	if err != nil {
		return Vault{}, fmt.Errorf("derive the key of webhooks: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Vault{}, fmt.Errorf("derive the key of webhooks: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	return Vault{aead}, err
}

// NewSecret draws a secret as the specification writes it, and seals it.
func (v Vault) NewSecret(webhookID string) (secret string, sealed []byte, err error) {
	drawn := make([]byte, secretBytes)
	if _, err := rand.Read(drawn); err != nil {
		return "", nil, fmt.Errorf("draw a webhook's secret: %w", err)
	}
	secret = secretPrefix + base64.StdEncoding.EncodeToString(drawn)
	nonce := make([]byte, v.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", nil, fmt.Errorf("seal a webhook's secret: %w", err)
	}
	return secret, v.aead.Seal(nonce, nonce, []byte(secret), []byte(webhookID)), nil
}

// Open answers the secret; sealed for another webhook, or with another key, it does not open.
func (v Vault) Open(webhookID string, sealed []byte) (string, error) {
	if len(sealed) < v.aead.NonceSize() {
		return "", errors.New("a webhook's secret is cut short")
	}
	secret, err := v.aead.Open(nil, sealed[:v.aead.NonceSize()], sealed[v.aead.NonceSize():], []byte(webhookID))
	if err != nil {
		return "", fmt.Errorf("open a webhook's secret (was NENEP_SERVICE_KEY changed? then make a new secret): %w", err)
	}
	return string(secret), nil
}
