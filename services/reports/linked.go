package reports

import (
	"context"
	"fmt"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// countLinked counts, for each case given, the opinions and petitions that people raised out of it or out of a case it goes on with.
// One is open until a case of it is done: also while its case is not opened yet, or on its way to a successor. What a step raised
// (the check of a resolution six months later) has a clock of its own and keeps nobody's conference open.
const countLinked = wentOn + `, opinions AS (
	SELECT went_on.root, trigger_events.id, trigger_events.on_day,
		coalesce(bool_or(state IN ('open', 'submitted', 'returned')), false)
			OR NOT coalesce(bool_or(state IN ('accepted', 'exempted', 'withdrawn') AND reinstated_as = ''), false) AS open,
		coalesce(bool_or(` + lateNow + `), false) AS late
	FROM went_on
	JOIN trigger_events ON trigger_events.origin_case_id = went_on.id AND raised_by_step = ''
	LEFT JOIN cases ON cases.obligation_id = trigger_events.obligation_id AND cases.period_id = trigger_events.id
	GROUP BY went_on.root, trigger_events.id, trigger_events.on_day)
SELECT root, count(*) AS total, count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE open AND late) AS late,
	(min(on_day) FILTER (WHERE open))::text AS oldest_open_since
FROM opinions GROUP BY root`

// linked counts what was raised out of the cases; a case out of which nothing was raised is left out.
func (r register) linked(ctx context.Context, caseIDs []string, now time.Time) (map[string]*reportsv1.Linked, error) {
	var rows []struct {
		Root              string
		Total, Open, Late int32
		OldestOpenSince   *string
	}
	if len(caseIDs) == 0 {
		return nil, nil
	}
	if err := r.db.WithContext(ctx).Raw(countLinked, textArray(caseIDs), now).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("count what was raised out of %d cases: %w", len(caseIDs), err)
	}
	found := make(map[string]*reportsv1.Linked, len(rows))
	for _, row := range rows {
		found[row.Root] = &reportsv1.Linked{Total: row.Total, Open: row.Open, Late: row.Late}
		if row.OldestOpenSince != nil {
			found[row.Root].OldestOpenSince = *row.OldestOpenSince
		}
	}
	return found, nil
}

// refuseWhileUnanswered keeps a conference from being accepted without a word, and from being sealed at all, while opinions raised at it
// wait for their answer.
func (s *server) refuseWhileUnanswered(ctx context.Context, act *casefilev1.Act) error {
	accepts := act.GetAccept() != nil && !act.GetAccept().GetLimited()
	if !accepts && act.GetSeal() == nil {
		return nil
	}
	counted, err := s.register.linked(ctx, []string{act.GetCaseId()}, s.now())
	if err != nil {
		return err
	}
	open := counted[act.GetCaseId()].GetOpen()
	switch {
	case open == 0:
		return nil
	case accepts:
		return wire.Refuse(contract.CodeWrongState,
			fmt.Sprintf("Còn %d ý kiến, kiến nghị chưa trả lời. Chờ trả lời hết rồi xác nhận, hoặc chọn “Xác nhận, còn hạn chế” và ghi rõ nội dung còn hạn chế.", open),
			fmt.Sprintf("%d opinions and petitions are not answered yet. Wait for their answers, or accept with limitations and say which.", open))
	default:
		return wire.Refuse(contract.CodeWrongState,
			fmt.Sprintf("Còn %d ý kiến, kiến nghị chưa trả lời nên chưa khóa kỳ được. Khóa kỳ sau khi đã trả lời hết.", open),
			fmt.Sprintf("%d opinions and petitions are not answered yet, so the case cannot be sealed. Seal it when all are answered.", open))
	}
}
