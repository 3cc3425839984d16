package bootstrap

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"go.uber.org/zap"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	gormlogger "gorm.io/gorm/logger"
)

// Schema is a service's own part of the database: a PostgreSQL schema and its migrations.
type Schema struct {
	Name       string
	Migrations fs.FS
}

// Open connects to the service's schema. It does not wait for the database: readiness tells.
func (s Schema) Open(databaseURL string) (*gorm.DB, error) {
	pool, err := s.pool(databaseURL)
	if err != nil {
		return nil, err
	}
	return gorm.Open(postgres.New(postgres.Config{Conn: pool}), &gorm.Config{
		Logger: gormlogger.Discard, TranslateError: true, DisableAutomaticPing: true, SkipDefaultTransaction: true,
	})
}

func (s Schema) pool(databaseURL string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("NENEP_DATABASE_URL is not a PostgreSQL address: %w", err)
	}
	config.RuntimeParams["search_path"] = s.Name
	config.RuntimeParams["timezone"] = "UTC"
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(8)
	return pool, nil
}

// Migrate brings the schema to the newest version under an advisory lock.
func (s Schema) Migrate(ctx context.Context, databaseURL string, logger *zap.Logger) error {
	pool, err := s.pool(databaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	var now standing
	if err := pool.QueryRowContext(ctx, askStanding).Scan(&now.Version, &now.ReadOnly); err != nil {
		return s.failed("reach the database", err)
	}
	if err := tooOld(now.Version); err != nil {
		return err
	}
	if _, err := pool.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{s.Name}.Sanitize()); err != nil {
		return s.failed("create schema "+s.Name, err)
	}
	// A migration that takes away what the programs of the release before still use inserts its number here.
	if _, err := pool.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS contracting_migrations (version bigint PRIMARY KEY)"); err != nil {
		return s.failed("create contracting_migrations of schema "+s.Name, err)
	}
	provider, err := s.provider(pool)
	if err != nil {
		return err
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return s.failed("migrate schema "+s.Name, err)
	}
	logger.Info("schema migrated", zap.String("schema", s.Name), zap.Int("steps", len(done)))
	return nil
}

// failed says what the database refused, where that is known.
func (s Schema) failed(what string, err error) error {
	if fault := FaultOf(err); fault != nil {
		return fault
	}
	return fmt.Errorf("%s: %w", what, err)
}

func (s Schema) provider(pool *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	// Two changes made side by side may reach a database in either order of their numbers.
	return goose.NewProvider(goose.DialectPostgres, pool, s.Migrations, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
}

// CheckVersion answers with a sentence when database and program do not fit each other: a migration of this program is missing, or one of
// a newer release took away what this program uses. Migrations of a newer release that only add do no harm: while it is rolled out, and
// after a rollback, the programs before it go on. It only reads: a probe changes nothing.
func (s Schema) CheckVersion(db *gorm.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		want, err := s.versions()
		if err != nil {
			return err
		}
		// goose writes one row a migration, and a row 0 of its own.
		have, err := numbers(ctx, db, "SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id")
		switch {
		case isUndefinedTable(err):
			return fmt.Errorf("schema %s does not exist yet: run `nenep migrate`", s.Name)
		case err != nil:
			return unanswered(err)
		}
		if slices.ContainsFunc(want, func(version int64) bool { return !slices.Contains(have, version) }) {
			return fmt.Errorf("schema %s has the migrations %v and this program wants %v: run `nenep migrate` of this release", s.Name, have, want)
		}
		contracting, err := numbers(ctx, db, "SELECT version FROM contracting_migrations ORDER BY version")
		if err != nil && !isUndefinedTable(err) {
			return unanswered(err)
		}
		newer := slices.DeleteFunc(contracting, func(version int64) bool { return slices.Contains(want, version) })
		if len(newer) > 0 {
			return fmt.Errorf("schema %s has the migrations %v of a newer release, after which this program cannot use it: install that release, or restore the backup taken before it", s.Name, newer)
		}
		return nil
	}
}

func unanswered(err error) error {
	if fault := FaultOf(err); fault != nil {
		return fault
	}
	return fmt.Errorf("the database does not answer: %w", err)
}

func numbers(ctx context.Context, db *gorm.DB, query string) ([]int64, error) {
	var found []int64
	err := db.WithContext(ctx).Raw(query).Scan(&found).Error
	return found, err
}

func isUndefinedTable(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == pgerrcode.UndefinedTable
}

// versions are those of the migrations, which bear them before the first underscore, in order.
func (s Schema) versions() ([]int64, error) {
	files, err := fs.Glob(s.Migrations, "*.sql")
	if err != nil {
		return nil, err
	}
	var versions []int64
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return nil, fmt.Errorf("migration %s of schema %s: %w", file, s.Name, err)
		}
		versions = append(versions, version)
	}
	slices.Sort(versions)
	return versions, nil
}
