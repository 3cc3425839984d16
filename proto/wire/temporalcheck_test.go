package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

// checked asks a Temporal as the roles do.
func checked(t *testing.T, cfg Config) string {
	t.Helper()
	connection, err := cfg.DialTemporal(t.Context(), zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	check := cfg.CheckTemporal(func() (client.Client, error) { return connection, nil })
	check.patient = 300 * time.Millisecond
	err = check.Check(t.Context())
	require.Error(t, err)
	return err.Error()
}

// speaking is a server of gRPC that knows no call.
func speaking(t *testing.T, options ...grpc.ServerOption) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(options...)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

func TestATemporalThatIsNotReachedIsToldByItsCause(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	require.Contains(t, checked(t, Config{TemporalAddr: closed.Addr().String(), TemporalNamespace: "nenep"}), "does not run: nothing listens there (NENEP_TEMPORAL_ADDR)")
	require.Contains(t, checked(t, Config{TemporalAddr: "temporal.invalid:7233", TemporalNamespace: "nenep"}), "has no address: the name is not known")
	require.Contains(t, checked(t, Config{TemporalAddr: speaking(t), TemporalNamespace: "nenep"}), "does not answer as it should", "something else that speaks gRPC")
	stranger := speaking(t, grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
		return status.Error(codes.Unauthenticated, "Request unauthorized.")
	}))
	require.Contains(t, checked(t, Config{TemporalAddr: stranger, TemporalNamespace: "nenep"}), "refuses this client: NENEP_TEMPORAL_API_KEY")
}

func TestTLSThatDoesNotFitIsToldByItsCause(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	server := ours.certificate(t, "127.0.0.1")
	encrypted := speaking(t, grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{server}, MinVersion: tls.VersionTLS12})))
	mutual := speaking(t, grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool(), MinVersion: tls.VersionTLS12,
	})))
	otherName := speaking(t, grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{ours.certificate(t, "10.1.2.3")}, MinVersion: tls.VersionTLS12})))

	require.Contains(t, checked(t, Config{TemporalAddr: encrypted}), "it wants TLS")
	require.Contains(t, checked(t, Config{TemporalAddr: speaking(t), TemporalTLSCA: ours.file}), "answers without TLS: unset NENEP_TEMPORAL_TLS_CERT")
	require.Contains(t, checked(t, Config{TemporalAddr: encrypted, TemporalTLSCA: theirs.file}), "an authority that is not known: set NENEP_TEMPORAL_TLS_CA")
	require.Contains(t, checked(t, Config{TemporalAddr: otherName, TemporalTLSCA: ours.file}), "shows a certificate for another name")
	require.Contains(t, checked(t, Config{TemporalAddr: mutual, TemporalTLSCA: ours.file}), "does not take this client's certificate (NENEP_TEMPORAL_TLS_CERT, NENEP_TEMPORAL_TLS_KEY)")
}

func TestSearchAttributesAreNamedThatAreMissingOrOfAnotherType(t *testing.T) {
	have := SearchAttributes()
	require.NoError(t, AttributesFault("nenep", have))
	delete(have, "NenepUnit")
	for name := range have {
		if have[name] == enumspb.INDEXED_VALUE_TYPE_DATETIME {
			have[name] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
		}
	}
	require.ErrorContains(t, AttributesFault("nenep", have), "is Keyword and must be Datetime; they cannot be changed")
	require.ErrorContains(t, AttributesFault("nenep", nil), "lacks the search attributes")
}

func TestAnAnswerStandsForSomeSeconds(t *testing.T) {
	asked := 0
	check := Config{TemporalAddr: "127.0.0.1:1"}.CheckTemporal(func() (client.Client, error) { asked++; return nil, net.ErrClosed })
	require.Error(t, check.Check(t.Context()))
	require.Error(t, check.Check(t.Context()))
	require.Equal(t, 1, asked, "probes of many pods cost Temporal little")
}

// authority signs certificates.
type authority struct {
	file string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600))
	return authority{file, cert, key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func (a authority) certificate(t *testing.T, address string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP(address)}}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}
