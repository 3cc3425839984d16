package portal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
)

const (
	reformsPath = adminPath + "/sap-xep"
	// planCommand is where a reorganisation is planned: its file names many units at once and is checked as a whole.
	planCommand = "nenep reorganize plan PHUONG-AN.yaml --dry-run"
)

var reformStates = []choice{
	{"planned", "chờ đến ngày"}, {"applied", "đang chuyển hồ sơ"}, {"finished", "đã thực hiện"}, {"cancelled", "đã hủy"},
}

type reformRow struct {
	*unitsv1.Reorganisation
	StateWord, Href string
	Result          []string
}

type reformsView struct {
	Answer, Command string
	Rows            []reformRow
}

type succession struct{ From, To, Day, Note string }

type reformView struct {
	reformRow
	By          string
	Operations  []string
	Successions []succession
	Cancel      string
}

func reformAddress(id string) string { return reformsPath + "/" + url.PathEscape(id) }

func newReformRow(r *unitsv1.Reorganisation) reformRow {
	return reformRow{r, choiceLabel(reformStates, r.GetState()), reformAddress(r.GetId()), reformResult(r.GetResultJson())}
}

// reformResult is the count of what was passed on, in sentences; nothing until it is finished.
func reformResult(text string) []string {
	var result contract.ReorganizeResult
	if json.Unmarshal([]byte(text), &result) != nil {
		return nil
	}
	count := func(n int) string { return number(int64(n)) }
	said := []string{"Kết thúc " + count(result.UnitsEnded) + " đơn vị, thành lập " + count(result.UnitsBegun) + " đơn vị."}
	var parts []string
	for _, part := range []struct {
		n     int
		words string
	}{
		{result.CasesPassed, "chuyển tiếp nguyên vẹn"}, {result.CasesJoined, "nhập vào hồ sơ của đơn vị mới"},
		{result.CasesWaiting, "chờ cơ quan theo dõi xác nhận rồi chuyển"}, {result.CasesKept, "giữ lại, chờ người xử lý"},
	} {
		if part.n > 0 {
			parts = append(parts, count(part.n)+" "+part.words)
		}
	}
	cases := "Hồ sơ đang mở trước khi sắp xếp: " + count(result.CasesOpen)
	if len(parts) > 0 {
		cases += ", gồm " + strings.Join(parts, "; ")
	}
	return append(said, cases+".", count(result.Files)+" minh chứng đi cùng hồ sơ.")
}

func (p *portal) reformsPage(c echo.Context) error {
	answer, err := p.calls.Units.ListReorganisations(c.Request().Context(), call(&unitsv1.ListReorganisationsRequest{}))
	if err != nil {
		return err
	}
	view, planned := reformsView{Command: planCommand}, 0
	for _, r := range answer.Msg.GetReorganisations() {
		view.Rows = append(view.Rows, newReformRow(r))
		if r.GetState() == "planned" {
			planned++
		}
	}
	slices.Reverse(view.Rows)
	view.Answer = "Không có phương án nào chờ đến ngày."
	if planned > 0 {
		view.Answer = number(int64(planned)) + " phương án chờ đến ngày."
	}
	return p.render(c, http.StatusOK, "adminreforms", &page{Title: "Sắp xếp đơn vị", Active: "admin", Body: view})
}

func (p *portal) chosenReform(c echo.Context) (*unitsv1.GetReorganisationResponse, error) {
	answer, err := p.calls.Units.GetReorganisation(c.Request().Context(), call(&unitsv1.GetReorganisationRequest{Id: c.Param("id")}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (p *portal) reformPage(c echo.Context) error {
	whole, err := p.chosenReform(c)
	if err != nil {
		return err
	}
	view, err := p.newReform(c.Request().Context(), whole)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "adminreform", &page{Title: whole.GetReorganisation().GetTitle(), Active: "admin", Body: view})
}

func (p *portal) newReform(ctx context.Context, whole *unitsv1.GetReorganisationResponse) (*reformView, error) {
	r := whole.GetReorganisation()
	name, err := p.reformNames(ctx, whole)
	if err != nil {
		return nil, err
	}
	by, err := p.names(ctx, []string{r.GetOfficialId()})
	if err != nil {
		return nil, err
	}
	view := &reformView{reformRow: newReformRow(r), By: by[r.GetOfficialId()]}
	if r.GetState() == "planned" {
		view.Cancel = view.Href + "/huy"
	}
	for _, operation := range r.GetOperations() {
		view.Operations = append(view.Operations, operationWords(operation, name))
	}
	for _, s := range whole.GetSuccessions() {
		view.Successions = append(view.Successions, succession{name(s.GetFromId()), name(s.GetToId()), s.GetDay(), successionNote(s)})
	}
	return view, nil
}

// reformNames names units, those too that only the plan names; an area goes by its code.
func (p *portal) reformNames(ctx context.Context, whole *unitsv1.GetReorganisationResponse) (func(string) string, error) {
	var ids []string
	planned := map[string]string{}
	for _, operation := range whole.GetReorganisation().GetOperations() {
		ids = append(ids, operation.GetFromIds()...)
		for _, to := range operation.GetTo() {
			ids, planned[to.GetId()] = append(ids, to.GetId()), to.GetName()
		}
	}
	for _, s := range whole.GetSuccessions() {
		ids = append(ids, s.GetFromId(), s.GetToId())
	}
	units, err := p.unitsByID(ctx, nonEmpty(ids...))
	return func(id string) string {
		switch {
		case planned[id] != "":
			return planned[id]
		case units[id].GetName() != "":
			return units[id].GetName()
		default:
			return id
		}
	}, err
}

// operationWords is one part of the decision as a sentence.
func operationWords(o *unitsv1.Operation, name func(string) string) string {
	var from, to []string
	for _, id := range o.GetFromIds() {
		from = append(from, name(id))
	}
	for _, one := range o.GetTo() {
		to = append(to, name(one.GetId()))
	}
	whom, into := strings.Join(from, ", "), strings.Join(to, ", ")
	said := map[string]string{
		"merge": "Sáp nhập " + whom + " thành " + into, "split": "Chia " + whom + " thành " + into, "dissolve": "Giải thể " + whom,
		"rename": "Đổi tên " + whom + " thành " + into, "move": "Chuyển " + whom + " sang cơ quan cấp trên, cơ quan theo dõi khác",
	}[o.GetKind()]
	if o.GetNote() != "" {
		said += " (" + o.GetNote() + ")"
	}
	if o.GetUncertain() {
		said += ", chưa chắc chắn"
	}
	return said + "."
}

// successionNote says what becomes of the cases.
func successionNote(s *unitsv1.UnitSuccession) string {
	note := "hồ sơ nhập vào hồ sơ của đơn vị mới"
	switch {
	case s.GetToId() == "":
		note = "hồ sơ đang mở giữ lại, chờ người xử lý"
	case s.GetOnly():
		note = "kế thừa duy nhất, hồ sơ tiếp tục như cũ"
	}
	if s.GetHeir() {
		note += "; nhận phần không thuộc đơn vị nào"
	}
	if s.GetUncertain() {
		note += "; chưa chắc chắn"
	}
	return note
}

func newReformCancel(r *unitsv1.Reorganisation) deedView {
	return deedView{
		Back: reformAddress(r.GetId()), BackText: "Phương án " + r.GetId(), Heading: "Hủy phương án sắp xếp", Under: r.GetTitle() + " · " + r.GetDecision(),
		Effect: "Ngày " + day(r.GetEffectiveOn()) + " không có đơn vị nào kết thúc hoặc thành lập theo phương án này; hồ sơ giữ nguyên.",
		Form: form{Action: reformAddress(r.GetId()) + "/huy", Button: "Hủy phương án", ActID: newActID(),
			Fields: []field{{Name: "words", Label: "Lý do hủy", Hint: "Ghi số, ký hiệu văn bản nếu có", Kind: "area", Required: true}}},
	}
}

func (p *portal) reformCancelPage(c echo.Context) error {
	whole, err := p.chosenReform(c)
	if err != nil {
		return err
	}
	if whole.GetReorganisation().GetState() != "planned" {
		return c.Redirect(http.StatusSeeOther, reformAddress(whole.GetReorganisation().GetId()))
	}
	return p.renderDeed(c, newReformCancel(whole.GetReorganisation()))
}

func (p *portal) cancelReform(c echo.Context) error {
	whole, err := p.chosenReform(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in, deed := &inputs{values: values}, newReformCancel(whole.GetReorganisation())
	request := &unitsv1.CancelReorganisationRequest{Id: whole.GetReorganisation().GetId(), Words: in.need("words", "Lý do hủy")}
	if len(in.faults) > 0 {
		return p.refuseDeed(c, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, deed, values)
	}
	if _, err := p.calls.Units.CancelReorganisation(c.Request().Context(), call(request)); err != nil {
		return p.refuseDeed(c, p.refused(err), deed, values)
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã hủy phương án " + request.GetId() + "."}, reformAddress(request.GetId()))
}
