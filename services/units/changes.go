package units

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
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
	Subjects   subjects
}

// subjects are the ids of what was changed, as a column of type text[] holds them.
type subjects []string

// Value writes the ids, which have no character that would have to be quoted.
func (s subjects) Value() (driver.Value, error) { return "{" + strings.Join(s, ",") + "}", nil }

// Scan reads a column of type text[].
func (s *subjects) Scan(value any) error {
	text, is := value.(string)
	if !is {
		return fmt.Errorf("ids cannot be read from %T", value)
	}
	*s = split(strings.Trim(text, "{}"), ",")
	return nil
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
	changeOfficial                = "official-written"
	changePositionGiven           = "position-given"
	changePositionEnded           = "position-ended"
	changePositionCorrected       = "position-corrected"
	changePositionRemoved         = "position-removed"
	changeUnit                    = "unit-written"
	changeArea                    = "area-written"
	changeMember                  = "member-written"
	changeMemberEnded             = "member-ended"
	changeHandedOver              = "post-handed-over"
)

// record writes who changed what now into the audit, under the ids of what it was, and answers the change's id.
func (s *server) record(ctx context.Context, tx *gorm.DB, kind string, payload any, of ...string) (int64, error) {
	caller := wire.IdentityOf(ctx)
	return recordChange(tx, change{At: s.now(), Kind: kind, Service: caller.Service, OfficialID: reference(caller.OfficialID), Subjects: of}, payload)
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
