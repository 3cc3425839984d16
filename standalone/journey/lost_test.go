package journey

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// A workflow is ended by hand, and another time deleted: the case begins again with all it was, nobody is told twice, and its history says what
// happened.
func TestALostCaseIsOpenedAgainFromTheRegister(t *testing.T) {
	const unit = "UBND-11992-2507"
	contact, administrator := standing.holder(t, unit, "contact"), standing.holder(t, "VP-TU", "administrator")
	c := standing.currentCase(t, "HN-01", unit)
	id := c.GetId()
	standing.shiftAs(t, contact, c)
	standing.awaitMail(t, standing.email(t, contact), id)
	standing.act(t, contact, &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "Đã gọi điện, đang chuẩn bị"}}})
	standing.act(t, contact, &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_Explain{Explain: &casefilev1.Explain{Words: "Chờ số liệu", Document: "12/BC-UBND"}}})
	before := standing.awaitCase(t, id, func(c *reportsv1.Case) bool {
		return len(c.GetState().GetFired()) > 0 && c.GetState().GetExplainedActId() != ""
	})
	told := len(standing.messages(t, &notificationsv1.ListMessagesRequest{CaseId: id, Limit: 1000}))
	code, _, faults := terminal(t, "case", "reopen", id, "--words", "thử", "--as", administrator)
	require.Equal(t, 2, code)
	require.Contains(t, faults, "không mất")

	for i, lose := range []func(*testing.T, string){standing.terminate, standing.remove} {
		lose(t, id)
		code, out, faults := terminal(t, "case", "show", id)
		require.Zero(t, code, faults)
		require.Contains(t, out, "nenep case reopen "+id)
		code, out, faults = terminal(t, "register", "lost")
		require.Zero(t, code, faults)
		require.Contains(t, out, id)
		if i == 0 {
			code, _, faults = terminal(t, "case", "reopen", id, "--as", administrator)
			require.Equal(t, 2, code, "without a reason nothing is done")
			require.Contains(t, faults, "words")
			code, out, faults = terminal(t, "case", "reopen", id, "--words", "Dừng nhầm trong Temporal", "--as", administrator)
		} else {
			code, out, faults = terminal(t, "register", "lost", "--reopen", "--words", "Xóa nhầm trong Temporal", "--as", administrator)
		}
		require.Zero(t, code, faults)
		require.Contains(t, out, id)

		after := standing.awaitCase(t, id, func(c *reportsv1.Case) bool {
			return c.GetState().GetSequence() > before.GetState().GetSequence()+int64(i)
		})
		require.NotEqual(t, before.GetRunId(), after.GetRunId())
		require.Equal(t, withoutClock(before.GetState()).String(), withoutClock(after.GetState()).String(), "it is what it was")
		require.Len(t, standing.messages(t, &notificationsv1.ListMessagesRequest{CaseId: id, Limit: 1000}), told, "nobody hears twice")
		history, err := standing.clients.Register.GetHistory(t.Context(), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: id}))
		require.NoError(t, err)
		require.False(t, history.Msg.GetFromRegister())
		require.Equal(t, history.Msg.GetEventsTotal(), history.Msg.GetEventsTold(), "every event is told")
		opened := history.Msg.GetEntries()[0].GetTextVi()
		require.Contains(t, opened, "Mở lại hồ sơ từ sổ theo dõi ngày "+calendar.DateOf(time.Now()).Vietnamese())
		require.Contains(t, opened, []string{"đã bị dừng", "Temporal không còn lần chạy"}[i])
		require.Contains(t, opened, []string{"Dừng nhầm trong Temporal", "Xóa nhầm trong Temporal"}[i])
		require.True(t, strings.Contains(toldWhole(history.Msg), "Đã gọi điện, đang chuẩn bị"))
		require.Zero(t, differences(t, "--case", id))
	}
}

// Rows of the register are damaged; the rebuild names what differs, and repairs it. A register that agrees is left as it is.
func TestADamagedRegisterIsRebuiltFromTemporal(t *testing.T) {
	const unit = "UBND-11995-2507"
	contact, administrator := standing.holder(t, unit, "contact"), standing.holder(t, "VP-TU", "administrator")
	c := standing.currentCase(t, "DT-01", unit)
	id := c.GetId()
	standing.act(t, contact, &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "Đã gọi điện"}}})
	before := standing.getCase(t, id)
	began := time.Now()
	report := rebuilt(t, "--dry-run")
	t.Logf("a register of %d cases compared in %.1f s", report.Checked, time.Since(began).Seconds())
	require.Empty(t, report.Differences, "a register that agrees is left as it is")
	require.Empty(t, report.Unread)

	standing.execute(t, "UPDATE reports.cases SET state = 'accepted', due_day = '2020-01-01', state_body = jsonb_set(state_body, '{due_day}', '\"2020-01-01\"') WHERE id = $1", id)
	report = rebuilt(t, "--dry-run", "--case", id)
	fields := []string{}
	for _, d := range report.Differences {
		fields = append(fields, d.Field)
	}
	require.Equal(t, []string{"due_day", "state"}, fields)
	report = rebuilt(t, "--case", id, "--words", "Sửa sau khi đĩa lỗi", "--as", administrator)
	require.Equal(t, 1, report.Written)
	require.Equal(t, before.GetState().String(), standing.getCase(t, id).GetState().String())
	require.Empty(t, rebuilt(t, "--dry-run", "--case", id).Differences)
}

// report is what `nenep register rebuild --json` prints.
type report struct {
	Checked     int `json:"checked"`
	Written     int `json:"written"`
	Differences []struct {
		CaseID string `json:"case_id"`
		Field  string `json:"field"`
	} `json:"differences"`
	Unread []string `json:"unread_case_ids"`
}

func rebuilt(t *testing.T, arguments ...string) report {
	t.Helper()
	code, out, faults := terminal(t, append([]string{"register", "rebuild", "--json"}, arguments...)...)
	require.Zero(t, code, faults)
	var said report
	require.NoError(t, json.Unmarshal([]byte(out), &said), out)
	return said
}

func differences(t *testing.T, arguments ...string) int {
	t.Helper()
	return len(rebuilt(t, append([]string{"--dry-run"}, arguments...)...).Differences)
}

func toldWhole(history *reportsv1.GetHistoryResponse) string {
	var whole strings.Builder
	for _, entry := range history.GetEntries() {
		whole.WriteString(entry.GetTextVi() + "\n")
	}
	return whole.String()
}

// withoutClock leaves out what a clock that goes on changes, and how often the register was written.
func withoutClock(state *casefilev1.CaseState) *casefilev1.CaseState {
	state.Sequence, state.LateWorkingDays, state.NextRungDay = 0, 0, ""
	return state
}

// terminate ends a case's workflow as somebody does in the Temporal Web UI.
func (r *running) terminate(t *testing.T, id string) {
	t.Helper()
	require.NoError(t, r.temporal.TerminateWorkflow(t.Context(), id, "", "bấm nhầm"))
}

// remove deletes a running workflow with its history.
func (r *running) remove(t *testing.T, id string) {
	t.Helper()
	_, err := r.temporal.WorkflowService().DeleteWorkflowExecution(t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: r.options.Config.TemporalNamespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id}})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		described, err := r.temporal.DescribeWorkflowExecution(t.Context(), id, "")
		var missing *serviceerror.NotFound
		return errors.As(err, &missing) || err == nil && described.GetWorkflowExecutionInfo().GetCloseTime() != nil
	}, patience, look)
}

// execute changes a row behind the services' back.
func (r *running) execute(t *testing.T, statement string, arguments ...any) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), databaseOf(t, r.options.Data))
	require.NoError(t, err)
	defer func() { _ = db.Close(t.Context()) }()
	_, err = db.Exec(t.Context(), statement, arguments...)
	require.NoError(t, err)
}
