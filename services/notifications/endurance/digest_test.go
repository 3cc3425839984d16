package endurance

import (
	"context"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

// maxLines is how many connections to the relay the service promises to hold at most.
const maxLines = 4

// everybody is how many people get a digest in the tests that measure.
func everybody(t *testing.T) int {
	t.Helper()
	asked := os.Getenv("NENEP_TEST_PEOPLE")
	if asked == "" {
		return 5000
	}
	people, err := strconv.Atoi(asked)
	require.NoError(t, err)
	return people / team * team
}

func TestEachOfFiveThousandGetsOneMessage(t *testing.T) {
	people := everybody(t)
	h := waiting(t, people)
	p := h.start()
	before := h.rows()
	called := time.Now()
	answer := p.digestUntilDone(morning)
	answered := time.Since(called)
	require.EqualValues(t, people, answer.GetMessages())
	require.Empty(t, h.eachAtLeastOnce(people))
	h.allSent(people)

	late := lateness(h.relay.got(), called)
	last := late[len(late)-1]
	t.Logf("digest of %d people: %.0f messages/s up to the last one (%.0f/s while they leave); first after %.1f s, p50 %.1f s, p99 %.1f s, last %.1f s, answered after %.1f s",
		people, float64(people)/last, float64(people)/(last-late[0]), late[0], quantile(late, 0.5), quantile(late, 0.99), last, answered.Seconds())
	t.Logf("memory of the service at most %.0f MiB (VmHWM); %.1f rows a message for the digest, beside the message's own; load of the machine %s",
		p.peakMemory(), float64(h.rows()-before)/float64(people), load())

	again := p.digestUntilDone(morning)
	require.EqualValues(t, people, again.GetMessages())
	require.Len(t, h.relay.got(), people, "what is recorded as sent does not go again")
}

// rows are those of the schema.
func (h *house) rows() int {
	return h.count("SELECT (SELECT count(*) FROM notifications.messages) + (SELECT count(*) FROM notifications.digests) + (SELECT count(*) FROM notifications.attempts)")
}

// lateness is how many seconds after the call each mail was accepted, the earliest first.
func lateness(mails []accepted, called time.Time) []float64 {
	var seconds []float64
	for _, m := range mails {
		seconds = append(seconds, m.at.Sub(called).Seconds())
	}
	slices.Sort(seconds)
	return seconds
}

func quantile(sorted []float64, q float64) float64 {
	return sorted[int(math.Ceil(q*float64(len(sorted))))-1]
}

func load() string {
	said, _ := os.ReadFile("/proc/loadavg")
	return strings.Join(strings.Fields(string(said))[:2], ", ") + " (1, 5 min)"
}

// The first kill comes while the relay has mails that it has not said so of, on every connection; the second one somewhere.
func TestAfterAKillInTheMiddleEveryoneHasTheirsAndOnlyWhatWasInDoubtGoesAgain(t *testing.T) {
	people := everybody(t)
	h := waiting(t, people)
	p := h.start()
	held := h.holdFrom(people / 3)
	called := p.digestInBackground(morning)
	held.await(called, maxLines)
	p.kill()
	require.Error(t, <-called)
	doubtful := held.letGo()
	require.Len(t, doubtful, maxLines, "the relay has a mail of each connection, unanswered")
	left := h.leftSending()
	require.ElementsMatch(t, doubtful, left)

	p = h.start()
	reached := h.reached(2 * people / 3)
	called = p.digestInBackground(morning)
	<-reached
	p.kill()
	require.Error(t, <-called)
	left = append(left, h.leftSending()...)
	require.LessOrEqual(t, len(left), 2*maxLines)

	answer := h.start().digestUntilDone(morning)
	require.EqualValues(t, people, answer.GetMessages())
	twice := h.eachAtLeastOnce(people)
	require.Subset(t, twice, doubtful, "what a kill left in doubt goes again")
	require.Subset(t, left, twice, "what is recorded as sent does not go again")
	h.allSent(people)
	t.Logf("two kills in a digest of %d people: %d were in doubt, the relay has %d twice", people, len(left), len(twice))
}

// leftSending is to whom a killed process was sending, as the ledger has it once PostgreSQL has noticed the kill.
func (h *house) leftSending() []string {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		return h.count("SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()") == 0
	}, time.Minute, 10*time.Millisecond)
	connection := h.connect()
	defer func() { require.NoError(h.t, connection.Close(h.t.Context())) }()
	rows, err := connection.Query(h.t.Context(), "SELECT address FROM notifications.digests WHERE state = 'sending'")
	require.NoError(h.t, err)
	addresses, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(h.t, err)
	return addresses
}

// digestInBackground calls once and answers how the call ends.
func (p *process) digestInBackground(day string) <-chan error {
	called := make(chan error, 1)
	go func() { called <- p.digestOnce(day) }()
	return called
}

// reached tells when the relay has so many mails.
func (h *house) reached(mails int) <-chan struct{} {
	reached := make(chan struct{})
	var once sync.Once
	h.relay.behave(conduct{taken: func(_ string, nth int) {
		if nth >= mails {
			once.Do(func() { close(reached) })
		}
	}})
	return reached
}

// holding has the relay keep silent about the mails it takes.
type holding struct {
	relay *relay
	from  int
	free  chan struct{}

	t *testing.T
}

// holdFrom: once the relay has so many mails, it says of none that it has it.
func (h *house) holdFrom(mails int) *holding {
	held := &holding{relay: h.relay, from: mails, free: make(chan struct{}), t: h.t}
	h.relay.behave(conduct{taken: func(_ string, nth int) {
		if nth >= mails {
			<-held.free
		}
	}})
	return held
}

// await waits until so many are kept silent about, in a call that goes on.
func (held *holding) await(called <-chan error, n int) {
	held.t.Helper()
	require.Eventually(held.t, func() bool { return len(called) > 0 || held.has(n) }, time.Minute, 5*time.Millisecond)
	select {
	case err := <-called:
		require.FailNow(held.t, "the call ended", "%v", err)
	default:
	}
}

// reached waits until so many are kept silent about, whoever sends them.
func (held *holding) reached(n int) {
	held.t.Helper()
	require.Eventually(held.t, func() bool { return held.has(n) }, time.Minute, 5*time.Millisecond)
}

func (held *holding) has(n int) bool { return len(held.relay.got()) >= held.from+n-1 }

// letGo answers to whom the mails were.
func (held *holding) letGo() []string {
	var to []string
	for _, m := range held.relay.got()[held.from-1:] {
		to = append(to, m.to)
	}
	close(held.free)
	return to
}

func TestTwoReplicasCalledAtOnceSendEachMessageOnce(t *testing.T) {
	const people = 500
	h := waiting(t, people)
	replicas := []*process{h.start(), h.start()}
	held := h.holdFrom(people / 2)
	called := []<-chan error{replicas[0].digestInBackground(morning), replicas[1].digestInBackground(morning)}
	held.reached(maxLines)
	for _, p := range replicas {
		require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(p.digestOnce(morning)).GetCode(), "the digest is being sent")
	}
	require.Len(t, held.letGo(), maxLines, "four connections in all, however many replicas")
	for _, ended := range called {
		if err := <-ended; err != nil {
			require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode(), err)
		}
	}
	for _, p := range replicas {
		require.EqualValues(t, people, p.digestUntilDone(morning).GetMessages())
	}
	require.Empty(t, h.eachAtLeastOnce(people))
	h.allSent(people)
}

// The worker's call ends by its own time when a relay is slow; the digest goes on with the next call.
func TestACallerWhoHangsUpInTheMiddleLeavesNothingInDoubt(t *testing.T) {
	const people = 300
	h := waiting(t, people)
	p := h.start()
	ctx, hangUp := context.WithCancel(t.Context())
	h.relay.behave(conduct{taken: func(_ string, nth int) {
		if nth == people/3 {
			hangUp()
		}
	}})
	_, err := p.clients.Notifications.SendDigest(ctx, connect.NewRequest(&notificationsv1.SendDigestRequest{Day: morning}))
	require.Equal(t, connect.CodeCanceled, connect.CodeOf(err))
	require.True(t, triedAgain(err))
	require.Empty(t, h.leftSending())
	require.Less(t, len(h.relay.got()), people)
	require.EqualValues(t, people, p.digestUntilDone(morning).GetMessages())
	require.Empty(t, h.eachAtLeastOnce(people))
	h.allSent(people)
}
