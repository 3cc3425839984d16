package reports

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"connectrpc.com/connect"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// mostGenerations is how many reorganisations ago a predecessor is still counted.
const mostGenerations = 5

// knowing reckons what the register knows of a report's figures. Which units it asks about is read once.
type knowing struct {
	server *server
	row    caseRow
	input  *casefilev1.CaseInput
	state  *casefilev1.CaseState
	today  string
	among  map[string]map[string]*unitsv1.Unit
	boards map[string][]*unitsv1.Board

	last     []lastReport // of a year before, once read
	readLast bool
}

func (s *server) knowingOf(row caseRow) (*knowing, error) {
	input, state, err := row.casefileOf()
	return &knowing{server: s, row: row, input: input, state: state, today: today(s.now(), row.ClockOffsetSeconds, row.CaseClock).String(),
		among: map[string]map[string]*unitsv1.Unit{}, boards: map[string][]*unitsv1.Board{}}, err
}

// declaredKnown is how the figure is known by the edition that the case was opened with; nil where that edition is gone or knows it not.
func (k *knowing) declaredKnown(stepID, key string) *catalogue.Known {
	edition := k.server.catalogue.Edition(k.input.GetCatalogueVersion())
	if edition == nil {
		return nil
	}
	obligation := edition.Obligation(k.input.GetObligationId())
	if obligation == nil {
		return nil
	}
	for _, step := range obligation.Steps {
		if step.ID != stepID {
			continue
		}
		for _, fact := range step.Facts {
			if fact.Key == key {
				return fact.Known
			}
		}
	}
	return nil
}

// figure is what the register knows of one figure, all that is added to it included.
func (k *knowing) figure(ctx context.Context, p *casefilev1.FactPolicy, known *catalogue.Known) (tally, error) {
	in := spanOf(p.GetMeasure(), k.input.GetReport().GetWindowFrom(), k.input.GetReport().GetWindowTo(), k.today)
	total, err := k.part(ctx, known, in)
	for more := known.And; err == nil && more != nil; more = more.And {
		var part tally
		part, err = k.part(ctx, more, in)
		// What is added may not have happened yet; of reports of one period either kind will do.
		total.known = total.known || part.known && known.SamePeriod
		total = total.plus(part)
	}
	return total, err
}

func (k *knowing) part(ctx context.Context, known *catalogue.Known, in span) (tally, error) {
	units, err := k.units(ctx, known.Among)
	if err != nil {
		return tally{}, err
	}
	var ids []string
	for id, unit := range units {
		if len(known.Kinds) == 0 || slices.Contains(known.Kinds, unit.GetKind()) {
			ids = append(ids, id)
		}
	}
	if known.Boards != "" {
		boards, err := k.boardsOf(ctx, known.Boards)
		kept := slices.DeleteFunc(slices.Clone(boards), func(b *unitsv1.Board) bool { return !slices.Contains(ids, b.GetUnitId()) })
		return tallyBoards(known, kept, in.to), err
	}
	cases, err := k.server.register.casesKnown(ctx, known, ids, in, k.samePeriods())
	for i := range cases {
		cases[i].UnitEndedOn = units[cases[i].UnitID].GetValidTo()
	}
	return tallyCases(known, cases, in), err
}

// samePeriods are the periods that a report's own period stands for: that of a second half is the year's too.
func (k *knowing) samePeriods() []string {
	period, err := calendar.ParsePeriod(k.row.PeriodID)
	periods := []string{k.row.PeriodID}
	if err == nil && strings.HasSuffix(period.String(), "-H2") {
		periods = append(periods, fmt.Sprint(period.Year()))
	}
	return periods
}

// units are those among whose cases a figure is counted, with the ones that went into them.
func (k *knowing) units(ctx context.Context, among string) (map[string]*unitsv1.Unit, error) {
	if found, read := k.among[among]; read {
		return found, nil
	}
	asked := &unitsv1.ListUnitsRequest{Ids: []string{k.row.UnitID}}
	switch {
	case among == catalogue.AmongBelow:
		asked = &unitsv1.ListUnitsRequest{Under: []string{k.row.UnitID}}
	case among == catalogue.AmongArea && k.row.AreaID != "":
		asked = &unitsv1.ListUnitsRequest{AreaId: k.row.AreaID}
	}
	found := map[string]*unitsv1.Unit{}
	for range mostGenerations {
		answer, err := k.server.units.ListUnits(ctx, connect.NewRequest(asked))
		if err != nil {
			return nil, k.server.unitsAway(err)
		}
		for _, unit := range answer.Msg.GetUnits() {
			found[unit.GetId()] = unit
		}
		before := wentInto(found)
		if len(before) == 0 {
			break
		}
		asked = &unitsv1.ListUnitsRequest{Ids: before}
	}
	k.leaveParted(found)
	k.among[among] = found
	return found, nil
}

// leaveParted leaves out units that ended and went, wholly or in part, to others than these.
func (k *knowing) leaveParted(found map[string]*unitsv1.Unit) {
	parted := func(id string, unit *unitsv1.Unit) bool {
		return id != k.row.UnitID && slices.ContainsFunc(unit.GetSuccessorIds(), func(to string) bool { return found[to] == nil })
	}
	for before := -1; before != len(found); {
		before = len(found)
		maps.DeleteFunc(found, parted)
	}
}

// wentInto are the predecessors of units that were not read yet.
func wentInto(found map[string]*unitsv1.Unit) []string {
	var before []string
	for _, unit := range found {
		for _, id := range unit.GetPredecessorIds() {
			if _, read := found[id]; !read {
				before = append(before, id)
			}
		}
	}
	slices.Sort(before)
	return slices.Compact(before)
}

func (k *knowing) boardsOf(ctx context.Context, kind string) ([]*unitsv1.Board, error) {
	if found, read := k.boards[kind]; read {
		return found, nil
	}
	answer, err := k.server.units.ListBoards(ctx, connect.NewRequest(&unitsv1.ListBoardsRequest{Kind: kind}))
	if err != nil {
		return nil, k.server.unitsAway(err)
	}
	k.boards[kind] = answer.Msg.GetBoards()
	return k.boards[kind], nil
}

// casesKnownSQL reads of each case what counting it asks. An extended day holds where it is later; the values of a sum are those of the
// steps done within the span, a conference that lacked its quorum left out.
const casesKnownSQL = `SELECT id, unit_id, state, (opened_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text AS opened,
	coalesce(CASE WHEN extended THEN greatest(due_day, nullif(input #>> '{due,day}', '')::date)::text ELSE input #>> '{due,day}' END, '') AS due,
	coalesce(duty_done_on::text, '') AS done, late_working_days > 0 AS late_file, period_id = ANY(@periods) AS of_same_period,
	coalesce((SELECT string_agg(step -> 'facts' ->> @fact, ';') FROM jsonb_array_elements(state_body -> 'steps') AS step
		WHERE @fact <> '' AND (step ->> 'step_id') = @step AND coalesce(step ->> 'outcome', '') <> 'no-quorum'
			AND (step ->> 'held_on') >= @from AND (step ->> 'held_on') <= @to), '') AS values
FROM cases WHERE reinstated_as = '' AND obligation_id = @obligation AND unit_id = ANY(@units) AND state IN ('open', 'submitted', 'returned', 'accepted')
	AND (@raised = '' OR split_part(origin_case_id, '/', 1) = @raised)
ORDER BY id`

// casesKnown are the cases of the obligation that units have.
func (r register) casesKnown(ctx context.Context, known *catalogue.Known, units []string, in span, periods []string) ([]caseKnown, error) {
	said := map[string]any{"obligation": known.Obligation, "units": textArray(units), "raised": known.RaisedFrom, "periods": textArray(periods),
		"from": in.from, "to": in.to, "step": "", "fact": ""}
	if known.Sum != nil {
		said["step"], said["fact"] = known.Sum.Step, known.Sum.Fact
	}
	var rows []caseKnown
	if err := r.db.WithContext(ctx).Raw(casesKnownSQL, said).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("count the cases of %s: %w", known.Obligation, err)
	}
	return rows, nil
}
