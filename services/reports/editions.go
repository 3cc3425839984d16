package reports

import (
	"context"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// editionsSQL reads the version out of what each running case opened with, or was given since.
const editionsSQL = `SELECT obligation_id, coalesce(input ->> 'catalogue_version', '') AS version, count(*) AS running,
	CASE WHEN @obligation = '' THEN '' ELSE array_to_string((array_agg(id ORDER BY due_day, id))[1:20], ',') END AS cases
FROM cases WHERE state IN ('open', 'submitted', 'returned') AND (@obligation = '' OR obligation_id = @obligation)
GROUP BY obligation_id, version ORDER BY obligation_id, version`

// CountEditions answers by which versions of the catalogue the running cases run: a case keeps the one it opened with until somebody orders
// another.
func (s *server) CountEditions(ctx context.Context, r *connect.Request[reportsv1.CountEditionsRequest]) (*connect.Response[reportsv1.CountEditionsResponse], error) {
	var rows []struct {
		ObligationID, Version, Cases string
		Running                      int32
	}
	if err := s.register.db.WithContext(ctx).Raw(editionsSQL, map[string]any{"obligation": r.Msg.GetObligationId()}).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("count editions: %w", err)
	}
	answer := &reportsv1.CountEditionsResponse{}
	for _, row := range rows {
		count := &reportsv1.EditionCount{ObligationId: row.ObligationID, Version: row.Version, Running: row.Running}
		if row.Cases != "" {
			count.CaseIds = strings.Split(row.Cases, ",")
		}
		answer.Editions = append(answer.Editions, count)
	}
	return connect.NewResponse(answer), nil
}
