package portal

import (
	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// exportSynthesis is a version for Excel: the figures, those of each kind of unit, who reported, and where the figures come from.
func (p *portal) exportSynthesis(c echo.Context) error {
	head, drawn, err := p.drawnFor(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	before, err := p.yearBefore(ctx, head.Period)
	if err != nil {
		return err
	}
	sources, err := p.sourcesSheet(c, drawn)
	if err != nil {
		return err
	}
	sheets := []worksheet{figuresSheet(drawn, before), kindsSheet(drawn), p.reportedSheet(reportedUnits(drawn.GetUnits(), unitsFilter{})), sources}
	return p.sendWorkbook(c, "tong-hop-"+head.Period+"-ban-"+number(int64(head.Head.GetVersion())), head.exportView(), sheets...)
}

// exportSynthesisUnits is who reported, for Excel, with the filter of the page.
func (p *portal) exportSynthesisUnits(c echo.Context) error {
	head, drawn, err := p.drawnFor(c)
	if err != nil {
		return err
	}
	return p.sendWorkbook(c, "tinh-hinh-bao-cao-"+head.Period, head.exportView(), p.reportedSheet(reportedUnits(drawn.GetUnits(), readUnitsFilter(c.QueryParams()))))
}

func (h synthesisHead) exportView() string {
	view := h.Title() + ". " + h.DrawnUp() + ". Số liệu " + h.Window() + "."
	if signed := h.Signature(); signed != "" {
		view += " " + signed + "."
	}
	return view
}

func (p *portal) drawnFor(c echo.Context) (*synthesisHead, *reportsv1.Synthesis, error) {
	head, err := p.synthesisHead(c, "")
	if err != nil {
		return nil, nil, err
	}
	if head.Head == nil {
		return nil, nil, notFound()
	}
	drawn, err := p.synthesisAt(c.Request().Context(), head.Case.GetId(), head.Head.GetVersion())
	return head, drawn, err
}

func figuresSheet(drawn, before *reportsv1.Synthesis) worksheet {
	one := worksheet{Name: "Số liệu", Columns: []sheetColumn{
		{"Mã", 8}, {"Phần", 36}, {"Chỉ tiêu", 56}, {"Đơn vị tính", 12}, {"Kỳ này", 14}, {"Tỷ lệ", 10}, {"Số báo cáo", 10}, {"Cùng kỳ năm trước (đã ký)", 16}, {"Thay đổi", 24},
	}}
	now, then := figuresBy(drawn.GetTotals()), figuresBy(before.GetTotals())
	for _, indicator := range drawn.GetIndicators() {
		is, was := now[indicator.GetCode()], then[indicator.GetCode()]
		if is == nil && was == nil {
			continue
		}
		change := ""
		if before != nil {
			change = amountChange(was.GetSum(), is.GetSum())
		}
		one.Rows = append(one.Rows, []any{
			indicator.GetCode(), indicator.GetSectionVi(), indicator.GetTitleVi(), indicator.GetUnitVi(), amountCell(is.GetSum()), is.GetShare(), int(is.GetReports()), amountCell(was.GetSum()), change,
		})
	}
	return one
}

func kindsSheet(drawn *reportsv1.Synthesis) worksheet {
	one := worksheet{Name: "Theo loại đơn vị", Columns: []sheetColumn{{"Mã", 8}, {"Chỉ tiêu", 56}, {"Đơn vị tính", 12}, {"Tổng", 14}}}
	by := make([]map[string]*reportsv1.SynthesisFigure, len(drawn.GetGroups()))
	for i, group := range drawn.GetGroups() {
		one.Columns = append(one.Columns, sheetColumn{sentenceCase(kindWord(group.GetUnitKind())), 18})
		by[i] = figuresBy(group.GetFigures())
	}
	totals := figuresBy(drawn.GetTotals())
	for _, indicator := range drawn.GetIndicators() {
		code := indicator.GetCode()
		if totals[code] == nil {
			continue
		}
		row := []any{code, indicator.GetTitleVi(), indicator.GetUnitVi(), amountCell(totals[code].GetSum())}
		for _, of := range by {
			row = append(row, amountCell(of[code].GetSum()))
		}
		one.Rows = append(one.Rows, row)
	}
	return one
}

func (p *portal) reportedSheet(rows []reportedUnit) worksheet {
	one := worksheet{Name: "Tình hình báo cáo", Columns: []sheetColumn{
		{"Mã đơn vị", 20}, {"Đơn vị", 40}, {"Loại đơn vị", 28}, {"Tình trạng", 36}, {"Số ngày làm việc quá hạn", 12}, {"Hạn", 12}, {"Ngày nộp", 12}, {"Lý do", 48}, {"Mã hồ sơ", 32},
	}}
	for _, row := range rows {
		late := any(nil)
		if row.GetLateWorkingDays() > 0 {
			late = int(row.GetLateWorkingDays())
		}
		one.Rows = append(one.Rows, []any{row.GetUnitId(), row.GetName(), row.KindWord, row.Standing.Word, late, sheetDay(row.GetDueDay()), sheetDay(row.GetSubmittedOn()), row.GetWhyVi(), row.GetCaseId()})
	}
	return one
}

// sourcesSheet says of every report how it stands in the sums.
func (p *portal) sourcesSheet(c echo.Context, drawn *reportsv1.Synthesis) (worksheet, error) {
	one := worksheet{Name: "Nguồn số liệu", Columns: []sheetColumn{{"Mã hồ sơ", 32}, {"Đơn vị", 40}, {"Lần (1: bản nộp)", 10}, {"Tính ở đâu", 64}}}
	unitOf := map[string]string{}
	var ids []string
	for _, source := range drawn.GetSources() {
		unitOf[source.GetCaseId()] = source.GetUnitId()
		ids = append(ids, source.GetUnitId(), source.GetCountedAt())
	}
	names, err := p.namesOfUnits(c.Request().Context(), ids)
	if err != nil {
		return one, err
	}
	for _, source := range drawn.GetSources() {
		where := mergedWords(source, names[source.GetCountedAt()], names[unitOf[source.GetContainedIn()]])
		if where == "" {
			where = "tính tại đơn vị"
		}
		one.Rows = append(one.Rows, []any{source.GetCaseId(), names[source.GetUnitId()], int(source.GetVersion()), sentenceCase(where)})
	}
	return one, nil
}
