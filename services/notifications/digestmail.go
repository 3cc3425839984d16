package notifications

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// laidAtOnce is how many digests are written in one transaction.
const laidAtOnce = 200

// laid is a digest with the rows it tells.
type laid struct {
	mail digest
	rows []int64
}

// layAll writes the digests of all who have something waiting and ties the rows to them.
func (r *digestRound) layAll(ctx context.Context) error {
	rows, err := r.waiting(ctx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(byOfficial(rows), laidAtOnce) {
		var ready []laid
		for _, mine := range some {
			mail, err := r.written(ctx, mine)
			if err != nil {
				return err
			}
			one := laid{mail: mail}
			for _, row := range mine {
				one.rows = append(one.rows, row.ID)
			}
			ready = append(ready, one)
		}
		if err := r.lay(ready); err != nil {
			return err
		}
	}
	return nil
}

// lay stores digests and ties their rows, all or none. A row is in one digest only.
func (r *digestRound) lay(ready []laid) error {
	return r.db.Transaction(func(tx *gorm.DB) error {
		mails := make([]digest, len(ready))
		for i, one := range ready {
			mails[i] = one.mail
		}
		if err := tx.Create(&mails).Error; err != nil {
			return err
		}
		var rows, digests []int64
		for i, one := range ready {
			for _, row := range one.rows {
				rows, digests = append(rows, row), append(digests, mails[i].ID)
			}
		}
		tied := tx.Exec(`UPDATE messages SET digest_id = tied.digest FROM unnest(?::bigint[], ?::bigint[]) AS tied (message, digest)
			WHERE messages.id = tied.message AND messages.state = ? AND messages.digest_id IS NULL`, listed(rows), listed(digests), stateWaiting)
		if tied.Error == nil && tied.RowsAffected != int64(len(rows)) {
			return errTakenMeanwhile
		}
		return tied.Error
	})
}

// errTakenMeanwhile: a message of this digest left alone while the digest was written.
var errTakenMeanwhile = wire.Refuse(contract.CodeUnavailable,
	"Một thư vừa được gửi riêng trong lúc lập bản tổng hợp. Hệ thống tự lập lại.",
	"A message was sent alone while the digest was made. The digest is made again.")

func (r *digestRound) written(ctx context.Context, rows []message) (digest, error) {
	lang := r.people[rows[0].OfficialID].wants(rows[0].Facts)
	told := oncePerCase(rows)
	lines, addresses, err := r.lines(ctx, lang, told)
	if err != nil {
		return digest{}, err
	}
	if isShort(rows[0].Channel) {
		return r.short(lang, rows[0], lines), nil
	}
	fields := digestLetter{
		Recipient: lang.comrade + rows[0].Name, Day: r.day.Vietnamese(), Count: counted(len(lines)), Units: counted(countUnits(told)),
		LinkUntil: calendar.DateOf(r.now()).AddDays(linkDays).Vietnamese(), LeavesAt: r.window, Settings: r.links.settings(),
		HelpContact: clean(r.help.contact), HelpPhone: clean(r.help.phone), Groups: grouped(lang, lines), Done: r.finished(lang, rows),
	}
	if holder, err := r.holderNow(ctx, rows[0]); err != nil {
		return digest{}, err
	} else if holder != nil && holder.GetDelegatedBy() == "" {
		fields.Recipient = recipient(lang, holder, "")
	}
	return r.seal(lang, rows[0], fields, lines, append(addresses, fields.Settings))
}

func (r *digestRound) holderNow(ctx context.Context, row message) (*unitsv1.Holder, error) {
	found, err := r.seatOf(ctx, row)
	if err != nil || row.UnitID == "" {
		return nil, err
	}
	for _, holder := range found.holders {
		if holder.GetOfficial().GetId() == row.OfficialID {
			return holder, nil
		}
	}
	return nil, nil
}

// mostDone bounds what a digest says of finished cases.
const mostDone = 20

// finished is what was done since the person's last digest and is told by no line of this one.
func (r *digestRound) finished(lang language, rows []message) string {
	var said []string
	for _, one := range r.done[rows[0].OfficialID] {
		if !slices.ContainsFunc(rows, func(row message) bool { return row.CaseID == one.caseID }) && len(said) < mostDone {
			said = append(said, one.words(lang))
		}
	}
	return strings.Join(said, "; ")
}

func countUnits(rows []message) int {
	seen := map[string]bool{}
	for _, row := range rows {
		seen[row.UnitID] = true
	}
	return len(seen)
}

func (r *digestRound) lines(ctx context.Context, lang language, rows []message) (lines []digestLine, addresses []string, err error) {
	for _, row := range rows {
		unit, err := r.unitName(ctx, lang, row.UnitID)
		if err != nil {
			return nil, nil, err
		}
		said := lineOf(lang, row, unit, r.day, r.days)
		if said.For, err = r.standsFor(ctx, lang, row); err != nil {
			return nil, nil, err
		}
		made, err := r.links.make(row.CaseID, row.OfficialID, r.now())
		if err != nil {
			return nil, nil, err
		}
		said.Link = made.address
		lines, addresses = append(lines, said), append(addresses, made.address)
	}
	return lines, addresses, nil
}

// standsFor names him in whose place the person reads a line, or the role that nobody holds.
func (r *digestRound) standsFor(ctx context.Context, lang language, row message) (string, error) {
	vacancy := lang.vacant[row.VacantRole].line
	holder, err := r.holderNow(ctx, row)
	if err != nil || holder.GetDelegatedBy() == "" {
		return vacancy, err
	}
	name, err := r.delegator(ctx, holder.GetDelegatedBy())
	return joined("; ", after(lang.instead, name), vacancy), err
}

func (r *digestRound) unitName(ctx context.Context, lang language, id string) (string, error) {
	if _, known := r.units[id]; !known {
		found, err := r.unit(ctx, id, r.day)
		if err != nil {
			return "", err
		}
		r.units[id] = found.GetUnit()
	}
	return nameOf(lang, r.units[id], id), nil
}

func (r *digestRound) seal(lang language, to message, fields digestLetter, lines []digestLine, addresses []string) (digest, error) {
	text, err := r.letters.text(lang.code, "digest", fields)
	if err != nil {
		return digest{}, err
	}
	out := r.envelope(to, digestSubject(lang, r.day, lines), text, len(lines))
	out.BodyHTML, err = r.letters.html(lang.code, out.Subject, text, addresses...)
	return out, err
}

// short is a digest as a text message.
func (r *digestRound) short(lang language, to message, lines []digestLine) digest {
	overdue := 0
	for _, line := range lines {
		if line.group == groupOverdue {
			overdue++
		}
	}
	text := lang.short.digest(r.day.Vietnamese(), counted(len(lines)), counted(overdue)) + " " + strings.TrimSuffix(r.links.portal, "/")
	return r.envelope(to, digestSubject(lang, r.day, lines), text, len(lines))
}

func (r *digestRound) envelope(to message, subject, text string, lines int) digest {
	of := []string{"digest", to.OfficialID, r.day.String()}
	if to.Channel != channelEmail {
		of = append(of, to.Channel)
	}
	return digest{
		OfficialID: to.OfficialID, Channel: to.Channel, Day: r.day.String(), Window: r.window, State: stateWaiting, Name: to.Name, Address: to.Address,
		Subject: subject, BodyText: text, Lines: lines, MessageID: mailID(r.courier.domain, of...), CreatedAt: r.now().UTC(),
	}
}
