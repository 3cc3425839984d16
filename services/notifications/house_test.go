package notifications

import (
	"context"
	"errors"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/internal/bootstrap"
	"nenep/services/internal/everycall"
	"nenep/services/internal/testdatabase"
)

func TestMain(m *testing.M) { testdatabase.Main(m) }

const (
	exampleCase = "DT-01/UBND-12205-2507/2026"
	exampleUnit = "UBND-12205-2507"
	exampleKey  = exampleCase + "/1/remind-7"
)

// relay is a real SMTP server that keeps what it is given.
type relay struct {
	mu      sync.Mutex
	mails   []received
	refuse  map[string]*smtp.SMTPError // by recipient
	onTaken func()                     // between taking a mail and saying so
}

type received struct {
	to   string
	raw  string
	head mail.Header
}

func (m received) subject(t *testing.T) string {
	t.Helper()
	decoded, err := new(mime.WordDecoder).DecodeHeader(m.head.Get("Subject"))
	require.NoError(t, err)
	return decoded
}

func (r *relay) taken() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.mails)
}

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) { return &relaySession{relay: r}, nil }

type relaySession struct {
	relay *relay
	to    string
}

func (s *relaySession) Reset()                               {}
func (s *relaySession) Logout() error                        { return nil }
func (s *relaySession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	if refusal := s.relay.refuse[to]; refusal != nil {
		return refusal
	}
	s.to = to
	return nil
}

func (s *relaySession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	parsed, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		return err
	}
	s.relay.mu.Lock()
	s.relay.mails = append(s.relay.mails, received{s.to, string(raw), parsed.Header})
	after := s.relay.onTaken
	s.relay.mu.Unlock()
	if after != nil {
		after()
	}
	return nil
}

func startRelay(t *testing.T) (*relay, string) {
	t.Helper()
	kept := &relay{refuse: map[string]*smtp.SMTPError{}}
	server := smtp.NewServer(kept)
	server.Domain = "relay.example"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.NoError(t, <-served)
	})
	return kept, listener.Addr().String()
}

// town stands for the units, the register and the acts.
type town struct {
	unitsv1connect.UnimplementedUnitsServiceHandler
	reportsv1connect.UnimplementedRegisterServiceHandler
	reportsv1connect.UnimplementedActsServiceHandler

	mu       sync.Mutex
	holders  map[string][]*unitsv1.Holder // unit/role
	names    map[string]string
	kinds    map[string]string // of units, where they matter
	daysOff  []*casefilev1.DayException
	states   map[string]casefilev1.State
	cases    map[string]*reportsv1.Case // more than its state
	acts     []*casefilev1.Act
	away     bool
	settings []*unitsv1.Setting
	leads    map[string]string // unit/role → the unit the role leads to
	absent   map[string][]*unitsv1.Absence
	staff    map[string]*unitsv1.Official // who holds no position
	extra    map[string][]*unitsv1.Holder // positions of an official that no role of these units leads to
	asked    map[string]int               // calls by name
	below    map[string][]string          // units that stand below a body
	named    map[string]*unitsv1.Unit     // that a list names
	events   []*reportsv1.Event

	handedOver *unitsv1.HandOverPostResponse
}

func (s *town) ResolveRole(_ context.Context, r *connect.Request[unitsv1.ResolveRoleRequest]) (*connect.Response[unitsv1.ResolveRoleResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, connect.NewError(connect.CodeUnavailable, errors.New("away"))
	}
	s.count("ResolveRole")
	at := r.Msg.GetUnitId() + "/" + r.Msg.GetRole()
	answer := &unitsv1.ResolveRoleResponse{UnitId: s.leads[at], Absent: s.absent[at]}
	for _, holder := range s.holders[at] {
		if !r.Msg.GetPersonal() || holder.GetDelegatedBy() == "" {
			answer.Holders = append(answer.Holders, holder)
		}
	}
	return connect.NewResponse(answer), nil
}

func (s *town) ListEvents(_ context.Context, r *connect.Request[reportsv1.ListEventsRequest]) (*connect.Response[reportsv1.ListEventsResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count("ListEvents")
	answer := &reportsv1.ListEventsResponse{}
	for _, event := range s.events {
		if event.GetObligationId() == r.Msg.GetObligationId() && event.GetUnitId() == r.Msg.GetUnitId() {
			answer.Events = append(answer.Events, event)
		}
	}
	return connect.NewResponse(answer), nil
}

// count is called under the lock.
func (s *town) count(name string) {
	if s.asked == nil {
		s.asked = map[string]int{}
	}
	s.asked[name]++
}

func (s *town) ListHats(_ context.Context, r *connect.Request[unitsv1.ListHatsRequest]) (*connect.Response[unitsv1.ListHatsResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count("ListHats")
	answer := &unitsv1.ListHatsResponse{Official: s.staff[r.Msg.GetOfficialId()], Hats: s.extra[r.Msg.GetOfficialId()]}
	for _, holders := range s.holders {
		for _, holder := range holders {
			if holder.GetOfficial().GetId() == r.Msg.GetOfficialId() {
				answer.Official, answer.Hats = holder.GetOfficial(), append(answer.Hats, holder)
			}
		}
	}
	for _, holder := range s.extra[r.Msg.GetOfficialId()] {
		answer.Official = holder.GetOfficial()
	}
	if answer.GetOfficial() == nil {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có cán bộ này.", "No such official."))
	}
	return connect.NewResponse(answer), nil
}

func (s *town) FindOfficials(_ context.Context, r *connect.Request[unitsv1.FindOfficialsRequest]) (*connect.Response[unitsv1.FindOfficialsResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := &unitsv1.FindOfficialsResponse{}
	for _, holders := range s.holders {
		for _, holder := range holders {
			if slices.Contains(r.Msg.GetIds(), holder.GetOfficial().GetId()) || r.Msg.GetRole() != "" && holder.GetPosition().GetRole() == r.Msg.GetRole() {
				answer.Holders = append(answer.Holders, holder)
			}
		}
	}
	for id, official := range s.staff {
		if slices.Contains(r.Msg.GetIds(), id) {
			answer.Holders = append(answer.Holders, &unitsv1.Holder{Official: official})
		}
	}
	return connect.NewResponse(answer), nil
}

// caseOf is called under the lock.
func (s *town) caseOf(id string) *reportsv1.Case {
	if found := s.cases[id]; found != nil {
		return found
	}
	state, known := s.states[id]
	if !known {
		return nil
	}
	return &reportsv1.Case{Id: id, State: &casefilev1.CaseState{CaseId: id, State: state}}
}

var runningStates = []casefilev1.State{casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED, casefilev1.State_STATE_SUBMITTED}

func (s *town) ListCases(_ context.Context, r *connect.Request[reportsv1.ListCasesRequest]) (*connect.Response[reportsv1.ListCasesResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count("ListCases")
	answer := &reportsv1.ListCasesResponse{}
	ids := slices.Sorted(maps.Keys(s.states))
	for id := range s.cases {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		found := s.caseOf(id)
		obligation, unit, _, _ := contract.CaseIDParts(id)
		if (slices.Contains(r.Msg.GetUnitIds(), unit) || r.Msg.GetUnitId() == unit) && (r.Msg.GetObligationId() == "" || r.Msg.GetObligationId() == obligation) &&
			(!r.Msg.GetRunningOnly() || slices.Contains(runningStates, found.GetState().GetState())) {
			answer.Cases = append(answer.Cases, found)
		}
	}
	return connect.NewResponse(answer), nil
}

func (s *town) KnownCases(_ context.Context, r *connect.Request[reportsv1.KnownCasesRequest]) (*connect.Response[reportsv1.KnownCasesResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := &reportsv1.KnownCasesResponse{}
	for _, id := range r.Msg.GetIds() {
		if s.caseOf(id) != nil {
			answer.KnownIds = append(answer.KnownIds, id)
		}
	}
	return connect.NewResponse(answer), nil
}

func (s *town) GetUnit(_ context.Context, r *connect.Request[unitsv1.GetUnitRequest]) (*connect.Response[unitsv1.GetUnitResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, known := s.names[r.Msg.GetId()]
	if !known {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có đơn vị này.", "No such unit."))
	}
	return connect.NewResponse(&unitsv1.GetUnitResponse{Unit: &unitsv1.Unit{Id: r.Msg.GetId(), Name: name, Kind: s.kinds[r.Msg.GetId()]},
		Holders: s.holders[r.Msg.GetId()+"/contact"]}), nil
}

func (s *town) ListSettings(context.Context, *connect.Request[unitsv1.ListSettingsRequest]) (*connect.Response[unitsv1.ListSettingsResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, connect.NewError(connect.CodeUnavailable, errors.New("away"))
	}
	return connect.NewResponse(&unitsv1.ListSettingsResponse{Settings: s.settings}), nil
}

// ListUnits answers what stands below the bodies asked for.
func (s *town) ListUnits(_ context.Context, r *connect.Request[unitsv1.ListUnitsRequest]) (*connect.Response[unitsv1.ListUnitsResponse], error) {
	answer := &unitsv1.ListUnitsResponse{}
	for _, id := range r.Msg.GetIds() {
		if unit := s.named[id]; unit != nil {
			answer.Units = append(answer.Units, unit)
		}
	}
	for _, above := range r.Msg.GetUnder() {
		for _, id := range s.below[above] {
			answer.Units = append(answer.Units, &unitsv1.Unit{Id: id})
		}
	}
	return connect.NewResponse(answer), nil
}

func (s *town) GetArea(_ context.Context, r *connect.Request[unitsv1.GetAreaRequest]) (*connect.Response[unitsv1.Area], error) {
	return connect.NewResponse(&unitsv1.Area{Id: r.Msg.GetId(), Name: "Hưng Yên"}), nil
}

func (s *town) ListDaysOff(_ context.Context, r *connect.Request[unitsv1.ListDaysOffRequest]) (*connect.Response[unitsv1.ListDaysOffResponse], error) {
	var days []*casefilev1.DayException
	for _, day := range s.daysOff {
		if day.GetDay() >= r.Msg.GetFrom() && day.GetDay() <= r.Msg.GetTo() {
			days = append(days, day)
		}
	}
	return connect.NewResponse(&unitsv1.ListDaysOffResponse{Days: days}), nil
}

func (s *town) GetCase(_ context.Context, r *connect.Request[reportsv1.GetCaseRequest]) (*connect.Response[reportsv1.Case], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count("GetCase")
	found := s.caseOf(r.Msg.GetId())
	if found == nil {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có hồ sơ này.", "No such case."))
	}
	return connect.NewResponse(found), nil
}

func (s *town) ListActs(context.Context, *connect.Request[reportsv1.ListActsRequest]) (*connect.Response[reportsv1.ListActsResponse], error) {
	answer := &reportsv1.ListActsResponse{}
	for _, act := range s.acts {
		answer.Acts = append(answer.Acts, &reportsv1.StoredAct{Act: act})
	}
	return connect.NewResponse(answer), nil
}

func (s *town) hold(unit, role string, holders ...*unitsv1.Holder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holders[unit+"/"+role] = holders
}

func person(id, name, title, unit, unitName string) *unitsv1.Holder {
	return &unitsv1.Holder{
		Official: &unitsv1.Official{Id: id, Name: name, Email: strings.ToLower(id) + "@hungyen.example"},
		Position: &unitsv1.Position{OfficialId: id, UnitId: unit, Role: "contact", Title: title},
		Unit:     &unitsv1.Unit{Id: unit, Name: unitName},
	}
}

func an() *unitsv1.Holder {
	return person("CB-AN", "Nguyễn Văn An", "Chuyên viên Văn phòng HĐND và UBND", exampleUnit, "Ủy ban nhân dân xã Khoái Châu")
}

func binh() *unitsv1.Holder {
	return person("CB-BINH", "Trần Thị Bình", "Chủ tịch UBND xã", exampleUnit, "Ủy ban nhân dân xã Khoái Châu")
}

// house is the service with everything it meets.
type house struct {
	t       *testing.T
	service *bootstrap.Service
	client  wire.Clients
	config  wire.Config
	relay   *relay
	town    *town
	clock   time.Time // of the service, moved by at
}

// by is a client in an official's name, as the portal calls.
func (h *house) by(officialID string) context.Context {
	return wire.WithIdentity(h.t.Context(), wire.Identity{OfficialID: officialID})
}

// at moves the service's clock.
func (h *house) at(local string) {
	h.t.Helper()
	h.clock = localTime(h.t, local)
}

func (h *house) pending() *notificationsv1.SendPendingResponse {
	h.t.Helper()
	response, err := h.client.Notifications.SendPending(h.t.Context(), connect.NewRequest(&notificationsv1.SendPendingRequest{}))
	require.NoError(h.t, err)
	return response.Msg
}

func (h *house) list(request *notificationsv1.ListMessagesRequest) []*notificationsv1.Message {
	h.t.Helper()
	response, err := h.client.Notifications.ListMessages(h.t.Context(), connect.NewRequest(request))
	require.NoError(h.t, err)
	return response.Msg.GetMessages()
}

// last is the newest mail the relay took.
func (h *house) last() received {
	h.t.Helper()
	mails := h.relay.taken()
	require.NotEmpty(h.t, mails)
	return mails[len(mails)-1]
}

func newHouse(t *testing.T, changes ...func(*wire.Config)) *house {
	t.Helper()
	kept, address := startRelay(t)
	stand := &town{holders: map[string][]*unitsv1.Holder{}, names: map[string]string{exampleUnit: "Ủy ban nhân dân xã Khoái Châu"},
		states: map[string]casefilev1.State{exampleCase: casefilev1.State_STATE_OPEN}}
	stand.hold(exampleUnit, "contact", an())
	stand.hold(exampleUnit, "head", binh())
	mux := http.NewServeMux()
	mux.Handle(unitsv1connect.NewUnitsServiceHandler(stand))
	mux.Handle(reportsv1connect.NewRegisterServiceHandler(stand))
	mux.Handle(reportsv1connect.NewActsServiceHandler(stand))
	others := httptest.NewServer(mux)
	t.Cleanup(others.Close)
	config := wire.Config{
		DatabaseURL: testdatabase.New(t), ServiceKey: strings.Repeat("k", 32), SMTPAddr: address, SMTPTLS: "none",
		MailFrom: "ne-nep@hungyen.example", UnitsURL: others.URL, ReportsURL: others.URL, PortalURL: "https://nenep.hungyen.example",
		HelpContact: "Văn phòng Ban Tuyên giáo và Dân vận", HelpPhone: "0221 3865 000",
	}
	require.NoError(t, Migrate(t.Context(), config, zap.NewNop()))
	for _, change := range changes {
		change(&config)
	}
	h := &house{t: t, config: config, relay: kept, town: stand, clock: time.Date(2026, 12, 24, 0, 30, 0, 0, time.UTC)}
	h.start(Options{Now: func() time.Time { return h.clock }})
	return h
}

// restart serves the service anew with the house's clock and settings.
func (h *house) restart() { h.start(Options{Now: func() time.Time { return h.clock }}) }

func localTime(t *testing.T, at string) time.Time {
	t.Helper()
	read, err := time.ParseInLocation("2006-01-02 15:04", at, calendar.Zone)
	require.NoError(t, err)
	return read
}

func accepted(caseID, at string) map[string]*reportsv1.Case {
	return map[string]*reportsv1.Case{caseID: {Id: caseID, State: &casefilev1.CaseState{CaseId: caseID, State: casefilev1.State_STATE_ACCEPTED, AcceptedAt: at}}}
}

// start serves the service; again, as after a restart, with the same database.
func (h *house) start(options Options) {
	h.t.Helper()
	served, err := New(h.t.Context(), h.config, zap.NewNop(), options)
	require.NoError(h.t, err)
	server := httptest.NewServer(served)
	h.t.Cleanup(func() {
		server.Close()
		require.NoError(h.t, served.Close())
	})
	h.service = served
	h.config.NotificationsURL = server.URL
	h.client = everycall.Clients(h.config, "worker")
}

func reminder() *notificationsv1.TellRequest {
	return &notificationsv1.TellRequest{
		Key: exampleKey, CaseId: exampleCase, UnitId: exampleUnit, Template: "reminder", Role: "contact", On: "2026-12-24", RungId: "remind-7",
		Facts: map[string]string{"title": "Hội nghị trao đổi, đối thoại với Nhân dân", "due_day": "2026-12-31",
			"missing": "Biên bản hội nghị\nDanh sách ý kiến", "next_role": "head", "next_day": "2027-01-04"},
	}
}

func (h *house) tell(request *notificationsv1.TellRequest) (*notificationsv1.TellResponse, error) {
	response, err := h.client.Notifications.Tell(h.t.Context(), connect.NewRequest(request))
	if err != nil {
		return nil, err
	}
	return response.Msg, nil
}

func (h *house) mustTell(request *notificationsv1.TellRequest) *notificationsv1.TellResponse {
	h.t.Helper()
	answer, err := h.tell(request)
	require.NoError(h.t, err)
	return answer
}

func (h *house) digest(day string) (*notificationsv1.SendDigestResponse, error) {
	response, err := h.client.Notifications.SendDigest(h.t.Context(), connect.NewRequest(&notificationsv1.SendDigestRequest{Day: day, Window: "07:30"}))
	if err != nil {
		return nil, err
	}
	return response.Msg, nil
}

func (h *house) mustDigest(day string) *notificationsv1.SendDigestResponse {
	h.t.Helper()
	answer, err := h.digest(day)
	require.NoError(h.t, err)
	return answer
}

func (h *house) ledger() []*notificationsv1.Message {
	h.t.Helper()
	response, err := h.client.Notifications.ListMessages(h.t.Context(), connect.NewRequest(&notificationsv1.ListMessagesRequest{}))
	require.NoError(h.t, err)
	return response.Msg.GetMessages()
}

// refuse has the relay refuse a recipient from now on; nil takes it back.
func (h *house) refuse(address string, refusal *smtp.SMTPError) {
	h.relay.mu.Lock()
	defer h.relay.mu.Unlock()
	if h.relay.refuse[address] = refusal; refusal == nil {
		delete(h.relay.refuse, address)
	}
}

func later() *smtp.SMTPError {
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later"}
}

func unknownUser() *smtp.SMTPError {
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
}

// query reads one text out of the database.
func (h *house) query(sql string, into *string) error {
	connection, err := pgx.Connect(h.t.Context(), h.config.DatabaseURL)
	require.NoError(h.t, err)
	defer func() { _ = connection.Close(context.Background()) }()
	return connection.QueryRow(h.t.Context(), sql).Scan(into)
}

// execute changes the database as nobody but a test does.
func (h *house) execute(sql string) {
	connection, err := pgx.Connect(h.t.Context(), h.config.DatabaseURL)
	require.NoError(h.t, err)
	defer func() { _ = connection.Close(context.Background()) }()
	_, err = connection.Exec(h.t.Context(), sql)
	require.NoError(h.t, err)
}

// cutConnections ends every connection of the service to its database, as a kill of the process does.
func (h *house) cutConnections() {
	connection, err := pgx.Connect(context.Background(), h.config.DatabaseURL)
	if err != nil {
		return
	}
	defer func() { _ = connection.Close(context.Background()) }()
	_, _ = connection.Exec(context.Background(), "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
}
