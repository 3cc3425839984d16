package mailbox

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nenep/services/notifications/channel"
)

// What a person would read on the telephone stands among the mails, sent by the very code that sends it to a provider.
func TestATextMessageEndsInTheMailbox(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir())
	file := filepath.Join(t.TempDir(), "channels.yaml")
	require.NoError(t, os.WriteFile(file, []byte(Declaration(strings.TrimPrefix(r.pages, "http://"))), 0o600))
	set, err := channel.Open(file, os.Getenv)
	require.NoError(t, err)
	require.Equal(t, []string{"sms", "zalo"}, set.Names())
	for _, name := range set.Names() {
		fate := set.Send(t.Context(), name, channel.Letter{To: "+84912345678", Text: "Nề Nếp: DT-01, hạn 31/12/2026. http://127.0.0.1:8080/m/abc", ID: name + "-7@nenep"})
		require.Equal(t, channel.Taken, fate.Fate, fate.Answer)
	}
	kept := r.messages("?to=%2B84912345678")
	require.Len(t, kept, 2)
	require.Equal(t, "Tin nhắn SMS", kept[1].Subject)
	require.Equal(t, "Nề Nếp: DT-01, hạn 31/12/2026. http://127.0.0.1:8080/m/abc", strings.TrimSpace(kept[1].Text))
	require.Equal(t, []string{"http://127.0.0.1:8080/m/abc"}, kept[1].Links)
	_, page := r.get("/")
	require.Contains(t, page, "Tin nhắn Zalo")
}

func TestAGatewayTakesOnlyMessages(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir())
	whole, err := json.Marshal(map[string]string{"to": "+84912345678", "text": "x", "id": "1"})
	require.NoError(t, err)
	for name, post := range map[string]struct{ path, kind, body string }{
		"of a page of another site": {"/gateway/sms", "text/plain", string(whole)},
		"of no gateway":             {"/gateway/fax", "application/json", string(whole)},
		"to nobody":                 {"/gateway/sms", "application/json", `{"text": "x", "id": "1"}`},
		"with a head of its own":    {"/gateway/sms", "application/json", `{"to": "1\r\nX: y", "text": "x", "id": "1"}`},
		"of no JSON":                {"/gateway/sms", "application/json", "to=1"},
	} {
		client := http.Client{Timeout: 10 * time.Second}
		response, err := client.Post(r.pages+post.path, post.kind, strings.NewReader(post.body))
		require.NoError(t, err, name)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusBadRequest, response.StatusCode, name)
	}
	require.Empty(t, r.messages(""))
}
