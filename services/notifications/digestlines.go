package notifications

import (
	"slices"
	"strings"

	"nenep/rules/calendar"
)

// Groups of a digest, the most pressing first.
const (
	groupOverdue = iota
	groupReturned
	groupToday
	groupWeek
	groupLater
	groupOther
	groupCount
)

// weekDays is how far the fourth group looks, in calendar days.
const weekDays = 7

// digestLetter is every field the digest's template may use.
type digestLetter struct {
	Recipient, Day, Count, Units, LinkUntil string
	LeavesAt, HelpContact, HelpPhone        string
	Done, Settings                          string // what was finished since the last digest; the page of preferences
	Groups                                  []digestGroup
}

type digestGroup struct {
	Number, Name, Count string
	Of                  []digestUnit
}

type digestUnit struct {
	Unit  string
	Lines []digestLine
}

type digestLine struct {
	Title, Period, CaseID, What, Missing string
	Next, NextDay, Link, For             string // For: in whose place it is told

	unit  string
	group int
}

// lineOf is what the digest of a day says of a waiting row.
func lineOf(lang language, row message, unit string, day calendar.Date, days *calendar.Calendar) digestLine {
	m := matterOf(row)
	l := digestLine{
		Title: m.title(), Period: lang.inPeriod(m.period()), CaseID: m.caseID, Missing: list(m.facts["missing"]),
		Next: lang.roles[m.facts["next_role"]], NextDay: plainDay(m.facts["next_day"]), unit: unit,
	}
	due, known := dayOf(m.dueFact())
	l.group = groupOf(m.template, due, known, day)
	l.What = whatOf(lang, m, l.group, due, day, days)
	return l
}

func groupOf(template string, due calendar.Date, known bool, day calendar.Date) int {
	switch {
	case template == "returned":
		return groupReturned
	case !dueTemplates[template]:
		return groupOther
	case strings.HasPrefix(template, "overdue") || template == "item-overdue" || template == "step-overdue" || known && due.Before(day):
		return groupOverdue
	case known && due == day:
		return groupToday
	case known && due.Sub(day) <= weekDays:
		return groupWeek
	default:
		return groupLater
	}
}

func whatOf(lang language, m matter, group int, due, day calendar.Date, days *calendar.Calendar) string {
	if lang.code == english.code {
		return whatInEnglish(m, group, due, day, days)
	}
	owed := due.VietnameseWithWeekday()
	if ofItems(m.template) {
		return joined(", ", joined(" ", number(m.facts["items_count"]), phrase(m.facts["item_title"])), after("hạn sớm nhất ", due.Vietnamese()))
	}
	switch {
	case group == groupOther && !dueTemplates[m.template]:
		return joined(", ", lang.others[m.template], after("hạn ", due.Vietnamese()))
	case due.IsZero():
		return map[int]string{groupOverdue: "đã quá hạn", groupReturned: "trả lại để bổ sung, hoàn thiện"}[group]
	case group == groupOverdue:
		late, _ := days.WorkingDaysBetween(due, day)
		return joined(", ", "hạn "+due.Vietnamese(), "quá hạn "+counted(late)+" ngày làm việc")
	case group == groupReturned:
		return "nộp lại chậm nhất " + owed
	case group == groupToday:
		return "hạn " + due.Vietnamese()
	default:
		return joined(", ", "hạn "+owed, "còn "+counted(due.Sub(day))+" ngày")
	}
}

func whatInEnglish(m matter, group int, due, day calendar.Date, days *calendar.Calendar) string {
	owed := english.weekday(due)
	if ofItems(m.template) {
		return joined(", ", joined(" ", number(m.facts["items_count"]), phrase(m.facts["item_title_en"])), after("first due ", due.Vietnamese()))
	}
	switch {
	case group == groupOther && !dueTemplates[m.template]:
		return joined(", ", english.others[m.template], after("due ", due.Vietnamese()))
	case due.IsZero():
		return map[int]string{groupOverdue: "overdue", groupReturned: "returned to be completed"}[group]
	case group == groupOverdue:
		late, _ := days.WorkingDaysBetween(due, day)
		return joined(", ", "due "+due.Vietnamese(), counted(late)+" working days late")
	case group == groupReturned:
		return "submit again by " + owed
	case group == groupToday:
		return "due " + due.Vietnamese()
	default:
		return joined(", ", "due "+owed, counted(due.Sub(day))+" days left")
	}
}

func after(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), separator)
}

// oncePerCase keeps one line of a case that is still to be done, one of each of its steps that are due by themselves, and one of its
// entries, the last one written: a person on two rungs reads it once. Lines that tell something else stay.
func oncePerCase(rows []message) []message {
	type matterKind struct {
		caseID, step string
		items        bool
	}
	kindOf := func(row message) matterKind {
		kind := matterKind{caseID: row.CaseID, items: ofItems(row.Template)}
		if ofStep(row.Template) {
			kind.step = row.Facts["step_id"]
		}
		return kind
	}
	last := map[matterKind]int64{}
	for _, row := range rows {
		if dueTemplates[row.Template] {
			last[kindOf(row)] = max(last[kindOf(row)], row.ID)
		}
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row message) bool { return dueTemplates[row.Template] && row.ID != last[kindOf(row)] })
}

// grouped puts lines under their groups and units, in the order they came.
func grouped(lang language, lines []digestLine) []digestGroup {
	var groups []digestGroup
	for kind := range groupCount {
		units := byUnit(lines, kind)
		if len(units) == 0 {
			continue
		}
		n := 0
		for _, unit := range units {
			n += len(unit.Lines)
		}
		groups = append(groups, digestGroup{Number: string(rune('1' + len(groups))), Name: lang.groups[kind], Count: counted(n), Of: units})
	}
	return groups
}

func byUnit(lines []digestLine, kind int) []digestUnit {
	var units []digestUnit
	for _, line := range lines {
		if line.group != kind {
			continue
		}
		at := slices.IndexFunc(units, func(unit digestUnit) bool { return unit.Unit == line.unit })
		if at < 0 {
			at = len(units)
			units = append(units, digestUnit{Unit: line.unit})
		}
		units[at].Lines = append(units[at].Lines, line)
	}
	return units
}

// digestSubject counts the groups and leaves out those that are empty.
func digestSubject(lang language, day calendar.Date, lines []digestLine) string {
	var counts [groupCount]int
	for _, line := range lines {
		counts[line.group]++
	}
	var said []string
	for kind, n := range counts {
		if n > 0 {
			said = append(said, counted(n)+" "+lang.subject[kind])
		}
	}
	start := "[Nề Nếp] Sáng "
	if lang.code == english.code {
		start = "[Nề Nếp] Morning of "
	}
	return start + day.Vietnamese() + ": " + strings.Join(said, ", ")
}
