package documents

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
)

// stock is the measure of what is counted on a day; everything else is counted over the period.
const stock = "stock"

// Figure is a number as a report tells it.
type Figure struct {
	Key     string
	Title   string // "Số ý kiến, kiến nghị tiếp nhận tại đối thoại"
	Unit    string // "đồng"; empty: what the title names is counted
	Value   string // as it is stored, "1234,5"; empty: nobody gave it
	Measure string
	Part    string // key of what it is a part of
}

// FigureOf is a figure that a form asks for.
func FigureOf(p *casefilev1.FactPolicy, value string) Figure {
	return Figure{Key: p.GetKey(), Title: p.GetTitleVi(), Unit: p.GetUnitVi(), Value: value, Measure: p.GetMeasure(), Part: p.GetAtMost()}
}

// named is the title without the unit that stands in brackets at its end, and the unit.
func (f Figure) named() (title, unit string) {
	title = strings.TrimSpace(f.Title)
	at := strings.LastIndex(title, " (")
	if f.Unit != "" || at < 0 || !strings.HasSuffix(title, ")") || strings.Contains(title[at+2:len(title)-1], " ") {
		return title, f.Unit
	}
	return title[:at], title[at+2 : len(title)-1]
}

func (f Figure) number() (figures.Number, bool) {
	n, err := figures.ParseNumber(f.Value)
	return n, err == nil
}

// told is the figure inside a sentence: "45 ý kiến, kiến nghị tiếp nhận tại đối thoại", "kinh phí Nhân dân đóng góp 6.500.000 đồng".
func (f Figure) told() string {
	n, _ := f.number()
	title, unit := f.named()
	vietnamese := n.Vietnamese()
	said := vietnamese
	if measured(unit) {
		said += " " + unit
	}
	if rest, counts := strings.CutPrefix(title, "Số "); counts && !measured(unit) {
		return vietnamese + " " + rest
	}
	if rest, counts := strings.CutPrefix(title, "Trong đó số "); counts {
		return "số " + rest + " là " + said
	}
	return lower(title) + " " + said
}

// measured tells a unit that one measures in from one that the title counts already ("hội nghị").
func measured(unit string) bool {
	return slices.Contains([]string{"đồng", "nghìn đồng", "triệu đồng", "tỷ đồng", "m2", "m²", "ha", "km", "%"}, unit)
}

// absent is the figure's name where it is nought: "Ban Chỉ đạo thành lập mới".
func (f Figure) absent() string {
	title, _ := f.named()
	for _, word := range []string{"Trong đó số ", "Số "} {
		if rest, counts := strings.CutPrefix(title, word); counts {
			return rest
		}
	}
	return lower(title)
}

func (f Figure) nought() bool {
	n, ok := f.number()
	return ok && n.Compare(figures.Count(0)) == 0
}

// sentences tell the figures of a section: what was counted over the period, one sentence for each figure that has parts, what stands at the
// period's end, and last what there was none of. Figures that nobody gave are left out; none at all are no sentence.
func sentences(section []Figure) []string {
	given := slices.DeleteFunc(slices.Clone(section), func(f Figure) bool { _, ok := f.number(); return !ok })
	var flows, stocks, apart, none, nobody []string
	for _, f := range given {
		whole := find(given, f.Part)
		if whole != nil && !whole.nought() {
			continue // told with its whole
		}
		parts := partsOf(given, f.Key)
		switch {
		case f.nought() && f.Measure == stock:
			nobody = append(nobody, f.absent())
		case f.nought():
			none = append(none, f.absent())
		case len(parts) > 0:
			apart = append(apart, sentence(opening(f)+f.told()+", trong đó "+strings.Join(toldParts(given, f, parts), "; ")))
		case f.Measure == stock:
			stocks = append(stocks, f.told())
		default:
			flows = append(flows, f.told())
		}
	}
	var all []string
	if len(flows) > 0 {
		all = append(all, sentence("Trong kỳ có "+strings.Join(flows, "; ")))
	}
	all = append(all, apart...)
	if len(stocks) > 0 {
		all = append(all, sentence("Đến cuối kỳ có "+strings.Join(stocks, "; ")))
	}
	if len(none) > 0 {
		all = append(all, sentence("Trong kỳ không phát sinh: "+strings.Join(none, "; ")))
	}
	if len(nobody) > 0 {
		all = append(all, sentence("Đến cuối kỳ không có: "+strings.Join(nobody, "; ")))
	}
	return all
}

func opening(f Figure) string {
	if f.Measure == stock {
		return "Đến cuối kỳ có "
	}
	return "Trong kỳ có "
}

// toldParts are the parts of a figure, each with its share, and behind it the parts of that part.
func toldParts(given []Figure, whole Figure, parts []Figure) []string {
	var told []string
	for _, part := range parts {
		text := part.told()
		if share := shareOf(part, whole); share != "" {
			text += " (" + share + ")"
		}
		told = append(told, text)
		told = append(told, toldParts(given, part, partsOf(given, part.Key))...)
	}
	return told
}

func shareOf(part, whole Figure) string {
	a, okA := part.number()
	b, okB := whole.number()
	if !okA || !okB || whole.nought() {
		return ""
	}
	p, wholeP := a.Whole()
	w, wholeW := b.Whole()
	if !wholeP || !wholeW {
		return ""
	}
	return figures.Share(p, w)
}

func find(all []Figure, key string) *Figure {
	for i := range all {
		if key != "" && all[i].Key == key {
			return &all[i]
		}
	}
	return nil
}

func partsOf(all []Figure, key string) []Figure {
	var parts []Figure
	for _, f := range all {
		if f.Part == key && f.Key != key {
			parts = append(parts, f)
		}
	}
	return parts
}

func sentence(text string) string { return strings.TrimRight(upper(text), ".;, ") + "." }

// lower puts a title inside a sentence; one that begins with an abbreviation or a name in capitals ("UBND", "Nhân dân") keeps them.
func lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	second, _ := utf8.DecodeRuneInString(text[size:])
	if unicode.IsUpper(second) || strings.HasPrefix(text, "Nhân dân") || strings.HasPrefix(text, "Ban ") || strings.HasPrefix(text, "Mặt trận") {
		return text
	}
	return string(unicode.ToLower(first)) + text[size:]
}

func upper(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// roman numbers a chapter: I to XXXIX.
func roman(n int) string {
	out := strings.Repeat("X", n/10)
	return out + []string{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"}[n%10]
}

func numberText(n int) string { return strconv.Itoa(n) }

// numbered writes a zero before a count under ten, as offices do.
func numbered(n int) string { return fmt.Sprintf("%02d", n) }

// shown is a stored number as it is printed; what is no number stays as it is.
func shown(stored string) string {
	if n, err := figures.ParseNumber(stored); err == nil {
		return n.Vietnamese()
	}
	return stored
}

// paragraphs splits what a person wrote at its line breaks; a dash at the beginning of a line stays.
func paragraphs(words string) []string {
	var all []string
	for line := range strings.SplitSeq(words, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
