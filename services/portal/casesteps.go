package portal

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/rules/ladder"
)

// stepView is one stage with what has been recorded of it.
type stepView struct {
	Policy *casefilev1.StepPolicy
	Record *casefilev1.StepRecord
	Number int
	Due    string // wire day; empty while it hangs on another step
	After  int    // number of the step it hangs on
	Files  []*reportsv1.File
	Facts  []choice
	Status string
	Done   bool
	Late   bool // not done, and its day is over
	// DayLabel names the day: held, for the step that fulfils the duty, else done.
	DayLabel string
}

// Ids and words of the steps that a pattern asks for by what has been recorded, and not by the catalogue alone.
const (
	stepHold    = "hold"
	stepBallot  = "ballot"
	stepHandle  = "handle"
	stepAnswer  = "answer"
	factOutcome = "outcome"
	passedOn    = "transferred"

	outcomeNoQuorum = "no-quorum"
	outcomeLimited  = "limited"
)

// askedSteps are the steps the case asks for as it stands: a ballot of everyone in the place of a conference that twice lacked its
// quorum, and no answer to a petition that was passed on. The case itself judges by the same.
func askedSteps(input *casefilev1.CaseInput, state *casefilev1.CaseState) []*casefilev1.StepPolicy {
	switch {
	case input.GetConference() != nil:
		return conferenceSteps(input.GetSteps(), state.GetBallot())
	case input.GetWorkflowType() == contract.Petition && ladder.Record(state, stepHandle).GetFacts()[factOutcome] == passedOn:
		return passedOnSteps(input.GetSteps())
	default:
		return input.GetSteps()
	}
}

func conferenceSteps(declared []*casefilev1.StepPolicy, balloting bool) []*casefilev1.StepPolicy {
	var steps []*casefilev1.StepPolicy
	known := false
	for _, step := range declared {
		switch {
		case step.GetId() == stepBallot && !balloting:
			continue
		case step.GetId() == stepBallot:
			known = true
			step = asking(step, true, true)
		case step.GetId() == stepHold && balloting:
			step = asking(step, false, step.GetEvidenceRequired())
		}
		steps = append(steps, step)
	}
	if balloting && !known {
		steps = append(steps, ballotStep())
	}
	return steps
}

func passedOnSteps(declared []*casefilev1.StepPolicy) []*casefilev1.StepPolicy {
	steps := slices.Clone(declared)
	for i, step := range steps {
		switch step.GetId() {
		case stepHandle:
			steps[i] = asking(step, step.GetRequired(), true)
		case stepAnswer:
			steps[i] = asking(step, false, step.GetEvidenceRequired())
		}
	}
	return steps
}

func asking(step *casefilev1.StepPolicy, required, evidence bool) *casefilev1.StepPolicy {
	asked := proto.CloneOf(step)
	asked.Required, asked.EvidenceRequired = required, evidence
	return asked
}

// ballotStep is asked for where the case was opened without declaring one.
func ballotStep() *casefilev1.StepPolicy {
	count := func(key, title, atMost string) *casefilev1.FactPolicy {
		return &casefilev1.FactPolicy{Key: key, TitleVi: title, Kind: figures.KindCount, Required: true, AtMost: atMost}
	}
	return &casefilev1.StepPolicy{
		Id: stepBallot, TitleVi: "Phát phiếu lấy ý kiến toàn thể", TitleEn: "Ballot of everyone", Required: true, EvidenceRequired: true,
		Facts: []*casefilev1.FactPolicy{
			count("ballots_sent", "Số phiếu phát ra", ""), count("ballots_returned", "Số phiếu thu về", "ballots_sent"), count("votes_for", "Số phiếu tán thành", "ballots_returned"),
		},
	}
}

func (p *portal) stepsOf(v *caseView) []stepView {
	numbers := map[string]int{}
	var steps []stepView
	for i, policy := range askedSteps(v.GetInput(), v.GetState()) {
		numbers[policy.GetId()] = i + 1
		step := stepView{Policy: policy, Record: ladder.Record(v.GetState(), policy.GetId()), Number: i + 1, DayLabel: "Ngày thực hiện"}
		if policy.GetId() == v.GetInput().GetDutyStep() {
			step.DayLabel = "Ngày diễn ra"
		}
		if v.IsReport() && len(policy.GetFacts()) > 0 {
			step.DayLabel = sectionDay(policy)
		}
		step.Files = filesOfStep(v.Case, step)
		step.Facts = p.factsOfStep(v.Case, policy, step.Record, v.words)
		steps = append(steps, step)
	}
	for i := range steps {
		steps[i].settle(v, numbers)
	}
	return steps
}

// settle gives a step its day and its status.
func (s *stepView) settle(v *caseView, numbers map[string]int) {
	own, hanging := wireDay(s.Policy.GetDue().GetDay()), ladder.HangingDay(v.GetInput(), s.Policy, v.GetState())
	due := sooner(own, hanging)
	if !due.IsZero() {
		s.Due = due.String()
	} else {
		s.After = numbers[s.Policy.GetAfterStep()]
	}
	s.Done = s.Record != nil && s.Record.GetOutcome() != outcomeNoQuorum && !s.lacksFile()
	s.Late = !s.Done && !due.IsZero() && due.Before(v.today) && v.Working()
	s.Status = s.status(v.GetState().GetBallot())
}

// sooner is the earlier of two days, of which either may be unknown: a step that hangs on another is due by both.
func sooner(a, b calendar.Date) calendar.Date {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (s *stepView) lacksFile() bool {
	return s.Record != nil && s.Policy.GetEvidenceRequired() && len(s.Record.GetFileIds()) == 0
}

func (s *stepView) status(balloting bool) string {
	switch {
	case s.Record.GetOutcome() == outcomeNoQuorum && balloting:
		return "Không đủ thành phần, chuyển sang phát phiếu lấy ý kiến toàn thể"
	case s.Record.GetOutcome() == outcomeNoQuorum:
		return "Không đủ thành phần, triệu tập lần hai"
	case s.lacksFile():
		return "Đã ghi, thiếu tệp"
	case s.Record.GetOutcome() == outcomeLimited:
		return "Đã có, còn hạn chế"
	case s.Record != nil:
		return "Đã có"
	case s.Late:
		return "Chưa có, đã quá hạn"
	case s.After > 0 && s.Policy.GetDaysAfter() >= 0:
		return "Chưa làm được"
	default:
		return "Chưa có"
	}
}

// filesOfStep are the files uploaded for the step and those its record names. What a predecessor of a joined case handed in is linked
// to the case and counts for no step of it.
func filesOfStep(c *reportsv1.Case, step stepView) []*reportsv1.File {
	return slices.DeleteFunc(slices.Clone(c.GetFiles()), func(f *reportsv1.File) bool {
		own := f.GetStepId() == step.Policy.GetId() && cmp.Or(f.GetCaseId(), c.GetId()) == c.GetId()
		return !own && !slices.Contains(step.Record.GetFileIds(), f.GetId())
	})
}

func (p *portal) factsOfStep(c *reportsv1.Case, policy *casefilev1.StepPolicy, record *casefilev1.StepRecord, words answersInWords) []choice {
	var facts []choice
	for _, fact := range policy.GetFacts() {
		value, known := record.GetFacts()[fact.GetKey()]
		if !known || value == "" {
			continue
		}
		facts = append(facts, choice{p.answerWord(c, policy.GetId(), fact, value, words), fact.GetTitleVi()})
	}
	return facts
}

// answerWord is what was answered, as a person reads it: a figure with its unit, the words themselves.
func (p *portal) answerWord(c *reportsv1.Case, step string, fact *casefilev1.FactPolicy, value string, words answersInWords) string {
	switch {
	case fact.GetKind() == figures.KindChoice:
		return p.choiceWord(c, step, fact.GetKey(), value)
	case fact.GetKind() == figures.KindText:
		return words.said(step, fact.GetKey(), value)
	case figures.IsFigure(fact.GetKind()) && fact.GetUnitVi() != "" && value != "":
		return figureWord(value) + " " + fact.GetUnitVi()
	default:
		return factWord(fact.GetKind(), value)
	}
}

func factWord(kind, value string) string {
	switch {
	case kind == figures.KindDay:
		return day(value)
	case kind == figures.KindFlag && value == "true":
		return "có"
	case kind == figures.KindFlag:
		return "không"
	case figures.IsFigure(kind):
		return figureWord(value)
	default:
		return value
	}
}

func (v *caseView) step(id string) (stepView, bool) {
	for _, step := range v.Steps {
		if step.Policy.GetId() == id {
			return step, true
		}
	}
	return stepView{}, false
}
