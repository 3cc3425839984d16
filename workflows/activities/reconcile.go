package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/workflows/casefile"
)

const (
	// startsAtOnce keeps a reconciliation of some thousand cases from starving everyone else.
	startsAtOnce = 8
	// knownAtOnce is how many ids one question to the register carries.
	knownAtOnce = 2000
)

// Reconcile records the events that nobody records, starts every case that should exist and that
// the register does not know, every planned reorganisation that does not wait for its day
// yet, and the telling of hand-overs that nobody has been told of. It may be killed anywhere and run again: an event's key is recorded
// once, a case id starts once, and the register's unique id makes even a start that Temporal has
// forgotten harmless.
func (a *Activities) Reconcile(ctx context.Context, input contract.ReconcileInput) (contract.ReconcileResult, error) {
	w, err := a.look(ctx, a.today(), a.sightOf(input.Obligation))
	if err != nil {
		return contract.ReconcileResult{}, err
	}
	if err := a.recordWanted(ctx, w, input.Obligation); err != nil {
		return contract.ReconcileResult{}, err
	}
	expected, _ := catalogue.Expected(w.catalogue, w.units, w.events, w.calendar, w.today)
	expected = only(expected, input.Obligation)
	unknown, err := a.unknown(ctx, expected)
	if err != nil {
		return contract.ReconcileResult{}, err
	}
	opened, err := a.startAll(ctx, w, unknown)
	return contract.ReconcileResult{Expected: len(expected), Opened: opened, Known: len(expected) - len(unknown)}, errors.Join(err, a.awaitPlanned(ctx), a.awaitHandOvers(ctx))
}

// sightOf keeps the run of one obligation, of which there are dozens every morning, from reading units and events that it cannot oblige.
func (a *Activities) sightOf(obligation string) sight {
	at := sight{obligation: obligation}
	for _, edition := range a.catalogue.Editions {
		if o := edition.Obligation(obligation); o != nil {
			for _, span := range o.Obliged.Kinds {
				if !slices.Contains(at.kinds, span.Kind) {
					at.kinds = append(at.kinds, span.Kind)
				}
			}
		}
	}
	return at
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
	byID := make(map[string]catalogue.Expectation, len(expected))
	ids := make([]string, len(expected))
	for i, e := range expected {
		ids[i], byID[e.CaseID] = e.CaseID, e
	}
	left, err := a.notKnown(ctx, ids)
	unknown := make([]catalogue.Expectation, len(left))
	for i, id := range left {
		unknown[i] = byID[id]
	}
	return unknown, err
}

// notKnown are those of the ids that the register does not know.
func (a *Activities) notKnown(ctx context.Context, ids []string) ([]string, error) {
	var left []string
	for batch := range slices.Chunk(ids, knownAtOnce) {
		answer, err := a.clients.Register.KnownCases(ctx, connect.NewRequest(&reportsv1.KnownCasesRequest{Ids: batch}))
		if err != nil {
			return nil, fmt.Errorf("ask the register: %w", err)
		}
		known := map[string]bool{}
		for _, id := range answer.Msg.GetKnownIds() {
			known[id] = true
		}
		for _, id := range batch {
			if !known[id] {
				left = append(left, id)
			}
		}
	}
	return left, nil
}

func (a *Activities) startAll(ctx context.Context, w *world, unknown []catalogue.Expectation) (int, error) {
	var opened atomic.Int64
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(startsAtOnce)
	for _, expectation := range unknown {
		group.Go(func() error {
			started, err := a.startCase(running, w, expectation)
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
func (a *Activities) startCase(ctx context.Context, w *world, e catalogue.Expectation) (bool, error) {
	unit := w.byID[e.UnitID]
	input, err := catalogue.Snapshot(w.catalogue, e.Obligation, unit, e.Period, w.calendar, w.today, a.optionsFor(w, e.Period))
	if err != nil {
		return false, err
	}
	return a.start(ctx, input, unit.Name)
}

// optionsFor says what a snapshot cannot know from unit, period and day.
func (a *Activities) optionsFor(w *world, period calendar.Period) catalogue.Options {
	return catalogue.Options{Event: w.byEvent[period.String()], Demo: a.options.Demo, ClockOffset: a.clockOffset()}
}

func (a *Activities) start(ctx context.Context, input *casefilev1.CaseInput, unitName string) (bool, error) {
	_, err := a.temporal.ExecuteWorkflow(ctx, CaseOptions(input, unitName), input.GetWorkflowType(), input)
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
