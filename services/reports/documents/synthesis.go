package documents

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
	"nenep/services/internal/letterpaper"
	"nenep/services/reports/documents/charts"
)

// Synthesis is a version of the totals over the reports of many units.
type Synthesis struct {
	Office   Office
	Title    string // of what the units reported
	Version  *reportsv1.Synthesis
	Before   map[string]string // by indicator: the signed figure of the period before
	Trend    []charts.Period   // how the reports of each period came, the oldest first, this one last
	Sections []Section         // the synthesis' own words
	Units    bool              // a sheet with the sums of every unit besides, for a workbook
}

// What became of a unit's report.
const (
	inTime   = "in-time"
	late     = "late"
	returned = "returned"
	missing  = "missing"
	exempted = "exempted"
)

// wide is from how many columns of figures on a table stands on a page turned by a quarter.
const wide = 3

// Composed is the synthesis as it is laid out: how the reports came, what they add up to by section, the agency's own words; behind it the
// figures by kind of unit and the units that are late or missing.
func (s Synthesis) Composed() (Composed, error) {
	subject := subject(s.Title, s.Version.GetHead().GetPeriodId())
	about := "Tổng hợp " + lower(subject)
	pictures, err := s.pictures()
	if err != nil {
		return Composed{}, err
	}
	first := []letterpaper.Block{chapter(1, "Tình hình, kết quả thực hiện"), letterpaper.Heading{Level: 2, Text: ordinal(1) + "Tình hình gửi báo cáo"}}
	for _, line := range came(s.Version) {
		first = append(first, letterpaper.Paragraph{Text: line})
	}
	first = append(first, pictures...)
	number := 1
	for _, section := range s.told() {
		if !section.empty() {
			number++
			first = append(first, section.told(number)...)
		}
	}
	text := append([]letterpaper.Block{letterpaper.Paragraph{Text: s.opening(about)}}, first...)
	chapters := [][]letterpaper.Block{first}
	for _, section := range s.Sections {
		if !section.Told && !section.empty() {
			own := append([]letterpaper.Block{chapter(len(chapters)+1, section.Title)}, section.words(true)...)
			chapters, text = append(chapters, own), append(text, own...)
		}
	}
	sheets := s.sheets(subject)
	paper := letterpaper.Paper{
		Form: s.Office.Form, Head: s.Office.head(KindSynthesis, "Báo cáo", about), Greeting: s.Office.greeting(), Text: ended(text, s.Office.Form),
		Signatures: []letterpaper.Signatory{s.Office.signature()}, Appendices: appendices(sheets),
	}
	if s.Units {
		sheets = append(sheets, s.byUnit())
	}
	return Composed{paper, sheets, s.fields(paper, chapters)}, nil
}

func (s Synthesis) opening(about string) string {
	head := s.Version.GetHead()
	report := UnitReport{Office: s.Office, WindowFrom: day(head.GetWindowFrom()), WindowTo: day(head.GetWindowTo())}
	return report.opening(about)
}

func (s Synthesis) fields(paper letterpaper.Paper, chapters [][]letterpaper.Block) Fields {
	head, fields := s.Version.GetHead(), fieldsOf(s.Office, paper)
	for key, value := range map[string]string{"ky_bao_cao": periodWords(head.GetPeriodId()), "tu_ngay": day(head.GetWindowFrom()), "den_ngay": day(head.GetWindowTo())} {
		fields.Values[key] = value
	}
	for key, count := range map[string]int32{"phai_bao_cao": head.GetCounts().GetOwed(), "dung_han": head.GetCounts().GetInTime(), "qua_han": head.GetCounts().GetLate(),
		"chua_bao_cao": head.GetCounts().GetMissing() + head.GetCounts().GetReturned()} {
		fields.Values[key] = figures.Count(int64(count)).Vietnamese()
	}
	fields.Blocks["mo_dau"] = flat(paper.Text[:1])
	for i, name := range []string{"ket_qua", "danh_gia", "phuong_huong", "kien_nghi"} {
		fields.Blocks[name] = nil
		if i < len(chapters) {
			fields.Blocks[name] = flat(chapters[i])
		}
	}
	fields.Rows = rowsOf(s.told())
	return fields
}

// told are the totals by section of the units' form.
func (s Synthesis) told() []Section {
	sums := sumsOf(s.Version.GetTotals())
	var sections []Section
	for _, indicator := range s.Version.GetIndicators() {
		if len(sections) == 0 || sections[len(sections)-1].ID != indicator.GetStepId() {
			sections = append(sections, Section{ID: indicator.GetStepId(), Title: indicator.GetSectionVi(), Told: true, Last: map[string]string{}})
		}
		section := &sections[len(sections)-1]
		section.Figures = append(section.Figures, Figure{Key: indicator.GetCode(), Title: indicator.GetTitleVi(), Unit: indicator.GetUnitVi(),
			Value: sums[indicator.GetCode()], Measure: indicator.GetMeasure(), Part: indicator.GetWhole()})
		section.Last[indicator.GetCode()] = s.Before[indicator.GetCode()]
	}
	return sections
}

func sumsOf(all []*reportsv1.SynthesisFigure) map[string]string {
	sums := map[string]string{}
	for _, f := range all {
		sums[f.GetIndicator()] = f.GetSum()
	}
	return sums
}

// came tells how the reports arrived.
func came(version *reportsv1.Synthesis) []string {
	c := version.GetHead().GetCounts()
	if c.GetOwed() == 0 {
		return nil
	}
	part := func(count int32, words string) string {
		if count == 0 {
			return ""
		}
		return fmt.Sprintf("%s đơn vị %s (%s)", figures.Count(int64(count)).Vietnamese(), words, figures.Share(int64(count), int64(c.GetOwed())))
	}
	var parts []string
	for _, said := range []string{part(c.GetInTime(), "báo cáo đúng hạn"), part(c.GetLate(), "báo cáo quá hạn"), part(c.GetReturned(), "bị trả lại báo cáo, chưa nộp lại"),
		part(c.GetMissing(), "chưa báo cáo")} {
		if said != "" {
			parts = append(parts, said)
		}
	}
	lines := []string{sentence(fmt.Sprintf("Tổng số %s đơn vị phải báo cáo; trong đó %s", figures.Count(int64(c.GetOwed())).Vietnamese(), strings.Join(parts, "; ")))}
	if c.GetExempted() > 0 {
		lines = append(lines, fmt.Sprintf("Ngoài ra có %s đơn vị không thuộc đối tượng báo cáo kỳ này.", figures.Count(int64(c.GetExempted())).Vietnamese()))
	}
	if c.GetReturned()+c.GetMissing() > 0 {
		lines = append(lines, "Số liệu dưới đây cộng từ các báo cáo đã gửi, chưa gồm số liệu của đơn vị chưa báo cáo.")
	}
	return lines
}

// pictures are drawn only where they say more than the sentence above them.
func (s Synthesis) pictures() ([]letterpaper.Block, error) {
	var blocks []letterpaper.Block
	add := func(drawn charts.Drawn, err error) error {
		if err == nil && drawn.PNG != nil {
			blocks = append(blocks, letterpaper.Picture{PNG: drawn.PNG, Width: drawn.Width, Height: drawn.Height, Alt: drawn.Alt,
				Caption: fmt.Sprintf("Hình %d. %s", len(blocks)+1, drawn.Caption)})
		}
		return err
	}
	groups := groupsOf(s.Version.GetUnits())
	for _, draw := range []func() (charts.Drawn, error){
		func() (charts.Drawn, error) { return charts.Progress(groups) },
		func() (charts.Drawn, error) { return charts.Standing(groups) },
		func() (charts.Drawn, error) { return charts.Trend(s.Trend) },
	} {
		if err := add(draw()); err != nil {
			return nil, err
		}
	}
	return blocks, nil
}

// groupsOf counts the units that owe a report by kind, the largest group first.
func groupsOf(units []*reportsv1.UnitStanding) []charts.Group {
	counts := map[string]*charts.Group{}
	var groups []*charts.Group
	for _, u := range units {
		if u.GetStanding() == exempted {
			continue
		}
		g := counts[u.GetUnitKind()]
		if g == nil {
			g = &charts.Group{Name: upper(catalogue.KindTitle(u.GetUnitKind()).VI)}
			counts[u.GetUnitKind()], groups = g, append(groups, g)
		}
		switch u.GetStanding() {
		case inTime:
			g.InTime++
		case late:
			g.Late++
		default:
			g.Missing++
		}
	}
	slices.SortStableFunc(groups, func(a, b *charts.Group) int { return cmp.Or(b.Owed()-a.Owed(), strings.Compare(a.Name, b.Name)) })
	all := make([]charts.Group, len(groups))
	for i, g := range groups {
		all[i] = *g
	}
	return all
}

func (s Synthesis) sheets(about string) []Sheet {
	var sheets []Sheet
	if sheet := s.figures(about); len(sheet.Lines) > 0 {
		sheets = append(sheets, sheet)
	}
	if sheet := LateSheet(s.Version.GetUnits()); len(sheet.Lines) > 0 {
		sheets = append(sheets, sheet)
	}
	return sheets
}

// figures are the totals by section, with a column for each kind of unit where there are several, and the period before where it is known.
func (s Synthesis) figures(about string) Sheet {
	sheet := Sheet{Name: "Tổng hợp", About: "Biểu tổng hợp số liệu " + lower(about), Columns: []Column{
		{Title: "TT", Share: 1, Mid: true}, {Title: "Chỉ tiêu", Share: 7}, {Title: "Đơn vị tính", Share: 1.7, Mid: true}, {Title: "Tổng số", Share: 2.2, Figure: true}, {Title: "Tỷ lệ", Share: 1.6, Mid: true}}}
	var groups []*reportsv1.SynthesisGroup
	if len(s.Version.GetGroups()) > 1 {
		groups = s.Version.GetGroups()
	}
	for _, group := range groups {
		sheet.Columns = append(sheet.Columns, Column{Title: upper(catalogue.KindTitle(group.GetUnitKind()).VI), Share: 2.2, Figure: true})
	}
	if len(s.Before) > 0 {
		sheet.Columns = append(sheet.Columns, Column{Title: "Kỳ trước (theo báo cáo đã ký)", Share: 2.2, Figure: true})
	}
	shares := map[string]string{}
	for _, f := range s.Version.GetTotals() {
		shares[f.GetIndicator()] = f.GetShare()
	}
	sums := make([]map[string]string, len(groups))
	for i, group := range groups {
		sums[i] = sumsOf(group.GetFigures())
	}
	number, chapters := 0, 0
	for _, section := range s.told() {
		rows := given(section.Figures)
		if len(rows) == 0 {
			continue
		}
		chapters++
		sheet.Lines = append(sheet.Lines, Line{Cells: []string{roman(chapters), section.Title}, Bold: true})
		for _, f := range rows {
			number++
			title, unit := f.named()
			cells := []string{numberText(number), title, unit, f.Value, shares[f.Key]}
			for i := range groups {
				cells = append(cells, sums[i][f.Key])
			}
			if len(s.Before) > 0 {
				cells = append(cells, s.Before[f.Key])
			}
			sheet.Lines = append(sheet.Lines, Line{Cells: cells})
		}
	}
	sheet = sheet.pruned()
	sheet.Landscape = len(sheet.Columns)-2 > wide
	return sheet
}

// byUnit is a row for every unit of the tree with its sums.
func (s Synthesis) byUnit() Sheet {
	sheet := Sheet{Name: "Theo đơn vị", About: "Số liệu theo đơn vị", Landscape: true, Columns: []Column{{Title: "TT", Share: 1, Mid: true}, {Title: "Mã đơn vị", Share: 3}, {Title: "Đơn vị", Share: 6}, {Title: "Thuộc", Share: 3}}}
	for _, indicator := range s.Version.GetIndicators() {
		sheet.Columns = append(sheet.Columns, Column{Title: indicator.GetTitleVi(), Share: 2, Figure: true})
	}
	for i, node := range s.Version.GetNodes() {
		sums := sumsOf(node.GetFigures())
		cells := []string{numberText(i + 1), node.GetUnitId(), node.GetName(), node.GetParentId()}
		for _, indicator := range s.Version.GetIndicators() {
			cells = append(cells, sums[indicator.GetCode()])
		}
		sheet.Lines = append(sheet.Lines, Line{Cells: cells})
	}
	return sheet
}

// day is a day of the wire as an office writes it; empty where it is none.
func day(wire string) string {
	d, err := calendar.ParseDate(wire)
	if err != nil || d.IsZero() {
		return ""
	}
	return d.Vietnamese()
}
