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
		switch {
		case a.ValidFrom == day:
			plan.Operations = append(plan.Operations, g.mergerInto(a, founded(a)))
		case g.absorbs(a, day):
			plan.Operations = append(plan.Operations, g.mergerInto(a, &unitsv1.Successor{Id: a.ID}))
		}
	}
	plan.Operations = append(plan.Operations, g.endings(day)...)
	return plan, nil
}

func founded(a Area) *unitsv1.Successor {
	return &unitsv1.Successor{Id: a.ID, Name: a.Name, NameEn: a.NameEN, Kind: KindWord(a.Kind), ParentId: a.ParentID}
}

// absorbs tells whether an area that stood before took in another on the day.
func (g Gazetteer) absorbs(a Area, day string) bool {
	return slices.ContainsFunc(g.Successions, func(s Succession) bool { return s.To == a.ID && s.Date == day && a.ValidFrom < day })
}

// mergerInto is the merger from which the area came, or by which it grew.
func (g Gazetteer) mergerInto(a Area, successor *unitsv1.Successor) *unitsv1.Operation {
	merger := &unitsv1.Operation{Kind: "merge", To: []*unitsv1.Successor{successor}}
	var notes []string
	for _, s := range g.Successions {
		if s.To == a.ID {
			merger.FromIds = append(merger.FromIds, s.From)
			merger.Uncertain = merger.Uncertain || s.Uncertain
			notes = append(notes, s.Note)
		}
	}
	for _, p := range g.Outside {
		if p.To == a.ID {
			successor.PredecessorsOutside = append(successor.PredecessorsOutside,
				&unitsv1.OutsidePredecessor{Code: p.Code, Name: p.Name, District: p.District, Province: p.Province})
		}
	}
	// An area founded by a merger of one had other predecessors, which no source names.
	alone := len(merger.GetFromIds())+len(successor.GetPredecessorsOutside()) == 1
	merger.Uncertain = merger.GetUncertain() || alone && successor.GetName() != ""
	merger.Note = strings.Join(slices.Compact(notes), "; ")
	return merger
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
