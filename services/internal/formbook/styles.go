package formbook

import (
	"github.com/xuri/excelize/v2"
	"nenep/rules/figures"
)

// look are the styles of an answer's cell: to be filled in, of the period before, and locked.
type look struct{ input, past, locked int }

type styles struct {
	title, unit, plain, free, heading, section, sectionNumber, number, text, centre, check, key, words int

	counts, amounts, days, others look
	wrong, whole                  int // conditional
}

func (s styles) of(kind string) look {
	switch kind {
	case figures.KindCount:
		return s.counts
	case figures.KindAmount:
		return s.amounts
	case figures.KindDay:
		return s.days
	default:
		return s.others
	}
}

// Fills: what is to be filled in is yellow, what was is grey.
const (
	fillInput   = "FFF9DB"
	fillPast    = "E4E7EB"
	fillHeading = "D9E4EF"
	fillSection = "EEF3F8"
	fillWrong   = "FBD9D6"
	lineColour  = "6B7480"
)

func newStyles(book *excelize.File) (styles, error) {
	var s styles
	count, amount, day := "#,##0", "#,##0.####", "dd/mm/yyyy"
	border := []excelize.Border{{Type: "left", Style: 1, Color: lineColour}, {Type: "right", Style: 1, Color: lineColour}, {Type: "top", Style: 1, Color: lineColour}, {Type: "bottom", Style: 1, Color: lineColour}}
	font := func(size float64, bold bool) *excelize.Font {
		return &excelize.Font{Family: "Times New Roman", Size: size, Bold: bold}
	}
	filled := func(colour string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	cell := func(fill, horizontal, form string, open bool) *excelize.Style {
		style := &excelize.Style{Font: font(12, false), Border: border, Alignment: &excelize.Alignment{Horizontal: horizontal, Vertical: "center", WrapText: form == "" || form == "@"}, Protection: &excelize.Protection{Locked: !open}}
		if fill != "" {
			style.Fill = filled(fill)
		}
		if form != "" {
			style.CustomNumFmt = &form
		}
		if horizontal != "center" {
			style.Alignment.Indent = 1
		}
		return style
	}
	wanted := map[*int]*excelize.Style{
		&s.title:         {Font: font(14, true), Alignment: &excelize.Alignment{Vertical: "center"}},
		&s.unit:          {Font: font(12, true)},
		&s.plain:         {Font: font(12, false)},
		&s.free:          {Font: font(12, false), Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
		&s.heading:       {Font: font(12, true), Border: border, Fill: filled(fillHeading), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}},
		&s.section:       {Font: font(12, true), Border: border, Fill: filled(fillSection), Alignment: &excelize.Alignment{Vertical: "center"}},
		&s.sectionNumber: {Font: font(12, true), Border: border, Fill: filled(fillSection), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}},
		&s.number:        cell("", "center", "@", false),
		&s.text:          cell("", "left", "", false),
		&s.centre:        cell("", "center", "", false),
		&s.check:         cell("", "left", "", false),
		&s.key:           {Font: font(10, false)},
	}
	text := cell(fillInput, "left", "@", true)
	text.Alignment.Vertical = "top"
	wanted[&s.words] = text
	for at, form := range map[*look]string{&s.counts: count, &s.amounts: amount, &s.days: day, &s.others: ""} {
		side := "right"
		if form == "" || form == day {
			side = "center"
		}
		wanted[&at.input], wanted[&at.past], wanted[&at.locked] = cell(fillInput, side, form, true), cell(fillPast, side, form, false), cell("", side, form, false)
	}
	for at, style := range wanted {
		id, err := book.NewStyle(style)
		if err != nil {
			return s, err
		}
		*at = id
	}
	var err error
	if s.wrong, err = book.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "A3150F", Bold: true}, Fill: filled(fillWrong)}); err != nil {
		return s, err
	}
	s.whole, err = book.NewConditionalStyle(&excelize.Style{CustomNumFmt: &count})
	return s, err
}
