package reform

import (
	"cmp"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

func byUnitID(a, b gazetteer.Unit) int { return cmp.Compare(a.ID, b.ID) }

// carryUnits begins and changes the units of operations on units.
func (w *work) carryUnits() {
	for _, op := range w.ops {
		switch {
		case op.ofAreas || op.wrong:
		case op.goesOn():
			w.changeUnit(op)
		default:
			w.succeed(op)
		}
	}
}

func (w *work) succeed(op *operation) {
	for _, s := range op.GetTo() {
		if w.begun[s.GetId()] == op.n {
			w.begin(op, w.newUnit(op, s))
		}
	}
	for _, from := range op.GetFromIds() {
		if len(op.GetTo()) == 0 {
			w.unitFollows(op, from, "", false)
		}
		for _, s := range op.GetTo() {
			w.unitFollows(op, from, s.GetId(), s.GetId() == op.heir())
		}
	}
}

func (w *work) unitFollows(op *operation, from, to string, heir bool) {
	w.out.UnitSuccessions = append(w.out.UnitSuccessions, Succession{Heir: heir && to != "", UnitSuccession: gazetteer.UnitSuccession{
		From: from, To: to, Date: w.day, Basis: w.plan.GetDecision(), Uncertain: op.GetUncertain(), Note: op.GetNote()}})
}

// newUnit is a unit as described; what is not said it takes from its first predecessor, where that
// goes on.
func (w *work) newUnit(op *operation, s *unitsv1.Successor) gazetteer.Unit {
	was := w.unitsWere[op.GetFromIds()[0]]
	u := gazetteer.Unit{
		ID: s.GetId(), Kind: cmp.Or(s.GetKind(), was.Kind), Name: s.GetName(), NameEN: s.GetNameEn(),
		AreaID: cmp.Or(s.GetAreaId(), w.following(was.AreaID)), ParentID: cmp.Or(s.GetParentId(), w.following(was.ParentID)),
		ReviewerID: cmp.Or(s.GetReviewerId(), w.following(was.ReviewerID)),
		ValidFrom:  w.day, Example: was.Example, WorkingYear: was.WorkingYear, Source: w.plan.GetDecision(),
	}
	u.SuperiorID = s.GetSuperiorId()
	if u.SuperiorID == "" && was.SuperiorID == was.ParentID {
		u.SuperiorID = u.ParentID
	}
	u.SuperiorID = cmp.Or(u.SuperiorID, w.following(was.SuperiorID))
	return u
}

func (w *work) begin(op *operation, u gazetteer.Unit) {
	if _, taken := w.units[u.ID]; taken {
		w.wrong(op, "to", "mã đơn vị %s đã dùng. Đặt mã khác; mã cũ không dùng lại.", "the unit id %s is taken. Choose another; an id is never used again.", w.name(u.ID))
		return
	}
	w.units[u.ID], w.origin[u.ID] = u, op.n
}

// change keeps a unit that goes on as it is from the day on, and by which operation.
func (w *work) change(n int, u gazetteer.Unit) {
	if w.units[u.ID] != u {
		w.units[u.ID], w.origin[u.ID] = u, n
	}
}

// changeUnit renames or moves a unit. A superior that was the parent follows the parent.
func (w *work) changeUnit(op *operation) {
	u, to := w.units[op.GetFromIds()[0]], op.GetTo()[0]
	if !blank(to.GetName()) {
		u.Name, u.NameEN = to.GetName(), to.GetNameEn()
	}
	if to.GetParentId() != "" {
		if u.SuperiorID == u.ParentID {
			u.SuperiorID = to.GetParentId()
		}
		u.ParentID = to.GetParentId()
	}
	u.SuperiorID, u.ReviewerID = cmp.Or(to.GetSuperiorId(), u.SuperiorID), cmp.Or(to.GetReviewerId(), u.ReviewerID)
	u.AreaID = cmp.Or(to.GetAreaId(), u.AreaID)
	w.change(op.n, u)
}

// followBegun: a unit that begins is followed from that day, or, where the day is backdated to before
// the system followed anybody it comes from, from when it did.
func (w *work) followBegun() {
	first := map[string]string{}
	for _, s := range w.out.UnitSuccessions {
		from := w.unitsWere[s.From].FollowedFrom
		if earliest, known := first[s.To]; !known || from < earliest {
			first[s.To] = from
		}
	}
	for i, u := range w.out.UnitsBegun {
		w.out.UnitsBegun[i].FollowedFrom = max(w.day, first[u.ID])
	}
}

// markOnly tells which successions let cases go on as they are: one to one, into a unit that began by it.
func (w *work) markOnly() {
	successors, predecessors, outside := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, s := range w.out.UnitSuccessions {
		successors[s.From]++
		predecessors[s.To]++
	}
	for _, p := range w.out.Outside {
		outside[p.To] = true
	}
	for i, s := range w.out.UnitSuccessions {
		_, wasThere := w.unitsWere[s.To]
		w.out.UnitSuccessions[i].Only = s.To != "" && !wasThere && !s.Uncertain && successors[s.From] == 1 && predecessors[s.To] == 1 && !outside[w.units[s.To].AreaID]
	}
}
