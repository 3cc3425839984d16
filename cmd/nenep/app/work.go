package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
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
	listener, err := listen(cfg.WorkerAddr, "worker")
	if err != nil {
		return err
	}
	logger = logger.Named("worker")
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
		if answering, err = listen(cfg.MetricsAddr, "metrics"); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	var connected atomic.Pointer[client.Client]
	measured.registry.MustRegister(asked{cfg, &connected, logger})
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return serveUntilDone(running, listener, probes(&connected)) })
	if answering != nil {
		group.Go(func() error { return serveUntilDone(running, answering, measured.answer()) })
	}
	group.Go(func() error {
		connection, err := dialPatiently(running, cfg, logger, measured.handler)
		if err != nil {
			return err
		}
		defer connection.Close()
		connected.Store(&connection)
		doors := activities.New(cfg.NewClients("worker"), connection, cat, activities.Options{Demo: options.Demo, ClockOffset: options.ClockOffset})
		logger.Info("working", zap.String("build", cfg.BuildID), zap.String("deployment", cfg.DeploymentName))
		return workflows.Run(running, workflows.New(connection, doors, workflows.Options{
			BuildID: cfg.BuildID, DeploymentName: cfg.DeploymentName, StopTimeout: time.Duration(cfg.WorkerStopSeconds) * time.Second,
		}))
	})
	return group.Wait()
}

// dialPatiently waits for Temporal: a worker that starts before it must not die of it.
func dialPatiently(ctx context.Context, cfg wire.Config, logger *zap.Logger, measured client.MetricsHandler) (client.Client, error) {
	options, err := cfg.TemporalOptions(logger)
	if err != nil {
		return nil, err
	}
	options.MetricsHandler = measured
	for {
		connection, err := client.DialContext(ctx, options)
		if err == nil {
			return connection, nil
		}
		logger.Warn("Temporal does not answer yet", zap.String("address", cfg.TemporalAddr), zap.Error(err))
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the Temporal server at %s did not answer: %w", cfg.TemporalAddr, err)
		case <-time.After(2 * time.Second):
		}
	}
}

// probes answer for a process that serves nothing else: it lives; it is ready while Temporal answers.
func probes(connected *atomic.Pointer[client.Client]) http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.GET("/livez", func(c echo.Context) error { return c.String(http.StatusOK, "alive\n") })
	e.GET("/readyz", func(c echo.Context) error {
		connection := connected.Load()
		if connection == nil {
			return c.String(http.StatusServiceUnavailable, "Temporal does not answer yet\n")
		}
		if _, err := (*connection).CheckHealth(c.Request().Context(), &client.CheckHealthRequest{}); err != nil {
			return c.String(http.StatusServiceUnavailable, "Temporal does not answer\n")
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
