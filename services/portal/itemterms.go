package portal

import (
	"cmp"
	"fmt"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// What an entry is and why it is late travel to the register as one text. A case takes any text as an explanation, so an entry that
// breaks its term is sent only once it is explained in its own field.
const explanationMark = "Giải trình: "

func joinWords(what, explanation string) string {
	if explanation == "" {
		return what
	}
	return strings.TrimSpace(what + "\n" + explanationMark + explanation)
}

func splitWords(words string) (what, explanation string) {
	if rest, only := strings.CutPrefix(words, explanationMark); only {
		return "", rest
	}
	what, explanation, _ = strings.Cut(words, "\n"+explanationMark)
	return what, explanation
}

// itemFaults are the terms that an entry with these facts breaks: done after its day, or not kept for as long as the law asks. What is
// still to be done, or still runs, breaks none.
func itemFaults(input *casefilev1.CaseInput, known *casefilev1.ItemRecord, facts map[string]string, today calendar.Date) []fault {
	policy := input.GetItems()
	done := wireDay(facts[policy.GetDoneFact()])
	if policy.GetDoneFact() == "" {
		done = wireDay(cmp.Or(known.GetDoneOn(), today.String()))
	}
	if done.IsZero() {
		return nil
	}
	var faults []fault
	if due := itemDue(input, facts); !due.IsZero() && done.After(due) {
		faults = append(faults, lateItem(policy, done, due))
	}
	hold, until := longestHold(policy, facts), wireDay(facts[policy.GetUntilFact()])
	if !until.IsZero() && until.Sub(done) < int(hold.GetDays()) {
		faults = append(faults, shortHold(policy, hold, until.Sub(done)))
	}
	return faults
}

func itemDue(input *casefilev1.CaseInput, facts map[string]string) calendar.Date {
	policy := input.GetItems()
	if policy.GetFromFact() == "" {
		return wireDay(facts[policy.GetDueFact()])
	}
	from := wireDay(facts[policy.GetFromFact()])
	if from.IsZero() {
		return from
	}
	return ladder.Counted(input, from, int(policy.GetDays()), policy.GetCounted())
}

// longestHold is the longest of those that hold for the entry, by the choice it states; nil when none does.
func longestHold(policy *casefilev1.ItemPolicy, facts map[string]string) *casefilev1.HoldPolicy {
	var longest *casefilev1.HoldPolicy
	for _, hold := range policy.GetHolds() {
		if (hold.GetFact() == "" || facts[hold.GetFact()] == hold.GetChoice()) && hold.GetDays() > longest.GetDays() {
			longest = hold
		}
	}
	return longest
}

const thenExplain = " Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."

func lateItem(policy *casefilev1.ItemPolicy, done, due calendar.Date) fault {
	field, title := cmp.Or(policy.GetDoneFact(), policy.GetFromFact(), policy.GetDueFact()), "Ngày thực hiện"
	for _, fact := range policy.GetFacts() {
		if fact.GetKey() == policy.GetDoneFact() {
			title = sentenceCase(fact.GetTitleVi())
		}
	}
	return fault{"fact-" + field, fmt.Sprintf("%s (%s) sau thời hạn %s%s.", title, done.Vietnamese(), due.Vietnamese(), cited(policy.GetGround())) + thenExplain}
}

func shortHold(policy *casefilev1.ItemPolicy, hold *casefilev1.HoldPolicy, kept int) fault {
	return fault{"fact-" + policy.GetUntilFact(), fmt.Sprintf("Thời gian duy trì là %d ngày, quy định ít nhất %d ngày liên tục%s.", kept, hold.GetDays(), cited(hold.GetGround())) + thenExplain}
}

// cited is " (khoản 3 Điều 12, Luật …)"; empty for a setting.
func cited(ground *casefilev1.LegalGround) string {
	if ground.GetDocument() == "" {
		return ""
	}
	return " (" + contract.Citation(ground) + ")"
}
