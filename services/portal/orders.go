package portal

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// order is what a person asks of the house about a case, rather than an act upon it: the house carries it out by a workflow of its own.
type order struct {
	slug, title, button, effect string
	by                          func(*caseView) bool // who may ask for it, in whatever state the case is
	when                        func(*caseView) bool // the states in which it can be asked for
	fields                      func(*caseView) []field
	send                        func(context.Context, *portal, *caseView, *inputs) (string, error)
}

// may tells whether the case's page offers the order to its reader.
func (o order) may(v *caseView) bool { return o.by(v) && o.when(v) }

var orders = []order{
	{
		slug: "phuc-hoi", title: "Tiếp tục hồ sơ đã kết thúc", button: "Tiếp tục hồ sơ",
		effect: "Mở hồ sơ tiếp nối (…/c1) với thời hạn, số liệu và minh chứng như trước. Việc trước đây vẫn nằm trong lịch sử.",
		by:     anyOf(reviewing, administering),
		when: func(v *caseView) bool {
			return v.in(casefilev1.State_STATE_EXEMPTED, casefilev1.State_STATE_WITHDRAWN, casefilev1.State_STATE_SUCCEEDED) && v.GetReinstatedAs() == ""
		},
		fields: reasonAndDocument, send: sendReinstate,
	},
	{
		slug: "ap-dung-quy-dinh", title: "Áp dụng quy định hiện hành cho hồ sơ đang thực hiện", button: "Áp dụng",
		effect: "Hồ sơ đang thực hiện giữ quy định của ngày mở. Việc này thay bằng danh mục và thiết lập hiện hành; thời hạn tính lại, lịch sử ghi rõ.",
		by:     anyOf(administering, func(v *caseView) bool { return v.person.ofStandingAgency("leader") }),
		when:   workingOrSubmitted,
		fields: func(v *caseView) []field {
			return append([]field{{Name: "reason", Label: "Thay đổi", Kind: "choice", Required: true, Value: "catalogue",
				Choices: []choice{{"catalogue", "Danh mục nhiệm vụ"}, {"settings", "Thiết lập của tỉnh"}}}}, reasonAndDocument(v)...)
		},
		send: sendAmend,
	},
}

func sendReinstate(ctx context.Context, p *portal, v *caseView, in *inputs) (string, error) {
	answer, err := p.calls.Acts.Reinstate(ctx, call(&reportsv1.ReinstateRequest{
		ActId: in.values.Get("act_id"), CaseId: v.GetId(), Words: in.values.Get("words"), Document: in.values.Get("document"),
	}))
	if err != nil {
		return "", err
	}
	return "Hồ sơ tiếp tục ở " + answer.Msg.GetCaseId() + ", đang được mở.", nil
}

func sendAmend(ctx context.Context, p *portal, v *caseView, in *inputs) (string, error) {
	_, err := p.calls.Acts.AmendCases(ctx, call(&reportsv1.AmendCasesRequest{
		CaseId: v.GetId(), Reason: in.values.Get("reason"), Words: in.values.Get("words"), Document: in.values.Get("document"),
	}))
	return "Đang áp dụng quy định hiện hành; kết quả hiện trong lịch sử hồ sơ.", err
}

func (p *portal) offeredOrder(c echo.Context) (*caseView, order, error) {
	at := slices.IndexFunc(orders, func(o order) bool { return o.slug == c.Param("order") })
	if at < 0 {
		return nil, order{}, notFound()
	}
	v, err := p.loadCase(c)
	if err != nil {
		return nil, order{}, err
	}
	if !orders[at].by(v) || c.Request().Method == http.MethodGet && !orders[at].when(v) {
		return nil, order{}, p.refuseStranger(lowerFirst(orders[at].title), v.Unit.GetName())
	}
	return v, orders[at], nil
}

func newOrderPage(v *caseView, o order, id string, fields []field) actPageView {
	return actPageView{v, o.title, o.effect, form{Action: v.URL() + "/lenh/" + o.slug, Button: o.button, ActID: id, Fields: fields}}
}

func (p *portal) orderPage(c echo.Context) error {
	v, offered, err := p.offeredOrder(c)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "act", &page{Title: offered.title, Body: newOrderPage(v, offered, newActID(), offered.fields(v))})
}

func (p *portal) order(c echo.Context) error {
	v, offered, err := p.offeredOrder(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	in.need("words", "Lý do")
	in.need("document", "Số, ký hiệu văn bản")
	result := p.carryOut(c.Request().Context(), v, offered, in)
	if result.done() {
		return p.finish(c, result, v.URL())
	}
	fields := offered.fields(v)
	result.faults = atFields(result.faults, fields)
	return p.renderRefused(c, result, "act", offered.title, newOrderPage(v, offered, values.Get("act_id"), keep(fields, values, result.faults)))
}

func (p *portal) carryOut(ctx context.Context, v *caseView, offered order, in *inputs) sent {
	if len(in.faults) > 0 {
		return sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	}
	said, err := offered.send(ctx, p, v, in)
	if err != nil {
		return p.refused(err)
	}
	return sent{kind: "info", banner: said}
}
