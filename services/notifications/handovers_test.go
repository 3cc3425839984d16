package notifications

import (
	"context"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func (s *town) GetHandOver(_ context.Context, r *connect.Request[unitsv1.GetHandOverRequest]) (*connect.Response[unitsv1.HandOverPostResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handedOver == nil || s.handedOver.GetHandOver().GetId() != r.Msg.GetId() {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có.", "None."))
	}
	return connect.NewResponse(s.handedOver), nil
}

// handsOver has An hand the contact's post of the example unit over to Cúc.
func (h *house) handsOver() {
	from, to := an(), person("CB-CUC", "Phạm Thị Cúc", "Công chức Văn phòng", exampleUnit, "Ủy ban nhân dân xã Khoái Châu")
	h.town.mu.Lock()
	h.town.handedOver = &unitsv1.HandOverPostResponse{
		HandOver: &unitsv1.HandOver{Id: "BG-1", UnitId: exampleUnit, Role: "contact", FromOfficialId: from.GetOfficial().GetId(), ToOfficialId: to.GetOfficial().GetId(),
			Title: "Công chức Văn phòng", Day: "2026-12-24", Document: "12/QĐ-UBND"},
		From: from, To: to,
	}
	h.town.staff = map[string]*unitsv1.Official{from.GetOfficial().GetId(): from.GetOfficial()}
	h.town.cases = map[string]*reportsv1.Case{exampleCase: {Id: exampleCase, UnitId: exampleUnit, PeriodId: "2026", TitleVi: "Hội nghị đối thoại", State: &casefilev1.CaseState{CaseId: exampleCase, State: casefilev1.State_STATE_OPEN, DueDay: "2026-12-31"}}}
	h.town.mu.Unlock()
	h.town.hold(exampleUnit, "contact", to)
}

func (h *house) tellHandOver() (*notificationsv1.TellHandOverResponse, error) {
	answer, err := h.client.Notifications.TellHandOver(h.t.Context(), connect.NewRequest(&notificationsv1.TellHandOverRequest{HandOverId: "BG-1"}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func TestBothSidesOfAHandOverAreToldOnce(t *testing.T) {
	h := newHouse(t)
	h.handsOver()
	told, err := h.tellHandOver()
	require.NoError(t, err)
	require.Len(t, told.GetOfficialIds(), 2)
	require.EqualValues(t, 1, told.GetCases())
	mails := h.relay.taken()
	require.Len(t, mails, 2)
	var takes, hands received
	for _, m := range mails {
		if m.to == "cb-cuc@hungyen.example" {
			takes = m
		} else {
			hands = m
		}
	}
	require.Equal(t, "[Nề Nếp] Bàn giao chức vụ", takes.subject(t))
	text := strings.ReplaceAll(bodies(t, takes)["text/plain"], "\r\n", "\n")
	require.Contains(t, text, "Kính gửi: Đồng chí Phạm Thị Cúc")
	require.Contains(t, text, "Từ ngày 24/12/2026, đồng chí nhận bàn giao chức vụ Công chức Văn phòng, Ủy ban nhân dân xã Khoái Châu từ đồng chí")
	require.Contains(t, text, "theo 12/QĐ-UBND.")
	require.Contains(t, text, "Hồ sơ đang mở (01):\n- Hội nghị đối thoại năm 2026 ("+exampleCase+"), hạn 31/12/2026")
	require.NotContains(t, text, "/mo/", "it opens nothing by itself")
	note := bodies(t, hands)["text/plain"]
	require.Contains(t, note, "Đồng chí không còn nhận thông báo")
	require.Contains(t, note, "01 hồ sơ đang mở đã chuyển sang người nhận bàn giao.")
	require.NotContains(t, note, exampleCase)

	again, err := h.tellHandOver()
	require.NoError(t, err)
	require.True(t, again.GetRepeatedCall())
	require.Len(t, h.relay.taken(), 2, "told again, nothing is sent again")
}

func TestAHandOverWithoutAnOpenCaseSaysSo(t *testing.T) {
	h := newHouse(t)
	h.handsOver()
	h.town.mu.Lock()
	h.town.cases = nil
	h.town.states = nil
	h.town.mu.Unlock()
	_, err := h.tellHandOver()
	require.NoError(t, err)
	require.Contains(t, bodies(t, h.relay.taken()[0])["text/plain"], "Hiện không có hồ sơ nào đang mở.")
}

func TestAHandOverThatWasTakenBackTellsNobody(t *testing.T) {
	h := newHouse(t)
	h.handsOver()
	h.town.hold(exampleUnit, "contact", an())
	told, err := h.tellHandOver()
	require.NoError(t, err)
	require.Empty(t, told.GetOfficialIds())
	require.Empty(t, h.relay.taken())
}

func TestOnlyWorkflowsTellAHandOver(t *testing.T) {
	h := newHouse(t)
	h.handsOver()
	_, err := h.client.Notifications.TellHandOver(h.by("CB-AN"), connect.NewRequest(&notificationsv1.TellHandOverRequest{HandOverId: "BG-1"}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
}

func TestAHandOverIsTheSameInEnglish(t *testing.T) {
	read, err := loadLetters(nil)
	require.NoError(t, err)
	for _, template := range []string{templateTakesOver, templateHandsOver} {
		text, err := read.text("en", template, letter{Recipient: "A", Post: "Contact, X", ActDay: "24/12/2026", Cases: "02", CaseLines: "- a\n- b", Settings: "https://x/", HelpContact: "B"})
		require.NoError(t, err)
		require.Contains(t, text, "24/12/2026")
		require.NotContains(t, text, "<no value>")
	}
}
