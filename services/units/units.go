// Package units is the service of who exists: areas, units, officials and their positions, what
// followed what, days off and the province's settings. It answers for any civil day in
// Asia/Ho_Chi_Minh, and tells the reconciliation when an administrator changed the units.
package units

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/internal/bootstrap"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options are what only tests and make run set.
type Options struct {
	// Reconciler is told that units changed; nil means Temporal, as configured.
	Reconciler Reconciler
	// Now is the clock that says which day is today; nil means the machine's.
	Now func() time.Time
}

type server struct {
	db         *gorm.DB
	cfg        wire.Config
	logger     *zap.Logger
	now        func() time.Time
	reconciler Reconciler
	catalogue  *catalogue.Catalogue
	vault      vault
}

var _ unitsv1connect.UnitsServiceHandler = (*server)(nil)

func schema() bootstrap.Schema {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return bootstrap.Schema{Name: "units", Migrations: files}
}

// New makes the service. It starts while the database is away; /readyz tells.
func New(_ context.Context, cfg wire.Config, logger *zap.Logger, options Options) (*bootstrap.Service, error) {
	declared, err := catalogue.Open(cfg.Catalogue)
	if err != nil {
		return nil, fmt.Errorf("open the catalogue: %w", err)
	}
	keys, err := newVault(cfg)
	if err != nil {
		return nil, err
	}
	db, err := schema().Open(cfg.DatabaseURL)
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	service := bootstrap.NewService("units", logger)
	service.OnClose(pool.Close)
	service.DependsOnSchema(schema(), db)
	if options.Reconciler == nil {
		temporal := newTemporalReconciler(cfg, logger)
		service.OnClose(temporal.Close)
		service.Tells(cfg.CheckTemporal(temporal.connected).Check)
		options.Reconciler = temporal
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	service.Mount(unitsv1connect.NewUnitsServiceHandler(
		&server{db: db, cfg: cfg, logger: logger, now: options.Now, reconciler: options.Reconciler, catalogue: declared, vault: keys},
		bootstrap.HandlerOptions(cfg.Listener("units"), logger)...))
	return service, nil
}

// Migrate brings the schema to this program's version, and seals telephone numbers that an earlier one
// kept as they were typed.
func Migrate(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	if err := schema().Migrate(ctx, cfg.DatabaseURL, logger); err != nil {
		return err
	}
	return sealPlainPhones(ctx, cfg, logger)
}

func (s *server) today() calendar.Date { return calendar.DateOf(s.now()) }
