package letterpaper

import "strings"

// layOut sets a paper in its form.
func layOut(p Paper) *document {
	d := &document{form: p.Form, title: p.subject(), author: p.Head.Sender, on: p.Head.On}
	width := p.Form.textWidth()
	d.blocks = append(d.blocks, head(p))
	d.blocks = append(d.blocks, typeLine(p)...)
	d.blocks = append(d.blocks, greeting(p)...)
	text := d.laid(p.Text, width)
	keepEndTogether(text)
	d.blocks = append(d.blocks, text...)
	d.blocks = append(d.blocks, paragraph(setting{align: "left", line: 8, exact: true, keepNext: true}))
	d.blocks = append(d.blocks, foot(p)...)
	d.endSection(false, len(p.Appendices) == 0)
	for i, appendix := range p.Appendices {
		d.append(appendix, i == len(p.Appendices)-1)
	}
	return d
}

func (d *document) laid(text []Block, width int) []element {
	var blocks []element
	for _, block := range text {
		blocks = append(blocks, block.lay(d, width)...)
	}
	return blocks
}

// keepEndTogether ties the last two paragraphs to what follows: the signature never stands alone on a page.
func keepEndTogether(blocks []element) {
	for i := max(0, len(blocks)-2); i < len(blocks); i++ {
		if blocks[i].name == "w:p" {
			blocks[i].inside[0].inside = append([]element{tag("w:keepNext")}, withoutKeep(blocks[i].inside[0].inside)...)
		}
	}
}

func withoutKeep(properties []element) []element {
	if len(properties) > 0 && properties[0].name == "w:keepNext" {
		return properties[1:]
	}
	return properties
}

func (d *document) append(appendix Appendix, last bool) {
	width := d.form.textWidth()
	if appendix.Landscape {
		width = d.form.textWidthAcross()
	}
	d.blocks = append(d.blocks, paragraph(centred, run(d.form.Kind, clean(appendix.Title))))
	if about := clean(appendix.About); about != "" {
		d.blocks = append(d.blocks, paragraph(setting{align: "center", after: 6}, run(d.form.About, strings.ToUpper(about))))
	}
	d.blocks = append(d.blocks, d.laid(appendix.Text, width)...)
	d.endSection(appendix.Landscape, last)
}

func (f Form) textWidth() int { return twips(f.Width) - twips(f.Margins.Left) - twips(f.Margins.Right) }

// textWidthAcross is that of a page turned by a quarter: the edge for binding is then at the top.
func (f Form) textWidthAcross() int {
	return twips(f.Height) - twips(f.Margins.Top) - twips(f.Margins.Bottom)
}

// beside are the widths of two columns, the left one given.
func (f Form) beside(left float64) []int { return []int{twips(left), f.textWidth() - twips(left)} }

var centred = setting{align: "center"}

func head(p Paper) element {
	widths := p.Form.beside(p.Form.HeaderLeft)
	return columns(widths, senderColumn(p, widths[0]), headingColumn(p, widths[1]))
}

func senderColumn(p Paper, width int) []element {
	form := p.Form
	var lines []element
	if p.Head.Parent != "" {
		lines = append(lines, paragraph(centred, run(form.Parent, strings.ToUpper(p.Head.Parent))))
	}
	sender := strings.ToUpper(p.Head.headedSender())
	lines = append(lines, paragraph(centred, run(form.Sender, sender)), form.under(sender, form.Sender, form.SenderMark, form.SenderRule, width),
		paragraph(setting{align: "center", before: 4}, run(form.Number, p.number())))
	if p.Head.Kind == "" {
		lines = append(lines, paragraph(setting{align: "center", before: 6}, run(form.Subject, p.subject())))
	}
	return lines
}

// under is the form's mark below a text, or a rule of a share of the text's last line.
func (f Form) under(text string, face Face, mark string, share float64, width int) element {
	if mark != "" {
		return paragraph(centred, run(face, mark))
	}
	return rule(width, int(share*float64(lastLine(text, face, width))))
}

func headingColumn(p Paper, width int) []element {
	form := p.Form
	var lines []element
	for _, line := range form.Heading {
		lines = append(lines, paragraph(centred, run(line.PaperFace, line.Text)))
	}
	if count := len(form.Heading); count > 0 {
		last := form.Heading[count-1]
		lines = append(lines, rule(width, lineWidth(last.Text, last.PaperFace)))
	}
	return append(lines, paragraph(setting{align: "center", before: 6}, run(form.PlaceDate, p.placeDate())))
}

// typeLine is the kind of the paper in capitals, what it is about, and the mark under it.
func typeLine(p Paper) []element {
	if p.Head.Kind == "" {
		return nil
	}
	form := p.Form
	return []element{
		paragraph(setting{align: "center", before: 18}, run(form.Kind, strings.ToUpper(p.Head.Kind))),
		paragraph(centred, run(form.About, p.Head.About)),
		form.under(p.Head.About, form.About, form.AboutMark, form.AboutRule, form.textWidth()),
	}
}

func greeting(p Paper) []element {
	face, recipient := p.Form.GreetingFace, p.Form.Recipient
	switch len(p.Greeting) {
	case 0:
		return []element{paragraph(setting{align: "left", line: 6, exact: true})}
	case 1:
		return []element{paragraph(setting{align: "center", before: 18, after: 12}, run(face, p.Form.Greeting), run(recipient, clean(p.Greeting[0])))}
	}
	lines := []element{paragraph(setting{align: "left", before: 18, left: 35}, run(face, strings.TrimSpace(p.Form.Greeting)))}
	for i, name := range p.Greeting {
		end := ";"
		how := setting{align: "left", left: 50}
		if i == len(p.Greeting)-1 {
			end, how.after = ".", 12
		}
		lines = append(lines, paragraph(how, run(recipient, "- "+clean(name)+end)))
	}
	return lines
}

// signatureRoom is the height, in points, in which one signs and the seal stands.
const signatureRoom = 72

// foot is the copies beside the signature; below two signatures.
func foot(p Paper) []element {
	end := paragraph(setting{align: "left", line: 1, exact: true}) // a document may not end in a table
	if len(p.Signatures) == 1 {
		return []element{columns(p.Form.beside(p.Form.SignatureLeft), copies(p), signature(p.Form, p.Signatures[0])), end}
	}
	half := p.Form.textWidth() / 2
	both := columns([]int{half, half}, signature(p.Form, p.Signatures[0]), signature(p.Form, p.Signatures[1]))
	return append([]element{both, end}, copies(p)...)
}

func copies(p Paper) []element {
	lines := []element{paragraph(setting{align: "left"}, run(p.Form.CopiesHead, p.Form.CopiesWord))}
	for _, line := range p.copies() {
		lines = append(lines, paragraph(setting{align: "left"}, run(p.Form.Copies, line)))
	}
	return lines
}

func signature(form Form, signer Signatory) []element {
	var lines []element
	if signer.Authority != "" {
		lines = append(lines, paragraph(centred, run(form.Authority, strings.ToUpper(clean(signer.Authority)))))
	}
	if signer.Title != "" {
		lines = append(lines, paragraph(centred, run(form.Post, strings.ToUpper(clean(signer.Title)))))
	}
	return append(lines, paragraph(setting{align: "center", before: signatureRoom}, run(form.Signer, clean(signer.Name))))
}
