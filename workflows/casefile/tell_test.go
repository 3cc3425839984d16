package casefile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// telling is the message of a rung of the case that Spoken is, on the rung's own day.
func telling(t *testing.T, input *casefilev1.CaseInput, state *casefilev1.CaseState, id string) Telling {
	t.Helper()
	for _, rung := range ladder.Plan(input, state, calendar.MustDate("2026-10-01").At(9, 0)) {
		if rung.RungID == id {
			return rungTelling(Plain{}, input, state, ladder.Decision{Rung: rung}, rung.Day)
		}
	}
	require.Fail(t, id)
	return Telling{}
}

// Where only a step is late, the message says so: the case itself is not due yet.
func TestAStepThatMustBeDoneHasLettersOfItsOwn(t *testing.T) {
	t.Parallel()
	input := spoken()
	input.Ladder.Rungs = append(input.Ladder.Rungs, &casefilev1.RungPolicy{Id: "overdue-plan-1", Kind: "escalation", Offset: 1, Counted: "working", Role: "head", Step: "plan"})
	early, late := telling(t, input, Begin(input), "plan-30"), telling(t, input, Begin(input), "overdue-plan-1")
	require.Equal(t, []string{"step-reminder", "step-overdue"}, []string{early.Template, late.Template})
	require.Equal(t, []string{"plan", "plan"}, []string{early.Facts["step_id"], late.Facts["step_id"]}, "by which they are void once it is recorded")
	require.Equal(t, "Kế hoạch tổ chức", late.Facts["step_title"])

	input.Steps[0].Required = false
	early = telling(t, input, Begin(input), "plan-30")
	require.Equal(t, []string{"reminder", "plan"}, []string{early.Template, early.Facts["step_id"]}, "what need not be done obliges nobody by itself")
	require.Equal(t, []string{"reminder", ""}, []string{telling(t, input, Begin(input), "remind-7").Template, telling(t, input, Begin(input), "remind-7").Facts["step_id"]})
}

func TestAMessageKnowsWhoHearsWhenNobodyHoldsTheRole(t *testing.T) {
	t.Parallel()
	input := spoken()
	require.Equal(t, []string{"head", "deputy", "superior", "standing-agency"}, telling(t, input, Begin(input), "remind-7").Instead)
	require.Equal(t, []string{"deputy"}, telling(t, input, Begin(input), "overdue-1").Instead)
	state := Begin(input)
	state.Fired = []*casefilev1.FiredRung{{RungId: "overdue-1", Day: "2027-01-04", Outcome: ladder.Nobody, Round: 1}}
	require.Equal(t, "head", telling(t, input, state, "overdue-3").Vacant)

	accepting := &casefilev1.Act{ActId: "act-00-accept", Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}}
	told := tellingsOf(Plain{}, input, Begin(input), Begin(input), accepting, contract.ProgressAccepted, calendar.MustDate("2026-12-01"))
	require.Equal(t, []string{"deputy", "superior", "standing-agency"}, told[0].Instead)
}

// From the day of the rule on, not before: the year's case is open already.
func TestWhatNobodyMayStandInForIsToldToTheHolder(t *testing.T) {
	t.Parallel()
	input := spoken()
	require.False(t, telling(t, input, Begin(input), "remind-7").Personal)
	input.PersonalFrom = "2026-12-25"
	require.False(t, telling(t, input, Begin(input), "remind-7").Personal, "on 24/12")
	require.True(t, telling(t, input, Begin(input), "remind-1").Personal)
}
