package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

const (
	standInPath    = "/uy-quyen"
	absencePath    = standInPath + "/vang-mat"
	delegationPath = standInPath + "/moi"
)

// standInView is when one official is away and who stands in for him.
type standInView struct {
	Answer      string
	Official    string // his name, when it is not the reader's own page
	Absences    []absenceRow
	Delegations []delegationRow
	Received    []delegationRow // in which he stands in for others
	AddAbsence  string
	AddDeputy   string // empty: who reads may not delegate for him
	People      []countLink
	Query       string
	Searches    bool
	Found       []countLink
}

type absenceRow struct {
	*unitsv1.Absence
	By, End string
}

// Last is the last day of the absence.
func (r absenceRow) Last() string { return firstOf(r.GetEndedOn(), r.GetTo()) }

// Whole tells that the absence was taken back before it began.
func (r absenceRow) Whole() bool { return r.GetEndedOn() != "" && r.GetEndedOn() < r.GetFrom() }

type delegationRow struct {
	*unitsv1.Delegation
	Position, Whom, By, Revoke string
}

// standIn is the official a page is about, as the reader may act for him.
type standIn struct {
	id, name string
	hats     []*unitsv1.Holder
	self     bool
	delegate bool // the reader may record delegations of his
}

func (s standIn) address(path string, more url.Values) string {
	if more == nil {
		more = url.Values{}
	}
	if !s.self {
		more.Set("nguoi", s.id)
	}
	if len(more) == 0 {
		return path
	}
	return path + "?" + more.Encode()
}

// chosenOfficial is the official an address names: the reader himself, one of a unit he heads, or anybody for administrators.
func (p *portal) chosenOfficial(c echo.Context) (standIn, error) {
	who, id := personOf(c), c.QueryParam("nguoi")
	if id == "" {
		id = who.ID
	}
	answer, err := p.calls.Units.ListHats(c.Request().Context(), call(&unitsv1.ListHatsRequest{OfficialId: id, On: p.today().String()}))
	if err != nil {
		return standIn{}, err
	}
	chosen := standIn{id: id, name: answer.Msg.GetOfficial().GetName(), self: id == who.ID}
	for _, held := range answer.Msg.GetHats() {
		if held.GetDelegatedBy() == "" {
			chosen.hats = append(chosen.hats, held)
		}
	}
	if chosen.name == "" && !chosen.self {
		return standIn{}, notFound()
	}
	heads := slices.ContainsFunc(chosen.hats, func(h *unitsv1.Holder) bool {
		return slices.ContainsFunc(who.headed(), func(own hat) bool { return own.UnitID == h.GetPosition().GetUnitId() })
	})
	reads := who.Audits() && c.Path() == standInPath
	if !chosen.self && !heads && !reads && !who.has("administrator") {
		return standIn{}, p.refuseStranger("ghi vắng mặt của "+chosen.name, who.Post())
	}
	chosen.delegate = chosen.self || who.has("administrator")
	return chosen, nil
}

func (p *portal) standIns(c echo.Context) error {
	chosen, err := p.chosenOfficial(c)
	if err != nil {
		return err
	}
	view, err := p.viewStandIns(c, chosen)
	if err != nil {
		return err
	}
	title := "Vắng mặt và ủy quyền"
	if !chosen.self {
		title += ": " + chosen.name
	}
	return p.render(c, http.StatusOK, "standins", &page{Title: title, Active: "preferences", Body: view})
}

func (p *portal) viewStandIns(c echo.Context, chosen standIn) (*standInView, error) {
	ctx, who, today := c.Request().Context(), personOf(c), p.today().String()
	absences, err := p.calls.Units.ListAbsences(ctx, call(&unitsv1.ListAbsencesRequest{OfficialId: chosen.id}))
	if err != nil {
		return nil, err
	}
	delegations, err := p.calls.Units.ListDelegations(ctx, call(&unitsv1.ListDelegationsRequest{OfficialId: chosen.id}))
	if err != nil {
		return nil, err
	}
	view := &standInView{AddAbsence: chosen.address(absencePath, nil), Query: strings.TrimSpace(c.QueryParam("tim")), Searches: who.has("administrator")}
	if !chosen.self {
		view.Official = chosen.name
	}
	if chosen.delegate && len(chosen.hats) > 0 {
		view.AddDeputy = chosen.address(delegationPath, nil)
	}
	if err := p.fillStandIns(ctx, view, chosen, absences.Msg.GetAbsences(), delegations.Msg.GetDelegations()); err != nil {
		return nil, err
	}
	view.Answer = standInAnswer(view, today)
	return view, p.offerPeople(ctx, view, who)
}

func (p *portal) fillStandIns(ctx context.Context, view *standInView, chosen standIn, absences []*unitsv1.Absence, delegations []*unitsv1.Delegation) error {
	today := p.today().String()
	var ids, unitIDs []string
	for _, one := range absences {
		ids = append(ids, one.GetRecordedBy())
	}
	for _, one := range delegations {
		ids, unitIDs = append(ids, one.GetOfficialId(), one.GetDelegateId(), one.GetRecordedBy()), append(unitIDs, one.GetUnitId())
	}
	people, err := p.posts(ctx, ids)
	if err != nil {
		return err
	}
	units, err := p.unitsByID(ctx, nonEmpty(unitIDs...))
	if err != nil {
		return err
	}
	for _, one := range absences {
		row := absenceRow{Absence: one, By: people.name(one.GetRecordedBy())}
		if one.GetEndedOn() == "" && one.GetTo() >= today {
			row.End = chosen.address(absencePath+"/"+url.PathEscape(one.GetId()), nil)
		}
		view.Absences = append(view.Absences, row)
	}
	for _, one := range delegations {
		row := delegationRow{Delegation: one, By: people.name(one.GetRecordedBy()), Whom: people.full(one.GetDelegateId()),
			Position: positionWord(one.GetRole(), people.titleOf(one.GetOfficialId(), one.GetUnitId(), one.GetRole()), units[one.GetUnitId()].GetName())}
		if one.GetDelegateId() == chosen.id {
			row.Whom = people.name(one.GetOfficialId())
			view.Received = append(view.Received, row)
			continue
		}
		if chosen.delegate && one.GetRevokedOn() == "" && one.GetTo() >= today {
			row.Revoke = chosen.address(standInPath+"/thu-hoi/"+url.PathEscape(one.GetId()), nil)
		}
		view.Delegations = append(view.Delegations, row)
	}
	slices.SortStableFunc(view.Absences, func(a, b absenceRow) int { return strings.Compare(b.GetFrom(), a.GetFrom()) })
	slices.SortStableFunc(view.Delegations, func(a, b delegationRow) int { return strings.Compare(b.GetFrom(), a.GetFrom()) })
	slices.SortStableFunc(view.Received, func(a, b delegationRow) int { return strings.Compare(b.GetFrom(), a.GetFrom()) })
	return nil
}

// holds tells whether a span of days holds on a day: its own last day, or the one before it was revoked.
func (r delegationRow) holds(today string) bool {
	return r.GetFrom() <= today && today <= r.GetTo() && (r.GetRevokedOn() == "" || today < r.GetRevokedOn())
}

// standInAnswer says whether the official is away today and who stands in.
func standInAnswer(view *standInView, today string) string {
	var parts []string
	for _, away := range view.Absences {
		if away.GetFrom() <= today && today <= away.Last() {
			parts = append(parts, "vắng mặt đến hết ngày "+day(away.Last()))
		}
	}
	for _, given := range view.Delegations {
		if given.holds(today) {
			parts = append(parts, "ủy quyền cho "+given.Whom+" đến hết ngày "+day(given.GetTo()))
		}
	}
	if len(parts) == 0 {
		return "Hôm nay không vắng mặt, không ủy quyền."
	}
	return "Hôm nay: " + strings.Join(parts, "; ") + "."
}

// titleOf is the title of a position that an official holds.
func (p postsOf) titleOf(official, unit, role string) string {
	for _, one := range p[official] {
		if one.UnitID == unit && one.Role == role {
			return one.Title
		}
	}
	return ""
}

// offerPeople leads a head to the people of his units, and an administrator to whom he looks for.
func (p *portal) offerPeople(ctx context.Context, view *standInView, who *person) error {
	for _, h := range who.headed() {
		answer, err := p.calls.Units.GetUnit(ctx, call(&unitsv1.GetUnitRequest{Id: h.UnitID, On: p.today().String()}))
		if err != nil {
			return err
		}
		view.People = addPeople(view.People, answer.Msg.GetHolders(), who.ID)
	}
	if !view.Searches || view.Query == "" {
		return nil
	}
	found, err := p.findOfficials(ctx, view.Query)
	view.Found = addPeople(nil, found, "")
	return err
}

func addPeople(people []countLink, holders []*unitsv1.Holder, but string) []countLink {
	for _, holder := range holders {
		one := countLink{Label: holderWord(holder), Href: standInPath + "?" + url.Values{"nguoi": {holder.GetOfficial().GetId()}}.Encode()}
		if holder.GetOfficial().GetId() != but && !slices.ContainsFunc(people, func(p countLink) bool { return p.Href == one.Href }) {
			people = append(people, one)
		}
	}
	return people
}

func holderWord(holder *unitsv1.Holder) string {
	return holder.GetOfficial().GetName() + ", " + positionWord(holder.GetPosition().GetRole(), holder.GetPosition().GetTitle(), holder.GetUnit().GetName())
}

// mostOfficials is how many officials a search shows.
const mostOfficials = 10

func (p *portal) findOfficials(ctx context.Context, words string) ([]*unitsv1.Holder, error) {
	answer, err := p.calls.Units.FindOfficials(ctx, call(&unitsv1.FindOfficialsRequest{Query: words, Limit: mostOfficials}))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetHolders(), nil
}

func absenceFields() []field {
	return []field{
		{Name: "from", Label: "Từ ngày", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true},
		{Name: "to", Label: "Đến hết ngày", Hint: "Ví dụ: 31/12/2026", Kind: "day", Required: true},
		{Name: "words", Label: "Ghi chú", Hint: "Không ghi lý do riêng tư", Kind: "text"},
	}
}

func (s standIn) under() string {
	if s.self {
		return ""
	}
	return s.name
}

func (s standIn) newAbsence(key string, fields []field) deedView {
	return deedView{
		Back: s.address(standInPath, nil), BackText: "Vắng mặt và ủy quyền", Heading: "Ghi vắng mặt", Under: s.under(),
		Effect: "Trong những ngày này, thông báo gửi đến người được ủy quyền; khi chưa ủy quyền cho ai, gửi đến người tiếp theo có thẩm quyền.",
		Form:   form{Action: s.address(absencePath, nil), Button: "Ghi vắng mặt", ActID: key, Fields: fields},
	}
}

func (p *portal) absencePage(c echo.Context) error {
	chosen, err := p.chosenOfficial(c)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "deed", &page{Title: "Ghi vắng mặt", Active: "preferences", Body: chosen.newAbsence(newActID(), absenceFields())})
}

func (p *portal) recordAbsence(c echo.Context) error {
	chosen, err := p.chosenOfficial(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	absence := &unitsv1.Absence{OfficialId: chosen.id, From: in.needDay("from", "Ngày bắt đầu"), To: in.needDay("to", "Ngày cuối"), Words: in.text("words", "Ghi chú")}
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Units.RecordAbsence(c.Request().Context(), call(absence)); err == nil {
			return p.finish(c, sent{kind: "ok", banner: "Đã ghi vắng mặt từ ngày " + day(absence.GetFrom()) + " đến hết ngày " + day(absence.GetTo()) + "."}, chosen.address(standInPath, nil))
		}
		result = p.refused(err)
	}
	result.faults = atFields(result.faults, absenceFields())
	return p.renderRefused(c, result, "deed", "Ghi vắng mặt", chosen.newAbsence(values.Get("act_id"), keep(absenceFields(), values, result.faults)))
}

// chosenAbsence is the absence an address names, of the official it names.
func (p *portal) chosenAbsence(c echo.Context) (standIn, *unitsv1.Absence, error) {
	chosen, err := p.chosenOfficial(c)
	if err != nil {
		return chosen, nil, err
	}
	answer, err := p.calls.Units.ListAbsences(c.Request().Context(), call(&unitsv1.ListAbsencesRequest{OfficialId: chosen.id}))
	if err != nil {
		return chosen, nil, err
	}
	at := slices.IndexFunc(answer.Msg.GetAbsences(), func(a *unitsv1.Absence) bool { return a.GetId() == c.Param("id") })
	if at < 0 {
		return chosen, nil, notFound()
	}
	return chosen, answer.Msg.GetAbsences()[at], nil
}

// endFields ask for the last day; an absence that has not begun is taken back whole and needs none.
func (p *portal) endFields(absence *unitsv1.Absence) []field {
	if absence.GetFrom() > p.today().String() {
		return nil
	}
	return []field{{Name: "on", Label: "Ngày vắng mặt cuối cùng", Hint: "Ví dụ: " + p.today().AddDays(-1).Vietnamese(), Kind: "day", Required: true, Value: p.today().Vietnamese()}}
}

func (p *portal) newAbsenceEnd(s standIn, absence *unitsv1.Absence, key string, fields []field) deedView {
	deed := deedView{
		Back: s.address(standInPath, nil), BackText: "Vắng mặt và ủy quyền", Heading: "Kết thúc vắng mặt sớm",
		Under:  strings.TrimPrefix(s.under()+" · vắng mặt từ ngày "+day(absence.GetFrom())+" đến hết ngày "+day(absence.GetTo()), " · "),
		Effect: "Từ ngày liền sau, thông báo tiếp tục gửi đến " + s.name + ".",
		Form:   form{Action: s.address(absencePath+"/"+url.PathEscape(absence.GetId()), nil), Button: "Kết thúc vắng mặt", ActID: key, Fields: fields},
	}
	deed.Under = sentenceCase(deed.Under)
	if len(fields) == 0 {
		deed.Heading, deed.Effect, deed.Form.Button = "Bỏ lần vắng mặt", "Lần vắng mặt chưa bắt đầu nên bỏ toàn bộ; thông báo vẫn gửi đến "+s.name+".", "Bỏ lần vắng mặt"
	}
	return deed
}

func (p *portal) absenceEndPage(c echo.Context) error {
	chosen, absence, err := p.chosenAbsence(c)
	if err != nil {
		return err
	}
	body := p.newAbsenceEnd(chosen, absence, newActID(), p.endFields(absence))
	return p.render(c, http.StatusOK, "deed", &page{Title: body.Heading, Active: "preferences", Body: body})
}

func (p *portal) endAbsence(c echo.Context) error {
	chosen, absence, err := p.chosenAbsence(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in, fields, said := &inputs{values: values}, p.endFields(absence), "Đã bỏ lần vắng mặt."
	request := &unitsv1.EndAbsenceRequest{Id: absence.GetId()}
	if len(fields) > 0 {
		request.On = in.needDay("on", "Ngày vắng mặt cuối cùng")
		said = "Vắng mặt kết thúc hết ngày " + day(request.GetOn()) + "."
	} else if from, err := calendar.ParseDate(absence.GetFrom()); err == nil {
		request.On = from.AddDays(-1).String()
	}
	result := sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	if len(in.faults) == 0 {
		if _, err = p.calls.Units.EndAbsence(c.Request().Context(), call(request)); err == nil {
			return p.finish(c, sent{kind: "ok", banner: said}, chosen.address(standInPath, nil))
		}
		result = p.refused(err)
	}
	result.faults = atFields(result.faults, fields)
	body := p.newAbsenceEnd(chosen, absence, values.Get("act_id"), keep(fields, values, result.faults))
	return p.renderRefused(c, result, "deed", body.Heading, body)
}
