package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// delegationView is the form of a delegation: first the delegate is looked for, then the rest is asked.
type delegationView struct {
	Back, Under string
	Official    string // id, in the address of the search, when it is not the reader's own page
	Query       string
	Searched    bool
	Form        form
}

const positionParts = "|"

// delegationFields ask which position, to whom, how long and by which document.
func (s standIn) delegationFields(found []*unitsv1.Holder) []field {
	position := field{Name: "position", Label: "Chức vụ ủy quyền", Kind: "choice", Required: true}
	for _, held := range s.hats {
		at := held.GetPosition()
		position.Choices = append(position.Choices, choice{at.GetUnitId() + positionParts + at.GetRole(), positionWord(at.GetRole(), at.GetTitle(), held.GetUnit().GetName())})
	}
	if len(position.Choices) == 1 {
		position.Value = position.Choices[0].Value
	}
	delegate := field{Name: "delegate_id", Label: "Người được ủy quyền", Kind: "choice", Required: true}
	for _, one := range found {
		id := one.GetOfficial().GetId()
		if id != s.id && !slices.ContainsFunc(delegate.Choices, func(c choice) bool { return c.Value == id }) {
			delegate.Choices = append(delegate.Choices, choice{id, holderWord(one)})
		}
	}
	if len(delegate.Choices) == 1 {
		delegate.Value = delegate.Choices[0].Value
	}
	return []field{
		position, delegate,
		{Name: "from", Label: "Từ ngày", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true},
		{Name: "to", Label: "Đến hết ngày", Hint: "Ủy quyền phải có ngày kết thúc. Ví dụ: 31/12/2026", Kind: "day", Required: true},
		{Name: "document", Label: "Số, ký hiệu văn bản ủy quyền", Hint: "Ví dụ: 12/UQ-UBND", Kind: "text", Required: true},
	}
}

func (p *portal) delegatingOfficial(c echo.Context) (standIn, error) {
	chosen, err := p.chosenOfficial(c)
	if err == nil && !chosen.delegate {
		err = p.refuseStranger("ghi ủy quyền của "+chosen.name, personOf(c).Post())
	}
	return chosen, err
}

func (p *portal) newDelegation(ctx context.Context, s standIn, query, key string, values url.Values, faults []fault) (delegationView, []field, error) {
	view := delegationView{Back: s.address(standInPath, nil), Under: s.under(), Query: query}
	if !s.self {
		view.Official = s.id
	}
	if query == "" {
		return view, nil, nil
	}
	found, err := p.findOfficials(ctx, query)
	if err != nil {
		return view, nil, err
	}
	view.Searched = true
	fields := s.delegationFields(found)
	if len(fields[1].Choices) == 0 {
		return view, fields, nil
	}
	if values != nil {
		fields = keep(fields, values, faults)
	}
	view.Form = form{Action: s.address(delegationPath, url.Values{"tim": {query}}), Button: "Ghi ủy quyền", ActID: key, Fields: fields}
	return view, fields, nil
}

func (p *portal) delegationPage(c echo.Context) error {
	chosen, err := p.delegatingOfficial(c)
	if err != nil {
		return err
	}
	body, _, err := p.newDelegation(c.Request().Context(), chosen, strings.TrimSpace(c.QueryParam("tim")), newActID(), nil, nil)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "delegation", &page{Title: "Ghi ủy quyền", Active: "preferences", Body: body})
}

// recordDelegation asks units, which judge overlaps, the delegate and the span; their refusals stand at the fields.
func (p *portal) recordDelegation(c echo.Context) error {
	chosen, err := p.delegatingOfficial(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	ctx, query, in := c.Request().Context(), strings.TrimSpace(c.QueryParam("tim")), &inputs{values: values}
	_, fields, err := p.newDelegation(ctx, chosen, query, "", nil, nil)
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return c.Redirect(http.StatusSeeOther, chosen.address(delegationPath, nil))
	}
	wanted := chosen.readDelegation(in, fields)
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Units.RecordDelegation(ctx, call(wanted)); err == nil {
			return p.finish(c, sent{kind: "ok", banner: "Đã ghi ủy quyền từ ngày " + day(wanted.GetFrom()) + " đến hết ngày " + day(wanted.GetTo()) + "."}, chosen.address(standInPath, nil))
		}
		result = p.refused(err)
		for i, wrong := range result.faults {
			if wrong.Field == "role" || wrong.Field == "unit_id" || wrong.Field == "official_id" {
				result.faults[i].Field = "position"
			}
		}
	}
	result.faults = atFields(result.faults, fields)
	body, _, err := p.newDelegation(ctx, chosen, query, values.Get("act_id"), values, result.faults)
	if err != nil {
		return err
	}
	return p.renderRefused(c, result, "delegation", "Ghi ủy quyền", body)
}

func (s standIn) readDelegation(in *inputs, fields []field) *unitsv1.Delegation {
	for _, asked := range fields[:2] {
		var offered []string
		for _, one := range asked.Choices {
			offered = append(offered, one.Value)
		}
		if in.oneOf(asked.Name, asked.Label, offered) == "" && in.values.Get(asked.Name) == "" {
			in.refuse(asked.Name, "Chưa chọn "+lowerFirst(asked.Label)+". Chọn một mục rồi gửi lại.")
		}
	}
	unit, role, _ := strings.Cut(in.values.Get("position"), positionParts)
	return &unitsv1.Delegation{
		OfficialId: s.id, UnitId: unit, Role: role, DelegateId: in.values.Get("delegate_id"),
		From: in.needDay("from", "Ngày bắt đầu"), To: in.needDay("to", "Ngày cuối"), Document: in.need("document", "Số, ký hiệu văn bản ủy quyền"),
	}
}

// chosenDelegation is the delegation an address names, given by the official it names.
func (p *portal) chosenDelegation(c echo.Context) (standIn, *unitsv1.Delegation, error) {
	chosen, err := p.delegatingOfficial(c)
	if err != nil {
		return chosen, nil, err
	}
	answer, err := p.calls.Units.ListDelegations(c.Request().Context(), call(&unitsv1.ListDelegationsRequest{OfficialId: chosen.id}))
	if err != nil {
		return chosen, nil, err
	}
	at := slices.IndexFunc(answer.Msg.GetDelegations(), func(d *unitsv1.Delegation) bool {
		return d.GetId() == c.Param("id") && d.GetOfficialId() == chosen.id
	})
	if at < 0 {
		return chosen, nil, notFound()
	}
	return chosen, answer.Msg.GetDelegations()[at], nil
}

func (p *portal) revokeFields() []field {
	return []field{{Name: "on", Label: "Hết hiệu lực từ ngày", Hint: "Từ ngày này người được ủy quyền không còn làm thay", Kind: "day", Required: true, Value: p.today().Vietnamese()}}
}

func (p *portal) newRevocation(s standIn, d *unitsv1.Delegation, delegate, key string, fields []field) deedView {
	return deedView{
		Back: s.address(standInPath, nil), BackText: "Vắng mặt và ủy quyền", Heading: "Thu hồi ủy quyền",
		Under:  "Văn bản " + d.GetDocument() + ", từ ngày " + day(d.GetFrom()) + " đến hết ngày " + day(d.GetTo()),
		Effect: delegate + " không còn làm thay " + s.name + " từ ngày này; thông báo tiếp tục gửi đến " + s.name + ".",
		Form:   form{Action: s.address(standInPath+"/thu-hoi/"+url.PathEscape(d.GetId()), nil), Button: "Thu hồi ủy quyền", ActID: key, Fields: fields},
	}
}

func (p *portal) revocationPage(c echo.Context) error {
	chosen, given, err := p.chosenDelegation(c)
	if err != nil {
		return err
	}
	names, err := p.names(c.Request().Context(), []string{given.GetDelegateId()})
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "deed", &page{Title: "Thu hồi ủy quyền", Active: "preferences",
		Body: p.newRevocation(chosen, given, names[given.GetDelegateId()], newActID(), p.revokeFields())})
}

func (p *portal) revokeDelegation(c echo.Context) error {
	chosen, given, err := p.chosenDelegation(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	request := &unitsv1.RevokeDelegationRequest{Id: given.GetId(), On: in.needDay("on", "Ngày hết hiệu lực")}
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Units.RevokeDelegation(c.Request().Context(), call(request)); err == nil {
			return p.finish(c, sent{kind: "ok", banner: "Đã thu hồi ủy quyền từ ngày " + day(request.GetOn()) + "."}, chosen.address(standInPath, nil))
		}
		result = p.refused(err)
	}
	names, err := p.names(c.Request().Context(), []string{given.GetDelegateId()})
	if err != nil {
		return err
	}
	result.faults = atFields(result.faults, p.revokeFields())
	return p.renderRefused(c, result, "deed", "Thu hồi ủy quyền", p.newRevocation(chosen, given, names[given.GetDelegateId()], values.Get("act_id"), keep(p.revokeFields(), values, result.faults)))
}
