package notifications

import (
	"context"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

// SendAgain puts the messages of a case's rung or act that did not arrive back into the line, and sends them unless it is a quiet hour. One
// that goes on over another channel is left to that, but for a letter on paper that nobody has printed; one whose content was purged says
// nothing any more.
func (s *service) SendAgain(ctx context.Context, request *connect.Request[notificationsv1.SendAgainRequest]) (*connect.Response[notificationsv1.SendAgainResponse], error) {
	if err := s.maySendAgain(ctx); err != nil {
		return nil, err
	}
	asked := request.Msg
	if (asked.GetRungId() == "") == (asked.GetActId() == "") {
		return nil, refuseFields([]*casefilev1.FieldFault{wire.Field("rung_id", "Chọn một mức nhắc, hoặc một việc của hồ sơ.", "Name one rung, or one act of the case.")})
	}
	such := func(db *gorm.DB) *gorm.DB {
		return db.Where("case_id = ? AND rung_id = ? AND act_id = ?", asked.GetCaseId(), asked.GetRungId(), asked.GetActId())
	}
	var failed []message
	err := s.db.WithContext(ctx).Scopes(such).Where(`state = ? AND NOT to_follow AND body_text <> '' AND channel <> ?
		AND NOT EXISTS (SELECT 1 FROM messages later WHERE later.follows_id = messages.id AND (later.channel <> ? OR later.state <> ?))`,
		stateFailed, channelPaper, channelPaper, stateWaiting).Order("id").Find(&failed).Error
	if err != nil {
		return nil, err
	}
	answer := &notificationsv1.SendAgainResponse{}
	for _, row := range failed {
		again, err := s.again(ctx, row)
		if err != nil {
			return nil, err
		}
		if again {
			answer.Again++
		}
	}
	var rows []message
	if err := s.db.WithContext(ctx).Scopes(such).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	for _, row := range rows {
		answer.Messages = append(answer.Messages, onTheWire(row))
	}
	return connect.NewResponse(answer), nil
}

// maySendAgain lets in administrators, and the terminal with the services' key.
func (s *service) maySendAgain(ctx context.Context) error {
	if isService(ctx, "worker", "terminal") {
		return nil
	}
	administers, err := s.callerWears(ctx, inRoles(roleAdministrator))
	if err != nil || administers {
		return err
	}
	return s.forbidden("gửi lại thông báo", "send a message again")
}

// again has a failed message leave by itself, once however often it is asked for at the same time.
func (s *service) again(ctx context.Context, row message) (bool, error) {
	leaves, err := s.mayLeave(ctx)
	if err != nil {
		return false, err
	}
	changed := s.db.WithContext(ctx).Model(&message{}).Where("id = ? AND state = ?", row.ID, stateFailed).Updates(map[string]any{
		"state": stateWaiting, "alone": true, "leaves_at": leaves, "digest_id": nil, "answer": "", "folded_answer": "", "delivery": "", "delivered_at": nil,
	})
	if changed.Error != nil || changed.RowsAffected == 0 || leaves != nil {
		return changed.RowsAffected > 0, changed.Error
	}
	if err := s.sendOne(ctx, row.ID); err != nil {
		s.logger.Warn("a message that is sent again has not left yet", zap.Int64("message", row.ID), zap.Error(err))
	}
	return true, nil
}

func (s *service) sendOne(ctx context.Context, id int64) error {
	db := s.db.WithContext(ctx)
	var row message
	if err := db.Take(&row, id).Error; err != nil {
		return err
	}
	r := s.newRound(db, today(s.now()))
	if err := r.learn(ctx, []message{row}); err != nil {
		return err
	}
	phone := s.courier.newLine()
	defer phone.hangUp()
	taken, _, err := s.sendPendingRow(ctx, &r, phone, row)
	if err != nil || taken == 0 {
		return err
	}
	return db.Model(&message{}).Where("follows_id = ? AND channel = ? AND state = ?", id, channelPaper, stateWaiting).
		Updates(map[string]any{"state": stateDropped, "answer": answerSentAgain, "folded_answer": fold(answerSentAgain)}).Error
}

// answerSentAgain stands with a letter on paper that is not needed any more.
const answerSentAgain = "Không in vì thông báo đã được gửi lại và đã đi."
