package portal

import (
	"context"
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/catalogue"
)

// raisedView is what was raised out of a case: its opinions and petitions as cases of their own.
type raisedView struct {
	Items   []item
	Open    int
	Late    int
	Oldest  string // day on which the oldest open one was raised
	AddHref string // to record another one; empty when this person may not
}

// raised lists the cases that were raised out of this one; nil for a case that raises none.
func (p *portal) raised(ctx context.Context, v *caseView) *raisedView {
	linked := v.GetLinked()
	if v.GetInput().GetLinkedObligationId() == "" && linked.GetTotal() == 0 {
		return nil
	}
	view := &raisedView{Open: int(linked.GetOpen()), Late: int(linked.GetLate()), Oldest: linked.GetOldestOpenSince(), AddHref: p.raiseHref(v)}
	items, err := p.itemsOf(ctx, &reportsv1.ListCasesRequest{OriginCaseId: v.GetId()})
	if err != nil {
		p.logWarning("raised cases not read", err)
	}
	slices.SortStableFunc(items, byDue)
	view.Items = items
	return view
}

// raiseHref leads to the form by which an opinion raised here becomes a case of its own.
func (p *portal) raiseHref(v *caseView) string {
	edition := p.edition()
	if edition == nil || !v.takesOpinions() {
		return ""
	}
	obligation := edition.Obligation(v.GetInput().GetLinkedObligationId())
	if obligation == nil {
		return ""
	}
	at := slices.IndexFunc(obligation.Triggers, func(t catalogue.Trigger) bool { return p.recordable(edition, t) })
	if at < 0 {
		return ""
	}
	return happeningURL(obligation.Code, obligation.Triggers[at].ID, v.GetUnitId(), v.GetId())
}

// takesOpinions tells whether the person may still raise an opinion out of the case.
func (v *caseView) takesOpinions() bool {
	ended := v.GetState().GetSealed() || v.in(casefilev1.State_STATE_EXEMPTED, casefilev1.State_STATE_WITHDRAWN, casefilev1.State_STATE_SUCCEEDED)
	return !ended && v.person.records(v.Unit)
}

// relative is another case to which this one leads, in a sentence.
type relative struct{ Text, ID string }

// URL is the other case's page.
func (r relative) URL() string { return caseURL(r.ID) }

// Relatives are the cases this one comes from and those that go on with it.
func (v *caseView) Relatives() []relative {
	var list []relative
	add := func(text, id string) {
		if id != "" {
			list = append(list, relative{text, id})
		}
	}
	add("Phát sinh từ hồ sơ", v.GetOriginCaseId())
	add("Tiếp nối hồ sơ", v.GetInput().GetFollowsCaseId())
	for _, taken := range v.GetState().GetTakenOver() {
		text := "Kế thừa minh chứng của hồ sơ"
		if taken.GetCarried() {
			text = "Tiếp nhận hồ sơ"
		}
		add(text, taken.GetCaseId())
	}
	add("Đơn vị kế thừa tiếp tục ở hồ sơ", v.GetState().GetSuccessorCaseId())
	add("Sau khi có kết quả xem xét, chuyển sang hồ sơ", v.GetState().GetSuccessorCaseAfterReview())
	add("Tiếp tục ở hồ sơ", v.GetReinstatedAs())
	return list
}
