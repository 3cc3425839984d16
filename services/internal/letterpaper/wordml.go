package letterpaper

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"time"

	"nenep/rules/calendar"
)

// element is a node of WordprocessingML (ECMA-376, ISO/IEC 29500). Its parts stand in the order of the schema, which Word insists on.
type element struct {
	name       string
	attributes []string // name, value, name, value …
	inside     []element
	text       string
}

func tag(name string, attributes ...string) element {
	return element{name: name, attributes: attributes}
}

func (e element) holding(inside ...element) element {
	e.inside = append(e.inside, inside...)
	return e
}

func (e element) write(out *bytes.Buffer) {
	out.WriteString("<" + e.name)
	for i := 0; i+1 < len(e.attributes); i += 2 {
		out.WriteString(" " + e.attributes[i] + `="`)
		escape(out, e.attributes[i+1])
		out.WriteString(`"`)
	}
	if e.text == "" && len(e.inside) == 0 {
		out.WriteString("/>")
		return
	}
	out.WriteString(">")
	escape(out, e.text)
	for _, child := range e.inside {
		child.write(out)
	}
	out.WriteString("</" + e.name + ">")
}

// escape cannot fail: a bytes.Buffer takes everything.
func escape(out *bytes.Buffer, text string) { _ = xml.EscapeText(out, []byte(text)) }

// twips are twentieths of a point; a margin is rounded up, so that it is never under the rule's least.
func twips(millimetres float64) int { return int(math.Ceil(millimetres * 1440 / 25.4)) }

func points(size float64) string { return strconv.Itoa(int(math.Round(size * 20))) }

func halfPoints(size float64) string { return strconv.Itoa(int(math.Round(size * 2))) }

// run is a stretch of text in one face.
func run(face Face, text string) element {
	return tag("w:r").holding(faceProperties(face), element{name: "w:t", attributes: []string{"xml:space", "preserve"}, text: text})
}

func faceProperties(face Face) element {
	all := tag("w:rPr")
	if face.Bold {
		all = all.holding(tag("w:b"), tag("w:bCs"))
	}
	if face.Italic {
		all = all.holding(tag("w:i"), tag("w:iCs"))
	}
	all = all.holding(tag("w:sz", "w:val", halfPoints(face.Size)), tag("w:szCs", "w:val", halfPoints(face.Size)))
	if face.Underline {
		all = all.holding(tag("w:u", "w:val", "single"))
	}
	return all
}

// setting is how a paragraph stands.
type setting struct {
	align         string
	before, after float64 // pt
	firstLine     float64 // mm
	left          float64 // mm
	sides         int     // twips left empty on both sides
	line          float64 // of single spacing, or pt when exact; 0: single
	exact         bool
	ruled         bool // a rule under it
	keepNext      bool
}

func paragraph(how setting, runs ...element) element {
	all := tag("w:pPr")
	if how.keepNext {
		all = all.holding(tag("w:keepNext"))
	}
	if how.ruled {
		all = all.holding(tag("w:pBdr").holding(tag("w:bottom", "w:val", "single", "w:sz", "6", "w:space", "0", "w:color", "000000")))
	}
	line, kind := strconv.Itoa(int(math.Round(240*cmp.Or(how.line, 1)))), "auto"
	if how.exact {
		line, kind = points(how.line), "exact"
	}
	all = all.holding(tag("w:spacing", "w:before", points(how.before), "w:after", points(how.after), "w:line", line, "w:lineRule", kind))
	if how.firstLine > 0 {
		all = all.holding(tag("w:ind", "w:firstLine", strconv.Itoa(twips(how.firstLine))))
	}
	if how.left > 0 {
		all = all.holding(tag("w:ind", "w:left", strconv.Itoa(twips(how.left))))
	}
	if how.sides > 0 {
		side := strconv.Itoa(how.sides)
		all = all.holding(tag("w:ind", "w:left", side, "w:right", side))
	}
	return tag("w:p").holding(all.holding(tag("w:jc", "w:val", how.align))).holding(runs...)
}

// rule is a line of a length (twips) in the middle of a column (twips).
func rule(column, length int) element {
	return paragraph(setting{align: "center", sides: max(0, (column-length)/2), line: 3, exact: true, ruled: true})
}

// columns are cells side by side, without borders, that stay on one page.
func columns(widths []int, cells ...[]element) element {
	table := tag("w:tbl").holding(
		tag("w:tblPr").holding(
			tag("w:tblW", "w:w", strconv.Itoa(sum(widths)), "w:type", "dxa"),
			tag("w:tblBorders").holding(edges("none")...),
			tag("w:tblLayout", "w:type", "fixed"),
			tag("w:tblCellMar").holding(tag("w:left", "w:w", "0", "w:type", "dxa"), tag("w:right", "w:w", "0", "w:type", "dxa")),
		))
	grid, row := tag("w:tblGrid"), tag("w:tr").holding(tag("w:trPr").holding(tag("w:cantSplit")))
	for i, cell := range cells {
		width := strconv.Itoa(widths[i])
		grid = grid.holding(tag("w:gridCol", "w:w", width))
		row = row.holding(tag("w:tc").holding(tag("w:tcPr").holding(tag("w:tcW", "w:w", width, "w:type", "dxa"))).holding(cell...))
	}
	return table.holding(grid, row)
}

func edges(kind string) []element {
	var all []element
	for _, edge := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		all = append(all, tag("w:"+edge, "w:val", kind, "w:sz", "0", "w:space", "0", "w:color", "auto"))
	}
	return all
}

func sum(widths []int) int {
	total := 0
	for _, width := range widths {
		total += width
	}
	return total
}

const (
	markup        = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	drawing       = "http://schemas.openxmlformats.org/drawingml/2006/"
	packaged      = "http://schemas.openxmlformats.org/package/2006/"
	wordType      = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// document is the blocks of a paper and the form they are set in.
type document struct {
	form          Form
	title, author string
	on            calendar.Date
	blocks        []element
	section       element // of the last pages
	pictures      [][]byte
}

// docx packs the parts; the archive carries no hour, so equal papers are equal files.
func (d *document) docx() ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, part := range []struct {
		name string
		root element
	}{
		{"[Content_Types].xml", contentTypes()},
		{"_rels/.rels", related(relationships+"/officeDocument", "word/document.xml", packaged+"relationships/metadata/core-properties", "docProps/core.xml")},
		{"docProps/core.xml", d.properties()},
		{"word/document.xml", d.body()},
		{"word/_rels/document.xml.rels", d.relations()},
		{"word/styles.xml", d.styles()},
		{"word/settings.xml", settings()},
		{"word/header.xml", d.header()},
	} {
		content := bytes.NewBufferString(xml.Header)
		part.root.write(content)
		if err := pack(archive, part.name, content.Bytes()); err != nil {
			return nil, err
		}
	}
	for i, picture := range d.pictures {
		if err := pack(archive, "word/"+pictureName(i), picture); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("pack paper: %w", err)
	}
	return out.Bytes(), nil
}

func pack(archive *zip.Writer, name string, content []byte) error {
	file, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err == nil {
		_, err = file.Write(content)
	}
	if err != nil {
		return fmt.Errorf("pack paper: %w", err)
	}
	return nil
}

// firstPicture is the number of the first picture's relation: styles, settings and header come before.
const firstPicture = 4

func (d *document) relations() element {
	pairs := []string{relationships + "/styles", "styles.xml", relationships + "/settings", "settings.xml", relationships + "/header", "header.xml"}
	for i := range d.pictures {
		pairs = append(pairs, relationships+"/image", pictureName(i))
	}
	return related(pairs...)
}

func pictureName(i int) string { return fmt.Sprintf("media/image%d.png", i+1) }

func (d *document) body() element {
	return tag("w:document", "xmlns:w", markup, "xmlns:r", relationships, "xmlns:wp", drawing+"wordprocessingDrawing", "xmlns:a", drawing+"main",
		"xmlns:pic", drawing+"picture").holding(tag("w:body").holding(d.blocks...).holding(d.section))
}

// endSection closes the pages laid out so far: their size, edges and numbers. The numbers of every section count from 1 and leave its first
// page out.
func (d *document) endSection(across, last bool) {
	margins := d.form.Margins
	side := func(millimetres float64) string { return strconv.Itoa(twips(millimetres)) }
	size := tag("w:pgSz", "w:w", side(d.form.Width), "w:h", side(d.form.Height))
	if across {
		size = tag("w:pgSz", "w:w", side(d.form.Height), "w:h", side(d.form.Width), "w:orient", "landscape")
		margins = Margins{Top: margins.Left, Right: margins.Top, Bottom: margins.Right, Left: margins.Bottom, PageNumber: margins.PageNumber}
	}
	section := tag("w:sectPr").holding(
		tag("w:headerReference", "w:type", "default", "r:id", "r3"),
		tag("w:type", "w:val", "nextPage"),
		size,
		tag("w:pgMar", "w:top", side(margins.Top), "w:right", side(margins.Right), "w:bottom", side(margins.Bottom), "w:left",
			side(margins.Left), "w:header", side(margins.PageNumber), "w:footer", side(margins.PageNumber), "w:gutter", "0"),
		tag("w:pgNumType", "w:start", "1"),
		tag("w:titlePg"),
	)
	if last {
		d.section = section
		return
	}
	end := paragraph(setting{align: "left", line: 1, exact: true})
	end.inside[0] = end.inside[0].holding(section)
	d.blocks = append(d.blocks, end)
}

func (d *document) header() element {
	face := d.form.PageNumber
	field := func(kind string) element {
		return tag("w:r").holding(faceProperties(face), tag("w:fldChar", "w:fldCharType", kind))
	}
	instruction := tag("w:r").holding(faceProperties(face), element{name: "w:instrText", attributes: []string{"xml:space", "preserve"}, text: " PAGE "})
	number := paragraph(setting{align: "center"}, field("begin"), instruction, field("separate"), run(face, "2"), field("end"))
	return tag("w:hdr", "xmlns:w", markup).holding(number)
}

func (d *document) styles() element {
	font := d.form.Font
	defaults := tag("w:rPr").holding(
		tag("w:rFonts", "w:ascii", font, "w:hAnsi", font, "w:eastAsia", font, "w:cs", font),
		tag("w:color", "w:val", "000000"),
		tag("w:sz", "w:val", halfPoints(d.form.Body.Size)), tag("w:szCs", "w:val", halfPoints(d.form.Body.Size)),
		tag("w:lang", "w:val", "vi-VN", "w:eastAsia", "vi-VN", "w:bidi", "ar-SA"),
	)
	return tag("w:styles", "xmlns:w", markup).holding(
		tag("w:docDefaults").holding(tag("w:rPrDefault").holding(defaults), tag("w:pPrDefault")),
		tag("w:style", "w:type", "paragraph", "w:default", "1", "w:styleId", "Normal").holding(tag("w:name", "w:val", "Normal"), tag("w:qFormat")),
	)
}

// settings keep Word from opening the letter as a document of an older Word.
func settings() element {
	return tag("w:settings", "xmlns:w", markup).holding(tag("w:compat").holding(
		tag("w:compatSetting", "w:name", "compatibilityMode", "w:uri", "http://schemas.microsoft.com/office/word", "w:val", "15")))
}

func contentTypes() element {
	types := tag("Types", "xmlns", packaged+"content-types").holding(
		tag("Default", "Extension", "rels", "ContentType", "application/vnd.openxmlformats-package.relationships+xml"),
		tag("Default", "Extension", "png", "ContentType", "image/png"),
		tag("Override", "PartName", "/docProps/core.xml", "ContentType", "application/vnd.openxmlformats-package.core-properties+xml"),
		tag("Override", "PartName", "/word/document.xml", "ContentType", wordType+"document.main+xml"))
	for _, part := range []string{"styles", "settings", "header"} {
		types = types.holding(tag("Override", "PartName", "/word/"+part+".xml", "ContentType", wordType+part+"+xml"))
	}
	return types
}

// related lists kinds and targets in turn; ids are r1, r2 …
func related(pairs ...string) element {
	all := tag("Relationships", "xmlns", packaged+"relationships")
	for i := 0; i+1 < len(pairs); i += 2 {
		all = all.holding(tag("Relationship", "Id", fmt.Sprintf("r%d", i/2+1), "Type", pairs[i], "Target", pairs[i+1]))
	}
	return all
}

func (d *document) properties() element {
	written := d.on.At(0, 0).UTC().Format(time.RFC3339)
	stamp := func(name string) element {
		return element{name: name, attributes: []string{"xsi:type", "dcterms:W3CDTF"}, text: written}
	}
	return tag("cp:coreProperties", "xmlns:cp", packaged+"metadata/core-properties", "xmlns:dc", "http://purl.org/dc/elements/1.1/",
		"xmlns:dcterms", "http://purl.org/dc/terms/", "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance").holding(
		element{name: "dc:title", text: d.title}, element{name: "dc:creator", text: d.author},
		element{name: "dc:language", text: "vi-VN"}, stamp("dcterms:created"), stamp("dcterms:modified"))
}
