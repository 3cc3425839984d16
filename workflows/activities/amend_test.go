package activities

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/workflows/period"
	"nenep/workflows/reorganize"
)

// atWork is a province whose cases of the obligation have opened.
func atWork(t *testing.T, obligation string) (*province, *testsuite.TestActivityEnvironment) {
	t.Helper()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.enters = true
	_, err := reconcile(t, env, obligation)
	require.NoError(t, err)
	return p, env
}

func amend(t *testing.T, env *testsuite.TestActivityEnvironment, order contract.AmendInput) contract.AmendResult {
	t.Helper()
	var ids []string
	value, err := env.ExecuteActivity(contract.ActivityListCasesToAmend, order)
	require.NoError(t, err)
	require.NoError(t, value.Get(&ids))
	value, err = env.ExecuteActivity(contract.ActivityAmendCase, ids, order)
	require.NoError(t, err)
	var result contract.AmendResult
	require.NoError(t, value.Get(&result))
	return result
}

// off puts a day into the table of days off.
func (p *province) off(day, kind string) {
	p.with(func() {
		p.daysOff = append(p.daysOff, &casefilev1.DayException{Day: day, Kind: kind, NameVi: "Nghỉ theo quyết định mới"})
	})
}

func TestATableOfDaysOffThatChangedIsPutIntoOpenCases(t *testing.T) {
	t.Parallel()
	p, env := atWork(t, "DT-01")
	order := contract.AmendInput{OrderID: "order-1", Reason: period.ReasonCalendar}
	require.Equal(t, contract.AmendResult{Looked: 2}, amend(t, env, order), "nothing changed yet")
	require.Empty(t, p.acts)

	p.off("2026-12-29", "off")
	p.settings = []*unitsv1.Setting{{Key: "dt-01.plan-days", Value: "45", DefaultValue: "30"}}
	require.Equal(t, contract.AmendResult{Looked: 2, Amended: 2}, amend(t, env, order))
	act := p.acts[0]
	require.Empty(t, act.GetOfficialId(), "nobody ordered it: the table did")
	require.Equal(t, period.ReasonCalendar, act.GetAmend().GetReason())
	require.True(t, slices.ContainsFunc(act.GetAmend().GetInput().GetCalendar(), func(d *casefilev1.DayException) bool { return d.GetDay() == "2026-12-29" }))
	require.Empty(t, act.GetAmend().GetInput().GetSettings(), "the settings stay those that the case opened with")
	require.Equal(t, contract.AmendResult{Looked: 2}, amend(t, env, order))
}

func TestADayOffOfThePastMovesNothing(t *testing.T) {
	t.Parallel()
	p, env := atWork(t, "DT-01")
	p.off("2026-11-20", "off")
	require.Equal(t, contract.AmendResult{Looked: 2}, amend(t, env, contract.AmendInput{OrderID: "order-1", Reason: period.ReasonCalendar}))
}

// Somebody ordered it: the case goes on by the settings of today, in his name and by his document.
func TestAnOrderedAmendmentTakesTheSettingsOfToday(t *testing.T) {
	t.Parallel()
	p, env := atWork(t, "DT-01")
	p.settings = []*unitsv1.Setting{{Key: "dt-01.plan-days", Value: "45", DefaultValue: "30"}}
	order := contract.AmendInput{OrderID: "order-2", Reason: period.ReasonSettings, Obligation: "DT-01", Document: "12/QĐ-UBND", OfficialID: "cb-7"}
	require.Equal(t, contract.AmendResult{Looked: 2, Amended: 2}, amend(t, env, order))
	require.Equal(t, "cb-7", p.acts[0].GetOfficialId())
	require.Equal(t, "12/QĐ-UBND", p.acts[0].GetAmend().GetDocument())
	input := p.cases["DT-01/UBND-12205-2507/2026"].GetInput()
	require.Equal(t, "2026-11-16", input.GetSteps()[0].GetDue().GetDay())
	require.Equal(t, "2026-11-23", input.GetOpenedOn())
	require.Equal(t, contract.AmendResult{Looked: 2}, amend(t, env, order))
}

// A unit was put under another: its running cases go on with the reviewer it has now, by the decision, and with nothing else changed.
func TestTheCasesOfAUnitThatMovedGoOnWithItsNewReviewer(t *testing.T) {
	t.Parallel()
	p, env := atWork(t, "DT-01")
	const moved, stays = "DT-01/UBND-12205-2507/2026", "DT-01/UBND-11983-2507/2026"
	p.with(func() {
		for _, c := range p.cases {
			c.State.ReviewerUnitId = c.GetInput().GetReview().GetReviewerUnitId()
		}
		for _, u := range p.units {
			if u.GetId() == "UBND-12205-2507" {
				u.ReviewerId = "SNV"
			}
		}
		p.reorganisations = map[string]*unitsv1.GetReorganisationResponse{"SX-2026-0003": {
			Reorganisation: &unitsv1.Reorganisation{Id: "SX-2026-0003", Decision: "Quyết định 9/QĐ-UBND", State: reorganize.Applied}}}
		p.settings = []*unitsv1.Setting{{Key: "dt-01.plan-days", Value: "45", DefaultValue: "30"}}
	})
	was := proto.CloneOf(p.cases[moved].GetInput())
	order := contract.AmendInput{OrderID: "SX-2026-0003", Reason: period.ReasonReorganisation}
	require.Equal(t, contract.AmendResult{Looked: 1, Amended: 1}, amend(t, env, order))
	was.Review.ReviewerUnitId = "SNV"
	require.True(t, proto.Equal(was, p.cases[moved].GetInput()))
	require.NotEqual(t, "SNV", p.cases[stays].GetInput().GetReview().GetReviewerUnitId())
	act := p.acts[0].GetAmend()
	require.Equal(t, []string{"reorganisation", "Quyết định 9/QĐ-UBND", "Cơ quan theo dõi hồ sơ thay đổi theo quyết định sắp xếp.", ""},
		[]string{act.GetReason(), act.GetDocument(), act.GetWords(), p.acts[0].GetOfficialId()})
	amend(t, env, order)
	require.Len(t, p.acts, 1, "again changes nothing")
}

func TestWhatIsRefusedIsCountedAndWhatHasEndedIsLeftAlone(t *testing.T) {
	t.Parallel()
	p, env := atWork(t, "DT-01")
	p.off("2026-12-29", "off")
	p.refusing = "DT-01/UBND-11983-2507/2026"
	p.has("DT-01/STC/2026", accepted, 0)
	order := contract.AmendInput{OrderID: "order-1", Reason: period.ReasonCalendar,
		CaseIDs: []string{"DT-01/UBND-12205-2507/2026", "DT-01/UBND-11983-2507/2026", "DT-01/STC/2026", "DT-01/UBND-99999-2507/2026"}}
	require.Equal(t, contract.AmendResult{Looked: 4, Amended: 1, Refused: 2}, amend(t, env, order))
}

func TestAnAmendmentThatWasInterruptedGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	p, env := atWork(t, "DT-01")
	p.off("2026-12-29", "off")
	env.SetHeartbeatDetails(amended{Next: 1, Count: contract.AmendResult{Looked: 1, Amended: 1}})
	result := amend(t, env, contract.AmendInput{OrderID: "order-1", Reason: period.ReasonCalendar})
	require.Equal(t, contract.AmendResult{Looked: 2, Amended: 2}, result)
	require.Len(t, p.acts, 1)
}

func TestEveryRunningCaseIsListedPageByPage(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	for i := range listedAtOnce + 5 {
		p.has(fmt.Sprintf("DT-01/UBND-%05d/2026", i), running, 0)
	}
	value, err := env.ExecuteActivity(contract.ActivityListCasesToAmend, contract.AmendInput{Reason: period.ReasonCalendar})
	require.NoError(t, err)
	var ids []string
	require.NoError(t, value.Get(&ids))
	require.Len(t, ids, listedAtOnce+5)
}

func TestAReinstatedCaseGoesOnWithWhatWasDone(t *testing.T) {
	t.Parallel()
	p, env := atWork(t, "DT-01")
	ended := p.cases["DT-01/UBND-12205-2507/2026"]
	ended.State.State, ended.State.DueDay = casefilev1.State_STATE_WITHDRAWN, "2026-12-31"
	ended.State.Steps = []*casefilev1.StepRecord{{StepId: "plan", HeldOn: "2026-11-20"}}
	order := contract.ReinstateInput{CaseID: ended.GetId(), NewCaseID: ended.GetId() + "/c1", ActID: "act-reinstate", OfficialID: "cb-7"}
	for range 2 {
		_, err := env.ExecuteActivity(contract.ActivityReinstateCase, order)
		require.NoError(t, err)
	}
	input := p.inputs[order.NewCaseID]
	require.Equal(t, ended.GetId(), input.GetFollowsCaseId())
	require.True(t, proto.Equal(input.GetDue(), ended.GetInput().GetDue()))
	require.Equal(t, map[string]bool{ended.GetId(): true}, p.took(order.NewCaseID))
	require.Equal(t, "2026-11-20", p.cases[order.NewCaseID].GetState().GetSteps()[0].GetHeldOn())
	require.Len(t, p.acts, 1)
	require.Equal(t, "cb-7", p.acts[0].GetOfficialId())
}
