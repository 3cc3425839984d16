package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// receiver is another system: it answers as told and keeps what it heard.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	heard   []heard
	answers func(w http.ResponseWriter, call int)
}

type heard struct {
	header http.Header
	body   string
}

func newReceiver(t *testing.T, answers func(w http.ResponseWriter, call int)) *receiver {
	t.Helper()
	r := &receiver{answers: answers}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		r.heard = append(r.heard, heard{request.Header, string(body)})
		call := len(r.heard)
		r.mu.Unlock()
		r.answers(w, call)
	}))
	t.Cleanup(r.Close)
	return r
}

func answering(status int) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) { w.WriteHeader(status) }
}

func (r *receiver) kinds() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, one := range r.heard {
		var event struct{ Type string }
		_ = json.Unmarshal([]byte(one.body), &event)
		all = append(all, event.Type)
	}
	return all
}

func loopbackAllowed(cfg *wire.Config, _ *Options) { cfg.WebhookNetworks = []string{"127.0.0.0/8"} }

func (h *house) subscribe(address string, change ...func(*reportsv1.CreateWebhookRequest)) *reportsv1.Webhook {
	asked := &reportsv1.CreateWebhookRequest{Name: "Phần mềm văn bản", Url: address, IdempotencyKey: address}
	for _, one := range change {
		one(asked)
	}
	answer, err := h.portal().Webhooks.CreateWebhook(h.as(administrator), connect.NewRequest(asked))
	require.NoError(h.t, err)
	return answer.Msg
}

func (h *house) tell(id string) *reportsv1.DeliverWebhookResponse {
	answer, err := h.worker().Webhooks.DeliverWebhook(h.t.Context(), connect.NewRequest(&reportsv1.DeliverWebhookRequest{Id: id}))
	require.NoError(h.t, err)
	return answer.Msg
}

func (h *house) deliveries(id string) []*reportsv1.WebhookDelivery {
	answer, err := h.portal().Webhooks.ListWebhookDeliveries(h.as(administrator), connect.NewRequest(&reportsv1.ListWebhookDeliveriesRequest{WebhookId: id}))
	require.NoError(h.t, err)
	return answer.Msg.GetDeliveries()
}

func (h *house) webhook(id string) *reportsv1.Webhook {
	answer, err := h.portal().Webhooks.ListWebhooks(h.as(administrator), connect.NewRequest(&reportsv1.ListWebhooksRequest{}))
	require.NoError(h.t, err)
	for _, one := range answer.Msg.GetWebhooks() {
		if one.GetId() == id {
			return one
		}
	}
	require.Fail(h.t, "no such webhook")
	return nil
}

func inState(state casefilev1.State) func(*casefilev1.CaseState) {
	return func(s *casefilev1.CaseState) { s.State = state }
}

func TestASubscriberHearsEveryChangeOfStateInOrderAndSigned(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, answering(http.StatusNoContent))
	made := h.subscribe(r.URL)
	require.True(t, strings.HasPrefix(made.GetSecret(), "whsec_"))
	h.openCase()
	h.progress(dialogue, 2, contract.ProgressStepRecorded, func(*casefilev1.CaseState) {})
	h.progress(dialogue, 3, contract.ProgressSubmitted, inState(casefilev1.State_STATE_SUBMITTED))
	require.True(t, h.progress(dialogue, 3, contract.ProgressSubmitted, inState(casefilev1.State_STATE_SUBMITTED)), "said twice, told once")
	h.progress(dialogue, 4, contract.ProgressReturned, func(s *casefilev1.CaseState) {
		s.State, s.Round, s.DueDay = casefilev1.State_STATE_RETURNED, 2, "2027-01-08"
	})
	start := h.temporal.starts[0]
	require.Equal(t, "webhook/"+made.GetId(), start.ID)
	require.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, start.WorkflowIDConflictPolicy)
	require.Equal(t, contract.WebhookInput{WebhookID: made.GetId()}, h.temporal.startArg[0])
	require.EqualValues(t, 3, h.webhook(made.GetId()).GetWaiting())

	require.EqualValues(t, 3, h.tell(made.GetId()).GetDelivered())
	require.Equal(t, []string{"case.opened", "case.submitted", "case.returned"}, r.kinds())
	verifier, err := standardwebhooks.NewWebhook(made.GetSecret())
	require.NoError(t, err)
	for _, one := range r.heard {
		require.NoError(t, verifier.VerifyIgnoringTimestamp([]byte(one.body), one.header), "by the specification's own library")
		require.NotContains(t, one.body, "Hội nghị", "no words")
	}
	require.JSONEq(t, `{"type":"case.returned","timestamp":"2026-11-20T02:00:00Z","data":{"case_id":"DT-01/UBND-12205-2507/2026","obligation_id":"DT-01",
		"unit_id":"UBND-12205-2507","period_id":"2026","area_id":"12205-2507","state":"returned","round":2,"submission":0,"due_day":"2027-01-08","late_working_days":0,"sealed":false,"sequence":4}}`, r.heard[2].body)
	require.Zero(t, h.tell(made.GetId()).GetDelivered())
	require.NotContains(t, fmt.Sprint(h.webhook(made.GetId())), "whsec_", "the secret is shown once")
}

func TestOverdueIsToldOnceForADueDay(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, answering(http.StatusOK))
	made := h.subscribe(r.URL, func(asked *reportsv1.CreateWebhookRequest) { asked.Kinds = []string{contract.WebhookOverdue} })
	h.openCase(func(_ *casefilev1.CaseInput, s *casefilev1.CaseState) { s.DueDay = "2026-11-13" })
	for sequence := int64(2); sequence < 5; sequence++ {
		h.progress(dialogue, sequence, contract.ProgressRung, func(s *casefilev1.CaseState) { s.DueDay = "2026-11-13" })
	}
	h.tell(made.GetId())
	require.Equal(t, []string{"case.overdue"}, r.kinds())
}

func TestASubscriptionTellsOnlyWhatWasAskedFor(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, answering(http.StatusOK))
	other := h.subscribe(r.URL+"/khac", func(asked *reportsv1.CreateWebhookRequest) { asked.ObligationIds = []string{"CK-01"} })
	elsewhere := h.subscribe(r.URL+"/don-vi", func(asked *reportsv1.CreateWebhookRequest) { asked.UnderUnitId = commune })
	h.openCase()
	require.Zero(t, h.tell(other.GetId()).GetDelivered())
	require.EqualValues(t, 1, h.tell(elsewhere.GetId()).GetDelivered())
	h.db.Exec("UPDATE webhooks SET under_unit_id = 'BTGDV' WHERE id = ?", elsewhere.GetId())
	h.progress(dialogue, 2, contract.ProgressSubmitted, inState(casefilev1.State_STATE_SUBMITTED))
	done := h.tell(elsewhere.GetId())
	require.Zero(t, done.GetDelivered()+done.GetLeft())
	require.True(t, h.deliveries(elsewhere.GetId())[0].GetLeftOut())
}

func TestWhatASubscriberDoesNotTakeIsKept(t *testing.T) {
	strange := newReceiver(t, answering(http.StatusOK))
	for name, tc := range map[string]struct {
		answers func(http.ResponseWriter, int)
		status  int32
		said    string
	}{
		"a fault of his": {answering(http.StatusInternalServerError), 500, "HTTP 500"},
		"a redirect": {func(w http.ResponseWriter, _ int) {
			w.Header().Set("Location", strange.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, 307, "không theo chuyển hướng"},
		"a broken line":      {func(http.ResponseWriter, int) { panic(http.ErrAbortHandler) }, 0, "đứt kết nối"},
		"half an answer":     {halfAHeader, 0, "đứt kết nối"},
		"too many, he says":  {answering(http.StatusTooManyRequests), 429, "HTTP 429"},
		"a page for signing": {answering(http.StatusUnauthorized), 401, "HTTP 401"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, loopbackAllowed)
			r := newReceiver(t, tc.answers)
			made := h.subscribe(r.URL)
			h.openCase()
			h.progress(dialogue, 2, contract.ProgressSubmitted, inState(casefilev1.State_STATE_SUBMITTED))
			done := h.tell(made.GetId())
			require.True(t, done.GetFailed())
			require.EqualValues(t, 2, done.GetLeft(), "what came after the first waits behind it")
			first := h.deliveries(made.GetId())[1]
			require.EqualValues(t, 1, first.GetAttempts())
			require.Equal(t, tc.status, first.GetStatus())
			require.Contains(t, first.GetAnswer(), tc.said)
			require.NotContains(t, first.GetAnswer(), "127.0.0.1", "an address may hold a key")
			id := r.heard[0].header.Get("webhook-id")
			r.mu.Lock()
			r.answers = answering(http.StatusOK)
			r.mu.Unlock()
			require.EqualValues(t, 2, h.tell(made.GetId()).GetDelivered())
			require.Equal(t, id, r.heard[len(r.heard)-2].header.Get("webhook-id"), "the same id at every attempt")
		})
	}
	require.Empty(t, strange.kinds(), "nobody was led elsewhere")
}

// halfAHeader promises an answer and breaks off.
func halfAHeader(w http.ResponseWriter, _ int) {
	hijacker, _ := w.(http.Hijacker)
	connection, _, err := hijacker.Hijack()
	if err == nil {
		_, _ = connection.Write([]byte("HTTP/1.1 200 OK\r\nContent-Len"))
		_ = connection.Close()
	}
}

func TestAnAnswerWithoutAnEndIsTakenByItsStatus(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, func(w http.ResponseWriter, _ int) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte("{"))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	made := h.subscribe(r.URL)
	h.openCase()
	require.EqualValues(t, 1, h.tell(made.GetId()).GetDelivered())
}

func TestASubscriberWhoAnswersGoneHearsNoMore(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, answering(http.StatusGone))
	made := h.subscribe(r.URL)
	h.openCase()
	require.Equal(t, "ended", h.tell(made.GetId()).GetState())
	h.progress(dialogue, 2, contract.ProgressSubmitted, inState(casefilev1.State_STATE_SUBMITTED))
	require.Equal(t, "ended", h.tell(made.GetId()).GetState())
	require.Len(t, r.kinds(), 1)
	require.Equal(t, "gone", h.webhook(made.GetId()).GetReason())
	_, err := h.portal().Webhooks.SetWebhookState(h.as(administrator), connect.NewRequest(&reportsv1.SetWebhookStateRequest{Id: made.GetId(), State: "active"}))
	refusalOf(t, err, contract.CodeWrongState)
}

func TestAPausedSubscriptionTellsAfterwardsWhatItMissed(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, answering(http.StatusOK))
	made := h.subscribe(r.URL)
	_, err := h.worker().Webhooks.StopWebhook(t.Context(), connect.NewRequest(&reportsv1.StopWebhookRequest{Id: made.GetId()}))
	require.NoError(t, err)
	require.Equal(t, "failing", h.webhook(made.GetId()).GetReason())
	h.openCase()
	require.Equal(t, "paused", h.tell(made.GetId()).GetState())
	require.Empty(t, r.kinds())
	_, err = h.portal().Webhooks.SetWebhookState(h.as(administrator), connect.NewRequest(&reportsv1.SetWebhookStateRequest{Id: made.GetId(), State: "active"}))
	require.NoError(t, err)
	require.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING, h.temporal.starts[len(h.temporal.starts)-1].WorkflowIDConflictPolicy, "he is tried at once")
	require.EqualValues(t, 1, h.tell(made.GetId()).GetDelivered())

	h.clock.set("2027-01-15 09:00")
	h.tell(made.GetId())
	require.Empty(t, h.deliveries(made.GetId()), "thirty days later it is forgotten")
}

func TestANewSecretAndTheOldSignSideBySideForADay(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, answering(http.StatusOK))
	old := h.subscribe(r.URL)
	answer, err := h.portal().Webhooks.RotateWebhookSecret(h.as(administrator), connect.NewRequest(&reportsv1.RotateWebhookSecretRequest{Id: old.GetId()}))
	require.NoError(t, err)
	verifies := func(secret string, one heard) bool {
		verifier, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		return verifier.VerifyIgnoringTimestamp([]byte(one.body), one.header) == nil
	}
	h.openCase()
	h.tell(old.GetId())
	require.True(t, verifies(old.GetSecret(), r.heard[0]) && verifies(answer.Msg.GetSecret(), r.heard[0]))
	h.clock.set("2026-12-02 09:01")
	h.progress(dialogue, 2, contract.ProgressSubmitted, inState(casefilev1.State_STATE_SUBMITTED))
	h.tell(old.GetId())
	require.False(t, verifies(old.GetSecret(), r.heard[1]))
	require.True(t, verifies(answer.Msg.GetSecret(), r.heard[1]))
}

func TestATestAndARedeliveryGoTheSameWay(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	r := newReceiver(t, answering(http.StatusOK))
	made := h.subscribe(r.URL)
	as := h.as(administrator)
	_, err := h.portal().Webhooks.SendTestEvent(as, connect.NewRequest(&reportsv1.SendTestEventRequest{Id: made.GetId()}))
	require.NoError(t, err)
	h.openCase()
	h.tell(made.GetId())
	require.Equal(t, []string{"webhook.test", "case.opened"}, r.kinds())
	last := h.deliveries(made.GetId())[0]
	_, err = h.portal().Webhooks.RedeliverEvent(as, connect.NewRequest(&reportsv1.RedeliverEventRequest{WebhookId: made.GetId(), DeliveryId: last.GetId()}))
	require.NoError(t, err)
	h.tell(made.GetId())
	require.Equal(t, last.GetId(), r.heard[2].header.Get("webhook-id"))
	require.Equal(t, r.heard[1].body, r.heard[2].body)
	_, err = h.portal().Webhooks.RedeliverEvent(as, connect.NewRequest(&reportsv1.RedeliverEventRequest{WebhookId: made.GetId(), DeliveryId: "evt_x"}))
	refusalOf(t, err, contract.CodeNotFound)
}

func TestAStartThatWasLostIsMadeUpForByTheSchedule(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	made := h.subscribe(newReceiver(t, answering(http.StatusOK)).URL)
	h.temporal.set(func() { h.temporal.away = true })
	h.openCase()
	h.temporal.set(func() { h.temporal.away = false })
	require.Empty(t, h.temporal.starts)
	_, err := h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	require.Equal(t, "webhook/"+made.GetId(), h.temporal.starts[0].ID)
	h.tell(made.GetId())
	_, err = h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	require.Len(t, h.temporal.starts, 1, "nothing waits, nothing starts")
}

func TestNoWebhookLeadsInsideUnlessTheOperatorSaysSo(t *testing.T) {
	h := newHouse(t)
	r := newReceiver(t, answering(http.StatusOK))
	_, err := h.portal().Webhooks.CreateWebhook(h.as(administrator), connect.NewRequest(&reportsv1.CreateWebhookRequest{
		Name: "x", Url: r.URL, Kinds: []string{"case.unknown"}, ObligationIds: []string{"XX-99"}, UnderUnitId: "KHONG-CO"}))
	require.Equal(t, []string{"kinds", "obligation_ids", "under_unit_id", "url"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()), "all at once")

	made := h.subscribe("https://he-thong.example/")
	h.db.Exec("UPDATE webhooks SET url = ? WHERE id = ?", r.URL, made.GetId()) // as a name that leads inside since
	h.openCase()
	require.True(t, h.tell(made.GetId()).GetFailed())
	require.Contains(t, h.deliveries(made.GetId())[0].GetAnswer(), "mạng mà webhook không được tới")
	require.Empty(t, r.kinds())
}

func TestOnlyAdministratorsKeepWebhooks(t *testing.T) {
	h := newHouse(t, loopbackAllowed)
	made := h.subscribe("https://he-thong.example/")
	again := h.subscribe("https://he-thong.example/")
	require.Equal(t, made.GetId(), again.GetId(), "the same form sent twice is one subscription")
	require.Empty(t, again.GetSecret())
	for _, official := range []string{contact, head, reviewer, leader, supervisor, stranger} {
		_, err := h.portal().Webhooks.ListWebhooks(h.as(official), connect.NewRequest(&reportsv1.ListWebhooksRequest{}))
		refusalOf(t, err, contract.CodeForbidden)
		_, err = h.portal().Webhooks.SetWebhookState(h.as(official), connect.NewRequest(&reportsv1.SetWebhookStateRequest{Id: made.GetId(), State: "paused"}))
		refusalOf(t, err, contract.CodeForbidden)
	}
	_, err := h.portal().Webhooks.DeliverWebhook(h.as(administrator), connect.NewRequest(&reportsv1.DeliverWebhookRequest{Id: made.GetId()}))
	refusalOf(t, err, contract.CodeForbidden)
	_, err = h.portal().Webhooks.SetWebhookState(h.as(administrator), connect.NewRequest(&reportsv1.SetWebhookStateRequest{Id: "WH-KHONGCO2", State: "paused"}))
	refusalOf(t, err, contract.CodeNotFound)
}
