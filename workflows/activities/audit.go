package activities

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

// CloseAuditDay has the head of the audit trail kept as that of yesterday.
func (a *Activities) CloseAuditDay(ctx context.Context) (*reportsv1.AuditHead, error) {
	yesterday := calendar.DateOf(a.now()).AddDays(-1)
	answer, err := a.clients.Audit.CloseAuditDay(ctx, connect.NewRequest(&reportsv1.CloseAuditDayRequest{Day: yesterday.String()}))
	if err != nil {
		return nil, fmt.Errorf("close the audit trail of %s: %w", yesterday, err)
	}
	return answer.Msg, nil
}

// TellAuditHead has the head mailed to the auditors.
func (a *Activities) TellAuditHead(ctx context.Context, head *reportsv1.AuditHead) error {
	_, err := a.clients.Notifications.TellAuditHead(ctx, connect.NewRequest(&notificationsv1.TellAuditHeadRequest{
		Day: head.GetDay(), Entries: head.GetEntries(), LastId: head.GetLastId(), Hash: head.GetHash(),
	}))
	if err != nil {
		return fmt.Errorf("tell auditors the head of %s: %w", head.GetDay(), err)
	}
	return nil
}
