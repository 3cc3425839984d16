package feed

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"nenep/rules/calendar"
)

// words are what a calendar says beside its facts.
type words struct {
	code                           string
	due, ended, nothingLeft        string
	unit, dueDay, caseID, openCase string
	inSevenDays, tomorrow          string
	weekday                        func(calendar.Date) string
}

var vietnamese = words{
	code: "vi",
	due:  "Hạn: ", ended: "Đã kết thúc: ", nothingLeft: "Hồ sơ đã kết thúc, không còn việc phải làm.",
	unit: "Đơn vị: ", dueDay: "Thời hạn: ", caseID: "Mã hồ sơ: ", openCase: "Mở hồ sơ: ",
	inSevenDays: "Còn 07 ngày đến hạn: ", tomorrow: "Ngày mai là hạn cuối: ",
	weekday: calendar.Date.VietnameseWithWeekday,
}

var english = words{
	code: "en",
	due:  "Due: ", ended: "Ended: ", nothingLeft: "The case has ended; nothing is left to do.",
	unit: "Unit: ", dueDay: "Due: ", caseID: "Case: ", openCase: "Open the case: ",
	inSevenDays: "Due in 7 days: ", tomorrow: "Due tomorrow: ",
	weekday: func(d calendar.Date) string { return d.Weekday().String() + " " + d.Vietnamese() },
}

func wordsOf(language string) words {
	if language == english.code {
		return english
	}
	return vietnamese
}

// summary says in the title itself that a case has ended: many programs show a cancelled event like any other.
func (w words) summary(entry Entry) string {
	title := clean(entry.Title)
	if unit := clean(entry.Unit); unit != "" {
		title += " - " + unit
	}
	if entry.Cancelled {
		return w.ended + title
	}
	return w.due + title
}

func (w words) description(entry Entry) string {
	lines := []string{cleanLines(entry.Words)}
	if entry.Cancelled {
		lines = []string{w.nothingLeft}
	}
	for _, fact := range []struct{ label, value string }{
		{w.unit, clean(entry.Unit)}, {w.dueDay, w.weekday(entry.Due)}, {w.caseID, clean(entry.CaseID)}, {w.openCase, pageOf(entry.URL)},
	} {
		if fact.value != "" {
			lines = append(lines, fact.label+fact.value)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// clean makes a fact one line of NFC text. What breaks lines in any program or turns the direction of writing becomes a space.
func clean(value string) string {
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(value, ""))
	return strings.Join(strings.Fields(norm.NFC.String(value)), " ")
}

// cleanLines keeps the line breaks of a text, which a description may have.
func cleanLines(text string) string {
	var lines []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }) {
		if line = clean(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// parameter is a fact inside a property's parameter, where RFC 5545 has no escape for these characters.
func parameter(value string) string {
	return clean(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"';:,\`, r) {
			return ' '
		}
		return r
	}, value))
}
