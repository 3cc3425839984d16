package letterpaper

import "strings"

// page lays the letter's facts out in its form.
func page(facts Facts) document {
	form := facts.Form
	blocks := []element{head(facts), greeting(facts)}
	paragraphs := facts.body()
	for i, text := range paragraphs {
		how := setting{align: "both", before: form.Body.Before, firstLine: form.Body.FirstLine, line: form.Body.Line, exact: form.Body.Exact}
		// The signature never stands alone on a page.
		how.keepNext = i >= len(paragraphs)-2
		blocks = append(blocks, paragraph(how, run(form.Body.Face, text)))
	}
	spaceAbove := paragraph(setting{align: "left", line: 8, exact: true, keepNext: true})
	// A document may not end in a table.
	end := paragraph(setting{align: "left", line: 1, exact: true})
	return document{form: form, blocks: append(blocks, spaceAbove, foot(facts), end)}
}

func (f Form) textWidth() int { return twips(f.Width) - twips(f.Margins.Left) - twips(f.Margins.Right) }

// beside are the widths of two columns, the left one given.
func (f Form) beside(left float64) []int { return []int{twips(left), f.textWidth() - twips(left)} }

var centred = setting{align: "center"}

func head(facts Facts) element {
	widths := facts.Form.beside(facts.Form.HeaderLeft)
	return columns(widths, senderColumn(facts, widths[0]), headingColumn(facts, widths[1]))
}

func senderColumn(facts Facts, width int) []element {
	form := facts.Form
	var lines []element
	if facts.SenderParent != "" {
		lines = append(lines, paragraph(centred, run(form.Parent, strings.ToUpper(facts.SenderParent))))
	}
	sender := strings.ToUpper(facts.headedSender())
	lines = append(lines, paragraph(centred, run(form.Sender, sender)))
	if form.SenderMark != "" {
		lines = append(lines, paragraph(centred, run(form.Sender, form.SenderMark)))
	} else {
		lines = append(lines, rule(width, int(form.SenderRule*float64(lastLine(sender, form.Sender, width)))))
	}
	return append(lines,
		paragraph(setting{align: "center", before: 4}, run(form.Number, facts.number())),
		paragraph(setting{align: "center", before: 6}, run(form.Subject, facts.subject())))
}

func headingColumn(facts Facts, width int) []element {
	form := facts.Form
	var lines []element
	for _, line := range form.Heading {
		lines = append(lines, paragraph(centred, run(line.Face, line.Text)))
	}
	if count := len(form.Heading); count > 0 {
		last := form.Heading[count-1]
		lines = append(lines, rule(width, lineWidth(last.Text, last.Face)))
	}
	return append(lines, paragraph(setting{align: "center", before: 6}, run(form.PlaceDate, facts.placeDate())))
}

func greeting(facts Facts) element {
	recipient := facts.Recipient
	if recipient == "" {
		recipient = facts.RecipientUnit
	}
	return paragraph(setting{align: "center", before: 18, after: 12},
		run(facts.Form.GreetingFace, facts.Form.Greeting), run(facts.Form.Recipient, recipient))
}

// signatureRoom is the height, in points, in which one signs and the seal stands.
const signatureRoom = 72

func foot(facts Facts) element {
	form, signer := facts.Form, facts.Signatory
	copies := []element{paragraph(setting{align: "left"}, run(form.CopiesHead, form.CopiesWord))}
	for _, line := range facts.copies() {
		copies = append(copies, paragraph(setting{align: "left"}, run(form.Copies, line)))
	}
	var signature []element
	if signer.Authority != "" {
		signature = append(signature, paragraph(centred, run(form.Authority, strings.ToUpper(signer.Authority))))
	}
	if signer.Title != "" {
		signature = append(signature, paragraph(centred, run(form.Post, strings.ToUpper(signer.Title))))
	}
	signature = append(signature, paragraph(setting{align: "center", before: signatureRoom}, run(form.Signer, signer.Name)))
	return columns(form.beside(form.SignatureLeft), copies, signature)
}
