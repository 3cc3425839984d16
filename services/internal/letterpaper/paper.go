package letterpaper

import (
	"errors"
	"fmt"
	"strings"

	"nenep/rules/calendar"
)

// Paper is what an office signs. Every text is one line of words; line breaks in it become spaces.
type Paper struct {
	Form Form
	Head Head
	// Greeting is whom it addresses; several stand on lines of their own. Empty: nobody is addressed.
	Greeting []string
	Text     []Block
	// Signatures: one stands right of the copies; two stand side by side, the copies under them.
	Signatures []Signatory
	Copies     []string // to whom it goes besides; "Như trên" leads where somebody is addressed
	Filing     string   // who drew it up, after "Lưu: VT"; not used where the form names no office of records
	Appendices []Appendix
}

// Head is what stands above the text.
type Head struct {
	Parent string // above the sender; may be empty
	Sender string // as inside a sentence: "Ban Tuyên giáo và Dân vận Tỉnh ủy"
	Number string // the office gives it: empty leaves room
	Symbol string // after the number: "SNV-VP"; of a Party body "CV/BTGDV"
	Place  string
	On     calendar.Date // the day on which it is drawn up
	Kind   string        // "Báo cáo", "Quyết định", "Biên bản"; empty: a letter, whose subject stands under its number
	About  string        // what it is about
}

// Signatory is who signs. What is empty is left to be written by hand.
type Signatory struct {
	Authority string // "KT. GIÁM ĐỐC", "T/M BAN THƯỜNG VỤ"; may be empty
	Title     string
	Name      string
}

// Appendix begins on a page of its own, whose numbers count from 1.
type Appendix struct {
	Title     string // "Phụ lục"
	About     string
	Landscape bool
	Text      []Block
}

// Block is a part of the text: a [Heading], [Paragraph], [Items], [Table], [Picture] or [Line].
type Block interface {
	lay(d *document, width int) []element
}

// Heading is the title of a part: of level 1 "I. …", 2 "1. …", 3 "a) …". Its number is part of the text.
type Heading struct {
	Level int
	Text  string
}

// Paragraph is justified, with an indented first line.
type Paragraph struct {
	Text   string
	Italic bool // the grounds of a decision
	Lead   string
}

// Items are lines that begin with a dash.
type Items []string

// Line stands alone, bold in the middle: "QUYẾT ĐỊNH:".
type Line string

// Picture is a PNG; Alt says in words what it shows.
type Picture struct {
	PNG           []byte
	Width, Height float64 // mm
	Caption, Alt  string
}

// Table has a head that every page repeats; a row is never broken.
type Table struct {
	Columns []Column
	Rows    []Row
	Caption string
}

// Column is a column of a table.
type Column struct {
	Title string
	Share float64 // of the width, beside the other columns' shares
	Right bool    // figures
	Mid   bool    // ordinals, days
}

// Row is a row of a table.
type Row struct {
	Cells []string
	Bold  bool // sums, groups
}

// Write is the paper as a .docx document, the same bytes for the same paper. The error names every part that is missing, in words for the
// operator; text that no document can hold (control characters) is taken out.
func Write(p Paper) ([]byte, error) {
	if err := p.missing(); err != nil {
		return nil, err
	}
	return layOut(p.cleaned()).docx()
}

func (p Paper) missing() error {
	var faults []error
	for _, part := range []struct {
		name string
		is   bool
	}{
		{"form", p.Form.Font != ""}, {"sender", clean(p.Head.Sender) != ""}, {"place", clean(p.Head.Place) != ""}, {"day", !p.Head.On.IsZero()},
		{"subject", clean(p.Head.About) != ""}, {"text", len(p.Text) > 0}, {"signatory", len(p.Signatures) > 0},
	} {
		if !part.is {
			faults = append(faults, fmt.Errorf("paper: the %s is missing", part.name))
		}
	}
	return errors.Join(faults...)
}

func (p Paper) cleaned() Paper {
	h := &p.Head
	for _, text := range []*string{&h.Parent, &h.Sender, &h.Number, &h.Symbol, &h.Place, &h.Kind, &h.About, &p.Filing} {
		*text = clean(*text)
	}
	h.About = strings.TrimRight(h.About, ".;, ")
	p.Copies = cleanedCopies(p.Copies)
	return p
}

func cleanedCopies(given []string) []string {
	var copies []string
	for _, copied := range given {
		if copied = strings.TrimRight(clean(copied), ".;, "); copied != "" {
			copies = append(copies, copied)
		}
	}
	return copies
}

// subject is what a letter is about, as it stands under its number.
func (p Paper) subject() string {
	if p.Head.Kind != "" {
		return p.Head.Kind + " " + p.Head.About
	}
	return p.Form.SubjectWord + p.Head.About
}

// number leaves room for the office's number.
func (p Paper) number() string {
	number := p.Head.Number
	if number == "" {
		number = strings.Repeat(hardSpace, 8)
	}
	if p.Head.Symbol == "" {
		return p.Form.NumberWord + number
	}
	return p.Form.NumberWord + number + p.Form.NumberBond + p.Head.Symbol
}

const hardSpace = "\u00a0"

// placeDate writes a zero before a day under 10 and before months 1 and 2, as Decree 30/2020, Appendix I, says.
func (p Paper) placeDate() string {
	on := p.Head.On
	month := fmt.Sprint(int(on.Month()))
	if on.Month() < 3 {
		month = "0" + month
	}
	return fmt.Sprintf("%s, ngày %02d tháng %s năm %d", p.Head.Place, on.Day(), month, on.Year())
}

// copies are the lines under "Nơi nhận:".
func (p Paper) copies() []string {
	var lines []string
	if len(p.Greeting) > 0 {
		lines = append(lines, "Như trên")
	}
	lines = append(lines, p.Copies...)
	for i := range lines {
		lines[i] = "- " + lines[i] + p.Form.CopyEnd
	}
	filing := "Lưu " + p.Head.Sender
	if p.Form.Filing != "" {
		filing = strings.Join(nonEmpty(p.Form.Filing, p.Filing), ", ")
	}
	return append(lines, "- "+filing+".")
}

// headedSender is the sender in the heading, where the parent above it need not be said again: "Ban Tuyên giáo và Dân vận Tỉnh ủy"
// under "Tỉnh ủy Hưng Yên" is "Ban Tuyên giáo và Dân vận".
func (h Head) headedSender() string {
	words := strings.Fields(h.Sender)
	for i := 1; i < len(words); i++ {
		tail := strings.Join(words[i:], " ")
		if h.Parent == tail || strings.HasPrefix(h.Parent, tail+" ") {
			return strings.Join(words[:i], " ")
		}
	}
	return h.Sender
}
