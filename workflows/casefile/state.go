package casefile

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Short names of the states.
const (
	open      = casefilev1.State_STATE_OPEN
	submitted = casefilev1.State_STATE_SUBMITTED
	returned  = casefilev1.State_STATE_RETURNED
	accepted  = casefilev1.State_STATE_ACCEPTED
	exempted  = casefilev1.State_STATE_EXEMPTED
	withdrawn = casefilev1.State_STATE_WITHDRAWN
	succeeded = casefilev1.State_STATE_SUCCEEDED
)

// Pauses of a ladder.
const (
	pausedByExplanation = ladder.PausedByExplanation
	pausedByRequest     = "extension-request"
)

// Begin is the state in which a case opens.
func Begin(input *casefilev1.CaseInput) *casefilev1.CaseState {
	return &casefilev1.CaseState{
		CaseId: input.GetCaseId(), State: open, Round: 1, Sequence: 1,
		DueDay: input.GetDue().GetDay(), DueOfLaw: input.GetDue().GetOfLaw(),
		ReviewerUnitId: input.GetReview().GetReviewerUnitId(), ClockOffsetSeconds: input.GetClockOffsetSeconds(),
	}
}

// CheckInput tells what keeps a case from running at all.
func CheckInput(input *casefilev1.CaseInput) *casefilev1.Refusal {
	var faults []*casefilev1.FieldFault
	if _, _, _, err := contract.CaseIDParts(input.GetCaseId()); err != nil {
		faults = append(faults, wire.Field("case_id", "Mã hồ sơ “"+input.GetCaseId()+"” không đúng dạng nhiệm vụ/đơn vị/kỳ.",
			"The case id “"+input.GetCaseId()+"” is not of the form obligation/unit/period."))
	}
	for _, given := range [][2]string{{"due.day", input.GetDue().GetDay()}, {"opened_on", input.GetOpenedOn()}} {
		if parseDay(given[1]).IsZero() {
			faults = append(faults, wire.Field(given[0], "“"+given[1]+"” không phải là ngày có trong lịch.", "“"+given[1]+"” is not a day of the calendar."))
		}
	}
	if input.GetClockOffsetSeconds() != 0 && !input.GetDemo() {
		faults = append(faults, wire.Field("clock_offset_seconds", "Chỉ hồ sơ chạy thử mới được chuyển đồng hồ.", "Only a case of a demonstration may have its clock shifted."))
	}
	return invalid(faults)
}

// StateName is a state as the register and search attributes write it: "open", "submitted"…
func StateName(state casefilev1.State) string {
	return strings.ToLower(strings.TrimPrefix(state.String(), "STATE_"))
}

// Ended tells that the case takes no more acts: it was sealed, or left otherwise than by acceptance.
func Ended(state *casefilev1.CaseState) bool {
	switch state.GetState() {
	case exempted, withdrawn, succeeded:
		return true
	default:
		return state.GetSealed()
	}
}

// Lateness is by how many working days the case is late on the day: the later of duty and file. What an earlier round was late by stays.
func Lateness(input *casefilev1.CaseInput, state *casefilev1.CaseState, day calendar.Date) int32 {
	duty, file := ladder.Late(input, state, day)
	late := int32(max(duty, file)) //nolint:gosec // days of a case
	if state.GetRound() > 1 {
		return max(late, state.GetLateWorkingDays())
	}
	return late
}

// CaseTime is the case's clock at the workflow's time t.
func CaseTime(state *casefilev1.CaseState, t time.Time) time.Time {
	return t.Add(time.Duration(state.GetClockOffsetSeconds()) * time.Second)
}

// Moment is when an act happened by the case's clock: when reports received it, although it may have reached the case later. An instant
// that cannot be (before the case opened, or after now) is now.
func Moment(input *casefilev1.CaseInput, state *casefilev1.CaseState, act *casefilev1.Act, now time.Time) time.Time {
	at, err := time.Parse(time.RFC3339Nano, act.GetAt())
	if err != nil {
		return now
	}
	at = CaseTime(state, at)
	if at.After(now) || at.Before(parseDay(input.GetOpenedOn()).At(0, 0)) {
		return now
	}
	return at
}

func instant(t time.Time) string { return t.In(calendar.Zone).Format(time.RFC3339) }

// parseDay is the zero Date for what is no day.
func parseDay(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

func stepPolicy(steps []*casefilev1.StepPolicy, id string) *casefilev1.StepPolicy {
	for _, step := range steps {
		if step.GetId() == id {
			return step
		}
	}
	return nil
}

// Done tells whether the step's record counts as done.
func Done(record *casefilev1.StepRecord) bool {
	return record != nil && record.GetOutcome() != NoQuorum
}

// Missing are the required steps that are not recorded, or lack their file, in the order of the steps, then what the register of items
// lacks.
func Missing(p Pattern, input *casefilev1.CaseInput, state *casefilev1.CaseState) []*casefilev1.StepPolicy {
	var missing []*casefilev1.StepPolicy
	for _, step := range p.Steps(input, state) {
		record := ladder.Record(state, step.GetId())
		if step.GetRequired() && (!Done(record) || step.GetEvidenceRequired() && len(record.GetFileIds()) == 0) {
			missing = append(missing, step)
		}
	}
	return append(missing, missingItems(input, state)...)
}

func titles(steps []*casefilev1.StepPolicy) (vi, en []string) {
	for _, step := range steps {
		vi, en = append(vi, step.GetTitleVi()), append(en, step.GetTitleEn())
	}
	return vi, en
}

// cloned shares the items, which are replaced and never changed: a register keeps hundreds of them, and every answer holds its state.
func cloned(state *casefilev1.CaseState) *casefilev1.CaseState {
	next := proto.CloneOf(state)
	next.Items = slices.Clone(state.GetItems())
	return next
}
