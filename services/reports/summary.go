package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// Summarise counts the cases of a filter without listing one. How late they are is reckoned at reading, by each case's own calendar.
func (s *server) Summarise(ctx context.Context, request *connect.Request[reportsv1.SummariseRequest]) (*connect.Response[reportsv1.SummariseResponse], error) {
	filter := request.Msg.GetFilter()
	if filter == nil {
		filter = &reportsv1.ListCasesRequest{}
	}
	faults := append(filterFaults(filter), s.undeclaredAny(filter)...)
	if err := refuseFields(append(faults, groupFaults(request.Msg.GetGroups())...)); err != nil {
		return nil, err
	}
	sees, err := s.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := s.register.summarise(ctx, request.Msg, filter, s.now(), sees)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(answer), nil
}

// groupFaults: a unit in two groups would be counted twice.
func groupFaults(groups []*reportsv1.UnitGroup) []*casefilev1.FieldFault {
	in := map[string]bool{}
	for _, group := range groups {
		for _, unit := range group.GetUnitIds() {
			if in[unit] {
				return []*casefilev1.FieldFault{wire.Field("groups", "Đơn vị “"+unit+"” nằm trong hai nhóm. Mỗi đơn vị chỉ thuộc một nhóm.", "Unit “"+unit+"” is in two groups.")}
			}
			in[unit] = true
		}
	}
	return nil
}

// counted is one row of a summary; which of the three countings it belongs to says what it is grouped by.
type counted struct {
	By                               string
	ObligationID, State, UnitID, Grp *string
	Total, Late, ShownLate, Owed     int32
	Accepted, Longest, ShownLongest  int32
}

// summary counts everything in one reading of the index cases_overview. OFFSET 0 has it judged once for each case whether it is late, and
// not again for each of the counts.
const summary = `SELECT CASE GROUPING(unit_id, grp, state) WHEN 3 THEN 'unit' WHEN 5 THEN 'group' ELSE 'state' END AS by,
	obligation_id, state, unit_id, grp, count(*) AS total, count(*) FILTER (WHERE late_now) AS late, count(*) FILTER (WHERE late_now AND shown) AS shown_late,
	count(*) FILTER (WHERE state IN ('open', 'submitted', 'returned', 'accepted')) AS owed, count(*) FILTER (WHERE state = 'accepted') AS accepted,
	coalesce(max(days), 0) AS longest, coalesce(max(days) FILTER (WHERE shown), 0) AS shown_longest
FROM (SELECT fitting.*, late.days, groups.grp, (? OR obligation_id = ANY(?)) AS shown FROM (? OFFSET 0) fitting
	LEFT JOIN unnest(?::uuid[], ?::date[], ?::int[]) AS late (lateness, day, days) ON fitting.late_now AND late.lateness = fitting.lateness AND late.day = fitting.day
	LEFT JOIN unnest(?::text[], ?::text[]) AS groups (unit, grp) ON groups.unit = fitting.unit_id OFFSET 0) counted
GROUP BY GROUPING SETS ((obligation_id, state), (unit_id), (grp, obligation_id))`

func (r register) summarise(ctx context.Context, asked *reportsv1.SummariseRequest, filter *reportsv1.ListCasesRequest, now time.Time, sees inSight) (*reportsv1.SummariseResponse, error) {
	query, err := r.filtered(ctx, filter, now, sees)
	if err != nil {
		return nil, err
	}
	late, err := r.lateOf(ctx, query.Session(&gorm.Session{}), now)
	if err != nil {
		return nil, err
	}
	keys, days, numbers := lateTable(late, 0)
	units, groups := groupTable(asked.GetGroups())
	fitting := query.Session(&gorm.Session{}).Select("obligation_id, unit_id, state, lateness, "+lateNow+" AS late_now, "+caseDay+" AS day", now, now)
	rows, err := r.db.WithContext(ctx).Raw(summary, len(asked.GetShownObligationIds()) == 0, textArray(asked.GetShownObligationIds()), fitting,
		keys, days, numbers, units, groups).Rows()
	if err != nil {
		return nil, fmt.Errorf("summarise cases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	answer := &reportsv1.SummariseResponse{}
	for rows.Next() {
		var one counted
		if err := rows.Scan(&one.By, &one.ObligationID, &one.State, &one.UnitID, &one.Grp, &one.Total, &one.Late, &one.ShownLate, &one.Owed, &one.Accepted,
			&one.Longest, &one.ShownLongest); err != nil {
			return nil, fmt.Errorf("read a summary: %w", err)
		}
		one.tell(answer)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read a summary: %w", err)
	}
	inOrder(answer)
	return answer, nil
}

// inOrder puts the counts where readers expect them: by the order of bytes, which costs the database's collation nothing.
func inOrder(answer *reportsv1.SummariseResponse) {
	slices.SortFunc(answer.Counts, func(a, b *reportsv1.StateCount) int {
		return cmp.Or(strings.Compare(a.GetObligationId(), b.GetObligationId()), strings.Compare(a.GetState(), b.GetState()))
	})
	slices.SortFunc(answer.Units, func(a, b *reportsv1.UnitSummary) int { return strings.Compare(a.GetUnitId(), b.GetUnitId()) })
	slices.SortFunc(answer.Groups, func(a, b *reportsv1.GroupCount) int {
		return cmp.Or(strings.Compare(a.GetGroupId(), b.GetGroupId()), strings.Compare(a.GetObligationId(), b.GetObligationId()))
	})
}

func (c counted) tell(answer *reportsv1.SummariseResponse) {
	switch {
	case c.By == "state":
		answer.Counts = append(answer.Counts, &reportsv1.StateCount{ObligationId: *c.ObligationID, State: *c.State, Total: c.Total, Late: c.Late})
	case c.By == "unit":
		answer.Units = append(answer.Units, &reportsv1.UnitSummary{
			UnitId: *c.UnitID, Total: c.Total, Late: c.Late, LongestLate: c.Longest, ShownLate: c.ShownLate, ShownLongestLate: c.ShownLongest})
	case c.Grp != nil: // else of units in no group
		answer.Groups = append(answer.Groups, &reportsv1.GroupCount{GroupId: *c.Grp, ObligationId: *c.ObligationID, Owed: c.Owed, Late: c.Late, Accepted: c.Accepted})
	}
}

// groupTable is the groups as two columns: units and the group of each.
func groupTable(groups []*reportsv1.UnitGroup) (units, ids string) {
	var first, second []string
	for _, group := range groups {
		for _, unit := range group.GetUnitIds() {
			first, second = append(first, unit), append(second, group.GetId())
		}
	}
	return textArray(first), textArray(second)
}
