package reports

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/reports/webhook"
)

const (
	// aCall of the workflow posts so many events, for so long; the next one goes on.
	eventsACall = 50
	timeACall   = 20 * time.Second
	// forgottenAfter is how long deliveries are kept, delivered or not.
	forgottenAfter    = 30 * 24 * time.Hour
	usualDeliveryList = 50
	mostDeliveryList  = 200
)

// posting is what deliveries need of the process.
type posting struct {
	poster   webhook.Poster
	networks webhook.Networks
	vault    webhook.Vault
}

func newPosting(cfg wire.Config) (posting, error) {
	networks, err := webhook.ParseNetworks(cfg.WebhookNetworks)
	if err != nil {
		return posting{}, err
	}
	vault, err := webhook.NewVault(cfg.ServiceKey)
	return posting{webhook.NewPoster(networks), networks, vault}, err
}

// DeliverWebhook posts what waits for one subscriber, oldest first, and stops at the first that he does not take: so a case's changes arrive
// in their order. 410 ends the subscription.
func (s *server) DeliverWebhook(ctx context.Context, request *connect.Request[reportsv1.DeliverWebhookRequest]) (*connect.Response[reportsv1.DeliverWebhookResponse], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	db := s.register.db.WithContext(ctx)
	row, err := findWebhook(db, request.Msg.GetId())
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.DeliverWebhookResponse{State: row.State}
	if row.State != webhookActive {
		return connect.NewResponse(answer), nil
	}
	if err := s.deliverWaiting(ctx, row, answer); err != nil {
		return nil, err
	}
	var left int64
	if err := waitingFor(db.Model(&deliveryRow{}), row.ID).Count(&left).Error; err != nil {
		return nil, fmt.Errorf("count what waits for webhook %s: %w", row.ID, err)
	}
	answer.Left = int32(min(left, 1<<30)) //nolint:gosec // bounded
	return connect.NewResponse(answer), nil
}

func waitingFor(db *gorm.DB, webhookID string) *gorm.DB {
	return db.Where("webhook_id = ? AND delivered_at IS NULL AND NOT left_out", webhookID)
}

func (s *server) deliverWaiting(ctx context.Context, row webhookRow, answer *reportsv1.DeliverWebhookResponse) error {
	db := s.register.db.WithContext(ctx)
	if err := db.Where("created_at < ?", s.now().UTC().Add(-forgottenAfter)).Delete(&deliveryRow{}).Error; err != nil {
		return fmt.Errorf("forget old deliveries: %w", err)
	}
	var waiting []deliveryRow
	if err := waitingFor(db, row.ID).Order("number").Limit(eventsACall).Find(&waiting).Error; err != nil {
		return fmt.Errorf("read what waits for webhook %s: %w", row.ID, err)
	}
	under, err := s.unitsUnder(ctx, row.UnderUnitID)
	if err != nil {
		return err
	}
	secrets, err := s.secretsOf(row)
	if err != nil {
		return err
	}
	begun := time.Now()
	for _, delivery := range waiting {
		if time.Since(begun) > timeACall {
			return nil
		}
		if under != nil && delivery.UnitID != "" && !under[delivery.UnitID] {
			if err := db.Model(&deliveryRow{}).Where("number = ?", delivery.Number).Update("left_out", true).Error; err != nil {
				return err
			}
			continue
		}
		result, err := s.webhooks.poster.Post(ctx, webhook.Message{URL: row.URL, ID: delivery.ID, Body: delivery.Body, Secrets: secrets, At: s.now()})
		if err != nil {
			return err
		}
		if err := s.keepAttempt(ctx, delivery, result); err != nil {
			return err
		}
		if result.Gone {
			return s.endWebhook(ctx, row.ID, answer)
		}
		if !result.Taken {
			s.logger.Info("webhook not taken", zap.String("webhook", row.ID), zap.Int("status", result.Status))
			answer.Failed = true
			return nil
		}
		answer.Delivered++
	}
	return nil
}

// keepAttempt is written down even when the caller has gone away: the subscriber has heard it.
func (s *server) keepAttempt(ctx context.Context, delivery deliveryRow, result webhook.Result) error {
	at := s.now().UTC()
	change := map[string]any{"attempts": gorm.Expr("attempts + 1"), "status": result.Status, "answer": result.Answer, "last_at": at}
	if result.Taken {
		change["delivered_at"] = at
	}
	return s.register.db.WithContext(context.WithoutCancel(ctx)).Model(&deliveryRow{}).Where("number = ?", delivery.Number).Updates(change).Error
}

func (s *server) endWebhook(ctx context.Context, id string, answer *reportsv1.DeliverWebhookResponse) error {
	row, err := s.changeWebhook(ctx, id, "webhook-state", func(row *webhookRow) error {
		row.State, row.Reason = webhookEnded, "gone"
		return nil
	})
	answer.State = row.State
	return err
}

func (s *server) secretsOf(row webhookRow) ([]string, error) {
	secret, err := s.webhooks.vault.Open(row.ID, row.SecretSealed)
	if err != nil {
		return nil, err
	}
	secrets := []string{secret}
	if row.OldSecretUntil != nil && s.now().Before(*row.OldSecretUntil) {
		old, err := s.webhooks.vault.Open(row.ID, row.OldSecretSealed)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, old)
	}
	return secrets, nil
}

// unitsUnder are the unit and all below it, as the tree stands now and stood before: an ended unit's last changes are told too. Nil without
// a unit.
func (s *server) unitsUnder(ctx context.Context, top string) (map[string]bool, error) {
	if top == "" {
		return nil, nil
	}
	answer, err := s.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{}))
	if err != nil {
		return nil, s.unitsAway(err)
	}
	below := map[string][]string{}
	for _, unit := range answer.Msg.GetUnits() {
		below[unit.GetParentId()] = append(below[unit.GetParentId()], unit.GetId())
	}
	under, left := map[string]bool{top: true}, []string{top}
	for len(left) > 0 {
		next := left[0]
		left = left[1:]
		for _, id := range below[next] {
			if !under[id] {
				under[id], left = true, append(left, id)
			}
		}
	}
	return under, nil
}

// SendTestEvent puts an event of its own kind into the line.
func (s *server) SendTestEvent(ctx context.Context, request *connect.Request[reportsv1.SendTestEventRequest]) (*connect.Response[reportsv1.WebhookDelivery], error) {
	if err := s.mayKeepWebhooks(ctx, false); err != nil {
		return nil, err
	}
	db := s.register.db.WithContext(ctx)
	row, err := findWebhook(db, request.Msg.GetId())
	if err != nil {
		return nil, err
	}
	if row.State != webhookActive {
		return nil, notActive()
	}
	body, err := webhook.TestBody(row.ID, s.now())
	if err != nil {
		return nil, err
	}
	test := deliveryRow{ID: eventID(row.ID, contract.WebhookTest, strconv.FormatInt(s.now().UnixNano(), 10)), WebhookID: row.ID, Kind: contract.WebhookTest, Body: body, CreatedAt: s.now().UTC()}
	if err := db.Create(&test).Error; err != nil && !errors.Is(err, gorm.ErrDuplicatedKey) {
		return nil, fmt.Errorf("store a test of webhook %s: %w", row.ID, err)
	}
	s.tellNow(ctx, row.ID)
	return connect.NewResponse(test.tell()), nil
}

func notActive() error {
	return wire.Refuse(contract.CodeWrongState, "Webhook đang tạm dừng hoặc đã kết thúc. Cho chạy lại rồi gửi.", "The webhook is paused or ended. Resume it, then send.")
}

// RedeliverEvent puts an event back into the line, under its own id.
func (s *server) RedeliverEvent(ctx context.Context, request *connect.Request[reportsv1.RedeliverEventRequest]) (*connect.Response[reportsv1.WebhookDelivery], error) {
	if err := s.mayKeepWebhooks(ctx, false); err != nil {
		return nil, err
	}
	db := s.register.db.WithContext(ctx)
	row, err := findWebhook(db, request.Msg.GetWebhookId())
	if err != nil {
		return nil, err
	}
	if row.State != webhookActive {
		return nil, notActive()
	}
	var delivery deliveryRow
	err = db.Where("id = ? AND webhook_id = ?", request.Msg.GetDeliveryId(), row.ID).Take(&delivery).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, wire.Refuse(contract.CodeNotFound, "Không có lần báo này, hoặc đã quá 30 ngày.", "There is no such delivery, or it is older than 30 days.")
	}
	if err != nil {
		return nil, err
	}
	if err := db.Model(&deliveryRow{}).Where("number = ?", delivery.Number).Updates(map[string]any{"delivered_at": nil, "left_out": false}).Error; err != nil {
		return nil, fmt.Errorf("tell %s again: %w", delivery.ID, err)
	}
	delivery.DeliveredAt, delivery.LeftOut = nil, false
	s.tellNow(ctx, row.ID)
	return connect.NewResponse(delivery.tell()), nil
}

// ListWebhookDeliveries answers the last deliveries of one subscription.
func (s *server) ListWebhookDeliveries(ctx context.Context, request *connect.Request[reportsv1.ListWebhookDeliveriesRequest]) (*connect.Response[reportsv1.ListWebhookDeliveriesResponse], error) {
	if err := s.mayKeepWebhooks(ctx, true); err != nil {
		return nil, err
	}
	limit := int(request.Msg.GetLimit())
	if limit <= 0 {
		limit = usualDeliveryList
	}
	var rows []deliveryRow
	err := s.register.db.WithContext(ctx).Where("webhook_id = ?", request.Msg.GetWebhookId()).Order("number DESC").Limit(min(limit, mostDeliveryList)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	answer := &reportsv1.ListWebhookDeliveriesResponse{}
	for _, row := range rows {
		answer.Deliveries = append(answer.Deliveries, row.tell())
	}
	return connect.NewResponse(answer), nil
}

func (d deliveryRow) tell() *reportsv1.WebhookDelivery {
	told := &reportsv1.WebhookDelivery{Id: d.ID, WebhookId: d.WebhookID, Kind: d.Kind, CaseId: d.CaseID, CreatedAt: d.CreatedAt.UTC().Format(time.RFC3339),
		Attempts: d.Attempts, Status: d.Status, Answer: d.Answer, LeftOut: d.LeftOut}
	if d.DeliveredAt != nil {
		told.DeliveredAt = d.DeliveredAt.UTC().Format(time.RFC3339)
	}
	if d.LastAt != nil {
		told.LastAt = d.LastAt.UTC().Format(time.RFC3339)
	}
	return told
}
