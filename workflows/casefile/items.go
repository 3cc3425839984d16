package casefile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/rules/ladder"
)

// ItemStep opens the name by which a correction speaks of an item in the place of a step: "items/QD-15-2026".
const ItemStep = "items/"

// factNone is the flag by which a step says that the case has no items.
const factNone = "none"

// itemForm leaves out "@" and "/", which the ids of rungs and messages are built with.
var itemForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func itemOf(state *casefilev1.CaseState, id string) *casefilev1.ItemRecord {
	for _, item := range state.GetItems() {
		if item.GetItemId() == id {
			return item
		}
	}
	return nil
}

func (j judge) recordItem(act *casefilev1.RecordItem) *casefilev1.Refusal {
	const prefix = "record_item."
	known := itemOf(j.state, act.GetItemId())
	switch {
	case j.input.GetItems() == nil:
		return invalid([]*casefilev1.FieldFault{wire.Field(prefix+"item_id", "Hồ sơ này không ghi theo từng mục. Chọn một bước của hồ sơ.",
			"This case keeps no items. Choose one of its steps.")})
	case known == nil && !itemForm.MatchString(act.GetItemId()):
		return invalid([]*casefilev1.FieldFault{badItemID(prefix+"item_id", act.GetItemId())})
	case known == nil && act.GetRemoved():
		return invalid([]*casefilev1.FieldFault{noItem(prefix+"item_id", act.GetItemId())})
	case act.GetRemoved():
		return nil
	}
	return invalid(j.itemFaults(prefix+"facts.", act, known))
}

func (j judge) itemFaults(prefix string, act *casefilev1.RecordItem, known *casefilev1.ItemRecord) []*casefilev1.FieldFault {
	policy := j.input.GetItems()
	faults := figures.CheckFacts(policy.GetFacts(), asked(policy.GetFacts(), act.GetFacts()))
	if len(faults) == 0 {
		item := newItem(j.input, act, known, j.today)
		if faults = itemDayFaults(policy, item, j.today); len(faults) == 0 {
			faults = Unexplained(item.GetFacts(), itemBreaches(policy, item))
		}
	}
	return under(prefix, faults)
}

func (j judge) correctItem(act *casefilev1.Correct) *casefilev1.Refusal {
	id := strings.TrimPrefix(act.GetStepId(), ItemStep)
	known := itemOf(j.state, id)
	if j.input.GetItems() == nil || known == nil {
		return invalid([]*casefilev1.FieldFault{noItem("correct.step_id", id)})
	}
	return invalid(j.itemFaults("correct.facts.", correctedItem(known, act), known))
}

// correctedItem is what would be recorded anew with the correction. An earlier explanation spoke of other days: a correction brings its own.
func correctedItem(known *casefilev1.ItemRecord, act *casefilev1.Correct) *casefilev1.RecordItem {
	files := known.GetFileIds()
	if len(act.GetFileIds()) > 0 {
		files = act.GetFileIds()
	}
	facts := merged(known.GetFacts(), act.GetFacts())
	if !Explained(act.GetFacts()) {
		delete(facts, FactExplained)
	}
	return &casefilev1.RecordItem{ItemId: known.GetItemId(), Facts: facts, FileIds: files}
}

func badItemID(field, id string) *casefilev1.FieldFault {
	return wire.Field(field,
		fmt.Sprintf("Mã mục “%s” không đúng dạng. Dùng chữ không dấu, chữ số, dấu chấm, gạch nối, gạch dưới, dài nhất 64 ký tự.", id),
		fmt.Sprintf("The item's id “%s” is not of the form. Use plain letters, digits, dots, hyphens and underscores, at most 64.", id))
}

func noItem(field, id string) *casefilev1.FieldFault {
	return wire.Field(field, fmt.Sprintf("Hồ sơ này không có mục “%s”. Tải lại trang để xem các mục đã ghi.", id),
		fmt.Sprintf("This case has no item “%s”. Reload the page to see those recorded.", id))
}

// newItem is what recording the item would keep. An item that is done by being entered stays done on the day it was first entered.
func newItem(input *casefilev1.CaseInput, act *casefilev1.RecordItem, known *casefilev1.ItemRecord, today calendar.Date) *casefilev1.ItemRecord {
	policy := input.GetItems()
	item := &casefilev1.ItemRecord{
		ItemId: act.GetItemId(), Facts: figures.Normalise(policy.GetFacts(), act.GetFacts()), FileIds: act.GetFileIds(), FromCaseId: known.GetFromCaseId(),
	}
	item.DueDay = itemDue(input, item.GetFacts())
	if item.DoneOn = item.GetFacts()[policy.GetDoneFact()]; policy.GetDoneFact() == "" {
		if item.DoneOn = known.GetDoneOn(); item.GetDoneOn() == "" {
			item.DoneOn = today.String()
		}
	}
	if len(itemBreaches(policy, item)) > 0 {
		item.Outcome = Limited
	}
	return item
}

func itemDue(input *casefilev1.CaseInput, facts map[string]string) string {
	policy := input.GetItems()
	if policy.GetFromFact() == "" {
		return facts[policy.GetDueFact()]
	}
	from := parseDay(facts[policy.GetFromFact()])
	if from.IsZero() {
		return ""
	}
	return ladder.Counted(input, from, int(policy.GetDays()), policy.GetCounted()).String()
}

// itemDayFaults are days that cannot be, whatever is explained.
func itemDayFaults(policy *casefilev1.ItemPolicy, item *casefilev1.ItemRecord, today calendar.Date) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	done, until := parseDay(item.GetDoneOn()), parseDay(item.GetFacts()[policy.GetUntilFact()])
	if done.After(today) {
		title := factPolicy(policy, policy.GetDoneFact())
		faults = append(faults, wire.Field(policy.GetDoneFact(),
			fmt.Sprintf("%s (%s) sau ngày hôm nay. Nhập ngày đã thực hiện; nếu chưa thực hiện, để trống.", upper(title.GetTitleVi()), done.Vietnamese()),
			fmt.Sprintf("“%s” (%s) is after today. Enter the day it was done; if it was not, leave it empty.", title.GetTitleEn(), done)))
	}
	if !until.IsZero() && !done.IsZero() && until.Before(done) {
		title := factPolicy(policy, policy.GetUntilFact())
		faults = append(faults, wire.Field(policy.GetUntilFact(),
			fmt.Sprintf("%s (%s) trước ngày bắt đầu (%s). Kiểm tra lại hai ngày này.", upper(title.GetTitleVi()), until.Vietnamese(), done.Vietnamese()),
			fmt.Sprintf("“%s” (%s) is before the first day (%s). Check both days.", title.GetTitleEn(), until, done)))
	}
	return faults
}

func factPolicy(policy *casefilev1.ItemPolicy, key string) *casefilev1.FactPolicy {
	for _, fact := range policy.GetFacts() {
		if fact.GetKey() == key {
			return fact
		}
	}
	return nil
}

// itemBreaches: done after its due day, or not kept for as long as the law asks. What is still to be done, or still runs, breaks nothing.
func itemBreaches(policy *casefilev1.ItemPolicy, item *casefilev1.ItemRecord) []Breach {
	done, due := parseDay(item.GetDoneOn()), parseDay(item.GetDueDay())
	if done.IsZero() {
		return nil
	}
	var found []Breach
	if !due.IsZero() && done.After(due) {
		found = append(found, lateItem(policy, done, due))
	}
	if until := parseDay(item.GetFacts()[policy.GetUntilFact()]); !until.IsZero() {
		if hold := longestHold(policy, item.GetFacts()); until.Sub(done) < int(hold.GetDays()) {
			found = append(found, shortHold(policy, hold, until.Sub(done)))
		}
	}
	return found
}

func lateItem(policy *casefilev1.ItemPolicy, done, due calendar.Date) Breach {
	field, title, titleEN := policy.GetDoneFact(), "Ngày thực hiện", "The day it was done"
	if named := factPolicy(policy, field); named != nil {
		title, titleEN = upper(named.GetTitleVi()), named.GetTitleEn()
	}
	if field == "" {
		if field = policy.GetFromFact(); field == "" {
			field = policy.GetDueFact()
		}
	}
	return Breach{field,
		fmt.Sprintf("%s (%s) sau thời hạn %s%s.", title, done.Vietnamese(), due.Vietnamese(), bracketed(policy.GetGround())) + checkBothVI,
		fmt.Sprintf("%s (%s) is after the term %s%s.", titleEN, done, due, bracketed(policy.GetGround())) + checkBothEN}
}

func shortHold(policy *casefilev1.ItemPolicy, hold *casefilev1.HoldPolicy, kept int) Breach {
	return Breach{policy.GetUntilFact(),
		fmt.Sprintf("Thời gian duy trì là %d ngày, quy định ít nhất %d ngày liên tục%s.", kept, hold.GetDays(), bracketed(hold.GetGround())) + checkBothVI,
		fmt.Sprintf("It was kept for %d days, at least %d days in a row are asked%s.", kept, hold.GetDays(), bracketed(hold.GetGround())) + checkBothEN}
}

func bracketed(ground *casefilev1.LegalGround) string {
	if text := groundText(ground); text != "" {
		return " (" + text + ")"
	}
	return ""
}

// longestHold is the longest of those that hold for the item, by the choice it states; nil when none does.
func longestHold(policy *casefilev1.ItemPolicy, facts map[string]string) *casefilev1.HoldPolicy {
	var longest *casefilev1.HoldPolicy
	for _, hold := range policy.GetHolds() {
		if (hold.GetFact() == "" || facts[hold.GetFact()] == hold.GetChoice()) && hold.GetDays() > longest.GetDays() {
			longest = hold
		}
	}
	return longest
}

func (a *applying) recordItem(act *casefilev1.RecordItem) string {
	if act.GetRemoved() {
		a.state.Items = slices.DeleteFunc(a.state.GetItems(), func(i *casefilev1.ItemRecord) bool { return i.GetItemId() == act.GetItemId() })
		return contract.ProgressItemRemoved
	}
	a.putItem(act)
	return contract.ProgressItemRecorded
}

// putItem enters the item, in the place of an earlier entry. Its rungs leave again when its due day moved ahead; a reminder whose day is
// past already is none: whoever enters the item knows of it.
func (a *applying) putItem(act *casefilev1.RecordItem) {
	before := rungDays(a.input, a.state)
	known := itemOf(a.state, act.GetItemId())
	item := newItem(a.input, act, known, calendar.DateOf(a.at))
	item.RecordedAt, item.ActId = instant(a.at), a.act.GetActId()
	if known == nil {
		a.state.Items = append(a.state.Items, item)
	} else {
		a.state.Items[slices.Index(a.state.GetItems(), known)] = item
	}
	a.climbAgain(before)
	a.supersede(func(rung ladder.Planned) bool { return rung.Item == item.GetItemId() })
}

func (a *applying) correctItem(act *casefilev1.Correct) {
	known := itemOf(a.state, strings.TrimPrefix(act.GetStepId(), ItemStep))
	a.putItem(correctedItem(known, act))
}

// missingItems are what the register lacks before it can be submitted, named as steps are.
func missingItems(input *casefilev1.CaseInput, state *casefilev1.CaseState) []*casefilev1.StepPolicy {
	policy := input.GetItems()
	vi, en := inSentence(policy.GetTitleVi()), inSentence(policy.GetTitleEn())
	var open, bare int
	for _, item := range state.GetItems() {
		switch {
		case item.GetDoneOn() == "":
			open++
		case len(item.GetFileIds()) == 0 && item.GetFromCaseId() == "":
			bare++
		}
	}
	var missing []*casefilev1.StepPolicy
	if policy.GetRequired() && len(state.GetItems()) == 0 && !saysNone(state) {
		missing = append(missing, &casefilev1.StepPolicy{Id: "items", TitleVi: upper(vi) + " (ít nhất một)", TitleEn: "At least one: " + en})
	}
	if policy.GetAllDone() && open > 0 {
		missing = append(missing, &casefilev1.StepPolicy{Id: "items.done", TitleVi: fmt.Sprintf("Kết quả của %d %s", open, vi), TitleEn: fmt.Sprintf("The result of %d: %s", open, en)})
	}
	if policy.GetEvidenceRequired() && bare > 0 {
		missing = append(missing, &casefilev1.StepPolicy{Id: "items.files", TitleVi: fmt.Sprintf("Minh chứng của %d %s", bare, vi), TitleEn: fmt.Sprintf("The evidence of %d: %s", bare, en)})
	}
	return missing
}

func saysNone(state *casefilev1.CaseState) bool {
	return slices.ContainsFunc(state.GetSteps(), func(r *casefilev1.StepRecord) bool { return r.GetFacts()[factNone] == "true" })
}
