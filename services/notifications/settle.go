package notifications

import (
	"context"
	"slices"

	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
)

const (
	answerSettled    = "Không gửi vì hồ sơ đã nộp hoặc đã kết thúc trước giờ gửi."
	answerHandedOver = "Không gửi vì người giữ vai trò đã thay đổi; chuyển cho người giữ hiện nay."
)

// settle drops a row that is void or muted by now, hands it over when its role has another holder, and
// takes it to the channel on which the person is reached today.
func (r *round) settle(ctx context.Context, row message) ([]message, error) {
	if row.UnitID == "" { // of no case: the matter is the person's own
		return []message{row}, nil
	}
	if voidable(row.Template) && r.cases[row.CaseID].settled() {
		return nil, r.drop(row, answerSettled)
	}
	if until := r.people[row.OfficialID].muted(row.Template, row.CaseID, r.day.String()); until != "" {
		return nil, r.drop(row, answerMuted(until))
	}
	found, err := r.seatOf(ctx, row)
	if err != nil {
		return nil, err
	}
	if len(found.holders) == 0 {
		return nil, r.drop(row, found.answer())
	}
	for _, holder := range found.holders {
		if holder.GetOfficial().GetId() == row.OfficialID {
			row, err = r.rerouted(row, holder)
			return []message{row}, err
		}
	}
	return r.handOver(ctx, row, found.holders)
}

func (r *round) drop(row message, reason string) error {
	return r.db.Model(&message{}).Where("id = ?", row.ID).
		Updates(map[string]any{"state": stateDropped, "answer": reason, "folded_answer": fold(reason)}).Error
}

// rerouted has the row's channel and address as they are now. What follows a failed message, and what has been written for its channel
// to leave by itself, keeps the channel.
func (r *round) rerouted(row message, holder *unitsv1.Holder) (message, error) {
	ways := r.ways(r.people[row.OfficialID], holder.GetOfficial())
	to := ways[0]
	if row.FollowsID != nil || row.Alone {
		to = way{row.Channel, addressOn(row.Channel, holder.GetOfficial())}
	}
	if to == (way{row.Channel, row.Address}) {
		return row, nil
	}
	row.Channel, row.Address = to.channel, to.address
	return row, r.db.Model(&message{}).Where("id = ?", row.ID).Updates(map[string]any{"channel": to.channel, "address": to.address}).Error
}

// handOver writes the row anew for who holds the role now. Two rows that were waiting for two former
// holders come to one for the present one, by the ledger's own key.
func (r *round) handOver(ctx context.Context, row message, holders []*unitsv1.Holder) ([]message, error) {
	fresh, err := r.rows(ctx, matterOf(row), holders, stateWaiting)
	if err != nil {
		return nil, err
	}
	for i := range fresh {
		fresh[i].Alone, fresh[i].LeavesAt = row.Alone, row.LeavesAt
		fresh[i].DecidedBy, fresh[i].DecidedAt, fresh[i].Words = row.DecidedBy, row.DecidedAt, row.Words
	}
	var added []message
	err = r.db.Transaction(func(tx *gorm.DB) (err error) {
		if err := alone(tx, row.Key); err != nil {
			return err
		}
		if added, err = add(tx, fresh); err != nil {
			return err
		}
		return tx.Model(&message{}).Where("id = ?", row.ID).
			Updates(map[string]any{"state": stateDropped, "answer": answerHandedOver, "folded_answer": fold(answerHandedOver)}).Error
	})
	return slices.DeleteFunc(added, func(next message) bool { return next.State != stateWaiting }), err
}
