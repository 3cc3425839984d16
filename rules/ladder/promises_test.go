package ladder_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// What officials are promised of when they hear, each sentence as a test.

func TestAReminderThatWouldFallOnADayOffGoesOnTheWorkingDayBefore(t *testing.T) {
	t.Parallel()
	for due, want := range map[string]string{ // seven calendar days before
		"2026-09-09": "2026-08-28", // would fall on 02/09, National Day; 31/08 and 01/09 are off too
		"2026-11-29": "2026-11-20", // would fall on a Sunday
		"2026-12-01": "2026-11-23", // would fall on 24/11, which is not settled
		"2026-02-24": "2026-02-13", // would fall in Tết
		"2026-01-17": "2026-01-10", // falls on a Saturday that is worked
	} {
		require.Equal(t, want, days(ladder.Rungs(defaultLadder(), calendar.MustDate(due), nil, ladder.Calendar(daysOff())))["remind-7"], due)
	}
}

func TestAnUnsettledDayStaysSilentAndIsNotCounted(t *testing.T) {
	t.Parallel()
	input, state := dialogue(), open("2026-11-20") // a Friday; 23/11 is worked, 24/11 is not settled
	plan := days(ladder.Plan(input, state, at("2026-11-20 09:00")))
	require.Equal(t, []string{"2026-11-23", "2026-11-26"}, []string{plan["overdue-1"], plan["overdue-3"]}, "24/11 is no day of the three")
	for hour := range 24 {
		d := ladder.Next(input, state, calendar.MustDate("2026-11-24").At(hour, 0))
		require.Equal(t, ladder.Wait, d.Kind, "%d o'clock", hour)
		require.Equal(t, at("2026-11-25 06:00"), d.At.In(calendar.Zone))
	}
	late, _ := ladder.Late(input, state, calendar.MustDate("2026-11-24"))
	next, _ := ladder.Late(input, state, calendar.MustDate("2026-11-25"))
	require.Equal(t, []int{1, 2}, []int{late, next}, "nobody is later by it")
}

// Quiet for all: reminders, escalations, items, and whatever was planned leaves afterwards in the ladder's order.
func TestFor30DaysAfterAMergerTheLadderIsQuiet(t *testing.T) {
	t.Parallel()
	for _, due := range []string{"2025-07-02", "2025-07-10", "2025-07-31"} {
		input, state := register(), open(due)
		input.OpenedOn, input.QuietDays = "2025-07-01", 30
		state.Items = []*casefilev1.ItemRecord{item("A", "2025-07-08", ""), item("B", "2025-07-03", "")}
		for day := calendar.MustDate("2025-07-01"); day.Before(calendar.MustDate("2025-07-31")); day = day.AddDays(1) {
			d := ladder.Next(input, state, day.At(6, 0))
			require.Equal(t, ladder.Wait, d.Kind, "%s due %s", day, due)
			require.False(t, d.At.Before(calendar.MustDate("2025-07-31").At(6, 0)), "%s due %s", day, due)
		}
		require.Equal(t, ladder.CarryOut, ladder.Next(input, state, at("2025-07-31 06:00")).Kind, due)
	}
}

// The gap is the province's own; whatever it is and whenever the case starts, it is kept.
func TestAHeadHearsBeforeHisSuperiorByTheProvincesWorkingDays(t *testing.T) {
	t.Parallel()
	for _, gap := range []int32{1, 2, 5} {
		input := dialogue()
		input.Ladder.HeadBeforeSuperiorWorkingDays = gap
		cal := ladder.Calendar(input.GetCalendar())
		for _, start := range []int{-20, 0, 1, 2, 3, 9, 40} {
			state := open("2026-12-31")
			climb(input, state, calendar.MustDate("2026-12-31").AddDays(start).At(10, 17), nil)
			told := map[string]calendar.Date{}
			for _, f := range state.GetFired() {
				told[f.GetRungId()] = calendar.MustDate(f.GetDay())
			}
			between, _ := cal.WorkingDaysBetween(told["overdue-1"], told["overdue-3"])
			require.GreaterOrEqual(t, between, int(gap), "gap %d, start %+d", gap, start)
		}
	}
}

func TestAVacantPositionClimbsToTheNextHolder(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"head", "deputy", "superior", "standing-agency"}, ladder.Above(ladder.RoleContact))
	require.Equal(t, []string{"deputy", "superior", "standing-agency"}, ladder.Above(ladder.RoleHead))
	require.Equal(t, []string{"standing-agency"}, ladder.Above(ladder.RoleSuperior))
	require.Equal(t, []string{"reviewer-head", "standing-agency"}, ladder.Above(ladder.RoleReviewer))
	require.Empty(t, ladder.Above(ladder.RoleStandingAgency))
	require.Empty(t, ladder.Above(ladder.RoleCommittee))
}

// Whom the ladder itself tells at once because of the vacancy is not told of it twice.
func TestAnEscalationClimbsToWhomTheLadderDoesNotTellItself(t *testing.T) {
	t.Parallel()
	input, state := dialogue(), open("2026-12-31")
	input.Ladder.Rungs = append(input.Ladder.Rungs,
		&casefilev1.RungPolicy{Id: "overdue-plan-1", Kind: "escalation", Step: "plan", Offset: 1, Counted: "working", Role: "head"})
	rung := func(id string) ladder.Planned {
		for _, r := range ladder.Plan(input, state, at("2026-01-05 09:00")) {
			if r.RungID == id {
				return r
			}
		}
		require.Fail(t, id)
		return ladder.Planned{}
	}
	require.Equal(t, []string{"deputy"}, ladder.InPlaceOf(input, state, rung("overdue-1")), "the superior's own rung leaves at once")
	require.Equal(t, []string{"standing-agency"}, ladder.InPlaceOf(input, state, rung("overdue-3")), "a draft tells nobody until it is released")
	require.Equal(t, []string{"head", "deputy", "superior", "standing-agency"}, ladder.InPlaceOf(input, state, rung("remind-7")))
	require.Equal(t, []string{"deputy", "superior", "standing-agency"}, ladder.InPlaceOf(input, state, rung("overdue-plan-1")), "no rung of the step climbs higher")

	superior := rung("overdue-3")
	require.Empty(t, ladder.VacantBelow(input, state, superior))
	state.Fired = []*casefilev1.FiredRung{fired("overdue-plan-1", "2026-12-01", ladder.Nobody, 1), fired("overdue-1", "2027-01-04", ladder.Told, 1)}
	require.Empty(t, ladder.VacantBelow(input, state, superior))
	state.Fired[1].Outcome = ladder.Nobody
	require.Equal(t, ladder.RoleHead, ladder.VacantBelow(input, state, superior))
	state.Fired[1].Round = 7
	require.Empty(t, ladder.VacantBelow(input, state, superior), "a vacancy of another round says nothing of this one")
}

func TestAnItemsVacancyIsItsOwn(t *testing.T) {
	t.Parallel()
	input, state := register(), open("2026-07-10")
	input.Ladder.Rungs = append(input.Ladder.Rungs,
		&casefilev1.RungPolicy{Id: "item-late-3", Kind: "escalation", Offset: 3, Counted: "working", Role: "superior", EachItem: true})
	state.Items = []*casefilev1.ItemRecord{item("A", "2026-05-12", ""), item("B", "2026-05-12", "")}
	state.Fired = []*casefilev1.FiredRung{fired("item-late-1@A", "2026-05-13", ladder.Nobody, 1)}
	for _, r := range ladder.Plan(input, state, at("2026-05-13 09:00")) {
		switch r.RungID {
		case "item-late-3@A":
			require.Equal(t, "2026-05-13", r.Day.String(), "at once")
			require.Equal(t, ladder.RoleHead, ladder.VacantBelow(input, state, r))
		case "item-late-3@B", "overdue-3":
			require.Empty(t, ladder.VacantBelow(input, state, r), r.RungID)
		}
	}
}

func TestOfAStepThatWasDueBeforeTheUnitWasFollowedNobodyHears(t *testing.T) {
	t.Parallel()
	input := &casefilev1.CaseInput{FollowedFrom: "2026-11-23", Steps: []*casefilev1.StepPolicy{
		{Id: "plan", Due: &casefilev1.Deadline{Day: "2026-01-31"}}, {Id: "october", Due: &casefilev1.Deadline{Day: "2026-11-20"}},
		{Id: "today", Due: &casefilev1.Deadline{Day: "2026-11-23"}}, {Id: "november", Due: &casefilev1.Deadline{Day: "2026-12-07"}},
	}}
	days := ladder.StepDays(input, &casefilev1.CaseState{})
	require.Equal(t, ladder.Anchors{"today": calendar.MustDate("2026-11-23"), "november": calendar.MustDate("2026-12-07")}, days)
	input.FollowedFrom = ""
	require.Len(t, ladder.StepDays(input, &casefilev1.CaseState{}), 4)
}

// A unit that is followed from the 23rd of November hears nothing of a file that was due in October, nor of an item.
func TestOfADueDayBeforeTheUnitWasFollowedNobodyHears(t *testing.T) {
	rung := func(id, kind string, offset int32, each bool) *casefilev1.RungPolicy {
		return &casefilev1.RungPolicy{Id: id, Kind: kind, Offset: offset, Counted: "working", Role: "head", EachItem: each}
	}
	input := &casefilev1.CaseInput{SilentBefore: "2026-11-23", Ladder: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{
		rung("remind-1", "reminder", -1, false), rung("overdue-1", "escalation", 1, false), rung("item-1", "escalation", 1, true)}}}
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, calendar.Zone)
	state := &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: "2026-10-15",
		Items: []*casefilev1.ItemRecord{{ItemId: "a", DueDay: "2026-10-10"}}}
	require.Equal(t, ladder.Nothing, ladder.Next(input, state, now).Kind)
	require.Empty(t, ladder.Plan(input, state, now))

	state.DueDay = "2026-11-23"
	require.Equal(t, "overdue-1", ladder.Next(input, state, now).Rung.RungID, "what is due on the day itself is followed")
	state.DueDay, state.Items[0].DueDay = "2026-10-15", "2026-11-23"
	require.Equal(t, "item-1@a", ladder.Next(input, state, now).Rung.RungID)
	state.State, state.DueDay, input.Review = casefilev1.State_STATE_RETURNED, "2026-11-23", &casefilev1.ReviewPolicy{Returned: input.Ladder}
	require.Equal(t, "overdue-1", ladder.Next(input, state, now).Rung.RungID, "what a reviewer returned is owed anew")

	input.SilentBefore = ""
	state.State, state.DueDay, state.Items = casefilev1.State_STATE_OPEN, "2026-10-15", nil
	require.Equal(t, "overdue-1", ladder.Next(input, state, now).Rung.RungID, "a case opened before there was the rule goes on as it did")
}
