package casefile

import (
	"fmt"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Breach is a rule that a record does not keep. It is refused unless the record says that the deviation is explained; then it is
// recorded as limited, so that nobody is made to forge a date. Field is a key of facts, or "held_on".
type Breach struct{ Field, VI, EN string }

// Explained tells that a deviation is explained in words that reports keeps.
func Explained(facts map[string]string) bool {
	value := facts[FactExplained]
	return value == "yes" || value == "true"
}

// Unexplained are the faults of the breaches that the facts do not say to be explained.
func Unexplained(facts map[string]string, breaches []Breach) []*casefilev1.FieldFault {
	if Explained(facts) {
		return nil
	}
	var faults []*casefilev1.FieldFault
	for _, breach := range breaches {
		faults = append(faults, wire.Field(breach.Field, breach.VI, breach.EN))
	}
	return faults
}

// Kept gives the record the outcome limited when there is a breach.
func Kept(record *casefilev1.StepRecord, breaches []Breach) {
	if len(breaches) > 0 {
		record.Outcome = Limited
	}
}

const (
	checkBothVI = " Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."
	checkBothEN = " Check both days; if they are right, explain below."
)

// DayOf is the day of a step as it stands once the record is taken in; zero while the step is not recorded.
func DayOf(state *casefilev1.CaseState, record *casefilev1.StepRecord, step string) calendar.Date {
	if record.GetStepId() == step {
		return parseDay(record.GetHeldOn())
	}
	return parseDay(ladder.Record(state, step).GetHeldOn())
}

// TermBreaches are broken when the step, once it and the one it hangs on are recorded, is later than the term between them allows:
// so many days after that one, or too few before it.
func TermBreaches(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord, step *casefilev1.StepPolicy) []Breach {
	if id := record.GetStepId(); step.GetDaysAfter() == 0 || id != step.GetId() && id != step.GetAfterStep() {
		return nil
	}
	own, anchor := DayOf(state, record, step.GetId()), DayOf(state, record, step.GetAfterStep())
	if own.IsZero() || anchor.IsZero() {
		return nil
	}
	days, side, sideEN := int(step.GetDaysAfter()), "sau", "after"
	limit := ladder.Counted(input, anchor, days, step.GetCountedAfter())
	if !own.After(limit) {
		return nil
	}
	if days < 0 {
		days, side, sideEN = -days, "trước", "before"
	}
	counted, countedEN := "ngày", "days"
	if step.GetCountedAfter() == ladder.Working {
		counted, countedEN = "ngày làm việc", "working days"
	}
	other := stepPolicy(input.GetSteps(), step.GetAfterStep())
	return []Breach{{"held_on",
		fmt.Sprintf("Bước %s ghi ngày %s, quy định chậm nhất ngày %s (%d %s %s bước %s%s).", inSentence(step.GetTitleVi()), own.Vietnamese(), limit.Vietnamese(),
			days, counted, side, inSentence(other.GetTitleVi()), citation(step.GetDue().GetWhy().GetGround())) + checkBothVI,
		fmt.Sprintf("“%s” was done on %s, the latest day is %s (%d %s %s “%s”).", step.GetTitleEn(), own, limit, days, countedEN, sideEN, other.GetTitleEn()) + checkBothEN}}
}

// SequenceBreaches are broken when a step is recorded for a day before that of a step that precedes it. Each pair is a step and one
// that may not come before it.
func SequenceBreaches(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord, pairs ...[2]string) []Breach {
	var found []Breach
	for _, pair := range pairs {
		if record.GetStepId() != pair[0] && record.GetStepId() != pair[1] {
			continue
		}
		first, then := DayOf(state, record, pair[0]), DayOf(state, record, pair[1])
		if first.IsZero() || then.IsZero() || !then.Before(first) {
			continue
		}
		before, after := stepPolicy(input.GetSteps(), pair[0]), stepPolicy(input.GetSteps(), pair[1])
		found = append(found, Breach{"held_on",
			fmt.Sprintf("Bước %s (%s) ghi trước bước %s (%s).", inSentence(after.GetTitleVi()), then.Vietnamese(), inSentence(before.GetTitleVi()), first.Vietnamese()) + checkBothVI,
			fmt.Sprintf("“%s” (%s) stands before “%s” (%s).", after.GetTitleEn(), then, before.GetTitleEn(), first) + checkBothEN})
	}
	return found
}

// citation is "; Điều 43 Luật số 72/2025/QH15", to stand within brackets; empty for a setting.
func citation(ground *casefilev1.LegalGround) string {
	if text := groundText(ground); text != "" {
		return "; " + text
	}
	return ""
}
