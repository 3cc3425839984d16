package reports

import (
	"fmt"
	"slices"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// occurrence is an event that somebody wants to record, with all that it is judged by.
type occurrence struct {
	said       *reportsv1.RecordEventRequest
	today      calendar.Date // of the origin's clock, where there is one
	bySystem   bool          // the reconciliation found it
	unit       *unitsv1.Unit // nil = nobody knows it
	edition    *catalogue.Edition
	obligation *catalogue.Obligation // nil = the edition has none such
	trigger    *catalogue.Trigger    // nil = the obligation names none, or none such
	origin     *origin               // nil = nobody knows it, or none is named
	boards     []*unitsv1.Board      // asked for only where the event or the obligation speaks of one
}

// origin is the case out of which an opinion was raised.
type origin struct {
	input *casefilev1.CaseInput
	ended bool // takes nothing more: sealed, or left otherwise than by acceptance
}

// speaksOfBoards tells that who owes the obligation hangs on the boards that units have.
func speaksOfBoards(obligation *catalogue.Obligation) bool {
	return obligation != nil && slices.ContainsFunc(obligation.Obliged.Kinds, func(k catalogue.KindSpan) bool { return k.HasBoard != "" })
}

// chosenTrigger is the trigger named; none named is the first, for a person the first that a person may record.
func chosenTrigger(obligation *catalogue.Obligation, id string, bySystem bool) *catalogue.Trigger {
	for i, trigger := range obligation.Triggers {
		if trigger.ID == id || id == "" && (bySystem || trigger.Automatic == "") {
			return &obligation.Triggers[i]
		}
	}
	return nil
}

// faults names every field of the event that is not right.
func (o occurrence) faults() []*casefilev1.FieldFault {
	j := &judge{setting: setting{today: o.today}}
	j.needed("on", "ngày xảy ra sự kiện", "the day of the event", o.said.GetOn())
	if o.bySystem {
		j.day("on", o.said.GetOn()) // the worker's own day may be ahead: a rehearsal, or midnight between two machines
	} else {
		j.pastDay("on", "ngày xảy ra sự kiện", "the day of the event", o.said.GetOn())
	}
	o.judgeObligation(j)
	o.judgeUnit(j)
	o.judgeOrigin(j)
	if id := o.said.GetBoardId(); id != "" && !slices.ContainsFunc(o.boards, func(b *unitsv1.Board) bool { return b.GetId() == id && b.GetUnitId() == o.said.GetUnitId() }) {
		j.add("board_id", fmt.Sprintf("Đơn vị không có ban “%s”. Chọn một ban của đơn vị.", id), fmt.Sprintf("The unit has no board “%s”. Choose one of its boards.", id))
	}
	j.faults = append(j.faults, tooLong("words", "nội dung", "the text", o.said.GetWords(), mostWords)...)
	if hasUnprintable(o.said) {
		j.add("words", "Nội dung có ký tự không in được. Nhập lại bằng chữ thường.", "The text holds characters that cannot be printed. Type it again.")
	}
	return j.faults
}

func (o occurrence) judgeObligation(j *judge) {
	code := o.said.GetObligationId()
	switch {
	case o.obligation == nil:
		j.add("obligation_id", fmt.Sprintf("Danh mục không có nhiệm vụ “%s” phát sinh theo sự kiện. Chọn nhiệm vụ trong danh mục.", code),
			fmt.Sprintf("The catalogue has no obligation “%s” that arises by event. Choose one of the catalogue.", code))
	case o.obligation.CarriedBy != nil:
		by := o.obligation.CarriedBy
		j.add("obligation_id", fmt.Sprintf("Nhiệm vụ “%s” thực hiện ở một bước của nhiệm vụ %s, không có hồ sơ riêng. Ghi kết quả ở hồ sơ đó.", code, by.Obligation),
			fmt.Sprintf("Obligation “%s” is carried out by a step of %s and has no case of its own. Record it there.", code, by.Obligation))
	case o.obligation.Recurrence != catalogue.ByEvent && len(o.obligation.Triggers) == 0:
		j.add("obligation_id", fmt.Sprintf("Nhiệm vụ “%s” mở theo kỳ, không phát sinh theo sự kiện. Chọn nhiệm vụ khác trong danh mục.", code),
			fmt.Sprintf("Obligation “%s” opens by period and never by an event. Choose another of the catalogue.", code))
	default:
		o.judgeTrigger(j)
	}
}

func (o occurrence) judgeTrigger(j *judge) {
	if o.trigger != nil && o.trigger.Automatic != "" && !o.bySystem {
		j.add("trigger_id", fmt.Sprintf("Sự kiện “%s” do hệ thống tự nhận biết, không nhập tay. Chọn sự kiện khác.", o.trigger.Title.VI),
			fmt.Sprintf("The event “%s” is found by the system itself and is not entered. Choose another.", o.trigger.Title.EN))
		return
	}
	if o.trigger == nil && o.said.GetTriggerId() == "" && len(o.obligation.Triggers) > 0 {
		j.add("trigger_id", fmt.Sprintf("Mọi sự kiện của nhiệm vụ “%s” do hệ thống tự nhận biết, không nhập tay.", o.obligation.Code),
			fmt.Sprintf("Every event of obligation “%s” is found by the system itself and is not entered.", o.obligation.Code))
		return
	}
	for _, fault := range o.edition.CheckTrigger(o.obligation, o.triggerID(), o.said.GetFacts(), o.day()) {
		if fault.GetField() != "trigger_id" {
			fault.Field = "facts." + fault.GetField()
		}
		if o.said.GetFacts()["kind"] == denunciation {
			fault = wire.Field(fault.GetField(), "Tố cáo không ghi thành hồ sơ, không nhận tệp và không gửi tin. Chỉ nhập số lượng ở báo cáo định kỳ.",
				"A denunciation becomes no case, no file and no message. Enter its number in the periodic report only.")
		}
		j.faults = append(j.faults, fault)
	}
	if o.said.GetEveryUnit() && o.trigger != nil && !o.trigger.EveryUnit {
		j.add("every_unit", "Sự kiện này ghi cho từng đơn vị, không ghi một lần cho mọi đơn vị.", "This event is recorded unit by unit, never for all units at once.")
	}
}

// denunciation is what nobody can choose: a rung could tell the accused.
const denunciation = "denunciation"

// day is that of the event; today when what was said is none.
func (o occurrence) day() calendar.Date {
	if on := dayOf(o.said.GetOn()); !on.IsZero() {
		return on
	}
	return o.today
}

func (o occurrence) triggerID() string {
	if o.trigger != nil {
		return o.trigger.ID
	}
	return o.said.GetTriggerId()
}

func (o occurrence) judgeUnit(j *judge) {
	id := o.said.GetUnitId()
	switch {
	case o.unit == nil:
		j.faults = append(j.faults, noSuchUnit(id))
	case o.hasEnded():
		successors := strings.Join(o.unit.GetSuccessorIds(), ", ")
		j.add("unit_id", strings.TrimSuffix(fmt.Sprintf("%s đã kết thúc hoạt động ngày %s. Chọn đơn vị kế thừa: %s", o.unit.GetName(), dayOf(o.unit.GetValidTo()).Vietnamese(), successors), ": ")+".",
			strings.TrimSuffix(fmt.Sprintf("%s ended on %s. Choose its successor: %s", o.unit.GetNameEn(), o.unit.GetValidTo(), successors), ": ")+".")
	case o.obligation != nil && o.obligation.CarriedBy == nil && !o.said.GetEveryUnit():
		if obliged, reason := o.obliges(o.unit); !obliged {
			j.faults = append(j.faults, notObliged(o.unit, o.obligation.Code, reason))
		}
	}
}

func (o occurrence) hasEnded() bool {
	last := dayOf(o.unit.GetValidTo())
	return !last.IsZero() && last.Before(o.today)
}

// obliges tells whether the unit owed the obligation on the day of the event, else why not, as far as there is a reason to tell.
func (o occurrence) obliges(unit *unitsv1.Unit) (bool, catalogue.Text) {
	obliged, reason, _ := o.edition.Obliged(o.obligation, factsOfUnit(unit, o.boards), o.day())
	return obliged, reason
}

func noSuchUnit(id string) *casefilev1.FieldFault {
	return wire.Field("unit_id", fmt.Sprintf("Không có đơn vị “%s”. Kiểm tra mã đơn vị.", id), fmt.Sprintf("There is no unit “%s”. Check its id.", id))
}

func notObliged(unit *unitsv1.Unit, code string, reason catalogue.Text) *casefilev1.FieldFault {
	vi, en := fmt.Sprintf("%s không thuộc đối tượng thực hiện nhiệm vụ %s", unit.GetName(), code), fmt.Sprintf("%s does not owe obligation %s", unit.GetNameEn(), code)
	if reason.VI != "" {
		vi, en = vi+": "+strings.TrimSuffix(reason.VI, "."), en+": "+strings.TrimSuffix(reason.EN, ".")
	}
	return wire.Field("unit_id", vi+".", en+".")
}

// judgeOrigin: an opinion becomes a case of the obligation that its conference's case names, of the same unit, while that case takes
// anything.
func (o occurrence) judgeOrigin(j *judge) {
	id := o.said.GetOriginCaseId()
	if id == "" {
		return
	}
	const field = "origin_case_id"
	switch {
	case o.origin == nil:
		j.add(field, fmt.Sprintf("Không có hồ sơ “%s”. Kiểm tra mã hồ sơ.", id), fmt.Sprintf("There is no case “%s”. Check its id.", id))
	case o.said.GetEveryUnit():
		j.add(field, "Ý kiến nêu ở một hồ sơ không ghi một lần cho mọi đơn vị.", "What was raised out of one case is never recorded for all units at once.")
	case o.origin.input.GetUnitId() != o.said.GetUnitId():
		j.add(field, fmt.Sprintf("Hồ sơ %s là của đơn vị khác. Chọn hồ sơ của đơn vị này.", id), fmt.Sprintf("Case %s belongs to another unit. Choose one of this unit.", id))
	case o.origin.input.GetLinkedObligationId() == "":
		j.add(field, fmt.Sprintf("Ý kiến nêu ở hồ sơ %s không thành hồ sơ riêng. Ghi số lượng ở các bước của hồ sơ.", id),
			fmt.Sprintf("What is raised out of case %s becomes no case of its own. Enter its number with the steps.", id))
	case o.origin.input.GetLinkedObligationId() != o.said.GetObligationId():
		j.add(field, fmt.Sprintf("Ý kiến nêu ở hồ sơ %s ghi theo nhiệm vụ %s.", id, o.origin.input.GetLinkedObligationId()),
			fmt.Sprintf("What is raised out of case %s is recorded under obligation %s.", id, o.origin.input.GetLinkedObligationId()))
	case o.origin.ended:
		j.add(field, fmt.Sprintf("Hồ sơ %s đã kết thúc nên không thêm ý kiến, kiến nghị được.", id), fmt.Sprintf("Case %s is closed and takes no more opinions.", id))
	}
}

// facts are those of the event in the form in which they are stored.
func (o occurrence) facts() map[string]string {
	if o.trigger == nil {
		return nil
	}
	return figures.Normalise(catalogue.Policies(o.trigger.Facts), o.said.GetFacts())
}
