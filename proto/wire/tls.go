package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// reread keeps what was made of some files and makes it anew when one of them has changed: certificates are renewed while the process runs.
// What is asked for looks at the files' times, which costs microseconds; watching them would need a library and a goroutine.
type reread[T any] struct {
	files  []string
	make   func() (T, error)
	logger *zap.Logger

	mu     sync.Mutex
	stamps []string // of the files that kept was made of
	failed []string // of those that could not be read, so that each is told once
	kept   *T
}

// now is what the files say; what they said before where they cannot be read.
func (r *reread[T]) now() (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stamps := stampsOf(r.files)
	if r.kept != nil && slices.Equal(stamps, r.stamps) {
		return *r.kept, nil
	}
	made, err := r.make()
	if err == nil {
		r.kept, r.stamps = &made, stamps
		return made, nil
	}
	if r.kept == nil {
		return made, err
	}
	if !slices.Equal(stamps, r.failed) {
		r.failed = stamps
		r.logger.Error("what stands in the files of TLS cannot be used, so what stood there before is", zap.Strings("files", r.files), zap.Error(err))
	}
	return *r.kept, nil
}

func stampsOf(files []string) []string {
	stamps := make([]string, len(files))
	for i, file := range files {
		if info, err := os.Stat(file); err == nil {
			stamps[i] = fmt.Sprint(info.ModTime().UnixNano(), info.Size())
		}
	}
	return stamps
}

// ServerTLS is how listeners of the house answer (TLS 1.2 or newer); nil where NENEP_TLS_CERT is empty. A renewed certificate is served
// from the next connection on.
func (c Config) ServerTLS(logger *zap.Logger) (*tls.Config, error) {
	if c.TLSCert == "" && c.TLSKey == "" {
		return nil, nil
	}
	if c.TLSCert == "" || c.TLSKey == "" {
		return nil, errors.New("NENEP_TLS_CERT, NENEP_TLS_KEY: give both files, or neither")
	}
	pair := &reread[*tls.Certificate]{files: []string{c.TLSCert, c.TLSKey}, logger: logger, make: func() (*tls.Certificate, error) {
		read, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		return &read, err
	}}
	if _, err := pair.now(); err != nil {
		return nil, fmt.Errorf("NENEP_TLS_CERT, NENEP_TLS_KEY: %w", err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return pair.now() },
	}, nil
}

// VerifyTLS tells which of the files cannot be used.
func (c Config) VerifyTLS() error {
	_, err := c.ServerTLS(zap.NewNop())
	if c.TLSCA != "" {
		_, fault := authoritiesIn(c.TLSCA)
		err = errors.Join(err, fault)
	}
	return err
}

func authoritiesIn(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("NENEP_TLS_CA: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("NENEP_TLS_CA: %s holds no certificate", file)
	}
	return pool, nil
}

// HouseClient calls the house's own services; 0: the caller bounds each call. Where NENEP_TLS_CA is set it trusts those authorities and
// no others, and asks no proxy the way.
func (c Config) HouseClient(patience time.Duration) *http.Client {
	return &http.Client{Timeout: patience, Transport: transportTo(c.TLSCA)}
}

// transports are kept by authorities' file, so that all clients of a process share their connections.
var transports sync.Map

func transportTo(authorities string) http.RoundTripper {
	if authorities == "" {
		return http.DefaultTransport
	}
	if made, there := transports.Load(authorities); there {
		return made.(http.RoundTripper)
	}
	pool := &reread[*x509.CertPool]{files: []string{authorities}, logger: zap.L(), make: func() (*x509.CertPool, error) { return authoritiesIn(authorities) }}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	// HTTP/1.1: one HTTP/2 connection would lead all calls of a pod to one pod of the other service.
	transport.ForceAttemptHTTP2 = false
	transport.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		trusted, err := pool.now()
		if err != nil {
			return nil, err
		}
		dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}, Config: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
		return dialer.DialContext(ctx, network, address)
	}
	kept, _ := transports.LoadOrStore(authorities, transport)
	return kept.(http.RoundTripper)
}
