// Package consultation is the pattern of asking the people about a draft: made public, open for so many days, the synthesis with its
// answers, the result made public.
package consultation

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/ladder"
	"nenep/workflows/casefile"
)

// PublicConsultation is the consultation of the people on one draft or project.
func PublicConsultation(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// Steps of the pattern, by the names the catalogue gives them.
const (
	stepPlan      = "plan"
	stepDraft     = "draft"
	stepClose     = "close"
	stepSynthesis = "synthesis"
	stepPublish   = "publish"
)

// Pattern applies the rules of the consultation that its input names; a rule that is zero is none.
type Pattern struct{ casefile.Plain }

// CheckStep refuses a closing before its day, a late publication and steps out of their order, unless that is explained.
func (Pattern) CheckStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	return casefile.Unexplained(record.GetFacts(), breaches(input, state, record))
}

// RecordStep marks what was closed too early or published too late.
func (p Pattern) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	casefile.Kept(record, breaches(input, state, record))
	return p.Plain.RecordStep(input, state, record)
}

func breaches(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	found := casefile.SequenceBreaches(input, state, record, [2]string{stepPlan, stepDraft}, [2]string{stepDraft, stepClose},
		[2]string{stepClose, stepSynthesis}, [2]string{stepSynthesis, stepPublish})
	return append(append(found, closedEarly(input, state, record)...), publishedLate(input, state, record)...)
}

func closedEarly(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	if id := record.GetStepId(); id != stepDraft && id != stepClose {
		return nil
	}
	opened, closed, least := casefile.DayOf(state, record, stepDraft), casefile.DayOf(state, record, stepClose), int(input.GetConsultation().GetOpenDays())
	if opened.IsZero() || closed.IsZero() || closed.Before(opened) || closed.Sub(opened) >= least {
		return nil
	}
	earliest := opened.AddDays(least)
	return []casefile.Breach{{Field: "held_on",
		VI: fmt.Sprintf("Lấy ý kiến mới được %d ngày, quy định ít nhất %d ngày từ khi công khai dự thảo, tức là đến ngày %s. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.",
			closed.Sub(opened), least, earliest.Vietnamese()),
		EN: fmt.Sprintf("The consultation was open for %d days, at least %d are asked once the draft is public, that is up to %s. Check both days; if they are right, explain below.",
			closed.Sub(opened), least, earliest)}}
}

// publishedLate reads the rule as a term between the two steps, whether or not the step itself is declared to hang so.
func publishedLate(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	rules := input.GetConsultation()
	for _, step := range input.GetSteps() {
		if step.GetId() != stepPublish || rules.GetPublishWithinWorkingDays() == 0 {
			continue
		}
		return casefile.TermBreaches(input, state, record, &casefilev1.StepPolicy{
			Id: stepPublish, TitleVi: step.GetTitleVi(), TitleEn: step.GetTitleEn(), AfterStep: stepSynthesis,
			DaysAfter: rules.GetPublishWithinWorkingDays(), CountedAfter: ladder.Working,
			Due: &casefilev1.Deadline{Why: &casefilev1.Why{Ground: rules.GetPublishGround()}},
		})
	}
	return nil
}
