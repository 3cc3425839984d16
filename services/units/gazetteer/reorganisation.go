package gazetteer

import (
	"fmt"
	"slices"
	"strings"

	unitsv1 "nenep/proto/nenep/units/v1"
)

// decisions are what rearranged the areas of the province, by the day on which
// they took effect. Their days of issue stand where a source has them.
var decisions = map[string]struct{ decision, decidedOn, title string }{
	"2024-12-01": {"Nghị quyết 1248/NQ-UBTVQH15", "2024-10-24", "Sắp xếp đơn vị hành chính cấp xã của tỉnh Hưng Yên giai đoạn 2023 - 2025"},
	"2025-07-01": {"Nghị quyết 202/2025/QH15; Nghị quyết 1666/NQ-UBTVQH15", "", "Sắp xếp đơn vị hành chính cấp tỉnh, cấp xã; kết thúc hoạt động cấp huyện"},
}

// ReorganisationOf gives the rearrangement of the province's areas that took effect
// on the civil day, 2024-12-01 or 2025-07-01, as an administrator would have planned
// it: what it says goes as far as the lists and the mapping do. A row that no text
// states makes its operation uncertain; an area whose successor no source names ends
// without one. Areas of Thái Bình are predecessors outside: names only.
func ReorganisationOf(day string) (*unitsv1.Reorganisation, error) {
	decided, known := decisions[day]
	if !known {
		return nil, fmt.Errorf("gazetteer: no rearrangement of areas took effect on %s", day)
	}
	g, err := HungYen()
	if err != nil {
		return nil, err
	}
	plan := &unitsv1.Reorganisation{Decision: decided.decision, DecidedOn: decided.decidedOn, EffectiveOn: day, Title: decided.title}
	for _, a := range g.Areas {
		if a.ValidFrom == day {
			plan.Operations = append(plan.Operations, g.foundingOf(a))
		}
	}
	plan.Operations = append(plan.Operations, g.endings(day)...)
	return plan, nil
}

// foundingOf is the merger from which the area came.
func (g Gazetteer) foundingOf(a Area) *unitsv1.Operation {
	founding := &unitsv1.Operation{Kind: "merge"}
	var notes []string
	for _, s := range g.Successions {
		if s.To == a.ID {
			founding.FromIds = append(founding.FromIds, s.From)
			founding.Uncertain = founding.Uncertain || s.Uncertain
			notes = append(notes, s.Note)
		}
	}
	successor := &unitsv1.Successor{Id: a.ID, Name: a.Name, NameEn: a.NameEN, Kind: KindWord(a.Kind), ParentId: a.ParentID}
	for _, p := range g.Outside {
		if p.To == a.ID {
			successor.PredecessorsOutside = append(successor.PredecessorsOutside,
				&unitsv1.OutsidePredecessor{Code: p.Code, Name: p.Name, District: p.District, Province: p.Province})
		}
	}
	// A merger into which one area is known to have gone had others that no source names.
	founding.Uncertain = founding.Uncertain || len(founding.FromIds)+len(successor.PredecessorsOutside) == 1
	founding.To = []*unitsv1.Successor{successor}
	founding.Note = strings.Join(slices.Compact(notes), "; ")
	return founding
}

// endings are the areas that ended without a successor: abolished, or of a successor
// that no source names.
func (g Gazetteer) endings(day string) []*unitsv1.Operation {
	ended := map[string]*unitsv1.Operation{}
	var endings []*unitsv1.Operation
	for _, s := range g.Successions {
		if s.To != "" || s.Date != day {
			continue
		}
		if ended[s.Basis] == nil {
			ended[s.Basis] = &unitsv1.Operation{Kind: "dissolve", Uncertain: s.Uncertain, Note: s.Note}
			endings = append(endings, ended[s.Basis])
		}
		ended[s.Basis].FromIds = append(ended[s.Basis].FromIds, s.From)
		if s.Uncertain {
			ended[s.Basis].Note = "Nguồn không nêu đơn vị kế thừa; tra " + decisions[day].decision
		}
	}
	return endings
}
