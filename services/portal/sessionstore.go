package portal

import (
	"bytes"
	"context"
	"maps"
	"reflect"
	"time"

	"github.com/alexedwards/scs/v2"
	"gorm.io/gorm"
)

// seenEvery is how much later a session's end must be for that alone to be written: a request as such writes nothing.
const seenEvery = 10 * time.Minute

type sessionRow struct {
	ID         int64  `gorm:"->"`
	Token      string `gorm:"primaryKey"`
	Data       []byte
	Expiry     time.Time
	OfficialID string
	BegunAt    time.Time `gorm:"<-:create"`
	SeenAt     time.Time
	Browser    string
	Address    string
}

func (sessionRow) TableName() string { return "sessions" }

// sessionStore keeps sessions in PostgreSQL, so that every replica of the portal knows them.
// It sweeps expired rows when somebody signs in: nothing here ticks.
type sessionStore struct {
	db  *gorm.DB
	now func() time.Time // for people to read; what expires goes by the machine's clock, as the session manager does
}

type foundKey struct{}

// remembering carries the session that a request came with from the moment it is found to the moment it is stored again.
func remembering(ctx context.Context) context.Context {
	return context.WithValue(ctx, foundKey{}, &sessionRow{})
}

func foundIn(ctx context.Context) *sessionRow {
	if found, is := ctx.Value(foundKey{}).(*sessionRow); is {
		return found
	}
	return &sessionRow{}
}

func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var rows []sessionRow
	err := s.db.WithContext(ctx).Where("token = ? AND expiry > ?", token, time.Now()).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	*foundIn(ctx) = rows[0]
	return rows[0].Data, true, nil
}

// CommitCtx stores a new session, or what changed in one that was found. One that was ended meanwhile stays ended.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	row := sessionRow{Token: token, Data: data, Expiry: expiry, BegunAt: s.now().UTC(), SeenAt: s.now().UTC()}
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	row.OfficialID, row.Browser, row.Address = text(values, keyOfficial), text(values, keyBrowser), text(values, keyAddress)
	found := foundIn(ctx)
	if found.Token != token {
		return s.db.WithContext(ctx).Create(&row).Error
	}
	if expiry.Sub(found.Expiry) < seenEvery && sameValues(found.Data, data) {
		return nil
	}
	return s.db.WithContext(ctx).Model(&sessionRow{}).Where("token = ?", token).
		Select("data", "expiry", "official_id", "seen_at", "browser", "address").Updates(&row).Error
}

func text(values map[string]any, key string) string {
	said, _ := values[key].(string)
	return said
}

// sameValues compares two encoded sessions by what they hold: the encoding keeps no order.
func sameValues(was, is []byte) bool {
	if bytes.Equal(was, is) {
		return true
	}
	_, before, errBefore := scs.GobCodec{}.Decode(was)
	_, after, errAfter := scs.GobCodec{}.Decode(is)
	return errBefore == nil && errAfter == nil && maps.EqualFunc(before, after, reflect.DeepEqual)
}

func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.WithContext(ctx).Where("token = ?", token).Delete(&sessionRow{}).Error
}

func (s *sessionStore) sweep(ctx context.Context) error {
	return s.db.WithContext(ctx).Where("expiry < ?", time.Now()).Delete(&sessionRow{}).Error
}

// Find, Commit and Delete serve scs's older interface.
func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit stores a session.
func (s *sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete forgets a session.
func (s *sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// of are an official's sessions, or everybody's, the one seen last first; such chooses further.
func (s *sessionStore) of(ctx context.Context, such ...func(*gorm.DB) *gorm.DB) ([]sessionRow, error) {
	var rows []sessionRow
	err := s.db.WithContext(ctx).Omit("data").Where("official_id <> '' AND expiry > ?", time.Now()).Scopes(such...).
		Order("seen_at DESC, id DESC").Limit(mostSessions).Find(&rows).Error
	return rows, err
}

// end ends sessions of an official, from their next request on, and answers how many.
func (s *sessionStore) end(ctx context.Context, official string, such ...func(*gorm.DB) *gorm.DB) (int64, error) {
	ended := s.db.WithContext(ctx).Where("official_id = ? AND official_id <> ''", official).Scopes(such...).Delete(&sessionRow{})
	return ended.RowsAffected, ended.Error
}
