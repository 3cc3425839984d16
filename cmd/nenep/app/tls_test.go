package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	"nenep/proto/wire"
)

// authority is a private one, as a cluster's cert-manager keeps it.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serial      int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "private"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return &authority{t, certificate, key, 1}
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// issue writes a certificate for 127.0.0.1 and its key, and answers its serial number.
func (a *authority) issue(cfg wire.Config) int64 {
	a.t.Helper()
	a.serial++
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(a.serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	require.NoError(a.t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(a.t, err)
	put(a.t, cfg.TLSCert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	put(a.t, cfg.TLSKey, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return a.serial
}

func put(t *testing.T, file string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(file+".new", content, 0o600))
	require.NoError(t, os.Rename(file+".new", file))
}

// overTLS is a role that answers over TLS as its program would, and the settings of those who call it.
func overTLS(t *testing.T) (*authority, wire.Config, string) {
	t.Helper()
	folder, trusted := t.TempDir(), newAuthority(t)
	cfg := wire.Config{ServiceKey: strings.Repeat("k", 40), TLSCert: filepath.Join(folder, "tls.crt"), TLSKey: filepath.Join(folder, "tls.key"), TLSCA: filepath.Join(folder, "ca.crt")}
	trusted.issue(cfg)
	put(t, cfg.TLSCA, trusted.pem())
	mux := http.NewServeMux()
	mux.Handle(notificationsv1connect.NewNotificationsServiceHandler(&ledger{}, connect.WithInterceptors(cfg.Listener("notifications").RequireToken(zap.NewNop()))))
	mux.Handle("/", alive())
	listener, err := listen(cfg, zap.NewNop(), "127.0.0.1:0", "notifications")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serveUntilDone(ctx, zap.NewNop(), listener, mux) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-done) })
	return trusted, cfg, listener.Addr().String()
}

// served is the serial number of the certificate that a new connection is shown.
func served(t *testing.T, address string) int64 {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func TestServicesCallEachOtherOverTLS(t *testing.T) {
	_, cfg, address := overTLS(t)
	require.NoError(t, ask(t, cfg, "worker", "https://"+address))

	stranger := cfg
	stranger.TLSCA = filepath.Join(t.TempDir(), "ca.crt")
	put(t, stranger.TLSCA, newAuthority(t).pem())
	err := ask(t, stranger, "worker", "https://"+address)
	require.ErrorContains(t, err, "certificate signed by unknown authority")
	require.Equal(t, connect.CodeUnavailable, connect.CodeOf(err))

	stranger.TLSCA = ""
	require.ErrorContains(t, ask(t, stranger, "worker", "https://"+address), "certificate", "the system knows no private authority")

	_, port, _ := net.SplitHostPort(address)
	require.ErrorContains(t, ask(t, cfg, "worker", "https://localhost:"+port), "certificate", "a certificate is good for its own names")
}

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	trusted, cfg, address := overTLS(t)
	require.EqualValues(t, 2, served(t, address))
	renewed := trusted.issue(cfg)
	require.Equal(t, renewed, served(t, address))
	require.NoError(t, ask(t, cfg, "worker", "https://"+address))

	put(t, cfg.TLSKey, []byte("half a ke"))
	require.Equal(t, renewed, served(t, address), "what cannot be read replaces nothing")
	renewed = trusted.issue(cfg)
	require.Equal(t, renewed, served(t, address))
}

func TestAnAuthorityIsReplacedWithoutARestart(t *testing.T) {
	_, cfg, address := overTLS(t)
	require.NoError(t, ask(t, cfg, "worker", "https://"+address))
	next := newAuthority(t)
	next.issue(cfg)
	cfg.HouseClient(0).CloseIdleConnections()
	require.Error(t, ask(t, cfg, "worker", "https://"+address), "not known yet")
	put(t, cfg.TLSCA, next.pem())
	require.NoError(t, ask(t, cfg, "worker", "https://"+address))
}

func TestWhoeverSpeaksNoTLSIsToldSo(t *testing.T) {
	_, _, address := overTLS(t)
	response, err := http.Get("http://" + address + "/readyz")
	require.NoError(t, err)
	said, err := io.ReadAll(response.Body)
	require.NoError(t, errors.Join(err, response.Body.Close()))
	require.Equal(t, http.StatusBadRequest, response.StatusCode)
	require.Contains(t, string(said), "HTTP request to an HTTPS server")
	_, err = tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	require.ErrorContains(t, err, "protocol version")
}

func TestARoleAsksItselfOverTLS(t *testing.T) {
	_, cfg, address := overTLS(t)
	said, err := askReady(t.Context(), cfg, address)
	require.NoError(t, err)
	require.Equal(t, "alive", said)
}

func TestCertificatesThatCannotBeUsedAreNamed(t *testing.T) {
	_, cfg, _ := overTLS(t)
	require.NoError(t, cfg.VerifyTLS())
	broken := cfg
	broken.TLSKey = ""
	require.ErrorContains(t, broken.VerifyTLS(), "give both files")
	_, err := listen(broken, zap.NewNop(), "127.0.0.1:0", "units")
	require.Error(t, err, "nothing answers in plain text by mistake")
	broken.TLSKey, broken.TLSCA = cfg.TLSCA, cfg.TLSKey
	require.ErrorContains(t, broken.VerifyTLS(), "NENEP_TLS_CERT, NENEP_TLS_KEY")
	require.ErrorContains(t, broken.VerifyTLS(), "holds no certificate")
}

func TestTheEndOfEachCertificateIsMeasured(t *testing.T) {
	_, cfg, _ := overTLS(t)
	registry := prometheus.NewRegistry()
	registry.MustRegister(certificates{cfg})
	counted, err := testutil.GatherAndCount(registry, "nenep_certificate_ends_seconds")
	require.NoError(t, err)
	require.Equal(t, 2, counted, "the own certificate and the authority")
}
