package ladder_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// register is a quarterly register: its own ladder towards the end of the quarter, and a short one for every item.
func register() *casefilev1.CaseInput {
	return &casefilev1.CaseInput{
		CaseId: "CK-01/UBND-12205-2507/2026-Q2", OpenedOn: "2026-04-01", Calendar: daysOff(), Due: &casefilev1.Deadline{Day: "2026-07-10"},
		Ladder: &casefilev1.LadderPolicy{HeadBeforeSuperiorWorkingDays: 1, Rungs: []*casefilev1.RungPolicy{
			{Id: "item-1", Kind: "reminder", Offset: -1, Counted: "working", Role: "contact", EachItem: true},
			{Id: "item-late-1", Kind: "escalation", Offset: 1, Counted: "working", Role: "head", EachItem: true},
			{Id: "remind-7", Kind: "reminder", Offset: -7, Counted: "calendar", Role: "contact"},
			{Id: "overdue-1", Kind: "escalation", Offset: 1, Counted: "working", Role: "head"},
			{Id: "overdue-3", Kind: "escalation", Offset: 3, Counted: "working", Role: "superior"},
		}},
	}
}

func item(id, due, done string) *casefilev1.ItemRecord {
	return &casefilev1.ItemRecord{ItemId: id, DueDay: due, DoneOn: done}
}

func TestEveryOpenItemHasALadderOfItsOwn(t *testing.T) {
	t.Parallel()
	input, state := register(), open("2026-07-10")
	state.Items = []*casefilev1.ItemRecord{item("QD-1", "2026-05-15", ""), item("QD-2", "2026-05-12", ""), item("QD-3", "2026-05-20", "2026-05-11"), item("QD-4", "", "")}
	plan := ladder.Plan(input, state, at("2026-05-08 09:00"))
	require.Equal(t, []string{"item-1@QD-2", "item-late-1@QD-2", "item-1@QD-1", "item-late-1@QD-1", "remind-7", "overdue-1", "overdue-3"}, ids(plan))
	require.Equal(t, map[string]string{
		"item-1@QD-2": "2026-05-11", "item-late-1@QD-2": "2026-05-13", "item-1@QD-1": "2026-05-14", "item-late-1@QD-1": "2026-05-18",
		"remind-7": "2026-07-03", "overdue-1": "2026-07-13", "overdue-3": "2026-07-15",
	}, days(plan), "done items and those without a day have none; the case's own head does not push an item's")
	require.Equal(t, "QD-2", plan[0].Item)
	require.Equal(t, "2026-05-12", plan[0].Anchor.String())
	policy, of := ladder.SplitRungID(plan[0].RungID)
	require.Equal(t, []string{"item-1", "QD-2"}, []string{policy, of})

	state.Fired = append(state.Fired, fired("item-1@QD-2", "2026-05-11", ladder.Told, 1))
	require.NotContains(t, ids(ladder.Plan(input, state, at("2026-05-11 09:00"))), "item-1@QD-2", "once for an item")
}

// One message serves the items that stand on the same rung; the case's own rungs go first.
func TestItemsOnTheSameRungLeaveTogether(t *testing.T) {
	t.Parallel()
	input, state := register(), open("2026-07-10")
	state.Items = []*casefilev1.ItemRecord{item("A", "2026-05-12", ""), item("B", "2026-05-12", ""), item("C", "2026-05-08", ""), item("D", "2026-05-12", "")}
	d := ladder.Next(input, state, at("2026-05-11 06:00"))
	require.Equal(t, ladder.CarryOut, d.Kind)
	require.Equal(t, "item-late-1@C", d.Rung.RungID, "the one that stands longest")
	require.Equal(t, []string{"item-1@C"}, ids(d.Joined))
	require.Empty(t, d.Together)
	state.Fired = append(state.Fired, fired("item-late-1@C", "2026-05-11", ladder.Told, 1), fired("item-1@C", "2026-05-11", ladder.Joined, 1))

	d = ladder.Next(input, state, at("2026-05-11 06:00"))
	require.Equal(t, "item-1@A", d.Rung.RungID)
	require.Equal(t, []string{"item-1@B", "item-1@D"}, ids(d.Together))
	state.DueDay = "2026-05-15"
	require.Equal(t, "remind-7", ladder.Next(input, state, at("2026-05-11 06:00")).Rung.RungID)
}

func TestAPauseAndQuietDaysHoldItemsToo(t *testing.T) {
	t.Parallel()
	input, state := register(), open("2026-07-10")
	state.Items = []*casefilev1.ItemRecord{item("A", "2026-05-12", "")}
	state.PausedBy = "extension-request"
	require.NotContains(t, ids(ladder.Plan(input, state, at("2026-05-12 09:00"))), "item-late-1@A")
	input.QuietDays = 60
	state.PausedBy = ""
	require.Equal(t, "2026-06-01", days(ladder.Plan(input, state, at("2026-05-12 09:00")))["item-late-1@A"])
}

// An explanation that names a day pauses up to and with that day; then the head hears first, the superior a working day later.
func TestAPauseEndsByItself(t *testing.T) {
	t.Parallel()
	input, state := dialogue(), open("2026-06-30")
	state.PausedBy, state.PausedUntil = "explanation", "2026-07-17" // a Friday
	plan := days(ladder.Plan(input, state, at("2026-07-01 09:00")))
	require.Equal(t, "2026-07-20", plan["overdue-1"])
	require.Equal(t, "2026-07-21", plan["overdue-3"])
	require.Equal(t, "2026-07-27", plan["overdue-7"], "and on with the ladder's own spacing")
	d := ladder.Next(input, state, at("2026-07-01 09:00"))
	require.Equal(t, ladder.Wait, d.Kind)
	require.Equal(t, at("2026-07-20 06:00"), d.At.In(calendar.Zone))
	require.False(t, ladder.PauseOver(state, calendar.MustDate("2026-07-17")))
	require.True(t, ladder.PauseOver(state, calendar.MustDate("2026-07-18")))

	state.PausedUntil = ""
	require.NotContains(t, ids(ladder.Plan(input, state, at("2026-07-01 09:00"))), "overdue-1", "without a day it lasts until an act ends it")
	state.PausedBy, state.PausedUntil = "extension-request", "2026-07-17"
	require.NotContains(t, ids(ladder.Plan(input, state, at("2026-07-01 09:00"))), "overdue-1", "so does a request that waits for an answer")
}

func TestAStepMayHangByWorkingDays(t *testing.T) {
	t.Parallel()
	input := &casefilev1.CaseInput{Calendar: daysOff(), Steps: []*casefilev1.StepPolicy{
		{Id: "hold"}, {Id: "recognition", AfterStep: "hold", DaysAfter: 5, CountedAfter: "working"}, {Id: "minutes", AfterStep: "hold", DaysAfter: 5},
		{Id: "notice", AfterStep: "hold", DaysAfter: -5, CountedAfter: "working"},
	}}
	state := open("2026-12-31")
	require.Empty(t, ladder.StepDays(input, state))
	state.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: "2026-12-29"}}
	got := ladder.StepDays(input, state)
	require.Equal(t, "2027-01-06", got["recognition"].String(), "New Year's Day and the weekend are passed over")
	require.Equal(t, "2027-01-03", got["minutes"].String())
	require.Equal(t, "2026-12-22", got["notice"].String())
}

// Hundreds of items cost little: a case decides anew after every act.
func TestFiveHundredItemsAreCheap(t *testing.T) {
	t.Parallel()
	input, state := register(), open("2026-07-10")
	for i := range 500 {
		due := calendar.MustDate("2026-04-06").AddDays(i % 60).String()
		state.Items = append(state.Items, item(fmt.Sprintf("QD-%d", i), due, ""))
		state.Fired = append(state.Fired, fired(fmt.Sprintf("item-1@QD-%d", i), due, ladder.Told, 1))
	}
	const rounds = 20
	began := time.Now()
	for range rounds {
		require.NotEmpty(t, ladder.Plan(input, state, at("2026-04-02 09:00")))
		require.Equal(t, ladder.Wait, ladder.Next(input, state, at("2026-04-02 09:00")).Kind)
	}
	require.Less(t, time.Since(began)/rounds, 100*time.Millisecond)
}
