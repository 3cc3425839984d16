// Package task is the pattern of what is simply done and shown: once, as a plan that is carried out over a year, as a commitment that is
// looked at once a year, as a figure every month.
package task

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
)

// OneOffTask is something done once, with evidence.
func OneOffTask(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, casefile.Plain{})
}

// StandingCommitment is a commitment without a hard date, looked at once a year.
func StandingCommitment(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, casefile.Plain{})
}

// PlanAndCarryOut is a plan by a date, items with days of their own, and the closing of the year.
func PlanAndCarryOut(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Plan{})
}

// MonthlyFigures are the figures of twelve months in one case.
func MonthlyFigures(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Months{})
}

// Steps of a plan, by the names the catalogue gives them.
const (
	stepPlan    = "plan"
	stepClosing = "closing"
)

// Plan holds the day by which the plan is issued, and the order of plan and closing.
type Plan struct{ casefile.Plain }

// CheckStep refuses a late plan and a closing before it, unless that is explained.
func (Plan) CheckStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	return casefile.Unexplained(record.GetFacts(), planBreaches(input, state, record))
}

// RecordStep marks a plan that was issued late.
func (p Plan) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	casefile.Kept(record, planBreaches(input, state, record))
	return p.Plain.RecordStep(input, state, record)
}

func planBreaches(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	found := casefile.SequenceBreaches(input, state, record, [2]string{stepPlan, stepClosing})
	issued, due := casefile.DayOf(state, record, stepPlan), stepDue(input, stepPlan)
	if record.GetStepId() != stepPlan || due.IsZero() || !issued.After(due) {
		return found
	}
	return append(found, casefile.Breach{Field: "held_on",
		VI: fmt.Sprintf("Kế hoạch ban hành ngày %s, sau hạn ban hành %s. Kiểm tra ngày ban hành; nếu đúng, ghi giải trình ở ô bên dưới.", issued.Vietnamese(), due.Vietnamese()),
		EN: fmt.Sprintf("The plan was issued on %s, after its date %s. Check the day; if it is right, explain below.", issued, due)})
}

func stepDue(input *casefilev1.CaseInput, id string) calendar.Date {
	i := slices.IndexFunc(input.GetSteps(), func(s *casefilev1.StepPolicy) bool { return s.GetId() == id })
	if i < 0 {
		return calendar.Date{}
	}
	due, err := calendar.ParseDate(input.GetSteps()[i].GetDue().GetDay())
	if err != nil {
		return calendar.Date{}
	}
	return due
}

// Months hold figures of months: none is whole before its month is over, and one that comes after its date is shown as limited.
type Months struct{ casefile.Plain }

// CheckStep refuses figures of a month that is not over, unless that is explained.
func (Months) CheckStep(input *casefilev1.CaseInput, _ *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	return casefile.Unexplained(record.GetFacts(), monthBreaches(input, record))
}

// RecordStep marks figures that came late or too early.
func (p Months) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) bool {
	casefile.Kept(record, monthBreaches(input, record))
	due := stepDue(input, record.GetStepId())
	if sent := casefile.DayOf(state, record, record.GetStepId()); monthForm.MatchString(record.GetStepId()) && !due.IsZero() && sent.After(due) {
		record.Outcome = casefile.Limited
	}
	return p.Plain.RecordStep(input, state, record)
}

var monthForm = regexp.MustCompile(`^m(\d\d)$`)

func monthBreaches(input *casefilev1.CaseInput, record *casefilev1.StepRecord) []casefile.Breach {
	sent, err := calendar.ParseDate(record.GetHeldOn())
	last := lastDay(input.GetPeriodId(), record.GetStepId())
	if err != nil || last.IsZero() || !sent.Before(last) {
		return nil
	}
	return []casefile.Breach{{Field: "held_on",
		VI: fmt.Sprintf("Tháng số liệu đến hết ngày %s, số liệu lập ngày %s nên chưa đủ tháng. Chờ hết tháng; nếu phải nộp sớm, ghi giải trình ở ô bên dưới.", last.Vietnamese(), sent.Vietnamese()),
		EN: fmt.Sprintf("The month ends on %s, figures of %s do not cover it. Wait until it is over; if they must go earlier, explain below.", last, sent)}}
}

// lastDay is the last day of the month that the step stands for, in the year of the period; zero for another step.
func lastDay(period, step string) calendar.Date {
	found := monthForm.FindStringSubmatch(step)
	if found == nil || len(period) < len("2026") {
		return calendar.Date{}
	}
	month, err := strconv.Atoi(found[1])
	year, yearErr := strconv.Atoi(period[:len("2026")])
	if err != nil || yearErr != nil || month < 1 || month > 12 {
		return calendar.Date{}
	}
	return calendar.NewDate(year, time.Month(month)+1, 0)
}
