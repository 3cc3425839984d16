package journey

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// A contact delegates to the head of the unit: the reminder goes to the delegate, and the ledger says in whose place.
func TestADelegateIsTold(t *testing.T) {
	const unit = "UBND-11980-2507"
	contact, head := standing.holder(t, unit, "contact"), standing.holder(t, unit, "head")
	today := calendar.DateOf(time.Now())
	_, err := standing.as(contact).Units.RecordDelegation(t.Context(), connect.NewRequest(&unitsv1.Delegation{
		OfficialId: contact, UnitId: unit, Role: "contact", DelegateId: head, From: today.String(), To: today.AddDays(400).String(), Document: "12/UQ-UBND",
	}))
	require.NoError(t, err)
	c := standing.currentCase(t, "HN-01", unit)
	standing.shiftAs(t, head, c)
	standing.awaitMail(t, standing.email(t, head), c.GetId())
	told := standing.messages(t, &notificationsv1.ListMessagesRequest{CaseId: c.GetId(), OfficialId: head})
	require.NotEmpty(t, told)
	require.Equal(t, contact, told[0].GetDelegatedBy())
	require.Empty(t, standing.messages(t, &notificationsv1.ListMessagesRequest{CaseId: c.GetId(), OfficialId: contact}))
}

// Who prefers text messages gets the reminder on his telephone, and only there.
func TestAReminderReachesATelephone(t *testing.T) {
	const unit = "UBND-11983-2507"
	contact := standing.holder(t, unit, "contact")
	before := standing.email(t, contact)
	_, err := standing.as(contact).Units.SetReach(t.Context(), connect.NewRequest(&unitsv1.SetReachRequest{OfficialId: contact, Email: before, Phone: "0912 345 678"}))
	require.NoError(t, err)
	_, err = standing.as(contact).Notifications.SetPreferences(t.Context(), connect.NewRequest(&notificationsv1.Preferences{
		OfficialId: contact, Language: "vi", Channels: []string{"sms"}, Window: "07:30",
		Consents: []*notificationsv1.Consent{{Channel: "sms", On: calendar.DateOf(time.Now()).String()}},
	}))
	require.NoError(t, err)
	c := standing.currentCase(t, "HN-01", unit)
	standing.shiftAs(t, contact, c)
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(standing.mails(t), func(m mail) bool {
			return strings.Contains(strings.Join(m.To, " "), "912345678") && strings.Contains(m.Text, c.GetId())
		})
	}, patience, look)
	for _, message := range standing.messages(t, &notificationsv1.ListMessagesRequest{CaseId: c.GetId(), OfficialId: contact}) {
		require.Equal(t, "sms", message.GetChannel())
	}
}

// An official's calendar program reads his deadlines until he closes the address.
func TestDeadlinesStandInACalendar(t *testing.T) {
	const unit = "UBND-11977-2507"
	contact := standing.holder(t, unit, "contact")
	opened, err := standing.as(contact).Notifications.OpenFeed(t.Context(), connect.NewRequest(&notificationsv1.FeedRequest{OfficialId: contact}))
	require.NoError(t, err)
	status, content := fetch(t, opened.Msg.GetAddress())
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, content, "BEGIN:VEVENT")
	require.Contains(t, strings.ReplaceAll(content, "\r\n ", ""), standing.currentCase(t, "DT-01", unit).GetId())
	_, err = standing.as(contact).Notifications.RevokeFeed(t.Context(), connect.NewRequest(&notificationsv1.FeedRequest{OfficialId: contact}))
	require.NoError(t, err)
	status, _ = fetch(t, opened.Msg.GetAddress())
	require.Equal(t, http.StatusNotFound, status)
}

// The first morning after thousands of cases opened is one mail a person, however often it is asked for.
func TestAMorningIsOneMailAPerson(t *testing.T) {
	days, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	morning, _ := days.RollForward(calendar.DateOf(time.Now()).AddDays(1))
	waiting := len(standing.messages(t, &notificationsv1.ListMessagesRequest{State: "waiting", Limit: 1000}))
	require.Positive(t, waiting)
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	first, err := standing.clients.Notifications.SendDigest(ctx, connect.NewRequest(&notificationsv1.SendDigestRequest{Day: morning.String(), Window: "07:30"}))
	require.NoError(t, err)
	t.Logf("the first morning: %d digests of %d lines in %.1f s", first.Msg.GetMessages(), first.Msg.GetLines(), time.Since(began).Seconds())
	again, err := standing.clients.Notifications.SendDigest(ctx, connect.NewRequest(&notificationsv1.SendDigestRequest{Day: morning.String(), Window: "07:30"}))
	require.NoError(t, err)
	require.Equal(t, first.Msg.GetMessages(), again.Msg.GetMessages())
	got := map[string]int{}
	for _, m := range standing.mails(t) {
		if strings.Contains(m.Subject, "Sáng "+morning.Vietnamese()) {
			got[strings.Join(m.To, " ")]++
		}
	}
	for who, n := range got {
		require.Equal(t, 1, n, who)
	}
	require.NotEmpty(t, got)
}

func (r *running) messages(t *testing.T, request *notificationsv1.ListMessagesRequest) []*notificationsv1.Message {
	t.Helper()
	answer, err := r.clients.Notifications.ListMessages(t.Context(), connect.NewRequest(request))
	require.NoError(t, err)
	return answer.Msg.GetMessages()
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}
