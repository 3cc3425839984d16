package journey

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// A leader of the standing agency seals a period: what is accepted is exported with its hash and
// takes no more acts; what is not accepted stays open.
func TestSealingAPeriodExportsWhatIsAcceptedAndLeavesTheRest(t *testing.T) {
	const unit = "SO-NV"
	c := standing.currentCase(t, "BCD-03", unit)
	contact, reviewer := standing.holder(t, unit, "contact"), standing.holder(t, unit, "reviewer")
	standing.recordRequired(t, contact, c, calendar.DateOf(time.Now()))
	standing.act(t, contact, submit(c.GetId()))
	standing.act(t, reviewer, accept(c.GetId()))

	seal := connect.NewRequest(&reportsv1.SealPeriodRequest{ObligationId: "BCD-03", PeriodId: c.GetPeriodId()})
	_, err := standing.as(contact).Acts.SealPeriod(t.Context(), seal)
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	code, out, faults := terminal(t, "period", "seal", "BCD-03", c.GetPeriodId(), "--as", standing.holder(t, "BTGDV", "leader"))
	require.Zero(t, code, faults)
	require.Contains(t, out, "seal-BCD-03-")
	sealed := standing.awaitCase(t, c.GetId(), func(c *reportsv1.Case) bool { return c.GetExportSha256() != "" })
	require.True(t, sealed.GetState().GetSealed())
	acts, err := standing.clients.Acts.ListActs(t.Context(), connect.NewRequest(&reportsv1.ListActsRequest{CaseId: c.GetId()}))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(acts.Msg.GetActs(), func(a *reportsv1.StoredAct) bool {
		return a.GetAct().GetSeal() != nil && a.GetAct().GetOfficialId() == standing.holder(t, "BTGDV", "leader")
	}), "each case says who had it sealed")

	require.Equal(t, contract.CodeWrongState, standing.refused(t, reviewer, accept(c.GetId())).GetCode())
	history, err := standing.clients.Register.GetHistory(t.Context(), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: c.GetId()}))
	require.NoError(t, err)
	require.Equal(t, history.Msg.GetEventsTotal(), history.Msg.GetEventsTold(), "every event is told")

	standing.archived(t, "BCD-03", c)

	code, _, faults = terminal(t, "period", "seal", "BCD-03", "2026-Q9", "--as", reviewer)
	require.Equal(t, 2, code)
	require.Contains(t, faults, "2026-Q9")
}

// Whoever starts a sealing by hand, past the door, with a period that is none, has it refused once and not asked for ever.
func TestASealingOfNoPeriodEnds(t *testing.T) {
	run, err := standing.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "seal-by-hand", TaskQueue: contract.QueueUpkeep},
		contract.SealPeriod, contract.SealInput{Obligation: "BCD-03", Period: "2026-Q9"})
	require.NoError(t, err)
	patient, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var refused *temporal.ApplicationError
	require.ErrorAs(t, run.Get(patient, nil), &refused)
	require.Equal(t, contract.CodeInvalid, refused.Type())
}

// Once Temporal has forgotten a closed run, the register's unique case id still makes a second
// start harmless, and the reconciliation does not try one.
func TestACaseThatTemporalHasForgottenIsNotOpenedAgain(t *testing.T) {
	const unit = "DU-11953-2507"
	c := standing.currentCase(t, "BCD-04", unit)
	administrator := standing.holder(t, "VP-TU", "administrator")
	standing.act(t, administrator, &casefilev1.Act{CaseId: c.GetId(), Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{Words: "Mở nhầm.", Document: "Công văn số 12-CV/BTGDV"}}})
	before := standing.awaitCase(t, c.GetId(), func(c *reportsv1.Case) bool { return c.GetExportSha256() != "" })
	standing.forget(t, c.GetId())

	again, err := standing.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: contract.WorkflowReconcileNow + "-forgotten", TaskQueue: contract.QueueUpkeep,
	}, contract.ReconcilePeriods, contract.ReconcileInput{Obligation: "BCD-04"})
	require.NoError(t, err)
	var result contract.ReconcileResult
	require.NoError(t, again.Get(t.Context(), &result))
	require.Zero(t, result.Opened)

	second, err := standing.temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: c.GetId(), TaskQueue: contract.QueueCases},
		contract.CommitteeRestructuring, before.GetInput())
	require.NoError(t, err)
	require.NoError(t, second.Get(t.Context(), nil), "it ends at once")
	after := standing.getCase(t, c.GetId())
	require.Equal(t, before.GetRunId(), after.GetRunId())
	standing.archived(t, "BCD-04", c) // what Temporal has forgotten is told from the export
	require.Equal(t, casefilev1.State_STATE_WITHDRAWN, after.GetState().GetState())
}

// forget makes Temporal forget a closed run, as its retention would.
func (r *running) forget(t *testing.T, id string) {
	t.Helper()
	namespace := r.options.Config.TemporalNamespace
	execution := &commonpb.WorkflowExecution{WorkflowId: id}
	require.NoError(t, r.temporal.GetWorkflow(t.Context(), id, "").Get(t.Context(), nil), "the run is closed")
	// Temporal puts a deletion off, with growing pauses, while its own work on the closing is under way.
	require.Eventually(t, func() bool {
		closed, err := r.temporal.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{
			Namespace: namespace, Query: fmt.Sprintf(`WorkflowId = "%s" AND ExecutionStatus = "Completed"`, id),
		})
		return err == nil && closed.GetCount() == 1
	}, patience, look)
	_, err := r.temporal.WorkflowService().DeleteWorkflowExecution(t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{Namespace: namespace, WorkflowExecution: execution})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := r.temporal.DescribeWorkflowExecution(t.Context(), id, "")
		var missing *serviceerror.NotFound
		return errors.As(err, &missing)
	}, patience, look)
}

// archived writes a period into a folder, finds in it what the case was, and sees one changed byte named.
func (r *running) archived(t *testing.T, obligation string, c *reportsv1.Case) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), obligation)
	code, out, faults := terminal(t, "period", "archive", obligation, c.GetPeriodId(), folder)
	require.Zero(t, code, faults)
	require.Contains(t, out, folder)
	code, out, faults = terminal(t, "period", "verify", folder)
	require.Zero(t, code, faults)
	require.Contains(t, out, "true")
	kept := filepath.Join(folder, "ho-so", c.GetUnitId())
	for _, name := range []string{"ho-so.json", "viec-da-lam.json", "lich-su.json", "lich-su-goc.json", "index.html"} {
		require.FileExists(t, filepath.Join(kept, name))
	}
	told, err := os.ReadFile(filepath.Join(kept, "lich-su.json"))
	require.NoError(t, err)
	require.NotContains(t, string(told), `"from_register"`, "it is told from the events, not from the register alone")
	for _, file := range r.getCase(t, c.GetId()).GetFiles() {
		found, err := filepath.Glob(filepath.Join(kept, "tep", "*-"+file.GetName()))
		require.NoError(t, err)
		require.NotEmpty(t, found, file.GetName())
	}
	page, err := os.ReadFile(filepath.Join(kept, "index.html"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(kept, "index.html"), append(page[:len(page)-1], ' '), 0o600))
	code, _, faults = terminal(t, "period", "verify", folder)
	require.Equal(t, 1, code)
	require.Contains(t, faults, "ho-so/"+c.GetUnitId()+"/index.html was changed")
}
