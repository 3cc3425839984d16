package letterpaper

import (
	"fmt"
	"math"
	"strconv"
)

// cell is a cell of a table with borders.
type cell struct {
	text, align string
	face        Face
}

// grid is a table with thin borders and fixed columns.
func grid(widths []int, rows []element) element {
	borders := tag("w:tblBorders")
	for _, edge := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		borders = borders.holding(tag("w:"+edge, "w:val", "single", "w:sz", "4", "w:space", "0", "w:color", "000000"))
	}
	table := tag("w:tbl").holding(tag("w:tblPr").holding(
		tag("w:tblW", "w:w", strconv.Itoa(sum(widths)), "w:type", "dxa"), borders, tag("w:tblLayout", "w:type", "fixed"),
		tag("w:tblCellMar").holding(tag("w:left", "w:w", "60", "w:type", "dxa"), tag("w:right", "w:w", "60", "w:type", "dxa"))))
	columns := tag("w:tblGrid")
	for _, width := range widths {
		columns = columns.holding(tag("w:gridCol", "w:w", strconv.Itoa(width)))
	}
	return table.holding(columns).holding(rows...)
}

// gridRow is never broken between pages; a head is repeated on each.
func gridRow(widths []int, cells []cell, head bool) element {
	properties := tag("w:trPr").holding(tag("w:cantSplit"))
	if head {
		properties = properties.holding(tag("w:tblHeader"))
	}
	row := tag("w:tr").holding(properties)
	for i, c := range cells {
		width := tag("w:tcW", "w:w", strconv.Itoa(widths[i]), "w:type", "dxa")
		inside := paragraph(setting{align: c.align, before: 2, after: 2}, run(c.face, clean(c.text)))
		row = row.holding(tag("w:tc").holding(tag("w:tcPr").holding(width, tag("w:vAlign", "w:val", "center")), inside))
	}
	return row
}

// picture keeps the bytes for the archive and answers the run that shows them (ECMA-376, DrawingML, in line with the text).
func (d *document) picture(p Picture) element {
	d.pictures = append(d.pictures, p.PNG)
	number := len(d.pictures)
	// English metric units: 36 000 a millimetre.
	extent := []string{"cx", strconv.Itoa(int(math.Round(p.Width * 36000))), "cy", strconv.Itoa(int(math.Round(p.Height * 36000)))}
	named := []string{"id", strconv.Itoa(number), "name", fmt.Sprintf("Hình %d", number), "descr", clean(p.Alt)}
	fill := tag("pic:blipFill").holding(tag("a:blip", "r:embed", fmt.Sprintf("r%d", firstPicture+number-1)), tag("a:stretch").holding(tag("a:fillRect")))
	shape := tag("pic:spPr").holding(tag("a:xfrm").holding(tag("a:off", "x", "0", "y", "0"), tag("a:ext", extent...)),
		tag("a:prstGeom", "prst", "rect").holding(tag("a:avLst")))
	shown := tag("pic:pic").holding(tag("pic:nvPicPr").holding(tag("pic:cNvPr", named...), tag("pic:cNvPicPr")), fill, shape)
	graphic := tag("a:graphic").holding(tag("a:graphicData", "uri", drawing+"picture").holding(shown))
	return tag("w:r").holding(tag("w:drawing").holding(
		tag("wp:inline", "distT", "0", "distB", "0", "distL", "0", "distR", "0").holding(tag("wp:extent", extent...), tag("wp:docPr", named...), graphic)))
}
