package notifications

import (
	"context"
	"slices"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// settle drops a row that is void by now, and hands it over when its role has another holder.
func (r *digestRound) settle(ctx context.Context, row message) ([]message, error) {
	if reason, err := r.void(ctx, row); err != nil || reason != "" {
		return nil, r.drop(row, reason, err)
	}
	holders, err := r.holdersNow(ctx, row.UnitID, row.Role)
	if err != nil {
		return nil, err
	}
	if len(holders) == 0 {
		return nil, r.drop(row, answerNobody, nil)
	}
	for _, holder := range holders {
		if holder.GetOfficial().GetId() != row.OfficialID {
			continue
		}
		if row.Address = holder.GetOfficial().GetEmail(); row.Address == "" {
			return nil, r.db.Model(&row).Updates(map[string]any{"state": stateFailed, "answer": answerNoAddress}).Error
		}
		return []message{row}, nil
	}
	return r.handOver(ctx, row, holders)
}

func (r *digestRound) drop(row message, reason string, err error) error {
	if err != nil {
		return err
	}
	return r.db.Model(&row).Updates(map[string]any{"state": stateDropped, "answer": reason}).Error
}

// openStates are those in which something is still to be done by the unit.
var openStates = []casefilev1.State{casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED}

// void tells why a reminder has become pointless; a case the register does not know is left alone.
func (r *digestRound) void(ctx context.Context, row message) (string, error) {
	if !dueTemplates[row.Template] {
		return "", nil
	}
	if reason, known := r.settled[row.CaseID]; known {
		return reason, nil
	}
	response, err := r.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: row.CaseID}))
	if err != nil && !notFound(err) {
		return "", r.away("register", err)
	}
	reason := ""
	if err == nil && !slices.Contains(openStates, response.Msg.GetState().GetState()) {
		reason = answerSettled
	}
	r.settled[row.CaseID] = reason
	return reason, nil
}

const (
	answerSettled    = "Không gửi vì hồ sơ đã nộp hoặc đã kết thúc trước giờ gửi."
	answerHandedOver = "Không gửi vì người giữ vai trò đã thay đổi; chuyển cho người giữ hiện nay."
)

func (r *digestRound) holdersNow(ctx context.Context, unitID, role string) ([]*unitsv1.Holder, error) {
	seat := [2]string{unitID, role}
	if known, found := r.posts[seat]; found {
		return known, nil
	}
	holders, err := r.holders(ctx, unitID, role, r.day.String())
	if err == nil {
		r.posts[seat] = holders
	}
	return holders, err
}

// handOver writes the row anew for who holds the role now. Two rows that were waiting for two former
// holders come to one for the present one, by the ledger's own key.
func (r *digestRound) handOver(ctx context.Context, row message, holders []*unitsv1.Holder) ([]message, error) {
	fresh, err := r.rows(ctx, matterOf(row), holders, stateWaiting)
	if err != nil {
		return nil, err
	}
	var added []message
	err = r.db.Transaction(func(tx *gorm.DB) error {
		for _, next := range fresh {
			created := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&next)
			if created.Error != nil {
				return created.Error
			}
			if created.RowsAffected == 1 && next.Address != "" {
				added = append(added, next)
			}
		}
		return tx.Model(&row).Updates(map[string]any{"state": stateDropped, "answer": answerHandedOver}).Error
	})
	return added, err
}
