package portal

import (
	"slices"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// otherLaw is the choice of a ground that the obligation does not declare: law and article are typed then.
const otherLaw = "khac"

// groundsOf are the articles of law on which the case's obligation rests and by which it leaves units out, as they stand on the day. What
// is only a setting of the province is none: nobody is left out by it.
func (p *portal) groundsOf(c *reportsv1.Case, on calendar.Date) []*casefilev1.LegalGround {
	edition := p.editionOf(c)
	if edition == nil {
		return nil
	}
	obligation := edition.Obligation(c.GetObligationId())
	if obligation == nil {
		return nil
	}
	var ids []string
	for _, x := range obligation.Obliged.Exempts { // by which units are left out come first
		ids = append(ids, x.StaffAtMost, x.Special)
	}
	var grounds []*casefilev1.LegalGround
	for _, id := range withoutDoubles(nonEmpty(append(ids, obligation.Grounds...)...)) {
		if ground := edition.Ground(id, on); ground != nil && ground.GetConfidence() != catalogue.ConfidenceSetting && ground.GetArticle() != "" && ground.GetDocument() != "" {
			grounds = append(grounds, ground)
		}
	}
	return grounds
}

func exemptFields(v *caseView) []field {
	choices := make([]choice, 0, len(v.grounds)+1)
	for _, ground := range v.grounds {
		choices = append(choices, choice{ground.GetRuleId(), sentenceCase(contract.Citation(ground)) + ": " + ground.GetTextVi() + " (" + confidence(ground.GetConfidence()) + ")"})
	}
	hint := "Cần khi chọn căn cứ khác. "
	fields := []field{{Name: "ground", Label: "Căn cứ pháp luật", Kind: "choice", Required: true, Choices: append(choices, choice{otherLaw, "Căn cứ khác (ghi văn bản và điều, khoản ở dưới)"})}}
	if len(choices) == 0 {
		fields, hint = nil, ""
	}
	return append(fields,
		field{Name: "law", Label: "Văn bản pháp luật", Hint: hint + "Ví dụ: Luật số 10/2022/QH15", Kind: "text", Required: hint == ""},
		field{Name: "article", Label: "Điều, khoản", Hint: hint + "Ví dụ: Điều 59 khoản 1", Kind: "text", Required: hint == ""},
		field{Name: "document", Label: "Số, ký hiệu văn bản ghi nhận", Kind: "text", Required: true},
	)
}

// readExempt takes a declared ground as the catalogue has it, never as a form says it.
func readExempt(act *casefilev1.Act, in *inputs) {
	exempt := &casefilev1.Exempt{}
	chosen := in.values.Get("ground")
	at := slices.IndexFunc(in.grounds, func(g *casefilev1.LegalGround) bool { return g.GetRuleId() == chosen })
	switch {
	case at >= 0:
		exempt.Ground = in.grounds[at]
	case chosen == otherLaw || len(in.grounds) == 0:
		law, article := in.need("law", "Văn bản pháp luật"), in.need("article", "Điều, khoản")
		exempt.Ground = &casefilev1.LegalGround{Document: law, Article: article, Confidence: "R"}
		exempt.Ground.TextVi = contract.Citation(exempt.Ground)
	default:
		in.refuse("ground", "Chưa chọn căn cứ pháp luật. Chọn một căn cứ trong danh sách hoặc “Căn cứ khác”.")
		in.text("law", "Văn bản pháp luật") // what is too long is told now, not after the ground was chosen
		in.text("article", "Điều, khoản")
	}
	exempt.Document = in.need("document", "Số, ký hiệu văn bản ghi nhận")
	act.Kind = &casefilev1.Act_Exempt{Exempt: exempt}
}
