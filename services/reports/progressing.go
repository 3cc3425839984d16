package reports

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// progressByDay counts the cases of an obligation's period by the civil day of their last submission and of their acceptance. It reads
// them by cases_by_obligation.
const progressByDay = `WITH owed AS (
	SELECT (submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS submitted, CASE WHEN state = 'accepted' THEN (accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date END AS accepted
	FROM cases WHERE reinstated_as = '' AND obligation_id = @obligation AND period_id = @period AND state IN ('open', 'submitted', 'returned', 'accepted')
		AND (@everyone OR unit_id = ANY(@units)) AND (@all OR unit_id = ANY(@sight) OR reviewer_unit_id = ANY(@reviewing)))
SELECT day::text AS day, count(*) FILTER (WHERE NOT done)::int AS submitted, count(*) FILTER (WHERE done)::int AS accepted
FROM (SELECT submitted AS day, false AS done FROM owed WHERE submitted IS NOT NULL UNION ALL SELECT accepted, true FROM owed WHERE accepted IS NOT NULL) happened
GROUP BY day ORDER BY day`

// mostDueOn counts what is owed, and finds the day on which most of it is due.
const mostDueOn = `SELECT count(*)::int AS owed, coalesce((mode() WITHIN GROUP (ORDER BY due_day))::text, '') AS due_day
FROM cases WHERE reinstated_as = '' AND obligation_id = @obligation AND period_id = @period AND state IN ('open', 'submitted', 'returned', 'accepted')
	AND (@everyone OR unit_id = ANY(@units)) AND (@all OR unit_id = ANY(@sight) OR reviewer_unit_id = ANY(@reviewing))`

// TellProgress counts the cases of an obligation's period by the day on which each was submitted and accepted.
func (s *server) TellProgress(ctx context.Context, request *connect.Request[reportsv1.TellProgressRequest]) (*connect.Response[reportsv1.TellProgressResponse], error) {
	asked := request.Msg
	if err := refuseFields(append(s.undeclared(asked.GetObligationId()), periodFault("period_id", asked.GetPeriodId())...)); err != nil {
		return nil, err
	}
	sees, err := s.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	said := map[string]any{"all": sees.All, "sight": textArray(sees.Units), "reviewing": textArray(sees.Reviewing),
		"obligation": asked.GetObligationId(), "period": asked.GetPeriodId(), "everyone": len(asked.GetUnitIds()) == 0, "units": textArray(asked.GetUnitIds())}
	answer := &reportsv1.TellProgressResponse{}
	db := s.register.db.WithContext(ctx)
	if err := db.Raw(mostDueOn, said).Row().Scan(&answer.Owed, &answer.DueDay); err != nil {
		return nil, fmt.Errorf("count what is owed of %s in %s: %w", asked.GetObligationId(), asked.GetPeriodId(), err)
	}
	var days []struct {
		Day                 string
		Submitted, Accepted int32
	}
	if err := db.Raw(progressByDay, said).Scan(&days).Error; err != nil {
		return nil, fmt.Errorf("tell the progress of %s in %s: %w", asked.GetObligationId(), asked.GetPeriodId(), err)
	}
	for _, on := range days {
		answer.Days = append(answer.Days, &reportsv1.ProgressOn{Day: on.Day, Submitted: on.Submitted, Accepted: on.Accepted})
	}
	return connect.NewResponse(answer), nil
}
