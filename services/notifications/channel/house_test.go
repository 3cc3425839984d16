package channel

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	smsSecret     = "bi-mat-cua-nha-cung-cap"
	smsToken      = "the-bai-ra-vao-1234"
	webhookSecret = "khoa-chung-webhook"
)

func getenv(name string) string {
	return map[string]string{
		"SMS_SECRET": smsSecret, "SMS_TOKEN": smsToken, "WEBHOOK_SECRET": webhookSecret,
		"NENEP_SMS_TOKEN": smsToken, "NENEP_SMS_SECRET": smsSecret, "NENEP_SMS_CALLBACK_SECRET": smsSecret,
		"NENEP_ZALO_OA_SECRET": "oa-secret", "NENEP_ZALO_APP_ID": "1860141329355019864",
		"NENEP_WEBHOOK_SECRET": webhookSecret, "NENEP_WEBHOOK_TOKEN": "token-1234", "NENEP_BOUNCE_TOKEN": "token-5678",
	}[name]
}

// request is what a provider got.
type request struct {
	method string
	head   http.Header
	body   string
}

// theirs is a provider: a real server that keeps what it gets and answers as the test says.
type theirs struct {
	mu     sync.Mutex
	got    []request
	answer http.HandlerFunc
	url    string
}

func (s *theirs) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

func startTheirs(t *testing.T, answer http.HandlerFunc) *theirs {
	t.Helper()
	kept := &theirs{answer: answer}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		kept.mu.Lock()
		kept.got = append(kept.got, request{r.Method, r.Header, string(body)})
		kept.mu.Unlock()
		kept.answer(w, r)
	}))
	t.Cleanup(server.Close)
	kept.url = server.URL
	return kept
}

func answering(status int, body string, head ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(head); i += 2 {
			w.Header().Set(head[i], head[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// hijacked hands the naked connection over.
func hijacked(t *testing.T, do func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		do(connection)
		_ = connection.Close()
	}
}

const smsDeclaration = `
sms:
  url: URL/send?key=${SMS_TOKEN}
  headers: {Authorization: "Bearer ${SMS_TOKEN}"}
  body: '{"to": {{json (international .To)}}, "text": {{json .Text}}, "id": {{json .MessageID}}}'
  signature: {header: X-Signature, secret: SMS_SECRET, timestamp: X-Timestamp, format: base64, prefix: "sha256="}
  per_second: 1000
  burst: 100
  timeout: 300ms
  later: [402]
  message_id: data.id
  error: {path: code, ok: [0], never: [-108], later: [-9]}
`

func open(t *testing.T, declaration, url string) (Set, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "channels.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(declaration, "URL", url)), 0o600))
	return Open(file, getenv)
}

func mustOpen(t *testing.T, declaration, url string) Set {
	t.Helper()
	set, err := open(t, declaration, url)
	require.NoError(t, err)
	return set
}

func letter() Letter {
	return Letter{ID: "tin-7@hungyen.example", To: "0912 345 678", Text: "Nề Nếp: “Hội nghị” hạn 31/12/2026", Name: "Nguyễn Văn An",
		CaseID: "DT-01/UBND-12205-2507/2026", Template: "reminder", Link: "https://nenep.hungyen.example/mo/x", Params: map[string]string{"title": "Hội nghị"}}
}

func sendSMS(t *testing.T, answer http.HandlerFunc) (Result, *theirs) {
	t.Helper()
	provider := startTheirs(t, answer)
	return mustOpen(t, smsDeclaration, provider.url).Send(context.Background(), SMS, letter()), provider
}
