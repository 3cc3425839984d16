package reports

import (
	"context"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// lastReport is a report of a year before that was handed in.
type lastReport struct {
	id    string
	input *casefilev1.CaseInput
	state *casefilev1.CaseState
}

// lastYear are the unit's report of the same period a year before; of a unit that was born since, those of the units that went wholly into
// it, however many reorganisations ago. None where there was none.
func (k *knowing) lastYear(ctx context.Context) ([]lastReport, error) {
	period, err := calendar.ParsePeriod(k.row.PeriodID)
	if err != nil || period.Kind() == calendar.Event {
		return nil, nil //nolint:nilerr // a case of no period has none before it
	}
	before := fmt.Sprint(period.Year()-1) + period.String()[4:]
	units := []string{k.row.UnitID}
	for range mostGenerations {
		reports, err := k.server.register.handedIn(ctx, k.row.ObligationID, before, units)
		if err != nil || len(reports) > 0 {
			return reports, err
		}
		if units, err = k.predecessors(ctx, units); err != nil || len(units) == 0 {
			return nil, err
		}
	}
	return nil, nil
}

// predecessors are the units that went wholly into these. What was split is nobody's: its figures of a year before compare with none.
func (k *knowing) predecessors(ctx context.Context, units []string) ([]string, error) {
	answer, err := k.server.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Ids: units}))
	if err != nil {
		return nil, k.server.unitsAway(err)
	}
	var ids []string
	for _, unit := range answer.Msg.GetUnits() {
		ids = append(ids, unit.GetPredecessorIds()...)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if answer, err = k.server.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Ids: ids})); err != nil {
		return nil, k.server.unitsAway(err)
	}
	var whole []string
	for _, unit := range answer.Msg.GetUnits() {
		if slices.ContainsFunc(unit.GetSuccessorIds(), func(to string) bool { return !slices.Contains(units, to) }) {
			return nil, nil
		}
		whole = append(whole, unit.GetId())
	}
	return whole, nil
}

// handedIn are the reports of units for a period that were submitted or accepted, in order.
func (r register) handedIn(ctx context.Context, obligation, period string, units []string) ([]lastReport, error) {
	var rows []caseRow
	err := r.db.WithContext(ctx).Where("reinstated_as = '' AND obligation_id = ? AND period_id = ? AND unit_id = ANY(?) AND state IN ('submitted', 'accepted')",
		obligation, period, textArray(units)).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the reports of %s in %s: %w", obligation, period, err)
	}
	reports := make([]lastReport, len(rows))
	for i, row := range rows {
		input, state, err := row.casefileOf()
		if err != nil {
			return nil, err
		}
		reports[i] = lastReport{row.ID, input, state}
	}
	return reports, nil
}

// lastValue adds up a figure over the reports of a year before, and names those that state it. A figure goes by its indicator, since a form
// may have changed; one without goes by step and key.
func lastValue(reports []lastReport, stepID string, p *casefilev1.FactPolicy) (sum figures.Number, cases []string) {
	for _, report := range reports {
		if n, stated := report.value(stepID, p); stated {
			sum, cases = sum.Add(n), append(cases, report.id)
		}
	}
	return sum, cases
}

func (r lastReport) value(stepID string, p *casefilev1.FactPolicy) (figures.Number, bool) {
	for _, step := range r.input.GetSteps() {
		for _, was := range step.GetFacts() {
			same := step.GetId() == stepID && was.GetKey() == p.GetKey()
			if p.GetIndicator() != "" {
				same = was.GetIndicator() == p.GetIndicator()
			}
			if !same || !figures.IsFigure(was.GetKind()) {
				continue
			}
			n, err := figures.ParseNumber(recordOf(r.state, step.GetId()).GetFacts()[was.GetKey()])
			return n, err == nil
		}
	}
	return figures.Number{}, false
}
