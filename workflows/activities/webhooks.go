package activities

import (
	"context"
	"fmt"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// DeliverWebhook posts what waits for one subscriber, up to the first event that he does not take.
func (a *Activities) DeliverWebhook(ctx context.Context, webhookID string) (*reportsv1.DeliverWebhookResponse, error) {
	answer, err := a.clients.Webhooks.DeliverWebhook(ctx, connect.NewRequest(&reportsv1.DeliverWebhookRequest{Id: webhookID}))
	if err != nil {
		return nil, fmt.Errorf("tell the subscriber of webhook %s: %w", webhookID, err)
	}
	return answer.Msg, nil
}

// StopWebhook pauses a subscription that has failed for too long.
func (a *Activities) StopWebhook(ctx context.Context, webhookID string) error {
	if _, err := a.clients.Webhooks.StopWebhook(ctx, connect.NewRequest(&reportsv1.StopWebhookRequest{Id: webhookID})); err != nil {
		return fmt.Errorf("stop webhook %s: %w", webhookID, err)
	}
	return nil
}
