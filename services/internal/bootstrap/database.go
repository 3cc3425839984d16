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
	if _, err := pool.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{s.Name}.Sanitize()); err != nil {
		return fmt.Errorf("create schema %s: %w", s.Name, err)
	}
	provider, err := s.provider(pool)
	if err != nil {
		return err
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate schema %s: %w", s.Name, err)
	}
	logger.Info("schema migrated", zap.String("schema", s.Name), zap.Int("steps", len(done)))
	return nil
}

func (s Schema) provider(pool *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	// Two changes made side by side may reach a database in either order of their numbers.
	return goose.NewProvider(goose.DialectPostgres, pool, s.Migrations, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
}

// CheckVersion answers with a sentence when database and program do not fit each other: a migration that is missing counts, and one of a
// newer release. It only reads: a probe changes nothing.
func (s Schema) CheckVersion(db *gorm.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		want, err := s.versions()
		if err != nil {
			return err
		}
		var have []int64
		// goose writes one row a migration, and a row 0 of its own.
		err = db.WithContext(ctx).Raw("SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id").Scan(&have).Error
		var missing *pgconn.PgError
		switch {
		case errors.As(err, &missing) && missing.Code == pgerrcode.UndefinedTable:
			return fmt.Errorf("schema %s does not exist yet: run `nenep migrate`", s.Name)
		case err != nil:
			return fmt.Errorf("the database does not answer: %w", err)
		case !slices.Equal(have, want):
			return fmt.Errorf("schema %s has the migrations %v and this program wants %v: run `nenep migrate` of this release", s.Name, have, want)
		}
		return nil
	}
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
