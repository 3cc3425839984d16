package pdfsignature

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1"   // signatures of old are made with it
	_ "crypto/sha256" // and of today
	_ "crypto/sha512"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/smallstep/pkcs7"
)

// Integrity is whether a signature holds over the bytes it covers.
type Integrity string

// The three answers.
const (
	Intact Integrity = "intact"
	Broken Integrity = "broken"
	Unread Integrity = "unread"
)

// Fault is why a signature does not hold or could not be read.
type Fault string

// The faults. FaultRange, FaultChanged and FaultForeign break a signature; with the others it could not be read.
const (
	FaultRange       Fault = "range"       // the covered range does not fit the file, or leaves out more than the signature's value
	FaultChanged     Fault = "changed"     // the covered bytes are not those that were signed
	FaultForeign     Fault = "foreign"     // the value was not made with the key of the certificate it names
	FaultKind        Fault = "kind"        // of a kind that is not read here
	FaultAlgorithm   Fault = "algorithm"   // made with a method that is not read here
	FaultMalformed   Fault = "malformed"   // the value is no signature, or an oversized one
	FaultCertificate Fault = "certificate" // the signer's certificate is not there
)

// Signature is one signature of a file.
type Signature struct {
	// Timestamp tells that it is no person's but the stamp of a time-stamping authority over the file.
	Timestamp bool
	Integrity Integrity
	Fault     Fault
	Signer    Person
	Issuer    Person
	Serial    string
	// NotBefore and NotAfter are the days of the signer's certificate.
	NotBefore, NotAfter time.Time
	// ClaimedAt is when the signer's own computer says it was; zero when it says nothing.
	ClaimedAt time.Time
	// StampedAt is when a time-stamping authority saw the signature; zero without a stamp that holds.
	StampedAt time.Time
	Authority Person
	// Added counts the bytes that were written after what this signature covers; 0 = it covers the whole file.
	Added int64
	// AddedCoveredBy is the number (from 1) of a later signature that holds and covers the addition as well; 0 = none.
	AddedCoveredBy int
	// Weak tells that it rests upon SHA-1, which no longer proves anything.
	Weak bool
	// Chain and AuthorityChain are the certificates that came along (DER), the signer's and the authority's own first.
	Chain, AuthorityChain [][]byte
}

// Person is whom a certificate names.
type Person struct{ Name, Organisation string }

// At is the time by which the signer's certificate is judged, and whether an authority's stamp shows it; zero when nothing tells it.
func (s Signature) At() (at time.Time, stamped bool) {
	if !s.StampedAt.IsZero() {
		return s.StampedAt, true
	}
	return s.ClaimedAt, false
}

// CertificateInForce tells whether the signer's certificate was in force at the time of the signature; known is false when no time is told.
func (s Signature) CertificateInForce() (inForce, known bool) {
	at, _ := s.At()
	if at.IsZero() || s.NotAfter.IsZero() {
		return false, false
	}
	return !at.Before(s.NotBefore) && !at.After(s.NotAfter), true
}

// The kinds that are read: ISO 32000-2, 12.8.3, and ETSI EN 319 142.
const (
	kindDetached = "adbe.pkcs7.detached"
	kindCAdES    = "ETSI.CAdES.detached"
	kindSHA1     = "adbe.pkcs7.sha1"
	kindStamp    = "ETSI.RFC3161"
)

// verify reads the signature. The error is only ever the reader's or the context's.
func (l located) verify(ctx context.Context, file io.ReaderAt) (Signature, error) {
	found := Signature{Integrity: Unread, ClaimedAt: l.claimedTime(), Timestamp: l.kind() == kindStamp}
	if l.hole == 0 {
		found.Integrity, found.Fault = Broken, FaultRange
		return found, nil
	}
	var err error
	if found.Added, err = l.added(file); err != nil {
		return found, err
	}
	value, err := l.value(file)
	if err != nil {
		return found, err
	}
	message, fault := parse(value)
	if fault != "" {
		found.Fault = fault
		return found, nil
	}
	found.describe(message)
	if found.Fault = l.fault(ctx, message, file); found.Fault == "" {
		found.Integrity = Intact
		found.readTimes(l.kind(), message)
	} else if broken(found.Fault) {
		found.Integrity = Broken
	}
	return found, ctx.Err()
}

func broken(fault Fault) bool {
	return fault == FaultRange || fault == FaultChanged || fault == FaultForeign
}

func (s *Signature) describe(message *pkcs7.PKCS7) {
	signer := message.GetOnlySigner()
	s.Signer, s.Issuer = personOf(signer.Subject.CommonName, signer.Subject.Organization), personOf(signer.Issuer.CommonName, signer.Issuer.Organization)
	s.Serial, s.NotBefore, s.NotAfter = signer.SerialNumber.Text(16), signer.NotBefore, signer.NotAfter
	s.Chain = chainOf(message, signer)
	s.Weak = message.Signers[0].DigestAlgorithm.Algorithm.Equal(pkcs7.OIDDigestAlgorithmSHA1)
}

// fault verifies the value over the covered bytes; empty when it holds.
func (l located) fault(ctx context.Context, message *pkcs7.PKCS7, file io.ReaderAt) Fault {
	covered := overFile{ctx: ctx, located: l, file: file}
	switch l.kind() {
	case kindDetached, kindCAdES:
		if len(message.Content) > 0 {
			return FaultMalformed
		}
		message.Hasher = covered
		if len(message.Signers[0].AuthenticatedAttributes) == 0 { // the value is made over the bytes themselves
			content, err := io.ReadAll(l.covered(file))
			if err != nil {
				return FaultMalformed
			}
			message.Content = content
		}
		return holds(message)
	case kindSHA1:
		if fault := holds(message); fault != "" {
			return fault
		}
		return covered.is(crypto.SHA1, message.Content)
	case kindStamp:
		stamp, fault := readStamp(message)
		if fault != "" {
			return fault
		}
		return covered.is(stamp.hash, stamp.imprint)
	default:
		return FaultKind
	}
}

// readTimes takes the times from a signature that holds.
func (s *Signature) readTimes(kind string, message *pkcs7.PKCS7) {
	if kind == kindStamp {
		if stamp, fault := readStamp(message); fault == "" {
			s.StampedAt, s.Authority, s.AuthorityChain = stamp.at, s.Signer, s.Chain
		}
		return
	}
	var claimed time.Time
	if message.UnmarshalSignedAttribute(pkcs7.OIDAttributeSigningTime, &claimed) == nil && !claimed.IsZero() {
		s.ClaimedAt = claimed
	}
	if stamp, ok := stampOn(message); ok {
		s.StampedAt, s.Authority, s.AuthorityChain = stamp.at, stamp.authority, stamp.chain
	}
}

const (
	mostCertificates = 30
	mostKeyBits      = 8192 // a larger key is there to cost time
	mostIndefinite   = 64 << 10
)

// parse reads a signature's value: one signer, whose certificate is there.
func parse(value []byte) (message *pkcs7.PKCS7, fault Fault) {
	defer func() {
		if recover() != nil { // the decoder's answer to bytes that lie
			message, fault = nil, FaultMalformed
		}
	}()
	value, ok := nested(value)
	if !ok {
		return nil, FaultMalformed
	}
	message, err := pkcs7.Parse(value)
	if err != nil || len(message.Signers) != 1 || len(message.Certificates) > mostCertificates {
		return nil, FaultMalformed
	}
	for _, one := range message.Certificates {
		if key, is := one.PublicKey.(*rsa.PublicKey); is && key.N.BitLen() > mostKeyBits {
			return nil, FaultMalformed
		}
	}
	if message.GetOnlySigner() == nil {
		return nil, FaultCertificate
	}
	return message, ""
}

// holds verifies the signer's value. Whether his certificate was in force is told apart, so the verifier sees one without end.
func holds(message *pkcs7.PKCS7) (fault Fault) {
	defer func() {
		if recover() != nil {
			fault = FaultMalformed
		}
	}()
	theirs := message.Certificates
	defer func() { message.Certificates = theirs }()
	signer := *message.GetOnlySigner()
	signer.NotBefore, signer.NotAfter = time.Time{}, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	message.Certificates = []*x509.Certificate{&signer}
	err := message.Verify()
	var other *pkcs7.MessageDigestMismatchError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &other):
		return FaultChanged
	case errors.Is(err, rsa.ErrVerification) || isNoMatch(err):
		return FaultForeign
	default:
		return FaultAlgorithm
	}
}

// isNoMatch: crypto/x509 has no error of its own for a value that does not fit an ECDSA key.
func isNoMatch(err error) bool {
	return err.Error() == "x509: ECDSA verification failure" || err.Error() == "x509: Ed25519 verification failure"
}

// overFile hashes the covered bytes without holding them.
type overFile struct {
	ctx     context.Context //nolint:containedctx // lives for one verification
	located located
	file    io.ReaderAt
}

// Hash ignores what it is given: the covered bytes are in the file.
func (o overFile) Hash(hash crypto.Hash, _ io.Reader) ([]byte, error) {
	if !hash.Available() {
		return nil, fmt.Errorf("hash function %v is not available", hash)
	}
	if err := o.ctx.Err(); err != nil {
		return nil, err
	}
	sum := hash.New()
	if _, err := io.Copy(sum, o.located.covered(o.file)); err != nil {
		return nil, err
	}
	return sum.Sum(nil), nil
}

func (o overFile) is(hash crypto.Hash, wanted []byte) Fault {
	sum, err := o.Hash(hash, nil)
	if err != nil {
		return FaultAlgorithm
	}
	if subtle.ConstantTimeCompare(sum, wanted) != 1 {
		return FaultChanged
	}
	return ""
}

func personOf(name string, organisations []string) Person {
	person := Person{Name: legible(name)}
	if len(organisations) > 0 {
		person.Organisation = legible(organisations[0])
	}
	return person
}

// legible keeps of a name what can be shown: certificates are anybody's to write.
func legible(name string) string {
	const most = 200
	kept := make([]rune, 0, min(len(name), most))
	for _, letter := range name {
		if len(kept) == most {
			break
		}
		if letter == '\uFFFD' || letter < ' ' || letter == 0x7f || letter >= 0x202a && letter <= 0x202e || letter >= 0x2066 && letter <= 0x2069 {
			letter = ' '
		}
		kept = append(kept, letter)
	}
	return string(bytes.TrimSpace([]byte(string(kept))))
}

func chainOf(message *pkcs7.PKCS7, signer *x509.Certificate) [][]byte {
	chain := [][]byte{signer.Raw}
	for _, one := range message.Certificates {
		if !bytes.Equal(one.Raw, signer.Raw) {
			chain = append(chain, one.Raw)
		}
	}
	return chain
}
