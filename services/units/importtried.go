package units

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// triedFor is how long a file that was tried can be written without being sent again.
const triedFor = 7 * 24 * time.Hour

// triedFile is a file as it came, or as an earlier dry run kept it.
type triedFile struct {
	name    string
	content []byte
	sha256  string
}

type importRow struct {
	Sha256     string `gorm:"primaryKey;column:sha256"`
	File       string
	Sealed     []byte
	OfficialID reference
	TriedAt    time.Time
}

// TableName is the table's name.
func (importRow) TableName() string { return "imports" }

func (s *server) importedFile(ctx context.Context, asked *unitsv1.ImportUnitsRequest) (triedFile, error) {
	if asked.GetTried() == "" {
		sum := sha256.Sum256(asked.GetContent())
		return triedFile{asked.GetFile(), asked.GetContent(), hex.EncodeToString(sum[:])}, nil
	}
	var row importRow
	err := s.db.WithContext(ctx).Where("sha256 = ? AND tried_at > ?", asked.GetTried(), s.now().Add(-triedFor)).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return triedFile{}, wire.Refuse(contract.CodeNotFound, "Tệp đã kiểm tra không còn được giữ. Chọn lại tệp rồi kiểm tra lại.",
			"The file that was tried is not kept any more. Choose it and try it again.")
	}
	if err != nil {
		return triedFile{}, fmt.Errorf("read a tried file: %w", err)
	}
	content, err := s.vault.open(row.Sha256, row.Sealed)
	if err != nil {
		return triedFile{}, fmt.Errorf("open a tried file: %w", err)
	}
	return triedFile{row.File, []byte(content), row.Sha256}, nil
}

// keepTried keeps a file that has no fault, sealed, and forgets those nobody wrote; it answers the name under which it is kept.
func (s *server) keepTried(ctx context.Context, file triedFile, keep bool) (string, error) {
	if !keep || len(file.content) == 0 {
		return "", nil
	}
	if err := s.db.WithContext(ctx).Where("tried_at <= ?", s.now().Add(-triedFor)).Delete(&importRow{}).Error; err != nil {
		return "", fmt.Errorf("forget tried files: %w", err)
	}
	sealed, err := s.vault.seal(file.sha256, string(file.content))
	if err != nil {
		return "", err
	}
	row := importRow{Sha256: file.sha256, File: clipped(file.name), Sealed: sealed, OfficialID: reference(wire.IdentityOf(ctx).OfficialID), TriedAt: s.now().UTC()}
	if err := s.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return "", fmt.Errorf("keep a tried file: %w", err)
	}
	return file.sha256, nil
}

func clipped(name string) string {
	if !utf8.ValidString(name) {
		return ""
	}
	runes := []rune(name)
	return string(runes[:min(len(runes), 300)])
}
