package reports

import (
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// Roles of a position, as the units service names them.
const (
	roleContact       = "contact"
	roleHead          = "head"
	roleDeputy        = "deputy"
	roleReviewer      = "reviewer"
	roleLeader        = "leader"
	roleSupervisor    = "supervisor"
	roleAdministrator = "administrator"
	// roleStandingAgency is in whose name a leader of the standing agency seals.
	roleStandingAgency = "standing-agency"
)

// standingAgencyKind is the kind of the unit whose leaders seal.
const standingAgencyKind = "standing-agency"

// hat is a position an official holds on the day of the act.
type hat struct {
	unitID   string
	unitKind string
	role     string
}

func hatsOf(holders []*unitsv1.Holder) []hat {
	hats := make([]hat, len(holders))
	for i, holder := range holders {
		hats[i] = hat{holder.GetPosition().GetUnitId(), holder.GetUnit().GetKind(), holder.GetPosition().GetRole()}
	}
	return hats
}

// bodies are the two sides of a case: who owes it and who reviews it.
type bodies struct {
	unitID         string
	reviewerUnitID string
}

func bodiesOf(row caseRow) bodies { return bodies{row.UnitID, row.ReviewerUnitID} }

// acting is in whose name an act is done.
type acting struct {
	unitID string
	role   string
}

var (
	ownersActs    = []string{"record_step", "submit", "recall", "explain", "request_extension", "correct", "note"}
	reviewersActs = []string{"accept", "return", "decide_extension", "exempt", "withdraw", "note"}
	stewardsActs  = []string{"transfer", "withdraw", "note"}
)

// mayAct decides in whose name these hats may do the act, if at all. The unit's own people do the
// work; the reviewing body judges it; nobody reviews a case of his own unit. A paper that came by
// post is entered by the reviewing body only, so that nobody chooses the day of his own file.
func mayAct(act *casefilev1.Act, hats []hat, sides bodies, demo bool) (acting, bool) {
	kind := actKind(act)
	if kind == "shift_clock" {
		return shifter(hats, sides, demo)
	}
	paper := act.GetSubmit().GetPaperReceivedOn() != ""
	if slices.Contains(ownersActs, kind) && !paper {
		if found, ok := ownHat(hats, sides); ok {
			return found, true
		}
	}
	if slices.Contains(reviewersActs, kind) || paper {
		if found, ok := reviewingHat(hats, sides); ok {
			return found, true
		}
	}
	if slices.Contains(stewardsActs, kind) || kind == "seal" {
		if found, ok := hatWith(hats, roleAdministrator); ok {
			return found, true
		}
	}
	if kind == "seal" {
		return sealingHat(hats)
	}
	return acting{}, false
}

// shifter: under make run anyone who holds a position may move a case's clock.
func shifter(hats []hat, sides bodies, demo bool) (acting, bool) {
	if !demo || len(hats) == 0 {
		return acting{}, false
	}
	if found, ok := ownHat(hats, sides); ok {
		return found, true
	}
	return acting{hats[0].unitID, hats[0].role}, true
}

// ownHat prefers the contact, whose daily work it is.
func ownHat(hats []hat, sides bodies) (acting, bool) {
	for _, role := range []string{roleContact, roleHead, roleDeputy} {
		if slices.ContainsFunc(hats, func(h hat) bool { return h.unitID == sides.unitID && h.role == role }) {
			return acting{sides.unitID, role}, true
		}
	}
	return acting{}, false
}

func reviewingHat(hats []hat, sides bodies) (acting, bool) {
	if sides.reviewerUnitID == "" || slices.ContainsFunc(hats, func(h hat) bool { return h.unitID == sides.unitID }) {
		return acting{}, false
	}
	for _, h := range hats {
		if h.unitID == sides.reviewerUnitID && (h.role == roleReviewer || h.role == roleLeader) {
			return acting{h.unitID, roleReviewer}, true
		}
	}
	return acting{}, false
}

func sealingHat(hats []hat) (acting, bool) {
	for _, h := range hats {
		if h.role == roleLeader && h.unitKind == standingAgencyKind {
			return acting{h.unitID, roleStandingAgency}, true
		}
	}
	return acting{}, false
}

func hatWith(hats []hat, role string) (acting, bool) {
	for _, h := range hats {
		if h.role == role {
			return acting{h.unitID, role}, true
		}
	}
	return acting{}, false
}

// mayHandIn tells who may hand in files: the unit's own people and the reviewing body.
func mayHandIn(hats []hat, sides bodies) bool {
	_, own := ownHat(hats, sides)
	_, reviews := reviewingHat(hats, sides)
	return own || reviews
}

// mayRead tells who may open files: who may hand them in, supervisors, administrators and the
// leaders of the standing agency.
func mayRead(hats []hat, sides bodies) bool {
	_, supervises := hatWith(hats, roleSupervisor)
	_, administers := hatWith(hats, roleAdministrator)
	_, seals := sealingHat(hats)
	return supervises || administers || seals || mayHandIn(hats, sides)
}
