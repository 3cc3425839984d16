package units_test

import (
	"errors"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func (h *house) handOver(t *testing.T, r *unitsv1.HandOverPostRequest) (*unitsv1.HandOverPostResponse, error) {
	t.Helper()
	answer, err := h.client.HandOverPost(h.administrator(t), connect.NewRequest(r))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func TestAPostIsHandedOverWithEverythingInItsSight(t *testing.T) {
	for says, on := range map[string]string{"from today": today, "in the middle of next month": "2026-12-15", "from a day that has been": "2026-11-02"} {
		t.Run(says, func(t *testing.T) {
			h := open(t)
			contact, head := h.official(t, commune, "contact"), h.official(t, commune, "head")
			post := h.held(t, commune, "contact")
			ask := &unitsv1.HandOverPostRequest{PositionId: post.GetId(), Official: &unitsv1.NewOfficial{Name: "Vũ Thị Nhận", Email: "nhan@khoaichau.example"}, Day: on, Document: document, DryRun: true, IdempotencyKey: "bg-1"}
			dry, err := h.handOver(t, ask)
			require.NoError(t, err)
			require.Empty(t, dry.GetHandOver().GetId())
			require.Equal(t, []string{contact, "Vũ Thị Nhận"}, []string{dry.GetFrom().GetOfficial().GetId(), dry.GetTo().GetOfficial().GetName()})
			require.Zero(t, h.count(t, "SELECT count(*) FROM hand_overs"), "nothing is written")
			require.Zero(t, h.count(t, "SELECT count(*) FROM officials WHERE name = 'Vũ Thị Nhận'"))
			require.Empty(t, h.told.posts)

			ask.DryRun = false
			done, err := h.handOver(t, ask)
			require.NoError(t, err)
			next := done.GetHandOver().GetToOfficialId()
			for role := range map[string]bool{"contact": true} {
				dayBefore := map[string]string{today: "2026-11-22", "2026-12-15": "2026-12-14", "2026-11-02": "2026-11-01"}[on]
				_, before := h.resolve(t, commune, role, dayBefore)
				_, after := h.resolve(t, commune, role, on)
				require.Len(t, before, 1)
				require.Len(t, after, 1)
				require.Equal(t, contact, before[0].GetOfficial().GetId(), "until the day before, a case tells who hands over")
				require.Equal(t, next, after[0].GetOfficial().GetId(), "from the day on, who takes over, without any case having changed")
			}
			_, heads := h.resolve(t, commune, "head", on)
			require.Equal(t, head, heads[0].GetOfficial().GetId())
			require.Equal(t, []contract.HandOverInput{{HandOverID: done.GetHandOver().GetId(), Day: on}}, h.told.posts)

			again, err := h.handOver(t, ask)
			require.NoError(t, err)
			require.Equal(t, done.GetHandOver().GetId(), again.GetHandOver().GetId(), "sent twice it is one hand-over")
			require.Equal(t, next, again.GetTo().GetOfficial().GetId())
			require.Equal(t, 1, h.count(t, "SELECT count(*) FROM officials WHERE name = 'Vũ Thị Nhận'"))
			require.Equal(t, "post-handed-over", h.changes(t, next)[0].GetKind())
			require.Equal(t, "post-handed-over", h.changes(t, contact)[0].GetKind())
		})
	}
}

func TestTheCheckOfAHandOverSaysWhatEndsAndWhatStays(t *testing.T) {
	h := open(t)
	head, contact := h.official(t, commune, "head"), h.official(t, commune, "contact")
	_, err := h.client.RecordDelegation(asOfficial(t, head), connect.NewRequest(&unitsv1.Delegation{OfficialId: head, UnitId: commune, Role: "head", DelegateId: contact, From: today, To: "2026-12-31", Document: "3/UQ"}))
	require.NoError(t, err)
	_, err = h.client.RecordAbsence(asOfficial(t, head), connect.NewRequest(&unitsv1.Absence{OfficialId: head, From: "2026-12-01", To: "2026-12-05"}))
	require.NoError(t, err)
	deputy := h.official(t, "MTTQ-12205-2507", "head")

	dry, err := h.handOver(t, &unitsv1.HandOverPostRequest{PositionId: h.held(t, commune, "head").GetId(), ToOfficialId: deputy, Day: "2026-12-01", Document: document, DryRun: true})
	require.NoError(t, err)
	require.Len(t, dry.GetEnds(), 1)
	require.Len(t, dry.GetAbsences(), 1)
	require.NotEmpty(t, dry.GetHolds(), "he who takes over keeps his other hat")

	of, err := h.handOver(t, &unitsv1.HandOverPostRequest{PositionId: h.held(t, commune, "contact").GetId(), ToOfficialId: deputy, Day: "2026-12-01", Document: document, DryRun: true})
	require.NoError(t, err)
	require.Len(t, of.GetStays(), 1, "what a delegate received in another post goes on while he is in office")

	done, err := h.handOver(t, &unitsv1.HandOverPostRequest{PositionId: h.held(t, commune, "head").GetId(), ToOfficialId: deputy, Title: "Quyền Chủ tịch", Day: "2026-12-01", Document: document})
	require.NoError(t, err)
	require.Equal(t, "Quyền Chủ tịch", done.GetTo().GetPosition().GetTitle())
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM delegations WHERE revoked_on = '2026-12-01'"))
	_, heads := h.resolve(t, commune, "head", "2026-12-01")
	require.Equal(t, deputy, heads[0].GetOfficial().GetId())
}

func TestABadHandOverIsRefusedWithEverythingThatIsWrong(t *testing.T) {
	h := open(t)
	post := h.held(t, commune, "contact")
	contact := h.official(t, commune, "contact")
	for says, c := range map[string]struct {
		ask    *unitsv1.HandOverPostRequest
		fields []string
	}{
		"nothing said":                   {&unitsv1.HandOverPostRequest{}, []string{"day", "document", "official_id"}},
		"to himself":                     {&unitsv1.HandOverPostRequest{ToOfficialId: contact, Day: today, Document: document}, []string{"to_official_id", "to_official_id"}},
		"to nobody who is there":         {&unitsv1.HandOverPostRequest{ToOfficialId: "CB-X", Day: today, Document: document}, []string{"to_official_id"}},
		"before he had it":               {&unitsv1.HandOverPostRequest{ToOfficialId: h.official(t, commune, "head"), Day: "2024-01-01", Document: document}, []string{"day", "day"}},
		"to one who is new and nameless": {&unitsv1.HandOverPostRequest{Official: &unitsv1.NewOfficial{Email: "x"}, Day: today, Document: document}, []string{"name", "email"}},
	} {
		t.Run(says, func(t *testing.T) {
			c.ask.PositionId = post.GetId()
			_, err := h.handOver(t, c.ask)
			require.ElementsMatch(t, c.fields, fieldsOf(t, err))
		})
	}
	_, err := h.handOver(t, &unitsv1.HandOverPostRequest{PositionId: "CV-999999", Day: today})
	requireRefusal(t, err, contract.CodeNotFound, "CV-999999")
	_, err = h.client.HandOverPost(asOfficial(t, contact), connect.NewRequest(&unitsv1.HandOverPostRequest{PositionId: post.GetId()}))
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	require.Zero(t, h.count(t, "SELECT count(*) FROM hand_overs"))
}

func TestTheHeadHandsTheContactsPostOver(t *testing.T) {
	h := open(t)
	head := asOfficial(t, h.official(t, commune, "head"))
	ask := &unitsv1.HandOverPostRequest{PositionId: h.held(t, commune, "contact").GetId(), Official: &unitsv1.NewOfficial{Name: "Người Mới", Email: "moi@khoaichau.example"}, Day: today, Document: document}
	done, err := h.client.HandOverPost(head, connect.NewRequest(ask))
	require.NoError(t, err)
	ask.PositionId = h.held(t, commune, "head").GetId()
	_, err = h.client.HandOverPost(head, connect.NewRequest(ask))
	requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	read := func(official string) error {
		_, err := h.client.GetHandOver(asOfficial(t, official), connect.NewRequest(&unitsv1.GetHandOverRequest{Id: done.Msg.GetHandOver().GetId()}))
		return err
	}
	require.NoError(t, read(done.Msg.GetHandOver().GetFromOfficialId()))
	require.NoError(t, read(done.Msg.GetHandOver().GetToOfficialId()))
	requireRefusal(t, read(h.official(t, "MTTQ-12205-2507", "contact")), contract.CodeForbidden, "quản trị hệ thống của tỉnh")
}

func TestAHandOverWaitsToBeToldWhereTemporalIsAway(t *testing.T) {
	h := open(t)
	h.told.away = errors.New("away")
	done, err := h.handOver(t, &unitsv1.HandOverPostRequest{PositionId: h.held(t, commune, "contact").GetId(), ToOfficialId: h.official(t, "MTTQ-12205-2507", "contact"), Day: today, Document: document})
	require.NoError(t, err, "the post is handed over all the same")
	untold := func() int {
		listed, err := h.as("worker").ListHandOvers(t.Context(), connect.NewRequest(&unitsv1.ListHandOversRequest{UntoldOnly: true}))
		require.NoError(t, err)
		return len(listed.Msg.GetHandOvers())
	}
	require.Equal(t, 1, untold())
	marked, err := h.as("worker").MarkHandOverTold(t.Context(), connect.NewRequest(&unitsv1.GetHandOverRequest{Id: done.GetHandOver().GetId()}))
	require.NoError(t, err)
	require.NotEmpty(t, marked.Msg.GetToldAt())
	require.Zero(t, untold())
	_, err = h.client.MarkHandOverTold(h.administrator(t), connect.NewRequest(&unitsv1.GetHandOverRequest{Id: done.GetHandOver().GetId()}))
	requireSentence(t, err, contract.CodeForbidden, "Chỉ hệ thống")
}
