package notifications

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"nenep/rules/calendar"
	"nenep/services/notifications/feed"
)

// calendarEntry is the attachment of a reminder: the same event as in the feed. A case without a due day has none.
func (s *service) calendarEntry(ctx context.Context, row message) []attachment {
	due, ok := dayOf(row.Facts["due_day"])
	if !ok || row.Template != "reminder" {
		return nil
	}
	lang, m, unit := languageOf(row.Facts), matterOf(row), ""
	if known, err := s.unit(ctx, m.unitID, m.on); err == nil {
		unit = nameOf(lang, known.GetUnit(), m.unitID)
	}
	entry := revisedEntry(s.db.WithContext(ctx), s.attachedEntry(row, due, unit))
	return s.attached(lang, row.CreatedAt, row.CaseID, entry)
}

// attachedDays is how far the calendar of a digest looks, in calendar days.
const attachedDays = 30

// deadlines is the attachment of a digest: the events of the cases it names that are due within attachedDays. It is the same however
// often the digest is sent. Where something is away the digest leaves without it.
func (r *digestRound) deadlines(db *gorm.DB, mail digest) []attachment {
	day, _ := dayOf(mail.Day)
	var rows []message
	if err := db.Omit("body_text", "body_html").Where("digest_id = ?", mail.ID).Order("id").Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil
	}
	if _, known := r.people[mail.OfficialID]; !known && r.learnPeople([]string{mail.OfficialID}) != nil {
		return nil
	}
	lang := r.people[mail.OfficialID].wants(rows[0].Facts)
	var entries []feed.Entry
	for _, row := range dueWithin(rows, day) {
		due, _ := dayOf(row.Facts["due_day"])
		unit, _ := r.unitName(db.Statement.Context, lang, row.UnitID)
		entries = append(entries, revisedEntry(db, r.attachedEntry(row, due, unit)))
	}
	if len(entries) == 0 {
		return nil
	}
	return r.attached(lang, mail.CreatedAt, mail.Day, entries...)
}

// dueWithin are the rows by which cases stand in a digest's calendar: of each case the last that says its own day, unless a later one
// ends it.
func dueWithin(rows []message, day calendar.Date) []message {
	last := map[string]int64{}
	for _, row := range rows {
		if slices.Contains(datedTemplates, row.Template) || slices.Contains(endingTemplates, row.Template) {
			last[row.CaseID] = max(last[row.CaseID], row.ID)
		}
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row message) bool {
		due, ok := dayOf(row.Facts["due_day"])
		return last[row.CaseID] != row.ID || !slices.Contains(datedTemplates, row.Template) || !ok || due.Before(day) || due.Sub(day) > attachedDays
	})
}

// datedTemplates are of a case that the reader's unit still owes, and say the case's own day: a step's or an entry's day is no day of the
// case, under whose UID it would stand.
var datedTemplates = []string{
	"opened", "reminder", "returned", "extension-granted", "extension-refused", "extension-revoked", "explanation-revoked", "recalculated",
	"amended", "taken-over",
}

// endingTemplates are of a case from which nothing is left to be done.
var endingTemplates = []string{"accepted", "exempted", "withdrawn", "transferred"}

func (s *service) attachedEntry(row message, due calendar.Date, unit string) feed.Entry {
	return feed.Entry{CaseID: row.CaseID, Title: matterOf(row).title(), Unit: unit, Due: due, Changed: row.CreatedAt,
		URL: strings.TrimSuffix(s.links.portal, "/") + casePath + row.CaseID}
}

// revisedEntry is the entry as calendars that subscribe have it, if they have this day of it.
func revisedEntry(db *gorm.DB, entry feed.Entry) feed.Entry {
	var at []revision
	if db.Where("case_id = ? AND due_day = ?", entry.CaseID, entry.Due.String()).Limit(1).Find(&at).Error == nil && len(at) > 0 {
		entry.Sequence, entry.Changed = at[0].Sequence, at[0].ChangedAt
	}
	return entry
}

// attached is the file of entries, named after the case or the day they are of.
func (s *service) attached(lang language, at time.Time, of string, entries ...feed.Entry) []attachment {
	content := feed.Attachment(feed.Facts{
		Domain: s.courier.domain, Language: lang.code, Now: at, Organizer: mail.Address{Name: "Nề Nếp", Address: s.courier.from},
	}, entries...)
	return []attachment{{name: feed.AttachmentName(of), kind: feed.ContentType + "; method=PUBLISH", content: content}}
}
