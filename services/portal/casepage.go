package portal

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// told is one rung of the ladder as a line: the day, what happens, whom it reaches.
type told struct {
	Day, What, Whom, Outcome string
	OfItem                   bool // of one entry of the case
}

type casePageView struct {
	*caseView
	Next     *told  // who is told next and when
	Upcoming []told // what follows if nothing is submitted
	Told     []told // what has been told so far
	Picture  ladderView
	Acts     []actLink
	Recent   []historyLine
	Opinions []opinion
	Signed   *signedView
	Compared *comparison  // for the reviewer of a submitted case
	Report   *reportTable // of a report, as a table
	Raised   *raisedView  // opinions and petitions raised here
	// Documents are the papers that may be drawn up of the case.
	Documents *offeredDocuments
	Muted     string // until when the person turned its reminders off
	EndMute   form
}

// ToldOfItems are the rungs of single entries that were carried out; those of the case itself stand in the picture.
func (b casePageView) ToldOfItems() []told {
	return slices.DeleteFunc(slices.Clone(b.Told), func(t told) bool { return !t.OfItem })
}

type actLink struct{ Href, Label string }

// casePage answers: what is due, what is missing, why that day, who is told next.
func (p *portal) casePage(c echo.Context) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	body := casePageView{caseView: v, Upcoming: upcoming(v), Told: toldSoFar(v), Picture: p.drawLadder(v)}
	if body.Next, err = p.nextTold(c.Request().Context(), v); err != nil {
		return err
	}
	for _, act := range actForms {
		if act.may(v) {
			body.Acts = append(body.Acts, actLink{v.URL() + "/viec/" + act.slug, act.label(v)})
		}
	}
	body.Acts = append(body.Acts, formWorkbookActs(v)...)
	if v.Urges() {
		body.Acts = append(body.Acts, actLink{v.URL() + "/cong-van", "Công văn đôn đốc (.docx)"})
	}
	for _, order := range orders {
		if order.may(v) {
			body.Acts = append(body.Acts, actLink{v.URL() + "/lenh/" + order.slug, order.button})
		}
	}
	body.Compared = p.compare(c.Request().Context(), v, c.QueryParam("so-voi"))
	body.Report = p.reportTable(c.Request().Context(), v)
	p.readDrafts(c.Request().Context(), v)
	body.Raised = p.raised(c.Request().Context(), v)
	if body.Documents = p.documentsOf(c.Request().Context(), v.person, v.Case); body.Documents != nil {
		body.Documents.Numbered = v.Mine()
	}
	body.Opinions = p.opinions(c.Request().Context(), v)
	body.Signed = p.signed(c.Request().Context(), v)
	body.Recent = p.recent(c.Request().Context(), v)
	if v.Mutes() {
		body.Muted = p.muted(c.Request().Context(), v.person, v.GetId())
		body.EndMute = form{Action: preferencesPath + "/tat-nhac", Button: "Bỏ tắt nhắc", ActID: newActID(), Hidden: []choice{{"ho-so", v.GetId()}, {"ve", v.URL()}}}
	}
	return p.render(c, http.StatusOK, "case", &page{Title: v.Title(), Body: body})
}

// ladder is the ladder the case stands on now: of its first round, of a returned one, or the
// reviewers' own while they keep it waiting.
func (v *caseView) ladder() *casefilev1.LadderPolicy {
	switch {
	case v.Submitted():
		return v.GetInput().GetReview().GetWaiting()
	case v.GetState().GetRound() > 1:
		return v.GetInput().GetReview().GetReturned()
	default:
		return v.GetInput().GetLadder()
	}
}

// rung is the policy of a rung; that of an entry is found by the part of its id before the entry's.
func (v *caseView) rung(id string) *casefilev1.RungPolicy {
	id, _ = ladder.SplitRungID(id)
	return rungOf(v.GetInput(), v.ladder(), id)
}

// rungOf finds the policy of a rung of the case's own, first on the ladder given.
func rungOf(input *casefilev1.CaseInput, first *casefilev1.LadderPolicy, id string) *casefilev1.RungPolicy {
	for _, ladder := range []*casefilev1.LadderPolicy{first, input.GetLadder(), input.GetReview().GetReturned(), input.GetReview().GetWaiting()} {
		for _, rung := range ladder.GetRungs() {
			if rung.GetId() == id {
				return rung
			}
		}
	}
	return nil
}

// rungWord names a rung of the case; one of an entry names the entry.
func (v *caseView) rungWord(id string, rung *casefilev1.RungPolicy) string {
	word := rungWord(rung, v.GetInput().GetSteps())
	if _, entry := ladder.SplitRungID(id); entry != "" {
		for _, row := range v.items {
			if row.GetItemId() == entry {
				entry = row.Name()
			}
		}
		word += " (" + v.ItemTitle() + " “" + entry + "”)"
	}
	return word
}

func (p *portal) nextTold(ctx context.Context, v *caseView) (*told, error) {
	state := v.GetState()
	rung := v.rung(state.GetNextRungId())
	if rung == nil || state.GetNextRungDay() == "" || (!v.Working() && !v.Submitted()) {
		return nil, nil
	}
	next := &told{Day: state.GetNextRungDay(), What: v.rungWord(state.GetNextRungId(), rung), Whom: roleWord(rung.GetRole())}
	answer, err := p.calls.Units.ResolveRole(ctx, call(&unitsv1.ResolveRoleRequest{UnitId: v.GetUnitId(), Role: rung.GetRole(), On: v.today.String()}))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, holder := range answer.Msg.GetHolders() {
		names = append(names, holder.GetOfficial().GetName())
	}
	if len(names) > 0 {
		next.Whom += ": " + strings.Join(names, ", ")
	} else {
		next.Whom += " (chưa có người nhận)"
	}
	return next, nil
}

// upcoming are the escalations that follow if the unit submits nothing.
func upcoming(v *caseView) []told {
	due, err := calendar.ParseDate(v.GetState().GetDueDay())
	if err != nil || !v.Working() {
		return nil
	}
	var list []told
	for _, rung := range v.ladder().GetRungs() {
		if rung.GetKind() != ladder.Escalation || rung.GetStep() != "" || rung.GetEachItem() {
			continue
		}
		when := due.AddDays(int(rung.GetOffset()))
		if rung.GetCounted() == "working" {
			when, _ = v.days.AddWorkingDays(due, int(rung.GetOffset()))
		}
		if when.Before(v.today) {
			continue
		}
		line := told{Day: when.String(), What: "báo cáo " + roleWord(rung.GetRole())}
		if rung.GetDraft() {
			line.What = "lập dự thảo báo cáo " + roleWord(rung.GetRole()) + ", người có thẩm quyền gửi"
		}
		list = append(list, line)
	}
	slices.SortStableFunc(list, func(a, b told) int { return strings.Compare(a.Day, b.Day) })
	return list
}

// appointmentWords are what a case does by itself on a day of its own, beside its ladder.
var appointmentWords = map[string]string{
	contract.RungListsMissing: "Lập danh sách đơn vị chưa báo cáo", contract.RungClosesSynthesis: "Chốt số liệu, lập bản tổng hợp",
}

// toldSoFar are the rungs carried out, newest first.
func toldSoFar(v *caseView) []told {
	var list []told
	for _, fired := range v.GetState().GetFired() {
		line := told{Day: fired.GetDay(), What: fired.GetRungId(), Outcome: rungOutcome(fired.GetOutcome()), OfItem: strings.Contains(fired.GetRungId(), "@")}
		if rung := v.rung(fired.GetRungId()); rung != nil {
			line.What, line.Whom = v.rungWord(fired.GetRungId(), rung), roleWord(rung.GetRole())
		} else if word := appointmentWords[fired.GetRungId()]; word != "" {
			line.What, line.Whom = word, roleWord(ladder.RoleContact)
		}
		var names []string
		for _, id := range fired.GetOfficialIds() {
			names = append(names, v.Name(id))
		}
		if len(names) > 0 {
			line.Whom += ": " + strings.Join(names, ", ")
		}
		list = append(list, line)
	}
	slices.Reverse(list)
	return list
}

// Paused says in a sentence why the ladder rests.
func (v *caseView) Paused() string {
	switch v.GetState().GetPausedBy() {
	case "explanation":
		return "Đơn vị đã báo cáo nguyên nhân chậm; việc báo cáo cấp trên tạm dừng, số ngày quá hạn vẫn tính."
	case "extension-request":
		return "Đơn vị đề nghị gia hạn đến " + owedDay(v.GetState().GetExtensionWanted()) + "; việc nhắc và báo cáo cấp trên tạm dừng đến khi có trả lời."
	default:
		return ""
	}
}

// Why is the reason of the due date: the policy's, while it still is that date.
func (v *caseView) Why() *casefilev1.Why {
	due := v.GetInput().GetDue()
	if due.GetDay() != v.GetState().GetDueDay() {
		return nil
	}
	return due.GetWhy()
}

// FirstDue is the due date before extension or return.
func (v *caseView) FirstDue() *casefilev1.Deadline { return v.GetInput().GetDue() }
