package notifications

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func TestPreferencesAreRefusedWithEveryFault(t *testing.T) {
	h := newHouse(t, office)
	_, err := h.client.Notifications.SetPreferences(h.by("CB-AN"), connect.NewRequest(&notificationsv1.Preferences{
		Language: "fr", Channels: []string{"email", "pigeon", "email"}, Window: "09:15",
		Consents: []*notificationsv1.Consent{{Channel: "email"}, {Channel: "sms", On: "2027-01-01"}},
	}))
	var fields []string
	for _, fault := range wire.RefusalOf(err).GetFields() {
		fields = append(fields, fault.GetField())
	}
	require.Equal(t, []string{"language", "channels[1]", "channels[2]", "window", "consents[0].channel", "consents[1].on"}, fields)
}

func TestATelephoneNeedsConsentAndTheConsentKeepsItsDay(t *testing.T) {
	_, declared := withSMS(t)
	h := newHouse(t, declared, office)
	_, err := h.client.Notifications.SetPreferences(h.by("CB-AN"), connect.NewRequest(&notificationsv1.Preferences{Channels: []string{"sms"}}))
	require.Equal(t, "channels[0]", wire.RefusalOf(err).GetFields()[0].GetField())
	h.prefer("CB-AN", agreed("sms"))
	h.at("2026-12-28 08:00")
	answer := h.prefer("CB-AN", agreed("sms"))
	require.Equal(t, "2026-12-24", answer.GetPreferences().GetConsents()[0].GetOn())
	require.Equal(t, []string{"07:30", "11:00"}, answer.GetWindows())
	require.Equal(t, []string{"email", "sms", "paper"}, answer.GetChannels())
	require.Empty(t, h.prefer("CB-AN", &notificationsv1.Preferences{}).GetPreferences().GetConsents(), "left out is taken back")
}

func TestPreferencesAreOnesOwnAndAnAdministrators(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	get := func(by, of string) error {
		_, err := h.client.Notifications.GetPreferences(h.by(by), connect.NewRequest(&notificationsv1.GetPreferencesRequest{OfficialId: of}))
		return err
	}
	require.NoError(t, get("CB-AN", "CB-AN"))
	require.NoError(t, get("CB-AN", ""))
	require.NoError(t, get("CB-ADMIN", "CB-AN"))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(get("CB-BINH", "CB-AN")).GetCode())
	_, err := h.client.Notifications.MuteCase(h.by("CB-BINH"), connect.NewRequest(&notificationsv1.MuteCaseRequest{OfficialId: "CB-AN", CaseId: exampleCase, Until: "2026-12-31"}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	_, err = h.client.Notifications.OpenFeed(h.by("CB-BINH"), connect.NewRequest(&notificationsv1.FeedRequest{OfficialId: "CB-AN"}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	_, err = h.client.Notifications.MuteCase(h.by("CB-AN"), connect.NewRequest(&notificationsv1.MuteCaseRequest{Until: "2026-12-01"}))
	require.Len(t, wire.RefusalOf(err).GetFields(), 2)
	_, err = h.client.Notifications.ListChannels(h.by("CB-AN"), connect.NewRequest(&notificationsv1.ListChannelsRequest{}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	_, err = h.client.Notifications.Purge(h.by("CB-ADMIN"), connect.NewRequest(&notificationsv1.PurgeRequest{Day: "2026-12-24"}))
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
}

func (h *house) feed(token string) (*notificationsv1.ReadFeedResponse, error) {
	response, err := h.client.Notifications.ReadFeed(h.t.Context(), connect.NewRequest(&notificationsv1.ReadFeedRequest{Token: token}))
	if err != nil {
		return nil, err
	}
	return response.Msg, nil
}

func (h *house) openFeed() string {
	h.t.Helper()
	response, err := h.client.Notifications.OpenFeed(h.by("CB-AN"), connect.NewRequest(&notificationsv1.FeedRequest{}))
	require.NoError(h.t, err)
	found := regexp.MustCompile(`^https://nenep\.hungyen\.example/lich/([A-Za-z0-9_-]{43})\.ics$`).FindStringSubmatch(response.Msg.GetAddress())
	require.Len(h.t, found, 2)
	return found[1]
}

func caseDue(id, due string, state casefilev1.State, updated string) *reportsv1.Case {
	return &reportsv1.Case{Id: id, UnitId: exampleUnit, TitleVi: "Hội nghị đối thoại", UpdatedAt: updated,
		State: &casefilev1.CaseState{CaseId: id, State: state, DueDay: due}}
}

func TestAFeedShowsTheDeadlinesOfItsOfficialUntilItIsRevoked(t *testing.T) {
	h := newHouse(t)
	h.town.cases = map[string]*reportsv1.Case{
		exampleCase:                caseDue(exampleCase, "2026-12-31", casefilev1.State_STATE_OPEN, "2026-12-01T00:00:00Z"),
		"OLD/UBND-12205-2507/2020": caseDue("OLD/UBND-12205-2507/2020", "2020-12-31", casefilev1.State_STATE_ACCEPTED, "2021-01-05T00:00:00Z"),
	}
	first := h.openFeed()
	read, err := h.feed(first)
	require.NoError(t, err)
	text := string(read.GetCalendar())
	require.Contains(t, text, "DTSTART;VALUE=DATE:20261231")
	require.Contains(t, text, "SEQUENCE:0")
	require.Equal(t, 1, strings.Count(text, "BEGIN:VEVENT"), "what ended long ago is gone")
	h.at("2026-12-24 09:00")
	same, err := h.feed(first)
	require.NoError(t, err)
	require.Equal(t, read.GetEtag(), same.GetEtag())

	h.town.cases[exampleCase] = caseDue(exampleCase, "2027-01-15", casefilev1.State_STATE_OPEN, "2026-12-24T00:00:00Z")
	moved, err := h.feed(first)
	require.NoError(t, err)
	require.NotEqual(t, read.GetEtag(), moved.GetEtag())
	require.Contains(t, string(moved.GetCalendar()), "SEQUENCE:1")
	h.town.cases[exampleCase] = caseDue(exampleCase, "2027-01-15", casefilev1.State_STATE_ACCEPTED, "2026-12-24T00:00:00Z")
	ended, err := h.feed(first)
	require.NoError(t, err)
	require.Contains(t, string(ended.GetCalendar()), "STATUS:CANCELLED")
	require.Contains(t, string(ended.GetCalendar()), "SEQUENCE:2")

	seen, err := h.client.Notifications.GetFeed(h.by("CB-AN"), connect.NewRequest(&notificationsv1.FeedRequest{}))
	require.NoError(t, err)
	require.Empty(t, seen.Msg.GetAddress())
	require.Equal(t, "2026-12-24T02:00:00Z", seen.Msg.GetReadAt())

	second := h.openFeed()
	for _, dead := range []string{first, "", "nonsense"} {
		_, err = h.feed(dead)
		require.Equal(t, contract.CodeNotFound, wire.RefusalOf(err).GetCode())
	}
	_, err = h.client.Notifications.RevokeFeed(h.by("CB-AN"), connect.NewRequest(&notificationsv1.FeedRequest{}))
	require.NoError(t, err)
	_, err = h.feed(second)
	require.Equal(t, contract.CodeNotFound, wire.RefusalOf(err).GetCode())
	var stored string
	require.NoError(t, h.query("SELECT string_agg(secret_sha256, ' ') FROM notifications.feeds", &stored))
	require.NotContains(t, stored, second)
}

func TestPersonalDataGoWhenTheirTermIsOver(t *testing.T) {
	h := newHouse(t)
	h.prefer("CB-AN", &notificationsv1.Preferences{Language: "vi"})
	h.prefer("CB-GONE", &notificationsv1.Preferences{Language: "en"})
	h.town.staff = map[string]*unitsv1.Official{"CB-GONE": {Id: "CB-GONE", Name: "Đã nghỉ"}}
	h.mustTell(now(reminder()))
	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q3", "reminder", "2026-12-31"))
	h.mustDigest("2026-12-24")
	purge := func(day string) *notificationsv1.PurgeResponse {
		response, err := h.client.Notifications.Purge(t.Context(), connect.NewRequest(&notificationsv1.PurgeRequest{Day: day}))
		require.NoError(t, err)
		return response.Msg
	}
	require.Equal(t, "0 0 0", counts(purge("2026-12-25")))
	require.Equal(t, "0 1 0", counts(purge("2027-03-25")))
	require.Equal(t, "0 0 1", counts(purge("2027-06-25")))
	require.Equal(t, "2 0 0", counts(purge("2028-12-25")))
	require.Equal(t, "0 0 0", counts(purge("2028-12-26")))
	for _, row := range h.ledger() {
		require.Empty(t, row.GetBody()+row.GetName()+row.GetAnswer())
		require.Equal(t, "sent", row.GetState())
		require.NotEmpty(t, row.GetSubject())
	}
	require.Len(t, h.list(&notificationsv1.ListMessagesRequest{Text: "đối thoại"}), 1, "what was said of a case is still found")
	var left string
	require.NoError(t, h.query("SELECT coalesce(string_agg(official_id, ' '), '') FROM notifications.preferences", &left))
	require.Equal(t, "CB-AN", left)
	require.NoError(t, h.query("SELECT coalesce(string_agg(answer, ''), '') FROM notifications.attempts", &left))
	require.Empty(t, left)
	require.Error(t, h.query("DELETE FROM notifications.attempts RETURNING answer", &left), "attempts are only added")
	require.Error(t, h.query("UPDATE notifications.attempts SET fate = 'later', answer = '' RETURNING answer", &left))
}

func counts(p *notificationsv1.PurgeResponse) string {
	return fmt.Sprintf("%d %d %d", p.GetMessages(), p.GetDigests(), p.GetPreferences())
}

func (h *house) preview(request *notificationsv1.PreviewLetterRequest) (*notificationsv1.PreviewLetterResponse, error) {
	response, err := h.client.Notifications.PreviewLetter(h.t.Context(), connect.NewRequest(request))
	if err != nil {
		return nil, err
	}
	return response.Msg, nil
}

func TestAPreviewReadsAsTheLetterWould(t *testing.T) {
	h := newHouse(t)
	h.town.cases = map[string]*reportsv1.Case{exampleCase: caseDue(exampleCase, "2026-12-23", casefilev1.State_STATE_OPEN, "2026-12-01T00:00:00Z")}
	example, err := h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "DT-01", RungId: "overdue-1"})
	require.NoError(t, err)
	require.Equal(t, "head", example.GetRole())
	require.Contains(t, example.GetText(), "Kính gửi: Đồng chí Nguyễn Văn A, Chức vụ, Ủy ban nhân dân xã (ví dụ)")
	require.Contains(t, example.GetText(), "quá hạn 01 ngày làm việc")
	require.Contains(t, example.GetShort(), "Nề Nếp: DT-01/VI-DU/2026 hạn 23/12/2026, quá hạn 01 ngày làm việc.")
	require.Contains(t, example.GetHtml(), "<p")
	real, err := h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "DT-01", RungId: "overdue-1", UnitId: exampleUnit, Language: "en"})
	require.NoError(t, err)
	require.Contains(t, real.GetSubject(), exampleCase)
	require.Contains(t, real.GetText(), "To: Trần Thị Bình")
	require.Empty(t, h.ledger())
	require.Empty(t, h.relay.taken())

	_, err = h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "DT-01", Language: "fr", Template: "nonsense", RungId: "nonsense"})
	require.Len(t, wire.RefusalOf(err).GetFields(), 3)
	_, err = h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "NO-99", Template: "returned"})
	require.Equal(t, "obligation_id", wire.RefusalOf(err).GetFields()[0].GetField())
}

func TestEveryLetterHasAPreviewInBothLanguages(t *testing.T) {
	h := newHouse(t)
	for _, template := range templateNames() {
		for _, language := range []string{"vi", "en"} {
			made, err := h.preview(&notificationsv1.PreviewLetterRequest{ObligationId: "DT-01", Template: template, Language: language})
			require.NoError(t, err, template)
			require.LessOrEqual(t, len([]rune(made.GetShort())), 134, made.GetShort())
		}
	}
}

func TestAPrintedLetterIsWrittenDownAsSent(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	h.town.cases = map[string]*reportsv1.Case{exampleCase: caseDue(exampleCase, "2026-12-31", casefilev1.State_STATE_OPEN, "2026-12-01T00:00:00Z")}
	paper := an()
	paper.Official.Email = ""
	h.town.hold(exampleUnit, "contact", paper)
	h.mustTell(reminder())
	row := h.ledger()[0]
	require.Equal(t, []string{"paper", "waiting"}, []string{row.GetChannel(), row.GetState()})
	print := func(by, answerBy string) (*connect.Response[notificationsv1.PrintLetterResponse], error) {
		return h.client.Notifications.PrintLetter(h.by(by), connect.NewRequest(&notificationsv1.PrintLetterRequest{MessageId: row.GetId(), AnswerBy: answerBy}))
	}
	_, err := print("CB-AN", "")
	require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	_, err = print("CB-HEAD", "2026-12-01")
	require.Equal(t, "answer_by", wire.RefusalOf(err).GetFields()[0].GetField())
	letter, err := print("CB-HEAD", "")
	require.NoError(t, err)
	require.Equal(t, "PK", string(letter.Msg.GetContent()[:2]))
	require.True(t, strings.HasSuffix(letter.Msg.GetFilename(), ".docx"))
	require.Equal(t, "sent", h.ledger()[0].GetState())
	require.Equal(t, "In công văn ngày 24/12/2026, Lê Văn Hòa, CB-HEAD", h.ledger()[0].GetAnswer())
}
