package notifications

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/services/notifications/feed"
)

// calendarFeed is a secret address of an official's deadlines; of the secret only its hash is kept.
type calendarFeed struct {
	ID           int64
	OfficialID   string
	SecretSHA256 string `gorm:"column:secret_sha256"`
	OpenedAt     time.Time
	ReadAt       *time.Time
	RevokedAt    *time.Time
}

// TableName names the table.
func (calendarFeed) TableName() string { return "feeds" }

// revision is how often what a calendar shows of a case has changed.
type revision struct {
	CaseID    string `gorm:"primaryKey"`
	DueDay    string
	Ended     bool
	Sequence  int
	ChangedAt time.Time
}

// TableName names the table.
func (revision) TableName() string { return "case_revisions" }

const (
	feedPath    = "/lich/"
	casePath    = "/h/"
	secretBytes = 32
	// cancelledDays is how long a case that ended is told to calendars as cancelled.
	cancelledDays = 90
)

func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// OpenFeed gives an official a calendar address; the one before it stops working.
func (s *service) OpenFeed(ctx context.Context, request *connect.Request[notificationsv1.FeedRequest]) (*connect.Response[notificationsv1.Feed], error) {
	id, err := s.own(ctx, request.Msg.GetOfficialId())
	if err != nil {
		return nil, err
	}
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails
	secret := base64.RawURLEncoding.EncodeToString(raw)
	opened := calendarFeed{OfficialID: id, SecretSHA256: secretHash(secret), OpenedAt: s.now().UTC()}
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 4))", id).Error; err != nil {
			return err
		}
		if err := s.revoke(tx, id); err != nil {
			return err
		}
		return tx.Create(&opened).Error
	})
	answer := opened.onTheWire()
	answer.Address = strings.TrimSuffix(s.links.portal, "/") + feedPath + secret + ".ics"
	return connect.NewResponse(answer), err
}

func (s *service) revoke(db *gorm.DB, id string) error {
	return db.Model(&calendarFeed{}).Where("official_id = ? AND revoked_at IS NULL", id).Updates(map[string]any{"revoked_at": s.now().UTC()}).Error
}

func (f calendarFeed) onTheWire() *notificationsv1.Feed {
	return &notificationsv1.Feed{OfficialId: f.OfficialID, OpenedAt: instant(&f.OpenedAt), ReadAt: instant(f.ReadAt)}
}

// RevokeFeed ends an official's calendar address; again is harmless.
func (s *service) RevokeFeed(ctx context.Context, request *connect.Request[notificationsv1.FeedRequest]) (*connect.Response[notificationsv1.Feed], error) {
	id, err := s.own(ctx, request.Msg.GetOfficialId())
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&notificationsv1.Feed{OfficialId: id}), s.revoke(s.db.WithContext(ctx), id)
}

// GetFeed answers since when an official's address is open and when it was last read; not the address, whose secret is not kept.
func (s *service) GetFeed(ctx context.Context, request *connect.Request[notificationsv1.FeedRequest]) (*connect.Response[notificationsv1.Feed], error) {
	id, err := s.ownToRead(ctx, request.Msg.GetOfficialId())
	if err != nil {
		return nil, err
	}
	var open calendarFeed
	err = s.db.WithContext(ctx).Where("official_id = ? AND revoked_at IS NULL", id).Take(&open).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return connect.NewResponse(&notificationsv1.Feed{OfficialId: id}), nil
	}
	return connect.NewResponse(open.onTheWire()), err
}

// ReadFeed answers the calendar behind a secret address: the deadlines of the units whose contact or head the official is today.
func (s *service) ReadFeed(ctx context.Context, request *connect.Request[notificationsv1.ReadFeedRequest]) (*connect.Response[notificationsv1.ReadFeedResponse], error) {
	var open calendarFeed
	err := s.db.WithContext(ctx).Where("secret_sha256 = ? AND revoked_at IS NULL", secretHash(request.Msg.GetToken())).Take(&open).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, wire.Refuse(contract.CodeNotFound, "Địa chỉ lịch này không dùng được nữa. Tạo địa chỉ mới trong trang tùy chọn.",
			"This calendar address works no more. Make a new one on the page of preferences.")
	}
	if err != nil {
		return nil, err
	}
	facts, err := s.feedFacts(ctx, open.OfficialID)
	if err != nil {
		return nil, err
	}
	document := feed.Calendar(facts)
	err = s.db.WithContext(ctx).Model(&open).Updates(map[string]any{"read_at": s.now().UTC()}).Error
	return connect.NewResponse(&notificationsv1.ReadFeedResponse{Calendar: document, Etag: feed.ETag(document)}), err
}

func (s *service) feedFacts(ctx context.Context, officialID string) (feed.Facts, error) {
	held, err := s.hats(ctx, officialID, today(s.now()).String())
	if err != nil {
		return feed.Facts{}, err
	}
	chosen, err := people(s.db.WithContext(ctx), officialID)
	if err != nil {
		return feed.Facts{}, err
	}
	facts := feed.Facts{Name: "Nề Nếp - " + clean(held.GetOfficial().GetName()), Domain: s.courier.domain,
		Language: chosen[officialID].wants(nil).code, Now: s.now()}
	units := map[string]string{}
	for _, hat := range held.GetHats() {
		if inRoles(roleContact, roleHead)(hat.GetPosition()) {
			units[hat.GetPosition().GetUnitId()] = hat.GetUnit().GetName()
		}
	}
	facts.Entries, err = s.entries(ctx, units)
	return facts, err
}

func (s *service) entries(ctx context.Context, units map[string]string) ([]feed.Entry, error) {
	var ids []string
	for id := range units {
		ids = append(ids, id)
	}
	if slices.Sort(ids); len(ids) == 0 {
		return nil, nil
	}
	var cases []*reportsv1.Case
	for offset := int32(0); ; offset += registerPage {
		response, err := s.clients.Register.ListCases(ctx, connect.NewRequest(&reportsv1.ListCasesRequest{UnitIds: ids, Limit: registerPage, Offset: offset}))
		if err != nil {
			return nil, s.away("register", err)
		}
		for _, found := range response.Msg.GetCases() {
			if running(found) || s.endedLately(found) {
				cases = append(cases, found)
			}
		}
		if len(response.Msg.GetCases()) < registerPage {
			break
		}
	}
	revisions, err := s.revised(ctx, cases)
	if err != nil {
		return nil, err
	}
	entries := make([]feed.Entry, len(cases))
	for i, found := range cases {
		at := revisions[found.GetId()]
		entries[i] = s.entry(found, units[found.GetUnitId()], at)
	}
	return entries, nil
}

func (s *service) entry(found *reportsv1.Case, unit string, at revision) feed.Entry {
	due, _ := dayOf(at.DueDay)
	return feed.Entry{CaseID: found.GetId(), Title: found.GetTitleVi(), Unit: unit, URL: strings.TrimSuffix(s.links.portal, "/") + casePath + found.GetId(),
		Due: due, Sequence: at.Sequence, Changed: at.ChangedAt, Cancelled: at.Ended}
}

func running(c *reportsv1.Case) bool {
	return slices.Contains(openStates, c.GetState().GetState()) || c.GetState().GetState() == casefilev1.State_STATE_SUBMITTED
}

func (s *service) endedLately(c *reportsv1.Case) bool {
	at, err := time.Parse(time.RFC3339, c.GetUpdatedAt())
	return err == nil && at.After(s.now().AddDate(0, 0, -cancelledDays))
}

// revised answers the revision of each case, a new one where its due day or its end has changed since a calendar last asked.
func (s *service) revised(ctx context.Context, cases []*reportsv1.Case) (map[string]revision, error) {
	all := map[string]revision{}
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for some := range slices.Chunk(cases, casesAtOnce) {
			ids := make([]string, len(some))
			for i, found := range some {
				ids[i] = found.GetId()
			}
			slices.Sort(ids)
			if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended('case revisions', 5))").Error; err != nil {
				return err
			}
			var known []revision
			if err := tx.Where("case_id IN ?", ids).Find(&known).Error; err != nil {
				return err
			}
			for _, one := range known {
				all[one.CaseID] = one
			}
			if err := s.revise(tx, some, all); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

func (s *service) revise(tx *gorm.DB, cases []*reportsv1.Case, all map[string]revision) error {
	for _, found := range cases {
		was, known := all[found.GetId()]
		now := revision{CaseID: found.GetId(), DueDay: found.GetState().GetDueDay(), Ended: !running(found), Sequence: was.Sequence, ChangedAt: s.now().UTC().Truncate(time.Second)}
		if known && was.DueDay == now.DueDay && was.Ended == now.Ended {
			continue
		}
		if known {
			now.Sequence++
		}
		if err := tx.Save(&now).Error; err != nil {
			return err
		}
		all[now.CaseID] = now
	}
	return nil
}
