package portal

import (
	"context"
	"slices"
	"strings"
	"sync"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// signedHouse is what the house knows of signed copies.
type signedHouse struct {
	reportsv1connect.UnimplementedSignedCopiesServiceHandler
	lock   sync.Mutex
	copies []*reportsv1.SignedCopy // the version of record first
	filed  []*reportsv1.FileSignedCopyRequest
}

func (h *signedHouse) ListSignedCopies(_ context.Context, r *connect.Request[reportsv1.ListSignedCopiesRequest]) (*connect.Response[reportsv1.ListSignedCopiesResponse], error) {
	h.lock.Lock()
	defer h.lock.Unlock()
	of := slices.DeleteFunc(slices.Clone(h.copies), func(one *reportsv1.SignedCopy) bool { return one.GetCaseId() != r.Msg.GetCaseId() })
	return connect.NewResponse(&reportsv1.ListSignedCopiesResponse{Copies: of}), nil
}

// FileSignedCopy refuses what is missing, as reports do.
func (h *signedHouse) FileSignedCopy(_ context.Context, r *connect.Request[reportsv1.FileSignedCopyRequest]) (*connect.Response[reportsv1.SignedCopy], error) {
	h.lock.Lock()
	defer h.lock.Unlock()
	m, faults := r.Msg, []*casefilev1.FieldFault(nil)
	for name, value := range map[string]string{"file_id": m.GetFileId(), "number": m.GetNumber(), "signed_on": m.GetSignedOn(), "signer_post": m.GetSignerPost()} {
		if strings.TrimSpace(value) == "" {
			faults = append(faults, wire.Field(name, "Chưa có "+name+". Nhập rồi gửi lại.", "Missing."))
		}
	}
	if _, err := calendar.ParseDate(m.GetSignedOn()); m.GetSignedOn() != "" && err != nil {
		faults = append(faults, wire.Field("signed_on", "“"+m.GetSignedOn()+"” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", "No day."))
	}
	if m.GetReplaces() > 0 && m.GetReason() == "" {
		faults = append(faults, wire.Field("reason", "Chưa có lý do thay bản đã ký. Nhập lý do rồi gửi lại.", "Missing."))
	}
	if len(faults) > 0 {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, "Có mục chưa đúng.", "Some fields are not right.", faults...))
	}
	h.filed = append(h.filed, m)
	for _, one := range h.copies {
		one.Current = one.GetCurrent() && one.GetCaseId() != m.GetCaseId()
	}
	copied := &reportsv1.SignedCopy{ActId: m.GetActId(), CaseId: m.GetCaseId(), Version: m.GetReplaces() + 1, Current: true, FileId: m.GetFileId(), FileName: strings.TrimPrefix(m.GetFileId(), "F-up-"), Size: 412_000,
		Sha256: strings.Repeat("ab", 32), Number: m.GetNumber(), SignedOn: m.GetSignedOn(), SignerPost: m.GetSignerPost(), Reason: m.GetReason(), OfficialId: "o-an", FiledAt: "2026-12-24T02:00:00Z"}
	h.copies = append([]*reportsv1.SignedCopy{copied}, h.copies...)
	return connect.NewResponse(copied), nil
}

// signedCopies are a version of record with three signatures, each of another standing, and the scan that it replaced.
func signedCopies() []*reportsv1.SignedCopy {
	sound := &reportsv1.PdfSignature{Integrity: "intact", Signer: "Trần Thị Bình", Organisation: "Ủy ban nhân dân xã Khoái Châu", Issuer: "Cơ quan chứng thực thử nghiệm", Serial: "5f31c0a97be2",
		NotBefore: "2024-12-31T17:00:00Z", NotAfter: "2029-12-31T16:59:59Z", StampedAt: "2026-12-21T02:05:00Z", Authority: "Dấu thời gian thử nghiệm", AuthorityTrust: "trusted", Certificate: "in-force", Trust: "trusted",
		AddedBytes: 41_000, AddedCoveredBy: 2}
	body := &reportsv1.PdfSignature{Integrity: "intact", Signer: "Ủy ban nhân dân xã Khoái Châu", Issuer: "Cơ quan chứng thực thử nghiệm", Serial: "71a2", NotBefore: "2024-12-31T17:00:00Z", NotAfter: "2029-12-31T16:59:59Z",
		ClaimedAt: "2026-12-21T02:11:00Z", Certificate: "in-force", Trust: "unchecked"}
	changed := &reportsv1.PdfSignature{Integrity: "broken", Fault: "changed", Signer: "Trần Thị Bình", Serial: "5f31c0a97be2", Issuer: "Cơ quan chứng thực thử nghiệm", ClaimedAt: "2026-12-21T02:11:00Z"}
	return []*reportsv1.SignedCopy{
		{ActId: "a-ky-00002", CaseId: khoaiChauCase, Version: 2, Current: true, FileId: "F-publish", FileName: "Báo cáo kết quả hội nghị (đã ký).pdf", Size: 1_412_000, Sha256: strings.Repeat("c0ffee12", 8), Number: "118/BC-UBND",
			SignedOn: "2026-12-21", SignerPost: "Chủ tịch UBND xã", Reason: "Bản trước ghi thiếu danh sách ý kiến.", OfficialId: "o-an", FiledAt: "2026-12-22T03:00:00Z", Signatures: []*reportsv1.PdfSignature{sound, body, changed}, FurtherSignatures: 3},
		{ActId: "a-ky-00001", CaseId: khoaiChauCase, Version: 1, FileId: "F-minutes", FileName: "Báo cáo (bản quét).pdf", Size: 812_000, Sha256: strings.Repeat("3fa9c1d2", 8), Number: "117/BC-UBND", SignedOn: "2026-12-20",
			SignerPost: "Chủ tịch UBND xã", OfficialId: "o-an", FiledAt: "2026-12-20T08:00:00Z"},
	}
}
