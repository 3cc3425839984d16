package units

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"nenep/proto/wire"
)

type change struct {
	ID         int64 `gorm:"primaryKey;->"`
	At         time.Time
	Kind       string
	Service    string
	OfficialID reference
	Payload    []byte
}

// Kinds of change.
const (
	changeLoaded                  = "loaded"
	changeOfficialsLoaded         = "officials-loaded"
	changeUnitsImported           = "units-imported"
	changeSetting                 = "setting-changed"
	changeDaysOff                 = "days-off-changed"
	changeBoard                   = "board-written"
	changeVacancy                 = "vacancy-recorded"
	changeReorganisationPlanned   = "reorganisation-planned"
	changeReorganisationCancelled = "reorganisation-cancelled"
	changeReorganisationApplied   = "reorganisation-applied"
	changeReorganisationFinished  = "reorganisation-finished"
	changeAbsenceRecorded         = "absence-recorded"
	changeAbsenceEnded            = "absence-ended"
	changeDelegationRecorded      = "delegation-recorded"
	changeDelegationRevoked       = "delegation-revoked"
	changeReach                   = "reach-changed"
)

// record writes who changed what now into the audit, and answers the change's id.
func (s *server) record(ctx context.Context, tx *gorm.DB, kind string, payload any) (int64, error) {
	caller := wire.IdentityOf(ctx)
	return recordChange(tx, change{At: s.now(), Kind: kind, Service: caller.Service, OfficialID: reference(caller.OfficialID)}, payload)
}

// recordChange writes what changed into the audit and answers the change's id.
func recordChange(tx *gorm.DB, row change, payload any) (int64, error) {
	encoded, err := json.Marshal(payload)
	if err != nil {
		return 0, fmt.Errorf("record change: %w", err)
	}
	row.Payload = encoded
	if err := tx.Create(&row).Error; err != nil {
		return 0, fmt.Errorf("record change: %w", err)
	}
	return row.ID, nil
}
