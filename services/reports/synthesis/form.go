// Package synthesis is what the reports of a period add up to: who reported, what the sums are at every unit of the tree, where each
// number comes from, and what differs between two versions. It is pure: what the register and the units say goes in, a version comes out.
package synthesis

import (
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
)

// Indicator is a figure that reports state.
type Indicator struct {
	Code      string          `json:"code"` // the indicator's, or the figure's key where it has none
	TitleVI   string          `json:"title_vi"`
	TitleEN   string          `json:"title_en"`
	UnitVI    string          `json:"unit_vi,omitempty"`
	UnitEN    string          `json:"unit_en,omitempty"`
	Kind      string          `json:"kind"`
	Measure   figures.Measure `json:"measure"`
	Whole     string          `json:"whole,omitempty"` // code of what it is a part of
	StepID    string          `json:"step_id"`
	SectionVI string          `json:"section_vi"`
	SectionEN string          `json:"section_en"`
}

// Form is every figure that the reports of a period ask for, in the order in which a form asks them. Units of different kinds fill in
// different sections of it.
type Form struct {
	sections []section
}

type section struct {
	id         string
	indicators []Indicator
}

// Codes are the codes of the figures of one case's form, by step and key.
type Codes map[[2]string]string

// Add merges the steps of a case into the form and answers how its figures are called there.
func (f *Form) Add(steps []*casefilev1.StepPolicy) Codes {
	codes, after := Codes{}, 0
	for _, step := range steps {
		at := slices.IndexFunc(f.sections, func(s section) bool { return s.id == step.GetId() })
		if at < 0 {
			at = after
			f.sections = slices.Insert(f.sections, at, section{id: step.GetId()})
		}
		f.sections[at].merge(step, codes)
		after = at + 1
	}
	return codes
}

func (s *section) merge(step *casefilev1.StepPolicy, codes Codes) {
	for _, fact := range step.GetFacts() {
		if !figures.IsFigure(fact.GetKind()) {
			continue
		}
		code := codeOf(fact)
		codes[[2]string{step.GetId(), fact.GetKey()}] = code
		if slices.ContainsFunc(s.indicators, func(i Indicator) bool { return i.Code == code }) {
			continue
		}
		s.indicators = append(s.indicators, Indicator{
			Code: code, TitleVI: fact.GetTitleVi(), TitleEN: fact.GetTitleEn(), UnitVI: fact.GetUnitVi(), UnitEN: fact.GetUnitEn(), Kind: fact.GetKind(),
			Measure: measureOf(fact), Whole: wholeOf(fact, step.GetFacts()), StepID: step.GetId(), SectionVI: step.GetTitleVi(), SectionEN: step.GetTitleEn(),
		})
	}
}

func codeOf(fact *casefilev1.FactPolicy) string {
	if fact.GetIndicator() != "" {
		return fact.GetIndicator()
	}
	return fact.GetKey()
}

func measureOf(fact *casefilev1.FactPolicy) figures.Measure {
	if figures.Measure(fact.GetMeasure()) == figures.Stock {
		return figures.Stock
	}
	return figures.Flow
}

func wholeOf(fact *casefilev1.FactPolicy, beside []*casefilev1.FactPolicy) string {
	at := slices.IndexFunc(beside, func(o *casefilev1.FactPolicy) bool { return o.GetKey() == fact.GetAtMost() })
	if fact.GetAtMost() == "" || at < 0 {
		return ""
	}
	return codeOf(beside[at])
}

// Indicators are those of all sections, in order.
func (f *Form) Indicators() []Indicator {
	var all []Indicator
	for _, s := range f.sections {
		for _, i := range s.indicators {
			if !slices.ContainsFunc(all, func(o Indicator) bool { return o.Code == i.Code }) {
				all = append(all, i)
			}
		}
	}
	return all
}

// Add puts the figures among a step's facts into values. Two figures of one indicator are added; what is no number is none.
func (c Codes) Add(values map[string]figures.Number, step string, facts map[string]string) {
	for key, value := range facts {
		code, asked := c[[2]string{step, key}]
		number, err := figures.ParseNumber(value)
		if !asked || err != nil {
			continue
		}
		values[code] = values[code].Add(number)
	}
}
