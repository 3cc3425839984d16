package activities

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/workflows/period"
)

// listedAtOnce is how many cases one question to the register answers.
const listedAtOnce = 1000

// ListCasesToAmend answers the cases that an order names: these, or the running ones of an obligation, or every running one. A
// reorganisation names those that another unit reviews now.
func (a *Activities) ListCasesToAmend(ctx context.Context, order contract.AmendInput) ([]string, error) {
	if len(order.CaseIDs) > 0 {
		return order.CaseIDs, nil
	}
	cases, err := a.listCases(ctx, &reportsv1.ListCasesRequest{ObligationId: order.Obligation, RunningOnly: true})
	if err == nil && order.Reason == period.ReasonReorganisation {
		cases, err = a.reviewedByOthers(ctx, cases)
	}
	ids := make([]string, len(cases))
	for i, c := range cases {
		ids[i] = c.GetId()
	}
	return ids, err
}

// reviewedByOthers are the cases of standing units that their case names another reviewer of than the register of units does.
func (a *Activities) reviewedByOthers(ctx context.Context, cases []*reportsv1.Case) ([]*reportsv1.Case, error) {
	listed, err := a.clients.Units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{On: a.today().String()}))
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	reviewers := map[string]string{}
	for _, unit := range listed.Msg.GetUnits() {
		reviewers[unit.GetId()] = reviewerOf(unitFacts(unit))
	}
	return slices.DeleteFunc(cases, func(c *reportsv1.Case) bool {
		reviewer := reviewers[c.GetUnitId()]
		return reviewer == "" || reviewer == c.GetState().GetReviewerUnitId()
	}), nil
}

// reviewerOf is the unit that reviews another; empty for none: nobody reviews his own.
func reviewerOf(unit catalogue.UnitFacts) string {
	if unit.ReviewerID == unit.ID {
		return ""
	}
	return unit.ReviewerID
}

// listCases answers every case of the filter, page by page.
func (a *Activities) listCases(ctx context.Context, filter *reportsv1.ListCasesRequest) ([]*reportsv1.Case, error) {
	var all []*reportsv1.Case
	filter.Limit = listedAtOnce
	for {
		filter.Offset = int32(len(all)) //nolint:gosec // a register of two thousand million cases is another register
		answer, err := a.clients.Register.ListCases(ctx, connect.NewRequest(filter))
		if err != nil {
			return nil, fmt.Errorf("list cases: %w", err)
		}
		all = append(all, answer.Msg.GetCases()...)
		if len(answer.Msg.GetCases()) < listedAtOnce {
			return all, nil
		}
		activity.RecordHeartbeat(ctx)
	}
}

// amended is how far a batch of an amendment has come.
type amended struct {
	Next  int                  `json:"next"`
	Count contract.AmendResult `json:"count"`
}

// AmendCase puts a new snapshot into the cases of a batch, as far as it differs, in the name of the official who ordered it, or as the
// worker. The act's id is derived from order and case, so that a batch that is begun again amends nothing twice; a heartbeat says from
// where to go on. What is refused is counted, what cannot be reached is tried again.
func (a *Activities) AmendCase(ctx context.Context, ids []string, order contract.AmendInput) (contract.AmendResult, error) {
	var done amended
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &done); err != nil {
			done = amended{}
		}
	}
	w, err := a.look(ctx, a.today(), sight{unitIDs: unitsOf(ids[min(done.Next, len(ids)):])})
	if err != nil {
		return done.Count, err
	}
	act := amending{a, w, order}
	if order.Reason == period.ReasonReorganisation {
		if act.order.Document, err = a.decisionOf(ctx, order.OrderID); err != nil {
			return done.Count, err
		}
	}
	for done.Next < len(ids) {
		several := ids[done.Next:min(done.Next+startsAtOnce, len(ids))]
		count, err := act.several(ctx, several)
		if err != nil {
			return done.Count, err
		}
		done.Next += len(several)
		done.Count.Looked += count.Looked
		done.Count.Amended += count.Amended
		done.Count.Refused += count.Refused
		activity.RecordHeartbeat(ctx, done)
	}
	return done.Count, nil
}

// decisionOf is the number and symbol by which a reorganisation was decided: they stay with the units service until an act needs them.
func (a *Activities) decisionOf(ctx context.Context, reorganisationID string) (string, error) {
	found, err := a.clients.Units.GetReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: reorganisationID}))
	if err != nil {
		return "", failure(err)
	}
	return documentOf(found.Msg.GetReorganisation()), nil
}

// unitsOf are the units that the cases belong to.
func unitsOf(ids []string) []string {
	units := []string{}
	seen := map[string]bool{}
	for _, id := range ids {
		if _, unit, _, err := contract.CaseIDParts(id); err == nil && !seen[unit] {
			seen[unit] = true
			units = append(units, unit)
		}
	}
	return units
}

type amending struct {
	*Activities
	world *world
	order contract.AmendInput
}

func (a amending) several(ctx context.Context, ids []string) (contract.AmendResult, error) {
	var mu sync.Mutex
	count := contract.AmendResult{Looked: len(ids)}
	group, running := errgroup.WithContext(ctx)
	for _, id := range ids {
		group.Go(func() error {
			changed, err := a.one(running, id)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case refused(err):
				activity.GetLogger(ctx).Warn("a case was not amended", "case", id, "order", a.order.OrderID, "error", err)
				count.Refused++
				return nil
			case changed && err == nil:
				count.Amended++
			}
			return err
		})
	}
	err := group.Wait()
	return count, err
}

// one answers whether the case got a new snapshot.
func (a amending) one(ctx context.Context, id string) (bool, error) {
	found, err := a.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: id}))
	if err != nil {
		return false, fmt.Errorf("read %s: %w", id, err)
	}
	if !isRunning(found.Msg) {
		return false, nil
	}
	old := found.Msg.GetInput()
	fresh, err := a.snapshot(old)
	if err != nil {
		return false, fmt.Errorf("reckon %s anew: %w", id, err)
	}
	if !differs(old, fresh, a.order.Reason, a.world.today) {
		return false, nil
	}
	_, err = a.act(wire.WithIdentity(ctx, wire.Identity{OfficialID: a.order.OfficialID}), &casefilev1.Act{
		ActId: actID("amend", a.order.OrderID, id), CaseId: id,
		Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: fresh, Reason: a.order.Reason, Document: a.order.Document, Words: a.words()}},
	})
	return err == nil, err
}

// words say on the case what a reorganisation changed; whoever orders another amendment says it himself.
func (a amending) words() string {
	if a.order.Reason == period.ReasonReorganisation {
		return "Cơ quan theo dõi hồ sơ thay đổi theo quyết định sắp xếp."
	}
	return ""
}

func isRunning(c *reportsv1.Case) bool {
	switch c.GetState().GetState() {
	case casefilev1.State_STATE_OPEN, casefilev1.State_STATE_SUBMITTED, casefilev1.State_STATE_RETURNED:
		return true
	default:
		return false
	}
}

// snapshot is the case as it would open today: by its own edition and settings when the calendar changed, by those of today when somebody
// ordered it. What the case is, and when it opened, stays; by a reorganisation everything but who reviews it.
func (a amending) snapshot(old *casefilev1.CaseInput) (*casefilev1.CaseInput, error) {
	if a.order.Reason == period.ReasonReorganisation {
		return withReviewer(old, reviewerOf(a.world.byID[old.GetUnitId()])), nil
	}
	when, err := calendar.ParsePeriod(old.GetPeriodId())
	if err != nil {
		return nil, &catalogue.Refusal{Code: contract.CodeInvalid, VI: "Kỳ của hồ sơ không đúng dạng.", EN: err.Error()}
	}
	w := a.world
	options := a.optionsFor(w, when)
	if a.order.Reason == period.ReasonCalendar {
		options.Version, options.Settings = old.GetCatalogueVersion(), old.GetSettings()
	} else if edition := w.catalogue.At(w.today); edition != nil {
		options.Version, options.Settings = edition.Version, w.settings
	}
	fresh, err := catalogue.Snapshot(w.catalogue, old.GetObligationId(), w.byID[old.GetUnitId()], when, w.calendar, dayOf(old.GetOpenedOn()), options)
	if err != nil {
		return nil, err
	}
	if a.order.Reason == period.ReasonCalendar {
		return withDaysOf(old, fresh), nil
	}
	keepWhatItIs(fresh, old)
	return fresh, nil
}

func withReviewer(old *casefilev1.CaseInput, reviewer string) *casefilev1.CaseInput {
	out := proto.CloneOf(old)
	if reviewer == "" {
		return out
	}
	if out.GetReview() == nil {
		out.Review = &casefilev1.ReviewPolicy{}
	}
	out.Review.ReviewerUnitId = reviewer
	return out
}

// withDaysOf is the case as it is, but for what the calendar decides.
func withDaysOf(old, fresh *casefilev1.CaseInput) *casefilev1.CaseInput {
	out := proto.CloneOf(old)
	out.Due, out.Calendar, out.Warnings = fresh.GetDue(), fresh.GetCalendar(), fresh.GetWarnings()
	if out.GetReport() != nil {
		out.Report.WindowFrom, out.Report.WindowTo = fresh.GetReport().GetWindowFrom(), fresh.GetReport().GetWindowTo()
	}
	for _, step := range out.GetSteps() {
		for _, again := range fresh.GetSteps() {
			if again.GetId() == step.GetId() {
				step.Due = again.GetDue()
			}
		}
	}
	return out
}

// keepWhatItIs keeps of the case what no order changes.
func keepWhatItIs(fresh, old *casefilev1.CaseInput) {
	fresh.CaseId, fresh.PeriodId, fresh.AreaId, fresh.WorkflowType = old.GetCaseId(), old.GetPeriodId(), old.GetAreaId(), old.GetWorkflowType()
	fresh.OpenedOn, fresh.QuietDays = old.GetOpenedOn(), old.GetQuietDays()
	fresh.Demo, fresh.ClockOffsetSeconds = old.GetDemo(), old.GetClockOffsetSeconds()
	fresh.FollowsCaseId, fresh.OriginCaseId = old.GetFollowsCaseId(), old.GetOriginCaseId()
	fresh.TriggerEventId, fresh.TriggerId, fresh.EventFacts = old.GetTriggerEventId(), old.GetTriggerId(), old.GetEventFacts()
}

// differs tells whether the new snapshot is worth an act. When the table of days off changed that is a day that moved, or a day off to
// come; what is past and moved nothing is not.
func differs(old, fresh *casefilev1.CaseInput, reason string, today calendar.Date) bool {
	a, b := proto.CloneOf(old), proto.CloneOf(fresh)
	ahead := !maps.Equal(daysAhead(a, today), daysAhead(b, today))
	a.Calendar, b.Calendar = nil, nil
	if reason == period.ReasonCalendar {
		onlyDays(a)
		onlyDays(b)
	}
	return ahead || !proto.Equal(a, b)
}

func daysAhead(input *casefilev1.CaseInput, today calendar.Date) map[string]string {
	days := map[string]string{}
	for _, row := range input.GetCalendar() {
		if !dayOf(row.GetDay()).Before(today) {
			days[row.GetDay()] = row.GetKind()
		}
	}
	return days
}

// onlyDays leaves of the deadlines the days alone: how they are reckoned may read otherwise.
func onlyDays(input *casefilev1.CaseInput) {
	if input.GetDue() != nil {
		input.Due.Why = nil
	}
	for _, step := range input.GetSteps() {
		if step.GetDue() != nil {
			step.Due.Why = nil
		}
	}
	input.Warnings = nil
}
