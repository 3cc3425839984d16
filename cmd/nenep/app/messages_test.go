package app

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	"nenep/proto/wire"
)

// ledger is what the commands meet on the other side of the wire: it keeps what it is asked.
type ledger struct {
	notificationsv1connect.UnimplementedNotificationsServiceHandler
	listed    *notificationsv1.ListMessagesRequest
	bounced   *notificationsv1.TakeCallbackRequest
	chosen    *notificationsv1.Preferences
	previewed *notificationsv1.PreviewLetterRequest
	caller    wire.Identity
}

func (l *ledger) ListMessages(_ context.Context, r *connect.Request[notificationsv1.ListMessagesRequest]) (*connect.Response[notificationsv1.ListMessagesResponse], error) {
	l.listed = r.Msg
	return connect.NewResponse(&notificationsv1.ListMessagesResponse{Total: 3, Messages: []*notificationsv1.Message{
		{Id: "7", State: "dropped", Role: "head", Channel: "email", Template: "overdue-head", Subject: "[Nề Nếp] Đối thoại"},
		{Id: "8", State: "sent", OfficialId: "CB-2", DelegatedBy: "CB-1", Channel: "email"},
	}}), nil
}

func (l *ledger) ExportMessages(ctx context.Context, r *connect.Request[notificationsv1.ListMessagesRequest], stream *connect.ServerStream[notificationsv1.ExportMessagesResponse]) error {
	l.listed, l.caller = r.Msg, wire.IdentityOf(ctx)
	if r.Msg.GetCaseId() == "broken" {
		_ = stream.Send(&notificationsv1.ExportMessagesResponse{Content: []byte("half")})
		return wire.ConnectError(wire.Refuse(contract.CodeUnavailable, "Sổ không đọc được.", "The ledger cannot be read."))
	}
	for _, part := range []string{"\uFEFFma,nguoi\r\n", "7,CB-1\r\n"} {
		if err := stream.Send(&notificationsv1.ExportMessagesResponse{Content: []byte(part)}); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) TakeCallback(_ context.Context, r *connect.Request[notificationsv1.TakeCallbackRequest]) (*connect.Response[notificationsv1.TakeCallbackResponse], error) {
	l.bounced = r.Msg
	return connect.NewResponse(&notificationsv1.TakeCallbackResponse{Known: true}), nil
}

func (l *ledger) GetPreferences(context.Context, *connect.Request[notificationsv1.GetPreferencesRequest]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	return connect.NewResponse(&notificationsv1.GetPreferencesResponse{Windows: []string{"07:30", "11:00"}, Preferences: &notificationsv1.Preferences{
		Language: "vi", Window: "07:30", Channels: []string{"email"}, Consents: []*notificationsv1.Consent{{Channel: "sms", On: "2026-01-05"}},
	}}), nil
}

func (l *ledger) SetPreferences(_ context.Context, r *connect.Request[notificationsv1.Preferences]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	l.chosen = r.Msg
	return connect.NewResponse(&notificationsv1.GetPreferencesResponse{Preferences: r.Msg}), nil
}

func (l *ledger) PreviewLetter(_ context.Context, r *connect.Request[notificationsv1.PreviewLetterRequest]) (*connect.Response[notificationsv1.PreviewLetterResponse], error) {
	l.previewed = r.Msg
	return connect.NewResponse(&notificationsv1.PreviewLetterResponse{Role: "head", Subject: "[Nề Nếp] Đối thoại", Text: "Kính gửi\n", Short: "Nề Nếp: DT-01", Html: "<p>Kính gửi</p>"}), nil
}

func (l *ledger) PrintLetter(context.Context, *connect.Request[notificationsv1.PrintLetterRequest]) (*connect.Response[notificationsv1.PrintLetterResponse], error) {
	return connect.NewResponse(&notificationsv1.PrintLetterResponse{Content: []byte("docx"), Filename: "don-doc.docx"}), nil
}

// atTheLedger runs command lines against a ledger that asks for a token of the house.
func atTheLedger(t *testing.T) (*ledger, func(in string, arguments ...string) (int, string, string)) {
	t.Helper()
	key := strings.Repeat("k", 32)
	l := &ledger{}
	mux := http.NewServeMux()
	mux.Handle(notificationsv1connect.NewNotificationsServiceHandler(l, connect.WithInterceptors(wire.Config{ServiceKey: key}.Listener("notifications").RequireToken(zap.NewNop()))))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Setenv("NENEP_NOTIFICATIONS_URL", server.URL)
	t.Setenv("NENEP_SERVICE_KEY", key)
	return l, func(in string, arguments ...string) (int, string, string) {
		var out, faults bytes.Buffer
		root := newRoot()
		root.SetArgs(append([]string{"notifications"}, arguments...))
		root.SetIn(strings.NewReader(in))
		root.SetOut(&out)
		root.SetErr(&faults)
		return report(root.ExecuteContext(t.Context()), &faults), out.String(), faults.String()
	}
}

func TestTheLedgerIsSearchedByEveryFilter(t *testing.T) {
	l, run := atTheLedger(t)
	code, out, faults := run("", "list", "--case", "DT-01/A/2026", "--official", "CB-1", "--unit", "A", "--state", "sent", "--channel", "email", "--template", "reminder",
		"--from", "2026-11-01", "--to", "2026-11-30", "--text", "đối thoại", "--nobody", "--sender", "B", "--limit", "2", "--offset", "0")
	require.Zero(t, code, faults)
	require.Equal(t, []string{"DT-01/A/2026", "CB-1", "A", "sent", "email", "reminder", "2026-11-01", "2026-11-30", "đối thoại", "B"}, []string{
		l.listed.GetCaseId(), l.listed.GetOfficialId(), l.listed.GetUnitId(), l.listed.GetState(), l.listed.GetChannel(), l.listed.GetTemplate(),
		l.listed.GetFrom(), l.listed.GetTo(), l.listed.GetText(), l.listed.GetSenderUnitId()})
	require.True(t, l.listed.GetNobody())
	for _, said := range []string{"nobody is head", "CB-2 for CB-1", "… 1 more: --offset 2"} {
		require.Contains(t, out, said)
	}
	code, out, _ = run("", "drafts", "--sender", "B", "--json")
	require.Zero(t, code)
	require.Equal(t, "draft", l.listed.GetState())
	require.Contains(t, out, `"total": 3`)
}

func TestTheLedgerIsExportedIntoANewFile(t *testing.T) {
	l, run := atTheLedger(t)
	file := filepath.Join(t.TempDir(), "so.csv")
	code, _, faults := run("", "export", file, "--from", "2026-01-01")
	require.Zero(t, code, faults)
	require.Equal(t, "terminal", l.caller.Service, "a stream shows its token as well")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "\uFEFFma,nguoi\r\n7,CB-1\r\n", string(content))

	code, _, faults = run("", "export", file)
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "đã có")
	code, out, _ := run("", "export", "-")
	require.Zero(t, code)
	require.Contains(t, out, "7,CB-1")

	half := filepath.Join(t.TempDir(), "half.csv")
	code, _, faults = run("", "export", half, "--case", "broken")
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "Sổ không đọc được.")
	require.NoFileExists(t, half, "half an archive is none")
}

func TestABounceIsReadFromTheStandardInput(t *testing.T) {
	l, run := atTheLedger(t)
	code, out, faults := run("From: MAILER-DAEMON\r\n\r\nkhông tới", "bounce")
	require.Zero(t, code, faults)
	require.Equal(t, []string{"email", "From: MAILER-DAEMON\r\n\r\nkhông tới"}, []string{l.bounced.GetChannel(), string(l.bounced.GetBody())})
	require.Contains(t, out, "true")
}

func TestPreferencesAreShownAndChanged(t *testing.T) {
	l, run := atTheLedger(t)
	code, out, faults := run("", "preferences", "CB-1")
	require.Zero(t, code, faults)
	require.Contains(t, out, "07:30, 11:00")
	require.Contains(t, out, "agreed to sms")
	require.Nil(t, l.chosen, "to look changes nothing")

	code, _, faults = run("", "preferences", "CB-1", "--window", "11:00", "--channels", "zalo,email", "--consent", "zalo=2026-11-23", "--consent", "sms=")
	require.Zero(t, code, faults)
	require.Equal(t, []string{"CB-1", "vi", "11:00", "zalo email"}, []string{l.chosen.GetOfficialId(), l.chosen.GetLanguage(), l.chosen.GetWindow(), strings.Join(l.chosen.GetChannels(), " ")})
	require.Len(t, l.chosen.GetConsents(), 1)
	require.Equal(t, "2026-11-23", l.chosen.GetConsents()[0].GetOn())
}

func TestALetterIsPreviewedAndPrinted(t *testing.T) {
	l, run := atTheLedger(t)
	code, out, faults := run("", "preview", "DT-01", "--rung", "overdue-1", "--unit", "A", "--language", "en")
	require.Zero(t, code, faults)
	require.Equal(t, []string{"DT-01", "overdue-1", "A", "en"}, []string{l.previewed.GetObligationId(), l.previewed.GetRungId(), l.previewed.GetUnitId(), l.previewed.GetLanguage()})
	require.Equal(t, "To: head\nSubject: [Nề Nếp] Đối thoại\n\nKính gửi\n\nSMS: Nề Nếp: DT-01\n", out)
	_, out, _ = run("", "preview", "DT-01", "--template", "returned", "--html")
	require.Equal(t, "<p>Kính gửi</p>\n", out)

	file := filepath.Join(t.TempDir(), "thu.docx")
	code, _, faults = run("", "print", "DT-01/A/2026", "--out", file)
	require.Zero(t, code, faults)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "docx", string(content))
}
