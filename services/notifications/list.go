package notifications

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/rules/calendar"
)

const (
	defaultLimit = 200
	greatestList = 1000
)

// ListMessages reads what the caller may see of the ledger, newest first, and counts all that the filter holds. Links in bodies are cut: each is its recipient's own,
// and the ledger is read by others.
func (s *service) ListMessages(ctx context.Context, request *connect.Request[notificationsv1.ListMessagesRequest]) (*connect.Response[notificationsv1.ListMessagesResponse], error) {
	such, err := filterOf(request.Msg)
	if err != nil {
		return nil, err
	}
	seen, err := s.inSight(ctx)
	if err != nil {
		return nil, err
	}
	var total int64
	if err := s.db.WithContext(ctx).Model(&message{}).Scopes(such, seen).Count(&total).Error; err != nil {
		return nil, err
	}
	var rows []message
	err = s.db.WithContext(ctx).Scopes(such, seen).Order("id DESC").Offset(int(max(request.Msg.GetOffset(), 0))).Limit(limitOf(request.Msg.GetLimit())).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	response := &notificationsv1.ListMessagesResponse{Total: int32(total)}
	for _, row := range rows {
		response.Messages = append(response.Messages, onTheWire(row))
	}
	return connect.NewResponse(response), nil
}

// filterOf is a request's filter, every fault of it at once.
func filterOf(request *notificationsv1.ListMessagesRequest) (func(*gorm.DB) *gorm.DB, error) {
	var faults []*casefilev1.FieldFault
	days := map[string]calendar.Date{}
	for field, value := range map[string]string{"from": request.GetFrom(), "to": request.GetTo()} {
		day, ok := dayOf(value)
		if days[field] = day; !ok && value != "" {
			faults = append(faults, badDay(field, value))
		}
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b *casefilev1.FieldFault) int { return strings.Compare(a.GetField(), b.GetField()) })
		return nil, refuseFields(faults)
	}
	return func(query *gorm.DB) *gorm.DB {
		for _, equal := range [][2]string{
			{"case_id", request.GetCaseId()}, {"official_id", request.GetOfficialId()}, {"state", request.GetState()}, {"unit_id", request.GetUnitId()},
			{"channel", request.GetChannel()}, {"template", request.GetTemplate()}, {"sender_unit_id", request.GetSenderUnitId()},
		} {
			if equal[1] != "" {
				query = query.Where(equal[0]+" = ?", equal[1])
			}
		}
		if !days["from"].IsZero() {
			query = query.Where("created_at >= ?", days["from"].At(0, 0).UTC())
		}
		if !days["to"].IsZero() {
			query = query.Where("created_at < ?", days["to"].End().UTC())
		}
		if request.GetId() != "" {
			id, err := strconv.ParseInt(request.GetId(), 10, 64)
			if err != nil {
				return query.Where("false")
			}
			query = query.Where("id = ?", id)
		}
		if request.GetNobody() {
			query = query.Where("official_id = ''")
		}
		if text := fold(request.GetText()); text != "" {
			query = query.Where(`folded || ' ' || folded_answer LIKE ?`, "%"+likeLiteral.Replace(text)+"%")
		}
		return query
	}, nil
}

var likeLiteral = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func limitOf(asked int32) int {
	if asked <= 0 {
		return defaultLimit
	}
	return min(int(asked), greatestList)
}

func onTheWire(row message) *notificationsv1.Message {
	return &notificationsv1.Message{
		Id: strconv.FormatInt(row.ID, 10), Key: row.Key, CaseId: row.CaseID, OfficialId: row.OfficialID, Channel: row.Channel,
		Template: row.Template, State: row.State, Subject: row.Subject, Body: withoutLinks(row.BodyText),
		CreatedAt: instant(&row.CreatedAt), SentAt: instant(row.SentAt), MessageId: "<" + row.MessageID + ">", Answer: row.Answer,
		Repeated: row.Repeated, RungId: row.RungID, DigestId: number64(row.DigestID), UnitId: row.UnitID, Role: row.Role, Name: row.Name,
		On: row.OnDay, DeliveredAt: instant(row.DeliveredAt), Delivery: row.Delivery, DelegatedBy: row.DelegatedBy, VacantRole: row.VacantRole,
		DecidedBy: row.DecidedBy, DecidedAt: instant(row.DecidedAt), Words: row.Words, LeavesAt: instant(row.LeavesAt),
		FollowsId: number64(row.FollowsID), SenderUnitId: row.SenderUnitID,
	}
}

func instant(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func number64(id *int64) string {
	if id == nil {
		return ""
	}
	return strconv.FormatInt(*id, 10)
}

// exportedAtOnce is how many rows one part of an export holds.
const exportedAtOnce = 500

// byteOrderMark tells spreadsheet programs that the file is UTF-8.
const byteOrderMark = "\ufeff"

var exportHead = []string{"id", "created_at", "on", "case_id", "unit_id", "role", "official_id", "name", "channel", "template", "rung_id", "state", "subject",
	"sent_at", "delivered_at", "delivery", "answer", "repeated", "delegated_by", "vacant_role", "sender_unit_id", "decided_by", "decided_at", "words",
	"follows_id", "digest_id", "message_id", "key"}

// ExportMessages answers the messages of a filter as CSV (RFC 4180), oldest first, for the archive. Bodies stay in the ledger.
func (s *service) ExportMessages(ctx context.Context, request *connect.Request[notificationsv1.ListMessagesRequest], stream *connect.ServerStream[notificationsv1.ExportMessagesResponse]) error {
	such, err := filterOf(request.Msg)
	if err != nil {
		return err
	}
	seen, err := s.inSight(ctx)
	if err != nil {
		return err
	}
	part := [][]string{exportHead}
	prefix := byteOrderMark
	for last := int64(0); ; {
		var rows []message
		err := s.db.WithContext(ctx).Scopes(such, seen).Omit("body_text", "body_html", "facts").Where("id > ?", last).Order("id").Limit(exportedAtOnce).Find(&rows).Error
		if err != nil {
			return err
		}
		for _, row := range rows {
			part, last = append(part, exported(row)), row.ID
		}
		if err := stream.Send(&notificationsv1.ExportMessagesResponse{Content: written(prefix, part)}); err != nil {
			return err
		}
		if len(rows) < exportedAtOnce {
			return nil
		}
		part, prefix = nil, ""
	}
}

func exported(row message) []string {
	m := onTheWire(row)
	return []string{m.GetId(), m.GetCreatedAt(), m.GetOn(), m.GetCaseId(), m.GetUnitId(), m.GetRole(), m.GetOfficialId(), m.GetName(), m.GetChannel(),
		m.GetTemplate(), m.GetRungId(), m.GetState(), m.GetSubject(), m.GetSentAt(), m.GetDeliveredAt(), m.GetDelivery(), m.GetAnswer(),
		strconv.FormatBool(m.GetRepeated()), m.GetDelegatedBy(), m.GetVacantRole(), m.GetSenderUnitId(), m.GetDecidedBy(), m.GetDecidedAt(), m.GetWords(),
		m.GetFollowsId(), m.GetDigestId(), m.GetMessageId(), m.GetKey()}
}

func written(prefix string, records [][]string) []byte {
	out := bytes.NewBufferString(prefix)
	writer := csv.NewWriter(out)
	writer.UseCRLF = true
	for _, record := range records {
		for i, cell := range record {
			record[i] = plainCell(cell)
		}
		_ = writer.Write(record) // into memory: cannot fail
	}
	writer.Flush()
	return out.Bytes()
}

// plainCell is a cell that no spreadsheet program takes for a formula.
func plainCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
