package pdfsignature

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"
)

// Trust is whether a signer's certificate leads to one of the configured roots.
type Trust string

// The answers.
const (
	// Unchecked: no roots are configured, or nothing tells when it was signed.
	Unchecked Trust = "unchecked"
	Trusted   Trust = "trusted"
	Untrusted Trust = "untrusted"
)

// Roots are the root certificates, and intermediate ones beside them, that a province trusts. The zero value trusts and distrusts nobody.
type Roots struct {
	roots, intermediates *x509.CertPool
	// Count is how many roots there are.
	Count int
}

// LoadRoots reads a PEM file. Certificates that issued themselves are roots, others help to lead to them. An empty path is no roots.
func LoadRoots(path string) (Roots, error) {
	if path == "" {
		return Roots{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Roots{}, fmt.Errorf("read the roots of signatures: %w", err)
	}
	found := Roots{roots: x509.NewCertPool(), intermediates: x509.NewCertPool()}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Roots{}, fmt.Errorf("read certificate %d of %s: %w", found.Count+1, path, err)
		}
		if string(one.RawIssuer) == string(one.RawSubject) {
			found.roots.AddCert(one)
			found.Count++
		} else {
			found.intermediates.AddCert(one)
		}
	}
	if found.Count == 0 {
		return Roots{}, errors.New(path + " holds no root certificate (PEM)")
	}
	return found, nil
}

// Judge tells whether a chain, its own certificate first, led to a root at the time. It asks nobody whether a certificate was revoked.
func (r Roots) Judge(chain [][]byte, at time.Time, usage x509.ExtKeyUsage) Trust {
	if r.Count == 0 || len(chain) == 0 || at.IsZero() {
		return Unchecked
	}
	first, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return Untrusted
	}
	between := r.intermediates.Clone()
	for _, one := range chain[1:] {
		if parsed, err := x509.ParseCertificate(one); err == nil {
			between.AddCert(parsed)
		}
	}
	_, err = first.Verify(x509.VerifyOptions{Roots: r.roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage}})
	if err != nil {
		return Untrusted
	}
	return Trusted
}

// JudgeSignature judges signer and authority. A stamp of an authority that is not trusted proves no time, so the signer is then judged by
// the time he claims.
func (r Roots) JudgeSignature(s Signature) (signer, authority Trust) {
	authority = Unchecked
	at := s.ClaimedAt
	if !s.StampedAt.IsZero() {
		authority = r.Judge(s.AuthorityChain, s.StampedAt, x509.ExtKeyUsageTimeStamping)
		if authority == Trusted || at.IsZero() {
			at = s.StampedAt
		}
	}
	if s.Timestamp {
		return authority, authority
	}
	return r.Judge(s.Chain, at, x509.ExtKeyUsageAny), authority
}
