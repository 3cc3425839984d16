package portal

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/catalogue"
)

// happening is a trigger that a person may record for a unit: "có công trình, dự án bắt đầu".
type happening struct {
	Title, Task, Href string
}

type happeningGroup struct {
	Unit  string
	Items []happening
}

type happeningsView struct {
	Groups []happeningGroup
	Query  string
	Search bool // the person may record for other units than his own
}

// happenings lists what may be recorded: for the person's own units, and for a unit he looks for.
func (p *portal) happenings(c echo.Context) error {
	who, ctx := personOf(c), c.Request().Context()
	view := &happeningsView{Query: strings.TrimSpace(c.QueryParam("don-vi")), Search: who.has("reviewer", "leader", "administrator")}
	units, err := p.unitsByID(ctx, who.ownUnits())
	if err != nil {
		return err
	}
	found := valuesOf(units)
	if view.Search && view.Query != "" {
		if found, _, err = p.unitsFor(ctx, view.Query); err != nil {
			return err
		}
		found = found[:min(len(found), mostFound)]
	}
	for _, unit := range found {
		if items := p.happeningsOf(unit); len(items) > 0 {
			view.Groups = append(view.Groups, happeningGroup{unit.GetName(), items})
		}
	}
	return p.render(c, http.StatusOK, "happenings", &page{Title: "Ghi sự kiện", Active: "happenings", Body: view})
}

// mostFound is how many units a search for happenings shows.
const mostFound = 5

func valuesOf(units map[string]*unitsv1.Unit) []*unitsv1.Unit {
	var list []*unitsv1.Unit
	for _, unit := range units {
		list = append(list, unit)
	}
	slices.SortFunc(list, func(a, b *unitsv1.Unit) int {
		return cmp.Or(strings.Compare(a.GetName(), b.GetName()), strings.Compare(a.GetId(), b.GetId()))
	})
	return list
}

func (p *portal) happeningsOf(unit *unitsv1.Unit) []happening {
	edition := p.edition()
	if edition == nil {
		return nil
	}
	var items []happening
	for _, o := range edition.Obligations {
		if obliged, _, _ := edition.Obliged(o, unitFacts(unit), p.today()); !obliged {
			continue
		}
		for _, t := range o.Triggers {
			if p.recordable(edition, t) {
				items = append(items, happening{t.Title.VI, o.Title.VI, happeningURL(o.Code, t.ID, unit.GetId(), "")})
			}
		}
	}
	return items
}

// recordable tells whether people record the trigger, rather than the house itself, and whether its rule is in force.
func (p *portal) recordable(edition *catalogue.Edition, t catalogue.Trigger) bool {
	return t.Automatic == "" && (t.Ground == "" || edition.Ground(t.Ground, p.today()) != nil)
}

func happeningURL(obligation, trigger, unit, origin string) string {
	query := url.Values{"don-vi": {unit}}
	if origin != "" {
		query.Set("ho-so", origin)
	}
	return "/su-kien/" + obligation + "/" + trigger + "?" + query.Encode()
}

type happeningView struct {
	Heading, Task, UnitName, Ground string
	Form                            form
	Back                            string
	NoNames                         bool // opinions and petitions are recorded without names
}

// chosen is the trigger an address names, for a unit and perhaps out of a case.
type chosenHappening struct {
	edition    *catalogue.Edition
	obligation *catalogue.Obligation
	trigger    catalogue.Trigger
	unit       *unitsv1.Unit
	origin     string
}

func (p *portal) chosenHappening(c echo.Context) (chosenHappening, error) {
	picked := chosenHappening{edition: p.edition(), origin: c.QueryParam("ho-so")}
	if picked.edition == nil {
		return picked, notFound()
	}
	picked.obligation = picked.edition.Obligation(c.Param("obligation"))
	if picked.obligation == nil {
		return picked, notFound()
	}
	at := slices.IndexFunc(picked.obligation.Triggers, func(t catalogue.Trigger) bool { return t.ID == c.Param("trigger") })
	if at < 0 || !p.recordable(picked.edition, picked.obligation.Triggers[at]) {
		return picked, notFound()
	}
	picked.trigger = picked.obligation.Triggers[at]
	units, err := p.unitsByID(c.Request().Context(), nonEmpty(c.QueryParam("don-vi")))
	if err != nil {
		return picked, err
	}
	if picked.unit = units[c.QueryParam("don-vi")]; picked.unit == nil {
		return picked, notFound()
	}
	if who := personOf(c); !who.owns(picked.unit.GetId()) && !who.has("reviewer", "leader", "administrator") {
		return picked, p.refuseStranger("ghi sự kiện", picked.unit.GetName())
	}
	return picked, nil
}

func (h chosenHappening) fields() []field {
	fields := []field{{Name: "on", Label: "Ngày xảy ra", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true}}
	for _, fact := range h.trigger.Facts {
		f := field{Name: "fact-" + fact.Key, Label: fact.Title.VI, Kind: fact.Kind, Required: fact.Required}
		for _, option := range fact.Choices {
			f.Choices = append(f.Choices, choice{option.ID, option.Text.VI})
		}
		fields = append(fields, f)
	}
	fields = append(fields, field{Name: "words", Label: "Nội dung", Hint: "Không ghi tên người có ý kiến, người có đơn", Kind: "area"})
	if h.trigger.EveryUnit {
		fields = append(fields, field{Name: "every", Label: "Áp dụng cho mọi đơn vị thuộc đối tượng", Kind: "flag"})
	}
	return fields
}

func (h chosenHappening) back() string {
	if h.origin != "" {
		return caseURL(h.origin)
	}
	return "/su-kien"
}

func (p *portal) newHappening(h chosenHappening, key string, values url.Values, faults []fault) happeningView {
	view := happeningView{
		Heading: h.trigger.Title.VI, Task: h.obligation.Title.VI, UnitName: h.unit.GetName(), Back: h.back(),
		NoNames: h.obligation.Pattern == catalogue.PatternPetition,
		Form: form{
			Action: happeningURL(h.obligation.Code, h.trigger.ID, h.unit.GetId(), h.origin), Button: "Ghi sự kiện", ActID: key,
			Fields: keep(h.fields(), values, faults),
		},
	}
	if ground := h.edition.Ground(h.trigger.Ground, p.today()); ground != nil {
		view.Ground = ground.GetTextVi()
	}
	return view
}

func (p *portal) happeningPage(c echo.Context) error {
	picked, err := p.chosenHappening(c)
	if err != nil {
		return err
	}
	body := p.newHappening(picked, newActID(), url.Values{}, nil)
	return p.render(c, http.StatusOK, "happening", &page{Title: "Ghi sự kiện: " + body.Heading, Active: "happenings", Body: body})
}

func (p *portal) recordHappening(c echo.Context) error {
	picked, err := p.chosenHappening(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	request := picked.read(in)
	result := p.sendHappening(c.Request().Context(), picked, request, in.faults)
	if result.done() {
		return p.finish(c, result, picked.back())
	}
	result.faults = atFields(result.faults, picked.fields())
	return p.renderRefused(c, result, "happening", "Ghi sự kiện: "+picked.trigger.Title.VI, p.newHappening(picked, values.Get("act_id"), values, result.faults))
}

func (h chosenHappening) read(in *inputs) *reportsv1.RecordEventRequest {
	request := &reportsv1.RecordEventRequest{
		ObligationId: h.obligation.Code, UnitId: h.unit.GetId(), TriggerId: h.trigger.ID, OriginCaseId: h.origin,
		On: in.needDay("on", "Ngày xảy ra"), Words: in.text("words", "Nội dung"), IdempotencyKey: in.values.Get("act_id"),
		EveryUnit: h.trigger.EveryUnit && in.values.Get("every") == "1",
	}
	asked := &casefilev1.StepPolicy{}
	for _, fact := range h.trigger.Facts {
		asked.Facts = append(asked.Facts, &casefilev1.FactPolicy{Key: fact.Key, TitleVi: fact.Title.VI, Kind: fact.Kind, Required: fact.Required})
	}
	request.Facts = readFacts(asked, in)
	return request
}

func (p *portal) sendHappening(ctx context.Context, h chosenHappening, request *reportsv1.RecordEventRequest, faults []fault) sent {
	if len(faults) > 0 {
		return sent{status: http.StatusUnprocessableEntity, faults: faults}
	}
	answer, err := p.calls.Acts.RecordEvent(ctx, call(request))
	if err != nil {
		return p.refused(err)
	}
	if request.GetEveryUnit() {
		return sent{kind: "ok", banner: "Đã ghi sự kiện cho mọi đơn vị thuộc đối tượng. Hồ sơ của các đơn vị đang được mở."}
	}
	return sent{kind: "ok", banner: "Đã ghi sự kiện " + answer.Msg.GetId() + ". Hồ sơ “" + h.obligation.Title.VI + "” của " + h.unit.GetName() + " đang được mở."}
}
