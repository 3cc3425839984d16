package notifications

import (
	"regexp"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

func TestALinkOpensItsCaseForItsOfficialUntilItsLastDay(t *testing.T) {
	h := newHouse(t)
	h.mustTell(now(reminder()))
	token := regexp.MustCompile(`/mo/(\S+)`).FindStringSubmatch(bodies(t, h.relay.taken()[0])["text/plain"])[1]

	for at, expired := range map[string]bool{"2026-12-24T08:00:00+07:00": false, "2027-01-23T23:59:59+07:00": false, "2027-01-24T00:00:00+07:00": true} {
		instant, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		h.start(Options{Now: func() time.Time { return instant }})
		response, err := h.client.Notifications.OpenLink(t.Context(), connect.NewRequest(&notificationsv1.OpenLinkRequest{Token: token}))
		require.NoError(t, err)
		require.Equal(t, exampleCase, response.Msg.GetCaseId())
		require.Equal(t, "CB-AN", response.Msg.GetOfficialId())
		require.Equal(t, "2027-01-23", response.Msg.GetExpiresOn())
		require.Equal(t, expired, response.Msg.GetExpired(), at)
	}
}

func TestALinkOfAnotherKeyOrAServiceTokenOpensNothing(t *testing.T) {
	h := newHouse(t)
	forged, err := links{key: []byte("another"), portal: "https://x"}.make(exampleCase, "CB-AN", time.Now())
	require.NoError(t, err)
	service, err := h.config.Speaker("worker").Sign("notifications", "CB-AN", time.Now())
	require.NoError(t, err)
	for _, token := range []string{"", "nonsense", forged.address[len("https://x/mo/"):], service} {
		_, err := h.client.Notifications.OpenLink(t.Context(), connect.NewRequest(&notificationsv1.OpenLinkRequest{Token: token}))
		require.Equal(t, contract.CodeInvalid, wire.RefusalOf(err).GetCode())
	}
}
