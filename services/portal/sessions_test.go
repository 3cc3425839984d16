package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var sessionRights = []right{
	{route: "GET /tuy-chon/phien", address: "/tuy-chon/phien", may: all},
	{route: "POST /tuy-chon/phien", address: "/tuy-chon/phien", may: all},
}

// from is a browser that says what it is.
func (b *browser) from(agent string) *browser {
	b.client.Transport = saying{agent}
	return b
}

type saying struct{ agent string }

func (s saying) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", s.agent)
	return http.DefaultTransport.RoundTrip(r)
}

func (b *browser) signInAs(official string) *browser {
	b.get("/dang-nhap")
	b.post("/dang-nhap/ten", url.Values{"official": {official}})
	return b
}

const (
	office = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/110.0.0 Chrome/104.0.0.0 Safari/537.36"
	phone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)

func TestAPersonSeesHisSessionsAndEndsThem(t *testing.T) {
	s := serve(t, newHouse(t))
	here, there, third := s.open(t).from(office).signInAs("o-an"), s.open(t).from(phone).signInAs("o-an"), s.open(t).from("x").signInAs("o-an")
	other := s.as(t, "o-binh")

	seen := here.get("/tuy-chon/phien")
	require.Equal(t, "Tài khoản còn 2 phiên đăng nhập ở nơi khác.", seen.words(".lead"))
	require.Equal(t, []string{"Trình duyệt khác", "Safari trên iPhone", "Cốc Cốc trên Windows (phiên này)"}, seen.each("tbody td:first-child"))
	require.Equal(t, []string{"127.0.0.0/24", "127.0.0.0/24", "127.0.0.0/24"}, seen.each("tbody td:nth-child(2)"))
	require.Equal(t, "09:00 ngày 24/12/2026", seen.each("tbody td:nth-child(3)")[0])
	require.Equal(t, "vừa xong", seen.each("tbody td:nth-child(4)")[0])

	phones := seen.Find("tbody tr").Eq(1).Find("[name=phien]").AttrOr("value", "")
	require.Equal(t, "Đã kết thúc 0 phiên đăng nhập.", other.post("/tuy-chon/phien", url.Values{"phien": {phones}}).words(".banner"), "another's is not his to end")
	require.Equal(t, http.StatusOK, there.get("/tuy-chon").status)

	require.Equal(t, "Đã kết thúc 1 phiên đăng nhập.", here.post("/tuy-chon/phien", url.Values{"phien": {phones}}).words(".banner"))
	require.Equal(t, "/dang-nhap?den=%2Ftuy-chon", there.get("/tuy-chon").path, "from the next request on")
	require.Equal(t, "Đã kết thúc 1 phiên đăng nhập.", here.post("/tuy-chon/phien", url.Values{"phien": {"khac"}}).words(".banner"))
	require.Equal(t, "/dang-nhap?den=%2Ftuy-chon", third.get("/tuy-chon").path)
	require.Equal(t, "Tài khoản chỉ đăng nhập ở trình duyệt này.", here.get("/tuy-chon/phien").words(".lead"))

	own := here.get("/tuy-chon/phien").value("tbody [name=phien]")
	require.Equal(t, "/dang-nhap", here.post("/tuy-chon/phien", url.Values{"phien": {own}}).path, "his own is signing out")
	require.Equal(t, http.StatusOK, other.get("/tuy-chon").status)
}

func TestAnAdministratorEndsTheSessionsOfAnOfficial(t *testing.T) {
	s := serve(t, newProvince(t))
	an, again, binh, administrator := s.as(t, "o-an"), s.as(t, "o-an"), s.as(t, "o-binh"), s.as(t, "o-quan")
	seen := administrator.get("/quan-tri/phien")
	require.Equal(t, "3 cán bộ đang đăng nhập.", seen.words(".lead"))
	require.Contains(t, administrator.get("/quan-tri/phien?tim=Nguyễn+Văn+An").words("tbody"), "Nguyễn Văn An Chuyên viên Văn phòng HĐND và UBND, UBND xã Khoái Châu2vừa xong")
	require.Contains(t, administrator.get("/quan-tri/phien?tim=Không+ai").words("main"), "Không có cán bộ nào đang đăng nhập khớp “Không ai”.")

	done := administrator.post("/quan-tri/phien", url.Values{"can-bo": {"o-an"}})
	require.Equal(t, "Đã kết thúc 2 phiên đăng nhập của Nguyễn Văn An.", done.words(".banner"))
	for _, b := range []*browser{an, again} {
		require.True(t, strings.HasPrefix(b.get("/tuy-chon").path, "/dang-nhap"))
	}
	require.Equal(t, http.StatusOK, binh.get("/tuy-chon").status)
	require.Contains(t, administrator.post("/quan-tri/phien", url.Values{"can-bo": {""}}).words(".banner"), "Đã kết thúc 0 phiên")
}

func TestASessionThatWasEndedMeanwhileIsNotRevivedAndARequestWritesNothing(t *testing.T) {
	s := serve(t, newHouse(t))
	b := s.as(t, "o-an")
	db, err := schema().Open(s.cfg.DatabaseURL)
	require.NoError(t, err)
	store := &sessionStore{db, func() time.Time { return morning }}
	t.Cleanup(func() { require.NoError(t, closeDatabase(db)) })
	rows, err := store.of(t.Context())
	require.NoError(t, err)
	require.Len(t, rows, 1)
	version := func() (written string) {
		require.NoError(t, db.Raw("SELECT xmin::text FROM sessions WHERE official_id = 'o-an'").Scan(&written).Error)
		return written
	}
	before := version()
	require.Equal(t, http.StatusOK, b.get("/tuy-chon").status)
	require.Equal(t, before, version(), "a request as such writes nothing")

	ctx := remembering(t.Context())
	data, found, err := store.FindCtx(ctx, rows[0].Token)
	require.NoError(t, err)
	require.True(t, found)
	ended, err := store.end(t.Context(), "o-an")
	require.NoError(t, err)
	require.EqualValues(t, 1, ended)
	require.NoError(t, store.CommitCtx(ctx, rows[0].Token, data, rows[0].Expiry.Add(seenEvery*2)), "what a request in flight stores")
	rows, err = store.of(t.Context())
	require.NoError(t, err)
	require.Empty(t, rows)
}

func TestABrowserAndItsNetworkAreNamedShortly(t *testing.T) {
	for said, want := range map[string]string{office: "Cốc Cốc trên Windows", phone: "Safari trên iPhone", "": "Trình duyệt khác", "curl/8.0": "Trình duyệt khác", strings.Repeat("A", 4000) + "/1": "Trình duyệt khác"} {
		require.Equal(t, want, browserWord(said))
	}
	for address, want := range map[string]string{"203.0.113.77": "203.0.113.0/24", "2001:db8:1:2::3": "2001:db8:1::/48", "::ffff:203.0.113.77": "203.0.113.0/24", "nonsense": ""} {
		require.Equal(t, want, networkOf(address))
	}
}
