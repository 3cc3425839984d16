package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/services/notifications"
	"nenep/services/portal"
	"nenep/services/reports"
	"nenep/services/units"
)

// Options are what only code may set: the program of `make run` and the tests. No variable and no
// flag of the production program reaches them.
type Options struct {
	// Demo lets the clock of a case be shifted.
	Demo bool
	// Now is the clock by which acts are received; nil means the machine's.
	Now func() time.Time
	// ClockOffset shifts the day on which cases are looked for, and the clock of those that open; nil means by nothing. Needs Demo.
	ClockOffset func() time.Duration
	// SignIn replaces the sign-in of the portal.
	SignIn portal.SignIn
}

// service is one of the four as a role runs it.
type service interface {
	http.Handler
	Metrics() http.Handler
	Count(counters ...prometheus.Collector)
	Close() error
}

// Services are the names `serve` takes.
var Services = []string{"units", "reports", "notifications", "portal"}

const stopGrace = 15 * time.Second

// Serve runs one service until the context ends, then lets requests under way finish.
func Serve(ctx context.Context, cfg wire.Config, logger *zap.Logger, name string, options Options) error {
	logger = logger.Named(name)
	listener, err := listen(cfg, logger, addressOf(cfg, name), name)
	if err != nil {
		return err
	}
	running, err := newService(ctx, cfg, logger, name, options)
	if err != nil {
		return errors.Join(fmt.Errorf("start %s: %w", name, err), listener.Close())
	}
	running.Count(certificates{cfg})
	logger.Info("serving", zap.String("service", name), zap.String("address", listener.Addr().String()), zap.Bool("tls", cfg.TLSCert != ""))
	if cfg.MetricsAddr == "" {
		return errors.Join(serveUntilDone(ctx, logger, listener, running), running.Close())
	}
	measured, err := listen(cfg, logger, cfg.MetricsAddr, "metrics")
	if err != nil {
		return errors.Join(err, running.Close(), listener.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	var group errgroup.Group
	group.Go(func() error { defer stop(); return serveUntilDone(ctx, logger, listener, running) })
	group.Go(func() error { defer stop(); return serveUntilDone(ctx, logger, measured, running.Metrics()) })
	return errors.Join(group.Wait(), running.Close())
}

func newService(ctx context.Context, cfg wire.Config, logger *zap.Logger, name string, options Options) (service, error) {
	switch name {
	case "units":
		return units.New(ctx, cfg, logger, units.Options{})
	case "reports":
		return reports.New(ctx, cfg, logger, reports.Options{Demo: options.Demo, Now: options.Now})
	case "notifications":
		return notifications.New(ctx, cfg, logger, notifications.Options{})
	default:
		return portal.New(ctx, cfg, logger, portal.Options{SignIn: options.SignIn})
	}
}

func addressOf(cfg wire.Config, name string) string {
	return map[string]string{
		"units": cfg.UnitsAddr, "reports": cfg.ReportsAddr, "notifications": cfg.NotificationsAddr,
		"portal": cfg.PortalAddr, "worker": cfg.WorkerAddr,
	}[name]
}

// listen listens at an address, over TLS where the house has a certificate.
func listen(cfg wire.Config, logger *zap.Logger, address, name string) (net.Listener, error) {
	serving, err := cfg.ServerTLS(logger)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		variable := "NENEP_" + strings.ToUpper(name) + "_ADDR"
		if name == "terminal" {
			variable = "--listen"
		}
		return nil, fmt.Errorf("%s cannot listen on %s: stop what uses that port, or set %s to another address (%w)", name, address, variable, err)
	}
	if serving != nil {
		listener = tls.NewListener(listener, serving)
	}
	return listener, nil
}

func serveUntilDone(ctx context.Context, logger *zap.Logger, listener net.Listener, handler http.Handler) error {
	faults, err := zap.NewStdLogAt(logger, zap.WarnLevel) // a caller who does not trust the certificate, one who speaks no TLS
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: faults, BaseContext: func(net.Listener) context.Context {
		return context.WithoutCancel(ctx)
	}}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	return server.Shutdown(grace)
}

func serveCommand() *cobra.Command {
	command := &cobra.Command{Use: "serve " + strings.Join(Services, "|"), Short: "Run one service", Args: exactly(1)}
	command.RunE = func(c *cobra.Command, arguments []string) error {
		name := arguments[0]
		if !slices.Contains(Services, name) {
			return wire.Refuse(contract.CodeInvalid,
				"Không có dịch vụ “"+name+"”. Chọn một trong: "+strings.Join(Services, ", ")+".",
				"There is no service "+name+". Choose one of: "+strings.Join(Services, ", ")+".")
		}
		cfg, logger, err := configured(name)
		if err != nil {
			return err
		}
		return Serve(c.Context(), cfg, logger, name, Options{})
	}
	return command
}

// configured reads and verifies the settings of a role. All that is wrong with them is said at once.
func configured(role string) (wire.Config, *zap.Logger, error) {
	cfg, unread := wire.Load()
	if unread != nil && cfg.MaxFileBytes == 0 {
		cfg.MaxFileBytes = 1 // what could not be read is named already
	}
	if err := errors.Join(unread, cfg.Verify(role)); err != nil {
		return cfg, nil, fmt.Errorf("%s cannot start as it is configured:\n%w", role, err)
	}
	logger, err := wire.NewLogger(cfg.LogLevel, role)
	if err != nil {
		return cfg, nil, err
	}
	for _, stranger := range cfg.Strangers() {
		logger.Warn("variable not known", zap.String("variable", stranger.Name), zap.String("nearest", stranger.Nearest))
	}
	return cfg, logger, nil
}
