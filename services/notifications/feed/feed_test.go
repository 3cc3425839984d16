package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/mail"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
)

const everyLetter = "aàảãáạ ăằẳẵắặ âầẩẫấậ bcdđ eèẻẽéẹ êềểễếệ ghiìỉĩíị klmn oòỏõóọ ôồổỗốộ ơờởỡớợ pqrst uùủũúụ ưừửữứự vx yỳỷỹýỵ " +
	"AÀẢÃÁẠ ĂẰẲẴẮẶ ÂẦẨẪẤẬ BCDĐ EÈẺẼÉẸ ÊỀỂỄẾỆ GHIÌỈĨÍỊ KLMN OÒỎÕÓỌ ÔỒỔỖỐỘ ƠỜỞỠỚỢ PQRST UÙỦŨÚỤ ƯỪỬỮỨỰ VX YỲỶỸÝỴ"

var now = time.Date(2026, 12, 1, 1, 30, 0, 0, time.UTC)

// found is a document as python3-icalendar read it.
type found struct {
	Calendars  int               `json:"calendars"`
	Faults     []string          `json:"faults"`
	Children   []string          `json:"children"`
	Properties map[string]string `json:"properties"`
	Events     []foundEvent      `json:"events"`
}

type foundEvent struct {
	UID, Summary, Description, Status, Transp string
	URL, Organizer                            *string
	Sequence                                  int
	Categories                                []string
	Start, StartKind, End, Stamp, Modified    string
	Alarms                                    []foundAlarm
}

type foundAlarm struct {
	Action, Description string
	Trigger             float64
}

// read has the documents read by a parser that is not ours, and fails on whatever that parser finds wrong.
func read(t *testing.T, documents ...[]byte) []found {
	t.Helper()
	const python = "/usr/bin/python3" // Debian's own: its packages are not seen by another
	given, err := json.Marshal(documents)
	require.NoError(t, err)
	command := exec.Command(python, "testdata/read.py")
	var answer, complaint bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(given), &answer, &complaint
	err = command.Run()
	_, missing := os.Stat(python)
	if missing != nil || strings.Contains(complaint.String(), "No module named 'icalendar'") {
		require.Fail(t, "The calendar is checked by Debian's package python3-icalendar, which is missing: apt-get install -y python3-icalendar.")
	}
	require.NoError(t, err, complaint.String())
	var all []found
	require.NoError(t, json.Unmarshal(answer.Bytes(), &all))
	require.Len(t, all, len(documents))
	for i, one := range all {
		require.Equal(t, 1, one.Calendars)
		require.Empty(t, one.Faults)
		wellFolded(t, documents[i])
	}
	return all
}

// wellFolded: RFC 5545 3.1, lines of at most 75 octets that end in CRLF, here also without a letter cut in two.
func wellFolded(t *testing.T, document []byte) {
	t.Helper()
	require.True(t, bytes.HasSuffix(document, []byte("END:VCALENDAR\r\n")))
	for line := range strings.SplitSeq(strings.TrimSuffix(string(document), "\r\n"), "\r\n") {
		require.LessOrEqual(t, len(line), 75, line)
		require.True(t, utf8.ValidString(line), line)
		require.NotContains(t, line, "\n")
		require.NotContains(t, line, "\r")
	}
}

func report() Entry {
	return Entry{
		CaseID: "BC-12/2026/HY-033", Title: "Báo cáo năm 2026", Unit: "Xã Khoái Châu", Words: "Còn thiếu: báo cáo; số liệu, phụ lục.",
		URL: "https://nenep.hungyen.gov.vn/ho-so/BC-12%2F2026%2FHY-033", Due: calendar.MustDate("2026-12-31"), Sequence: 2,
		Changed: time.Date(2026, 11, 20, 8, 0, 0, 0, calendar.Zone),
	}
}

func facts(entries ...Entry) Facts {
	return Facts{Name: "Nề Nếp - Trần Thị Thủy", Domain: "nenep.hungyen.gov.vn", Entries: entries, Now: now}
}

func TestADueDayStandsAllDayOnTheCivilDay(t *testing.T) {
	document := read(t, Calendar(facts(report())))[0]
	require.Equal(t, map[string]string{
		"VERSION": "2.0", "PRODID": "-//Nề Nếp//Thời hạn//VI", "CALSCALE": "GREGORIAN", "NAME": "Nề Nếp - Trần Thị Thủy",
		"X-WR-CALNAME": "Nề Nếp - Trần Thị Thủy", "X-WR-TIMEZONE": "Asia/Ho_Chi_Minh", "X-PUBLISHED-TTL": "PT4H",
	}, document.Properties)
	address := report().URL
	require.Equal(t, []foundEvent{{
		UID: UID("BC-12/2026/HY-033", "nenep.hungyen.gov.vn"), Summary: "Hạn: Báo cáo năm 2026 - Xã Khoái Châu",
		Description: "Còn thiếu: báo cáo; số liệu, phụ lục.\nĐơn vị: Xã Khoái Châu\nThời hạn: thứ Năm, 31/12/2026\n" +
			"Mã hồ sơ: BC-12/2026/HY-033\nMở hồ sơ: " + address,
		URL: &address, Status: "CONFIRMED", Transp: "TRANSPARENT", Sequence: 2, Categories: []string{"Nề Nếp"},
		Start: "2026-12-31", StartKind: "DATE", End: "2027-01-01",
		Stamp: "2026-11-20T01:00:00+00:00", Modified: "2026-11-20T01:00:00+00:00",
		Alarms: []foundAlarm{
			{Action: "DISPLAY", Description: "Còn 07 ngày đến hạn: Báo cáo năm 2026", Trigger: alarmAt("2026-12-24")},
			{Action: "DISPLAY", Description: "Ngày mai là hạn cuối: Báo cáo năm 2026", Trigger: alarmAt("2026-12-30")},
		},
	}}, document.Events)
}

// alarmAt is 07:30 of the day in seconds from the start of 31/12/2026, the same wherever the reader's midnight is.
func alarmAt(day string) float64 {
	return calendar.MustDate(day).At(7, 30).Sub(calendar.MustDate("2026-12-31").At(0, 0)).Seconds()
}

func TestAChangedDayIsTheSameEventAgain(t *testing.T) {
	before, after := report(), report()
	after.Due, after.Sequence, after.Changed = calendar.MustDate("2027-01-15"), 3, now
	both := read(t, Calendar(facts(before)), Calendar(facts(after)))
	require.Equal(t, both[0].Events[0].UID, both[1].Events[0].UID)
	require.Equal(t, 3, both[1].Events[0].Sequence)
	require.Equal(t, "2027-01-15", both[1].Events[0].Start)
	require.NotEqual(t, ETag(Calendar(facts(before))), ETag(Calendar(facts(after))))
}

func TestAnEndedCaseIsCancelledAndRingsNoMore(t *testing.T) {
	ended := report()
	ended.Cancelled = true
	event := read(t, Calendar(facts(ended)))[0].Events[0]
	require.Equal(t, "CANCELLED", event.Status)
	require.Equal(t, "Đã kết thúc: Báo cáo năm 2026 - Xã Khoái Châu", event.Summary)
	require.Contains(t, event.Description, "Hồ sơ đã kết thúc, không còn việc phải làm.")
	require.NotContains(t, event.Description, "Còn thiếu")
	require.Empty(t, event.Alarms)
}

func TestNothingChangedGivesTheSameBytes(t *testing.T) {
	first, second := report(), report()
	second.CaseID = "DT-01/2026/HY-033"
	later := facts(second, first)
	later.Now = now.AddDate(0, 0, 3)
	require.Equal(t, string(Calendar(facts(first, second))), string(Calendar(later)), "neither the hour nor the order of reading")
	require.Regexp(t, `^"[0-9a-f]{32}"$`, ETag(Calendar(later)))
}

func TestACaseStandsOnceAndOnlyWithADueDay(t *testing.T) {
	older, undated := report(), report()
	older.Sequence, older.Due = 1, calendar.MustDate("2026-12-15")
	undated.CaseID, undated.Due = "X", calendar.Date{}
	events := read(t, Calendar(facts(report(), older, undated)))[0].Events
	require.Len(t, events, 1)
	require.Equal(t, "2026-12-31", events[0].Start)
}

func TestAnEmptyCalendarIsStillACalendar(t *testing.T) {
	require.Empty(t, read(t, Calendar(facts()))[0].Events)
}

func TestTheAttachmentIsTheSameEventPublished(t *testing.T) {
	given := facts()
	given.Organizer = mail.Address{Name: `Ban Tuyên giáo; và "Dân vận", Tỉnh ủy: 'HY'`, Address: "nenep@hungyen.gov.vn"}
	all := read(t, Attachment(given, report()), Calendar(facts(report())))
	published, subscribed := all[0].Events[0], all[1].Events[0]
	require.Equal(t, "PUBLISH", all[0].Properties["METHOD"])
	require.NotContains(t, all[1].Properties, "METHOD")
	require.Equal(t, "mailto:nenep@hungyen.gov.vn", *published.Organizer)
	require.Equal(t, "2026-12-01T01:30:00+00:00", published.Stamp)
	published.Organizer, published.Stamp = subscribed.Organizer, subscribed.Stamp
	require.Equal(t, subscribed, published)
}

func TestAnAttachmentMayPublishSeveralEvents(t *testing.T) {
	second, undated := report(), report()
	second.CaseID, second.Due = "CK-01/2026-Q4/HY-033", calendar.MustDate("2026-12-15")
	undated.CaseID, undated.Due = "X", calendar.Date{}
	given := facts()
	given.Organizer = mail.Address{Name: "Nề Nếp", Address: "nenep@hungyen.gov.vn"}
	published := read(t, Attachment(given, report(), second, undated))[0]
	require.Equal(t, "PUBLISH", published.Properties["METHOD"])
	require.Equal(t, []string{"2026-12-15", "2026-12-31"}, []string{published.Events[0].Start, published.Events[1].Start})
	for i, entry := range []Entry{second, report()} {
		sameAs(t, entry, published.Events[i])
		require.Equal(t, "mailto:nenep@hungyen.gov.vn", *published.Events[i].Organizer)
	}
}

func TestAttachmentNames(t *testing.T) {
	for given, want := range map[string]string{
		"BC-12/2026/HY-033":      "han-bc-12-2026-hy-033.ics",
		"2026-12-24":             "han-2026-12-24.ics",
		"../..\r\nX: y":          "han-x-y.ics",
		strings.Repeat("a", 300): "han-" + strings.Repeat("a", 80) + ".ics",
	} {
		require.Equal(t, want, AttachmentName(given))
	}
}

func TestEnglish(t *testing.T) {
	given := facts(report())
	given.Language = "en"
	event := read(t, Calendar(given))[0].Events[0]
	require.Equal(t, "Due: Báo cáo năm 2026 - Xã Khoái Châu", event.Summary)
	require.Contains(t, event.Description, "Due: Thursday 31/12/2026")
}

func TestEveryVietnameseLetterAndLongTitlesArriveWhole(t *testing.T) {
	letters, long := report(), report()
	letters.Title, letters.Words = everyLetter, everyLetter+"\n"+everyLetter
	long.CaseID, long.Title = "dài", strings.TrimSpace(strings.Repeat("Nghị quyết đặc biệt ", 20))
	require.Greater(t, utf8.RuneCountInString(long.Title), 395)
	unbroken := report()
	unbroken.CaseID, unbroken.Title = "liền", strings.Repeat("ượ", 200)
	events := read(t, Calendar(facts(letters, long, unbroken)))[0].Events
	for _, entry := range []Entry{letters, long, unbroken} {
		sameAs(t, entry, eventOf(t, events, entry))
	}
}

func TestAHostileFactForgesNothing(t *testing.T) {
	hostile := []string{
		"x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged\r\nSUMMARY:y", "x\nEND:VCALENDAR", "x\rBEGIN:VALARM", "x\u2028BEGIN:VEVENT",
		"BEGIN:VEVENT", "a\x00b\x85c", "\xff\xfeđ\xc3", "abc\u202edef", "😀,;", ";VALUE=DATE:x", "",
	}
	var documents [][]byte
	var entries []Entry
	for _, text := range hostile {
		entry := report()
		entry.Title, entry.Unit, entry.Words, entry.URL = text, text, text, "https://x.vn/"+text
		given := facts(entry)
		given.Name = text
		entries = append(entries, entry, entry)
		documents = append(documents, Calendar(given), Attachment(given, entry))
	}
	for i, document := range read(t, documents...) {
		require.Equal(t, []string{"VEVENT"}, document.Children)
		sameAs(t, entries[i], document.Events[0])
		require.Len(t, document.Events[0].Alarms, 2)
	}
}

func TestAnAddressThatIsNoPageIsLeftOut(t *testing.T) {
	for _, address := range []string{"", "javascript:alert(1)", "https://x.vn/\r\nBEGIN:VEVENT", "file:///etc/passwd", "x\x00", "mailto:a@b.vn"} {
		entry := report()
		entry.URL = address
		require.NotContains(t, string(Calendar(facts(entry))), "URL", address)
	}
}

// The Debian parser reads an escaped backslash before an n as a line break; what is written is checked against RFC 5545 3.3.11 here.
func TestABackslashIsEscaped(t *testing.T) {
	entry := report()
	entry.Title = `C:\new\n, \;"`
	document := string(Calendar(facts(entry)))
	require.Contains(t, document, `C:\\new\\n\, \\\;"`)
	read, err := ics.ParseCalendar(strings.NewReader(document))
	require.NoError(t, err)
	require.Equal(t, `Hạn: C:\new\n, \;" - Xã Khoái Châu`, read.Events()[0].GetProperty(ics.ComponentPropertySummary).Value)
}

// Many calendars of random entries are read back as the facts they were made from.
func TestAnyEntriesAreReadBackAsTheyWere(t *testing.T) {
	random := rand.New(rand.NewPCG(2026, 12))
	const calendars, most = 60, 40
	given, documents := make([][]Entry, calendars), make([][]byte, calendars)
	for i := range given {
		for j := range random.IntN(most) {
			given[i] = append(given[i], randomEntry(random, j))
		}
		documents[i] = Calendar(facts(given[i]...))
	}
	for i, document := range read(t, documents...) {
		require.Len(t, document.Events, len(given[i]))
		for _, entry := range given[i] {
			sameAs(t, entry, eventOf(t, document.Events, entry))
		}
	}
}

func randomEntry(random *rand.Rand, j int) Entry {
	return Entry{
		CaseID: fmt.Sprintf("%s/%d", randomText(random, 8), j), Title: randomText(random, 450), Unit: randomText(random, 60),
		Words: randomText(random, 200) + "\n" + randomText(random, 200), URL: fmt.Sprintf("https://x.vn/ho-so/%d?q=%d", j, random.Int()),
		Due:      calendar.NewDate(1990+random.IntN(80), time.Month(1+random.IntN(12)), 1+random.IntN(31)),
		Sequence: random.IntN(50), Changed: now.Add(-time.Duration(random.IntN(1e6)) * time.Second), Cancelled: random.IntN(4) == 0,
	}
}

func randomText(random *rand.Rand, most int) string {
	alphabet := []rune(everyLetter + `,;:"'-/<>()  😀`)
	runes := make([]rune, 1+random.IntN(most))
	for i := range runes {
		runes[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(runes)
}

func eventOf(t *testing.T, events []foundEvent, entry Entry) foundEvent {
	t.Helper()
	for _, event := range events {
		if event.UID == UID(entry.CaseID, "nenep.hungyen.gov.vn") {
			return event
		}
	}
	require.Fail(t, "no event of case "+entry.CaseID)
	return foundEvent{}
}

func sameAs(t *testing.T, entry Entry, event foundEvent) {
	t.Helper()
	require.Equal(t, vietnamese.summary(entry), event.Summary)
	require.Contains(t, event.Summary, clean(entry.Title))
	require.Equal(t, vietnamese.description(entry), event.Description)
	require.Equal(t, entry.Due.String(), event.Start)
	require.Equal(t, entry.Due.AddDays(1).String(), event.End)
	require.Equal(t, entry.Sequence, event.Sequence)
	require.Equal(t, entry.Changed.UTC().Format("2006-01-02T15:04:05-07:00"), event.Modified)
	require.Equal(t, map[bool]string{true: "CANCELLED", false: "CONFIRMED"}[entry.Cancelled], event.Status)
	if address := pageOf(entry.URL); address != "" {
		require.Equal(t, address, *event.URL)
	}
}
