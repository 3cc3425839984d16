package journey

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"connectrpc.com/connect"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// stranger is a client that has no key, as whoever reads Temporal's store is.
func (r *running) stranger(t *testing.T) client.Client {
	t.Helper()
	connection, err := client.Dial(client.Options{HostPort: r.options.Config.TemporalAddr, Namespace: r.options.Config.TemporalNamespace})
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	return connection
}

// recorded is the history of a case as Temporal keeps it.
func (r *running) recorded(t *testing.T, id string) []*historypb.HistoryEvent {
	t.Helper()
	var events []*historypb.HistoryEvent
	for pages := r.stranger(t).GetWorkflowHistory(t.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); pages.HasNext(); {
		event, err := pages.Next()
		require.NoError(t, err)
		events = append(events, event)
	}
	return events
}

func bytesOf(t *testing.T, message proto.Message) string {
	t.Helper()
	text, err := proto.Marshal(message)
	require.NoError(t, err)
	return string(text)
}

// wordsOf are what a message says to people: every text in it that is more than an id, a date or a figure.
func wordsOf(message proto.Message) []string {
	var words []string
	_ = protorange.Range(message.ProtoReflect(), func(values protopath.Values) error {
		if text, is := values.Index(-1).Value.Interface().(string); is && (strings.Contains(text, " ") || utf8.RuneCountInString(text) < len(text)) {
			words = append(words, text)
		}
		return nil
	})
	slices.Sort(words)
	return slices.Compact(words)
}

func (r *running) told(t *testing.T, id string) *reportsv1.GetHistoryResponse {
	t.Helper()
	told, err := r.clients.Register.GetHistory(t.Context(), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: id}))
	require.NoError(t, err)
	return told.Msg
}

// lastOf is the case of an obligation, or of any, that no other test takes. A house that has just begun opens cases of the
// year to come among its first, and is waited for.
func (r *running) lastOf(t *testing.T, obligation string) *reportsv1.Case {
	t.Helper()
	var ours []*reportsv1.Case
	require.Eventually(t, func() bool {
		answer, err := r.clients.Register.ListCases(t.Context(), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationId: obligation, Limit: 500}))
		if err != nil {
			return false
		}
		// A case of a year to come was opened by one whose clock had been shifted, and goes by that clock.
		ours = slices.DeleteFunc(answer.Msg.GetCases(), func(c *reportsv1.Case) bool {
			_, _, period, malformed := contract.CaseIDParts(c.GetId())
			return malformed != nil || period >= strconv.Itoa(calendar.DateOf(time.Now()).Year()+1)
		})
		return len(ours) > 0
	}, patience, look)
	return r.getCase(t, ours[len(ours)-1].GetId())
}

func TestTemporalKeepsNoWordOfACase(t *testing.T) {
	c := standing.lastOf(t, "DT-01")
	contact := standing.holder(t, c.GetUnitId(), "contact")
	standing.shiftToNextRung(t, c)
	today := calendar.DateOf(time.Now())
	facts := map[string]string{"present": "21473", "opinions": "27319", "opinions_answered": "25177"}
	standing.recordExplained(t, contact, c.GetId(), &casefilev1.RecordStep{StepId: "hold", HeldOn: today.String(), Facts: facts})
	standing.act(t, contact, &casefilev1.Act{CaseId: c.GetId(), Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "đã gọi điện cho ông trưởng thôn"}}})

	history := &historypb.History{Events: standing.recorded(t, c.GetId())}
	described, err := standing.stranger(t).DescribeWorkflowExecution(t.Context(), c.GetId(), "")
	require.NoError(t, err)
	kept := bytesOf(t, history) + bytesOf(t, described)
	opened, err := wire.OpenHistory(history.GetEvents(), standing.payloads(t))
	require.NoError(t, err)
	plain := bytesOf(t, &historypb.History{Events: opened})

	words := wordsOf(standing.getCase(t, c.GetId()).GetInput())
	require.Greater(t, len(words), 10, "the input says something")
	for _, text := range words {
		require.Contains(t, plain, text, "the search finds what is there")
		require.NotContains(t, kept, text)
	}
	words = []string{standing.unitName(t, c.GetUnitId()), "Chờ đến", "đã gọi điện", "trưởng thôn", "21473", "27319", "25177", "opinions_answered", "titleVi", "title_vi", "nenep.casefile.v1", contact}
	for _, text := range words {
		require.NotContains(t, kept, text)
	}
	for _, text := range []string{"Chờ đến", "21473", "opinions_answered", "nenep.casefile.v1", contact} {
		require.Contains(t, plain, text, "the search finds what is there")
	}
	told := standing.told(t, c.GetId())
	require.Equal(t, told.GetEventsTotal(), told.GetEventsTold())
	require.False(t, told.GetFromRegister())
	require.True(t, slices.ContainsFunc(told.GetEntries(), func(e *reportsv1.HistoryEntry) bool { return strings.Contains(e.GetTextVi(), "21473") }), "%v", told.GetEntries())
}

func (r *running) payloads(t *testing.T) converter.DataConverter {
	t.Helper()
	payloads, err := r.options.Config.DataConverter()
	require.NoError(t, err)
	return payloads
}

// What a schedule starts, and what stands beside it for people, is no more readable than a case.
func TestTemporalKeepsNoWordOfASchedule(t *testing.T) {
	connection := standing.stranger(t)
	listed, err := connection.WorkflowService().ListSchedules(t.Context(), &workflowservice.ListSchedulesRequest{Namespace: standing.options.Config.TemporalNamespace, MaximumPageSize: 1000})
	require.NoError(t, err)
	require.NotEmpty(t, listed.GetSchedules())
	require.Greater(t, len(listed.GetSchedules()), 10)
	for _, schedule := range listed.GetSchedules() {
		described, err := connection.WorkflowService().DescribeSchedule(t.Context(), &workflowservice.DescribeScheduleRequest{Namespace: standing.options.Config.TemporalNamespace, ScheduleId: schedule.GetScheduleId()})
		require.NoError(t, err)
		kept := bytesOf(t, described) + bytesOf(t, schedule)
		require.True(t, utf8.RuneCountInString(kept) > 0)
		for _, text := range []string{"Đối chiếu", "Gửi ", "Xóa ", "Chốt ", "Chuyển ", "Kiểm tra", `"reason"`, `"schedule"`} {
			require.NotContains(t, kept, text, schedule.GetScheduleId())
		}
	}
}

// A house that wrote in clear gets a key, and another one, while a case runs. Without the former key the house does not start
// and says which it needs; with both the case goes on, and its history is told whole.
func TestAKeyIsRotatedWhileCasesRun(t *testing.T) {
	folder := t.TempDir()
	keysFile := filepath.Join(folder, "payload.keys")
	t.Setenv("NENEP_PAYLOAD_KEYS", "plain")
	inClear := startSeparate(t, folder, nil)
	inClear.await(t, "Opening the current periods")
	require.NoError(t, inClear.connect())
	inClear.awaitCases(t, 20)
	c := inClear.lastOf(t, "")
	contact := inClear.holder(t, c.GetUnitId(), "contact")
	note := func(words string) *casefilev1.Act {
		return &casefilev1.Act{ActId: words, CaseId: c.GetId(), Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: words}}}
	}
	inClear.act(t, contact, note("note-in-clear"))
	inClear.kill(t)
	require.NoFileExists(t, keysFile)
	t.Setenv("NENEP_PAYLOAD_KEYS", "")

	first := startSeparate(t, folder, &inClear.options)
	first.await(t, "Opening the current periods")
	require.NoError(t, first.connect())
	oldKey := first.options.Config.PayloadKeys
	require.True(t, strings.HasPrefix(oldKey, "first:"), "the folder gained a key")
	first.acts(t, contact, note("note-by-the-first"))
	first.kill(t)

	newKey, err := wire.NewPayloadKey("second")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(keysFile, []byte(newKey+"\n"), 0o600))
	said := startSeparateExpectingFailure(t, folder, first.options)
	require.Contains(t, said, `the payload is encrypted with the key "first", which NENEP_PAYLOAD_KEYS does not hold`)

	require.NoError(t, os.WriteFile(keysFile, []byte(newKey+","+oldKey+"\n"), 0o600))
	both := startSeparate(t, folder, &first.options)
	both.await(t, "Opening the current periods")
	require.NoError(t, both.connect())
	both.acts(t, contact, note("note-by-the-second"))
	told := both.told(t, c.GetId())
	require.Equal(t, told.GetEventsTotal(), told.GetEventsTold())
	keys := map[string]bool{}
	for _, event := range both.recorded(t, c.GetId()) {
		keys[""] = keys[""] || strings.Contains(bytesOf(t, event), "nenep.casefile.v1")
		for _, id := range []string{"first", "second"} {
			keys[id] = keys[id] || strings.Contains(bytesOf(t, event), "encryption-key-id\x12"+string(rune(len(id)))+id)
		}
	}
	require.Equal(t, map[string]bool{"": true, "first": true, "second": true}, keys, "what was recorded stays as it was, new events come under the new key")
	code, out, faults := both.keysUsed(t, newKey+","+oldKey)
	require.Zero(t, code, faults)
	require.Regexp(t, `(?m)^first +[1-9].* yes +is needed$`, out)
	require.Regexp(t, `(?m)^second +[1-9].* first +encrypts$`, out)
	code, _, faults = both.keysUsed(t, newKey)
	require.Equal(t, 1, code)
	require.Contains(t, faults, `the key "first" is needed and NENEP_PAYLOAD_KEYS does not hold it`)
	both.kill(t)
}

// A key that cannot be read is told, and never written over: what Temporal keeps would be lost with it.
func TestADamagedFileOfPayloadKeysIsNamedAndKept(t *testing.T) {
	folder, options := t.TempDir(), standing.options
	takeFreeAddresses(&options)
	file := filepath.Join(folder, "payload.keys")
	require.NoError(t, os.WriteFile(file, []byte("first:c2VjcmV0\n"), 0o600))
	said := startSeparateExpectingFailure(t, folder, options)
	require.Contains(t, said, "payload.keys is damaged: restore it from a backup")
	require.Contains(t, said, `the key "first" has 6 bytes and must have 32`)
	require.NotContains(t, said, "c2VjcmV0")
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "first:c2VjcmV0\n", string(kept))
}

// acts delivers an act to a house that has just started and opens thousands of cases meanwhile: until it is the act's turn it is sent again.
func (r *running) acts(t *testing.T, official string, act *casefilev1.Act) {
	t.Helper()
	require.Eventually(t, func() bool {
		outcome, err := r.tryAct(t, official, act)
		return err == nil && outcome.GetState() != nil
	}, 5*patience, 10*look, act.GetActId())
}

// keysUsed asks at a terminal which keys are still needed.
func (r *running) keysUsed(t *testing.T, keys string) (code int, out, faults string) {
	t.Helper()
	t.Setenv("NENEP_TEMPORAL_ADDR", r.options.Config.TemporalAddr)
	t.Setenv("NENEP_PAYLOAD_KEYS", keys)
	defer t.Setenv("NENEP_PAYLOAD_KEYS", "")
	return terminal(t, "keys", "payload", "used")
}

// The Temporal Web UI shows what is in a payload to an administrator who has signed in at the portal, and to nobody else.
func TestTheTemporalUIShowsPayloadsToWhoeverMayReadThem(t *testing.T) {
	c := standing.lastOf(t, "DT-01")
	page := fmt.Sprintf("%s/namespaces/%s/workflows/%s/%s/history", "http://"+standing.options.Config.TemporalUIAddr,
		standing.options.Config.TemporalNamespace, strings.ReplaceAll(c.GetId(), "/", "%2F"), c.GetRunId())

	b := openBrowser(t)
	b.visit("/dang-nhap")
	b.signIn(standing.holder(t, "VP-TU", "administrator"), "")
	b.run(chromedp.Navigate(page), chromedp.WaitVisible(`//*[contains(text(), "Chờ đến")]`, chromedp.BySearch))
	require.Contains(t, b.text("body"), c.GetInput().GetDue().GetWhy().GetGround().GetDocument(), "the input, whole")
	b.picture("temporal-ui-administrator")

	reader := openBrowser(t)
	reader.visit("/dang-nhap")
	reader.signIn(standing.holder(t, c.GetUnitId(), "contact"), standing.unitName(t, c.GetUnitId()))
	reader.run(chromedp.Navigate(page), chromedp.WaitVisible(`//*[contains(text(), "`+contract.AnnualDialogue+`")]`, chromedp.BySearch))
	require.NotContains(t, reader.text("body"), "Chờ đến")
	require.NotContains(t, reader.text("body"), c.GetInput().GetDue().GetWhy().GetGround().GetDocument())
	reader.picture("temporal-ui-contact")
}

// Search attributes are the one thing that no codec encrypts: of every workflow there is, by every name, only ids, dates and states.
func TestEverySearchAttributeInTemporalIsAnIDOrADate(t *testing.T) {
	connection, namespace := standing.stranger(t), standing.options.Config.TemporalNamespace
	registered, err := connection.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	require.NoError(t, err)
	for name := range registered.GetCustomAttributes() {
		require.Contains(t, contract.AttributeForms, name)
	}
	seen := map[string]int{}
	request := &workflowservice.ListWorkflowExecutionsRequest{Namespace: namespace, PageSize: 1000}
	for {
		page, err := connection.ListWorkflow(t.Context(), request)
		require.NoError(t, err)
		for _, found := range page.GetExecutions() {
			require.Empty(t, found.GetMemo().GetFields(), found.GetExecution().GetWorkflowId())
			for name, payload := range found.GetSearchAttributes().GetIndexedFields() {
				require.Contains(t, contract.AttributeForms, name)
				var value any
				require.NoError(t, wire.DataConverter().FromPayload(payload, &value))
				values, several := value.([]any)
				if !several {
					values = []any{value}
				}
				for _, one := range values {
					require.Regexp(t, contract.AttributeForms[name], one, "%s of %s", name, found.GetExecution().GetWorkflowId())
					seen[name]++
				}
			}
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			break
		}
	}
	for name := range registered.GetCustomAttributes() {
		require.Greater(t, seen[name], 100, name)
	}
}
