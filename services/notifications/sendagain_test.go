package notifications

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

func (h *house) sendAgain(rungID string) *notificationsv1.SendAgainResponse {
	answer, err := h.config.NewClients("terminal").Notifications.SendAgain(h.t.Context(), connect.NewRequest(&notificationsv1.SendAgainRequest{CaseId: exampleCase, RungId: rungID}))
	require.NoError(h.t, err)
	return answer.Msg
}

// The relay did not know the person; now it does, and whoever keeps the system sends the reminder again: once.
func TestAMessageThatDidNotArriveIsSentAgainOnce(t *testing.T) {
	h := newHouse(t)
	h.refuse("cb-an@hungyen.example", unknownUser())
	h.town.hold(exampleUnit, "contact", an(), binh())
	h.mustTell(now(reminder()))
	require.Len(t, h.relay.taken(), 1, "the other one has it")
	rung := h.ledger()[0].GetRungId()
	require.NotEmpty(t, rung)
	first := h.sendAgain(rung)
	require.EqualValues(t, 1, first.GetAgain())
	require.Len(t, h.relay.taken(), 1, "still unknown")

	h.refuse("cb-an@hungyen.example", nil)
	require.EqualValues(t, 1, h.sendAgain(rung).GetAgain())
	require.Len(t, h.relay.taken(), 2)
	again := h.sendAgain(rung)
	require.Zero(t, again.GetAgain())
	for _, row := range again.GetMessages() {
		require.Equal(t, map[string]string{"email": "sent", "paper": "dropped"}[row.GetChannel()], row.GetState(), "nobody prints what has left")
	}
	require.Len(t, h.relay.taken(), 2, "pressed twice it does nothing twice")
}

func TestWhatGoesOnOverAnotherChannelIsLeftToThat(t *testing.T) {
	_, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("email", "sms"))
	h.refuse("cb-an@hungyen.example", unknownUser())
	h.mustTell(now(reminder()))
	require.Zero(t, h.sendAgain(h.ledger()[0].GetRungId()).GetAgain())
}

func TestARungOrAnActIsNamed(t *testing.T) {
	h := newHouse(t)
	_, err := h.config.NewClients("terminal").Notifications.SendAgain(t.Context(), connect.NewRequest(&notificationsv1.SendAgainRequest{CaseId: exampleCase}))
	require.Equal(t, contract.CodeInvalid, wire.RefusalOf(err).GetCode())
}
