package reports

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	"nenep/rules/calendar"
	"nenep/services/reports/webhook"
)

type webhookRow struct {
	ID              string `gorm:"primaryKey"`
	Name            string
	URL             string `gorm:"column:url"`
	Kinds           string // as PostgreSQL writes text[]
	ObligationIDs   string `gorm:"column:obligation_ids"`
	UnderUnitID     string
	State           string
	Reason          string
	SecretSealed    []byte
	OldSecretSealed []byte
	OldSecretUntil  *time.Time
	IdempotencyKey  string
	CreatedBy       string
	CreatedAt       time.Time
}

// TableName is the table of the row.
func (webhookRow) TableName() string { return "webhooks" }

type deliveryRow struct {
	Number      int64  `gorm:"primaryKey;autoIncrement"`
	ID          string // webhook-id
	WebhookID   string
	Kind        string
	CaseID      string
	UnitID      string
	Body        string
	CreatedAt   time.Time
	DeliveredAt *time.Time
	LeftOut     bool
	Attempts    int32
	Status      int32
	Answer      string
	LastAt      *time.Time
}

// TableName is the table of the row.
func (deliveryRow) TableName() string { return "webhook_deliveries" }

// listOf reads text[] as PostgreSQL writes it; its elements are ids and kinds, which it never quotes.
func listOf(array string) []string {
	if array = strings.Trim(array, "{}"); array == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(array, `"`, ""), ",")
}

// announcement is a change of one case on its way to those who subscribed to it. It is written with the change or not at all.
type announcement struct {
	subscribers []webhookRow
	wasDue      string
}

// newAnnouncement looks who has subscribed, and what of the case is about to change. Without subscribers it costs one question.
func newAnnouncement(tx *gorm.DB, caseID string) (announcement, error) {
	var a announcement
	if err := tx.Where("state <> 'ended'").Order("id").Find(&a.subscribers).Error; err != nil || len(a.subscribers) == 0 {
		return a, err
	}
	if example, err := openedByExample(tx, caseID); err != nil || example {
		return announcement{}, err // other systems would take it for a case
	}
	var was []*string
	if err := tx.Model(&caseRow{}).Where("id = ?", caseID).Pluck("due_day", &was).Error; err != nil {
		return a, fmt.Errorf("read the due day of case %s: %w", caseID, err)
	}
	if len(was) == 1 {
		a.wasDue = dayText(was[0])
	}
	return a, nil
}

// openedByExample tells whether the event that opened the case is marked as an example.
func openedByExample(tx *gorm.DB, caseID string) (bool, error) {
	event, is := contract.EventOfCase(caseID)
	if !is {
		return false, nil
	}
	obligation, _, _, err := contract.CaseIDParts(caseID)
	if err != nil {
		return false, err
	}
	var examples int64
	if err := tx.Model(&eventRow{}).Where("id = ? AND obligation_id = ? AND example", event, obligation).Count(&examples).Error; err != nil {
		return false, fmt.Errorf("look whether case %s is an example: %w", caseID, err)
	}
	return examples > 0, nil
}

func dayText(column *string) string {
	if column == nil {
		return ""
	}
	return (*column)[:min(len(*column), len("2006-01-02"))]
}

// write stores one row for every subscriber whom the change concerns, and answers whom.
func (a announcement) write(tx *gorm.DB, caseID, what string, now time.Time) ([]string, error) {
	if len(a.subscribers) == 0 {
		return nil, nil
	}
	var row caseRow
	if err := tx.Where("id = ?", caseID).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("read case %s: %w", caseID, err)
	}
	change := changeOf(row, what, a.wasDue)
	kind := change.Kind()
	if kind == "" {
		return nil, nil
	}
	body, err := change.Body()
	if err != nil {
		return nil, err
	}
	var told []string
	for _, subscriber := range a.subscribers {
		if !subscriber.wants(kind, row.ObligationID) {
			continue
		}
		delivery := deliveryRow{ID: eventID(subscriber.ID, caseID, kind, change.Once()), WebhookID: subscriber.ID, Kind: kind, CaseID: caseID, UnitID: row.UnitID,
			Body: body, CreatedAt: now.UTC()}
		written := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoNothing: true}).Create(&delivery)
		if written.Error != nil {
			return nil, fmt.Errorf("announce %s of case %s: %w", kind, caseID, written.Error)
		}
		if written.RowsAffected == 1 {
			told = append(told, subscriber.ID)
		}
	}
	return told, nil
}

func changeOf(row caseRow, what, wasDue string) webhook.Change {
	due := dayText(row.DueDay)
	if what == contract.ProgressOpened {
		wasDue = due
	}
	return webhook.Change{What: what, CaseID: row.ID, ObligationID: row.ObligationID, UnitID: row.UnitID, PeriodID: row.PeriodID, AreaID: row.AreaID,
		State: row.State, Round: row.Round, Submission: row.Submission, DueDay: due, WasDue: wasDue, Today: calendar.DateOf(row.CaseClock).String(),
		SubmittedAt: row.SubmittedAt, AcceptedAt: row.AcceptedAt, LateWorkingDays: row.LateWorkingDays, Sealed: row.Sealed, Sequence: row.Sequence, At: row.CaseClock}
}

func (w webhookRow) wants(kind, obligation string) bool {
	kinds, obligations := listOf(w.Kinds), listOf(w.ObligationIDs)
	return (len(kinds) == 0 || slices.Contains(kinds, kind)) && (len(obligations) == 0 || slices.Contains(obligations, obligation))
}

// eventID is the same for the same change told to the same subscriber.
func eventID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return "evt_" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:26])
}

// tellNow has a subscriber tried at once, however long his last failure would have him wait: a person asked for it.
func (s *server) tellNow(ctx context.Context, webhookID string) {
	s.startTelling(ctx, webhookID, enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING)
}

// tellSubscribers starts the workflow of each; one that runs already goes on. When it cannot be started nothing is lost: the schedule that
// delivers acts looks again.
func (s *server) tellSubscribers(ctx context.Context, webhookIDs []string) {
	for _, id := range webhookIDs {
		s.startTelling(ctx, id, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
	}
}

func (s *server) startTelling(ctx context.Context, webhookID string, running enumspb.WorkflowIdConflictPolicy) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := s.cases.ExecuteWorkflow(bounded, client.StartWorkflowOptions{
		ID: contract.WorkflowWebhook + "/" + webhookID, TaskQueue: contract.QueueUpkeep, WorkflowIDConflictPolicy: running,
		StaticSummary: "Báo cho hệ thống đã đăng ký nhận thay đổi của hồ sơ",
	}, contract.DeliverWebhooks, contract.WebhookInput{WebhookID: webhookID})
	if err != nil {
		s.logger.Warn("webhook's workflow not started; the schedule will", zap.String("webhook", webhookID), zap.Error(err))
	}
}

// tellWaiting starts the workflows of those for whom something waits.
func (s *server) tellWaiting(ctx context.Context) error {
	var ids []string
	err := s.register.db.WithContext(ctx).Raw(`SELECT id FROM webhooks WHERE state = 'active' AND EXISTS
		(SELECT 1 FROM webhook_deliveries WHERE webhook_id = webhooks.id AND delivered_at IS NULL AND NOT left_out) ORDER BY id`).Scan(&ids).Error
	if err != nil {
		return fmt.Errorf("look for webhooks that wait: %w", err)
	}
	s.tellSubscribers(ctx, ids)
	return nil
}
