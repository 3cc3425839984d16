package reports

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const rebuildOrder = "order-rebuild-1"

func openedState() *casefilev1.CaseState {
	state := openState()
	state.CaseId = dialogue
	return state
}

// runs has Temporal run the dialogue as the register knows it: with a step recorded and a reminder gone.
func (h *house) runs() *casefilev1.CaseStanding {
	input := h.openCase()
	state := openedState()
	state.Sequence, state.NextRungId, state.NextRungDay = 2, "remind-7", "2026-12-24"
	state.Steps = []*casefilev1.StepRecord{{StepId: "plan", HeldOn: "2026-11-20", ActId: "act-00000001"}}
	state.Fired = []*casefilev1.FiredRung{{RungId: "remind-14", Day: "2026-12-17", Outcome: "told", Round: 1, OfficialIds: []string{contact}}}
	_, err := h.worker().Register.WriteProgress(h.t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: dialogue, RunId: run, Sequence: 2, What: contract.ProgressRung, State: state, At: "2026-12-17T02:00:00Z"}}))
	require.NoError(h.t, err)
	standing := &casefilev1.CaseStanding{Input: input, State: proto.CloneOf(state)}
	h.temporal.set(func() { h.temporal.standing = map[string]*casefilev1.CaseStanding{dialogue: standing} })
	return standing
}

func (h *house) rebuild(change ...func(*reportsv1.RebuildRegisterRequest)) (*reportsv1.RebuildRegisterResponse, error) {
	request := &reportsv1.RebuildRegisterRequest{OrderId: rebuildOrder, Words: "đối chiếu sau khi khôi phục"}
	for _, c := range change {
		c(request)
	}
	answer, err := h.portal().Repair.RebuildRegister(h.as(administrator), connect.NewRequest(request))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func dryRun(r *reportsv1.RebuildRegisterRequest) { r.DryRun, r.Words, r.OrderId = true, "", "" }

func fieldsThatDiffer(answer *reportsv1.RebuildRegisterResponse) (named []string) {
	for _, d := range answer.GetDifferences() {
		named = append(named, d.GetField())
	}
	return named
}

func (h *house) trail(kind string) (n int64) {
	require.NoError(h.t, h.db.Model(&auditRow{}).Where("kind = ?", kind).Count(&n).Error)
	return n
}

func TestARegisterThatAgreesIsLeftAsItIs(t *testing.T) {
	h := newHouse(t)
	h.runs()
	before, err := register{db: h.db}.find(t.Context(), dialogue)
	require.NoError(t, err)
	for _, change := range []func(*reportsv1.RebuildRegisterRequest){dryRun, func(*reportsv1.RebuildRegisterRequest) {}} {
		answer, err := h.rebuild(change)
		require.NoError(t, err)
		require.Empty(t, answer.GetDifferences())
		require.EqualValues(t, 1, answer.GetChecked())
		require.Zero(t, answer.GetWritten())
	}
	after, err := register{db: h.db}.find(t.Context(), dialogue)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Zero(t, h.trail("register-rebuilt"))
}

func TestDamagedRowsAreNamedAndRepaired(t *testing.T) {
	for name, c := range map[string]struct {
		damage string
		fields []string
	}{
		"the state's column":    {"UPDATE cases SET state = 'accepted', accepted_at = now()", []string{"accepted_at", "state"}},
		"the due day":           {"UPDATE cases SET due_day = '2026-12-01'", []string{"due_day"}},
		"a step of the state":   {`UPDATE cases SET state_body = jsonb_set(state_body, '{steps,0,held_on}', '"2026-10-10"')`, []string{"steps/plan"}},
		"a step is gone":        {`UPDATE cases SET state_body = state_body - 'steps'`, []string{"steps/plan"}},
		"a rung is gone":        {`UPDATE cases SET state_body = state_body - 'fired'`, []string{"fired/remind-14 (1)"}},
		"the row is an old one": {"UPDATE cases SET sequence = 1, run_id = 'old', next_rung_id = 'remind-14'", []string{"next_rung_id", "run_id", "sequence"}},
		"what it is decided by": {`UPDATE cases SET input = jsonb_set(input, '{due,day}', '"2027-01-31"')`, []string{"input"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.runs()
			require.NoError(t, h.db.Exec(c.damage).Error)
			reported, err := h.rebuild(dryRun)
			require.NoError(t, err)
			require.Equal(t, c.fields, fieldsThatDiffer(reported))
			require.Zero(t, reported.GetWritten())
			again, err := h.rebuild(dryRun)
			require.NoError(t, err)
			require.Equal(t, c.fields, fieldsThatDiffer(again), "a dry run writes nothing")

			repaired, err := h.rebuild()
			require.NoError(t, err)
			require.Equal(t, c.fields, fieldsThatDiffer(repaired))
			require.EqualValues(t, 1, repaired.GetWritten())
			for _, d := range repaired.GetDifferences() {
				require.Equal(t, "written", d.GetOutcome())
			}
			clean, err := h.rebuild()
			require.NoError(t, err)
			require.Empty(t, clean.GetDifferences())
			require.EqualValues(t, 1, h.trail("register-rebuilt"))
			require.True(t, verifyAudit(h).GetWhole())
		})
	}
}

func TestARebuildNeedsAReasonAndAnAdministrator(t *testing.T) {
	h := newHouse(t)
	h.runs()
	_, err := h.rebuild(func(r *reportsv1.RebuildRegisterRequest) { r.Words = " " })
	require.Equal(t, []string{"words"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
	_, err = h.portal().Repair.RebuildRegister(h.as(leader), connect.NewRequest(&reportsv1.RebuildRegisterRequest{DryRun: true}))
	refusalOf(t, err, contract.CodeForbidden)
	_, err = h.rebuild()
	require.NoError(t, err)
	require.EqualValues(t, 1, h.trail("repair-ordered"))
	_, err = h.rebuild()
	require.NoError(t, err)
	require.EqualValues(t, 1, h.trail("repair-ordered"), "one order for all its pages")
}

func TestExportedCasesAreLeftAndWhatIsOnItsWayIsNotOvertaken(t *testing.T) {
	h := newHouse(t)
	standing := h.runs()
	require.NoError(t, h.db.Exec("UPDATE cases SET due_day = '2026-12-01'").Error)
	h.temporal.set(func() { standing.Writing = true })
	busy, err := h.rebuild()
	require.NoError(t, err)
	require.Equal(t, []string{dialogue}, busy.GetUnreadCaseIds())
	require.Empty(t, busy.GetDifferences())
	h.temporal.set(func() { standing.Writing = false })
	require.NoError(t, h.db.Exec("UPDATE cases SET export_sha256 = repeat('a', 64), sealed = true").Error)
	left, err := h.rebuild()
	require.NoError(t, err)
	require.Zero(t, left.GetChecked())
	closed, err := h.rebuild(func(r *reportsv1.RebuildRegisterRequest) { r.Closed, r.DryRun = true, true })
	require.NoError(t, err)
	require.Equal(t, []string{"due_day", "sealed"}, fieldsThatDiffer(closed))
	h.temporal.set(func() {
		h.temporal.closed = map[string]enumspb.WorkflowExecutionStatus{dialogue: enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED}
	})
	gone, err := h.rebuild(func(r *reportsv1.RebuildRegisterRequest) { r.Closed = true })
	require.NoError(t, err)
	require.EqualValues(t, 1, gone.GetForgotten())
	require.Empty(t, gone.GetLostCaseIds(), "what was sealed may be forgotten")
}

// Temporal was restored from before the last act: the case does not know it, and it is delivered again before anything is written.
func TestActsThatTemporalHasForgottenAreDeliveredAgain(t *testing.T) {
	h := newHouse(t)
	standing := h.runs()
	_, err := h.act(contact, note("act-00000002", "đã gọi điện"))
	require.NoError(t, err)
	require.Len(t, h.temporal.updates, 1)
	told, err := h.rebuild(dryRun)
	require.NoError(t, err)
	require.Equal(t, []string{"act note act-00000002"}, fieldsThatDiffer(told))
	h.temporal.answer = takes(standing)
	done, err := h.rebuild()
	require.NoError(t, err)
	require.EqualValues(t, 1, done.GetRedelivered())
	require.Equal(t, []string{"act note act-00000002"}, fieldsThatDiffer(done))
	require.Equal(t, "redelivered", done.GetDifferences()[0].GetOutcome())
	require.Len(t, h.temporal.updates, 2)
	again, err := h.rebuild()
	require.NoError(t, err)
	require.Empty(t, again.GetDifferences())
	require.Len(t, h.temporal.updates, 2, "once")

	h.temporal.set(func() {
		standing.Taken = append(standing.Taken, &casefilev1.TakenAct{ActId: "act-00000009", Kind: "submit"})
	})
	unknown, err := h.rebuild()
	require.NoError(t, err)
	require.Equal(t, []string{"act submit act-00000009"}, fieldsThatDiffer(unknown))
	require.Equal(t, "left", unknown.GetDifferences()[0].GetOutcome(), "the database was restored from before it: nobody can make up its words")
}

// Temporal runs a case that the register was restored from before.
func TestACaseThatRunsAndIsNotKnownIsRegistered(t *testing.T) {
	h := newHouse(t)
	standing := &casefilev1.CaseStanding{Input: dialogueInput(), State: openedState()}
	standing.State.Sequence = 7
	h.temporal.standing, h.temporal.running = map[string]*casefilev1.CaseStanding{dialogue: standing}, []string{dialogue}
	adopt := func(dry bool) *reportsv1.AdoptCasesResponse {
		answer, err := h.portal().Repair.AdoptCases(h.as(administrator), connect.NewRequest(&reportsv1.AdoptCasesRequest{OrderId: rebuildOrder, Words: "khôi phục", DryRun: dry}))
		require.NoError(t, err)
		return answer.Msg
	}
	require.Equal(t, []string{dialogue}, adopt(true).GetUnknownCaseIds())
	require.Zero(t, adopt(true).GetWritten())
	require.EqualValues(t, 1, adopt(false).GetWritten())
	require.Empty(t, adopt(false).GetUnknownCaseIds())
	agreed, err := h.rebuild()
	require.NoError(t, err)
	require.Empty(t, agreed.GetDifferences())
}

func TestWhileTemporalIsAwayNothingIsComparedAndNothingIsLost(t *testing.T) {
	h := newHouse(t)
	h.runs()
	h.temporal.set(func() { h.temporal.away = true })
	_, err := h.rebuild()
	refusalOf(t, err, contract.CodeUnavailable)
	_, err = h.portal().Repair.ListLost(h.as(administrator), connect.NewRequest(&reportsv1.ListLostRequest{}))
	refusalOf(t, err, contract.CodeUnavailable)
	shown, err := h.portal().Repair.InspectCase(h.as(contact), connect.NewRequest(&reportsv1.InspectCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Equal(t, "unreachable", shown.Msg.GetWorkflow().GetStatus())
	require.False(t, shown.Msg.GetLost())
	require.Nil(t, shown.Msg.GetWorkflow().GetState())
}
