package portal

import (
	"context"
	"fmt"
	"strconv"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// progress is a target's share by week of its period beside the period before: a picture and the same figures in a table.
type progress struct {
	Message     string // what the picture says, in a sentence
	Now, Before curve
	Due         string // where the due day stands, in percent of the width
	DueDay      string
	Grid        []gridLine
	Months      []progressMonth
}

// curve is one period: a line through the end of each of its weeks.
type curve struct {
	Name      string
	Lines     []segment
	Points    []point
	End       point
	Share     string
	LabelLift string // where the label stands, so that two that end alike do not cover each other
}

type point struct{ X, Y string }

type segment struct{ From, To point }

type gridLine struct{ Y, Label, TextY string }

type progressMonth struct{ Name, Now, Before string }

// The picture's room in percent: the lines run from left to right of it, the rest is for words.
const (
	leftEdge, rightEdge = 6.0, 84.0
	topEdge, bottomEdge = 8.0, 88.0
)

func along(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) + "%" }

// counted is what a period had come to on a day.
type counted struct {
	period calendar.Period
	first  calendar.Date
	last   calendar.Date // of what is known: today, or the last day on which something happened or could have
	days   []*reportsv1.ProgressOn
	of     int
}

// on is how many were accepted up to and with the day.
func (c counted) on(day calendar.Date) int {
	done := 0
	for _, one := range c.days {
		if at, err := calendar.ParseDate(one.GetDay()); err == nil && !at.After(day) {
			done += int(one.GetAccepted())
		}
	}
	return done
}

// progressOf draws a target's current period and the one before; nil where the target has no single period or nothing was accepted in
// either, so that there is nothing to look at. The denominator of the current period is the target's own.
func (p *portal) progressOf(ctx context.Context, row targetRow, owed *owing) (*progress, error) {
	if len(row.Periods) != 1 || row.Of <= 0 || row.ByEvent {
		return nil, nil
	}
	period, err := calendar.ParsePeriod(row.Periods[0])
	if err != nil {
		return nil, nil //nolint:nilerr // an event's id is no period
	}
	now, due, err := p.countedIn(ctx, row.Code, period, owed.units[row.Periods[0]])
	if err != nil || now == nil {
		return nil, err
	}
	now.of, now.last = row.Of, p.today()
	var before *counted
	if last, ok := periodBefore(row.Periods[0]); ok {
		if before, _, err = p.countedIn(ctx, row.Code, last, nil); err != nil {
			return nil, err
		}
	}
	if len(now.days) == 0 && (before == nil || before.of == 0) {
		return nil, nil
	}
	return drawProgress(*now, before, due), nil
}

// countedIn reads what became of an obligation's period day by day, and when most of it was due; nil when the period has no bounds.
func (p *portal) countedIn(ctx context.Context, code string, period calendar.Period, units []string) (*counted, string, error) {
	first, last, bounded := period.Bounds()
	if !bounded {
		return nil, "", nil
	}
	answer, err := p.calls.Register.TellProgress(ctx, call(&reportsv1.TellProgressRequest{ObligationId: code, PeriodId: period.String(), UnitIds: units}))
	if err != nil {
		return nil, "", err
	}
	found := &counted{period: period, first: first, last: last, days: answer.Msg.GetDays(), of: int(answer.Msg.GetOwed())}
	for _, one := range found.days {
		if at, err := calendar.ParseDate(one.GetDay()); err == nil && at.After(found.last) {
			found.last = at
		}
	}
	return found, answer.Msg.GetDueDay(), nil
}

// drawProgress lays both periods over each other, day by day from the first of each.
func drawProgress(now counted, before *counted, due string) *progress {
	span := now.last.Sub(now.first)
	if _, last, ok := now.period.Bounds(); ok {
		span = max(span, last.Sub(now.first))
	}
	dueDay, err := calendar.ParseDate(due)
	if err == nil {
		span = max(span, dueDay.Sub(now.first))
	}
	if before != nil && before.of > 0 {
		span = max(span, min(before.last.Sub(before.first), span+60))
	}
	picture := &progress{Now: curveOf(now, span), Message: message(now, before, due)}
	if err == nil && !dueDay.Before(now.first) {
		picture.Due, picture.DueDay = along(across(dueDay.Sub(now.first), span)), dueDay.Vietnamese()
	}
	if before != nil && before.of > 0 {
		picture.Before = curveOf(*before, span)
		picture.Now.LabelLift, picture.Before.LabelLift = apart(now, *before)
	}
	for share := 0; share <= 100; share += 25 {
		picture.Grid = append(picture.Grid, gridLine{along(up(float64(share))), strconv.Itoa(share) + "%", along(up(float64(share)) + 1.5)})
	}
	picture.Months = monthsOf(now, before)
	return picture
}

func across(days, span int) float64 {
	return leftEdge + (rightEdge-leftEdge)*float64(min(max(days, 0), span))/float64(max(1, span))
}

func up(share float64) float64 { return bottomEdge - (bottomEdge-topEdge)*share/100 }

func (c counted) share(day calendar.Date) float64 {
	return float64(c.on(day)) * 100 / float64(max(1, c.of))
}

// curveOf is a line through the share at the end of each week, and at the last day that is known.
func curveOf(c counted, span int) curve {
	line := curve{Name: sentenceCase(c.period.Vietnamese()), Share: figures.Share(int64(c.on(c.last)), int64(max(1, c.of)))}
	end := min(c.last.Sub(c.first), span)
	for day := 0; ; day = min(day+7, end) {
		at := point{along(across(day, span)), along(up(c.share(c.first.AddDays(day))))}
		if n := len(line.Points); n > 0 {
			line.Lines = append(line.Lines, segment{line.Points[n-1], at})
		}
		line.Points = append(line.Points, at)
		if day >= end {
			break
		}
	}
	line.End = line.Points[len(line.Points)-1]
	line.LabelLift = along(up(c.share(c.first.AddDays(end))) + 1.5)
	return line
}

// apart are the heights of the two labels: never nearer to each other than a line of words is high.
func apart(now, before counted) (one, other string) {
	const room = 9.0
	a, b := up(now.share(now.last))+1.5, up(before.share(before.last))+1.5
	if gap := a - b; gap > -room && gap < room {
		middle := (a + b) / 2
		if a <= b {
			a, b = middle-room/2, middle+room/2
		} else {
			a, b = middle+room/2, middle-room/2
		}
		lowest := bottomEdge + 1.5
		if over := max(a, b) - lowest; over > 0 {
			a, b = a-over, b-over
		}
	}
	return along(a), along(b)
}

// message is the sentence that the picture says.
func message(now counted, before *counted, due string) string {
	text := fmt.Sprintf("Đến ngày %s, %s đạt %s (%s/%s)", now.last.Vietnamese(), now.period.Vietnamese(), figures.Share(int64(now.on(now.last)), int64(now.of)),
		number(int64(now.on(now.last))), number(int64(now.of)))
	if before != nil && before.of > 0 {
		same := before.first.AddDays(now.last.Sub(now.first))
		text += fmt.Sprintf("; cùng thời điểm, %s đạt %s (%s/%s)", before.period.Vietnamese(), figures.Share(int64(before.on(same)), int64(before.of)), number(int64(before.on(same))), number(int64(before.of)))
	}
	if day, err := calendar.ParseDate(due); err == nil {
		text += "; hạn " + day.Vietnamese()
	}
	return text + "."
}

// monthsOf are the shares at the end of each month of the period, in a table; a month that has not begun has none.
func monthsOf(now counted, before *counted) []progressMonth {
	_, end, _ := now.period.Bounds()
	if now.last.After(end) {
		end = now.last
	}
	var months []progressMonth
	for begins := now.first; !begins.After(end); begins = nextMonth(begins) {
		closes := nextMonth(begins).AddDays(-1)
		month := progressMonth{Name: fmt.Sprintf("%02d/%d", int(begins.Month()), begins.Year())}
		if !begins.After(now.last) {
			month.Now = shareOn(now, closes)
		}
		if before != nil && before.of > 0 {
			month.Before = shareOn(*before, before.first.AddDays(closes.Sub(now.first)))
		}
		months = append(months, month)
	}
	return months
}

func shareOn(c counted, day calendar.Date) string {
	done := c.on(day)
	return figures.Share(int64(done), int64(max(1, c.of))) + " (" + number(int64(done)) + "/" + number(int64(c.of)) + ")"
}

func nextMonth(day calendar.Date) calendar.Date {
	return calendar.NewDate(day.Year(), day.Month()+1, 1)
}
