package workflows_test

import (
	"context"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

// DrawUp answers a version of its own for each time it is asked for one.
func (d *desk) DrawUp(_ context.Context, r *connect.Request[reportsv1.DrawUpRequest]) (*connect.Response[reportsv1.DrawUpResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unready > 0 {
		d.unready--
		return nil, errAway
	}
	if d.unready < 0 {
		return nil, wire.Refuse("wrong-state", "Không tổng hợp được.", "Cannot be drawn up.")
	}
	d.drawn = append(d.drawn, r.Msg)
	head := &reportsv1.SynthesisVersion{Counts: &reportsv1.StandingCounts{Owed: 110, InTime: 100, Late: 3, Returned: 1, Missing: 6}}
	if !r.Msg.GetLookOnly() {
		head.Version = 1
	}
	return connect.NewResponse(&reportsv1.DrawUpResponse{Head: head, MissingUnitIds: []string{"DU-A", "DU-B"}}), nil
}

func (d *desk) asked() (said []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, one := range d.drawn {
		if one.GetLookOnly() {
			said = append(said, "look")
		} else {
			said = append(said, "draw up")
		}
	}
	return said
}

func synthesised(t *testing.T, today string) *casefilev1.CaseInput {
	t.Helper()
	return opened(t, "BC-TH", "BTGDV", "standing-agency", "2026-H1", today, catalogue.Options{})
}

var whatWasAddedUp = map[string]string{"reports_owed": "110", "reports_in_time": "100", "reports_late": "3", "reports_missing": "7"}

func TestASynthesisListsWhoIsMissingAndClosesByItself(t *testing.T) {
	t.Parallel()
	s := newStage(t, synthesised(t, "2026-06-01"))
	s.act("2026-06-24 09:00", "figures", record("figures", "2026-06-24", whatWasAddedUp, "f-1"))
	s.act("2026-06-25 09:00", "report", record("report", "2026-06-25", nil, "f-2"))
	s.act("2026-06-25 10:00", "submit", submit())
	s.act("2026-06-26 09:00", "accept", accept())
	s.act("2026-07-20 09:00", "seal", seal())
	s.run()
	require.Equal(t, []string{
		"2026-06-16 remind-14 told", "2026-06-18 synthesis-lists-missing told", "2026-06-23 synthesis-closes told", "2026-06-23 remind-7 told",
	}, s.desk.rungs())
	require.Equal(t, []string{"look", "draw up"}, s.desk.asked())
	require.Equal(t, []string{"reports-missing contact", "reports-missing head", "synthesis-drawn contact", "synthesis-drawn head", "reminder contact"}, s.desk.templates()[1:6])
	closing := s.desk.told[3]
	require.Equal(t, "synthesis-drawn", closing.GetTemplate())
	require.Equal(t, "BC-TH/BTGDV/2026-H1/synthesis-closes", closing.GetKey())
	require.Equal(t, "1 110 6 2", closing.GetFacts()["synthesis_version"]+" "+closing.GetFacts()["reports_owed"]+" "+closing.GetFacts()["reports_missing"]+" "+closing.GetFacts()["units_missing"])
	require.Equal(t, "DU-A\nDU-B", closing.GetFacts()["missing_units"])
	require.Equal(t, "2026-06-23", closing.GetFacts()["closing_day"])
	require.Equal(t, 1, s.desk.exported)
}

// Whoever starts the system after the closing day has the synthesis drawn up at once; a list of who is missing would say nothing more.
func TestAFirstStartAfterTheClosingDay(t *testing.T) {
	t.Parallel()
	s := newStage(t, synthesised(t, "2026-06-25"))
	s.act("2026-06-26 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"look", "draw up"}[1:], s.desk.asked())
	require.Equal(t, []string{"2026-06-25 synthesis-lists-missing joined", "2026-06-25 synthesis-closes told"}, s.desk.rungs()[:2])
}

func TestAServiceThatIsAwayDelaysTheClosingOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t, synthesised(t, "2026-06-01"))
	s.retries = true
	s.at("2026-06-23 05:00", func() { s.desk.mu.Lock(); s.desk.unready = 8; s.desk.mu.Unlock() })
	s.act("2026-06-29 10:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"look", "draw up"}, s.desk.asked())
	require.Equal(t, "2026-06-23 synthesis-closes told", s.desk.rungs()[2])
}

// What cannot be drawn up stops nothing: the case goes on, and its people draw up themselves.
func TestASynthesisThatIsRefusedLeavesTheCaseAsItIs(t *testing.T) {
	t.Parallel()
	s := newStage(t, synthesised(t, "2026-06-01"))
	s.desk.unready = -1
	s.act("2026-06-30 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"2026-06-16 remind-14 told", "2026-06-18 synthesis-lists-missing nobody", "2026-06-23 synthesis-closes nobody", "2026-06-23 remind-7 told",
		"2026-06-29 remind-1 told"}, s.desk.rungs())
}

// Handed in before the closing day nothing is drawn up by itself; returned after it, it is, for whoever corrects it.
func TestASynthesisHandedInBeforeItsClosingDay(t *testing.T) {
	t.Parallel()
	s := newStage(t, synthesised(t, "2026-06-01"))
	s.act("2026-06-17 08:00", "figures", record("figures", "2026-06-17", whatWasAddedUp, "f-1"))
	s.act("2026-06-17 09:00", "report", record("report", "2026-06-17", nil, "f-2"))
	s.act("2026-06-17 10:00", "submit", submit())
	s.at("2026-06-24 08:00", func() { require.Empty(t, s.desk.asked()) })
	s.act("2026-06-24 09:00", "return", giveBack(""))
	s.act("2026-06-24 15:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"draw up"}, s.desk.asked())
}

// A case that took its input under the earlier version goes on as it did.
func TestASynthesisOfTheEarlierVersion(t *testing.T) {
	t.Parallel()
	s := newStage(t, synthesised(t, "2026-06-01"))
	s.env.OnGetVersion("appointments", workflow.DefaultVersion, workflow.Version(1)).Return(workflow.DefaultVersion)
	s.act("2026-06-24 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"2026-06-16 remind-14 told", "2026-06-23 remind-7 told"}, s.desk.rungs())
	require.Empty(t, s.desk.asked())
}

// A clock that is moved past the closing day wakes a case that waits for nothing else.
func TestAShiftedClockPassesTheClosingDay(t *testing.T) {
	t.Parallel()
	input := synthesised(t, "2026-06-01")
	input.Demo = true
	s := newStage(t, input)
	s.act("2026-06-19 10:00", "clock", shift(4*24*time.Hour)) // 23/06
	s.at("2026-06-19 11:00", func() { require.Equal(t, []string{"look", "draw up"}, s.desk.asked()) })
	s.act("2026-06-19 12:00", "withdraw", withdraw())
	s.run()
}
