package portal

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// figureRow is one indicator of a synthesis: this period, the same period a year before, the difference.
type figureRow struct {
	Code, Title, Unit string
	Now, Share        string
	Reports           int
	Before, Change    string
	Why               string // the way down to the reports
	Part              bool   // of the row above it
	Kinds             []string
}

// figureSection is a part of the report's form.
type figureSection struct {
	Title string
	Rows  []figureRow
}

// synthesisView is the page of the figures.
type synthesisView struct {
	*synthesisHead
	Sections []figureSection
	Kinds    []string // of the units, by which the figures are told apart
	Before   *reportsv1.SynthesisVersion
	Moved    *movement
	DrawUp   *form
	MaySign  bool
	Source   string
	// Documents are the papers that may be drawn up of this version.
	Documents *offeredDocuments
}

// BeforePeriod is the period with which the figures are compared.
func (v *synthesisView) BeforePeriod() string { return periodName(v.Before.GetPeriodId()) }

// Export is the whole table for Excel.
func (v *synthesisView) Export() string { return v.Address("/xuat.xlsx", v.Head.GetVersion()) }

// SignHref is the page on which the last version is signed.
func (v *synthesisView) SignHref() string { return v.Address("/ky", 0) }

// ClosingWhy says why the period closes on its day.
func (v *synthesisView) ClosingWhy() string { return v.GetClosingWhyVi() }

// movement is what changed in the register since a version was drawn up.
type movement struct {
	Text string
	Href string
}

func (p *portal) synthesisPage(c echo.Context) error {
	ctx := c.Request().Context()
	head, err := p.synthesisHead(c, "")
	if err != nil {
		return err
	}
	view := &synthesisView{synthesisHead: head, Source: p.sourceLine("")}
	if err := p.fillFigures(ctx, view); err != nil {
		return err
	}
	p.offer(ctx, view)
	if view.Head != nil {
		view.Documents = p.documentsAt(ctx, personOf(c), view.Case.GetId(), view.Head.GetVersion())
	}
	return p.renderSynthesis(c, "synthesis", head.Title(), view)
}

// offer is what may be done with the last version: draw up again, sign; and what moved in the register since.
func (p *portal) offer(ctx context.Context, view *synthesisView) {
	if view.Older() {
		return
	}
	if view.Head != nil {
		view.Moved = p.movedSince(ctx, view.synthesised)
	}
	view.MaySign = view.GetMaySign() && view.Head != nil && view.Head.GetSignature() == nil
	if view.GetMayDrawUp() && (view.Head == nil || view.Moved != nil) {
		button := "Lập bản tổng hợp số " + strconv.Itoa(int(view.Last())+1)
		view.DrawUp = &form{Action: view.Address("/lap", 0), Button: button, ActID: newActID()}
	}
}

// movedSince compares the last version with the register as it stands now. Where that cannot be learnt the page goes on without it.
func (p *portal) movedSince(ctx context.Context, of *synthesised) *movement {
	answer, err := p.calls.Synthesis.CompareSyntheses(ctx, call(&reportsv1.CompareSynthesesRequest{CaseId: of.Case.GetId(), From: of.Last()}))
	if err != nil {
		p.logWarning("synthesis not compared with the register", err)
		return nil
	}
	text := movedWords(answer.Msg, of.last())
	if text == "" {
		return nil
	}
	return &movement{text, of.Address("/cac-ban", 0, "tu", strconv.Itoa(int(of.Last())), "den", "0")}
}

// movedWords says what moved since a version; nothing when nothing did.
func movedWords(changed *reportsv1.CompareSynthesesResponse, since *reportsv1.SynthesisVersion) string {
	from := " từ bản số " + strconv.Itoa(int(since.GetVersion()))
	if since.GetSignature() != nil {
		from = " sau khi ký bản số " + strconv.Itoa(int(since.GetVersion()))
	}
	switch sources, standings, totals := len(changed.GetSources()), len(changed.GetStandings()), len(changed.GetTotals()); {
	case sources > 0:
		return number(int64(sources)) + " báo cáo thay đổi" + from + "."
	case standings > 0:
		return "Tình hình báo cáo của " + number(int64(standings)) + " đơn vị thay đổi" + from + "."
	case totals > 0:
		return number(int64(totals)) + " số liệu thay đổi" + from + "."
	default:
		return ""
	}
}

func (p *portal) fillFigures(ctx context.Context, view *synthesisView) error {
	if view.Head == nil {
		return nil
	}
	drawn, err := p.synthesisAt(ctx, view.Case.GetId(), view.Head.GetVersion())
	if err != nil {
		return err
	}
	before, err := p.yearBefore(ctx, view.Period)
	if err != nil {
		return err
	}
	view.Before = before.GetHead()
	view.Sections, view.Kinds = sectionsOf(drawn, before, func(code string) string {
		return view.Address("/so-lieu/"+code, view.Head.GetVersion())
	})
	return nil
}

func (p *portal) synthesisAt(ctx context.Context, caseID string, version int32) (*reportsv1.Synthesis, error) {
	answer, err := p.calls.Synthesis.GetSynthesis(ctx, call(&reportsv1.GetSynthesisRequest{CaseId: caseID, Version: version}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// yearBefore is the synthesis that was signed for the same period of the year before, with which figures that add up over a period can be
// compared; nil where none was.
func (p *portal) yearBefore(ctx context.Context, period string) (*reportsv1.Synthesis, error) {
	same, ok := samePeriodBefore(period)
	if !ok {
		return nil, nil
	}
	cases, err := p.synthesisCases(ctx, same.String())
	if err != nil || len(cases) == 0 {
		return nil, err
	}
	of, err := p.versionsOf(ctx, cases[0])
	if err != nil || of.Signed() == nil {
		return nil, err
	}
	return p.synthesisAt(ctx, of.Case.GetId(), of.Signed().GetVersion())
}

func samePeriodBefore(id string) (calendar.Period, bool) {
	period, err := calendar.ParsePeriod(id)
	if err != nil {
		return calendar.Period{}, false
	}
	first, _, ok := period.Bounds()
	if !ok {
		return calendar.Period{}, false
	}
	return calendar.PeriodAt(period.Kind(), calendar.NewDate(first.Year()-1, first.Month(), 1)), true
}

// sectionsOf puts the figures into the parts of the form, with those of the year before and those of each kind of unit. An indicator that
// nobody gave, now or then, is left out.
func sectionsOf(drawn, before *reportsv1.Synthesis, why func(code string) string) (sections []figureSection, kinds []string) {
	now, then := figuresBy(drawn.GetTotals()), figuresBy(before.GetTotals())
	groups := slices.SortedFunc(slices.Values(drawn.GetGroups()), func(a, b *reportsv1.SynthesisGroup) int {
		return cmp.Compare(kindWord(a.GetUnitKind()), kindWord(b.GetUnitKind()))
	})
	ofKind := make([]map[string]*reportsv1.SynthesisFigure, len(groups))
	for i, group := range groups {
		kinds, ofKind[i] = append(kinds, sentenceCase(kindWord(group.GetUnitKind()))), figuresBy(group.GetFigures())
	}
	for _, indicator := range drawn.GetIndicators() {
		code := indicator.GetCode()
		if now[code] == nil && then[code] == nil {
			continue
		}
		row := figureRow{
			Code: code, Title: indicator.GetTitleVi(), Unit: indicator.GetUnitVi(), Part: indicator.GetWhole() != "",
			Now: amountWords(now[code].GetSum()), Share: now[code].GetShare(), Reports: int(now[code].GetReports()), Before: amountWords(then[code].GetSum()),
		}
		if before != nil {
			row.Change = amountChange(then[code].GetSum(), now[code].GetSum())
		}
		if now[code] != nil {
			row.Why = why(code)
		}
		for _, of := range ofKind {
			row.Kinds = append(row.Kinds, amountWords(of[code].GetSum()))
		}
		if n := len(sections); n == 0 || sections[n-1].Title != indicator.GetSectionVi() {
			sections = append(sections, figureSection{Title: indicator.GetSectionVi()})
		}
		last := &sections[len(sections)-1]
		last.Rows = append(last.Rows, row)
	}
	return sections, kinds
}

func figuresBy(figures []*reportsv1.SynthesisFigure) map[string]*reportsv1.SynthesisFigure {
	by := make(map[string]*reportsv1.SynthesisFigure, len(figures))
	for _, figure := range figures {
		by[figure.GetIndicator()] = figure
	}
	return by
}
