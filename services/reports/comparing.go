package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// nowhere is what a difference shows on the side that has nothing.
const nowhere = "-"

// compared is what the register and a workflow say of one case, side by side.
type compared struct {
	row      caseRow
	runID    string
	standing *casefilev1.CaseStanding
}

// differences names every field in which the register differs from the workflow, in the order of their names.
func (c compared) differences() ([]*reportsv1.Difference, error) {
	input, state, err := c.row.casefileOf()
	if err != nil {
		return nil, err
	}
	found := map[string]*reportsv1.Difference{}
	note := func(field, register, temporal string) {
		found[field] = &reportsv1.Difference{CaseId: c.row.ID, Field: field, Register: cmp.Or(register, nowhere), Temporal: cmp.Or(temporal, nowhere)}
	}
	compareMessages(state, c.standing.GetState(), note)
	is := c.row
	is.follow(c.standing.GetState())
	is.Sequence, is.RunID = c.standing.GetState().GetSequence(), c.runID
	for name, text := range columnTexts {
		if register, temporal := text(c.row), text(is); register != temporal {
			note(name, register, temporal)
		}
	}
	if !sameInput(input, c.standing.GetInput()) {
		note("input", "catalogue "+input.GetCatalogueVersion()+", due "+input.GetDue().GetDay(),
			"catalogue "+c.standing.GetInput().GetCatalogueVersion()+", due "+c.standing.GetInput().GetDue().GetDay())
	}
	named := make([]*reportsv1.Difference, 0, len(found))
	for _, field := range slices.Sorted(maps.Keys(found)) {
		named = append(named, found[field])
	}
	return named, nil
}

// columnTexts are the columns that follow from the state, by the names of its fields.
var columnTexts = map[string]func(caseRow) string{
	"state": func(r caseRow) string { return r.State }, "round": func(r caseRow) string { return strconv.Itoa(int(r.Round)) },
	"submission": func(r caseRow) string { return strconv.Itoa(int(r.Submission)) }, "due_day": func(r caseRow) string { return dayText(r.DueDay) },
	"due_of_law": func(r caseRow) string { return strconv.FormatBool(r.DueOfLaw) }, "extended": func(r caseRow) string { return strconv.FormatBool(r.Extended) },
	"duty_done_on": func(r caseRow) string { return dayText(r.DutyDoneOn) }, "submitted_at": func(r caseRow) string { return instantText(r.SubmittedAt) },
	"accepted_at":       func(r caseRow) string { return instantText(r.AcceptedAt) },
	"late_working_days": func(r caseRow) string { return strconv.Itoa(int(r.LateWorkingDays)) }, "next_rung_id": func(r caseRow) string { return r.NextRungID },
	"next_rung_day": func(r caseRow) string { return dayText(r.NextRungDay) }, "reviewer_unit_id": func(r caseRow) string { return r.ReviewerUnitID },
	"sealed":               func(r caseRow) string { return strconv.FormatBool(r.Sealed) },
	"clock_offset_seconds": func(r caseRow) string { return strconv.FormatInt(r.ClockOffsetSeconds, 10) },
	"sequence":             func(r caseRow) string { return strconv.FormatInt(r.Sequence, 10) }, "run_id": func(r caseRow) string { return r.RunID },
}

// sameInput compares what a case is decided by. What belongs to the run and not to the rules is the workflow's own: an amendment leaves it.
func sameInput(register, temporal *casefilev1.CaseInput) bool {
	is, was := proto.CloneOf(temporal), proto.CloneOf(register)
	for _, input := range []*casefilev1.CaseInput{is, was} {
		input.Reopened, input.OpenedOn, input.QuietDays, input.Demo, input.ClockOffsetSeconds = nil, "", 0, false, 0
		input.FollowsCaseId, input.OriginCaseId, input.TriggerEventId, input.TriggerId, input.EventFacts = "", "", "", "", nil
	}
	return proto.Equal(is, was)
}

// compareMessages notes the fields that differ; of a list each element, by what names it.
func compareMessages(register, temporal proto.Message, note func(field, register, temporal string)) {
	r, t := register.ProtoReflect(), temporal.ProtoReflect()
	fields := r.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.IsList() && field.Message() != nil {
			compareLists(string(field.Name()), r.Get(field).List(), t.Get(field).List(), note)
			continue
		}
		if !r.Get(field).Equal(t.Get(field)) {
			note(string(field.Name()), fieldText(r, field), fieldText(t, field))
		}
	}
}

func compareLists(name string, register, temporal protoreflect.List, note func(field, register, temporal string)) {
	was, is := named(register), named(temporal)
	for key, message := range was {
		if other, there := is[key]; !there {
			note(name+"/"+key, messageText(message), "")
		} else if !proto.Equal(message, other) {
			note(name+"/"+key, messageText(message), messageText(other))
		}
	}
	for key, message := range is {
		if _, there := was[key]; !there {
			note(name+"/"+key, "", messageText(message))
		}
	}
}

// named are the elements of a list by what names them; one that stands twice is numbered.
func named(list protoreflect.List) map[string]proto.Message {
	found := map[string]proto.Message{}
	for i := range list.Len() {
		message := list.Get(i).Message().Interface()
		key := nameOf(message)
		for n := 2; found[key] != nil; n++ {
			key = nameOf(message) + "#" + strconv.Itoa(n)
		}
		found[key] = message
	}
	return found
}

func nameOf(message proto.Message) string {
	switch one := message.(type) {
	case *casefilev1.StepRecord:
		return one.GetStepId()
	case *casefilev1.ItemRecord:
		return one.GetItemId()
	case *casefilev1.FiredRung:
		return fmt.Sprintf("%s (%d)", one.GetRungId(), one.GetRound())
	case *casefilev1.TakenOver:
		return one.GetCaseId()
	default:
		return messageText(message)
	}
}

// mostShown bounds what is shown of a value that differs, in characters.
const mostShown = 160

func messageText(message proto.Message) string {
	text, err := canonical(message)
	if err != nil {
		return err.Error()
	}
	return shortened(string(text))
}

func shortened(text string) string {
	if runes := []rune(text); len(runes) > mostShown {
		return string(runes[:mostShown]) + "…"
	}
	return text
}

func fieldText(message protoreflect.Message, field protoreflect.FieldDescriptor) string {
	switch {
	case !message.Has(field):
		return ""
	case field.Enum() != nil:
		return stateNames[casefilev1.State(message.Get(field).Enum())]
	case field.Message() != nil:
		return shortened(protojson.MarshalOptions{UseProtoNames: true}.Format(message.Get(field).Message().Interface()))
	default:
		return shortened(message.Get(field).String())
	}
}

// actDifferences are the acts that only one side knows: lost are those that the register holds as done and the workflow does not know.
func actDifferences(row caseRow, acts []actRow, taken []*casefilev1.TakenAct) (named []*reportsv1.Difference, lost []actRow, err error) {
	known, stored := map[string]bool{}, map[string]bool{}
	for _, act := range taken {
		known[act.GetActId()] = true
	}
	for _, act := range acts {
		stored[act.ActID] = true
		done, err := act.done()
		if err != nil {
			return nil, nil, err
		}
		if done && !known[act.ActID] {
			lost = append(lost, act)
			named = append(named, &reportsv1.Difference{CaseId: row.ID, Field: "act " + act.Kind + " " + act.ActID, Register: "delivered", Temporal: nowhere})
		}
	}
	for _, act := range taken {
		if !stored[act.GetActId()] {
			named = append(named, &reportsv1.Difference{CaseId: row.ID, Field: "act " + act.GetKind() + " " + act.GetActId(), Register: nowhere, Temporal: "taken"})
		}
	}
	return named, lost, nil
}

// done tells whether the case has done the act, as far as the register knows. An order to reinstate is none: the case had ended.
func (row actRow) done() (bool, error) {
	stored, err := row.tell()
	return err == nil && row.Kind != kindReinstate && stored.GetOutcome() != nil && stored.GetOutcome().GetRefusal() == nil, err
}
