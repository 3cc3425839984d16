package notifications

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func TestASupervisorOfACommuneReadsTheMessagesBelowHimAndNoOther(t *testing.T) {
	h := newHouse(t)
	const elsewhere = "DT-01/UBND-12337-2507/2026"
	h.mustTell(matterFor(exampleCase, "returned", "2026-12-28"))
	h.mustTell(matterFor(elsewhere, "returned", "2026-12-28"))
	h.execute(`UPDATE notifications.messages SET unit_id = 'UBND-12337-2507', official_id = 'CB-KHAC' WHERE case_id = '` + elsewhere + `'`)
	h.town.extra = map[string][]*unitsv1.Holder{}
	for id, role := range map[string]string{"CB-XA": "supervisor", "CB-KIEM": "auditor"} {
		one := person(id, "Đào Văn Minh", "Ủy viên", "BCD-XA", "Ban Chỉ đạo xã")
		one.Position.Role = role
		h.town.extra[id] = []*unitsv1.Holder{one}
	}
	h.town.below = map[string][]string{"BCD-XA": {exampleUnit}}
	cases := func(official string) (ids []string, total int32) {
		answer, err := h.client.Notifications.ListMessages(h.by(official), connect.NewRequest(&notificationsv1.ListMessagesRequest{}))
		require.NoError(t, err)
		for _, m := range answer.Msg.GetMessages() {
			ids = append(ids, m.GetCaseId())
		}
		return ids, answer.Msg.GetTotal()
	}
	ids, total := cases("CB-XA")
	require.NotEmpty(t, ids)
	require.NotContains(t, ids, elsewhere)
	require.EqualValues(t, len(ids), total, "nor is any other counted")
	ids, _ = cases("CB-KIEM")
	require.Contains(t, ids, elsewhere)

	stream, err := h.client.Notifications.ExportMessages(h.by("CB-XA"), connect.NewRequest(&notificationsv1.ListMessagesRequest{}))
	require.NoError(t, err)
	content := ""
	for stream.Receive() {
		content += string(stream.Msg().GetContent())
	}
	require.NoError(t, stream.Err())
	require.Contains(t, content, exampleCase)
	require.NotContains(t, content, elsewhere)
}
