package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/protobuf/proto"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/scopes"
	"nenep/proto/wire"
	"nenep/services/portal/gateway"
)

// machineRights: a session opens no door for machines, and no token opens a page.
var machineRights = []right{
	{route: "POST /api/:service/:method", address: "/api/nenep.reports.v1.ActsService/Act", foreign: true, refused: http.StatusUnauthorized},
	{route: "POST /api/tep", address: "/api/tep?case=" + khoaiChauCase + "&step=hold", foreign: true, refused: http.StatusUnauthorized},
	{route: "GET /api", address: "/api", may: all},
	{route: "GET /api/openapi.json", address: "/api/openapi.json", may: all},
	{route: "GET /api/:service/:method", address: "/api/" + listCases, may: all},
	{route: "GET /api/tep/:id", address: "/api/tep/F-1", foreign: true, refused: http.StatusUnauthorized},
}

const (
	listCases = "nenep.reports.v1.RegisterService/ListCases"
	getCase   = "nenep.reports.v1.RegisterService/GetCase"
	act       = "nenep.reports.v1.ActsService/Act"
)

// machine is another system with a token.
type machine struct {
	t       *testing.T
	address string
	secret  string
}

// tokensOf are the tokens of the site's portal, by the clock given.
func tokensOf(t *testing.T, s site, now time.Time) gateway.Tokens {
	t.Helper()
	db, err := schema().Open(s.cfg.DatabaseURL)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, closeDatabase(db)) })
	return gateway.Tokens{DB: db, Now: func() time.Time { return now }}
}

func (s site) machine(t *testing.T, official string, scoped ...scopes.Scope) machine {
	t.Helper()
	asked := gateway.Request{Name: "Phần mềm văn bản", OfficialID: official, ExpiresOn: "2027-06-30", By: "o-quan", Key: official + t.Name()}
	for _, one := range scoped {
		asked.Scopes = append(asked.Scopes, string(one))
		asked.Key += string(one)
	}
	_, secret, err := tokensOf(t, s, morning).Make(t.Context(), asked)
	require.NoError(t, err)
	return machine{t, s.address, secret}
}

type answered struct {
	status int
	body   []byte
	header http.Header
}

// refusal is the error of Connect with the sentences of the house.
func (a answered) refusal(t *testing.T) (code, vi, en string) {
	t.Helper()
	var said struct {
		Code, Message string
		Details       []struct {
			Type  string
			Debug struct{ TextVi, TextEn string }
		}
	}
	require.NoError(t, json.Unmarshal(a.body, &said), string(a.body))
	require.Len(t, said.Details, 1, string(a.body))
	require.Equal(t, "nenep.casefile.v1.Refusal", said.Details[0].Type)
	return said.Code, said.Details[0].Debug.TextVi, said.Details[0].Debug.TextEn
}

func (m machine) send(method, path, kind string, body io.Reader) answered {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), method, m.address+path, body)
	require.NoError(m.t, err)
	if m.secret != "" {
		request.Header.Set("Authorization", "Bearer "+m.secret)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(m.t, err)
	defer func() { _ = response.Body.Close() }()
	return answered{response.StatusCode, read(response), response.Header}
}

func (m machine) call(procedure, body string) answered {
	m.t.Helper()
	return m.send(http.MethodPost, "/api/"+procedure, "application/json", strings.NewReader(body))
}

func TestAMachineCallsInTheNameOfItsOfficial(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	m := s.machine(t, "o-an", scopes.CasesRead, scopes.CasesAct)
	answer := m.call(act, `{"act_id":"may-00000001","case_id":"`+khoaiChauCase+`","note":{"words":"Đã gửi giấy mời"}}`)
	require.Equal(t, http.StatusOK, answer.status, string(answer.body))
	require.Equal(t, wire.Identity{Service: "gateway", OfficialID: "o-an"}, h.speakers[len(h.speakers)-1])

	again := m.call(act, `{"act_id":"may-00000001","case_id":"`+khoaiChauCase+`","note":{"words":"Đã gửi giấy mời"}}`)
	require.Equal(t, http.StatusOK, again.status)
	require.Len(t, h.acts, 1, "the same act id is one act")
}

func TestAGeneratedClientSpeaksToTheDoorInBothForms(t *testing.T) {
	s := serve(t, newHouse(t))
	m := s.machine(t, "o-an", scopes.CasesRead)
	shows := connect.WithInterceptors(connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
		return connect.UnaryFunc(func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
			request.Header().Set("Authorization", "Bearer "+m.secret)
			return next(ctx, request)
		})
	}))
	for _, options := range [][]connect.ClientOption{{shows}, {shows, connect.WithProtoJSON()}} {
		client := reportsv1connect.NewRegisterServiceClient(http.DefaultClient, s.address+"/api", options...)
		answer, err := client.GetCase(t.Context(), connect.NewRequest(&reportsv1.GetCaseRequest{Id: khoaiChauCase}))
		require.NoError(t, err)
		require.Equal(t, khoaiChauCase, answer.Msg.GetId())
		_, err = client.GetCase(t.Context(), connect.NewRequest(&reportsv1.GetCaseRequest{Id: "DT-01/UBND-12142-2507/2026"}))
		require.Equal(t, connect.CodePermissionDenied, connect.CodeOf(err))
		require.NotEmpty(t, wire.RefusalOf(err).GetTextVi())
	}
}

func TestAMachineSeesNoMoreThanItsOfficial(t *testing.T) {
	s := serve(t, newHouse(t))
	own, all := s.machine(t, "o-an", scopes.CasesRead), s.machine(t, "o-dung", scopes.CasesRead)
	cases := func(m machine, body string) (int, []any) {
		answer := m.call(listCases, body)
		var read struct{ Cases []any }
		if answer.status == http.StatusOK {
			require.NoError(t, json.Unmarshal(answer.body, &read))
		}
		return answer.status, read.Cases
	}
	status, found := cases(own, `{"limit":10}`)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, found, 1, "asked for everything, he gets his own unit's")
	_, found = cases(all, `{"limit":10}`)
	require.Len(t, found, 3)
	for name, body := range map[string]string{
		"another unit": `{"unitId":"UBND-12142-2507"}`, "one of several": `{"unitIds":["` + khoaiChau + `","UBND-12142-2507"]}`,
		"the empty unit beside": `{"unitIds":[""]}`,
	} {
		status, _ = cases(own, body)
		require.Equal(t, http.StatusForbidden, status, name)
	}
	for _, procedure := range []string{getCase, "nenep.reports.v1.RegisterService/GetHistory"} {
		require.Equal(t, http.StatusForbidden, own.call(procedure, `{"id":"DT-01/UBND-12142-2507/2026"}`).status, procedure)
		require.Equal(t, http.StatusBadRequest, own.call(procedure, `{"id":"../../x"}`).status, procedure)
	}
	require.Equal(t, http.StatusForbidden, own.call("nenep.reports.v1.ActsService/ListActs", `{"caseId":"DT-01/UBND-12142-2507/2026"}`).status)
	require.Equal(t, http.StatusForbidden, own.call("nenep.reports.v1.AuditService/VerifyAudit", `{}`).status)
}

func TestATokenThatDoesNotHoldIsRefusedInTwoLanguages(t *testing.T) {
	s := serve(t, newHouse(t))
	kept := tokensOf(t, s, morning)
	old := tokensOf(t, s, morning.AddDate(-1, 0, 0))
	asked := gateway.Request{Name: "Cũ", OfficialID: "o-an", Scopes: []string{"cases:read"}, ExpiresOn: "2026-12-23", By: "o-quan", Key: "1"}
	_, expired, err := old.Make(t.Context(), asked)
	require.NoError(t, err)
	asked.ExpiresOn, asked.Key = "2026-12-24", "2"
	_, lastDay, err := kept.Make(t.Context(), asked)
	require.NoError(t, err)
	asked.Key = "3"
	token, revoked, err := kept.Make(t.Context(), asked)
	require.NoError(t, err)
	require.NoError(t, kept.Revoke(t.Context(), token.ID, "o-quan"))
	require.Equal(t, http.StatusOK, machine{t, s.address, lastDay}.call(listCases, `{}`).status, "the last day counts")
	for name, secret := range map[string]string{"none": "", "expired": expired, "revoked": revoked, "made up": gateway.Prefix + strings.Repeat("A", 43), "a service's": "eyJhbGciOiJIUzI1NiJ9.e30.x"} {
		answer := machine{t, s.address, secret}.call(listCases, `{}`)
		code, vi, en := answer.refusal(t)
		require.Equal(t, http.StatusUnauthorized, answer.status, name)
		require.Equal(t, "unauthenticated", code)
		require.True(t, strings.HasPrefix(vi, "Chưa có mã truy cập") && strings.HasPrefix(en, "There is no token"), name)
		require.Contains(t, answer.header.Get("WWW-Authenticate"), "Bearer")
	}
}

func TestATokenDoesWhatItsScopesSay(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	m := s.machine(t, "o-an", scopes.UnitsRead, scopes.NotificationsWrite)
	require.Equal(t, http.StatusOK, m.call("nenep.units.v1.UnitsService/ListUnits", `{}`).status)
	answer := m.call(act, `{"act_id":"may-00000002","case_id":"`+khoaiChauCase+`","note":{"words":"x"}}`)
	code, vi, en := answer.refusal(t)
	require.Equal(t, http.StatusForbidden, answer.status)
	require.Equal(t, "permission_denied", code)
	require.Contains(t, vi, "cases:act")
	require.Contains(t, en, "cases:act")
	require.Empty(t, h.acts)
	for procedure, status := range map[string]int{
		"nenep.reports.v1.RegisterService/WriteProgress":           http.StatusNotFound,
		"nenep.notifications.v1.NotificationsService/TakeCallback": http.StatusNotFound,
		"nenep.notifications.v1.NotificationsService/ReleaseDraft": http.StatusForbidden,
		"nenep.units.v1.UnitsService/Nothing":                      http.StatusNotFound,
		"..%2f..%2fmetrics/x":                                      http.StatusNotFound,
	} {
		require.Equal(t, status, m.call(procedure, `{}`).status, procedure)
	}
}

func TestTheDoorRefusesWhatItCannotRead(t *testing.T) {
	s := serve(t, newHouse(t))
	m := s.machine(t, "o-dung", scopes.CasesRead)
	for name, tc := range map[string]struct{ kind, body string }{
		"no kind": {"", "{}"}, "a form": {"application/x-www-form-urlencoded", "limit=1"}, "gRPC": {"application/grpc", "\x00"},
		"a stream": {"application/connect+json", "{}"}, "not JSON": {"application/json", "{"}, "an unknown field": {"application/json", `{"lmit":1}`},
		"another type": {"application/json", `{"limit":"many"}`}, "not protobuf": {"application/proto", "\xff\xff"},
		"too much": {"application/json", `{"obligationId":"` + strings.Repeat("A", 1<<20) + `"}`},
	} {
		answer := m.send(http.MethodPost, "/api/"+listCases, tc.kind, strings.NewReader(tc.body))
		code, vi, _ := answer.refusal(t)
		require.Equal(t, http.StatusBadRequest, answer.status, name)
		require.Equal(t, "invalid_argument", code, name)
		require.NotEmpty(t, vi, name)
	}
	require.Equal(t, http.StatusOK, m.send(http.MethodPost, "/api/"+listCases, "application/json; charset=utf-8", http.NoBody).status, "no body asks for everything")
	body, err := proto.Marshal(&reportsv1.ListCasesRequest{Limit: 1})
	require.NoError(t, err)
	answer := m.send(http.MethodPost, "/api/"+listCases, "application/proto", bytes.NewReader(body))
	var found reportsv1.ListCasesResponse
	require.NoError(t, proto.Unmarshal(answer.body, &found))
	require.Len(t, found.GetCases(), 1)
}

func TestAMachineThatCallsTooOftenWaits(t *testing.T) {
	s := serve(t, newHouse(t))
	m, other := s.machine(t, "o-an", scopes.UnitsRead), s.machine(t, "o-an", scopes.CasesRead)
	slowed := false
	for range 80 {
		answer := m.call("nenep.reports.v1.RegisterService/GetCase", `{}`) // refused for its scope, and counted
		if answer.status == http.StatusTooManyRequests {
			slowed = true
			code, _, _ := answer.refusal(t)
			require.Equal(t, "resource_exhausted", code)
			require.NotEmpty(t, answer.header.Get("Retry-After"))
			break
		}
	}
	require.True(t, slowed)
	require.Equal(t, http.StatusOK, other.call(listCases, `{}`).status, "each token has a pace of its own")
}

func TestAMachineBringsAndFetchesEvidence(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	part, err := writer.CreateFormFile("file", "bien-ban.pdf")
	require.NoError(t, err)
	_, err = part.Write([]byte("%PDF-1.7 biên bản"))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	content := form.Bytes()
	path := "/api/tep?" + url.Values{"case": {khoaiChauCase}, "step": {"hold"}}.Encode()
	m := s.machine(t, "o-an", scopes.EvidenceWrite, scopes.EvidenceRead)
	for range 2 {
		answer := m.send(http.MethodPost, path, writer.FormDataContentType(), bytes.NewReader(content))
		require.Equal(t, http.StatusOK, answer.status, string(answer.body))
		require.JSONEq(t, `{"id":"F-up-bien-ban.pdf"}`, string(answer.body))
	}
	require.Equal(t, "%PDF-1.7 biên bản", h.uploaded["F-up-bien-ban.pdf"])
	back := m.send(http.MethodGet, "/api/tep/F-1", "", nil)
	require.Equal(t, http.StatusOK, back.status)
	require.Contains(t, back.header.Get("Content-Disposition"), "attachment")
	require.Equal(t, "nosniff", back.header.Get("X-Content-Type-Options"))
	require.Equal(t, http.StatusForbidden, s.machine(t, "o-an", scopes.CasesRead).send(http.MethodPost, path, writer.FormDataContentType(), bytes.NewReader(content)).status)
}

func TestNoSecretReachesTheLog(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	core, lines := observer.New(zap.DebugLevel)
	m := s.machine(t, "o-an", scopes.CasesRead)
	service, err := New(t.Context(), s.cfg, zap.New(core), Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true})
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); require.NoError(t, service.Close()) })
	watched := server.URL
	m.address = watched
	require.Equal(t, http.StatusOK, m.call(listCases, `{}`).status)
	machine{t, watched, gateway.Prefix + "sai"}.call(listCases, `{}`)
	require.NotEmpty(t, lines.FilterMessage("machine call").All())
	for _, line := range lines.All() {
		said, err := json.Marshal(line.ContextMap())
		require.NoError(t, err)
		require.NotContains(t, string(said)+line.Message, gateway.Prefix)
	}
}

func TestATokenOfSomebodyWhoLeftOpensNothing(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	answer := s.machine(t, "o-cu", scopes.UnitsRead).call("nenep.units.v1.UnitsService/ListUnits", `{}`)
	require.Equal(t, http.StatusForbidden, answer.status)
}

func TestAnAdministratorMakesAndRevokesATokenOnThePages(t *testing.T) {
	h := newHouse(t)
	h.addHolder("o-quan", "Vũ Thị Quản", "quan@btgdv.example", "administrator", "Quản trị hệ thống", agency)
	s := serve(t, h)
	b := s.as(t, "o-quan")
	require.Equal(t, "Chưa có hệ thống nào được gọi vào.", b.get("/quan-tri/truy-cap-may").words(".lead"))
	page := b.get("/quan-tri/truy-cap-may/moi")
	wrong := b.post("/quan-tri/truy-cap-may/moi", url.Values{"act_id": {"x"}, "name": {"<b>"}, "official": {"n"}, "scopes": {"mọi thứ"}, "expires_on": {"24/12/2029"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Equal(t, "<b>", wrong.value("#f-name"), "what was typed stays")
	require.NotEmpty(t, wrong.words("#e-official"))
	values := url.Values{"act_id": {page.value("[name=act_id]")}, "name": {"Phần mềm văn bản"}, "official": {"an@khoaichau.example"}, "scopes": {"cases:read", "units:read"}, "expires_on": {"30/06/2027"}}
	made := b.post("/quan-tri/truy-cap-may/moi", values)
	require.Equal(t, http.StatusOK, made.status, made.words("main"))
	secret := made.words(".quote")
	require.True(t, strings.HasPrefix(secret, gateway.Prefix) && len(secret) == len(gateway.Prefix)+43, secret)
	require.Equal(t, "no-store", made.header.Get("Cache-Control"))
	require.Equal(t, http.StatusOK, machine{t, s.address, secret}.call(listCases, `{}`).status)
	twice := b.post("/quan-tri/truy-cap-may/moi", values)
	require.Contains(t, twice.words(".summary"), "đã được lập", "the form sent twice is one token")

	list := b.get("/quan-tri/truy-cap-may")
	require.Equal(t, "1 mã truy cập còn hạn.", list.words(".lead"))
	require.Contains(t, list.words("table"), "24/12/2026", "the day of its last use")
	require.NotContains(t, list.Text(), gateway.Prefix)
	revocation := list.Find("td a").AttrOr("href", "")
	gone := b.post(revocation, url.Values{"act_id": {"x"}})
	require.Contains(t, gone.words(".banner"), "Đã thu hồi")
	require.Equal(t, http.StatusUnauthorized, machine{t, s.address, secret}.call(listCases, `{}`).status)
	require.Equal(t, http.StatusNotFound, b.get("/quan-tri/truy-cap-may/MT-00000000/thu-hoi").status)
}
