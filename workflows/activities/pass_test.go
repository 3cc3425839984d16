package activities

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/workflows/reorganize"
)

const (
	running   = casefilev1.State_STATE_OPEN
	underwork = casefilev1.State_STATE_RETURNED
	reviewed  = casefilev1.State_STATE_SUBMITTED
	accepted  = casefilev1.State_STATE_ACCEPTED
	gone      = casefilev1.State_STATE_SUCCEEDED
)

// reform is a province on the day of a reorganisation: A and B become C; D alone becomes E; F is split into G, its heir, and H; of K it
// is not known what follows.
func reform(t *testing.T) (*province, *testsuite.TestActivityEnvironment) {
	t.Helper()
	p, _, env := visit(t, "2026-11-23 09:00")
	p.enters = true
	committee := func(id, from, to string) *unitsv1.Unit {
		u := unit(id, "commune-peoples-committee", "UBND xã "+id)
		u.ValidFrom, u.ValidTo = from, to
		return u
	}
	p.units, p.events = nil, nil
	for _, id := range []string{"A", "B", "D", "F", "K"} {
		p.units = append(p.units, committee(id, "2024-01-01", "2026-11-22"))
	}
	for _, id := range []string{"C", "E", "G", "H"} {
		p.units = append(p.units, committee(id, "2026-11-23", ""))
	}
	p.reorganisations = map[string]*unitsv1.GetReorganisationResponse{"SX-2026-0001": {
		Reorganisation: &unitsv1.Reorganisation{Id: "SX-2026-0001", Decision: "Nghị quyết 12/NQ-HĐND", EffectiveOn: "2026-11-23", State: reorganize.Applied, OfficialId: "cb-quan-tri"},
		Successions: []*unitsv1.UnitSuccession{
			{FromId: "A", ToId: "C"}, {FromId: "B", ToId: "C"}, {FromId: "D", ToId: "E", Only: true},
			{FromId: "F", ToId: "G", Heir: true}, {FromId: "F", ToId: "H"}, {FromId: "K", Uncertain: true, ToId: "C"},
		},
	}}
	return p, env
}

func pass(t *testing.T, env *testsuite.TestActivityEnvironment, units ...string) (reorganize.Passed, error) {
	t.Helper()
	var passed reorganize.Passed
	value, err := env.ExecuteActivity(contract.ActivityPassCases, reorganize.Batch{ReorganisationID: "SX-2026-0001", UnitIDs: units})
	if err == nil {
		require.NoError(t, value.Get(&passed))
	}
	return passed, err
}

func (p *province) event(id, obligation, unit string) {
	p.events = append(p.events, &reportsv1.Event{Id: id, ObligationId: obligation, UnitId: unit, On: "2026-11-10", TriggerId: "arrived",
		Facts: map[string]string{"kind": "petition", "source": "person"}})
}

// took tells what a case took over, and whether it carries it on.
func (p *province) took(id string) map[string]bool {
	taken := map[string]bool{}
	for _, t := range p.cases[id].GetState().GetTakenOver() {
		taken[t.GetCaseId()] = t.GetCarried()
	}
	return taken
}

func TestCasesOfSeveralPredecessorsAreJoinedAndThoseOfAnOnlyOneCarried(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.has("DT-01/A/2026", running, 2)
	p.has("DT-01/B/2026", underwork, 1)
	held := p.has("DT-01/D/2026", running, 3)
	held.State.Steps = []*casefilev1.StepRecord{{StepId: "plan", HeldOn: "2026-11-01"}}
	held.State.DueDay = "2026-12-20"
	p.has("DT-01/A/2025", accepted, 4)
	passed, err := pass(t, env, "A", "B", "D")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 3, CasesPassed: 1, CasesJoined: 2, Files: 6}, passed.Count)
	require.Empty(t, passed.Waiting)
	require.Equal(t, map[string]bool{"DT-01/A/2026": false, "DT-01/B/2026": false}, p.took("DT-01/C/2026"), "one predecessor's dialogue does not discharge its successor")
	require.Equal(t, map[string]bool{"DT-01/D/2026": true}, p.took("DT-01/E/2026"))
	require.Equal(t, "2026-12-20", p.cases["DT-01/E/2026"].GetState().GetDueDay())
	require.Equal(t, "DT-01/C/2026", p.cases["DT-01/A/2026"].GetState().GetSuccessorCaseId())
	require.Equal(t, accepted, p.cases["DT-01/A/2025"].GetState().GetState(), "what was accepted stays with the unit that did it")
	require.Len(t, p.started, 2, "each successor's case is opened once")
	for _, act := range p.acts {
		if transfer := act.GetTransfer(); transfer != nil {
			require.Equal(t, "Nghị quyết 12/NQ-HĐND", transfer.GetDocument())
		}
	}
}

// D alone became E in November: the dialogue that D held, and its reviewer accepted, was held for the year. A and B became C: C holds its own.
func TestWhatAnOnlyPredecessorFinishedInTheCurrentPeriodCountsAtItsSuccessor(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	done := p.has("DT-01/D/2026", accepted, 3)
	done.State.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-10-20"}}
	done.State.DutyDoneOn, done.State.AcceptedAt, done.State.LateWorkingDays, done.State.LimitedActId = "2026-10-20", "2026-11-02T09:00:00+07:00", 2, "act-limited"
	p.has("DT-01/D/2025", accepted, 1)
	p.has("DT-01/A/2026", accepted, 1)
	p.has("KN-01/D/E-2026-0007", accepted, 1)
	passed, err := pass(t, env, "A", "B", "D")
	require.NoError(t, err)
	require.Zero(t, passed.Count.CasesOpen, "none was open")
	require.Equal(t, map[string]bool{"DT-01/D/2026": true}, p.took("DT-01/E/2026"))
	require.Equal(t, accepted, p.cases["DT-01/E/2026"].GetState().GetState())
	require.Equal(t, accepted, p.cases["DT-01/D/2026"].GetState().GetState(), "and stays with the unit that did it")
	require.Len(t, p.started, 1, "neither C, nor the year before, nor the petition that was answered")
	act := p.acts[0].GetTakeOver()
	require.Equal(t, []any{"2026-10-20", "2026-11-02T09:00:00+07:00", int32(2), "act-limited", "Nghị quyết 12/NQ-HĐND"},
		[]any{act.GetDutyDoneOn(), act.GetAcceptedAt(), act.GetLateWorkingDays(), act.GetLimitedActId(), act.GetDocument()})

	again, err := pass(t, env, "A", "B", "D")
	require.NoError(t, err)
	require.Equal(t, passed, again)
	require.Len(t, p.acts, 1)
}

// The reviewer took his time: E's own case was opened meanwhile.
func TestWhatIsAcceptedAfterTheSuccessionCountsAsWell(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	late := p.has("DT-01/D/2026", reviewed, 1)
	_, err := pass(t, env, "D")
	require.NoError(t, err)
	p.has("DT-01/E/2026", running, 0)
	p.with(func() { late.State.State, late.State.AcceptedAt = accepted, "2026-11-25T09:00:00+07:00" })
	_, err = pass(t, env, "D")
	require.NoError(t, err)
	require.Equal(t, accepted, p.cases["DT-01/E/2026"].GetState().GetState())
}

func TestASuccessorThatHasHandedInItsOwnIsLeftAlone(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.has("DT-01/D/2026", accepted, 1)
	p.has("DT-01/E/2026", reviewed, 1)
	_, err := pass(t, env, "D")
	require.NoError(t, err)
	require.Empty(t, p.acts)
	p.has("DT-01/E/2026", running, 1)
	p.refusing = "DT-01/E/2026"
	_, err = pass(t, env, "D")
	require.NoError(t, err, "somebody was quicker: it goes on as it is")
}

func TestPassingAgainPassesNothingTwiceAndCountsTheSame(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.has("DT-01/A/2026", running, 2)
	p.has("DT-01/B/2026", running, 1)
	p.has("DT-01/D/2025", gone, 5) // handed over by somebody long ago
	first, err := pass(t, env, "A", "B", "D")
	require.NoError(t, err)
	acts := len(p.acts)
	again, err := pass(t, env, "A", "B", "D")
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, 2, again.Count.CasesOpen)
	require.Len(t, p.acts, acts)
	require.Len(t, p.started, 1)
}

// The process is killed between two acts; the next try finds what is done by the acts, with or without the heartbeat.
func TestPassingThatWasKilledInTheMiddleGoesOn(t *testing.T) {
	t.Parallel()
	for killed := 1; killed <= 6; killed++ {
		p, env := reform(t)
		for _, id := range []string{"DT-01/A/2026", "DT-01/B/2026", "DT-01/D/2026"} {
			p.has(id, running, 1)
		}
		p.with(func() { p.away = killed })
		_, err := pass(t, env, "A", "B", "D")
		require.Error(t, err)
		p.with(func() { p.away = 0 })
		passed, err := pass(t, env, "A", "B", "D")
		require.NoError(t, err)
		require.Equal(t, contract.ReorganizeResult{CasesOpen: 3, CasesPassed: 1, CasesJoined: 2, Files: 3}, passed.Count)
		require.Len(t, p.acts, 6, "each case is taken over once and ended once")
	}
}

func TestWhatAHeartbeatSaidIsNotLookedAtAgain(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.has("DT-01/A/2026", gone, 2)
	p.has("DT-01/B/2026", running, 1)
	env.SetHeartbeatDetails(map[string]passage{"DT-01/A/2026": {fateJoined, 2}, "DT-01/B/2026": {fateWaiting, 1}})
	passed, err := pass(t, env, "A", "B")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 2, CasesJoined: 2, Files: 3}, passed.Count)
	require.Equal(t, map[string]bool{"DT-01/B/2026": false}, p.took("DT-01/C/2026"), "what waited may wait no longer")
}

// An act that somebody does between taking over and ending the case does not keep it from passing.
func TestACaseThatChangesWhileItPassesIsReadAgain(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.has("DT-01/D/2026", running, 0)
	p.with(func() { p.away = 2 })
	_, err := pass(t, env, "D")
	require.Error(t, err)
	p.with(func() { p.away = 0 })
	p.with(func() {
		p.cases["DT-01/D/2026"].State.Sequence++
		p.cases["DT-01/D/2026"].State.Steps = []*casefilev1.StepRecord{{StepId: "plan", HeldOn: "2026-11-22"}}
	})
	passed, err := pass(t, env, "D")
	require.NoError(t, err)
	require.Equal(t, 1, passed.Count.CasesPassed)
	require.Len(t, p.took("DT-01/E/2026"), 1)
}

func TestACaseUnderReviewPassesWhenTheReviewerHasDecided(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.event("E-2026-0007", "KN-01", "D")
	p.has("DT-01/A/2026", reviewed, 2)
	waits := p.has("KN-01/D/E-2026-0007", reviewed, 1)
	passed, err := pass(t, env, "A", "D")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 2, CasesWaiting: 2}, passed.Count)
	require.Equal(t, []string{"A", "D"}, passed.Waiting)
	require.Equal(t, "E", waits.GetState().GetSuccessorUnitAfterReview())
	require.Empty(t, p.started, "nothing is there twice while it is under review")
	require.Empty(t, p.passed)

	p.with(func() {
		p.cases["DT-01/A/2026"].State.State = accepted // and the other one is returned, by which it passes itself
		waits.State.State, waits.State.SuccessorCaseId, waits.State.SuccessorCaseAfterReview = gone, "KN-01/E/E-2026-0007", ""
	})
	passed, err = pass(t, env, "A", "D")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 1, CasesPassed: 1, Files: 1}, passed.Count)
	require.Empty(t, passed.Waiting)
	require.Equal(t, map[string]bool{"KN-01/D/E-2026-0007": true}, p.took("KN-01/E/E-2026-0007"))
	require.Equal(t, "E", p.events[0].GetUnitId())
}

func TestWhatASplitUnitLeavesGoesToItsHeirUnlessTheDecisionNamesAnother(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	for id, unit := range map[string]string{"E-2026-0007": "F", "E-2026-0008": "F", "E-2026-0009": "F"} {
		p.event(id, "KN-01", unit)
	}
	p.has("KN-01/F/E-2026-0007", running, 1)
	p.has("KN-01/F/E-2026-0008", underwork, 1)
	p.has("DT-01/F/2026", running, 1)
	p.reorganisations["SX-2026-0001"].Reorganisation.Operations = []*unitsv1.Operation{{Kind: "split", ShareOut: []*unitsv1.ShareOut{{CaseId: "KN-01/F/E-2026-0008", ToId: "H"}}}}
	passed, err := pass(t, env, "F")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 3, CasesPassed: 2, CasesJoined: 1, Files: 3}, passed.Count)
	require.Equal(t, map[string]bool{"KN-01/F/E-2026-0007": true}, p.took("KN-01/G/E-2026-0007"))
	require.Equal(t, map[string]bool{"KN-01/F/E-2026-0008": true}, p.took("KN-01/H/E-2026-0008"))
	require.Equal(t, map[string]bool{"DT-01/F/2026": false}, p.took("DT-01/G/2026"))
	units := map[string]string{}
	for _, e := range p.events {
		units[e.GetId()] = e.GetUnitId()
	}
	require.Equal(t, map[string]string{"E-2026-0007": "G", "E-2026-0008": "H", "E-2026-0009": "G"}, units, "one whose case was never opened passes too")
}

func TestACaseWithoutAKnownSuccessorStaysAndSaysSo(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.has("DT-01/K/2026", running, 2)
	passed, err := pass(t, env, "K")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 1, CasesKept: 1}, passed.Count)
	require.Len(t, p.acts, 1)
	require.Equal(t, "cb-quan-tri", p.acts[0].GetOfficialId())
	require.Equal(t, "Đơn vị kết thúc hoạt động từ ngày 23/11/2026 theo Nghị quyết 12/NQ-HĐND; chưa xác định đơn vị kế thừa. Hồ sơ giữ lại để cơ quan theo dõi quyết định.",
		p.acts[0].GetNote().GetWords())
	again, err := pass(t, env, "K")
	require.NoError(t, err)
	require.Equal(t, passed, again)
	require.Len(t, p.acts, 1)
}

// A reorganisation of a later day was carried out first: its successor is the one that stands.
func TestABackdatedReorganisationFollowsToTheUnitThatStandsToday(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.units[6].ValidTo = "2026-11-22" // E
	p.reorganisations["SX-2026-0002"] = &unitsv1.GetReorganisationResponse{
		Reorganisation: &unitsv1.Reorganisation{Id: "SX-2026-0002", State: reorganize.Finished},
		Successions:    []*unitsv1.UnitSuccession{{FromId: "E", ToId: "G"}},
	}
	p.has("DT-01/D/2026", running, 0)
	passed, err := pass(t, env, "D")
	require.NoError(t, err)
	require.Equal(t, 1, passed.Count.CasesJoined, "on the way another unit joined")
	require.Equal(t, map[string]bool{"DT-01/D/2026": false}, p.took("DT-01/G/2026"))
}

// While a reviewer takes his time the successor itself is joined with another: what it took over stays with it, what comes late goes
// to the unit that stands.
func TestACaseThatIsGivenBackLateFollowsToTheUnitThatStandsThen(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.event("E-2026-0007", "KN-01", "D")
	p.has("DT-01/D/2026", running, 1)
	late := p.has("KN-01/D/E-2026-0007", reviewed, 1)
	_, err := pass(t, env, "D")
	require.NoError(t, err)
	p.with(func() {
		p.units[6].ValidTo = "2026-11-22" // E
		p.reorganisations["SX-2026-0002"] = &unitsv1.GetReorganisationResponse{
			Reorganisation: &unitsv1.Reorganisation{Id: "SX-2026-0002", State: reorganize.Finished},
			Successions:    []*unitsv1.UnitSuccession{{FromId: "E", ToId: "G"}},
		}
		p.cases["DT-01/E/2026"].State.State, p.cases["DT-01/E/2026"].State.SuccessorCaseId = gone, "DT-01/G/2026"
		late.State.State, late.State.SuccessorCaseId = gone, "KN-01/E/E-2026-0007"
	})
	passed, err := pass(t, env, "D")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 2, CasesPassed: 2, Files: 2}, passed.Count)
	require.Equal(t, map[string]bool{"KN-01/D/E-2026-0007": true}, p.took("KN-01/G/E-2026-0007"))
	require.NotContains(t, p.cases, "DT-01/G/2026", "nothing is handed over a second time")
	require.NotContains(t, p.cases, "KN-01/E/E-2026-0007")
}

func TestASuccessorOfAnotherNatureTakesNoCase(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.units[6].Kind = "department" // E
	p.has("DT-01/D/2026", running, 0)
	passed, err := pass(t, env, "D")
	require.NoError(t, err)
	require.Equal(t, 1, passed.Count.CasesKept)
	require.Contains(t, p.acts[0].GetNote().GetWords(), "UBND xã E không thuộc đối tượng thực hiện nhiệm vụ này")
}

func TestASuccessorsCaseThatTakesNothingKeepsThePredecessorsWhereItIs(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	p.has("DT-01/D/2026", running, 0)
	p.has("DT-01/E/2026", accepted, 0)
	p.refusing = "DT-01/E/2026"
	passed, err := pass(t, env, "D")
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{CasesOpen: 1, CasesKept: 1}, passed.Count)
	require.Equal(t, running, p.cases["DT-01/D/2026"].GetState().GetState())
	require.Contains(t, p.acts[0].GetNote().GetWords(), "hồ sơ DT-01/E/2026 không nhận (Hồ sơ đã khóa kỳ)")
}

func TestTheCountNamesWhatWasLostOrIsThereTwice(t *testing.T) {
	t.Parallel()
	fates := map[string]passage{"a": {Fate: fatePassed}, "b": {Fate: fatePassed}, "c": {Fate: fateWaiting}, "d": {Fate: fateKept}, "e": {Fate: fateEnded}}
	open := []string{"a", "b", "c", "d", "e", "f"}
	require.Equal(t, []string{"b", "d", "f"}, unaccounted(open, fates, map[string]bool{"b": true, "c": true}))
	require.Empty(t, unaccounted(open[:5], fates, map[string]bool{"c": true, "d": true}))
}

func TestHeirOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		successions []*unitsv1.UnitSuccession
		want        heir
	}{
		"nothing follows":       {nil, heir{}},
		"nobody knows what":     {[]*unitsv1.UnitSuccession{{ToId: "X", Uncertain: true}}, heir{}},
		"abolished":             {[]*unitsv1.UnitSuccession{{ToId: ""}}, heir{}},
		"one of several":        {[]*unitsv1.UnitSuccession{{ToId: "X"}}, heir{unitID: "X"}},
		"the only one":          {[]*unitsv1.UnitSuccession{{ToId: "X", Only: true}}, heir{"X", true}},
		"split":                 {[]*unitsv1.UnitSuccession{{ToId: "X"}, {ToId: "Y", Heir: true}}, heir{unitID: "Y"}},
		"split without an heir": {[]*unitsv1.UnitSuccession{{ToId: "X"}, {ToId: "Y"}}, heir{}},
		"one of two is certain": {[]*unitsv1.UnitSuccession{{ToId: "X"}, {ToId: "Y", Uncertain: true}}, heir{unitID: "X"}},
	} {
		require.Equal(t, c.want, heirOf(c.successions), name)
	}
}

func TestApplyingTellsWhichUnitsEndedAndHowManyBegan(t *testing.T) {
	t.Parallel()
	p, env := reform(t)
	found := p.reorganisations["SX-2026-0001"]
	found.Successions = append(found.Successions, &unitsv1.UnitSuccession{FromId: "STC", ToId: "STC"}) // renamed
	p.units[8].ValidFrom = "2024-01-01"                                                                // H stood before
	value, err := env.ExecuteActivity(contract.ActivityApplyReorganisation, "SX-2026-0001")
	require.NoError(t, err)
	var change reorganize.Change
	require.NoError(t, value.Get(&change))
	require.Equal(t, reorganize.Change{Ended: []string{"A", "B", "D", "F", "K"}, Begun: 3}, change)

	value, err = env.ExecuteActivity(contract.ActivityReadReorganisation, "SX-2026-0001")
	require.NoError(t, err)
	var decision reorganize.Decision
	require.NoError(t, value.Get(&decision))
	require.Equal(t, reorganize.Decision{State: reorganize.Applied, EffectiveOn: "2026-11-23"}, decision)

	_, err = env.ExecuteActivity(contract.ActivityFinishReorganisation, "SX-2026-0001", contract.ReorganizeResult{CasesOpen: 3, CasesPassed: 3})
	require.NoError(t, err)
	require.JSONEq(t, `{"units_ended":0,"units_begun":0,"cases_open":3,"cases_passed":3,"cases_joined":0,"cases_waiting":0,"cases_kept":0,"files":0}`, p.finished)
}
