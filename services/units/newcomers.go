package units

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/reach"
)

const longestName = 200

// newcomer is an official who is not written down yet.
type newcomer struct {
	row   official
	phone string
}

// newcomer reads an official who is to be written down, where nobody else is named.
func (r *postReading) newcomer(officialID string, asked *unitsv1.NewOfficial, key string) *newcomer {
	if officialID != "" {
		return nil
	}
	if asked == nil {
		r.fault("official_id", "Chưa chọn cán bộ. Chọn một cán bộ hoặc nhập người mới.", "No official is named. Choose one, or enter a new one.")
		return &newcomer{}
	}
	email, wrongEmail := reach.Email(asked.GetEmail())
	phone, wrongPhone := reach.Phone(asked.GetPhone())
	added := &newcomer{phone: phone, row: official{Name: r.words("name", asked.GetName(), "họ tên", "The name", longestName), Email: email}}
	if wrongEmail != nil {
		r.fault("email", wrongEmail.VI, wrongEmail.EN)
	}
	if wrongPhone != nil {
		r.fault("phone", wrongPhone.VI, wrongPhone.EN)
	}
	if key != "" {
		added.row.PutKey = &key
	}
	added.row.Folded = fold(added.row.Name)
	return added
}

// writeNewcomer writes the official down, once for a key. Nil is nobody.
func (s *server) writeNewcomer(ctx context.Context, tx *gorm.DB, added *newcomer, document string) error {
	if added == nil {
		return nil
	}
	if added.row.PutKey != nil {
		err := tx.Where("put_key = ?", *added.row.PutKey).Take(&added.row).Error
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
	}
	var number int64
	if err := tx.Raw("SELECT nextval('official_numbers')").Scan(&number).Error; err != nil {
		return err
	}
	added.row.ID = fmt.Sprintf("CB-%06d", number)
	sealed, err := s.vault.seal(added.row.ID, added.phone)
	if err != nil {
		return err
	}
	added.row.PhoneSealed = sealed
	if err := tx.Create(&added.row).Error; err != nil {
		if errors.Is(err, gorm.ErrDuplicatedKey) || pgCode(err) == pgerrcode.UniqueViolation {
			return addressTaken(added.row.Email)
		}
		return err
	}
	return s.recordOfficial(ctx, tx, official{}, added.row, document)
}

// recordOfficial keeps name and id; how he is reached is never in the audit.
func (s *server) recordOfficial(ctx context.Context, tx *gorm.DB, was, row official, document string) error {
	fields := differences([]changedField{said("name", was.Name)}, []changedField{said("name", row.Name)})
	_, err := s.record(ctx, tx, changeOfficial, written{ID: row.ID, Document: document, Fields: fields}, row.ID)
	return err
}

// PutOfficial writes down an official with his addresses, once for a key, or changes the name of one who is there.
func (s *server) PutOfficial(ctx context.Context, r *connect.Request[unitsv1.PutOfficialRequest]) (*connect.Response[unitsv1.Official], error) {
	if err := s.mayAdminister(ctx, "ghi cán bộ", "write officials down"); err != nil {
		return nil, err
	}
	var read postReading
	document := strings.TrimSpace(r.Msg.GetDocument())
	read.fits("document", document, "số, ký hiệu văn bản", "The document's number and symbol", longestDocument)
	var row official
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		if r.Msg.GetId() == "" {
			row, err = s.addOfficial(ctx, tx, &read, r.Msg, document)
			return err
		}
		row, err = s.renameOfficial(ctx, tx, &read, r.Msg, document)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write official %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(s.officialMessage(row, sight{all: true})), nil
}

func (s *server) addOfficial(ctx context.Context, tx *gorm.DB, read *postReading, asked *unitsv1.PutOfficialRequest, document string) (official, error) {
	who := asked.GetOfficial()
	if who == nil {
		who = &unitsv1.NewOfficial{}
	}
	added := read.newcomer("", who, asked.GetIdempotencyKey())
	if err := read.err(); err != nil {
		return official{}, err
	}
	err := s.writeNewcomer(ctx, tx, added, document)
	return added.row, err
}

func (s *server) renameOfficial(ctx context.Context, tx *gorm.DB, read *postReading, asked *unitsv1.PutOfficialRequest, document string) (official, error) {
	name := read.words("name", asked.GetOfficial().GetName(), "họ tên", "The name", longestName)
	if err := read.err(); err != nil {
		return official{}, err
	}
	var row official
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", asked.GetId()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, unknownOfficial(asked.GetId())
	}
	if err != nil || row.Name == name {
		return row, err
	}
	was := row
	row.Name, row.Folded = name, fold(name)
	if err := tx.Model(&row).Select("name", "folded").Updates(&row).Error; err != nil {
		return row, err
	}
	return row, s.recordOfficial(ctx, tx, was, row, document)
}
