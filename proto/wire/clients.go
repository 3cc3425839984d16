package wire

import (
	"net/http"
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
	Notifications notificationsv1connect.NotificationsServiceClient
}

// NewClients makes the clients of a caller named service ("portal", "worker", "terminal"...).
func (c Config) NewClients(service string) Clients {
	return c.NewClientsWith(service, connect.WithInterceptors(NewKeys(c.ServiceKey).ShowToken(service)))
}

// NewClientsWith makes clients that prove themselves in another way.
func (c Config) NewClientsWith(_ string, options ...connect.ClientOption) Clients {
	call := &http.Client{Timeout: 30 * time.Second}
	return Clients{
		Units:         unitsv1connect.NewUnitsServiceClient(call, c.UnitsURL, options...),
		Register:      reportsv1connect.NewRegisterServiceClient(call, c.ReportsURL, options...),
		Acts:          reportsv1connect.NewActsServiceClient(call, c.ReportsURL, options...),
		Notifications: notificationsv1connect.NewNotificationsServiceClient(call, c.NotificationsURL, options...),
	}
}
