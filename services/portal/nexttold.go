package portal

import (
	"context"
	"strings"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/ladder"
)

// nextRung is the rung that a case comes to if its unit does nothing: the day on the wire, what it is, and whom it tells.
type nextRung struct {
	Day, What, Whom string
	Names           []string
	role            string
}

// nextRungOf names the next rung of a case of a list by the catalogue of today: a list does not carry the case's own.
func (p *portal) nextRungOf(it item) nextRung {
	state := it.GetState()
	switch state.GetPausedBy() {
	case "explanation":
		return nextRung{What: "tạm dừng: đơn vị đã báo cáo nguyên nhân chậm"}
	case "extension-request":
		return nextRung{What: "tạm dừng: chờ trả lời đề nghị gia hạn"}
	}
	edition := p.edition()
	if state.GetNextRungDay() == "" || edition == nil {
		return nextRung{What: "không còn mức nhắc nào"}
	}
	next := nextRung{Day: state.GetNextRungDay(), What: "mức nhắc tiếp theo"}
	if o := edition.Obligation(it.GetObligationId()); o != nil {
		id, _ := ladder.SplitRungID(state.GetNextRungId())
		if rung, steps := declaredRung(edition, o, id); rung != nil {
			next.What, next.Whom, next.role = rungWord(rung, steps), roleWord(rung.GetRole()), rung.GetRole()
		}
	}
	return next
}

// nameHearers gives the rungs of one page the names of those they tell; a page goes on without them.
func (p *portal) nameHearers(ctx context.Context, rows []lateRow) {
	known := map[[2]string][]string{}
	for i := range rows {
		key := [2]string{rows[i].GetUnitId(), rows[i].Next.role}
		if key[1] == "" {
			continue
		}
		if _, is := known[key]; !is {
			answer, err := p.calls.Units.ResolveRole(ctx, call(&unitsv1.ResolveRoleRequest{UnitId: key[0], Role: key[1], On: p.today().String()}))
			if err != nil {
				p.logWarning("holders of a role not read", err)
				return
			}
			known[key] = []string{}
			for _, holder := range answer.Msg.GetHolders() {
				known[key] = append(known[key], holder.GetOfficial().GetName())
			}
		}
		rows[i].Next.Names = known[key]
		if len(known[key]) == 0 {
			rows[i].Next.Whom += " (chưa có người nhận)"
		}
	}
}

// Hearers are whom the rung tells, with their names where they are known.
func (n nextRung) Hearers() string {
	if len(n.Names) == 0 {
		return n.Whom
	}
	return n.Whom + ": " + strings.Join(n.Names, ", ")
}
