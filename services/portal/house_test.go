package portal

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
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
	"nenep/services/internal/bootstrap"
	"nenep/services/internal/testdatabase"
)

func TestMain(m *testing.M) { testdatabase.Main(m) }

const (
	khoaiChau     = "UBND-12205-2507"
	khoaiChauCase = "DT-01/UBND-12205-2507/2026"
	agency        = "BTGDV"
)

// morning is when every page of these tests is read: Thursday, 24/12/2026.
var morning = time.Date(2026, 12, 24, 9, 0, 0, 0, calendar.Zone)

// house is the other services as doubles over real contracts: Connect over HTTP with the tokens
// of the house, cases snapshot from the real catalogue.
type house struct {
	unitsv1connect.UnimplementedUnitsServiceHandler
	reportsv1connect.UnimplementedRegisterServiceHandler
	reportsv1connect.UnimplementedActsServiceHandler
	notificationsv1connect.UnimplementedNotificationsServiceHandler

	mutex     sync.Mutex
	units     []*unitsv1.Unit
	holders   []*unitsv1.Holder
	cases     map[string]*reportsv1.Case
	acts      []*reportsv1.StoredAct
	refusal   *casefilev1.Refusal // of the next act
	pending   bool
	conflicts bool // the same act id with other content is refused
	history   *reportsv1.GetHistoryResponse
	messages  []*notificationsv1.Message
	links     map[string]*notificationsv1.OpenLinkResponse
	uploaded  map[string]string // file id → content
	speakers  []wire.Identity   // who acted
	shows     map[string]contentOf
	unready   bool

	boards     []*unitsv1.Board
	settings   []*unitsv1.Setting
	noSettings bool // units do not answer for settings
	events     []*reportsv1.RecordEventRequest
	reinstated []*reportsv1.ReinstateRequest
	amended    []*reportsv1.AmendCasesRequest
	reachHouse
	adminHouse
	reviewingHouse
	webhookHouse
	registryHouse
	signInLinkHouse
	evidenceHouse
	synthesisHouse
	documentHouse
	formsHouse
	signedHouse
	retentionHouse
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{cases: map[string]*reportsv1.Case{}, links: map[string]*notificationsv1.OpenLinkResponse{}, uploaded: map[string]string{}}
	h.addUnit(agency, "standing-agency", "Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên", "")
	h.addUnit(khoaiChau, "commune-peoples-committee", "UBND xã Khoái Châu", agency)
	h.addUnit("UBND-12142-2507", "commune-peoples-committee", "UBND phường Mỹ Hào", agency)
	h.addUnit("UBND-12127-2507", "commune-peoples-committee", "UBND xã Tân Hưng", agency)
	h.addHolder("o-an", "Nguyễn Văn An", "an@khoaichau.example", "contact", "Chuyên viên Văn phòng HĐND và UBND", khoaiChau)
	h.addHolder("o-binh", "Trần Thị Bình", "binh@khoaichau.example", "head", "Chủ tịch UBND xã", khoaiChau)
	h.addHolder("o-cuc", "Lê Thị Cúc", "cuc@btgdv.example", "reviewer", "Chuyên viên theo dõi khối xã, phường", agency)
	h.addHolder("o-dung", "Phạm Văn Dũng", "dung@bcd.example", "supervisor", "Ủy viên Ban Chỉ đạo tỉnh", agency)
	h.addHolder("o-giang", "Đỗ Văn Giang", "giang@myhao.example", "contact", "Chuyên viên Văn phòng HĐND và UBND", "UBND-12142-2507")
	h.openCase(t, "DT-01", khoaiChau, "2026")
	h.openCase(t, "DT-01", "UBND-12142-2507", "2026")
	late := h.openCase(t, "DT-01", "UBND-12127-2507", "2026")
	late.State.DueDay, late.State.LateWorkingDays = "2026-12-10", 10
	return h
}

func (h *house) addUnit(id, kind, name, reviewer string) {
	h.units = append(h.units, &unitsv1.Unit{Id: id, Kind: kind, Name: name, ReviewerId: reviewer, ValidFrom: "2025-07-01", WorkingYear: "calendar", Staff: 40})
}

func (h *house) addHolder(id, name, email, role, title, unit string) {
	h.holders = append(h.holders, &unitsv1.Holder{
		Official: &unitsv1.Official{Id: id, Name: name, Email: email},
		Position: &unitsv1.Position{OfficialId: id, UnitId: unit, Role: role, Title: title}, Unit: h.unit(unit),
	})
}

func (h *house) openCase(t *testing.T, obligation, unit, period string) *reportsv1.Case {
	t.Helper()
	return h.openWith(t, obligation, unit, period, catalogue.Options{})
}

// openEvent opens the case of an event of the day.
func (h *house) openEvent(t *testing.T, obligation, unit string, event catalogue.EventFacts) *reportsv1.Case {
	t.Helper()
	opened := h.openWith(t, obligation, unit, event.ID, catalogue.Options{Event: event})
	opened.OriginCaseId = event.OriginCaseID
	return opened
}

func (h *house) openWith(t *testing.T, obligation, unit, period string, options catalogue.Options) *reportsv1.Case {
	t.Helper()
	declared, err := catalogue.HungYen()
	require.NoError(t, err)
	days, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	input, err := catalogue.Snapshot(declared, obligation, unitFacts(h.unit(unit), nil), calendar.MustPeriod(period), days, calendar.MustDate("2026-01-05"), options)
	require.NoError(t, err)
	opened := &reportsv1.Case{
		Id: contract.CaseID(obligation, unit, period), ObligationId: obligation, UnitId: unit, PeriodId: period, TitleVi: input.GetTitleVi(), Input: input,
		State: &casefilev1.CaseState{
			CaseId: input.GetCaseId(), State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: input.GetDue().GetDay(), DueOfLaw: input.GetDue().GetOfLaw(),
			ReviewerUnitId: h.unit(unit).GetReviewerId(), NextRungId: "remind-7", NextRungDay: "2026-12-24", Sequence: 1,
		},
	}
	h.cases[opened.GetId()] = opened
	return opened
}

func (h *house) unit(id string) *unitsv1.Unit {
	return h.units[slices.IndexFunc(h.units, func(u *unitsv1.Unit) bool { return u.GetId() == id })]
}

// record puts a step into the case as done, with a file.
func (h *house) record(caseID, step, held string, facts map[string]string) {
	c := h.cases[caseID]
	file := "F-" + step
	c.Files = append(c.Files, &reportsv1.File{
		Id: file, CaseId: caseID, StepId: step, Name: step + ".pdf", Size: 412_000, Sha256: "3fa9c1d2" + strings.Repeat("0", 56), OfficialId: "o-an", UploadedAt: "2026-11-27T07:05:00Z",
	})
	c.State.Steps = append(c.State.Steps, &casefilev1.StepRecord{StepId: step, HeldOn: held, Facts: facts, FileIds: []string{file}})
}

func (h *house) recordAll(caseID string) {
	h.record(caseID, "plan", "2026-11-30", nil)
	h.record(caseID, "notice", "2026-12-10", map[string]string{"channel": "several"})
	h.record(caseID, "hold", "2026-12-20", map[string]string{"present": "214", "opinions": "27", "opinions_answered": "25"})
	h.record(caseID, "minutes", "2026-12-21", nil)
	h.record(caseID, "publish", "2026-12-22", nil)
}

func (h *house) submitCase(caseID string) {
	c := h.cases[caseID]
	c.State.State, c.State.SubmittedAt, c.State.Submission = casefilev1.State_STATE_SUBMITTED, "2026-12-22T03:00:00Z", 1
}

// The contracts.

func (h *house) ListHats(_ context.Context, r *connect.Request[unitsv1.ListHatsRequest]) (*connect.Response[unitsv1.ListHatsResponse], error) {
	answer := &unitsv1.ListHatsResponse{}
	for _, holder := range h.holders {
		if holder.GetOfficial().GetId() == r.Msg.GetOfficialId() {
			answer.Official = holder.GetOfficial()
			answer.Hats = append(answer.Hats, holder)
		}
	}
	return connect.NewResponse(answer), nil
}

func (h *house) FindOfficials(_ context.Context, r *connect.Request[unitsv1.FindOfficialsRequest]) (*connect.Response[unitsv1.FindOfficialsResponse], error) {
	answer := &unitsv1.FindOfficialsResponse{}
	for _, holder := range h.holders {
		fits := (r.Msg.GetEmail() == "" || strings.EqualFold(holder.GetOfficial().GetEmail(), r.Msg.GetEmail())) &&
			(len(r.Msg.GetIds()) == 0 || slices.Contains(r.Msg.GetIds(), holder.GetOfficial().GetId())) &&
			(r.Msg.GetRole() == "" || holder.GetPosition().GetRole() == r.Msg.GetRole()) &&
			strings.Contains(strings.ToLower(holder.GetOfficial().GetName()), strings.ToLower(r.Msg.GetQuery()))
		if fits {
			answer.Holders = append(answer.Holders, holder)
		}
	}
	return connect.NewResponse(answer), nil
}

func (h *house) ListUnits(_ context.Context, r *connect.Request[unitsv1.ListUnitsRequest]) (*connect.Response[unitsv1.ListUnitsResponse], error) {
	answer := &unitsv1.ListUnitsResponse{}
	for _, unit := range h.units {
		fits := (len(r.Msg.GetIds()) == 0 || slices.Contains(r.Msg.GetIds(), unit.GetId())) && (len(r.Msg.GetKinds()) == 0 || slices.Contains(r.Msg.GetKinds(), unit.GetKind())) &&
			strings.Contains(strings.ToLower(unit.GetName()), strings.ToLower(r.Msg.GetQuery()))
		if fits {
			answer.Units = append(answer.Units, unit)
		}
	}
	return connect.NewResponse(answer), nil
}

func (h *house) GetUnit(_ context.Context, r *connect.Request[unitsv1.GetUnitRequest]) (*connect.Response[unitsv1.GetUnitResponse], error) {
	answer := &unitsv1.GetUnitResponse{}
	for _, holder := range h.holders {
		if holder.GetUnit().GetId() == r.Msg.GetId() {
			answer.Unit, answer.Holders = holder.GetUnit(), append(answer.Holders, holder)
		}
	}
	return connect.NewResponse(answer), nil
}

func (h *house) ResolveRole(_ context.Context, r *connect.Request[unitsv1.ResolveRoleRequest]) (*connect.Response[unitsv1.ResolveRoleResponse], error) {
	answer := &unitsv1.ResolveRoleResponse{UnitId: r.Msg.GetUnitId()}
	for _, holder := range h.holders {
		if holder.GetUnit().GetId() == r.Msg.GetUnitId() && holder.GetPosition().GetRole() == r.Msg.GetRole() {
			answer.Holders = append(answer.Holders, holder)
		}
	}
	return connect.NewResponse(answer), nil
}

var stateIDs = map[casefilev1.State]string{
	casefilev1.State_STATE_OPEN: "open", casefilev1.State_STATE_SUBMITTED: "submitted", casefilev1.State_STATE_RETURNED: "returned", casefilev1.State_STATE_ACCEPTED: "accepted",
	casefilev1.State_STATE_EXEMPTED: "exempted", casefilev1.State_STATE_WITHDRAWN: "withdrawn", casefilev1.State_STATE_SUCCEEDED: "succeeded",
}

func (h *house) ListCases(_ context.Context, r *connect.Request[reportsv1.ListCasesRequest]) (*connect.Response[reportsv1.ListCasesResponse], error) {
	m, answer := r.Msg, &reportsv1.ListCasesResponse{}
	var fitting []*reportsv1.Case
	for _, c := range h.cases {
		late := c.GetState().GetDueDay() < "2026-12-24" && (c.GetState().GetState() == casefilev1.State_STATE_OPEN || c.GetState().GetState() == casefilev1.State_STATE_RETURNED)
		fits := (m.GetObligationId() == "" || m.GetObligationId() == c.GetObligationId()) && (m.GetPeriodId() == "" || m.GetPeriodId() == c.GetPeriodId()) &&
			(len(m.GetUnitIds()) == 0 || slices.Contains(m.GetUnitIds(), c.GetUnitId())) && (m.GetState() == "" || m.GetState() == stateIDs[c.GetState().GetState()]) &&
			(m.GetOriginCaseId() == "" || m.GetOriginCaseId() == c.GetOriginCaseId()) && c.GetReinstatedAs() == "" && (m.GetReviewerUnitId() == "" || m.GetReviewerUnitId() == c.GetState().GetReviewerUnitId()) && (!m.GetLateOnly() || late) && (m.GetLateAtLeast() == 0 || late && c.GetState().GetLateWorkingDays() >= m.GetLateAtLeast())
		if !fits {
			continue
		}
		row, _ := proto.Clone(c).(*reportsv1.Case)
		row.Input, row.Files = nil, nil
		fitting = append(fitting, row)
		count := &reportsv1.StateCount{ObligationId: c.GetObligationId(), State: stateIDs[c.GetState().GetState()], Total: 1}
		if late {
			count.Late = 1
		}
		answer.Counts = append(answer.Counts, count)
	}
	slices.SortFunc(fitting, func(a, b *reportsv1.Case) int {
		return strings.Compare(a.GetState().GetDueDay()+a.GetId(), b.GetState().GetDueDay()+b.GetId())
	})
	answer.Total = int32(len(fitting)) //nolint:gosec // a handful
	from := min(int(m.GetOffset()), len(fitting))
	answer.Cases = fitting[from:min(from+int(m.GetLimit()), len(fitting))]
	return connect.NewResponse(answer), nil
}

func (h *house) GetCase(_ context.Context, r *connect.Request[reportsv1.GetCaseRequest]) (*connect.Response[reportsv1.Case], error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c := h.cases[r.Msg.GetId()]
	if c == nil {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có hồ sơ “"+r.Msg.GetId()+"”. Kiểm tra mã hồ sơ.", "There is no such case."))
	}
	copied, _ := proto.Clone(c).(*reportsv1.Case)
	return connect.NewResponse(copied), nil
}

func (h *house) GetHistory(context.Context, *connect.Request[reportsv1.GetHistoryRequest]) (*connect.Response[reportsv1.GetHistoryResponse], error) {
	if h.history == nil {
		return connect.NewResponse(&reportsv1.GetHistoryResponse{}), nil
	}
	return connect.NewResponse(h.history), nil
}

func (h *house) Act(ctx context.Context, r *connect.Request[casefilev1.Act]) (*connect.Response[casefilev1.ActOutcome], error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.speakers = append(h.speakers, wire.IdentityOf(ctx))
	if h.refusal != nil {
		return nil, wire.ConnectError(wire.Refusal{Refusal: h.refusal})
	}
	if err := h.unanswered(r.Msg); err != nil {
		return nil, err
	}
	for _, stored := range h.acts {
		if stored.GetAct().GetActId() == r.Msg.GetActId() && stored.GetAct().GetCaseId() == r.Msg.GetCaseId() && h.conflicts && !proto.Equal(stored.GetAct(), r.Msg) {
			return nil, wire.ConnectError(wire.Refuse(contract.CodeConflict, "Mã này đã dùng cho một việc khác.", "Used before."))
		}
		if stored.GetAct().GetActId() == r.Msg.GetActId() {
			return connect.NewResponse(stored.GetOutcome()), nil
		}
	}
	state := h.cases[r.Msg.GetCaseId()].GetState()
	if err := h.notWaiting(r.Msg, state); err != nil {
		return nil, err
	}
	h.takeSection(r.Msg, state)
	h.apply(r.Msg, state)
	h.applyItem(r.Msg, state)
	state.Sequence++
	outcome := &casefilev1.ActOutcome{ActId: r.Msg.GetActId(), State: proto.CloneOf(state), Pending: h.pending}
	h.acts = append(h.acts, &reportsv1.StoredAct{Act: r.Msg, StoredAt: morning.UTC().Format(time.RFC3339), Outcome: outcome})
	return connect.NewResponse(outcome), nil
}

func (h *house) apply(act *casefilev1.Act, state *casefilev1.CaseState) {
	switch {
	case act.GetSubmit() != nil:
		state.State, state.SubmittedAt = casefilev1.State_STATE_SUBMITTED, morning.UTC().Format(time.RFC3339)
	case act.GetReturn() != nil:
		state.State, state.Round = casefilev1.State_STATE_RETURNED, 2
	case act.GetAccept() != nil:
		state.State = casefilev1.State_STATE_ACCEPTED
	}
}

func (h *house) ListActs(_ context.Context, r *connect.Request[reportsv1.ListActsRequest]) (*connect.Response[reportsv1.ListActsResponse], error) {
	of := slices.DeleteFunc(slices.Clone(h.acts), func(a *reportsv1.StoredAct) bool { return a.GetAct().GetCaseId() != r.Msg.GetCaseId() })
	return connect.NewResponse(&reportsv1.ListActsResponse{Acts: of}), nil
}

func (h *house) OpenLink(_ context.Context, r *connect.Request[notificationsv1.OpenLinkRequest]) (*connect.Response[notificationsv1.OpenLinkResponse], error) {
	if answer := h.links[r.Msg.GetToken()]; answer != nil {
		return connect.NewResponse(answer), nil
	}
	return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, "Liên kết không đúng. Mở lại từ thư đã nhận, hoặc chép đủ cả dòng liên kết.", "The link is not valid."))
}

// The files of reports over plain HTTP.

func (h *house) tellFile(reports wire.Listener) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if id, err := reports.IdentityOfHeader(r.Header); err != nil || id.OfficialID == "" {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		told := &reportsv1.File{Id: r.PathValue("id"), CaseId: khoaiChauCase, Name: "biên bản.pdf", Size: 9, MediaType: "application/pdf", Sha256: strings.Repeat("ab", 32), OfficialId: "o-an", UploadedAt: "2026-11-27T07:05:00Z"}
		if content, is := h.shows[told.GetId()]; is {
			told.MediaType = content.kind
		}
		text, _ := protojson.Marshal(told)
		_, _ = w.Write(text)
	}
}

// contentOf is content of a file as reports found it.
type contentOf struct{ kind, content string }

func (h *house) takeFile(reports wire.Listener) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := reports.IdentityOfHeader(r.Header)
		part, header, fileErr := r.FormFile("file")
		if err != nil || id.OfficialID == "" || fileErr != nil {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		content, _ := io.ReadAll(part)
		w.Header().Set("Content-Type", "application/json")
		if step := r.URL.Query().Get("step"); !h.keepsFilesOf(r.URL.Query().Get("case"), step) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, `{"code":"invalid","textVi":"Hồ sơ này không có bước “`+step+`”. Chọn một bước của hồ sơ.","textEn":"There is no such step."}`)
			return
		}
		if strings.HasSuffix(header.Filename, ".exe") {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, `{"code":"invalid","textVi":"Hệ thống không nhận tệp .exe. Chuyển sang PDF, DOCX, XLSX, JPG hoặc PNG rồi tải lên.","textEn":"Not taken."}`)
			return
		}
		h.mutex.Lock()
		defer h.mutex.Unlock()
		fileID := fmt.Sprintf("F-up-%s", header.Filename)
		if h.uploaded[fileID] == "" {
			c := h.cases[r.URL.Query().Get("case")]
			c.Files = append(c.Files, &reportsv1.File{Id: fileID, CaseId: c.GetId(), StepId: r.URL.Query().Get("step"), Name: header.Filename, Size: int64(len(content)), MediaType: map[bool]string{true: "application/pdf"}[strings.HasSuffix(header.Filename, ".pdf")], Sha256: strings.Repeat("ab", 32), OfficialId: id.OfficialID, UploadedAt: morning.UTC().Format(time.RFC3339)})
		}
		h.uploaded[fileID] = string(content)
		_, _ = io.WriteString(w, `{"id":"`+fileID+`"}`)
	}
}

func (h *house) serve(t *testing.T, cfg wire.Config) string {
	t.Helper()
	mux := http.NewServeMux()
	of := func(service string) []connect.HandlerOption {
		return bootstrap.HandlerOptions(cfg.Listener(service), zap.NewNop())
	}
	mux.Handle(unitsv1connect.NewUnitsServiceHandler(h, of("units")...))
	mux.Handle(reportsv1connect.NewRegisterServiceHandler(h, of("reports")...))
	mux.Handle(reportsv1connect.NewActsServiceHandler(h, of("reports")...))
	mux.Handle(reportsv1connect.NewFormsServiceHandler(h, of("reports")...))
	mux.Handle(reportsv1connect.NewWebhooksServiceHandler(&h.webhookHouse, of("reports")...))
	mux.Handle(reportsv1connect.NewFormWorkbookServiceHandler(&formWorkbookHouse{house: h}, of("reports")...))
	mux.Handle(reportsv1connect.NewEvidenceServiceHandler(&h.evidenceHouse, of("reports")...))
	mux.Handle(reportsv1connect.NewSynthesisServiceHandler(&h.synthesisHouse, of("reports")...))
	mux.Handle(reportsv1connect.NewSignedCopiesServiceHandler(&h.signedHouse, of("reports")...))
	h.documentHouse = documentHouse{house: h}
	mux.Handle(reportsv1connect.NewDocumentsServiceHandler(&h.documentHouse, of("reports")...))
	mux.Handle(reportsv1connect.NewRetentionServiceHandler(&h.retentionHouse, of("reports")...))
	mux.Handle(notificationsv1connect.NewNotificationsServiceHandler(h, of("notifications")...))
	mux.HandleFunc("POST /files", h.takeFile(cfg.Listener("reports")))
	mux.HandleFunc("GET /files/{id}/about", h.tellFile(cfg.Listener("reports")))
	mux.HandleFunc("GET /files/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/pdf")
		if content, is := h.shows[r.PathValue("id")]; is {
			w.Header().Set("Content-Type", content.kind)
			_, _ = io.WriteString(w, content.content)
			return
		}
		w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''bi%C3%AAn%20b%E1%BA%A3n.pdf`)
		_, _ = io.WriteString(w, "%PDF-1.7 "+r.PathValue("id"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if h.unready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// byName signs in whoever is named: the pages are tested here, not the proof of a person.
type byName struct{}

func (byName) Routes(doors Doors) {
	doors.Pages.POST("/dang-nhap/ten", func(c echo.Context) error { return doors.Begin(c, c.FormValue("official")) })
}

func (byName) Entrance(context.Context, Visit) (template.HTML, error) { return "<p>Tên</p>", nil }

// site is a portal with a database of its own over the house.
type site struct {
	address string
	cfg     wire.Config
}

func serve(t *testing.T, h *house, change ...func(*wire.Config, *Options)) site {
	t.Helper()
	cfg := wire.Config{
		ServiceKey: strings.Repeat("khóa ", 10), DatabaseURL: testdatabase.New(t), SMTPTLS: "none", MaxFileBytes: 25 << 20,
		HelpContact: "Tổ giúp việc", HelpPhone: "0221 3 000 000", PortalURL: "http://127.0.0.1", SignInByMail: true,
	}
	others := h.serve(t, cfg)
	cfg.UnitsURL, cfg.ReportsURL, cfg.NotificationsURL = others, others, others
	options := Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true}
	for _, one := range change {
		one(&cfg, &options)
	}
	require.NoError(t, Migrate(t.Context(), cfg, zap.NewNop()))
	service, err := New(t.Context(), cfg, zap.NewNop(), options)
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); require.NoError(t, service.Close()) })
	return site{server.URL, cfg}
}

// serveOver starts the portal of the site a second time, over the same database and the same house.
func serveOver(t *testing.T, first site) site {
	t.Helper()
	service, err := New(t.Context(), first.cfg, zap.NewNop(), Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true})
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); require.NoError(t, service.Close()) })
	return site{server.URL, first.cfg}
}

// browser is one person's browser: cookies, no JavaScript, redirects followed.
type browser struct {
	t       *testing.T
	client  *http.Client
	address string
}

func (s site) open(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{t, &http.Client{Jar: jar}, s.address}
}

func (s site) as(t *testing.T, official string) *browser {
	t.Helper()
	b := s.open(t)
	b.get("/dang-nhap")
	b.post("/dang-nhap/ten", url.Values{"official": {official}})
	return b
}

type seen struct {
	*goquery.Document
	status int
	path   string
	header http.Header
}

func (b *browser) do(request *http.Request) seen {
	b.t.Helper()
	response, err := b.client.Do(request)
	require.NoError(b.t, err)
	defer func() { _ = response.Body.Close() }()
	document, err := goquery.NewDocumentFromReader(response.Body)
	require.NoError(b.t, err)
	return seen{document, response.StatusCode, response.Request.URL.RequestURI(), response.Header}
}

func (b *browser) get(path string) seen {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.address+path, nil)
	require.NoError(b.t, err)
	return b.do(request)
}

func (b *browser) forgery() string {
	root, _ := url.Parse(b.address)
	for _, cookie := range b.client.Jar.Cookies(root) {
		if cookie.Name == forgeryCookie {
			return cookie.Value
		}
	}
	return ""
}

func (b *browser) post(path string, values url.Values) seen {
	b.t.Helper()
	values.Set(forgeryField, b.forgery())
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.address+path, strings.NewReader(values.Encode()))
	require.NoError(b.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(request)
}

func (s seen) value(selector string) string { return s.Find(selector).AttrOr("value", "") }

// words are a node's text as a person reads it: runs of blanks are one.
func (s seen) words(selector string) string {
	return strings.Join(strings.Fields(s.Find(selector).Text()), " ")
}

func read(response *http.Response) []byte {
	content, _ := io.ReadAll(response.Body)
	return content
}
