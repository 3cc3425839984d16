package journey

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"nenep/cmd/nenep/app"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// terminal runs `nenep` as a person at a terminal would, against the standing house.
func terminal(t *testing.T, arguments ...string) (code int, out, faults string) {
	t.Helper()
	cfg := standing.options.Config
	for name, value := range map[string]string{
		"NENEP_SERVICE_KEY": cfg.ServiceKey, "NENEP_UNITS_URL": cfg.UnitsURL, "NENEP_REPORTS_URL": cfg.ReportsURL,
		"NENEP_NOTIFICATIONS_URL": cfg.NotificationsURL, "NENEP_PORTAL_URL": cfg.PortalURL,
	} {
		t.Setenv(name, value)
	}
	var stdout, stderr bytes.Buffer
	code = app.Main(arguments, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestAtTheTerminalEverythingIsThere(t *testing.T) {
	for _, command := range []struct{ line, shows string }{
		{"area list --level commune --on 2026-11-23", "12205-2507"},
		{"area show 12205-2507 --json", `"name": "Xã Khoái Châu"`},
		{"unit list --name khoai", "UBND-12205-2507"},
		{"unit show UBND-12205-2507", "head"},
		{"case list --obligation DT-01 --unit UBND-12205-2507", "DT-01/UBND-12205-2507/"},
		{"case list --state open --json", `"counts"`},
		{"catalogue show DT-01", "đối thoại"},
		{"catalogue check", "Danh mục đúng"},
		{"audit verify", "true"},
		{"config", "NENEP_PORTAL_ADDR"},
		{"event list --json", "BCD-0"},
		{"notifications list", "TEMPLATE"},
	} {
		code, out, faults := terminal(t, strings.Fields(command.line)...)
		require.Zero(t, code, "%s: %s", command.line, faults)
		require.Contains(t, out, command.shows, command.line)
	}
}

func TestAnActAtTheTerminalIsTheSameAct(t *testing.T) {
	const unit = "UBND-12223-2507"
	c := standing.currentCase(t, "DT-01", unit)
	contact := standing.holder(t, unit, "contact")
	code, out, faults := terminal(t, "case", "note", c.GetId(), "--words", "Đã gọi điện", "--as", contact, "--act-id", "note-at-the-terminal")
	require.Zero(t, code, faults)
	require.Contains(t, out, "open")
	code, _, faults = terminal(t, "case", "history", c.GetId())
	require.Zero(t, code, faults)
	code, _, faults = terminal(t, "case", "submit", c.GetId(), "--as", contact)
	require.Equal(t, 2, code, "what is missing is a refusal")
	require.Contains(t, faults, "Còn thiếu")
}

func TestBadInputAtTheTerminalIsASentenceAndANonZeroExit(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "units.tsv")
	require.NoError(t, os.WriteFile(bad, []byte("id\tkind\tname\tarea\tparent\tsuperior\treviewer\tvalid_from\tvalid_to\tstaff\n"+
		"SO-MOI\tdepartment\tSở Mới\t33-2507\tKHONG-CO\t\t\t2026-01-01\t\t12\n"), 0o600))
	for _, command := range []struct{ line, says string }{
		{"unit show KHONG-CO", "KHONG-CO"},
		{"area list --on 2026-13-40", "2026-13-40"},
		{"case show DT-01/KHONG-CO/2026", "DT-01/KHONG-CO/2026"},
		{"case show not-a-case", "not-a-case"},
		{"case list --state unknown", "unknown"},
		{"case list --unit KHONG-CO", "KHONG-CO"},
		{"case list --obligation DT-99", "DT-99"},
		{"case list --period 2026-Q9", "2026-Q9"},
		{"unit list --kind nonsense", "nonsense"},
		{"unit list --area 99999-9999", "99999-9999"},
		{"unit list --parent KHONG-CO", "KHONG-CO"},
		{"catalogue show DT-99", "DT-99"},
		{"event record --obligation DT-99 --unit SO-NV --on 2026-01-01", "DT-99"},
		{"event record --obligation BCD-04 --unit KHONG-CO --on 2026-01-01", "KHONG-CO"},
		{"import units " + bad, "KHONG-CO"},
		{"serve nothing", "nothing"},
		{"case show", "case show"},
	} {
		code, out, faults := terminal(t, strings.Fields(command.line)...)
		require.NotZero(t, code, command.line)
		require.Contains(t, out+faults, command.says, command.line)
	}
}

func TestACatalogueWithASpellingMistakeIsRefusedAtItsLine(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join("..", "..", "rules", "catalogue", "hung-yen"))))
	file := filepath.Join(folder, "obligations", "DT-01.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, bytes.Replace(text, []byte("duty_step: hold"), []byte("duty_setp: hold"), 1), 0o600))
	code, _, faults := terminal(t, "catalogue", "check", folder)
	require.Equal(t, 2, code)
	require.Contains(t, faults, "DT-01.yaml")
	require.Contains(t, faults, "duty_setp")
}

func TestTheSameActTwiceGetsTheFirstAnswerAndAnotherUnderItsIdIsRefused(t *testing.T) {
	const unit = "UBND-11983-2507"
	c := standing.currentCase(t, "DT-01", unit)
	contact := standing.holder(t, unit, "contact")
	note := func(words string) *casefilev1.Act {
		return &casefilev1.Act{ActId: "the-same-note", CaseId: c.GetId(), Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: words}}}
	}
	first := standing.act(t, contact, note("một"))
	events := len(standing.history(t, c.GetId()).GetEvents())
	second := standing.act(t, contact, note("một"))
	require.Equal(t, first.GetState().GetSequence(), second.GetState().GetSequence())
	require.Len(t, standing.history(t, c.GetId()).GetEvents(), events, "nothing happened a second time")
	require.Equal(t, contract.CodeConflict, standing.refused(t, contact, note("hai")).GetCode())
}

func TestWhoMayNotAndWhatTheStateForbidsIsRefusedInVietnamese(t *testing.T) {
	const unit = "UBND-11983-2507"
	c := standing.currentCase(t, "DT-01", unit)
	contact, stranger := standing.holder(t, unit, "contact"), standing.holder(t, "UBND-12205-2507", "contact")
	reviewer := standing.holder(t, unit, "reviewer")
	events := len(standing.history(t, c.GetId()).GetEvents())

	require.Equal(t, contract.CodeForbidden, standing.refused(t, stranger, submit(c.GetId())).GetCode())
	require.Equal(t, contract.CodeForbidden, standing.refused(t, contact, accept(c.GetId())).GetCode(), "nobody reviews his own unit")
	wrong := standing.refused(t, reviewer, accept(c.GetId()))
	require.Equal(t, contract.CodeWrongState, wrong.GetCode())
	require.Contains(t, wrong.GetTextVi(), "đang thực hiện")
	require.Contains(t, standing.refused(t, contact, submit(c.GetId())).GetTextVi(), "Còn thiếu")
	require.Equal(t, contract.CodeNotFound, standing.refused(t, contact, submit("DT-01/UBND-11983-2507/1999")).GetCode())
	bad := &casefilev1.Act{CaseId: c.GetId(), Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
		StepId: "hold", HeldOn: "2026-02-30", Facts: map[string]string{"present": "nhiều", "opinions": "2", "opinions_answered": "3"},
	}}}
	require.GreaterOrEqual(t, len(standing.refused(t, contact, bad).GetFields()), 2, "every bad field at once")
	require.Len(t, standing.history(t, c.GetId()).GetEvents(), events, "no refusal is written")
}

func TestFilesThatAreNotEvidenceAreRefused(t *testing.T) {
	const unit = "UBND-11983-2507"
	c := standing.currentCase(t, "DT-01", unit)
	contact := standing.holder(t, unit, "contact")
	for _, file := range []struct {
		name    string
		content io.Reader
		says    string
	}{
		{"trong.pdf", strings.NewReader(""), "không có nội dung"},
		{"to.pdf", io.MultiReader(bytes.NewReader(onePagePDF), io.LimitReader(zeros{}, 200<<20)), "quá mức"},
		{"bien-ban.pdf", strings.NewReader("MZ this is a program"), "bên trong là"},
		{"chay.exe", strings.NewReader("MZ\x90\x00"), "không nhận tệp"},
	} {
		_, refusal := standing.upload(t, contact, c.GetId(), "minutes", file.name, file.content)
		require.NotNil(t, refusal, file.name)
		require.Contains(t, refusal.GetTextVi(), file.says)
	}
	hostile, refusal := standing.upload(t, contact, c.GetId(), "minutes", "../../etc/passwd\r\nX: y.pdf", bytes.NewReader(onePagePDF))
	require.Nil(t, refusal)
	require.NotContains(t, hostile.GetName(), "/")
	require.NotContains(t, hostile.GetName(), "\n")
	again, refusal := standing.upload(t, contact, c.GetId(), "minutes", hostile.GetName(), bytes.NewReader(onePagePDF))
	require.Nil(t, refusal)
	require.Equal(t, hostile.GetId(), again.GetId(), "the same file again is the same file")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestTemporalFiltersByWhatSupervisorsAskFor(t *testing.T) {
	for query, atLeast := range map[string]int64{
		`WorkflowType = "AnnualDialogue" AND NenepObligation = "DT-01" AND NenepState = "open"`: 90,
		`NenepUnit = "UBND-12205-2507"`:                                           1,
		`WorkflowType = "SemiannualReport" AND NenepDue > "2024-01-01T00:00:00Z"`: 100,
		`WorkflowType = "CadreConference" AND NenepArea = "12205-2507"`:           1,
		`WorkflowType = "CommitteeRestructuring"`:                                 3,
	} {
		require.Eventually(t, func() bool {
			answer, err := standing.temporal.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{
				Namespace: standing.options.Config.TemporalNamespace, Query: query,
			})
			return err == nil && answer.GetCount() >= atLeast
		}, patience, look, query)
	}
}

func TestTheRegisterAgreesWithTemporal(t *testing.T) {
	answer, err := standing.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{State: "open", Limit: 20}))
	require.NoError(t, err)
	for _, c := range answer.Msg.GetCases() {
		value, err := standing.temporal.QueryWorkflow(t.Context(), c.GetId(), "", contract.QueryState)
		require.NoError(t, err)
		state := &casefilev1.CaseState{}
		require.NoError(t, value.Get(state))
		require.Equal(t, state.GetState(), c.GetState().GetState(), fmt.Sprint(c.GetId()))
	}
}
