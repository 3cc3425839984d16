package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// auditLock is the advisory lock under which entries are chained: one at a time in the database.
const auditLock = 0x6e656e6570617564 // "nenepaud"

// auditEntry is one state change as the trail keeps it. Body is canonical JSON and holds no words:
// those stay with the act, of which the trail keeps the fingerprint.
type auditEntry struct {
	at         time.Time
	kind       string
	caseID     string
	officialID string
	body       []byte
}

// hash chains the entry to the one before it.
func (e auditEntry) hash(previous []byte) ([]byte, error) {
	body, err := canonicalJSON(e.body)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal([]string{
		hex.EncodeToString(previous), e.at.UTC().Format(time.RFC3339Nano), e.kind, e.caseID, e.officialID, string(body),
	})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// appendAudit writes the entry in the caller's transaction. It takes the lock of the whole trail,
// so it comes last in every transaction: nobody waits for a row while holding it.
func appendAudit(tx *gorm.DB, entry auditEntry) error {
	entry.at = entry.at.UTC().Truncate(time.Microsecond) // what timestamptz keeps
	if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(auditLock)).Error; err != nil {
		return fmt.Errorf("lock the audit trail: %w", err)
	}
	var last []auditRow
	if err := tx.Select("hash").Order("id DESC").Limit(1).Find(&last).Error; err != nil {
		return fmt.Errorf("read the end of the audit trail: %w", err)
	}
	previous := make([]byte, sha256.Size)
	if len(last) > 0 {
		previous = last[0].Hash
	}
	hash, err := entry.hash(previous)
	if err != nil {
		return err
	}
	row := auditRow{At: entry.at, Kind: entry.kind, CaseID: entry.caseID, OfficialID: entry.officialID,
		Body: string(entry.body), PrevHash: previous, Hash: hash}
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

// auditCheck is how far the chain holds.
type auditCheck struct {
	entries  int64
	brokenAt int64 // id of the first entry that does not fit; 0 = the chain is whole
	last     []byte
}

// look judges the next entry of the trail; entries come in the order of their ids.
func (c *auditCheck) look(row auditRow) {
	c.entries++
	if c.brokenAt != 0 {
		return
	}
	entry := auditEntry{row.At, row.Kind, row.CaseID, row.OfficialID, []byte(row.Body)}
	hash, err := entry.hash(c.last)
	if err != nil || !bytes.Equal(row.PrevHash, c.last) || !bytes.Equal(row.Hash, hash) {
		c.brokenAt = row.ID
	}
	c.last = row.Hash
}

func (r register) checkAudit(ctx context.Context) (auditCheck, error) {
	check := auditCheck{last: make([]byte, sha256.Size)}
	rows, err := r.db.WithContext(ctx).Model(&auditRow{}).Order("id").Rows()
	if err != nil {
		return check, fmt.Errorf("read the audit trail: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row auditRow
		if err := r.db.ScanRows(rows, &row); err != nil {
			return check, fmt.Errorf("read an entry of the audit trail: %w", err)
		}
		check.look(row)
	}
	return check, rows.Err()
}

// mayCheckAudit: the whole trail is read for it, so that it is not everybody's to ask.
func (s *server) mayCheckAudit(ctx context.Context) error {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return nil
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return err
	}
	if _, audits := hatWith(hats, roleAuditor); audits || mayOrder(hats) {
		return nil
	}
	return wire.Forbidden("Tài khoản này không có quyền kiểm tra nhật ký. Liên hệ "+s.cfg.HelpContact+".", "This account may not check the audit trail. Ask "+s.cfg.HelpContact+".")
}

// CheckAudit verifies the hash chain from its first entry: for the services, auditors, administrators and the leaders of the standing agency.
func (s *server) CheckAudit(ctx context.Context, _ *connect.Request[reportsv1.CheckAuditRequest]) (*connect.Response[reportsv1.CheckAuditResponse], error) {
	if err := s.mayCheckAudit(ctx); err != nil {
		return nil, err
	}
	check, err := s.register.checkAudit(ctx)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.CheckAuditResponse{
		Entries: check.entries, Whole: check.brokenAt == 0, BrokenAt: check.brokenAt,
	}), nil
}
