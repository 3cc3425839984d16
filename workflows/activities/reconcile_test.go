package activities

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

func TestWhatNobodyRecordsIsRecordedOnceAndItsCaseOpened(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.units = append(p.units, unit("MTTQ-12205-2507", "commune-front", "Ủy ban MTTQ xã Khoái Châu"), unit("MTTQ-11983-2507", "commune-front", "Ủy ban MTTQ phường Sơn Nam"))
	p.boards = []*unitsv1.Board{{Id: "BAN-1", UnitId: "MTTQ-11983-2507", Kind: "peoples-inspection-board", ValidFrom: "2026-01-10", ValidTo: "2031-01-09",
		Vacancies: []*unitsv1.Vacancy{{On: "2026-11-20", Role: "member"}, {On: "2026-05-05", Role: "deputy", FilledOn: "2026-06-01"}}}}
	first, err := reconcile(t, env, "TTND-01")
	require.NoError(t, err)
	require.Equal(t, contract.ReconcileResult{Expected: 2, Opened: 2}, first)
	missing, vacant := p.recorded["auto:missing-board:TTND-01:MTTQ-12205-2507"], (*reportsv1.Event)(nil)
	for _, event := range p.recorded {
		if event.GetTriggerId() == "vacancy" {
			vacant = event
		}
	}
	require.Equal(t, "2026-11-23", missing.GetOn())
	require.Equal(t, "BAN-1", vacant.GetBoardId())
	require.Equal(t, "2026-11-20", vacant.GetOn(), "the seat that is filled again obliges nobody")
	require.Equal(t, "vacancy", p.inputs["TTND-01/MTTQ-11983-2507/"+vacant.GetId()].GetTriggerId())

	again, err := reconcile(t, env, "TTND-01")
	require.NoError(t, err)
	require.Zero(t, again.Opened)
	require.Len(t, p.recorded, 2)
}

func TestAnEventThatReportsRefuseKeepsNobodyElsesCaseShut(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.units = append(p.units, unit("MTTQ-12205-2507", "commune-front", "Ủy ban MTTQ xã Khoái Châu"), unit("MTTQ-11983-2507", "commune-front", "Ủy ban MTTQ phường Sơn Nam"))
	p.refusing = "MTTQ-11983-2507"
	result, err := reconcile(t, env, "TTND-01")
	require.NoError(t, err)
	require.Equal(t, contract.ReconcileResult{Expected: 1, Opened: 1}, result)
}

func TestTheMorningOfOneObligationReadsOnlyWhomItMayOblige(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	_, err := reconcile(t, env, "DT-01")
	require.NoError(t, err)
	require.Equal(t, []string{"commune-peoples-committee"}, p.asked[0].GetKinds())
	require.Equal(t, "2026-11-23", p.asked[0].GetOn())
}

// A case opens by the province's own values, and keeps which they were. A setting of a catalogue that is not loaded is no matter.
func TestACaseOpensByTheProvincesSettings(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.settings = []*unitsv1.Setting{
		{Key: "dt-01.plan-days", Value: "45", DefaultValue: "30"}, {Key: "dt-01.file-days", Value: "15", DefaultValue: "15"}, {Key: "elsewhere.days", Value: "3", DefaultValue: "2"},
	}
	_, err := reconcile(t, env, "DT-01")
	require.NoError(t, err)
	input := p.inputs["DT-01/UBND-12205-2507/2026"]
	require.Equal(t, map[string]string{"dt-01.plan-days": "45"}, input.GetSettings())
	require.Equal(t, "2026-11-16", input.GetSteps()[0].GetDue().GetDay())
}

func TestAPastYearIsLivedThroughInDemonstrationsOnly(t *testing.T) {
	t.Parallel()
	p, acts, env := visit(t, "2026-11-23 05:00")
	acts.options.ClockOffset = func() time.Duration { return -365 * 24 * time.Hour }
	_, err := reconcile(t, env, "DT-01")
	require.True(t, isFinal(err))
	require.Empty(t, p.started)

	acts.options.Demo = true
	_, err = reconcile(t, env, "DT-01")
	require.NoError(t, err)
	input := p.inputs["DT-01/UBND-12205-2507/2025"]
	require.Equal(t, "2025-11-23", input.GetOpenedOn())
	require.True(t, input.GetDemo())
	require.EqualValues(t, -365*24*60*60, input.GetClockOffsetSeconds())
}

// The province was loaded on the morning of 23/11/2026: nobody is escalated for what was due before.
func TestWhatWasDueBeforeTheUnitWasFollowedIsNotOpened(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	for i, u := range p.units {
		p.units[i].FollowedFrom = "2026-11-23"
		if u.GetId() == "STC" {
			p.units[i].Staff = 40
		}
	}
	_, err := reconcile(t, env, "")
	require.NoError(t, err)
	require.Contains(t, p.inputs, "DT-01/UBND-12205-2507/2026")
	require.Contains(t, p.inputs, "BCD-03/STC/E-2026-0001", "what somebody recorded is followed")
	for id, input := range p.inputs {
		if input.GetTriggerEventId() == "" {
			require.GreaterOrEqual(t, input.GetDue().GetDay(), "2026-11-23", id)
		}
	}
}

func TestAPlannedReorganisationThatDoesNotWaitYetIsStartedOnce(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.reorganisations = map[string]*unitsv1.GetReorganisationResponse{}
	for id, state := range map[string]string{"SX-2027-0001": "planned", "SX-2026-0001": "finished", "SX-2026-0002": "cancelled"} {
		p.reorganisations[id] = &unitsv1.GetReorganisationResponse{Reorganisation: &unitsv1.Reorganisation{Id: id, State: state}}
	}
	for range 2 {
		_, err := reconcile(t, env, "DT-01")
		require.NoError(t, err)
	}
	options := p.started["reorganize/SX-2027-0001"]
	require.Equal(t, contract.QueueUpkeep, options.TaskQueue)
	require.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
	require.NotContains(t, p.started, "reorganize/SX-2026-0001")
	require.NotContains(t, p.started, "reorganize/SX-2026-0002")
}

func TestAHandOverThatNobodyHasBeenToldOfIsStarted(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.handOvers = []*unitsv1.HandOver{{Id: "BG-7", Day: "2026-12-01"}}
	for range 2 {
		_, err := reconcile(t, env, "DT-01")
		require.NoError(t, err)
	}
	options := p.started["hand-over/BG-7"]
	require.Equal(t, contract.QueueUpkeep, options.TaskQueue)
	require.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY, options.WorkflowIDReusePolicy)
}

// The table of days off ends with 2027; a case that runs into 2029 still knows Tết.
func TestBeyondTheTableDaysOffAreComputed(t *testing.T) {
	t.Parallel()
	_, acts, _ := visit(t, "2026-11-23 05:00")
	days, err := acts.daysOff(t.Context(), calendar.MustDate("2026-11-23"))
	require.NoError(t, err)
	require.False(t, days.IsWorkingDay(calendar.MustDate("2029-02-13")), "the first day of the year of the Rooster")
	require.True(t, days.Covers(calendar.MustDate("2027-02-05")))
	require.False(t, days.Covers(calendar.MustDate("2029-02-13")), "and says that no table speaks of it")
}
