package portal

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// caseView is a case as its pages show it to one person.
type caseView struct {
	*reportsv1.Case
	Unit     *unitsv1.Unit
	Reviewer string // name of the unit that confirms
	Standing standing
	Steps    []stepView
	Missing  []missingItem
	grounds  []*casefilev1.LegalGround // the obligation's, of law only
	items    []itemView
	Names    map[string]string // officials by id
	person   *person
	today    calendar.Date
	days     *calendar.Calendar
	opened   int64 // the sequence the case had when the page of the sent form was opened
	Known    toldFigures
	words    answersInWords
	drafts   map[string]string // when the reader last saved a form of the case, by its address
}

// URL is the address of the case's page.
func (v *caseView) URL() string { return caseURL(v.GetId()) }

// Title names the case: obligation and period.
func (v *caseView) Title() string { return titleOf(v.Case) }

func titleOf(c *reportsv1.Case) string {
	title := c.GetTitleVi()
	if title == "" {
		title = c.GetInput().GetTitleVi()
	}
	if title == "" {
		title = c.GetObligationId()
	}
	return title + ", " + periodName(c.GetPeriodId())
}

// Mine tells whether the person acts for the case's unit.
func (v *caseView) Mine() bool { return v.person.owns(v.GetUnitId()) }

// Reviewing tells whether the person confirms this case; nobody reviews his own unit.
func (v *caseView) Reviewing() bool {
	_, is := v.person.hatIn(v.reviewerUnit(), "reviewer", "leader")
	own := slices.ContainsFunc(v.person.Hats, func(h hat) bool { return h.UnitID == v.GetUnitId() })
	return is && !own
}

func (v *caseView) reviewerUnit() string {
	if id := v.GetState().GetReviewerUnitId(); id != "" {
		return id
	}
	return v.GetInput().GetReview().GetReviewerUnitId()
}

// Working tells whether the unit still has something to do.
func (v *caseView) Working() bool {
	return v.in(casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED)
}

// Submitted tells whether the case waits for confirmation.
func (v *caseView) Submitted() bool { return v.in(casefilev1.State_STATE_SUBMITTED) }

// Correctable tells whether the unit may still correct what was confirmed.
func (v *caseView) Correctable() bool {
	return v.in(casefilev1.State_STATE_ACCEPTED) && !v.GetState().GetSealed()
}

func (v *caseView) in(states ...casefilev1.State) bool {
	return slices.Contains(states, v.GetState().GetState())
}

// ReviewerName is the body that confirms, or the plain word for it.
func (v *caseView) ReviewerName() string {
	if v.Reviewer == "" {
		return "cơ quan theo dõi"
	}
	return v.Reviewer
}

func caseIDOf(c echo.Context) (string, error) {
	id := contract.CaseID(c.Param("obligation"), c.Param("unit"), c.Param("period"))
	if correction := c.Param("correction"); correction != "" {
		id += "/" + correction
	}
	if _, _, _, err := contract.CaseIDParts(id); err != nil {
		return "", notFound()
	}
	return id, nil
}

// loadCase reads the case the address names and refuses whoever may not see it.
func (p *portal) loadCase(c echo.Context) (*caseView, error) {
	id, err := caseIDOf(c)
	if err != nil {
		return nil, err
	}
	ctx, who := c.Request().Context(), personOf(c)
	unitID := c.Param("unit")
	if !who.owns(unitID) && !who.Oversees() {
		return nil, p.refuseStranger("xem hồ sơ", p.unitName(ctx, unitID))
	}
	found, err := p.calls.Register.GetCase(ctx, call(&reportsv1.GetCaseRequest{Id: id}))
	if err != nil {
		return nil, err
	}
	v := &caseView{Case: found.Msg, person: who, today: caseDay(p.now(), found.Msg.GetState())}
	return v, p.fill(ctx, v)
}

func (p *portal) fill(ctx context.Context, v *caseView) error {
	v.days = caseCalendar(v.GetInput().GetCalendar())
	v.Standing = standingOf(v.GetState(), v.today, v.days)
	v.words = p.wordsOf(ctx, v.Case)
	v.Steps = p.stepsOf(v)
	v.items = p.itemsOfCase(ctx, v)
	v.Missing = missingOf(v)
	v.grounds = p.groundsOf(v.Case, v.today)
	units, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{Ids: nonEmpty(v.GetUnitId(), v.reviewerUnit())}))
	if err != nil {
		return err
	}
	for _, unit := range units.Msg.GetUnits() {
		if unit.GetId() == v.GetUnitId() {
			v.Unit = unit
		}
		if unit.GetId() == v.reviewerUnit() {
			v.Reviewer = unit.GetName()
		}
	}
	if v.Unit == nil {
		v.Unit = &unitsv1.Unit{Id: v.GetUnitId(), Name: v.GetUnitId()}
	}
	v.Names, err = p.names(ctx, officialsOf(v.Case))
	return err
}

func nonEmpty(ids ...string) []string {
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

func officialsOf(c *reportsv1.Case) []string {
	var ids []string
	for _, file := range c.GetFiles() {
		ids = append(ids, file.GetOfficialId())
	}
	for _, rung := range c.GetState().GetFired() {
		ids = append(ids, rung.GetOfficialIds()...)
	}
	return ids
}

// names answers the officials' names by id; an id nobody knows names itself.
func (p *portal) names(ctx context.Context, ids []string) (map[string]string, error) {
	slices.Sort(ids)
	ids = nonEmpty(slices.Compact(ids)...)
	names := map[string]string{}
	if len(ids) == 0 {
		return names, nil
	}
	answer, err := p.calls.Units.FindOfficials(ctx, call(&unitsv1.FindOfficialsRequest{Ids: ids, Limit: 1000}))
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		names[id] = id
	}
	for _, holder := range answer.Msg.GetHolders() {
		names[holder.GetOfficial().GetId()] = holder.GetOfficial().GetName()
	}
	return names, nil
}

// unitName answers the unit's name; its id when it cannot be learnt.
func (p *portal) unitName(ctx context.Context, id string) string {
	answer, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{Ids: []string{id}}))
	if err != nil || len(answer.Msg.GetUnits()) != 1 {
		return id
	}
	return answer.Msg.GetUnits()[0].GetName()
}

// Name is an official's name.
func (v *caseView) Name(id string) string {
	if name := v.Names[id]; name != "" {
		return name
	}
	return id
}

// ShortSum is the check code of a file: the first eight characters of its SHA-256.
func (v *caseView) ShortSum(file *reportsv1.File) string {
	return file.GetSha256()[:min(8, len(file.GetSha256()))]
}

// section is the page of the menu a case belongs to, for this person.
func (v *caseView) section() string {
	switch {
	case v.Mine():
		return "work"
	case v.Reviewing() && v.Submitted():
		return "queue"
	default:
		return "overview-case"
	}
}

// FromElsewhere tells whether the file was handed in with another case, which this one goes on with.
func (v *caseView) FromElsewhere(file *reportsv1.File) bool {
	return file.GetCaseId() != "" && file.GetCaseId() != v.GetId()
}
