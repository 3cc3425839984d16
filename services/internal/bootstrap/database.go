package bootstrap

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

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
	return goose.NewProvider(goose.DialectPostgres, pool, s.Migrations, goose.WithSessionLocker(locker))
}

// CheckVersion answers with a sentence when database and program do not fit each other. It only
// reads: a probe changes nothing.
func (s Schema) CheckVersion(db *gorm.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		want, err := s.newest()
		if err != nil {
			return err
		}
		var have int64
		// goose writes one row a migration, and a row 0 of its own.
		err = db.WithContext(ctx).Raw("SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&have).Error
		var missing *pgconn.PgError
		switch {
		case errors.As(err, &missing) && missing.Code == pgerrcode.UndefinedTable:
			return fmt.Errorf("schema %s does not exist yet: run `nenep migrate`", s.Name)
		case err != nil:
			return fmt.Errorf("the database does not answer: %w", err)
		case have != want:
			return fmt.Errorf("schema %s is at version %d and this program wants %d: run `nenep migrate` of this release", s.Name, have, want)
		}
		return nil
	}
}

// newest is the highest version among the migrations, which bear it before the first underscore.
func (s Schema) newest() (int64, error) {
	files, err := fs.Glob(s.Migrations, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return 0, fmt.Errorf("migration %s of schema %s: %w", file, s.Name, err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}
