package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/workflows"
	"nenep/workflows/activities"
)

// Work runs the durable processes until the context ends, then lets activities under way finish.
func Work(ctx context.Context, cfg wire.Config, logger *zap.Logger, options Options) error {
	logger = logger.Named("worker")
	listener, err := listen(cfg, logger, cfg.WorkerAddr, "worker")
	if err != nil {
		return err
	}
	cat, err := catalogue.Open(cfg.Catalogue)
	if err != nil {
		return errors.Join(fmt.Errorf("read the catalogue: %w", err), listener.Close())
	}
	measured, err := newMeasures()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	var answering net.Listener
	if cfg.MetricsAddr != "" {
		if answering, err = listen(cfg, logger, cfg.MetricsAddr, "metrics"); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	connection, err := lazily(cfg, logger, measured.handler)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer connection.Close()
	check := cfg.CheckTemporal(func() (client.Client, error) { return connection, nil })
	measured.registry.MustRegister(certificates{cfg}, asked{cfg, connection, logger})
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return serveUntilDone(running, logger, listener, probes(check)) })
	if answering != nil {
		group.Go(func() error { return serveUntilDone(running, logger, answering, measured.answer()) })
	}
	group.Go(func() error {
		doors := activities.New(cfg.NewClients("worker"), connection, cat, activities.Options{Demo: options.Demo, ClockOffset: options.ClockOffset})
		return workPatiently(running, check, logger, func() error {
			logger.Info("working", zap.String("build", cfg.BuildID), zap.String("deployment", cfg.DeploymentName))
			return workflows.Run(running, workflows.New(connection, doors, workflows.Options{
				BuildID: cfg.BuildID, DeploymentName: cfg.DeploymentName, StopTimeout: time.Duration(cfg.WorkerStopSeconds) * time.Second,
			}))
		})
	})
	return group.Wait()
}

// lazily makes a client that reaches Temporal when it is first used.
func lazily(cfg wire.Config, logger *zap.Logger, measured client.MetricsHandler) (client.Client, error) {
	options, err := cfg.TemporalOptions(logger)
	if err != nil {
		return nil, err
	}
	options.MetricsHandler = measured
	return client.NewLazyClient(options)
}

// workPatiently begins to work when Temporal can be worked with, and begins anew when it went away while the work began. A work that does not
// begin with a Temporal that answers ends the process, so that somebody sees it.
func workPatiently(ctx context.Context, check *wire.TemporalCheck, logger *zap.Logger, work func() error) error {
	for attempt := 1; ; attempt++ {
		if err := awaitTemporal(ctx, check, logger); err != nil {
			return err
		}
		err := work()
		if err == nil || ctx.Err() != nil || attempt == mostBeginnings {
			return err
		}
		logger.Warn("the work did not begin", zap.Error(err))
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wire.TemporalFresh): // until Temporal is asked anew
		}
	}
}

const mostBeginnings = 5

// awaitTemporal waits until Temporal can be worked with: a worker that starts before it, or before its namespace is prepared, must not die of it.
func awaitTemporal(ctx context.Context, check *wire.TemporalCheck, logger *zap.Logger) error {
	said := ""
	for {
		err := check.Check(ctx)
		if err == nil {
			return nil
		}
		if err.Error() != said {
			said = err.Error()
			logger.Warn("waiting for Temporal", zap.Strings("because", strings.Split(said, "\n")))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("stopped while waiting for Temporal: %w", err)
		case <-time.After(2 * time.Second):
		}
	}
}

// probes answer for a process that serves nothing else: it lives; it is ready while Temporal can be worked with.
func probes(check *wire.TemporalCheck) http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.GET("/livez", func(c echo.Context) error { return c.String(http.StatusOK, "alive\n") })
	e.GET("/readyz", func(c echo.Context) error {
		if err := check.Check(c.Request().Context()); err != nil {
			return c.String(http.StatusServiceUnavailable, err.Error()+"\n")
		}
		return c.String(http.StatusOK, "ready\n")
	})
	return e
}

func workCommand() *cobra.Command {
	command := &cobra.Command{Use: "work", Short: "Run the durable processes", Args: cobra.NoArgs}
	command.RunE = func(c *cobra.Command, _ []string) error {
		cfg, logger, err := configured("worker")
		if err != nil {
			return err
		}
		return Work(c.Context(), cfg, logger, Options{})
	}
	return command
}
