package bootstrap

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/jackc/pgx/v5"
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
	return goose.NewProvider(goose.DialectPostgres, pool, s.Migrations, goose.WithSessionLocker(locker))
}

// CheckVersion answers with a sentence when database and program do not fit each other.
func (s Schema) CheckVersion(db *gorm.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		pool, err := db.DB()
		if err != nil {
			return err
		}
		if err := pool.PingContext(ctx); err != nil {
			return fmt.Errorf("the database does not answer: %w", err)
		}
		provider, err := goose.NewProvider(goose.DialectPostgres, pool, s.Migrations)
		if err != nil {
			return err
		}
		have, want, err := provider.GetVersions(ctx)
		if err != nil {
			return fmt.Errorf("schema %s has no version: run `nenep migrate`: %w", s.Name, err)
		}
		if have != want {
			return fmt.Errorf("schema %s is at version %d and this program wants %d: run `nenep migrate` of this release", s.Name, have, want)
		}
		return nil
	}
}

// DatabaseName is the database an address names; for messages to operators, without credentials.
func DatabaseName(databaseURL string) string {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		return "?"
	}
	return parsed.Host + parsed.Path
}
