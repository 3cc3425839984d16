package units

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/units/reach"
)

// SetReach changes the mail address and the telephone number of an official; an empty one takes it out.
// The official himself and administrators do so: the address also signs its owner in, so that a head who
// could change it could act as another. The audit says which of the two changed, never what it is.
func (s *server) SetReach(ctx context.Context, r *connect.Request[unitsv1.SetReachRequest]) (*connect.Response[unitsv1.Official], error) {
	id := r.Msg.GetOfficialId()
	if !isHimself(ctx, id) {
		if err := s.mayAdminister(ctx, "thay đổi địa chỉ nhận thông báo của cán bộ khác", "change by what address another official is reached"); err != nil {
			return nil, err
		}
	}
	email, phone, err := readReach(r.Msg)
	if err != nil {
		return nil, err
	}
	var row official
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id).Take(&row).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return unknownOfficial(id)
		}
		if err != nil {
			return err
		}
		return s.setReach(ctx, tx, &row, email, phone)
	})
	if err != nil {
		return nil, fmt.Errorf("set how %s is reached: %w", id, err)
	}
	// Whoever may set the number is shown it.
	return connect.NewResponse(s.officialMessage(row, sight{all: true})), nil
}

// readReach reads both addresses and refuses with all that is wrong with them.
func readReach(asked *unitsv1.SetReachRequest) (email, phone string, err error) {
	var read request
	email, wrongEmail := reach.Email(asked.GetEmail())
	phone, wrongPhone := reach.Phone(asked.GetPhone())
	if wrongEmail != nil {
		read.fault("email", wrongEmail.VI, wrongEmail.EN)
	}
	if wrongPhone != nil {
		read.fault("phone", wrongPhone.VI, wrongPhone.EN)
	}
	return email, phone, read.err()
}

// setReach writes what changed and records it; nothing when nothing did.
func (s *server) setReach(ctx context.Context, tx *gorm.DB, row *official, email, phone string) error {
	var changed []string
	if row.Email != email {
		changed = append(changed, "email")
	}
	// A number that cannot be opened any more counts as changed.
	if was, err := s.vault.open(row.ID, row.PhoneSealed); err != nil || was != phone {
		changed = append(changed, "phone")
	}
	if len(changed) == 0 {
		return nil
	}
	if slices.Contains(changed, "phone") {
		sealed, err := s.vault.seal(row.ID, phone)
		if err != nil {
			return err
		}
		row.PhoneSealed = sealed
	}
	row.Email = email
	err := tx.Model(row).Select("email", "phone_sealed").Updates(row).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) || pgCode(err) == pgerrcode.UniqueViolation {
		return addressTaken(email)
	}
	if err != nil {
		return err
	}
	_, err = s.record(ctx, tx, changeReach, map[string]any{"official": row.ID, "changed": changed, "has_email": email != "", "has_phone": phone != ""}, row.ID)
	return err
}

func addressTaken(email string) error {
	vi := fmt.Sprintf("Địa chỉ thư “%s” đã thuộc về cán bộ khác. Nhập địa chỉ của riêng cán bộ này.", email)
	en := fmt.Sprintf("The mail address %q already belongs to another official. Enter this official's own.", email)
	return wire.Refuse(contract.CodeConflict, vi, en, wire.Field("email", vi, en))
}

// pgCode is the database's own code of an error; empty when it is not the database's.
func pgCode(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}
