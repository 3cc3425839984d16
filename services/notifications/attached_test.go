package notifications

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// calendarOf is the calendar a mail carries, lines unfolded, and its file's name.
func calendarOf(t *testing.T, m received) (content, name string) {
	t.Helper()
	_, parts := opened(t, m.raw)
	for _, part := range parts {
		if part.kind == "text/calendar" {
			require.Empty(t, content, "one calendar a mail")
			require.Equal(t, "PUBLISH", part.params["method"])
			content, name = strings.ReplaceAll(string(part.content), "\r\n ", ""), part.name
		}
	}
	return content, name
}

func TestADigestCarriesTheDeadlinesOfTheNextThirtyDaysInOneCalendar(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q4", "opened", "2027-01-23"))
	h.mustTell(matterFor("BC-06/UBND-12205-2507/2026-H2", "opened", "2027-01-24"))
	h.mustTell(matterFor("CK-01/UBND-12205-2507/2026-Q3", "overdue-head", "2026-12-21"))
	h.mustDigest("2026-12-24")
	content, name := calendarOf(t, h.relay.taken()[0])
	require.Equal(t, "han-2026-12-24.ics", name)
	require.Equal(t, 1, strings.Count(content, "METHOD:PUBLISH"))
	require.Equal(t, []string{"20261231", "20270123"}, startsOf(content))
	require.Contains(t, content, "SUMMARY;LANGUAGE=vi:Hạn: Hội nghị trao đổi\\, đối thoại với Nhân dân - Ủy ban nhân dân xã Khoái Châu")
	require.Contains(t, content, "URL:https://nenep.hungyen.example/h/"+exampleCase)
}

func TestADigestWithoutADeadlineNearCarriesNoCalendar(t *testing.T) {
	h := newHouse(t)
	h.mustTell(matterFor("GSX-01/UBND-12205-2507/2026", "accepted", ""))
	h.mustDigest("2026-12-24")
	_, name := calendarOf(t, h.relay.taken()[0])
	require.Empty(t, name)
}

func TestADigestSentAgainCarriesTheSameCalendar(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.relay.onTaken = h.cutConnections
	_, err := h.digest("2026-12-24")
	require.Error(t, err)
	h.relay.onTaken = nil
	h.at("2026-12-24 08:10")
	h.restart()
	h.mustDigest("2026-12-24")
	require.Len(t, h.relay.taken(), 2)
	first, _ := calendarOf(t, h.relay.taken()[0])
	again, _ := calendarOf(t, h.relay.taken()[1])
	require.NotEmpty(t, first)
	require.Equal(t, first, again)
}

func TestTheCalendarOfADigestAndTheFeedAreOfOneRevision(t *testing.T) {
	h := newHouse(t)
	h.town.cases = map[string]*reportsv1.Case{exampleCase: caseDue(exampleCase, "2026-12-31", openStates[0], "2026-12-01T00:00:00Z")}
	address := h.openFeed()
	_, err := h.feed(address)
	require.NoError(t, err)
	h.town.cases[exampleCase] = caseDue(exampleCase, "2027-01-15", openStates[0], "2026-12-24T00:00:00Z")
	read, err := h.feed(address)
	require.NoError(t, err)
	h.mustTell(matterFor(exampleCase, "extension-granted", "2027-01-15"))
	h.mustDigest("2026-12-24")
	content, _ := calendarOf(t, h.relay.taken()[0])
	require.Contains(t, content, "SEQUENCE:1")
	uid := regexp.MustCompile(`UID:\S+`)
	require.Equal(t, uid.FindString(string(read.GetCalendar())), uid.FindString(content))
}

func TestOfACaseTheLastWordOnItsDayStandsInTheCalendar(t *testing.T) {
	row := func(id int64, caseID, template, due string) message {
		return message{ID: id, CaseID: caseID, Template: template, Facts: map[string]string{"due_day": due}}
	}
	for name, c := range map[string]struct {
		rows []message
		want []int64
	}{
		"today":                      {[]message{row(1, "A", "reminder", "2026-12-24")}, []int64{1}},
		"in thirty days":             {[]message{row(1, "A", "opened", "2027-01-23")}, []int64{1}},
		"later":                      {[]message{row(1, "A", "opened", "2027-01-24")}, nil},
		"past":                       {[]message{row(1, "A", "reminder", "2026-12-23")}, nil},
		"no day":                     {[]message{row(1, "A", "opened", "")}, nil},
		"moved":                      {[]message{row(1, "A", "reminder", "2026-12-30"), row(2, "A", "extension-granted", "2027-01-10")}, []int64{2}},
		"moved out of sight":         {[]message{row(1, "A", "reminder", "2026-12-30"), row(2, "A", "extension-granted", "2027-03-10")}, nil},
		"ended":                      {[]message{row(1, "A", "opened", "2026-12-30"), row(2, "A", "accepted", "2026-12-30")}, nil},
		"a step's day is another":    {[]message{row(1, "A", "reminder", "2026-12-30"), row(2, "A", "step-reminder", "2026-12-26")}, []int64{1}},
		"an entry's day is another":  {[]message{row(1, "A", "item-reminder", "2026-12-26")}, nil},
		"owed by somebody else":      {[]message{row(1, "A", "waiting", "2026-12-30"), row(2, "B", "extension-requested", "2026-12-30")}, nil},
		"two cases, each by its own": {[]message{row(1, "A", "reminder", "2026-12-30"), row(2, "B", "returned", "2026-12-28")}, []int64{1, 2}},
	} {
		var got []int64
		for _, kept := range dueWithin(c.rows, calendar.MustDate("2026-12-24")) {
			got = append(got, kept.ID)
		}
		require.Equal(t, c.want, got, name)
	}
}

func startsOf(content string) (days []string) {
	for _, found := range regexp.MustCompile(`DTSTART;VALUE=DATE:(\d{8})`).FindAllStringSubmatch(content, -1) {
		days = append(days, found[1])
	}
	return days
}
