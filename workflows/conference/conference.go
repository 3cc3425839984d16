// Package conference is the pattern of a conference: notice, holding with its quorum, second convocation, ballot, minutes, publication.
// Dialogues, conferences of staff and of employees, of a community, and the dialogue at the workplace follow it, called as every year or
// because enough people asked.
package conference

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/rules/ladder"
	"nenep/workflows/casefile"
)

// AnnualDialogue is the yearly conference of a commune's People's Committee with the people.
func AnnualDialogue(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// CadreConference is the yearly conference of cadres, civil servants, public employees and workers of a unit.
func CadreConference(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// EmployeeConference is the yearly conference of the employees of a state-owned enterprise.
func EmployeeConference(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// CommunityConference is the conference that a village or residential group holds at the end of the year.
func CommunityConference(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// WorkplaceDialogue is the dialogue of an employer with the employees' side, of which more than the quorum must be present.
func WorkplaceDialogue(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{MoreThanQuorum: figures.MoreThanQuorum(contract.WorkplaceDialogue)})
}

// Steps of the pattern, by the names the catalogue gives them.
const (
	stepPlan    = "plan"
	stepNotice  = "notice"
	stepHold    = "hold"
	stepMinutes = "minutes"
	stepPublish = "publish"
	stepBallot  = "ballot"
)

// Pattern applies the rules of a conference that its input names; a rule that is zero is none.
type Pattern struct {
	casefile.Plain
	// MoreThanQuorum: a quorum that is just reached does not do.
	MoreThanQuorum bool
}

// Steps ask for a ballot of everyone once the law's number of convocations failed, and then no longer for the conference itself.
func (Pattern) Steps(input *casefilev1.CaseInput, state *casefilev1.CaseState) []*casefilev1.StepPolicy {
	steps := make([]*casefilev1.StepPolicy, 0, len(input.GetSteps())+1)
	declared := false
	for _, step := range input.GetSteps() {
		switch step.GetId() {
		case stepHold:
			if state.GetBallot() {
				step = proto.CloneOf(step)
				step.Required = false
			}
		case stepBallot:
			declared = true
			if !state.GetBallot() {
				continue
			}
			step = proto.CloneOf(step)
			step.Required, step.EvidenceRequired = true, true
		}
		steps = append(steps, step)
	}
	if state.GetBallot() && !declared {
		steps = append(steps, ballotStep())
	}
	return steps
}

// ballotStep is asked for where the catalogue declares none of its own.
func ballotStep() *casefilev1.StepPolicy {
	count := func(key, vi, en, atMost string) *casefilev1.FactPolicy {
		return &casefilev1.FactPolicy{Key: key, TitleVi: vi, TitleEn: en, Kind: figures.KindCount, Required: true, AtMost: atMost}
	}
	return &casefilev1.StepPolicy{
		Id: stepBallot, TitleVi: "Phát phiếu lấy ý kiến toàn thể", TitleEn: "Ballot of everyone", Required: true, EvidenceRequired: true,
		Facts: []*casefilev1.FactPolicy{
			count("ballots_sent", "Số phiếu phát ra", "Ballots sent", ""),
			count("ballots_returned", "Số phiếu thu về", "Ballots returned", "ballots_sent"),
			count(figures.FactVotesFor, "Số phiếu tán thành", "Votes for", "ballots_returned"),
		},
	}
}

// CheckStep refuses a notice, a publication, an order of steps or a resolution that breaks its rule unless the record says that it is
// explained.
func (p Pattern) CheckStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	if record.GetStepId() == stepHold {
		faults = ballotIsDue(state, record)
	}
	return append(faults, casefile.Unexplained(record.GetFacts(), p.breaches(input, state, record))...)
}

// RecordStep counts convocations without quorum and decides whether the conference counts as held.
func (p Pattern) RecordStep(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) (dutyDone bool) {
	casefile.Kept(record, p.breaches(input, state, record))
	switch record.GetStepId() {
	case stepHold:
		return p.recordHold(input, state, record)
	case stepBallot:
		record.Outcome = casefile.Ballot
		return input.GetDutyStep() == stepHold
	default:
		return record.GetStepId() == input.GetDutyStep()
	}
}

func (p Pattern) recordHold(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) (dutyDone bool) {
	earlier := ladder.Record(state, stepHold)
	if earlier.GetOutcome() == casefile.NoQuorum && earlier.GetHeldOn() == record.GetHeldOn() {
		state.Convocation-- // the same convocation, recorded anew
	}
	if !p.quorate(input.GetConference(), record) {
		record.Outcome = casefile.NoQuorum
		state.Convocation++
	}
	most := input.GetConference().GetConvocationsBeforeBallot()
	state.Ballot = record.GetOutcome() == casefile.NoQuorum && most > 0 && state.GetConvocation() >= most
	return record.GetOutcome() != casefile.NoQuorum && input.GetDutyStep() == stepHold
}

func (p Pattern) quorate(rules *casefilev1.ConferenceRules, record *casefilev1.StepRecord) bool {
	return figures.Quorate(rules, p.MoreThanQuorum, record.GetFacts())
}

// ballotIsDue refuses a further convocation when everyone is to be asked in writing; a convocation already recorded may be put right.
func ballotIsDue(state *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	if !state.GetBallot() || ladder.Record(state, stepHold).GetHeldOn() == record.GetHeldOn() {
		return nil
	}
	n := state.GetConvocation()
	return []*casefilev1.FieldFault{wire.Field("held_on",
		fmt.Sprintf("Đã %d lần triệu tập không đủ thành phần. Ghi kết quả phát phiếu lấy ý kiến toàn thể.", n),
		fmt.Sprintf("%d convocations had no quorum. Record the ballot of everyone instead.", n))}
}

func (p Pattern) breaches(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	rules := input.GetConference()
	found := casefile.SequenceBreaches(input, state, record, [2]string{stepPlan, stepHold}, [2]string{stepNotice, stepHold}, [2]string{stepHold, stepMinutes})
	switch record.GetStepId() {
	case stepNotice:
		found = append(found, noticeBreach(rules, record.GetHeldOn(), heldOn(state, stepHold))...)
	case stepHold:
		found = slices.Concat(found, noticeBreach(rules, heldOn(state, stepNotice), record.GetHeldOn()),
			publishBreach(rules, record.GetHeldOn(), heldOn(state, stepPublish)), p.passBreach(rules, record))
	case stepPublish:
		found = append(found, publishBreach(rules, heldOn(state, stepHold), record.GetHeldOn())...)
	}
	return append(found, workingTerms(input, state, record)...)
}

// workingTerms are those of notice and publication that the law counts in working days; calendar days are rules of the conference.
func workingTerms(input *casefilev1.CaseInput, state *casefilev1.CaseState, record *casefilev1.StepRecord) []casefile.Breach {
	var found []casefile.Breach
	for _, step := range input.GetSteps() {
		if id := step.GetId(); step.GetCountedAfter() == ladder.Working && (id == stepNotice || id == stepPublish) {
			found = append(found, casefile.TermBreaches(input, state, record, step)...)
		}
	}
	return found
}

// noticeBreach is E4. A notice after the conference is one of order.
func noticeBreach(rules *casefilev1.ConferenceRules, notice, held string) []casefile.Breach {
	given, ok := daysBetween(notice, held)
	least := int(rules.GetNoticeDays())
	if least == 0 || !ok || given >= least || given < 0 {
		return nil
	}
	return []casefile.Breach{{Field: "held_on",
		VI: fmt.Sprintf("Ngày thông báo chỉ trước ngày tổ chức %d ngày, quy định ít nhất %d ngày. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.", given, least),
		EN: fmt.Sprintf("The notice was given only %d days before the conference, at least %d are asked. Check both days; if they are right, explain below.", given, least)}}
}

func publishBreach(rules *casefilev1.ConferenceRules, held, published string) []casefile.Breach {
	after, ok := daysBetween(held, published)
	most := int(rules.GetPublishWithinDays())
	switch {
	case !ok:
		return nil
	case after < 0:
		return []casefile.Breach{{Field: "held_on", VI: "Ngày công bố kết quả trước ngày tổ chức. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.",
			EN: "The result was published before the conference was held. Check both days; if they are right, explain below."}}
	case most == 0 || after <= most:
		return nil
	}
	return []casefile.Breach{{Field: "held_on",
		VI: fmt.Sprintf("Ngày công bố kết quả sau ngày tổ chức %d ngày, quy định chậm nhất %d ngày. Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới.", after, most),
		EN: fmt.Sprintf("The result was published %d days after the conference, at most %d are allowed. Check both days; if they are right, explain below.", after, most)}}
}

func (p Pattern) passBreach(rules *casefilev1.ConferenceRules, record *casefilev1.StepRecord) []casefile.Breach {
	passed, judged := figures.Passed(rules, record.GetFacts())
	if passed || !judged || !p.quorate(rules, record) {
		return nil
	}
	present, _ := figures.CountOf(record.GetFacts(), figures.FactPresent)
	votes, _ := figures.CountOf(record.GetFacts(), figures.FactVotesFor)
	over := rules.GetPassOverPercent()
	return []casefile.Breach{{Field: figures.FactVotesFor,
		VI: fmt.Sprintf("Số người tán thành %d/%d chưa quá %d%% số người dự nên nghị quyết chưa thông qua. Kiểm tra hai số này; nếu đúng, ghi giải trình ở ô bên dưới.", votes, present, over),
		EN: fmt.Sprintf("%d of %d voted for the resolution, which is not more than %d%%: it has not passed. Check both numbers; if they are right, explain below.", votes, present, over)}}
}

func heldOn(state *casefilev1.CaseState, step string) string {
	return ladder.Record(state, step).GetHeldOn()
}

func daysBetween(from, to string) (int, bool) {
	a, errA := calendar.ParseDate(from)
	b, errB := calendar.ParseDate(to)
	if errA != nil || errB != nil {
		return 0, false
	}
	return b.Sub(a), true
}
