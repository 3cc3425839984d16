// Package history tells a case's Temporal history in sentences that a supervisor can read, each
// naming the events it tells. It is pure: events and words in, sentences out.
package history

import (
	"encoding/json"
	"slices"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// Kinds of a happening; those of acts and rungs are the names of the updates and "rung".
const (
	KindOpened     = "opened"
	KindRung       = "rung"
	KindTimer      = "timer" // a waiting ended and nothing had to be told
	KindExported   = "exported"
	KindClosed     = "closed"
	KindTerminated = "terminated"
	KindReopened   = "reopened"   // the workflow was lost; told by the register while Temporal is away
	KindReinstated = "reinstated" // undone after the case had closed; told by the register
	KindMachinery  = "machinery"  // events before the first sentence, in a history that begins in the middle
)

// Happening is what one sentence tells.
type Happening struct {
	At       time.Time // the case's clock
	Kind     string
	EventIDs []int64

	Input   *casefilev1.CaseInput  // of opened
	Act     *casefilev1.Act        // of an act, as it was delivered
	Outcome *casefilev1.ActOutcome // of an act; nil while the case has not answered
	Rung    *contract.CarryOutResult
	Late    time.Duration // how much later than asked the deed was done, because a service was away
	SHA256  string        // of an export
	Reason  string        // of a termination
}

// Story is a history with every event in exactly one happening, oldest first.
type Story []*Happening

// Read groups events: what opens a sentence, and the machinery that belongs to the sentence it
// follows.
func Read(events []*historypb.HistoryEvent, payloads converter.DataConverter) Story {
	r := &reader{payloads: payloads, by: map[int64]*Happening{}, scheduled: map[int64]*historypb.HistoryEvent{}}
	for _, event := range events {
		happening := r.read(event)
		happening.EventIDs = append(happening.EventIDs, event.GetEventId())
		r.by[event.GetEventId()] = happening
	}
	return r.story
}

type reader struct {
	payloads  converter.DataConverter
	story     Story
	by        map[int64]*Happening // event → its happening
	scheduled map[int64]*historypb.HistoryEvent
	offset    time.Duration
	again     []string // acts that a reopened case takes again: they are told on the day on which they were done
}

// begin opens a sentence.
func (r *reader) begin(event *historypb.HistoryEvent, kind string) *Happening {
	happening := &Happening{Kind: kind, At: event.GetEventTime().AsTime().Add(r.offset)}
	r.story = append(r.story, happening)
	return happening
}

// current is the sentence that machinery follows.
func (r *reader) current(event *historypb.HistoryEvent) *Happening {
	if len(r.story) == 0 {
		return r.begin(event, KindMachinery)
	}
	return r.story[len(r.story)-1]
}

// of is the sentence of an earlier event of the same group.
func (r *reader) of(earlier int64, event *historypb.HistoryEvent) *Happening {
	if happening := r.by[earlier]; happening != nil {
		return happening
	}
	return r.current(event)
}

func (r *reader) read(event *historypb.HistoryEvent) *Happening {
	switch event.GetEventType() { //nolint:exhaustive // all others are machinery
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
		return r.started(event)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
		return r.accepted(event)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
		return r.answered(event)
	case enumspb.EVENT_TYPE_TIMER_FIRED:
		return r.begin(event, KindTimer)
	case enumspb.EVENT_TYPE_MARKER_RECORDED:
		return r.marked(event)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		return r.asked(event)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
		return r.of(event.GetActivityTaskStartedEventAttributes().GetScheduledEventId(), event)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
		return r.done(event)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED:
		return r.of(event.GetActivityTaskFailedEventAttributes().GetScheduledEventId(), event)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
		return r.of(event.GetActivityTaskTimedOutEventAttributes().GetScheduledEventId(), event)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
		return r.begin(event, KindClosed)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
		happening := r.begin(event, KindTerminated)
		happening.Reason = event.GetWorkflowExecutionTerminatedEventAttributes().GetReason()
		return happening
	default:
		return r.current(event)
	}
}

func (r *reader) started(event *historypb.HistoryEvent) *Happening {
	input := &casefilev1.CaseInput{}
	r.first(event.GetWorkflowExecutionStartedEventAttributes().GetInput(), input)
	r.offset = time.Duration(input.GetClockOffsetSeconds()) * time.Second
	happening := r.begin(event, KindOpened)
	happening.Input, r.again = input, input.GetReopened().GetActIds()
	return happening
}

func (r *reader) accepted(event *historypb.HistoryEvent) *Happening {
	request := event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest()
	happening := r.begin(event, request.GetInput().GetName())
	happening.Act = &casefilev1.Act{}
	r.first(request.GetInput().GetArgs(), happening.Act)
	if happening.Act.GetActId() == "" {
		happening.Act.ActId = request.GetMeta().GetUpdateId()
	}
	if at, err := time.Parse(time.RFC3339Nano, happening.Act.GetAt()); err == nil && slices.Contains(r.again, happening.Act.GetActId()) {
		happening.At = at.Add(r.offset)
	}
	return happening
}

func (r *reader) answered(event *historypb.HistoryEvent) *Happening {
	attributes := event.GetWorkflowExecutionUpdateCompletedEventAttributes()
	happening := r.of(attributes.GetAcceptedEventId(), event)
	outcome := &casefilev1.ActOutcome{}
	r.first(attributes.GetOutcome().GetSuccess(), outcome)
	happening.Outcome = outcome
	if state := outcome.GetState(); state != nil {
		r.offset = time.Duration(state.GetClockOffsetSeconds()) * time.Second
	}
	return happening
}

// marked reads a local activity, of which the history keeps name and result. One that failed is
// machinery: an activity that takes its place follows.
func (r *reader) marked(event *historypb.HistoryEvent) *Happening {
	marker := event.GetMarkerRecordedEventAttributes()
	if marker.GetMarkerName() != "LocalActivity" || marker.GetFailure() != nil {
		return r.current(event)
	}
	var about struct{ ActivityType string }
	r.first(marker.GetDetails()["data"], &about)
	return r.deed(event, about.ActivityType, marker.GetDetails()["result"])
}

// asked: an activity is a sentence of its own when its deed is.
func (r *reader) asked(event *historypb.HistoryEvent) *Happening {
	r.scheduled[event.GetEventId()] = event
	switch event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() {
	case contract.ActivityCarryOutRung, contract.ActivityDrawUpSynthesis, contract.ActivityListMissing:
		return r.rungHappening(event)
	case contract.ActivityExportHistory:
		return r.begin(event, KindExported)
	default:
		return r.current(event)
	}
}

func (r *reader) done(event *historypb.HistoryEvent) *Happening {
	attributes := event.GetActivityTaskCompletedEventAttributes()
	happening := r.of(attributes.GetScheduledEventId(), event)
	asked := r.scheduled[attributes.GetScheduledEventId()]
	if asked == nil {
		return happening
	}
	happening.Late += event.GetEventTime().AsTime().Sub(asked.GetEventTime().AsTime())
	switch asked.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() {
	case contract.ActivityCarryOutRung, contract.ActivityDrawUpSynthesis, contract.ActivityListMissing:
		r.rung(happening, attributes.GetResult())
	case contract.ActivityExportHistory:
		happening.SHA256 = r.exportHash(attributes.GetResult())
	}
	return happening
}

func (r *reader) deed(event *historypb.HistoryEvent, name string, result *commonpb.Payloads) *Happening {
	switch name {
	case contract.ActivityCarryOutRung, contract.ActivityDrawUpSynthesis, contract.ActivityListMissing:
		happening := r.rungHappening(event)
		r.rung(happening, result)
		return happening
	case contract.ActivityExportHistory:
		happening := r.begin(event, KindExported)
		happening.SHA256 = r.exportHash(result)
		return happening
	default:
		return r.current(event)
	}
}

// rungHappening: a rung is told by the timer that led to it; one that was due already has a
// sentence of its own.
func (r *reader) rungHappening(event *historypb.HistoryEvent) *Happening {
	if current := r.current(event); current.Kind == KindTimer {
		current.Kind = KindRung
		return current
	}
	return r.begin(event, KindRung)
}

func (r *reader) rung(happening *Happening, result *commonpb.Payloads) {
	happening.Kind, happening.Rung = KindRung, &contract.CarryOutResult{}
	r.first(result, happening.Rung)
}

func (r *reader) exportHash(result *commonpb.Payloads) string {
	var export struct {
		SHA256 string `json:"sha256"`
	}
	r.first(result, &export)
	return export.SHA256
}

// first reads the first payload. One that cannot be read (a key was lost) leaves the value empty:
// the sentence is poorer, the event is told all the same. Plain structs are read from any JSON
// payload, ProtoJSON too.
func (r *reader) first(payloads *commonpb.Payloads, into any) {
	if len(payloads.GetPayloads()) == 0 {
		return
	}
	payload := payloads.GetPayloads()[0]
	if r.payloads.FromPayload(payload, into) == nil {
		return
	}
	var opened converter.RawValue
	if r.payloads.FromPayload(payload, &opened) == nil {
		_ = json.Unmarshal(opened.Payload().GetData(), into)
	}
}
