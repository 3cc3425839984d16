package casefile

import (
	"maps"
	"slices"
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
	// Instead are the roles that are told when nobody holds any of Roles, tried in order until somebody hears.
	Instead []string `json:"instead,omitempty"`
	// Vacant is the role that nobody held, because of which this is told already.
	Vacant string `json:"vacant,omitempty"`
	// Personal: the law lets nobody stand in, so a delegate is not told.
	Personal bool `json:"personal,omitempty"`
	// Substitute is Instead as histories of earlier releases have it.
	Substitute string `json:"substitute,omitempty"`
}

var ofUnit = []string{ladder.RoleContact, ladder.RoleHead}

// templates of the acts that somebody is told of, and whom.
func templateOf(what string) (template string, roles []string) {
	switch what {
	case contract.ProgressAccepted, contract.ProgressReturned, contract.ProgressExtensionGranted, contract.ProgressExtensionRefused,
		contract.ProgressExempted, contract.ProgressWithdrawn, contract.ProgressTransferred, contract.ProgressSuccessionPlanned,
		contract.ProgressExtensionRevoked, contract.ProgressExplanationRevoked:
		return what, ofUnit
	case contract.ProgressRecalculated, contract.ProgressAmended, contract.ProgressTakenOver:
		return what, []string{ladder.RoleContact}
	case contract.ProgressExtensionRequested:
		return what, []string{ladder.RoleReviewer}
	default:
		return "", nil
	}
}

func tellingsOf(p Pattern, input *casefilev1.CaseInput, before, after *casefilev1.CaseState, act *casefilev1.Act, what string, on calendar.Date) []Telling {
	template, roles := templateOf(what)
	if template == "" || nothingNew(before, after, act, what) {
		return nil
	}
	t := Telling{
		Key: key(p, input, after, template+"/"+act.GetActId()), UnitID: input.GetUnitId(), Roles: roles, Template: template, On: on.String(),
		Facts: facts(p, input, after, on, ""), Now: after.GetClockOffsetSeconds() != 0, ActID: act.GetActId(),
		Instead: ladder.Above(roles[len(roles)-1]), Personal: personal(input, on),
	}
	t.Facts["act_day"], t.Facts["late_days"] = on.String(), strconv.Itoa(int(after.GetLateWorkingDays()))
	maps.Copy(t.Facts, actFacts(before, after, act, what))
	if what == contract.ProgressTransferred {
		t.UnitID = t.Facts["successor_unit_id"]
	}
	return []Telling{t}
}

// personal tells that on the day the law lets nobody stand in for whoever holds a role of the obligation.
func personal(input *casefilev1.CaseInput, on calendar.Date) bool {
	from := parseDay(input.GetPersonalFrom())
	return !from.IsZero() && !on.Before(from)
}

// nothingNew: nobody hears of a change by which neither the day moves nor anything is left to do: another reviewer is no new rule, and what
// is taken over with its acceptance is done.
func nothingNew(before, after *casefilev1.CaseState, act *casefilev1.Act, what string) bool {
	switch what {
	case contract.ProgressRecalculated:
		return before.GetDueDay() == after.GetDueDay()
	case contract.ProgressAmended:
		return act.GetAmend().GetReason() == amendedByReorganisation
	case contract.ProgressTakenOver:
		return after.GetState() == accepted
	default:
		return false
	}
}

// actFacts are what the message of an act says beside the case's own facts.
func actFacts(before, after *casefilev1.CaseState, act *casefilev1.Act, what string) map[string]string {
	switch what {
	case contract.ProgressAccepted:
		if after.GetLateWorkingDays() > 0 {
			return map[string]string{"outcome": "late"}
		}
		return map[string]string{"outcome": "on-time"}
	case contract.ProgressReturned:
		return map[string]string{"reasons": strings.Join(act.GetReturn().GetReasons(), ",")}
	case contract.ProgressExtensionRequested:
		return map[string]string{"wanted_day": after.GetExtensionWanted()}
	case contract.ProgressExtensionGranted, contract.ProgressExtensionRevoked, contract.ProgressRecalculated, contract.ProgressAmended:
		return map[string]string{"old_due_day": before.GetDueDay()}
	case contract.ProgressExempted:
		return map[string]string{"ground": groundText(act.GetExempt().GetGround())}
	default:
		return successionFacts(before, after, act, what)
	}
}

func successionFacts(before, after *casefilev1.CaseState, act *casefilev1.Act, what string) map[string]string {
	switch what {
	case contract.ProgressTransferred:
		unit := act.GetTransfer().GetSuccessorUnitId()
		if unit == "" {
			unit = before.GetSuccessorUnitAfterReview()
		}
		said := map[string]string{"successor_unit_id": unit, "successor_case_id": after.GetSuccessorCaseId()}
		if reasons := act.GetReturn().GetReasons(); len(reasons) > 0 {
			said["reasons"] = strings.Join(reasons, ",")
		}
		return said
	case contract.ProgressSuccessionPlanned:
		return map[string]string{"successor_unit_id": after.GetSuccessorUnitAfterReview(), "successor_case_id": after.GetSuccessorCaseAfterReview()}
	case contract.ProgressTakenOver:
		taken := act.GetTakeOver()
		return map[string]string{"from_unit_id": taken.GetFromUnitId(), "from_case_id": taken.GetFromCaseId(), "carried": strconv.FormatBool(taken.GetCarry())}
	default:
		return nil
	}
}

// rungTelling is the message of a rung; state is the state with the rung carried out.
func rungTelling(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, d ladder.Decision, on calendar.Date) Telling {
	rung := d.Rung
	t := Telling{
		Key: key(p, input, state, rung.RungID), UnitID: input.GetUnitId(), Roles: []string{rung.Role}, Template: ladder.Letter(rung.Kind, rung.Role, rung.Item != "", false),
		On: on.String(), Facts: facts(p, input, state, on, rung.Item), Now: state.GetClockOffsetSeconds() != 0, Draft: rung.Draft, RungID: rung.RungID,
		Instead: ladder.InPlaceOf(input, state, rung), Vacant: ladder.VacantBelow(input, state, rung), Personal: personal(input, on),
	}
	switch {
	case rung.Item != "":
		t.Key += "/" + rung.Anchor.String()
		maps.Copy(t.Facts, itemFacts(input, d, on))
	case state.GetState() == submitted:
		t.Template = "waiting"
		waited, _ := ladder.Calendar(input.GetCalendar()).WorkingDaysBetween(rung.Anchor, on)
		t.Facts["late_days"], t.Facts["submitted_day"] = strconv.Itoa(waited), rung.Anchor.String()
	default:
		t.Facts["late_days"] = strconv.Itoa(int(Lateness(input, state, on)))
	}
	if rung.Step != "" {
		tellOfStep(&t, input, p.Steps(input, state), rung, on)
	}
	return t
}

// tellOfStep has the message speak of the step and its own day; step_id is by what it is void once the step is recorded. A step that need
// not be done obliges nobody by itself: there the message goes on speaking of the case and its day.
func tellOfStep(t *Telling, input *casefilev1.CaseInput, steps []*casefilev1.StepPolicy, rung ladder.Planned, on calendar.Date) {
	facts := t.Facts
	facts["step_id"], facts["step_day"] = rung.Step, rung.Anchor.String()
	at := slices.IndexFunc(steps, func(s *casefilev1.StepPolicy) bool { return s.GetId() == rung.Step })
	if at < 0 || !steps[at].GetRequired() {
		return
	}
	step := steps[at]
	t.Template = ladder.Letter(rung.Kind, rung.Role, false, true)
	facts["step_title"], facts["step_title_en"] = step.GetTitleVi(), step.GetTitleEn()
	late, _ := calendar.WorkingDaysLate(ladder.Calendar(input.GetCalendar()), rung.Anchor, on)
	facts["due_day"], facts["missing"], facts["late_days"] = rung.Anchor.String(), step.GetTitleVi(), strconv.Itoa(late)
	facts["ground"] = groundText(step.GetDue().GetWhy().GetGround())
	for _, ofTheCase := range []string{"days_left", "next_role", "next_day"} {
		delete(facts, ofTheCase)
	}
	if left := rung.Anchor.Sub(on); left >= 0 {
		facts["days_left"] = strconv.Itoa(left)
	}
}

// mostItemsNamed bounds a message; the number says how many there are.
const mostItemsNamed = 20

// itemFacts name the items that one message reminds of. Days are those of the first, which is due first.
func itemFacts(input *casefilev1.CaseInput, d ladder.Decision, on calendar.Date) map[string]string {
	names := []string{d.Rung.Item}
	for _, other := range d.Together {
		names = append(names, other.Item)
	}
	late, _ := calendar.WorkingDaysLate(ladder.Calendar(input.GetCalendar()), d.Rung.Anchor, on)
	said := map[string]string{
		"item_title": input.GetItems().GetTitleVi(), "item_title_en": input.GetItems().GetTitleEn(), "item_day": d.Rung.Anchor.String(),
		"items_count": strconv.Itoa(len(names)), "items": strings.Join(names[:min(len(names), mostItemsNamed)], "\n"), "late_days": strconv.Itoa(late),
	}
	if left := d.Rung.Anchor.Sub(on); left >= 0 {
		said["days_left"] = strconv.Itoa(left)
	}
	return said
}

// key is case / round / what. A ladder that was moved to another day is told again, so the day is part of its key.
func key(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, what string) string {
	k := input.GetCaseId() + "/" + strconv.Itoa(int(state.GetRound())) + "/" + what
	closed := state.GetDutyDoneOn() != "" && p.ClosingStep(input) != ""
	if state.GetExtended() || state.GetDueBeforeExtension() != "" || state.GetAmendments() > 0 || closed {
		k += "/" + state.GetDueDay()
	}
	return k
}

// facts are ids, figures, days and the catalogue's own words; nothing a person wrote. Who hears next is said of the item's ladder, or of
// the case's own.
func facts(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, on calendar.Date, item string) map[string]string {
	missing, _ := titles(Missing(p, input, state))
	f := map[string]string{
		"title": input.GetTitleVi(), "title_en": input.GetTitleEn(), "due_day": state.GetDueDay(),
		"ground": groundText(input.GetDue().GetWhy().GetGround()), "missing": strings.Join(missing, "\n"),
	}
	if due := parseDay(state.GetDueDay()); !due.IsZero() && !due.Before(on) {
		f["days_left"] = strconv.Itoa(due.Sub(on))
	}
	for _, rung := range ladder.Plan(input, state, on.At(ladder.Hour, 0)) {
		if rung.Kind == ladder.Escalation && rung.Item == item && rung.Step == "" {
			f["next_role"], f["next_day"] = rung.Role, rung.Day.String()
			break
		}
	}
	return f
}

// groundText is "Điều 43 Luật số 72/2025/QH15"; empty for a setting, which is no ground to write "theo" of.
func groundText(ground *casefilev1.LegalGround) string {
	if ground.GetDocument() == "" {
		return ""
	}
	return contract.Citation(ground)
}
