package reports

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
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/internal/testdatabase"
)

func TestMain(m *testing.M) { testdatabase.Main(m) }

const (
	serviceKey = "a key of more than thirty-two characters"
	commune    = "UBND-12205-2507"
	reviewing  = "BTGDV"
	dialogue   = "DT-01/UBND-12205-2507/2026"
	run        = "11111111-1111-1111-1111-111111111111"
)

// Officials of the tests: who they are is said by the units double.
const (
	contact       = "CB-CONTACT"
	head          = "CB-HEAD"
	reviewer      = "CB-REVIEWER"
	leader        = "CB-LEADER"
	supervisor    = "CB-SUPERVISOR"
	administrator = "CB-ADMIN"
	auditor       = "CB-AUDITOR"
	ofCommune     = "CB-SUPERVISOR-XA"
	bothSides     = "CB-BOTH"
	stranger      = "CB-STRANGER"
)

// house is one reports service over a database of its own, with its neighbours.
type house struct {
	t         *testing.T
	server    *httptest.Server
	db        *gorm.DB
	temporal  *temporalDouble
	clock     *clock
	speaker   wire.Speaker
	cfg       wire.Config
	unitsDown *downSwitch
	units     *unitsDouble
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) set(moment string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, _ = time.ParseInLocation("2006-01-02 15:04", moment, calendar.Zone)
}

type downSwitch struct {
	mu   sync.Mutex
	down bool
}

func (d *downSwitch) set(down bool) { d.mu.Lock(); defer d.mu.Unlock(); d.down = down }
func (d *downSwitch) is() bool      { d.mu.Lock(); defer d.mu.Unlock(); return d.down }

func newHouse(t *testing.T, adjust ...func(*wire.Config, *Options)) *house {
	t.Helper()
	h := &house{t: t, temporal: &temporalDouble{}, clock: &clock{}, speaker: wire.Config{ServiceKey: serviceKey}.Speaker("portal"), unitsDown: &downSwitch{}, units: &unitsDouble{}}
	h.clock.set("2026-12-01 09:00")
	path, handler := unitsv1connect.NewUnitsServiceHandler(h.units)
	units := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.unitsDown.is() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		require.Contains(t, r.URL.Path, path)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(units.Close)
	h.cfg = wire.Config{DatabaseURL: testdatabase.New(t), ServiceKey: serviceKey, UnitsURL: units.URL, EvidenceURL: "file://" + t.TempDir(),
		MaxFileBytes: 1 << 20, SMTPTLS: "none", HelpContact: "quản trị hệ thống của tỉnh", HelpPhone: "0221 000 000",
		TemporalUIURL: "http://127.0.0.1:8233", TemporalNamespace: "nenep"}
	options := Options{Now: h.clock.Now, Cases: h.temporal}
	for _, change := range adjust {
		change(&h.cfg, &options)
	}
	require.NoError(t, Migrate(t.Context(), h.cfg, zap.NewNop()))
	service, err := New(t.Context(), h.cfg, zaptest.NewLogger(t, zaptest.Level(zap.FatalLevel)), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close()) })
	require.NoError(t, service.Ready(t.Context()))
	h.server = httptest.NewServer(service)
	t.Cleanup(h.server.Close)
	h.cfg.ReportsURL = h.server.URL
	h.db, err = schema().Open(h.cfg.DatabaseURL)
	require.NoError(t, err)
	t.Cleanup(func() {
		pool, _ := h.db.DB()
		_ = pool.Close()
	})
	return h
}

// as is a context in which the portal acts for the official.
func (h *house) as(official string) context.Context {
	return wire.WithIdentity(h.t.Context(), wire.Identity{Service: "portal", OfficialID: official})
}

func (h *house) portal() wire.Clients { return h.cfg.NewClients("portal") }
func (h *house) worker() wire.Clients { return h.cfg.NewClients("worker") }

// openCase registers the dialogue of the commune, due on 31/12/2026, as its workflow would.
func (h *house) openCase(change ...func(*casefilev1.CaseInput, *casefilev1.CaseState)) *casefilev1.CaseInput {
	input, state := dialogueInput(), openState()
	for _, c := range change {
		c(input, state)
	}
	state.CaseId = input.GetCaseId()
	_, err := h.worker().Register.RegisterCase(h.t.Context(), connect.NewRequest(&reportsv1.RegisterCaseRequest{
		Input: input, State: state, RunId: run, At: "2026-11-01T00:00:00Z"}))
	require.NoError(h.t, err)
	return input
}

// progress writes the case's next state, as its workflow would.
func (h *house) progress(caseID string, sequence int64, what string, change func(*casefilev1.CaseState)) bool {
	state := openState()
	state.CaseId, state.Sequence = caseID, sequence
	change(state)
	answer, err := h.worker().Register.WriteProgress(h.t.Context(), connect.NewRequest(&reportsv1.WriteProgressRequest{
		Progress: &casefilev1.Progress{CaseId: caseID, RunId: run, Sequence: sequence, What: what, State: state, At: "2026-11-20T02:00:00Z"}}))
	require.NoError(h.t, err)
	return answer.Msg.GetRepeatedWrite()
}

func dialogueInput() *casefilev1.CaseInput {
	return &casefilev1.CaseInput{
		CaseId: dialogue, ObligationId: "DT-01", UnitId: commune, PeriodId: "2026", WorkflowType: "AnnualDialogue", AreaId: "12205-2507",
		OpenedOn: "2026-11-01", TitleVi: "Hội nghị trao đổi, đối thoại với Nhân dân", TitleEn: "Dialogue with the people", CatalogueVersion: "2026.1",
		Due:    &casefilev1.Deadline{Day: "2026-12-31"},
		Review: &casefilev1.ReviewPolicy{ReviewerUnitId: reviewing, ReturnWorkingDays: 5},
		Steps: []*casefilev1.StepPolicy{
			{Id: "plan", TitleVi: "Kế hoạch", TitleEn: "Plan"},
			{Id: "hold", TitleVi: "Tổ chức hội nghị", TitleEn: "Hold", Facts: []*casefilev1.FactPolicy{
				{Key: "summoned", TitleVi: "Số người được triệu tập", TitleEn: "Summoned", Kind: "count", Required: true},
				{Key: "present", TitleVi: "Số người dự", TitleEn: "Present", Kind: "count", Required: true, AtMost: "summoned"},
			}},
		},
		Calendar: []*casefilev1.DayException{{Day: "2027-01-01", Kind: "off", NameVi: "Tết Dương lịch"}},
	}
}

func openState() *casefilev1.CaseState {
	return &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: "2026-12-31", Sequence: 1, ReviewerUnitId: reviewing}
}

func refusalOf(t *testing.T, err error, code string) *casefilev1.Refusal {
	t.Helper()
	require.Error(t, err)
	refusal := wire.RefusalOf(err)
	require.NotNil(t, refusal, err)
	require.Equal(t, code, refusal.GetCode(), refusal.GetTextEn())
	require.NotEmpty(t, refusal.GetTextVi())
	return refusal
}

func fieldsOf(faults []*casefilev1.FieldFault) []string {
	fields := make([]string, len(faults))
	for i, fault := range faults {
		fields[i] = fault.GetField()
	}
	slices.Sort(fields)
	return fields
}

// temporalDouble stands for Temporal where only the order of things is tested: the real one is met
// in the tests of the whole.
type temporalDouble struct {
	mu       sync.Mutex
	away     bool
	updates  []client.UpdateWorkflowOptions
	starts   []client.StartWorkflowOptions
	startArg []any
	answer   func(client.UpdateWorkflowOptions, *casefilev1.Act) (*casefilev1.ActOutcome, error)
	events   []*historypb.HistoryEvent
	reads    int
	standing map[string]*casefilev1.CaseStanding        // by case: what its workflow says
	closed   map[string]enumspb.WorkflowExecutionStatus // by case: how its workflow ended, if it does not run
	running  []string                                   // cases without a row that Temporal runs
}

var _ Cases = (*temporalDouble)(nil)

var errAway = errors.New("no Temporal there")

func (d *temporalDouble) set(change func()) { d.mu.Lock(); defer d.mu.Unlock(); change() }

func (d *temporalDouble) UpdateWorkflow(_ context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return nil, errAway
	}
	d.updates = append(d.updates, options)
	act, _ := options.Args[0].(*casefilev1.Act)
	outcome := &casefilev1.ActOutcome{ActId: options.UpdateID, State: openState()}
	var err error
	if d.answer != nil {
		outcome, err = d.answer(options, act)
	}
	return updateHandle{options, outcome, err}, nil
}

func (d *temporalDouble) ExecuteWorkflow(_ context.Context, options client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return nil, errAway
	}
	d.starts, d.startArg = append(d.starts, options), append(d.startArg, args...)
	return nil, nil
}

func (d *temporalDouble) GetWorkflowHistory(context.Context, string, string, bool, enumspb.HistoryEventFilterType) client.HistoryEventIterator {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	return &eventIterator{d.events, d.away}
}

func (d *temporalDouble) DescribeWorkflowExecution(_ context.Context, workflowID, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return nil, errAway
	}
	status, closed := d.closed[workflowID]
	switch {
	case !closed:
		status = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	case status == enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED:
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: workflowID, RunId: run}, Status: status}}, nil
}

func (d *temporalDouble) QueryWorkflow(_ context.Context, workflowID, _, _ string, _ ...any) (converter.EncodedValue, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	standing := d.standing[workflowID]
	if d.away || standing == nil {
		return nil, errAway
	}
	payloads, err := wire.DataConverter().ToPayloads(standing)
	return client.NewValue(payloads), err
}

func (d *temporalDouble) ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	answer := &workflowservice.ListWorkflowExecutionsResponse{}
	for _, id := range d.running {
		answer.Executions = append(answer.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: run}})
	}
	return answer, nil
}

func (d *temporalDouble) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return nil, errAway
	}
	return &client.CheckHealthResponse{}, nil
}

func (d *temporalDouble) Close() {}

type updateHandle struct {
	options client.UpdateWorkflowOptions
	outcome *casefilev1.ActOutcome
	err     error
}

func (u updateHandle) WorkflowID() string { return u.options.WorkflowID }
func (u updateHandle) RunID() string      { return run }
func (u updateHandle) UpdateID() string   { return u.options.UpdateID }

func (u updateHandle) Get(_ context.Context, into any) error {
	if u.err != nil {
		return u.err
	}
	message, _ := into.(*casefilev1.ActOutcome)
	proto.Merge(message, u.outcome)
	return nil
}

type eventIterator struct {
	events []*historypb.HistoryEvent
	away   bool
}

func (i *eventIterator) HasNext() bool { return i.away || len(i.events) > 0 }

func (i *eventIterator) Next() (*historypb.HistoryEvent, error) {
	if i.away {
		return nil, errAway
	}
	event := i.events[0]
	i.events = i.events[1:]
	return event, nil
}

// unitsDouble knows a few units and officials, and keeps the boards it is given.
type unitsDouble struct {
	unitsv1connect.UnimplementedUnitsServiceHandler

	mu       sync.Mutex
	boards   []*unitsv1.Board
	filled   []*unitsv1.RecordVacancyRequest
	refuses  error
	settings map[string]string
	ever     []*unitsv1.Unit // every unit there ever was, in place of those known
	decided  map[string]*unitsv1.GetReorganisationResponse
	below    map[string][]string // units that stand below one, beside those that every test knows
}

func (d *unitsDouble) set(change func()) { d.mu.Lock(); defer d.mu.Unlock(); change() }

func (d *unitsDouble) kept() []*unitsv1.Board {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.boards)
}

func (d *unitsDouble) PutBoard(_ context.Context, request *connect.Request[unitsv1.Board]) (*connect.Response[unitsv1.Board], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuses != nil {
		return nil, d.refuses
	}
	d.boards = slices.DeleteFunc(d.boards, func(b *unitsv1.Board) bool { return b.GetId() == request.Msg.GetId() })
	d.boards = append(d.boards, request.Msg)
	return connect.NewResponse(request.Msg), nil
}

func (d *unitsDouble) ListBoards(_ context.Context, request *connect.Request[unitsv1.ListBoardsRequest]) (*connect.Response[unitsv1.ListBoardsResponse], error) {
	answer := &unitsv1.ListBoardsResponse{}
	for _, board := range d.kept() {
		if (request.Msg.GetUnitId() == "" || board.GetUnitId() == request.Msg.GetUnitId()) && (request.Msg.GetKind() == "" || board.GetKind() == request.Msg.GetKind()) {
			answer.Boards = append(answer.Boards, board)
		}
	}
	return connect.NewResponse(answer), nil
}

func (d *unitsDouble) RecordVacancy(_ context.Context, request *connect.Request[unitsv1.RecordVacancyRequest]) (*connect.Response[unitsv1.Board], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.filled = append(d.filled, request.Msg)
	return connect.NewResponse(&unitsv1.Board{Id: request.Msg.GetBoardId()}), nil
}

func (d *unitsDouble) ListSettings(context.Context, *connect.Request[unitsv1.ListSettingsRequest]) (*connect.Response[unitsv1.ListSettingsResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	answer := &unitsv1.ListSettingsResponse{}
	for key, value := range d.settings {
		answer.Settings = append(answer.Settings, &unitsv1.Setting{Key: key, Value: value})
	}
	return connect.NewResponse(answer), nil
}

var unitsKnown = map[string]*unitsv1.Unit{
	commune:           {Id: commune, Kind: "commune-peoples-committee", Name: "UBND xã Khoái Châu", NameEn: "Khoai Chau Commune People's Committee", ReviewerId: reviewing},
	reviewing:         {Id: reviewing, Kind: "standing-agency", Name: "Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên", NameEn: "Standing agency"},
	"DU-12205-2507":   {Id: "DU-12205-2507", Kind: "commune-party-committee", Name: "Đảng ủy xã Khoái Châu", NameEn: "Party committee", ReviewerId: reviewing},
	"MTTQ-12205-2507": {Id: "MTTQ-12205-2507", Kind: "commune-front", Name: "MTTQ xã Khoái Châu", NameEn: "Commune Front", ReviewerId: reviewing},
	"VP-TU":           {Id: "VP-TU", Kind: "party-body", Name: "Văn phòng Tỉnh ủy Hưng Yên", NameEn: "Office"},
	"BCD-XA":          {Id: "BCD-XA", Kind: "steering-committee", AreaId: "12205-2507", Name: "Ban Chỉ đạo xã Khoái Châu", NameEn: "Commune steering committee"},
	"BCD-TINH":        {Id: "BCD-TINH", Kind: "steering-committee", AreaId: "33-2507", Name: "Ban Chỉ đạo tỉnh", NameEn: "Provincial steering committee"},
	"UBND-OLD":        {Id: "UBND-OLD", Kind: "commune-peoples-committee", Name: "UBND xã cũ", NameEn: "Former commune", ReviewerId: reviewing, ValidTo: "2025-06-30", SuccessorIds: []string{commune}},
	"OTHER-99999":     {Id: "OTHER-99999", Kind: "commune-peoples-committee", Name: "UBND xã khác", NameEn: "Another commune"},
}

var officialsKnown = map[string]struct {
	name  string
	posts [][3]string
}{
	contact:       {"Nguyễn Văn An", [][3]string{{commune, "contact", "Chuyên viên Văn phòng HĐND và UBND"}, {"DU-12205-2507", "contact", "Thư ký"}}},
	head:          {"Trần Thị Bình", [][3]string{{commune, "head", "Chủ tịch UBND xã"}}},
	reviewer:      {"Lê Văn Cường", [][3]string{{reviewing, "reviewer", "Chuyên viên theo dõi khối xã, phường"}}},
	leader:        {"Phạm Thị Dung", [][3]string{{reviewing, "leader", "Phó Trưởng Ban"}}},
	supervisor:    {"Hoàng Văn Em", [][3]string{{"BCD-TINH", "supervisor", "Ủy viên Ban Chỉ đạo tỉnh"}}},
	ofCommune:     {"Ngô Văn Sáu", [][3]string{{"BCD-XA", "supervisor", "Ủy viên Ban Chỉ đạo xã"}}},
	administrator: {"Vũ Thị Giang", [][3]string{{"VP-TU", "administrator", "Chuyên viên"}}},
	auditor:       {"Mai Thị Kiểm", [][3]string{{"VP-TU", "auditor", "Chuyên viên Ủy ban Kiểm tra"}}},
	bothSides:     {"Đỗ Văn Hải", [][3]string{{reviewing, "reviewer", "Chuyên viên"}, {commune, "deputy", "Phó Chủ tịch"}}},
	stranger:      {"Bùi Thị Lan", [][3]string{{"OTHER-99999", "contact", "Chuyên viên"}}},
}

func holdersOf(id string) (holders []*unitsv1.Holder) {
	official := officialsKnown[id]
	for _, post := range official.posts {
		holders = append(holders, &unitsv1.Holder{
			Official: &unitsv1.Official{Id: id, Name: official.name}, Unit: unitsKnown[post[0]],
			Position: &unitsv1.Position{OfficialId: id, UnitId: post[0], Role: post[1], Title: post[2]}})
	}
	return holders
}

func (*unitsDouble) ListHats(_ context.Context, request *connect.Request[unitsv1.ListHatsRequest]) (*connect.Response[unitsv1.ListHatsResponse], error) {
	return connect.NewResponse(&unitsv1.ListHatsResponse{Hats: holdersOf(request.Msg.GetOfficialId())}), nil
}

func (*unitsDouble) GetUnit(_ context.Context, request *connect.Request[unitsv1.GetUnitRequest]) (*connect.Response[unitsv1.GetUnitResponse], error) {
	unit := unitsKnown[request.Msg.GetId()]
	if unit == nil {
		return nil, connect.NewError(connect.CodeNotFound, errors.New("no such unit"))
	}
	return connect.NewResponse(&unitsv1.GetUnitResponse{Unit: unit}), nil
}

func (*unitsDouble) GetArea(_ context.Context, request *connect.Request[unitsv1.GetAreaRequest]) (*connect.Response[unitsv1.Area], error) {
	level := "commune"
	if request.Msg.GetId() == "33-2507" {
		level = "province"
	}
	return connect.NewResponse(&unitsv1.Area{Id: request.Msg.GetId(), Level: level}), nil
}

func (d *unitsDouble) ListUnits(_ context.Context, request *connect.Request[unitsv1.ListUnitsRequest]) (*connect.Response[unitsv1.ListUnitsResponse], error) {
	answer := &unitsv1.ListUnitsResponse{}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.ever) > 0 && len(request.Msg.GetIds())+len(request.Msg.GetUnder()) == 0 {
		return connect.NewResponse(&unitsv1.ListUnitsResponse{Units: d.ever}), nil
	}
	if under := request.Msg.GetUnder(); len(under) == 1 && d.below[under[0]] != nil {
		for _, id := range d.below[under[0]] {
			answer.Units = append(answer.Units, unitsKnown[id])
		}
		return connect.NewResponse(answer), nil
	}
	if slices.Equal(request.Msg.GetUnder(), []string{"BCD-XA"}) {
		return connect.NewResponse(&unitsv1.ListUnitsResponse{Units: []*unitsv1.Unit{unitsKnown["BCD-XA"], unitsKnown[commune]}}), nil
	}
	for id, unit := range unitsKnown {
		if len(request.Msg.GetIds()) == 0 && unit.GetValidTo() == "" || slices.Contains(request.Msg.GetIds(), id) {
			answer.Units = append(answer.Units, unit)
		}
	}
	return connect.NewResponse(answer), nil
}

func (*unitsDouble) FindOfficials(_ context.Context, request *connect.Request[unitsv1.FindOfficialsRequest]) (*connect.Response[unitsv1.FindOfficialsResponse], error) {
	answer := &unitsv1.FindOfficialsResponse{}
	for _, id := range request.Msg.GetIds() {
		answer.Holders = append(answer.Holders, holdersOf(id)...)
	}
	return connect.NewResponse(answer), nil
}
