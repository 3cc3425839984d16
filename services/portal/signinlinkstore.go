package portal

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

const (
	signInLinkLife = 15 * time.Minute
	// mostLinks is how many links may be asked for within linkSpan, with one address and for one official.
	mostLinks = 5
	linkSpan  = time.Hour
	// linksKept is how long a link that opens nothing more is kept, so that its page can say why.
	linksKept = 24 * time.Hour
)

// signInLink is a link by which an official signs in once. The secret itself is kept nowhere.
type signInLink struct {
	Hash       []byte `gorm:"primaryKey"`
	OfficialID string
	Address    []byte
	Browser    []byte
	AskedAt    time.Time
	ExpiresAt  time.Time
	UsedAt     *time.Time
}

func (signInLink) TableName() string { return "sign_in_links" }

func (l signInLink) opens(now time.Time) bool {
	return l.OfficialID != "" && l.UsedAt == nil && now.Before(l.ExpiresAt)
}

// signInLinks keep what was asked for. Of an address only a keyed hash is kept: strangers' addresses are typed too.
type signInLinks struct {
	db  *gorm.DB
	key []byte
}

func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func (s signInLinks) hashOfAddress(address string) []byte {
	sum := hmac.New(sha256.New, s.key)
	sum.Write([]byte("sign-in address\x00" + strings.ToLower(address)))
	return sum.Sum(nil)
}

// tooManyLinks tells when the next link may be asked for.
type tooManyLinks struct{ wait time.Duration }

func (e tooManyLinks) Error() string {
	return fmt.Sprintf("%d links were asked for within %s", mostLinks, linkSpan)
}

// asked is who asks for a link, by what he typed and from where.
type asked struct{ address, official, browser string }

// make answers the secret of a new link. An address that is nobody's has one too, which opens nothing: what is done is the same.
func (s signInLinks) make(ctx context.Context, by asked, now time.Time) (string, error) {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	secret := base64.RawURLEncoding.EncodeToString(random)
	row := signInLink{
		Hash: hashOf(secret), OfficialID: by.official, Address: s.hashOfAddress(by.address), Browser: hashOf(by.browser),
		AskedAt: now.UTC(), ExpiresAt: now.Add(signInLinkLife).UTC(),
	}
	return secret, s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, one := range []string{hex.EncodeToString(row.Address), "official " + by.official + row.nobody()} {
			if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 5))", one).Error; err != nil {
				return err
			}
		}
		if err := tx.Where("asked_at < ?", now.Add(-linksKept).UTC()).Delete(&signInLink{}).Error; err != nil {
			return err
		}
		for such, value := range map[string]any{"address = ?": row.Address, "official_id <> '' AND official_id = ?": by.official} {
			if err := within(tx.Where(such, value), now); err != nil {
				return err
			}
		}
		return tx.Create(&row).Error
	})
}

// nobody keeps those who are known to nobody from waiting for each other.
func (l signInLink) nobody() string {
	if l.OfficialID != "" {
		return ""
	}
	return hex.EncodeToString(l.Address)
}

// within answers tooManyLinks where as many were asked for as may be.
func within(such *gorm.DB, now time.Time) error {
	var moments []time.Time
	err := such.Model(&signInLink{}).Where("asked_at > ?", now.Add(-linkSpan).UTC()).Order("asked_at DESC").Limit(mostLinks).Pluck("asked_at", &moments).Error
	if err != nil || len(moments) < mostLinks {
		return err
	}
	return tooManyLinks{moments[mostLinks-1].Add(linkSpan).Sub(now)}
}

// find answers the link of a secret; nil when there is none.
func (s signInLinks) find(ctx context.Context, secret string) (*signInLink, error) {
	var row signInLink
	err := s.db.WithContext(ctx).Where("hash = ?", hashOf(secret)).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &row, err
}

// use answers whom the link signs in, once: of two who press at the same moment one is answered nobody.
func (s signInLinks) use(ctx context.Context, secret string, now time.Time) (official string, err error) {
	err = s.db.WithContext(ctx).Raw(`UPDATE sign_in_links SET used_at = ?
		WHERE hash = ? AND used_at IS NULL AND expires_at > ? AND official_id <> '' RETURNING official_id`, now.UTC(), hashOf(secret), now.UTC()).Scan(&official).Error
	return official, err
}
