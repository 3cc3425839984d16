package formbook

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
	"nenep/services/internal/workbook"
)

// Outcomes of an answer and of a section.
const (
	Empty     = "empty"
	Same      = "same"
	Changed   = "changed"
	Newer     = "newer"     // recorded by somebody after the workbook was written, and kept
	Contested = "contested" // recorded by somebody after the workbook was written, who meant otherwise
)

// Told is one answer beside what is recorded.
type Told struct {
	Fact    *casefilev1.FactPolicy
	Value   string // to be recorded; the words themselves of an answer in words
	Stands  string
	Outcome string
	Answer  Answer
}

// Judged is a section as the workbook answers it.
type Judged struct {
	Section int // of the form
	Outcome string
	HeldOn  string
	Day     Answer // the cell of the day
	Words   string
	Answers []Told
}

// Judge sets what was read beside what is recorded, section by section, and judges what would be recorded by the rules of the form; the
// faults of both stand in the order of the rows. A section in which nothing was filled in is left alone. What nobody touched in the workbook
// and somebody recorded meanwhile stays as that is.
func Judge(form Form, read Reading) (sections []Judged, faults []workbook.Fault) {
	faults = slices.Clone(read.Faults)
	if len(read.answers) == 0 {
		return nil, faults
	}
	for i, section := range form.Section {
		if len(section.Step.GetFacts()) == 0 {
			continue
		}
		judged := section.judge(i, read)
		sections = append(sections, judged)
		if judged.Outcome == Changed {
			faults = append(faults, judged.faults(section, read)...)
		}
	}
	slices.SortStableFunc(faults, func(a, b workbook.Fault) int { return cmp.Or(cmp.Compare(a.Sheet, b.Sheet), a.Line-b.Line) })
	return sections, faults
}

func (s Section) judge(number int, read Reading) Judged {
	judged := Judged{Section: number, Day: read.answers[rowHeld], HeldOn: read.answers[rowHeld].Value, Words: read.answers[rowKey(s.Step.GetId(), wordsKey)].Value}
	filled, changed, contested := len(s.Recorded) > 0 || judged.Words != "", judged.Words != "", false
	for _, fact := range s.Step.GetFacts() {
		told := s.tell(fact, read.answers[rowKey(s.Step.GetId(), fact.GetKey())])
		judged.Answers = append(judged.Answers, told)
		offered := told.Value == s.Known[fact.GetKey()] && s.Recorded[fact.GetKey()] == ""
		filled = filled || told.Value != "" && !offered || told.Answer.Refused
		changed = changed || told.Outcome == Changed || told.Answer.Refused
		contested = contested || told.Outcome == Contested
	}
	switch day := judged.Day; {
	case len(s.Recorded) == 0:
	case day.Value == "" || day.Value == day.Given:
		judged.HeldOn = s.HeldOn
	default:
		changed = changed || day.Value != s.HeldOn
	}
	switch {
	case !filled:
		judged.Outcome = Empty
	case contested:
		judged.Outcome = Contested
	case changed:
		judged.Outcome = Changed
	default:
		judged.Outcome = Same
	}
	return judged
}

// tell merges an answer with what was recorded since the workbook was written.
func (s Section) tell(fact *casefilev1.FactPolicy, answer Answer) Told {
	told := Told{Fact: fact, Value: answer.Value, Stands: s.Recorded[fact.GetKey()], Answer: answer, Outcome: Changed}
	mine, stands := answer.Value, told.Stands
	if fact.GetKind() == figures.KindText {
		mine, told.Stands = figures.WordsSum(mine), s.Words[fact.GetKey()]
	}
	touched, moved := mine != answer.Given, stands != answer.Recorded
	switch {
	case mine == stands:
		told.Outcome = Same
	case moved && !touched:
		told.Outcome, told.Value = Newer, told.Stands
	case moved:
		told.Outcome = Contested
	}
	return told
}

// Facts are the answers of the section as a step is recorded with them.
func (j Judged) Facts() map[string]string {
	facts := map[string]string{}
	for _, told := range j.Answers {
		if told.Value != "" {
			facts[told.Fact.GetKey()] = told.Value
		}
	}
	return facts
}

// faults are what the form's rules say of the section, each at the cell of its row; a cell that could not be read has its fault already.
func (j Judged) faults(section Section, read Reading) []workbook.Fault {
	facts := j.Facts()
	for _, told := range j.Answers {
		if told.Fact.GetKind() == figures.KindText && told.Value != "" {
			facts[told.Fact.GetKey()] = figures.WordsSum(told.Value)
		}
	}
	var faults []workbook.Fault
	for _, wrong := range figures.CheckFacts(section.Step.GetFacts(), facts) {
		id := rowKey(section.Step.GetId(), wrong.GetField())
		answer, there := read.answers[id]
		if there && !answer.Refused {
			faults = append(faults, workbook.At(answer.Sheet, answer.Cell, answer.Line, id, lowered(wrong.GetTextVi()), lowered(wrong.GetTextEn())))
		}
	}
	return faults
}

// Hash is of what recording the section would do: on top of which act, and with which answers.
func (j Judged) Hash(form Form) string {
	sum := sha256.New()
	section := form.Section[j.Section]
	_, _ = fmt.Fprintf(sum, "%q %q %q %q %q %q\n", form.CaseID, section.Step.GetId(), section.ActID, j.Outcome, j.HeldOn, j.Words)
	for _, told := range j.Answers {
		_, _ = fmt.Fprintf(sum, "%q %q\n", told.Fact.GetKey(), told.Value)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Place answers step and key of the row that a fault is of; both empty for one that is of no row.
func (f Form) Place(fault workbook.Fault) (step, key string) {
	for _, one := range f.rows() {
		if one.id == fault.Key && one.section >= 0 {
			step = f.Section[one.section].Step.GetId()
			if one.fact != nil {
				key = one.fact.GetKey()
			}
		}
	}
	return step, key
}

// AtHeld is a fault of the day on which the section's figures were drawn up.
func (f Form) AtHeld(section Judged, vi, en string) workbook.Fault {
	return workbook.At(section.Day.Sheet, section.Day.Cell, section.Day.Line, rowHeld, vi, en)
}

// AtFact is a fault of one of the section's answers.
func (j Judged) AtFact(form Form, key, vi, en string) workbook.Fault {
	for _, told := range j.Answers {
		if told.Fact.GetKey() == key {
			return workbook.At(told.Answer.Sheet, told.Answer.Cell, told.Answer.Line, rowKey(form.Section[j.Section].Step.GetId(), key), lowered(vi), lowered(en))
		}
	}
	return workbook.Fault{VI: vi, EN: en}
}
