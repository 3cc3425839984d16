package notifications

import (
	"context"
	"strconv"
	"time"

	"connectrpc.com/connect"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

const (
	defaultLimit = 200
	greatestList = 1000
)

// ListMessages reads the ledger, newest first. Links in bodies are cut: each is its recipient's own,
// and the ledger is read by others.
func (s *service) ListMessages(ctx context.Context, request *connect.Request[notificationsv1.ListMessagesRequest]) (*connect.Response[notificationsv1.ListMessagesResponse], error) {
	query := s.db.WithContext(ctx).Order("created_at DESC, id DESC").Limit(limitOf(request.Msg.GetLimit()))
	for column, value := range map[string]string{
		"case_id": request.Msg.GetCaseId(), "official_id": request.Msg.GetOfficialId(), "state": request.Msg.GetState(),
	} {
		if value != "" {
			query = query.Where(column+" = ?", value)
		}
	}
	var rows []message
	if err := query.Find(&rows).Error; err != nil {
		return nil, err
	}
	response := &notificationsv1.ListMessagesResponse{}
	for _, row := range rows {
		response.Messages = append(response.Messages, onTheWire(row))
	}
	return connect.NewResponse(response), nil
}

func limitOf(asked int32) int {
	if asked <= 0 {
		return defaultLimit
	}
	return min(int(asked), greatestList)
}

func onTheWire(row message) *notificationsv1.Message {
	out := &notificationsv1.Message{
		Id: strconv.FormatInt(row.ID, 10), Key: row.Key, CaseId: row.CaseID, OfficialId: row.OfficialID, Channel: row.Channel,
		Template: row.Template, State: row.State, Subject: row.Subject, Body: withoutLinks(row.BodyText),
		CreatedAt: row.CreatedAt.UTC().Format(time.RFC3339), MessageId: "<" + row.MessageID + ">", Answer: row.Answer,
		Repeated: row.Repeated, RungId: row.RungID,
	}
	if row.SentAt != nil {
		out.SentAt = row.SentAt.UTC().Format(time.RFC3339)
	}
	if row.DigestID != nil {
		out.DigestId = strconv.FormatInt(*row.DigestID, 10)
	}
	return out
}
