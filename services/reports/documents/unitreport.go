package documents

import (
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
	"nenep/services/internal/letterpaper"
)

// UnitReport is a unit's periodic report.
type UnitReport struct {
	Office     Office
	Title      string // of the obligation: "Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở"
	PeriodID   string
	WindowFrom string // days as "31/12/2026"; may be empty
	WindowTo   string
	Sections   []Section
}

// Section is a part of a form: its figures, its answers in words.
type Section struct {
	ID      string
	Title   string
	Figures []Figure
	Last    map[string]string // by key: the same figure of the period before
	Answers []Answer
	Told    bool // its form asks for figures: it belongs to what was done, and not to the assessment behind it
}

// Answer is an answer in words; line breaks part its paragraphs.
type Answer struct{ Title, Text string }

// At is a place in a form.
type At struct{ Step, Key string }

// SectionsOf are the sections of a case as recorded. Words are the texts of its answers, last the figures of the period before.
func SectionsOf(input *casefilev1.CaseInput, state *casefilev1.CaseState, words, last map[At]string) []Section {
	var sections []Section
	for _, step := range input.GetSteps() {
		facts := recorded(state, step.GetId())
		s := Section{ID: step.GetId(), Title: step.GetTitleVi(), Last: map[string]string{}}
		for _, p := range step.GetFacts() {
			at := At{step.GetId(), p.GetKey()}
			switch {
			case figures.IsFigure(p.GetKind()):
				s.Told = true
				s.Figures = append(s.Figures, FigureOf(p, facts[p.GetKey()]))
				s.Last[p.GetKey()] = last[at]
			case p.GetKind() == figures.KindText && strings.TrimSpace(words[at]) != "":
				s.Answers = append(s.Answers, Answer{p.GetTitleVi(), words[at]})
			}
		}
		sections = append(sections, s)
	}
	return sections
}

// recorded is what a step says last.
func recorded(state *casefilev1.CaseState, step string) map[string]string {
	var facts map[string]string
	for _, record := range state.GetSteps() {
		if record.GetStepId() == step {
			facts = record.GetFacts()
		}
	}
	return facts
}

// empty tells that nobody said anything in the section.
func (s Section) empty() bool { return len(sentences(s.Figures)) == 0 && len(s.Answers) == 0 }

// Composed is the report as it is laid out: what was done by section, then each part in words, and the figures as an appendix.
func (r UnitReport) Composed() Composed {
	about := subject(r.Title, r.PeriodID)
	opening, chapters := r.opening(about), chaptersOf(r.Sections)
	text := []letterpaper.Block{letterpaper.Paragraph{Text: opening}}
	for _, chapter := range chapters {
		text = append(text, chapter...)
	}
	paper := letterpaper.Paper{
		Form: r.Office.Form, Head: r.Office.head(KindUnitReport, "Báo cáo", about), Greeting: r.Office.greeting(), Text: ended(text, r.Office.Form),
		Signatures: []letterpaper.Signatory{r.Office.signature()},
	}
	var sheets []Sheet
	if sheet, any := figureSheet(r.Sections, about); any {
		sheets = append(sheets, sheet)
	}
	paper.Appendices = appendices(sheets)
	fields := fieldsOf(r.Office, paper)
	fields.Values["ky_bao_cao"], fields.Values["tu_ngay"], fields.Values["den_ngay"] = periodWords(r.PeriodID), r.WindowFrom, r.WindowTo
	fields.Blocks["mo_dau"] = []string{opening}
	for i, name := range []string{"ket_qua", "danh_gia", "phuong_huong", "kien_nghi"} {
		fields.Blocks[name] = nil
		if i < len(chapters) {
			fields.Blocks[name] = flat(chapters[i])
		}
	}
	fields.Rows = rowsOf(r.Sections)
	return Composed{paper, sheets, fields}
}

func (r UnitReport) opening(about string) string {
	text := r.Office.Name + " báo cáo " + lower(about)
	if len(r.Office.Grounds) > 0 {
		text = "Thực hiện " + strings.Join(r.Office.Grounds, "; ") + ", " + text
	}
	if r.WindowFrom != "" && r.WindowTo != "" {
		text += " (số liệu từ ngày " + r.WindowFrom + " đến hết ngày " + r.WindowTo + ")"
	}
	return text + " như sau:"
}

// subject is what a report is about: its title without the word for a report, with its period in the place of the length of one.
func subject(title, periodID string) string {
	about, period := strings.TrimSpace(title), periodWords(periodID)
	if rest, is := strings.CutPrefix(about, "Báo cáo "); is {
		about = upper(rest)
	}
	for _, length := range []string{" 06 tháng", " 6 tháng", " 01 năm", " 1 năm", " hằng năm"} {
		if before, after, has := strings.Cut(about, length); has {
			about = before + after
		}
	}
	return strings.TrimSpace(about + " " + period)
}

// chaptersOf are what was done, by section, and behind it a chapter for each section that asks for words alone; such a section that stands before
// figures belongs to what was done. Empty ones are left out, so numbers have no gap.
func chaptersOf(sections []Section) [][]letterpaper.Block {
	lastTold := -1
	for i, s := range sections {
		if s.Told {
			lastTold = i
		}
	}
	var first []letterpaper.Block
	var chapters [][]letterpaper.Block
	done := 0
	for i, s := range sections {
		switch {
		case s.empty():
		case i <= lastTold:
			done++
			first = append(first, s.told(done)...)
		default:
			number := len(chapters) + 1
			if done > 0 {
				number++
			}
			chapters = append(chapters, append([]letterpaper.Block{chapter(number, s.Title)}, s.words(true)...))
		}
	}
	if done > 0 {
		chapters = append([][]letterpaper.Block{append([]letterpaper.Block{chapter(1, "Tình hình, kết quả thực hiện")}, first...)}, chapters...)
	}
	return chapters
}

func chapter(number int, title string) letterpaper.Heading {
	return letterpaper.Heading{Level: 1, Text: roman(number) + ". " + title}
}

// told is a section of what was done.
func (s Section) told(number int) []letterpaper.Block {
	text := []letterpaper.Block{letterpaper.Heading{Level: 2, Text: ordinal(number) + s.Title}}
	for _, line := range sentences(s.Figures) {
		text = append(text, letterpaper.Paragraph{Text: line})
	}
	return append(text, s.words(false)...)
}

func ordinal(number int) string { return numberText(number) + ". " }

// words are the section's answers; several of a chapter each have their title.
func (s Section) words(titled bool) []letterpaper.Block {
	var text []letterpaper.Block
	for i, answer := range s.Answers {
		if titled && len(s.Answers) > 1 {
			text = append(text, letterpaper.Heading{Level: 2, Text: ordinal(i+1) + answer.Title})
		}
		for _, line := range paragraphs(answer.Text) {
			text = append(text, letterpaper.Paragraph{Text: line})
		}
	}
	return text
}

// ended closes the text as the form does: administrative papers end in "./.", the Party's in a full stop.
func ended(text []letterpaper.Block, form letterpaper.Form) []letterpaper.Block {
	if !strings.HasSuffix(form.Closing, "./.") || len(text) == 0 {
		return text
	}
	if last, is := text[len(text)-1].(letterpaper.Paragraph); is {
		last.Text = strings.TrimRight(last.Text, ". ") + "./."
		text[len(text)-1] = last
	}
	return text
}

// figureSheet is every figure that somebody gave, by section; false where nobody gave one. The period before has a column where it is known.
func figureSheet(sections []Section, about string) (Sheet, bool) {
	before := false
	for _, s := range sections {
		for _, last := range s.Last {
			before = before || last != ""
		}
	}
	sheet := Sheet{Name: "Số liệu", About: "Biểu số liệu " + lower(about), Columns: []Column{
		{Title: "TT", Share: 1, Mid: true}, {Title: "Chỉ tiêu", Share: 8}, {Title: "Đơn vị tính", Share: 2, Mid: true}, {Title: "Kỳ này", Share: 2.4, Figure: true}}}
	if before {
		sheet.Columns = append(sheet.Columns, Column{Title: "Kỳ trước", Share: 2.4, Figure: true})
	}
	number, chapters := 0, 0
	for _, s := range sections {
		given := given(s.Figures)
		if len(given) == 0 {
			continue
		}
		chapters++
		sheet.Lines = append(sheet.Lines, Line{Cells: []string{roman(chapters), s.Title}, Bold: true})
		for _, f := range given {
			number++
			title, unit := f.named()
			cells := []string{numberText(number), title, unit, f.Value}
			if before {
				cells = append(cells, s.Last[f.Key])
			}
			sheet.Lines = append(sheet.Lines, Line{Cells: cells})
		}
	}
	return sheet.pruned(), number > 0
}

func given(all []Figure) []Figure {
	var some []Figure
	for _, f := range all {
		if _, ok := f.number(); ok {
			some = append(some, f)
		}
	}
	return some
}

func rowsOf(sections []Section) []map[string]string {
	var rows []map[string]string
	for _, s := range sections {
		for _, f := range given(s.Figures) {
			title, unit := f.named()
			rows = append(rows, map[string]string{"stt": numberText(len(rows) + 1), "phan": s.Title, "chi_tieu": title, "don_vi_tinh": unit, "ky_nay": shown(f.Value), "ky_truoc": shown(s.Last[f.Key])})
		}
	}
	return rows
}
