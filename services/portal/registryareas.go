package portal

import (
	"context"
	"net/url"
	"strings"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
)

var areaKindWords = map[string]string{
	"tinh": "Tỉnh", "thanh-pho": "Thành phố", "thi-xa": "Thị xã", "huyen": "Huyện", "phuong": "Phường", "thi-tran": "Thị trấn", "xa": "Xã",
}

// areaKindChoices are the kinds of area, those that are founded today first.
var areaKindChoices = []choice{{"", "Chọn loại"}, {"xa", "Xã"}, {"phuong", "Phường"}, {"thi-tran", "Thị trấn"}, {"huyen", "Huyện"}, {"thi-xa", "Thị xã"}, {"thanh-pho", "Thành phố"}, {"tinh", "Tỉnh"}}

var levelWords = map[string]string{"province": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã"}

func areaAddress(id string) string { return areasPath + "/" + url.PathEscape(id) }

// answerOf is the message of an answer; nil of none.
func answerOf[T any](answer *connect.Response[T]) *T {
	if answer == nil {
		return nil
	}
	return answer.Msg
}

func (p *portal) areasPage(c echo.Context) error {
	query, level, when := strings.TrimSpace(c.QueryParam("tim")), c.QueryParam("cap"), c.QueryParam("luc")
	request := &unitsv1.ListAreasRequest{Query: query, Level: level}
	if when == "" {
		request.On = p.today().String()
	}
	answer, err := p.calls.Units.ListAreas(c.Request().Context(), call(request))
	if err != nil {
		return err
	}
	shown, pages := pageOf(c, answer.Msg.GetAreas())
	view := recordView{
		Back: adminPath, BackText: "Quản trị", Heading: "Địa bàn", Answer: number(int64(len(answer.Msg.GetAreas()))) + " địa bàn.", Pages: pages,
		Search: &recordSearch{Action: areasPath, Label: "Tên hoặc mã", Query: query, Selects: []field{
			{Name: "cap", Label: "Cấp", Value: level, Choices: []choice{{"", "Tất cả"}, {"province", "Cấp tỉnh"}, {"district", "Cấp huyện"}, {"commune", "Cấp xã"}}},
			{Name: "luc", Label: "Thời gian", Value: when, Choices: []choice{{"", "Hiện nay"}, {"moi", "Cả địa bàn đã kết thúc"}}},
		}},
		Acts: []countLink{{Label: "Ghi địa bàn mới", Href: areasPath + "/moi"}},
	}
	if query != "" || level != "" || when != "" {
		view.Search.Clear = areasPath
	}
	part := recordPart{Title: "Danh sách", None: "Không có địa bàn nào khớp. Bỏ lọc để xem tất cả.", Heads: []string{"Địa bàn", "Cấp", "Từ ngày", "Đến ngày"}}
	for _, a := range shown {
		part.Rows = append(part.Rows, []recordCell{{Text: a.GetName(), Href: areaAddress(a.GetId()), Sub: a.GetId()}, plainCell(sentenceCase(levelWords[a.GetLevel()])), dayCell(a.GetValidFrom()), dayCell(a.GetValidTo())})
	}
	view.Parts = []recordPart{part}
	return p.renderRecord(c, view)
}

func (p *portal) namedArea(c echo.Context) (*unitsv1.Area, error) {
	if !idPattern.MatchString(c.Param("area")) {
		return nil, notFound()
	}
	answer, err := p.calls.Units.GetArea(c.Request().Context(), call(&unitsv1.GetAreaRequest{Id: c.Param("area")}))
	return answerOf(answer), err
}

func (p *portal) areaPage(c echo.Context) error {
	ctx := c.Request().Context()
	a, err := p.namedArea(c)
	if err != nil {
		return err
	}
	listed, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{AreaId: a.GetId()}))
	if err != nil {
		return err
	}
	view := recordView{Back: areasPath, BackText: "Địa bàn", Heading: a.GetName(), Under: a.GetId() + ", " + levelWords[a.GetLevel()], Answer: "Địa bàn có từ ngày " + day(a.GetValidFrom()) + ".",
		Facts: areaRecord(a), Acts: []countLink{{Label: "Sửa địa bàn", Href: areaAddress(a.GetId()) + "/sua"}}}
	if a.GetValidTo() != "" {
		view.Answer = "Địa bàn đã kết thúc ngày " + day(a.GetValidTo()) + "."
	}
	part := recordPart{Title: "Đơn vị ở địa bàn", None: "Chưa có đơn vị nào.", Heads: []string{"Đơn vị", "Loại", "Từ ngày", "Đến ngày"}}
	for _, u := range listed.Msg.GetUnits() {
		if len(part.Rows) < recordsPerPage {
			part.Rows = append(part.Rows, []recordCell{{Text: u.GetName(), Href: unitAddress(u.GetId()), Sub: u.GetId()}, plainCell(kindWord(u.GetKind())), dayCell(u.GetValidFrom()), dayCell(u.GetValidTo())})
		}
	}
	part.Count = len(listed.Msg.GetUnits())
	changes, err := p.changesOf(ctx, a.GetId())
	view.Parts = []recordPart{part, changes}
	if err != nil {
		return err
	}
	return p.renderRecord(c, view)
}

func areaRecord(a *unitsv1.Area) []recordFact {
	all := []recordFact{
		{Label: "Loại", Text: areaKindWords[a.GetKind()]}, {Label: "Tên tiếng Anh", Text: a.GetNameEn()}, {Label: "Mã số", Text: a.GetCode()},
		{Label: "Thuộc", Text: a.GetParentId(), Href: areaAddress(a.GetParentId())}, {Label: "Kết thúc ngày", Text: day(a.GetValidTo())}, {Label: "Nguồn", Text: a.GetSource()},
	}
	for _, id := range a.GetPredecessorIds() {
		all = append(all, recordFact{Label: "Địa bàn trước", Text: id, Href: areaAddress(id)})
	}
	for _, name := range a.GetPredecessorsOutside() {
		all = append(all, recordFact{Label: "Địa bàn trước, ngoài tỉnh", Text: name})
	}
	for _, id := range a.GetSuccessorIds() {
		all = append(all, recordFact{Label: "Địa bàn kế thừa", Text: id, Href: areaAddress(id)})
	}
	return facts(all...)
}

// typedArea reads an area as people name it; as typedUnit.
func (p *portal) typedArea(ctx context.Context, in *inputs, name, label string) string {
	typed := in.text(name, label)
	if typed == "" || idPattern.MatchString(typed) || len(typed) > mostTypedName {
		return typed
	}
	answer, err := p.calls.Units.ListAreas(ctx, call(&unitsv1.ListAreasRequest{On: p.today().String(), Query: typed}))
	if err != nil {
		in.tell(p, err)
		return typed
	}
	var offered []choice
	for _, a := range answer.Msg.GetAreas() {
		if strings.EqualFold(a.GetName(), typed) {
			return a.GetId()
		}
		offered = append(offered, choice{a.GetId(), a.GetName()})
	}
	return in.theOnly(name, typed, "địa bàn", offered)
}

// areaForm writes an area down, or changes one.
func (p *portal) areaForm(c echo.Context) (registryDeed, error) {
	a, create := &unitsv1.Area{}, c.Param("area") == ""
	deed := deedView{Back: areasPath, BackText: "Địa bàn", Heading: "Ghi địa bàn mới", Form: form{Button: "Ghi địa bàn"},
		Effect: "Địa bàn thành lập, sáp nhập, chia tách, giải thể hay đổi tên theo quyết định thì lập phương án sắp xếp, để đơn vị và hồ sơ đi theo."}
	if !create {
		var err error
		if a, err = p.namedArea(c); err != nil {
			return registryDeed{}, err
		}
		deed.Back, deed.BackText, deed.Heading, deed.Under, deed.Form.Button = areaAddress(a.GetId()), a.GetName(), "Sửa địa bàn", a.GetName(), "Ghi thay đổi"
	}
	deed.Form.Fields = areaFields(a, create)
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.Area{Id: a.GetId(), Name: in.need("name", "Tên địa bàn"), NameEn: in.text("name_en", "Tên tiếng Anh"), Kind: in.oneOf("kind", "Loại địa bàn", choiceValues(areaKindChoices)),
			ParentId: p.typedArea(c.Request().Context(), in, "parent_id", "Thuộc địa bàn")}
		if in.values.Get("kind") == "" {
			in.refuse("kind", "Chưa chọn loại địa bàn. Chọn một mục rồi gửi lại.")
		}
		if create {
			wanted.Code, wanted.ValidFrom = in.need("code", "Mã số"), in.needDay("valid_from", "Ngày thành lập")
		}
		document := in.need("document", "Số, ký hiệu văn bản")
		return "", func(ctx context.Context) (string, string, error) {
			answer, err := p.calls.Units.PutArea(ctx, call(&unitsv1.PutAreaRequest{Area: wanted, Create: create, Document: document}))
			return areaAddress(answerOf(answer).GetId()), "Đã ghi " + wanted.GetName() + ".", err
		}
	}}, nil
}

func areaFields(a *unitsv1.Area, create bool) []field {
	var fields []field
	if create {
		fields = []field{
			{Name: "code", Label: "Mã số", Hint: "Mã của Cục Thống kê. Ví dụ: 12205", Kind: "text", Required: true},
			{Name: "valid_from", Label: "Ngày thành lập", Hint: "Ví dụ: 01/01/2027", Kind: "day", Required: true},
		}
	}
	return append(fields,
		field{Name: "name", Label: "Tên địa bàn", Hint: "Cả loại. Ví dụ: Xã Khoái Châu", Kind: "text", Required: true, Value: a.GetName()},
		field{Name: "name_en", Label: "Tên tiếng Anh", Kind: "text", Value: a.GetNameEn()},
		field{Name: "kind", Label: "Loại địa bàn", Kind: "select", Required: true, Value: a.GetKind(), Choices: areaKindChoices},
		field{Name: "parent_id", Label: "Thuộc địa bàn", Hint: "Mã hoặc tên", Kind: "text", Value: a.GetParentId()},
		documentField("Văn bản làm căn cứ ghi"),
	)
}
