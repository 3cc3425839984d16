package notifications

import (
	"context"
	"errors"

	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/services/notifications/channel"
)

// readAtOnce is how many digests are held in memory.
const readAtOnce = 100

// sent is a digest that came back from its channel.
type sent struct {
	mail digest
	what handed
}

// tray is the digests of a run on their way. What leaves is claimed as `sending` first, in the transaction that writes down what came back:
// so no more are in doubt after a kill than connections were open. Every word to the database goes over the connection that holds the
// lock: once that is lost, nothing more leaves.
type tray struct {
	*digestRound
	db       *gorm.DB // does not heed a caller who hangs up: that would leave fates unknown
	such     string   // which channels
	queue    []digest // read, not yet claimed
	lastID   int64
	flying   map[string]digest
	finished []sent // came back, not yet written down
	left     int
	failed   []int64
	fault    error
}

// sendAll sends what lies ready, also what a killed call left in `sending`. It tells whether something goes on over another channel.
func (r *digestRound) sendAll(ctx context.Context) (fellBack bool, err error) {
	mails, others := r.newTray(ctx, "channel = ?"), r.newTray(ctx, "channel <> ?")
	err = r.courier.handAll(ctx, maxLines, mails.next, mails.back)
	if errors.Is(err, errRelayAway) {
		err = relayAway(max(mails.left, 1))
	}
	err = errors.Join(err, others.handEach(ctx))
	for _, one := range []*tray{mails, others} {
		err = errors.Join(err, one.fault, one.writeDown(nil))
	}
	fellBack, fault := r.fallBackDigests(ctx, append(mails.failed, others.failed...))
	if err = errors.Join(err, fault); err == nil && mails.left+others.left > 0 {
		err = relayAway(mails.left + others.left)
	}
	return fellBack, err
}

func (r *digestRound) newTray(ctx context.Context, such string) *tray {
	return &tray{digestRound: r, db: r.db.WithContext(context.WithoutCancel(ctx)), such: such, flying: map[string]digest{}}
}

// take claims the next digest.
func (t *tray) take() (digest, bool) {
	if len(t.queue) == 0 {
		t.fault = t.db.Where(t.such, channelEmail).Where("state IN ? AND id > ?", []string{stateWaiting, stateSending}, t.lastID).
			Order("id").Limit(readAtOnce).Find(&t.queue).Error
	}
	if len(t.queue) == 0 || t.fault != nil {
		return digest{}, false
	}
	mail := t.queue[0]
	mail.Repeated = mail.Repeated || mail.State == stateSending
	t.queue, t.lastID = t.queue[1:], mail.ID
	t.fault = t.writeDown(&mail)
	return mail, t.fault == nil
}

// next is the next mail to leave.
func (t *tray) next() (envelope, bool) {
	mail, more := t.take()
	if !more {
		return envelope{}, false
	}
	t.flying[mail.MessageID] = mail
	return envelope{
		id: mail.MessageID, name: mail.Name, address: mail.Address, subject: mail.Subject, text: mail.BodyText, html: mail.BodyHTML,
		attachments: t.deadlines(t.db, mail), unsubscribe: t.links.settings(), repeated: mail.Repeated, at: t.now(),
	}, true
}

func (t *tray) back(mail envelope, what fate, answer string) error {
	t.came(t.flying[mail.id], handed{fate: what, answer: answer})
	delete(t.flying, mail.id)
	return nil
}

func (t *tray) came(mail digest, what handed) {
	t.finished = append(t.finished, sent{mail, what})
	if !what.settled() {
		t.left++
	}
	if what.fate == fateNever {
		t.failed = append(t.failed, mail.ID)
	}
	t.logger.Info("digest handed over", zap.String("day", mail.Day), zap.Int64("digest", mail.ID), zap.Int("lines", mail.Lines), zap.String("channel", mail.Channel),
		zap.String("fate", fateNames[what.fate]), zap.Bool("repeated", mail.Repeated), zap.String("answer", what.answer))
}

// handEach hands over what goes by another channel than mail, each after the other: providers set the pace.
func (t *tray) handEach(ctx context.Context) error {
	for ctx.Err() == nil {
		mail, more := t.take()
		if !more {
			return nil
		}
		t.came(mail, t.over(context.WithoutCancel(ctx), mail.Channel, channel.Letter{
			ID: mail.MessageID, To: mail.Address, Text: mail.BodyText, Link: t.links.portal, Template: "digest", Name: mail.Name, Subject: mail.Subject,
			Params: map[string]string{"day": plainDay(mail.Day), "count": counted(mail.Lines), "recipient": mail.Name,
				"help_contact": clean(t.help.contact), "help_phone": clean(t.help.phone)},
		}))
	}
	return ctx.Err()
}

// writeDown writes what came back and claims one digest, each with the messages in it, at once.
func (t *tray) writeDown(claimed *digest) error {
	if len(t.finished) == 0 && claimed == nil {
		return nil
	}
	err := t.db.Transaction(func(tx *gorm.DB) error {
		var attempts []attempt
		for _, one := range t.finished {
			if err := mark(tx, one.mail.ID, t.fateColumns(one.what.fate, one.what.answer)); err != nil {
				return err
			}
			attempts = append(attempts, attempt{DigestID: &one.mail.ID, OfficialID: one.mail.OfficialID, Channel: one.mail.Channel, At: t.now().UTC(),
				Fate: fateNames[one.what.fate], Answer: clean(one.what.answer), ProviderID: one.what.providerID})
		}
		if len(attempts) > 0 {
			if err := tx.Create(&attempts).Error; err != nil {
				return err
			}
		}
		if claimed == nil {
			return nil
		}
		return mark(tx, claimed.ID, map[string]any{"state": stateSending, "repeated": claimed.Repeated})
	})
	if err == nil {
		t.finished = nil
	}
	return err
}

// mark writes the same fate to a digest and to the messages in it.
func mark(tx *gorm.DB, id int64, columns map[string]any) error {
	if err := tx.Model(&digest{}).Where("id = ?", id).Updates(columns).Error; err != nil {
		return err
	}
	if answer, told := columns["answer"].(string); told {
		columns["folded_answer"] = fold(answer)
	}
	columns["to_follow"] = columns["state"] == stateFailed
	return tx.Model(&message{}).Where("digest_id = ?", id).Updates(columns).Error
}

// fallBackDigests has what was in digests that will not arrive go on over another channel.
func (r *digestRound) fallBackDigests(ctx context.Context, failed []int64) (bool, error) {
	for _, id := range failed {
		var rows []message
		if err := r.db.Where("digest_id = ?", id).Order("id").Find(&rows).Error; err != nil {
			return false, err
		}
		if err := r.fallBack(ctx, r.db, rows...); err != nil {
			return false, err
		}
	}
	return len(failed) > 0, nil
}
