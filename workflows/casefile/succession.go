package casefile

import (
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

func (j judge) transfer(act *casefilev1.Transfer) *casefilev1.Refusal {
	if act.GetAfterReview() && j.state.GetState() != submitted {
		return wire.Refuse(contract.CodeWrongState, "Hồ sơ không còn chờ xác nhận nên chuyển được ngay. Tải lại trang rồi chuyển hồ sơ.",
			"The case no longer waits for its reviewer, so it can pass at once. Reload the page and transfer it.").Refusal
	}
	_, unit, _, err := contract.CaseIDParts(act.GetSuccessorCaseId())
	if err == nil && unit == act.GetSuccessorUnitId() && unit != j.input.GetUnitId() {
		return nil
	}
	return invalid([]*casefilev1.FieldFault{wire.Field("transfer.successor_unit_id",
		fmt.Sprintf("“%s” không phải là mã đơn vị kế thừa. Chọn đơn vị tiếp nhận hồ sơ.", act.GetSuccessorUnitId()),
		fmt.Sprintf("“%s” is not the id of a successor. Choose the unit that takes the case over.", act.GetSuccessorUnitId()))})
}

// takeOver: a case is taken over once. Steps and dates come only into a case that is being worked on; evidence may be linked later too.
func (j judge) takeOver(act *casefilev1.TakeOver) *casefilev1.Refusal {
	from := act.GetFromCaseId()
	obligation, unit, _, err := contract.CaseIDParts(from)
	switch {
	case err != nil || from == j.input.GetCaseId() || unit != act.GetFromUnitId() || act.GetCarry() && obligation != j.input.GetObligationId():
		return invalid([]*casefilev1.FieldFault{wire.Field("take_over.from_case_id",
			fmt.Sprintf("“%s” không phải là hồ sơ của đơn vị trước. Chọn hồ sơ cùng nhiệm vụ của đơn vị được kế thừa.", from),
			fmt.Sprintf("“%s” is not a case of the predecessor. Choose the predecessor's case of the same obligation.", from))})
	case slices.ContainsFunc(j.state.GetTakenOver(), func(t *casefilev1.TakenOver) bool { return t.GetCaseId() == from }):
		return wire.Refuse(contract.CodeConflict, fmt.Sprintf("Hồ sơ %s đã được tiếp nhận vào hồ sơ này. Lần gửi này không thêm gì.", from),
			fmt.Sprintf("Case %s was taken over by this one already. Nothing was added this time.", from)).Refusal
	case act.GetCarry() && j.state.GetState() != open:
		return wrongState(contract.UpdateTakeOver, j.state)
	}
	return invalid(append(dayFault("take_over.due_day", act.GetDueDay()), dayFault("take_over.duty_done_on", act.GetDutyDoneOn())...))
}

// transfer hands the case over at once; one that a reviewer holds may wait until he has decided.
func (a *applying) transfer(act *casefilev1.Transfer) string {
	if act.GetAfterReview() {
		a.state.SuccessorUnitAfterReview, a.state.SuccessorCaseAfterReview = act.GetSuccessorUnitId(), act.GetSuccessorCaseId()
		return contract.ProgressSuccessionPlanned
	}
	return a.succeed(act.GetSuccessorCaseId())
}

// succeed ends this unit's case: the successor's goes on with its evidence.
func (a *applying) succeed(successor string) string {
	a.state.State, a.state.SuccessorCaseId = succeeded, successor
	a.state.ExtensionWanted, a.state.PausedBy = "", ""
	a.forgetSuccession()
	return contract.ProgressTransferred
}

func (a *applying) forgetSuccession() {
	a.state.SuccessorUnitAfterReview, a.state.SuccessorCaseAfterReview = "", ""
}

// takeOver goes on with a predecessor's case. Items are things of their own and come along always; steps and dates only from the only
// predecessor, and never in the place of what this unit recorded itself: a case that was begun is not accepted by what another did.
func (a *applying) takeOver(act *casefilev1.TakeOver) string {
	before, begun := rungDays(a.input, a.state), len(a.state.GetSteps())+len(a.state.GetItems()) > 0
	carried := act.GetCarry() && (act.GetAcceptedAt() == "" || !begun)
	a.takeItems(act)
	if carried {
		a.takeSteps(act.GetSteps())
		a.takeDays(act)
		a.takeAcceptance(act)
	}
	a.state.TakenOver = append(a.state.TakenOver, &casefilev1.TakenOver{
		CaseId: act.GetFromCaseId(), UnitId: act.GetFromUnitId(), ActId: a.act.GetActId(), Carried: carried,
	})
	a.climbAgain(before)
	a.supersede(nil)
	return contract.ProgressTakenOver
}

func (a *applying) takeItems(act *casefilev1.TakeOver) {
	taken := make(map[string]bool, len(a.state.GetItems()))
	for _, item := range a.state.GetItems() {
		taken[item.GetItemId()] = true
	}
	for _, given := range act.GetItems() {
		item := proto.CloneOf(given)
		item.FromCaseId = act.GetFromCaseId()
		item.ItemId = uniqueID(item.GetItemId(), act.GetFromUnitId(), taken)
		taken[item.GetItemId()] = true
		a.state.Items = append(a.state.Items, item)
	}
}

// uniqueID puts the unit before an id that is taken, and a number behind it while that is not enough.
func uniqueID(id, unit string, taken map[string]bool) string {
	if !taken[id] {
		return id
	}
	prefixed := unit + "-" + id
	unique := prefixed
	for n := 2; taken[unique]; n++ {
		unique = prefixed + "-" + strconv.Itoa(n)
	}
	return unique
}

func (a *applying) takeSteps(given []*casefilev1.StepRecord) {
	for _, record := range given {
		if slices.ContainsFunc(a.state.GetSteps(), func(own *casefilev1.StepRecord) bool { return own.GetStepId() == record.GetStepId() }) {
			continue
		}
		a.state.Steps = append(a.state.Steps, proto.CloneOf(record))
		switch record.GetOutcome() {
		case NoQuorum:
			a.state.Convocation = max(a.state.GetConvocation(), 1)
		case Ballot:
			a.state.Ballot = true
		}
	}
}

// takeAcceptance: what the only predecessor did, and its reviewer accepted, was done for this period.
func (a *applying) takeAcceptance(act *casefilev1.TakeOver) {
	if act.GetAcceptedAt() == "" {
		return
	}
	a.unpause()
	a.state.State, a.state.SubmittedAt, a.state.AcceptedAt = accepted, act.GetSubmittedAt(), act.GetAcceptedAt()
	a.state.LateWorkingDays, a.state.LimitedActId = act.GetLateWorkingDays(), act.GetLimitedActId()
}

func (a *applying) takeDays(act *casefilev1.TakeOver) {
	if a.state.GetDutyDoneOn() != "" {
		return
	}
	a.state.DutyDoneOn = act.GetDutyDoneOn()
	if act.GetDueDay() != "" {
		a.state.DueDay, a.state.DueOfLaw = act.GetDueDay(), act.GetDueOfLaw()
	}
}
