// Package notifications is the service of who is told: a ledger of messages, the letters, the mail
// that leaves at once and the one message a morning that gathers the rest.
package notifications

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/services/internal/bootstrap"
	"nenep/services/notifications/channel"
)

const (
	serviceName  = "notifications"
	channelEmail = "email"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

func schema() bootstrap.Schema {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err)
	}
	return bootstrap.Schema{Name: serviceName, Migrations: files}
}

// Options are what only tests and demonstrations set.
type Options struct {
	// Letters replaces the embedded letters: vi/*.txt, en/*.txt, wrapper.html.
	Letters fs.FS
	// Now is the clock of the ledger and of links; time.Now when nil.
	Now func() time.Time
}

type service struct {
	db        *gorm.DB
	clients   wire.Clients
	letters   *letters
	links     links
	courier   courier
	others    channel.Set // channels beside mail
	windows   []string    // of the digest, the usual one first
	quiet     quietHours
	catalogue func() (*catalogue.Catalogue, error) // for previews; read when the first one asks
	help      help
	now       func() time.Time
	logger    *zap.Logger
}

// help is whom a letter tells people to ask.
type help struct{ contact, phone string }

// New makes the service. It refuses to start when a letter uses a field that no letter has, or when
// the mail settings cannot be used; it does not wait for database, mail relay or other services.
func New(_ context.Context, cfg wire.Config, logger *zap.Logger, options Options) (*bootstrap.Service, error) {
	read, err := loadLetters(options.Letters)
	if err != nil {
		return nil, err
	}
	mail, err := newCourier(cfg)
	if err != nil {
		return nil, err
	}
	db, err := schema().Open(cfg.DatabaseURL)
	if err != nil {
		return nil, err
	}
	others, err := channel.Open(cfg.Channels, os.Getenv)
	if err != nil {
		return nil, fmt.Errorf("NENEP_CHANNELS: %w", err)
	}
	windows, err := windowsOf(cfg.DigestWindows)
	if err != nil {
		return nil, err
	}
	quiet, err := quietHoursOf(cfg.QuietHours)
	if err != nil {
		return nil, err
	}
	s := &service{
		db: db, clients: cfg.NewClients(serviceName), letters: read, courier: mail, now: options.Now,
		links:  links{key: []byte(cfg.ServiceKey), portal: cfg.PortalURL},
		others: others, windows: windows, quiet: quiet,
		catalogue: sync.OnceValues(func() (*catalogue.Catalogue, error) { return catalogue.Open(cfg.Catalogue) }),
		help:      help{cfg.HelpContact, cfg.HelpPhone}, logger: logger,
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s.serve(cfg), nil
}

func (s *service) serve(cfg wire.Config) *bootstrap.Service {
	out := bootstrap.NewService(serviceName, s.logger)
	out.DependsOnSchema(schema(), s.db)
	out.OnClose(func() error {
		pool, err := s.db.DB()
		if err != nil {
			return err
		}
		return pool.Close()
	})
	out.Count(handedTotal)
	out.Measure(s.db, s.logger, gauges()...)
	out.Mount(notificationsv1connect.NewNotificationsServiceHandler(s, bootstrap.HandlerOptions(cfg.Listener(serviceName), s.logger)...))
	return out
}

// Migrate brings the service's schema to this program's version.
func Migrate(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	return schema().Migrate(ctx, cfg.DatabaseURL, logger)
}

// notFound tells an answer "there is none" from a service that is away.
func notFound(err error) bool {
	return connect.CodeOf(err) == connect.CodeNotFound
}

// away is the refusal a workflow repeats its call upon; the cause stays with the operator.
func (s *service) away(what string, err error) error {
	var already wire.Refusal
	if errors.As(err, &already) {
		return already
	}
	s.logger.Warn("dependency is away", zap.String("what", what), zap.Error(err))
	return wire.Refuse(contract.CodeUnavailable,
		"Chưa đọc được dữ liệu cần cho thư. Hệ thống tự thử lại, không phải làm gì thêm.",
		"What the message needs could not be read ("+what+"). The call is repeated; nothing needs to be done.")
}
