package portal

import (
	"context"
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/figures"
)

// reportSection is one section of a report as its overview lists it.
type reportSection struct {
	stepView
	Href         string
	Given, Asked int    // figures and answers
	Saved        string // when the reader last saved a draft of it; empty without one
	Next         bool   // the one to go on with
}

// IsReport tells whether the case is a report: sections of figures over one window of data.
func (v *caseView) IsReport() bool {
	return v.GetInput().GetReport() != nil && slices.ContainsFunc(v.GetInput().GetSteps(), func(s *casefilev1.StepPolicy) bool { return len(s.GetFacts()) > 0 })
}

// StepWord is what a step of the case is called: of a report, a section.
func (v *caseView) StepWord() string {
	if v.IsReport() {
		return "phần"
	}
	return "bước"
}

// named is a step with its number: "bước 3", "phần 3".
func (v *caseView) named(step stepView) string {
	return v.StepWord() + " " + number(int64(step.Number))
}

// Sections are the sections of a report in their order, with the reader's own drafts.
func (v *caseView) Sections() []reportSection {
	next, _ := v.sectionAfter("")
	var sections []reportSection
	for _, step := range v.Steps {
		one := reportSection{stepView: step, Href: v.stepURL(step), Saved: v.drafts[v.stepURL(step)], Next: step.Policy == next.Policy}
		for _, fact := range step.Policy.GetFacts() {
			one.Asked++
			if step.Record.GetFacts()[fact.GetKey()] != "" {
				one.Given++
			}
		}
		sections = append(sections, one)
	}
	return sections
}

func (v *caseView) stepURL(step stepView) string { return v.URL() + "/buoc/" + step.Policy.GetId() }

// sectionAfter is the section to go on with after one was recorded: the next that is not recorded yet, then an earlier one that must be. False
// when nothing but the check and the signed report is left.
func (v *caseView) sectionAfter(recorded string) (stepView, bool) {
	at := slices.IndexFunc(v.Steps, func(s stepView) bool { return s.Policy.GetId() == recorded })
	open := func(s stepView) bool { return len(s.Policy.GetFacts()) > 0 && !s.Done && s.Policy.GetId() != recorded }
	for _, step := range v.Steps[at+1:] {
		if open(step) {
			return step, true
		}
	}
	for _, step := range v.Steps {
		if open(step) && step.Policy.GetRequired() {
			return step, true
		}
	}
	return stepView{}, false
}

// NextSection is the section of a report with which its unit goes on; nil when all are recorded.
func (v *caseView) NextSection() *reportSection {
	sections := v.Sections()
	at := slices.IndexFunc(sections, func(s reportSection) bool { return s.Next })
	if at < 0 {
		return nil
	}
	return &sections[at]
}

// RecordedSections counts the sections of figures that are recorded.
func (v *caseView) RecordedSections() int {
	return v.countSections(func(s stepView) bool { return s.Done })
}

// FigureSections counts the sections that ask for figures or answers.
func (v *caseView) FigureSections() int { return v.countSections(func(stepView) bool { return true }) }

func (v *caseView) countSections(fits func(stepView) bool) int {
	n := 0
	for _, step := range v.Steps {
		if len(step.Policy.GetFacts()) > 0 && fits(step) {
			n++
		}
	}
	return n
}

// readDrafts finds what the reader typed into the sections of a report and has not sent; a page goes on without.
func (p *portal) readDrafts(ctx context.Context, v *caseView) {
	if !v.IsReport() || !v.Mine() {
		return
	}
	drafts, err := p.kept.all(ctx, v.person.ID)
	if err != nil {
		p.logWarning("drafts of a report not read", err)
	}
	v.drafts = map[string]string{}
	for i := range drafts {
		v.drafts[drafts[i].Address] = drafts[i].Saved()
	}
}

// afterSection is where a person goes on once a section is recorded.
func (v *caseView) afterSection(step stepView) string {
	if !v.IsReport() || len(step.Policy.GetFacts()) == 0 || v.Correctable() {
		return v.URL()
	}
	if next, more := v.sectionAfter(step.Policy.GetId()); more {
		return v.stepURL(next)
	}
	return v.URL() + "/kiem-tra"
}

// Window is the time of which a report's figures are.
func (v *caseView) Window() string {
	report := v.GetInput().GetReport()
	if report.GetWindowFrom() == "" || report.GetWindowTo() == "" {
		return ""
	}
	return "Kỳ số liệu: từ ngày " + day(report.GetWindowFrom()) + " đến hết ngày " + day(report.GetWindowTo())
}

// sectionDay names the day of a section: its figures were drawn up then, or its answers written.
func sectionDay(step *casefilev1.StepPolicy) string {
	if hasFigures(step) {
		return "Ngày lập số liệu"
	}
	return "Ngày lập nội dung"
}

// hasFigures tells whether the step asks for a number.
func hasFigures(step *casefilev1.StepPolicy) bool {
	return slices.ContainsFunc(step.GetFacts(), func(f *casefilev1.FactPolicy) bool { return figures.IsFigure(f.GetKind()) })
}

// Place says where in the report the section stands.
func (v stepPageView) Place() string {
	return sentenceCase(v.named(v.Step)) + " trong " + number(int64(len(v.Steps))) + " phần"
}

// Before is the section before this one; nil at the first.
func (v stepPageView) Before() *reportSection { return v.sectionAt(v.Step.Number - 2) }

// After is the section behind this one; nil at the last.
func (v stepPageView) After() *reportSection { return v.sectionAt(v.Step.Number) }

func (v stepPageView) sectionAt(i int) *reportSection {
	if i < 0 || i >= len(v.Steps) {
		return nil
	}
	return &reportSection{stepView: v.Steps[i], Href: v.stepURL(v.Steps[i])}
}
