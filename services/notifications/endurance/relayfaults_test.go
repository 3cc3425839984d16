package endurance

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

// some is how many people there are where the relay misbehaves.
const some = 100

// onlyOnce answers whether something is asked for the first time.
func onlyOnce() func(string) bool {
	var seen sync.Map
	return func(what string) bool {
		_, before := seen.LoadOrStore(what, true)
		return !before
	}
}

// unfinished calls for the digest and expects that the workflow has to call again.
func (p *process) unfinished(day string) {
	p.t.Helper()
	err := p.digestOnce(day)
	require.Equal(p.t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode(), err)
}

func TestARelayThatGreylistsEveryoneDelaysAndRepeatsNothing(t *testing.T) {
	h := waiting(t, some)
	p := h.start()
	first := onlyOnce()
	h.relay.behave(conduct{rcpt: func(to string) error {
		if first(to) {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, try again"}
		}
		return nil
	}})
	p.unfinished(morning)
	require.Empty(t, h.relay.got())
	_, err := p.digest(morning)
	require.NoError(t, err)
	require.Empty(t, h.eachAtLeastOnce(some))
	h.allSent(some)
	for _, m := range h.relay.got() {
		require.False(t, m.repeated, "what was refused is not in doubt")
	}
}

func TestAnAddressThatTheRelayDoesNotKnowFailsAloneAndGoesOnOverTheNextChannel(t *testing.T) {
	h := waiting(t, some)
	reached := h.declareWebhook()
	p := h.start()
	unknown := map[string]int{}
	for n := 0; n < some; n += 10 {
		unknown[mailOf(n)] = n
	}
	for n := 0; n < some; n += 20 {
		p.choose(officialID(n), "email", "webhook")
	}
	h.relay.behave(conduct{rcpt: func(to string) error {
		if _, found := unknown[to]; found {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
		}
		return nil
	}})
	for range 2 { // again is harmless
		_, err := p.digest(morning)
		require.NoError(t, err)
	}
	got := h.relay.byRecipient()
	require.Len(t, got, some-len(unknown))
	for to, mails := range got {
		require.Len(t, mails, 1, to)
	}
	require.Equal(t, len(unknown), h.count("SELECT count(*) FROM notifications.messages WHERE channel = 'email' AND state = 'failed' AND answer LIKE '%5.1.1%'"))
	var expected []string
	for n := 0; n < some; n += 20 {
		expected = append(expected, officialID(n))
	}
	require.ElementsMatch(t, expected, reached())
	require.Equal(t, len(expected), h.count("SELECT count(*) FROM notifications.messages WHERE channel = 'webhook' AND state = 'sent' AND follows_id IS NOT NULL"))
	require.Equal(t, len(unknown)-len(expected), h.count("SELECT count(*) FROM notifications.messages WHERE channel = 'paper' AND state = 'waiting' AND follows_id IS NOT NULL"),
		"whoever has no other channel is reached on paper")
}

// choose is what an official does on the page of preferences.
func (p *process) choose(officialID string, channels ...string) {
	p.t.Helper()
	ctx := wire.WithIdentity(p.t.Context(), wire.Identity{OfficialID: officialID})
	_, err := p.clients.Notifications.SetPreferences(ctx, connect.NewRequest(&notificationsv1.Preferences{OfficialId: officialID, Channels: channels}))
	require.NoError(p.t, err)
}

const webhookSecret = "NENEP_WEBHOOK_SECRET"

// declareWebhook gives the province a webhook, and answers to whom it was called.
func (h *house) declareWebhook() (reached func() []string) {
	h.t.Helper()
	var mu sync.Mutex
	var to []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ To string }
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		to = append(to, sent.To)
	}))
	h.t.Cleanup(server.Close)
	h.channels = filepath.Join(h.t.TempDir(), "channels.yaml")
	declared := "webhook:\n  url: " + server.URL + "/nenep\n  signature:\n    secret: " + webhookSecret + "\n"
	require.NoError(h.t, os.WriteFile(h.channels, []byte(declared), 0o600))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return to
	}
}

// Two connections hang: one before the relay has the mail, one after. The rest leaves over the others meanwhile.
func TestARelayThatHangsOnTwoConnectionsDelaysNobodyElse(t *testing.T) {
	h := waiting(t, some)
	p := h.start()
	before, after := mailOf(some/2), mailOf(some/3)
	hang := make(chan struct{})
	let := sync.OnceFunc(func() { close(hang) })
	t.Cleanup(let)
	h.relay.behave(conduct{
		rcpt: func(to string) error {
			if to == before {
				<-hang
			}
			return nil
		},
		taken: func(to string, _ int) {
			if to == after {
				<-hang
			}
		},
	})
	called := p.digestInBackground(morning)
	require.Eventually(t, func() bool { return len(h.relay.got()) == some-1 }, 15*time.Second, 10*time.Millisecond, "while two hang")
	require.Empty(t, called, "the hanging mails are still waited for")
	err := <-called
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode(), err)
	require.Equal(t, 2, h.count("SELECT count(*) FROM notifications.digests WHERE state <> 'sent'"))
	h.relay.behave(conduct{})
	let()
	_, err = p.digest(morning)
	require.NoError(t, err)
	require.Equal(t, []string{after}, h.eachAtLeastOnce(some))
	h.allSent(some)
}

func TestARelayThatClosesHalfWayHasEachMailOnce(t *testing.T) {
	h := waiting(t, some)
	p := h.start()
	first := onlyOnce()
	closed := func(to string) bool { return to[len("can-bo-")] == '7' }
	h.relay.behave(conduct{half: func(to string, conn net.Conn) {
		if closed(to) && first(to) {
			_ = conn.Close()
		}
	}})
	p.unfinished(morning)
	require.NotEmpty(t, h.relay.got())
	require.Less(t, len(h.relay.got()), some)
	_, err := p.digest(morning)
	require.NoError(t, err)
	require.Empty(t, h.eachAtLeastOnce(some))
	for to, mails := range h.relay.byRecipient() {
		require.Equal(t, closed(to), mails[0].repeated, "of a connection that ended inside a mail nobody knows whether the relay has it")
	}
	h.allSent(some)
}
