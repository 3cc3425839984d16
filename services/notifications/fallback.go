package notifications

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// fallBack writes what did not arrive anew for the person's next channel; again is harmless. Where there is none the failed row stands for
// itself. What was in a digest goes with the next channel's digest.
func (s *service) fallBack(ctx context.Context, db *gorm.DB, rows ...message) error {
	var ids []int64
	for _, row := range rows {
		if err := s.follow(ctx, db, row); err != nil {
			return err
		}
		ids = append(ids, row.ID)
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.reportFailing(ctx, db, rows[0].OfficialID, rows[0].Channel); err != nil {
		return err
	}
	return db.Model(&message{}).Where("id IN ?", ids).Updates(map[string]any{"to_follow": false}).Error
}

// goOn writes what follows those failed messages of which a kill, or a service that was away, left it unwritten. One that cannot be
// written yet delays no other.
func (s *service) goOn(ctx context.Context, db *gorm.DB, limit int) error {
	var rows []message
	if err := db.Where("to_follow").Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return err
	}
	var faults []error
	for _, row := range rows {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		faults = append(faults, s.fallBack(ctx, db, row))
	}
	return errors.Join(faults...)
}

func (s *service) follow(ctx context.Context, db *gorm.DB, failed message) error {
	next, found, err := s.follower(ctx, db, failed)
	if err != nil || !found {
		return err
	}
	if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&next).Error; err != nil {
		return err
	}
	s.logger.Info("message goes on over another channel", zap.Int64("message", failed.ID), zap.String("from", failed.Channel), zap.String("to", next.Channel))
	return nil
}

// follower is the row that follows a failed one: on the first channel that this matter has not tried with this person.
func (s *service) follower(ctx context.Context, db *gorm.DB, failed message) (message, bool, error) {
	if failed.Template == templateSignInLink {
		return message{}, false, nil
	}
	var tried []string
	if err := db.Model(&message{}).Where("key = ? AND official_id = ?", failed.Key, failed.OfficialID).Pluck("channel", &tried).Error; err != nil {
		return message{}, false, err
	}
	holder, err := s.holderOf(ctx, failed)
	if err != nil {
		return message{}, false, err
	}
	chosen, err := people(db, failed.OfficialID)
	if err != nil {
		return message{}, false, err
	}
	p := chosen[failed.OfficialID]
	ways := s.ways(p, holder.GetOfficial())
	at := slices.IndexFunc(ways, func(to way) bool { return !slices.Contains(tried, to.channel) })
	if at < 0 {
		return message{}, false, nil
	}
	next, err := s.rewritten(ctx, failed, holder, p, ways[at])
	next.FollowsID = &failed.ID
	if next.Alone = failed.DigestID == nil; err == nil && next.Alone {
		next.LeavesAt, err = s.mayLeave(ctx)
	}
	return next, true, err
}

// rewritten is a row as it reads over another channel.
func (s *service) rewritten(ctx context.Context, row message, holder *unitsv1.Holder, p addressee, to way) (message, error) {
	switch row.Template {
	case templateFailing:
		return s.failingLetter(p, holder.GetOfficial(), row, to)
	case templateAuditHead:
		return s.auditHeadLetter(row.Facts["head"], p, holder.GetOfficial(), to)
	}
	if ofNoCase[row.Template] {
		return s.handOverAnew(ctx, row, p, holder.GetOfficial(), to)
	}
	next, err := s.authorOf(matterOf(row)).row(ctx, holder, p, to, stateWaiting)
	next.DecidedBy, next.DecidedAt, next.Words = row.DecidedBy, row.DecidedAt, row.Words
	return next, err
}

// holderOf is the recipient of a row in the seat it was written to; without a seat when he holds it no more.
func (s *service) holderOf(ctx context.Context, row message) (*unitsv1.Holder, error) {
	if row.UnitID != "" {
		found, err := s.holders(ctx, matterOf(row).seat(), today(s.now()).String())
		if err != nil {
			return nil, err
		}
		for _, holder := range found.holders {
			if holder.GetOfficial().GetId() == row.OfficialID {
				return holder, nil
			}
		}
	}
	official, err := s.official(ctx, row.OfficialID)
	return &unitsv1.Holder{Official: official}, err
}

// failuresToTell is how many failures in a row the owner of a channel is told of.
const failuresToTell = 3

// fared is how a channel did with a person, or as a whole.
type fared struct {
	OfficialID   string
	Channel      string
	Failures     int
	LastAnswer   string
	LastFailedAt *time.Time
	LastTakenAt  *time.Time
	Since        int64 // the first attempt of the run of failures
	Name         string
}

// faredSince bounds what is looked back at.
const faredSince = 90 * 24 * time.Hour

// faring counts, per person and channel, the messages that failed one after another up to now. A message that the relay took and that
// bounced afterwards is one that failed.
const faring = `
WITH told AS (
    SELECT official_id, channel, message_id, digest_id, min(id) AS first, bool_or(fate IN ('never', 'failed')) AS failed,
           max(at) FILTER (WHERE fate IN ('never', 'failed')) AS failed_at, max(at) FILTER (WHERE fate IN ('taken', 'delivered')) AS taken_at,
           (array_agg(answer ORDER BY id DESC) FILTER (WHERE fate IN ('never', 'failed')))[1] AS answer
    FROM attempts
    WHERE fate IN ('taken', 'never', 'delivered', 'failed') AND at > @from AND (@official = '' OR official_id = @official)
    GROUP BY official_id, channel, message_id, digest_id
), arrived AS (
    SELECT official_id, channel, max(first) AS last FROM told WHERE NOT failed GROUP BY official_id, channel
)
SELECT t.official_id, t.channel, count(*) FILTER (WHERE t.failed AND t.first > coalesce(a.last, 0)) AS failures,
       coalesce((array_agg(t.answer ORDER BY t.first DESC) FILTER (WHERE t.failed))[1], '') AS last_answer,
       max(t.failed_at) AS last_failed_at, max(t.taken_at) FILTER (WHERE NOT t.failed) AS last_taken_at,
       coalesce(min(t.first) FILTER (WHERE t.failed AND t.first > coalesce(a.last, 0)), 0) AS since
FROM told t LEFT JOIN arrived a USING (official_id, channel)
GROUP BY t.official_id, t.channel
HAVING @official <> '' OR count(*) FILTER (WHERE t.failed AND t.first > coalesce(a.last, 0)) > 0
ORDER BY failures DESC, t.official_id, t.channel`

func (s *service) faring(db *gorm.DB, officialID string) (rows []fared, err error) {
	err = db.Raw(faring, map[string]any{"from": s.now().Add(-faredSince).UTC(), "official": officialID}).Scan(&rows).Error
	return rows, err
}

// reportFailing tells the owner of a channel that does not reach him so, once for a run of failures, over another channel.
func (s *service) reportFailing(ctx context.Context, db *gorm.DB, officialID, channel string) error {
	rows, err := s.faring(db, officialID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rows, func(row fared) bool { return row.Channel == channel && row.Failures >= failuresToTell })
	if at < 0 {
		return nil
	}
	official, err := s.official(ctx, officialID)
	if err != nil {
		return err
	}
	chosen, err := people(db, officialID)
	if err != nil {
		return err
	}
	p := chosen[officialID]
	ways := slices.DeleteFunc(s.ways(p, official), func(to way) bool { return to.channel == channel })
	about := message{Key: failingKey(rows[at]), OfficialID: officialID, Template: templateFailing, Facts: failingFacts(rows[at])}
	row, err := s.failingLetter(p, official, about, ways[0])
	if err != nil {
		return err
	}
	row.Alone = true
	if row.LeavesAt, err = s.mayLeave(ctx); err != nil {
		return err
	}
	return db.Transaction(func(tx *gorm.DB) error {
		if err := alone(tx, row.Key); err != nil {
			return err
		}
		_, err := add(tx, []message{row})
		return err
	})
}
