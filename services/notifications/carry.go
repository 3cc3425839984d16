package notifications

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/services/notifications/channel"
)

// handed is what came of handing one message to its channel.
type handed struct {
	fate       fate
	answer     string
	providerID string
	retryAfter time.Duration
	relayAway  bool // no mail can leave now
}

// fates as the attempts name them.
var fateNames = map[fate]string{fateTaken: "taken", fateLater: "later", fateNever: "never", fateUnknown: "unknown"}

// over hands one letter to a channel other than mail.
func (s *service) over(ctx context.Context, name string, l channel.Letter) handed {
	result := s.others.Send(ctx, name, l)
	return handed{fate: fate(result.Fate), answer: result.Answer, providerID: result.ProviderID, retryAfter: result.RetryAfter}
}

// mail hands one mail to the relay.
func (l *line) mail(ctx context.Context, sealed envelope) handed {
	what, answer, away := l.attempt(ctx, sealed)
	return handed{fate: what, answer: answer, relayAway: away}
}

// sendNow sends what has not left yet, alone: no other call sends the same key meanwhile.
func (s *service) sendNow(ctx context.Context, key string, rows []message) error {
	if !slices.ContainsFunc(rows, func(row message) bool { return row.State == stateWaiting || row.State == stateSending }) {
		return nil
	}
	return s.exclusively(ctx, key, func(db *gorm.DB) error {
		phone := s.courier.newLine()
		defer phone.hangUp()
		var ids []int64
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		unsent, err := unsentOf(db, ids)
		if err != nil {
			return err
		}
		return s.sendEach(ctx, db, phone, unsent)
	})
}

func unsentOf(db *gorm.DB, ids []int64) (rows []message, err error) {
	err = db.Where("id IN ? AND state IN ? AND digest_id IS NULL AND channel <> ?", ids, []string{stateWaiting, stateSending}, channelPaper).
		Order("id").Find(&rows).Error
	return rows, err
}

// sendEach goes on after a mail that did not leave, so that one bad address delays nobody else.
func (s *service) sendEach(ctx context.Context, db *gorm.DB, phone *line, rows []message) error {
	left := 0
	for _, row := range rows {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		what, err := s.sendRow(ctx, db, phone, row)
		if err != nil {
			return err
		}
		if !what.settled() {
			left++
		}
	}
	if left > 0 {
		return relayAway(left)
	}
	return nil
}

// settled: the message is with its channel, or never will be.
func (h handed) settled() bool { return h.fate == fateTaken || h.fate == fateNever }

func relayAway(left int) error {
	return wire.Refuse(contract.CodeUnavailable,
		"Máy chủ thư chưa nhận "+counted(left)+" thư. Hệ thống tự gửi lại, không phải làm gì thêm.",
		"The mail relay has not taken "+counted(left)+" mails. They are sent again; nothing needs to be done.")
}

// sendRow sends one message and writes down its fate. It does not heed a caller who hangs up: that
// would leave the mail's fate unknown.
func (s *service) sendRow(ctx context.Context, db *gorm.DB, phone *line, row message) (handed, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*mailTime)
	defer cancel()
	db = db.WithContext(ctx)
	repeated := row.Repeated || row.State == stateSending
	claimed := db.Model(&row).Where("digest_id IS NULL AND state = ?", row.State).
		Updates(map[string]any{"state": stateSending, "repeated": repeated})
	if claimed.Error != nil || claimed.RowsAffected == 0 { // the digest took it
		return handed{}, claimed.Error
	}
	row.Repeated = repeated
	what := s.handRow(ctx, phone, row)
	s.logger.Info("message handed over", zap.String("case", row.CaseID), zap.String("key", row.Key), zap.Int64("message", row.ID),
		zap.String("channel", row.Channel), zap.String("fate", fateNames[what.fate]), zap.Bool("repeated", repeated), zap.String("answer", what.answer))
	if err := s.writeFate(db, row, what); err != nil {
		return what, err
	}
	if what.fate == fateNever {
		if err := s.fallBack(ctx, db, row); err != nil { // it stands as to follow, and delays nobody else
			s.logger.Warn("what follows a failed message is left to a later call", zap.Int64("message", row.ID), zap.Error(err))
		}
	}
	return what, nil
}

func (s *service) handRow(ctx context.Context, phone *line, row message) handed {
	if row.Address == "" {
		return handed{fate: fateNever, answer: answerNoAddress}
	}
	if row.Channel != channelEmail {
		return s.over(ctx, row.Channel, s.shortLetter(ctx, row))
	}
	sealed := envelope{
		id: row.MessageID, name: row.Name, address: row.Address, subject: row.Subject, text: row.BodyText, html: row.BodyHTML,
		attachments: s.calendarEntry(ctx, row), repeated: row.Repeated, at: s.now(),
	}
	if row.CaseID != "" {
		sealed.thread = mailID(s.courier.domain, "case", row.CaseID)
	}
	return phone.mail(ctx, sealed)
}

// shortLetter is a message as a provider's declaration may use it. Where units are away their name stays empty.
func (s *service) shortLetter(ctx context.Context, row message) channel.Letter {
	m := matterOf(row)
	l := fromFacts(m)
	lang := languageOf(m.facts)
	if known, err := s.unit(ctx, m.unitID, m.on); err == nil {
		l.Unit = nameOf(lang, known.GetUnit(), m.unitID)
	}
	return channel.Letter{
		ID: row.MessageID, To: row.Address, Text: row.BodyText, Link: s.links.short(row.Code), CaseID: row.CaseID, Template: row.Template,
		Name: row.Name, Subject: row.Subject, Params: map[string]string{
			"title": l.Title, "task": l.Task, "unit": l.Unit, "period": l.Period, "due": l.Due, "due_day": l.DueDay, "days": l.Days, "late": l.Late,
			"missing": l.Missing, "next": l.Next, "next_day": l.NextDay, "recipient": row.Name,
			"help_contact": clean(s.help.contact), "help_phone": clean(s.help.phone),
		},
	}
}

const answerNoAddress = "cán bộ chưa có địa chỉ nhận trên kênh này"

// writeFate writes what came of a message, and the attempt, at once.
func (s *service) writeFate(db *gorm.DB, row message, what handed) error {
	columns := s.fateColumns(what.fate, what.answer)
	columns["folded_answer"], columns["to_follow"] = fold(what.answer), what.fate == fateNever
	if what.retryAfter > 0 && what.fate == fateLater {
		columns["leaves_at"] = s.now().Add(what.retryAfter).UTC()
	}
	return db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Model(&message{}).Where("id = ?", row.ID).Updates(columns).Error; err != nil {
			return err
		}
		return tx.Create(s.attempt(row, what)).Error
	})
}

func (s *service) attempt(row message, what handed) *attempt {
	return &attempt{MessageID: &row.ID, OfficialID: row.OfficialID, Channel: row.Channel, At: s.now().UTC(), Fate: fateNames[what.fate],
		Answer: clean(what.answer), ProviderID: what.providerID}
}

// fateColumns are the columns that tell a fate, of a message as of a digest. Of a mail whose fate is
// unknown the row stays in `sending`.
func (s *service) fateColumns(what fate, answer string) map[string]any {
	columns := map[string]any{"answer": clean(answer)}
	switch what {
	case fateTaken:
		columns["state"], columns["sent_at"] = stateSent, s.now().UTC()
	case fateNever:
		columns["state"] = stateFailed
	case fateLater:
		columns["state"] = stateWaiting
	case fateUnknown:
		columns["state"] = stateSending
	}
	return columns
}
