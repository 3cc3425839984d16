package portal

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// casesHandedOver is how many open cases a page of a hand-over lists; the rest is counted.
const casesHandedOver = 200

func handOverAddress(base, id string) string { return base + "/ban-giao/" + url.PathEscape(id) }

// handOverForm hands a post over: who takes over is looked for, the check shows what comes along, and only then it is written.
func (p *portal) handOverForm(c echo.Context) error {
	held, err := p.namedPosition(c)
	if err != nil {
		return err
	}
	query, found, err := p.searched(c)
	if err != nil {
		return err
	}
	back, backText := afterPosition(c, held.GetUnit().GetId())
	view := recordView{Back: back, BackText: backText, Heading: "Bàn giao chức vụ", Cancel: back,
		Answer: "Người nhận giữ chức vụ từ ngày bàn giao và nhận mọi hồ sơ đang mở thuộc chức vụ. Trước khi ghi, hệ thống cho xem những gì đi theo."}
	view.Search, view.Under = peopleSearch(c, query, found)
	view.Under = strings.TrimSpace("Người bàn giao: " + heldWord(held) + ". " + view.Under)
	fields := append(whoFields(found), handOverFields(held)...)
	again := form{Action: c.Request().URL.RequestURI(), Button: "Xem những gì bàn giao"}
	if c.Request().Method != http.MethodPost {
		again.ActID, again.Fields = newActID(), fields
		view.Form = &again
		return p.renderRecord(c, view)
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	wanted := readHandOver(in, held, fields)
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		wanted.DryRun = values.Get("confirmed") == ""
		answer, err := p.calls.Units.HandOverPost(c.Request().Context(), call(wanted))
		switch {
		case err == nil && wanted.GetDryRun():
			return p.showHandOver(c, answer.Msg, askedAgain(again, fields, values))
		case err == nil:
			over := answer.Msg.GetHandOver()
			return p.finish(c, sent{kind: "ok", banner: "Đã bàn giao " + over.GetTitle() + " từ ngày " + day(over.GetDay()) + "."}, handOverAddress(basePath(c), over.GetId()))
		}
		result = p.refused(err)
	}
	return p.refuseRecord(c, result, view, again, fields, values)
}

func handOverFields(held *unitsv1.Holder) []field {
	return []field{
		{Name: "title", Label: "Tên chức vụ của người nhận", Kind: "text", Required: true, Value: held.GetPosition().GetTitle()},
		{Name: "day", Label: "Người nhận giữ chức vụ từ ngày", Hint: "Ngày đã qua, hôm nay hoặc ngày tới. Ví dụ: 28/12/2026", Kind: "day", Required: true},
		documentField("Quyết định, văn bản phân công"),
	}
}

func readHandOver(in *inputs, held *unitsv1.Holder, fields []field) *unitsv1.HandOverPostRequest {
	wanted := &unitsv1.HandOverPostRequest{PositionId: held.GetPosition().GetId(), Title: in.need("title", "Tên chức vụ"), Day: in.needDay("day", "Ngày bàn giao"),
		Document: in.need("document", "Số, ký hiệu văn bản"), IdempotencyKey: shortKey(in.values.Get("act_id"))}
	wanted.ToOfficialId, wanted.Official = readWho(in, fields)
	return wanted
}

// askedAgain carries what was typed along to the one button.
func askedAgain(again form, fields []field, values url.Values) *form {
	again.ActID, again.Button = values.Get("act_id"), "Bàn giao"
	for _, f := range fields {
		if value := values.Get(f.Name); value != "" {
			again.Hidden = append(again.Hidden, choice{f.Name, value})
		}
	}
	again.Hidden = append(again.Hidden, choice{"confirmed", "1"})
	return &again
}

// showHandOver is the check before anything is written.
func (p *portal) showHandOver(c echo.Context, over *unitsv1.HandOverPostResponse, again *form) error {
	parts, total, err := p.handedOverParts(c.Request().Context(), over)
	if err != nil {
		return err
	}
	back, backText := afterPosition(c, over.GetHandOver().GetUnitId())
	return p.renderRecord(c, recordView{
		Back: back, BackText: backText, Heading: "Kiểm tra trước khi bàn giao", Answer: handOverAnswer(over, total) + " Chưa có gì được ghi.",
		Facts: handOverFacts(over), Parts: append(parts, p.personalPart(c, over)...), Form: again, Cancel: c.Request().URL.RequestURI(),
	})
}

func handOverAnswer(over *unitsv1.HandOverPostResponse, total int) string {
	words := number(int64(total)) + " hồ sơ đang mở"
	if total == 0 {
		words = "chức vụ không có hồ sơ đang mở"
	}
	return fmt.Sprintf("Từ ngày %s, %s nhận bàn giao từ %s: %s.", day(over.GetHandOver().GetDay()), over.GetTo().GetOfficial().GetName(), over.GetFrom().GetOfficial().GetName(), words)
}

func handOverFacts(over *unitsv1.HandOverPostResponse) []recordFact {
	of := over.GetHandOver()
	return facts(
		recordFact{Label: "Chức vụ", Text: of.GetTitle(), Sub: positionRole(of.GetRole())}, recordFact{Label: "Đơn vị", Text: over.GetTo().GetUnit().GetName()},
		recordFact{Label: "Người bàn giao", Text: over.GetFrom().GetOfficial().GetName()}, recordFact{Label: "Người nhận", Text: over.GetTo().GetOfficial().GetName()},
		recordFact{Label: "Từ ngày", Text: sentenceCase(owedDay(of.GetDay()))}, recordFact{Label: "Văn bản", Text: of.GetDocument()},
	)
}

// handedOverParts are what comes along with a post, and how many cases that are open.
func (p *portal) handedOverParts(ctx context.Context, over *unitsv1.HandOverPostResponse) ([]recordPart, int, error) {
	cases, total, err := p.casesPart(ctx, over.GetHandOver())
	if err != nil {
		return nil, 0, err
	}
	drafts, err := p.draftsPart(ctx, over.GetHandOver())
	if err != nil {
		return nil, 0, err
	}
	delegations, err := p.delegationsPart(ctx, over)
	if err != nil {
		return nil, 0, err
	}
	return append([]recordPart{cases}, append(drafts, delegations...)...), total, nil
}

// casesPart lists the open cases in the sight of the post, the nearest due day first.
func (p *portal) casesPart(ctx context.Context, of *unitsv1.HandOver) (recordPart, int, error) {
	part := recordPart{Title: "Hồ sơ đang mở", None: "Không có hồ sơ nào đang mở thuộc chức vụ này.", Heads: []string{"Hồ sơ", "Kỳ", "Trạng thái", "Hạn"}}
	request := &reportsv1.ListCasesRequest{RunningOnly: true, Limit: casesHandedOver}
	switch contract.SightOf(of.GetRole()) {
	case contract.SightOwn:
		request.UnitId = of.GetUnitId()
	case contract.SightReviewed:
		request.ReviewerUnitId = of.GetUnitId()
	default:
		part.None = "Chức vụ này không giữ riêng hồ sơ nào."
		return part, 0, nil
	}
	answer, err := p.calls.Register.ListCases(ctx, call(request))
	if err != nil {
		return part, 0, err
	}
	cases := answer.Msg.GetCases() // those due first at the head
	for _, one := range cases {
		part.Rows = append(part.Rows, []recordCell{{Text: one.GetTitleVi(), Href: caseURL(one.GetId()), Sub: one.GetId()}, plainCell(periodName(one.GetPeriodId())), plainCell(sentenceCase(stateWord(one.GetState().GetState()))), dayCell(one.GetState().GetDueDay())})
	}
	part.Count = max(int(answer.Msg.GetTotal()), len(cases))
	if part.Count > len(cases) {
		part.Words = "Bảng này nêu " + number(int64(len(cases))) + " hồ sơ gần hạn nhất."
	}
	return part, part.Count, nil
}

// draftsPart lists drafts that wait for whoever speaks in the body's name.
func (p *portal) draftsPart(ctx context.Context, of *unitsv1.HandOver) ([]recordPart, error) {
	if of.GetRole() != "head" && of.GetRole() != "leader" && of.GetRole() != "deputy" {
		return nil, nil
	}
	answer, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{State: "draft", SenderUnitId: of.GetUnitId(), Limit: casesHandedOver}))
	if err != nil || len(answer.Msg.GetMessages()) == 0 {
		return nil, err
	}
	part := recordPart{Title: "Dự thảo chờ gửi", Count: len(answer.Msg.GetMessages()), Words: "Người nhận quyết định gửi hay không gửi.", Heads: []string{"Dự thảo", "Hồ sơ", "Lập lúc"}}
	for _, one := range answer.Msg.GetMessages() {
		part.Rows = append(part.Rows, []recordCell{plainCell(one.GetSubject()), plainCell(one.GetCaseId()), {Text: instant(one.GetCreatedAt()), Num: true}})
	}
	return []recordPart{part}, nil
}

// delegationsPart says which delegations end and which stay, who is away, and what other posts both hold.
func (p *portal) delegationsPart(ctx context.Context, over *unitsv1.HandOverPostResponse) ([]recordPart, error) {
	var ids []string
	for _, d := range append(over.GetEnds(), over.GetStays()...) {
		ids = append(ids, d.GetOfficialId(), d.GetDelegateId())
	}
	for _, a := range over.GetAbsences() {
		ids = append(ids, a.GetOfficialId())
	}
	names, err := p.names(ctx, nonEmpty(ids...))
	if err != nil {
		return nil, err
	}
	var parts []recordPart
	heads := []string{"Người ủy quyền", "Người được ủy quyền", "Từ ngày", "Đến hết ngày", "Sau bàn giao"}
	running := recordPart{Title: "Ủy quyền", Heads: heads}
	for i, d := range append(over.GetEnds(), over.GetStays()...) {
		after := "tiếp tục"
		if i < len(over.GetEnds()) {
			after = "hết hiệu lực cùng chức vụ"
		}
		running.Rows = append(running.Rows, []recordCell{plainCell(firstOf(names[d.GetOfficialId()], d.GetOfficialId())), plainCell(firstOf(names[d.GetDelegateId()], d.GetDelegateId())), dayCell(d.GetFrom()), dayCell(d.GetTo()), plainCell(after)})
	}
	away := recordPart{Title: "Vắng mặt", Words: "Vắng mặt đi theo người, không theo chức vụ.", Heads: []string{"Cán bộ", "Từ ngày", "Đến hết ngày"}}
	for _, a := range over.GetAbsences() {
		away.Rows = append(away.Rows, []recordCell{plainCell(firstOf(names[a.GetOfficialId()], a.GetOfficialId())), dayCell(a.GetFrom()), dayCell(firstOf(a.GetEndedOn(), a.GetTo()))})
	}
	for _, part := range []recordPart{running, away, hatsOf("Chức vụ khác của người bàn giao, giữ nguyên", over.GetKeeps()), hatsOf("Chức vụ khác của người nhận, giữ nguyên", over.GetHolds())} {
		if len(part.Rows) > 0 {
			parts = append(parts, part)
		}
	}
	return parts, nil
}

func hatsOf(title string, held []*unitsv1.Holder) recordPart {
	part := recordPart{Title: title, Heads: []string{"Chức vụ", "Đơn vị"}}
	for _, one := range held {
		part.Rows = append(part.Rows, []recordCell{plainCell(firstOf(one.GetPosition().GetTitle(), positionRole(one.GetPosition().GetRole()))), plainCell(one.GetUnit().GetName())})
	}
	return part
}

// personalPart says what is the person's own and does not pass on, and who hears what.
func (p *portal) personalPart(c echo.Context, over *unitsv1.HandOverPostResponse) []recordPart {
	from, to := over.GetFrom().GetOfficial(), over.GetTo().GetOfficial()
	told := recordPart{Title: "Ai được báo", Heads: []string{"Người", "Nội dung"}, Rows: [][]recordCell{
		{plainCell(to.GetName()), plainCell("Một thông báo vào 06:00 ngày " + day(over.GetHandOver().GetDay()) + ", hoặc ngay khi ngày đó đã qua, kèm danh sách hồ sơ đang mở.")},
		{plainCell(from.GetName()), plainCell("Một thông báo cùng lúc: không còn nhận thông báo và không còn làm việc trên hồ sơ thuộc chức vụ.")},
	}}
	own := recordPart{Title: "Không chuyển theo chức vụ", Words: "Những điều này là của riêng " + from.GetName() + ".", Heads: []string{"Mục", "Sau bàn giao"}, Rows: [][]recordCell{
		{plainCell("Tùy chọn nhận thông báo"), plainCell("Không chuyển; người nhận theo tùy chọn của mình.")},
	}}
	if isAdminPage(c) {
		own.Rows = append(own.Rows, p.personalRows(c.Request().Context(), from.GetId(), over.GetHandOver().GetUnitId())...)
	}
	return []recordPart{told, own}
}

// personalRows are what only an administrator may know of the one who hands over: mutes, his calendar, what waits to be sent to him.
func (p *portal) personalRows(ctx context.Context, officialID, unitID string) [][]recordCell {
	var rows [][]recordCell
	if answer, err := p.calls.Notifications.GetPreferences(ctx, call(&notificationsv1.GetPreferencesRequest{OfficialId: officialID})); err != nil {
		p.logWarning("preferences of who hands over not read", err)
	} else if n := len(answer.Msg.GetPreferences().GetMutes()); n > 0 {
		rows = append(rows, []recordCell{plainCell("Tắt nhắc " + strconv.Itoa(n) + " hồ sơ"), plainCell("Không chuyển; người nhận được nhắc đủ.")})
	}
	if answer, err := p.calls.Notifications.GetFeed(ctx, call(&notificationsv1.FeedRequest{OfficialId: officialID})); err != nil {
		p.logWarning("calendar of who hands over not read", err)
	} else if answer.Msg.GetOpenedAt() != "" {
		rows = append(rows, []recordCell{plainCell("Lịch cá nhân"), plainCell("Địa chỉ lịch giữ nguyên nhưng không còn hồ sơ của chức vụ; người nhận mở lịch của mình.")})
	}
	waiting, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{OfficialId: officialID, UnitId: unitID, State: "waiting", Limit: 1}))
	if err != nil {
		p.logWarning("waiting messages of who hands over not read", err)
	} else if n := waiting.Msg.GetTotal(); n > 0 {
		rows = append(rows, []recordCell{plainCell(number(int64(n)) + " thông báo chờ bản tổng hợp sáng"), plainCell("Gửi đến người giữ chức vụ lúc gửi: từ ngày bàn giao là người nhận.")})
	}
	return rows
}

func (p *portal) handOversPage(c echo.Context) error {
	ctx := c.Request().Context()
	answer, err := p.calls.Units.ListHandOvers(ctx, call(&unitsv1.ListHandOversRequest{}))
	if err != nil {
		return err
	}
	var people, at []string
	for _, one := range answer.Msg.GetHandOvers() {
		people, at = append(people, one.GetFromOfficialId(), one.GetToOfficialId()), append(at, one.GetUnitId())
	}
	names, err := p.names(ctx, nonEmpty(people...))
	if err != nil {
		return err
	}
	units, err := p.unitsByID(ctx, nonEmpty(at...))
	if err != nil {
		return err
	}
	view := recordView{Back: adminPath, BackText: "Quản trị", Heading: "Bàn giao chức vụ", Answer: "Mở đơn vị hoặc cán bộ, chọn “Bàn giao” ở dòng chức vụ.",
		Acts: []countLink{{Label: "Tìm cán bộ", Href: officialsPath}, {Label: "Tìm đơn vị", Href: unitsPath}}}
	part := recordPart{Title: "Đã ghi", None: "Chưa có bàn giao nào.", Heads: []string{"Từ ngày", "Chức vụ", "Người bàn giao", "Người nhận", "Báo hai bên", ""}}
	for _, one := range answer.Msg.GetHandOvers() {
		told := "chưa báo"
		if one.GetToldAt() != "" {
			told = instant(one.GetToldAt())
		}
		part.Rows = append(part.Rows, []recordCell{dayCell(one.GetDay()), {Text: one.GetTitle(), Sub: units[one.GetUnitId()].GetName()}, plainCell(firstOf(names[one.GetFromOfficialId()], one.GetFromOfficialId())),
			plainCell(firstOf(names[one.GetToOfficialId()], one.GetToOfficialId())), plainCell(told), actsCell(one.GetId(), countLink{Label: "Biên bản", Href: handOverAddress(adminPath, one.GetId())})})
	}
	view.Parts = []recordPart{part}
	return p.renderRecord(c, view)
}

// minutePage is the minute of a hand-over (biên bản bàn giao), to be printed and signed.
func (p *portal) minutePage(c echo.Context) error {
	if !isAdminPage(c) && len(personOf(c).headed()) == 0 {
		return p.refuseStranger("xem biên bản bàn giao", personOf(c).Post())
	}
	ctx := c.Request().Context()
	answer, err := p.calls.Units.GetHandOver(ctx, call(&unitsv1.GetHandOverRequest{Id: c.Param("id")}))
	if err != nil {
		return err
	}
	over := answer.Msg
	parts, total, err := p.handedOverParts(ctx, over)
	if err != nil {
		return err
	}
	back, backText := handOversPath, "Bàn giao chức vụ"
	if !isAdminPage(c) {
		back, backText = ownPeoplePath, "Người của đơn vị"
	}
	printed := clock(p.now()) + " ngày " + p.today().Vietnamese()
	return p.renderRecord(c, recordView{
		Back: back, BackText: backText, Heading: "Biên bản bàn giao", Under: "Số " + over.GetHandOver().GetId() + ", lập lúc " + printed, Answer: handOverAnswer(over, total), Facts: handOverFacts(over), Parts: parts,
		Signed: []choice{{over.GetFrom().GetOfficial().GetName(), "Người bàn giao"}, {over.GetTo().GetOfficial().GetName(), "Người nhận bàn giao"}, {"", "Người đứng đầu đơn vị"}},
	})
}
