package units

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"go.uber.org/zap"
	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/units/reach"
)

const (
	shortestKey = 32
	// phoneKeyUse keeps the key apart from every other that comes of the same secret.
	phoneKeyUse = "nenep phone v1"
	// sealVersion is the first byte of what is sealed: AES-256-GCM, a nonce of twelve bytes, the official's id as bound data.
	sealVersion = 1
)

// vault seals telephone numbers for the database. One without a key opens and seals nothing.
type vault struct{ aead cipher.AEAD }

// newVault takes NENEP_PERSONAL_KEY, else the service key.
func newVault(cfg wire.Config) (vault, error) {
	secret := cfg.PersonalKey
	switch {
	case secret == "" && cfg.ServiceKey == "":
		return vault{}, nil
	case secret == "":
		secret = cfg.ServiceKey
	case len(secret) < shortestKey:
		return vault{}, errors.New("NENEP_PERSONAL_KEY: must have at least 32 characters")
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, phoneKeyUse, 32)
	if err != nil {
		return vault{}, fmt.Errorf("derive the key of telephone numbers: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return vault{}, fmt.Errorf("derive the key of telephone numbers: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	return vault{aead}, err
}

// seal binds the number to its official: moved to another row it does not open. No number is NULL.
func (v vault) seal(officialID, phone string) ([]byte, error) {
	if phone == "" {
		return nil, nil
	}
	if v.aead == nil {
		return nil, errors.New("telephone numbers cannot be sealed: set NENEP_PERSONAL_KEY or NENEP_SERVICE_KEY")
	}
	sealed := make([]byte, 1+v.aead.NonceSize(), 1+v.aead.NonceSize()+len(phone)+v.aead.Overhead())
	sealed[0] = sealVersion
	if _, err := rand.Read(sealed[1:]); err != nil {
		return nil, fmt.Errorf("seal a telephone number: %w", err)
	}
	return v.aead.Seal(sealed, sealed[1:], []byte(phone), []byte(officialID)), nil
}

func (v vault) open(officialID string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	if v.aead == nil || sealed[0] != sealVersion || len(sealed) < 1+v.aead.NonceSize() {
		return "", errors.New("sealed in a way that this program does not know")
	}
	nonce, box := sealed[1:1+v.aead.NonceSize()], sealed[1+v.aead.NonceSize():]
	phone, err := v.aead.Open(nil, nonce, box, []byte(officialID))
	return string(phone), err
}

// sight says whose telephone numbers the caller is shown.
type sight struct {
	all bool
	own string
}

// sightOf: notifications, administrators and the terminal see every number, an official his own. Whether he
// administers is looked up only when there is somebody else's number to show.
func (s *server) sightOf(ctx context.Context, officials ...official) (sight, error) {
	caller := wire.IdentityOf(ctx)
	sees := sight{all: caller.Service == "notifications" || isService(ctx, "terminal"), own: caller.OfficialID}
	for _, o := range officials {
		if !sees.all && len(o.PhoneSealed) > 0 && o.ID != sees.own && sees.own != "" {
			var err error
			sees.all, err = s.callerHolds(ctx, equal("positions.role", "administrator"))
			return sees, err
		}
	}
	return sees, nil
}

func (v sight) of(officialID string) bool { return v.all || officialID == v.own }

// officialMessage is the official as the caller may see him.
func (s *server) officialMessage(o official, sees sight) *unitsv1.Official {
	message := &unitsv1.Official{Id: o.ID, Name: o.Name, Email: o.Email, Example: o.Example, HasPhone: len(o.PhoneSealed) > 0}
	if !sees.of(o.ID) {
		return message
	}
	phone, err := s.vault.open(o.ID, o.PhoneSealed)
	if err != nil {
		// He is reached in other ways meanwhile.
		s.logger.Error("a telephone number cannot be opened: was NENEP_PERSONAL_KEY, or the service key, changed?", zap.String("official", o.ID), zap.Error(err))
	}
	message.Phone = phone
	return message
}

// sealPlainPhones seals the numbers that an earlier release kept as they were typed, and takes the column
// away. Interrupted, it goes on where it was.
func sealPlainPhones(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	keys, err := newVault(cfg)
	if err != nil {
		return err
	}
	db, err := schema().Open(cfg.DatabaseURL)
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	db = db.WithContext(ctx)
	var plain bool
	if err := db.Raw(plainPhonesSQL).Scan(&plain).Error; err != nil || !plain {
		return err
	}
	sealed := 0
	err = db.Transaction(func(tx *gorm.DB) (err error) {
		sealed, err = sealEach(tx, keys, logger)
		return err
	})
	if err != nil {
		return fmt.Errorf("seal telephone numbers: %w", err)
	}
	// The rows as they were stay in the table's file until it is written anew.
	for _, statement := range []string{"VACUUM (FULL) officials", "ALTER TABLE officials DROP COLUMN IF EXISTS phone"} {
		if err := db.Exec(statement).Error; err != nil {
			return fmt.Errorf("take plain telephone numbers away: %w", err)
		}
	}
	logger.Info("telephone numbers are sealed", zap.Int("officials", sealed))
	return nil
}

const plainPhonesSQL = `SELECT EXISTS (SELECT FROM information_schema.columns
	WHERE table_schema = current_schema() AND table_name = 'officials' AND column_name = 'phone')`

// sealEach seals every plain number, as E.164 where it can be read so, and answers how many.
func sealEach(tx *gorm.DB, keys vault, logger *zap.Logger) (int, error) {
	var plain bool
	if err := tx.Exec("LOCK TABLE officials IN ACCESS EXCLUSIVE MODE").Error; err != nil {
		return 0, err
	}
	if err := tx.Raw(plainPhonesSQL).Scan(&plain).Error; err != nil || !plain {
		return 0, err
	}
	var rows []struct{ ID, Phone string }
	if err := tx.Raw("SELECT id, phone FROM officials WHERE phone <> ''").Scan(&rows).Error; err != nil {
		return 0, err
	}
	for _, row := range rows {
		number, fault := reach.Phone(row.Phone)
		if fault != nil {
			logger.Warn("a telephone number that cannot be dialled is kept as it was", zap.String("official", row.ID))
			number = row.Phone
		}
		sealed, err := keys.seal(row.ID, number)
		if err != nil {
			return 0, err
		}
		if err := tx.Exec("UPDATE officials SET phone_sealed = ?, phone = '' WHERE id = ?", sealed, row.ID).Error; err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}
