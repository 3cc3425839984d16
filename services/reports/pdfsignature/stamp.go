package pdfsignature

import (
	"crypto"
	"crypto/subtle"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"github.com/smallstep/pkcs7"
)

// stamp is what a time-stamping authority says (RFC 3161).
type stamp struct {
	at        time.Time
	hash      crypto.Hash
	imprint   []byte
	authority Person
	chain     [][]byte
}

// stampInfo is TSTInfo as far as it is needed; what follows the time is left alone.
type stampInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Hash      []byte
	}
	Serial *big.Int
	At     time.Time     `asn1:"generalized"`
	Others asn1.RawValue `asn1:"optional"`
}

var (
	oidStampInfo  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidStampToken = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	hashes        = map[string]crypto.Hash{
		pkcs7.OIDDigestAlgorithmSHA1.String(): crypto.SHA1, pkcs7.OIDDigestAlgorithmSHA256.String(): crypto.SHA256,
		pkcs7.OIDDigestAlgorithmSHA384.String(): crypto.SHA384, pkcs7.OIDDigestAlgorithmSHA512.String(): crypto.SHA512,
	}
)

// readStamp verifies the authority's own signature. What was stamped is the caller's to compare.
func readStamp(message *pkcs7.PKCS7) (stamp, Fault) {
	if fault := holds(message); fault != "" {
		return stamp{}, fault
	}
	var kind asn1.ObjectIdentifier
	if err := message.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || !kind.Equal(oidStampInfo) {
		return stamp{}, FaultMalformed
	}
	var info stampInfo
	if _, err := asn1.Unmarshal(untilTime(message.Content), &info); err != nil {
		return stamp{}, FaultMalformed
	}
	hash, known := hashes[info.Imprint.Algorithm.Algorithm.String()]
	if !known {
		return stamp{}, FaultAlgorithm
	}
	signer := message.GetOnlySigner()
	return stamp{at: info.At, hash: hash, imprint: info.Imprint.Hash, chain: chainOf(message, signer),
		authority: personOf(signer.Subject.CommonName, signer.Subject.Organization)}, ""
}

// untilTime cuts the sequence after its fifth element, the time: the optional ones that may follow say nothing that is needed.
func untilTime(content []byte) []byte {
	var outer asn1.RawValue
	if _, err := asn1.Unmarshal(content, &outer); err != nil {
		return nil
	}
	rest, kept := outer.Bytes, 0
	for range 5 {
		var element asn1.RawValue
		after, err := asn1.Unmarshal(rest, &element)
		if err != nil {
			return nil
		}
		kept, rest = kept+len(element.FullBytes), after
	}
	cut, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSequence, IsCompound: true, Bytes: outer.Bytes[:kept]})
	if err != nil {
		return nil
	}
	return cut
}

// stampOn is the stamp over the signature's value, if one came along and holds.
func stampOn(message *pkcs7.PKCS7) (stamp, bool) {
	signer := message.Signers[0]
	for _, attribute := range signer.UnauthenticatedAttributes {
		if !attribute.Type.Equal(oidStampToken) {
			continue
		}
		token, fault := parse(attribute.Value.Bytes)
		if fault != "" {
			return stamp{}, false
		}
		found, fault := readStamp(token)
		if fault != "" || !found.hash.Available() {
			return stamp{}, false
		}
		sum := found.hash.New()
		_, _ = sum.Write(signer.EncryptedDigest)
		return found, subtle.ConstantTimeCompare(sum.Sum(nil), found.imprint) == 1
	}
	return stamp{}, false
}
