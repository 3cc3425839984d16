package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// SignSynthesis records the signature of the last version and has the period of its reports sealed. While Temporal is away the signature is
// kept, and the sealing starts with the scheduled delivery of what could not be delivered.
func (s *server) SignSynthesis(ctx context.Context, request *connect.Request[reportsv1.SignSynthesisRequest]) (*connect.Response[reportsv1.SignSynthesisResponse], error) {
	of, err := s.synthesised(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	official := wire.IdentityOf(ctx).OfficialID
	hats, err := s.hats(ctx, official)
	if err != nil {
		return nil, err
	}
	if official == "" || !signs(hats, of.row.UnitID) {
		return nil, s.notYours(ctx, "ghi nhận việc ký bản tổng hợp", "record the signature of the synthesis", of.row.UnitID)
	}
	sign := signatureRow{CaseID: of.row.ID, Version: request.Msg.GetVersion(), Number: strings.TrimSpace(request.Msg.GetNumber()), Day: request.Msg.GetDay(),
		OfficialID: official, SignedAt: s.now().UTC()}
	if id := request.Msg.GetFileId(); id != "" {
		sign.FileID = &id
	}
	if err := s.signatureFaults(ctx, of, sign); err != nil {
		return nil, err
	}
	var row synthesisRow
	err = s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		row, err = signLast(tx, sign)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.startSealings(ctx, sign.CaseID)
	signed, err := signatures(s.register.db.WithContext(ctx), row.CaseID)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.SignSynthesisResponse{Head: headOf(row, signed)}), nil
}

// signatureFaults names everything that is wrong with what was typed.
func (s *server) signatureFaults(ctx context.Context, of toSynthesise, sign signatureRow) error {
	var faults []*casefilev1.FieldFault
	if sign.Number == "" {
		faults = append(faults, missing("number", "số, ký hiệu văn bản", "the number and symbol"))
	}
	switch day, err := calendar.ParseDate(sign.Day); {
	case err != nil:
		faults = append(faults, dayFault("day", sign.Day)...)
	case day.String() > of.now:
		faults = append(faults, wire.Field("day", fmt.Sprintf("Ngày ký %s ở tương lai. Nhập ngày ghi trên văn bản đã ký.", day.Vietnamese()),
			fmt.Sprintf("The day %s is to come. Enter the day that stands on the signed paper.", day)))
	}
	if sign.FileID != nil {
		var found int64
		if err := s.register.db.WithContext(ctx).Model(&fileRow{}).Where("id = ? AND case_id = ?", *sign.FileID, of.row.ID).Count(&found).Error; err != nil {
			return fmt.Errorf("find file %s: %w", *sign.FileID, err)
		}
		if found == 0 {
			faults = append(faults, wire.Field("file_id", "Tệp này không thuộc hồ sơ tổng hợp. Gửi bản đã ký lên hồ sơ này.",
				"This file is not of the synthesis. Upload the signed copy to its case."))
		}
	}
	return refuseFields(sortFaults(faults))
}

// signLast keeps the signature, once. The same again changes nothing.
func signLast(tx *gorm.DB, sign signatureRow) (synthesisRow, error) {
	if err := lockSynthesis(tx, sign.CaseID); err != nil {
		return synthesisRow{}, err
	}
	row, err := version(tx, sign.CaseID, sign.Version)
	if err != nil {
		return synthesisRow{}, err
	}
	if row == nil {
		return synthesisRow{}, noSuchVersion(sign.Version)
	}
	signed, err := signatures(tx, sign.CaseID)
	if err != nil {
		return *row, err
	}
	if before, is := signed[sign.Version]; is {
		return *row, before.sameAs(sign)
	}
	last, err := version(tx, sign.CaseID, 0)
	if err != nil {
		return *row, err
	}
	if last.Version != sign.Version {
		return *row, staleVersion(*row, *last)
	}
	if err := tx.Create(&sign).Error; err != nil {
		return *row, fmt.Errorf("keep the signature of synthesis %s: %w", sign.CaseID, err)
	}
	return *row, sign.audit(tx, *row)
}

func (row signatureRow) audit(tx *gorm.DB, of synthesisRow) error {
	body, err := json.Marshal(map[string]any{"version": row.Version, "sha256": of.Sha256, "number": row.Number, "day": row.Day, "file_id": textOf(row.FileID)})
	if err != nil {
		return fmt.Errorf("write the audit entry of synthesis %s: %w", row.CaseID, err)
	}
	return appendAudit(tx, auditEntry{at: row.SignedAt, kind: auditSigned, caseID: row.CaseID, officialID: row.OfficialID, body: body})
}

// sameAs refuses another signature of a version that has one.
func (row signatureRow) sameAs(again signatureRow) error {
	day := dayText(&row.Day)
	if row.Number == again.Number && day == again.Day && textOf(row.FileID) == textOf(again.FileID) {
		return nil
	}
	d, err := calendar.ParseDate(day)
	if err != nil {
		return fmt.Errorf("read the day on which synthesis %s was signed: %w", row.CaseID, err)
	}
	return wire.Refuse(contract.CodeConflict, fmt.Sprintf("Phiên bản %d đã ghi nhận ký: số %s ngày %s. Tải lại trang để xem.", row.Version, row.Number, d.Vietnamese()),
		fmt.Sprintf("Version %d is recorded as signed already: number %s of %s. Reload the page.", row.Version, row.Number, d))
}

func staleVersion(row, last synthesisRow) error {
	drawn := calendar.DateOf(last.DrawnUpAt)
	return wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("Phiên bản %d không còn là bản mới nhất: phiên bản %d lập ngày %s. Xem phần thay đổi rồi ghi nhận ký phiên bản %d.", row.Version, last.Version, drawn.Vietnamese(), last.Version),
		fmt.Sprintf("Version %d is not the newest any more: version %d was drawn up on %s. Look at what changed, then record the signature of version %d.", row.Version, last.Version, drawn, last.Version))
}

// startSealings has the periods sealed whose synthesis was signed and whose sealing could not be started yet; of one case, or of all.
func (s *server) startSealings(ctx context.Context, caseID string) {
	db := s.register.db.WithContext(ctx).Where("seal_workflow_id = ''")
	if caseID != "" {
		db = db.Where("case_id = ?", caseID)
	}
	var waiting []signatureRow
	if err := db.Order("signed_at").Find(&waiting).Error; err != nil {
		s.logger.Warn("signatures not read", zap.Error(err))
		return
	}
	for _, one := range waiting {
		if err := s.startSealing(ctx, one); err != nil {
			s.logger.Warn("sealing not started", zap.String("case", one.CaseID), zap.Int32("version", one.Version), zap.Error(err))
			return
		}
	}
}

func (s *server) startSealing(ctx context.Context, signed signatureRow) error {
	row, err := version(s.register.db.WithContext(ctx), signed.CaseID, signed.Version)
	if err != nil || row == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	id, err := s.seal(ctx, contract.SealInput{Obligation: row.ObligationID, Period: row.PeriodID, Document: signed.Number, OfficialID: signed.OfficialID})
	if err != nil {
		return err
	}
	return s.register.db.WithContext(ctx).Model(&signatureRow{}).Where("case_id = ? AND version = ?", signed.CaseID, signed.Version).Update("seal_workflow_id", id).Error
}
