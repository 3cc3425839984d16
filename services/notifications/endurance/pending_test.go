package endurance

import (
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

// What leaves by itself was held back by the quiet hours; its sending is killed in the morning.
func TestAfterAKillWhatLeavesByItselfLeavesAllTheSame(t *testing.T) {
	h := waiting(t, some)
	p := h.start()
	h.setClock(morning, 5, 0)
	asMany(t, some/team, func(i int) error {
		told := reminder("DT-01", i)
		told.Key, told.Template, told.On = caseOf("DT-01", i)+"/1/returned", "returned", morning
		_, err := p.clients.Notifications.Tell(t.Context(), connect.NewRequest(told))
		return err
	})
	require.Empty(t, h.relay.got(), "in the quiet hours")

	h.setClock(morning, 6, 31)
	held := h.holdFrom(some / 2)
	called := make(chan error, 1)
	go func() { called <- p.pendingOnce() }()
	held.await(called, 1)
	p.kill()
	require.Error(t, <-called)
	doubtful := held.letGo()
	require.Len(t, doubtful, 1, "one connection")

	p = h.start()
	require.Eventually(t, func() bool { return p.pendingOnce() == nil && h.count(unsentAlone) == 0 }, time.Minute, 50*time.Millisecond)
	require.Equal(t, doubtful, h.eachAtLeastOnce(some))
	require.Equal(t, some, h.count("SELECT count(*) FROM notifications.messages WHERE alone AND state = 'sent'"))
	require.Equal(t, some, h.count("SELECT count(*) FROM notifications.messages WHERE NOT alone AND state = 'waiting'"), "the digest's is the digest's")
}

const unsentAlone = "SELECT count(*) FROM notifications.messages WHERE alone AND state <> 'sent'"

func (p *process) pendingOnce() error {
	_, err := p.clients.Notifications.SendPending(p.t.Context(), connect.NewRequest(&notificationsv1.SendPendingRequest{Limit: 500}))
	return err
}
