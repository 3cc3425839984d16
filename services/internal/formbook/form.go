// Package formbook is a report's form as a workbook that people fill in: written with what is recorded, known and was reported before, read
// back with every fault at its cell. It takes only what a person sees in a cell. A formula is refused, not reckoned: the result that the file
// stores proves nothing, a reckoning here would differ from the office's program in the last digit or in a function, and whoever sends the
// file would choose what the server runs.
package formbook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
	"nenep/services/internal/workbook"
)

// Names of the sheets. Figures stand on one sheet, section below section, as they are printed and signed; what is written in words needs
// wide cells and stands on another.
const (
	sheetFigures = "Số liệu"
	sheetWords   = "Nội dung"
	sheetGuide   = "Hướng dẫn"
	sheetHidden  = "nenep"
)

// Form is the form of one case: what it asks, and what is there already.
type Form struct {
	CaseID  string
	Title   string // of the obligation
	Unit    string
	Period  string // in words
	Window  string // a sentence on the days that the figures are of; empty where there is none
	Due     string // "31/12/2026"
	Section []Section
}

// MostWords is how many characters an answer in words may have whose question sets no other bound.
const MostWords = 4000

// Section is a step of the case.
type Section struct {
	Step     *casefilev1.StepPolicy
	HeldOn   string                       // the day recorded
	Recorded map[string]string            // facts as they are stored; of an answer in words its sum
	ActID    string                       // of the act that recorded them
	Words    map[string]string            // the answers in words that are recorded
	Known    map[string]string            // figures that the register knows
	Last     map[string]string            // figures of a year before
	Options  map[string][]workbook.Option // choices with the words people know them by
}

// AsksNothing tells whether the case has no form: none of its steps asks for a figure, a day, a choice or words.
func AsksNothing(steps []*casefilev1.StepPolicy) bool {
	return !slices.ContainsFunc(steps, func(step *casefilev1.StepPolicy) bool { return len(step.GetFacts()) > 0 })
}

// Fingerprint is the hash of everything that the form asks: a workbook of another edition has another.
func (f Form) Fingerprint() string {
	sum := sha256.New()
	for _, section := range f.Section {
		_, _ = fmt.Fprintf(sum, "%q %q\n", section.Step.GetId(), section.Step.GetTitleVi())
		for _, fact := range section.Step.GetFacts() {
			_, _ = fmt.Fprintf(sum, " %q %q %q %t %q %q %q %q\n", fact.GetKey(), fact.GetTitleVi(), fact.GetKind(), fact.GetRequired(), fact.GetUnitVi(), fact.GetAtMost(), fact.GetChoices(), fact.GetSumOf())
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// heldKey and wordsKey are the rows of a section beside its facts.
const wordsKey = "@words"

// rowHeld is the row of the day on which the figures were drawn up.
const rowHeld = "@held"

func rowKey(step, key string) string { return step + "/" + key }

// row is a line of a sheet that asks for something.
type row struct {
	id      string // in the hidden column
	number  string // "3.2"
	title   string
	section int // -1 = of the whole form
	fact    *casefilev1.FactPolicy
	words   bool // stands on the sheet of words
	given   string
	record  string
}

// rows are all lines of the form in their order, those of figures first.
func (f Form) rows() []row {
	var list, words []row
	list = append(list, row{id: rowHeld, title: "Ngày lập số liệu", section: -1, fact: &casefilev1.FactPolicy{Kind: figures.KindDay}, given: f.heldOn(), record: f.heldOn()})
	for i, section := range f.Section {
		for n, fact := range section.Step.GetFacts() {
			one := row{id: rowKey(section.Step.GetId(), fact.GetKey()), number: fmt.Sprintf("%d.%d", i+1, n+1), title: fact.GetTitleVi(), section: i, fact: fact, record: section.Recorded[fact.GetKey()]}
			if one.given = one.record; one.given == "" {
				one.given = section.Known[fact.GetKey()]
			}
			if fact.GetKind() == figures.KindText {
				one.words, one.given = true, section.Words[fact.GetKey()]
				words = append(words, one)
				continue
			}
			list = append(list, one)
		}
		if section.hasFigures() {
			words = append(words, row{id: rowKey(section.Step.GetId(), wordsKey), number: fmt.Sprint(i + 1), title: "Giải trình mục " + fmt.Sprint(i+1) + " (khi số liệu khác số trên hệ thống, chênh lệch nhiều so với năm trước hoặc lập trước khi hết kỳ)",
				section: i, words: true})
		}
	}
	return append(list, words...)
}

// hasFigures tells of a section whose answers may have to be explained.
func (s Section) hasFigures() bool {
	return slices.ContainsFunc(s.Step.GetFacts(), func(fact *casefilev1.FactPolicy) bool { return figures.IsFigure(fact.GetKind()) })
}

// heldOn is the day recorded last.
func (f Form) heldOn() string {
	last := ""
	for _, section := range f.Section {
		last = max(last, section.HeldOn)
	}
	return last
}

// kind is what the line holds.
func (r row) kind() string {
	if r.fact == nil {
		return figures.KindText
	}
	return r.fact.GetKind()
}

// baseline is what the hidden sheet keeps of an answer: words by their sum.
func (r row) baseline(value string) string {
	if r.kind() == figures.KindText {
		return figures.WordsSum(value)
	}
	return value
}

// most is how many characters the words of the row may have.
func (r row) most() int {
	if n := int(r.fact.GetLongest()); n > 0 {
		return n
	}
	return MostWords
}

func (f Form) options(r row) []workbook.Option {
	if r.kind() == figures.KindFlag {
		return []workbook.Option{{Code: "true", Word: "Có"}, {Code: "false", Word: "Không"}}
	}
	section := f.Section[r.section]
	options := make([]workbook.Option, len(r.fact.GetChoices()))
	for i, code := range r.fact.GetChoices() {
		options[i] = workbook.Option{Code: code, Word: code}
		if at := slices.IndexFunc(section.Options[r.fact.GetKey()], func(o workbook.Option) bool { return o.Code == code }); at >= 0 {
			options[i].Word = section.Options[r.fact.GetKey()][at].Word
		}
	}
	return options
}

func (f Form) word(r row, code string) string {
	for _, option := range f.options(r) {
		if option.Code == code {
			return option.Word
		}
	}
	return code
}

// unit is what a figure is counted in, as the sheet says it.
func (r row) unit() string {
	switch {
	case r.fact.GetUnitVi() != "":
		return r.fact.GetUnitVi()
	case strings.HasSuffix(r.title, "(đồng)"):
		return "đồng"
	case strings.HasSuffix(r.title, "(m2)"):
		return "m2"
	default:
		return ""
	}
}
