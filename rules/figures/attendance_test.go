package figures

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

func TestAQuorumIsReachedByItsLeastNumberAndByNoFewer(t *testing.T) {
	twoThirds := &casefilev1.ConferenceRules{QuorumNumerator: 2, QuorumDenominator: 3}
	sevenTenths := &casefilev1.ConferenceRules{QuorumNumerator: 7, QuorumDenominator: 10}
	for _, c := range []struct {
		rules    *casefilev1.ConferenceRules
		moreThan bool
	}{{twoThirds, false}, {twoThirds, true}, {sevenTenths, true}, {sevenTenths, false}} {
		for summoned := int64(1); summoned <= 60; summoned++ {
			least := QuorumOf(c.rules, c.moreThan, summoned)
			facts := func(present int64) map[string]string {
				return map[string]string{FactSummoned: strconv.FormatInt(summoned, 10), FactPresent: strconv.FormatInt(present, 10)}
			}
			require.True(t, Quorate(c.rules, c.moreThan, facts(least)), "%d of %d", least, summoned)
			require.False(t, Quorate(c.rules, c.moreThan, facts(least-1)), "%d of %d", least-1, summoned)
		}
	}
	require.True(t, Quorate(twoThirds, false, map[string]string{FactPresent: "3"}), "nobody counted those summoned")
	require.True(t, Quorate(&casefilev1.ConferenceRules{}, false, map[string]string{FactSummoned: "9", FactPresent: "1"}), "a dialogue asks for none")
	require.True(t, MoreThanQuorum(contract.WorkplaceDialogue))
	require.False(t, MoreThanQuorum(contract.CadreConference))
}

func TestAResolutionNeedsMoreThanItsShareOfThosePresent(t *testing.T) {
	half := &casefilev1.ConferenceRules{PassOverPercent: 50}
	for votes, want := range map[string]bool{"51": true, "50": false, "0": false} {
		passed, judged := Passed(half, map[string]string{FactPresent: "100", FactVotesFor: votes})
		require.True(t, judged)
		require.Equal(t, want, passed, votes)
	}
	_, judged := Passed(half, map[string]string{FactPresent: "100"})
	require.False(t, judged)
	_, judged = Passed(&casefilev1.ConferenceRules{}, map[string]string{FactPresent: "100", FactVotesFor: "1"})
	require.False(t, judged)
}
