package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const signedCopyPath = "/h/" + khoaiChauCase + "/ban-da-ky"

func TestASignedCopyIsFiledWithItsFileInOneForm(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	require.Contains(t, b.get(caseURL(khoaiChauCase)).words("#ban-da-ky"), "Chưa lưu bản đã ký")
	form := b.get(signedCopyPath)
	after := b.sendStep(signedCopyPath, url.Values{
		"act_id": {form.value("[name=act_id]")}, "replaces": {form.value("[name=replaces]")}, "number": {"118/BC-UBND"}, "signed_on": {"21/12/2026"}, "signer_post": {"Chủ tịch UBND xã"}, "do": {"act"},
	}, map[string]string{"bao-cao.pdf": "%PDF-1.7"})
	require.Equal(t, caseURL(khoaiChauCase), after.path)
	require.Equal(t, "Đã lưu bản đã ký số 118/BC-UBND; đây là bản chính thức của hồ sơ.", after.words(".banner"))
	require.Equal(t, []any{"F-up-bao-cao.pdf", "2026-12-21", int32(0)}, []any{h.filed[0].GetFileId(), h.filed[0].GetSignedOn(), h.filed[0].GetReplaces()})
	said := after.words("#ban-da-ky")
	require.Contains(t, said, "Số 118/BC-UBND ngày 21/12/2026 · người ký: Chủ tịch UBND xã bản chính thức")
	require.Contains(t, said, "Bản quét, không có chữ ký số.")
	require.Contains(t, said, "Thay bản đã ký")
}

func TestEveryFaultOfASignedCopyIsNamedAndWhatWasTypedStays(t *testing.T) {
	h := newHouse(t)
	h.copies = signedCopies()
	b := serve(t, h).as(t, "o-an")
	form := b.get(signedCopyPath)
	require.Contains(t, form.words(".banner"), "Bản đang dùng: số 118/BC-UBND ngày 21/12/2026")
	back := b.sendStep(signedCopyPath, url.Values{"act_id": {form.value("[name=act_id]")}, "replaces": {form.value("[name=replaces]")}, "signed_on": {"30/02/2026"}, "signer_post": {"Chủ tịch"}, "do": {"act"}}, nil)
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	require.Equal(t, 4, back.Find(".summary li").Length(), back.words(".summary"))
	require.Contains(t, back.words(".summary"), "“30/02/2026” không phải là ngày có trong lịch")
	require.Equal(t, []string{"30/02/2026", "Chủ tịch"}, []string{back.value("#f-signed_on"), back.value("#f-signer_post")})

	uploaded := b.sendStep(signedCopyPath, url.Values{"act_id": {form.value("[name=act_id]")}, "number": {"119/BC-UBND"}, "do": {"upload"}}, map[string]string{"moi.pdf": "%PDF-1.7"})
	require.Equal(t, http.StatusOK, uploaded.status)
	require.Equal(t, "119/BC-UBND", uploaded.value("#f-number"))
	require.Equal(t, 1, uploaded.Find("#f-copy_file input[checked]").Length(), "the file that came is the one that is meant")
	refused := b.sendStep(signedCopyPath, url.Values{"act_id": {form.value("[name=act_id]")}, "do": {"act"}}, map[string]string{"virus.exe": "MZ"})
	require.Contains(t, refused.words(".summary"), "Hệ thống không nhận tệp .exe")
}

func TestTheCasePageTellsEachSignatureInPlainWords(t *testing.T) {
	h := newHouse(t)
	h.copies = signedCopies()
	s := serve(t, h)
	said := s.as(t, "o-dung").get(caseURL(khoaiChauCase)).words("#ban-da-ky")
	for _, one := range []string{
		"Chữ ký 1: Trần Thị Bình, Ủy ban nhân dân xã Khoái Châu khớp với tệp",
		"Sau khi ký, tệp có ghi thêm 41.000 byte, nằm trong phần mà chữ ký 2 đã ký.",
		"Ký lúc 09:05 ngày 21/12/2026, theo dấu thời gian của Dấu thời gian thử nghiệm.",
		"Chứng thư còn hiệu lực vào lúc đó (từ 01/01/2025 đến 31/12/2029).",
		"Ký lúc 09:11 ngày 21/12/2026, theo đồng hồ máy của người ký; không có dấu thời gian.",
		"Chưa đối chiếu với chứng thư gốc.",
		"Chữ ký 3: Trần Thị Bình không khớp", "Nội dung tệp đã bị thay đổi sau khi ký.",
		"Tệp còn 3 chỗ ghi là chữ ký chưa đọc, vì quá nhiều.",
		"không hỏi nơi cấp xem chứng thư đã bị thu hồi hay chưa", "Các bản trước (1)", "Lý do thay: Bản trước ghi thiếu danh sách ý kiến.",
	} {
		require.Contains(t, said, one)
	}
	require.NotContains(t, said, "Thay bản đã ký", "who only reads files nothing")
	require.NotContains(t, said, "hợp lệ")

	h.cases[khoaiChauCase].State.State, h.cases[khoaiChauCase].State.Sealed = casefilev1.State_STATE_ACCEPTED, true
	own := s.as(t, "o-an")
	require.NotContains(t, own.get(caseURL(khoaiChauCase)).words("#ban-da-ky"), "Thay bản đã ký")
	require.Contains(t, own.get(signedCopyPath).words("main"), "đã khóa kỳ")
}

func TestEverySignatureEndsInASentence(t *testing.T) {
	for _, row := range []struct {
		one      *reportsv1.PdfSignature
		standing string
		says     string
	}{
		{&reportsv1.PdfSignature{Integrity: "intact"}, "khớp với tệp", "Tệp không thay đổi từ khi ký."},
		{&reportsv1.PdfSignature{Integrity: "intact", AddedBytes: 5}, "khớp phần đã ký, sau đó có ghi thêm", "Sau khi ký, tệp có ghi thêm 5 byte mà không chữ ký nào bao trùm: nội dung nhìn thấy có thể khác nội dung đã ký."},
		{&reportsv1.PdfSignature{Integrity: "broken", Fault: "range"}, "không khớp", "Vùng được ký ghi trong tệp không khớp với tệp nên chữ ký không chứng minh được gì."},
		{&reportsv1.PdfSignature{Integrity: "broken", Fault: "foreign"}, "không khớp", "Chữ ký không phải do khóa của chứng thư này tạo ra."},
		{&reportsv1.PdfSignature{Integrity: "unread", Fault: "kind"}, "chưa kiểm tra được", "Loại chữ ký này hệ thống chưa đọc được."},
		{&reportsv1.PdfSignature{Integrity: "unread", Fault: "algorithm"}, "chưa kiểm tra được", "Thuật toán của chữ ký này hệ thống chưa đọc được."},
		{&reportsv1.PdfSignature{Integrity: "unread", Fault: "certificate"}, "chưa kiểm tra được", "Tệp không kèm chứng thư của người ký."},
		{&reportsv1.PdfSignature{Integrity: "unread", Fault: "of tomorrow"}, "chưa kiểm tra được", "Phần chữ ký trong tệp không đúng cấu trúc hoặc quá lớn."},
		{&reportsv1.PdfSignature{}, "chưa kiểm tra được", "Phần chữ ký trong tệp không đúng cấu trúc hoặc quá lớn."},
	} {
		view := newSignatureViews([]*reportsv1.PdfSignature{row.one})[0]
		require.Equal(t, row.standing, view.Standing)
		require.Equal(t, row.says, view.Says[0])
		require.Equal(t, "không đọc được tên", view.Name)
	}
	weak := newSignatureViews([]*reportsv1.PdfSignature{{Integrity: "intact", Weak: true, StampedAt: "2026-12-21T02:05:00Z", Authority: "A", AuthorityTrust: "untrusted", Certificate: "not-in-force", NotBefore: "2020-01-01T00:00:00Z", NotAfter: "2021-01-01T00:00:00Z", Trust: "untrusted"}})[0]
	require.Equal(t, []string{
		"Tệp không thay đổi từ khi ký.",
		"Ký lúc 09:05 ngày 21/12/2026, theo dấu thời gian của A, nơi không dẫn đến chứng thư gốc nào đã cài đặt.",
		"Chứng thư không có hiệu lực vào lúc đó (từ 01/01/2020 đến 01/01/2021).",
		"Chứng thư không dẫn đến chứng thư gốc nào mà tỉnh đã cài đặt.",
		"Chữ ký dùng thuật toán SHA-1, không còn đủ tin cậy.",
	}, weak.Says)
}
