package activities

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
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
