package notifications

import (
	"context"
	"errors"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// terms are how long personal data are kept, in months: that a message was sent stays in the ledger, what it said and to which address does
// not. Preferences are those of who holds no position any more.
type terms struct{ messages, digests, preferences int }

// usualTerms hold where the province's catalogue declares none.
var usualTerms = terms{messages: 24, digests: 3, preferences: 6}

// termsOf reads the terms out of the province's settings. What is no number of months, or none at all, leaves the usual term: it would empty
// what was sent today.
func termsOf(settings []*unitsv1.Setting) terms {
	out := usualTerms
	for _, setting := range settings {
		term := map[string]*int{"messages.keep-months": &out.messages, "digests.keep-months": &out.digests, "preferences.keep-months": &out.preferences}[setting.GetKey()]
		if months, err := strconv.Atoi(setting.GetValue()); term != nil && err == nil && months > 0 {
			*term = months
		}
	}
	return out
}

// purgedAtOnce is how many rows one transaction empties.
const purgedAtOnce = 1000

// Purge takes personal data out of what is older than its term on a day; again is harmless. What was still waiting then is dropped.
func (s *service) Purge(ctx context.Context, request *connect.Request[notificationsv1.PurgeRequest]) (*connect.Response[notificationsv1.PurgeResponse], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	day, ok := dayOf(request.Msg.GetDay())
	if !ok {
		return nil, refuseFields([]*casefilev1.FieldFault{badDay("day", request.Msg.GetDay())})
	}
	settings, err := s.clients.Units.ListSettings(ctx, connect.NewRequest(&unitsv1.ListSettingsRequest{}))
	if err != nil {
		return nil, s.away("settings", err)
	}
	keep := termsOf(settings.Msg.GetSettings())
	answer := &notificationsv1.PurgeResponse{}
	err = s.exclusively(ctx, "purge", func(db *gorm.DB) (err error) {
		if answer.Messages, err = purgeMessages(db, before(day, keep.messages)); err != nil {
			return err
		}
		if answer.Digests, err = purgeDigests(db, before(day, keep.digests)); err != nil {
			return err
		}
		answer.Preferences, err = s.purgeChoices(ctx, db, day, keep.preferences)
		return err
	})
	return connect.NewResponse(answer), err
}

func before(day calendar.Date, months int) time.Time { return day.AddMonths(-months).At(0, 0).UTC() }

func purgeMessages(db *gorm.DB, cutoff time.Time) (purged int32, err error) {
	for {
		var rows []message
		err := db.Select("id", "subject", "case_id").Where("created_at < ? AND (body_text, body_html, name, address, answer, words, code) <> ('', '', '', '', '', '', '')", cutoff).
			Order("id").Limit(purgedAtOnce).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return purged, err
		}
		ids, folded := make([]int64, len(rows)), make([]string, len(rows))
		for i, row := range rows {
			ids[i], folded[i] = row.ID, fold(row.Subject, row.CaseID)
		}
		err = db.Transaction(func(tx *gorm.DB) error {
			if err := tx.Exec("UPDATE attempts SET answer = '' WHERE answer <> '' AND message_id = ANY(?::bigint[])", listed(ids)).Error; err != nil {
				return err
			}
			return tx.Exec(`UPDATE messages SET body_text = '', body_html = '', name = '', address = '', answer = '', words = '', code = '', facts = '{}',
				folded = purged.folded, folded_answer = '', state = CASE WHEN state IN ('waiting', 'sending', 'draft') THEN 'dropped' ELSE state END
				FROM unnest(?::bigint[], ?::text[]) AS purged (id, folded) WHERE messages.id = purged.id`, listed(ids), listedTexts(folded)).Error
		})
		if err != nil {
			return purged, err
		}
		purged += int32(len(rows))
	}
}

func purgeDigests(db *gorm.DB, cutoff time.Time) (int32, error) {
	emptied := db.Exec(`UPDATE digests SET body_text = '', body_html = '', name = '', address = '', answer = '',
		state = CASE WHEN state IN ('waiting', 'sending') THEN 'dropped' ELSE state END
		WHERE created_at < ? AND (body_text, body_html, name, address, answer) <> ('', '', '', '', '')`, cutoff)
	if emptied.Error != nil {
		return 0, emptied.Error
	}
	err := db.Exec("UPDATE attempts SET answer = '' WHERE answer <> '' AND digest_id IS NOT NULL AND at < ?", cutoff).Error
	return int32(emptied.RowsAffected), err
}

// purgeChoices marks who holds no position and deletes what those chose who have held none for the term; mutes end with their day.
func (s *service) purgeChoices(ctx context.Context, db *gorm.DB, day calendar.Date, months int) (int32, error) {
	if err := db.Where("until_day < ?", day.String()).Delete(&mute{}).Error; err != nil {
		return 0, err
	}
	if err := s.markIdle(ctx, db, day); err != nil {
		return 0, err
	}
	gone := db.Model(&preference{}).Select("official_id").Where("idle_since <> '' AND idle_since <= ?", day.AddMonths(-months).String())
	var deleted int64
	err := db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("UPDATE feeds SET revoked_at = ? WHERE revoked_at IS NULL AND official_id IN (?)", s.now().UTC(), gone).Error; err != nil {
			return err
		}
		for _, kept := range []any{&mute{}, &consent{}, &preference{}} {
			done := tx.Where("official_id IN (?)", gone).Delete(kept)
			if done.Error != nil {
				return done.Error
			}
			deleted = done.RowsAffected
		}
		return nil
	})
	return int32(deleted), err
}

// officialsAtOnce is how many officials one question to units names.
const officialsAtOnce = 200

// markIdle keeps the day on which it was first seen that an official holds no position.
func (s *service) markIdle(ctx context.Context, db *gorm.DB, day calendar.Date) error {
	for last := ""; ; {
		var ids []string
		if err := db.Model(&preference{}).Where("official_id > ?", last).Order("official_id").Limit(officialsAtOnce).Pluck("official_id", &ids).Error; err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		last = ids[len(ids)-1]
		found, err := s.clients.Units.FindOfficials(ctx, connect.NewRequest(&unitsv1.FindOfficialsRequest{Ids: ids}))
		if err != nil {
			return s.away("units", err)
		}
		held := []string{""}
		for _, holder := range found.Msg.GetHolders() {
			if holder.GetPosition().GetRole() != "" {
				held = append(held, holder.GetOfficial().GetId())
			}
		}
		busy := db.Model(&preference{}).Where("official_id IN ? AND official_id IN ?", ids, held).Updates(map[string]any{"idle_since": ""})
		idle := db.Model(&preference{}).Where("official_id IN ? AND official_id NOT IN ? AND idle_since = ''", ids, held).Updates(map[string]any{"idle_since": day.String()})
		if busy.Error != nil || idle.Error != nil {
			return errors.Join(busy.Error, idle.Error)
		}
	}
}
