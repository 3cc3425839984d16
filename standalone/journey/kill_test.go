package journey

import (
	"os"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// The house is killed while it opens its first periods, started again, and killed again after an
// act: nothing is lost, nothing is double, and what waited goes on waiting.
func TestKilledHalfWayNothingIsLostAndNothingIsDouble(t *testing.T) {
	folder := t.TempDir()
	first := startSeparate(t, folder, nil)
	first.await(t, "Opening the current periods")
	require.NoError(t, first.connect())
	first.awaitCases(t, 20)
	first.kill(t)

	second := startSeparate(t, folder, &first.options)
	second.await(t, "Ctrl-C")
	require.NoError(t, second.connect())
	require.Eventually(t, func() bool { return second.total(t) == second.awaitRunning(t, 1) }, patience, look, "what was under way at the kill enters the register")
	register := second.total(t)
	require.Equal(t, register, second.awaitRunning(t, register), "as many workflows run as the register has cases")
	c := second.currentCase(t, "DT-01", "UBND-12205-2507")
	contact := second.holder(t, "UBND-12205-2507", "contact")
	note := &casefilev1.Act{ActId: "before-the-kill", CaseId: c.GetId(), Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "trước khi mất điện"}}}
	before := second.act(t, contact, note)
	second.kill(t)

	third := startSeparate(t, folder, &first.options)
	third.await(t, "Ctrl-C")
	require.NoError(t, third.connect())
	require.Equal(t, register, third.total(t), "a restart opens nothing twice")
	after := third.act(t, contact, note)
	require.Equal(t, before.GetState().GetSequence(), after.GetState().GetSequence(), "the act before the kill is remembered")
	require.NoError(t, third.command.Process.Signal(os.Interrupt))
	select {
	case err := <-third.exited:
		third.exited <- err
		require.NoError(t, err, "Ctrl-C ends the house cleanly")
	case <-time.After(patience):
		require.FailNow(t, "the house does not stop")
	}
}

func TestAHouseSaysWhatKeepsItFromStanding(t *testing.T) {
	taken := startSeparateExpectingFailure(t, t.TempDir(), standing.options)
	require.Contains(t, taken, "is in use")
	require.Contains(t, taken, "NENEP_PORTAL_ADDR")
}

func (s *separate) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, s.command.Process.Signal(syscall.SIGKILL))
	err := <-s.exited
	s.exited <- err
}

func (r *running) total(t *testing.T) int {
	t.Helper()
	answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{Limit: 1}))
	require.NoError(t, err)
	return int(answer.Msg.GetTotal())
}

func (r *running) awaitCases(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{Limit: 1}))
		return err == nil && int(answer.Msg.GetTotal()) >= n
	}, patience, look)
}

// awaitRunning counts running cases in Temporal; its visibility store follows after a moment.
func (r *running) awaitRunning(t *testing.T, wanted int) int {
	t.Helper()
	count := 0
	require.Eventually(t, func() bool {
		answer, err := r.temporal.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{
			Namespace: r.options.Config.TemporalNamespace,
			Query:     `ExecutionStatus = "Running" AND NenepState IS NOT NULL`,
		})
		count = int(answer.GetCount())
		return err == nil && count >= wanted
	}, patience, look, "%d of %d", count, wanted)
	return count
}
