package reports

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func note(id, words string) *casefilev1.Act {
	return &casefilev1.Act{ActId: id, CaseId: dialogue, Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: words}}}
}

func submit(id string) *casefilev1.Act {
	return &casefilev1.Act{ActId: id, CaseId: dialogue, Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{Words: "kèm theo"}}}
}

func (h *house) act(official string, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
	answer, err := h.portal().Acts.Act(h.as(official), connect.NewRequest(act))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) stored() []*reportsv1.StoredAct {
	answer, err := h.portal().Acts.ListActs(h.as(contact), connect.NewRequest(&reportsv1.ListActsRequest{CaseId: dialogue}))
	require.NoError(h.t, err)
	return answer.Msg.GetActs()
}

func TestAnActIsStoredThenDeliveredThenAnswered(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.answer = func(options client.UpdateWorkflowOptions, act *casefilev1.Act) (*casefilev1.ActOutcome, error) {
		require.Len(t, h.stored(), 1, "stored before it is delivered")
		require.Nil(t, h.stored()[0].GetOutcome())
		require.Equal(t, dialogue, options.WorkflowID)
		require.Equal(t, contract.UpdateSubmit, options.UpdateName)
		require.Equal(t, "act-00000001", options.UpdateID)
		require.Equal(t, client.WorkflowUpdateStageCompleted, options.WaitForStage)
		require.Equal(t, contact, act.GetOfficialId())
		require.Equal(t, commune, act.GetActingUnitId())
		require.Equal(t, "contact", act.GetActingRole())
		require.Equal(t, "2026-12-01T02:00:00Z", act.GetAt())
		require.Empty(t, act.GetSubmit().GetWords(), "words stay here")
		state := openState()
		state.State = casefilev1.State_STATE_SUBMITTED
		return &casefilev1.ActOutcome{State: state}, nil
	}
	outcome, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, outcome.GetState().GetState())
	require.Equal(t, "act-00000001", outcome.GetActId())
	stored := h.stored()
	require.Equal(t, "kèm theo", stored[0].GetAct().GetSubmit().GetWords())
	require.NotEmpty(t, stored[0].GetDeliveredAt())
	require.True(t, verifyAudit(h).GetWhole())
}

func TestTheSameActAgainGetsTheFirstAnswer(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	first, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	h.temporal.answer = func(client.UpdateWorkflowOptions, *casefilev1.Act) (*casefilev1.ActOutcome, error) {
		t.Error("delivered a second time")
		return nil, errAway
	}
	h.clock.set("2026-12-02 10:00")
	again, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	require.Equal(t, first.String(), again.String())
}

func TestAnActIDIsNeverUsedForSomethingElse(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	_, err := h.act(contact, note("act-00000001", "đã gọi điện"))
	require.NoError(t, err)
	_, err = h.act(contact, note("act-00000001", "chưa gọi điện"))
	refusalOf(t, err, contract.CodeConflict)
	_, err = h.act(head, note("act-00000001", "đã gọi điện"))
	refusalOf(t, err, contract.CodeConflict)
	require.Len(t, h.stored(), 1)
}

func TestWhoActsAndWhenIsNotTheCallersToSay(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	forged := note("act-00000001", "x")
	forged.OfficialId, forged.At, forged.ActingRole, forged.ActingUnitId = administrator, "2020-01-01T00:00:00Z", "administrator", "VP-TU"
	_, err := h.act(contact, forged)
	require.NoError(t, err)
	act := h.stored()[0].GetAct()
	require.Equal(t, contact, act.GetOfficialId())
	require.Equal(t, "2026-12-01T02:00:00Z", act.GetAt())
	require.Equal(t, commune, act.GetActingUnitId())
	_, err = h.portal().Acts.Act(t.Context(), connect.NewRequest(note("act-00000002", "x")))
	refusalOf(t, err, contract.CodeForbidden)
}

func TestNoRightIsASentenceWithTheActTheUnitAndWhomToAsk(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	_, err := h.act(stranger, submit("act-00000001"))
	refusal := refusalOf(t, err, contract.CodeForbidden)
	require.Equal(t, "Tài khoản này không có quyền nộp hồ sơ ở UBND xã Khoái Châu. Liên hệ quản trị hệ thống của tỉnh, 0221 000 000.", refusal.GetTextVi())
	accept := &casefilev1.Act{ActId: "act-00000002", CaseId: dialogue, Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}}
	for _, official := range []string{contact, supervisor, bothSides, administrator, "CB-UNKNOWN"} {
		_, err = h.act(official, accept)
		refusalOf(t, err, contract.CodeForbidden)
	}
	require.Empty(t, h.stored(), "what nobody may do is not stored")
	_, err = h.act(reviewer, accept)
	require.NoError(t, err)
	require.Equal(t, reviewing, h.stored()[0].GetAct().GetActingUnitId())
}

func TestFieldsAreJudgedBeforeTheRight(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	_, err := h.act(stranger, &casefilev1.Act{ActId: "act-00000001", CaseId: dialogue, Kind: &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{}}})
	refusal := refusalOf(t, err, contract.CodeInvalid)
	require.Len(t, refusal.GetFields(), 2)
	require.Contains(t, refusal.GetTextVi(), "Có 2 mục chưa đúng.")
}

func TestAnActOnACaseNobodyKnowsIsNotFound(t *testing.T) {
	h := newHouse(t)
	_, err := h.act(contact, submit("act-00000001"))
	refusalOf(t, err, contract.CodeNotFound)
}

func TestWhileUnitsAreAwayNobodysRightIsGuessed(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.unitsDown.set(true)
	_, err := h.act(contact, submit("act-00000001"))
	refusalOf(t, err, contract.CodeUnavailable)
	h.unitsDown.set(false)
	_, err = h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
}

func TestFiguresAreStoredInOneForm(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	_, err := h.act(contact, &casefilev1.Act{ActId: "act-00000001", CaseId: dialogue, Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{
		StepId: "hold", HeldOn: "2026-11-28", Facts: map[string]string{"summoned": "1.214", "present": " 1000 "}}}})
	require.NoError(t, err)
	act, _ := h.temporal.updates[0].Args[0].(*casefilev1.Act)
	require.Equal(t, map[string]string{"summoned": "1214", "present": "1000"}, act.GetRecordStep().GetFacts())
}

func TestWhatTheCaseRefusesIsAnsweredAndKept(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.answer = func(client.UpdateWorkflowOptions, *casefilev1.Act) (*casefilev1.ActOutcome, error) {
		return nil, overTheWire(temporal.NewApplicationErrorWithOptions("no", contract.CodeWrongState, temporal.ApplicationErrorOptions{
			NonRetryable: true, Details: []any{&casefilev1.Refusal{Code: contract.CodeWrongState, TextVi: "Hồ sơ đã nộp.", TextEn: "Submitted already."}}}))
	}
	outcome, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	require.Equal(t, "Hồ sơ đã nộp.", outcome.GetRefusal().GetTextVi())
	h.temporal.answer = nil
	outcome, err = h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	require.Equal(t, contract.CodeWrongState, outcome.GetRefusal().GetCode(), "the first answer stays")
}

// overTheWire is the error as a client gets it from Temporal.
func overTheWire(err error) error {
	converter := temporal.GetDefaultFailureConverter()
	return converter.FailureToError(converter.ErrorToFailure(err))
}

func TestARefusalWithoutASentenceIsNotShownAndNotRepeatedForEver(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.answer = func(client.UpdateWorkflowOptions, *casefilev1.Act) (*casefilev1.ActOutcome, error) {
		return nil, temporal.NewApplicationError("nil pointer at 0x00", "PanicError")
	}
	outcome, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	require.NotContains(t, outcome.GetRefusal().GetTextEn(), "0x00")
	require.Equal(t, contract.CodeUnavailable, outcome.GetRefusal().GetCode())
}

func TestAnActUponACaseThatHasEndedSaysSo(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.progress(dialogue, 2, contract.ProgressWithdrawn, func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_WITHDRAWN })
	h.temporal.answer = func(client.UpdateWorkflowOptions, *casefilev1.Act) (*casefilev1.ActOutcome, error) {
		return nil, serviceerror.NewNotFound("workflow execution already completed")
	}
	outcome, err := h.act(contact, note("act-00000001", "x"))
	require.NoError(t, err)
	require.Equal(t, "Hồ sơ đang ở trạng thái “thu hồi” nên không ghi chú vào hồ sơ được. Tải lại trang để xem các việc có thể làm.", outcome.GetRefusal().GetTextVi())
}

func TestWhileTemporalIsAwayActsAreStoredAndDeliveredLater(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.set(func() { h.temporal.away = true })
	for _, act := range []*casefilev1.Act{note("act-00000001", "một"), note("act-00000002", "hai")} {
		outcome, err := h.act(contact, act)
		require.NoError(t, err)
		require.True(t, outcome.GetPending())
	}
	deliver := func() *reportsv1.DeliverPendingResponse {
		answer, err := h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
		require.NoError(t, err)
		return answer.Msg
	}
	require.EqualValues(t, 2, deliver().GetPending())
	h.temporal.set(func() { h.temporal.away = false })
	done := deliver()
	require.EqualValues(t, 2, done.GetDelivered())
	require.EqualValues(t, 0, done.GetPending())
	require.Equal(t, []string{"act-00000001", "act-00000002"}, []string{h.temporal.updates[0].UpdateID, h.temporal.updates[1].UpdateID}, "in the order they were made")
	outcome, err := h.act(contact, note("act-00000001", "một"))
	require.NoError(t, err)
	require.False(t, outcome.GetPending())
	require.Len(t, h.temporal.updates, 2)
}

func TestActsOfACaseKeepTheirOrderWhenOneCannotBeDelivered(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.set(func() { h.temporal.away = true })
	_, _ = h.act(contact, note("act-00000001", "một"))
	_, _ = h.act(contact, note("act-00000002", "hai"))
	h.temporal.set(func() {
		h.temporal.away = false
		h.temporal.answer = func(client.UpdateWorkflowOptions, *casefilev1.Act) (*casefilev1.ActOutcome, error) {
			return nil, serviceerror.NewNotFound("no such workflow")
		}
	})
	answer, err := h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	require.EqualValues(t, 2, answer.Msg.GetPending(), "an open case whose workflow is missing is no reason to drop an act")
	require.Len(t, h.temporal.updates, 1, "the second act does not overtake the first")
}

func TestAnAnswerLostOnTheWayIsFoundInTheProgressOfTheCase(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.set(func() { h.temporal.away = true })
	_, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	state := openState()
	state.CaseId, state.Sequence, state.State = dialogue, 2, casefilev1.State_STATE_SUBMITTED
	_, err = h.worker().Register.WriteProgress(t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: dialogue, Sequence: 2, What: contract.ProgressSubmitted, State: state, ActId: "act-00000001"}}))
	require.NoError(t, err)
	outcome, err := h.act(contact, submit("act-00000001"))
	require.NoError(t, err)
	require.False(t, outcome.GetPending())
	require.Equal(t, casefilev1.State_STATE_SUBMITTED, outcome.GetState().GetState())
	var official string
	require.NoError(t, h.db.Model(&auditRow{}).Where("kind = 'case-submitted'").Pluck("official_id", &official).Error)
	require.Equal(t, contact, official)
}

func TestWhatTheCaseDidOutweighsARefusalNotedBySomeoneSlower(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.temporal.set(func() { h.temporal.away = true })
	_, _ = h.act(contact, submit("act-00000001"))
	refused := &casefilev1.ActOutcome{ActId: "act-00000001", Refusal: &casefilev1.Refusal{Code: contract.CodeWrongState, TextVi: "x", TextEn: "x"}}
	_, err := keepOutcome(h.db, refused, h.clock.Now())
	require.NoError(t, err)
	did := &casefilev1.ActOutcome{ActId: "act-00000001", State: openState()}
	kept, err := keepOutcome(h.db, did, h.clock.Now())
	require.NoError(t, err)
	require.Nil(t, kept.GetRefusal())
	kept, err = keepOutcome(h.db, refused, h.clock.Now())
	require.NoError(t, err)
	require.Nil(t, kept.GetRefusal())
}

func TestOnlyTheSystemDeliversPendingActs(t *testing.T) {
	h := newHouse(t)
	_, err := h.portal().Acts.DeliverPending(h.as(administrator), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	refusalOf(t, err, contract.CodeForbidden)
}

func TestTheWorkerSealsWithoutAnOfficial(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	seal := &casefilev1.Act{ActId: "seal-DT-01-2026", CaseId: dialogue, Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{Document: "12/BC-BTGDV"}}}
	_, err := h.worker().Acts.Act(t.Context(), connect.NewRequest(seal))
	require.NoError(t, err)
	require.Equal(t, "standing-agency", h.stored()[0].GetAct().GetActingRole())
	_, err = h.worker().Acts.Act(t.Context(), connect.NewRequest(note("act-00000002", "x")))
	refusalOf(t, err, contract.CodeForbidden)
}

func TestTheClockIsShiftedInADemonstrationOnly(t *testing.T) {
	shift := &casefilev1.Act{ActId: "act-00000001", CaseId: dialogue, Kind: &casefilev1.Act_ShiftClock{ShiftClock: &casefilev1.ShiftClock{Seconds: 3600}}}
	h := newHouse(t)
	h.openCase()
	_, err := h.act(contact, shift)
	refusalOf(t, err, contract.CodeForbidden)
	demo := newHouse(t, func(_ *wire.Config, options *Options) { options.Demo = true })
	demo.openCase()
	_, err = demo.act(contact, shift)
	require.NoError(t, err)
}

func TestWhatWasSaidIsNeverRewrittenInTheDatabase(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	_, err := h.act(contact, note("act-00000001", "đã gọi điện"))
	require.NoError(t, err)
	for _, statement := range []string{`UPDATE acts SET body = '{}'`, `UPDATE acts SET official_id = 'x'`, `DELETE FROM acts`} {
		require.ErrorContains(t, h.db.Exec(statement).Error, "append-only", statement)
	}
}
