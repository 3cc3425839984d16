package portal

import (
	"regexp"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/catalogue"
)

// editionOf is the edition of the catalogue a case was opened under, for words that a case itself
// does not carry; the present one when that edition is gone.
func (p *portal) editionOf(c *reportsv1.Case) *catalogue.Edition {
	if edition := p.declared.Edition(c.GetInput().GetCatalogueVersion()); edition != nil {
		return edition
	}
	return p.edition()
}

func (p *portal) declaredStep(c *reportsv1.Case, stepID string) *catalogue.Step {
	edition := p.editionOf(c)
	if edition == nil {
		return nil
	}
	obligation := edition.Obligation(c.GetObligationId())
	if obligation == nil {
		return nil
	}
	for i := range obligation.Steps {
		declared := &obligation.Steps[i]
		if declared.ID == stepID || declared.Every == catalogue.EveryMonth && monthForm.MatchString(stepID) {
			return declared
		}
	}
	return nil
}

// monthForm is the id of a step that stands for one month of those declared together.
var monthForm = regexp.MustCompile(`^m(0[1-9]|1[0-2])$`)

// choiceWord is what a person reads for an answer of a choice; its id when nothing declares it.
func (p *portal) choiceWord(c *reportsv1.Case, stepID, key, id string) string {
	step := p.declaredStep(c, stepID)
	if step == nil {
		return id
	}
	for _, fact := range step.Facts {
		for _, option := range fact.Choices {
			if fact.Key == key && option.ID == id {
				return option.Text.VI
			}
		}
	}
	return id
}

// evidenceWanted says what must be attached to a step.
func (p *portal) evidenceWanted(v *caseView, step stepView) string {
	declared := p.declaredStep(v.Case, step.Policy.GetId())
	if declared == nil || declared.Evidence == nil {
		return ""
	}
	return declared.Evidence.VI
}
