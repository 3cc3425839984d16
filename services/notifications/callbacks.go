package notifications

import (
	"context"
	"errors"
	"strings"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
	"nenep/services/notifications/channel"
)

// TakeCallback takes in what a channel says afterwards: a bounce (RFC 3464), a provider's report. What did not arrive goes on over the
// person's next channel. Again is harmless.
func (s *service) TakeCallback(ctx context.Context, request *connect.Request[notificationsv1.TakeCallbackRequest]) (*connect.Response[notificationsv1.TakeCallbackResponse], error) {
	if !isService(ctx, "portal", "worker", "terminal") {
		return nil, wire.Forbidden("Chỉ hệ thống mới thực hiện được việc này.", "Only the system itself does this.")
	}
	reports, err := s.reports(ctx, request.Msg)
	if err != nil {
		return nil, err
	}
	answer := &notificationsv1.TakeCallbackResponse{}
	for _, report := range reports {
		known, err := s.takeReport(ctx, request.Msg.GetChannel(), report)
		if err != nil {
			return nil, err
		}
		answer.Known = answer.Known || known
	}
	return connect.NewResponse(answer), nil
}

// reports reads what a channel says. A bounce that came by the portal's public address needs the declared token; one that the terminal
// hands over is known already.
func (s *service) reports(ctx context.Context, request *notificationsv1.TakeCallbackRequest) ([]channel.Report, error) {
	var reports []channel.Report
	var err error
	switch {
	case request.GetChannel() != channelEmail:
		reports, err = s.others.Callback(request.GetChannel(), request.GetHeaders(), request.GetBody())
	case isService(ctx, "portal"):
		reports, err = s.others.Bounced(request.GetHeaders(), request.GetBody())
	default:
		reports, err = channel.Bounce(request.GetBody())
	}
	switch {
	case err == nil || errors.Is(err, channel.ErrNoBounce):
		return reports, nil
	case errors.Is(err, channel.ErrNoChannel):
		return nil, wire.Refuse(contract.CodeNotFound, "Kênh này không nhận báo kết quả.", "The channel takes no callbacks.")
	case errors.Is(err, channel.ErrStranger):
		return nil, wire.Refuse(contract.CodeForbidden, "Báo kết quả không có chữ ký đúng.", "The callback is not signed by the provider.")
	default:
		s.logger.Warn("a callback could not be read", zap.String("channel", request.GetChannel()), zap.Error(err))
		return nil, wire.Refuse(contract.CodeInvalid, "Không đọc được báo kết quả.", "The callback cannot be read.")
	}
}

// reported is what a report speaks of: a message or a digest.
type reported struct {
	rows   []message // the message, or those in the digest
	digest *digest
}

// takeReport answers whether the ledger knows what the report speaks of.
func (s *service) takeReport(ctx context.Context, name string, report channel.Report) (bool, error) {
	var found reported
	var known bool
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 3))", name+"/"+report.ProviderID+"/"+report.MessageID).Error; err != nil {
			return err
		}
		if found, known, err = s.find(tx, name, report); err != nil || !known {
			return err
		}
		return s.writeReport(tx, found, report)
	})
	if err != nil || !known || !report.Failed {
		return known, err
	}
	return true, s.fallBack(ctx, s.db.WithContext(ctx), found.rows...)
}

func (s *service) find(tx *gorm.DB, name string, report channel.Report) (found reported, known bool, err error) {
	id := strings.Trim(report.MessageID, "<> ")
	var earlier attempt
	if report.ProviderID != "" && tx.Where("channel = ? AND provider_id = ?", name, report.ProviderID).Order("id DESC").Take(&earlier).Error == nil {
		return s.load(tx, earlier.MessageID, earlier.DigestID)
	}
	if id == "" {
		return found, false, nil
	}
	var row message
	err = tx.Select("id").Where("message_id = ? AND channel = ?", id, name).Order("id DESC").Take(&row).Error
	if err == nil {
		return s.load(tx, &row.ID, nil)
	}
	var mail digest
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = tx.Select("id").Where("message_id = ? AND channel = ?", id, name).Take(&mail).Error
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return found, false, nil
	}
	if err != nil {
		return found, false, err
	}
	return s.load(tx, nil, &mail.ID)
}

func (s *service) load(tx *gorm.DB, messageID, digestID *int64) (found reported, known bool, err error) {
	if messageID != nil {
		err = tx.Where("id = ?", *messageID).Find(&found.rows).Error
		return found, len(found.rows) > 0, err
	}
	found.digest = &digest{}
	if err := tx.Take(found.digest, *digestID).Error; err != nil {
		return found, false, err
	}
	err = tx.Where("digest_id = ?", *digestID).Order("id").Find(&found.rows).Error
	return found, len(found.rows) > 0, err
}

// writeReport writes what was said, once: a report said again, or one of something on its way, changes nothing. That it failed is the last word.
func (s *service) writeReport(tx *gorm.DB, found reported, report channel.Report) error {
	said := map[bool]string{true: deliveryFailed, false: deliveryDone}[report.Failed]
	if !report.Failed && !report.Delivered || found.delivery() == said || found.delivery() == deliveryFailed {
		return nil
	}
	columns := map[string]any{"delivery": said, "delivered_at": s.now().UTC()}
	switch {
	case report.Failed:
		columns["state"], columns["answer"] = stateFailed, clean(report.Answer)
	case found.rows[0].State == stateSending: // it was in doubt whether the channel had it
		columns["state"], columns["sent_at"] = stateSent, s.now().UTC()
	}
	if err := tx.Create(s.reportOf(found, said, report)).Error; err != nil {
		return err
	}
	if found.digest != nil {
		return mark(tx, found.digest.ID, columns)
	}
	if report.Failed {
		columns["folded_answer"], columns["to_follow"] = fold(report.Answer), true
	}
	return tx.Model(&message{}).Where("id = ?", found.rows[0].ID).Updates(columns).Error
}

func (r reported) delivery() string {
	if r.digest != nil {
		return r.digest.Delivery
	}
	return r.rows[0].Delivery
}

func (s *service) reportOf(found reported, said string, report channel.Report) *attempt {
	out := &attempt{At: s.now().UTC(), Fate: said, Answer: clean(report.Answer)}
	if found.digest != nil {
		out.DigestID, out.OfficialID, out.Channel = &found.digest.ID, found.digest.OfficialID, found.digest.Channel
		return out
	}
	row := found.rows[0]
	out.MessageID, out.OfficialID, out.Channel = &row.ID, row.OfficialID, row.Channel
	return out
}
