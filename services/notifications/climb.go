package notifications

import (
	"cmp"
	"context"
	"slices"

	"nenep/rules/ladder"
)

const (
	answerLeft     = "Không gửi vì đến giờ gửi người nhận không còn giữ vai trò này và chưa có người thay."
	answerWentAway = "Không gửi vì đến giờ gửi người nhận vắng mặt và không ủy quyền cho ai."
)

// climb tells what waited for a seat that has fallen empty to the nearest who is there, as a case does when it is empty from the start:
// every role that nobody holds leaves a row that says so.
func (r *round) climb(ctx context.Context, row message, found seated) ([]message, error) {
	empty := []message{r.nobody(matterOf(row), found)}
	for _, role := range rolesAbove(row) {
		m := matterOf(row)
		m.role, m.vacantRole = role, cmp.Or(row.VacantRole, row.Role)
		next, err := r.seatOf(ctx, message{UnitID: m.unitID, Role: m.role, Personal: m.personal})
		if err != nil {
			return nil, err
		}
		if len(next.holders) > 0 {
			return r.handOver(ctx, row, handing{to: m, holders: next.holders, reason: found.left(), empty: empty})
		}
		empty = append(empty, r.nobody(m, next))
	}
	return r.handOver(ctx, row, handing{reason: found.left(), empty: empty})
}

// rolesAbove are those still to be asked, the nearest first. What is told in another role's place goes on up that role's chain.
func rolesAbove(row message) []string {
	chain := ladder.Above(cmp.Or(row.VacantRole, row.Role))
	if at := slices.Index(chain, row.Role); at >= 0 {
		return chain[at+1:]
	}
	return ladder.Above(row.Role)
}

func (found seated) left() string {
	if found.away {
		return answerWentAway
	}
	return answerLeft
}
