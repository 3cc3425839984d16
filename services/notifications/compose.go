package notifications

import (
	"context"
	"strconv"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/services/notifications/channel"
)

// author writes one matter to several people, each in his language and for his channel.
type author struct {
	*service
	m      matter
	common map[string]letter // language → what all recipients read
}

func (s *service) authorOf(m matter) *author {
	return &author{service: s, m: m, common: map[string]letter{}}
}

// letter answers what all recipients of a language read, gathered once.
func (a *author) letter(ctx context.Context, lang language) (letter, error) {
	if known, found := a.common[lang.code]; found {
		return known, nil
	}
	l, err := a.gather(ctx, a.m.in(lang))
	if err == nil {
		a.common[lang.code] = l
	}
	return l, err
}

// row is the matter to one holder over one channel.
func (a *author) row(ctx context.Context, holder *unitsv1.Holder, p addressee, to way, state string) (message, error) {
	lang := p.wants(a.m.facts)
	common, err := a.letter(ctx, lang)
	if err != nil {
		return message{}, err
	}
	if common.Recipient, err = a.addressed(ctx, lang, holder); err != nil {
		return message{}, err
	}
	m := a.m.in(lang)
	row := m.row(a.now(), state)
	row.OfficialID, row.Name, row.Channel, row.Address = holder.GetOfficial().GetId(), clean(holder.GetOfficial().GetName()), to.channel, to.address
	row.DelegatedBy = holder.GetDelegatedBy()
	row.MessageID = mailID(a.courier.domain, m.key, row.OfficialID)
	common.Body = clean(holder.GetUnit().GetName())
	return a.worded(m, row, common)
}

// worded writes the row's text for its channel.
func (a *author) worded(m matter, row message, l letter) (message, error) {
	lang := languageOf(m.facts)
	row.Subject = m.subject(lang, l.Unit)
	row.Folded = foldedOf(row)
	if isShort(row.Channel) {
		row.Code = a.links.shortCode(m.key, row.OfficialID, row.Channel)
		row.BodyText = shortText(lang, m, l, a.links.short(row.Code))
		return row, nil
	}
	made, err := a.links.make(m.caseID, row.OfficialID, a.now())
	if err != nil {
		return row, err
	}
	l.Link, l.LinkUntil = made.address, made.until.Vietnamese()
	if row.BodyText, err = a.letters.text(lang.code, letterName(m, l), l); err != nil {
		return row, err
	}
	row.BodyHTML, err = a.letters.html(lang.code, row.Subject, row.BodyText, made.address)
	return row, err
}

func foldedOf(row message) string { return fold(row.Subject, row.Name, row.CaseID) }

// isShort tells the channels that carry a line and not a letter.
func isShort(channel string) bool {
	return channel == channelSMS || channel == channelZalo || channel == channelWebhook
}

// addressed is how a letter names its recipient; a delegate with him in whose place he stands.
func (s *service) addressed(ctx context.Context, lang language, holder *unitsv1.Holder) (string, error) {
	if holder.GetDelegatedBy() == "" {
		return recipient(lang, holder, ""), nil
	}
	from, err := s.official(ctx, holder.GetDelegatedBy())
	return recipient(lang, holder, clean(from.GetName())), err
}

func recipient(lang language, holder *unitsv1.Holder, delegator string) string {
	who := lang.comrade + clean(holder.GetOfficial().GetName())
	if delegator != "" {
		who += ", " + lang.instead + delegator
	}
	if held := post(clean(holder.GetPosition().GetTitle()), clean(holder.GetUnit().GetName())); held != "" {
		who += ", " + held
	}
	return who
}

// shortText is the matter in a line: the case, its day, how it stands; what does not fit is cut, the link never.
func shortText(lang language, m matter, l letter, link string) string {
	words, more := shortWordsOf(lang, m, l)
	if text := joined(" ", words, more, link); len([]rune(text)) <= shortLetter {
		return text
	}
	return channel.ShortText(words, link)
}

func shortWordsOf(lang language, m matter, l letter) (words, more string) {
	words = "Nề Nếp: " + m.caseID
	due, known := dayOf(m.dueFact())
	if known && dueTemplates[m.template] {
		if n := countMissing(m.facts["missing"]); n > 0 {
			more = lang.short.missing(n)
		}
		return words + lang.short.due + due.Vietnamese() + ", " + lang.short.standing(l, due, m.on) + ".", more
	}
	words += ", " + lang.said(m.template)
	if m.template == "returned" && known {
		words += ", " + lang.short.again + due.Vietnamese()
	}
	return words + ".", ""
}

// shortLetter is two parts of a text message with Vietnamese letters.
const shortLetter = 134

// shortWords are what a text message says in a language.
type shortWords struct {
	due, again        string
	soon, today       string
	overdue, returned string
	missing           func(int) string
	left, late        func(string) string
	digest            func(day, count, overdue string) string
}

// said is what a text message says of a matter whose day it does not know or need.
func (lang language) said(template string) string {
	switch {
	case template == "returned":
		return lang.short.returned
	case isReminder(template):
		return lang.short.soon
	case dueTemplates[template]:
		return lang.short.overdue
	default:
		return lang.others[template]
	}
}

func (w shortWords) standing(l letter, due, on calendar.Date) string {
	switch {
	case due == on:
		return w.today
	case due.After(on):
		return w.left(counted(due.Sub(on)))
	case l.Late == "":
		return w.overdue
	default:
		return w.late(l.Late)
	}
}

func countMissing(fact string) int {
	if list(fact) == "" {
		return 0
	}
	n := 1
	for _, r := range list(fact) {
		if r == ';' {
			n++
		}
	}
	return n
}

var shortVietnamese = shortWords{
	due: " hạn ", again: "nộp lại chậm nhất ", soon: "sắp đến hạn", today: "hôm nay là hạn cuối", overdue: "đã quá hạn", returned: "trả lại để bổ sung, hoàn thiện",
	missing: func(n int) string { return "Còn thiếu " + strconv.Itoa(n) + " mục." },
	left:    func(n string) string { return "còn " + n + " ngày" },
	late:    func(n string) string { return "quá hạn " + n + " ngày làm việc" },
	digest: func(day, count, overdue string) string {
		return "Nề Nếp: sáng " + day + " có " + count + " việc, " + overdue + " quá hạn."
	},
}

var shortEnglish = shortWords{
	due: " due ", again: "submit again by ", soon: "due soon", today: "due today", overdue: "overdue", returned: "returned to be completed",
	missing: func(n int) string { return strconv.Itoa(n) + " missing." },
	left:    func(n string) string { return n + " days left" },
	late:    func(n string) string { return n + " working days late" },
	digest: func(day, count, overdue string) string {
		return "Nề Nếp: morning of " + day + ", " + count + " matters, " + overdue + " overdue."
	},
}
