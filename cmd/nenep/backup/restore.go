package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Target is where a dump goes.
type Target struct {
	URL      string
	Variable string
	// Database stands in for the one of the address, if not empty.
	Database string
}

// restoring is one dump on its way into its database.
type restoring struct {
	dump   Dump
	file   string
	at     address
	tool   tool
	stands bool     // the database is there
	holds  []string // what would be lost
}

// Restore puts a backup back. Everything is judged before anything is touched: the backup (Read), the tools, and every target, which must
// not be in use and must be empty unless over is said. A database that is not there is made; one that is there and empty is filled in one
// transaction; one that holds something is replaced only when the new one stands beside it, whole and counted.
func Restore(ctx context.Context, folder, kind string, over bool, targets ...Target) (Manifest, error) {
	m, err := Read(folder, kind)
	if err != nil {
		return m, err
	}
	if len(m.Dumps) != len(targets) {
		return m, refuse(fmt.Sprintf("Bản sao lưu “%s” có %d cơ sở dữ liệu, cần %d.", folder, len(m.Dumps), len(targets)),
			fmt.Sprintf("The backup %s holds %d databases and %d are wanted.", folder, len(m.Dumps), len(targets)))
	}
	var work []*restoring
	for i, target := range targets {
		r, err := prepare(ctx, folder, m.Dumps[i], target, over)
		if err != nil {
			return m, err
		}
		work = append(work, r)
	}
	for _, r := range work {
		if err := r.carryOut(ctx); err != nil {
			return m, err
		}
	}
	return m, nil
}

// prepare judges one target.
func prepare(ctx context.Context, folder string, dump Dump, target Target, over bool) (*restoring, error) {
	at, err := Source{URL: target.URL, Variable: target.Variable, Database: target.Database}.address()
	if err != nil {
		return nil, err
	}
	r := &restoring{dump: dump, file: filepath.Join(folder, filepath.Base(dump.File)), at: at}
	if r.tool, err = findTool(ctx, "pg_restore", dump.Tool); err != nil {
		return nil, err
	}
	connection, err := r.connectAny(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = connection.Close(ctx) }()
	major, err := majorOf(ctx, connection)
	if err != nil {
		return nil, err
	}
	if major < dump.Server {
		return nil, refuse(fmt.Sprintf("Bản sao lưu lấy từ PostgreSQL %d, máy chủ đích là PostgreSQL %d. Phục hồi vào PostgreSQL %d trở lên.", dump.Server, major, dump.Server),
			fmt.Sprintf("The backup is of PostgreSQL %d and the server is PostgreSQL %d. Restore into PostgreSQL %d or newer.", dump.Server, major, dump.Server))
	}
	if !r.stands {
		return r, nil
	}
	if err := r.refuseInUse(ctx, connection); err != nil {
		return nil, err
	}
	if r.holds, err = holdings(ctx, connection); err != nil {
		return nil, err
	}
	if len(r.holds) > 0 && !over {
		return nil, refuse(
			fmt.Sprintf("Cơ sở dữ liệu %s không trống; sẽ mất: %s. Thêm --over nếu muốn thay bằng bản sao lưu lúc %s.", at.database(), strings.Join(r.holds, ", "), dump.TakenAt.Format(time.RFC3339)),
			fmt.Sprintf("The database %s is not empty; this would be lost: %s. Say --over to have it replaced by the backup of %s.", at.database(), strings.Join(r.holds, ", "), dump.TakenAt.Format(time.RFC3339)))
	}
	return r, nil
}

// maintenance is the database that every server has, from which others are made.
const maintenance = "postgres"

// connectAny connects to the target where it stands, else to the database from which it can be made.
func (r *restoring) connectAny(ctx context.Context) (*pgx.Conn, error) {
	connection, err := r.at.connect(ctx)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == pgerrcode.InvalidCatalogName {
		return r.at.of(maintenance).connect(ctx)
	}
	r.stands = err == nil
	return connection, err
}

// refuseInUse names who is connected.
func (r *restoring) refuseInUse(ctx context.Context, connection *pgx.Conn) error {
	found, err := connection.Query(ctx, `SELECT count(*)::text || ' × ' || coalesce(nullif(application_name, ''), usename, '?') || coalesce(' (' || host(client_addr) || ')', '')
		FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
		GROUP BY application_name, usename, client_addr ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("ask who is connected to %s: %w", r.at.database(), err)
	}
	who, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil || len(who) == 0 {
		return err
	}
	return refuse(
		fmt.Sprintf("Cơ sở dữ liệu %s đang được sử dụng: %s. Dừng các dịch vụ, tiến trình xử lý và Temporal rồi thử lại.", r.at.database(), strings.Join(who, ", ")),
		fmt.Sprintf("The database %s is in use: %s. Stop the services, the worker and Temporal, and try again.", r.at.database(), strings.Join(who, ", ")))
}

// holdings are the tables that hold something, the fullest first; empty ones of migrations count as well, by name.
func holdings(ctx context.Context, in querier) ([]string, error) {
	rows, err := countRows(ctx, in)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	tables := slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
		if rows[a] != rows[b] {
			return int(rows[b] - rows[a])
		}
		return strings.Compare(a, b)
	})
	const named = 8
	var said []string
	for _, table := range tables[:min(named, len(tables))] {
		said = append(said, fmt.Sprintf("%s %d", table, rows[table]))
	}
	if len(tables) > named {
		said = append(said, fmt.Sprintf("… (%d)", len(tables)-named))
	}
	return said, nil
}

// carryOut restores the dump.
func (r *restoring) carryOut(ctx context.Context) error {
	if r.stands && len(r.holds) == 0 {
		return r.fill(ctx, r.at)
	}
	server, err := r.at.of(maintenance).connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close(ctx) }()
	fresh := r.at.of(fmt.Sprintf("%s_restoring_%d", r.at.database(), time.Now().UnixMilli()))
	if _, err := server.Exec(ctx, "CREATE DATABASE "+quoted(fresh.database())+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return explainCreate(err, r.at.database())
	}
	if err := r.fill(ctx, fresh); err != nil {
		_, dropped := server.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+quoted(fresh.database()))
		return errors.Join(err, dropped)
	}
	if r.stands {
		if _, err := server.Exec(ctx, "DROP DATABASE "+quoted(r.at.database())); err != nil {
			_, dropped := server.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+quoted(fresh.database()))
			return errors.Join(fmt.Errorf("the database %s cannot be replaced, it is as it was: %w", r.at.database(), err), dropped)
		}
	}
	if _, err := server.Exec(ctx, "ALTER DATABASE "+quoted(fresh.database())+" RENAME TO "+quoted(r.at.database())); err != nil {
		return fmt.Errorf("the restored database stands as %s: rename it to %s (%w)", fresh.database(), r.at.database(), err)
	}
	return nil
}

// fill restores the dump into an empty database and counts what came.
func (r *restoring) fill(ctx context.Context, at address) error {
	err := r.tool.run(ctx, at, io.Discard, "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction", r.file)
	if err != nil {
		return fmt.Errorf("the database %s could not be restored, nothing was changed: %w", r.at.database(), explainServer(err))
	}
	connection, err := at.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	rows, err := countRows(ctx, connection)
	if err != nil {
		return err
	}
	if !maps.Equal(rows, r.dump.Rows) {
		return fmt.Errorf("the database %s does not hold what was dumped: %s; choose another backup", at.database(), difference(rows, r.dump.Rows))
	}
	// Without figures of its tables the server would plan its first hours badly.
	_, err = connection.Exec(ctx, "ANALYZE")
	return err
}

// difference names the tables that do not have as many rows as they should.
func difference(got, want map[string]int64) string {
	tables := map[string]bool{}
	for table := range got {
		tables[table] = true
	}
	for table := range want {
		tables[table] = true
	}
	var said []string
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		if got[table] != want[table] {
			said = append(said, fmt.Sprintf("%s has %d rows and had %d", table, got[table], want[table]))
		}
	}
	return strings.Join(said, ", ")
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

func explainCreate(err error, database string) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == pgerrcode.InsufficientPrivilege {
		return fmt.Errorf("the role of the address may not create databases: grant it CREATEDB, or have an empty database %s made for it (drop the old one first), and try again", database)
	}
	return fmt.Errorf("a database for %s cannot be made: %w", database, explainServer(err))
}

// explainServer says in a sentence what the disk of the server refused.
func explainServer(err error) error {
	if strings.Contains(err.Error(), "No space left on device") {
		return fmt.Errorf("the disk of the PostgreSQL server is full: make room there (%w)", err)
	}
	return err
}
