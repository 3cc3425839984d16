package letterpaper

import "strings"

func (f Form) text() setting {
	return setting{align: "both", before: f.Body.Before, firstLine: f.Body.FirstLine, line: f.Body.Line, exact: f.Body.Exact}
}

func (h Heading) lay(d *document, _ int) []element {
	how, face, text := d.form.text(), d.form.Body.PaperFace, clean(h.Text)
	how.keepNext, how.align = true, "left"
	switch h.Level {
	case 1:
		face = d.form.Chapter
		if d.form.Capitals {
			text = strings.ToUpper(text)
		}
	case 2:
		face.Bold = true
	default:
		face.Italic = true
	}
	return []element{paragraph(how, run(face, text))}
}

func (p Paragraph) lay(d *document, _ int) []element {
	face := d.form.Body.PaperFace
	face.Italic = p.Italic
	var runs []element
	if lead := clean(p.Lead); lead != "" {
		bold := face
		bold.Bold = true
		runs = append(runs, run(bold, lead+" "))
	}
	return []element{paragraph(d.form.text(), append(runs, run(face, clean(p.Text)))...)}
}

func (items Items) lay(d *document, _ int) []element {
	var lines []element
	for _, item := range items {
		lines = append(lines, paragraph(d.form.text(), run(d.form.Body.PaperFace, "- "+clean(item))))
	}
	return lines
}

func (l Line) lay(d *document, _ int) []element {
	return []element{paragraph(setting{align: "center", before: d.form.Body.Before, after: d.form.Body.Before, keepNext: true}, run(d.form.Kind, clean(string(l))))}
}

func (p Picture) lay(d *document, _ int) []element {
	lines := []element{paragraph(setting{align: "center", before: 6, keepNext: p.Caption != ""}, d.picture(p))}
	return append(lines, caption(d.form, p.Caption)...)
}

func caption(form Form, text string) []element {
	if text = clean(text); text == "" {
		return nil
	}
	return []element{paragraph(setting{align: "center", before: 3, after: 6}, run(form.Note, text))}
}

func (t Table) lay(d *document, width int) []element {
	bold := d.form.Cell
	bold.Bold = true
	widths := t.widths(width)
	var heads []cell
	for _, column := range t.Columns {
		heads = append(heads, cell{column.Title, "center", bold})
	}
	rows := []element{gridRow(widths, heads, true)}
	for _, row := range t.Rows {
		rows = append(rows, gridRow(widths, t.cells(row, d.form.Cell, bold), false))
	}
	blocks := []element{paragraph(setting{align: "left", line: 6, exact: true, keepNext: true}), grid(widths, rows)}
	return append(append(blocks, caption(d.form, t.Caption)...), paragraph(setting{align: "left", line: 6, exact: true}))
}

func (t Table) cells(row Row, plain, bold Face) []cell {
	var cells []cell
	for i, column := range t.Columns {
		c := cell{align: "left", face: plain}
		if i < len(row.Cells) {
			c.text = row.Cells[i]
		}
		if row.Bold {
			c.face = bold
		}
		switch {
		case column.Right:
			c.align = "right"
		case column.Mid:
			c.align = "center"
		}
		cells = append(cells, c)
	}
	return cells
}

// widths share the width out; the last column takes what rounding leaves.
func (t Table) widths(width int) []int {
	var all float64
	for _, column := range t.Columns {
		all += column.Share
	}
	widths, left := make([]int, len(t.Columns)), width
	for i, column := range t.Columns {
		widths[i] = int(float64(width) * column.Share / all)
		left -= widths[i]
	}
	widths[len(widths)-1] += left
	return widths
}
