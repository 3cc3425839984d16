package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

// withChannels is the house of an installation with SMS and Zalo, where Nguyễn Văn An has a telephone.
func withChannels(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.channels = []string{channelSMS, channelZalo}
	h.holders[0].Official.Phone = "+84912345678"
	return h
}

func TestOneChoosesOnlyAmongWhatLeadsToOneself(t *testing.T) {
	h := withChannels(t)
	s := serve(t, h)
	own := s.as(t, "o-an").get("/tuy-chon")
	require.Equal(t, "Thông báo gửi qua thư điện tử; bản tổng hợp lúc 07:30 các ngày làm việc.", own.words(".lead"))
	require.Equal(t, []string{"Thư điện tử", "Tin nhắn SMS", "Zalo"}, own.each("#f-kenh-1 option"))
	require.Equal(t, []string{"không dùng", "Thư điện tử", "Tin nhắn SMS", "Zalo"}, own.each("#f-kenh-2 option"))
	require.Equal(t, "07:30", own.value("[name=gio][checked]"))
	other := s.as(t, "o-binh").get("/tuy-chon")
	require.Zero(t, other.Find("[name=kenh-1]").Length(), "without a telephone mail is the only channel")
	require.Zero(t, other.Find("[name=dong-y-sms]").Length())
}

func TestATelephoneNeedsConsentAndKeepsItsDay(t *testing.T) {
	h := withChannels(t)
	b := serve(t, h).as(t, "o-an")
	wanted := url.Values{"kenh-1": {"sms"}, "kenh-2": {"email"}, "ngon-ngu": {"vi"}, "gio": {"11:00"}}
	refused := b.post("/tuy-chon", wanted)
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.words("#e-kenh-1"), "Chưa đồng ý nhận thông báo qua tin nhắn SMS. Đánh dấu ô đồng ý ở dưới hoặc chọn kênh khác.")
	require.Equal(t, "11:00", refused.value("[name=gio][checked]"), "what was chosen stays")
	wanted.Set("dong-y-sms", "1")
	done := b.post("/tuy-chon", wanted)
	require.Equal(t, "/tuy-chon", done.path)
	require.Equal(t, "Đã lưu cách nhận thông báo.", done.words(".banner"))
	require.Equal(t, "Thông báo gửi qua tin nhắn SMS; bản tổng hợp lúc 11:00 các ngày làm việc.", done.words(".lead"))
	kept := h.preferences["o-an"]
	require.Equal(t, []string{"sms", "email"}, kept.GetChannels())
	require.Equal(t, "2026-12-24", kept.GetConsents()[0].GetOn())
	require.Contains(t, done.words("main"), "Đồng ý nhận thông báo qua tin nhắn SMS (đã đồng ý ngày 24/12/2026)")
	kept.Consents[0].On = "2026-05-01"
	b.post("/tuy-chon", wanted)
	require.Equal(t, "2026-05-01", h.preferences["o-an"].GetConsents()[0].GetOn(), "the day of the first consent stands")
}

func TestAChannelIsChosenOnceAndOnlyOneThatIsOffered(t *testing.T) {
	b := serve(t, withChannels(t)).as(t, "o-an")
	twice := b.post("/tuy-chon", url.Values{"kenh-1": {"email"}, "kenh-2": {"email"}, "ngon-ngu": {"vi"}, "gio": {"07:30"}})
	require.Contains(t, twice.words("#e-kenh-2"), "“Thư điện tử” đã chọn ở trên.")
	none := b.post("/tuy-chon", url.Values{"kenh-1": {"webhook"}, "ngon-ngu": {"fr"}, "gio": {"03:00"}})
	require.Contains(t, none.words(".summary"), "“webhook” không có trong danh sách của mục “Kênh thứ nhất”.")
	require.Contains(t, none.words(".summary"), "“fr” không có trong danh sách")
	require.Contains(t, none.words(".summary"), "“03:00” không có trong danh sách")
}

func TestOnesOwnAddressIsRefusedAtItsField(t *testing.T) {
	h := withChannels(t)
	b := serve(t, h).as(t, "o-an")
	refused := b.post("/tuy-chon/dia-chi", url.Values{"email": {"an@khoaichau"}, "phone": {"0912 345 678"}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.words("#e-email"), "Địa chỉ thư “an@khoaichau” thiếu tên miền. Nhập đủ phần sau dấu @.")
	require.Equal(t, "an@khoaichau", refused.value("#f-email"))
	done := b.post("/tuy-chon/dia-chi", url.Values{"email": {"vanan@hungyen.example"}, "phone": {"0912 345 678"}})
	require.Equal(t, "Đã lưu địa chỉ nhận thông báo.", done.words(".banner"))
	require.Equal(t, "vanan@hungyen.example", done.value("#f-email"))
}

func TestAChannelThatFailsIsToldOnEveryPage(t *testing.T) {
	h := withChannels(t)
	h.states = []*notificationsv1.ChannelState{
		{Channel: channelEmail, OfficialId: "o-an", Failures: 3, Failing: true, LastAnswer: "550 5.1.1 user unknown", LastFailedAt: "2026-12-24T00:30:00Z"},
		{Channel: channelSMS, OfficialId: "o-an", LastTakenAt: "2026-12-23T00:30:00Z"},
	}
	s := serve(t, h)
	b := s.as(t, "o-an")
	want := "Thư gửi tới địa chỉ an@khoaichau.example không đến được, lần gần nhất lúc 07:30 ngày 24/12/2026 (550 5.1.1 user unknown). Kiểm tra địa chỉ, kênh nhận"
	for _, path := range []string{"/", caseURL(khoaiChauCase), "/tuy-chon"} {
		require.Equal(t, want, b.get(path).words(".banner.warn"), path)
	}
	require.Contains(t, b.get("/tuy-chon").words("main table"), "không đến được 3 lần liên tiếp")
	require.Zero(t, s.as(t, "o-binh").get("/").Find(".banner").Length())
}

func TestACaseIsMutedUntilADayAndEscalationsStillGo(t *testing.T) {
	h := newHouse(t)
	s := serve(t, h)
	b := s.as(t, "o-an")
	require.Equal(t, "Tắt nhắc đến ngày", b.get(caseURL(khoaiChauCase)).words(`main a[href$="/tat-nhac"]`))
	form := b.get(caseURL(khoaiChauCase) + "/tat-nhac")
	require.Contains(t, form.words(".lead"), "báo cáo cấp trên vẫn gửi.")
	past := b.post(caseURL(khoaiChauCase)+"/tat-nhac", url.Values{"until": {"1/12/2026"}})
	require.Contains(t, past.words("#e-until"), "Ngày 01/12/2026 đã qua. Chọn ngày từ 24/12/2026 trở đi.")
	done := b.post(caseURL(khoaiChauCase)+"/tat-nhac", url.Values{"until": {"28/12/2026"}})
	require.Equal(t, caseURL(khoaiChauCase), done.path)
	require.Contains(t, done.words("main section"), "Đã tắt nhắc hồ sơ này đến hết ngày 28/12/2026; báo cáo cấp trên vẫn gửi.")
	listed := b.get("/tuy-chon")
	require.Contains(t, listed.words("#tat-nhac"), "Hội nghị trao đổi, đối thoại giữa UBND cấp xã với Nhân dân, năm 2026")
	require.Equal(t, "Bỏ tắt nhắc Hội nghị trao đổi, đối thoại giữa UBND cấp xã với Nhân dân, năm 2026", listed.words("#tat-nhac button"))
	ended := b.post("/tuy-chon/tat-nhac", url.Values{"ho-so": {khoaiChauCase}})
	require.Equal(t, "Đã bỏ tắt nhắc hồ sơ "+khoaiChauCase+".", ended.words(".banner"))
	require.Empty(t, h.preferences["o-an"].GetMutes())
	require.Zero(t, s.as(t, "o-cuc").get(caseURL(khoaiChauCase)).Find(`main a[href$="/tat-nhac"]`).Length(), "who is not reminded mutes nothing")
	require.Equal(t, http.StatusForbidden, s.as(t, "o-cuc").get(caseURL(khoaiChauCase)+"/tat-nhac").status)
}

func TestACalendarAddressIsShownOnceAndRevokedAfterAWord(t *testing.T) {
	h := newHouse(t)
	b := serve(t, h).as(t, "o-an")
	require.Equal(t, "Tạo địa chỉ lịch", b.get("/tuy-chon").words("#lich button"))
	made := b.post("/tuy-chon/lich", url.Values{})
	require.Equal(t, "https://ne-nep.example/lich/bi-mat.ics", made.value("#f-lich"))
	require.Contains(t, made.words("#lich"), "Địa chỉ này chỉ hiện một lần")
	again := b.get("/tuy-chon")
	require.NotContains(t, again.Text(), "bi-mat")
	require.Contains(t, again.words("#lich"), "Địa chỉ lịch tạo lúc 09:00 ngày 24/12/2026; chưa có phần mềm lịch nào đọc.")
	sure := b.get("/tuy-chon/lich/ngung")
	require.Contains(t, sure.words(".lead"), "Địa chỉ cũ ngừng dùng ngay.")
	require.NotEmpty(t, h.feeds)
	require.Equal(t, "Đã ngừng địa chỉ lịch.", b.post("/tuy-chon/lich/ngung", url.Values{}).words(".banner"))
	require.Empty(t, h.feeds)
}
