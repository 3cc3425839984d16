package notifications

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// provider is an SMS provider as a province may have one.
type provider struct {
	mu     sync.Mutex
	taken  []map[string]string
	answer func(n int) (int, string)
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	content, _ := io.ReadAll(r.Body)
	var said map[string]string
	_ = json.Unmarshal(content, &said)
	status, body := http.StatusOK, fmt.Sprintf(`{"id":"P-%d"}`, len(p.taken)+1)
	if p.answer != nil {
		status, body = p.answer(len(p.taken) + 1)
	}
	if status == http.StatusOK {
		p.taken = append(p.taken, said)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (p *provider) texts() (texts []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, said := range p.taken {
		texts = append(texts, said["text"])
	}
	return texts
}

// withSMS declares the provider as the channels sms and zalo.
func withSMS(t *testing.T) (*provider, func(*wire.Config)) {
	t.Helper()
	p := &provider{}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	t.Setenv("NENEP_TEST_CALLBACK", "callback-secret-of-the-test")
	one := `
  url: ` + server.URL + `
  headers: {Content-Type: application/json}
  body: '{"to": {{json (international .To)}}, "text": {{json .Text}}, "id": {{json .MessageID}}}'
  message_id: id
  callback:
    token: {header: X-Token, secret: NENEP_TEST_CALLBACK}
    message_id: id
    status: status
    delivered: [DELIVERED]
    failed: [FAILED]
    answer: why
`
	file := filepath.Join(t.TempDir(), "channels.yaml")
	require.NoError(t, os.WriteFile(file, []byte("sms:"+one), 0o600))
	return p, func(cfg *wire.Config) { cfg.Channels = file }
}

func office(cfg *wire.Config) {
	cfg.QuietHours, cfg.DigestWindows = "20:00-06:30", []string{"07:30", "11:00"}
}

// withPhone is An with a telephone.
func withPhone(email string) *unitsv1.Holder {
	holder := an()
	holder.Official.Email, holder.Official.Phone, holder.Official.HasPhone = email, "+84912345678", true
	return holder
}

func (h *house) prefer(id string, chosen *notificationsv1.Preferences) *notificationsv1.GetPreferencesResponse {
	h.t.Helper()
	chosen.OfficialId = id
	response, err := h.client.Notifications.SetPreferences(h.by(id), connect.NewRequest(chosen))
	require.NoError(h.t, err)
	return response.Msg
}

func agreed(channels ...string) *notificationsv1.Preferences {
	chosen := &notificationsv1.Preferences{Channels: channels}
	for _, channel := range channels {
		if needsConsent(channel) {
			chosen.Consents = append(chosen.Consents, &notificationsv1.Consent{Channel: channel})
		}
	}
	return chosen
}

func TestADelegateReadsInWhosePlaceHeIsTold(t *testing.T) {
	h := newHouse(t)
	stands := binh()
	stands.DelegatedBy, stands.DelegatedUntil, stands.Position.Title = "CB-AN", "2027-01-10", "Chuyên viên Văn phòng HĐND và UBND"
	h.town.hold(exampleUnit, "contact", stands)
	h.town.staff = map[string]*unitsv1.Official{"CB-AN": an().GetOfficial()}
	h.mustTell(now(reminder()))
	require.Contains(t, bodies(t, h.last())["text/plain"],
		"Kính gửi: Đồng chí Trần Thị Bình, thay đồng chí Nguyễn Văn An, Chuyên viên Văn phòng HĐND và Ủy ban nhân dân xã Khoái Châu\n")
	require.Equal(t, "CB-AN", h.ledger()[0].GetDelegatedBy())
}

func TestTheDigestOfADelegateNamesInWhosePlaceEachLineIs(t *testing.T) {
	h := newHouse(t)
	stands := binh()
	stands.DelegatedBy = "CB-AN"
	h.town.hold(exampleUnit, "contact", stands)
	h.town.staff = map[string]*unitsv1.Official{"CB-AN": an().GetOfficial()}
	h.mustTell(reminder())
	h.mustDigest("2026-12-24")
	require.Contains(t, bodies(t, h.last())["text/plain"], "còn 07 ngày (thay đồng chí Nguyễn Văn An); còn thiếu")
}

func TestWhatTheLawKeepsPersonalIsToldToTheHolderOnly(t *testing.T) {
	h := newHouse(t)
	stands := binh()
	stands.DelegatedBy = "CB-AN"
	h.town.hold(exampleUnit, "contact", stands)
	h.town.absent = map[string][]*unitsv1.Absence{exampleUnit + "/contact": {{OfficialId: "CB-AN"}}}
	request := now(reminder())
	request.Personal = true
	require.Empty(t, h.mustTell(request).GetOfficialIds())
	require.Equal(t, answerAbsent, h.ledger()[0].GetAnswer())
}

func TestWhoIsToldInAVacantRolesPlaceReadsThatItIsVacant(t *testing.T) {
	h := newHouse(t)
	request := now(reminder())
	request.Role, request.VacantRole = "head", "contact"
	h.mustTell(request)
	require.Contains(t, bodies(t, h.last())["text/plain"],
		"Ủy ban nhân dân xã Khoái Châu chưa có cán bộ đầu mối nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của đơn vị.\n")
	require.Equal(t, "contact", h.ledger()[0].GetVacantRole())
}

func TestAReminderCarriesItsCalendarEntry(t *testing.T) {
	h := newHouse(t)
	h.mustTell(now(reminder()))
	entry := bodies(t, h.last())["text/calendar"]
	require.Contains(t, entry, "METHOD:PUBLISH")
	require.Contains(t, entry, "DTSTART;VALUE=DATE:20261231")
}

func TestEachReadsInHisOwnLanguage(t *testing.T) {
	h := newHouse(t)
	h.prefer("CB-BINH", &notificationsv1.Preferences{Language: "en"})
	h.town.hold(exampleUnit, "contact", an(), binh())
	h.mustTell(now(reminder()))
	said := map[string]string{}
	for _, sent := range h.relay.taken() {
		said[sent.to] = bodies(t, sent)["text/plain"]
	}
	require.Contains(t, said["cb-an@hungyen.example"], "Kính gửi:")
	require.Contains(t, said["cb-binh@hungyen.example"], "To: Trần Thị Bình")
}

func TestReturnedLeavesByItselfAndInQuietHoursInTheMorning(t *testing.T) {
	h := newHouse(t, office)
	h.at("2026-12-23 20:00")
	request := matterFor(exampleCase, "returned", "2026-12-28")
	request.On = "2026-12-23"
	h.mustTell(request)
	require.Empty(t, h.relay.taken())
	require.Equal(t, "2026-12-23T23:30:00Z", h.ledger()[0].GetLeavesAt())
	h.at("2026-12-24 06:29")
	require.Equal(t, int32(1), h.pending().GetLeft())
	require.Zero(t, h.mustDigest("2026-12-23").GetMessages(), "what has an hour of its own is not in a digest")
	require.Empty(t, h.relay.taken())
	h.at("2026-12-24 06:30")
	require.Equal(t, int32(1), h.pending().GetSent())
	require.Zero(t, h.pending().GetSent(), "again is harmless")
	require.Len(t, h.relay.taken(), 1)

	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q3", "returned", "2026-12-28"))
	require.Len(t, h.relay.taken(), 2, "outside quiet hours at once")
}

func TestNothingLeavesByItselfOnADayOffOrAnUnsettledDay(t *testing.T) {
	days, err := calendar.New([]calendar.Day{{Date: calendar.MustDate("2026-12-25"), Kind: calendar.Unsettled, NameVI: "chưa rõ"}})
	require.NoError(t, err)
	quiet, err := quietHoursOf("20:00-06:30")
	require.NoError(t, err)
	for now, want := range map[string]string{
		"2026-12-24 06:30": "", "2026-12-24 19:59": "", "2026-12-24 06:29": "2026-12-24 06:30",
		"2026-12-24 20:00": "2026-12-28 06:30", // Friday is not settled
		"2026-12-25 10:00": "2026-12-28 06:30", "2026-12-26 10:00": "2026-12-28 06:30", "2026-12-28 03:00": "2026-12-28 06:30",
	} {
		at, atOnce := quiet.next(localTime(t, now), days)
		require.Equal(t, want == "", atOnce, now)
		if want != "" {
			require.Equal(t, localTime(t, want).UTC(), at.UTC(), now)
		}
	}
	for _, bad := range []string{"20:00", "20-6", "25:00-06:30"} {
		_, err := quietHoursOf(bad)
		require.ErrorContains(t, err, "NENEP_QUIET_HOURS", bad)
	}
	_, err = windowsOf([]string{"7:30"})
	require.ErrorContains(t, err, "NENEP_DIGEST_WINDOWS")
}

func TestWhatWasSettledOvernightDoesNotLeaveInTheMorning(t *testing.T) {
	h := newHouse(t, office)
	h.at("2026-12-23 22:00")
	request := matterFor(exampleCase, "returned", "2026-12-28")
	request.On = "2026-12-23"
	h.mustTell(request)
	h.town.states[exampleCase] = casefilev1.State_STATE_SUBMITTED
	h.at("2026-12-24 06:31")
	h.pending()
	require.Empty(t, h.relay.taken())
	require.Equal(t, answerSettled, h.ledger()[0].GetAnswer())
}

func TestARelayAwayDoesNotHoldUpACaseWhoseMessageSendPendingSends(t *testing.T) {
	h := newHouse(t)
	h.refuse("cb-an@hungyen.example", later())
	h.mustTell(matterFor(exampleCase, "returned", "2026-12-28"))
	require.Equal(t, int32(1), h.pending().GetLeft())
	h.refuse("cb-an@hungyen.example", nil)
	require.Equal(t, int32(1), h.pending().GetSent())
	require.Len(t, h.relay.taken(), 1)
}

func TestAMutedCaseRemindsNobodyAndEscalatesAllTheSame(t *testing.T) {
	h := newHouse(t)
	_, err := h.client.Notifications.MuteCase(h.by("CB-AN"), connect.NewRequest(&notificationsv1.MuteCaseRequest{CaseId: exampleCase, Until: "2026-12-31"}))
	require.NoError(t, err)
	h.mustTell(reminder())
	require.Equal(t, "dropped", h.ledger()[0].GetState())
	require.Equal(t, "Người nhận tắt nhắc hồ sơ này đến hết ngày 31/12/2026.", h.ledger()[0].GetAnswer())
	h.mustTell(matterFor(exampleCase, "overdue-head", "2026-12-21"))
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetLines())

	_, err = h.client.Notifications.MuteCase(h.by("CB-AN"), connect.NewRequest(&notificationsv1.MuteCaseRequest{CaseId: exampleCase}))
	require.NoError(t, err)
	again := reminder()
	again.Key += "/2"
	h.mustTell(again)
	require.Equal(t, "waiting", h.ledger()[0].GetState())
}

func TestAReminderMutedAfterItWasWrittenIsHeldBackToo(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	_, err := h.client.Notifications.MuteCase(h.by("CB-AN"), connect.NewRequest(&notificationsv1.MuteCaseRequest{CaseId: exampleCase, Until: "2026-12-24"}))
	require.NoError(t, err)
	require.Zero(t, h.mustDigest("2026-12-24").GetMessages())
}

func TestEachHasHisDigestInHisWindow(t *testing.T) {
	h := newHouse(t, office)
	h.prefer("CB-BINH", &notificationsv1.Preferences{Window: "11:00"})
	h.town.hold(exampleUnit, "contact", an(), binh())
	h.mustTell(reminder())
	window := func(window string) int32 {
		response, err := h.client.Notifications.SendDigest(t.Context(), connect.NewRequest(&notificationsv1.SendDigestRequest{Day: "2026-12-24", Window: window}))
		require.NoError(t, err)
		return response.Msg.GetMessages()
	}
	require.Equal(t, int32(1), window("07:30"))
	require.Equal(t, "cb-an@hungyen.example", h.last().to)
	require.Zero(t, window("15:00"), "a window that is offered no more")
	require.Equal(t, int32(1), window("11:00"))
	require.Equal(t, "cb-binh@hungyen.example", h.last().to)
	require.Contains(t, bodies(t, h.last())["text/plain"], "Bản tổng hợp gửi lúc 11:00 các ngày làm việc. Đổi giờ nhận, kênh nhận: https://nenep.hungyen.example/tuy-chon\n")
	require.Equal(t, "<https://nenep.hungyen.example/tuy-chon>", h.last().head.Get("List-Unsubscribe"))
}

func TestAWindowNoLongerOfferedIsTheUsualOne(t *testing.T) {
	h := newHouse(t, office)
	h.prefer("CB-AN", &notificationsv1.Preferences{Window: "11:00"})
	h.config.DigestWindows = []string{"07:30"}
	h.restart()
	h.mustTell(reminder())
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetMessages())
}

func TestTheDigestSaysWhatWasDoneSinceTheLast(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.mustDigest("2026-12-24")
	h.town.cases = accepted(exampleCase, "2026-12-24T16:00:00+07:00")
	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q3", "reminder", "2026-12-31"))
	h.mustDigest("2026-12-25")
	require.Contains(t, bodies(t, h.last())["text/plain"], "Đã xong từ bản tổng hợp trước: "+exampleCase+", xác nhận ngày 24/12/2026.\n")

	h.mustTell(matterFor("GSX-01/UBND-12205-2507/2026", "reminder", "2026-12-31"))
	h.mustDigest("2026-12-28")
	require.NotContains(t, bodies(t, h.last())["text/plain"], "Đã xong")
}

func TestADigestAsksTheRegisterOnceForAllCasesOfAllUnits(t *testing.T) {
	h := newHouse(t)
	var staff []*unitsv1.Holder
	for i := range 20 {
		staff = append(staff, person(fmt.Sprintf("CB-%02d", i), fmt.Sprintf("Cán bộ %02d", i), "Chuyên viên", exampleUnit, "Ủy ban nhân dân xã Khoái Châu"))
	}
	h.town.hold(exampleUnit, "contact", staff...)
	for _, period := range []string{"2026-Q1", "2026-Q2", "2026-Q3"} {
		h.mustTell(matterFor("CK-01/UBND-12205-2507/"+period, "reminder", "2026-12-31"))
	}
	h.town.asked = nil
	require.Equal(t, int32(60), h.mustDigest("2026-12-24").GetLines())
	require.Equal(t, map[string]int{"ResolveRole": 1, "ListCases": 1}, h.town.asked)
}

func TestWhoHasNoAddressIsToldByTelephoneIfHeAgreedAndElseOnPaper(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone(""))
	h.mustTell(now(reminder()))
	require.Equal(t, "paper", h.ledger()[0].GetChannel())
	require.Equal(t, "waiting", h.ledger()[0].GetState())
	h.pending()
	require.Zero(t, h.mustDigest("2026-12-24").GetMessages())

	h.prefer("CB-AN", &notificationsv1.Preferences{Consents: []*notificationsv1.Consent{{Channel: "sms"}}})
	second := now(reminder())
	second.Key += "/2"
	h.mustTell(second)
	require.Equal(t, "sms", h.ledger()[0].GetChannel())
	require.Equal(t, "sent", h.ledger()[0].GetState())
	require.Len(t, sms.texts(), 1)
	text := sms.texts()[0]
	require.LessOrEqual(t, len([]rune(text)), 134)
	require.Regexp(t, `^Nề Nếp: DT-01/UBND-12205-2507/2026 hạn 31/12/2026, còn 07 ngày\..*https://nenep\.hungyen\.example/mo/[A-Za-z0-9_-]{16}$`, text)
	require.Equal(t, "84912345678", sms.taken[0]["to"])

	opened, err := h.client.Notifications.OpenLink(t.Context(), connect.NewRequest(&notificationsv1.OpenLinkRequest{Token: text[len(text)-16:]}))
	require.NoError(t, err)
	require.Equal(t, exampleCase, opened.Msg.GetCaseId())
	require.Equal(t, "CB-AN", opened.Msg.GetOfficialId())
	require.NotContains(t, h.ledger()[0].GetBody(), text[len(text)-16:], "the ledger is read by others")
}

func TestADigestByTextMessageIsOneLine(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("sms"))
	h.mustTell(reminder())
	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q3", "overdue-head", "2026-12-21"))
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetMessages())
	require.Equal(t, []string{"Nề Nếp: sáng 24/12/2026 có 02 việc, 01 quá hạn. https://nenep.hungyen.example"}, sms.texts())
	require.Empty(t, h.relay.taken())
}

func TestWhoChoseOnlyWhatIsNotThereIsStillReached(t *testing.T) {
	_, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("sms"))
	h.config.Channels = ""
	h.restart()
	h.mustTell(now(reminder()))
	require.Equal(t, "cb-an@hungyen.example", h.last().to)
	h.prefer("CB-AN", agreed("paper"))
	second := now(reminder())
	second.Key += "/2"
	h.mustTell(second)
	require.Equal(t, "paper", h.ledger()[0].GetChannel(), "paper is a choice")
}

func TestAPersonsChannelOfTheMorningIsTakenNotThatOfYesterday(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.mustTell(reminder())
	h.prefer("CB-AN", agreed("sms"))
	h.mustDigest("2026-12-24")
	require.Empty(t, h.relay.taken())
	require.Len(t, sms.texts(), 1)
}

func TestWhatDoesNotArriveGoesOnOverTheNextChannelOnce(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("email", "sms"))
	h.refuse("cb-an@hungyen.example", unknownUser())
	h.mustTell(now(reminder()))
	require.Equal(t, int32(1), h.pending().GetSent())
	require.Len(t, sms.texts(), 1)
	h.pending()
	h.mustTell(now(reminder()))
	require.Len(t, sms.texts(), 1)

	rows := h.ledger()
	require.Len(t, rows, 2)
	require.Equal(t, []string{"sms", "sent"}, []string{rows[0].GetChannel(), rows[0].GetState()})
	require.Equal(t, []string{"email", "failed"}, []string{rows[1].GetChannel(), rows[1].GetState()})
	require.Equal(t, rows[1].GetId(), rows[0].GetFollowsId())
}

func TestWhatAKillLeftUnwrittenAfterAFailureGoesOnWithTheNextCall(t *testing.T) {
	for what, tell := range map[string]func(h *house){
		"alone": func(h *house) { h.mustTell(now(reminder())) },
		"a digest": func(h *house) {
			h.mustTell(reminder())
			_, err := h.digest("2026-12-24")
			require.Error(t, err, "the workflow calls again")
		},
	} {
		t.Run(what, func(t *testing.T) {
			sms, declared := withSMS(t)
			h := newHouse(t, declared)
			h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
			h.prefer("CB-AN", agreed("email", "sms"))
			h.execute(failFollowers)
			h.refuse("cb-an@hungyen.example", unknownUser())
			tell(h)
			require.Empty(t, sms.texts())
			require.Len(t, h.list(&notificationsv1.ListMessagesRequest{State: "failed"}), 1)

			h.execute("DROP TRIGGER no_followers ON notifications.messages")
			h.pending()
			h.pending()
			require.Len(t, sms.texts(), 1)
		})
	}
}

// failFollowers has the database refuse every message that follows another: the place where a kill strikes after a failure.
const failFollowers = `
CREATE FUNCTION notifications.no_followers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no followers'; END $$;
CREATE TRIGGER no_followers BEFORE INSERT ON notifications.messages FOR EACH ROW WHEN (NEW.follows_id IS NOT NULL) EXECUTE FUNCTION notifications.no_followers()`

func TestABounceTakenWhileUnitsAreAwayGoesOnAfterwards(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("email", "sms"))
	h.mustTell(now(reminder()))
	h.town.away = true
	_, err := h.client.Notifications.TakeCallback(t.Context(), connect.NewRequest(&notificationsv1.TakeCallbackRequest{
		Channel: "email", Body: bounce(h.last().head.Get("Message-ID"))}))
	require.Error(t, err)
	h.town.away = false
	h.pending()
	h.pending()
	require.Len(t, sms.texts(), 1)
}

func TestADigestThatDoesNotArriveGoesOnAsOne(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("email", "sms"))
	h.refuse("cb-an@hungyen.example", unknownUser())
	h.mustTell(reminder())
	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q3", "reminder", "2026-12-31"))
	h.mustDigest("2026-12-24")
	require.Len(t, sms.texts(), 1)
	require.Contains(t, sms.texts()[0], "có 02 việc")
	require.Len(t, h.list(&notificationsv1.ListMessagesRequest{Channel: "email", State: "failed"}), 2)
	require.Len(t, h.list(&notificationsv1.ListMessagesRequest{Channel: "sms", State: "sent"}), 2)
	h.mustDigest("2026-12-24")
	require.Len(t, sms.texts(), 1)
}

// bounce is the relay's report that a mail did not arrive (RFC 3464).
func bounce(messageID string) []byte {
	return []byte(strings.ReplaceAll(`From: MAILER-DAEMON@relay.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; cb-an@hungyen.example
Action: failed
Status: 5.1.1

--b1
Content-Type: text/rfc822-headers

Message-ID: `+messageID+`

--b1--
`, "\n", "\r\n"))
}

func (h *house) callback(channel string, headers map[string]string, body []byte) bool {
	h.t.Helper()
	response, err := h.client.Notifications.TakeCallback(h.t.Context(), connect.NewRequest(&notificationsv1.TakeCallbackRequest{Channel: channel, Headers: headers, Body: body}))
	require.NoError(h.t, err)
	return response.Msg.GetKnown()
}

func TestABounceSendsTheMessageOnAndIsTakenOnce(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("email", "sms"))
	h.mustTell(now(reminder()))
	require.False(t, h.callback("email", nil, bounce("<unknown@hungyen.example>")))
	require.False(t, h.callback("email", nil, []byte("Subject: I am out of office\r\n\r\n")))
	for range 2 {
		require.True(t, h.callback("email", nil, bounce(h.last().head.Get("Message-ID"))))
		h.pending()
	}
	require.Len(t, sms.texts(), 1)
	failed := h.list(&notificationsv1.ListMessagesRequest{Channel: "email"})[0]
	require.Equal(t, []string{"failed", "failed"}, []string{failed.GetState(), failed.GetDelivery()})
	require.NotEmpty(t, failed.GetSentAt())
	require.Contains(t, failed.GetAnswer(), "5.1.1")
}

func TestABounceFromOutsideIsTakenByItsTokenOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "channels.yaml")
	require.NoError(t, os.WriteFile(file, []byte("email: {callback: {token: {header: X-Token, secret: NENEP_TEST_BOUNCES}}}"), 0o600))
	t.Setenv("NENEP_TEST_BOUNCES", "bounce-token-of-the-test")
	h := newHouse(t)
	h.mustTell(now(reminder()))
	outside := func(headers map[string]string) error {
		_, err := h.config.NewClients("portal").Notifications.TakeCallback(t.Context(), connect.NewRequest(&notificationsv1.TakeCallbackRequest{
			Channel: "email", Headers: headers, Body: bounce(h.last().head.Get("Message-ID")),
		}))
		return err
	}
	require.Equal(t, contract.CodeNotFound, wire.RefusalOf(outside(nil)).GetCode(), "where no token is declared nobody is let in")
	h.config.Channels = file
	h.restart()
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(outside(map[string]string{"x-token": "guessed"})).GetCode())
	require.Equal(t, "sent", h.ledger()[0].GetState())
	require.NoError(t, outside(map[string]string{"x-token": "bounce-token-of-the-test"}))
	require.Equal(t, "failed", h.list(&notificationsv1.ListMessagesRequest{Channel: "email"})[0].GetDelivery())
}

func TestABouncedDigestGoesOnAsOneTextMessage(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("email", "sms"))
	h.mustTell(reminder())
	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q3", "reminder", "2026-12-31"))
	h.mustDigest("2026-12-24")
	require.True(t, h.callback("email", nil, bounce(h.last().head.Get("Message-ID"))))
	h.pending()
	require.Len(t, sms.texts(), 1)
	require.Contains(t, sms.texts()[0], "có 02 việc")
}

func TestAProvidersReportIsTakenIfItIsSigned(t *testing.T) {
	_, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone(""))
	h.prefer("CB-AN", agreed("sms"))
	h.mustTell(now(reminder()))
	_, err := h.client.Notifications.TakeCallback(t.Context(), connect.NewRequest(&notificationsv1.TakeCallbackRequest{Channel: "sms", Body: []byte(`{"id":"P-1","status":"DELIVERED"}`)}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())

	signed := map[string]string{"x-token": "callback-secret-of-the-test", "content-type": "application/json"}
	require.True(t, h.callback("sms", signed, []byte(`{"id":"P-1","status":"DELIVERED"}`)))
	require.Equal(t, "delivered", h.ledger()[0].GetDelivery())
	require.NotEmpty(t, h.ledger()[0].GetDeliveredAt())
	require.True(t, h.callback("sms", signed, []byte(`{"id":"P-1","status":"FAILED","why":"hết hạn"}`)))
	require.Equal(t, "paper", h.ledger()[0].GetChannel(), "no other channel is left")
	require.Equal(t, "failed", h.ledger()[1].GetState())
	_, err = h.client.Notifications.TakeCallback(h.by("CB-AN"), connect.NewRequest(&notificationsv1.TakeCallbackRequest{Channel: "sms"}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
}

func TestTheOwnerOfAChannelThatKeepsFailingIsToldOnceOverTheNext(t *testing.T) {
	sms, declared := withSMS(t)
	h := newHouse(t, declared)
	h.town.hold(exampleUnit, "contact", withPhone("cb-an@hungyen.example"))
	h.prefer("CB-AN", agreed("email", "sms"))
	h.refuse("cb-an@hungyen.example", unknownUser())
	for i := range 4 {
		request := now(reminder())
		request.Key = fmt.Sprintf("%s/%d", exampleKey, i)
		h.mustTell(request)
	}
	h.pending()
	told := h.list(&notificationsv1.ListMessagesRequest{Template: "channel-failing"})
	require.Len(t, told, 1)
	require.Equal(t, []string{"sms", "sent"}, []string{told[0].GetChannel(), told[0].GetState()})
	require.Contains(t, strings.Join(sms.texts(), "\n"), "Nề Nếp: thông báo qua thư điện tử không đến được. https://nenep.hungyen.example/tuy-chon")

	response, err := h.client.Notifications.ListChannels(t.Context(), connect.NewRequest(&notificationsv1.ListChannelsRequest{}))
	require.NoError(t, err)
	var failing []*notificationsv1.ChannelState
	for _, state := range response.Msg.GetChannels() {
		if state.GetFailing() {
			failing = append(failing, state)
		}
	}
	require.Len(t, failing, 1)
	require.Equal(t, []string{"CB-AN", "email", "Nguyễn Văn An"}, []string{failing[0].GetOfficialId(), failing[0].GetChannel(), failing[0].GetName()})
	require.Equal(t, int32(4), failing[0].GetFailures())
	mine, err := h.client.Notifications.GetPreferences(h.by("CB-AN"), connect.NewRequest(&notificationsv1.GetPreferencesRequest{}))
	require.NoError(t, err)
	require.True(t, mine.Msg.GetReach()[0].GetFailing())
}

func TestTheLetterAboutAFailingChannelReadsInBothLanguages(t *testing.T) {
	for language, want := range map[string]string{
		"vi": "Thông báo gửi đến đồng chí qua SMS không đến được 03 lần liên tiếp nên chuyển sang kênh này.",
		"en": "What was sent to you by SMS did not arrive 03 times in a row, so this comes another way.",
	} {
		read, err := loadLetters(nil)
		require.NoError(t, err)
		text, err := read.text(language, templateFailing, letter{Recipient: "A", Channel: "SMS", Failures: "03", Settings: "https://x/tuy-chon", HelpContact: "B"})
		require.NoError(t, err)
		require.Contains(t, text, want)
		require.Contains(t, text, "https://x/tuy-chon")
	}
}
