package portal

import (
	"context"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

// shownPeriods is how many periods the picture of the years shows.
const shownPeriods = 8

// periodRow is a period with its last version.
type periodRow struct {
	*synthesised
	Href, Name, Closing, Signature string
}

// Counts are those of the last version; nil before there is one.
func (r periodRow) Reported() string {
	counts := r.last().GetCounts()
	return number(int64(counts.GetInTime()+counts.GetLate())) + "/" + number(int64(counts.GetOwed()))
}

// InTime is the share of the units that reported in time.
func (r periodRow) InTime() string {
	counts := r.last().GetCounts()
	return figures.Share(int64(counts.GetInTime()), int64(counts.GetOwed()))
}

// periodColumn is a period of the picture: what became of its reports, in percent of those owed.
type periodColumn struct {
	X, Middle, Top string
	Segments       []columnSegment
	Share          string
	Line1, Line2   string
}

type columnSegment struct{ Class, Y, Height string }

type synthesesView struct {
	Answer  string
	Rows    []periodRow
	Columns []periodColumn
	Wide    string // of a column
	Message string
	Source  string
}

// syntheses lists the periods, the latest first, with how their reports came in.
func (p *portal) syntheses(c echo.Context) error {
	rows, err := p.periodRows(c.Request().Context())
	if err != nil {
		return err
	}
	view := &synthesesView{Rows: rows, Answer: synthesesAnswer(rows), Source: p.sourceLine("")}
	view.draw()
	return p.renderSynthesis(c, "syntheses", "Tổng hợp toàn tỉnh", view)
}

func (p *portal) periodRows(ctx context.Context) ([]periodRow, error) {
	cases, err := p.synthesisCases(ctx, "")
	if err != nil {
		return nil, err
	}
	cases = cases[:min(len(cases), shownPeriods)]
	rows := make([]periodRow, len(cases))
	var group errgroup.Group
	group.SetLimit(inParallel)
	for i, one := range cases {
		group.Go(func() error {
			of, err := p.versionsOf(ctx, one)
			if err != nil {
				return err
			}
			rows[i] = periodRow{synthesised: of, Href: of.Address("", 0), Name: sentenceCase(periodName(of.GetPeriodId())), Closing: of.GetClosingDay()}
			if signed := of.Signed(); signed != nil {
				rows[i].Signature = "số " + signed.GetSignature().GetNumber() + ", ngày " + day(signed.GetSignature().GetDay())
			}
			return nil
		})
	}
	return rows, group.Wait()
}

func synthesesAnswer(rows []periodRow) string {
	signed := 0
	for _, row := range rows {
		if row.Signature != "" {
			signed++
		}
	}
	switch {
	case len(rows) == 0:
		return "Chưa mở kỳ tổng hợp nào."
	case signed == 0:
		return number(int64(len(rows))) + " kỳ tổng hợp, chưa kỳ nào có bản đã ký."
	default:
		return number(int64(len(rows))) + " kỳ tổng hợp, " + number(int64(signed)) + " kỳ có bản đã ký."
	}
}

// The room of the picture in percent of its height.
const columnFloor, columnRoom = 76.0, 64.0

// draw makes the picture of the periods that have a version, the oldest on the left; one alone is no picture.
func (v *synthesesView) draw() {
	drawn := slices.DeleteFunc(slices.Clone(v.Rows), func(r periodRow) bool { return r.last().GetCounts().GetOwed() == 0 })
	if len(drawn) < 2 {
		return
	}
	slices.Reverse(drawn)
	width := 100.0 / float64(len(drawn))
	v.Wide = along(min(width*0.6, 12))
	for i, row := range drawn {
		v.Columns = append(v.Columns, columnOf(row, width*(float64(i)+0.5), min(width*0.6, 12)))
	}
	first, last := drawn[0], drawn[len(drawn)-1]
	v.Message = "Báo cáo đúng hạn: " + periodName(first.GetPeriodId()) + " " + first.InTime() + ", " + periodName(last.GetPeriodId()) + " " + last.InTime() + "."
}

func columnOf(row periodRow, middle, width float64) periodColumn {
	counts := row.last().GetCounts()
	column := periodColumn{X: along(middle - width/2), Middle: along(middle), Share: row.InTime(), Top: along(columnFloor - columnRoom - 3)}
	column.Line1, column.Line2 = shortPeriod(row.GetPeriodId())
	at := columnFloor
	for _, part := range []struct {
		class string
		n     int32
	}{{"in-time", counts.GetInTime()}, {"late", counts.GetLate()}, {"returned", counts.GetReturned()}, {"missing", counts.GetMissing()}} {
		if part.n == 0 {
			continue
		}
		high := columnRoom * float64(part.n) / float64(counts.GetOwed())
		at -= high
		column.Segments = append(column.Segments, columnSegment{part.class, along(at), along(high)})
	}
	return column
}

// shortPeriod is a period in two short lines under a column.
func shortPeriod(id string) (what, year string) {
	period, err := calendar.ParsePeriod(id)
	if err != nil {
		return id, ""
	}
	year = strconv.Itoa(period.Year())
	switch period.Kind() {
	case calendar.Half:
		return "06 tháng", year
	case calendar.Year:
		return "Năm", year
	default:
		return period.String()[5:], year
	}
}
