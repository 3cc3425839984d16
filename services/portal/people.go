package portal

import (
	"context"
	"slices"

	unitsv1 "nenep/proto/nenep/units/v1"
)

// posts answers the positions of officials, so that a person stands with name and position.
func (p *portal) posts(ctx context.Context, ids []string) (postsOf, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = nonEmpty(slices.Compact(ids)...)
	held := postsOf{}
	if len(ids) == 0 {
		return held, nil
	}
	answer, err := p.calls.Units.FindOfficials(ctx, call(&unitsv1.FindOfficialsRequest{Ids: ids, Limit: 1000}))
	if err != nil {
		return nil, err
	}
	for _, holder := range answer.Msg.GetHolders() {
		held.add(holder)
	}
	return held, nil
}

func (p postsOf) add(holder *unitsv1.Holder) {
	id := holder.GetOfficial().GetId()
	p[id] = append(p[id], post{
		Role: holder.GetPosition().GetRole(), UnitID: holder.GetPosition().GetUnitId(), Unit: holder.GetUnit().GetName(),
		Title: holder.GetPosition().GetTitle(), Name: holder.GetOfficial().GetName(),
	})
}

// name is the official's name; the id when nobody knows it.
func (p postsOf) name(id string) string {
	if held := p[id]; len(held) > 0 && held[0].Name != "" {
		return held[0].Name
	}
	return id
}

// full is name, title and unit, as a list shows somebody.
func (p postsOf) full(id string) string {
	held := p[id]
	if len(held) == 0 {
		return id
	}
	text := p.name(id)
	for _, part := range []string{held[0].Title, held[0].Unit} {
		if part != "" {
			text += ", " + part
		}
	}
	return text
}

// positionWord names a position by its title, or by its role.
func positionWord(role, title, unit string) string {
	if title == "" {
		title = sentenceCase(positionRole(role))
	}
	if unit == "" {
		return title
	}
	return title + ", " + unit
}

func positionRole(role string) string {
	switch role {
	case "deputy":
		return "cấp phó của người đứng đầu"
	case "leader":
		return "lãnh đạo cơ quan"
	case "reviewer":
		return "cán bộ theo dõi"
	case "supervisor":
		return "người giám sát"
	case "auditor":
		return "cán bộ kiểm tra, giám sát"
	case "administrator":
		return "người quản trị"
	case "union-chair":
		return "Chủ tịch Công đoàn"
	default:
		return roleWord(role)
	}
}
