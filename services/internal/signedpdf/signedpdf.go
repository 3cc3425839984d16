// Package signedpdf makes PDF files with electronic signatures, and the certificates for them, for tests.
package signedpdf

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
	"github.com/stretchr/testify/require"
)

// Identity is a certificate with its key and those it leads to.
type Identity struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
	Above       []*x509.Certificate
}

// Day is the beginning of a day, as 2026-11-20.
func Day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

// Issue makes a certificate; nil as the issuer makes a root. Keys of elliptic curves are quick to make.
func Issue(t *testing.T, issuer *Identity, subject pkix.Name, change ...func(*x509.Certificate)) *Identity {
	t.Helper()
	var key crypto.Signer
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	if len(subject.ExtraNames) > 0 { // marked as one with an RSA key
		key, err = rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		subject.ExtraNames = nil
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<59))
	require.NoError(t, err)
	serial.SetBit(serial, 59, 1) // all of one length
	template := &x509.Certificate{SerialNumber: serial, Subject: subject, NotBefore: Day("2024-01-01"), NotAfter: Day("2030-01-01"),
		BasicConstraintsValid: true, IsCA: issuer == nil, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	for _, one := range change {
		one(template)
	}
	made := &Identity{Key: key}
	by, signing := template, key
	if issuer != nil {
		by, signing = issuer.Certificate, issuer.Key
		made.Above = append([]*x509.Certificate{issuer.Certificate}, issuer.Above...)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, key.Public(), signing)
	require.NoError(t, err)
	made.Certificate, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return made
}

// WithRSA has Issue make an RSA key for the subject.
func WithRSA(name pkix.Name) pkix.Name {
	name.ExtraNames = []pkix.AttributeTypeAndValue{{}}
	return name
}

// RootsFile is the PEM file that an administrator configures.
func RootsFile(t *testing.T, roots ...*Identity) string {
	t.Helper()
	var text []byte
	for _, one := range roots {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one.Certificate.Raw})...)
	}
	path := filepath.Join(t.TempDir(), "roots.pem")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// File is a PDF in the making.
type File struct {
	bytes.Buffer
	objects int // numbers given so far
	Last    int // where the last table stands
	fields  []int
	Room    int // room for a signature's value, in bytes
}

// Words are what the page shows.
const Words = "BT /F1 14 Tf 72 720 Td (Bao cao ket qua thuc hien dan chu o co so) Tj ET"

// Plain is a document of one page, as a scanner or an office program writes it.
func Plain() *File {
	f := &File{Room: 12000}
	f.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	f.Update("/Root 1 0 R", map[int]string{
		1: "<< /Type /Catalog /Pages 2 0 R >>",
		2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		4: fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(Words), Words),
		5: "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
	}, 1, 2, 3, 4, 5)
	return f
}

// Update writes objects and a table for them behind what is there.
func (f *File) Update(trailer string, objects map[int]string, order ...int) map[int]int {
	at := map[int]int{}
	for _, number := range order {
		at[number] = f.Len()
		_, _ = fmt.Fprintf(f, "%d 0 obj\n%s\nendobj\n", number, objects[number])
		f.objects = max(f.objects, number)
	}
	table := f.Len()
	f.WriteString("xref\n0 1\n0000000000 65535 f \n")
	for _, number := range order {
		_, _ = fmt.Fprintf(f, "%d 1\n%010d 00000 n \n", number, at[number])
	}
	_, _ = fmt.Fprintf(f, "trailer\n<< /Size %d %s", f.objects+1, trailer)
	if f.Last > 0 {
		_, _ = fmt.Fprintf(f, " /Prev %d", f.Last)
	}
	_, _ = fmt.Fprintf(f, " >>\nstartxref\n%d\n%%%%EOF\n", table)
	f.Last = table
	return at
}

// Signing says how a signature is made. Zero values make a sound one of today.
type Signing struct {
	Kind      string // SubFilter
	Claimed   string // M
	Authority *Identity
	StampedAt time.Time
	Digest    asn1.ObjectIdentifier
	Bare      bool // without signed attributes
	Value     func(covered []byte) []byte
}

// Sign adds a signature as an incremental update, as signing programs do.
func (f *File) Sign(t *testing.T, who *Identity, how Signing) *File {
	t.Helper()
	if how.Kind == "" {
		how.Kind = "adbe.pkcs7.detached"
	}
	if how.Claimed == "" {
		how.Claimed = "D:20261120093000+07'00'"
	}
	signature, field := f.objects+1, f.objects+2
	f.fields = append(f.fields, field)
	var named []string
	for _, one := range f.fields {
		named = append(named, fmt.Sprintf("%d 0 R", one))
	}
	place := strings.Repeat("0", 2*f.Room)
	dictionary := "Sig"
	if how.Kind == "ETSI.RFC3161" {
		dictionary = "DocTimeStamp"
	}
	before := f.Len()
	f.Update("/Root 1 0 R", map[int]string{
		1: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields [" + strings.Join(named, " ") + "] >> >>",
		3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [" + strings.Join(named, " ") + "] >>",
		signature: "<< /Type /" + dictionary + " /Filter /Adobe.PPKLite /SubFilter /" + how.Kind + " /M (" + how.Claimed + ")\n/ByteRange [0 AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC]\n" +
			"/Contents <" + place + "> >>",
		field: fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature%d) /V %d 0 R /Rect [0 0 0 0] /F 132 /P 3 0 R >>", field, signature),
	}, 1, 3, signature, field)
	content := f.Bytes()
	from := before + bytes.Index(content[before:], []byte("<"+place+">"))
	to := from + len(place) + 2
	for mark, number := range map[string]int{"AAAAAAAAAA": from, "BBBBBBBBBB": to, "CCCCCCCCCC": len(content) - to} {
		at := before + bytes.Index(content[before:], []byte(mark))
		copy(content[at:], fmt.Sprintf("%-10d", number))
	}
	covered := append(append([]byte{}, content[:from]...), content[to:]...)
	var value []byte
	switch {
	case how.Value != nil:
		value = how.Value(covered)
	case dictionary == "DocTimeStamp":
		value = Stamp(t, who, covered, how.StampedAt)
	default:
		value = Value(t, who, covered, how)
	}
	require.LessOrEqual(t, len(value), f.Room)
	copy(content[from+1:], strings.ToUpper(hex.EncodeToString(value)))
	return f
}

// Value is the signature's value.
func Value(t *testing.T, who *Identity, covered []byte, how Signing) []byte {
	t.Helper()
	data, err := pkcs7.NewSignedData(covered)
	require.NoError(t, err)
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if how.Digest != nil {
		data.SetDigestAlgorithm(how.Digest)
	}
	if how.Bare {
		require.NoError(t, data.SignWithoutAttr(who.Certificate, who.Key, pkcs7.SignerInfoConfig{}))
	} else {
		require.NoError(t, data.AddSignerChain(who.Certificate, who.Key, who.Above, pkcs7.SignerInfoConfig{}))
	}
	if how.Authority != nil {
		made := &data.GetSignedData().SignerInfos[0]
		stamp := Stamp(t, how.Authority, made.EncryptedDigest, how.StampedAt)
		require.NoError(t, made.SetUnauthenticatedAttributes([]pkcs7.Attribute{{
			Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}, Value: asn1.RawValue{FullBytes: stamp},
		}}))
	}
	data.Detach()
	value, err := data.Finish()
	require.NoError(t, err)
	return value
}

// Stamp is an authority's stamp (RFC 3161) on the content.
func Stamp(t *testing.T, authority *Identity, content []byte, at time.Time) []byte {
	t.Helper()
	sum := sha256.Sum256(content)
	type imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Hash      []byte
	}
	info, err := asn1.Marshal(struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint imprint
		Serial  int
		At      time.Time `asn1:"generalized"`
		Nonce   int
	}{1, asn1.ObjectIdentifier{1, 2, 3}, imprint{pkix.AlgorithmIdentifier{Algorithm: pkcs7.OIDDigestAlgorithmSHA256}, sum[:]}, 7, at.UTC(), 99})
	require.NoError(t, err)
	data, err := pkcs7.NewSignedData(info)
	require.NoError(t, err)
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	data.GetSignedData().ContentInfo.ContentType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	require.NoError(t, data.AddSignerChain(authority.Certificate, authority.Key, authority.Above, pkcs7.SignerInfoConfig{}))
	value, err := data.Finish()
	require.NoError(t, err)
	return value
}

// WithoutCertificates is a value that names a signer whose certificate is not there.
func WithoutCertificates(t *testing.T, who *Identity) []byte {
	t.Helper()
	data, err := pkcs7.NewSignedData([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, data.AddSigner(who.Certificate, who.Key, pkcs7.SignerInfoConfig{}))
	data.Detach()
	value, err := data.Finish()
	require.NoError(t, err)
	stranger := Issue(t, nil, pkix.Name{CommonName: "Khác"})
	return bytes.Replace(value, who.Certificate.SerialNumber.Bytes(), stranger.Certificate.SerialNumber.Bytes(), 1) // the certificate comes first
}

// NamedAnother is a document whose value names one certificate and was made with the key of another.
func NamedAnother(t *testing.T, named *Identity) []byte {
	t.Helper()
	by := Issue(t, nil, pkix.Name{CommonName: "Khác"})
	return Plain().Sign(t, &Identity{Certificate: named.Certificate, Key: by.Key}, Signing{}).Bytes()
}

// HugeKey is a value whose certificate bears a key of 16 384 bits, which never signed anything.
func HugeKey(t *testing.T) []byte {
	t.Helper()
	issuer := Issue(t, nil, pkix.Name{CommonName: "Gốc"})
	huge := &rsa.PublicKey{N: new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 16383), big.NewInt(1)), E: 65537}
	template := &x509.Certificate{SerialNumber: big.NewInt(5), Subject: pkix.Name{CommonName: "Nặng"}, NotBefore: Day("2024-01-01"), NotAfter: Day("2030-01-01")}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.Certificate, huge, issuer.Key)
	require.NoError(t, err)
	heavy, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	data, err := pkcs7.NewSignedData([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, data.AddSigner(issuer.Certificate, issuer.Key, pkcs7.SignerInfoConfig{}))
	data.AddCertificate(heavy)
	data.Detach()
	value, err := data.Finish()
	require.NoError(t, err)
	return value
}
