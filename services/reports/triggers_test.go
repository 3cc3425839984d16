package reports

import (
	"fmt"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func votersAsk(asking, voters string) *reportsv1.RecordEventRequest {
	return &reportsv1.RecordEventRequest{ObligationId: "DT-01", UnitId: commune, On: "2026-11-30", TriggerId: "voters-ask",
		Facts: map[string]string{"voters_asking": asking, "voters": voters}, IdempotencyKey: "voters-" + asking}
}

// opinion is a petition raised at the dialogue.
func opinion(key string) *reportsv1.RecordEventRequest {
	return &reportsv1.RecordEventRequest{ObligationId: "KN-01", UnitId: commune, On: "2026-11-28", OriginCaseId: dialogue, IdempotencyKey: key,
		Facts: map[string]string{"kind": "petition", "source": "conference"}, Words: "Đường thôn 3 ngập khi mưa"}
}

// openDialogue is a dialogue whose opinions become cases of their own.
func (h *house) openDialogue() {
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) { input.LinkedObligationId = "KN-01" })
}

// openPetition registers the case of an event as its workflow would.
func (h *house) openPetition(event *reportsv1.Event, change ...func(*casefilev1.CaseInput, *casefilev1.CaseState)) string {
	id := contract.CaseID("KN-01", event.GetUnitId(), event.GetId())
	h.openCase(append([]func(*casefilev1.CaseInput, *casefilev1.CaseState){func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId = id, "KN-01", event.GetUnitId(), event.GetId()
		input.OriginCaseId, state.DueDay = event.GetOriginCaseId(), "2026-12-11"
	}}, change...)...)
	return id
}

func (h *house) events(filter *reportsv1.ListEventsRequest) []*reportsv1.Event {
	answer, err := h.worker().Register.ListEvents(h.t.Context(), connect.NewRequest(filter))
	require.NoError(h.t, err)
	return answer.Msg.GetEvents()
}

func TestTenPercentOfTheVotersBringAboutADialogue(t *testing.T) {
	h := newHouse(t)
	_, err := h.recordEvent(contact, votersAsk("999", "10000"))
	refusal := refusalOf(t, err, contract.CodeInvalid)
	require.Equal(t, []string{"facts.voters_asking"}, fieldsOf(refusal.GetFields()))
	require.Contains(t, refusal.GetTextVi(), "9,9%", "the share is named")
	event, err := h.recordEvent(contact, votersAsk("1.000", "10.000"))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"voters_asking": "1000", "voters": "10000"}, event.GetFacts(), "figures are stored in one form")
	require.Equal(t, "voters-ask", event.GetTriggerId())
	require.NotEmpty(t, event.GetRecordedAt())

	early := votersAsk("5000", "10000")
	early.On = "2025-02-01"
	_, err = h.recordEvent(contact, early)
	require.Equal(t, []string{"trigger_id"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()), "no such right before the law of 2025")
}

func TestEveryBadFactOfAnEventIsNamedAtOnce(t *testing.T) {
	h := newHouse(t)
	event := votersAsk("nhiều", "")
	event.Facts["villages"] = "3"
	_, err := h.recordEvent(contact, event)
	require.Equal(t, []string{"facts.villages", "facts.voters", "facts.voters_asking"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
}

func TestADenunciationCannotBeChosen(t *testing.T) {
	h := newHouse(t)
	event := opinion("key-1")
	event.OriginCaseId, event.Facts["kind"] = "", "denunciation"
	_, err := h.recordEvent(contact, event)
	require.Equal(t, "Tố cáo không ghi thành hồ sơ, không nhận tệp và không gửi tin. Chỉ nhập số lượng ở báo cáo định kỳ.", refusalOf(t, err, contract.CodeInvalid).GetTextVi())
	require.Empty(t, h.events(&reportsv1.ListEventsRequest{}))
}

func TestWhatTheSystemFindsOnlyTheSystemRecords(t *testing.T) {
	h := newHouse(t)
	missing := &reportsv1.RecordEventRequest{ObligationId: "BCD-04", UnitId: "DU-12205-2507", On: "2026-12-03", TriggerId: "vacancy", IdempotencyKey: "auto:vacancy:1"}
	_, err := h.recordEvent(administrator, missing)
	require.Contains(t, refusalOf(t, err, contract.CodeInvalid).GetTextVi(), "do hệ thống tự nhận biết")
	recorded, err := h.worker().Acts.RecordEvent(t.Context(), connect.NewRequest(missing))
	require.NoError(t, err, "also when the worker's clock runs ahead of this service's")
	require.Equal(t, "vacancy", recorded.Msg.GetTriggerId())
	require.Empty(t, h.temporal.starts, "the reconciliation that found it is running already")
}

func TestAnEventWithoutATriggerIsTheFirstThatAPersonMayRecord(t *testing.T) {
	h := newHouse(t)
	event, err := h.recordEvent(contact, vacancy("key-1"))
	require.NoError(t, err)
	require.Equal(t, "member-left", event.GetTriggerId())
}

func TestAnEventOfEveryUnitIsOneEventEachAllOrNothing(t *testing.T) {
	h := newHouse(t)
	issued := &reportsv1.RecordEventRequest{ObligationId: "QC-01", UnitId: reviewing, On: "2026-11-30", Words: "Luật sửa đổi có hiệu lực", IdempotencyKey: "law", EveryUnit: true}
	_, err := h.recordEvent(contact, issued)
	refusalOf(t, err, contract.CodeForbidden)
	first, err := h.recordEvent(leader, issued)
	require.NoError(t, err)
	all := h.events(&reportsv1.ListEventsRequest{ObligationId: "QC-01"})
	require.Greater(t, len(all), 1)
	units := map[string]bool{}
	for _, event := range all {
		units[event.GetUnitId()] = true
	}
	require.Len(t, units, len(all), "each unit once")
	require.False(t, units["UBND-OLD"], "a unit that has ended owes nothing")

	again, err := h.recordEvent(leader, issued)
	require.NoError(t, err)
	require.Equal(t, first.String(), again.String())
	require.Len(t, h.events(&reportsv1.ListEventsRequest{ObligationId: "QC-01"}), len(all), "the same key records nothing twice")
	issued.Words = "Luật khác"
	_, err = h.recordEvent(leader, issued)
	refusalOf(t, err, contract.CodeConflict)
	require.True(t, verifyAudit(h).GetWhole())
}

func TestAnOpinionIsRaisedOutOfACaseOfItsUnit(t *testing.T) {
	h := newHouse(t)
	h.openDialogue()
	event, err := h.recordEvent(contact, opinion("key-1"))
	require.NoError(t, err)
	require.Equal(t, dialogue, event.GetOriginCaseId())
	for name, c := range map[string]struct {
		change func(*reportsv1.RecordEventRequest)
		says   string
	}{
		"a case nobody knows":   {func(e *reportsv1.RecordEventRequest) { e.OriginCaseId = "DT-01/NONE/2026" }, "Không có hồ sơ “DT-01/NONE/2026”"},
		"of another unit":       {func(e *reportsv1.RecordEventRequest) { e.UnitId = "OTHER-99999" }, "là của đơn vị khác"},
		"of another obligation": {func(e *reportsv1.RecordEventRequest) { e.ObligationId, e.UnitId, e.Facts = "BCD-04", commune, nil }, "ghi theo nhiệm vụ KN-01"},
	} {
		t.Run(name, func(t *testing.T) {
			event := opinion("key-2")
			c.change(event)
			_, err := h.recordEvent(administrator, event)
			refusal := refusalOf(t, err, contract.CodeInvalid)
			require.Contains(t, fieldsOf(refusal.GetFields()), "origin_case_id")
			require.Contains(t, refusal.GetTextVi(), c.says)
		})
	}
	h.progress(dialogue, 2, contract.ProgressSealed, func(s *casefilev1.CaseState) { s.State, s.Sealed = casefilev1.State_STATE_ACCEPTED, true })
	_, err = h.recordEvent(contact, opinion("key-3"))
	require.Contains(t, refusalOf(t, err, contract.CodeInvalid).GetTextVi(), "đã kết thúc")
}

func TestAConferenceIsFinishedWhenItsOpinionsAreAnswered(t *testing.T) {
	h := newHouse(t)
	h.openDialogue()
	var petitions []string
	for i := range 3 {
		event, err := h.recordEvent(contact, opinion(fmt.Sprintf("key-%d", i)))
		require.NoError(t, err)
		if i < 2 {
			petitions = append(petitions, h.openPetition(event))
		}
	}
	linked := func() string {
		whole, err := h.portal().Register.GetCase(h.as(supervisor), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
		require.NoError(t, err)
		listed, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationId: "DT-01"}))
		require.NoError(t, err)
		require.Equal(t, whole.Msg.GetLinked().String(), listed.Msg.GetCases()[0].GetLinked().String())
		l := whole.Msg.GetLinked()
		return fmt.Sprintf("%d, %d open, %d late, since %s", l.GetTotal(), l.GetOpen(), l.GetLate(), l.GetOldestOpenSince())
	}
	require.Equal(t, "3, 3 open, 0 late, since 2026-11-28", linked(), "one whose case is not opened yet is open")
	h.progress(petitions[0], 2, contract.ProgressAccepted, func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_ACCEPTED })
	h.clock.set("2026-12-14 08:00")
	require.Equal(t, "3, 2 open, 1 late, since 2026-11-28", linked())

	accept := func(limited bool) *casefilev1.Act {
		return &casefilev1.Act{ActId: fmt.Sprintf("accept-%t", limited), CaseId: dialogue, Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{Limited: limited, Words: "còn kiến nghị chưa trả lời"}}}
	}
	_, err := h.act(reviewer, accept(false))
	require.Equal(t, "Còn 2 ý kiến, kiến nghị chưa trả lời. Chờ trả lời hết rồi xác nhận, hoặc chọn “Xác nhận, còn hạn chế” và ghi rõ nội dung còn hạn chế.",
		refusalOf(t, err, contract.CodeWrongState).GetTextVi())
	_, err = h.act(reviewer, accept(true))
	require.NoError(t, err)
	seal := &casefilev1.Act{ActId: "seal-00000001", CaseId: dialogue, Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{}}}
	_, err = h.worker().Acts.Act(t.Context(), connect.NewRequest(seal))
	require.Equal(t, "Còn 2 ý kiến, kiến nghị chưa trả lời nên chưa khóa kỳ được. Khóa kỳ sau khi đã trả lời hết.", refusalOf(t, err, contract.CodeWrongState).GetTextVi())

	raisedHere, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{OriginCaseId: dialogue, RunningOnly: true}))
	require.NoError(t, err)
	require.EqualValues(t, 1, raisedHere.Msg.GetTotal())
	require.Equal(t, dialogue, raisedHere.Msg.GetCases()[0].GetOriginCaseId())
	two, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationIds: []string{"KN-01", "DT-01"}}))
	require.NoError(t, err)
	require.EqualValues(t, 3, two.Msg.GetTotal())
	_, err = h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{ObligationIds: []string{"KN-01", "X-9"}}))
	refusalOf(t, err, contract.CodeInvalid)
}

// recorded writes the progress of an act that recorded the conference.
func (h *house) recorded(sequence int64, actID, heldOn, outcome string) {
	state := openState()
	state.CaseId, state.Sequence = dialogue, sequence
	state.Steps = []*casefilev1.StepRecord{{StepId: "hold", HeldOn: heldOn, Outcome: outcome, ActId: actID}}
	_, err := h.worker().Register.WriteProgress(h.t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: dialogue, Sequence: sequence, What: contract.ProgressStepRecorded, State: state, ActId: actID}}))
	require.NoError(h.t, err)
}

func TestAConferenceThatWasHeldRaisesTheCheckOfItsResolution(t *testing.T) {
	h := newHouse(t)
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.LinkedObligationId = "KN-01"
		input.Raises = []*casefilev1.RaisePolicy{{ObligationId: "L-02", TriggerId: "resolution", StepId: "hold"}, {ObligationId: "L-02", StepId: "plan"}}
	})
	h.recorded(2, "act-00000001", "2026-11-20", "no-quorum")
	require.Empty(t, h.events(&reportsv1.ListEventsRequest{}), "without a quorum nothing was held")
	h.recorded(3, "act-00000002", "2026-11-27", "")
	raised := h.events(&reportsv1.ListEventsRequest{ObligationId: "L-02"})
	require.Len(t, raised, 1)
	require.Equal(t, []string{commune, "2026-11-27", dialogue, "resolution"}, []string{raised[0].GetUnitId(), raised[0].GetOn(), raised[0].GetOriginCaseId(), raised[0].GetTriggerId()})
	require.Equal(t, contract.WorkflowReconcileNow+"-"+raised[0].GetId(), h.temporal.starts[0].ID)
	h.recorded(3, "act-00000002", "2026-11-27", "")
	h.recorded(4, "act-00000003", "2026-11-28", "")
	require.Len(t, h.events(&reportsv1.ListEventsRequest{}), 1, "recorded again, raised once")
	whole, err := h.portal().Register.GetCase(h.as(supervisor), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Nil(t, whole.Msg.GetLinked(), "a check six months later keeps no conference open")
	require.True(t, verifyAudit(h).GetWhole())
}

func TestEventsPassToTheSuccessorAndBackNowhere(t *testing.T) {
	h := newHouse(t)
	h.openDialogue()
	var ids []string
	for i := range 3 {
		event, err := h.recordEvent(contact, opinion(fmt.Sprintf("key-%d", i)))
		require.NoError(t, err)
		ids = append(ids, event.GetId())
	}
	done := h.openPetition(&reportsv1.Event{Id: ids[0], UnitId: commune})
	h.progress(done, 2, contract.ProgressAccepted, func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_ACCEPTED })
	pass := func(events ...string) (int32, error) {
		answer, err := h.worker().Register.PassEvents(t.Context(), connect.NewRequest(&reportsv1.PassEventsRequest{
			FromUnitId: commune, ToUnitId: "OTHER-99999", EventIds: events, ReorganisationId: "SX-2026-0001"}))
		if err != nil {
			return 0, err
		}
		return answer.Msg.GetPassed(), nil
	}
	passed, err := pass(ids[1])
	require.NoError(t, err)
	require.EqualValues(t, 1, passed)
	passed, err = pass(ids[1])
	require.NoError(t, err)
	require.EqualValues(t, 1, passed, "again: the same, and nothing twice")
	moved := h.events(&reportsv1.ListEventsRequest{UnitId: "OTHER-99999"})
	require.Len(t, moved, 1)
	require.Equal(t, commune, moved[0].GetPassedFrom())
	require.Len(t, h.events(&reportsv1.ListEventsRequest{UnitId: commune}), 2)

	passed, err = pass()
	require.NoError(t, err)
	require.EqualValues(t, 1, passed, "all that are not done: the answered one stays with the unit that answered it")
	require.Equal(t, ids[0], h.events(&reportsv1.ListEventsRequest{UnitId: commune})[0].GetId())
	_, err = pass("E-2026-0999")
	require.Contains(t, refusalOf(t, err, contract.CodeInvalid).GetTextVi(), "E-2026-0999")
	_, err = h.portal().Register.PassEvents(h.as(administrator), connect.NewRequest(&reportsv1.PassEventsRequest{FromUnitId: commune, ToUnitId: "OTHER-99999", ReorganisationId: "x"}))
	refusalOf(t, err, contract.CodeForbidden)
	require.True(t, verifyAudit(h).GetWhole())
}

func TestOpinionsStayLinkedWhenConferenceAndPetitionsPassToASuccessor(t *testing.T) {
	h := newHouse(t)
	h.openDialogue()
	event, err := h.recordEvent(contact, opinion("key-1"))
	require.NoError(t, err)
	petition := h.openPetition(event)
	successor, heir := "DT-01/OTHER-99999/2026", "KN-01/OTHER-99999/"+event.GetId()
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.UnitId = successor, "OTHER-99999"
	})
	h.progress(successor, 2, contract.ProgressTakenOver, func(s *casefilev1.CaseState) {
		s.TakenOver = []*casefilev1.TakenOver{{CaseId: dialogue, UnitId: commune, Carried: true}}
	})
	h.progress(petition, 2, contract.ProgressTransferred, func(s *casefilev1.CaseState) { s.State, s.SuccessorCaseId = casefilev1.State_STATE_SUCCEEDED, heir })
	linked := func() *reportsv1.Linked {
		whole, err := h.portal().Register.GetCase(h.as(supervisor), connect.NewRequest(&reportsv1.GetCaseRequest{Id: successor}))
		require.NoError(t, err)
		require.Equal(t, []string{dialogue}, whole.Msg.GetTakenOverCaseIds())
		return whole.Msg.GetLinked()
	}
	require.EqualValues(t, 1, linked().GetTotal())
	require.EqualValues(t, 1, linked().GetOpen(), "on its way to the successor it is open")
	h.openPetition(&reportsv1.Event{Id: event.GetId(), UnitId: "OTHER-99999", OriginCaseId: dialogue})
	require.EqualValues(t, 1, linked().GetTotal(), "two cases of one opinion are one opinion")
	require.EqualValues(t, 1, linked().GetOpen())
	h.progress(heir, 2, contract.ProgressAccepted, func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_ACCEPTED })
	require.EqualValues(t, 0, linked().GetOpen())
	listed, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(&reportsv1.ListCasesRequest{OriginCaseId: successor}))
	require.NoError(t, err)
	require.EqualValues(t, 2, listed.Msg.GetTotal())
}

func TestTheProvincesSettingsDecideWhoOwes(t *testing.T) {
	h := newHouse(t)
	model := func(key string) error {
		_, err := h.recordEvent(contact, &reportsv1.RecordEventRequest{ObligationId: "MH-01", UnitId: "DU-12205-2507", On: "2026-11-30", TriggerId: "model-ended", IdempotencyKey: key})
		return err
	}
	require.Equal(t, []string{"unit_id"}, fieldsOf(refusalOf(t, model("key-1"), contract.CodeInvalid).GetFields()), "communes build no model unless the province says so")
	h.units.set(func() { h.units.settings = map[string]string{"mh-01.communes": "on", "of-an-older-catalogue": "1"} })
	require.NoError(t, model("key-2"), "a value that fits no more is passed over, the others hold")
}

func TestWhatWasRecordedOfAnEventIsNeverRewritten(t *testing.T) {
	h := newHouse(t)
	_, err := h.recordEvent(contact, vacancy("key-1"))
	require.NoError(t, err)
	for _, statement := range []string{`UPDATE trigger_events SET facts = '{}'`, `UPDATE trigger_events SET unit_id = 'x'`, `DELETE FROM trigger_events`} {
		require.ErrorContains(t, h.db.Exec(statement).Error, "append-only", statement)
	}
}

// inspectionBoard is a case by which a People's Inspection Board of two years is set up.
func (h *house) inspectionBoard(period string, change ...func(*casefilev1.CaseInput, *casefilev1.CaseState)) string {
	id := "TTND-01/" + commune + "/" + period
	h.openCase(append([]func(*casefilev1.CaseInput, *casefilev1.CaseState){func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.PeriodId, input.DutyStep = id, "TTND-01", period, "recognition"
		input.Board = &casefilev1.BoardRules{BoardKind: "peoples-inspection-board", TermMonths: 24}
	}}, change...)...)
	return id
}

func accepted(s *casefilev1.CaseState) {
	s.State, s.DutyDoneOn = casefilev1.State_STATE_ACCEPTED, "2026-11-18"
	s.Steps = []*casefilev1.StepRecord{{StepId: "recognition", HeldOn: "2026-11-18", Facts: map[string]string{"members": "7"}}}
}

func (h *house) writeAccepted(id string) error {
	state := openState()
	state.CaseId, state.Sequence = id, 2
	accepted(state)
	_, err := h.worker().Register.WriteProgress(h.t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: id, Sequence: 2, What: contract.ProgressAccepted, State: state}}))
	return err
}

func TestAnAcceptedBoardIsKeptWithItsTerm(t *testing.T) {
	h := newHouse(t)
	id := h.inspectionBoard("E-2026-0001")
	_, err := h.portal().Acts.Act(h.as(contact), connect.NewRequest(&casefilev1.Act{ActId: "act-00000001", CaseId: id,
		Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{SignedNumber: "15/QĐ-MTTQ"}}}))
	require.NoError(t, err)
	require.NoError(t, h.writeAccepted(id))
	require.Len(t, h.units.kept(), 1)
	board := h.units.kept()[0]
	require.Equal(t, []string{"BAN-TTND-01-UBND-12205-2507-E-2026-0001", commune, "peoples-inspection-board", "15/QĐ-MTTQ", "2026-11-18", "2028-11-17", id},
		[]string{board.GetId(), board.GetUnitId(), board.GetKind(), board.GetDecision(), board.GetValidFrom(), board.GetValidTo(), board.GetCaseId()})
	require.EqualValues(t, 7, board.GetMembers())
	h.units.set(func() { h.units.boards = nil })
	require.NoError(t, h.writeAccepted(id), "a write that is there already")
	require.Empty(t, h.units.kept(), "puts no older board over a newer one")
}

func TestWhileUnitsAreAwayABoardsAcceptanceIsWrittenLater(t *testing.T) {
	h := newHouse(t)
	id := h.inspectionBoard("E-2026-0001")
	h.unitsDown.set(true)
	err := h.writeAccepted(id)
	require.Equal(t, connect.CodeUnavailable, connect.CodeOf(err), "the workflow tries again")
	h.unitsDown.set(false)
	require.NoError(t, h.writeAccepted(id))
	require.Len(t, h.units.kept(), 1)
}

func TestABoardThatUnitsRefuseForGoodHoldsNoCaseUp(t *testing.T) {
	h := newHouse(t)
	id := h.inspectionBoard("E-2026-0001")
	h.units.set(func() { h.units.refuses = wire.ConnectError(wire.Forbidden("không", "no")) })
	require.Equal(t, connect.CodeUnavailable, connect.CodeOf(h.writeAccepted(id)), "a right between services can be put right")
	h.units.set(func() {
		h.units.refuses = wire.ConnectError(wire.Refuse(contract.CodeInvalid, "không có loại ban", "no such kind"))
	})
	require.NoError(t, h.writeAccepted(id))
}

func TestABoardsTermIsTheOneThatWasRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		facts    map[string]string
		from, to string
	}{
		"nothing recorded":              {map[string]string{"members": "7"}, "2026-11-18", "2028-11-17"},
		"it begins on another day":      {map[string]string{"term_from": "2026-12-01"}, "2026-12-01", "2028-11-30"},
		"and its last day was reckoned": {map[string]string{"term_from": "2026-12-01", "term_ends_on": "2031-11-30"}, "2026-12-01", "2031-11-30"},
		"only the last day":             {map[string]string{"term_ends_on": "2027-06-30"}, "2026-11-18", "2027-06-30"},
	} {
		state := &casefilev1.CaseState{DutyDoneOn: "2026-11-18", Steps: []*casefilev1.StepRecord{{StepId: "recognition", HeldOn: "2026-11-18", Facts: c.facts}, {StepId: "notice"}}}
		input := &casefilev1.CaseInput{CaseId: "TTND-01/X/E-2026-0001", Board: &casefilev1.BoardRules{BoardKind: "peoples-inspection-board", TermMonths: 24}}
		board := boardOf(input, state, nil, "")
		require.Equal(t, []string{c.from, c.to}, []string{board.GetValidFrom(), board.GetValidTo()}, name)
	}
}

func TestAReinstatedCaseGoesOnWithItsBoard(t *testing.T) {
	input := &casefilev1.CaseInput{CaseId: "TTND-01/X/E-2026-0001/c2", Board: &casefilev1.BoardRules{}}
	require.Equal(t, "BAN-TTND-01-X-E-2026-0001", boardOf(input, &casefilev1.CaseState{}, nil, "").GetId())
}

// projectBoard is a case by which the board of a project is set up, and what is known of it until now.
func (h *house) projectBoard() (id string, write func(sequence int64, what string, steps ...*casefilev1.StepRecord)) {
	const front = "MTTQ-12205-2507"
	recorded, err := h.worker().Acts.RecordEvent(h.t.Context(), connect.NewRequest(&reportsv1.RecordEventRequest{ObligationId: "GSDT-01", UnitId: front,
		On: "2026-11-10", TriggerId: "project-started", Facts: map[string]string{"supervision_from": "2027-01-04", "capital": "public", "investor": "commune"},
		Words: "Đường liên thôn", IdempotencyKey: "project"}))
	require.NoError(h.t, err)
	event := recorded.Msg
	id = "GSDT-01/" + front + "/" + event.GetId()
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId, input.DutyStep = id, "GSDT-01", front, event.GetId(), "decision"
		input.TriggerId, input.OpenedOn = event.GetTriggerId(), "2026-11-10"
		input.Board = &casefilev1.BoardRules{BoardKind: "community-investment-supervision-board", EndsWithProject: true}
	})
	return id, func(sequence int64, what string, steps ...*casefilev1.StepRecord) {
		h.progress(id, sequence, what, func(s *casefilev1.CaseState) {
			s.Steps = steps
			if len(steps) > 0 && steps[0].GetStepId() == "decision" {
				s.DutyDoneOn = steps[0].GetHeldOn()
			}
			if what == contract.ProgressAccepted || what == contract.ProgressCorrected {
				s.State, s.AcceptedAt = casefilev1.State_STATE_ACCEPTED, "2027-09-03T09:00:00+07:00"
			}
		})
	}
}

// The board supervises while the project runs; its file is accepted long after both have ended.
func TestAProjectsBoardStandsFromItsDecisionUntilItsClosing(t *testing.T) {
	h := newHouse(t)
	id, write := h.projectBoard()
	notice := &casefilev1.StepRecord{StepId: "investor-notice", HeldOn: "2026-11-12"}
	decision := &casefilev1.StepRecord{StepId: "decision", HeldOn: "2026-11-11", Facts: map[string]string{"members": "5"}}
	ended := &casefilev1.StepRecord{StepId: "close", HeldOn: "2027-08-30"}
	write(2, contract.ProgressStepRecorded, notice)
	require.Empty(t, h.units.kept(), "nothing is decided yet")
	write(3, contract.ProgressStepRecorded, decision, notice)
	stands := func() []string {
		require.Len(t, h.units.kept(), 1)
		b := h.units.kept()[0]
		return []string{b.GetId(), b.GetKind(), b.GetProject(), b.GetValidFrom(), b.GetValidTo(), b.GetCaseId()}
	}
	want := []string{"BAN-" + strings.ReplaceAll(id, "/", "-"), "community-investment-supervision-board", "Đường liên thôn", "2026-11-11", "", id}
	require.Equal(t, want, stands())
	require.EqualValues(t, 5, h.units.kept()[0].GetMembers())

	write(4, contract.ProgressStepRecorded, decision, notice, ended)
	want[4] = "2027-08-30"
	require.Equal(t, want, stands())
	write(5, contract.ProgressAccepted, decision, notice, ended)
	corrected := proto.CloneOf(decision)
	corrected.Facts["members"] = "7"
	write(6, contract.ProgressCorrected, corrected, notice, ended)
	require.Equal(t, want, stands(), "acceptance and correction keep its days")
	require.EqualValues(t, 7, h.units.kept()[0].GetMembers())
	write(4, contract.ProgressStepRecorded, decision, notice)
	require.Equal(t, want, stands(), "an older write again changes nothing")
}

func TestAProjectsBoardThatNobodyClosedEndsWithItsCase(t *testing.T) {
	h := newHouse(t)
	_, write := h.projectBoard()
	write(2, contract.ProgressAccepted, &casefilev1.StepRecord{StepId: "decision", HeldOn: "2026-11-11"})
	require.Equal(t, "2027-09-03", h.units.kept()[0].GetValidTo())
}

func TestAnotherBoardStandsOnlyWhenItsCaseIsAccepted(t *testing.T) {
	h := newHouse(t)
	id := h.inspectionBoard("E-2026-0001")
	h.progress(id, 2, contract.ProgressStepRecorded, func(s *casefilev1.CaseState) {
		s.DutyDoneOn, s.Steps = "2026-11-18", []*casefilev1.StepRecord{{StepId: "recognition", HeldOn: "2026-11-18"}}
	})
	require.Empty(t, h.units.kept())
}

func TestAByElectionFillsTheSeatAndSetsUpNoSecondBoard(t *testing.T) {
	h := newHouse(t)
	h.units.set(func() {
		h.units.boards = []*unitsv1.Board{{Id: "BAN-1", UnitId: "DU-12205-2507", Kind: "steering-committee",
			Vacancies: []*unitsv1.Vacancy{{On: "2026-11-02", Role: "deputy"}, {On: "2026-10-01", Role: "member", FilledOn: "2026-10-20"}}}}
	})
	event, err := h.worker().Acts.RecordEvent(t.Context(), connect.NewRequest(&reportsv1.RecordEventRequest{
		ObligationId: "BCD-04", UnitId: "DU-12205-2507", On: "2026-11-02", TriggerId: "vacancy", BoardId: "BAN-1", IdempotencyKey: "auto:vacancy:BAN-1"}))
	require.NoError(t, err)
	id := "BCD-04/DU-12205-2507/" + event.Msg.GetId()
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.ObligationId, input.UnitId, input.PeriodId, input.TriggerId = id, "BCD-04", "DU-12205-2507", event.Msg.GetId(), "vacancy"
		input.Board = &casefilev1.BoardRules{}
	})
	require.NoError(t, h.writeAccepted(id))
	require.Len(t, h.units.kept(), 1)
	require.Len(t, h.units.filled, 1)
	require.Equal(t, []string{"2026-11-02", "deputy", "2026-11-18"}, []string{h.units.filled[0].GetVacancy().GetOn(), h.units.filled[0].GetVacancy().GetRole(), h.units.filled[0].GetVacancy().GetFilledOn()})
}
