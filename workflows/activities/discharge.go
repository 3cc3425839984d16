package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/activity"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// finished is an accepted case of a unit that ended, and the case that its only successor would owe for the same period.
type finished struct {
	from *reportsv1.Case
	owed catalogue.Expectation
}

// discharge has what units finished in the current period count at the units that follow them alone: the successor's case opens, takes
// everything over and is accepted with the predecessor's, which stays with the unit that did it. One that the successor has begun itself
// is only linked. Events need nothing of it: what was finished is not expected of anybody again.
func (p *passing) discharge(ctx context.Context) error {
	all, err := p.finished(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	open, err := p.openOwed(ctx, all)
	if err != nil {
		return err
	}
	return p.atOnce(ctx, len(open), func(ctx context.Context, i int) error { return p.dischargeOne(ctx, open[i]) })
}

// finished are the accepted cases for whose period the only successor owes one too.
func (p *passing) finished(ctx context.Context) ([]finished, error) {
	owed, units := p.owedByHeirs()
	if len(owed) == 0 {
		return nil, nil
	}
	cases, err := p.listCases(ctx, &reportsv1.ListCasesRequest{UnitIds: units, State: "accepted"})
	var found []finished
	for _, c := range cases {
		at, placeErr := placeOf(c)
		if placeErr != nil {
			return nil, fmt.Errorf("read %s: %w", c.GetId(), placeErr)
		}
		if expectation, ok := owed[at.at(p.heirs[c.GetUnitId()].unitID)]; ok {
			found = append(found, finished{c, expectation})
		}
	}
	return found, err
}

// owedByHeirs are the cases that the only successors owe today, by id, and the units that they follow.
func (p *passing) owedByHeirs() (map[string]catalogue.Expectation, []string) {
	var units []string
	var heirs []catalogue.UnitFacts
	for unit, to := range p.heirs {
		if facts, stands := p.world.byID[to.unitID]; to.only && stands {
			units, heirs = append(units, unit), append(heirs, facts)
		}
	}
	slices.Sort(units)
	owed := map[string]catalogue.Expectation{}
	expected, _ := catalogue.Expected(p.world.catalogue, heirs, nil, p.world.calendar, p.world.today)
	for _, e := range expected {
		if e.Period.Kind() != calendar.Event {
			owed[e.CaseID] = e
		}
	}
	return owed, units
}

// openOwed has the successors' cases there, and leaves out those that nothing can be done for: theirs has gone on by itself, or took the
// finished one over before.
func (p *passing) openOwed(ctx context.Context, all []finished) ([]finished, error) {
	var left []finished
	var started []string
	for _, f := range all {
		own, err := p.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: f.owed.CaseID}))
		switch {
		case wire.RefusalOf(err).GetCode() == contract.CodeNotFound:
			var undeclared *catalogue.Refusal
			if _, err := p.startCase(ctx, p.world, f.owed); errors.As(err, &undeclared) {
				activity.GetLogger(ctx).Error("a case cannot be opened", "case", f.owed.CaseID, "error", err)
				continue
			} else if err != nil {
				return nil, fmt.Errorf("start %s: %w", f.owed.CaseID, err)
			}
			started = append(started, f.owed.CaseID)
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", f.owed.CaseID, err)
		case own.Msg.GetState().GetState() != casefilev1.State_STATE_OPEN || takenOver(own.Msg, f.from.GetId()) != nil:
			continue
		}
		left = append(left, f)
		activity.RecordHeartbeat(ctx, p.progress())
	}
	return left, p.awaitKnown(ctx, started, p.progress())
}

// dischargeOne: a refusal means that somebody was quicker, and the successor's case goes on as it is.
func (p *passing) dischargeOne(ctx context.Context, f finished) error {
	act, state := takingOver(f.from), f.from.GetState()
	act.Carry, act.Document, act.ReorganisationId = true, p.document(), p.order.GetId()
	act.AcceptedAt, act.SubmittedAt = state.GetAcceptedAt(), state.GetSubmittedAt()
	act.LateWorkingDays, act.LimitedActId = state.GetLateWorkingDays(), state.GetLimitedActId()
	_, err := p.actNow(ctx, &casefilev1.Act{
		ActId: actID("take-over", p.order.GetId(), f.from.GetId()), CaseId: f.owed.CaseID, Kind: &casefilev1.Act_TakeOver{TakeOver: act},
	})
	if refused(err) {
		activity.GetLogger(ctx).Warn("a finished case was not taken over", "case", f.owed.CaseID, "from", f.from.GetId(), "error", err)
		return nil
	}
	return err
}
