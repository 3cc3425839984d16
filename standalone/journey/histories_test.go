package journey

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// The budget of a case: history events and state transitions with three reminders, two
// escalations, a submission and an acceptance; and with two reminders in time. What comes on top:
// the reviewers' own ladder keeps a timer while a case waits for them (started and cancelled); the
// duty's step moves the due day to the file's (search attribute, timer cancelled and started);
// each further rung; each step that a pattern asks to be recorded, which is an update.
const (
	lateEvents, lateTransitions     = 52, 24
	onTimeEvents, onTimeTransitions = 34, 15
	waitingEvents                   = 2
	dutyEvents                      = 3
	stepEvents, stepTransitions     = 6, 2
	rungEvents, rungTransitions     = 6, 3
	sealEvents, sealTransitions     = 12, 6
)

// life is one case driven through a whole life on the real server, its waiting skipped.
type life struct {
	workflow, obligation, unit, period string
	earlyRungs, lateRungs              int // rungs fired before submission, on time and late
}

func lives(year int) []life {
	return []life{
		{contract.AnnualDialogue, "DT-01", "UBND-11977-2507", fmt.Sprint(year), 2, 7},
		{contract.CadreConference, "HN-01", "SO-TC", fmt.Sprint(year), 2, 5},
		{contract.SemiannualReport, "BC-06", "DU-11980-2507", fmt.Sprintf("%d-H1", year), 2, 5},
		{contract.CommitteeRestructuring, "BCD-03", "SO-TC", fmt.Sprintf("E-%d-9001", year), 2, 5},
	}
}

func TestHistoriesKeepTheBudget(t *testing.T) {
	year := calendar.DateOf(time.Now()).Year() + 1
	for i, late := range []bool{false, true} {
		for _, l := range lives(year + i) {
			t.Run(fmt.Sprintf("%s late=%v", l.workflow, late), func(t *testing.T) { l.keepsTheBudget(t, late) })
		}
	}
}

func (l life) keepsTheBudget(t *testing.T, late bool) {
	id := contract.CaseID(l.obligation, l.unit, l.period)
	rungs, events, transitions := l.earlyRungs, onTimeEvents, onTimeTransitions
	baseRungs := 2
	if late {
		rungs, events, transitions, baseRungs = l.lateRungs, lateEvents, lateTransitions, 5
	}
	standing.open(t, l, id)
	standing.skip(t, id, rungs)
	c := standing.awaitCase(t, id, func(c *reportsv1.Case) bool { return len(c.GetState().GetFired()) >= rungs })
	today := standing.catchUp(t, id)
	contact, reviewer := standing.holder(t, l.unit, "contact"), standing.holder(t, l.unit, "reviewer")
	standing.recordRequired(t, contact, c, today)
	standing.act(t, contact, submit(id))
	standing.act(t, reviewer, accept(id))
	steps := len(standing.getCase(t, id).GetState().GetSteps())

	gotEvents, gotTransitions := standing.cost(t, id)
	t.Logf("%s late=%v: %d events, %d transitions (%d rungs, %d steps recorded)", l.workflow, late, gotEvents, gotTransitions, rungs, steps)
	if c.GetInput().GetDutyStep() != "" {
		events += dutyEvents
	}
	require.LessOrEqual(t, gotEvents, events+waitingEvents+(rungs-baseRungs)*rungEvents+steps*stepEvents)
	require.LessOrEqual(t, gotTransitions, transitions+(rungs-baseRungs)*rungTransitions+steps*stepTransitions)

	leader := standing.holder(t, "BTGDV", "leader")
	standing.act(t, leader, &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{}}})
	standing.awaitCase(t, id, func(c *reportsv1.Case) bool { return c.GetExportSha256() != "" })
	sealedEvents, sealedTransitions := standing.cost(t, id)
	t.Logf("%s late=%v: sealed and exported %d events, %d transitions more", l.workflow, late, sealedEvents-gotEvents, sealedTransitions-gotTransitions)
	require.LessOrEqual(t, sealedEvents-gotEvents, sealEvents)
	require.LessOrEqual(t, sealedTransitions-gotTransitions, sealTransitions)
	standing.keep(t, id, l.workflow, map[bool]string{false: "on-time", true: "late"}[late])
}

// open starts a case of a period that lies ahead, as the reconciliation would.
func (r *running) open(t *testing.T, l life, id string) {
	t.Helper()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	answer, err := r.clients.Units.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: l.unit}))
	require.NoError(t, err)
	u := answer.Msg.GetUnit()
	period, err := calendar.ParsePeriod(l.period)
	require.NoError(t, err)
	days, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	today := calendar.DateOf(time.Now())
	input, err := catalogue.Snapshot(cat, l.obligation, catalogue.UnitFacts{
		ID: u.GetId(), Kind: u.GetKind(), AreaID: u.GetAreaId(), ValidFrom: calendar.MustDate(u.GetValidFrom()),
		Staff: int(u.GetStaff()), WorkingYear: u.GetWorkingYear(), ReviewerID: u.GetReviewerId(),
	}, period, days, today, catalogue.Options{Event: causeOf(cat, l, today), Demo: true})
	require.NoError(t, err)
	_, err = r.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: contract.QueueCases}, l.workflow, input)
	require.NoError(t, err)
	r.awaitCase(t, id, func(c *reportsv1.Case) bool { return c.GetState().GetState() == casefilev1.State_STATE_OPEN })
}

// causeOf is what opens a case of no period: the obligation's first trigger, with facts that it takes.
func causeOf(cat *catalogue.Catalogue, l life, today calendar.Date) catalogue.EventFacts {
	event := catalogue.EventFacts{ID: l.period, Obligation: l.obligation, UnitID: l.unit, On: today}
	obligation := cat.Latest().Obligation(l.obligation)
	if obligation.Recurrence != catalogue.ByEvent || len(obligation.Triggers) == 0 {
		return catalogue.EventFacts{}
	}
	event.Trigger, event.Facts = obligation.Triggers[0].ID, map[string]string{}
	for _, fact := range obligation.Triggers[0].Facts {
		switch fact.Kind {
		case "day":
			event.Facts[fact.Key] = today.AddDays(90).String()
		case "choice":
			event.Facts[fact.Key] = fact.Choices[0].ID
		case "flag":
			event.Facts[fact.Key] = "true"
		default:
			event.Facts[fact.Key] = "100"
		}
	}
	return event
}

// skip lets a case's next n waits pass at once.
func (r *running) skip(t *testing.T, id string, n int) {
	t.Helper()
	_, err := r.temporal.WorkflowService().UpdateWorkflowExecutionOptions(t.Context(), &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace:         r.options.Config.TemporalNamespace,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled: true, MaxSessionSkipCount: int32(n),
		}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	require.NoError(t, err)
}

// catchUp lets the clock by which acts are received follow a case whose waiting was skipped, and
// answers the case's day.
func (r *running) catchUp(t *testing.T, id string) calendar.Date {
	t.Helper()
	events := r.history(t, id).GetEvents()
	ahead.Store(int64(time.Until(events[len(events)-1].GetEventTime().AsTime())))
	t.Cleanup(func() { ahead.Store(0) })
	return calendar.DateOf(r.options.Now())
}

// testing events that a real case never has.
func isSkipping(kind enumspb.EventType) bool {
	return kind == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED || kind == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED
}

// cost counts events and state transitions of a case, without those that only skipping time made.
func (r *running) cost(t *testing.T, id string) (events, transitions int) {
	t.Helper()
	described, err := r.temporal.DescribeWorkflowExecution(t.Context(), id, "")
	require.NoError(t, err)
	skipping := 0
	for _, event := range r.history(t, id).GetEvents() {
		if isSkipping(event.GetEventType()) {
			skipping++
		}
	}
	info := described.GetWorkflowExecutionInfo()
	return int(info.GetHistoryLength()) - skipping, int(info.GetStateTransitionCount()) - skipping
}

func (r *running) history(t *testing.T, id string) *historypb.History {
	t.Helper()
	history := &historypb.History{}
	iterator := r.temporal.GetWorkflowHistory(t.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for iterator.HasNext() {
		event, err := iterator.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	return history
}

// keep writes the history where replay tests find it, when asked to.
func (r *running) keep(t *testing.T, id, workflowType, scenario string) {
	t.Helper()
	if os.Getenv("NENEP_RECORD_HISTORIES") == "" {
		return
	}
	name := fmt.Sprintf("%s-%s-%s.json", workflowType, scenario, time.Now().UTC().Format("2006-01-02"))
	payloads, err := r.options.Config.DataConverter()
	require.NoError(t, err)
	opened, err := wire.OpenHistory(r.history(t, id).GetEvents(), payloads) // replays need no key
	require.NoError(t, err)
	raw, err := protojson.MarshalOptions{Indent: " "}.Marshal(&historypb.History{Events: opened})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join("..", "..", "workflows", "testdata", "histories", name), append(raw, '\n'), 0o644))
}
