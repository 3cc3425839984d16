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
	"nenep/rules/ladder"
)

// happening is what a person may record for a unit: "có công trình, dự án bắt đầu".
type happening struct{ Title, Href string }

// happeningTask is a task with the happenings that open its case.
type happeningTask struct {
	Title string
	Items []happening
}

type happeningGroup struct {
	Unit  string
	Tasks []happeningTask
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
	found, err := p.unitsToRecordFor(ctx, who, view)
	if err != nil {
		return err
	}
	boards, err := p.boardsOf(ctx, found)
	if err != nil {
		return err
	}
	facts := judged(found, boards)
	for i, unit := range found {
		tasks := append(p.happeningsOf(facts[i]), p.vacanciesOf(who, unit, boards)...)
		if len(tasks) > 0 {
			view.Groups = append(view.Groups, happeningGroup{unit.GetName(), tasks})
		}
	}
	return p.render(c, http.StatusOK, "happenings", &page{Title: "Ghi sự kiện", Active: "happenings", Body: view})
}

func (p *portal) unitsToRecordFor(ctx context.Context, who *person, view *happeningsView) ([]*unitsv1.Unit, error) {
	if !view.Search || view.Query == "" {
		units, err := p.unitsByID(ctx, who.ownUnits())
		return valuesOf(units), err
	}
	found, _, err := p.unitsFor(ctx, view.Query)
	found = slices.DeleteFunc(found, func(unit *unitsv1.Unit) bool { return !who.records(unit) })
	return found[:min(len(found), mostFound)], err
}

// records tells whether the person may say what happened in the unit: his own, one that his body reviews, or any, for administrators.
func (p *person) records(unit *unitsv1.Unit) bool {
	_, reviews := p.hatIn(unit.GetReviewerId(), "reviewer", "leader")
	return p.owns(unit.GetId()) || reviews || p.has("administrator")
}

// recordsForAll tells whether the person may record a happening for every unit at once.
func (p *person) recordsForAll() bool {
	return p.has("administrator") || p.ofStandingAgency("reviewer", "leader")
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

func (p *portal) happeningsOf(unit catalogue.UnitFacts) []happeningTask {
	edition := p.edition()
	if edition == nil {
		return nil
	}
	var tasks []happeningTask
	for _, o := range edition.Obligations {
		if obliged, _, _ := edition.Obliged(o, unit, p.today()); !obliged {
			continue
		}
		task := happeningTask{Title: o.Title.VI}
		for _, t := range o.Triggers {
			if p.recordable(edition, t) {
				task.Items = append(task.Items, happening{t.Title.VI, happeningURL(o.Code, t.ID, unit.ID, "")})
			}
		}
		if len(task.Items) > 0 {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

// vacanciesOf are the boards of the unit of which the person may say that a seat fell empty.
func (p *portal) vacanciesOf(who *person, unit *unitsv1.Unit, boards []*unitsv1.Board) []happeningTask {
	if !who.recordsVacancies(unit) {
		return nil
	}
	var tasks []happeningTask
	for _, board := range boards {
		if board.GetUnitId() == unit.GetId() && inTerm(board, p.today().String()) {
			tasks = append(tasks, happeningTask{board.GetName(), []happening{{"Thành viên thôi tham gia ban", vacancyURL(board)}}})
		}
	}
	return tasks
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
	Heading, Task, UnitName string
	Ground                  *casefilev1.LegalGround
	Origin                  string // title of the case out of which it is raised
	Form                    form
	Back                    string
	NoNames                 bool // opinions and petitions are recorded without names
}

// chosenHappening is the trigger an address names, for a unit and perhaps out of a case.
type chosenHappening struct {
	edition    *catalogue.Edition
	obligation *catalogue.Obligation
	trigger    catalogue.Trigger
	unit       *unitsv1.Unit
	origin     *reportsv1.Case // nil when it is raised out of none
	forAll     bool            // the person may record it for every unit
}

func (p *portal) chosenHappening(c echo.Context) (chosenHappening, error) {
	picked := chosenHappening{edition: p.edition()}
	if picked.edition == nil {
		return picked, notFound()
	}
	picked.obligation = picked.edition.Obligation(c.Param("obligation"))
	if picked.obligation == nil {
		return picked, notFound()
	}
	trigger := picked.obligation.Trigger(c.Param("trigger"))
	if trigger == nil || !p.recordable(picked.edition, *trigger) {
		return picked, notFound()
	}
	picked.trigger = *trigger
	return picked, p.placeHappening(c, &picked)
}

// placeHappening finds the unit and the case of origin, and refuses whoever may not record there.
func (p *portal) placeHappening(c echo.Context, picked *chosenHappening) error {
	ctx, who := c.Request().Context(), personOf(c)
	units, err := p.unitsByID(ctx, nonEmpty(c.QueryParam("don-vi")))
	if err != nil {
		return err
	}
	if picked.unit = units[c.QueryParam("don-vi")]; picked.unit == nil {
		return notFound()
	}
	if !who.records(picked.unit) {
		return p.refuseStranger("ghi sự kiện", picked.unit.GetName())
	}
	if origin := c.QueryParam("ho-so"); origin != "" {
		found, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: origin}))
		if err != nil {
			return err
		}
		if found.Msg.GetUnitId() != picked.unit.GetId() {
			return notFound()
		}
		picked.origin = found.Msg
	}
	picked.forAll = picked.trigger.EveryUnit && picked.origin == nil && who.recordsForAll()
	return nil
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
	words := field{Name: "words", Label: "Nội dung", Kind: "area"}
	if h.withoutNames() {
		words.Hint = "Không ghi tên người có ý kiến, người có đơn"
	}
	fields = append(fields, words)
	if h.forAll {
		fields = append(fields, field{Name: "every", Label: "Áp dụng cho mọi đơn vị thuộc đối tượng", Kind: "flag"})
	}
	return fields
}

func (h chosenHappening) withoutNames() bool {
	return h.obligation.Pattern == catalogue.PatternPetition
}

// known is what the case of origin already says: nobody is asked for it twice.
func (h chosenHappening) known() url.Values {
	values := url.Values{}
	if h.origin == nil {
		return values
	}
	if held := ladder.Record(h.origin.GetState(), h.origin.GetInput().GetDutyStep()).GetHeldOn(); held != "" {
		values.Set("on", day(held))
	}
	for _, fact := range h.trigger.Facts {
		for _, option := range fact.Choices {
			if raisedAtConference[fact.Key] == option.ID && h.origin.GetInput().GetConference() != nil {
				values.Set("fact-"+fact.Key, option.ID)
			}
		}
	}
	return values
}

// raisedAtConference are the answers that follow from being raised at a conference.
var raisedAtConference = map[string]string{"source": "conference", "channel": "at-conference"}

func (h chosenHappening) originID() string { return h.origin.GetId() }

func (h chosenHappening) back() string {
	if h.origin != nil {
		return caseURL(h.originID())
	}
	return "/su-kien"
}

func (p *portal) newHappening(h chosenHappening, key string, values url.Values, faults []fault) happeningView {
	view := happeningView{
		Heading: h.trigger.Title.VI, Task: h.obligation.Title.VI, UnitName: h.unit.GetName(), Back: h.back(), NoNames: h.withoutNames(),
		Ground: h.edition.Ground(h.trigger.Ground, p.today()),
		Form: form{
			Action: happeningURL(h.obligation.Code, h.trigger.ID, h.unit.GetId(), h.originID()), Button: "Ghi sự kiện", ActID: key,
			Fields: keep(h.fields(), values, faults),
		},
	}
	if h.origin != nil {
		view.Origin = titleOf(h.origin)
	}
	if view.Ground == nil && h.trigger.Threshold != nil {
		view.Ground = h.edition.Ground(h.trigger.Threshold.AtLeast, p.today())
	}
	return view
}

func (p *portal) happeningPage(c echo.Context) error {
	picked, err := p.chosenHappening(c)
	if err != nil {
		return err
	}
	body := p.newHappening(picked, newActID(), picked.known(), nil)
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
	return &reportsv1.RecordEventRequest{
		ObligationId: h.obligation.Code, UnitId: h.unit.GetId(), TriggerId: h.trigger.ID, OriginCaseId: h.originID(),
		On: in.needDay("on", "Ngày xảy ra"), Facts: readFacts(catalogue.Policies(h.trigger.Facts), in), Words: in.text("words", "Nội dung"),
		IdempotencyKey: in.values.Get("act_id"), EveryUnit: h.forAll && in.values.Get("every") == "1",
	}
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
