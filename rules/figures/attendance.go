package figures

import (
	"strconv"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

// Figures of a conference, by the names the catalogue gives them.
const (
	FactSummoned = "summoned"
	FactPresent  = "present"
	FactVotesFor = "votes_for"
)

// MoreThanQuorum tells whether a quorum that is just reached does not do in conferences of the type: of the dialogue at the workplace the law
// says "more than".
func MoreThanQuorum(workflowType string) bool { return workflowType == contract.WorkplaceDialogue }

// Quorate tells whether enough of those summoned were present. It is true where no quorum is asked, as at a dialogue, or where nobody counted.
func Quorate(rules *casefilev1.ConferenceRules, moreThan bool, facts map[string]string) bool {
	summoned, ok := CountOf(facts, FactSummoned)
	present, counted := CountOf(facts, FactPresent)
	if rules.GetQuorumDenominator() == 0 || !ok || !counted {
		return true
	}
	here, asked := present*int64(rules.GetQuorumDenominator()), summoned*int64(rules.GetQuorumNumerator())
	return here > asked || here == asked && !moreThan
}

// QuorumOf is the least number of people who make a quorum among so many.
func QuorumOf(rules *casefilev1.ConferenceRules, moreThan bool, summoned int64) int64 {
	asked, parts := summoned*int64(rules.GetQuorumNumerator()), int64(max(rules.GetQuorumDenominator(), 1))
	least := (asked + parts - 1) / parts
	if moreThan && asked%parts == 0 {
		least++
	}
	return least
}

// Passed tells whether a resolution had the votes it needs of those present; judged is false where no such share is asked or nobody counted.
func Passed(rules *casefilev1.ConferenceRules, facts map[string]string) (passed, judged bool) {
	present, ok := CountOf(facts, FactPresent)
	votes, voted := CountOf(facts, FactVotesFor)
	over := int64(rules.GetPassOverPercent())
	return votes*100 > present*over, over != 0 && ok && voted
}

// CountOf is a count as it is stored.
func CountOf(facts map[string]string, key string) (int64, bool) {
	n, err := strconv.ParseInt(facts[key], 10, 64)
	return n, err == nil
}
