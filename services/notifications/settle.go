package notifications

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	unitsv1 "nenep/proto/nenep/units/v1"
)

const (
	answerStepDone   = "Không gửi vì bước này đã được ghi kết quả trong hồ sơ trước giờ gửi."
	answerSettled    = "Không gửi vì hồ sơ đã nộp hoặc đã kết thúc trước giờ gửi."
	answerHandedOver = "Không gửi vì người giữ vai trò đã thay đổi; chuyển cho người giữ hiện nay."
)

// settle drops a row that is void or muted by now, hands it over when its role has another holder, and
// takes it to the channel on which the person is reached today. Where nobody is left in the role it climbs.
func (r *round) settle(ctx context.Context, row message) ([]message, error) {
	if row.UnitID == "" { // of no case: the matter is the person's own
		return []message{row}, nil
	}
	if reason := r.cases[row.CaseID].voids(row); reason != "" {
		return nil, r.drop(row, reason)
	}
	if until := r.people[row.OfficialID].muted(row.Template, row.CaseID, r.day.String()); until != "" {
		return nil, r.drop(row, answerMuted(until))
	}
	found, err := r.seatOf(ctx, row)
	if err != nil {
		return nil, err
	}
	if len(found.holders) == 0 {
		return r.climb(ctx, row, found)
	}
	for _, holder := range found.holders {
		if holder.GetOfficial().GetId() == row.OfficialID {
			row, err = r.rerouted(row, holder)
			return []message{row}, err
		}
	}
	return r.handOver(ctx, row, handing{to: matterOf(row), holders: found.holders, reason: answerHandedOver})
}

func (r *round) drop(row message, reason string) error {
	return r.db.Model(&message{}).Where("id = ?", row.ID).
		Updates(map[string]any{"state": stateDropped, "answer": reason, "folded_answer": fold(reason)}).Error
}

// rerouted has the row's channel and address as they are now.
func (r *round) rerouted(row message, holder *unitsv1.Holder) (message, error) {
	to := r.wayOf(row, holder)
	if to == (way{row.Channel, row.Address}) {
		return row, nil
	}
	row.Channel, row.Address = to.channel, to.address
	return row, r.db.Model(&message{}).Where("id = ?", row.ID).Updates(map[string]any{"channel": to.channel, "address": to.address}).Error
}

// wayOf is how the row's recipient is reached now. What follows a failed message, and what has been written for its channel to leave by
// itself, keeps the channel.
func (r *round) wayOf(row message, holder *unitsv1.Holder) way {
	if row.FollowsID != nil || row.Alone {
		return way{row.Channel, addressOn(row.Channel, holder.GetOfficial())}
	}
	return r.ways(r.people[row.OfficialID], holder.GetOfficial())[0]
}

// handing is a row's matter passing on to others: who they are, why the row is not sent, and the rows of the seats that were found empty.
type handing struct {
	to      matter
	holders []*unitsv1.Holder
	reason  string
	empty   []message
}

// handOver writes the row anew for whom it passes to; for nobody it ends, and the empty seats say so. Two rows that were waiting for two
// former holders come to one for the present one, by the ledger's own key. A recipient who hears it in another role now keeps his row.
func (r *round) handOver(ctx context.Context, row message, h handing) ([]message, error) {
	fresh, err := r.anewFor(ctx, row, h)
	if err != nil {
		return nil, err
	}
	var told []message
	err = r.db.Transaction(func(tx *gorm.DB) error {
		if err := alone(tx, row.Key); err != nil {
			return err
		}
		for _, nobody := range h.empty {
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&nobody).Error; err != nil {
				return err
			}
		}
		if at := slices.IndexFunc(fresh, func(next message) bool { return next.OfficialID == row.OfficialID }); at >= 0 {
			told, fresh = []message{fresh[at]}, slices.Delete(slices.Clone(fresh), at, at+1)
			err = tx.Model(&told[0]).Select("*").Updates(&told[0]).Error
		} else {
			err = tx.Model(&message{}).Where("id = ?", row.ID).
				Updates(map[string]any{"state": stateDropped, "answer": h.reason, "folded_answer": fold(h.reason)}).Error
		}
		if err != nil || len(fresh) == 0 {
			return err
		}
		added, err := add(tx, fresh)
		told = append(told, added...)
		return err
	})
	return slices.DeleteFunc(told, func(next message) bool { return next.State != stateWaiting }), err
}

// anewFor writes the rows of those to whom a row passes.
func (r *round) anewFor(ctx context.Context, row message, h handing) ([]message, error) {
	var ids []string
	for _, holder := range h.holders {
		ids = append(ids, holder.GetOfficial().GetId())
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if err := r.learnPeople(slices.Clone(ids)); err != nil {
		return nil, err
	}
	fresh, err := r.rows(ctx, h.to, h.holders, stateWaiting)
	if err != nil {
		return nil, err
	}
	if at := slices.Index(ids, row.OfficialID); at >= 0 {
		kept, err := r.authorOf(h.to).row(ctx, h.holders[at], r.people[row.OfficialID], r.wayOf(row, h.holders[at]), stateWaiting)
		if err != nil {
			return nil, err
		}
		kept.ID, kept.CreatedAt, kept.FollowsID, kept.Repeated = row.ID, row.CreatedAt, row.FollowsID, row.Repeated
		fresh[at] = kept
	}
	for i := range fresh {
		fresh[i].Alone, fresh[i].LeavesAt = row.Alone, row.LeavesAt
		fresh[i].DecidedBy, fresh[i].DecidedAt, fresh[i].Words = row.DecidedBy, row.DecidedAt, row.Words
	}
	return fresh, nil
}
