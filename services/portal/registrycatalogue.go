package portal

import (
	"context"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func obligationAddress(code string) string { return catalogPath + "/" + url.PathEscape(code) }

// olderEditions counts, by obligation, the running cases that run by another version than the one in force.
func (p *portal) olderEditions(ctx context.Context, obligation string) (map[string][]*reportsv1.EditionCount, int, error) {
	answer, err := p.calls.Register.CountEditions(ctx, call(&reportsv1.CountEditionsRequest{ObligationId: obligation}))
	if err != nil {
		return nil, 0, err
	}
	older, total, present := map[string][]*reportsv1.EditionCount{}, 0, p.edition()
	for _, one := range answer.Msg.GetEditions() {
		if present == nil || !runsBy(present, one) {
			older[one.GetObligationId()] = append(older[one.GetObligationId()], one)
			total += int(one.GetRunning())
		}
	}
	return older, total, nil
}

// runsBy tells whether the cases run by the edition, or by the part of it that declares their obligation.
func runsBy(edition *catalogue.Edition, of *reportsv1.EditionCount) bool {
	for _, version := range strings.Split(edition.Version, "+") {
		if version == of.GetVersion() {
			return true
		}
	}
	return edition.Version == of.GetVersion()
}

// comparedDay reads a day of the address; what is none is the other.
func comparedDay(c echo.Context, name string, otherwise calendar.Date) calendar.Date {
	if wire, ok := typedDay(c.QueryParam(name)); ok {
		return wireDay(wire)
	}
	return otherwise
}

// cataloguePage says which catalogue is loaded, what it obliges to, and what differs between what holds on two days.
func (p *portal) cataloguePage(c echo.Context) error {
	ctx, edition := c.Request().Context(), p.edition()
	if edition == nil {
		return notFound()
	}
	older, total, err := p.olderEditions(ctx, "")
	if err != nil {
		return err
	}
	counts := edition.Counts()
	view := recordView{
		Back: adminPath, BackText: "Quản trị", Heading: "Danh mục nhiệm vụ",
		Answer: "Đang dùng phiên bản " + edition.Version + ", có hiệu lực từ ngày " + edition.InForceFrom.Vietnamese() + ": " + number(int64(counts.Obligations)) + " nhiệm vụ.",
		Facts: facts(recordFact{Label: "Tỉnh", Text: sentenceCase(edition.Province.Name.VI)}, recordFact{Label: "Nơi đọc danh mục", Text: firstOf(p.cfg.Catalogue, "kèm theo chương trình")},
			recordFact{Label: "Điều khoản", Text: confidences(counts.Rules)}, recordFact{Label: "Thiết lập của tỉnh", Text: number(int64(counts.Settings)), Href: settingsPath},
			recordFact{Label: "Hồ sơ theo phiên bản khác", Text: number(int64(total)) + " hồ sơ đang mở"}),
	}
	first, second := p.comparedDays(c)
	view.Search = &recordSearch{Action: catalogPath, Days: []field{{Name: "tu", Label: "So sánh ngày", Value: first.Vietnamese()}, {Name: "den", Label: "với ngày", Value: second.Vietnamese()}}}
	view.Parts = []recordPart{p.editionsPart(), p.differencesPart(first, second), p.obligationsPart(edition, older)}
	return p.renderRecord(c, view)
}

func confidences(of map[string]int) string {
	var parts []string
	for _, mark := range []string{"V", "V-press", "V-2nd", "R"} {
		if of[mark] > 0 {
			parts = append(parts, number(int64(of[mark]))+" "+confidence(mark))
		}
	}
	return strings.Join(parts, "; ")
}

func (p *portal) editionsPart() recordPart {
	part := recordPart{Title: "Phiên bản", Heads: []string{"Phiên bản", "Có hiệu lực từ", "Số nhiệm vụ", "Hiện nay"}}
	for _, one := range p.declared.Editions {
		now := ""
		if one == p.declared.At(p.today()) {
			now = "đang dùng"
		} else if one.InForceFrom.After(p.today()) {
			now = "chưa có hiệu lực"
		}
		part.Rows = append(part.Rows, []recordCell{plainCell(one.Version), {Text: one.InForceFrom.Vietnamese(), Num: true}, {Text: number(int64(len(one.Obligations))), Num: true}, plainCell(now)})
	}
	return part
}

func (p *portal) obligationsPart(edition *catalogue.Edition, older map[string][]*reportsv1.EditionCount) recordPart {
	part := recordPart{Title: "Nhiệm vụ", Count: len(edition.Obligations), Heads: []string{"Mã", "Nhiệm vụ", "Điều khoản đang có hiệu lực", "Theo phiên bản khác"}}
	for _, o := range edition.Obligations {
		running := 0
		for _, one := range older[o.Code] {
			running += int(one.GetRunning())
		}
		behind := ""
		if running > 0 {
			behind = number(int64(running)) + " hồ sơ"
		}
		texts, held := edition.StandsOn(o.Code), 0
		for _, r := range texts {
			if r.Confidence != catalogue.ConfidenceSetting && r.InForce(p.today()) {
				held++
			}
		}
		part.Rows = append(part.Rows, []recordCell{linkCell(o.Code, obligationAddress(o.Code)), plainCell(o.Title.VI), {Text: number(int64(held)), Num: true}, plainCell(behind)})
	}
	return part
}

// comparedDays are the two days of the address: today, and the first of the month a year before, unless days are named.
func (p *portal) comparedDays(c echo.Context) (first, second calendar.Date) {
	return comparedDay(c, "tu", calendar.NewDate(p.today().Year()-1, p.today().Month(), 1)), comparedDay(c, "den", p.today())
}

func (p *portal) differencesPart(first, second calendar.Date) recordPart {
	part := recordPart{Title: "Khác nhau giữa ngày " + first.Vietnamese() + " và ngày " + second.Vietnamese(), None: "Không có điều khoản nào khác nhau giữa hai ngày.",
		Heads: []string{"Nhiệm vụ", "Điều khoản", "Ngày " + first.Vietnamese(), "Ngày " + second.Vietnamese()}}
	found := p.declared.Differences(first, second)
	for _, d := range found {
		if len(part.Rows) == mostDifferences {
			part.Words = "Có " + number(int64(len(found))) + " chỗ khác; bảng này nêu " + number(mostDifferences) + " chỗ đầu, mở từng nhiệm vụ để xem đủ."
			break
		}
		id := ""
		if d.Before != nil {
			id = d.Before.ID
		} else {
			id = d.After.ID
		}
		part.Rows = append(part.Rows, []recordCell{linkCell(d.Code, obligationAddress(d.Code)), plainCell(id), textCell(d.Before), textCell(d.After)})
	}
	return part
}

// mostDifferences is how many differences one page shows.
const mostDifferences = 60

func textCell(r *catalogue.Rule) recordCell {
	if r == nil {
		return plainCell("không có")
	}
	cell := recordCell{Text: strings.TrimSpace(strings.Join(nonEmpty(r.Article, r.Document), ", ")), Sub: confidence(r.Confidence)}
	if value := settingValue(string(r.Value), r.Unit); value != "" {
		cell.Text = strings.TrimPrefix(cell.Text+": "+value, ": ")
	}
	return cell
}

// obligationPage says what one obligation stands on, text by text, and which running cases run by another version.
func (p *portal) obligationPage(c echo.Context) error {
	edition, code := p.edition(), c.Param("obligation")
	if edition == nil || edition.Obligation(code) == nil {
		return notFound()
	}
	o := edition.Obligation(code)
	older, total, err := p.olderEditions(c.Request().Context(), code)
	if err != nil {
		return err
	}
	view := recordView{Back: catalogPath, BackText: "Danh mục nhiệm vụ", Heading: o.Title.VI, Under: code + ", phiên bản " + edition.Version, Answer: "Mọi hồ sơ đang mở của nhiệm vụ này theo phiên bản hiện hành.",
		Facts: facts(recordFact{Label: "Quy trình", Text: o.Workflow}, recordFact{Label: "Kế hoạch", Text: o.PlanClause}, recordFact{Label: "Điều còn phải đối chiếu", Text: caveatOf(o)})}
	view.Acts = []countLink{{Label: "Áp dụng quy định hiện hành cho mọi hồ sơ đang mở", Href: obligationAddress(code) + "/ap-dung"}}
	if total > 0 {
		view.Answer = number(int64(total)) + " hồ sơ đang mở theo phiên bản khác."
	}
	view.Parts = []recordPart{textsPart(edition.StandsOn(code), p.today())}
	if total > 0 {
		view.Parts = append(view.Parts, olderPart(older[code]))
	}
	return p.renderRecord(c, view)
}

func caveatOf(o *catalogue.Obligation) string {
	if o.Caveat == nil {
		return ""
	}
	return o.Caveat.VI
}

func textsPart(texts []catalogue.Rule, today calendar.Date) recordPart {
	part := recordPart{Title: "Điều khoản và thiết lập", Count: len(texts), None: "Không có.", Heads: []string{"Điều khoản", "Nội dung", "Giá trị", "Hiệu lực", "Đối chiếu"}}
	for _, r := range texts {
		part.Rows = append(part.Rows, []recordCell{namedText(r), plainCell(r.Text.VI), plainCell(settingValue(string(r.Value), r.Unit)), plainCell(spanWord(r, today)), plainCell(confidence(r.Confidence))})
	}
	return part
}

// namedText is where a text stands, with the id by which the house knows it.
func namedText(r catalogue.Rule) recordCell {
	if where := strings.Join(nonEmpty(r.Article, r.Document), ", "); where != "" {
		return recordCell{Text: sentenceCase(where), Sub: r.ID}
	}
	return recordCell{Text: r.ID, Href: settingAddress(r.ID)}
}

func spanWord(r catalogue.Rule, today calendar.Date) string {
	if r.Confidence == catalogue.ConfidenceSetting {
		return "thiết lập"
	}
	words := "từ ngày " + r.ValidFrom.Vietnamese()
	if !r.ValidTo.IsZero() {
		words += " đến ngày " + r.ValidTo.Vietnamese()
	}
	if !r.InForce(today) {
		words += ", nay không áp dụng"
	}
	return sentenceCase(words)
}

func olderPart(older []*reportsv1.EditionCount) recordPart {
	part := recordPart{Title: "Hồ sơ theo phiên bản khác", Heads: []string{"Hồ sơ", "Phiên bản", ""}, Words: "Hồ sơ giữ quy định của ngày mở, cho đến khi người có thẩm quyền áp dụng quy định hiện hành."}
	for _, one := range older {
		for _, id := range one.GetCaseIds() {
			part.Rows = append(part.Rows, []recordCell{linkCell(id, caseURL(id)), plainCell(one.GetVersion()), actsCell(id, countLink{Label: "Áp dụng quy định hiện hành", Href: caseURL(id) + "/lenh/ap-dung-quy-dinh"})})
		}
	}
	return part
}

// applyForm orders the present rules for every running case of an obligation.
func (p *portal) applyForm(c echo.Context) (registryDeed, error) {
	edition, code := p.edition(), c.Param("obligation")
	if edition == nil || edition.Obligation(code) == nil {
		return registryDeed{}, notFound()
	}
	title := edition.Obligation(code).Title.VI
	deed := deedView{Back: obligationAddress(code), BackText: code, Heading: "Áp dụng quy định hiện hành cho mọi hồ sơ đang mở", Under: title,
		Effect: "Hồ sơ đang mở giữ quy định của ngày mở. Việc này thay bằng danh mục và thiết lập hiện hành ở mọi hồ sơ đang mở của nhiệm vụ; thời hạn tính lại, lịch sử ghi rõ.",
		Form: form{Button: "Áp dụng", Fields: []field{{Name: "reason", Label: "Thay đổi", Kind: "choice", Required: true, Value: "catalogue", Choices: []choice{{"catalogue", "Danh mục nhiệm vụ"}, {"settings", "Thiết lập của tỉnh"}}},
			{Name: "words", Label: "Lý do", Kind: "area"}, documentField("Văn bản quyết định áp dụng")}}}
	return registryDeed{deed: deed, asks: true, read: func(in *inputs) (string, func(context.Context) (string, string, error)) {
		wanted := &reportsv1.AmendCasesRequest{ObligationId: code, Reason: in.oneOf("reason", "Thay đổi", []string{"catalogue", "settings"}), Words: in.text("words", "Lý do"), Document: in.need("document", "Số, ký hiệu văn bản")}
		if in.values.Get("reason") == "" {
			in.refuse("reason", "Chưa chọn thay đổi. Chọn một mục rồi gửi lại.")
		}
		return "Mọi hồ sơ đang mở của nhiệm vụ “" + title + "”, theo " + wanted.GetDocument() + ".", func(ctx context.Context) (string, string, error) {
			_, err := p.calls.Acts.AmendCases(ctx, call(wanted))
			return obligationAddress(code), "Đang áp dụng quy định hiện hành; kết quả hiện trong lịch sử từng hồ sơ.", err
		}
	}}, nil
}
