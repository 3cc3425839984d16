package portal

import (
	"context"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// Summarise counts the same cases that ListCases lists.
func (h *house) Summarise(ctx context.Context, r *connect.Request[reportsv1.SummariseRequest]) (*connect.Response[reportsv1.SummariseResponse], error) {
	filter := &reportsv1.ListCasesRequest{}
	if asked := r.Msg.GetFilter(); asked != nil {
		filter, _ = proto.Clone(asked).(*reportsv1.ListCasesRequest)
	}
	filter.Limit = 100_000
	listed, err := h.ListCases(ctx, connect.NewRequest(filter))
	if err != nil {
		return nil, err
	}
	answer, units, groups := &reportsv1.SummariseResponse{Counts: listed.Msg.GetCounts()}, map[string]*reportsv1.UnitSummary{}, map[[2]string]*reportsv1.GroupCount{}
	for _, c := range listed.Msg.GetCases() {
		unit := units[c.GetUnitId()]
		if unit == nil {
			unit = &reportsv1.UnitSummary{UnitId: c.GetUnitId()}
			units[c.GetUnitId()], answer.Units = unit, append(answer.Units, unit)
		}
		unit.Total++
		state := stateIDs[c.GetState().GetState()]
		late := c.GetState().GetDueDay() < "2026-12-24" && (state == "open" || state == "returned")
		if late {
			unit.Late++
			unit.LongestLate = max(unit.LongestLate, c.GetState().GetLateWorkingDays())
		}
		if shown := r.Msg.GetShownObligationIds(); late && (len(shown) == 0 || slices.Contains(shown, c.GetObligationId())) {
			unit.ShownLate++
			unit.ShownLongestLate = max(unit.ShownLongestLate, c.GetState().GetLateWorkingDays())
		}
		for _, group := range r.Msg.GetGroups() {
			if !slices.Contains(group.GetUnitIds(), c.GetUnitId()) || !slices.Contains([]string{"open", "submitted", "returned", "accepted"}, state) {
				continue
			}
			count := groups[[2]string{group.GetId(), c.GetObligationId()}]
			if count == nil {
				count = &reportsv1.GroupCount{GroupId: group.GetId(), ObligationId: c.GetObligationId()}
				groups[[2]string{group.GetId(), c.GetObligationId()}], answer.Groups = count, append(answer.Groups, count)
			}
			count.Owed++
			if late {
				count.Late++
			}
			if state == "accepted" {
				count.Accepted++
			}
		}
	}
	return connect.NewResponse(answer), nil
}

// TellProgress counts by day as the register does.
func (h *house) TellProgress(ctx context.Context, r *connect.Request[reportsv1.TellProgressRequest]) (*connect.Response[reportsv1.TellProgressResponse], error) {
	listed, err := h.ListCases(ctx, connect.NewRequest(&reportsv1.ListCasesRequest{ObligationId: r.Msg.GetObligationId(), PeriodId: r.Msg.GetPeriodId(), UnitIds: r.Msg.GetUnitIds(), Limit: 100_000}))
	if err != nil {
		return nil, err
	}
	answer, days := &reportsv1.TellProgressResponse{}, map[string]*reportsv1.ProgressOn{}
	on := func(instant string) *reportsv1.ProgressOn {
		at, ok := parseInstant(instant)
		if !ok {
			return &reportsv1.ProgressOn{}
		}
		day := calendar.DateOf(at).String()
		if days[day] == nil {
			days[day] = &reportsv1.ProgressOn{Day: day}
			answer.Days = append(answer.Days, days[day])
		}
		return days[day]
	}
	for _, c := range listed.Msg.GetCases() {
		state := stateIDs[c.GetState().GetState()]
		if !slices.Contains([]string{"open", "submitted", "returned", "accepted"}, state) {
			continue
		}
		answer.Owed++
		answer.DueDay = c.GetState().GetDueDay()
		on(c.GetState().GetSubmittedAt()).Submitted++
		if state == "accepted" {
			on(c.GetState().GetAcceptedAt()).Accepted++
		}
	}
	slices.SortFunc(answer.Days, func(a, b *reportsv1.ProgressOn) int { return strings.Compare(a.GetDay(), b.GetDay()) })
	return connect.NewResponse(answer), nil
}
