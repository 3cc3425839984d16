package notifications

import (
	"context"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

// pendingAtOnce bounds one call of SendPending where the caller does not.
const pendingAtOnce = 500

// SendPending sends what leaves by itself and may leave by now, and what goes on over another channel after a digest that did not arrive.
// In quiet hours, on days off and on days that are not settled nothing leaves. Again is harmless: what was sent is not sent again.
func (s *service) SendPending(ctx context.Context, request *connect.Request[notificationsv1.SendPendingRequest]) (*connect.Response[notificationsv1.SendPendingResponse], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	limit := int(request.Msg.GetLimit())
	if limit <= 0 {
		limit = pendingAtOnce
	}
	answer := &notificationsv1.SendPendingResponse{}
	err := s.exclusively(ctx, "pending", func(db *gorm.DB) error {
		later, err := s.mayLeave(ctx)
		if err != nil {
			return err
		}
		if err := s.goOn(ctx, db, limit); err != nil {
			s.logger.Warn("what follows failed messages is left to a later call", zap.Error(err))
		}
		if later == nil {
			if answer.Sent, err = s.sendAlone(ctx, db, limit); err != nil {
				return err
			}
			if err := s.sendFollowing(ctx, db); err != nil {
				return err
			}
		}
		left, err := s.leftAlone(db)
		answer.Left = int32(left)
		return err
	})
	return connect.NewResponse(answer), err
}

func aloneAndUnsent(db *gorm.DB) *gorm.DB {
	return db.Model(&message{}).Where("alone AND digest_id IS NULL AND state IN ? AND channel <> ?", []string{stateWaiting, stateSending}, channelPaper)
}

func (s *service) leftAlone(db *gorm.DB) (left int64, err error) {
	err = aloneAndUnsent(db).Count(&left).Error
	return left, err
}

// sendAlone sends rows one by one, each under the lock of its key, so that no other call sends it meanwhile.
func (s *service) sendAlone(ctx context.Context, db *gorm.DB, limit int) (sent int32, err error) {
	var rows []message
	err = aloneAndUnsent(db).Where("leaves_at IS NULL OR leaves_at <= ?", s.now().UTC()).
		Omit("body_text", "body_html").Order("leaves_at, id").Limit(limit).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	r := s.newRound(db, today(s.now()))
	if err := r.learn(ctx, rows); err != nil {
		return 0, err
	}
	phone := s.courier.newLine()
	defer phone.hangUp()
	for _, row := range rows {
		if ctx.Err() != nil {
			return sent, ctx.Err()
		}
		taken, relayAway, err := s.sendPendingRow(ctx, &r, phone, row)
		if err != nil {
			return sent, err
		}
		sent += taken
		if relayAway {
			return sent, nil
		}
	}
	return sent, nil
}

// sendPendingRow sends a row if it is still to be told; one that another call is sending is left to it.
func (s *service) sendPendingRow(ctx context.Context, r *round, phone *line, row message) (taken int32, relayAway bool, err error) {
	err = s.exclusively(ctx, row.Key, func(db *gorm.DB) error {
		var ids []int64
		if row.State == stateSending { // what may have left is repeated as it was
			ids = append(ids, row.ID)
		} else {
			settled, err := r.settle(ctx, row)
			if err != nil {
				return err
			}
			for _, one := range settled {
				ids = append(ids, one.ID)
			}
		}
		unsent, err := unsentOf(db, ids)
		if err != nil {
			return err
		}
		for _, one := range unsent {
			what, err := s.sendRow(ctx, db, phone, one)
			if err != nil {
				return err
			}
			if what.fate == fateTaken {
				taken++
			}
			relayAway = relayAway || what.relayAway
		}
		return nil
	})
	if wire.RefusalOf(err).GetCode() == contract.CodeUnavailable {
		s.logger.Info("a message is left to a later call", zap.String("key", row.Key), zap.Error(err))
		err = nil
	}
	return taken, relayAway, err
}

// sendFollowing tells over another channel what was in a digest that did not arrive.
func (s *service) sendFollowing(ctx context.Context, db *gorm.DB) error {
	day := today(s.now())
	var waiting int64
	err := db.Model(&message{}).Where("state = ? AND digest_id IS NULL AND follows_id IS NOT NULL AND NOT alone AND channel <> ?", stateWaiting, channelPaper).
		Count(&waiting).Error
	if err != nil || waiting == 0 {
		return err
	}
	return s.exclusively(ctx, "digest", func(db *gorm.DB) error {
		r := s.newDigestRound(db, day, s.windows[0])
		r.following = true
		return r.run(ctx)
	})
}
