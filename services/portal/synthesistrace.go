package portal

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// tracedUnit is a unit of the way down to the reports.
type tracedUnit struct {
	*reportsv1.TracedUnit
	Href, KindWord string
}

// Sum is the figure at the unit and all below it.
func (u tracedUnit) Sum() string { return amountWords(u.GetFigure().GetSum()) }

// tracedReport is a report that counts at the unit, with what it contains of others.
type tracedReport struct {
	*reportsv1.TracedReport
	Contained []mergedReport
}

// Href is the case of the report.
func (r tracedReport) Href() string { return caseURL(r.GetCaseId()) }

// Figure is what the report gave.
func (r tracedReport) Figure() string { return amountWords(r.GetValue()) }

// Counts says how the report counts where it does not count in full.
func (r tracedReport) Counts() string {
	if r.GetStanding() == "counted-flows" {
		return "chỉ số phát sinh trong kỳ; số hiện có theo báo cáo của đơn vị kế thừa"
	}
	return ""
}

// Correction says how often the report was corrected; nothing of one that stands as it was handed in.
func (r tracedReport) Correction() string {
	if r.GetVersion() > 1 {
		return "đã đính chính " + strconv.Itoa(int(r.GetVersion())-1) + " lần"
	}
	return ""
}

type synthesisTraceView struct {
	*synthesisHead
	Indicator *reportsv1.Indicator
	Unit      *reportsv1.TracedUnit
	Above     []tracedUnit
	Children  []tracedUnit
	Reports   []tracedReport
	Through   []earlierFigure // the same period of the years before and this one, oldest first
	pageRows
	address func(unit string, page int) string
}

// Turn is the same figure with other units below it.
func (v *synthesisTraceView) Turn(page int) string { return v.address(v.Unit.GetUnitId(), page) }

// Top is the figure over all units.
func (v *synthesisTraceView) Top() string { return v.address("", 1) }

// Sum is the figure in words, with what it counts.
func (v *synthesisTraceView) Sum() string {
	text := amountWords(v.Unit.GetFigure().GetSum())
	if text == "" {
		return "Chưa có báo cáo nào ghi số liệu này."
	}
	if unit := v.Indicator.GetUnitVi(); unit != "" {
		text += " " + unit
	}
	if share := v.Unit.GetFigure().GetShare(); share != "" {
		text += " (" + share + ")"
	}
	return text + ", cộng từ " + number(int64(v.Unit.GetFigure().GetReports())) + " báo cáo."
}

// Measured says how the figure adds up when units merge.
func (v *synthesisTraceView) Measured() string {
	if v.Indicator.GetMeasure() == "stock" {
		return "Số hiện có đến ngày cuối của kỳ số liệu."
	}
	return "Số phát sinh trong kỳ số liệu."
}

// synthesisTrace answers why a figure is what it is: the units below with their sums, and at the end the reports with act and files.
func (p *portal) synthesisTrace(c echo.Context) error {
	ctx := c.Request().Context()
	head, err := p.synthesisHead(c, "")
	if err != nil {
		return err
	}
	if head.Head == nil {
		return notFound()
	}
	code := c.Param("indicator")
	answer, err := p.calls.Synthesis.TraceFigure(ctx, call(&reportsv1.TraceFigureRequest{
		CaseId: head.Case.GetId(), Version: head.Head.GetVersion(), Indicator: code, UnitId: c.QueryParam("don-vi"),
	}))
	if err != nil {
		return err
	}
	found := answer.Msg
	view := &synthesisTraceView{synthesisHead: head, Indicator: found.GetIndicator(), Unit: found.GetUnit(), address: func(unit string, page int) string {
		turned := ""
		if page > 1 {
			turned = strconv.Itoa(page)
		}
		return head.Address("/so-lieu/"+code, head.Head.GetVersion(), "don-vi", unit, "trang", turned)
	}}
	view.Above, view.Children = view.traced(found.GetAbove()), view.traced(found.GetChildren())
	view.turnTo(readUnitsFilter(c.QueryParams()).Page)
	if view.Reports, err = p.tracedReports(c, head, found.GetReports()); err != nil {
		return err
	}
	if found.GetUnit().GetUnitId() == "" {
		if view.Through, err = p.figureThrough(ctx, head, code); err != nil {
			return err
		}
	}
	return p.renderSynthesis(c, "synthesistrace", view.Indicator.GetTitleVi()+": "+head.Title(), view)
}

func (v *synthesisTraceView) traced(units []*reportsv1.TracedUnit) []tracedUnit {
	rows := make([]tracedUnit, len(units))
	for i, unit := range units {
		rows[i] = tracedUnit{unit, v.address(unit.GetUnitId(), 1), sentenceCase(kindWord(unit.GetUnitKind()))}
	}
	return rows
}

// turnTo shows one page of the units below, the largest figure first.
func (v *synthesisTraceView) turnTo(page int) {
	slices.SortStableFunc(v.Children, func(a, b tracedUnit) int {
		left, _ := amountOf(a.GetFigure().GetSum())
		right, _ := amountOf(b.GetFigure().GetSum())
		return cmp.Or(cmp.Compare(right, left), strings.Compare(a.GetName(), b.GetName()))
	})
	v.Of = len(v.Children)
	first := min((page-1)*rowsPerPage, v.Of)
	v.Children = v.Children[first:min(first+rowsPerPage, v.Of)]
	v.From, v.To = first+1, first+len(v.Children)
}

// tracedReports adds to each report the ones that it contains: of units that ended in it.
func (p *portal) tracedReports(c echo.Context, head *synthesisHead, found []*reportsv1.TracedReport) ([]tracedReport, error) {
	if len(found) == 0 {
		return nil, nil
	}
	ctx := c.Request().Context()
	drawn, err := p.synthesisAt(ctx, head.Case.GetId(), head.Head.GetVersion())
	if err != nil {
		return nil, err
	}
	rows := make([]tracedReport, len(found))
	for i, report := range found {
		inside := slices.DeleteFunc(slices.Clone(drawn.GetSources()), func(s *reportsv1.SynthesisSource) bool { return s.GetContainedIn() != report.GetCaseId() })
		own := &reportsv1.SynthesisSource{CaseId: report.GetCaseId(), UnitId: report.GetUnitId()}
		if rows[i] = (tracedReport{TracedReport: report}); len(inside) == 0 {
			continue
		}
		if rows[i].Contained, err = p.mergedReports(ctx, append(inside, own)); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// earlierFigure is a figure as the synthesis of a period has it.
type earlierFigure struct {
	Name, Href, Words       string
	Signed                  bool
	X, Y, Height            string // of its column, in percent of the picture
	Middle, Top, Year, What string
	amount                  amount
}

// shownYears is how many periods of the same kind a figure is followed through.
const shownYears = 5

// figureThrough follows a figure over all units through the same period of the years before: what was signed, or the last version where
// nothing was. One period alone is none.
func (p *portal) figureThrough(ctx context.Context, head *synthesisHead, code string) ([]earlierFigure, error) {
	cases, err := p.synthesisCases(ctx, "")
	if err != nil {
		return nil, err
	}
	_, part, _ := strings.Cut(head.Period, "-")
	cases = slices.DeleteFunc(cases, func(c *reportsv1.Case) bool {
		_, other, _ := strings.Cut(c.GetPeriodId(), "-")
		return other != part || c.GetPeriodId() > head.Period
	})
	cases = cases[:min(len(cases), shownYears)]
	found := make([]earlierFigure, len(cases))
	var group errgroup.Group
	group.SetLimit(inParallel)
	for i, one := range cases {
		group.Go(func() (err error) {
			found[len(cases)-1-i], err = p.figureOf(ctx, one, code)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(f earlierFigure) bool { return f.Words == "" })
	if len(found) < 2 {
		return nil, nil
	}
	return drawFigures(found), nil
}

func (p *portal) figureOf(ctx context.Context, of *reportsv1.Case, code string) (earlierFigure, error) {
	listed, err := p.versionsOf(ctx, of)
	if err != nil || listed.last() == nil {
		return earlierFigure{}, err
	}
	version := cmp.Or(listed.Signed(), listed.last())
	drawn, err := p.synthesisAt(ctx, of.GetId(), version.GetVersion())
	if err != nil {
		return earlierFigure{}, err
	}
	sum, given := amountOf(figuresBy(drawn.GetTotals())[code].GetSum())
	if !given {
		return earlierFigure{}, nil
	}
	what, year := shortPeriod(listed.GetPeriodId())
	return earlierFigure{
		Name: sentenceCase(periodName(listed.GetPeriodId())), Href: listed.Address("/so-lieu/"+code, version.GetVersion()), Words: sum.Words(),
		Signed: version.GetSignature() != nil, What: what, Year: year, amount: sum,
	}, nil
}

// drawFigures makes a column of each figure; the largest is as high as there is room.
func drawFigures(found []earlierFigure) []earlierFigure {
	largest := amount(1)
	for _, one := range found {
		largest = max(largest, one.amount)
	}
	width := 100.0 / float64(len(found))
	for i := range found {
		middle, high := width*(float64(i)+0.5), columnRoom*float64(found[i].amount)/float64(largest)
		found[i].X, found[i].Middle = along(middle-6), along(middle)
		found[i].Y, found[i].Height, found[i].Top = along(columnFloor-high), along(high), along(columnFloor-high-3)
	}
	return found
}
