package notifications

import (
	"strconv"

	unitsv1 "nenep/proto/nenep/units/v1"
)

// failingKey is one for a run of failures.
func failingKey(row fared) string {
	return templateFailing + "/" + row.Channel + "/" + row.OfficialID + "/" + strconv.FormatInt(row.Since, 10)
}

func failingFacts(row fared) map[string]string {
	return map[string]string{"channel": row.Channel, "failures": strconv.Itoa(row.Failures)}
}

// failingLetter tells the owner of a channel that it does not reach him. It is of no case.
func (s *service) failingLetter(p addressee, official *unitsv1.Official, about message, to way) (message, error) {
	lang := p.wants(about.Facts)
	row := message{
		Key: about.Key, OfficialID: official.GetId(), Channel: to.channel, Address: to.address, Template: templateFailing, State: stateWaiting,
		OnDay: today(s.now()).String(), Name: clean(official.GetName()), Subject: lang.failing, Facts: about.Facts, CreatedAt: s.now().UTC(),
		MessageID: mailID(s.courier.domain, about.Key, official.GetId()),
	}
	row.Folded = foldedOf(row)
	l := letter{
		Recipient: lang.comrade + row.Name, Channel: lang.channels[about.Facts["channel"]], Failures: number(about.Facts["failures"]),
		Settings: s.links.settings(), HelpContact: clean(s.help.contact), HelpPhone: clean(s.help.phone),
	}
	var err error
	if isShort(to.channel) {
		row.BodyText = lang.failingShort(l.Channel) + " " + l.Settings
		return row, nil
	}
	if row.BodyText, err = s.letters.text(lang.code, templateFailing, l); err != nil {
		return row, err
	}
	row.BodyHTML, err = s.letters.html(lang.code, row.Subject, row.BodyText, l.Settings)
	return row, err
}
