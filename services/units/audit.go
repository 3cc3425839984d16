package units

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
)

const (
	changesShown     = 50
	mostChangesShown = 500
)

// changedField is one value before and after.
type changedField struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// written is what the audit keeps of a row that was written by hand, and by which document or why.
type written struct {
	ID       string         `json:"id"`
	Document string         `json:"document,omitempty"`
	Fields   []changedField `json:"fields"`
}

// differences names the fields in which two rows differ; both list the same fields in the same order.
func differences(before, after []changedField) []changedField {
	var found []changedField
	for i, field := range after {
		was := ""
		if i < len(before) {
			was = before[i].After
		}
		if was != field.After {
			found = append(found, changedField{field.Field, was, field.After})
		}
	}
	return found
}

func said(field, value string) changedField { return changedField{Field: field, After: value} }

// ListChanges answers who changed what of one unit, official, area, position or board, or of all, the newest first. What was recorded
// before changes were kept by what they are of is answered only without a subject.
func (s *server) ListChanges(ctx context.Context, r *connect.Request[unitsv1.ListChangesRequest]) (*connect.Response[unitsv1.ListChangesResponse], error) {
	may, err := s.readsAll(ctx)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, s.forbidden("xem các thay đổi của danh bạ", "read what was changed in the register")
	}
	limit := int(r.Msg.GetLimit())
	if limit <= 0 {
		limit = changesShown
	}
	var rows []change
	err = s.db.WithContext(ctx).Scopes(ofSubject(r.Msg.GetSubject())).Order("id DESC").Limit(min(limit, mostChangesShown)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return connect.NewResponse(&unitsv1.ListChangesResponse{Changes: messages(rows)}), nil
}

func ofSubject(id string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if id == "" {
			return db
		}
		return db.Where("subjects @> ARRAY[?::text]", id)
	}
}

func (c change) message() *unitsv1.Change {
	message := &unitsv1.Change{
		Id: strconv.FormatInt(c.ID, 10), At: c.At.UTC().Format(time.RFC3339), Kind: c.Kind, OfficialId: string(c.OfficialID), Service: c.Service, Subjects: c.Subjects,
	}
	var kept struct {
		Document any            `json:"document"`
		Fields   []changedField `json:"fields"`
	}
	// Kinds of change that keep something else have neither.
	if json.Unmarshal(c.Payload, &kept) != nil {
		return message
	}
	message.Document, _ = kept.Document.(string)
	for _, f := range kept.Fields {
		message.Fields = append(message.Fields, &unitsv1.ChangedField{Field: f.Field, Before: f.Before, After: f.After})
	}
	return message
}
