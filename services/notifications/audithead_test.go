package notifications

import (
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

// An auditor keeps the mail; the line in it is what `nenep audit verify --heads` reads.
func TestAuditorsGetTheHeadOfTheTrailOncePerDay(t *testing.T) {
	h := newHouse(t)
	auditor := person("CB-KT", "Đỗ Văn Kiểm", "Ủy viên Ủy ban Kiểm tra", "UBKT-TU", "Ủy ban Kiểm tra Tỉnh ủy")
	auditor.Position.Role = "auditor"
	h.town.hold("UBKT-TU", "auditor", auditor)
	request := &notificationsv1.TellAuditHeadRequest{Day: "2026-12-23", Entries: 1203, LastId: 1210, Hash: strings.Repeat("ab", 32)}
	for range 2 {
		told, err := h.client.Notifications.TellAuditHead(t.Context(), connect.NewRequest(request))
		require.NoError(t, err)
		require.Equal(t, []string{"CB-KT"}, told.Msg.GetOfficialIds())
	}
	mails := h.relay.taken()
	require.Len(t, mails, 1)
	require.Equal(t, "[Nề Nếp] Mã chốt nhật ký", mails[0].subject(t))
	text := bodies(t, mails[0])["text/plain"]
	require.Contains(t, text, "Kính gửi: Đồng chí Đỗ Văn Kiểm")
	require.Contains(t, text, "đến hết ngày 23/12/2026")
	require.Contains(t, strings.ReplaceAll(text, "\r\n", "\n"), "\n2026-12-23 1203 1210 "+strings.Repeat("ab", 32)+"\n", "on a line of its own, whole")
}

func TestWithoutAnAuditorNobodyIsWrittenTo(t *testing.T) {
	h := newHouse(t)
	told, err := h.client.Notifications.TellAuditHead(t.Context(), connect.NewRequest(&notificationsv1.TellAuditHeadRequest{Day: "2026-12-23", Hash: strings.Repeat("ab", 32)}))
	require.NoError(t, err)
	require.Empty(t, told.Msg.GetOfficialIds())
	require.Empty(t, h.relay.taken())
}
