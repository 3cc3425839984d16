package reform

import (
	"slices"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

// carryAreas ends, begins and changes areas, and the bodies of each with it.
func (w *work) carryAreas() {
	w.endAll()
	for _, op := range w.ops {
		if op.ofAreas && !op.wrong && !op.goesOn() {
			w.beginAreas(op)
		}
	}
	for _, op := range w.ops {
		switch {
		case !op.ofAreas || op.wrong:
		case op.goesOn():
			w.changeArea(op)
		default:
			w.endBodies(op)
		}
	}
}

// endAll marks what ends and who stands in its place, before anything is derived from it.
func (w *work) endAll() {
	for _, op := range w.ops {
		if op.wrong || op.goesOn() {
			continue
		}
		for _, id := range op.GetFromIds() {
			w.end(op, id, op.heir())
		}
	}
}

func (w *work) end(op *operation, id, heir string) {
	w.ended[id], w.follow[id] = op.n, heir
	if a, isArea := w.areas[id]; isArea {
		a.ValidTo = w.eve
		w.areas[id] = a
		return
	}
	u := w.units[id]
	u.ValidTo = w.eve
	w.units[id] = u
}

// heir is the successor that takes what belongs to no other; "" when nobody follows.
func (op *operation) heir() string {
	switch {
	case op.GetKind() == split:
		return op.GetHeirId()
	case len(op.GetTo()) == 1:
		return op.GetTo()[0].GetId()
	}
	return ""
}

// following walks what ends to what stands in its place from the day on; "" when nothing does.
func (w *work) following(id string) string {
	for steps := 0; w.ended[id] > 0 && steps <= len(w.ended); steps++ {
		id = w.follow[id]
	}
	return id
}

func (w *work) beginAreas(op *operation) {
	for _, s := range op.GetTo() {
		if w.begun[s.GetId()] == op.n {
			w.beginArea(op, s)
		}
	}
	for _, from := range op.GetFromIds() {
		w.areaFollows(op, from, op.GetTo())
	}
}

func (w *work) areaFollows(op *operation, from string, to []*unitsv1.Successor) {
	follows := gazetteer.Succession{From: from, Date: w.day, Basis: w.plan.GetDecision(), Uncertain: op.GetUncertain(), Note: op.GetNote()}
	if len(to) == 0 {
		w.out.AreaSuccessions = append(w.out.AreaSuccessions, follows)
	}
	for _, s := range to {
		follows.To = s.GetId()
		w.out.AreaSuccessions = append(w.out.AreaSuccessions, follows)
	}
}

func (w *work) beginArea(op *operation, s *unitsv1.Successor) {
	level, kind, _ := gazetteer.KindOfWord(s.GetKind())
	a := gazetteer.Area{
		ID: s.GetId(), Code: areaPattern.FindStringSubmatch(s.GetId())[1], Name: s.GetName(), NameEN: s.GetNameEn(), Level: level, Kind: kind,
		ParentID: w.parentOf(op, s), ValidFrom: w.day, Source: w.plan.GetDecision(),
	}
	for _, p := range s.GetPredecessorsOutside() {
		w.out.Outside = append(w.out.Outside, gazetteer.OutsidePredecessor{
			Code: p.GetCode(), Name: p.GetName(), District: p.GetDistrict(), Province: p.GetProvince(), To: a.ID, Date: w.day})
	}
	w.areas[a.ID] = a
	if !w.parentServes(op, a) {
		return
	}
	for _, body := range w.bodiesOf(a, s.GetReviewerId()) {
		body.ParentID, body.SuperiorID = w.following(body.ParentID), w.following(body.SuperiorID)
		w.begin(op, body)
	}
}

// parentOf is the parent given, or the one that stands where the predecessors' parent stood.
func (w *work) parentOf(op *operation, s *unitsv1.Successor) string {
	if s.GetParentId() != "" || len(op.GetFromIds()) == 0 {
		return s.GetParentId()
	}
	return w.following(w.areas[op.GetFromIds()[0]].ParentID)
}

// above are the levels that may stand over a level.
var above = map[string][]string{
	gazetteer.LevelProvince: {""},
	gazetteer.LevelDistrict: {gazetteer.LevelProvince},
	gazetteer.LevelCommune:  {gazetteer.LevelProvince, gazetteer.LevelDistrict},
}

// parentServes: the area above is of a level above, and stands or begins.
func (w *work) parentServes(op *operation, a gazetteer.Area) bool {
	parent, there := w.areas[a.ParentID]
	described := w.begun[a.ParentID] > 0
	stands := there && w.ended[a.ParentID] == 0 && parent.ValidFrom <= w.day && (parent.ValidTo == "" || parent.ValidTo >= w.day)
	level := w.levelOf(a.ParentID)
	if (a.ParentID == "" || stands || described) && slices.Contains(above[a.Level], level) {
		return true
	}
	w.wrong(op, "to", "địa bàn cấp trên “%[1]s” của %[2]s không có vào ngày %[3]s hoặc không phải là cấp trên. Nhập mã địa bàn cấp trên.",
		"the area %[1]q above %[2]s does not stand on %[3]s, or is not of a level above. Enter the id of the area above.", a.ParentID, a.Name, dayVI(w.day))
	return false
}

// levelOf also knows areas that other operations describe.
func (w *work) levelOf(id string) string {
	if a, there := w.areas[id]; there {
		return a.Level
	}
	if n := w.begun[id]; n > 0 {
		for _, s := range w.ops[n-1].GetTo() {
			if s.GetId() == id {
				level, _, _ := gazetteer.KindOfWord(s.GetKind())
				return level
			}
		}
	}
	return ""
}

// bodiesOf are the bodies of an area from the day on, reviewed by the one given or the standing agency.
func (w *work) bodiesOf(a gazetteer.Area, reviewer string) []gazetteer.Unit {
	if reviewer == "" {
		reviewer = w.standingAgency()
	}
	return gazetteer.BodiesOf(a, w.levelOf(a.ParentID), reviewer)
}

func (w *work) standingAgency() string {
	var found []string
	for id, u := range w.units {
		if u.Kind == "standing-agency" && u.ValidOn(w.day) && w.areas[u.AreaID].Level == gazetteer.LevelProvince {
			found = append(found, id)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}

// endBodies ends the bodies of the areas that end; each is followed by the body of its kind in each
// successor.
func (w *work) endBodies(op *operation) {
	for _, areaID := range op.GetFromIds() {
		kinds := gazetteer.BodyKinds(w.areas[areaID].Level)
		for _, u := range w.unitsIn(areaID) {
			if !slices.Contains(kinds, u.Kind) {
				continue
			}
			w.readOne(op, u.ID)
			if op.wrong {
				return
			}
			w.endBody(op, u)
		}
	}
}

func (w *work) endBody(op *operation, u gazetteer.Unit) {
	w.end(op, u.ID, w.bodyIn(op.heir(), u.Kind))
	if len(op.GetTo()) == 0 {
		w.unitFollows(op, u.ID, "", false)
	}
	for _, s := range op.GetTo() {
		w.unitFollows(op, u.ID, w.bodyIn(s.GetId(), u.Kind), s.GetId() == op.heir())
	}
}

// unitsIn are the units that stood in an area and had not ended, in the order of ids.
func (w *work) unitsIn(areaID string) []gazetteer.Unit {
	var found []gazetteer.Unit
	for _, u := range w.unitsWere {
		if u.AreaID == areaID && (u.ValidTo == "" || u.ValidTo >= w.day) {
			found = append(found, u)
		}
	}
	slices.SortFunc(found, byUnitID)
	return found
}

// bodyIn is the body of a kind in an area from the day on.
func (w *work) bodyIn(areaID, kind string) string {
	var found []string
	for id, u := range w.units {
		if areaID != "" && u.AreaID == areaID && u.Kind == kind && u.ValidOn(w.day) {
			found = append(found, id)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}

// changeArea renames or moves an area that goes on, and lets its bodies follow where they said the
// same as it.
func (w *work) changeArea(op *operation) {
	was, to := w.areas[op.GetFromIds()[0]], op.GetTo()[0]
	is := was
	if !blank(to.GetName()) {
		is.Name, is.NameEN = to.GetName(), to.GetNameEn()
	}
	if level, kind, known := gazetteer.KindOfWord(to.GetKind()); known && level == was.Level {
		is.Kind = kind
	}
	if to.GetParentId() != "" {
		is.ParentID = to.GetParentId()
	}
	if !w.parentServes(op, is) {
		return
	}
	before, after := w.bodiesOf(was, to.GetReviewerId()), w.bodiesOf(is, to.GetReviewerId())
	w.areas[is.ID] = is
	for i := range before {
		if id := w.bodyIn(is.ID, before[i].Kind); id != "" {
			u := w.units[id]
			follow(&u.Name, before[i].Name, after[i].Name)
			follow(&u.NameEN, before[i].NameEN, after[i].NameEN)
			follow(&u.ParentID, before[i].ParentID, after[i].ParentID)
			follow(&u.SuperiorID, before[i].SuperiorID, after[i].SuperiorID)
			if to.GetReviewerId() != "" {
				u.ReviewerID = to.GetReviewerId()
			}
			w.change(op.n, u)
		}
	}
}

// follow changes what was as derived to what is derived now.
func follow(is *string, was, becomes string) {
	if *is == was {
		*is = becomes
	}
}
