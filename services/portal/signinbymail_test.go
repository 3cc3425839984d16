package portal

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

var signInLinkRights = []right{
	{route: "GET " + signInByMailPath, address: signInByMailPath, open: true},
	{route: "POST " + signInByMailPath, address: signInByMailPath, open: true},
	{route: "GET " + signInSecretRoute, address: signInByMailPath + "/x", open: true, unnamed: true},
	{route: "POST " + signInSecretRoute, address: signInByMailPath + "/x", open: true, unnamed: true},
}

// signInLinkHouse keeps what was given to the mail.
type signInLinkHouse struct {
	mailed []*notificationsv1.SendSignInLinkRequest
	by     []wire.Identity
}

func (h *house) SendSignInLink(ctx context.Context, r *connect.Request[notificationsv1.SendSignInLinkRequest]) (*connect.Response[notificationsv1.SendSignInLinkResponse], error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.mailed, h.by = append(h.mailed, r.Msg), append(h.by, wire.IdentityOf(ctx))
	return connect.NewResponse(&notificationsv1.SendSignInLinkResponse{}), nil
}

// lastLink is the path of the link that was mailed last.
func (h *house) lastLink() string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return strings.TrimPrefix(h.mailed[len(h.mailed)-1].GetUrl(), "http://127.0.0.1")
}

// asks fills in the form of the entrance.
func (b *browser) asks(email string) seen {
	b.t.Helper()
	b.get("/dang-nhap")
	return b.post(signInByMailPath, url.Values{"email": {email}})
}

// mailedLink is the path of a link that stands open.
func (s site) mailedLink(t *testing.T, h *house) string {
	t.Helper()
	require.Equal(t, http.StatusOK, s.open(t).asks("an@khoaichau.example").status)
	return h.lastLink()
}

// clocked is a portal whose clock the test moves.
func clocked(t *testing.T, h *house) (site, *time.Time) {
	t.Helper()
	now := morning
	return serve(t, h, func(_ *wire.Config, options *Options) { options.Now = func() time.Time { return now } }), &now
}

func TestALinkFromTheMailSignsInOnceAndLeadsToThePageAskedFor(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).open(t)
	entrance := b.get(caseURL(khoaiChauCase))
	require.Equal(t, signInByMailPath, entrance.Find("main form").AttrOr("action", ""))
	sent := b.asks("an@khoaichau.example")
	require.Equal(t, http.StatusOK, sent.status)
	require.Contains(t, sent.words("main"), "Liên kết dùng một lần, đến 09:15 ngày 24/12/2026.")
	require.Len(t, h.mailed, 1)
	require.Equal(t, "o-an", h.mailed[0].GetOfficialId())
	require.Equal(t, "2026-12-24T02:15:00Z", h.mailed[0].GetExpiresAt())
	require.Equal(t, wire.Identity{Service: "portal"}, h.by[0], "in the portal's own name")

	link := h.lastLink()
	for range 2 { // programs that look through mail open it first
		page := b.get(link)
		require.Equal(t, http.StatusOK, page.status)
		require.Contains(t, page.words("main .lead"), "Nguyễn Văn An")
		require.Contains(t, page.words("main .lead"), "UBND xã Khoái Châu")
		require.Zero(t, page.Find("main .banner").Length(), "this is the browser that asked")
		require.Equal(t, "no-referrer", page.header.Get("Referrer-Policy"))
	}
	require.True(t, strings.HasPrefix(b.get("/").path, "/dang-nhap"), "opening it signs nobody in")
	b.get(caseURL(khoaiChauCase))
	first := b.post(link, url.Values{})
	require.Equal(t, caseURL(khoaiChauCase), first.path)
	require.Contains(t, first.words("header"), "Nguyễn Văn An")
	for _, again := range []seen{b.get(link), b.post(link, url.Values{})} {
		require.Equal(t, http.StatusGone, again.status)
		require.Contains(t, again.words("main .lead"), "Liên kết đã được dùng lúc 09:00 ngày 24/12/2026")
		require.Equal(t, "Gửi liên kết mới", again.words("main form button"))
	}
}

func TestWhoAsksDoesNotLearnWhomTheHouseKnows(t *testing.T) {
	h := newHouse(t)
	h.holders = append(h.holders, &unitsv1.Holder{Official: &unitsv1.Official{Id: "o-moi", Name: "Mới", Email: "moi@khoaichau.example"}})
	h.addHolder("o-1", "Một", "chung@khoaichau.example", "contact", "Chuyên viên", khoaiChau)
	h.addHolder("o-2", "Hai", "chung@khoaichau.example", "contact", "Chuyên viên", khoaiChau)
	s := serve(t, h)
	var first string
	for i, email := range []string{"an@khoaichau.example", "ai-do@example.vn", "moi@khoaichau.example", "chung@khoaichau.example"} {
		answer := s.open(t).asks(email)
		require.Equal(t, http.StatusOK, answer.status, email)
		words := strings.ReplaceAll(answer.words("main"), email, "địa chỉ")
		if i == 0 {
			first = words
			require.Equal(t, "o-an", h.mailed[0].GetOfficialId())
			continue
		}
		require.Equal(t, first, words)
		require.Len(t, h.mailed, i+1, "the same is done")
		require.Empty(t, h.mailed[i].GetOfficialId(), "unknown, in no position, of two people: %s", email)
		require.Equal(t, http.StatusGone, s.open(t).get(h.lastLink()).status)
		require.Equal(t, http.StatusGone, s.as(t, "o-giang").post(h.lastLink(), url.Values{}).status)
	}
}

func TestALinkOpenedInAnotherBrowserSaysSo(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	s.open(t).asks("AN@khoaichau.example ")
	other := s.open(t)
	require.Contains(t, other.get(h.lastLink()).words("main .banner"), "được đề nghị từ một trình duyệt khác")
	require.Contains(t, other.post(h.lastLink(), url.Values{}).words("header"), "Nguyễn Văn An")
}

func TestALinkEndsAfterFifteenMinutes(t *testing.T) {
	h := newHouse(t)
	s, now := clocked(t, h)
	b := s.open(t)
	b.asks("an@khoaichau.example")
	*now = morning.Add(signInLinkLife - time.Second)
	require.Equal(t, http.StatusOK, b.get(h.lastLink()).status)
	*now = morning.Add(signInLinkLife)
	for _, over := range []seen{b.get(h.lastLink()), b.post(h.lastLink(), url.Values{})} {
		require.Equal(t, http.StatusGone, over.status)
		require.Contains(t, over.words("main .lead"), "Liên kết đã hết hạn lúc 09:15 ngày 24/12/2026. Bấm “Gửi liên kết mới” để nhận thư ở địa chỉ đã đăng ký.")
	}
	require.Equal(t, http.StatusOK, b.asks("an@khoaichau.example").status)
	require.Equal(t, "/", b.post(h.lastLink(), url.Values{}).path)
}

func TestFiveLinksAnHourAreAskedForWhoeverItIs(t *testing.T) {
	h := newHouse(t)
	s, now := clocked(t, h)
	for _, email := range []string{"an@khoaichau.example", "ai-do@example.vn"} {
		*now = morning
		for range mostLinks {
			require.Equal(t, http.StatusOK, s.open(t).asks(email).status)
			*now = now.Add(time.Minute)
		}
		refused := s.open(t).asks(strings.ToUpper(email))
		require.Equal(t, http.StatusTooManyRequests, refused.status)
		require.Contains(t, refused.words(".summary li"), "Đã đề nghị liên kết cho địa chỉ này 5 lần trong 1 giờ. Chờ 55 phút rồi thử lại.")
		require.Equal(t, strings.ToUpper(email), refused.value("#f-email"))
		require.Equal(t, "3300", refused.header.Get("Retry-After"))
	}
	mailed := len(h.mailed)
	h.holders[0].Official.Email = "an.moi@khoaichau.example"
	require.Equal(t, http.StatusTooManyRequests, s.open(t).asks("an.moi@khoaichau.example").status, "the same official by a new address")
	require.Len(t, h.mailed, mailed)
	*now = morning.Add(linkSpan)
	require.Equal(t, http.StatusOK, s.open(t).asks("an.moi@khoaichau.example").status)
}

func TestOfTwoWhoPressAtOnceOneIsSignedIn(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	s.open(t).asks("an@khoaichau.example")
	link := h.lastLink()
	var browsers []*browser
	for range 8 {
		browsers = append(browsers, walker(t, s, ""))
	}
	answers := make([]int, len(browsers))
	var all sync.WaitGroup
	for i, b := range browsers {
		all.Go(func() { answers[i] = b.post(link, url.Values{}).status })
	}
	all.Wait()
	slices.Sort(answers)
	require.Equal(t, []int{303, 410, 410, 410, 410, 410, 410, 410}, answers)
}

func TestWhatIsNoAddressIsRefusedAndStaysInTheForm(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).open(t)
	for typed, says := range map[string]string{"": "Chưa có địa chỉ thư công vụ.", "an@khoaichau": "Địa chỉ thư “an@khoaichau” thiếu tên miền. Nhập đủ phần sau dấu @.", "an@a.vn, binh@a.vn": "nhiều hơn một dấu @"} {
		refused := b.asks(typed)
		require.Equal(t, http.StatusUnprocessableEntity, refused.status, typed)
		require.Contains(t, refused.words(".summary li"), says)
		require.Equal(t, typed, refused.value("#f-email"))
	}
	require.Empty(t, h.mailed)
}

func TestTheSecretIsKeptNowhere(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	core, logs := observer.New(zap.DebugLevel)
	service, err := New(t.Context(), s.cfg, zap.New(core), Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true})
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); require.NoError(t, service.Close()) })
	b := walker(t, site{server.URL, s.cfg}, "")
	b.asks("an@khoaichau.example")
	link := h.lastLink()
	secret := strings.TrimPrefix(link, signInByMailPath+"/")
	require.Len(t, secret, 43, "256 bits")
	page := b.get(link)
	require.Equal(t, 1, strings.Count(page.source(t), secret), "in the form alone")
	forged := b.ask(right{route: "POST " + signInSecretRoute, address: link}, true, false)
	require.Equal(t, http.StatusForbidden, forged.status)
	require.Equal(t, "no-referrer", forged.header.Get("Referrer-Policy"), "on the page that refuses, too")
	require.NotContains(t, forged.source(t), secret)
	require.Equal(t, http.StatusSeeOther, b.post(link, url.Values{}).status)
	require.NotZero(t, logs.Len())
	for _, line := range logs.All() {
		require.NotContains(t, line.Message, secret)
		require.NotContains(t, fmt.Sprint(line.ContextMap()), secret)
	}
	connection, err := pgx.Connect(t.Context(), s.cfg.DatabaseURL)
	require.NoError(t, err)
	defer func() { _ = connection.Close(context.Background()) }()
	for _, table := range []string{"sign_in_links", "sessions"} {
		for _, text := range []string{secret, "an@khoaichau.example"} {
			var found int
			require.NoError(t, connection.QueryRow(t.Context(), "SELECT count(*) FROM portal."+table+" t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || encode($1::text::bytea, 'hex') || '%'", text).Scan(&found))
			require.Zero(t, found, "%s keeps it", table)
		}
	}
}

// source is the page as it was sent.
func (s seen) source(t *testing.T) string {
	t.Helper()
	text, err := s.Html()
	require.NoError(t, err)
	return text
}

func TestNoSecretOfAStrangersMakingOpensAnything(t *testing.T) {
	h := newHouse(t)
	b := walker(t, serve(t, h), "")
	for _, text := range hostile(t) {
		if len(text) > longestText {
			text = text[:300]
		}
		for _, answer := range []seen{b.get(signInByMailPath + "/" + url.PathEscape(text)), b.post(signInByMailPath+"/"+url.PathEscape(text), url.Values{})} {
			answer.answersCalmly(t, text)
			require.NotEqual(t, http.StatusSeeOther, answer.status, text)
		}
	}
}

func TestNothingTypedAsAnAddressBreaksTheForm(t *testing.T) {
	h := newHouse(t)
	b := walker(t, serve(t, h), "")
	for i, text := range hostile(t) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.address+signInByMailPath, strings.NewReader(url.Values{"email": {text}, forgeryField: {b.forgery()}}.Encode()))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i%250)) // each from an address of its own: the pace is another test's
		answer := b.do(request)
		answer.answersCalmly(t, text)
		require.Equal(t, http.StatusUnprocessableEntity, answer.status, text)
		require.Equal(t, typed(text, "text"), answer.value("#f-email"))
	}
	require.Empty(t, h.mailed)
}

func TestAProvinceMayLeaveSignInByMailOut(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h, func(cfg *wire.Config, _ *Options) { cfg.SignInByMail = false })
	b := s.open(t)
	require.Zero(t, b.get("/dang-nhap").Find("main form").Length())
	require.True(t, strings.HasPrefix(b.get(signInByMailPath).path, "/dang-nhap?"), "no such page")
	require.True(t, strings.HasPrefix(b.post(signInByMailPath, url.Values{"email": {"an@khoaichau.example"}}).path, "/dang-nhap?"))
	require.Empty(t, h.mailed)
}

func TestWithoutTheOtherServicesNoLinkIsPromised(t *testing.T) {
	for _, email := range []string{"an@khoaichau.example", "ai-do@example.vn"} {
		s := serve(t, newHouse(t), func(cfg *wire.Config, _ *Options) { cfg.NotificationsURL = "http://127.0.0.1:1" })
		require.Equal(t, http.StatusServiceUnavailable, s.open(t).asks(email).status)
	}
}
