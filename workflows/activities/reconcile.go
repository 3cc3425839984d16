package activities

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"unicode/utf8"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/errgroup"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/workflows/casefile"
)

const (
	// startsAtOnce keeps a reconciliation of a thousand cases from starving everyone else.
	startsAtOnce = 8
	// knownAtOnce is how many ids one question to the register carries.
	knownAtOnce = 2000
	// calendarMonths is how far ahead of today days off are asked for: the longest case and its rounds.
	calendarMonths = 30
)

// Reconcile starts every case that should exist and that the register does not know. It may be
// killed anywhere and run again: a case id starts once, and the register's unique id makes even a
// start that Temporal has forgotten harmless.
func (a *Activities) Reconcile(ctx context.Context, input contract.ReconcileInput) (contract.ReconcileResult, error) {
	today := calendar.DateOf(a.now())
	world, err := a.look(ctx, today)
	if err != nil {
		return contract.ReconcileResult{}, err
	}
	expected, _ := catalogue.Expected(a.catalogue, world.units, world.events, today)
	expected = only(expected, input.Obligation)
	unknown, err := a.unknown(ctx, expected)
	if err != nil {
		return contract.ReconcileResult{}, err
	}
	opened, err := a.startAll(ctx, world, unknown, today)
	return contract.ReconcileResult{Expected: len(expected), Opened: opened, Known: len(expected) - len(unknown)}, err
}

// world is what a reconciliation looks at.
type world struct {
	units    []catalogue.UnitFacts
	byID     map[string]catalogue.UnitFacts
	events   []catalogue.EventFacts
	eventOn  map[string]calendar.Date
	calendar *calendar.Calendar
}

func (a *Activities) look(ctx context.Context, today calendar.Date) (world, error) {
	w := world{byID: map[string]catalogue.UnitFacts{}, eventOn: map[string]calendar.Date{}}
	listed, err := a.clients.Units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{On: today.String()}))
	if err != nil {
		return w, fmt.Errorf("list units: %w", err)
	}
	for _, unit := range listed.Msg.GetUnits() {
		facts := unitFacts(unit)
		w.units = append(w.units, facts)
		w.byID[facts.ID] = facts
	}
	events, err := a.clients.Register.ListEvents(ctx, connect.NewRequest(&reportsv1.ListEventsRequest{}))
	if err != nil {
		return w, fmt.Errorf("list events: %w", err)
	}
	for _, event := range events.Msg.GetEvents() {
		on := dayOf(event.GetOn())
		w.events = append(w.events, catalogue.EventFacts{ID: event.GetId(), Obligation: event.GetObligationId(), UnitID: event.GetUnitId(), On: on})
		w.eventOn[event.GetId()] = on
	}
	w.calendar, err = a.daysOff(ctx, today)
	return w, err
}

func (a *Activities) daysOff(ctx context.Context, today calendar.Date) (*calendar.Calendar, error) {
	answer, err := a.clients.Units.ListDaysOff(ctx, connect.NewRequest(&unitsv1.ListDaysOffRequest{
		From: today.AddMonths(-calendarMonths).String(), To: today.AddMonths(calendarMonths).String(),
	}))
	if err != nil {
		return nil, fmt.Errorf("list days off: %w", err)
	}
	days := make([]calendar.Day, 0, len(answer.Msg.GetDays()))
	for _, day := range answer.Msg.GetDays() {
		days = append(days, calendar.Day{Date: dayOf(day.GetDay()), Kind: calendar.DayKind(day.GetKind()), NameVI: day.GetNameVi()})
	}
	return calendar.New(days)
}

func unitFacts(unit *unitsv1.Unit) catalogue.UnitFacts {
	return catalogue.UnitFacts{
		ID: unit.GetId(), Kind: unit.GetKind(), Name: unit.GetName(), AreaID: unit.GetAreaId(),
		ValidFrom: dayOf(unit.GetValidFrom()), ValidTo: dayOf(unit.GetValidTo()), Staff: int(unit.GetStaff()),
		WorkingYear: unit.GetWorkingYear(), ReviewerID: unit.GetReviewerId(), Merged: len(unit.GetPredecessorIds()) > 1,
	}
}

// dayOf reads a day that a service of the house wrote; empty means none.
func dayOf(text string) calendar.Date {
	day, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.Date{}
	}
	return day
}

func only(expected []catalogue.Expectation, obligation string) []catalogue.Expectation {
	if obligation == "" {
		return expected
	}
	kept := make([]catalogue.Expectation, 0, len(expected))
	for _, e := range expected {
		if e.Obligation == obligation {
			kept = append(kept, e)
		}
	}
	return kept
}

func (a *Activities) unknown(ctx context.Context, expected []catalogue.Expectation) ([]catalogue.Expectation, error) {
	var unknown []catalogue.Expectation
	for start := 0; start < len(expected); start += knownAtOnce {
		batch := expected[start:min(start+knownAtOnce, len(expected))]
		ids := make([]string, 0, len(batch))
		for _, e := range batch {
			ids = append(ids, e.CaseID)
		}
		answer, err := a.clients.Register.KnownCases(ctx, connect.NewRequest(&reportsv1.KnownCasesRequest{Ids: ids}))
		if err != nil {
			return nil, fmt.Errorf("ask the register: %w", err)
		}
		known := map[string]bool{}
		for _, id := range answer.Msg.GetKnownIds() {
			known[id] = true
		}
		for _, e := range batch {
			if !known[e.CaseID] {
				unknown = append(unknown, e)
			}
		}
	}
	return unknown, nil
}

func (a *Activities) startAll(ctx context.Context, w world, unknown []catalogue.Expectation, today calendar.Date) (int, error) {
	var opened atomic.Int64
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(startsAtOnce)
	for _, expectation := range unknown {
		group.Go(func() error {
			started, err := a.startCase(running, w, expectation, today)
			var undeclared *catalogue.Refusal
			if errors.As(err, &undeclared) {
				// No further try would open it; the operator reads why, and nobody else's case waits for it.
				activity.GetLogger(ctx).Error("a case cannot be opened", "case", expectation.CaseID, "error", err)
				return nil
			}
			if err != nil {
				return fmt.Errorf("start %s: %w", expectation.CaseID, err)
			}
			if started {
				opened.Add(1)
			}
			activity.RecordHeartbeat(running, opened.Load())
			return nil
		})
	}
	err := group.Wait()
	return int(opened.Load()), err
}

// startCase answers whether the case was started by this call.
func (a *Activities) startCase(ctx context.Context, w world, e catalogue.Expectation, today calendar.Date) (bool, error) {
	unit := w.byID[e.UnitID]
	input, err := catalogue.Snapshot(a.catalogue, e.Obligation, unit, e.Period, w.calendar, today,
		catalogue.Options{EventOn: w.eventOn[e.Period.String()], Demo: a.options.Demo})
	if err != nil {
		return false, err
	}
	workflowType := input.GetWorkflowType()
	_, err = a.temporal.ExecuteWorkflow(ctx, CaseOptions(input, unit.Name), workflowType, input)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return false, nil
	}
	return err == nil, err
}

// CaseOptions are the options every case is started with: its id is its name, it starts once, and
// what the Temporal UI filters by is there from the first event.
func CaseOptions(input *casefilev1.CaseInput, unitName string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: input.GetCaseId(), TaskQueue: contract.QueueCases,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            summary(input.GetTitleVi(), ", "+unitName+", kỳ "+input.GetPeriodId()),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			contract.AttributeUnit.ValueSet(input.GetUnitId()),
			contract.AttributeObligation.ValueSet(input.GetObligationId()),
			contract.AttributePeriod.ValueSet(input.GetPeriodId()),
			contract.AttributeArea.ValueSet(input.GetAreaId()),
			contract.AttributeState.ValueSet(casefile.StateName(casefilev1.State_STATE_OPEN)),
			contract.AttributeDue.ValueSet(casefile.DueInstant(input.GetDue().GetDay())),
		),
	}
}

// mostSummaryBytes is what Temporal keeps of a summary.
const mostSummaryBytes = 200

// summary keeps unit and period whole and shortens the title where the limit asks for it.
func summary(title, tail string) string {
	if len(title)+len(tail) <= mostSummaryBytes {
		return title + tail
	}
	end := max(mostSummaryBytes-len(tail)-len("…"), 0)
	for end > 0 && !utf8.RuneStart(title[end]) {
		end--
	}
	return title[:end] + "…" + tail
}
