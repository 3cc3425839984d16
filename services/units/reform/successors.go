package reform

import (
	"regexp"
	"slices"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

var (
	unitPattern = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)
	areaPattern = regexp.MustCompile(`^([A-Z0-9]+)-([0-9]{4})$`)
)

// readSuccessors: who begins is described once; who is only named is there already, or is described
// in another operation.
func (w *work) readSuccessors() {
	for _, op := range w.ops {
		if op.goesOn() {
			continue
		}
		for _, s := range op.GetTo() {
			if !blank(s.GetName()) {
				w.readDescribed(op, s)
			}
		}
	}
	for _, op := range w.ops {
		if op.goesOn() {
			continue
		}
		for i, s := range op.GetTo() {
			if slices.ContainsFunc(op.GetTo()[:i], func(other *unitsv1.Successor) bool { return other.GetId() == s.GetId() }) {
				w.wrong(op, "to", "đơn vị kế thừa %s ghi hai lần. Giữ lại một.", "the successor %s stands twice. Keep one.", w.name(s.GetId()))
			}
			if blank(s.GetName()) {
				w.readNamed(op, s)
			}
		}
	}
}

func (w *work) readDescribed(op *operation, s *unitsv1.Successor) {
	from, to, taken := w.life(s.GetId())
	switch first := w.begun[s.GetId()]; {
	case first > 0:
		w.wrong(op, "to", "%[1]s đã mô tả ở nội dung %[2]d. Ở đây chỉ ghi mã.", "%[1]s is described in operation %[2]d already. Give only its id here.", s.GetId(), first)
	case taken && to != "" && to < w.day:
		w.wrong(op, "to", "mã %[1]s đã dùng cho %[2]s, kết thúc ngày %[3]s; mã cũ không dùng lại. Đặt mã khác.", "%[1]s was %[2]s until %[3]s; an id is never used again. Choose another.", s.GetId(), w.name(s.GetId()), dayVI(to))
	case taken:
		w.wrong(op, "to", "%[1]s có hiệu lực từ ngày %[2]s, chồng với thời gian hiệu lực mới từ ngày %[3]s. Nếu là đơn vị đang có thì chỉ ghi mã; nếu lập mới thì đặt mã khác.",
			"%[1]s is valid since %[2]s, which overlaps the new validity from %[3]s. Give only the id of one that is there; choose another id for a new one.", w.name(s.GetId()), dayVI(from), dayVI(w.day))
	case decomposed(s.GetName()):
		w.wrong(op, "to", "tên “%s” gõ bằng Unicode tổ hợp. Chuyển sang Unicode dựng sẵn.", "the name %q is decomposed Unicode. Convert it to composed letters.", s.GetName())
	case op.ofAreas:
		w.readNewArea(op, s)
	default:
		w.readNewUnit(op, s)
	}
	if w.begun[s.GetId()] == 0 {
		w.begun[s.GetId()] = op.n
	}
}

// readNewArea: its id is its code and founding month, and its code is nobody else's from the day on.
func (w *work) readNewArea(op *operation, s *unitsv1.Successor) {
	parts := areaPattern.FindStringSubmatch(s.GetId())
	if parts == nil || parts[2] != w.day[2:4]+w.day[5:7] {
		w.wrong(op, "to", "mã địa bàn “%[1]s” phải là mã số và tháng thành lập, ở đây kết thúc bằng -%[2]s. Sửa mã.", "area id %[1]q must be the code and the founding month, here ending in -%[2]s. Correct it.", s.GetId(), w.day[2:4]+w.day[5:7])
		return
	}
	if _, _, known := gazetteer.KindOfWord(s.GetKind()); !known {
		w.wrong(op, "to", "“%s” không phải là loại địa bàn. Chọn tinh, thanh-pho, thi-xa, huyen, phuong, thi-tran hoặc xa.", "%q is not a kind of area. Choose tinh, thanh-pho, thi-xa, huyen, phuong, thi-tran or xa.", s.GetKind())
	}
	for _, a := range w.areas {
		if a.Code == parts[1] && (a.ValidTo == "" || a.ValidTo >= w.day) && !w.ends(a.ID) {
			w.wrong(op, "to", "mã số %[1]s đang là của %[2]s, còn hiệu lực từ ngày %[3]s trở đi. Hai địa bàn không dùng chung mã số cùng lúc.",
				"code %[1]s is that of %[2]s, which is still valid from %[3]s on. Two areas cannot share a code at once.", parts[1], w.name(a.ID), dayVI(w.day))
		}
	}
}

func (w *work) readNewUnit(op *operation, s *unitsv1.Successor) {
	if !unitPattern.MatchString(s.GetId()) {
		w.wrong(op, "to", "mã “%s” chỉ được gồm chữ in hoa không dấu, chữ số và dấu nối. Sửa mã.", "id %q may hold only A-Z, 0-9 and hyphens between them. Correct it.", s.GetId())
	}
	if s.GetKind() != "" && !slices.Contains(gazetteer.Kinds(), s.GetKind()) {
		w.wrong(op, "to", "không có loại đơn vị “%s”. Kiểm tra loại.", "there is no kind of unit %q. Check it.", s.GetKind())
	}
}

// readNamed: a successor given by its id alone.
func (w *work) readNamed(op *operation, s *unitsv1.Successor) {
	from, to, there := w.life(s.GetId())
	switch {
	case !there && w.begun[s.GetId()] == 0:
		w.wrong(op, "to", "đơn vị kế thừa “%s” không có trong hệ thống và không được mô tả trong phương án. Kiểm tra mã, hoặc nhập tên, loại, cấp trên nếu lập mới.",
			"the successor %q does not exist and is not described in the plan. Check the id, or enter name, kind and parent of a new one.", s.GetId())
	case there && w.ends(s.GetId()):
		w.wrong(op, "to", "%[1]s cũng kết thúc theo nội dung %[2]d. Nếu đơn vị này tiếp tục thì bỏ khỏi nội dung đó.", "%[1]s ends too, by operation %[2]d. If it goes on, leave it out there.", w.name(s.GetId()), w.named[s.GetId()])
	case there && (from > w.day || to != "" && to < w.day):
		w.wrong(op, "to", "%[1]s không có hiệu lực vào ngày %[2]s nên không kế thừa được. Kiểm tra mã hoặc ngày hiệu lực.", "%[1]s is not valid on %[2]s and cannot be a successor. Check the id or the effective day.", w.name(s.GetId()), dayVI(w.day))
	case there && w.isArea(s.GetId()) != op.ofAreas:
		w.wrong(op, "to", "%s không cùng là địa bàn hoặc cùng là đơn vị với bên kết thúc. Kiểm tra mã.", "%s is not an area for areas or a unit for units. Check the id.", w.name(s.GetId()))
	}
}

func (w *work) isArea(id string) bool { _, ok := w.areas[id]; return ok }

// ends tells whether the plan ends the area or unit.
func (w *work) ends(id string) bool {
	n := w.named[id]
	return n > 0 && !w.ops[n-1].goesOn()
}
