package portal

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

// actIDPattern is what the key of a form looks like.
var actIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// someoneNew is the choice of an official who is not written down yet.
const someoneNew = "moi"

// appoints tells whether the reader may change who holds the role of the unit: administrators, and heads their own unit's contact.
func (p *portal) appoints(c echo.Context, unitID, role string) error {
	who := personOf(c)
	if isAdminPage(c) {
		return nil // judged at the door
	}
	heads := slices.ContainsFunc(who.headed(), func(own hat) bool { return own.UnitID == unitID })
	if !heads || role != "contact" {
		return p.refuseStranger("thay đổi người giữ chức vụ này", who.Post())
	}
	return nil
}

// namedPosition is the position of the address, which the reader may change.
func (p *portal) namedPosition(c echo.Context) (*unitsv1.Holder, error) {
	if !isAdminPage(c) && len(personOf(c).headed()) == 0 {
		return nil, p.refuseStranger("thay đổi người giữ chức vụ này", personOf(c).Post())
	}
	held, err := p.listPositions(c.Request().Context(), &unitsv1.ListPositionsRequest{Id: c.Param("position")})
	if err != nil {
		return nil, err
	}
	if len(held) == 0 {
		return nil, notFound()
	}
	return held[0], p.appoints(c, held[0].GetUnit().GetId(), held[0].GetPosition().GetRole())
}

func heldWord(held *unitsv1.Holder) string {
	return held.GetOfficial().GetName() + ", " + positionWord(held.GetPosition().GetRole(), held.GetPosition().GetTitle(), held.GetUnit().GetName())
}

// afterPosition is the page to which a change of a position returns.
func afterPosition(c echo.Context, unitID string) (address, words string) {
	if isAdminPage(c) {
		return unitAddress(unitID), "Đơn vị"
	}
	return ownPeoplePath, "Người của đơn vị"
}

// whoFields ask who is to hold a position: one of those who were found, or somebody who is written down with it.
func whoFields(found []*unitsv1.Holder) []field {
	added := newcomerFields()
	if len(found) == 0 {
		return added
	}
	who := field{Name: "to_official_id", Label: "Cán bộ", Kind: "choice", Required: true}
	for _, one := range found {
		id := one.GetOfficial().GetId()
		if slices.ContainsFunc(who.Choices, func(c choice) bool { return c.Value == id }) {
			continue
		}
		label := one.GetOfficial().GetName()
		if one.GetPosition() != nil {
			label = heldWord(one)
		}
		who.Choices = append(who.Choices, choice{id, label})
	}
	who.Choices = append(who.Choices, choice{someoneNew, "Người chưa có trong danh bạ, nhập ở dưới"})
	for i := range added {
		added[i].Required = false
		added[i].Hint = "Chỉ nhập khi là người chưa có trong danh bạ"
	}
	return append([]field{who}, added...)
}

// readWho reads who is chosen; of those who were found only they are offered.
func readWho(in *inputs, fields []field) (string, *unitsv1.NewOfficial) {
	at := slices.IndexFunc(fields, func(f field) bool { return f.Name == "to_official_id" })
	if at >= 0 {
		chosen := in.oneOf("to_official_id", "Cán bộ", choiceValues(fields[at].Choices))
		if in.values.Get("to_official_id") == "" {
			in.refuse("to_official_id", "Chưa chọn cán bộ. Chọn một mục rồi gửi lại.")
		}
		if chosen != someoneNew {
			return chosen, nil
		}
	}
	return "", &unitsv1.NewOfficial{Name: in.need("name", "Họ tên"), Email: in.text("email", "Thư điện tử"), Phone: in.text("phone", "Điện thoại")}
}

// searched are the officials whom the address looks for; none when it looks for nobody.
func (p *portal) searched(c echo.Context) (string, []*unitsv1.Holder, error) {
	query := strings.TrimSpace(c.QueryParam("tim"))
	if query == "" {
		return "", nil, nil
	}
	found, err := p.findOfficials(c.Request().Context(), query)
	return query, found, err
}

// peopleSearch is the search above a form that asks for an official.
func peopleSearch(c echo.Context, query string, found []*unitsv1.Holder) (*recordSearch, string) {
	search := &recordSearch{Action: c.Request().URL.Path, Label: "Tìm cán bộ", Query: query}
	if query != "" && len(found) == 0 {
		return search, "Không có cán bộ nào khớp “" + query + "”. Tìm theo họ tên khác, hoặc nhập người mới ở dưới."
	}
	return search, ""
}

// giveForm gives an official a position of a unit; first he is looked for, then the rest is asked.
func (p *portal) giveForm(c echo.Context) error {
	u, err := p.givingUnit(c)
	if err != nil {
		return err
	}
	query, found, err := p.searched(c)
	if err != nil {
		return err
	}
	back, backText := afterPosition(c, u.GetId())
	view := recordView{Back: back, BackText: backText, Heading: "Giao chức vụ", Under: u.GetName(), Cancel: back,
		Answer: "Từ ngày ghi, người giữ chức vụ nhận thông báo và làm việc trên hồ sơ của đơn vị theo vai trò."}
	view.Search, view.Under = peopleSearch(c, query, found)
	view.Under = strings.TrimSpace(u.GetName() + ". " + view.Under)
	fields := append(whoFields(found), p.postFields(c, &unitsv1.Position{Role: "contact"})...)
	if c.Request().Method != http.MethodPost {
		view.Form = &form{Action: c.Request().URL.RequestURI(), Button: "Giao chức vụ", ActID: newActID(), Fields: fields}
		return p.renderRecord(c, view)
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	wanted := &unitsv1.GivePositionRequest{Position: p.readPost(c, in), IdempotencyKey: shortKey(values.Get("act_id"))}
	wanted.Position.UnitId, wanted.Position.Document = u.GetId(), in.need("document", "Số, ký hiệu văn bản")
	wanted.Position.OfficialId, wanted.Official = readWho(in, fields)
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Units.GivePosition(c.Request().Context(), call(wanted)); err == nil {
			return p.finish(c, sent{kind: "ok", banner: "Đã giao chức vụ " + wanted.GetPosition().GetTitle() + " từ ngày " + day(wanted.GetPosition().GetValidFrom()) + "."}, back)
		}
		result = p.refused(err)
	}
	return p.refuseRecord(c, result, view, form{Action: c.Request().URL.RequestURI(), Button: "Giao chức vụ"}, fields, values)
}

// refuseRecord shows the page again with every fault at its field and what was typed.
func (p *portal) refuseRecord(c echo.Context, result sent, view recordView, again form, fields []field, values url.Values) error {
	for i, wrong := range result.faults {
		if wrong.Field == "official_id" {
			result.faults[i].Field = "to_official_id"
		}
	}
	result.faults = atFields(result.faults, fields)
	again.Fields, again.ActID = keep(fields, values, result.faults), values.Get("act_id")
	view.Form = &again
	return p.render(c, result.status, "record", &page{Title: view.Heading, Active: recordActive(c), Body: view, Faults: result.faults})
}

func (p *portal) givingUnit(c echo.Context) (*unitsv1.Unit, error) {
	if err := p.appoints(c, c.Param("unit"), "contact"); err != nil {
		return nil, err
	}
	return p.namedUnit(c)
}

// postFields ask for a position; the head of a unit is asked for no role, for he gives but one.
func (p *portal) postFields(c echo.Context, at *unitsv1.Position) []field {
	var fields []field
	if isAdminPage(c) {
		fields = append(fields, field{Name: "role", Label: "Vai trò", Kind: "select", Required: true, Value: at.GetRole(), Choices: roleChoices()})
	}
	return append(fields,
		field{Name: "title", Label: "Tên chức vụ", Hint: "Ví dụ: Chuyên viên Văn phòng HĐND và UBND", Kind: "text", Required: true, Value: at.GetTitle()},
		field{Name: "valid_from", Label: "Từ ngày", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true, Value: day(at.GetValidFrom())},
		field{Name: "valid_to", Label: "Đến hết ngày", Hint: "Bỏ trống khi chưa định ngày", Kind: "day", Value: day(at.GetValidTo())},
		documentField("Quyết định, văn bản phân công"),
	)
}

func (p *portal) readPost(c echo.Context, in *inputs) *unitsv1.Position {
	at := &unitsv1.Position{Role: "contact", Title: in.need("title", "Tên chức vụ"), ValidFrom: in.needDay("valid_from", "Ngày bắt đầu"), ValidTo: in.day("valid_to")}
	if isAdminPage(c) {
		if at.Role = in.oneOf("role", "Vai trò", gazetteer.Roles()); in.values.Get("role") == "" {
			in.refuse("role", "Chưa chọn vai trò. Chọn một mục rồi gửi lại.")
		}
	}
	return at
}

// hatForm gives an official one more position, in a unit that is named.
func (p *portal) hatForm(c echo.Context) (registryDeed, error) {
	who, err := p.registeredOfficial(c)
	if err != nil {
		return registryDeed{}, err
	}
	back := officialAddress(who.GetId())
	deed := deedView{Back: back, BackText: who.GetName(), Heading: "Giao thêm chức vụ", Under: who.GetName(), Effect: "Một người giữ được nhiều chức vụ, ở một hay nhiều đơn vị.",
		Form: form{Button: "Giao chức vụ", Fields: append([]field{{Name: "unit_id", Label: "Đơn vị", Hint: "Mã hoặc tên", Kind: "text", Required: true}}, p.postFields(c, &unitsv1.Position{Role: "contact"})...)}}
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		unitID := p.typedUnit(c.Request().Context(), in, "unit_id", "Đơn vị")
		if unitID == "" {
			in.refuse("unit_id", missing("Đơn vị"))
		}
		at := p.readPost(c, in)
		at.OfficialId, at.UnitId, at.Document = who.GetId(), unitID, in.need("document", "Số, ký hiệu văn bản")
		return "", func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.GivePosition(ctx, call(&unitsv1.GivePositionRequest{Position: at}))
			return back, "Đã giao chức vụ " + at.GetTitle() + " từ ngày " + day(at.GetValidFrom()) + ".", err
		}
	}}, nil
}

// endForm says which day is the last of a position.
func (p *portal) endForm(c echo.Context) (registryDeed, error) {
	held, err := p.namedPosition(c)
	if err != nil {
		return registryDeed{}, err
	}
	back, backText := afterPosition(c, held.GetUnit().GetId())
	deed := deedView{Back: back, BackText: backText, Heading: "Thôi giữ chức vụ", Under: heldWord(held),
		Effect: "Sau ngày này, chức vụ chưa có người giữ: thông báo chuyển đến người tiếp theo có thẩm quyền. Có người nhận thay thì bàn giao chức vụ.",
		Form:   form{Button: "Ghi thôi giữ chức vụ", Fields: []field{{Name: "on", Label: "Ngày cuối giữ chức vụ", Hint: "Ví dụ: 31/12/2026", Kind: "day", Required: true}, documentField("Quyết định cho thôi giữ chức vụ")}}}
	return registryDeed{deed: deed, asks: true, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.EndPositionRequest{Id: held.GetPosition().GetId(), On: in.needDay("on", "Ngày cuối giữ chức vụ"), Document: in.need("document", "Số, ký hiệu văn bản")}
		said := held.GetOfficial().GetName() + " thôi giữ chức vụ sau ngày " + day(wanted.GetOn()) + ", theo " + wanted.GetDocument() + ". Ủy quyền của chức vụ này hết hiệu lực cùng ngày."
		return said, func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.EndPosition(ctx, call(wanted))
			return back, "Đã ghi " + held.GetOfficial().GetName() + " thôi giữ chức vụ sau ngày " + day(wanted.GetOn()) + ".", err
		}
	}}, nil
}

// correctForm changes what was entered by mistake.
func (p *portal) correctForm(c echo.Context) (registryDeed, error) {
	held, err := p.namedPosition(c)
	if err != nil {
		return registryDeed{}, err
	}
	back, backText := afterPosition(c, held.GetUnit().GetId())
	fields := p.postFields(c, held.GetPosition())
	fields[len(fields)-1] = field{Name: "words", Label: "Lý do sửa", Kind: "text", Required: true}
	deed := deedView{Back: back, BackText: backText, Heading: "Sửa chức vụ ghi nhầm", Under: heldWord(held),
		Effect: "Chỉ sửa điều ghi nhầm; nội dung trước vẫn nằm trong phần thay đổi. Người không giữ chức vụ này bao giờ thì bỏ cả dòng.",
		Form:   form{Button: "Ghi thay đổi", Fields: fields}}
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.CorrectPositionRequest{Id: held.GetPosition().GetId(), Position: p.readPost(c, in), Words: in.need("words", "Lý do sửa")}
		return "", func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.CorrectPosition(ctx, call(wanted))
			return back, "Đã sửa chức vụ của " + held.GetOfficial().GetName() + ".", err
		}
	}}, nil
}

// removeForm takes out a position that never was.
func (p *portal) removeForm(c echo.Context) (registryDeed, error) {
	held, err := p.namedPosition(c)
	if err != nil {
		return registryDeed{}, err
	}
	back, backText := afterPosition(c, held.GetUnit().GetId())
	deed := deedView{Back: back, BackText: backText, Heading: "Bỏ chức vụ ghi nhầm", Under: heldWord(held), Effect: "Dòng này không còn trong danh bạ; ai ghi, ai bỏ, vì sao vẫn nằm trong phần thay đổi.",
		Form: form{Button: "Bỏ chức vụ ghi nhầm", Fields: []field{{Name: "words", Label: "Lý do bỏ", Kind: "text", Required: true}}}}
	return registryDeed{deed: deed, asks: true, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.CorrectPositionRequest{Id: held.GetPosition().GetId(), Remove: true, Words: in.need("words", "Lý do bỏ")}
		return wanted.GetWords(), func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.CorrectPosition(ctx, call(wanted))
			return back, "Đã bỏ chức vụ ghi nhầm của " + held.GetOfficial().GetName() + ".", err
		}
	}}, nil
}

// Heads tells whether the person is the head of a unit, who changes its contact.
func (p *person) Heads() bool { return len(p.headed()) > 0 }

// ownPeoplePage shows a head who is what in his units, and lets him change the contact.
func (p *portal) ownPeoplePage(c echo.Context) error {
	who := personOf(c)
	if len(who.headed()) == 0 {
		return p.refuseStranger("thay đổi người của đơn vị", who.Post())
	}
	view := recordView{Back: preferencesPath, BackText: "Tùy chọn nhận thông báo", Heading: "Người của đơn vị", Answer: "Người đứng đầu thay đổi cán bộ đầu mối của đơn vị mình; chức vụ khác do quản trị của tỉnh ghi."}
	for _, own := range who.headed() {
		held, err := p.listPositions(c.Request().Context(), &unitsv1.ListPositionsRequest{UnitId: own.UnitID})
		if err != nil {
			return err
		}
		part := recordPart{Title: own.UnitName, None: "Chưa có người giữ chức vụ nào.", Heads: []string{"Họ tên", "Chức vụ", "Từ ngày", "Đến ngày", ""},
			Acts: []countLink{{Label: "Thêm cán bộ đầu mối", Href: ownPeoplePath + "/don-vi/" + url.PathEscape(own.UnitID) + "/chuc-vu"}}}
		for _, one := range held {
			if at := one.GetPosition(); !isFormer(at, p.today().String()) {
				acts := recordCell{}
				if at.GetRole() == "contact" {
					acts = positionActs(ownPeoplePath, one)
				}
				part.Rows = append(part.Rows, []recordCell{plainCell(one.GetOfficial().GetName()), {Text: firstOf(at.GetTitle(), sentenceCase(positionRole(at.GetRole()))), Sub: positionRole(at.GetRole())}, dayCell(at.GetValidFrom()), dayCell(at.GetValidTo()), acts})
			}
		}
		view.Parts = append(view.Parts, part)
	}
	return p.renderRecord(c, view)
}
