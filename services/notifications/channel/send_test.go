package channel

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const taken = `{"code": 0, "data": {"id": 9007199254740993}}`

func TestASMSIsWrittenAsDeclaredAndSigned(t *testing.T) {
	result, provider := sendSMS(t, answering(200, taken))
	require.Equal(t, Result{Fate: Taken, ProviderID: "9007199254740993", Answer: "HTTP 200: " + taken}, result)

	require.Len(t, provider.requests(), 1)
	got := provider.requests()[0]
	require.Equal(t, http.MethodPost, got.method)
	require.Equal(t, "application/json", got.head.Get("Content-Type"))
	require.Equal(t, "Bearer "+smsToken, got.head.Get("Authorization"))
	require.Equal(t, "tin-7@hungyen.example", got.head.Get("Idempotency-Key"))
	require.JSONEq(t, `{"to": "84912345678", "text": "Nề Nếp: “Hội nghị” hạn 31/12/2026", "id": "tin-7@hungyen.example"}`, got.body)
	mac := hmac.New(sha256.New, []byte(smsSecret))
	_, _ = io.WriteString(mac, got.head.Get("X-Timestamp")+"."+got.body)
	require.Equal(t, "sha256="+base64.StdEncoding.EncodeToString(mac.Sum(nil)), got.head.Get("X-Signature"))
}

func TestWhatAnAnswerMeans(t *testing.T) {
	inAnHour := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		fate   Fate
		after  time.Duration
	}{
		"taken":                              {answering(202, taken), Taken, 0},
		"taken, without an id":               {answering(200, `{"code": "0"}`), Taken, 0},
		"too many, in seconds":               {answering(429, "chậm lại", "Retry-After", "17"), Later, 17 * time.Second},
		"too many, until an hour":            {answering(429, "", "Retry-After", inAnHour.UTC().Format(http.TimeFormat), "Date", inAnHour.Add(-time.Hour).UTC().Format(http.TimeFormat)), Later, time.Hour},
		"too many, nonsense":                 {answering(429, "", "Retry-After", "sớm"), Later, 0},
		"too many, for a year":               {answering(503, "", "Retry-After", "31536000"), Later, 24 * time.Hour},
		"broken":                             {answering(500, "<html>"), Later, 0},
		"gateway":                            {answering(502, ""), Later, 0},
		"request timed out":                  {answering(408, ""), Later, 0},
		"no balance, declared as later":      {answering(402, ""), Later, 0},
		"refused":                            {answering(400, `{"code": -1}`), Never, 0},
		"unknown number, by code with 200":   {answering(200, `{"code": -108, "message": "Phone number invalid"}`), Never, 0},
		"unknown number, by code with 500":   {answering(500, `{"code": -108}`), Never, 0},
		"busy, by code":                      {answering(200, `{"code": -9}`), Later, 0},
		"a code nobody declared":             {answering(200, `{"code": -77}`), Later, 0},
		"JSON that says nothing":             {answering(200, `{}`), Unknown, 0},
		"a page instead of an answer":        {answering(200, "<!doctype html><title>Đăng nhập</title>", "Content-Type", "text/html"), Unknown, 0},
		"two documents":                      {answering(200, taken+taken), Unknown, 0},
		"redirect is not followed":           {answering(302, "", "Location", "https://stranger.example/"), Later, 0},
		"closed before an answer":            {hijacked(t, func(net.Conn) {}), Unknown, 0},
		"closed in the middle of the answer": {hijacked(t, halfAnswer), Unknown, 0},
		"slow":                               {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Unknown, 0},
		"giant answer":                       {giant, Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			result, provider := sendSMS(t, c.answer)
			require.Equal(t, c.fate, result.Fate, result.Answer)
			require.Equal(t, c.after, result.RetryAfter)
			require.Len(t, provider.requests(), 1)
			require.NotContains(t, result.Answer, "\n")
			require.LessOrEqual(t, len([]rune(result.Answer)), 300)
		})
	}
}

func halfAnswer(connection net.Conn) {
	w := bufio.NewWriter(connection)
	_, _ = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(taken), taken[:12])
	_ = w.Flush()
}

func giant(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"code": 0, "data": {"id": "1"}, "more": "`)
	for range 64 {
		if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, `"}`)
}

func TestAProviderWhoIsAwayGetsItLater(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	result := mustOpen(t, smsDeclaration, "http://"+address).Send(t.Context(), SMS, letter())
	require.Equal(t, Later, result.Fate)
	require.Contains(t, result.Answer, "chưa kết nối được")
	require.NotContains(t, result.Answer, smsToken)
}

func TestACertificateOfAStrangerIsRefusedBeforeAnythingIsSent(t *testing.T) {
	var asked bool
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	result := mustOpen(t, smsDeclaration, server.URL).Send(t.Context(), SMS, letter())
	require.Equal(t, Later, result.Fate)
	require.Contains(t, result.Answer, "certificate")
	require.False(t, asked)
}

func TestTheSameIdempotencyKeyAtEveryAttempt(t *testing.T) {
	attempts := 0
	provider := startTheirs(t, nil)
	provider.answer = func(w http.ResponseWriter, r *http.Request) {
		if attempts++; attempts == 1 {
			<-r.Context().Done()
			return
		}
		answering(200, taken)(w, r)
	}
	set := mustOpen(t, smsDeclaration, provider.url)
	require.Equal(t, Unknown, set.Send(t.Context(), SMS, letter()).Fate)
	require.Equal(t, Taken, set.Send(t.Context(), SMS, letter()).Fate)
	require.Len(t, provider.requests(), 2)
	require.Equal(t, provider.requests()[0].head.Get("Idempotency-Key"), provider.requests()[1].head.Get("Idempotency-Key"))
	require.Equal(t, provider.requests()[0].body, provider.requests()[1].body)
}

func TestAnAnswerRepeatsNeitherSecretNorNumber(t *testing.T) {
	result, _ := sendSMS(t, answering(400, "sent to +84912345678, 0912345678, 912345678 with "+smsToken+" and "+smsSecret))
	require.Equal(t, "HTTP 400: sent to •••, •••, ••• with ••• and •••", result.Answer)
}

func TestThePaceIsKept(t *testing.T) {
	provider := startTheirs(t, answering(200, taken))
	declaration := strings.NewReplacer("per_second: 1000", "per_second: 0.01", "burst: 100", "burst: 2").Replace(smsDeclaration)
	set := mustOpen(t, declaration, provider.url)
	require.Equal(t, Taken, set.Send(t.Context(), SMS, letter()).Fate)
	require.Equal(t, Taken, set.Send(t.Context(), SMS, letter()).Fate)
	result := set.Send(t.Context(), SMS, letter())
	require.Equal(t, Later, result.Fate)
	require.InDelta(t, 100, result.RetryAfter.Seconds(), 5)
	require.Len(t, provider.requests(), 2)
}

func TestATokenInAFileMayBeRenewed(t *testing.T) {
	provider := startTheirs(t, answering(200, `{"error": 0, "data": {"msg_id": "a1"}}`))
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("mot-hai-ba\n"), 0o600))
	set := mustOpen(t, `
zalo:
  url: URL
  headers: {access_token: "${file:`+token+`}"}
  body: '{"phone": {{json (international .To)}}, "template_data": {"han": {{json .Params.due_day}}}}'
  message_id: data.msg_id
  error: {path: error, ok: [0]}
`, provider.url)
	require.Equal(t, "a1", set.Send(t.Context(), Zalo, letter()).ProviderID)
	require.NoError(t, os.WriteFile(token, []byte("bon-nam-sau"), 0o600))
	require.Equal(t, Taken, set.Send(t.Context(), Zalo, letter()).Fate)
	require.NoError(t, os.Remove(token))
	require.Equal(t, Later, set.Send(t.Context(), Zalo, letter()).Fate)
	require.Len(t, provider.requests(), 2)
	require.Equal(t, "mot-hai-ba", provider.requests()[0].head.Get("access_token"))
	require.Equal(t, "bon-nam-sau", provider.requests()[1].head.Get("access_token"))
	require.JSONEq(t, `{"phone": "84912345678", "template_data": {"han": ""}}`, provider.requests()[0].body)
}

func TestAWebhookGetsTheFixedFormSigned(t *testing.T) {
	provider := startTheirs(t, answering(204, ""))
	set := mustOpen(t, "webhook: {url: URL/hook, signature: {secret: WEBHOOK_SECRET}}", provider.url)
	set.channels[Webhook].now = func() time.Time { return time.Unix(1798000000, 0) }
	require.Equal(t, Taken, set.Send(t.Context(), Webhook, letter()).Fate)

	got := provider.requests()[0]
	require.Equal(t, "1798000000", got.head.Get("X-Nenep-Timestamp"))
	require.Equal(t, "tin-7@hungyen.example", got.head.Get("X-Nenep-Id"))
	require.Equal(t, "tin-7@hungyen.example", got.head.Get("Idempotency-Key"))
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	_, _ = io.WriteString(mac, "1798000000."+got.body)
	require.Equal(t, hex.EncodeToString(mac.Sum(nil)), got.head.Get("X-Nenep-Signature"))
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(got.body), &fields))
	require.Equal(t, map[string]any{
		"id": "tin-7@hungyen.example", "to": "0912 345 678", "name": "Nguyễn Văn An", "subject": "", "text": "Nề Nếp: “Hội nghị” hạn 31/12/2026",
		"link": "https://nenep.hungyen.example/mo/x", "case_id": "DT-01/UBND-12205-2507/2026", "template": "reminder",
		"params": map[string]any{"title": "Hội nghị"},
	}, fields)
}

func TestWhatCannotBeSentIsNotTried(t *testing.T) {
	provider := startTheirs(t, answering(200, taken))
	set := mustOpen(t, smsDeclaration, provider.url)
	nobody := letter()
	nobody.To = ""
	require.Equal(t, Never, set.Send(t.Context(), SMS, nobody).Fate)
	require.Equal(t, Never, set.Send(t.Context(), Zalo, letter()).Fate)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, Later, set.Send(cancelled, SMS, letter()).Fate)
	require.Empty(t, provider.requests())
}
