package gateway

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/scopes"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// Prefix begins every secret, so that one that lies about in a file is known for what it is.
const Prefix = "nenep_"

const (
	secretBytes = 32
	longestName = 200
)

// Token is what a machine proves itself by. The secret itself is known only on the day it is made.
type Token struct {
	ID         string `gorm:"primaryKey"`
	Name       string
	OfficialID string
	Scopes     string // as PostgreSQL writes text[]
	Hash       []byte
	CreatedBy  string
	CreatedAt  time.Time
	ExpiresOn  string
	LastUsed   *string
	RevokedAt  *time.Time
	RevokedBy  string
}

// TableName is the table of the row.
func (Token) TableName() string { return "machine_tokens" }

// ScopeList are the scopes in the order they were given.
func (t Token) ScopeList() []string { return strings.Split(strings.Trim(t.Scopes, "{}"), ",") }

// Bears tells whether the token lets its machine do this.
func (t Token) Bears(scope scopes.Scope) bool { return slices.Contains(t.ScopeList(), string(scope)) }

// LastDay is the last day on which the token holds, yyyy-mm-dd.
func (t Token) LastDay() string { return t.ExpiresOn[:min(len(t.ExpiresOn), len("2006-01-02"))] }

// UsedOn is the last day on which it was used; empty: never.
func (t Token) UsedOn() string {
	if t.LastUsed == nil {
		return ""
	}
	return (*t.LastUsed)[:min(len(*t.LastUsed), len("2006-01-02"))]
}

// Holds tells whether the token is good on the day.
func (t Token) Holds(today calendar.Date) bool {
	return t.RevokedAt == nil && t.LastDay() >= today.String()
}

// Request is a token that is asked for.
type Request struct {
	Name, OfficialID string
	Scopes           []string
	ExpiresOn        string // last day, at most one year from today
	By               string // the official who makes it
	Key              string // the same key again makes no second token
}

// Tokens keeps them.
type Tokens struct {
	DB  *gorm.DB
	Now func() time.Time
}

func (s Tokens) today() calendar.Date { return calendar.DateOf(s.Now()) }

// Make makes a token and answers its secret, which nobody can read again. Every fault of the request is refused at its field.
func (s Tokens) Make(ctx context.Context, asked Request) (Token, string, error) {
	if faults := s.faults(asked); len(faults) > 0 {
		return Token{}, "", wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Có %d mục chưa đúng.", len(faults)), fmt.Sprintf("%d fields are not right.", len(faults)), faults...)
	}
	secret, err := random(secretBytes)
	if err != nil {
		return Token{}, "", err
	}
	written := Prefix + base64.RawURLEncoding.EncodeToString(secret)
	made := Token{
		ID: "MT-" + base32.StdEncoding.EncodeToString(hashOf(asked.By + "\n" + asked.Key))[:8], Name: strings.TrimSpace(asked.Name), OfficialID: asked.OfficialID,
		Scopes: "{" + strings.Join(asked.Scopes, ",") + "}", Hash: hashOf(written), CreatedBy: asked.By, CreatedAt: s.Now().UTC(), ExpiresOn: asked.ExpiresOn,
	}
	err = s.DB.WithContext(ctx).Create(&made).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return Token{}, "", wire.Refuse(contract.CodeConflict, "Mã truy cập này đã được lập và chuỗi bí mật chỉ hiện một lần. Nếu chưa chép được, thu hồi mã "+made.ID+" rồi lập mã khác.",
			"This token was made already and its secret is shown once only. Revoke "+made.ID+" and make another.")
	}
	if err != nil {
		return Token{}, "", fmt.Errorf("store a machine's token: %w", err)
	}
	return made, written, nil
}

func random(n int) ([]byte, error) {
	drawn := make([]byte, n)
	if _, err := rand.Read(drawn); err != nil {
		return nil, fmt.Errorf("draw a secret: %w", err)
	}
	return drawn, nil
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func (s Tokens) faults(asked Request) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	if name := strings.TrimSpace(asked.Name); name == "" || len([]rune(name)) > longestName {
		faults = append(faults, wire.Field("name", "Chưa có tên hệ thống, hoặc tên dài quá 200 ký tự. Nhập tên rồi gửi lại.", "The name of the system is missing or longer than 200 characters."))
	}
	if asked.OfficialID == "" {
		faults = append(faults, wire.Field("official", "Chưa chọn cán bộ. Chọn cán bộ rồi gửi lại.", "Choose the official in whose name the machine calls."))
	}
	if len(asked.Scopes) == 0 {
		faults = append(faults, wire.Field("scopes", "Chưa chọn phạm vi. Chọn ít nhất một phạm vi.", "Choose at least one scope."))
	}
	if slices.ContainsFunc(asked.Scopes, func(one string) bool { return !scopes.Known(one) }) {
		faults = append(faults, wire.Field("scopes", "Có phạm vi không nằm trong danh sách. Chọn trong danh sách.", "There is a scope that does not exist."))
	}
	return append(faults, s.lastDayFaults(asked.ExpiresOn)...)
}

func (s Tokens) lastDayFaults(on string) []*casefilev1.FieldFault {
	today := s.today()
	latest := today.AddDays(365)
	last, err := calendar.ParseDate(on)
	if err == nil && !last.Before(today) && !latest.Before(last) {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field("expires_on",
		"Ngày hết hạn phải từ hôm nay đến "+latest.Vietnamese()+" (nhiều nhất một năm).", "The last day must lie between today and "+latest.String()+" (at most a year).")}
}

// List answers every token, those that hold first, the newest first.
func (s Tokens) List(ctx context.Context) ([]Token, error) {
	var all []Token
	err := s.DB.WithContext(ctx).Order("revoked_at IS NOT NULL, created_at DESC, id").Find(&all).Error
	return all, err
}

// Find answers one token.
func (s Tokens) Find(ctx context.Context, id string) (Token, error) {
	var found Token
	err := s.DB.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return found, wire.Refuse(contract.CodeNotFound, "Không có mã truy cập này.", "There is no such token.")
	}
	return found, err
}

// Revoke ends a token at once; again changes nothing.
func (s Tokens) Revoke(ctx context.Context, id, by string) error {
	return s.DB.WithContext(ctx).Model(&Token{}).Where("id = ? AND revoked_at IS NULL", id).Updates(map[string]any{"revoked_at": s.Now().UTC(), "revoked_by": by}).Error
}

// errNoToken is a secret that is nobody's, or no longer holds.
var errNoToken = errors.New("no token that holds")

// read finds the token of a secret and keeps the day of its use.
func (s Tokens) read(ctx context.Context, secret string) (Token, error) {
	var found []Token
	if !strings.HasPrefix(secret, Prefix) {
		return Token{}, errNoToken
	}
	if err := s.DB.WithContext(ctx).Where("hash = ?", hashOf(secret)).Limit(1).Find(&found).Error; err != nil {
		return Token{}, fmt.Errorf("look a token up: %w", err)
	}
	today := s.today()
	if len(found) == 0 || !found[0].Holds(today) {
		return Token{}, errNoToken
	}
	if found[0].UsedOn() == today.String() {
		return found[0], nil
	}
	err := s.DB.WithContext(ctx).Model(&Token{}).Where("id = ?", found[0].ID).Update("last_used", today.String()).Error
	return found[0], err
}
