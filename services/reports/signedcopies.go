package reports

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

type signedCopyRow struct {
	ActID      string `gorm:"primaryKey"`
	CaseID     string
	Version    int32
	FileID     string
	Number     string
	SignedOn   string `gorm:"type:date"`
	SignerPost string
	Reason     string
	Reading    string
	OfficialID string
	FiledAt    time.Time
}

// TableName is the table of the row.
func (signedCopyRow) TableName() string { return "signed_copies" }

const (
	mostNumber = 60
	mostPost   = 200
)

// documentNumber is number and symbol as an administrative body ("05/BC-UBND", "12/2026/NQ-HĐND") or a Party body ("05-BC/ĐU") writes them.
var documentNumber = regexp.MustCompile(`^\d{1,6}([/-](\d{4}|[\p{Lu}][\p{L}\d&.]*))+$`)

// FileSignedCopy makes a PDF of the case its version of record.
func (s *server) FileSignedCopy(ctx context.Context, request *connect.Request[reportsv1.FileSignedCopyRequest]) (*connect.Response[reportsv1.SignedCopy], error) {
	asked := trimmed(request.Msg)
	row, err := s.register.find(ctx, asked.GetCaseId())
	if err != nil {
		return nil, err
	}
	who, err := s.mayFile(ctx, row)
	if err != nil {
		return nil, err
	}
	filed, err := s.filedBefore(ctx, asked)
	if err != nil {
		return nil, err
	}
	if filed == nil {
		if filed, err = s.fileCopy(ctx, asked, row, who); wire.RefusalOf(err).GetCode() == contract.CodeConflict {
			filed, err = s.filedMeanwhile(ctx, asked, err)
		}
		if err != nil {
			return nil, err
		}
	}
	copies, err := s.copiesOf(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(copies, func(one *reportsv1.SignedCopy) bool { return one.GetActId() == filed.ActID })
	if at < 0 {
		return nil, fmt.Errorf("signed copy %s of %s is not there after it was filed", filed.ActID, row.ID)
	}
	return connect.NewResponse(copies[at]), nil
}

func trimmed(asked *reportsv1.FileSignedCopyRequest) *reportsv1.FileSignedCopyRequest {
	return &reportsv1.FileSignedCopyRequest{
		ActId: asked.GetActId(), CaseId: asked.GetCaseId(), FileId: asked.GetFileId(), Number: strings.TrimSpace(asked.GetNumber()), SignedOn: asked.GetSignedOn(),
		SignerPost: strings.TrimSpace(asked.GetSignerPost()), Replaces: asked.GetReplaces(), Reason: strings.TrimSpace(asked.GetReason()),
	}
}

// mayFile tells in whose name the caller files; whoever hands in files may say which of them was issued.
func (s *server) mayFile(ctx context.Context, row caseRow) (acting, error) {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return acting{}, wire.Forbidden("Chưa biết cán bộ nào lưu bản đã ký. Đăng nhập rồi gửi lại.", "It is not known which official files the signed copy. Sign in and send again.")
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return acting{}, err
	}
	if who, own := ownHat(hats, bodiesOf(row)); own {
		return who, nil
	}
	if who, reviews := reviewingHat(hats, bodiesOf(row)); reviews {
		return who, nil
	}
	return acting{}, s.notYours(ctx, "lưu bản đã ký", "file a signed copy", row.UnitID)
}

// filedBefore answers the copy that the act id stands for already, nil when there is none.
func (s *server) filedBefore(ctx context.Context, asked *reportsv1.FileSignedCopyRequest) (*signedCopyRow, error) {
	stored, err := s.register.findAct(ctx, asked.GetActId())
	if err != nil || stored == nil {
		return nil, err
	}
	var rows []signedCopyRow
	if err := s.register.db.WithContext(ctx).Where("act_id = ?", asked.GetActId()).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read signed copy %s: %w", asked.GetActId(), err)
	}
	if len(rows) == 0 || !rows[0].says(asked) || rows[0].OfficialID != wire.IdentityOf(ctx).OfficialID {
		return nil, conflict(asked.GetActId())
	}
	return &rows[0], nil
}

// filedMeanwhile: the form that was pressed twice finds its own copy where it would be refused for another's.
func (s *server) filedMeanwhile(ctx context.Context, asked *reportsv1.FileSignedCopyRequest, refusal error) (*signedCopyRow, error) {
	filed, err := s.filedBefore(ctx, asked)
	if err == nil && filed == nil {
		err = refusal
	}
	return filed, err
}

func (row signedCopyRow) says(asked *reportsv1.FileSignedCopyRequest) bool {
	return row.CaseID == asked.GetCaseId() && row.FileID == asked.GetFileId() && row.Number == asked.GetNumber() && row.SignedOn[:min(10, len(row.SignedOn))] == asked.GetSignedOn() &&
		row.SignerPost == asked.GetSignerPost() && row.Reason == asked.GetReason()
}

// fileCopy judges everything that was sent, reads the file's signatures, and stores the copy with the act that tells the case of it.
func (s *server) fileCopy(ctx context.Context, asked *reportsv1.FileSignedCopyRequest, row caseRow, who acting) (*signedCopyRow, error) {
	if row.Sealed || ended(row.State) {
		return nil, wire.Refuse(contract.CodeWrongState, "Hồ sơ đã khóa kỳ hoặc đã kết thúc nên không lưu bản đã ký được.", "The case is sealed or closed and takes no signed copy.")
	}
	standing, err := s.register.versionOfRecord(s.register.db.WithContext(ctx), row.ID)
	if err != nil {
		return nil, err
	}
	file, faults, err := s.copyFaults(ctx, asked, row, standing)
	if err != nil {
		return nil, err
	}
	reading := &reportsv1.SignedCopy{}
	if file != nil {
		var fault *casefilev1.FieldFault
		if reading, fault, err = s.readSignatures(ctx, *file); err != nil {
			return nil, err
		}
		if fault != nil {
			faults = append(faults, fault)
		}
	}
	if err := refuseFields(sortFaults(faults)); err != nil {
		return nil, err
	}
	text, err := canonical(reading)
	if err != nil {
		return nil, err
	}
	filed := signedCopyRow{ActID: asked.GetActId(), CaseID: row.ID, Version: standing + 1, FileID: file.ID, Number: asked.GetNumber(), SignedOn: asked.GetSignedOn(),
		SignerPost: asked.GetSignerPost(), Reason: asked.GetReason(), Reading: string(text), OfficialID: wire.IdentityOf(ctx).OfficialID, FiledAt: s.now().UTC()}
	return &filed, s.keepCopy(ctx, filed, *file, who)
}

// versionOfRecord is the number of the copy that counts; 0 = none was filed.
func (r register) versionOfRecord(db *gorm.DB, caseID string) (version int32, err error) {
	if err := db.Model(&signedCopyRow{}).Where("case_id = ?", caseID).Select("coalesce(max(version), 0)").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the version of record of %s: %w", caseID, err)
	}
	return version, nil
}

// copyFaults judges the fields. The file is answered when it may be read.
func (s *server) copyFaults(ctx context.Context, asked *reportsv1.FileSignedCopyRequest, row caseRow, standing int32) (*fileRow, []*casefilev1.FieldFault, error) {
	faults := numberFaults(asked.GetNumber())
	faults = append(faults, s.signedOnFaults(asked.GetSignedOn(), row)...)
	if asked.GetSignerPost() == "" {
		faults = append(faults, missing("signer_post", "chức vụ người ký", "the signer's post"))
	}
	faults = append(faults, tooLong("signer_post", "chức vụ người ký", "the signer's post", asked.GetSignerPost(), mostPost)...)
	if asked.GetReplaces() > 0 && asked.GetReason() == "" {
		faults = append(faults, missing("reason", "lý do thay bản đã ký", "the reason why the signed copy is replaced"))
	}
	if standing == 0 && asked.GetReason() != "" {
		faults = append(faults, wire.Field("reason", "Hồ sơ chưa có bản đã ký nào để thay. Bỏ trống lý do.", "The case has no signed copy to be replaced. Leave the reason empty."))
	}
	faults = append(faults, tooLong("reason", "lý do", "the reason", asked.GetReason(), mostWords)...)
	file, fault, err := s.copyFile(ctx, asked.GetFileId(), row.ID)
	if err != nil {
		return nil, nil, err
	}
	if fault != nil {
		faults = append(faults, fault)
	}
	if len(faults) == 0 && asked.GetReplaces() != standing {
		return nil, nil, movedOn(standing)
	}
	return file, faults, nil
}

func numberFaults(number string) []*casefilev1.FieldFault {
	if number == "" {
		return []*casefilev1.FieldFault{missing("number", "số, ký hiệu văn bản", "the document's number and symbol")}
	}
	if faults := tooLong("number", "số, ký hiệu văn bản", "the document's number and symbol", number, mostNumber); len(faults) > 0 {
		return faults
	}
	if documentNumber.MatchString(number) {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field("number", fmt.Sprintf("“%s” không phải là số, ký hiệu văn bản. Nhập theo dạng 05/BC-UBND hoặc 05-BC/ĐU.", number),
		fmt.Sprintf("“%s” is not a document's number and symbol. Enter it as 05/BC-UBND or 05-BC/ĐU.", number))}
}

func (s *server) signedOnFaults(signedOn string, row caseRow) []*casefilev1.FieldFault {
	if signedOn == "" {
		return []*casefilev1.FieldFault{missing("signed_on", "ngày ký", "the day of signing")}
	}
	if faults := dayFault("signed_on", signedOn); len(faults) > 0 {
		return faults
	}
	if on := calendar.MustDate(signedOn); on.After(today(s.now(), row.ClockOffsetSeconds, row.CaseClock)) {
		return []*casefilev1.FieldFault{wire.Field("signed_on", fmt.Sprintf("Ngày ký (%s) sau ngày hôm nay. Nhập ngày ghi trên văn bản.", on.Vietnamese()),
			fmt.Sprintf("The day of signing (%s) is after today. Enter the day that stands on the document.", on))}
	}
	return nil
}

// copyFile finds the PDF among the files of the case and of those it goes on with.
func (s *server) copyFile(ctx context.Context, fileID, caseID string) (*fileRow, *casefilev1.FieldFault, error) {
	if fileID == "" {
		return nil, missing("file_id", "tệp bản đã ký", "the file of the signed copy"), nil
	}
	own, err := s.register.fileIDs(ctx, caseID)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(own, fileID) {
		return nil, wire.Field("file_id", "Tệp này không thuộc hồ sơ. Chọn một tệp đã nộp với hồ sơ này hoặc tải tệp lên.",
			"This file does not belong to the case. Choose one that was handed in with it, or upload one."), nil
	}
	var file fileRow
	if err := s.register.db.WithContext(ctx).Where("id = ?", fileID).Take(&file).Error; err != nil {
		return nil, nil, fmt.Errorf("read file %s: %w", fileID, err)
	}
	if file.MediaType != acceptedTypes["pdf"] {
		return nil, wire.Field("file_id", fmt.Sprintf("Tệp “%s” không phải là PDF. Bản đã ký lưu dưới dạng PDF.", file.Name),
			fmt.Sprintf("The file “%s” is no PDF. Signed copies are kept as PDF.", file.Name)), nil
	}
	return &file, nil, nil
}

// movedOn is E18 for signed copies.
func movedOn(standing int32) error {
	return wire.Refuse(contract.CodeConflict,
		fmt.Sprintf("Người khác vừa lưu bản đã ký (phiên bản %d). Tải lại trang hồ sơ, đối chiếu rồi gửi lại.", standing),
		fmt.Sprintf("Somebody else has just filed a signed copy (version %d). Reload the case's page, compare, and send again.", standing))
}

var errMovedOn = errors.New("another version of record was filed meanwhile")

// keepCopy stores the copy, the act that tells the case, and both entries of the trail, all or nothing; then it delivers the act.
func (s *server) keepCopy(ctx context.Context, filed signedCopyRow, file fileRow, who acting) error {
	act := &casefilev1.Act{ActId: filed.ActID, CaseId: filed.CaseID, OfficialId: filed.OfficialID, At: filed.FiledAt.Format(time.RFC3339Nano), ActingUnitId: who.unitID, ActingRole: who.role,
		Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Kind: contract.NoteSignedCopy, On: filed.SignedOn, Words: filed.Number}}}
	hash, err := contentHash(act)
	if err != nil {
		return err
	}
	body, err := canonical(act)
	if err != nil {
		return err
	}
	stored := actRow{ActID: filed.ActID, CaseID: filed.CaseID, Kind: actKind(act), OfficialID: filed.OfficialID, ContentSha256: hash, Body: string(body), StoredAt: filed.FiledAt}
	err = s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// One at a time upon a case: the next one sees this version.
		if err := tx.Exec("SELECT 1 FROM cases WHERE id = ? FOR UPDATE", filed.CaseID).Error; err != nil {
			return fmt.Errorf("lock case %s: %w", filed.CaseID, err)
		}
		if standing, err := s.register.versionOfRecord(tx, filed.CaseID); err != nil || standing != filed.Version-1 {
			return errors.Join(err, errMovedOn)
		}
		if err := tx.Create(&filed).Error; err != nil {
			return fmt.Errorf("store signed copy %s: %w", filed.ActID, err)
		}
		if err := insertAct(tx, &stored, act); err != nil {
			return err
		}
		entry, err := canonicalJSON(fmt.Appendf(nil, `{"act_id":%q,"file_id":%q,"sha256":%q,"version":%d}`, filed.ActID, file.ID, file.Sha256, filed.Version))
		if err != nil {
			return err
		}
		return appendAudit(tx, auditEntry{at: filed.FiledAt, kind: "signed-copy-filed", caseID: filed.CaseID, officialID: filed.OfficialID, body: entry})
	})
	if errors.Is(err, errMovedOn) {
		return movedOn(filed.Version)
	}
	if err != nil {
		return err
	}
	// The copy is kept whatever the case answers; an act that does not reach it now is delivered later.
	_, err = s.answer(context.WithoutCancel(ctx), stored)
	return err
}

// ListSignedCopies answers the signed copies of a case.
func (s *server) ListSignedCopies(ctx context.Context, request *connect.Request[reportsv1.ListSignedCopiesRequest]) (*connect.Response[reportsv1.ListSignedCopiesResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	if err := s.maySee(ctx, row); err != nil {
		return nil, err
	}
	copies, err := s.copiesOf(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.ListSignedCopiesResponse{Copies: copies, RootsConfigured: s.signatureRoots.Count > 0}), nil
}

// copiesOf reads the copies of a case, the version of record first; chains are judged by the roots of today.
func (s *server) copiesOf(ctx context.Context, caseID string) ([]*reportsv1.SignedCopy, error) {
	var rows []struct {
		Copy    signedCopyRow `gorm:"embedded"`
		Name    string
		Size    int64
		Sha256  string `gorm:"column:sha256"`
		Deleted bool
	}
	err := s.register.db.WithContext(ctx).Raw(`SELECT c.*, files.name, files.size, files.sha256,
		EXISTS (SELECT 1 FROM deleted_files WHERE deleted_files.file_id = files.id) AS deleted
		FROM signed_copies c JOIN files ON files.id = c.file_id WHERE c.case_id = ? ORDER BY c.version DESC`, caseID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the signed copies of %s: %w", caseID, err)
	}
	copies := make([]*reportsv1.SignedCopy, len(rows))
	for i, row := range rows {
		one := &reportsv1.SignedCopy{}
		if err := readStored(row.Copy.Reading, one); err != nil {
			return nil, err
		}
		for _, signature := range one.GetSignatures() {
			s.judgeChains(signature)
		}
		copied := row.Copy
		one.ActId, one.CaseId, one.Version, one.Current, one.FileId = copied.ActID, copied.CaseID, copied.Version, i == 0, copied.FileID
		one.FileName, one.Size, one.Sha256, one.ContentDeleted = row.Name, row.Size, row.Sha256, row.Deleted
		one.Number, one.SignedOn, one.SignerPost, one.Reason = copied.Number, copied.SignedOn[:min(10, len(copied.SignedOn))], copied.SignerPost, copied.Reason
		one.OfficialId, one.FiledAt = copied.OfficialID, copied.FiledAt.UTC().Format(time.RFC3339)
		copies[i] = one
	}
	return copies, nil
}
