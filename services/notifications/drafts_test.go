package notifications

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const (
	reviewing = "SNV"
	standing9 = "BTGDV"
)

// withBodies gives the example unit a reviewing body with a head, and a standing agency.
func (h *house) withBodies() {
	h.town.names[reviewing], h.town.names[standing9] = "Sở Nội vụ", "Ban Tuyên giáo và Dân vận Tỉnh ủy"
	h.town.leads = map[string]string{exampleUnit + "/reviewer": reviewing, exampleUnit + "/standing-agency": standing9}
	head := person("CB-HEAD", "Lê Văn Hòa", "Giám đốc Sở", reviewing, "Sở Nội vụ")
	head.Position.Role = "head"
	admin := person("CB-ADMIN", "Vũ Thị Quản", "Quản trị", reviewing, "Sở Nội vụ")
	admin.Position.Role = "administrator"
	h.town.extra = map[string][]*unitsv1.Holder{"CB-HEAD": {head}, "CB-ADMIN": {admin}}
	leader := person("CB-LEAD", "Phạm Thị Lan", "Trưởng ban", standing9, "Ban Tuyên giáo và Dân vận Tỉnh ủy")
	leader.Position.Role = "leader"
	h.town.hold(exampleUnit, "standing-agency", leader)
}

func upwards() *notificationsv1.TellRequest {
	return &notificationsv1.TellRequest{Key: exampleCase + "/1/overdue-7", CaseId: exampleCase, UnitId: exampleUnit, Template: "overdue-standing",
		Role: "standing-agency", On: "2026-12-21", Draft: true, RungId: "overdue-7",
		Facts: map[string]string{"title": "Hội nghị trao đổi, đối thoại", "due_day": "2026-12-10", "late_days": "7"}}
}

func (h *house) release(by, id, words string) (*notificationsv1.Message, error) {
	response, err := h.client.Notifications.ReleaseDraft(h.by(by), connect.NewRequest(&notificationsv1.ReleaseDraftRequest{Id: id, Words: words}))
	if err != nil {
		return nil, err
	}
	return response.Msg, nil
}

func TestADraftIsReleasedByTheHeadOfTheBodyItSpeaksForAsThingsStandThatDay(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	require.True(t, h.mustTell(upwards()).GetDraft())
	drafts := h.list(&notificationsv1.ListMessagesRequest{SenderUnitId: reviewing, State: "draft"})
	require.Len(t, drafts, 1)
	require.Empty(t, h.relay.taken())

	for _, stranger := range []string{"CB-AN", "CB-ADMIN", "CB-LEAD", ""} {
		_, err := h.release(stranger, drafts[0].GetId(), "")
		require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode(), stranger)
	}
	released, err := h.release("CB-HEAD", drafts[0].GetId(), "Sở đã làm việc với xã ngày 22/12/2026.\n\nKính báo cáo.")
	require.NoError(t, err)
	require.Equal(t, []string{"sent", "CB-HEAD"}, []string{released.GetState(), released.GetDecidedBy()})
	require.Equal(t, "Sở đã làm việc với xã ngày 22/12/2026.\nKính báo cáo.", released.GetWords())
	text := bodies(t, h.last())["text/plain"]
	require.Contains(t, text, "quá hạn 10 ngày làm việc (hạn 10/12/2026)")
	require.Contains(t, text, "\n\nSở đã làm việc với xã ngày 22/12/2026.\nKính báo cáo.\n\n")
	require.Contains(t, text, "Trân trọng.\n\nSở Nội vụ\n")

	again, err := h.release("CB-HEAD", drafts[0].GetId(), "Khác")
	require.NoError(t, err)
	require.Equal(t, released.GetWords(), again.GetWords())
	require.Len(t, h.relay.taken(), 1)
}

func TestADraftToTheCommitteeSpeaksForTheStandingAgency(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	h.town.hold(exampleUnit, "committee", binh())
	request := upwards()
	request.Template, request.Role = "overdue-committee", "committee"
	h.mustTell(request)
	require.Equal(t, standing9, h.ledger()[0].GetSenderUnitId())
}

func TestADraftReleasedAtNightLeavesInTheMorning(t *testing.T) {
	h := newHouse(t, office)
	h.withBodies()
	h.mustTell(upwards())
	h.at("2026-12-24 21:00")
	released, err := h.release("CB-HEAD", h.ledger()[0].GetId(), "")
	require.NoError(t, err)
	require.Equal(t, []string{"waiting", "2026-12-24T23:30:00Z"}, []string{released.GetState(), released.GetLeavesAt()})
	h.at("2026-12-25 06:35")
	require.Equal(t, int32(1), h.pending().GetSent())
}

func TestADraftOfACaseSettledMeanwhileIsDroppedAndTheReleaseRefused(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	h.mustTell(upwards())
	h.town.states[exampleCase] = casefilev1.State_STATE_SUBMITTED
	for range 2 {
		_, err := h.release("CB-HEAD", h.ledger()[0].GetId(), "")
		require.Equal(t, contract.CodeWrongState, wire.RefusalOf(err).GetCode())
	}
	require.Equal(t, []string{"dropped", answerSettled}, []string{h.ledger()[0].GetState(), h.ledger()[0].GetAnswer()})
	require.Empty(t, h.relay.taken())
}

func TestADraftGoesToWhoHoldsTheRoleOnTheDayOfRelease(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	h.mustTell(upwards())
	h.town.hold(exampleUnit, "standing-agency", binh())
	_, err := h.release("CB-HEAD", h.ledger()[0].GetId(), "")
	require.NoError(t, err)
	require.Equal(t, "cb-binh@hungyen.example", h.last().to)
	states := map[string]string{}
	for _, row := range h.ledger() {
		states[row.GetOfficialId()] = row.GetState()
	}
	require.Equal(t, map[string]string{"CB-LEAD": "dropped", "CB-BINH": "sent"}, states)
}

func TestADraftIsDiscardedWithAReason(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	h.mustTell(upwards())
	id := h.ledger()[0].GetId()
	discard := func(by, reason string) (*connect.Response[notificationsv1.Message], error) {
		return h.client.Notifications.DiscardDraft(h.by(by), connect.NewRequest(&notificationsv1.DiscardDraftRequest{Id: id, Reason: reason}))
	}
	_, err := discard("CB-AN", "x")
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	_, err = discard("CB-HEAD", " ")
	require.Equal(t, "reason", wire.RefusalOf(err).GetFields()[0].GetField())
	dropped, err := discard("CB-HEAD", "Xã đã nộp bản giấy.")
	require.NoError(t, err)
	require.Equal(t, []string{"dropped", "CB-HEAD", "Xã đã nộp bản giấy."}, []string{dropped.Msg.GetState(), dropped.Msg.GetDecidedBy(), dropped.Msg.GetWords()})
	_, err = discard("CB-HEAD", "Xã đã nộp bản giấy.")
	require.NoError(t, err)
	_, err = h.release("CB-HEAD", id, "")
	require.Equal(t, contract.CodeWrongState, wire.RefusalOf(err).GetCode())
}

func TestWhatIsNoDraftIsNotReleased(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	h.mustTell(reminder())
	_, err := h.release("CB-HEAD", h.ledger()[0].GetId(), "")
	require.Equal(t, contract.CodeWrongState, wire.RefusalOf(err).GetCode())
	for _, id := range []string{"", "x", "999999"} {
		_, err := h.release("CB-HEAD", id, "")
		require.Equal(t, contract.CodeNotFound, wire.RefusalOf(err).GetCode(), id)
	}
}
