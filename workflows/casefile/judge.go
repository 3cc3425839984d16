package casefile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/figures"
	"nenep/rules/ladder"
)

// Kind is the name of the Update by which an act is delivered; empty for no act.
func Kind(act *casefilev1.Act) string {
	switch act.GetKind().(type) {
	case *casefilev1.Act_RecordStep:
		return contract.UpdateRecordStep
	case *casefilev1.Act_Submit:
		return contract.UpdateSubmit
	case *casefilev1.Act_Recall:
		return contract.UpdateRecall
	case *casefilev1.Act_Accept:
		return contract.UpdateAccept
	case *casefilev1.Act_Return:
		return contract.UpdateReturn
	case *casefilev1.Act_Explain:
		return contract.UpdateExplain
	case *casefilev1.Act_RequestExtension:
		return contract.UpdateRequestExtension
	case *casefilev1.Act_DecideExtension:
		return contract.UpdateDecideExtension
	case *casefilev1.Act_Exempt:
		return contract.UpdateExempt
	case *casefilev1.Act_Transfer:
		return contract.UpdateTransfer
	case *casefilev1.Act_Withdraw:
		return contract.UpdateWithdraw
	case *casefilev1.Act_Correct:
		return contract.UpdateCorrect
	case *casefilev1.Act_Note:
		return contract.UpdateNote
	case *casefilev1.Act_ShiftClock:
		return contract.UpdateShiftClock
	case *casefilev1.Act_Seal:
		return contract.UpdateSeal
	default:
		return laterKind(act)
	}
}

// laterKind are the kinds that came with registers and reorganisations.
func laterKind(act *casefilev1.Act) string {
	switch act.GetKind().(type) {
	case *casefilev1.Act_RecordItem:
		return contract.UpdateRecordItem
	case *casefilev1.Act_TakeOver:
		return contract.UpdateTakeOver
	case *casefilev1.Act_Amend:
		return contract.UpdateAmend
	case *casefilev1.Act_Revoke:
		return contract.UpdateRevoke
	default:
		return ""
	}
}

// admits says in which states an act may be done. An ended case takes none.
func admits(kind string, state casefilev1.State) bool {
	switch kind {
	case contract.UpdateRecordStep, contract.UpdateRecordItem, contract.UpdateSubmit, contract.UpdateExplain, contract.UpdateRequestExtension,
		contract.UpdateDecideExtension, contract.UpdateExempt:
		return state == open || state == returned
	case contract.UpdateRecall, contract.UpdateAccept, contract.UpdateReturn:
		return state == submitted
	case contract.UpdateTransfer, contract.UpdateWithdraw, contract.UpdateTakeOver, contract.UpdateAmend, contract.UpdateRevoke:
		return state == open || state == returned || state == submitted
	case contract.UpdateCorrect, contract.UpdateSeal:
		return state == accepted
	case contract.UpdateNote, contract.UpdateShiftClock:
		return state == open || state == returned || state == submitted || state == accepted
	default:
		return false
	}
}

// reviewing acts are not for the unit whose case it is.
var reviewing = []string{contract.UpdateAccept, contract.UpdateReturn, contract.UpdateDecideExtension, contract.UpdateExempt}

// Judge tells whether the act may be done upon the case in its state on the day (the case's); nil when it may. Who may act is judged by
// reports before; words and numbers of documents stay there and are not asked for here.
func Judge(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState, act *casefilev1.Act, today calendar.Date) *casefilev1.Refusal {
	kind := Kind(act)
	if kind == "" {
		return wire.Refuse(contract.CodeInvalid, "Chưa biết phải làm gì với hồ sơ. Chọn một việc rồi gửi lại.",
			"It is not said what to do with the case. Choose an act and send again.").Refusal
	}
	if kind == contract.UpdateSubmit && state.GetState() == submitted && !state.GetSealed() {
		return alreadySubmitted(state)
	}
	if Ended(state) || !admits(kind, state.GetState()) {
		return wrongState(kind, state)
	}
	ofReviewer := slices.Contains(reviewing, kind) || act.GetRevoke().GetWhat() == revokesExtension
	if ofReviewer && act.GetActingUnitId() == input.GetUnitId() {
		return ownCase(kind)
	}
	return judge{p, input, state, today}.act(act)
}

type judge struct {
	pattern Pattern
	input   *casefilev1.CaseInput
	state   *casefilev1.CaseState
	today   calendar.Date
}

func (j judge) act(act *casefilev1.Act) *casefilev1.Refusal {
	switch kind := act.GetKind().(type) {
	case *casefilev1.Act_RecordStep:
		return j.recordStep(kind.RecordStep)
	case *casefilev1.Act_Submit:
		return j.submit(kind.Submit)
	case *casefilev1.Act_Return:
		return j.returned(kind.Return)
	case *casefilev1.Act_Explain:
		return j.explain(kind.Explain)
	case *casefilev1.Act_RequestExtension:
		return j.extension("request_extension.day", kind.RequestExtension.GetDay())
	case *casefilev1.Act_DecideExtension:
		return j.decideExtension(kind.DecideExtension)
	case *casefilev1.Act_Exempt:
		return j.exempt(kind.Exempt)
	case *casefilev1.Act_Transfer:
		return j.transfer(kind.Transfer)
	case *casefilev1.Act_Correct:
		return j.correct(kind.Correct)
	case *casefilev1.Act_ShiftClock:
		return j.shiftClock(kind.ShiftClock)
	case *casefilev1.Act_RecordItem:
		return j.recordItem(kind.RecordItem)
	case *casefilev1.Act_TakeOver:
		return j.takeOver(kind.TakeOver)
	case *casefilev1.Act_Amend:
		return j.amend(kind.Amend)
	case *casefilev1.Act_Revoke:
		return j.revoke(kind.Revoke)
	default:
		return nil
	}
}

func (j judge) recordStep(act *casefilev1.RecordStep) *casefilev1.Refusal {
	const prefix = "record_step."
	policy := stepPolicy(j.pattern.Steps(j.input, j.state), act.GetStepId())
	if policy == nil {
		return invalid([]*casefilev1.FieldFault{noStep(prefix+"step_id", act.GetStepId())})
	}
	if refusal := j.pattern.Bars(j.input, act); refusal != nil {
		return refusal
	}
	faults := j.heldOn(prefix+"held_on", act)
	faults = append(faults, under(prefix+"facts.", figures.CheckFacts(policy.GetFacts(), asked(policy.GetFacts(), act.GetFacts())))...)
	if len(faults) == 0 {
		faults = j.patternFaults(prefix, newRecord(policy, act, j.today))
	}
	return invalid(faults)
}

// heldOn holds E3: what was done was not done after today. The day of the duty must be said; any other step without one is of today.
func (j judge) heldOn(field string, act *casefilev1.RecordStep) []*casefilev1.FieldFault {
	if act.GetHeldOn() == "" {
		if act.GetStepId() != j.input.GetDutyStep() {
			return nil
		}
		return []*casefilev1.FieldFault{wire.Field(field, "Chưa có ngày diễn ra. Nhập ngày diễn ra rồi gửi lại.",
			"The day on which it was held is missing. Enter it and send again.")}
	}
	if faults := dayFault(field, act.GetHeldOn()); faults != nil {
		return faults
	}
	if held := parseDay(act.GetHeldOn()); held.After(j.today) {
		return []*casefilev1.FieldFault{wire.Field(field,
			fmt.Sprintf("Ngày diễn ra (%s) sau ngày hôm nay. Nhập ngày đã tổ chức; nếu chưa tổ chức, để trống và lưu nháp.", held.Vietnamese()),
			fmt.Sprintf("The day it was held (%s) is after today. Enter the day it was held; if it was not, leave it empty and save a draft.", held))}
	}
	return nil
}

func (j judge) patternFaults(prefix string, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	faults := j.pattern.CheckStep(j.input, j.state, record)
	for _, fault := range faults {
		if fault.GetField() == "held_on" {
			fault.Field = prefix + "held_on"
		} else {
			fault.Field = prefix + "facts." + fault.GetField()
		}
	}
	return faults
}

func (j judge) submit(act *casefilev1.Submit) *casefilev1.Refusal {
	if len(act.GetSteps()) > 0 {
		if refusal := j.paper(act); refusal != nil {
			return refusal
		}
	} else if missing := Missing(j.pattern, j.input, j.state); len(missing) > 0 {
		return missingEvidence(missing)
	}
	const field = "submit.paper_received_on"
	faults := dayFault(field, act.GetPaperReceivedOn())
	if paper := parseDay(act.GetPaperReceivedOn()); paper.After(j.today) {
		faults = append(faults, wire.Field(field,
			fmt.Sprintf("Ngày nhận bản giấy (%s) sau ngày hôm nay. Nhập ngày bản giấy đã đến.", paper.Vietnamese()),
			fmt.Sprintf("The day the paper arrived (%s) is after today. Enter the day it arrived.", paper)))
	}
	return invalid(faults)
}

// explain: the day by which the duty is expected ends the pause, so it cannot have passed.
func (j judge) explain(act *casefilev1.Explain) *casefilev1.Refusal {
	const field = "explain.expected_day"
	faults := dayFault(field, act.GetExpectedDay())
	if day := parseDay(act.GetExpectedDay()); !day.IsZero() && day.Before(j.today) {
		faults = append(faults, wire.Field(field, fmt.Sprintf("Ngày dự kiến hoàn thành (%s) đã qua. Nhập một ngày từ hôm nay trở đi.", day.Vietnamese()),
			fmt.Sprintf("The day by which it is expected (%s) has passed. Enter today or a later day.", day)))
	}
	return invalid(faults)
}

// returned holds E26 and E27.
func (j judge) returned(act *casefilev1.Return) *casefilev1.Refusal {
	var faults []*casefilev1.FieldFault
	known := func(reason string) bool { _, declared := contract.ReturnReasonOf(reason); return declared }
	if len(act.GetReasons()) == 0 || !slices.ContainsFunc(act.GetReasons(), known) {
		faults = append(faults, wire.Field("return.reasons", "Chưa chọn lý do trả lại. Chọn ít nhất một lý do và ghi rõ nội dung cần bổ sung.",
			"No reason is chosen. Choose at least one and say what has to be added."))
	}
	faults = append(faults, dayFault("return.due_day", act.GetDueDay())...)
	if due := parseDay(act.GetDueDay()); !due.IsZero() && !due.After(j.today) {
		faults = append(faults, notLater("return.due_day", due, j.today))
	}
	return invalid(faults)
}

func (j judge) extension(field, day string) *casefilev1.Refusal {
	due := parseDay(j.state.GetDueDay())
	switch {
	case j.state.GetDueOfLaw():
		return ofLaw(due)
	case due.IsZero():
		return wire.Refuse(contract.CodeWrongState, "Hồ sơ hiện không có thời hạn nào phải gia hạn. Tải lại trang để xem các việc có thể làm.",
			"The case has no due date at present, so there is none to extend. Reload the page to see what can be done.").Refusal
	}
	if day == "" {
		return invalid([]*casefilev1.FieldFault{wire.Field(field, "Chưa có hạn mới. Nhập hạn mới rồi gửi lại.", "The new due date is missing. Enter it and send again.")})
	}
	faults := dayFault(field, day)
	if wanted := parseDay(day); faults == nil && !wanted.After(due) {
		faults = append(faults, notLater(field, wanted, due))
	}
	return invalid(faults)
}

func (j judge) decideExtension(act *casefilev1.DecideExtension) *casefilev1.Refusal {
	if act.GetGranted() {
		day := act.GetDay()
		if day == "" {
			day = j.state.GetExtensionWanted()
		}
		return j.extension("decide_extension.day", day)
	}
	if j.state.GetExtensionWanted() == "" {
		return wire.Refuse(contract.CodeWrongState, "Hồ sơ không có đề nghị gia hạn nào chờ ý kiến. Tải lại trang để xem các việc có thể làm.",
			"No request for an extension is waiting. Reload the page to see what can be done.").Refusal
	}
	return nil
}

// exempt: nobody exempts from law; what is recorded is the article that leaves the unit out.
func (j judge) exempt(act *casefilev1.Exempt) *casefilev1.Refusal {
	ground := act.GetGround()
	if ground.GetDocument() != "" && ground.GetArticle() != "" && ground.GetConfidence() != "setting" {
		return nil
	}
	return invalid([]*casefilev1.FieldFault{wire.Field("exempt.ground",
		"Không thuộc đối tượng phải căn cứ vào điều, khoản của văn bản pháp luật. Nhập văn bản và điều, khoản.",
		"Only an article of law leaves a unit out. Enter the law and its article.")})
}

// correct judges the corrected figures together with those that stay.
func (j judge) correct(act *casefilev1.Correct) *casefilev1.Refusal {
	const prefix = "correct."
	if strings.HasPrefix(act.GetStepId(), ItemStep) {
		return j.correctItem(act)
	}
	policy, record := stepPolicy(j.pattern.Steps(j.input, j.state), act.GetStepId()), ladder.Record(j.state, act.GetStepId())
	if policy == nil || record == nil {
		return invalid([]*casefilev1.FieldFault{noStep(prefix+"step_id", act.GetStepId())})
	}
	corrected := correctedRecord(policy, record, act)
	facts := asked(policy.GetFacts(), corrected.GetFacts())
	for _, kept := range ownFacts {
		delete(facts, kept)
	}
	faults := under(prefix+"facts.", figures.CheckFacts(policy.GetFacts(), facts))
	if len(faults) == 0 {
		faults = j.patternFaults(prefix, corrected)
	}
	return invalid(faults)
}

func (j judge) shiftClock(act *casefilev1.ShiftClock) *casefilev1.Refusal {
	if !j.input.GetDemo() {
		return wire.Refuse(contract.CodeForbidden, "Chỉ hồ sơ chạy thử mới được chuyển đồng hồ.", "Only a case of a demonstration may have its clock shifted.").Refusal
	}
	if act.GetSeconds() > 0 {
		return nil
	}
	return invalid([]*casefilev1.FieldFault{wire.Field("shift_clock.seconds", "Đồng hồ chỉ chuyển được về phía trước. Nhập số giây lớn hơn 0.",
		"A clock only goes forward. Enter more than 0 seconds.")})
}

// newRecord is what recording the step would keep, before the pattern gives it an outcome.
func newRecord(policy *casefilev1.StepPolicy, act *casefilev1.RecordStep, today calendar.Date) *casefilev1.StepRecord {
	held := act.GetHeldOn()
	if held == "" {
		held = today.String()
	}
	return &casefilev1.StepRecord{StepId: act.GetStepId(), HeldOn: held, Facts: figures.Normalise(policy.GetFacts(), act.GetFacts()), FileIds: act.GetFileIds()}
}

func correctedRecord(policy *casefilev1.StepPolicy, record *casefilev1.StepRecord, act *casefilev1.Correct) *casefilev1.StepRecord {
	facts := merged(record.GetFacts(), act.GetFacts())
	for _, name := range ownFacts {
		delete(facts, name)
		if value, kept := record.GetFacts()[name]; kept {
			facts[name] = value
		}
	}
	corrected := &casefilev1.StepRecord{StepId: record.GetStepId(), HeldOn: record.GetHeldOn(), RecordedAt: record.GetRecordedAt(), ActId: record.GetActId(),
		Outcome: record.GetOutcome(), Facts: figures.Normalise(policy.GetFacts(), facts), FileIds: record.GetFileIds()}
	if len(act.GetFileIds()) > 0 {
		corrected.FileIds = act.GetFileIds()
	}
	return corrected
}

// ownFacts are those that the case itself writes into a record; nobody hands them in.
var ownFacts = []string{ladder.FactJudgedBy, FactTermEndsOn}

func merged(facts, changed map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, facts)
	maps.Copy(all, changed)
	return all
}

// asked leaves out the facts that every step and item may carry without asking for them.
func asked(policies []*casefilev1.FactPolicy, facts map[string]string) map[string]string {
	declared := func(key string) bool {
		return slices.ContainsFunc(policies, func(f *casefilev1.FactPolicy) bool { return f.GetKey() == key })
	}
	kept := maps.Clone(facts)
	if !declared(FactExplained) {
		delete(kept, FactExplained)
	}
	return kept
}

func under(prefix string, faults []*casefilev1.FieldFault) []*casefilev1.FieldFault {
	for _, fault := range faults {
		fault.Field = prefix + fault.GetField()
	}
	return faults
}

func noStep(field, id string) *casefilev1.FieldFault {
	return wire.Field(field, fmt.Sprintf("Hồ sơ này không có bước “%s”, hoặc bước này chưa đến lượt. Chọn một bước của hồ sơ.", id),
		fmt.Sprintf("This case has no step “%s”, or its turn has not come. Choose one of its steps.", id))
}

// dayFault is E2; nil for no day given.
func dayFault(field, value string) []*casefilev1.FieldFault {
	if value == "" || !parseDay(value).IsZero() {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field(field, fmt.Sprintf("“%s” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", value),
		fmt.Sprintf("“%s” is not a day of the calendar. Enter it as day/month/year.", value))}
}

// notLater is E27.
func notLater(field string, day, than calendar.Date) *casefilev1.FieldFault {
	return wire.Field(field, fmt.Sprintf("Hạn mới %s không sau hạn hiện tại %s. Chọn một ngày sau %s.", day.Vietnamese(), than.Vietnamese(), than.Vietnamese()),
		fmt.Sprintf("The new due date %s is not after %s. Choose a later day.", day, than))
}
