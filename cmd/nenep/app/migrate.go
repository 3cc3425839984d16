package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/protobuf/types/known/durationpb"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/services/notifications"
	"nenep/services/portal"
	"nenep/services/reports"
	"nenep/services/units"
	"nenep/workflows/period"
)

// retention is how long Temporal keeps closed runs; the evidence store keeps them for good.
const retention = 90 * 24 * time.Hour

func migrateCommand() *cobra.Command {
	command := &cobra.Command{Use: "migrate", Short: "Bring the database schemas and Temporal (namespace, search attributes, schedules) to this release", Args: cobra.NoArgs}
	load := command.Flags().Bool("load", false, "also load the units of Hưng Yên into an empty database")
	skipTemporal := command.Flags().Bool("database-only", false, "leave Temporal alone")
	wait := command.Flags().Duration("wait", 2*time.Minute, "how long to wait for a database or a Temporal that is away; what cannot pass by itself (a wrong password) ends it at once")
	command.RunE = func(c *cobra.Command, _ []string) error {
		cfg, logger, err := configured("migrate")
		if err != nil {
			return err
		}
		// Before anything is changed: a catalogue that no service could read is not brought to any.
		if _, err := catalogue.Open(cfg.Catalogue); err != nil {
			return catalogueFaults(err)
		}
		ctx, cancel := context.WithTimeout(c.Context(), *wait)
		defer cancel()
		if err := patiently(ctx, logger, func() error { return MigrateDatabase(c.Context(), cfg, logger, *load) }); err != nil || *skipTemporal {
			return err
		}
		if err := patiently(ctx, logger, func() error { return PrepareTemporal(c.Context(), cfg, logger) }); err != nil {
			return err
		}
		return reconcileSoon(c.Context(), cfg, logger)
	}
	return command
}

// patiently tries until it is done, until what hinders cannot pass by itself, or until the context ends; the last fault is the answer. Each cause
// is told once.
func patiently(ctx context.Context, logger *zap.Logger, attempt func() error) error {
	said := ""
	for {
		err := attempt()
		if err == nil || !passing(err) {
			return err
		}
		if err.Error() != said {
			said = err.Error()
			logger.Warn("waiting", zap.String("because", said))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain: %w", err)
		case <-time.After(2 * time.Second):
		}
	}
}

// passing tells of a fault that may go away without anybody changing the settings.
func passing(err error) bool {
	var fault interface{ MayPass() bool }
	return errors.As(err, &fault) && fault.MayPass()
}

// MigrateDatabase brings the four schemas to the newest version, and loads the units of the
// province into an empty one when asked.
func MigrateDatabase(ctx context.Context, cfg wire.Config, logger *zap.Logger, load bool) error {
	for _, migrate := range []func(context.Context, wire.Config, *zap.Logger) error{
		units.Migrate, reports.Migrate, notifications.Migrate, portal.Migrate,
	} {
		if err := migrate(ctx, cfg, logger); err != nil {
			return err
		}
	}
	if !load {
		return nil
	}
	return units.Load(ctx, cfg, logger)
}

// PrepareTemporal makes the namespace, the search attributes and the schedules; again is harmless.
func PrepareTemporal(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	cat, err := catalogue.Open(cfg.Catalogue)
	if err != nil {
		return fmt.Errorf("NENEP_CATALOGUE: read the catalogue: %w", err)
	}
	return withTemporal(ctx, cfg, logger, func(connection client.Client) error {
		if err := prepareNamespace(ctx, connection, cfg.TemporalNamespace); err != nil {
			return cfg.TemporalFault(ctx, err)
		}
		if err := prepareAttributes(ctx, connection, cfg); err != nil {
			return err
		}
		if err := period.EnsureSchedules(ctx, connection, cat, cfg.DigestWindows); err != nil {
			return cfg.TemporalFault(ctx, fmt.Errorf("prepare the schedules: %w", err))
		}
		return nil
	})
}

// reconcileSoon lets what this release's catalogue declares open without waiting for the morning.
// The worker need not run yet: the workflow waits for it.
func reconcileSoon(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	return withTemporal(ctx, cfg, logger, func(connection client.Client) error {
		_, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: contract.WorkflowReconcileNow + "-release", TaskQueue: contract.QueueUpkeep,
			WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			StaticSummary:            "Đối chiếu sau khi cập nhật phiên bản",
		}, contract.ReconcilePeriods, contract.ReconcileInput{Reason: "catalogue"})
		if err != nil {
			return fmt.Errorf("start the reconciliation: %w", err)
		}
		return nil
	})
}

func withTemporal(ctx context.Context, cfg wire.Config, logger *zap.Logger, use func(client.Client) error) error {
	options, err := cfg.TemporalOptions(logger)
	if err != nil {
		return err
	}
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return cfg.TemporalFault(ctx, err)
	}
	defer connection.Close()
	return use(connection)
}

func prepareNamespace(ctx context.Context, connection client.Client, namespace string) error {
	_, err := connection.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, Description: "Nề Nếp", WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("register namespace %s: %w", namespace, err)
	}
	return nil
}

func prepareAttributes(ctx context.Context, connection client.Client, cfg wire.Config) error {
	namespace := cfg.TemporalNamespace
	have, err := awaitNamespace(ctx, connection, namespace)
	if err != nil {
		return cfg.TemporalFault(ctx, fmt.Errorf("list search attributes: %w", err))
	}
	wanted := wire.SearchAttributes()
	for name, kind := range have.GetCustomAttributes() {
		if wanted[name] == kind {
			delete(wanted, name)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	if err := wire.OtherTypes(namespace, have.GetCustomAttributes()); err != nil {
		return err
	}
	_, err = connection.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: wanted})
	if err != nil {
		return cfg.TemporalFault(ctx, fmt.Errorf("add search attributes: %w", err))
	}
	return nil
}

// awaitNamespace asks until a namespace just registered is known to every host of Temporal: its
// caches are refreshed by time only.
func awaitNamespace(ctx context.Context, connection client.Client, namespace string) (*operatorservice.ListSearchAttributesResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		have, err := connection.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
		var missing *serviceerror.NamespaceNotFound
		if !errors.As(err, &missing) {
			return have, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(250 * time.Millisecond):
		}
	}
}
