package reports

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/wire"
)

// Kinds of orders to bring the register and Temporal together again.
const (
	repairRebuild = "rebuild"
	repairReopen  = "reopen"
	repairResend  = "resend"
)

// repairRow is an order with its reason.
type repairRow struct {
	ID         string `gorm:"primaryKey"`
	Kind       string
	CaseID     string
	Words      string
	OfficialID string
	OrderedAt  time.Time
}

// TableName is the table of the row.
func (repairRow) TableName() string { return "repair_orders" }

// mayRepair lets in administrators, and the terminal with the services' key.
func (s *server) mayRepair(ctx context.Context) error {
	id := wire.IdentityOf(ctx)
	if id.OfficialID == "" && (id.Service == "terminal" || id.Service == "worker") {
		return nil
	}
	hats, err := s.hats(ctx, id.OfficialID)
	if err != nil {
		return err
	}
	if _, administers := hatWith(hats, roleAdministrator); administers && id.OfficialID != "" {
		return nil
	}
	return wire.Forbidden("Chỉ quản trị hệ thống mới sửa được sổ theo dõi và mở lại hồ sơ đã mất. Liên hệ "+s.cfg.HelpContact+".",
		"Only an administrator may repair the register and reopen lost cases. Ask "+s.cfg.HelpContact+".")
}

// newRepair is an order of the caller; without a reason it is refused.
func (s *server) newRepair(ctx context.Context, kind, orderID, caseID, words string) (repairRow, error) {
	j := &judge{}
	j.needed("words", "lý do", "the reason (--words)", strings.TrimSpace(words))
	if orderID == "" {
		j.add("order_id", "Chưa có mã lệnh.", "The order has no id.")
	}
	return repairRow{ID: orderID, Kind: kind, CaseID: caseID, Words: strings.TrimSpace(words), OfficialID: wire.IdentityOf(ctx).OfficialID,
		OrderedAt: s.now().UTC()}, refuseFields(j.faults)
}

// keep writes the order and its entry in the trail; one that was written already stays as it is.
func (o repairRow) keep(tx *gorm.DB) error {
	kept := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoNothing: true}).Create(&o)
	if kept.Error != nil {
		return fmt.Errorf("keep the order %s: %w", o.ID, kept.Error)
	}
	if kept.RowsAffected == 0 {
		return nil
	}
	entry, err := o.entry()
	if err != nil {
		return err
	}
	return appendAudit(tx, entry)
}

// entry is the order in the trail, which keeps the fingerprint of its words.
func (o repairRow) entry() (auditEntry, error) {
	body, err := canonicalJSON(fmt.Appendf(nil, `{"order_id":%q,"kind":%q,"words_sha256":"%x"}`, o.ID, o.Kind, sha256.Sum256([]byte(o.Words))))
	return auditEntry{at: o.OrderedAt, kind: "repair-ordered", caseID: o.CaseID, officialID: o.OfficialID, body: body}, err
}
