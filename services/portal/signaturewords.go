package portal

import (
	"slices"
	"strings"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// signatureView is one electronic signature in plain words.
type signatureView struct {
	Whose    string // in the language of the page
	Name     string // as the certificate has it
	Shape    string
	Standing string
	Says     []string
	Issued   *issuedView
}

// issuedView is who issued the signer's certificate, and its number.
type issuedView struct{ Issuer, Code string }

func newSignatureViews(all []*reportsv1.PdfSignature) []signatureView {
	var views []signatureView
	for i, one := range all {
		view := signatureView{Whose: "Chữ ký " + number(int64(i+1)) + ":", Name: whoSigned(one)}
		if one.GetTimestamp() {
			view.Whose = "Dấu thời gian " + number(int64(i+1)) + ":"
		}
		view.Shape, view.Standing = signatureStanding(one)
		view.Says = append([]string{integritySentence(one)}, timeAndCertificate(one)...)
		if one.GetWeak() {
			view.Says = append(view.Says, "Chữ ký dùng thuật toán SHA-1, không còn đủ tin cậy.")
		}
		if one.GetSerial() != "" {
			view.Issued = &issuedView{joinedName(one.GetIssuer(), one.GetIssuerOrganisation()), one.GetSerial()}
		}
		views = append(views, view)
	}
	return views
}

func whoSigned(one *reportsv1.PdfSignature) string {
	if name := joinedName(one.GetSigner(), one.GetOrganisation()); name != "" {
		return name
	}
	return "không đọc được tên"
}

func joinedName(name, organisation string) string {
	said := slices.DeleteFunc([]string{name, organisation}, func(one string) bool { return one == "" })
	return strings.Join(slices.Compact(said), ", ")
}

// signatureStanding is the one word, with its sign: whether the signature fits the file.
func signatureStanding(one *reportsv1.PdfSignature) (shape, word string) {
	switch {
	case one.GetIntegrity() == "broken":
		return "triangle", "không khớp"
	case one.GetIntegrity() != "intact":
		return "dash", "chưa kiểm tra được"
	case one.GetAddedBytes() > 0 && one.GetAddedCoveredBy() == 0:
		return "triangle", "khớp phần đã ký, sau đó có ghi thêm"
	default:
		return "tick", "khớp với tệp"
	}
}

var signatureFaults = map[string]string{
	"range":       "Vùng được ký ghi trong tệp không khớp với tệp nên chữ ký không chứng minh được gì.",
	"changed":     "Nội dung tệp đã bị thay đổi sau khi ký.",
	"foreign":     "Chữ ký không phải do khóa của chứng thư này tạo ra.",
	"kind":        "Loại chữ ký này hệ thống chưa đọc được.",
	"algorithm":   "Thuật toán của chữ ký này hệ thống chưa đọc được.",
	"malformed":   "Phần chữ ký trong tệp không đúng cấu trúc hoặc quá lớn.",
	"certificate": "Tệp không kèm chứng thư của người ký.",
}

func integritySentence(one *reportsv1.PdfSignature) string {
	if one.GetIntegrity() != "intact" {
		if said, known := signatureFaults[one.GetFault()]; known {
			return said
		}
		return signatureFaults["malformed"]
	}
	added := number(one.GetAddedBytes())
	switch {
	case one.GetAddedBytes() == 0:
		return "Tệp không thay đổi từ khi ký."
	case one.GetAddedCoveredBy() > 0:
		return "Sau khi ký, tệp có ghi thêm " + added + " byte, nằm trong phần mà chữ ký " + number(int64(one.GetAddedCoveredBy())) + " đã ký."
	default:
		return "Sau khi ký, tệp có ghi thêm " + added + " byte mà không chữ ký nào bao trùm: nội dung nhìn thấy có thể khác nội dung đã ký."
	}
}

// timeAndCertificate are said of a signature that holds, and, as far as its certificate was read, of one that does not.
func timeAndCertificate(one *reportsv1.PdfSignature) []string {
	if one.GetIntegrity() == "unread" {
		return nil
	}
	said := []string{signingTime(one)}
	if sentence := certificateSentence(one); sentence != "" {
		said = append(said, sentence)
	}
	if one.GetIntegrity() != "intact" {
		return said
	}
	switch one.GetTrust() {
	case "trusted":
		said = append(said, "Chứng thư dẫn đến chứng thư gốc mà tỉnh đã cài đặt.")
	case "untrusted":
		said = append(said, "Chứng thư không dẫn đến chứng thư gốc nào mà tỉnh đã cài đặt.")
	default:
		said = append(said, "Chưa đối chiếu với chứng thư gốc.")
	}
	return said
}

func signingTime(one *reportsv1.PdfSignature) string {
	switch {
	case one.GetStampedAt() != "" && one.GetAuthorityTrust() == "trusted":
		return "Ký lúc " + instant(one.GetStampedAt()) + ", theo dấu thời gian của " + one.GetAuthority() + "."
	case one.GetStampedAt() != "" && one.GetAuthorityTrust() == "untrusted":
		return "Ký lúc " + instant(one.GetStampedAt()) + ", theo dấu thời gian của " + one.GetAuthority() + ", nơi không dẫn đến chứng thư gốc nào đã cài đặt."
	case one.GetStampedAt() != "":
		return "Ký lúc " + instant(one.GetStampedAt()) + ", theo dấu thời gian của " + one.GetAuthority() + " (chưa đối chiếu với chứng thư gốc)."
	case one.GetClaimedAt() != "":
		return "Ký lúc " + instant(one.GetClaimedAt()) + ", theo đồng hồ máy của người ký; không có dấu thời gian."
	default:
		return "Chữ ký không ghi thời gian ký."
	}
}

func certificateSentence(one *reportsv1.PdfSignature) string {
	if one.GetNotAfter() == "" {
		return ""
	}
	span := "từ " + dayOf(one.GetNotBefore()) + " đến " + dayOf(one.GetNotAfter())
	switch one.GetCertificate() {
	case "in-force":
		return "Chứng thư còn hiệu lực vào lúc đó (" + span + ")."
	case "not-in-force":
		return "Chứng thư không có hiệu lực vào lúc đó (" + span + ")."
	default:
		return "Chứng thư có hiệu lực " + span + "."
	}
}

// dayOf is the civil day of an instant.
func dayOf(wire string) string {
	at, ok := parseInstant(wire)
	if !ok {
		return wire
	}
	return calendar.DateOf(at).Vietnamese()
}
