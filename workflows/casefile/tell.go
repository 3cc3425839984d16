package casefile

import (
	"strconv"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Telling is a message for whoever holds the roles: the matter, not the words. Names and words are added by notifications.
type Telling struct {
	Key      string            `json:"key"` // a person in two of the roles hears once
	UnitID   string            `json:"unit_id"`
	Roles    []string          `json:"roles"`
	Template string            `json:"template"`
	On       string            `json:"on"` // the case's day
	Facts    map[string]string `json:"facts,omitempty"`
	Now      bool              `json:"now,omitempty"` // cannot wait for the digest
	Draft    bool              `json:"draft,omitempty"`
	ActID    string            `json:"act_id,omitempty"`
	RungID   string            `json:"rung_id,omitempty"`
	// Substitute is the role that is told when nobody holds the first: the head in a contact's place.
	Substitute string `json:"substitute,omitempty"`
}

var ofUnit = []string{ladder.RoleContact, ladder.RoleHead}

// templates of the acts that somebody is told of, and whom.
func templateOf(what string) (template string, roles []string) {
	switch what {
	case contract.ProgressAccepted, contract.ProgressReturned, contract.ProgressExtensionGranted, contract.ProgressExtensionRefused,
		contract.ProgressExempted, contract.ProgressWithdrawn, contract.ProgressTransferred:
		return what, ofUnit
	case contract.ProgressExtensionRequested:
		return what, []string{ladder.RoleReviewer}
	default:
		return "", nil
	}
}

func tellingsOf(p Pattern, input *casefilev1.CaseInput, before, after *casefilev1.CaseState, act *casefilev1.Act, what string, on calendar.Date) []Telling {
	template, roles := templateOf(what)
	if template == "" {
		return nil
	}
	t := Telling{
		Key: key(input, after, template+"/"+act.GetActId()), UnitID: input.GetUnitId(), Roles: roles, Template: template, On: on.String(),
		Facts: facts(p, input, after, on), Now: after.GetClockOffsetSeconds() != 0, ActID: act.GetActId(),
	}
	t.Facts["act_day"], t.Facts["late_days"] = on.String(), strconv.Itoa(int(after.GetLateWorkingDays()))
	switch what {
	case contract.ProgressAccepted:
		t.Facts["outcome"] = "on-time"
		if after.GetLateWorkingDays() > 0 {
			t.Facts["outcome"] = "late"
		}
	case contract.ProgressReturned:
		t.Facts["reasons"] = strings.Join(act.GetReturn().GetReasons(), ",")
	case contract.ProgressExtensionRequested:
		t.Facts["wanted_day"] = after.GetExtensionWanted()
	case contract.ProgressExtensionGranted:
		t.Facts["old_due_day"] = before.GetDueDay()
	case contract.ProgressExempted:
		t.Facts["ground"] = groundText(act.GetExempt().GetGround())
	case contract.ProgressTransferred:
		t.UnitID = act.GetTransfer().GetSuccessorUnitId()
		t.Facts["successor_unit_id"], t.Facts["successor_case_id"] = t.UnitID, after.GetSuccessorCaseId()
	}
	return []Telling{t}
}

// rungTelling is the message of a rung; state is the state with the rung carried out.
func rungTelling(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, rung ladder.Planned, on calendar.Date) Telling {
	t := Telling{
		Key: key(input, state, rung.RungID), UnitID: input.GetUnitId(), Roles: []string{rung.Role}, Template: rungTemplate(state, rung),
		On: on.String(), Facts: facts(p, input, state, on), Now: state.GetClockOffsetSeconds() != 0, Draft: rung.Draft, RungID: rung.RungID,
	}
	if rung.Kind == ladder.Reminder && rung.Role == ladder.RoleContact {
		t.Substitute = ladder.RoleHead
	}
	if state.GetState() == submitted {
		waited, _ := ladder.Calendar(input.GetCalendar()).WorkingDaysBetween(rung.Anchor, on)
		t.Facts["late_days"], t.Facts["submitted_day"] = strconv.Itoa(waited), rung.Anchor.String()
	} else {
		t.Facts["late_days"] = strconv.Itoa(int(Lateness(input, state, on)))
	}
	if rung.Step != "" {
		t.Facts["step"], t.Facts["step_day"] = rung.Step, rung.Anchor.String()
	}
	return t
}

func rungTemplate(state *casefilev1.CaseState, rung ladder.Planned) string {
	switch {
	case state.GetState() == submitted:
		return "waiting"
	case rung.Kind == ladder.Reminder:
		return "reminder"
	case rung.Role == ladder.RoleSuperior || rung.Role == ladder.RoleReviewer:
		return "overdue-superior"
	case rung.Role == ladder.RoleStandingAgency:
		return "overdue-standing"
	case rung.Role == ladder.RoleCommittee:
		return "overdue-committee"
	default:
		return "overdue-head"
	}
}

// key is case / round / what. A ladder that was moved to a later day is told again, so the day is part of its key.
func key(input *casefilev1.CaseInput, state *casefilev1.CaseState, what string) string {
	k := input.GetCaseId() + "/" + strconv.Itoa(int(state.GetRound())) + "/" + what
	if state.GetExtended() {
		k += "/" + state.GetDueDay()
	}
	return k
}

// facts are ids, figures, days and the catalogue's own words; nothing a person wrote.
func facts(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, on calendar.Date) map[string]string {
	missing, _ := titles(Missing(p, input, state))
	f := map[string]string{
		"title": input.GetTitleVi(), "title_en": input.GetTitleEn(), "due_day": state.GetDueDay(),
		"ground": groundText(input.GetDue().GetWhy().GetGround()), "missing": strings.Join(missing, "\n"),
	}
	if due := parseDay(state.GetDueDay()); !due.IsZero() && !due.Before(on) {
		f["days_left"] = strconv.Itoa(due.Sub(on))
	}
	for _, rung := range ladder.Plan(input, state, on.At(ladder.Hour, 0)) {
		if rung.Kind == ladder.Escalation {
			f["next_role"], f["next_day"] = rung.Role, rung.Day.String()
			break
		}
	}
	return f
}

// groundText is "Điều 43, Luật số 72/2025/QH15"; empty for a setting, which is no ground to write "theo" of.
func groundText(ground *casefilev1.LegalGround) string {
	if ground.GetDocument() == "" {
		return ""
	}
	if ground.GetArticle() == "" {
		return ground.GetDocument()
	}
	return ground.GetArticle() + ", " + ground.GetDocument()
}
