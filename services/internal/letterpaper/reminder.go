package letterpaper

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"nenep/rules/calendar"
)

// Facts are what a reminder letter (công văn đôn đốc) says. Every text is one line; line breaks in it become spaces.
type Facts struct {
	Form Form

	SenderParent string // above the sender; may be empty
	Sender       string // as inside a sentence: "Ban Tuyên giáo và Dân vận Tỉnh ủy"
	Number       string // the office gives it: empty leaves room
	Symbol       string // after the number: "SNV-VP"; of a Party body "CV/BTGDV"
	Place        string
	On           calendar.Date // the day on which the letter is drawn up

	Recipient     string // whom the letter addresses; empty: the unit
	RecipientUnit string
	Plan          string // what obliges the unit (căn cứ); may be empty
	Obligation    string // as a sentence goes on with it after "thực hiện"
	Period        string // likewise: "kỳ 06 tháng đầu năm 2026", "năm 2026"; may be empty
	Due           calendar.Date
	Product       string        // what has not arrived; empty: "hồ sơ"
	AnswerBy      calendar.Date // until when the unit is asked to hand in, the day included

	Signatory Signatory
	Copies    []string // to whom besides the recipient
	Filing    string   // who drew it up, after "Lưu: VT"; may be empty; not used where the form names no office of records
}

// Reminder is the letter as a .docx document, the same bytes for the same facts. The error names every fact that is missing, in
// words for the operator; text that no document can hold (control characters) is taken out.
func Reminder(facts Facts) ([]byte, error) {
	facts = facts.cleaned()
	if err := facts.missing(); err != nil {
		return nil, err
	}
	return Write(facts.paper())
}

// Filename is "cong-van-don-doc-xa-khoai-chau-2026-12-31.docx": ASCII, at most 120 characters.
func Filename(facts Facts) string {
	facts = facts.cleaned()
	unit := strings.TrimRight(plain(facts.RecipientUnit, 80), "-")
	return strings.Join(nonEmpty("cong-van-don-doc", unit, facts.On.String()), "-") + ".docx"
}

// FileName is texts in the letters a-z, digits and hyphens, without an ending: "bao-cao-ubnd-xa-khoai-chau-2026-h1"; at most 120 characters.
func FileName(parts ...string) string {
	return strings.TrimRight(plain(strings.Join(parts, " "), 120), "-")
}

func (f Facts) missing() error {
	var faults []error
	for _, fact := range []struct {
		name string
		is   bool
	}{
		{"form", f.Form.Font != ""}, {"sender", f.Sender != ""}, {"place", f.Place != ""}, {"day of the letter", !f.On.IsZero()},
		{"recipient unit", f.RecipientUnit != ""}, {"obligation", f.Obligation != ""}, {"due day", !f.Due.IsZero()},
		{"day of the answer", !f.AnswerBy.IsZero()},
	} {
		if !fact.is {
			faults = append(faults, fmt.Errorf("reminder letter: the %s is missing", fact.name))
		}
	}
	return errors.Join(faults...)
}

func (f Facts) cleaned() Facts {
	for _, text := range []*string{
		&f.SenderParent, &f.Sender, &f.Number, &f.Symbol, &f.Place, &f.Recipient, &f.RecipientUnit, &f.Plan, &f.Obligation, &f.Period,
		&f.Product, &f.Signatory.Authority, &f.Signatory.Title, &f.Signatory.Name, &f.Filing,
	} {
		*text = clean(*text)
	}
	for _, phrase := range []*string{&f.Plan, &f.Obligation, &f.Period, &f.Product} {
		*phrase = strings.TrimRight(*phrase, ".;, ")
	}
	f.Copies = cleanedCopies(f.Copies)
	return f
}

func (f Facts) task() string { return strings.Join(nonEmpty(f.Obligation, f.Period), " ") }

// paper is the letter as it is laid out.
func (f Facts) paper() Paper {
	recipient := f.Recipient
	if recipient == "" {
		recipient = f.RecipientUnit
	}
	var text []Block
	for _, sentence := range f.body() {
		text = append(text, Paragraph{Text: sentence})
	}
	return Paper{
		Form:     f.Form,
		Head:     Head{Parent: f.SenderParent, Sender: f.Sender, Number: f.Number, Symbol: f.Symbol, Place: f.Place, On: f.On, About: "đôn đốc thực hiện " + f.task()},
		Greeting: []string{recipient}, Text: text, Signatures: []Signatory{f.Signatory}, Copies: f.Copies, Filing: f.Filing,
	}
}

// body is the letter's paragraphs, each sentence whole whichever facts are there.
func (f Facts) body() []string {
	opening := f.RecipientUnit
	if f.Plan != "" {
		opening = "Theo " + f.Plan + ", " + opening
	}
	product := f.Product
	if product == "" {
		product = "hồ sơ"
	}
	return append([]string{
		fmt.Sprintf("%s có trách nhiệm thực hiện %s, thời hạn chậm nhất ngày %s.", opening, f.task(), f.Due.Vietnamese()),
		fmt.Sprintf("Đến ngày %s, %s chưa nhận được %s của %s.", f.On.Vietnamese(), f.Sender, product, f.RecipientUnit),
		fmt.Sprintf("Đề nghị %s khẩn trương hoàn thành, gửi về %s chậm nhất ngày %s; trường hợp chưa hoàn thành, "+
			"báo cáo rõ nguyên nhân và thời gian hoàn thành.", f.RecipientUnit, f.Sender, f.AnswerBy.Vietnamese()),
	}, nonEmpty(f.Form.Closing)...)
}

func nonEmpty(texts ...string) []string {
	var kept []string
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// clean makes a fact one line of NFC text that XML 1.0 can hold.
func clean(value string) string {
	value = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff', unicode.Is(unicode.Bidi_Control, r):
			return ' '
		case unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(value, ""))
	return strings.Join(strings.Fields(norm.NFC.String(value)), " ")
}

// plain is a text in the letters a-z, digits and hyphens.
func plain(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, norm.NFD.String(strings.ToLower(text)))
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '-' }), "-")
	return text[:min(len(text), most)]
}
