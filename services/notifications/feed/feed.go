// Package feed writes the deadlines of an official as an iCalendar document (RFC 5545): one event a case, standing all day on the
// civil day of the due date. It reads nothing and keeps nothing: the same facts give the same bytes.
package feed

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"nenep/rules/calendar"
)

// Facts are a calendar and what stands in it.
type Facts struct {
	Name     string // of the calendar, as a calendar program lists it
	Domain   string // of the installation's mail: the right side of every UID
	Language string // "vi" (default) or "en"
	Entries  []Entry
	// Now stamps an attachment, and an entry that does not say when it changed. A calendar whose entries all say it does not
	// depend on Now: its [ETag] stays while nothing changes.
	Now time.Time
	// Organizer stands in attachments only, as RFC 5546 asks of what is published by mail; a zero address is left out.
	Organizer mail.Address
}

// Entry is a case with its due day. An entry without a due day is left out of a calendar.
type Entry struct {
	CaseID, Title, Unit string
	Words               string // what is asked; may have several lines
	URL                 string // the page of the case; left out unless it is http or https
	Due                 calendar.Date
	Sequence            int       // how often the due day changed: RFC 5545 SEQUENCE
	Changed             time.Time // the last change of anything said here
	Cancelled           bool      // the case has ended: a program that showed it is told so, and no alarm rings
}

// Calendar is the document behind a feed's address. It carries no METHOD: a subscription is no message. Entries stand by due day and
// case; of two entries of one case the one with the higher sequence stands, as a UID may occur once.
func Calendar(facts Facts) []byte {
	words := wordsOf(facts.Language)
	document := ics.NewCalendarFor("")
	head(document, words)
	document.SetName(clean(facts.Name))
	document.SetXWRTimezone("Asia/Ho_Chi_Minh")
	document.SetRefreshInterval(refresh, ics.WithValue("DURATION"))
	document.SetXPublishedTTL(refresh)
	for _, entry := range oncePerCase(facts.Entries) {
		addEvent(document, facts, entry, cmp.Or(entry.Changed.UTC(), facts.Now.UTC()))
	}
	return serialized(document)
}

// Attachment is entries as a mail carries them (METHOD:PUBLISH): the same events, under the same UIDs and in the same order, as the feed's.
func Attachment(facts Facts, entries ...Entry) []byte {
	document := ics.NewCalendarFor("")
	head(document, wordsOf(facts.Language))
	document.SetMethod(ics.MethodPublish)
	for _, entry := range oncePerCase(entries) {
		event := addEvent(document, facts, entry, facts.Now.UTC())
		if facts.Organizer.Address != "" {
			name := &ics.KeyValues{Key: "CN", Value: []string{parameter(facts.Organizer.Name)}}
			event.SetOrganizer("mailto:"+clean(facts.Organizer.Address), name)
		}
	}
	return serialized(document)
}

// AttachmentName is the attachment's file name, "han-hn-01-2026-33.ics": ASCII whatever the case, or the day of many cases, is called.
func AttachmentName(of string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(of))
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' }), "-")
	return "han-" + name[:min(len(name), 80)] + ".ics"
}

// ContentType is the media type of both documents.
const ContentType = "text/calendar; charset=utf-8"

// ETag is a strong entity tag (RFC 9110) of a document, quotes included.
func ETag(document []byte) string {
	sum := sha256.Sum256(document)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// UID names a case to calendar programs, now and ever: the case's number is hashed, since a UID takes ASCII without spaces, and a
// number may hold more.
func UID(caseID, domain string) string {
	sum := sha256.Sum256([]byte(caseID))
	return hex.EncodeToString(sum[:16]) + "@" + cmp.Or(clean(domain), "nenep")
}

const (
	refresh = "PT4H"

	// An all-day event begins at 00:00 of the reader's own day, so 07:30 on an earlier day is that many hours before it.
	sevenDaysBefore = "-P6DT16H30M"
	oneDayBefore    = "-PT16H30M"
)

func head(document *ics.Calendar, words words) {
	document.SetProductId("-//Nề Nếp//Thời hạn//" + strings.ToUpper(words.code))
	document.SetCalscale("GREGORIAN")
}

// oncePerCase sorts too, so that the order in which cases were read changes no byte.
func oncePerCase(entries []Entry) []Entry {
	newest := map[string]Entry{}
	for _, entry := range entries {
		held, found := newest[entry.CaseID]
		if !entry.Due.IsZero() && (!found || newer(entry, held)) {
			newest[entry.CaseID] = entry
		}
	}
	once := make([]Entry, 0, len(newest))
	for _, entry := range newest {
		once = append(once, entry)
	}
	slices.SortFunc(once, func(a, b Entry) int {
		return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.CaseID, b.CaseID))
	})
	return once
}

func newer(a, b Entry) bool {
	return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), a.Changed.Compare(b.Changed)) > 0
}

func addEvent(document *ics.Calendar, facts Facts, entry Entry, stamp time.Time) *ics.VEvent {
	words := wordsOf(facts.Language)
	language := &ics.KeyValues{Key: "LANGUAGE", Value: []string{words.code}}
	event := document.AddEvent(UID(entry.CaseID, facts.Domain))
	event.SetDtStampTime(stamp)
	event.SetModifiedAt(cmp.Or(entry.Changed.UTC(), facts.Now.UTC()))
	event.SetSequence(max(entry.Sequence, 0))
	event.SetAllDayStartAt(entry.Due.At(0, 0))
	event.SetAllDayEndAt(entry.Due.AddDays(1).At(0, 0))
	event.SetTimeTransparency(ics.TransparencyTransparent)
	event.SetSummary(words.summary(entry), language)
	event.SetDescription(words.description(entry), language)
	event.AddCategory("Nề Nếp")
	if address := pageOf(entry.URL); address != "" {
		event.SetURL(address)
	}
	if entry.Cancelled {
		event.SetStatus(ics.ObjectStatusCancelled)
		return event
	}
	event.SetStatus(ics.ObjectStatusConfirmed)
	addAlarm(event, sevenDaysBefore, words.inSevenDays+clean(entry.Title))
	addAlarm(event, oneDayBefore, words.tomorrow+clean(entry.Title))
	return event
}

func addAlarm(event *ics.VEvent, trigger, text string) {
	alarm := event.AddAlarm()
	alarm.SetAction(ics.ActionDisplay)
	alarm.SetTrigger(trigger)
	alarm.SetDescription(text)
}

// pageOf lets through only what a calendar program may open; an URL property is written unescaped.
func pageOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return ""
	}
	parsed.RawQuery = parsed.Query().Encode()
	return parsed.String()
}

// serialized ends lines as RFC 5545 3.1 says: the library's own choice is that of the machine it runs on.
func serialized(document *ics.Calendar) []byte {
	return []byte(document.Serialize(ics.WithNewLineWindows, ics.WithLineLength(75)))
}
