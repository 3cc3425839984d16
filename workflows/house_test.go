package workflows_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/workflows"
	"nenep/workflows/activities"
)

// desk is what a case meets on the other side of the wire: a register and a ledger of messages that keep what they are told, and that can
// be away.
type desk struct {
	reportsv1connect.UnimplementedRegisterServiceHandler
	notificationsv1connect.UnimplementedNotificationsServiceHandler
	reportsv1connect.UnimplementedSynthesisServiceHandler

	mu       sync.Mutex
	foreign  bool // the case belongs to another run
	away     int  // how many calls to come find the register away
	mute     int  // how many calls to come find notifications away
	vacant   []string
	rows     []*casefilev1.Progress
	told     []*notificationsv1.TellRequest
	exported int
	drawn    []*reportsv1.DrawUpRequest
	unready  int // how many calls to come find no synthesis to be had
}

var errAway = connect.NewError(connect.CodeUnavailable, errors.New("away"))

func (d *desk) RegisterCase(_ context.Context, r *connect.Request[reportsv1.RegisterCaseRequest]) (*connect.Response[reportsv1.RegisterCaseResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away > 0 {
		d.away--
		return nil, errAway
	}
	if !d.foreign {
		d.rows = append(d.rows, &casefilev1.Progress{CaseId: r.Msg.GetInput().GetCaseId(), What: contract.ProgressOpened, State: r.Msg.GetState(), Sequence: r.Msg.GetState().GetSequence(), At: r.Msg.GetAt()})
	}
	return connect.NewResponse(&reportsv1.RegisterCaseResponse{Known: d.foreign}), nil
}

// WriteProgress refuses, as the register does, what is not newer.
func (d *desk) WriteProgress(_ context.Context, r *connect.Request[reportsv1.WriteProgressRequest]) (*connect.Response[reportsv1.WriteProgressResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away > 0 {
		d.away--
		return nil, errAway
	}
	p := r.Msg.GetProgress()
	repeated := len(d.rows) > 0 && d.rows[len(d.rows)-1].GetSequence() >= p.GetSequence()
	if !repeated {
		d.rows = append(d.rows, p)
	}
	return connect.NewResponse(&reportsv1.WriteProgressResponse{RepeatedWrite: repeated}), nil
}

func (d *desk) ExportHistory(context.Context, *connect.Request[reportsv1.ExportHistoryRequest]) (*connect.Response[reportsv1.ExportHistoryResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away > 0 {
		d.away--
		return nil, errAway
	}
	d.exported++
	return connect.NewResponse(&reportsv1.ExportHistoryResponse{Sha256: "0", Events: 1}), nil
}

func (d *desk) Tell(_ context.Context, r *connect.Request[notificationsv1.TellRequest]) (*connect.Response[notificationsv1.TellResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mute > 0 {
		d.mute--
		return nil, errAway
	}
	known := slices.ContainsFunc(d.told, func(t *notificationsv1.TellRequest) bool {
		return t.GetKey() == r.Msg.GetKey() && t.GetRole() == r.Msg.GetRole()
	})
	if !known {
		d.told = append(d.told, r.Msg)
	}
	answer := &notificationsv1.TellResponse{Draft: r.Msg.GetDraft(), RepeatedCall: known}
	if !slices.Contains(d.vacant, r.Msg.GetRole()) {
		answer.OfficialIds = []string{"cb-" + r.Msg.GetRole()}
	}
	return connect.NewResponse(answer), nil
}

func (d *desk) state() *casefilev1.CaseState {
	d.mu.Lock()
	defer d.mu.Unlock()
	return proto.CloneOf(d.rows[len(d.rows)-1].GetState())
}

// rungs tells what the register holds of the ladder: "2026-12-17 remind-14 told".
func (d *desk) rungs() []string {
	var said []string
	for _, f := range d.state().GetFired() {
		said = append(said, f.GetDay()+" "+f.GetRungId()+" "+f.GetOutcome())
	}
	return said
}

func (d *desk) what() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var what []string
	for _, r := range d.rows {
		what = append(what, r.GetWhat())
	}
	return what
}

func (d *desk) templates() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var said []string
	for _, t := range d.told {
		said = append(said, t.GetTemplate()+" "+t.GetRole())
	}
	return said
}

// stage is a case in a test environment with virtual time.
type stage struct {
	t       *testing.T
	env     *testsuite.TestWorkflowEnvironment
	desk    *desk
	input   *casefilev1.CaseInput
	began   time.Time
	timers  int // live ones
	most    int
	retries bool // tries of local activities are timers of the environment, and are not counted
}

// newStage prepares the case at 09:00 of the day on which it opens, with the real activities speaking over HTTP.
func newStage(t *testing.T, input *casefilev1.CaseInput) *stage {
	t.Helper()
	d := &desk{}
	mux := http.NewServeMux()
	mux.Handle(reportsv1connect.NewRegisterServiceHandler(d))
	mux.Handle(reportsv1connect.NewSynthesisServiceHandler(d))
	mux.Handle(notificationsv1connect.NewNotificationsServiceHandler(d))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	clients := wire.Clients{
		Register:      reportsv1connect.NewRegisterServiceClient(server.Client(), server.URL),
		Synthesis:     reportsv1connect.NewSynthesisServiceClient(server.Client(), server.URL),
		Notifications: notificationsv1connect.NewNotificationsServiceClient(server.Client(), server.URL),
	}
	suite := testsuite.WorkflowTestSuite{}
	s := &stage{t: t, env: suite.NewTestWorkflowEnvironment(), desk: d, input: input, began: calendar.MustDate(input.GetOpenedOn()).At(9, 0)}
	acts := activities.New(clients, nil, nil, activities.Options{Demo: true})
	for name, act := range map[string]any{
		contract.ActivityRegisterCase: acts.RegisterCase, contract.ActivityCarryOutRung: acts.CarryOutRung,
		contract.ActivityWriteProgress: acts.WriteProgress, contract.ActivityExportHistory: acts.ExportHistory,
		contract.ActivityDrawUpSynthesis: acts.DrawUpSynthesis, contract.ActivityListMissing: acts.ListMissingReports,
	} {
		s.env.RegisterActivityWithOptions(act, activity.RegisterOptions{Name: name})
	}
	workflows.RegisterCases(s.env, "")
	s.env.SetDataConverter(wire.DataConverter())
	s.env.SetStartTime(s.began)
	s.env.SetTestTimeout(time.Minute)
	s.env.SetWorkflowRunTimeout(10 * 365 * 24 * time.Hour)
	// The environment reports a cancellation a moment late, so live timers are counted when one fires and when an act comes.
	s.env.SetOnTimerScheduledListener(func(string, time.Duration) { s.timers++ })
	s.env.SetOnTimerFiredListener(func(string) { s.most = max(s.most, s.timers); s.timers-- })
	s.env.SetOnTimerCanceledListener(func(string) { s.timers-- })
	return s
}

// at does something at an instant: "2026-12-28 09:00".
func (s *stage) at(when string, do func()) {
	s.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", when, calendar.Zone)
	require.NoError(s.t, err)
	s.env.RegisterDelayedCallback(func() { s.most = max(s.most, s.timers); do() }, t.Sub(s.began))
}

// answer is what became of an act.
type answer struct {
	outcome *casefilev1.ActOutcome
	refusal *casefilev1.Refusal // of the validator: nothing was written
	err     error
}

var updateOf = map[string]func(*casefilev1.Act) bool{
	contract.UpdateRecordStep:       func(a *casefilev1.Act) bool { return a.GetRecordStep() != nil },
	contract.UpdateSubmit:           func(a *casefilev1.Act) bool { return a.GetSubmit() != nil },
	contract.UpdateRecall:           func(a *casefilev1.Act) bool { return a.GetRecall() != nil },
	contract.UpdateAccept:           func(a *casefilev1.Act) bool { return a.GetAccept() != nil },
	contract.UpdateReturn:           func(a *casefilev1.Act) bool { return a.GetReturn() != nil },
	contract.UpdateExplain:          func(a *casefilev1.Act) bool { return a.GetExplain() != nil },
	contract.UpdateRequestExtension: func(a *casefilev1.Act) bool { return a.GetRequestExtension() != nil },
	contract.UpdateDecideExtension:  func(a *casefilev1.Act) bool { return a.GetDecideExtension() != nil },
	contract.UpdateExempt:           func(a *casefilev1.Act) bool { return a.GetExempt() != nil },
	contract.UpdateTransfer:         func(a *casefilev1.Act) bool { return a.GetTransfer() != nil },
	contract.UpdateWithdraw:         func(a *casefilev1.Act) bool { return a.GetWithdraw() != nil },
	contract.UpdateCorrect:          func(a *casefilev1.Act) bool { return a.GetCorrect() != nil },
	contract.UpdateNote:             func(a *casefilev1.Act) bool { return a.GetNote() != nil },
	contract.UpdateShiftClock:       func(a *casefilev1.Act) bool { return a.GetShiftClock() != nil },
	contract.UpdateSeal:             func(a *casefilev1.Act) bool { return a.GetSeal() != nil },
	contract.UpdateRecordItem:       func(a *casefilev1.Act) bool { return a.GetRecordItem() != nil },
	contract.UpdateTakeOver:         func(a *casefilev1.Act) bool { return a.GetTakeOver() != nil },
	contract.UpdateAmend:            func(a *casefilev1.Act) bool { return a.GetAmend() != nil },
	contract.UpdateRevoke:           func(a *casefilev1.Act) bool { return a.GetRevoke() != nil },
}

// act sends the act at the instant; the answer is filled in when the run is over.
func (s *stage) act(when, id string, act *casefilev1.Act) *answer {
	s.t.Helper()
	a := &answer{}
	act.ActId, act.CaseId = "act-00-"+id, s.input.GetCaseId()
	s.at(when, func() { s.send(act, act.GetActId(), a) })
	return a
}

func (s *stage) send(act *casefilev1.Act, updateID string, a *answer) {
	name := ""
	for kind, is := range updateOf {
		if is(act) {
			name = kind
		}
	}
	s.env.UpdateWorkflow(name, updateID, &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { a.err, a.refusal = err, refusalOf(err) },
		OnComplete: func(result any, err error) {
			a.err = err
			a.outcome, _ = result.(*casefilev1.ActOutcome)
		},
	}, act)
}

func refusalOf(err error) *casefilev1.Refusal {
	var said *temporal.ApplicationError
	var refusal *casefilev1.Refusal
	if !errors.As(err, &said) || said.Details(&refusal) != nil {
		return nil
	}
	return refusal
}

// run plays everything until the case has ended.
func (s *stage) run() {
	s.t.Helper()
	s.env.ExecuteWorkflow(s.input.GetWorkflowType(), s.input)
	require.True(s.t, s.env.IsWorkflowCompleted())
	require.NoError(s.t, s.env.GetWorkflowError())
	if !s.retries {
		require.LessOrEqual(s.t, s.most, 1, "one live timer")
	}
	require.Zero(s.t, s.timers, "no timer is left running")
}

// The acts of a story.
func record(step, day string, facts map[string]string, files ...string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: step, HeldOn: day, Facts: facts, FileIds: files}}}
}
func submit() *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{}}}
}
func recall() *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Recall{Recall: &casefilev1.Recall{}}}
}
func accept() *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}}
}
func giveBack(due string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Return{Return: &casefilev1.Return{Reasons: []string{"missing-evidence"}, DueDay: due}}}
}
func explain() *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Explain{Explain: &casefilev1.Explain{}}}
}
func askExtension(day string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{Day: day}}}
}
func decide(granted bool, day string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{Granted: granted, Day: day}}}
}
func withdraw() *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{}}}
}
func note() *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{}}}
}
func shift(d time.Duration) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_ShiftClock{ShiftClock: &casefilev1.ShiftClock{Seconds: int64(d / time.Second)}}}
}
func correct(step string, facts map[string]string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: step, Facts: facts}}}
}
func seal() *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{}}}
}

func explainUntil(day string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Explain{Explain: &casefilev1.Explain{ExpectedDay: day}}}
}
func enter(id string, facts map[string]string, files ...string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: id, Facts: facts, FileIds: files}}}
}
func takeOver(t *casefilev1.TakeOver) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_TakeOver{TakeOver: t}}
}
func amend(input *casefilev1.CaseInput, reason string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: input, Reason: reason}}}
}
func revoke(what string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: what}}}
}
func passAfterReview(unit, caseID string) *casefilev1.Act {
	return &casefilev1.Act{Kind: &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{SuccessorUnitId: unit, SuccessorCaseId: caseID, AfterReview: true}}}
}

// opened is a case as the catalogue of Hưng Yên opens it.
func opened(t *testing.T, obligation, unit, kind, period, today string, options catalogue.Options) *casefilev1.CaseInput {
	t.Helper()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	cal, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	facts := catalogue.UnitFacts{ID: unit, Kind: kind, AreaID: "12205-2507", ValidFrom: calendar.MustDate("2025-07-01"), WorkingYear: "calendar", ReviewerID: "BTGDV"}
	input, err := catalogue.Snapshot(cat, obligation, facts, calendar.MustPeriod(period), cal, calendar.MustDate(today), options)
	require.NoError(t, err)
	return input
}

func dialogue(t *testing.T) *casefilev1.CaseInput {
	t.Helper()
	return opened(t, "DT-01", "UBND-12205-2507", "commune-peoples-committee", "2026", "2026-11-02", catalogue.Options{})
}

func staffConference(t *testing.T) *casefilev1.CaseInput {
	t.Helper()
	return opened(t, "HN-01", "STC", "department", "2026", "2026-11-02", catalogue.Options{})
}

func sixMonthReport(t *testing.T) *casefilev1.CaseInput {
	t.Helper()
	return opened(t, "BC-06", "DU-12205-2507", "commune-party-committee", "2026-H1", "2026-05-04", catalogue.Options{})
}

func restructuring(t *testing.T) *casefilev1.CaseInput {
	t.Helper()
	return opened(t, "BCD-03", "STC", "department", "E-2026-0001", "2026-03-02", catalogue.Options{EventOn: calendar.MustDate("2026-03-02")})
}
