package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
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
