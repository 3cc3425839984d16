package activities

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/workflows/casefile"
)

// province is a province of two communes and a department as the services tell of it.
type province struct {
	unitsv1connect.UnimplementedUnitsServiceHandler
	reportsv1connect.UnimplementedRegisterServiceHandler
	reportsv1connect.UnimplementedActsServiceHandler
	notificationsv1connect.UnimplementedNotificationsServiceHandler
	client.Client // only ExecuteWorkflow is called

	mu       sync.Mutex
	units    []*unitsv1.Unit
	boards   []*unitsv1.Board
	settings []*unitsv1.Setting
	daysOff  []*casefilev1.DayException
	events   []*reportsv1.Event
	recorded map[string]*reportsv1.Event // by key
	known    []string                    // ids in the register
	started  map[string]client.StartWorkflowOptions
	inputs   map[string]*casefilev1.CaseInput // of what was started
	failing  int                              // how many starts to come fail
	digests  int
	refuse   error // what Tell answers
	asked    []*unitsv1.ListUnitsRequest

	register // of cases and acts
}

func unit(id, kind, name string) *unitsv1.Unit {
	return &unitsv1.Unit{Id: id, Kind: kind, Name: name, AreaId: "12205-2507", ValidFrom: "2025-07-01", WorkingYear: "calendar", ReviewerId: "BTGDV"}
}

func newProvince() *province {
	p := &province{
		started: map[string]client.StartWorkflowOptions{}, inputs: map[string]*casefilev1.CaseInput{}, recorded: map[string]*reportsv1.Event{},
		units: []*unitsv1.Unit{
			unit("UBND-12205-2507", "commune-peoples-committee", "UBND xã Khoái Châu"), unit("UBND-11983-2507", "commune-peoples-committee", "UBND phường Sơn Nam"),
			unit("STC", "department", "Sở Tài chính"),
		},
		events: []*reportsv1.Event{{Id: "E-2026-0001", ObligationId: "BCD-03", UnitId: "STC", On: "2026-11-02"}},
	}
	for _, d := range calendar.VietnamDays() {
		p.daysOff = append(p.daysOff, &casefilev1.DayException{Day: d.Date.String(), Kind: string(d.Kind), NameVi: d.NameVI})
	}
	p.cases = map[string]*reportsv1.Case{}
	return p
}

func (p *province) ListUnits(_ context.Context, r *connect.Request[unitsv1.ListUnitsRequest]) (*connect.Response[unitsv1.ListUnitsResponse], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Msg)
	answer := &unitsv1.ListUnitsResponse{}
	for _, u := range p.units {
		stands := r.Msg.GetOn() == "" || u.GetValidFrom() <= r.Msg.GetOn() && (u.GetValidTo() == "" || u.GetValidTo() >= r.Msg.GetOn())
		named := len(r.Msg.GetIds()) == 0 || slices.Contains(r.Msg.GetIds(), u.GetId())
		if stands && named && (len(r.Msg.GetKinds()) == 0 || slices.Contains(r.Msg.GetKinds(), u.GetKind())) {
			answer.Units = append(answer.Units, u)
		}
	}
	return connect.NewResponse(answer), nil
}

func (p *province) ListBoards(context.Context, *connect.Request[unitsv1.ListBoardsRequest]) (*connect.Response[unitsv1.ListBoardsResponse], error) {
	return connect.NewResponse(&unitsv1.ListBoardsResponse{Boards: p.boards}), nil
}

func (p *province) ListSettings(context.Context, *connect.Request[unitsv1.ListSettingsRequest]) (*connect.Response[unitsv1.ListSettingsResponse], error) {
	return connect.NewResponse(&unitsv1.ListSettingsResponse{Settings: p.settings}), nil
}

func (p *province) ListEvents(_ context.Context, r *connect.Request[reportsv1.ListEventsRequest]) (*connect.Response[reportsv1.ListEventsResponse], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer := &reportsv1.ListEventsResponse{}
	for _, e := range p.events {
		if r.Msg.GetObligationId() == "" || e.GetObligationId() == r.Msg.GetObligationId() {
			answer.Events = append(answer.Events, e)
		}
	}
	return connect.NewResponse(answer), nil
}

// RecordEvent stands for reports: a key is recorded once.
func (p *province) RecordEvent(_ context.Context, r *connect.Request[reportsv1.RecordEventRequest]) (*connect.Response[reportsv1.Event], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if there := p.recorded[r.Msg.GetIdempotencyKey()]; there != nil {
		return connect.NewResponse(there), nil
	}
	if r.Msg.GetUnitId() == p.refusing {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, "Không nhận.", "Not taken."))
	}
	event := &reportsv1.Event{Id: fmt.Sprintf("E-2026-%04d", 100+len(p.events)), ObligationId: r.Msg.GetObligationId(), UnitId: r.Msg.GetUnitId(), On: r.Msg.GetOn(),
		TriggerId: r.Msg.GetTriggerId(), Facts: r.Msg.GetFacts(), BoardId: r.Msg.GetBoardId()}
	p.events = append(p.events, event)
	p.recorded[r.Msg.GetIdempotencyKey()] = event
	return connect.NewResponse(event), nil
}

func (p *province) ListDaysOff(context.Context, *connect.Request[unitsv1.ListDaysOffRequest]) (*connect.Response[unitsv1.ListDaysOffResponse], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return connect.NewResponse(&unitsv1.ListDaysOffResponse{Days: p.daysOff}), nil
}

func (p *province) KnownCases(context.Context, *connect.Request[reportsv1.KnownCasesRequest]) (*connect.Response[reportsv1.KnownCasesResponse], error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := slices.Clone(p.known)
	for id := range p.cases {
		known = append(known, id)
	}
	return connect.NewResponse(&reportsv1.KnownCasesResponse{KnownIds: known}), nil
}

func (p *province) RegisterCase(context.Context, *connect.Request[reportsv1.RegisterCaseRequest]) (*connect.Response[reportsv1.RegisterCaseResponse], error) {
	return connect.NewResponse(&reportsv1.RegisterCaseResponse{}), nil
}

func (p *province) WriteProgress(_ context.Context, _ *connect.Request[reportsv1.WriteProgressRequest]) (*connect.Response[reportsv1.WriteProgressResponse], error) {
	return connect.NewResponse(&reportsv1.WriteProgressResponse{}), nil
}

func (p *province) Tell(context.Context, *connect.Request[notificationsv1.TellRequest]) (*connect.Response[notificationsv1.TellResponse], error) {
	return connect.NewResponse(&notificationsv1.TellResponse{OfficialIds: []string{"cb-1"}}), p.refuse
}

func (p *province) SendDigest(context.Context, *connect.Request[notificationsv1.SendDigestRequest]) (*connect.Response[notificationsv1.SendDigestResponse], error) {
	p.digests++
	return connect.NewResponse(&notificationsv1.SendDigestResponse{Messages: 3}), nil
}

// ExecuteWorkflow stands for Temporal: an id starts once, and its case enters the register.
func (p *province) ExecuteWorkflow(_ context.Context, options client.StartWorkflowOptions, _ any, arguments ...any) (client.WorkflowRun, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failing > 0 {
		p.failing--
		return nil, errors.New("temporal is away")
	}
	if _, running := p.started[options.ID]; running {
		return nil, serviceerror.NewWorkflowExecutionAlreadyStarted("runs already", "", "")
	}
	p.started[options.ID] = options
	if input, is := arguments[0].(*casefilev1.CaseInput); is {
		p.inputs[options.ID] = input
		if p.enters {
			p.cases[options.ID] = opened(input)
		}
	}
	return nil, nil //nolint:nilnil // nobody looks at the run
}

// hungYen is read once: it never changes.
var hungYen = sync.OnceValues(catalogue.HungYen)

func visit(t *testing.T, now string) (*province, *Activities, *testsuite.TestActivityEnvironment) {
	t.Helper()
	p := newProvince()
	mux := http.NewServeMux()
	mux.Handle(unitsv1connect.NewUnitsServiceHandler(p))
	mux.Handle(reportsv1connect.NewRegisterServiceHandler(p))
	mux.Handle(reportsv1connect.NewActsServiceHandler(p))
	mux.Handle(notificationsv1connect.NewNotificationsServiceHandler(p))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	cat, err := hungYen()
	require.NoError(t, err)
	moment, err := time.ParseInLocation("2006-01-02 15:04", now, calendar.Zone)
	require.NoError(t, err)
	acts := New(wire.Clients{
		Units:         unitsv1connect.NewUnitsServiceClient(server.Client(), server.URL),
		Register:      reportsv1connect.NewRegisterServiceClient(server.Client(), server.URL),
		Acts:          reportsv1connect.NewActsServiceClient(server.Client(), server.URL, connect.WithInterceptors(p.telling())),
		Notifications: notificationsv1connect.NewNotificationsServiceClient(server.Client(), server.URL),
	}, p, cat, Options{Now: func() time.Time { return moment }})
	suite := testsuite.WorkflowTestSuite{}
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(acts)
	return p, acts, env
}

func reconcile(t *testing.T, env *testsuite.TestActivityEnvironment, obligation string) (contract.ReconcileResult, error) {
	t.Helper()
	var result contract.ReconcileResult
	value, err := env.ExecuteActivity(contract.ActivityReconcile, contract.ReconcileInput{Obligation: obligation})
	if err == nil {
		require.NoError(t, value.Get(&result))
	}
	return result, err
}

func TestReconcileOpensWhatIsMissingOnce(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.known = []string{"DT-01/UBND-12205-2507/2026"}
	p.started["DT-01/UBND-11983-2507/2026"] = client.StartWorkflowOptions{}

	first, err := reconcile(t, env, "")
	require.NoError(t, err)
	require.NotZero(t, first.Opened)
	require.Equal(t, first.Expected, first.Opened+first.Known+1, "one runs already, though the register does not know it yet")
	require.Contains(t, p.started, "BCD-03/STC/E-2026-0001")
	require.NotContains(t, p.started, "DT-01/UBND-12205-2507/2026")

	again, err := reconcile(t, env, "")
	require.NoError(t, err)
	require.Zero(t, again.Opened)
}

func TestReconcileOfOneObligation(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	result, err := reconcile(t, env, "DT-01")
	require.NoError(t, err)
	require.Equal(t, contract.ReconcileResult{Expected: 2, Opened: 2}, result)
	options := p.started["DT-01/UBND-12205-2507/2026"]
	require.Equal(t, contract.QueueCases, options.TaskQueue)
	require.Equal(t, "Hội nghị trao đổi, đối thoại giữa UBND cấp xã với Nhân dân, UBND xã Khoái Châu, kỳ 2026", options.StaticSummary)
	state, _ := options.TypedSearchAttributes.GetKeyword(contract.AttributeState)
	require.Equal(t, "open", state)
	due, _ := options.TypedSearchAttributes.GetTime(contract.AttributeDue)
	require.Equal(t, "31/12/2026", calendar.DateOf(due).Vietnamese())
}

func TestAReconciliationThatWasInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	p, _, env := visit(t, "2026-11-23 05:00")
	p.failing = 1
	_, err := reconcile(t, env, "")
	require.Error(t, err)
	second, err := reconcile(t, env, "")
	require.NoError(t, err)
	require.Len(t, p.started, second.Expected)
}

func TestNoDigestLeavesOnADayOff(t *testing.T) {
	t.Parallel()
	for now, leaves := range map[string]bool{
		"2026-11-23 07:30": true, "2026-11-22 07:30": false, "2026-11-24 07:30": false, "2026-09-02 07:30": false, "2026-01-10 07:30": true,
	} {
		p, _, env := visit(t, now)
		_, err := env.ExecuteActivity(contract.ActivitySendDigest, "07:30")
		require.NoError(t, err)
		require.Equal(t, leaves, p.digests == 1, now)
	}
}

func TestProductionTakesNoCaseOfADemonstration(t *testing.T) {
	t.Parallel()
	_, acts, _ := visit(t, "2026-11-23 05:00")
	_, err := acts.RegisterCase(t.Context(), &reportsv1.RegisterCaseRequest{Input: &casefilev1.CaseInput{Demo: true}})
	require.True(t, isFinal(err))
}

// A message that notifications refuse for good does not stop the case; one that cannot be taken now is tried again.
func TestARefusedMessageIsToldToNobody(t *testing.T) {
	t.Parallel()
	p, acts, env := visit(t, "2026-11-23 05:00")
	progress := &casefilev1.Progress{CaseId: "DT-01/UBND-12205-2507/2026", State: &casefilev1.CaseState{Fired: []*casefilev1.FiredRung{{RungId: "overdue-1", Outcome: "told", Round: 1}}}}
	tell := casefile.Telling{Key: "k", Roles: []string{"head"}, Template: "overdue-head"}

	p.refuse = wire.ConnectError(wire.Refuse(contract.CodeInvalid, "Không có mẫu thư.", "There is no such letter."))
	value, err := env.ExecuteActivity(contract.ActivityCarryOutRung, progress, tell)
	require.NoError(t, err)
	var result contract.CarryOutResult
	require.NoError(t, value.Get(&result))
	require.Equal(t, "nobody", result.Outcome)

	p.refuse = connect.NewError(connect.CodeUnavailable, errors.New("away"))
	_, err = acts.CarryOutRung(t.Context(), progress, tell)
	require.Error(t, err)
	require.False(t, isFinal(err))
	require.Equal(t, "told", progress.GetState().GetFired()[0].GetOutcome(), "what the workflow gave is left alone")

	var refused *temporal.ApplicationError
	require.ErrorAs(t, failure(wire.Refuse(contract.CodeNotFound, "Không có.", "None.")), &refused)
	require.Equal(t, contract.CodeNotFound, refused.Type())
	require.False(t, isFinal(failure(wire.Refuse(contract.CodeConflict, "Trùng.", "Twice."))))
	require.NoError(t, failure(nil))
}

func TestSummariesFitTheTemporalUI(t *testing.T) {
	t.Parallel()
	long := summary(strings.Repeat("Hội nghị đối thoại ", 20), ", UBND xã Khoái Châu, kỳ 2026")
	require.LessOrEqual(t, len(long), 200)
	require.Contains(t, long, "…, UBND xã Khoái Châu, kỳ 2026")
}
