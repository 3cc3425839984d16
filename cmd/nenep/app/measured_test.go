package app

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Of several certificates in a file the first to end is the one an alert must know.
func TestTheCertificateThatEndsFirstIsTold(t *testing.T) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	soon, later := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	var file []byte
	for i, ends := range []time.Time{later, soon} {
		template := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 1)), NotBefore: soon.AddDate(-1, 0, 0), NotAfter: ends}
		certificate, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
		require.NoError(t, err)
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})...)
	}
	path := filepath.Join(t.TempDir(), "chain.pem")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	ends, found := firstToEnd(path)
	require.True(t, found)
	require.Equal(t, soon, ends)
	_, found = firstToEnd(filepath.Join(t.TempDir(), "away.pem"))
	require.False(t, found, "what is not there is not told, and hides nothing else")
	_, found = firstToEnd("")
	require.False(t, found)
}
