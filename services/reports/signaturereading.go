package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/services/reports/pdfsignature"
)

// readingTime bounds the reading of one file's signatures; the largest file that is taken needs a fraction of it.
const readingTime = 10 * time.Second

// readSignatures reads the signatures of a stored PDF. A file that is not whole, that has a password, or that takes too long is a fault of
// the field; a signature that does not hold is told with the copy.
func (s *server) readSignatures(ctx context.Context, file fileRow) (*reportsv1.SignedCopy, *casefilev1.FieldFault, error) {
	content, err := s.fetch(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = content.Close(); _ = os.Remove(content.Name()) }()
	reading, cancel := context.WithTimeout(ctx, readingTime)
	defer cancel()
	found, err := pdfsignature.Read(reading, content, file.Size)
	if fault := fileFault(err, file.Name); fault != nil {
		return nil, fault, nil
	}
	if err != nil {
		return nil, nil, err
	}
	answer := &reportsv1.SignedCopy{FurtherSignatures: int32(found.Further)} //nolint:gosec // bounded by the reader
	for _, one := range found.Signatures {
		answer.Signatures = append(answer.Signatures, tellSignature(one))
	}
	return answer, nil, nil
}

// fetch brings the content from the evidence store into a file of its own and compares it with the hash it was kept under.
func (s *server) fetch(ctx context.Context, file fileRow) (*os.File, error) {
	reader, err := s.evidence.NewReader(ctx, file.BlobKey, nil)
	if err != nil {
		return nil, fmt.Errorf("read %s from the evidence store: %w", file.BlobKey, err)
	}
	defer func() { _ = reader.Close() }()
	content, err := os.CreateTemp("", "nenep-signed-")
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", file.BlobKey, err)
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(content, sum), reader)
	if err == nil && (size != file.Size || hex.EncodeToString(sum.Sum(nil)) != file.Sha256) {
		err = errors.New("the evidence store holds other content than was handed in")
	}
	if err != nil {
		_ = content.Close()
		_ = os.Remove(content.Name())
		return nil, fmt.Errorf("fetch %s: %w", file.BlobKey, err)
	}
	return content, nil
}

// fileFault is the sentence for a PDF that cannot be read as a whole.
func fileFault(err error, name string) *casefilev1.FieldFault {
	switch {
	case errors.Is(err, pdfsignature.ErrEncrypted):
		return wire.Field("file_id", fmt.Sprintf("Tệp “%s” có mật khẩu nên không đọc được. Bỏ mật khẩu rồi tải lên lại.", name),
			fmt.Sprintf("The file “%s” has a password and cannot be read. Remove the password and upload it again.", name))
	case errors.Is(err, pdfsignature.ErrTruncated), errors.Is(err, pdfsignature.ErrNotPDF):
		return wire.Field("file_id", fmt.Sprintf("Tệp “%s” bị thiếu phần cuối hoặc bị hỏng. Xuất lại tệp PDF rồi tải lên.", name),
			fmt.Sprintf("The end of the file “%s” is missing or damaged. Make the PDF again and upload it.", name))
	case errors.Is(err, context.DeadlineExceeded):
		return wire.Field("file_id", fmt.Sprintf("Tệp “%s” quá phức tạp nên không đọc được chữ ký số trong %d giây. In tệp ra PDF mới hoặc quét bản giấy rồi tải lên.", name, int(readingTime.Seconds())),
			fmt.Sprintf("The signatures of the file “%s” could not be read within %d seconds. Print it to a new PDF, or scan the paper, and upload that.", name, int(readingTime.Seconds())))
	default:
		return nil
	}
}

func tellSignature(one pdfsignature.Signature) *reportsv1.PdfSignature {
	told := &reportsv1.PdfSignature{
		Timestamp: one.Timestamp, Integrity: string(one.Integrity), Fault: string(one.Fault), Signer: one.Signer.Name, Organisation: one.Signer.Organisation,
		Issuer: one.Issuer.Name, IssuerOrganisation: one.Issuer.Organisation, Serial: one.Serial, NotBefore: instantOf(one.NotBefore), NotAfter: instantOf(one.NotAfter),
		ClaimedAt: instantOf(one.ClaimedAt), StampedAt: instantOf(one.StampedAt), Authority: one.Authority.Name,
		AddedBytes: one.Added, AddedCoveredBy: int32(one.AddedCoveredBy), Weak: one.Weak, Chain: one.Chain, AuthorityChain: one.AuthorityChain, //nolint:gosec // at most MostSignatures
	}
	told.Certificate = "unknown"
	if inForce, known := one.CertificateInForce(); known && inForce {
		told.Certificate = "in-force"
	} else if known {
		told.Certificate = "not-in-force"
	}
	return told
}

func instantOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// judgeChains tells by the roots of today where the chains that came with a signature lead. One that does not hold leads nowhere.
func (s *server) judgeChains(told *reportsv1.PdfSignature) {
	one := pdfsignature.Signature{Timestamp: told.GetTimestamp(), Chain: told.GetChain(), AuthorityChain: told.GetAuthorityChain()}
	one.ClaimedAt, _ = time.Parse(time.RFC3339, told.GetClaimedAt())
	one.StampedAt, _ = time.Parse(time.RFC3339, told.GetStampedAt())
	signer, authority := pdfsignature.Unchecked, pdfsignature.Unchecked
	if told.GetIntegrity() == string(pdfsignature.Intact) {
		signer, authority = s.signatureRoots.JudgeSignature(one)
	}
	told.Trust, told.AuthorityTrust = string(signer), string(authority)
}
