package portal

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

type checkView struct {
	*caseView
	Form   form
	Report *reportTable // nil where the case is no report
}

func submitFields() []field {
	return []field{
		{Name: "number", Label: "Số, ký hiệu văn bản đã ký (nếu có)", Hint: "Ví dụ: 145/BC-UBND", Kind: "text"},
		{Name: "words", Label: "Ghi chú", Kind: "area"},
	}
}

func (p *portal) newCheck(ctx context.Context, v *caseView, actID string, values url.Values, faults []fault) checkView {
	return checkView{caseView: v, Report: p.reportTable(ctx, v), Form: form{Action: v.URL() + "/kiem-tra", Button: "Nộp hồ sơ", ActID: actID, Fields: keep(submitFields(), values, faults), Hidden: []choice{v.seen()}}}
}

// checkPage lists everything that will be submitted, each row with its way back.
func (p *portal) checkPage(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	if !v.Mine() {
		return p.refuseStranger("nộp hồ sơ", v.Unit.GetName())
	}
	if !v.Working() {
		return wire.Refuse(contract.CodeWrongState,
			"Hồ sơ đang ở trạng thái “"+stateWord(v.GetState().GetState())+"” nên không nộp được. Tải lại trang hồ sơ để xem các việc có thể làm.",
			"The case is in a state in which it cannot be submitted. Reload its page.")
	}
	return p.render(c, http.StatusOK, "check", &page{Title: "Kiểm tra rồi nộp hồ sơ " + v.GetId(), Body: p.newCheck(c.Request().Context(), v, newActID(), url.Values{}, nil)})
}

func (p *portal) submit(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	if !v.Mine() {
		return p.refuseStranger("nộp hồ sơ", v.Unit.GetName())
	}
	if text, already := p.handedInAlready(v); already {
		return p.finish(c, sent{kind: "info", banner: text}, v.URL()+"/da-nop")
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	act, in := newAct(v, values), &inputs{values: values}
	handed := &casefilev1.Submit{SignedNumber: in.text("number", "Số, ký hiệu"), Words: in.text("words", "Ghi chú")}
	for _, step := range v.Steps {
		handed.FileIds = append(handed.FileIds, step.Record.GetFileIds()...)
	}
	for _, entry := range v.items {
		handed.FileIds = append(handed.FileIds, entry.GetFileIds()...)
	}
	handed.FileIds = withoutDoubles(handed.FileIds)
	act.Kind = &casefilev1.Act_Submit{Submit: handed}
	result := p.send(c, v, act, in.faults, func(*casefilev1.ActOutcome) string { return "Đã nộp hồ sơ " + v.GetId() + "." })
	if result.done() && result.kind == "ok" {
		return c.Redirect(http.StatusSeeOther, v.URL()+"/da-nop")
	}
	if result.done() {
		return p.finish(c, result, v.URL())
	}
	result.faults = atFields(result.faults, submitFields())
	return p.renderRefused(c, result, "check", "Kiểm tra rồi nộp hồ sơ "+v.GetId(), p.newCheck(c.Request().Context(), v, act.GetActId(), values, result.faults))
}

type receiptView struct {
	*caseView
	At, Code, By          string
	Steps, Entries, Files int
}

// receipt is what an official keeps: when, under which code, what happens next.
func (p *portal) receipt(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	acts, err := p.listActs(c.Request().Context(), v.GetId())
	if err != nil {
		return err
	}
	var last *reportsv1.StoredAct
	for _, stored := range acts {
		if stored.GetAct().GetSubmit() != nil && stored.GetOutcome().GetRefusal() == nil {
			last = stored
		}
	}
	if last == nil {
		return notFound()
	}
	names, err := p.names(c.Request().Context(), []string{last.GetAct().GetOfficialId()})
	if err != nil {
		return err
	}
	body := receiptView{
		caseView: v, At: instant(last.GetStoredAt()), Code: shortCode(last.GetAct().GetActId()),
		By: names[last.GetAct().GetOfficialId()], Steps: len(v.GetState().GetSteps()), Entries: len(v.items), Files: len(last.GetAct().GetSubmit().GetFileIds()),
	}
	return p.render(c, http.StatusOK, "receipt", &page{Title: fmt.Sprintf("Đã nộp hồ sơ %s", v.GetId()), Body: body})
}

func shortCode(actID string) string { return actID[:min(8, len(actID))] }

func (p *portal) listActs(ctx context.Context, caseID string) ([]*reportsv1.StoredAct, error) {
	answer, err := p.calls.Acts.ListActs(ctx, call(&reportsv1.ListActsRequest{CaseId: caseID}))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetActs(), nil
}
