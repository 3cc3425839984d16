package portal

import (
	"context"
	"strconv"
	"strings"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// trend is how far a target is reached beside the period before, which is counted in the cases it had: who else owed it then is not
// known any more.
type trend struct {
	Period   string // the one before, in words
	Done, Of int
	Sign     string
	Word     string // "tăng 6,7 điểm phần trăm"
}

// Percent is the share the period before came to, up to today.
func (t trend) Percent() string { return figures.Share(int64(t.Done), int64(t.Of)) }

// periodBefore is the period of the same kind that ended when this one began; an event has none.
func periodBefore(id string) (calendar.Period, bool) {
	period, err := calendar.ParsePeriod(id)
	if err != nil {
		return calendar.Period{}, false
	}
	first, _, ok := period.Bounds()
	if !ok {
		return calendar.Period{}, false
	}
	return calendar.PeriodAt(period.Kind(), first.AddDays(-1)), true
}

// trendOf compares a target with the period before; nil where one of the two has no share, or units are in different periods.
func (p *portal) trendOf(ctx context.Context, row targetRow) (*trend, error) {
	if len(row.Periods) != 1 || row.Of <= 0 || row.ByEvent {
		return nil, nil
	}
	before, ok := periodBefore(row.Periods[0])
	if !ok {
		return nil, nil
	}
	answer, err := p.calls.Register.ListCases(ctx, call(&reportsv1.ListCasesRequest{ObligationId: row.Code, PeriodId: before.String(), Limit: 1}))
	if err != nil {
		return nil, err
	}
	then := targetRow{ByEvent: true} // counted in its cases
	then.count(answer.Msg.GetCounts())
	if then.Of == 0 {
		return nil, nil
	}
	found := &trend{Period: before.Vietnamese(), Done: then.Done, Of: then.Of}
	found.Sign, found.Word = changeOf(row.Done, row.Of, then.Done, then.Of)
	return found, nil
}

// changeOf is the sign and the words of a change between two shares, in percentage points with one decimal.
func changeOf(done, of, doneThen, ofThen int) (sign, word string) {
	change := float64(done)/float64(of)*100 - float64(doneThen)/float64(ofThen)*100
	switch points := changePoints(max(change, -change)); {
	case done*ofThen == doneThen*of:
		return "=", "không đổi"
	case change > 0:
		return "↑", "tăng " + points + " điểm phần trăm"
	default:
		return "↓", "giảm " + points + " điểm phần trăm"
	}
}

// changePoints never says that a change is none.
func changePoints(points float64) string {
	if points < 0.1 {
		return "chưa đến 0,1"
	}
	return strings.Replace(strings.TrimSuffix(strconv.FormatFloat(points, 'f', 1, 64), ".0"), ".", ",", 1)
}
