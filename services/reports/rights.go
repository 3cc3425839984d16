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
	roleAuditor       = "auditor"
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
	areaID   string
}

func hatsOf(holders []*unitsv1.Holder) []hat {
	hats := make([]hat, len(holders))
	for i, holder := range holders {
		hats[i] = hat{holder.GetPosition().GetUnitId(), holder.GetUnit().GetKind(), holder.GetPosition().GetRole(), holder.GetUnit().GetAreaId()}
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
	ownersActs    = []string{"record_step", "record_item", "submit", "recall", "explain", "request_extension", "correct", "note", revokeExplanation}
	reviewersActs = []string{"accept", "return", "decide_extension", "exempt", "withdraw", "note", enterPaper, revokeExtension, revokeExplanation, "take_over"}
	stewardsActs  = []string{"transfer", "withdraw", "note", "seal", "take_over", "amend"}
	leadersActs   = []string{"transfer", "seal", "take_over", "amend"} // of the standing agency
	// orderedActs are done by workflows only, in the name of whoever ordered them: a reorganisation, an amendment, a case reinstated.
	orderedActs = []string{"take_over", "amend"}
	// systemsActs may also have nobody's name: a table of days off that changed, a decision whose author holds no position any more.
	systemsActs = []string{"seal", "take_over", "amend", "transfer"}
)

// Acts whose right depends on more than their kind. A paper that came by post is entered by the reviewing body only, so that nobody
// chooses the day of his own file.
const (
	enterPaper        = "submit paper"
	revokeExtension   = "revoke extension"
	revokeExplanation = "revoke explanation"
)

// rightOf is by what the right to the act is looked up.
func rightOf(act *casefilev1.Act) string {
	switch {
	case act.GetSubmit().GetPaperReceivedOn() != "":
		return enterPaper
	case act.GetRevoke() != nil:
		return "revoke " + act.GetRevoke().GetWhat()
	default:
		return actKind(act)
	}
}

// mayAct decides in whose name these hats may do the act, if at all. The unit's own people do the
// work; the reviewing body judges it; nobody reviews a case of his own unit.
func mayAct(act *casefilev1.Act, hats []hat, sides bodies, demo bool) (acting, bool) {
	right := rightOf(act)
	if right == "shift_clock" {
		return shifter(hats, sides, demo)
	}
	for _, party := range []struct {
		acts []string
		hat  func() (acting, bool)
	}{
		{ownersActs, func() (acting, bool) { return ownHat(hats, sides) }},
		{reviewersActs, func() (acting, bool) { return reviewingHat(hats, sides) }},
		{stewardsActs, func() (acting, bool) { return hatWith(hats, roleAdministrator) }},
		{leadersActs, func() (acting, bool) { return sealingHat(hats) }},
	} {
		if !slices.Contains(party.acts, right) {
			continue
		}
		if found, ok := party.hat(); ok {
			return found, true
		}
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

// mayRecordEvent tells who may say that something happened to a unit; and who may say it of all units.
func mayRecordEvent(hats []hat, sides bodies, everyUnit bool) bool {
	_, administers := hatWith(hats, roleAdministrator)
	if everyUnit {
		return administers || slices.ContainsFunc(hats, func(h hat) bool {
			return h.unitKind == standingAgencyKind && (h.role == roleLeader || h.role == roleReviewer)
		})
	}
	return administers || mayHandIn(hats, sides)
}

// mayOrder tells who orders for the whole province: administrators and the leaders of the standing agency.
func mayOrder(hats []hat) bool {
	_, administers := hatWith(hats, roleAdministrator)
	_, leads := sealingHat(hats)
	return administers || leads
}

// mayRead tells who may open files: who may hand them in, supervisors, auditors, administrators and the
// leaders of the standing agency.
func mayRead(hats []hat, sides bodies) bool {
	_, supervises := hatWith(hats, roleSupervisor)
	_, audits := hatWith(hats, roleAuditor)
	_, administers := hatWith(hats, roleAdministrator)
	_, seals := sealingHat(hats)
	return supervises || audits || administers || seals || mayHandIn(hats, sides)
}
