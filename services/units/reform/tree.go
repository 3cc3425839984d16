package reform

import (
	"maps"
	"slices"
	"strings"

	"nenep/proto/contract"
	"nenep/services/units/gazetteer"
)

// relink lets everything that goes on follow what it pointed to. Who points to something that ends
// without anybody in its place has to be dealt with by the plan itself.
func (w *work) relink() {
	stranded := map[string][]string{} // what ends → who still points to it
	for _, id := range slices.Sorted(maps.Keys(w.areas)) {
		if a := w.areas[id]; w.goesOn(a.ID, a.ValidTo) {
			w.areas[id] = w.relinkedArea(a, stranded)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.units)) {
		if u := w.units[id]; w.goesOn(u.ID, u.ValidTo) && w.unitsWere[id].ID != "" {
			w.relinkUnit(u, stranded)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(stranded)) {
		if left := slices.DeleteFunc(stranded[id], w.excusedUnit); len(left) > 0 {
			w.fault(w.ended[id], "from_ids", "%[1]s kết thúc mà không có bên kế thừa, nhưng %[2]d địa bàn, đơn vị còn trực thuộc hoặc do cơ quan này theo dõi: %[3]s. Ghi thêm nội dung cho các đơn vị đó.",
				"%[1]s ends without a successor, but %[2]d areas or units still belong to it or are reviewed by it: %[3]s. Add operations for them.", w.name(id), len(left), w.names(left))
		}
	}
}

// goesOn tells whether an area or unit stands on the day or begins later.
func (w *work) goesOn(id, validTo string) bool {
	return w.ended[id] == 0 && (validTo == "" || validTo >= w.day)
}

func (w *work) excusedUnit(id string) bool { return w.excused[id] || w.excused[w.units[id].AreaID] }

func (w *work) relinkedArea(a gazetteer.Area, stranded map[string][]string) gazetteer.Area {
	if w.ended[a.ParentID] == 0 {
		return a
	}
	if parent := w.following(a.ParentID); parent != "" {
		a.ParentID = parent
		return a
	}
	stranded[a.ParentID] = append(stranded[a.ParentID], a.ID)
	return a
}

func (w *work) relinkUnit(u gazetteer.Unit, stranded map[string][]string) {
	origin := w.origin[u.ID]
	for _, link := range []*string{&u.AreaID, &u.ParentID, &u.SuperiorID, &u.ReviewerID} {
		if w.ended[*link] == 0 {
			continue
		}
		next := w.following(*link)
		if next == "" || next == u.ID {
			if !slices.Contains(stranded[*link], u.ID) {
				stranded[*link] = append(stranded[*link], u.ID)
			}
			continue
		}
		origin, *link = w.ended[*link], next
	}
	w.change(origin, u)
}

// checkTree: whoever begins or changes points to somebody who stands on the day, and nobody is above
// himself by however many steps.
func (w *work) checkTree() {
	parents, superiors := map[string]string{}, map[string]string{}
	for id, u := range w.units {
		if w.goesOn(id, u.ValidTo) {
			parents[id], superiors[id] = u.ParentID, u.SuperiorID
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.origin)) {
		if !w.ops[w.origin[id]-1].wrong {
			w.checkLinks(w.units[id])
		}
	}
	w.checkRings("parent_id", parents)
	w.checkRings("superior_id", superiors)
}

func (w *work) checkLinks(u gazetteer.Unit) {
	n := w.origin[u.ID]
	if area, there := w.areas[u.AreaID]; !there || !area.ValidOn(w.day) {
		w.fault(n, "area_id", "địa bàn “%[1]s” của %[2]s không có vào ngày %[3]s. Kiểm tra mã.", "the area %[1]q of %[2]s does not stand on %[3]s. Check the id.", u.AreaID, w.name(u.ID), dayVI(w.day))
	}
	said := map[string]bool{"": true}
	for _, link := range []struct{ field, vi, id string }{
		{"parent_id", "cấp trên", u.ParentID}, {"superior_id", "nơi nhận báo cáo chậm", u.SuperiorID}, {"reviewer_id", "cơ quan theo dõi", u.ReviewerID},
	} {
		other, there := w.units[link.id]
		switch {
		case said[link.id] || w.ended[link.id] > 0 && w.following(link.id) == "" && w.unitsWere[u.ID].ID != "": // said of what ends
		case link.id == u.ID:
			w.fault(n, link.field, "%[1]s được ghi là %[2]s của chính mình. Nhập đơn vị khác.", "%[1]s would be its own %[3]s. Enter another unit.", w.name(u.ID), link.vi, link.field)
		case !there || !other.ValidOn(w.day):
			w.fault(n, link.field, "%[2]s “%[1]s” của %[3]s không có vào ngày %[4]s. Kiểm tra mã.", "the %[5]s %[1]q of %[3]s does not stand on %[4]s. Check the id.", link.id, link.vi, w.name(u.ID), dayVI(w.day), link.field)
		}
		said[link.id] = true
	}
}

func (w *work) checkRings(field string, above map[string]string) {
	for _, ring := range gazetteer.Rings(above) {
		line := 0
		for _, id := range ring {
			line = max(line, w.origin[id])
		}
		if len(ring) == 1 || line == 0 {
			continue // said already, or not of this plan
		}
		w.fault(line, field, "sau khi sắp xếp, %[1]s là cấp trên của nhau. Sửa cấp trên.", "after the reorganisation %[1]s would be above each other. Correct the parent.", w.names(ring))
	}
}

// checkShares: a case goes from a unit that is split to one of its own successors.
func (w *work) checkShares() {
	follows := map[string]bool{}
	for _, s := range w.out.UnitSuccessions {
		follows[s.From+" → "+s.To] = true
	}
	for _, op := range w.ops {
		shared := map[string]bool{}
		for _, share := range op.GetShareOut() {
			_, unit, _, err := contract.CaseIDParts(share.GetCaseId())
			switch {
			case op.wrong:
			case err != nil:
				w.fault(op.n, "share_out", "“%s” không phải là mã hồ sơ. Kiểm tra mã.", "%q is not the id of a case. Check it.", share.GetCaseId())
			case shared[share.GetCaseId()]:
				w.fault(op.n, "share_out", "hồ sơ %s được chia hai lần. Giữ lại một dòng.", "case %s is shared out twice. Keep one row.", share.GetCaseId())
			case !follows[unit+" → "+share.GetToId()]:
				w.fault(op.n, "share_out", "hồ sơ %[1]s chia cho “%[2]s”, nhưng đơn vị này không kế thừa %[3]s theo nội dung này. Chọn một trong các đơn vị kế thừa.",
					"case %[1]s is shared out to %[2]q, which does not succeed %[3]s here. Choose one of its successors.", share.GetCaseId(), share.GetToId(), strings.TrimSpace(w.name(unit)))
			}
			shared[share.GetCaseId()] = true
		}
	}
}
