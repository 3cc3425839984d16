package reorganize_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"nenep/proto/contract"
	"nenep/rules/calendar"
	"nenep/workflows/reorganize"
)

// province is what a reorganisation meets on the other side of the activities.
type province struct {
	env      *testsuite.TestWorkflowEnvironment
	decision reorganize.Decision
	ended    []string
	waiting  []int // how many units still wait, by the round of passing
	away     int   // how many tries of passing to come fail
	heard    []string
	rounds   int
	moved    int // running cases that another unit reviews now
}

func (p *province) says(what string) {
	p.heard = append(p.heard, calendar.DateOf(p.env.Now()).String()+" "+what)
}

func newProvince(t *testing.T, now string) *province {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	p := &province{env: suite.NewTestWorkflowEnvironment(), decision: reorganize.Decision{State: reorganize.Planned, EffectiveOn: "2026-12-07"},
		ended: []string{"UBND-A", "UBND-B"}}
	moment, err := time.ParseInLocation("2006-01-02 15:04", now, calendar.Zone)
	require.NoError(t, err)
	p.env.SetStartTime(moment)
	p.env.SetWorkflowRunTimeout(365 * 24 * time.Hour)
	for name, act := range map[string]any{
		contract.ActivityReadReorganisation: p.read, contract.ActivityApplyReorganisation: p.apply, contract.ActivityPassCases: p.pass,
		contract.ActivityFinishReorganisation: p.finish, contract.ActivityReconcile: p.reconcile,
		contract.ActivityListCasesToAmend: p.reviewed, contract.ActivityAmendCase: p.amend,
	} {
		p.env.RegisterActivityWithOptions(act, activity.RegisterOptions{Name: name})
	}
	p.env.RegisterWorkflow(reorganize.Reorganize)
	return p
}

func (p *province) read(_ context.Context, id string) (reorganize.Decision, error) {
	p.says("read " + id)
	return p.decision, nil
}

func (p *province) apply(context.Context, string) (reorganize.Change, error) {
	p.says("apply")
	return reorganize.Change{Ended: p.ended, Begun: 1}, nil
}

func (p *province) pass(_ context.Context, batch reorganize.Batch) (reorganize.Passed, error) {
	if p.away > 0 {
		p.away--
		return reorganize.Passed{}, errors.New("the register is away")
	}
	p.says(fmt.Sprintf("pass %d", len(batch.UnitIDs)))
	passed := reorganize.Passed{Count: contract.ReorganizeResult{CasesOpen: 3, CasesPassed: 2, CasesJoined: 1, Files: 5}}
	if p.rounds < len(p.waiting) {
		passed.Waiting = batch.UnitIDs[:p.waiting[p.rounds]]
	}
	p.rounds++
	return passed, nil
}

func (p *province) finish(_ context.Context, _ string, result contract.ReorganizeResult) error {
	p.says(fmt.Sprintf("finish: %d ended, %d begun, %d open, %d files", result.UnitsEnded, result.UnitsBegun, result.CasesOpen, result.Files))
	return nil
}

func (p *province) reconcile(_ context.Context, input contract.ReconcileInput) (contract.ReconcileResult, error) {
	p.says("reconcile " + input.Reason)
	return contract.ReconcileResult{}, nil
}

func (p *province) reviewed(_ context.Context, order contract.AmendInput) ([]string, error) {
	if order.OrderID != "SX-2026-0001" || order.Reason != "reorganisation" {
		return nil, fmt.Errorf("another order: %v", order)
	}
	return make([]string, p.moved), nil
}

func (p *province) amend(_ context.Context, ids []string, order contract.AmendInput) (contract.AmendResult, error) {
	p.says(fmt.Sprintf("amend %d by %s", len(ids), order.OrderID))
	return contract.AmendResult{}, nil
}

func (p *province) run(offset time.Duration) (contract.ReorganizeResult, error) {
	p.env.ExecuteWorkflow(reorganize.Reorganize, contract.ReorganizeInput{ReorganisationID: "SX-2026-0001", ClockOffsetSeconds: int64(offset / time.Second)})
	var result contract.ReorganizeResult
	if err := p.env.GetWorkflowError(); err != nil {
		return result, err
	}
	return result, p.env.GetWorkflowResult(&result)
}

func TestAReorganisationAnnouncedTwoWeeksAheadWaitsForItsDay(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-11-23 15:00")
	result, err := p.run(0)
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{UnitsEnded: 2, UnitsBegun: 1, CasesOpen: 3, CasesPassed: 2, CasesJoined: 1, Files: 5}, result)
	require.Equal(t, []string{
		"2026-11-23 read SX-2026-0001", "2026-12-07 read SX-2026-0001", "2026-12-07 apply", "2026-12-07 pass 2",
		"2026-12-07 finish: 2 ended, 1 begun, 3 open, 5 files", "2026-12-07 reconcile reorganisation",
	}, p.heard)
	require.Equal(t, "00:00", p.env.Now().In(calendar.Zone).Format("15:04"))
}

func TestABackdatedReorganisationBeginsAtOnce(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-12-20 10:00")
	_, err := p.run(0)
	require.NoError(t, err)
	require.Equal(t, "2026-12-20 apply", p.heard[1])
}

// A demonstration's clock shows the day before its time.
func TestAShiftedClockShortensTheWait(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-11-23 15:00")
	_, err := p.run(13*24*time.Hour + 8*time.Hour)
	require.NoError(t, err)
	require.Equal(t, "2026-11-23 apply", p.heard[2])
}

func TestOneTakenBackBeforeItsDayChangesNothing(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-11-23 15:00")
	p.env.RegisterDelayedCallback(func() { p.decision.State = reorganize.Cancelled }, 5*24*time.Hour)
	result, err := p.run(0)
	require.NoError(t, err)
	require.Zero(t, result)
	require.Equal(t, []string{"2026-11-23 read SX-2026-0001", "2026-12-07 read SX-2026-0001"}, p.heard)
}

func TestCancellingTheWaitEndsIt(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-11-23 15:00")
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, 24*time.Hour)
	_, err := p.run(0)
	require.True(t, temporal.IsCanceledError(err))
	require.Len(t, p.heard, 1)
}

func TestAnotherDayIsAwaitedWhenTheDecisionMoved(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-11-23 15:00")
	p.env.RegisterDelayedCallback(func() { p.decision.EffectiveOn = "2027-01-01" }, 24*time.Hour)
	_, err := p.run(0)
	require.NoError(t, err)
	require.Equal(t, "2027-01-01 apply", p.heard[3])
}

// What has begun is carried through: nobody is left between two units.
func TestCancellingAfterTheDayStopsNothing(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-12-20 10:00")
	p.away = 5
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, 3*time.Second)
	result, err := p.run(0)
	require.NoError(t, err)
	require.Equal(t, 3, result.CasesOpen)
	require.Contains(t, p.heard[len(p.heard)-1], "reconcile")
}

func TestAProvinceIsPassedOnInBatches(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-12-20 10:00")
	p.ended = nil
	for i := range 45 {
		p.ended = append(p.ended, fmt.Sprintf("UBND-%05d", i))
	}
	result, err := p.run(0)
	require.NoError(t, err)
	require.Equal(t, contract.ReorganizeResult{UnitsEnded: 45, UnitsBegun: 1, CasesOpen: 9, CasesPassed: 6, CasesJoined: 3, Files: 15}, result)
	require.Equal(t, []string{"2026-12-20 pass 20", "2026-12-20 pass 20", "2026-12-20 pass 5"}, p.heard[2:5])
}

// The reviewers take their days; each morning those that they decided on pass. The count of the day itself is told at once.
func TestCasesUnderReviewPassWhenTheReviewersHaveDecided(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-12-20 10:00")
	p.waiting = []int{2, 1, 1}
	_, err := p.run(0)
	require.NoError(t, err)
	require.Equal(t, []string{
		"2026-12-20 pass 2", "2026-12-20 finish: 2 ended, 1 begun, 3 open, 5 files", "2026-12-20 reconcile reorganisation",
		"2026-12-21 pass 2", "2026-12-22 pass 1", "2026-12-23 pass 1",
	}, p.heard[2:])
	require.Equal(t, "05:00", p.env.Now().In(calendar.Zone).Format("15:04"), "before the rungs of the day")
}

// A unit that moves goes on with its cases; who reviews it now reviews those too.
func TestRunningCasesGoOnWithTheirNewReviewers(t *testing.T) {
	t.Parallel()
	p := newProvince(t, "2026-12-20 10:00")
	p.ended, p.moved = nil, 250
	_, err := p.run(0)
	require.NoError(t, err)
	require.Equal(t, []string{"2026-12-20 reconcile reorganisation", "2026-12-20 amend 200 by SX-2026-0001", "2026-12-20 amend 50 by SX-2026-0001"}, p.heard[3:])
}
