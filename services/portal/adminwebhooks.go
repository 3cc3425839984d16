package portal

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const webhooksPath = adminPath + "/webhook"

// webhookKinds are the kinds of events with the words by which people choose them.
var webhookKinds = []choice{
	{contract.WebhookOpened, "mở hồ sơ"}, {contract.WebhookSubmitted, "nộp"}, {contract.WebhookRecalled, "rút lại"}, {contract.WebhookReturned, "trả lại"},
	{contract.WebhookAccepted, "xác nhận hoàn thành"}, {contract.WebhookCorrected, "đính chính"}, {contract.WebhookOverdue, "quá hạn"}, {contract.WebhookDueChanged, "đổi thời hạn"},
	{contract.WebhookExempted, "không thuộc đối tượng"}, {contract.WebhookWithdrawn, "thu hồi"}, {contract.WebhookSucceeded, "chuyển đơn vị kế thừa"}, {contract.WebhookSealed, "khóa kỳ"},
	{contract.WebhookTest, "gửi thử"},
}

func (p *portal) webhookRoutes(own *echo.Group) {
	own.GET("/webhook", p.webhooksPage)
	own.GET("/webhook/moi", p.newWebhookPage)
	own.POST("/webhook/moi", p.makeWebhook)
	own.GET("/webhook/:id", p.webhookPage)
	own.GET("/webhook/:id/trang-thai", p.webhookStatePage)
	own.POST("/webhook/:id/trang-thai", p.setWebhookState)
	own.GET("/webhook/:id/bi-mat", p.rotateWebhookPage)
	own.POST("/webhook/:id/bi-mat", p.rotateWebhook)
	own.POST("/webhook/:id/gui-thu", p.sendTestEvent)
	own.POST("/webhook/:id/gui-lai/:delivery", p.redeliverEvent)
}

// webhookView is one subscription as its pages show it.
type webhookView struct {
	*reportsv1.Webhook
	Href, Standing, Why, What, Whose, By string
	Active, Ended                        bool
	Deliveries                           []deliveryView
	Test                                 form
}

type deliveryView struct {
	*reportsv1.WebhookDelivery
	What, Result, CaseHref string
	Again                  *form
}

type webhooksView struct {
	Answer, Add string
	Rows        []webhookView
}

func webhookAddress(id string) string { return webhooksPath + "/" + id }

func newWebhookView(w *reportsv1.Webhook, name func(string) string) webhookView {
	view := webhookView{Webhook: w, Href: webhookAddress(w.GetId()), Active: w.GetState() == "active", Ended: w.GetState() == "ended", By: name(w.GetCreatedBy())}
	view.Standing = map[string]string{"active": "đang chạy", "paused": "tạm dừng", "ended": "đã kết thúc"}[w.GetState()]
	view.Why = map[string]string{
		"failing": "Hệ thống nhận không trả lời đúng suốt 3 ngày. Kiểm tra hệ thống đó rồi cho chạy lại; thay đổi từ lúc dừng được báo sau.",
		"gone":    "Hệ thống nhận trả lời không nhận nữa (410).", "by-hand": "Do quản trị tạm dừng; thay đổi từ lúc dừng được báo khi chạy lại, tối đa 30 ngày.",
	}[w.GetReason()]
	view.What, view.Whose = "mọi thay đổi trạng thái", "mọi nhiệm vụ"
	if len(w.GetKinds()) > 0 {
		view.What = joined(w.GetKinds(), func(kind string) string { return choiceLabel(webhookKinds, kind) })
	}
	if len(w.GetObligationIds()) > 0 {
		view.Whose = "nhiệm vụ " + strings.Join(w.GetObligationIds(), ", ")
	}
	if w.GetUnderUnitId() != "" {
		view.Whose += "; đơn vị " + w.GetUnderUnitId() + " và các đơn vị trực thuộc"
	}
	return view
}

func joined(all []string, word func(string) string) string {
	words := make([]string, len(all))
	for i, one := range all {
		words[i] = word(one)
	}
	return strings.Join(words, ", ")
}

func (p *portal) listWebhooks(ctx context.Context) ([]webhookView, error) {
	answer, err := p.calls.Webhooks.ListWebhooks(ctx, call(&reportsv1.ListWebhooksRequest{}))
	if err != nil {
		return nil, err
	}
	var officials []string
	for _, w := range answer.Msg.GetWebhooks() {
		officials = append(officials, w.GetCreatedBy())
	}
	posts, err := p.posts(ctx, officials)
	if err != nil {
		return nil, err
	}
	var views []webhookView
	for _, w := range answer.Msg.GetWebhooks() {
		views = append(views, newWebhookView(w, posts.full))
	}
	return views, nil
}

func (p *portal) webhooksPage(c echo.Context) error {
	rows, err := p.listWebhooks(c.Request().Context())
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "adminwebhooks", &page{Title: "Webhook", Active: "admin", Body: webhooksView{Answer: webhooksAnswer(rows), Add: webhooksPath + "/moi", Rows: rows}})
}

func webhooksAnswer(rows []webhookView) string {
	if len(rows) == 0 {
		return "Chưa báo thay đổi cho hệ thống nào."
	}
	running, failing := 0, 0
	for _, row := range rows {
		if row.Active {
			running++
		}
		if row.GetReason() == "failing" {
			failing++
		}
	}
	text := "Đang báo thay đổi cho " + number(int64(running)) + " hệ thống"
	if failing > 0 {
		text += "; " + number(int64(failing)) + " hệ thống bị dừng vì không trả lời đúng suốt 3 ngày"
	}
	return text + "."
}

// tellStoppedWebhooks says on the first page of administrators that a subscriber hears no more. While reports are away it says nothing: the page
// tells that in its own place.
func (p *portal) tellStoppedWebhooks(ctx context.Context, tasks []adminTask) {
	answer, err := p.calls.Webhooks.ListWebhooks(ctx, call(&reportsv1.ListWebhooksRequest{}))
	if err != nil {
		return
	}
	stopped := 0
	for _, w := range answer.Msg.GetWebhooks() {
		if w.GetReason() == "failing" || w.GetReason() == "gone" {
			stopped++
		}
	}
	at := slices.IndexFunc(tasks, func(one adminTask) bool { return one.Href == webhooksPath })
	if stopped > 0 && at >= 0 {
		tasks[at].Now = number(int64(stopped)) + " hệ thống không còn được báo."
	}
}

func newWebhookDeed() deedView {
	offered := webhookKinds[:len(webhookKinds)-1]
	described := make([]choice, len(offered))
	for i, one := range offered {
		described[i] = choice{one.Value, sentenceCase(one.Label) + " (" + one.Value + ")"}
	}
	return deedView{
		Back: webhooksPath, BackText: "Webhook", Heading: "Lập webhook",
		Effect: "Mỗi thay đổi được gửi một lần gọi có chữ ký, chỉ gồm mã, trạng thái và ngày. Chuỗi bí mật để kiểm tra chữ ký chỉ hiện một lần.",
		Form: form{Action: webhooksPath + "/moi", Button: "Lập webhook", ActID: newActID(), Fields: []field{
			{Name: "name", Label: "Tên hệ thống nhận", Hint: "Ví dụ: Phần mềm quản lý văn bản của tỉnh", Kind: "text", Required: true},
			{Name: "url", Label: "Địa chỉ nhận", Hint: "Bắt đầu bằng https://", Kind: "text", Required: true},
			{Name: "kinds", Label: "Loại thay đổi", Hint: "Không chọn mục nào là mọi loại", Kind: "choices", Choices: described},
			{Name: "obligation_ids", Label: "Mã nhiệm vụ", Hint: "Để trống là mọi nhiệm vụ. Ví dụ: DT-01, CK-01", Kind: "text"},
			{Name: "under_unit_id", Label: "Mã đơn vị", Hint: "Đơn vị này và các đơn vị trực thuộc; để trống là mọi đơn vị", Kind: "text"},
		}},
	}
}

func (p *portal) newWebhookPage(c echo.Context) error { return p.renderDeed(c, newWebhookDeed()) }

func (p *portal) makeWebhook(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	asked := &reportsv1.CreateWebhookRequest{Name: in.need("name", "Tên hệ thống nhận"), Url: in.need("url", "Địa chỉ nhận"), Kinds: values["kinds"],
		UnderUnitId: in.text("under_unit_id", "Mã đơn vị"), IdempotencyKey: values.Get("act_id")}
	for one := range strings.FieldsFuncSeq(in.text("obligation_ids", "Mã nhiệm vụ"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		asked.ObligationIds = append(asked.ObligationIds, one)
	}
	if len(in.faults) > 0 {
		return p.refuseDeed(c, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, newWebhookDeed(), values)
	}
	answer, err := p.calls.Webhooks.CreateWebhook(c.Request().Context(), call(asked))
	if err != nil {
		return p.refuseDeed(c, p.refused(err), newWebhookDeed(), values)
	}
	if answer.Msg.GetSecret() == "" { // the form came a second time
		return p.finish(c, sent{kind: "ok", banner: "Webhook này đã được lập. Nếu chưa chép chuỗi bí mật, đổi chuỗi khác."}, webhookAddress(answer.Msg.GetId()))
	}
	return p.showWebhookSecret(c, answer.Msg)
}

type webhookSecretView struct {
	*reportsv1.Webhook
	Heading, Back string
}

// showWebhookSecret is the one time a secret is seen.
func (p *portal) showWebhookSecret(c echo.Context, w *reportsv1.Webhook) error {
	view := webhookSecretView{w, "Webhook đã lập", webhookAddress(w.GetId())}
	if w.GetOldSecretUntil() != "" {
		view.Heading = "Đã đổi chuỗi bí mật"
	}
	return p.render(c, http.StatusOK, "webhooksecret", &page{Title: view.Heading, Active: "admin", Body: view})
}

// chosenWebhook is the subscription that the address names.
func (p *portal) chosenWebhook(c echo.Context) (webhookView, error) {
	views, err := p.listWebhooks(c.Request().Context())
	if err != nil {
		return webhookView{}, err
	}
	at := slices.IndexFunc(views, func(v webhookView) bool { return v.GetId() == c.Param("id") })
	if at < 0 {
		return webhookView{}, notFound()
	}
	return views[at], nil
}

func (p *portal) webhookPage(c echo.Context) error {
	view, err := p.chosenWebhook(c)
	if err != nil {
		return err
	}
	answer, err := p.calls.Webhooks.ListWebhookDeliveries(c.Request().Context(), call(&reportsv1.ListWebhookDeliveriesRequest{WebhookId: view.GetId()}))
	if err != nil {
		return err
	}
	may := personOf(c).Administers() && view.Active
	if may {
		view.Test = form{Action: view.Href + "/gui-thu", Button: "Gửi thử", ActID: newActID()}
	}
	for _, d := range answer.Msg.GetDeliveries() {
		view.Deliveries = append(view.Deliveries, newDeliveryView(d, view.Href, may))
	}
	return p.render(c, http.StatusOK, "adminwebhook", &page{Title: "Webhook: " + view.GetName(), Active: "admin", Body: view})
}

func newDeliveryView(d *reportsv1.WebhookDelivery, webhookHref string, may bool) deliveryView {
	view := deliveryView{WebhookDelivery: d, What: sentenceCase(choiceLabel(webhookKinds, d.GetKind()))}
	if d.GetCaseId() != "" {
		view.CaseHref = caseURL(d.GetCaseId())
	}
	switch {
	case d.GetLeftOut():
		view.Result = "Không gửi: đơn vị ngoài phạm vi"
	case d.GetDeliveredAt() != "":
		view.Result = "Đã nhận, " + d.GetAnswer()
	case d.GetAttempts() > 0:
		view.Result = "Chưa nhận: " + d.GetAnswer() + ", đã thử " + strconv.Itoa(int(d.GetAttempts())) + " lần"
	default:
		view.Result = "Đang chờ gửi"
	}
	if may && (d.GetDeliveredAt() != "" || d.GetLeftOut()) {
		view.Again = &form{Action: webhookHref + "/gui-lai/" + d.GetId(), Button: "Gửi lại", ActID: newActID(), Of: d.GetId()}
	}
	return view
}

func newWebhookStateDeed(view webhookView) deedView {
	deed := deedView{
		Back: view.Href, BackText: view.GetName(), Heading: "Tạm dừng webhook", Under: view.GetName() + " · " + view.GetUrl(),
		Effect: "Hệ thống này không được báo nữa. Thay đổi trong lúc dừng được giữ 30 ngày và báo khi chạy lại.",
		Form:   form{Action: view.Href + "/trang-thai", Button: "Tạm dừng", ActID: newActID(), Hidden: []choice{{"state", "paused"}}},
	}
	if !view.Active {
		deed.Heading, deed.Form.Button, deed.Form.Hidden = "Cho webhook chạy lại", "Cho chạy lại", []choice{{"state", "active"}}
		deed.Effect = number(int64(view.GetWaiting())) + " thay đổi đang chờ được báo ngay."
	}
	return deed
}

func (p *portal) webhookStatePage(c echo.Context) error {
	view, err := p.chosenWebhook(c)
	if err != nil {
		return err
	}
	return p.renderDeed(c, newWebhookStateDeed(view))
}

func (p *portal) setWebhookState(c echo.Context) error {
	view, err := p.chosenWebhook(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	asked := &reportsv1.SetWebhookStateRequest{Id: view.GetId(), State: values.Get("state")}
	if _, err := p.calls.Webhooks.SetWebhookState(c.Request().Context(), call(asked)); err != nil {
		return p.refuseDeed(c, p.refused(err), newWebhookStateDeed(view), values)
	}
	done := "Đã tạm dừng webhook."
	if asked.GetState() == "active" {
		done = "Webhook đã chạy lại."
	}
	return p.finish(c, sent{kind: "ok", banner: done}, view.Href)
}

func newWebhookSecretDeed(view webhookView) deedView {
	return deedView{
		Back: view.Href, BackText: view.GetName(), Heading: "Đổi chuỗi bí mật", Under: view.GetName() + " · " + view.GetUrl(),
		Effect: "Trong 24 giờ, mỗi lần gọi mang cả chữ ký theo chuỗi cũ, để hệ thống nhận kịp đổi.",
		Form:   form{Action: view.Href + "/bi-mat", Button: "Đổi chuỗi bí mật", ActID: newActID()},
	}
}

func (p *portal) rotateWebhookPage(c echo.Context) error {
	view, err := p.chosenWebhook(c)
	if err != nil {
		return err
	}
	return p.renderDeed(c, newWebhookSecretDeed(view))
}

func (p *portal) rotateWebhook(c echo.Context) error {
	answer, err := p.calls.Webhooks.RotateWebhookSecret(c.Request().Context(), call(&reportsv1.RotateWebhookSecretRequest{Id: c.Param("id")}))
	if err != nil {
		return err
	}
	return p.showWebhookSecret(c, answer.Msg)
}

func (p *portal) sendTestEvent(c echo.Context) error {
	_, err := p.calls.Webhooks.SendTestEvent(c.Request().Context(), call(&reportsv1.SendTestEventRequest{Id: c.Param("id")}))
	if err != nil {
		return err
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã xếp một lần gửi thử. Tải lại trang để xem trả lời."}, webhookAddress(c.Param("id")))
}

func (p *portal) redeliverEvent(c echo.Context) error {
	asked := &reportsv1.RedeliverEventRequest{WebhookId: c.Param("id"), DeliveryId: c.Param("delivery")}
	if _, err := p.calls.Webhooks.RedeliverEvent(c.Request().Context(), call(asked)); err != nil {
		return err
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã xếp gửi lại. Tải lại trang để xem trả lời."}, webhookAddress(c.Param("id")))
}
