package reports

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// RecordEvent stores an event that obliges a unit, and has the reconciliation look at once. The
// same key with the same content gets the event it got first. Only obligations of the catalogue
// that arise by event are taken: denunciations are none of them and never become a case.
func (s *server) RecordEvent(ctx context.Context, request *connect.Request[reportsv1.RecordEventRequest]) (*connect.Response[reportsv1.Event], error) {
	event := request.Msg
	unit, err := s.unit(ctx, event.GetUnitId())
	if err != nil {
		return nil, err
	}
	if err := refuseFields(eventFaults(event, s.catalogue, unit, today(s.now(), 0, time.Time{}))); err != nil {
		return nil, err
	}
	if err := s.mayRecord(ctx, unit); err != nil {
		return nil, err
	}
	row, err := s.register.recordEvent(ctx, event, wire.IdentityOf(ctx).OfficialID, s.now())
	if err != nil {
		return nil, err
	}
	s.reconcileNow(ctx, row)
	return connect.NewResponse(row.tell()), nil
}

// unit answers the unit with that id; nil when nobody knows it.
func (s *server) unit(ctx context.Context, id string) (*unitsv1.Unit, error) {
	answer, err := s.units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: id}))
	if err == nil {
		return answer.Msg.GetUnit(), nil
	}
	if connect.CodeOf(err) == connect.CodeNotFound {
		return nil, nil
	}
	s.logger.Warn("units did not answer", zap.String("unit", id), zap.Error(err))
	return nil, unavailable("Danh mục đơn vị", "The units service")
}

// eventFaults names every field of an event that is not right.
func eventFaults(event *reportsv1.RecordEventRequest, declared *catalogue.Catalogue, unit *unitsv1.Unit, today calendar.Date) []*casefilev1.FieldFault {
	j := &judge{setting: setting{today: today}}
	j.needed("on", "ngày xảy ra sự kiện", "the day of the event", event.GetOn())
	j.pastDay("on", "ngày xảy ra sự kiện", "the day of the event", event.GetOn())
	if unit == nil {
		j.add("unit_id", fmt.Sprintf("Không có đơn vị “%s”. Kiểm tra mã đơn vị.", event.GetUnitId()), fmt.Sprintf("There is no unit “%s”. Check its id.", event.GetUnitId()))
	}
	obligation := obligationOn(declared, event.GetObligationId(), event.GetOn(), today)
	switch {
	case obligation == nil || obligation.Recurrence != catalogue.ByEvent:
		j.add("obligation_id", fmt.Sprintf("Danh mục không có nhiệm vụ “%s” phát sinh theo sự kiện. Chọn nhiệm vụ trong danh mục.", event.GetObligationId()),
			fmt.Sprintf("The catalogue has no obligation “%s” that arises by event. Choose one of the catalogue.", event.GetObligationId()))
	case unit != nil && !owes(obligation, unit.GetKind(), event.GetOn()):
		j.add("unit_id", fmt.Sprintf("%s không thuộc đối tượng thực hiện nhiệm vụ %s.", unit.GetName(), obligation.Code),
			fmt.Sprintf("%s does not owe obligation %s.", unit.GetNameEn(), obligation.Code))
	}
	j.faults = append(j.faults, tooLong("words", "nội dung", "the text", event.GetWords(), mostWords)...)
	if hasUnprintable(event) {
		j.add("words", "Nội dung có ký tự không in được. Nhập lại bằng chữ thường.", "The text holds characters that cannot be printed. Type it again.")
	}
	return j.faults
}

// owes tells whether units of the kind owed the obligation on the day.
func owes(obligation *catalogue.Obligation, kind, on string) bool {
	day, err := calendar.ParseDate(on)
	return slices.ContainsFunc(obligation.Obliged.Kinds, func(span catalogue.KindSpan) bool {
		within := err != nil || !day.Before(span.From) && (span.To.IsZero() || !day.After(span.To))
		return span.Kind == kind && within
	})
}

// obligationOn finds the entry in the edition in force on the day, or today's when the day is none.
func obligationOn(declared *catalogue.Catalogue, code, on string, today calendar.Date) *catalogue.Obligation {
	day, err := calendar.ParseDate(on)
	if err != nil {
		day = today
	}
	edition := declared.At(day)
	if edition == nil {
		edition = declared.Latest()
	}
	if edition == nil {
		return nil
	}
	return edition.Obligation(code)
}

// mayRecord: the unit's own people, its reviewing body, administrators, and the worker.
func (s *server) mayRecord(ctx context.Context, unit *unitsv1.Unit) error {
	id := wire.IdentityOf(ctx)
	if id.Service == "worker" && id.OfficialID == "" {
		return nil
	}
	if id.OfficialID == "" {
		return wire.Forbidden("Chưa biết cán bộ nào thực hiện việc này. Đăng nhập rồi gửi lại.", "It is not known which official acts. Sign in and send again.")
	}
	hats, err := s.hats(ctx, id.OfficialID)
	if err != nil {
		return err
	}
	_, administers := hatWith(hats, roleAdministrator)
	if administers || mayHandIn(hats, bodies{unit.GetId(), unit.GetReviewerId()}) {
		return nil
	}
	return s.notYours(ctx, "ghi sự kiện", "record an event", unit.GetId())
}

func (r register) recordEvent(ctx context.Context, event *reportsv1.RecordEventRequest, officialID string, now time.Time) (eventRow, error) {
	key := event.GetIdempotencyKey()
	said := &reportsv1.RecordEventRequest{ObligationId: event.GetObligationId(), UnitId: event.GetUnitId(), On: event.GetOn(), Words: event.GetWords(), Example: event.GetExample()}
	hash, err := contentHash(said)
	if err != nil {
		return eventRow{}, err
	}
	if key == "" {
		key = "content-" + hex.EncodeToString(hash)
	}
	row := eventRow{ObligationID: said.GetObligationId(), UnitID: said.GetUnitId(), OnDay: said.GetOn(), Words: said.GetWords(), Example: said.GetExample(),
		IdempotencyKey: key, ContentSha256: hash, OfficialID: officialID, RecordedAt: now.UTC()}
	err = r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return row.insert(tx, hash) })
	return row, err
}

// insert numbers the event within its year and stores it; a key already there answers its event.
func (row *eventRow) insert(tx *gorm.DB, hash []byte) error {
	// One recorder of a key at a time: the second finds the first one's event.
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", row.IdempotencyKey).Error; err != nil {
		return fmt.Errorf("lock the event's key: %w", err)
	}
	var there []eventRow
	if err := tx.Where("idempotency_key = ?", row.IdempotencyKey).Limit(1).Find(&there).Error; err != nil {
		return fmt.Errorf("look for the event: %w", err)
	}
	if len(there) == 1 {
		*row = there[0]
		if !bytes.Equal(row.ContentSha256, hash) {
			return conflict(row.IdempotencyKey)
		}
		return nil
	}
	year := calendar.MustDate(row.OnDay).Year()
	var number int
	err := tx.Raw("INSERT INTO event_numbers (year, last) VALUES (?, 1) ON CONFLICT (year) DO UPDATE SET last = event_numbers.last + 1 RETURNING last", year).Scan(&number).Error
	if err != nil {
		return fmt.Errorf("number the event: %w", err)
	}
	row.ID = calendar.EventPeriod(year, number).String()
	if err := tx.Create(row).Error; err != nil {
		return fmt.Errorf("store event %s: %w", row.ID, err)
	}
	body, err := canonicalJSON(fmt.Appendf(nil, `{"event_id":%q,"obligation_id":%q,"unit_id":%q,"content_sha256":"%x"}`, row.ID, row.ObligationID, row.UnitID, hash))
	if err != nil {
		return err
	}
	return appendAudit(tx, auditEntry{at: row.RecordedAt, kind: "event-recorded", officialID: row.OfficialID, body: body})
}

func (row eventRow) tell() *reportsv1.Event {
	return &reportsv1.Event{Id: row.ID, ObligationId: row.ObligationID, UnitId: row.UnitID, On: row.OnDay[:min(len(row.OnDay), len("2006-01-02"))],
		Words: row.Words, Example: row.Example}
}

// reconcileNow starts the reconciliation of the obligation. When it cannot be started nothing is
// lost: the schedule looks again.
func (s *server) reconcileNow(ctx context.Context, row eventRow) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := s.cases.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.WorkflowReconcileNow + "-" + row.ID, TaskQueue: contract.QueueUpkeep,
	}, contract.ReconcilePeriods, contract.ReconcileInput{Obligation: row.ObligationID, Reason: "event"})
	if err != nil {
		s.logger.Warn("reconciliation not started; its schedule will see the event", zap.String("event", row.ID), zap.Error(err))
	}
}

// ListEvents answers the events of an obligation, or all, in order.
func (s *server) ListEvents(ctx context.Context, request *connect.Request[reportsv1.ListEventsRequest]) (*connect.Response[reportsv1.ListEventsResponse], error) {
	query := s.register.db.WithContext(ctx).Order("length(id), id")
	if request.Msg.GetObligationId() != "" {
		query = query.Where("obligation_id = ?", request.Msg.GetObligationId())
	}
	var rows []eventRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	answer := &reportsv1.ListEventsResponse{}
	for _, row := range rows {
		answer.Events = append(answer.Events, row.tell())
	}
	return connect.NewResponse(answer), nil
}
