package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Source is a database to be dumped.
type Source struct {
	URL string
	// Variable is where the address was said, for sentences about it.
	Variable string
	// Database stands in for the one of the address, if not empty.
	Database string
	// WithoutRowsOf are tables whose rows are worth nothing on another day.
	WithoutRowsOf []string
}

func (s Source) address() (address, error) {
	at, err := parseAddress(s.URL, s.Variable)
	if err == nil && s.Database != "" {
		at = at.of(s.Database)
	}
	if err == nil && at.database() == "" {
		err = fmt.Errorf("%s: names no database (postgres://user@host/database)", s.Variable)
	}
	return at, err
}

// Take dumps the databases one after the other into a new folder inside into, and answers its name. Each dump is of one instant, whatever is
// written meanwhile, and its row counts are of the same. What fails leaves nothing behind that could be taken for a backup.
func Take(ctx context.Context, into, kind, program string, sources ...Source) (string, Manifest, error) {
	m := Manifest{Format: manifestFormat, Kind: kind, Program: program}
	folder, finish, abandon, err := newFolder(into, kind)
	if err != nil {
		return "", m, err
	}
	defer abandon()
	for _, source := range sources {
		dump, err := source.dump(ctx, folder)
		if err != nil {
			return "", m, err
		}
		m.Dumps = append(m.Dumps, dump)
	}
	m.TakenAt, m.FinishedAt = m.Dumps[0].TakenAt, time.Now().UTC().Truncate(time.Millisecond)
	named, err := finish(m)
	return named, m, err
}

// dump holds one snapshot for the counts and for pg_dump.
func (s Source) dump(ctx context.Context, folder string) (d Dump, err error) {
	at, err := s.address()
	if err != nil {
		return d, err
	}
	connection, err := at.connect(ctx)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, connection.Close(ctx)) }()
	if d.Server, err = majorOf(ctx, connection); err != nil {
		return d, err
	}
	program, err := findTool(ctx, "pg_dump", d.Server)
	if err != nil {
		return d, err
	}
	d.Tool, d.Database = program.major, at.database()
	d.File = strings.ReplaceAll(d.Database, string(filepath.Separator), "_") + ".dump"
	snapshot, err := connection.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return d, err
	}
	defer func() { _ = snapshot.Rollback(ctx) }()
	var name string
	if err := snapshot.QueryRow(ctx, "SELECT pg_export_snapshot(), now()").Scan(&name, &d.TakenAt); err != nil {
		return d, fmt.Errorf("take a snapshot of %s: %w", d.Database, err)
	}
	d.TakenAt = d.TakenAt.UTC().Truncate(time.Millisecond)
	if d.Rows, err = countRows(ctx, snapshot); err != nil {
		return d, err
	}
	if d.Applied, err = migrationsOf(ctx, snapshot); err != nil {
		return d, err
	}
	arguments := []string{"--format=custom", "--no-owner", "--no-privileges", "--snapshot=" + name}
	for _, table := range s.WithoutRowsOf {
		arguments = append(arguments, "--exclude-table-data="+table)
		d.Rows["public."+table] = 0
	}
	d.Size, d.Sha256, err = writeDump(filepath.Join(folder, d.File), func(to io.Writer) error { return program.run(ctx, at, to, arguments...) })
	return d, err
}

// writeDump has the dump written to a new file and on the disk.
func writeDump(path string, write func(to io.Writer) error) (size int64, hash string, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, "", explainDisk(err, path)
	}
	sum := sha256.New()
	if err := errors.Join(write(io.MultiWriter(file, sum)), file.Sync()); err != nil {
		return 0, "", explainDisk(errors.Join(err, file.Close()), path)
	}
	about, err := file.Stat()
	if err = errors.Join(err, file.Close()); err != nil {
		return 0, "", explainDisk(err, path)
	}
	return about.Size(), hex.EncodeToString(sum.Sum(nil)), nil
}

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

// own are the tables that are not PostgreSQL's; those of extensions are made anew by them.
const own = `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
	AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
	ORDER BY 1, 2`

// countRows counts the rows of every table, by schema.table.
func countRows(ctx context.Context, in querier) (map[string]int64, error) {
	found, err := in.Query(ctx, own)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	tables, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (name pgx.Identifier, err error) {
		name = make(pgx.Identifier, 2)
		return name, row.Scan(&name[0], &name[1])
	})
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	rows := make(map[string]int64, len(tables))
	for _, table := range tables {
		var n int64
		if err := in.QueryRow(ctx, "SELECT count(*) FROM "+table.Sanitize()).Scan(&n); err != nil {
			return nil, fmt.Errorf("count %s: %w", strings.Join(table, "."), err)
		}
		rows[strings.Join(table, ".")] = n
	}
	return rows, nil
}

// migrationsOf are the migrations each schema has had, where migrations are kept.
func migrationsOf(ctx context.Context, in querier) (map[string][]int64, error) {
	found, err := in.Query(ctx, "SELECT table_schema FROM information_schema.tables WHERE table_name = 'goose_db_version' ORDER BY 1")
	if err != nil {
		return nil, fmt.Errorf("list the schemas: %w", err)
	}
	schemas, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the schemas: %w", err)
	}
	applied := map[string][]int64{}
	for _, schema := range schemas {
		found, err := in.Query(ctx, "SELECT DISTINCT version_id FROM "+pgx.Identifier{schema, "goose_db_version"}.Sanitize()+" WHERE is_applied AND version_id > 0 ORDER BY 1")
		if err != nil {
			return nil, fmt.Errorf("read the migrations of %s: %w", schema, err)
		}
		if applied[schema], err = pgx.CollectRows(found, pgx.RowTo[int64]); err != nil {
			return nil, fmt.Errorf("read the migrations of %s: %w", schema, err)
		}
	}
	return applied, nil
}
