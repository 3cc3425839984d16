package documents

import (
	"slices"
	"strings"

	"nenep/services/internal/letterpaper"
)

// Composed is a document before it is written: as a paper, as tables for a workbook, and as the fields that an office's own template names.
type Composed struct {
	Paper  letterpaper.Paper
	Sheets []Sheet
	Fields Fields
}

// Fields are what a template is filled with.
type Fields struct {
	Values map[string]string   // one line each
	Blocks map[string][]string // paragraphs, in the place of a paragraph that names the field alone
	Rows   []map[string]string // entries, one row of the table each
}

// Sheet is a table, printed as an appendix and written as a sheet of a workbook.
type Sheet struct {
	Name      string // of the sheet, at most 31 letters
	About     string
	Columns   []Column
	Lines     []Line
	Landscape bool
}

// Column is a column of a sheet.
type Column struct {
	Title  string
	Share  float64 // of the width
	Figure bool    // numbers as they are stored
	Mid    bool
}

// Line is a row of a sheet.
type Line struct {
	Cells []string
	Bold  bool
}

func (s Sheet) table() letterpaper.Table {
	var table letterpaper.Table
	for _, c := range s.Columns {
		table.Columns = append(table.Columns, letterpaper.Column{Title: c.Title, Share: c.Share, Right: c.Figure, Mid: c.Mid})
	}
	for _, line := range s.Lines {
		cells := make([]string, len(line.Cells))
		for i, cell := range line.Cells {
			if cells[i] = cell; i < len(s.Columns) && s.Columns[i].Figure {
				cells[i] = shown(cell)
			}
		}
		table.Rows = append(table.Rows, letterpaper.Row{Cells: cells, Bold: line.Bold})
	}
	return table
}

// pruned is the sheet without the columns behind the first two in which nothing stands.
func (s Sheet) pruned() Sheet {
	var keep []int
	for i := range s.Columns {
		if i < 2 || slices.ContainsFunc(s.Lines, func(l Line) bool { return i < len(l.Cells) && l.Cells[i] != "" }) {
			keep = append(keep, i)
		}
	}
	kept := s
	kept.Columns, kept.Lines = nil, nil
	for _, i := range keep {
		kept.Columns = append(kept.Columns, s.Columns[i])
	}
	for _, line := range s.Lines {
		one := Line{Bold: line.Bold}
		for _, i := range keep {
			if i < len(line.Cells) {
				one.Cells = append(one.Cells, line.Cells[i])
			}
		}
		kept.Lines = append(kept.Lines, one)
	}
	return kept
}

// appendices are the sheets behind a paper; several are numbered.
func appendices(sheets []Sheet) []letterpaper.Appendix {
	var all []letterpaper.Appendix
	for i, sheet := range sheets {
		title := "Phụ lục"
		if len(sheets) > 1 {
			title += " " + roman(i+1)
		}
		all = append(all, letterpaper.Appendix{Title: title, About: sheet.About, Landscape: sheet.Landscape, Text: []letterpaper.Block{sheet.table()}})
	}
	return all
}

// fieldsOf are the fields that every document has; about itself each adds its own.
func fieldsOf(o Office, p letterpaper.Paper) Fields {
	on, signer := o.On, letterpaper.Signatory{}
	if len(p.Signatures) > 0 {
		signer = p.Signatures[len(p.Signatures)-1]
	}
	return Fields{
		Values: map[string]string{
			"co_quan_cap_tren": p.Head.Parent, "co_quan": p.Head.Sender, "so": o.Number, "ky_hieu": p.Head.Symbol, "dia_danh": p.Head.Place,
			"ngay": numbered(on.Day()), "thang": numbered(int(on.Month())), "nam": on.String()[:4], "loai_van_ban": p.Head.Kind, "trich_yeu": p.Head.About,
			"kinh_gui": strings.Join(p.Greeting, "; "), "tham_quyen": signer.Authority, "chuc_vu": signer.Title, "nguoi_ky": signer.Name,
		},
		Blocks: map[string][]string{"noi_dung": flat(p.Text), "noi_nhan": p.Copies},
	}
}

// flat is a text as plain paragraphs.
func flat(text []letterpaper.Block) []string {
	var lines []string
	for _, block := range text {
		switch b := block.(type) {
		case letterpaper.Heading:
			lines = append(lines, b.Text)
		case letterpaper.Paragraph:
			lines = append(lines, strings.TrimSpace(b.Lead+" "+b.Text))
		case letterpaper.Items:
			for _, item := range b {
				lines = append(lines, "- "+item)
			}
		case letterpaper.Line:
			lines = append(lines, string(b))
		}
	}
	return lines
}
