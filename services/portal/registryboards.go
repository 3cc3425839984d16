package portal

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
)

var (
	boardKindChoices = []choice{{"steering-committee", "Ban Chỉ đạo thực hiện dân chủ ở cơ sở"}, {"peoples-inspection-board", "Ban Thanh tra nhân dân"}, {"community-investment-supervision-board", "Ban Giám sát đầu tư của cộng đồng"}}
	memberChoices    = []choice{{"chair", "Trưởng ban"}, {"deputy", "Phó Trưởng ban"}, {"standing", "Ủy viên Thường trực"}, {"member", "Thành viên"}}
	memberWords      = map[string]string{"chair": "Trưởng ban", "deputy": "Phó Trưởng ban", "standing": "Ủy viên Thường trực", "member": "thành viên"}
)

func boardAddress(id string) string { return boardsPath + "/" + url.PathEscape(id) }

func boardKindWord(kind string) string {
	for _, one := range boardKindChoices {
		if one.Value == kind {
			return one.Label
		}
	}
	return kind
}

// boardWord is a board's name; by its kind where it has none.
func boardWord(b *unitsv1.Board) string { return firstOf(b.GetName(), boardKindWord(b.GetKind())) }

func (p *portal) boardsPage(c echo.Context) error {
	ctx, query, kind, when := c.Request().Context(), strings.TrimSpace(c.QueryParam("tim")), c.QueryParam("loai"), c.QueryParam("luc")
	request := &unitsv1.ListBoardsRequest{}
	if when == "" {
		request.On = p.today().String()
	}
	if slices.ContainsFunc(boardKindChoices, func(k choice) bool { return k.Value == kind }) {
		request.Kind = kind
	}
	answer, err := p.calls.Units.ListBoards(ctx, call(request))
	if err != nil {
		return err
	}
	var at []string
	for _, b := range answer.Msg.GetBoards() {
		at = append(at, b.GetUnitId())
	}
	units, err := p.unitsByID(ctx, nonEmpty(at...))
	if err != nil {
		return err
	}
	fits := func(b *unitsv1.Board) bool {
		return strings.Contains(strings.ToLower(b.GetName()+" "+b.GetId()+" "+units[b.GetUnitId()].GetName()), strings.ToLower(query))
	}
	found := slices.DeleteFunc(answer.Msg.GetBoards(), func(b *unitsv1.Board) bool { return !fits(b) })
	shown, pages := pageOf(c, found)
	view := recordView{
		Back: adminPath, BackText: "Quản trị", Heading: "Ban", Answer: number(int64(len(found))) + " ban.", Pages: pages, Acts: []countLink{{Label: "Ghi ban mới", Href: boardsPath + "/moi"}},
		Search: &recordSearch{Action: boardsPath, Label: "Tên ban, đơn vị", Query: query, Selects: []field{
			{Name: "loai", Label: "Loại", Value: kind, Choices: append([]choice{{"", "Tất cả"}}, boardKindChoices...)},
			{Name: "luc", Label: "Thời gian", Value: when, Choices: []choice{{"", "Trong nhiệm kỳ"}, {"moi", "Cả ban đã hết nhiệm kỳ"}}},
		}},
	}
	if query != "" || kind != "" || when != "" {
		view.Search.Clear = boardsPath
	}
	part := recordPart{Title: "Danh sách", None: "Không có ban nào khớp. Bỏ lọc để xem tất cả.", Heads: []string{"Ban", "Đơn vị", "Nhiệm kỳ từ", "Đến ngày", "Khuyết"}}
	for _, b := range shown {
		part.Rows = append(part.Rows, []recordCell{{Text: boardWord(b), Href: boardAddress(b.GetId()), Sub: b.GetId()}, linkCell(firstOf(units[b.GetUnitId()].GetName(), b.GetUnitId()), unitAddress(b.GetUnitId())),
			dayCell(b.GetValidFrom()), dayCell(b.GetValidTo()), plainCell(emptySeats(b))})
	}
	view.Parts = []recordPart{part}
	return p.renderRecord(c, view)
}

func emptySeats(b *unitsv1.Board) string {
	n := 0
	for _, v := range b.GetVacancies() {
		if v.GetFilledOn() == "" {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return number(int64(n)) + " người"
}

// namedBoard is the board of the address.
func (p *portal) namedBoard(c echo.Context) (*unitsv1.Board, error) {
	answer, err := p.calls.Units.ListBoards(c.Request().Context(), call(&unitsv1.ListBoardsRequest{}))
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(answer.Msg.GetBoards(), func(b *unitsv1.Board) bool { return b.GetId() == c.Param("board") })
	if at < 0 {
		return nil, notFound()
	}
	return answer.Msg.GetBoards()[at], nil
}

func (p *portal) boardPage(c echo.Context) error {
	ctx := c.Request().Context()
	b, err := p.namedBoard(c)
	if err != nil {
		return err
	}
	units, err := p.unitsByID(ctx, []string{b.GetUnitId()})
	if err != nil {
		return err
	}
	members, err := p.membersPart(ctx, b)
	if err != nil {
		return err
	}
	changes, err := p.changesOf(ctx, b.GetId())
	if err != nil {
		return err
	}
	view := recordView{
		Back: boardsPath, BackText: "Ban", Heading: boardWord(b), Under: b.GetId(), Answer: termAnswer(b, p.today().String()), Facts: boardRecord(b, units[b.GetUnitId()].GetName()),
		Acts:  []countLink{{Label: "Sửa ban", Href: boardAddress(b.GetId()) + "/sua"}, {Label: "Ghi khuyết thành viên", Href: vacancyURL(b)}},
		Parts: []recordPart{members},
	}
	if seats := vacanciesPart(b); len(seats.Rows) > 0 {
		view.Parts = append(view.Parts, seats)
	}
	view.Parts = append(view.Parts, changes)
	return p.renderRecord(c, view)
}

func termAnswer(b *unitsv1.Board, today string) string {
	switch {
	case b.GetValidFrom() > today:
		return "Nhiệm kỳ bắt đầu ngày " + day(b.GetValidFrom()) + "."
	case inTerm(b, today) && b.GetValidTo() == "":
		return "Đang trong nhiệm kỳ, chưa định ngày kết thúc."
	case inTerm(b, today):
		return "Đang trong nhiệm kỳ, đến hết ngày " + day(b.GetValidTo()) + "."
	default:
		return "Hết nhiệm kỳ ngày " + day(b.GetValidTo()) + "."
	}
}

func boardRecord(b *unitsv1.Board, unit string) []recordFact {
	all := []recordFact{
		{Label: "Loại", Text: boardKindWord(b.GetKind())}, {Label: "Đơn vị", Text: firstOf(unit, b.GetUnitId()), Href: unitAddress(b.GetUnitId())}, {Label: "Quyết định", Text: b.GetDecision()},
		{Label: "Nhiệm kỳ từ ngày", Text: day(b.GetValidFrom())}, {Label: "Đến hết ngày", Text: day(b.GetValidTo())}, {Label: "Chương trình, dự án", Text: b.GetProject()}, {Label: "Kết thúc theo", Text: b.GetEndedBy()},
	}
	if b.GetMembers() > 0 {
		all = append(all, recordFact{Label: "Số thành viên theo quyết định", Text: number(int64(b.GetMembers()))})
	}
	if b.GetCaseId() != "" {
		all = append(all, recordFact{Label: "Hồ sơ thành lập", Text: b.GetCaseId(), Href: caseURL(b.GetCaseId())})
	}
	return facts(all...)
}

func (p *portal) membersPart(ctx context.Context, b *unitsv1.Board) (recordPart, error) {
	part := recordPart{Title: "Thành viên", None: "Chưa ghi thành viên nào.", Heads: []string{"Họ tên", "Vai trò", "Từ ngày", "Đến ngày", ""}, Acts: []countLink{{Label: "Ghi thành viên", Href: boardAddress(b.GetId()) + "/thanh-vien"}}}
	answer, err := p.calls.Units.ListBoardMembers(ctx, call(&unitsv1.ListBoardMembersRequest{BoardId: b.GetId()}))
	if err != nil {
		return part, err
	}
	for _, m := range answer.Msg.GetMembers() {
		acts := recordCell{}
		if m.GetValidTo() == "" {
			part.Count++
			acts = actsCell(m.GetName(), countLink{Label: "Thôi tham gia", Href: boardAddress(b.GetId()) + "/thanh-vien/" + url.PathEscape(m.GetId()) + "/thoi"})
		}
		name := plainCell(m.GetName())
		if m.GetOfficialId() != "" {
			name.Href = officialAddress(m.GetOfficialId())
		}
		part.Rows = append(part.Rows, []recordCell{name, plainCell(sentenceCase(memberWords[m.GetRole()])), dayCell(m.GetValidFrom()), dayCell(m.GetValidTo()), acts})
	}
	return part, nil
}

func vacanciesPart(b *unitsv1.Board) recordPart {
	part := recordPart{Title: "Khuyết thành viên", Heads: []string{"Vai trò", "Từ ngày", "Bổ sung ngày"}}
	for _, v := range b.GetVacancies() {
		filled := dayCell(v.GetFilledOn())
		if v.GetFilledOn() == "" {
			filled = plainCell("chưa bổ sung")
		}
		part.Rows = append(part.Rows, []recordCell{plainCell(sentenceCase(seatWord(v.GetRole()))), dayCell(v.GetOn()), filled})
	}
	return part
}

// boardForm writes a board down, or changes one.
func (p *portal) boardForm(c echo.Context) (registryDeed, error) {
	b, create := &unitsv1.Board{UnitId: c.QueryParam("don-vi")}, c.Param("board") == ""
	deed := deedView{Back: boardsPath, BackText: "Ban", Heading: "Ghi ban mới", Form: form{Button: "Ghi ban"},
		Effect: "Ban mới cùng loại của đơn vị kết thúc ban trước vào ngày trước đó, trừ Ban Giám sát đầu tư của cộng đồng, mỗi chương trình, dự án một ban."}
	if !create {
		var err error
		if b, err = p.namedBoard(c); err != nil {
			return registryDeed{}, err
		}
		deed.Back, deed.BackText, deed.Heading, deed.Under, deed.Form.Button, deed.Effect = boardAddress(b.GetId()), boardWord(b), "Sửa ban", boardWord(b), "Ghi thay đổi", "Nhiệm vụ phải thực hiện được tính lại sau khi ghi."
	}
	deed.Form.Fields = boardFields(b, create)
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := p.readBoard(c.Request().Context(), in, b, create)
		return "", func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.PutBoard(ctx, call(wanted))
			return boardAddress(wanted.GetId()), "Đã ghi ban.", err
		}
	}}, nil
}

func boardFields(b *unitsv1.Board, create bool) []field {
	var fields []field
	members := ""
	if b.GetMembers() > 0 {
		members = number(int64(b.GetMembers()))
	}
	if create {
		fields = []field{
			{Name: "id", Label: "Mã ban", Hint: "Chữ in hoa không dấu, chữ số, dấu nối. Ví dụ: TTND-12205-2026", Kind: "text", Required: true},
			{Name: "unit_id", Label: "Đơn vị", Hint: "Mã hoặc tên", Kind: "text", Required: true, Value: b.GetUnitId()},
			{Name: "kind", Label: "Loại ban", Kind: "select", Required: true, Value: b.GetKind(), Choices: append([]choice{{"", "Chọn loại"}}, boardKindChoices...)},
		}
	}
	return append(fields,
		field{Name: "board_name", Label: "Tên ban", Hint: "Bỏ trống: tên loại ban và đơn vị", Kind: "text", Value: b.GetName()},
		field{Name: "decision", Label: "Số, ký hiệu quyết định", Kind: "text", Required: true, Value: b.GetDecision()},
		field{Name: "valid_from", Label: "Nhiệm kỳ từ ngày", Kind: "day", Required: true, Value: day(b.GetValidFrom())},
		field{Name: "valid_to", Label: "Đến hết ngày", Hint: "Bỏ trống khi chưa định ngày", Kind: "day", Value: day(b.GetValidTo())},
		field{Name: "members", Label: "Số thành viên theo quyết định", Kind: "count", Value: members},
		field{Name: "project", Label: "Chương trình, dự án", Hint: "Chỉ của Ban Giám sát đầu tư của cộng đồng", Kind: "text", Value: b.GetProject()},
	)
}

func (p *portal) readBoard(ctx context.Context, in *inputs, b *unitsv1.Board, create bool) *unitsv1.Board {
	wanted := &unitsv1.Board{Id: b.GetId(), UnitId: b.GetUnitId(), Kind: b.GetKind(), CaseId: b.GetCaseId(), EndedBy: b.GetEndedBy(), Name: in.text("board_name", "Tên ban"), Decision: in.need("decision", "Số, ký hiệu quyết định"),
		ValidFrom: in.needDay("valid_from", "Ngày bắt đầu nhiệm kỳ"), ValidTo: in.day("valid_to"), Members: in.smallCount("members", "Số thành viên"), Project: in.text("project", "Chương trình, dự án")}
	if create {
		wanted.Id, wanted.UnitId, wanted.Kind = in.need("id", "Mã ban"), p.typedUnit(ctx, in, "unit_id", "Đơn vị"), in.oneOf("kind", "Loại ban", choiceValues(boardKindChoices))
		if wanted.GetUnitId() == "" {
			in.refuse("unit_id", missing("Đơn vị"))
		}
		if in.values.Get("kind") == "" {
			in.refuse("kind", "Chưa chọn loại ban. Chọn một mục rồi gửi lại.")
		}
	}
	return wanted
}

// memberForm writes a member of a board down.
func (p *portal) memberForm(c echo.Context) (registryDeed, error) {
	b, err := p.namedBoard(c)
	if err != nil {
		return registryDeed{}, err
	}
	at := boardAddress(b.GetId())
	deed := deedView{Back: at, BackText: boardWord(b), Heading: "Ghi thành viên", Under: boardWord(b), Effect: "Thành viên là cán bộ hoặc người dân; người dân không có tài khoản. Mỗi lúc ban có một Trưởng ban.",
		Form: form{Button: "Ghi thành viên", Fields: []field{
			{Name: "name", Label: "Họ tên", Kind: "text", Required: true}, {Name: "role", Label: "Vai trò", Kind: "choice", Required: true, Choices: memberChoices},
			{Name: "valid_from", Label: "Từ ngày", Kind: "day", Required: true, Value: day(b.GetValidFrom())}, {Name: "valid_to", Label: "Đến hết ngày", Hint: "Bỏ trống khi chưa định ngày", Kind: "day"}, documentField("Quyết định công nhận"),
		}}}
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.BoardMember{BoardId: b.GetId(), Name: in.need("name", "Họ tên"), Role: in.oneOf("role", "Vai trò", choiceValues(memberChoices)), ValidFrom: in.needDay("valid_from", "Ngày bắt đầu"), ValidTo: in.day("valid_to")}
		if in.values.Get("role") == "" {
			in.refuse("role", "Chưa chọn vai trò. Chọn một mục rồi gửi lại.")
		}
		document := in.need("document", "Số, ký hiệu văn bản")
		return "", func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.PutBoardMember(ctx, call(&unitsv1.PutBoardMemberRequest{Member: wanted, Document: document}))
			return at, "Đã ghi thành viên " + wanted.GetName() + ".", err
		}
	}}, nil
}

func (p *portal) memberEndForm(c echo.Context) (registryDeed, error) {
	b, err := p.namedBoard(c)
	if err != nil {
		return registryDeed{}, err
	}
	answer, err := p.calls.Units.ListBoardMembers(c.Request().Context(), call(&unitsv1.ListBoardMembersRequest{BoardId: b.GetId()}))
	if err != nil {
		return registryDeed{}, err
	}
	members := answer.Msg.GetMembers()
	found := slices.IndexFunc(members, func(m *unitsv1.BoardMember) bool { return m.GetId() == c.Param("member") })
	if found < 0 {
		return registryDeed{}, notFound()
	}
	who, at := members[found], boardAddress(b.GetId())
	deed := deedView{Back: at, BackText: boardWord(b), Heading: "Thôi tham gia ban", Under: cmp.Or(who.GetName(), who.GetId()) + ", " + memberWords[who.GetRole()], Effect: "Chỗ khuyết cần bổ sung thì ghi thêm khuyết thành viên, để hồ sơ kiện toàn được mở.",
		Form: form{Button: "Ghi thôi tham gia", Fields: []field{{Name: "on", Label: "Ngày cuối tham gia", Hint: "Ví dụ: 31/12/2026", Kind: "day", Required: true}, documentField("Quyết định cho thôi")}}}
	return registryDeed{deed: deed, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &unitsv1.EndBoardMemberRequest{Id: who.GetId(), On: in.needDay("on", "Ngày cuối tham gia"), Document: in.need("document", "Số, ký hiệu văn bản")}
		return "", func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Units.EndBoardMember(ctx, call(wanted))
			return at, "Đã ghi " + who.GetName() + " thôi tham gia ban.", err
		}
	}}, nil
}
