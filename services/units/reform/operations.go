package reform

import (
	"slices"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

// Kinds of operation.
const (
	merge    = "merge"
	split    = "split"
	dissolve = "dissolve"
	rename   = "rename"
	move     = "move"
)

// goesOn tells whether the operation changes what goes on, instead of ending it.
func (op *operation) goesOn() bool { return op.GetKind() == rename || op.GetKind() == move }

// readOperations judges each operation by itself: its shape, and whether what it names stood on the
// day before.
func (w *work) readOperations() {
	for i, said := range w.plan.GetOperations() {
		op := &operation{Operation: said, n: i + 1}
		w.ops = append(w.ops, op)
		w.readFrom(op)
		w.readShape(op)
	}
}

func (w *work) readFrom(op *operation) {
	areas, units := 0, 0
	for _, id := range op.GetFromIds() {
		if _, isArea := w.areas[id]; isArea {
			areas++
		} else if _, isUnit := w.units[id]; isUnit {
			units++
		}
		w.readOne(op, id)
	}
	if op.ofAreas = areas > 0; areas+units == 0 && len(op.GetTo()) > 0 {
		_, _, op.ofAreas = gazetteer.KindOfWord(op.GetTo()[0].GetKind())
	}
	if areas > 0 && units > 0 {
		w.wrong(op, "from_ids", "không ghi chung địa bàn và đơn vị trong một nội dung. Tách thành hai nội dung.", "areas and units cannot stand in one operation. Make two of it.")
	}
}

// readOne: what an operation names must be there, once, on the day before and no longer ended.
func (w *work) readOne(op *operation, id string) {
	from, to, known := w.life(id)
	switch first := w.named[id]; {
	case !known:
		w.wrong(op, "from_ids", "không có địa bàn hoặc đơn vị nào mang mã “%s”. Kiểm tra mã.", "no area or unit has the id %q. Check it.", id)
	case first > 0:
		w.wrong(op, "from_ids", "%[1]s đã có ở nội dung %[2]d. Mỗi địa bàn, đơn vị chỉ ghi một lần.", "%[1]s stands in operation %[2]d already. Name each once.", w.name(id), first)
	case from >= w.day:
		w.wrong(op, "effective_on", "%[1]s thành lập ngày %[2]s; ngày hiệu lực %[3]s phải sau ngày đó. Kiểm tra ngày hiệu lực.",
			"%[1]s began on %[2]s; the effective day %[3]s must be after it. Check the effective day.", w.name(id), dayVI(from), dayVI(w.day))
	case to != "" && to < w.day:
		w.wrong(op, "from_ids", "%[1]s đã kết thúc ngày %[2]s. Bỏ khỏi nội dung này hoặc sửa ngày hiệu lực.",
			"%[1]s ended on %[2]s. Leave it out or correct the effective day.", w.name(id), dayVI(to))
	default:
		w.named[id] = op.n
		w.elsewhere(op, id)
	}
}

// elsewhere: what another planned reorganisation ends cannot end twice.
func (w *work) elsewhere(op *operation, id string) {
	for _, other := range w.planned {
		for _, theirs := range other.GetOperations() {
			if slices.Contains(theirs.GetFromIds(), id) && theirs.GetKind() != rename && theirs.GetKind() != move {
				w.wrong(op, "from_ids", "%[1]s kết thúc theo phương án %[2]s chờ ngày %[3]s. Hủy phương án đó hoặc bỏ khỏi nội dung này.",
					"%[1]s ends by the reorganisation %[2]s planned for %[3]s. Cancel that one or leave it out here.", w.name(id), other.GetId(), dayVI(other.GetEffectiveOn()))
			}
		}
	}
}

// life is from when to when an area or unit stands.
func (w *work) life(id string) (from, to string, known bool) {
	if a, ok := w.areas[id]; ok {
		return a.ValidFrom, a.ValidTo, true
	}
	u, ok := w.units[id]
	return u.ValidFrom, u.ValidTo, ok
}

// readShape: each kind of operation has its own number of predecessors and successors.
func (w *work) readShape(op *operation) {
	switch op.GetKind() {
	case merge:
		w.readMerge(op)
	case split:
		w.readSplit(op)
	case dissolve:
		w.atLeastOne(op)
		if len(op.GetTo()) > 0 {
			w.wrong(op, "to", "giải thể thì không có đơn vị kế thừa. Nếu có, chọn hợp nhất hoặc chia tách.", "what is dissolved has no successor. If there is one, choose merge or split.")
		}
	case rename, move:
		w.readChange(op)
	default:
		w.wrong(op, "kind", "“%s” không phải là hình thức sắp xếp. Chọn merge, split, dissolve, rename hoặc move.", "%q is not a kind of operation. Choose merge, split, dissolve, rename or move.", op.GetKind())
	}
	if op.GetKind() != split && (op.GetHeirId() != "" || len(op.GetShareOut()) > 0) {
		w.wrong(op, "heir_id", "chỉ khi chia tách mới ghi đơn vị nhận phần còn lại và phân chia hồ sơ. Bỏ trống hai mục này.", "only a split has an heir and a share-out. Leave both empty.")
	}
}

func (w *work) atLeastOne(op *operation) {
	if len(op.GetFromIds()) == 0 {
		w.wrong(op, "from_ids", "chưa ghi địa bàn hoặc đơn vị nào. Nhập mã.", "no area or unit is named. Enter the ids.")
	}
}

// readMerge: two or more become one. One alone goes into a successor that is there already, or has
// predecessors outside this register; or no text says who the others are, and the operation says so.
func (w *work) readMerge(op *operation) {
	if len(op.GetTo()) != 1 {
		w.wrong(op, "to", "hợp nhất có đúng một đơn vị kế thừa, ở đây có %d. Sửa danh sách kế thừa.", "a merger has exactly one successor, not %d. Correct the successors.", len(op.GetTo()))
		return
	}
	to := op.GetTo()[0]
	_, _, there := w.life(to.GetId())
	merging := len(op.GetFromIds()) + len(to.GetPredecessorsOutside())
	if merging == 0 || merging == 1 && !there && !op.GetUncertain() && !w.mergesElsewhere(op, to) {
		w.wrong(op, "from_ids", "hợp nhất cần ít nhất hai bên. Bổ sung, hoặc chọn đổi tên nếu chỉ đổi tên.", "a merger needs at least two. Add the others, or choose rename if only the name changes.")
	}
}

// mergesElsewhere: a successor may gather its predecessors from several operations.
func (w *work) mergesElsewhere(op *operation, to *unitsv1.Successor) bool {
	for i, other := range w.plan.GetOperations() {
		if i+1 != op.n && slices.ContainsFunc(other.GetTo(), func(s *unitsv1.Successor) bool { return s.GetId() == to.GetId() }) {
			return true
		}
	}
	return false
}

func (w *work) readSplit(op *operation) {
	if len(op.GetFromIds()) != 1 {
		w.wrong(op, "from_ids", "chia tách có đúng một bên bị chia, ở đây có %d. Tách thành nhiều nội dung.", "a split divides exactly one, not %d. Make several operations of it.", len(op.GetFromIds()))
	}
	if len(op.GetTo()) < 2 {
		w.wrong(op, "to", "chia tách cần ít nhất hai đơn vị kế thừa. Bổ sung đơn vị kế thừa.", "a split needs at least two successors. Add them.")
	}
	heir := slices.ContainsFunc(op.GetTo(), func(s *unitsv1.Successor) bool { return s.GetId() == op.GetHeirId() })
	if op.GetHeirId() == "" || !heir {
		w.wrong(op, "heir_id", "chia tách phải ghi một trong các đơn vị kế thừa nhận phần không thuộc riêng ai (kiến nghị, sổ theo dõi). Chọn đơn vị đó.",
			"a split must say which of its successors takes what belongs to no other (petitions, registers). Choose it.")
	}
}

// readChange: one goes on, under another name or parent.
func (w *work) readChange(op *operation) {
	if len(op.GetFromIds()) != 1 || len(op.GetTo()) != 1 {
		w.wrong(op, "from_ids", "đổi tên, chuyển cấp trên chỉ ghi một địa bàn hoặc đơn vị. Tách thành nhiều nội dung.", "rename and move take one area or unit. Make several operations of it.")
		return
	}
	id, to := op.GetFromIds()[0], op.GetTo()[0]
	if to.GetId() != "" && to.GetId() != id {
		w.wrong(op, "to", "đổi tên, chuyển cấp trên giữ nguyên mã %s. Bỏ trống mã mới.", "rename and move keep the id %s. Leave the new id empty.", id)
	}
	if op.GetKind() == rename && (blank(to.GetName()) || decomposed(to.GetName())) {
		w.wrong(op, "to", "chưa có tên mới, hoặc tên gõ bằng Unicode tổ hợp. Nhập tên bằng Unicode dựng sẵn.", "the new name is missing or decomposed Unicode. Enter it in composed letters.")
	}
	if op.GetKind() == move && to.GetParentId()+to.GetSuperiorId()+to.GetReviewerId()+to.GetAreaId() == "" {
		w.wrong(op, "to", "chưa ghi chuyển về đâu. Nhập cấp trên, cơ quan theo dõi hoặc địa bàn mới.", "it is not said whereto. Enter the new parent, superior, reviewer or area.")
	}
}
