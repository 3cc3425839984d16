package reports

import (
	"net/http"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func (h *house) reinstate(official, actID string, change ...func(*reportsv1.ReinstateRequest)) (string, error) {
	request := &reportsv1.ReinstateRequest{ActId: actID, CaseId: dialogue, Document: "21/CV-BTGDV", Words: "thu hồi nhầm hồ sơ"}
	for _, c := range change {
		c(request)
	}
	answer, err := h.portal().Acts.Reinstate(h.as(official), connect.NewRequest(request))
	if err != nil {
		return "", err
	}
	return answer.Msg.GetCaseId(), nil
}

func (h *house) end(state casefilev1.State) {
	h.progress(dialogue, 2, contract.ProgressWithdrawn, func(s *casefilev1.CaseState) { s.State = state })
}

func (h *house) countsOf(filter *reportsv1.ListCasesRequest) map[string]int32 {
	answer, err := h.portal().Register.ListCases(h.as(supervisor), connect.NewRequest(filter))
	require.NoError(h.t, err)
	require.Len(h.t, answer.Msg.GetCases(), int(answer.Msg.GetTotal()))
	counts := map[string]int32{}
	for _, count := range answer.Msg.GetCounts() {
		counts[count.GetState()] = count.GetTotal()
	}
	return counts
}

func TestAWithdrawnCaseGoesOnUnderItsNextNumber(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	_, err := h.reinstate(reviewer, "act-00000001")
	require.Contains(t, refusalOf(t, err, contract.CodeWrongState).GetTextVi(), "chưa kết thúc")
	h.end(casefilev1.State_STATE_WITHDRAWN)

	id, err := h.reinstate(reviewer, "act-00000001")
	require.NoError(t, err)
	require.Equal(t, dialogue+"/c1", id)
	require.Equal(t, contract.WorkflowReinstate+"/"+dialogue+"/c1", h.temporal.starts[0].ID)
	require.Equal(t, contract.QueueUpkeep, h.temporal.starts[0].TaskQueue)
	require.Equal(t, contract.ReinstateInput{CaseID: dialogue, NewCaseID: id, ActID: "act-00000001", OfficialID: reviewer}, h.temporal.startArg[0])

	again, err := h.reinstate(reviewer, "act-00000001")
	require.NoError(t, err)
	require.Equal(t, id, again)
	require.Len(t, h.temporal.starts, 1, "the same order is carried out once")
	_, err = h.reinstate(reviewer, "act-00000001", func(r *reportsv1.ReinstateRequest) { r.Words = "lý do khác" })
	refusalOf(t, err, contract.CodeConflict)
	_, err = h.reinstate(reviewer, "act-00000002")
	require.Contains(t, refusalOf(t, err, contract.CodeWrongState).GetTextVi(), "tiếp tục ở "+id)
	require.True(t, verifyAudit(h).GetWhole())
}

func TestTheCaseThatGoesOnCountsAndNotTheOneThatEnded(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.end(casefilev1.State_STATE_EXEMPTED)
	require.Equal(t, map[string]int32{"exempted": 1}, h.countsOf(&reportsv1.ListCasesRequest{}))
	id, err := h.reinstate(reviewer, "act-00000001")
	require.NoError(t, err)
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.FollowsCaseId = id, dialogue
	})
	require.Equal(t, map[string]int32{"open": 1}, h.countsOf(&reportsv1.ListCasesRequest{}))
	old, err := h.portal().Register.GetCase(h.as(supervisor), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Equal(t, id, old.Msg.GetReinstatedAs(), "the one that ended can still be read, and says where it went on")
	known, err := h.worker().Register.KnownCases(t.Context(), connect.NewRequest(&reportsv1.KnownCasesRequest{Ids: []string{dialogue}}))
	require.NoError(t, err)
	require.Len(t, known.Msg.GetKnownIds(), 1, "nothing opens it a second time")

	h.progress(id, 2, contract.ProgressWithdrawn, func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_WITHDRAWN })
	next, err := h.reinstate(reviewer, "act-00000002", func(r *reportsv1.ReinstateRequest) { r.CaseId = id })
	require.NoError(t, err)
	require.Equal(t, dialogue+"/c2", next)
}

func TestWhoMayDoAnActMayUndoIt(t *testing.T) {
	for name, c := range map[string]struct {
		state casefilev1.State
		may   []string
	}{
		"not obliged": {casefilev1.State_STATE_EXEMPTED, []string{reviewer, leader}},
		"withdrawn":   {casefilev1.State_STATE_WITHDRAWN, []string{reviewer, leader, administrator}},
		"transferred": {casefilev1.State_STATE_SUCCEEDED, []string{administrator, leader}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, official := range []string{contact, head, supervisor, stranger, bothSides, reviewer, leader, administrator} {
				hats := hatsOf(holdersOf(official))
				_, allowed := mayAct(undone[stateNames[c.state]], hats, bodies{commune, reviewing}, false)
				require.Equal(t, contains(c.may, official), allowed, official)
			}
		})
	}
	h := newHouse(t)
	h.openCase()
	h.end(casefilev1.State_STATE_WITHDRAWN)
	_, err := h.reinstate(contact, "act-00000001")
	require.Contains(t, refusalOf(t, err, contract.CodeForbidden).GetTextVi(), "khôi phục hồ sơ ở UBND xã Khoái Châu")
	_, err = h.portal().Acts.Reinstate(t.Context(), connect.NewRequest(&reportsv1.ReinstateRequest{ActId: "act-00000001", CaseId: dialogue, Document: "x", Words: "x"}))
	refusalOf(t, err, contract.CodeForbidden)
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one {
			return true
		}
	}
	return false
}

func TestACaseOfAUnitThatHasEndedIsNotReinstated(t *testing.T) {
	h := newHouse(t)
	id := "DT-01/UBND-OLD/2026"
	h.openCase(func(input *casefilev1.CaseInput, state *casefilev1.CaseState) {
		input.CaseId, input.UnitId, state.State = id, "UBND-OLD", casefilev1.State_STATE_SUCCEEDED
	})
	_, err := h.reinstate(administrator, "act-00000001", func(r *reportsv1.ReinstateRequest) { r.CaseId = id })
	require.Contains(t, refusalOf(t, err, contract.CodeWrongState).GetTextVi(), "đã kết thúc hoạt động ngày 30/06/2025")
}

func TestWhileTemporalIsAwayAReinstatementIsKeptAndCarriedOutLater(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.end(casefilev1.State_STATE_WITHDRAWN)
	h.temporal.set(func() { h.temporal.away = true })
	id, err := h.reinstate(reviewer, "act-00000001")
	require.NoError(t, err)
	require.Equal(t, dialogue+"/c1", id)
	h.temporal.set(func() { h.temporal.away = false })
	delivered, err := h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	require.EqualValues(t, 1, delivered.Msg.GetDelivered())
	require.Empty(t, h.temporal.updates, "a case that has closed takes no Update")
	require.Equal(t, contract.WorkflowReinstate+"/"+id, h.temporal.starts[0].ID)
}

func TestReinstatedAtOnceByManyItGoesOnOnce(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.end(casefilev1.State_STATE_WITHDRAWN)
	var went sync.Map
	var wait sync.WaitGroup
	for _, act := range []string{"act-00000001", "act-00000002", "act-00000003", "act-00000004"} {
		wait.Go(func() {
			if id, err := h.reinstate(reviewer, act); err == nil {
				went.Store(id, true)
			}
		})
	}
	wait.Wait()
	require.Equal(t, 1, size(&went))
	require.Equal(t, 1, len(h.temporal.starts))
}

func TestAReinstatementIsToldAtTheEndOfTheCaseAndAmongItsActs(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.end(casefilev1.State_STATE_WITHDRAWN)
	_, err := h.reinstate(reviewer, "act-00000001")
	require.NoError(t, err)
	require.Equal(t, "Khôi phục hồ sơ theo 21/CV-BTGDV, tiếp tục ở "+dialogue+"/c1. Lý do: thu hồi nhầm hồ sơ", h.stored()[0].GetAct().GetNote().GetWords())
	h.temporal.set(func() { h.temporal.events = aHistory(t) })
	told := h.history()
	last := told.GetEntries()[len(told.GetEntries())-1]
	require.Equal(t, "Lê Văn Cường khôi phục hồ sơ, tiếp tục ở "+dialogue+"/c1 theo 21/CV-BTGDV: thu hồi nhầm hồ sơ.", last.GetTextVi())
	require.Equal(t, "register", last.GetSource())
	require.Empty(t, last.GetEventIds())
	require.Equal(t, told.GetEventsTotal(), told.GetEventsTold())
}

// amend is the act by which a workflow puts a new snapshot into the dialogue.
func amend(id, reason, document string, change func(*casefilev1.CaseInput)) *casefilev1.Act {
	input := dialogueInput()
	change(input)
	return &casefilev1.Act{ActId: id, CaseId: dialogue, Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: input, Reason: reason, Document: document}}}
}

// asWorker is a context in which a workflow acts for the official who ordered it.
func (h *house) actByWorker(official string, act *casefilev1.Act) error {
	_, err := h.worker().Acts.Act(wire.WithIdentity(h.t.Context(), wire.Identity{OfficialID: official}), connect.NewRequest(act))
	return err
}

func TestALeaderOrdersThatRunningCasesTakeTodaysRules(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	order := func(official string, change func(*reportsv1.AmendCasesRequest)) (string, error) {
		request := &reportsv1.AmendCasesRequest{CaseId: dialogue, Reason: "catalogue", Document: "30/QĐ-BTGDV", Words: "danh mục sửa thời hạn thông báo"}
		change(request)
		answer, err := h.portal().Acts.AmendCases(h.as(official), connect.NewRequest(request))
		if err != nil {
			return "", err
		}
		return answer.Msg.GetWorkflowId(), nil
	}
	for _, official := range []string{contact, reviewer, supervisor, stranger} {
		_, err := order(official, func(*reportsv1.AmendCasesRequest) {})
		refusalOf(t, err, contract.CodeForbidden)
	}
	id, err := order(leader, func(*reportsv1.AmendCasesRequest) {})
	require.NoError(t, err)
	require.Equal(t, id, h.temporal.starts[0].ID)
	input, _ := h.temporal.startArg[0].(contract.AmendInput)
	require.Equal(t, contract.WorkflowAmend+"/"+input.OrderID, id)
	require.Equal(t, contract.AmendInput{OrderID: input.OrderID, Reason: "catalogue", CaseIDs: []string{dialogue}, Document: "30/QĐ-BTGDV", OfficialID: leader}, input)

	_, err = order(administrator, func(r *reportsv1.AmendCasesRequest) { r.CaseId, r.ObligationId = "", "DT-01" })
	require.NoError(t, err)
	_, err = order(administrator, func(r *reportsv1.AmendCasesRequest) { r.ObligationId = "DT-01" })
	require.Equal(t, []string{"case_id"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()), "one case or one obligation")
	_, err = order(administrator, func(r *reportsv1.AmendCasesRequest) { r.CaseId, r.ObligationId = "", "X-9" })
	refusalOf(t, err, contract.CodeInvalid)
	h.temporal.set(func() { h.temporal.away = true })
	_, err = order(leader, func(*reportsv1.AmendCasesRequest) {})
	refusalOf(t, err, contract.CodeUnavailable)
	h.temporal.set(func() { h.temporal.away = false })
	h.end(casefilev1.State_STATE_ACCEPTED)
	_, err = order(leader, func(*reportsv1.AmendCasesRequest) {})
	refusalOf(t, err, contract.CodeWrongState)
	require.True(t, verifyAudit(h).GetWhole())
}

func TestAnAmendmentIsDoneByWorkflowsOnlyAndToldWithTheWordsOfItsOrder(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	later := func(input *casefilev1.CaseInput) { input.Due.Day, input.CatalogueVersion = "2027-01-15", "2026.2" }
	_, err := h.act(leader, amend("act-00000001", "catalogue", "30/QĐ", later))
	refusalOf(t, err, contract.CodeForbidden)
	_, err = h.portal().Acts.AmendCases(h.as(leader), connect.NewRequest(&reportsv1.AmendCasesRequest{CaseId: dialogue, Reason: "catalogue", Document: "30/QĐ", Words: "sửa thời hạn"}))
	require.NoError(t, err)
	require.NoError(t, h.actByWorker(leader, amend("act-00000002", "catalogue", "30/QĐ", later)))
	sent, _ := h.temporal.updates[0].Args[0].(*casefilev1.Act)
	require.Equal(t, "2027-01-15", sent.GetAmend().GetInput().GetDue().GetDay())
	require.Empty(t, sent.GetAmend().GetWords())
	require.Equal(t, "sửa thời hạn", h.stored()[0].GetAct().GetAmend().GetWords())
	refusalOf(t, h.actByWorker(contact, amend("act-00000003", "catalogue", "30/QĐ", later)), contract.CodeForbidden)
	require.NoError(t, h.actByWorker("", amend("act-00000004", "calendar", "", later)), "a table of days off that changed is nobody's order")
}

func TestAnAmendedCaseIsReadByItsNewSnapshotAndRememberedByItsFirst(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	require.NoError(t, h.actByWorker("", amend("act-00000001", "calendar", "", func(input *casefilev1.CaseInput) { input.Due.Day = "2027-01-04" })))
	state := openState()
	state.CaseId, state.Sequence, state.DueDay = dialogue, 2, "2027-01-04"
	_, err := h.worker().Register.WriteProgress(t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: dialogue, Sequence: 2, What: contract.ProgressRecalculated, State: state, ActId: "act-00000001"}}))
	require.NoError(t, err)
	whole, err := h.portal().Register.GetCase(h.as(supervisor), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Equal(t, "2027-01-04", whole.Msg.GetInput().GetDue().GetDay())
	h.temporal.set(func() { h.temporal.away = true })
	told := h.history().GetEntries()
	require.Contains(t, told[0].GetTextVi(), "hạn 31/12/2026", "the register tells what was true on the first day")
	require.Equal(t, "Tính lại hạn vì bảng ngày nghỉ thay đổi: từ 31/12/2026 thành 04/01/2027.", told[1].GetTextVi())
}

func TestACaseIsTakenOverByWorkflowsInTheNameOfWhoOrderedIt(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	take := func(id string) *casefilev1.Act {
		return &casefilev1.Act{ActId: id, CaseId: dialogue, Kind: &casefilev1.Act_TakeOver{TakeOver: &casefilev1.TakeOver{FromCaseId: "DT-01/UBND-OLD/2026", FromUnitId: "UBND-OLD", Carry: true}}}
	}
	_, err := h.act(administrator, take("act-00000001"))
	refusalOf(t, err, contract.CodeForbidden)
	require.NoError(t, h.actByWorker(administrator, take("act-00000002")))
	require.Equal(t, "administrator", h.stored()[0].GetAct().GetActingRole())
	require.NoError(t, h.actByWorker(reviewer, take("act-00000003")), "a reviewer who reinstated a case")
	require.NoError(t, h.actByWorker("", take("act-00000004")), "a decision whose author holds no position any more")
	refusalOf(t, h.actByWorker(stranger, take("act-00000005")), contract.CodeForbidden)
}

func TestEvidenceGoesAlongHoweverManyReorganisationsAgo(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	file := h.handedIn(contact, "hold", "a.pdf", pdf)
	first, second := "DT-01/DU-12205-2507/2026", "DT-01/OTHER-99999/2026"
	for id, unit := range map[string]string{first: "DU-12205-2507", second: "OTHER-99999"} {
		h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) { input.CaseId, input.UnitId = id, unit })
	}
	get := func() int {
		request, err := http.NewRequestWithContext(h.as(stranger), http.MethodGet, h.server.URL+"/files/"+file.GetId(), nil)
		require.NoError(t, err)
		status, _ := h.send(request)
		return status
	}
	takes := func(id, from string) {
		h.progress(id, 2, contract.ProgressTakenOver, func(s *casefilev1.CaseState) { s.TakenOver = []*casefilev1.TakenOver{{CaseId: from}} })
	}
	takes(first, dialogue)
	require.Equal(t, http.StatusForbidden, get())
	takes(second, first)
	require.Equal(t, http.StatusOK, get())
	whole, err := h.portal().Register.GetCase(h.as(stranger), connect.NewRequest(&reportsv1.GetCaseRequest{Id: second}))
	require.NoError(t, err)
	require.Len(t, whole.Msg.GetFiles(), 1)
	require.Equal(t, dialogue, whole.Msg.GetFiles()[0].GetCaseId(), "a file stays its own case's")
	_, err = h.portal().Acts.Act(h.as(stranger), connect.NewRequest(&casefilev1.Act{ActId: "act-00000001", CaseId: second,
		Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{FileIds: []string{file.GetId()}}}}))
	require.NoError(t, err)
}

func TestAPlannedSuccessionOpensNoEvidenceYet(t *testing.T) {
	require.Empty(t, successorOf(&casefilev1.CaseState{State: casefilev1.State_STATE_SUBMITTED, SuccessorCaseAfterReview: "DT-01/X/2026"}))
	require.Equal(t, "DT-01/X/2026", successorOf(&casefilev1.CaseState{State: casefilev1.State_STATE_SUCCEEDED, SuccessorCaseId: "DT-01/X/2026"}))
}
