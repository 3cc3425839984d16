package notifications

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	"nenep/proto/wire"
)

func TestTheLedgerIsSearchedWithoutDiacriticsAndCountsAll(t *testing.T) {
	h := newHouse(t)
	h.town.hold("MTTQ", "contact")
	h.mustTell(now(reminder()))
	second := matterFor("CK-01/UBND-12205-2507/2026-Q3", "overdue-head", "2026-12-21")
	second.Role = "head"
	h.mustTell(second)
	nobody := matterFor("TT-01/MTTQ/2026", "reminder", "2026-12-24")
	nobody.UnitId = "MTTQ"
	h.mustTell(nobody)
	h.at("2026-12-25 08:00")
	third := matterFor("GSX-01/UBND-12205-2507/2026", "accepted", "")
	h.mustTell(third)

	for _, c := range []struct {
		request *notificationsv1.ListMessagesRequest
		total   int32
		want    []string // officials, newest first; empty: nobody was there
	}{
		{&notificationsv1.ListMessagesRequest{}, 4, []string{"CB-AN", "", "CB-BINH", "CB-AN"}},
		{&notificationsv1.ListMessagesRequest{Limit: 2, Offset: 1}, 4, []string{"", "CB-BINH"}},
		{&notificationsv1.ListMessagesRequest{Nobody: true}, 1, []string{""}},
		{&notificationsv1.ListMessagesRequest{Text: "tran thi BÌNH"}, 1, []string{"CB-BINH"}},
		{&notificationsv1.ListMessagesRequest{Text: "doi thoai"}, 1, []string{"CB-AN"}},
		{&notificationsv1.ListMessagesRequest{Text: "nguyen van an"}, 2, []string{"CB-AN", "CB-AN"}},
		{&notificationsv1.ListMessagesRequest{Text: "100%"}, 0, nil},
		{&notificationsv1.ListMessagesRequest{UnitId: exampleUnit}, 3, []string{"CB-AN", "CB-BINH", "CB-AN"}},
		{&notificationsv1.ListMessagesRequest{Template: "reminder"}, 2, []string{"", "CB-AN"}},
		{&notificationsv1.ListMessagesRequest{From: "2026-12-25", To: "2026-12-25"}, 1, []string{"CB-AN"}},
		{&notificationsv1.ListMessagesRequest{To: "2026-12-24"}, 3, []string{"", "CB-BINH", "CB-AN"}},
		{&notificationsv1.ListMessagesRequest{Channel: "sms"}, 0, nil},
	} {
		response, err := h.client.Notifications.ListMessages(t.Context(), connect.NewRequest(c.request))
		require.NoError(t, err)
		var officials []string
		for _, row := range response.Msg.GetMessages() {
			officials = append(officials, row.GetOfficialId())
		}
		require.Equal(t, c.want, officials, c.request)
		require.Equal(t, c.total, response.Msg.GetTotal(), c.request)
	}
	newest := h.ledger()[0]
	require.Equal(t, []string{newest.GetKey()}, keys(h.list(&notificationsv1.ListMessagesRequest{Id: newest.GetId()})))
	require.Empty(t, h.list(&notificationsv1.ListMessagesRequest{Id: newest.GetId(), Channel: "sms"}))
	for _, none := range []string{"0", "x", "99999999999999999999", "-1"} {
		require.Empty(t, h.list(&notificationsv1.ListMessagesRequest{Id: none}), none)
	}
	_, err := h.client.Notifications.ListMessages(t.Context(), connect.NewRequest(&notificationsv1.ListMessagesRequest{From: "1/1/2026", To: "x"}))
	require.Len(t, wire.RefusalOf(err).GetFields(), 2)
}

func TestTheExportIsWholeAndHarmless(t *testing.T) {
	h := newHouse(t)
	hostile := an()
	hostile.Official.Name = `=HYPERLINK("https://x"),"a"`
	h.town.hold(exampleUnit, "contact", hostile)
	h.mustTell(now(reminder()))
	stream, err := h.client.Notifications.ExportMessages(t.Context(), connect.NewRequest(&notificationsv1.ListMessagesRequest{CaseId: exampleCase}))
	require.NoError(t, err)
	var whole strings.Builder
	for stream.Receive() {
		whole.Write(stream.Msg().GetContent())
	}
	require.NoError(t, stream.Err())
	content, found := strings.CutPrefix(whole.String(), "\ufeff")
	require.True(t, found)
	require.True(t, strings.HasSuffix(content, "\r\n"))
	records, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 2)
	require.Equal(t, exportHead, records[0])
	require.Equal(t, `'=HYPERLINK("https://x"),"a"`, records[1][7])
	require.NotContains(t, content, "/mo/ey")
}

func TestAStreamWithoutATokenOfTheHouseIsRefused(t *testing.T) {
	h := newHouse(t)
	stranger := notificationsv1connect.NewNotificationsServiceClient(http.DefaultClient, h.config.NotificationsURL)
	stream, err := stranger.ExportMessages(t.Context(), connect.NewRequest(&notificationsv1.ListMessagesRequest{}))
	require.NoError(t, err)
	require.False(t, stream.Receive())
	require.Equal(t, connect.CodeUnauthenticated, connect.CodeOf(stream.Err()))
	refused, err := h.client.Notifications.ExportMessages(t.Context(), connect.NewRequest(&notificationsv1.ListMessagesRequest{From: "x"}))
	require.NoError(t, err)
	require.False(t, refused.Receive())
	require.Equal(t, contract.CodeInvalid, wire.RefusalOf(refused.Err()).GetCode())
}

func keys(messages []*notificationsv1.Message) (keys []string) {
	for _, m := range messages {
		keys = append(keys, m.GetKey())
	}
	return keys
}
