package ladder_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// The default ladder of the plan's province: 14 and 7 days and 1 working day before; then +1, +3, +7, +14 working days.
func defaultLadder() *casefilev1.LadderPolicy {
	rung := func(id, kind string, offset int32, counted, role string, draft bool) *casefilev1.RungPolicy {
		return &casefilev1.RungPolicy{Id: id, Kind: kind, Offset: offset, Counted: counted, Role: role, Draft: draft}
	}
	return &casefilev1.LadderPolicy{HeadBeforeSuperiorWorkingDays: 1, Rungs: []*casefilev1.RungPolicy{
		rung("remind-14", "reminder", -14, "calendar", "contact", false),
		rung("remind-7", "reminder", -7, "calendar", "contact", false),
		rung("remind-1", "reminder", -1, "working", "contact", false),
		rung("overdue-1", "escalation", 1, "working", "head", false),
		rung("overdue-3", "escalation", 3, "working", "superior", false),
		rung("overdue-7", "escalation", 7, "working", "standing-agency", true),
		rung("overdue-14", "escalation", 14, "working", "committee", true),
	}}
}

func daysOff() []*casefilev1.DayException {
	var days []*casefilev1.DayException
	for _, d := range calendar.VietnamDays() {
		days = append(days, &casefilev1.DayException{Day: d.Date.String(), Kind: string(d.Kind), NameVi: d.NameVI})
	}
	return days
}

func dialogue() *casefilev1.CaseInput {
	return &casefilev1.CaseInput{
		CaseId: "DT-01/UBND-12205-2507/2026", OpenedOn: "2026-01-02",
		Due: &casefilev1.Deadline{Day: "2026-12-31", OfLaw: true}, DutyStep: "hold", FileDaysAfterDuty: 10,
		Ladder: defaultLadder(), Calendar: daysOff(),
		Steps: []*casefilev1.StepPolicy{
			{Id: "plan", Due: &casefilev1.Deadline{Day: "2026-11-30"}},
			{Id: "hold", Due: &casefilev1.Deadline{Day: "2026-12-31"}},
			{Id: "publish", AfterStep: "hold", DaysAfter: 10},
		},
		Review: &casefilev1.ReviewPolicy{
			Returned: &casefilev1.LadderPolicy{HeadBeforeSuperiorWorkingDays: 1, Rungs: []*casefilev1.RungPolicy{
				{Id: "again-1", Kind: "reminder", Offset: -1, Counted: "working", Role: "contact"},
				{Id: "again-late-1", Kind: "escalation", Offset: 1, Counted: "working", Role: "head"},
				{Id: "again-late-3", Kind: "escalation", Offset: 3, Counted: "working", Role: "superior"},
			}},
			Waiting: &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{
				{Id: "waiting-5", Kind: "reminder", Offset: 5, Counted: "working", Role: "reviewer"},
			}},
		},
	}
}

func open(due string) *casefilev1.CaseState {
	return &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: due}
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func fired(id, day, outcome string, round int32) *casefilev1.FiredRung {
	return &casefilev1.FiredRung{RungId: id, Day: day, Outcome: outcome, Round: round}
}

func days(rungs []ladder.Planned) map[string]string {
	named := map[string]string{}
	for _, r := range rungs {
		named[r.RungID] = r.Day.String()
	}
	return named
}

func ids(rungs []ladder.Planned) []string {
	var named []string
	for _, r := range rungs {
		named = append(named, r.RungID)
	}
	return named
}

func TestRungsAvoidDaysOff(t *testing.T) {
	t.Parallel()
	cal := ladder.Calendar(daysOff())
	for _, tc := range []struct {
		name, due string
		want      map[string]string
	}{
		{"the year's end: New Year's Day is skipped", "2026-12-31", map[string]string{
			"remind-14": "2026-12-17", "remind-7": "2026-12-24", "remind-1": "2026-12-30",
			"overdue-1": "2027-01-04", "overdue-3": "2027-01-06", "overdue-7": "2027-01-12", "overdue-14": "2027-01-21",
		}},
		{"Tết: reminders go before the holiday, escalations after it", "2026-02-17", map[string]string{
			"remind-14": "2026-02-03", "remind-7": "2026-02-10", "remind-1": "2026-02-13",
			"overdue-1": "2026-02-23", "overdue-3": "2026-02-25", "overdue-7": "2026-03-03", "overdue-14": "2026-03-12",
		}},
		{"a reminder on the unsettled 24/11/2026 goes to the day before", "2026-12-08", map[string]string{
			"remind-14": "2026-11-23", "remind-7": "2026-12-01", "remind-1": "2026-12-07",
			"overdue-1": "2026-12-09", "overdue-3": "2026-12-11", "overdue-7": "2026-12-17", "overdue-14": "2026-12-28",
		}},
		{"an escalation never falls on the unsettled day", "2026-11-23", map[string]string{
			"remind-14": "2026-11-09", "remind-7": "2026-11-16", "remind-1": "2026-11-20",
			"overdue-1": "2026-11-25", "overdue-3": "2026-11-27", "overdue-7": "2026-12-03", "overdue-14": "2026-12-14",
		}},
		{"due on a Sunday: the last working day before it is Friday", "2026-06-14", map[string]string{
			"remind-14": "2026-05-29", "remind-7": "2026-06-05", "remind-1": "2026-06-12",
			"overdue-1": "2026-06-15", "overdue-3": "2026-06-17", "overdue-7": "2026-06-23", "overdue-14": "2026-07-02",
		}},
		{"Saturday 10/01/2026 is worked for 02/01", "2026-01-17", map[string]string{
			"remind-14": "2025-12-31", "remind-7": "2026-01-10", "remind-1": "2026-01-16",
			"overdue-1": "2026-01-19", "overdue-3": "2026-01-21", "overdue-7": "2026-01-27", "overdue-14": "2026-02-05",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, days(ladder.Rungs(defaultLadder(), calendar.MustDate(tc.due), nil, cal)))
		})
	}
}

func TestRungsCountedByCalendarDaysMoveOffDaysOff(t *testing.T) {
	t.Parallel()
	policy := &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{
		{Id: "before", Kind: "reminder", Offset: -1, Counted: "calendar"},
		{Id: "on-the-day", Kind: "reminder", Counted: "calendar"},
		{Id: "after", Kind: "escalation", Offset: 1, Counted: "calendar"},
		{Id: "after-working", Kind: "escalation", Counted: "working"},
	}}
	// 19/06/2026 is a Friday.
	rungs := ladder.Rungs(policy, calendar.MustDate("2026-06-20"), nil, ladder.Calendar(daysOff()))
	require.Equal(t, map[string]string{
		"before": "2026-06-19", "on-the-day": "2026-06-19", "after": "2026-06-22", "after-working": "2026-06-22",
	}, days(rungs))
}

func TestEveryRungOfEveryDueDayFallsOnAWorkingDayInOrder(t *testing.T) {
	t.Parallel()
	cal := ladder.Calendar(daysOff())
	for due := calendar.MustDate("2026-01-01"); due.Year() < 2028; due = due.AddDays(1) {
		rungs := ladder.Rungs(defaultLadder(), due, nil, cal)
		require.Len(t, rungs, 7)
		for i, r := range rungs {
			require.True(t, cal.IsWorkingDay(r.Day), "%s of %s on %s", r.RungID, due, r.Day)
			require.False(t, cal.IsUnsettled(r.Day))
			if r.Kind == ladder.Reminder {
				require.False(t, r.Day.After(due), "%s of %s", r.RungID, due)
			} else {
				require.True(t, r.Day.After(due), "%s of %s", r.RungID, due)
			}
			if i > 0 {
				require.False(t, r.Day.Before(rungs[i-1].Day))
			}
		}
	}
}

func TestRungsHangOnSteps(t *testing.T) {
	t.Parallel()
	input := dialogue()
	input.Ladder = &casefilev1.LadderPolicy{Rungs: []*casefilev1.RungPolicy{
		{Id: "plan-30", Kind: "reminder", Offset: -30, Counted: "calendar", Role: "contact", Step: "plan"},
		{Id: "publish-3", Kind: "reminder", Offset: -3, Counted: "calendar", Role: "contact", Step: "publish"},
	}}
	state := open("2026-12-31")

	require.Equal(t, map[string]string{"plan-30": "2026-10-30"}, days(ladder.Plan(input, state, at("2026-10-01 09:00"))),
		"publishing hangs on the conference, which is not held yet; 31/10 is a Saturday")

	state.Steps = []*casefilev1.StepRecord{{StepId: "plan", HeldOn: "2026-10-02"}, {StepId: "hold", HeldOn: "2026-12-01"}}
	require.Equal(t, map[string]string{"publish-3": "2026-12-08"}, days(ladder.Plan(input, state, at("2026-12-02 09:00"))),
		"a plan that was recorded needs no reminder")

	state.Steps = append(state.Steps, &casefilev1.StepRecord{StepId: "publish", HeldOn: "2026-12-05"})
	require.Empty(t, ladder.Plan(input, state, at("2026-12-06 09:00")))
}

func TestNextWaitsForTheNextRung(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, now string
		state     *casefilev1.CaseState
		change    func(*casefilev1.CaseInput, *casefilev1.CaseState)
		wantID    string
		wantAt    string
	}{
		{name: "long before", now: "2026-03-02 10:00", wantID: "remind-14", wantAt: "2026-12-17 06:00"},
		{name: "a minute before six", now: "2026-12-17 05:59", wantID: "remind-14", wantAt: "2026-12-17 06:00"},
		{
			name: "after the first reminder", now: "2026-12-17 06:00", wantID: "remind-7", wantAt: "2026-12-24 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
				s.Fired = []*casefilev1.FiredRung{fired("remind-14", "2026-12-17", "told", 1)}
			},
		},
		{name: "what is past on a Sunday waits for Monday", now: "2026-12-20 10:00", wantID: "remind-14", wantAt: "2026-12-21 06:00"},
		{name: "what is past on Tết waits for the first working day", now: "2026-02-17 10:00", wantID: "overdue-1", wantAt: "2026-02-23 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) { s.DueDay = "2026-02-10" }},
		{name: "what is past on the unsettled day waits too", now: "2026-11-24 10:00", wantID: "overdue-1", wantAt: "2026-11-25 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) { s.DueDay = "2026-11-20" }},
		{
			name: "returned: the round's own ladder", now: "2026-12-20 10:00", wantID: "again-1", wantAt: "2026-12-24 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
				s.State, s.Round, s.DueDay = casefilev1.State_STATE_RETURNED, 2, "2026-12-25"
				s.Fired = []*casefilev1.FiredRung{fired("again-1", "2026-11-11", "told", 1)}
			},
		},
		{
			name: "submitted: the reviewers' ladder from the day of submission", now: "2026-12-28 15:00", wantID: "waiting-5", wantAt: "2027-01-05 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
				s.State, s.SubmittedAt = casefilev1.State_STATE_SUBMITTED, "2026-12-28T14:59:00+07:00"
			},
		},
		{
			name: "submitted at 23:00 UTC: the next day here", now: "2026-12-29 07:00", wantID: "waiting-5", wantAt: "2027-01-06 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
				s.State, s.SubmittedAt = casefilev1.State_STATE_SUBMITTED, "2026-12-28T23:00:00Z"
			},
		},
		{
			name: "duty done: the ladder is anchored on the file's day", now: "2026-12-02 10:00", wantID: "remind-1", wantAt: "2026-12-10 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
				s.DutyDoneOn, s.DueDay = "2026-12-01", "2026-12-11"
				s.Fired = []*casefilev1.FiredRung{fired("remind-14", "2026-12-02", "obsolete", 1), fired("remind-7", "2026-12-02", "obsolete", 1)}
			},
		},
		{
			name: "paused: reminders go on", now: "2026-12-02 10:00", wantID: "remind-14", wantAt: "2026-12-17 06:00",
			change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) { s.PausedBy = "extension-request" },
		},
		{
			name: "quiet days after a merger", now: "2026-12-10 10:00", wantID: "remind-7", wantAt: "2026-12-28 06:00",
			change: func(i *casefilev1.CaseInput, _ *casefilev1.CaseState) { i.OpenedOn, i.QuietDays = "2026-11-27", 30 },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			input, state := dialogue(), open("2026-12-31")
			if tc.change != nil {
				tc.change(input, state)
			}
			d := ladder.Next(input, state, at(tc.now))
			require.Equal(t, ladder.Wait, d.Kind)
			require.Equal(t, at(tc.wantAt), d.At.In(calendar.Zone))
			if tc.name != "quiet days after a merger" {
				require.Equal(t, tc.wantID, d.Rung.RungID)
			}
		})
	}
}

func TestNextHasNothingToDo(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*casefilev1.CaseState){
		"accepted":   func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_ACCEPTED },
		"exempted":   func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_EXEMPTED },
		"withdrawn":  func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_WITHDRAWN },
		"succeeded":  func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_SUCCEEDED },
		"sealed":     func(s *casefilev1.CaseState) { s.Sealed = true },
		"explained":  func(s *casefilev1.CaseState) { s.PausedBy = "explanation" },
		"no due day": func(s *casefilev1.CaseState) { s.DueDay = "" },
		"every rung carried out": func(s *casefilev1.CaseState) {
			for _, r := range defaultLadder().GetRungs() {
				s.Fired = append(s.Fired, fired(r.GetId(), "2027-01-21", "told", 1))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := open("2026-12-31")
			change(state)
			require.Equal(t, ladder.Nothing, ladder.Next(dialogue(), state, at("2027-02-01 09:00")).Kind)
		})
	}
}

func TestNextCarriesOut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, now  string
		fired      []*casefilev1.FiredRung
		wantID     string
		wantJoined []string
	}{
		{name: "at six exactly", now: "2026-12-17 06:00", wantID: "remind-14"},
		{name: "two reminders past become one", now: "2026-12-24 08:00", wantID: "remind-7", wantJoined: []string{"remind-14"}},
		{
			name: "a first start with everything past speaks to the head and no higher", now: "2027-03-15 09:00",
			wantID: "overdue-1", wantJoined: []string{"remind-14", "remind-7", "remind-1"},
		},
		{
			name: "the head was told in time: the last past one leaves", now: "2027-01-12 08:00",
			fired:  []*casefilev1.FiredRung{fired("overdue-1", "2027-01-04", "told", 1)},
			wantID: "overdue-7", wantJoined: []string{"remind-14", "remind-7", "remind-1", "overdue-3"},
		},
		{
			name: "nobody is head: the superior hears at once", now: "2027-01-04 06:00",
			fired:  []*casefilev1.FiredRung{fired("overdue-1", "2027-01-04", "nobody", 1), fired("remind-14", "", "told", 1), fired("remind-7", "", "told", 1), fired("remind-1", "", "told", 1)},
			wantID: "overdue-3",
		},
		{
			name: "nor is there a superior: the standing agency", now: "2027-01-04 06:00",
			fired: []*casefilev1.FiredRung{
				fired("overdue-1", "2027-01-04", "nobody", 1), fired("overdue-3", "2027-01-04", "nobody", 1),
				fired("remind-14", "", "told", 1), fired("remind-7", "", "told", 1), fired("remind-1", "", "told", 1),
			},
			wantID: "overdue-7",
		},
		{
			name: "a rung of an earlier round does not count", now: "2026-12-17 06:00",
			fired: []*casefilev1.FiredRung{fired("remind-14", "2026-12-17", "told", 7)}, wantID: "remind-14",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			state := open("2026-12-31")
			state.Fired = tc.fired
			d := ladder.Next(dialogue(), state, at(tc.now))
			require.Equal(t, ladder.CarryOut, d.Kind)
			require.Equal(t, tc.wantID, d.Rung.RungID)
			require.Equal(t, tc.wantJoined, ids(d.Joined))
		})
	}
}

// From a first start long after the due date the whole ladder is climbed rung by rung, the head first.
func TestFirstStartWithEverythingPast(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"2027-03-15 overdue-1", // a Monday
		"2027-03-16 overdue-3",
		"2027-03-22 overdue-7",
		"2027-03-31 overdue-14",
	}, climb(dialogue(), open("2026-12-31"), at("2027-03-15 09:00"), nil))
}

func TestQuietDaysAfterAMergerKeepTheOrder(t *testing.T) {
	t.Parallel()
	input := dialogue()
	input.OpenedOn, input.QuietDays = "2026-12-20", 30
	require.Equal(t, []string{"2027-01-19 overdue-1", "2027-01-20 overdue-3", "2027-01-26 overdue-7", "2027-02-04 overdue-14"},
		climb(input, open("2026-12-31"), at("2026-12-20 09:00"), nil))
}

func TestVacantPositionClimbs(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"2026-12-17 remind-14", "2026-12-24 remind-7", "2026-12-30 remind-1",
		"2027-01-04 overdue-1", "2027-01-04 overdue-3", "2027-01-12 overdue-7", "2027-01-21 overdue-14",
	}, climb(dialogue(), open("2026-12-31"), at("2026-12-01 09:00"), map[string]string{"overdue-1": "nobody"}))
}

// Whatever the due day and whenever the case starts, the head hears before the superior and every rung leaves at 06:00 or later on a
// working day, once.
func TestHeadAlwaysHearsFirst(t *testing.T) {
	t.Parallel()
	input := dialogue()
	cal := ladder.Calendar(input.GetCalendar())
	for due := calendar.MustDate("2026-01-20"); due.Before(calendar.MustDate("2026-03-10")); due = due.AddDays(1) {
		for _, start := range []int{-20, -3, 0, 1, 2, 3, 4, 9, 15, 40} {
			state := open(due.String())
			climb(input, state, due.AddDays(start).At(10, 17), nil)
			told := map[string]calendar.Date{}
			for _, f := range state.GetFired() {
				_, twice := told[f.GetRungId()]
				require.False(t, twice)
				told[f.GetRungId()] = calendar.MustDate(f.GetDay())
				require.True(t, cal.IsWorkingDay(told[f.GetRungId()]))
			}
			gap, _ := cal.WorkingDaysBetween(told["overdue-1"], told["overdue-3"])
			require.GreaterOrEqual(t, gap, 1, "due %s, start %+d", due, start)
			require.True(t, told["overdue-7"].After(told["overdue-3"]), "due %s, start %+d", due, start)
			require.True(t, told["overdue-14"].After(told["overdue-7"]))
		}
	}
}

// A plan that is late in February is told to the head in February. What nobody heard then hurries nothing at the year's end, and the head
// hears of the case before his superior though he heard of the plan long ago.
func TestAStepClimbsForItself(t *testing.T) {
	t.Parallel()
	input := dialogue()
	input.Steps[0].Due.Day = "2026-02-02"
	input.Ladder.Rungs = append(input.Ladder.Rungs,
		&casefilev1.RungPolicy{Id: "overdue-plan-1", Kind: "escalation", Step: "plan", Offset: 1, Counted: "working", Role: "head"})
	for _, outcome := range []string{"told", "nobody"} {
		require.Equal(t, []string{
			"2026-02-03 overdue-plan-1", "2026-12-17 remind-14", "2026-12-24 remind-7", "2026-12-30 remind-1",
			"2027-01-04 overdue-1", "2027-01-06 overdue-3", "2027-01-12 overdue-7", "2027-01-21 overdue-14",
		}, climb(input, open("2026-12-31"), at("2026-01-05 09:00"), map[string]string{"overdue-plan-1": outcome}), outcome)
	}

	late := open("2026-12-31")
	late.Fired = []*casefilev1.FiredRung{fired("overdue-plan-1", "2026-02-03", "told", 1)}
	require.Equal(t, []string{"2027-02-01 overdue-1", "2027-02-02 overdue-3", "2027-02-12 overdue-7", "2027-02-23 overdue-14"},
		climb(input, late, at("2027-02-01 09:00"), nil))
}

// climb lives through the ladder without any act and tells which rung left when.
func climb(input *casefilev1.CaseInput, state *casefilev1.CaseState, now time.Time, outcomes map[string]string) []string {
	var left []string
	for range 100 {
		d := ladder.Next(input, state, now)
		switch d.Kind {
		case ladder.Nothing:
			return left
		case ladder.Wait:
			if !d.At.After(now) {
				panic("waits for the past")
			}
			now = d.At
		case ladder.CarryOut:
			day := calendar.DateOf(now).String()
			left = append(left, day+" "+d.Rung.RungID)
			for _, j := range d.Joined {
				state.Fired = append(state.Fired, fired(j.RungID, day, "joined", state.GetRound()))
			}
			outcome := outcomes[d.Rung.RungID]
			if outcome == "" {
				outcome = "told"
			}
			state.Fired = append(state.Fired, fired(d.Rung.RungID, day, outcome, state.GetRound()))
		}
	}
	panic("the ladder never ends")
}

func TestReviewersWhoKeepACaseWaitingAreReminded(t *testing.T) {
	t.Parallel()
	state := open("2026-12-31")
	state.State, state.SubmittedAt = casefilev1.State_STATE_SUBMITTED, "2026-12-28T14:59:00+07:00"
	d := ladder.Next(dialogue(), state, at("2027-01-05 06:00"))
	require.Equal(t, ladder.CarryOut, d.Kind)
	require.Equal(t, "waiting-5", d.Rung.RungID)
}

func TestNextChangesNothing(t *testing.T) {
	t.Parallel()
	input, state := dialogue(), open("2026-12-31")
	before, was := proto.Clone(input), proto.Clone(state)
	ladder.Next(input, state, at("2027-03-15 09:00"))
	ladder.Plan(input, state, at("2027-03-15 09:00"))
	ladder.Late(input, state, calendar.MustDate("2027-03-15"))
	require.True(t, proto.Equal(before, input))
	require.True(t, proto.Equal(was, state))
}

func TestLate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, on   string
		change     func(*casefilev1.CaseInput, *casefilev1.CaseState)
		duty, file int
	}{
		{name: "the due day itself is in time", on: "2026-12-31"},
		{name: "days off make nobody later", on: "2027-01-03"},
		{name: "the first working day after", on: "2027-01-04", duty: 1},
		{name: "held in time, file not due yet", on: "2027-01-07", change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.DutyDoneOn, s.DueDay = "2026-12-29", "2027-01-08"
		}},
		{name: "held in time, file late", on: "2027-01-12", file: 2, change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.DutyDoneOn, s.DueDay = "2026-12-29", "2027-01-08"
		}},
		{name: "held late, file in time: time passing makes it no later", on: "2027-03-12", duty: 2, change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.DutyDoneOn, s.DueDay = "2027-01-05", "2027-01-15"
			s.State, s.SubmittedAt = casefilev1.State_STATE_SUBMITTED, "2027-01-14T09:00:00+07:00"
		}},
		{name: "review is nobody's lateness", on: "2027-03-12", change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.DutyDoneOn, s.DueDay = "2026-12-29", "2027-01-08"
			s.State, s.SubmittedAt = casefilev1.State_STATE_ACCEPTED, "2027-01-08T23:59:00+07:00"
		}},
		{name: "a paper counts from the day it arrived", on: "2027-03-12", change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.DutyDoneOn, s.DueDay, s.PaperReceivedOn = "2026-12-29", "2027-01-08", "2027-01-08"
			s.State, s.SubmittedAt = casefilev1.State_STATE_SUBMITTED, "2027-01-20T09:00:00+07:00"
		}},
		{name: "a returned round is judged by its own day", on: "2027-02-02", file: 1, change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.DutyDoneOn, s.DueDay, s.State, s.Round = "2026-12-29", "2027-02-01", casefilev1.State_STATE_RETURNED, 2
		}},
		{name: "extended before the duty was done", on: "2027-01-21", duty: 1, change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.DueDay, s.Extended = "2027-01-20", true
		}},
		{name: "the extended day is kept with the duty's record", on: "2027-01-25", duty: 1, change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.Extended, s.DutyDoneOn, s.DueDay = true, "2027-01-21", "2027-01-31"
			s.Steps = []*casefilev1.StepRecord{{StepId: "hold", Facts: map[string]string{"judged_by": "2027-01-20"}}}
		}},
		{name: "a report: handing it in is the duty", on: "2026-06-19", duty: 2, file: 2, change: func(i *casefilev1.CaseInput, s *casefilev1.CaseState) {
			i.DutyStep, i.Due, s.DueDay = "", &casefilev1.Deadline{Day: "2026-06-17"}, "2026-06-17"
		}},
		{name: "withdrawn: not late", on: "2027-03-12", change: func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) {
			s.State = casefilev1.State_STATE_WITHDRAWN
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			input, state := dialogue(), open("2026-12-31")
			if tc.change != nil {
				tc.change(input, state)
			}
			duty, file := ladder.Late(input, state, calendar.MustDate(tc.on))
			require.Equal(t, tc.duty, duty, "duty")
			require.Equal(t, tc.file, file, "file")
		})
	}
}

func TestCalendarLeavesOutWhatNoCalendarHolds(t *testing.T) {
	t.Parallel()
	cal := ladder.Calendar([]*casefilev1.DayException{
		{Day: "2026-09-02", Kind: "off"}, {Day: "2026-09-02", Kind: "off", NameVi: "hai lần"},
		{Day: "hôm nay", Kind: "off", NameVi: "x"}, {Day: "2026-09-03", Kind: "holiday", NameVi: "x"},
	})
	require.False(t, cal.IsWorkingDay(calendar.MustDate("2026-09-02")))
	require.True(t, cal.IsWorkingDay(calendar.MustDate("2026-09-03")))
}
