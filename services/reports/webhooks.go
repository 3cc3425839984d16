package reports

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/services/reports/webhook"
)

const (
	webhookActive = "active"
	webhookPaused = "paused"
	webhookEnded  = "ended"
	// twoSecrets is how long a delivery is signed with the secret before, so that a subscriber has time to take the new one.
	twoSecrets = 24 * time.Hour
)

// mayKeepWebhooks lets in administrators; to read, whoever audits as well.
func (s *server) mayKeepWebhooks(ctx context.Context, reading bool) error {
	id := wire.IdentityOf(ctx)
	if id.OfficialID != "" {
		hats, err := s.hats(ctx, id.OfficialID)
		if err != nil {
			return err
		}
		_, administers := hatWith(hats, roleAdministrator)
		_, audits := hatWith(hats, roleAuditor)
		if administers || reading && audits {
			return nil
		}
	}
	return wire.Forbidden("Tài khoản này không có quyền quản lý webhook. Liên hệ "+s.cfg.HelpContact+".", "This account may not keep webhooks. Contact "+s.cfg.HelpContact+".")
}

// CreateWebhook stores a subscription and answers its secret, once.
func (s *server) CreateWebhook(ctx context.Context, request *connect.Request[reportsv1.CreateWebhookRequest]) (*connect.Response[reportsv1.Webhook], error) {
	if err := s.mayKeepWebhooks(ctx, false); err != nil {
		return nil, err
	}
	asked := request.Msg
	if err := s.webhookFaults(ctx, asked); err != nil {
		return nil, err
	}
	key := asked.GetIdempotencyKey()
	if key == "" {
		key = strings.Join([]string{asked.GetName(), asked.GetUrl(), s.now().UTC().Format(time.RFC3339Nano)}, "\n")
	}
	row := webhookRow{Name: strings.TrimSpace(asked.GetName()), URL: asked.GetUrl(), Kinds: textArray(asked.GetKinds()), ObligationIDs: textArray(asked.GetObligationIds()),
		UnderUnitID: asked.GetUnderUnitId(), State: webhookActive, IdempotencyKey: key, CreatedBy: wire.IdentityOf(ctx).OfficialID, CreatedAt: s.now().UTC()}
	sum, err := contentHash(&reportsv1.CreateWebhookRequest{Name: row.CreatedBy, IdempotencyKey: key})
	if err != nil {
		return nil, err
	}
	row.ID = "WH-" + base32.StdEncoding.EncodeToString(sum)[:8]
	secret, sealed, err := s.webhooks.vault.NewSecret(row.ID)
	if err != nil {
		return nil, err
	}
	row.SecretSealed = sealed
	err = s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if made.Error != nil {
			return fmt.Errorf("store webhook %s: %w", row.ID, made.Error)
		}
		if made.RowsAffected == 0 {
			secret = ""
			return tx.Where("id = ?", row.ID).Take(&row).Error
		}
		return s.auditWebhook(tx, "webhook-created", row)
	})
	if err != nil {
		return nil, err
	}
	answer := row.tell(0)
	answer.Secret = secret
	return connect.NewResponse(answer), nil
}

// auditWebhook leaves a line in the trail; the address stays out of it, since it may hold a key.
func (s *server) auditWebhook(tx *gorm.DB, kind string, row webhookRow) error {
	body, err := canonicalJSON(fmt.Appendf(nil, `{"webhook_id":%q,"state":%q,"reason":%q}`, row.ID, row.State, row.Reason))
	if err != nil {
		return err
	}
	return appendAudit(tx, auditEntry{at: s.now(), kind: kind, officialID: wire.IdentityOf(tx.Statement.Context).OfficialID, body: body})
}

// webhookFaults names every field of the subscription that cannot be taken.
func (s *server) webhookFaults(ctx context.Context, asked *reportsv1.CreateWebhookRequest) error {
	faults := addressFaults(s.webhooks.networks, asked.GetUrl())
	for _, kind := range asked.GetKinds() {
		if !slices.Contains(contract.WebhookKinds, kind) {
			faults = append(faults, wire.Field("kinds", "Không có loại sự kiện “"+kind+"”. Chọn trong danh sách.", "There is no kind of event “"+kind+"”. Choose one of the list."))
		}
	}
	for _, code := range asked.GetObligationIds() {
		for _, fault := range s.undeclared(code) {
			fault.Field = "obligation_ids"
			faults = append(faults, fault)
		}
	}
	if id := asked.GetUnderUnitId(); id != "" {
		unit, err := s.unit(ctx, id)
		if err != nil {
			return err
		}
		if unit == nil {
			faults = append(faults, wire.Field("under_unit_id", "Không có đơn vị “"+id+"”. Kiểm tra mã đơn vị.", "There is no unit “"+id+"”. Check its id."))
		}
	}
	return refuseFields(faults)
}

func addressFaults(allowed webhook.Networks, address string) []*casefilev1.FieldFault {
	fault := func(vi, en string) []*casefilev1.FieldFault {
		return []*casefilev1.FieldFault{wire.Field("url", vi, en)}
	}
	switch err := allowed.CheckURL(address); {
	case err == nil:
		return nil
	case errors.Is(err, webhook.ErrPlain):
		return fault("Địa chỉ nhận phải bắt đầu bằng https://.", "The address must begin with https://.")
	case errors.Is(err, webhook.ErrInside):
		return fault("Địa chỉ nhận nằm trong mạng nội bộ mà hệ thống không được gọi tới. Dùng địa chỉ khác, hoặc nhờ người vận hành khai báo mạng đó.",
			"The address is inside a network that may not be called. Use another, or have the operator declare that network (NENEP_WEBHOOK_NETWORKS).")
	default:
		return fault("Địa chỉ nhận chưa đúng. Nhập theo dạng https://máy-chủ/đường-dẫn, không kèm tên đăng nhập.", "The address is not like https://host/path, without a user name.")
	}
}

func (w webhookRow) tell(waiting int32) *reportsv1.Webhook {
	told := &reportsv1.Webhook{Id: w.ID, Name: w.Name, Url: w.URL, Kinds: listOf(w.Kinds), ObligationIds: listOf(w.ObligationIDs), UnderUnitId: w.UnderUnitID,
		State: w.State, Reason: w.Reason, CreatedBy: w.CreatedBy, CreatedAt: w.CreatedAt.UTC().Format(time.RFC3339), Waiting: waiting}
	if w.OldSecretUntil != nil {
		told.OldSecretUntil = w.OldSecretUntil.UTC().Format(time.RFC3339)
	}
	return told
}

// ListWebhooks answers every subscription with how much waits.
func (s *server) ListWebhooks(ctx context.Context, _ *connect.Request[reportsv1.ListWebhooksRequest]) (*connect.Response[reportsv1.ListWebhooksResponse], error) {
	if err := s.mayKeepWebhooks(ctx, true); err != nil {
		return nil, err
	}
	db := s.register.db.WithContext(ctx)
	var rows []webhookRow
	if err := db.Order("created_at DESC, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	var counts []struct {
		WebhookID string
		Waiting   int32
	}
	err := db.Raw("SELECT webhook_id, count(*) AS waiting FROM webhook_deliveries WHERE delivered_at IS NULL AND NOT left_out GROUP BY webhook_id").Scan(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	waiting := map[string]int32{}
	for _, count := range counts {
		waiting[count.WebhookID] = count.Waiting
	}
	answer := &reportsv1.ListWebhooksResponse{}
	for _, row := range rows {
		answer.Webhooks = append(answer.Webhooks, row.tell(waiting[row.ID]))
	}
	return connect.NewResponse(answer), nil
}

func findWebhook(tx *gorm.DB, id string) (webhookRow, error) {
	var row webhookRow
	err := tx.Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, wire.Refuse(contract.CodeNotFound, "Không có webhook này.", "There is no such webhook.")
	}
	return row, err
}

// changeWebhook changes a subscription and leaves a line in the trail.
func (s *server) changeWebhook(ctx context.Context, id, kind string, change func(*webhookRow) error) (webhookRow, error) {
	var row webhookRow
	err := s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var err error
		if row, err = findWebhook(tx.Clauses(clause.Locking{Strength: "UPDATE"}), id); err != nil {
			return err
		}
		was := row.State + row.Reason
		if err := change(&row); err != nil {
			return err
		}
		if kind == "webhook-state" && was == row.State+row.Reason {
			return nil
		}
		if err := tx.Save(&row).Error; err != nil {
			return fmt.Errorf("change webhook %s: %w", id, err)
		}
		return s.auditWebhook(tx, kind, row)
	})
	return row, err
}

// SetWebhookState pauses or resumes a subscription. One that its subscriber ended is not resumed.
func (s *server) SetWebhookState(ctx context.Context, request *connect.Request[reportsv1.SetWebhookStateRequest]) (*connect.Response[reportsv1.Webhook], error) {
	if err := s.mayKeepWebhooks(ctx, false); err != nil {
		return nil, err
	}
	row, err := s.changeWebhook(ctx, request.Msg.GetId(), "webhook-state", func(row *webhookRow) error {
		if row.State == webhookEnded {
			return wire.Refuse(contract.CodeWrongState, "Hệ thống nhận đã trả lời 410 nên webhook này đã kết thúc. Lập webhook khác.", "The subscriber answered 410: this webhook has ended. Make another.")
		}
		if row.State == request.Msg.GetState() {
			return nil
		}
		row.State, row.Reason = request.Msg.GetState(), ""
		if row.State == webhookPaused {
			row.Reason = "by-hand"
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if row.State == webhookActive {
		s.tellNow(ctx, row.ID)
	}
	return connect.NewResponse(row.tell(0)), nil
}

// RotateWebhookSecret makes a new secret; the one before it signs too for a day.
func (s *server) RotateWebhookSecret(ctx context.Context, request *connect.Request[reportsv1.RotateWebhookSecretRequest]) (*connect.Response[reportsv1.Webhook], error) {
	if err := s.mayKeepWebhooks(ctx, false); err != nil {
		return nil, err
	}
	secret, sealed, err := s.webhooks.vault.NewSecret(request.Msg.GetId())
	if err != nil {
		return nil, err
	}
	row, err := s.changeWebhook(ctx, request.Msg.GetId(), "webhook-secret-changed", func(row *webhookRow) error {
		until := s.now().UTC().Add(twoSecrets)
		row.OldSecretSealed, row.OldSecretUntil, row.SecretSealed = row.SecretSealed, &until, sealed
		return nil
	})
	if err != nil {
		return nil, err
	}
	answer := row.tell(0)
	answer.Secret = secret
	return connect.NewResponse(answer), nil
}

// StopWebhook pauses a subscription that has failed for three days; again, or one that was paused or resumed meanwhile by hand, changes nothing.
func (s *server) StopWebhook(ctx context.Context, request *connect.Request[reportsv1.StopWebhookRequest]) (*connect.Response[reportsv1.Webhook], error) {
	if err := onlyServices(ctx); err != nil {
		return nil, err
	}
	row, err := s.changeWebhook(ctx, request.Msg.GetId(), "webhook-state", func(row *webhookRow) error {
		if row.State == webhookActive {
			row.State, row.Reason = webhookPaused, "failing"
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(row.tell(0)), nil
}
