package reports

import (
	"context"
	"errors"
	"strings"
	"time"

	"connectrpc.com/connect"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.uber.org/zap"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/services/reports/history"
)

const (
	usualEvents = 50
	mostEvents  = 200
	// mostEventText is after how many bytes of text no further event is added to an answer.
	mostEventText = 90_000
)

// GetRawHistory answers events of the case's run one by one, from Temporal or, where Temporal cannot be read or has forgotten the run, from
// the stored export. Where neither has it, the history that the register tells is all there is, and the refusal says so.
func (s *server) GetRawHistory(ctx context.Context, request *connect.Request[reportsv1.GetRawHistoryRequest]) (*connect.Response[reportsv1.GetRawHistoryResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetId())
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.GetRawHistoryResponse{TemporalUrl: s.temporalURL(row)}
	events, err := s.events(ctx, row.ID, row.RunID)
	if err != nil || len(events) == 0 {
		s.logger.Warn("raw events not read from Temporal", zap.String("case", row.ID), zap.Error(err))
		stored, exportErr := s.exportedEvents(ctx, row.ID, row.RunID)
		if exportErr != nil {
			s.logger.Warn("no export of the history", zap.String("case", row.ID), zap.Error(errors.Join(err, exportErr)))
			return nil, unavailable("Lịch sử gốc trong Temporal", "The history in Temporal")
		}
		events, answer.FromExport = stored, true
	}
	answer.Total = int64(len(events))
	answer.Events, err = rawEvents(events, s.payloads, request.Msg.GetFromEvent(), request.Msg.GetLimit())
	return connect.NewResponse(answer), err
}

// rawEvents are the events from the given one on, as many as an answer holds, at least one if there is one.
func rawEvents(events []*historypb.HistoryEvent, payloads converter.DataConverter, from int64, limit int32) ([]*reportsv1.RawEvent, error) {
	if limit <= 0 {
		limit = usualEvents
	}
	var told []*reportsv1.RawEvent
	size := 0
	for _, event := range events {
		if event.GetEventId() < from {
			continue
		}
		if len(told) >= int(min(limit, mostEvents)) {
			break
		}
		text, err := history.Raw(event, payloads)
		if err != nil {
			return nil, err
		}
		if size += len(text); size > mostEventText && len(told) > 0 {
			break
		}
		told = append(told, &reportsv1.RawEvent{Id: event.GetEventId(), At: event.GetEventTime().AsTime().UTC().Format(time.RFC3339Nano), Type: typeOf(event), Attributes: text})
	}
	return told, nil
}

// typeOf is an event's type as the Temporal Web UI writes it: "TimerStarted".
func typeOf(event *historypb.HistoryEvent) string {
	return strings.TrimPrefix(event.GetEventType().String(), "EVENT_TYPE_")
}
