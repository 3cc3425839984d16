package portal

import (
	"context"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

func officialAddress(id string) string { return officialsPath + "/" + url.PathEscape(id) }

func positionAddress(base string, at *unitsv1.Position) string {
	return base + "/chuc-vu/" + url.PathEscape(at.GetId())
}

// positionActs are what can be done about a position that somebody holds.
func positionActs(base string, held *unitsv1.Holder) recordCell {
	at := positionAddress(base, held.GetPosition())
	links := []countLink{{Label: "Bàn giao", Href: at + "/ban-giao"}, {Label: "Thôi giữ chức vụ", Href: at + "/thoi"}}
	if base == adminPath {
		links = append(links, mendLinks(at)...)
	}
	return actsCell(held.GetOfficial().GetName()+", "+firstOf(held.GetPosition().GetTitle(), positionRole(held.GetPosition().GetRole())), links...)
}

// mendLinks lead to what is done about a position that was entered by mistake.
func mendLinks(at string) []countLink {
	return []countLink{{Label: "Sửa", Href: at + "/sua"}, {Label: "Bỏ dòng ghi nhầm", Href: at + "/bo"}}
}

// roleChoices are the roles a position may have.
func roleChoices() []choice {
	var choices []choice
	for _, role := range gazetteer.Roles() {
		choices = append(choices, choice{role, sentenceCase(positionRole(role))})
	}
	return choices
}

// mostOfficialsShown is how many officials a search of the register shows.
const mostOfficialsShown = 50

func (p *portal) officialsPage(c echo.Context) error {
	query, role := strings.TrimSpace(c.QueryParam("tim")), c.QueryParam("loai")
	view := recordView{
		Back: adminPath, BackText: "Quản trị", Heading: "Cán bộ", Answer: "Tìm theo họ tên hoặc vai trò.",
		Search: &recordSearch{Action: officialsPath, Label: "Họ tên", Query: query, Selects: []field{{Name: "loai", Label: "Vai trò", Value: role, Choices: append([]choice{{"", "Tất cả"}}, roleChoices()...)}}},
		Acts:   []countLink{{Label: "Ghi cán bộ mới", Href: officialsPath + "/moi"}},
	}
	if query == "" && role == "" {
		return p.renderRecord(c, view)
	}
	view.Search.Clear = officialsPath
	answer, err := p.calls.Units.FindOfficials(c.Request().Context(), call(&unitsv1.FindOfficialsRequest{Query: query, Role: role, Limit: mostOfficialsShown + 1}))
	if err != nil {
		return err
	}
	part := recordPart{Title: "Kết quả", None: "Không có cán bộ nào khớp. Tìm theo tên khác hoặc ghi cán bộ mới.", Heads: []string{"Họ tên", "Chức vụ"}}
	people := 0
	for i, one := range answer.Msg.GetHolders() {
		if i == 0 || one.GetOfficial().GetId() != answer.Msg.GetHolders()[i-1].GetOfficial().GetId() {
			people++
		}
		if people <= mostOfficialsShown {
			held := "chưa giữ chức vụ nào"
			if one.GetPosition() != nil {
				held = positionWord(one.GetPosition().GetRole(), one.GetPosition().GetTitle(), one.GetUnit().GetName())
			}
			part.Rows = append(part.Rows, []recordCell{{Text: one.GetOfficial().GetName(), Href: officialAddress(one.GetOfficial().GetId()), Sub: one.GetOfficial().GetId()}, plainCell(held)})
		}
	}
	view.Answer = number(int64(people)) + " cán bộ."
	if people > mostOfficialsShown {
		view.Answer = "Hơn " + number(mostOfficialsShown) + " cán bộ; nhập thêm họ tên để thu hẹp."
	}
	view.Parts = []recordPart{part}
	return p.renderRecord(c, view)
}

// registeredOfficial is the official of the address, as the reader may see him.
func (p *portal) registeredOfficial(c echo.Context) (*unitsv1.Official, error) {
	answer, err := p.calls.Units.ListHats(c.Request().Context(), call(&unitsv1.ListHatsRequest{OfficialId: c.Param("official"), On: p.today().String()}))
	if err != nil {
		return nil, err
	}
	if answer.Msg.GetOfficial() == nil {
		return nil, notFound()
	}
	return answer.Msg.GetOfficial(), nil
}

func (p *portal) officialPage(c echo.Context) error {
	ctx := c.Request().Context()
	who, err := p.registeredOfficial(c)
	if err != nil {
		return err
	}
	at := officialAddress(who.GetId())
	view := recordView{
		Back: officialsPath, BackText: "Cán bộ", Heading: who.GetName(), Under: who.GetId(),
		Facts: []recordFact{{Label: "Thư điện tử", Text: firstOf(who.GetEmail(), "chưa có")}, {Label: "Điện thoại", Text: firstOf(who.GetPhone(), "chưa có")}},
		Acts: []countLink{{Label: "Giao thêm chức vụ", Href: at + "/chuc-vu"}, {Label: "Sửa họ tên", Href: at + "/sua"}, {Label: "Đổi địa chỉ nhận", Href: at + "/dia-chi"},
			{Label: "Vắng mặt, ủy quyền", Href: standInPath + "?" + url.Values{"nguoi": {who.GetId()}}.Encode()}},
	}
	if who.GetHasPhone() && who.GetPhone() == "" {
		view.Facts[1].Text = "có, không được xem"
	}
	held, err := p.listPositions(ctx, &unitsv1.ListPositionsRequest{OfficialId: who.GetId()})
	if err != nil {
		return err
	}
	present, former := p.hatsParts(held)
	view.Answer = "Đang giữ " + number(int64(len(present.Rows))) + " chức vụ."
	if len(present.Rows) == 0 {
		view.Answer = "Chưa giữ chức vụ nào."
	}
	view.Parts = []recordPart{present}
	if len(former.Rows) > 0 {
		view.Parts = append(view.Parts, former)
	}
	changes, err := p.changesOf(ctx, who.GetId())
	if err != nil {
		return err
	}
	view.Parts = append(view.Parts, changes)
	return p.renderRecord(c, view)
}

func (p *portal) hatsParts(held []*unitsv1.Holder) (present, former recordPart) {
	present = recordPart{Title: "Chức vụ", None: "Chưa giữ chức vụ nào.", Heads: []string{"Chức vụ", "Đơn vị", "Từ ngày", "Đến ngày", ""}}
	former = recordPart{Title: "Chức vụ trước đây", Heads: []string{"Chức vụ", "Đơn vị", "Từ ngày", "Đến ngày", ""}}
	for _, one := range held {
		at := one.GetPosition()
		row := []recordCell{{Text: firstOf(at.GetTitle(), sentenceCase(positionRole(at.GetRole()))), Sub: positionRole(at.GetRole())}, linkCell(one.GetUnit().GetName(), unitAddress(one.GetUnit().GetId())), dayCell(at.GetValidFrom()), dayCell(at.GetValidTo())}
		if isFormer(at, p.today().String()) {
			former.Rows = append(former.Rows, append(row, actsCell(at.GetTitle(), mendLinks(positionAddress(adminPath, at))...)))
		} else {
			present.Rows = append(present.Rows, append(row, positionActs(adminPath, one)))
		}
	}
	return present, former
}

func newcomerFields() []field {
	return []field{
		{Name: "name", Label: "Họ tên", Kind: "text", Required: true},
		{Name: "email", Label: "Thư điện tử", Hint: "Địa chỉ công vụ, cũng dùng để đăng nhập", Kind: "text"},
		{Name: "phone", Label: "Điện thoại", Hint: "Chỉ người quản trị và cán bộ này xem được", Kind: "text"},
	}
}

// officialForm writes an official down, or changes his name.
func (p *portal) officialForm(c echo.Context) (registryDeed, error) {
	deed := deedView{Back: officialsPath, BackText: "Cán bộ", Heading: "Ghi cán bộ mới", Effect: "Sau khi ghi, giao chức vụ cho cán bộ này ở đơn vị.", Form: form{Button: "Ghi cán bộ", Fields: newcomerFields()}}
	id := ""
	if c.Param("official") != "" {
		who, err := p.registeredOfficial(c)
		if err != nil {
			return registryDeed{}, err
		}
		id = who.GetId()
		deed.Back, deed.BackText, deed.Heading, deed.Form.Button = officialAddress(id), who.GetName(), "Sửa họ tên", "Ghi thay đổi"
		deed.Effect = "Họ tên mới đứng ở mọi trang, công văn, thông báo từ nay; họ tên trước nằm trong phần thay đổi."
		deed.Form.Fields = []field{{Name: "name", Label: "Họ tên", Kind: "text", Required: true, Value: who.GetName()}, {Name: "document", Label: "Số, ký hiệu văn bản, hoặc lý do", Kind: "text"}}
	}
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.PutOfficialRequest{Id: id, Document: in.text("document", "Số, ký hiệu văn bản"), IdempotencyKey: shortKey(in.values.Get("act_id")),
			Official: &unitsv1.NewOfficial{Name: in.need("name", "Họ tên"), Email: in.text("email", "Thư điện tử"), Phone: in.text("phone", "Điện thoại")}}
		return "", func(ctx context.Context) (string, string, error) {
			answer, err := p.calls.Units.PutOfficial(ctx, call(wanted))
			return officialAddress(answerOf(answer).GetId()), "Đã ghi " + wanted.GetOfficial().GetName() + ".", err
		}
	}}, nil
}

// shortKey is the key of a form as the services take it; a form that names none that fits has none.
func shortKey(actID string) string {
	if len(actID) > 100 || !actIDPattern.MatchString(actID) {
		return ""
	}
	return actID
}

func (p *portal) officialReachForm(c echo.Context) (registryDeed, error) {
	who, err := p.registeredOfficial(c)
	if err != nil {
		return registryDeed{}, err
	}
	deed := deedView{Back: officialAddress(who.GetId()), BackText: who.GetName(), Heading: "Đổi địa chỉ nhận", Under: who.GetName(), Effect: "Thư điện tử cũng dùng để đăng nhập. Thông báo từ nay gửi đến địa chỉ mới.",
		Form: form{Button: "Ghi địa chỉ", Fields: []field{{Name: "email", Label: "Thư điện tử", Hint: "Bỏ trống để bỏ địa chỉ", Kind: "text", Value: who.GetEmail()},
			{Name: "phone", Label: "Điện thoại", Hint: "Bỏ trống để bỏ số", Kind: "text", Value: who.GetPhone()}}}}
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.SetReachRequest{OfficialId: who.GetId(), Email: in.text("email", "Thư điện tử"), Phone: in.text("phone", "Điện thoại")}
		return "", func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.SetReach(ctx, call(wanted))
			p.reach.forget(who.GetId())
			return officialAddress(who.GetId()), "Đã ghi địa chỉ nhận của " + who.GetName() + ".", err
		}
	}}, nil
}
