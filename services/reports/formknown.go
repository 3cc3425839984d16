package reports

import (
	"context"
	"strings"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/services/internal/formbook"
	"nenep/services/internal/workbook"
)

// knownInForm puts into the form what the register knows of its figures, those of a year before, and the words that are recorded.
func (s *server) knownInForm(ctx context.Context, form *formbook.Form) error {
	known, err := s.TellKnown(ctx, connect.NewRequest(&reportsv1.TellKnownRequest{CaseId: form.CaseID}))
	if err != nil {
		return err
	}
	for _, one := range known.Msg.GetFigures() {
		if section := sectionOfStep(form, one.GetStepId()); section != nil {
			section.Known[one.GetKey()], section.Last[one.GetKey()] = one.GetKnown(), one.GetLastValue()
		}
	}
	words, err := s.GetWords(ctx, connect.NewRequest(&reportsv1.GetWordsRequest{CaseId: form.CaseID}))
	if err != nil {
		return err
	}
	for _, one := range words.Msg.GetWords() {
		if section := sectionOfStep(form, one.GetStepId()); section != nil {
			section.Words[one.GetKey()] = one.GetText()
		}
	}
	return nil
}

const (
	explainInBookVI = " Kiểm tra lại; nếu đúng, ghi giải trình ở trang tính “Nội dung”."
	explainInBookEN = " Check it; if it is right, explain on the sheet “Nội dung”."
)

// unexplained are the figures that ask for words, as the act that records them would be refused for.
func unexplained(form formbook.Form, sections []formbook.Judged) []workbook.Fault {
	var faults []workbook.Fault
	for _, judged := range sections {
		if judged.Outcome != formbook.Changed || strings.TrimSpace(judged.Words) != "" {
			continue
		}
		section := form.Section[judged.Section]
		var known []*reportsv1.KnownFigure
		for _, fact := range section.Step.GetFacts() {
			known = append(known, &reportsv1.KnownFigure{Key: fact.GetKey(), Known: section.Known[fact.GetKey()], LastValue: section.Last[fact.GetKey()], LastPercent: fact.GetLastPercent()})
		}
		for _, wrong := range deviations(section.Step.GetFacts(), figuresIn(judged), known) {
			key := strings.TrimPrefix(wrong.GetField(), "record_step.facts.")
			faults = append(faults, judged.AtFact(form, key, strings.TrimSuffix(wrong.GetTextVi(), explainVI)+explainInBookVI, strings.TrimSuffix(wrong.GetTextEn(), explainEN)+explainInBookEN))
		}
	}
	return faults
}
