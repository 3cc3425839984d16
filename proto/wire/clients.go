package wire

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/nenep/units/v1/unitsv1connect"
)

// Clients speak to the services as one of them.
type Clients struct {
	Units         unitsv1connect.UnitsServiceClient
	Register      reportsv1connect.RegisterServiceClient
	Acts          reportsv1connect.ActsServiceClient
	Webhooks      reportsv1connect.WebhooksServiceClient
	Evidence      reportsv1connect.EvidenceServiceClient
	Audit         reportsv1connect.AuditServiceClient
	Forms         reportsv1connect.FormsServiceClient
	Synthesis     reportsv1connect.SynthesisServiceClient
	SignedCopies  reportsv1connect.SignedCopiesServiceClient
	Retention     reportsv1connect.RetentionServiceClient
	FormWorkbook  reportsv1connect.FormWorkbookServiceClient
	Documents     reportsv1connect.DocumentsServiceClient
	Repair        reportsv1connect.RepairServiceClient
	Notifications notificationsv1connect.NotificationsServiceClient
}

// NewClients makes the clients of a caller named service ("portal", "worker", "terminal"...).
func (c Config) NewClients(service string) Clients {
	return c.NewClientsWith(c.Speaker(service).ShowToken)
}

// NewClientsWith makes clients that prove themselves to each listener in another way; nil: not at all.
func (c Config) NewClientsWith(show func(listener string) connect.Interceptor) Clients {
	call := c.HouseClient(0)
	bounded, patient := options(show, within(always)), options(show, within(unbounded))
	return Clients{
		Units:         unitsv1connect.NewUnitsServiceClient(call, c.UnitsURL, bounded("units")),
		Register:      reportsv1connect.NewRegisterServiceClient(call, c.ReportsURL, bounded("reports")),
		Acts:          reportsv1connect.NewActsServiceClient(call, c.ReportsURL, bounded("reports")),
		Webhooks:      reportsv1connect.NewWebhooksServiceClient(call, c.ReportsURL, bounded("reports")),
		Evidence:      reportsv1connect.NewEvidenceServiceClient(call, c.ReportsURL, bounded("reports")),
		Audit:         reportsv1connect.NewAuditServiceClient(call, c.ReportsURL, patient("reports")),
		Forms:         reportsv1connect.NewFormsServiceClient(call, c.ReportsURL, bounded("reports")),
		Synthesis:     reportsv1connect.NewSynthesisServiceClient(call, c.ReportsURL, bounded("reports")),
		SignedCopies:  reportsv1connect.NewSignedCopiesServiceClient(call, c.ReportsURL, bounded("reports")),
		Retention:     reportsv1connect.NewRetentionServiceClient(call, c.ReportsURL, bounded("reports")),
		FormWorkbook:  reportsv1connect.NewFormWorkbookServiceClient(call, c.ReportsURL, bounded("reports")),
		Documents:     reportsv1connect.NewDocumentsServiceClient(call, c.ReportsURL, patient("reports")),
		Repair:        reportsv1connect.NewRepairServiceClient(call, c.ReportsURL, patient("reports")),
		Notifications: notificationsv1connect.NewNotificationsServiceClient(call, c.NotificationsURL, patient("notifications")),
	}
}

func options(show func(listener string) connect.Interceptor, bound connect.Interceptor) func(listener string) connect.ClientOption {
	return func(listener string) connect.ClientOption {
		if show == nil {
			return connect.WithInterceptors(bound)
		}
		return connect.WithInterceptors(show(listener), bound)
	}
}

func always(context.Context) bool { return true }

// unbounded: the caller has not said how long he waits.
func unbounded(ctx context.Context) bool {
	_, set := ctx.Deadline()
	return !set
}

// callTime bounds a call to a service, so that nobody waits longer for one that hangs. A digest, a document that is
// printed and a page of a repair are bounded by their callers instead: they take as long as those may.
const callTime = 30 * time.Second

// within bounds those calls that ask tells to.
func within(ask func(context.Context) bool) connect.UnaryInterceptorFunc {
	return func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
			if !ask(ctx) {
				return next(ctx, request)
			}
			ctx, cancel := context.WithTimeout(ctx, callTime)
			defer cancel()
			return next(ctx, request)
		}
	}
}
