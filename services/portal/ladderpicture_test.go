package portal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// drawn writes a line as a person would: the day, what stands there, and its label in brackets.
func drawn(line ladderLine) string {
	var said []string
	for _, p := range line.Points {
		text := p.Day.Vietnamese()[:5] + " " + strings.Trim(p.Kind+" "+p.How, " ")
		if p.Label != "" {
			text += " [" + p.Label + "]"
		}
		said = append(said, text)
	}
	return strings.Join(said, "; ")
}

func fired(id, day, outcome string) *casefilev1.FiredRung {
	return &casefilev1.FiredRung{RungId: id, Day: day, Outcome: outcome, OfficialIds: []string{"o-an"}, Round: 1}
}

func TestTheLadderOfACaseStandsOnALine(t *testing.T) {
	input := newHouse(t).cases[khoaiChauCase].GetInput()
	open := func(change func(*casefilev1.CaseState)) *casefilev1.CaseState {
		state := &casefilev1.CaseState{CaseId: khoaiChauCase, State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: "2026-12-31"}
		for _, step := range []string{"plan", "notice"} {
			state.Steps = append(state.Steps, &casefilev1.StepRecord{StepId: step, HeldOn: "2026-12-01"})
		}
		change(state)
		return state
	}
	for name, want := range map[string]struct {
		state *casefilev1.CaseState
		on    string
		drawn string
		away  int
	}{
		"an open case": {state: open(func(s *casefilev1.CaseState) {
			s.Fired = []*casefilev1.FiredRung{fired("remind-14", "2026-12-17", "told")}
		}), on: "2026-12-20",
			drawn: "17/12 reminder done; 20/12 today [hôm nay 20/12]; 24/12 reminder to-come [24/12]; 30/12 reminder to-come; 31/12 due [hạn 31/12]; 04/01 escalation to-come [04/01]; 06/01 escalation to-come; 12/01 escalation to-come [12/01]; 21/01 escalation to-come [21/01]"},
		"an overdue case in which nobody held a rung": {state: open(func(s *casefilev1.CaseState) {
			s.Fired = []*casefilev1.FiredRung{fired("remind-14", "2026-12-17", "told"), fired("remind-7", "2026-12-24", "joined"), fired("remind-1", "2026-12-30", "told"), {RungId: "overdue-1", Day: "2027-01-04", Outcome: "nobody", Round: 1}}
		}), on: "2027-01-05",
			drawn: "17/12 reminder done [17/12]; 24/12 reminder skipped; 30/12 reminder done; 31/12 due [hạn 31/12]; 04/01 escalation skipped; 05/01 escalation to-come [05/01]; 05/01 today [hôm nay 05/01]; 12/01 escalation to-come [12/01]; 21/01 escalation to-come [21/01]"},
		"a case accepted late has no today": {state: open(func(s *casefilev1.CaseState) {
			s.State, s.SubmittedAt, s.AcceptedAt, s.LateWorkingDays = casefilev1.State_STATE_ACCEPTED, "2027-01-06T03:00:00Z", "2027-01-08T03:00:00Z", 3
			s.Fired = []*casefilev1.FiredRung{fired("remind-14", "2026-12-17", "told"), fired("overdue-1", "2027-01-04", "told")}
		}), on: "2027-06-01",
			drawn: "17/12 reminder done [17/12]; 31/12 due [hạn 31/12]; 04/01 escalation done; 06/01 handed-in [nộp 06/01]; 08/01 accepted"},
		"today too far before the first rung stays off the line": {state: open(func(*casefilev1.CaseState) {}), on: "2026-02-02", away: 318,
			drawn: "17/12 reminder to-come [17/12]; 24/12 reminder to-come [24/12]; 30/12 reminder to-come; 31/12 due [hạn 31/12]; 04/01 escalation to-come [04/01]; 06/01 escalation to-come; 12/01 escalation to-come [12/01]; 21/01 escalation to-come [21/01]"},
		"a submission that was recalled is not on it": {state: open(func(s *casefilev1.CaseState) { s.SubmittedAt = "2026-12-02T03:00:00Z" }), on: "2026-12-10",
			drawn: "10/12 today [hôm nay 10/12]; 17/12 reminder to-come [17/12]; 24/12 reminder to-come; 30/12 reminder to-come; 31/12 due [hạn 31/12]; 04/01 escalation to-come [04/01]; 06/01 escalation to-come; 12/01 escalation to-come [12/01]; 21/01 escalation to-come [21/01]"},
		"a case withdrawn before anything happened": {state: open(func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_WITHDRAWN }), on: "2026-12-10", drawn: "31/12 due [hạn 31/12]"},
	} {
		t.Run(name, func(t *testing.T) {
			line := lineOf(input, want.state, calendar.MustDate(want.on).At(9, 0))
			require.Equal(t, want.drawn, drawn(line))
			require.Equal(t, want.away, line.Away)
			requireRoom(t, line)
		})
	}
}

// requireRoom: no point covers another or leaves the picture, and no more than six are named.
func requireRoom(t *testing.T, line ladderLine) {
	t.Helper()
	named := 0
	for i, p := range line.Points {
		require.GreaterOrEqual(t, p.At, lineFrom-0.001)
		require.LessOrEqual(t, p.At, lineTo+0.001)
		if i > 0 {
			require.GreaterOrEqual(t, p.At-line.Points[i-1].At, min(pointGap, 90/float64(len(line.Points)))-0.001)
		}
		if p.Label != "" {
			named++
		}
	}
	require.LessOrEqual(t, named, mostLabels)
}

func TestALineOfManyRungsStaysInsideThePicture(t *testing.T) {
	state := &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, Round: 9, DueDay: "2026-12-31"}
	for i := range 60 {
		state.Fired = append(state.Fired, &casefilev1.FiredRung{RungId: fmt.Sprintf("r-%d", i), Day: "2026-12-17", Outcome: "told", Round: 1})
	}
	line := lineOf(&casefilev1.CaseInput{}, state, calendar.MustDate("2026-12-20").At(9, 0))
	require.Len(t, line.Points, 62)
	requireRoom(t, line)
	require.Empty(t, lineOf(&casefilev1.CaseInput{}, &casefilev1.CaseState{}, time.Time{}).Points)
}

func TestACaseShowsItsLadderAsAPictureAndAsATable(t *testing.T) {
	h := newHouse(t)
	c := h.cases[khoaiChauCase]
	c.State.Fired = []*casefilev1.FiredRung{fired("remind-14", "2026-12-17", "told")}
	seen := serve(t, h).as(t, "o-an").get(caseURL(khoaiChauCase))
	require.Contains(t, seen.words("figcaption"), "Đã nhắc 1 lần; hạn 31/12/2026. Tiếp theo ngày 24/12/2026: nhắc việc trước hạn 7 ngày.")
	require.Equal(t, 1, seen.Find("figure svg.line[role=img][aria-label]").Length())
	require.Contains(t, seen.words("#muc-nhac"), "17/12/2026Nhắc việc trước hạn 14 ngàyCán bộ đầu mối: Nguyễn Văn AnĐã gửi")
	require.Equal(t, seen.Find("#muc-nhac tbody tr").Length()+2, seen.Find("figure .points li").Length(), "the list has the due day and today beside the rungs")
	require.Contains(t, seen.words("#muc-nhac"), "Ban Chỉ đạo tỉnhChưa đến ngày; sẽ là dự thảo")
}
