package portal

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

var workingYearWords = map[string]string{"calendar": "năm dương lịch", "school": "năm học"}

func unitAddress(id string) string { return unitsPath + "/" + url.PathEscape(id) }

func kindChoices(first ...choice) []choice {
	choices := first
	for _, kind := range gazetteer.Kinds() {
		choices = append(choices, choice{kind, kindWord(kind)})
	}
	return choices
}

// unitsPage lists the units of today, or every unit ever.
func (p *portal) unitsPage(c echo.Context) error {
	query, kind, parent, when := strings.TrimSpace(c.QueryParam("tim")), c.QueryParam("loai"), c.QueryParam("cap"), c.QueryParam("luc")
	request := &unitsv1.ListUnitsRequest{Query: query, ParentId: parent}
	if when == "" {
		request.On = p.today().String()
	}
	if slices.Contains(gazetteer.Kinds(), kind) {
		request.Kinds = []string{kind}
	}
	answer, err := p.calls.Units.ListUnits(c.Request().Context(), call(request))
	if err != nil {
		return err
	}
	found := answer.Msg.GetUnits()
	slices.SortStableFunc(found, func(a, b *unitsv1.Unit) int { return cmp.Compare(kindWord(a.GetKind()), kindWord(b.GetKind())) })
	shown, pages := pageOf(c, found)
	view := recordView{
		Back: adminPath, BackText: "Quản trị", Heading: "Đơn vị", Answer: number(int64(len(found))) + " đơn vị.", Pages: pages,
		Search: &recordSearch{Action: unitsPath, Label: "Tên hoặc mã", Query: query, Selects: []field{
			{Name: "loai", Label: "Loại", Value: kind, Choices: kindChoices(choice{"", "Tất cả"})},
			{Name: "luc", Label: "Thời gian", Value: when, Choices: []choice{{"", "Đang hoạt động"}, {"moi", "Cả đơn vị đã kết thúc"}}},
		}},
		Acts: []countLink{{Label: "Ghi đơn vị mới", Href: unitsPath + "/moi"}, {Label: "Nhập từ tệp", Href: importPath}},
	}
	if query != "" || kind != "" || parent != "" || when != "" {
		view.Search.Clear = unitsPath
	}
	part := recordPart{Title: "Danh sách", None: "Không có đơn vị nào khớp. Bỏ lọc để xem tất cả.", Heads: []string{"Đơn vị", "Loại", "Từ ngày", "Đến ngày"}}
	for _, u := range shown {
		part.Rows = append(part.Rows, []recordCell{{Text: u.GetName(), Href: unitAddress(u.GetId()), Sub: u.GetId()}, plainCell(kindWord(u.GetKind())), dayCell(u.GetValidFrom()), dayCell(u.GetValidTo())})
	}
	view.Parts = []recordPart{part}
	return p.renderRecord(c, view)
}

// namedUnit is the unit of the address.
func (p *portal) namedUnit(c echo.Context) (*unitsv1.Unit, error) {
	known, err := p.unitsByID(c.Request().Context(), nonEmpty(c.Param("unit")))
	if err != nil {
		return nil, err
	}
	if known[c.Param("unit")] == nil {
		return nil, notFound()
	}
	return known[c.Param("unit")], nil
}

func (p *portal) unitPage(c echo.Context) error {
	ctx := c.Request().Context()
	u, err := p.namedUnit(c)
	if err != nil {
		return err
	}
	of, err := p.unitsByID(ctx, nonEmpty(slices.Concat([]string{u.GetParentId(), u.GetSuperiorId(), u.GetReviewerId()}, u.GetPredecessorIds(), u.GetSuccessorIds())...))
	if err != nil {
		return err
	}
	view := recordView{Back: unitsPath, BackText: "Đơn vị", Heading: u.GetName(), Under: u.GetId() + ", " + lowerFirst(kindWord(u.GetKind())), Answer: unitAnswer(u, p.today().String()), Facts: unitRecord(u, of),
		Acts: []countLink{{Label: "Sửa đơn vị", Href: unitAddress(u.GetId()) + "/sua"}, {Label: "Đơn vị trực thuộc", Href: unitsPath + "?" + url.Values{"cap": {u.GetId()}}.Encode()}}}
	for _, part := range []func(context.Context, *unitsv1.Unit) (recordPart, error){p.peopleOf, p.formerPeopleOf, p.boardsPart, func(ctx context.Context, u *unitsv1.Unit) (recordPart, error) { return p.changesOf(ctx, u.GetId()) }} {
		made, err := part(ctx, u)
		if err != nil {
			return err
		}
		if len(made.Rows) > 0 || made.None != "" {
			view.Parts = append(view.Parts, made)
		}
	}
	return p.renderRecord(c, view)
}

func unitAnswer(u *unitsv1.Unit, today string) string {
	switch {
	case u.GetValidTo() != "" && u.GetValidTo() < today:
		return "Đơn vị đã kết thúc ngày " + day(u.GetValidTo()) + "."
	case u.GetValidFrom() > today:
		return "Đơn vị bắt đầu từ ngày " + day(u.GetValidFrom()) + "."
	default:
		return "Đơn vị hoạt động từ ngày " + day(u.GetValidFrom()) + "."
	}
}

func unitRecord(u *unitsv1.Unit, of map[string]*unitsv1.Unit) []recordFact {
	linked := func(label, id string) recordFact {
		if id == "" {
			return recordFact{}
		}
		return recordFact{Label: label, Text: firstOf(of[id].GetName(), id), Href: unitAddress(id), Sub: id}
	}
	all := []recordFact{
		{Label: "Tên tiếng Anh", Text: u.GetNameEn()}, {Label: "Địa bàn", Text: u.GetAreaId(), Href: areaAddress(u.GetAreaId())},
		linked("Cấp trên", u.GetParentId()), linked("Nhận báo cáo quá hạn", u.GetSuperiorId()), linked("Cơ quan theo dõi", u.GetReviewerId()),
		{Label: "Theo dõi từ ngày", Text: day(u.GetFollowedFrom())}, {Label: "Kết thúc ngày", Text: day(u.GetValidTo())}, {Label: "Năm công tác", Text: sentenceCase(workingYearWords[u.GetWorkingYear()])},
		{Label: "Nguồn", Text: u.GetSource()},
	}
	if u.GetStaff() > 0 {
		all = append(all, recordFact{Label: "Số người", Text: number(int64(u.GetStaff()))})
	}
	if u.GetSpecial() {
		all = append(all, recordFact{Label: "Đơn vị đặc thù", Text: u.GetSpecialGround()})
	}
	for _, id := range u.GetPredecessorIds() {
		all = append(all, linked("Đơn vị trước", id))
	}
	for _, id := range u.GetSuccessorIds() {
		all = append(all, linked("Đơn vị kế thừa", id))
	}
	return facts(all...)
}

func (p *portal) listPositions(ctx context.Context, request *unitsv1.ListPositionsRequest) ([]*unitsv1.Holder, error) {
	answer, err := p.calls.Units.ListPositions(ctx, call(request))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetPositions(), nil
}

func isFormer(at *unitsv1.Position, today string) bool {
	return at.GetValidTo() != "" && at.GetValidTo() < today
}

func (p *portal) peopleOf(ctx context.Context, u *unitsv1.Unit) (recordPart, error) {
	part := recordPart{Title: "Người của đơn vị", None: "Chưa có người giữ chức vụ nào.", Heads: []string{"Họ tên", "Chức vụ", "Từ ngày", "Đến ngày", ""},
		Acts: []countLink{{Label: "Giao chức vụ", Href: unitAddress(u.GetId()) + "/chuc-vu"}}}
	held, err := p.listPositions(ctx, &unitsv1.ListPositionsRequest{UnitId: u.GetId()})
	for _, one := range held {
		if at := one.GetPosition(); !isFormer(at, p.today().String()) {
			part.Rows = append(part.Rows, []recordCell{linkCell(one.GetOfficial().GetName(), officialAddress(one.GetOfficial().GetId())),
				{Text: firstOf(at.GetTitle(), sentenceCase(positionRole(at.GetRole()))), Sub: positionRole(at.GetRole())}, dayCell(at.GetValidFrom()), dayCell(at.GetValidTo()), positionActs(adminPath, one)})
		}
	}
	part.Count = len(part.Rows)
	return part, err
}

func (p *portal) formerPeopleOf(ctx context.Context, u *unitsv1.Unit) (recordPart, error) {
	part := recordPart{Title: "Người giữ chức vụ trước đây", Heads: []string{"Họ tên", "Chức vụ", "Từ ngày", "Đến ngày", ""}}
	held, err := p.listPositions(ctx, &unitsv1.ListPositionsRequest{UnitId: u.GetId()})
	for _, one := range held {
		if at := one.GetPosition(); isFormer(at, p.today().String()) {
			part.Rows = append(part.Rows, []recordCell{linkCell(one.GetOfficial().GetName(), officialAddress(one.GetOfficial().GetId())), {Text: at.GetTitle(), Sub: positionRole(at.GetRole())},
				dayCell(at.GetValidFrom()), dayCell(at.GetValidTo()), actsCell(one.GetOfficial().GetName()+", "+at.GetTitle(), mendLinks(positionAddress(adminPath, at))...)})
		}
	}
	return part, err
}

func (p *portal) boardsPart(ctx context.Context, u *unitsv1.Unit) (recordPart, error) {
	part := recordPart{Title: "Ban của đơn vị", None: "Chưa có ban nào.", Heads: []string{"Ban", "Nhiệm kỳ từ", "Đến ngày", "Quyết định"},
		Acts: []countLink{{Label: "Ghi ban mới", Href: boardsPath + "/moi?" + url.Values{"don-vi": {u.GetId()}}.Encode()}}}
	boards, err := p.boardsOf(ctx, []*unitsv1.Unit{u})
	for _, b := range boards {
		if b.GetUnitId() == u.GetId() {
			part.Rows = append(part.Rows, []recordCell{linkCell(boardWord(b), boardAddress(b.GetId())), dayCell(b.GetValidFrom()), dayCell(b.GetValidTo()), plainCell(b.GetDecision())})
		}
	}
	return part, err
}

var idPattern = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)

// mostTypedName bounds what is looked for as a name.
const mostTypedName = 300

// typedUnit reads a unit as people name it, by its id or its name; that it cannot be told which is meant is a fault at the field.
func (p *portal) typedUnit(ctx context.Context, in *inputs, name, label string) string {
	typed := in.text(name, label)
	if typed == "" || len(typed) > mostTypedName {
		return typed
	}
	named, err := p.unitsByID(ctx, []string{typed})
	if err != nil || named[typed] != nil {
		in.tell(p, err)
		return typed
	}
	answer, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{On: p.today().String(), Query: typed}))
	if err != nil {
		in.tell(p, err)
		return typed
	}
	var offered []choice
	for _, u := range answer.Msg.GetUnits() {
		if strings.EqualFold(u.GetName(), typed) {
			return u.GetId()
		}
		offered = append(offered, choice{u.GetId(), u.GetName()})
	}
	return in.theOnly(name, typed, "đơn vị", offered)
}

// tell keeps what a service refused while the form was read.
func (in *inputs) tell(p *portal, err error) {
	if err != nil {
		in.faults = append(in.faults, p.refused(err).faults...)
	}
}

// theOnly is what was meant when there is but one; several are named, so that one is chosen by its id.
func (in *inputs) theOnly(name, typed, what string, offered []choice) string {
	switch {
	case len(offered) == 1:
		return offered[0].Value
	case len(offered) == 0:
		in.refuse(name, "Không có "+what+" nào khớp “"+typed+"”. Nhập tên hoặc mã khác.")
		return typed
	}
	var named []string
	for _, one := range offered[:min(len(offered), 5)] {
		named = append(named, one.Label+" ("+one.Value+")")
	}
	in.refuse(name, "Có "+strconv.Itoa(len(offered))+" "+what+" khớp “"+typed+"”, như "+strings.Join(named, ", ")+". Nhập mã của một "+what+".")
	return typed
}

// unitForm writes a unit down, or changes one.
func (p *portal) unitForm(c echo.Context) (registryDeed, error) {
	u, create := &unitsv1.Unit{WorkingYear: "calendar", ParentId: c.QueryParam("cap")}, c.Param("unit") == ""
	deed := deedView{Back: unitsPath, BackText: "Đơn vị", Heading: "Ghi đơn vị mới", Form: form{Button: "Ghi đơn vị"},
		Effect: "Đơn vị thành lập, sáp nhập, chia tách, giải thể hay đổi tên theo quyết định thì lập phương án sắp xếp, để hồ sơ đang mở đi theo."}
	if !create {
		var err error
		if u, err = p.namedUnit(c); err != nil {
			return registryDeed{}, err
		}
		deed.Back, deed.BackText, deed.Heading, deed.Under, deed.Form.Button = unitAddress(u.GetId()), u.GetName(), "Sửa đơn vị", u.GetName(), "Ghi thay đổi"
		deed.Effect = "Nhiệm vụ phải thực hiện được tính lại sau khi ghi. Sáp nhập, chia tách, giải thể, đổi tên theo quyết định là việc sắp xếp."
	}
	deed.Form.Fields = unitFields(u, create)
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := p.readUnit(c.Request().Context(), in, u, create)
		document := in.need("document", "Số, ký hiệu văn bản")
		return "", func(ctx context.Context) (string, string, error) {
			answer, err := p.calls.Units.PutUnit(ctx, call(&unitsv1.PutUnitRequest{Unit: wanted, Create: create, Document: document}))
			return unitAddress(answerOf(answer).GetId()), "Đã ghi " + wanted.GetName() + ". Nhiệm vụ phải thực hiện đang được tính lại.", err
		}
	}}, nil
}

func unitFields(u *unitsv1.Unit, create bool) []field {
	staff := ""
	if u.GetStaff() > 0 {
		staff = number(int64(u.GetStaff()))
	}
	var fields []field
	if create {
		fields = []field{{Name: "id", Label: "Mã đơn vị", Hint: "Chữ in hoa không dấu, chữ số, dấu nối; không dùng lại mã cũ. Ví dụ: SO-NV", Kind: "text", Required: true}}
	}
	fields = append(fields,
		field{Name: "name", Label: "Tên đơn vị", Kind: "text", Required: true, Value: u.GetName()},
		field{Name: "name_en", Label: "Tên tiếng Anh", Kind: "text", Value: u.GetNameEn()},
		field{Name: "kind", Label: "Loại đơn vị", Kind: "select", Required: true, Value: u.GetKind(), Choices: kindChoices(choice{"", "Chọn loại"})},
		field{Name: "area_id", Label: "Địa bàn", Hint: "Mã hoặc tên. Ví dụ: 12205-2507", Kind: "text", Required: true, Value: u.GetAreaId()},
		field{Name: "parent_id", Label: "Đơn vị cấp trên", Hint: "Mã hoặc tên", Kind: "text", Value: u.GetParentId()},
		field{Name: "superior_id", Label: "Đơn vị nhận báo cáo quá hạn", Hint: "Mã hoặc tên", Kind: "text", Value: u.GetSuperiorId()},
		field{Name: "reviewer_id", Label: "Cơ quan theo dõi", Hint: "Mã hoặc tên; không phải chính đơn vị", Kind: "text", Value: u.GetReviewerId()},
	)
	if create {
		fields = append(fields, field{Name: "valid_from", Label: "Ngày thành lập", Hint: "Ví dụ: 01/01/2027", Kind: "day", Required: true})
	}
	special := ""
	if u.GetSpecial() {
		special = "1"
	}
	return append(fields,
		field{Name: "staff", Label: "Số người", Hint: "Bỏ trống khi chưa rõ", Kind: "count", Value: staff},
		field{Name: "working_year", Label: "Năm công tác", Kind: "choice", Required: true, Value: u.GetWorkingYear(), Choices: []choice{{"calendar", "Năm dương lịch"}, {"school", "Năm học"}}},
		field{Name: "special", Label: "Đơn vị đặc thù, pháp luật không áp dụng một số nhiệm vụ", Kind: "flag", Value: special},
		field{Name: "special_ground", Label: "Văn bản xác định đơn vị đặc thù", Kind: "text", Value: u.GetSpecialGround()},
		field{Name: "followed_from", Label: "Theo dõi từ ngày", Hint: "Việc đến hạn trước ngày này không tính. Bỏ trống: từ hôm nay", Kind: "day", Value: day(u.GetFollowedFrom())},
		documentField("Văn bản làm căn cứ ghi"),
	)
}

func documentField(hint string) field {
	return field{Name: "document", Label: "Số, ký hiệu văn bản", Hint: hint, Kind: "text", Required: true}
}

func (p *portal) readUnit(ctx context.Context, in *inputs, u *unitsv1.Unit, create bool) *unitsv1.Unit {
	wanted := &unitsv1.Unit{
		Id: u.GetId(), Name: in.need("name", "Tên đơn vị"), NameEn: in.text("name_en", "Tên tiếng Anh"), Kind: in.oneOf("kind", "Loại đơn vị", gazetteer.Kinds()),
		AreaId: p.typedArea(ctx, in, "area_id", "Địa bàn"), ParentId: p.typedUnit(ctx, in, "parent_id", "Đơn vị cấp trên"),
		SuperiorId: p.typedUnit(ctx, in, "superior_id", "Đơn vị nhận báo cáo quá hạn"), ReviewerId: p.typedUnit(ctx, in, "reviewer_id", "Cơ quan theo dõi"),
		WorkingYear: in.oneOf("working_year", "Năm công tác", []string{"calendar", "school"}), Special: in.values.Get("special") == "1",
		SpecialGround: in.text("special_ground", "Văn bản xác định đơn vị đặc thù"), FollowedFrom: in.day("followed_from"),
	}
	if in.values.Get("kind") == "" {
		in.refuse("kind", "Chưa chọn loại đơn vị. Chọn một mục rồi gửi lại.")
	}
	if wanted.GetAreaId() == "" {
		in.refuse("area_id", missing("Địa bàn"))
	}
	if create {
		wanted.Id, wanted.ValidFrom = in.need("id", "Mã đơn vị"), in.needDay("valid_from", "Ngày thành lập")
	}
	wanted.Staff = in.smallCount("staff", "Số người")
	return wanted
}

// smallCount reads a whole number that an office can have.
func (in *inputs) smallCount(name, label string) int32 {
	text := in.count(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n > 1_000_000 {
		in.refuse(name, label+" “"+in.values.Get(name)+"” quá lớn. Kiểm tra lại.")
	}
	return int32(n) //nolint:gosec // parsed as 32 bits
}
