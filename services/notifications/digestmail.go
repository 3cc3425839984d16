package notifications

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// lay writes one person's digest and ties the rows to it. Who has had this day's digest waits for
// the next one.
func (r *digestRound) lay(ctx context.Context, rows []message) error {
	mail, err := r.written(ctx, rows)
	if err != nil {
		return err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return r.db.Transaction(func(tx *gorm.DB) error {
		created := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&mail)
		if created.Error != nil || created.RowsAffected == 0 {
			return created.Error
		}
		tied := tx.Model(&message{}).Where("id IN ? AND state = ? AND digest_id IS NULL", ids, stateWaiting).Updates(map[string]any{"digest_id": mail.ID})
		if tied.Error == nil && tied.RowsAffected != int64(len(ids)) {
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
	lang := languageOf(rows[0].Facts)
	first, err := r.holdersNow(ctx, rows[0].UnitID, rows[0].Role)
	if err != nil {
		return digest{}, err
	}
	told := oncePerCase(rows)
	lines, addresses, err := r.lines(ctx, lang, told)
	if err != nil {
		return digest{}, err
	}
	fields := digestLetter{
		Recipient: rows[0].Name, Day: r.day.Vietnamese(), Count: counted(len(lines)), Units: counted(countUnits(told)),
		LinkUntil: calendar.DateOf(r.now()).AddDays(linkDays).Vietnamese(), LeavesAt: r.leavesAt,
		HelpContact: clean(r.help.contact), HelpPhone: clean(r.help.phone), Groups: grouped(lang, lines),
	}
	at := slices.IndexFunc(first, func(holder *unitsv1.Holder) bool { return holder.GetOfficial().GetId() == rows[0].OfficialID })
	if at >= 0 {
		fields.Recipient = recipient(lang, first[at])
	}
	return r.seal(lang, rows[0], fields, lines, addresses)
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
		made, err := r.links.make(row.CaseID, row.OfficialID, r.now())
		if err != nil {
			return nil, nil, err
		}
		said.Link = made.address
		lines, addresses = append(lines, said), append(addresses, made.address)
	}
	return lines, addresses, nil
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
	subject := digestSubject(lang, r.day, lines)
	html, err := r.letters.html(lang.code, subject, text, addresses...)
	return digest{
		OfficialID: to.OfficialID, Channel: channelEmail, Day: r.day.String(), LeavesAt: r.leavesAt, State: stateWaiting,
		Name: to.Name, Address: to.Address, Subject: subject, BodyText: text, BodyHTML: html, Lines: len(lines),
		MessageID: mailID(r.courier.domain, "digest", to.OfficialID, r.day.String()), CreatedAt: r.now().UTC(),
	}, err
}
