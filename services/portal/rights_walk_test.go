package portal

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// The people who walk: each holds one position, but for the last two.
var walkers = map[string]string{
	"stranger": "o-giang", "contact": "o-an", "head": "o-binh", "reviewer": "o-cuc", "leader": "o-lan", "supervisor": "o-dung", "auditor": "o-kiem", "administrator": "o-quan",
	"former": "o-cu", // signed in, holding no position any more
	"nobody": "",     // not signed in
}

func those(names ...string) []string { return names }

var (
	all       = those("stranger", "contact", "head", "reviewer", "leader", "supervisor", "auditor", "administrator", "former")
	theUnit   = those("contact", "head")
	reviewers = those("reviewer", "leader")
	overseers = those("reviewer", "leader", "supervisor", "auditor", "administrator")
	readers   = slices.Concat(theUnit, overseers)
	bodies    = slices.Concat(theUnit, reviewers)
)

// right is one row of the table: who comes through by an address, and what everybody else is answered.
type right struct {
	route, address string // route is method and pattern, as echo names them
	open           bool   // for those too who have not signed in
	may            []string
	refused        int  // 403 when zero
	foreign        bool // proves itself without session or form: calendar programs, providers
	streamed       bool // a form with files
	unnamed        bool // the address names nothing that is there
	header         string
	json           bool // a program's question with the person's session: refused in JSON, and whoever has not signed in with 401
}

func caseRights(root, of, register string) []right {
	step, item := root+"/buoc/:step", root+"/muc/:item"
	noting := slices.Concat(theUnit, reviewers, those("administrator"))
	ruling := slices.Concat(reviewers, those("administrator"))
	return []right{
		{route: "GET " + root, address: of, may: readers},
		{route: "GET " + root + "/lich-su", address: of + "/lich-su", may: readers},
		{route: "GET " + root + "/da-nop", address: of + "/da-nop", may: readers},
		{route: "GET " + step, address: of + "/buoc/hold", may: theUnit},
		{route: "POST " + step, address: of + "/buoc/hold", may: theUnit, streamed: true},
		{route: "GET " + item, address: register + "/muc/moi", may: theUnit},
		{route: "POST " + item, address: register + "/muc/moi", may: theUnit, streamed: true},
		{route: "GET " + root + "/tat-nhac", address: of + "/tat-nhac", may: theUnit},
		{route: "POST " + root + "/tat-nhac", address: of + "/tat-nhac", may: theUnit},
		{route: "GET " + root + "/cong-van", address: of + "/cong-van", may: ruling},
		{route: "POST " + root + "/cong-van", address: of + "/cong-van", may: ruling},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/ghi-chu", may: noting},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/nguyen-nhan-cham", may: theUnit},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/de-nghi-gia-han", may: theUnit},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/gia-han", may: reviewers},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/van-ban-giay", may: reviewers},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/thu-hoi", may: ruling},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/chuyen-don-vi", may: those("administrator")},
		{route: "GET " + root + "/viec/:act", address: of + "/viec/khong-co", refused: http.StatusNotFound},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/ghi-chu", may: noting},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/nguyen-nhan-cham", may: theUnit},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/de-nghi-gia-han", may: theUnit},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/rut-lai", may: theUnit},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/xac-nhan", may: reviewers},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/tra-lai", may: reviewers},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/gia-han", may: reviewers},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/huy-gia-han", may: reviewers},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/huy-giai-trinh", may: bodies},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/khong-thuoc-doi-tuong", may: reviewers},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/van-ban-giay", may: reviewers},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/thu-hoi", may: ruling},
		{route: "POST " + root + "/viec/:act", address: of + "/viec/chuyen-don-vi", may: those("administrator")},
		{route: "GET " + root + "/lenh/:order", address: of + "/lenh/ap-dung-quy-dinh", may: those("leader", "administrator")},
		{route: "POST " + root + "/lenh/:order", address: of + "/lenh/ap-dung-quy-dinh", may: those("leader", "administrator")},
		{route: "POST " + root + "/lenh/:order", address: of + "/lenh/phuc-hoi", may: ruling},
		{route: "GET " + root + "/kiem-tra", address: of + "/kiem-tra", may: theUnit},
		{route: "POST " + root + "/kiem-tra", address: of + "/kiem-tra", may: theUnit}, // last: it changes the case
	}
}

var walkedBoard = "/ban/BAN-" + khoaiChau + "/khuyet?don-vi=" + khoaiChau

// rights are the whole table. Routes of pages that change what later rows need stand last.
var rights = slices.Concat(
	[]right{
		{route: "GET /livez", address: "/livez", open: true},
		{route: "GET /readyz", address: "/readyz", open: true},
		{route: "GET /readyz/own", address: "/readyz/own", open: true},
		{route: "GET /assets/*", address: "/assets/style.css", open: true},
		{route: "GET /lich/:file", address: "/lich/bi-mat.ics", open: true},
		{route: "HEAD /lich/:file", address: "/lich/bi-mat.ics", open: true},
		{route: "POST /goi-lai/:channel", address: "/goi-lai/sms", open: true, foreign: true, header: "right"},
		{route: "POST /goi-lai/:channel", address: "/goi-lai/sms", foreign: true, header: "wrong"},
		{route: "GET /dang-nhap", address: "/dang-nhap", open: true},
		{route: "GET /ngon-ngu/:lang", address: "/ngon-ngu/vi", open: true},
		{route: "GET /mo/:token", address: "/mo/t", open: true}, // shows a title and a day, and signs nobody in
		{route: "GET /", address: "/", may: all},
		{route: "GET /bang-theo-doi/xuat.xlsx", address: "/bang-theo-doi/xuat.xlsx", may: overseers},
		{route: "GET /cham", address: "/cham", may: overseers},
		{route: "GET /cham/xuat.xlsx", address: "/cham/xuat.xlsx", may: overseers},
		{route: "GET /khoi-luong", address: "/khoi-luong", may: overseers},
		{route: "GET /khoi-luong/xuat.xlsx", address: "/khoi-luong/xuat.xlsx", may: overseers},
		{route: "GET /bang-theo-doi", address: "/bang-theo-doi", may: overseers},
		{route: "GET /chi-tieu", address: "/chi-tieu", may: overseers},
		{route: "GET /chi-tieu/:obligation", address: "/chi-tieu/DT-01", may: overseers},
		{route: "GET /tep/:id", address: "/tep/F-1", may: all}, // reports, which keep the file, judge who may have it
		{route: "GET /su-kien", address: "/su-kien", may: all}, // of his own units: of none, nothing
		{route: "GET /su-kien/:obligation/:trigger", address: votersAsk, may: slices.Concat(bodies, those("administrator"))},
		{route: "POST /su-kien/:obligation/:trigger", address: votersAsk, may: slices.Concat(bodies, those("administrator"))},
		{route: "GET /ban/:board/khuyet", address: walkedBoard, may: those("contact", "head", "reviewer", "administrator")},
		{route: "POST /ban/:board/khuyet", address: walkedBoard, may: those("contact", "head", "reviewer", "administrator")},
		{route: "GET /tuy-chon", address: "/tuy-chon", may: all},
		{route: "POST /tuy-chon", address: "/tuy-chon", may: all},
		{route: "POST /tuy-chon/dia-chi", address: "/tuy-chon/dia-chi", may: all},
		{route: "POST /tuy-chon/tat-nhac", address: "/tuy-chon/tat-nhac", may: all},
		{route: "POST /tuy-chon/lich", address: "/tuy-chon/lich", may: all},
		{route: "GET /tuy-chon/lich/ngung", address: "/tuy-chon/lich/ngung", may: all},
		{route: "POST /tuy-chon/lich/ngung", address: "/tuy-chon/lich/ngung", may: all},
		{route: "GET /uy-quyen", address: "/uy-quyen", may: all},
		{route: "GET /uy-quyen", address: "/uy-quyen?nguoi=o-an", may: those("contact", "head", "auditor", "administrator")},
		{route: "GET /uy-quyen/vang-mat", address: "/uy-quyen/vang-mat?nguoi=o-an", may: those("contact", "head", "administrator")},
		{route: "POST /uy-quyen/vang-mat", address: "/uy-quyen/vang-mat?nguoi=o-an", may: those("contact", "head", "administrator")},
		{route: "GET /uy-quyen/vang-mat/:id", address: "/uy-quyen/vang-mat/V-1?nguoi=o-an", may: those("contact", "head", "administrator")},
		{route: "POST /uy-quyen/vang-mat/:id", address: "/uy-quyen/vang-mat/V-1?nguoi=o-an", may: those("contact", "head", "administrator")},
		{route: "GET /uy-quyen/moi", address: "/uy-quyen/moi?nguoi=o-an", may: those("contact", "administrator")},
		{route: "POST /uy-quyen/moi", address: "/uy-quyen/moi?nguoi=o-an", may: those("contact", "administrator")},
		{route: "GET /uy-quyen/thu-hoi/:id", address: "/uy-quyen/thu-hoi/UQ-1?nguoi=o-binh", may: those("head", "administrator")},
		{route: "POST /uy-quyen/thu-hoi/:id", address: "/uy-quyen/thu-hoi/UQ-1?nguoi=o-binh", may: those("head", "administrator")},
		{route: "GET /thu", address: "/thu", may: all}, // of what was sent to others, only where he may
		{route: "GET /thu/so.csv", address: "/thu/so.csv", may: all},
		{route: "GET /thu/du-thao", address: "/thu/du-thao", may: those("head", "leader")},
		{route: "GET /thu/du-thao/:id", address: "/thu/du-thao/7", may: those("leader"), refused: http.StatusNotFound},
		{route: "POST /thu/du-thao/:id", address: "/thu/du-thao/7", may: those("leader"), refused: http.StatusNotFound},
		{route: "GET /thu/du-thao/:id/khong-gui", address: "/thu/du-thao/7/khong-gui", may: those("leader"), refused: http.StatusNotFound},
		{route: "POST /thu/du-thao/:id/khong-gui", address: "/thu/du-thao/7/khong-gui", may: those("leader"), refused: http.StatusNotFound},
		{route: "POST /thu/du-thao/:id/gui", address: "/thu/du-thao/7/gui", may: those("leader")},
		{route: "GET /thu/giay", address: "/thu/giay", may: those("reviewer", "leader", "administrator")},
		{route: "POST /thu/giay/:id", address: "/thu/giay/4", may: those("reviewer", "leader", "administrator")},
		{route: "GET /thu/:id", address: "/thu/6", may: readers},
	},
	machineRights,
	codecRights,
	draftRights,
	signInLinkRights,
	formWorkbooksRights,
	reviewersRights,
	sessionRights,
	registryRights,
	synthesisRights,
	documentRights,
	reportRights,
	signedCopyRights,
	caseRights("/h/:obligation/:unit/:period", "/h/"+khoaiChauCase, "/h/"+register),
	caseRights("/h/:obligation/:unit/:period/:correction", "/h/"+khoaiChauCase+"/c1", "/h/"+register+"/c1"),
	[]right{
		{route: "POST /dang-nhap/ten", address: "/dang-nhap/ten", open: true},
		{route: "POST /dang-xuat", address: "/dang-xuat", open: true},
	},
)

// areas are the parts of the portal where every route is for the same people, and to read for some more; the pages and files of each are
// found among its routes.
var areas = map[string]struct{ may, read []string }{
	"/quan-tri":            {those("administrator"), those("administrator", "auditor")},
	"/quan-tri/nhap-ho-so": {those("reviewer", "leader", "administrator"), those("reviewer", "leader", "administrator")},
}

// areaOf is the narrowest area in which the address lies.
func areaOf(path string) string {
	found := ""
	for area := range areas {
		if (path == area || strings.HasPrefix(path, area+"/")) && len(area) > len(found) {
			found = area
		}
	}
	return found
}

var parameter = regexp.MustCompile(`:[a-z]+`)

// walkedRights are the rows of the table and one for every route of an area. What an address of an area names may not be there: whoever may
// come is judged by the page itself, everybody else is refused before it.
func walkedRights(t *testing.T) []right {
	t.Helper()
	var found []right
	for _, route := range routesOf(t) {
		if area := areaOf(route.Path); area != "" {
			may := areas[area].may
			if route.Method == http.MethodGet {
				may = areas[area].read
			}
			found = append(found, right{route: route.Method + " " + route.Path, address: parameter.ReplaceAllString(route.Path, "x"), may: may, unnamed: true})
		}
	}
	return append(found, rights...)
}

func routesOf(t *testing.T) []*echo.Route {
	t.Helper()
	service, err := New(t.Context(), serve(t, newHouse(t)).cfg, zap.NewNop(), Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close()) })
	return slices.DeleteFunc(service.Echo.Routes(), func(r *echo.Route) bool { return r.Method == echo.RouteNotFound })
}

// walked is a house in which every page of the table has something to show: a case that is overdue, and the one that goes on from it.
func walked(t *testing.T) *house {
	t.Helper()
	h := withLetters(t)
	h.openCase(t, "CK-01", khoaiChau, "2026-Q4")
	h.openReport(t)
	for _, id := range []string{khoaiChauCase, register, yearReport} {
		c := h.cases[id]
		c.State.DueDay, c.State.LateWorkingDays, c.State.DueOfLaw = "2026-12-10", 10, false
		next, _ := proto.Clone(c).(*reportsv1.Case)
		next.Id, next.Input.CaseId, next.State.CaseId = id+"/c1", id+"/c1", id+"/c1"
		h.cases[next.GetId()] = next
		for _, of := range []string{id, next.GetId()} {
			handedIn := &casefilev1.Act{ActId: "a-" + of, CaseId: of, OfficialId: "o-an", Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{}}}
			h.acts = append(h.acts, &reportsv1.StoredAct{Act: handedIn, StoredAt: "2026-11-01T02:00:00Z", Outcome: &casefilev1.ActOutcome{}})
		}
	}
	h.addHolder("o-kiem", "Vũ Thị Kiểm", "kiem@ubkt.example", "auditor", "Chuyên viên Ủy ban Kiểm tra", department)
	h.addBoard(khoaiChau, "peoples-inspection-board")
	h.registered()
	h.synthesise(t)
	h.calendars = map[string]string{"bi-mat": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}
	h.links["t"] = &notificationsv1.OpenLinkResponse{CaseId: khoaiChauCase, OfficialId: "o-an", ExpiresOn: "2027-01-20"}
	h.absences = []*unitsv1.Absence{{Id: "V-1", OfficialId: "o-an", From: "2026-12-23", To: "2026-12-31", RecordedBy: "o-an"}}
	h.delegations = []*unitsv1.Delegation{{Id: "UQ-1", OfficialId: "o-binh", UnitId: khoaiChau, Role: "head", DelegateId: "o-an", From: "2026-12-23", To: "2026-12-31", Document: "12/UQ-UBND", RecordedBy: "o-binh"}}
	return h
}

// done is a sum of what was done in the house: a refused form leaves it as it was.
func (h *house) done() string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	told := ""
	for _, message := range h.messages {
		told += message.GetState() + " "
	}
	return fmt.Sprint(len(h.acts), len(h.events), len(h.reinstated), len(h.amended), len(h.uploaded), len(h.absences), h.absences[0].GetEndedOn(), len(h.delegations), h.delegations[0].GetRevokedOn(),
		len(h.boards[0].GetVacancies()), len(h.preferences), len(h.feeds), len(h.printed), len(h.drawn[synthesisCase]), len(h.signed), told)
}

// walker is one person's browser that follows no redirect.
func walker(t *testing.T, s site, official string) *browser {
	t.Helper()
	b := s.open(t)
	if official != "" {
		b = s.as(t, official)
	}
	b.get("/dang-nhap")
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b
}

// ask sends the row as a person does who comes by the page; forged, as a page of another site would.
func (b *browser) ask(row right, forged, withFiles bool) seen {
	b.t.Helper()
	method, _, _ := strings.Cut(row.route, " ")
	var body bytes.Buffer
	kind := ""
	if method == http.MethodPost {
		values := url.Values{"act_id": {"a-00000001"}}
		if !forged {
			values.Set(forgeryField, b.forgery())
		}
		kind = "application/x-www-form-urlencoded"
		switch {
		case withFiles:
			form := multipart.NewWriter(&body)
			for name := range values {
				require.NoError(b.t, form.WriteField(name, values.Get(name)))
			}
			part, err := form.CreateFormFile("files", "a.pdf")
			require.NoError(b.t, err)
			if forged {
				_, err = part.Write([]byte("%PDF-1.7"))
				require.NoError(b.t, err)
			}
			require.NoError(b.t, form.Close())
			kind = form.FormDataContentType()
		case row.json:
			kind = "application/json"
			body.WriteString("{}")
		default:
			body.WriteString(values.Encode())
		}
	}
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.address+row.address, &body)
	require.NoError(b.t, err)
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if row.header != "" {
		request.Header.Set("X-Signature", row.header)
	}
	return b.do(request)
}

func (r right) post() bool { return strings.HasPrefix(r.route, http.MethodPost) }

// through tells whether the person got past the door: the form may still be wrong, but it was judged.
func through(status int) bool {
	return slices.Contains([]int{http.StatusOK, http.StatusNoContent, http.StatusSeeOther, http.StatusConflict, http.StatusUnprocessableEntity}, status)
}

func (b *browser) walk(row right, role string) {
	b.t.Helper()
	answer, what := b.ask(row, false, row.streamed), role+" "+row.route+" "+row.address
	location := answer.header.Get("Location")
	switch {
	case row.open || slices.Contains(row.may, role):
		require.True(b.t, through(answer.status) || row.unnamed && answer.status != http.StatusForbidden, "%s came to %d", what, answer.status)
		require.False(b.t, row.address != "/dang-xuat" && strings.HasPrefix(location, "/dang-nhap"), what)
		if !row.open && !row.unnamed && !row.post() {
			require.Equal(b.t, http.StatusOK, answer.status, what)
		}
	case role == "nobody" && !row.foreign:
		require.Equal(b.t, http.StatusSeeOther, answer.status, what)
		require.True(b.t, strings.HasPrefix(location, "/dang-nhap"), "%s is sent to %s", what, location)
	case role == "nobody" && row.json:
		require.Equal(b.t, http.StatusUnauthorized, answer.status, what)
	case row.refused != 0:
		require.Equal(b.t, row.refused, answer.status, what)
	default:
		require.Equal(b.t, http.StatusForbidden, answer.status, what)
	}
}

func TestEveryRouteIsWalkedByEveryRole(t *testing.T) {
	rights := walkedRights(t)
	for role, official := range walkers {
		t.Run(role, func(t *testing.T) {
			h := walked(t)
			b := walker(t, serve(t, h), official)
			for _, row := range rights {
				if !row.post() {
					b.walk(row, role)
				}
			}
			for _, row := range rights {
				before, may := h.done(), row.open || slices.Contains(row.may, role)
				if row.post() {
					b.walk(row, role)
				}
				if !may {
					require.Equal(t, before, h.done(), "%s was refused and yet did something: %s", role, row.address)
				}
			}
		})
	}
}

func TestNoFormOfAnotherSiteIsTakenByAnyRoute(t *testing.T) {
	rights := walkedRights(t)
	for role, official := range walkers {
		h := walked(t)
		b := walker(t, serve(t, h), official)
		before := h.done()
		for _, row := range rights {
			if !row.post() || row.foreign {
				continue
			}
			for _, withFiles := range []bool{false, true} {
				answer, what := b.ask(row, true, withFiles), fmt.Sprint(role, " ", row.address, " with files: ", withFiles)
				if role == "nobody" && withFiles && row.streamed {
					require.Equal(t, http.StatusSeeOther, answer.status, what)
					continue
				}
				require.Equal(t, http.StatusForbidden, answer.status, what)
			}
		}
		require.Equal(t, before, h.done(), role)
	}
}

func TestEveryRouteOfThePortalStandsInTheTableOfRights(t *testing.T) {
	known := map[string]bool{}
	for _, row := range rights {
		known[row.route] = true
	}
	for _, route := range routesOf(t) {
		name := route.Method + " " + route.Path
		require.True(t, known[name] || areaOf(route.Path) != "", "say in the table of rights who may reach %s", name)
		delete(known, name)
	}
	require.Empty(t, known, "rows of the table without a route")
}
