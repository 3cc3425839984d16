package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"gocloud.dev/blob"
	"google.golang.org/protobuf/encoding/protojson"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

type auditHeadRow struct {
	Day      string `gorm:"primaryKey;type:date"`
	Entries  int64
	LastID   int64
	Hash     []byte
	ClosedAt time.Time
}

func (auditHeadRow) TableName() string { return "audit_heads" }

func (row auditHeadRow) tell() *reportsv1.AuditHead {
	return &reportsv1.AuditHead{Day: row.Day[:min(10, len(row.Day))], Entries: row.Entries, LastId: row.LastID, Hash: hex.EncodeToString(row.Hash),
		ClosedAt: row.ClosedAt.UTC().Format(time.RFC3339)}
}

// auditHeads are the heads kept here, the newest first; 0 = all.
func (r register) auditHeads(ctx context.Context, limit int) ([]*reportsv1.AuditHead, error) {
	query := r.db.WithContext(ctx).Order("day DESC")
	if limit > 0 {
		query = query.Limit(limit)
	}
	var rows []auditHeadRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the heads of the audit trail: %w", err)
	}
	heads := make([]*reportsv1.AuditHead, len(rows))
	for i, row := range rows {
		heads[i] = row.tell()
	}
	return heads, nil
}

const headsListed = 100

// ListAuditHeads answers the heads that were kept.
func (s *server) ListAuditHeads(ctx context.Context, request *connect.Request[reportsv1.ListAuditHeadsRequest]) (*connect.Response[reportsv1.ListAuditHeadsResponse], error) {
	if err := s.mayVerifyAudit(ctx); err != nil {
		return nil, err
	}
	limit := int(request.Msg.GetLimit())
	if limit == 0 {
		limit = headsListed
	}
	heads, err := s.register.auditHeads(ctx, limit)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.ListAuditHeadsResponse{Heads: heads}), nil
}

// CloseAuditDay keeps the head, and puts it where whoever owns the database cannot change it.
func (s *server) CloseAuditDay(ctx context.Context, request *connect.Request[reportsv1.CloseAuditDayRequest]) (*connect.Response[reportsv1.AuditHead], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	day, err := calendar.ParseDate(request.Msg.GetDay())
	if err != nil {
		return nil, connect.NewError(connect.CodeInvalidArgument, err)
	}
	row, err := s.register.closeAuditDay(ctx, day, s.now())
	if err != nil {
		return nil, err
	}
	if err := s.putHead(ctx, row.tell()); err != nil {
		return nil, err
	}
	return connect.NewResponse(row.tell()), nil
}

// closeAuditDay waits for entries under way, so that the head is of a chain that only goes on.
func (r register) closeAuditDay(ctx context.Context, day calendar.Date, now time.Time) (row auditHeadRow, err error) {
	err = r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(auditLock)).Error; err != nil {
			return fmt.Errorf("lock the audit trail: %w", err)
		}
		var last auditRow
		if err := tx.Select("id", "hash").Order("id DESC").Limit(1).Find(&last).Error; err != nil {
			return fmt.Errorf("read the end of the audit trail: %w", err)
		}
		if last.ID == 0 {
			last.Hash = make([]byte, sha256.Size)
		}
		row = auditHeadRow{Day: day.String(), LastID: last.ID, Hash: last.Hash, ClosedAt: now.UTC()}
		if err := tx.Model(&auditRow{}).Count(&row.Entries).Error; err != nil {
			return fmt.Errorf("count the audit trail: %w", err)
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("keep the head of %s: %w", day, err)
		}
		return tx.Take(&row, "day = ?", day.String()).Error
	})
	return row, err
}

// putHead writes the head into the store of heads, if there is one; the same head again is the same object.
func (s *server) putHead(ctx context.Context, head *reportsv1.AuditHead) error {
	if s.cfg.AuditHeadsURL == "" {
		return nil
	}
	store, err := OpenStore(ctx, s.cfg.AuditHeadsURL)
	if err != nil {
		return fmt.Errorf("NENEP_AUDIT_HEADS_URL: open the store of heads: %w", err)
	}
	defer func() { _ = store.Close() }()
	key := "audit-heads/" + head.GetDay() + ".json"
	if there, err := store.Exists(ctx, key); err != nil || there {
		return err // an object under lock refuses a second writing
	}
	text, err := protojson.Marshal(head)
	if err != nil {
		return err
	}
	if err := store.WriteAll(ctx, key, text, &blob.WriterOptions{ContentType: "application/json"}); err != nil {
		return fmt.Errorf("put the head of %s into the store of heads: %w", head.GetDay(), err)
	}
	return nil
}
