package activities

import (
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// heir is the unit that goes on with a case. Only: it follows this unit alone, so its case goes on as it was; otherwise it is joined.
type heir struct {
	unitID string
	only   bool
}

// heirOf tells which unit goes on with what a unit that ended leaves: its certain successor, or of several the one that takes what
// belongs to no other. The zero heir: it is not known.
func heirOf(successions []*unitsv1.UnitSuccession) heir {
	var certain []*unitsv1.UnitSuccession
	for _, s := range successions {
		if s.GetToId() != "" && !s.GetUncertain() {
			certain = append(certain, s)
		}
	}
	for _, s := range certain {
		if len(certain) == 1 || s.GetHeir() {
			return heir{s.GetToId(), s.GetOnly() && len(certain) == 1}
		}
	}
	return heir{}
}

// sharedOut is the unit that the decision names for the case; empty when it names none.
func sharedOut(operations []*unitsv1.Operation, caseID string) string {
	for _, operation := range operations {
		for _, share := range operation.GetShareOut() {
			if share.GetCaseId() == caseID {
				return share.GetToId()
			}
		}
	}
	return ""
}

// place is a case among the obligations, units and periods.
type place struct {
	obligation, unitID string
	period             calendar.Period
}

// placeOf reads a case's place; a reinstated or corrected case stands where the one it follows stood.
func placeOf(c *reportsv1.Case) (place, error) {
	period, err := calendar.ParsePeriod(c.GetPeriodId())
	return place{c.GetObligationId(), c.GetUnitId(), period}, err
}

func (p place) byEvent() bool { return p.period.Kind() == calendar.Event }

// at is the same duty at another unit.
func (p place) at(unitID string) string {
	return contract.CaseID(p.obligation, unitID, p.period.String())
}

// Fates of a case whose unit ended.
const (
	fatePassed  = "passed"  // one to one
	fateJoined  = "joined"  // into a case that others join too
	fateWaiting = "waiting" // under review
	fateKept    = "kept"    // it is not known who goes on with it
	fateEnded   = "ended"   // ended or was accepted meanwhile: not to be passed, not counted
)

// passage is what became of a case.
type passage struct {
	Fate  string `json:"fate"`
	Files int    `json:"files,omitempty"`
}

// fateOf tells what a case that does not wait comes to at its successor's.
func fateOf(at place, to heir) string {
	if at.byEvent() || to.only {
		return fatePassed
	}
	return fateJoined
}

// tally counts what became of the cases of a batch.
func tally(passages map[string]passage) contract.ReorganizeResult {
	var r contract.ReorganizeResult
	for _, p := range passages {
		if p.Fate == fateEnded {
			continue
		}
		r.CasesOpen++
		switch p.Fate {
		case fatePassed:
			r.CasesPassed++
			r.Files += p.Files
		case fateJoined:
			r.CasesJoined++
			r.Files += p.Files
		case fateWaiting:
			r.CasesWaiting++
		case fateKept:
			r.CasesKept++
		}
	}
	return r
}

// unaccounted names, in order, the cases that were lost or are there twice: without a fate, or passed on and running all the same, or
// said to stay and gone.
func unaccounted(open []string, passages map[string]passage, still map[string]bool) []string {
	var wrong []string
	for _, id := range open {
		fate := passages[id].Fate
		stays := fate == fateWaiting || fate == fateKept
		if fate == "" || stays != still[id] {
			wrong = append(wrong, id)
		}
	}
	return wrong
}
