package reports

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// unitNow is the unit that the event belongs to as of today, in SQL and in Go.
const unitNow = "(CASE WHEN passed_to_unit_id = '' THEN unit_id ELSE passed_to_unit_id END)"

func (row eventRow) unitNow() string {
	if row.PassedToUnitID == "" {
		return row.UnitID
	}
	return row.PassedToUnitID
}

func (row eventRow) tell() *reportsv1.Event {
	event := &reportsv1.Event{Id: row.ID, ObligationId: row.ObligationID, UnitId: row.unitNow(), On: row.OnDay[:min(len(row.OnDay), len("2006-01-02"))],
		Words: row.Words, Example: row.Example, TriggerId: row.TriggerID, BoardId: row.BoardID, RecordedAt: row.RecordedAt.UTC().Format(time.RFC3339)}
	_ = json.Unmarshal([]byte(row.Facts), &event.Facts) // the database holds an object there
	if row.OriginCaseID != nil {
		event.OriginCaseId = *row.OriginCaseID
	}
	if event.GetUnitId() != row.UnitID {
		event.PassedFrom = row.UnitID
	}
	return event
}

// saidOf is the part of a request that makes it the same request again.
func saidOf(request *reportsv1.RecordEventRequest) *reportsv1.RecordEventRequest {
	return &reportsv1.RecordEventRequest{ObligationId: request.GetObligationId(), UnitId: request.GetUnitId(), On: request.GetOn(),
		Words: request.GetWords(), Example: request.GetExample(), TriggerId: request.GetTriggerId(), Facts: request.GetFacts(),
		OriginCaseId: request.GetOriginCaseId(), BoardId: request.GetBoardId(), EveryUnit: request.GetEveryUnit()}
}

// recordEvents stores one event a unit, all or none. A key that was used answers the events it got first.
func (r register) recordEvents(ctx context.Context, o occurrence, unitIDs []string, officialID string, now time.Time) ([]eventRow, error) {
	hash, err := contentHash(saidOf(o.said))
	if err != nil {
		return nil, err
	}
	key := o.said.GetIdempotencyKey()
	if key == "" {
		key = "content-" + hex.EncodeToString(hash)
	}
	facts, err := factsColumn(o.facts())
	if err != nil {
		return nil, err
	}
	var rows []eventRow
	for _, unitID := range unitIDs {
		row := eventRow{ObligationID: o.said.GetObligationId(), UnitID: unitID, OnDay: o.said.GetOn(), Words: o.said.GetWords(), Example: o.said.GetExample(),
			IdempotencyKey: key, ContentSha256: hash, OfficialID: officialID, RecordedAt: now.UTC(), TriggerID: o.triggerID(), Facts: facts,
			OriginCaseID: idColumn(o.said.GetOriginCaseId()), BoardID: o.said.GetBoardId()}
		if o.said.GetEveryUnit() {
			row.IdempotencyKey += everyUnitMark + unitID
		}
		rows = append(rows, row)
	}
	err = r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { rows, err = recordOnce(tx, key, rows); return err })
	return rows, err
}

// everyUnitMark stands in a key between what was said and the unit it was said of.
const everyUnitMark = "@"

func factsColumn(facts map[string]string) (string, error) {
	if facts == nil {
		facts = map[string]string{}
	}
	text, err := json.Marshal(facts)
	return string(text), err
}

// idColumn is an id as the database takes it; no id is NULL.
func idColumn(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

// recordOnce stores the events and their audit entries, unless the key was used already.
func recordOnce(tx *gorm.DB, key string, rows []eventRow) ([]eventRow, error) {
	there, err := eventsOfKey(tx, key, rows[0].IdempotencyKey != key)
	if err != nil {
		return nil, err
	}
	if len(there) > 0 {
		return there, sameContent(there, rows[0].ContentSha256, key)
	}
	for i := range rows {
		if err := rows[i].insert(tx); err != nil {
			return nil, err
		}
	}
	for _, row := range rows {
		if err := row.audit(tx); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func sameContent(there []eventRow, hash []byte, key string) error {
	if slices.ContainsFunc(there, func(row eventRow) bool { return !bytes.Equal(row.ContentSha256, hash) }) {
		return conflict(key)
	}
	return nil
}

// eventsOfKey are what was recorded under the key. One recorder of a key at a time: the second finds the first one's events.
func eventsOfKey(tx *gorm.DB, key string, everyUnit bool) ([]eventRow, error) {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", key).Error; err != nil {
		return nil, fmt.Errorf("lock the event's key: %w", err)
	}
	query := tx.Where("idempotency_key = ?", key)
	if everyUnit {
		query = query.Or("starts_with(idempotency_key, ?)", key+everyUnitMark)
	}
	var there []eventRow
	if err := query.Order("length(id), id").Find(&there).Error; err != nil {
		return nil, fmt.Errorf("look for the event: %w", err)
	}
	return there, nil
}

// insert numbers the event within its year and stores it.
func (row *eventRow) insert(tx *gorm.DB) error {
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
	return nil
}

func (row eventRow) audit(tx *gorm.DB) error {
	body, err := canonicalJSON(fmt.Appendf(nil, `{"event_id":%q,"obligation_id":%q,"unit_id":%q,"content_sha256":"%x"}`, row.ID, row.ObligationID, row.UnitID, row.ContentSha256))
	if err != nil {
		return err
	}
	entry := auditEntry{at: row.RecordedAt, kind: "event-recorded", officialID: row.OfficialID, body: body}
	if row.OriginCaseID != nil {
		entry.caseID = *row.OriginCaseID
	}
	return appendAudit(tx, entry)
}

func (r register) events(ctx context.Context, obligationID, unitID string) ([]eventRow, error) {
	query := r.db.WithContext(ctx).Order("length(id), id")
	if obligationID != "" {
		query = query.Where("obligation_id = ?", obligationID)
	}
	if unitID != "" {
		query = query.Where(unitNow+" = ?", unitID)
	}
	var rows []eventRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return rows, nil
}

func passingFaults(request *reportsv1.PassEventsRequest) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	for field, id := range map[string]string{"from_unit_id": request.GetFromUnitId(), "to_unit_id": request.GetToUnitId()} {
		if !unitID.MatchString(id) {
			faults = append(faults, wire.Field(field, fmt.Sprintf("“%s” không phải là mã đơn vị.", id), fmt.Sprintf("“%s” is no unit's id.", id)))
		}
	}
	if request.GetFromUnitId() == request.GetToUnitId() {
		faults = append(faults, wire.Field("to_unit_id", "Đơn vị kế thừa phải khác đơn vị cũ.", "The successor must be another unit."))
	}
	if request.GetReorganisationId() == "" {
		faults = append(faults, missing("reorganisation_id", "mã đợt sắp xếp", "the reorganisation's id"))
	}
	return sortFaults(faults)
}

// passEvents counts the events that belong to the successor when it is done, of those asked for.
func (r register) passEvents(ctx context.Context, request *reportsv1.PassEventsRequest, now time.Time) (int32, error) {
	var passed int
	err := r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var rows []eventRow
		query := tx.Clauses(clause.Locking{Strength: "UPDATE"})
		if len(request.GetEventIds()) > 0 {
			query = query.Where("id = ANY(?)", textArray(request.GetEventIds()))
		} else {
			query = query.Where(unitNow+" = ?", request.GetFromUnitId()).Where(notDone)
		}
		if err := query.Order("length(id), id").Find(&rows).Error; err != nil {
			return fmt.Errorf("read the events of %s: %w", request.GetFromUnitId(), err)
		}
		passed = len(rows)
		if err := foreignEvents(request, rows); err != nil {
			return err
		}
		return passAll(tx, request, rows, now)
	})
	return int32(passed), err //nolint:gosec // events of one unit
}

// notDone is true of an event without a case that was done: none is open yet, or one is running.
const notDone = `NOT EXISTS (SELECT FROM cases WHERE cases.obligation_id = trigger_events.obligation_id AND cases.period_id = trigger_events.id
	AND state IN ('accepted', 'exempted', 'withdrawn') AND reinstated_as = '')`

// foreignEvents refuses ids that nobody recorded, and events of another unit.
func foreignEvents(request *reportsv1.PassEventsRequest, rows []eventRow) error {
	known := map[string]string{}
	for _, row := range rows {
		known[row.ID] = row.unitNow()
	}
	var strange []string
	for _, id := range request.GetEventIds() {
		if unit := known[id]; unit != request.GetFromUnitId() && unit != request.GetToUnitId() {
			strange = append(strange, id)
		}
	}
	if len(strange) == 0 {
		return nil
	}
	list := strings.Join(strange, ", ")
	return wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Sự kiện %s không phải của %s.", list, request.GetFromUnitId()), fmt.Sprintf("Events %s are not of %s.", list, request.GetFromUnitId()),
		wire.Field("event_ids", "Có sự kiện của đơn vị khác.", "There are events of another unit."))
}

func passAll(tx *gorm.DB, request *reportsv1.PassEventsRequest, rows []eventRow, now time.Time) error {
	var moved []eventRow
	for _, row := range rows {
		if row.unitNow() == request.GetToUnitId() {
			continue
		}
		err := tx.Model(&eventRow{}).Where("id = ?", row.ID).
			Updates(map[string]any{"passed_to_unit_id": request.GetToUnitId(), "passed_by": request.GetReorganisationId()}).Error
		if err != nil {
			return fmt.Errorf("pass event %s: %w", row.ID, err)
		}
		moved = append(moved, row)
	}
	for _, row := range moved {
		body, err := canonicalJSON(fmt.Appendf(nil, `{"event_id":%q,"from_unit_id":%q,"to_unit_id":%q,"reorganisation_id":%q}`,
			row.ID, request.GetFromUnitId(), request.GetToUnitId(), request.GetReorganisationId()))
		if err != nil {
			return err
		}
		if err := appendAudit(tx, auditEntry{at: now, kind: "event-passed", body: body}); err != nil {
			return err
		}
	}
	return nil
}
