package notifications

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// States of a message, and of a digest but for draft.
const (
	stateWaiting = "waiting"
	stateSending = "sending"
	stateSent    = "sent"
	stateFailed  = "failed"
	stateDraft   = "draft"
	stateDropped = "dropped"
)

// message is a row of the ledger: what one person must hear of one matter.
type message struct {
	ID         int64
	Key        string
	CaseID     string
	UnitID     string
	Role       string
	OfficialID string
	Channel    string
	Template   string
	RungID     string
	ActID      string
	OnDay      string
	State      string
	Name       string
	Address    string
	Subject    string
	BodyText   string
	BodyHTML   string            `gorm:"column:body_html"`
	Facts      map[string]string `gorm:"serializer:json"`
	MessageID  string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	SentAt     *time.Time
	Answer     string
	Repeated   bool
	DigestID   *int64

	Alone        bool       // leaves by itself
	LeavesAt     *time.Time // not before
	Personal     bool
	DelegatedBy  string
	VacantRole   string
	SenderUnitID string // in whose name a draft speaks
	DecidedBy    string
	DecidedAt    *time.Time
	Words        string
	FollowsID    *int64
	ToFollow     bool   // failed, and what follows over another channel is not written yet
	Code         string // of the short link
	DeliveredAt  *time.Time
	Delivery     string
	Folded       string
	FoldedAnswer string
}

// TableName names the table.
func (message) TableName() string { return "messages" }

// digest is one morning's mail to one person.
type digest struct {
	ID         int64
	OfficialID string
	Channel    string
	Day        string
	Window     string `gorm:"column:leaves_window"`
	State      string
	Name       string
	Address    string
	Subject    string
	BodyText   string
	BodyHTML   string `gorm:"column:body_html"`
	Lines      int
	MessageID  string
	Answer     string
	Repeated   bool
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	SentAt     *time.Time

	DeliveredAt *time.Time
	Delivery    string
}

// TableName names the table.
func (digest) TableName() string { return "digests" }

// attempt is one handing of a message or digest to a channel, or what the channel said of it afterwards.
type attempt struct {
	ID         int64
	MessageID  *int64
	DigestID   *int64
	OfficialID string
	Channel    string
	At         time.Time
	Fate       string
	Answer     string
	ProviderID string
}

// TableName names the table.
func (attempt) TableName() string { return "attempts" }

// What a channel says after it took a message.
const (
	deliveryDone   = "delivered"
	deliveryFailed = "failed"
)

// mailID is the RFC 5322 id of what is said: the same matter to the same person has the same id,
// so that a mail program shows a repetition once.
func mailID(domain string, parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil))[:40] + "@" + domain
}

// entered finds what an earlier call with this key and role wrote.
func entered(db *gorm.DB, key, role string) ([]message, error) {
	var rows []message
	err := db.Where("key = ? AND role = ?", key, role).Order("id").Find(&rows).Error
	return rows, err
}

// enter writes rows all at once, unless a call with the same key and role was faster: then that
// call's rows are answered. A person whom the key has reached in another role gets no second row, on whichever channel.
func (s *service) enter(ctx context.Context, rows []message) (kept []message, repeated bool, err error) {
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := alone(tx, rows[0].Key); err != nil {
			return err
		}
		earlier, err := entered(tx, rows[0].Key, rows[0].Role)
		if err != nil || len(earlier) > 0 {
			kept, repeated = earlier, true
			return err
		}
		if _, err := add(tx, rows); err != nil {
			return err
		}
		kept, err = entered(tx, rows[0].Key, rows[0].Role)
		return err
	})
	return kept, repeated, err
}

// alone has nobody else write rows of the key until the transaction ends.
func alone(tx *gorm.DB, key string) error {
	return tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 1))", key).Error
}

// add writes rows of one key, but for those to people whom the key has reached, and answers what it wrote.
func add(tx *gorm.DB, rows []message) ([]message, error) {
	var reached []string
	if err := tx.Model(&message{}).Where("key = ? AND official_id <> ''", rows[0].Key).Pluck("official_id", &reached).Error; err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(row message) bool { return slices.Contains(reached, row.OfficialID) })
	if len(rows) == 0 {
		return nil, nil
	}
	return rows, tx.Create(&rows).Error
}

// listed is ids as PostgreSQL writes an array.
func listed[T any](values []T) string {
	var out strings.Builder
	out.WriteByte('{')
	for i, value := range values {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprint(&out, value)
	}
	out.WriteByte('}')
	return out.String()
}

// exclusively runs with a lock that ends with the process, on the one connection that holds it: a
// row found in `sending` under the lock was left there by a process that is gone.
func (s *service) exclusively(ctx context.Context, name string, do func(db *gorm.DB) error) error {
	return s.db.WithContext(ctx).Connection(func(tx *gorm.DB) error {
		db := tx.Session(&gorm.Session{NewDB: true})
		var held bool
		if err := db.Raw("SELECT pg_try_advisory_lock(hashtextextended(?, 2))", name).Scan(&held).Error; err != nil {
			return err
		}
		if !held {
			return wire.Refuse(contract.CodeUnavailable, "Thư này đang được gửi. Hệ thống tự thử lại.",
				"This is being sent by another call. The call is repeated.")
		}
		defer db.WithContext(context.WithoutCancel(ctx)).Exec("SELECT pg_advisory_unlock(hashtextextended(?, 2))", name)
		return do(db)
	})
}
