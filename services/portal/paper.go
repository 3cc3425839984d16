package portal

import (
	"context"
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

const (
	paperPath = ledgerPath + "/giay"
	docxType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// Prints tells whether the person prints letters for those who can be reached only on paper.
func (p *person) Prints() bool {
	return p.has("administrator") || p.ofStandingAgency(bodyRoles...)
}

type paperView struct {
	Tabs   []tab
	Answer string
	Rows   []paperRow
	More   int
}

type paperRow struct {
	letterRow
	Print form
}

// paperLetters lists the messages that reach their people only on paper and have not been printed.
func (p *portal) paperLetters(c echo.Context) error {
	who, ctx := personOf(c), c.Request().Context()
	if !who.Prints() {
		return p.refuseStranger("in công văn", who.Post())
	}
	answer, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{Channel: channelPaper, State: "waiting", Limit: mostPaper}))
	if err != nil {
		return err
	}
	rows, err := p.letterRows(ctx, answer.Msg.GetMessages())
	if err != nil {
		return err
	}
	view := paperView{Tabs: who.letterTabs(paperPath), Answer: "Không có công văn nào chờ in.", More: int(answer.Msg.GetTotal()) - len(rows)}
	for _, row := range rows {
		view.Rows = append(view.Rows, paperRow{row, form{Action: paperPath + "/" + url.PathEscape(row.GetId()), Button: "In công văn", Of: row.Whom() + ", " + row.Heading(), ActID: newActID()}})
	}
	if len(rows) > 0 {
		view.Answer = number(int64(answer.Msg.GetTotal())) + " công văn chờ in: người nhận không có thư điện tử, SMS hay Zalo dùng được."
	}
	return p.render(c, http.StatusOK, "paper", &page{Title: "Công văn chờ in", Active: "ledger", Body: view})
}

// mostPaper is how many letters to be printed a page lists.
const mostPaper = 200

// printLetter hands out the letter of a message, which then counts as sent on paper.
func (p *portal) printLetter(c echo.Context) error {
	who := personOf(c)
	if !who.Prints() {
		return p.refuseStranger("in công văn", who.Post())
	}
	answer, err := p.calls.Notifications.PrintLetter(c.Request().Context(), call(&notificationsv1.PrintLetterRequest{MessageId: c.Param("id")}))
	if refusal := wire.RefusalOf(err); refusal != nil && refusal.GetCode() != contract.CodeUnavailable {
		return p.finish(c, sent{kind: "warn", banner: refusal.GetTextVi()}, paperPath)
	}
	if err != nil {
		return err
	}
	return sendLetter(c, answer.Msg)
}

func sendLetter(c echo.Context, letter *notificationsv1.PrintLetterResponse) error {
	setDownload(c, firstOf(letter.GetFilename(), "cong-van.docx"))
	return c.Blob(http.StatusOK, docxType, letter.GetContent())
}

// setDownload has a file saved, never shown inside the portal.
func setDownload(c echo.Context, filename string) {
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
}

// bodyRoles are the positions whose holders write letters for their body.
var bodyRoles = []string{"reviewer", "leader", "head", "deputy", "contact"}

// Urges tells whether the person may print a letter that urges the unit of this case: it is overdue, and he is of the body in whose name
// the letter stands, the reviewing one or, where there is none, the standing agency; or he is an administrator.
func (v *caseView) Urges() bool {
	_, reviewing := v.person.hatIn(v.reviewerUnit(), bodyRoles...)
	writes := reviewing || v.person.has("administrator") || v.reviewerUnit() == "" && v.person.ofStandingAgency(bodyRoles...)
	return v.Standing.Overdue && writes
}

func (p *portal) urgedCase(c echo.Context) (*caseView, error) {
	v, err := p.loadCase(c)
	if err != nil {
		return nil, err
	}
	if !v.Urges() {
		return nil, p.refuseStranger("in công văn đôn đốc", v.Unit.GetName())
	}
	return v, nil
}

func answerByFields() []field {
	return []field{{Name: "answer_by", Label: "Đề nghị hoàn thành chậm nhất ngày", Hint: "Để trống: 5 ngày làm việc kể từ hôm nay", Kind: "day"}}
}

func newUrge(v *caseView, key string, fields []field) deedView {
	return deedView{
		Back: v.URL(), BackText: "Hồ sơ " + v.GetId(), Heading: "Công văn đôn đốc", Under: v.Title() + " · " + v.Unit.GetName(),
		Effect: "Tải dự thảo công văn (.docx) để trình ký. Hệ thống không gửi công văn này; hồ sơ không đổi.",
		Form:   form{Action: v.URL() + "/cong-van", Button: "Tải công văn (.docx)", ActID: key, Fields: fields},
	}
}

func (p *portal) urgePage(c echo.Context) error {
	v, err := p.urgedCase(c)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "deed", &page{Title: "Công văn đôn đốc: " + v.Title(), Body: newUrge(v, newActID(), answerByFields())})
}

func (p *portal) urge(c echo.Context) error {
	v, err := p.urgedCase(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	letter, result := p.askUrge(c.Request().Context(), v, values)
	if letter != nil {
		return sendLetter(c, letter)
	}
	result.faults = atFields(result.faults, answerByFields())
	return p.renderRefused(c, result, "deed", "Công văn đôn đốc: "+v.Title(), newUrge(v, values.Get("act_id"), keep(answerByFields(), values, result.faults)))
}

func (p *portal) askUrge(ctx context.Context, v *caseView, values url.Values) (*notificationsv1.PrintLetterResponse, sent) {
	in := &inputs{values: values}
	request := &notificationsv1.PrintLetterRequest{CaseId: v.GetId(), AnswerBy: in.day("answer_by")}
	if len(in.faults) > 0 {
		return nil, sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	}
	answer, err := p.calls.Notifications.PrintLetter(ctx, call(request))
	if err != nil {
		return nil, p.refused(err)
	}
	return answer.Msg, sent{}
}
