package portal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// shown is a page as a person was answered: every page the routes know, with something on it, with nothing, and as a form comes back that was
// filled in wrongly.
type shown struct {
	route, who, address, state string
	status                     int
	header                     http.Header
	body                       []byte
	page                       *goquery.Document
}

func (s shown) String() string {
	return fmt.Sprintf("%s of %s (%s, %d)", s.address, s.who, s.state, s.status)
}

// filledHouse is the state of a page that has something to show.
const filledHouse = "filled"

// sentBack is the state of a form that was sent with nothing filled in.
const sentBack = "sent back"

// showing collects the pages of one house.
type showing struct {
	t      *testing.T
	echo   *echo.Echo
	rights []right
	state  string
	pages  []shown
	seen   map[string]bool // by what a page is made of
	routes map[string]bool // that answered
	forms  map[string]bool
	others []string // addresses that stand in no table and behind no link
}

// filled is the house in which every page has something to show.
func filled(t *testing.T) *house {
	t.Helper()
	h, busy, administered := walked(t), busy(t), administered(t)
	h.settings, h.adminHouse = administered.settings, administered.adminHouse
	h.channels, h.states, h.preferences, h.feeds = busy.channels, busy.states, busy.preferences, busy.feeds
	h.petition(t, 1, "2026-11-20", khoaiChauCase)
	h.petition(t, 2, "2026-12-20", khoaiChauCase)
	h.cases[khoaiChauCase].Linked = &reportsv1.Linked{Total: 2, Open: 2, Late: 1, OldestOpenSince: "2026-11-20"}
	h.openCase(t, "TD-01", khoaiChau, "2026")
	h.record(khoaiChauCase, "plan", "2026-11-30", nil)
	h.record(khoaiChauCase, "notice", "2026-12-10", map[string]string{"channel": "several"})
	h.history = toldHistory()
	h.hooks = []*reportsv1.Webhook{{Id: "WH-ABCDEFGH", Name: "Cổng điều hành", Url: "https://dieu-hanh.example/nhan", Kinds: []string{"case.returned"}, State: "active", CreatedBy: "o-quan", CreatedAt: "2026-12-24T02:00:00Z"}}
	h.deliveries = withAdministrator(t).deliveries
	done := h.openCase(t, "DT-01", khoaiChau, "2025")
	done.State.State, done.State.SubmittedAt = casefilev1.State_STATE_ACCEPTED, "2025-12-20T02:00:00Z"
	h.webhookHouse = subscribed()
	h.checks = twoFaults()
	h.copies = signedCopies()
	h.ended = endedRetention()
	return h
}

// fill has the portal itself keep what its pages show, and answers where that is to be seen.
func (s site) fill(t *testing.T) []string {
	t.Helper()
	b := s.as(t, "o-quan")
	made := b.post("/quan-tri/truy-cap-may/moi", url.Values{"act_id": {"a-00000009"}, "name": {"Cổng báo cáo của tỉnh"}, "official": {"dung@bcd.example"}, "scopes": {"cases:read"}, "expires_on": {"24/06/2027"}})
	require.Equal(t, http.StatusOK, made.status, made.words(".summary"))
	tried := b.upload(importPath, "đơn vị.xlsx", []byte("SO-MOI 40\nSO-NV 97"))
	require.Equal(t, http.StatusOK, tried.status, tried.words("main"))
	return []string{importPath + "/" + tried.value("[name=tried]")}
}

// bare is the house in which nothing has happened yet.
func bare(t *testing.T) *house {
	t.Helper()
	h := newProvince(t)
	h.cases = map[string]*reportsv1.Case{}
	return h
}

// pagesOf shows every page of a house to everybody who may see it, and follows the links and the forms of each. What others have shown is left out.
func pagesOf(t *testing.T, h *house, state string, others ...*showing) *showing {
	t.Helper()
	site := serve(t, h)
	service, err := New(t.Context(), site.cfg, zap.NewNop(), Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close()) })
	s := &showing{t: t, echo: service.Echo, rights: walkedRights(t), state: state, seen: map[string]bool{}, routes: map[string]bool{}, forms: map[string]bool{}}
	for _, other := range others {
		s.seen = other.seen
	}
	if state == filledHouse {
		s.others = append(site.fill(t), site.mailedLink(t, h))
	}
	browsers := map[string]*browser{}
	for _, who := range roleNames() {
		browsers[who] = site.open(t)
		if official := walkers[who]; official != "" {
			browsers[who] = site.as(t, official)
		}
		browsers[who].get("/dang-nhap")
		s.follow(browsers[who], who)
	}
	for _, page := range slices.Clone(s.pages) {
		s.sendEmpty(browsers[page.who], page)
	}
	return s
}

func roleNames() []string {
	var names []string
	for name := range walkers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// follow opens what the table of rights names and what the pages link to: of each route as many addresses as the table names, and three more.
func (s *showing) follow(b *browser, who string) {
	addresses := append([]string{"/khong-co-trang-nay"}, s.others...)
	for _, row := range s.rights {
		if strings.HasPrefix(row.route, http.MethodGet) {
			addresses = append(addresses, row.address)
		}
	}
	asked, linked := map[string]bool{}, map[string]int{}
	for i := 0; i < len(addresses); i++ {
		if asked[addresses[i]] {
			continue
		}
		asked[addresses[i]] = true
		page, is := s.open(b, who, addresses[i])
		if !is {
			continue
		}
		for _, link := range page.page.Find("main a[href], header a[href]").EachIter() {
			to := strings.Split(link.AttrOr("href", ""), "#")[0]
			pattern := s.routeOf(to)
			if to == "" || pattern == "" || asked[to] || linked[pattern] >= 3 || strings.HasPrefix(to, "/ngon-ngu/") {
				continue
			}
			linked[pattern]++
			addresses = append(addresses, to)
		}
	}
}

// routeOf is the pattern of the page an address of this site leads to.
func (s *showing) routeOf(address string) string {
	path, _, _ := strings.Cut(address, "?")
	if !strings.HasPrefix(path, "/") {
		return ""
	}
	c := s.echo.NewContext(nil, nil)
	s.echo.Router().Find(http.MethodGet, path, c)
	return c.Path()
}

// open keeps a page that is made of other things than those kept before.
func (s *showing) open(b *browser, who, address string) (shown, bool) {
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, b.address+address, nil)
	require.NoError(s.t, err)
	return s.keep(b, request, who, s.state)
}

func (s *showing) keep(b *browser, request *http.Request, who, state string) (shown, bool) {
	s.t.Helper()
	response, err := b.client.Do(request)
	require.NoError(s.t, err)
	body := read(response)
	require.NoError(s.t, response.Body.Close())
	one := shown{route: s.routeOf(response.Request.URL.Path), who: who, state: state, status: response.StatusCode, header: response.Header, body: body}
	if one.address = response.Request.URL.RequestURI(); one.status == http.StatusOK {
		s.routes[one.route] = true
	}
	if !strings.HasPrefix(one.header.Get("Content-Type"), "text/html") {
		return one, false
	}
	if state == sentBack && response.Request.Method == http.MethodGet {
		return one, false // taken, and led on to another page
	}
	if one.page, err = goquery.NewDocumentFromReader(bytes.NewReader(body)); err != nil || s.seen[one.madeOf()] {
		return one, err == nil && one.status == http.StatusOK
	}
	s.seen[one.madeOf()] = true
	s.pages = append(s.pages, one)
	return one, true
}

// madeOf names the kinds of things on a page, whatever they say and however many there are. A correction is shown as what it corrects.
func (s shown) madeOf() string {
	kinds := map[string]bool{}
	for _, node := range s.page.Find("main *").EachIter() {
		parent := node.Parent()
		kinds[goquery.NodeName(parent)+"."+parent.AttrOr("class", "")+">"+goquery.NodeName(node)+"."+node.AttrOr("class", "")+node.AttrOr("type", "")] = true
	}
	sum := fnv.New64a()
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	_, _ = sum.Write([]byte(strings.Join(names, " ")))
	route := strings.Replace(s.route, "/:correction", "", 1)
	if s.status != http.StatusOK {
		route = strconv.Itoa(s.status)
	}
	return route + " " + hex.EncodeToString(sum.Sum(nil))
}

// sendEmpty sends each form of a page with nothing filled in, and keeps the page that comes back with what is wrong.
func (s *showing) sendEmpty(b *browser, page shown) {
	for _, form := range page.page.Find("main form[method=post]").EachIter() {
		action := form.AttrOr("action", page.address)
		if strings.HasPrefix(action, "?") {
			action = strings.Split(page.address, "?")[0] + action
		}
		once := page.route + action + page.who
		if s.forms[once] {
			continue
		}
		s.forms[once] = true
		request := s.emptied(b, form, action)
		s.keep(b, request, page.who, sentBack)
	}
}

func (s *showing) emptied(b *browser, form *goquery.Selection, action string) *http.Request {
	values := url.Values{forgeryField: {b.forgery()}, "act_id": {"a-00000001"}, "do": {"act"}}
	for _, field := range form.Find("input[type=text], textarea").EachIter() {
		values.Set(field.AttrOr("name", ""), "")
	}
	body, kind := bytes.NewBufferString(values.Encode()), "application/x-www-form-urlencoded"
	if form.AttrOr("enctype", "") == "multipart/form-data" {
		body.Reset()
		parts := multipart.NewWriter(body)
		for name := range values {
			require.NoError(s.t, parts.WriteField(name, values.Get(name)))
		}
		require.NoError(s.t, parts.Close())
		kind = parts.FormDataContentType()
	}
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, b.address+action, body)
	require.NoError(s.t, err)
	request.Header.Set("Content-Type", kind)
	return request
}

// unseen are the routes of pages that nobody was shown.
func (s *showing) unseen() []string {
	var unseen []string
	for _, row := range s.rights {
		method, pattern, _ := strings.Cut(row.route, " ")
		if method == http.MethodGet && !row.open && row.refused == 0 && !s.routes[pattern] {
			unseen = append(unseen, pattern)
		}
	}
	return slices.Compact(unseen)
}

// toldHistory is what Temporal and the letters tell of a case.
func toldHistory() *reportsv1.GetHistoryResponse {
	return &reportsv1.GetHistoryResponse{EventsTotal: 26, EventsTold: 26, TemporalUrl: "http://127.0.0.1:8233/namespaces/nenep/workflows/x", Entries: []*reportsv1.HistoryEntry{
		{At: "2026-01-05T01:00:00Z", TextVi: "Mở hồ sơ DT-01/UBND-12205-2507/2026: UBND xã Khoái Châu thực hiện hội nghị trao đổi, đối thoại với Nhân dân năm 2026, hạn 31/12/2026.", TextEn: "The case was opened.", EventIds: []int64{1, 2, 3}, Source: "temporal"},
		{At: "2026-12-16T23:00:00Z", TextVi: "Nhắc lần 1 (trước hạn 14 ngày) gửi Nguyễn Văn An, qua thư điện tử.", TextEn: "First reminder (14 days before).", EventIds: []int64{11, 12, 13, 14}, Source: "temporal"},
		{At: "2026-12-20T03:10:00Z", TextVi: "Nguyễn Văn An ghi kết quả bước 2: Thông báo thời gian, địa điểm, nội dung.", TextEn: "Step 2 was recorded.", EventIds: []int64{15, 16, 17, 18, 19}, Source: "temporal"},
		{At: "2026-12-23T23:00:00Z", TextVi: "Nhắc lần 2 (trước hạn 7 ngày) gửi Nguyễn Văn An, qua thư điện tử.", TextEn: "Second reminder (7 days before).", EventIds: []int64{20, 21, 22, 26}, Source: "temporal"},
	}}
}
