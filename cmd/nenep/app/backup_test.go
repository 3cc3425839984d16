package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/wire"
	"nenep/services/privatepostgres"
)

// server is one PostgreSQL for a test.
func startPostgres(t *testing.T) *privatepostgres.Server {
	t.Helper()
	server, err := privatepostgres.Start(t.Context(), t.TempDir(), privatepostgres.Options{Throwaway: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}

// tried runs a command line and answers what it said and how it ended.
func tried(arguments ...string) (code int, out, faults string) {
	var said, failed bytes.Buffer
	code = Main(arguments, &said, &failed)
	return code, said.String(), failed.String()
}

func done(t *testing.T, arguments ...string) string {
	t.Helper()
	code, out, faults := tried(arguments...)
	require.Equal(t, exitDone, code, "%s%s", out, faults)
	return out
}

func refused(t *testing.T, arguments ...string) string {
	t.Helper()
	code, _, faults := tried(arguments...)
	require.Equal(t, exitRefused, code, faults)
	return faults
}

// takenBackup is the folder of a backup just taken.
func takenBackup(t *testing.T, arguments ...string) string {
	t.Helper()
	var said struct{ Folder string }
	require.NoError(t, json.Unmarshal([]byte(done(t, append(arguments, "--json")...)), &said))
	return said.Folder
}

func execute(t *testing.T, address, statement string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	_, err = connection.Exec(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, connection.Close(t.Context()))
}

func counted(t *testing.T, address, table string) (n int) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	require.NoError(t, connection.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	require.NoError(t, connection.Close(t.Context()))
	return n
}

// ourSchemas is a database with the schemas of the services and the units of the province.
func ourSchemas(t *testing.T, server *privatepostgres.Server) string {
	t.Helper()
	execute(t, server.URL("postgres"), "CREATE DATABASE nenep")
	require.NoError(t, MigrateDatabase(t.Context(), wire.Config{DatabaseURL: server.URL("nenep")}, zap.NewNop(), true))
	return server.URL("nenep")
}

func TestADatabaseComesBackAsItWas(t *testing.T) {
	server := startPostgres(t)
	address, into := ourSchemas(t, server), t.TempDir()
	t.Setenv("NENEP_DATABASE_URL", address)
	units := counted(t, address, "units.units")
	taken := takenBackup(t, "backup", "database", "--to", into)
	require.Contains(t, done(t, "backup", "verify", taken), "nenep")

	t.Setenv("NENEP_DATABASE_URL", server.URL("elsewhere"))
	done(t, "restore", "database", taken)
	require.Equal(t, units, counted(t, server.URL("elsewhere"), "units.units"), "a database that was not there is made")
	require.NoError(t, MigrateDatabase(t.Context(), wire.Config{DatabaseURL: server.URL("elsewhere")}, zap.NewNop(), false), "the migrations know where they stand")

	execute(t, server.URL("postgres"), "CREATE DATABASE empty")
	t.Setenv("NENEP_DATABASE_URL", server.URL("empty"))
	done(t, "restore", "database", taken)
	require.Equal(t, units, counted(t, server.URL("empty"), "units.units"), "one that is empty is filled")
}

func TestARestoreLosesNothingUnasked(t *testing.T) {
	server := startPostgres(t)
	address, into := ourSchemas(t, server), t.TempDir()
	t.Setenv("NENEP_DATABASE_URL", address)
	taken := takenBackup(t, "backup", "database", "--to", into)
	execute(t, address, "INSERT INTO reports.event_numbers VALUES (2031, 1)")

	said := refused(t, "restore", "database", taken)
	require.Contains(t, said, "is not empty")
	require.Contains(t, said, "units.units")
	require.Contains(t, said, "--over")
	require.Equal(t, 1, counted(t, address, "reports.event_numbers"))

	connected, err := pgx.Connect(t.Context(), address+"&application_name=nenep-reports")
	require.NoError(t, err)
	require.Contains(t, refused(t, "restore", "database", taken, "--over"), "1 × nenep-reports (127.0.0.1)")
	require.NoError(t, connected.Close(t.Context()))

	done(t, "restore", "database", taken, "--over")
	require.Zero(t, counted(t, address, "reports.event_numbers"), "what was written after the backup is gone, as was said")
	require.Equal(t, 2, counted(t, server.URL("postgres"), "pg_database WHERE NOT datistemplate"), "nothing half done is left")
}

func TestAHalfDoneBackupIsNotTakenForAWholeOne(t *testing.T) {
	server := startPostgres(t)
	execute(t, server.URL("postgres"), "CREATE DATABASE nenep")
	execute(t, server.URL("nenep"), "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
	into := t.TempDir()
	t.Setenv("NENEP_DATABASE_URL", server.URL("nenep"))
	for _, one := range []struct {
		name string
		harm func(t *testing.T, folder string)
		says string
	}{
		{"cut short", func(t *testing.T, folder string) {
			require.NoError(t, os.Truncate(filepath.Join(folder, "nenep.dump"), 700))
		}, "it is not whole"},
		{"one byte", func(t *testing.T, folder string) { changeByte(t, filepath.Join(folder, "nenep.dump")) }, "its hash differs"},
		{"no dump", func(t *testing.T, folder string) { require.NoError(t, os.Remove(filepath.Join(folder, "nenep.dump"))) }, "lacks its file nenep.dump"},
		{"no manifest", func(t *testing.T, folder string) {
			require.NoError(t, os.Remove(filepath.Join(folder, "manifest.json")))
		}, "is not a backup"},
		{"half a manifest", func(t *testing.T, folder string) {
			require.NoError(t, os.Truncate(filepath.Join(folder, "manifest.json"), 50))
		}, "is damaged"},
	} {
		taken := takenBackup(t, "backup", "database", "--to", into)
		one.harm(t, taken)
		t.Setenv("NENEP_DATABASE_URL", server.URL("target"))
		require.Contains(t, refused(t, "restore", "database", taken), one.says, one.name)
		require.Zero(t, counted(t, server.URL("postgres"), "pg_database WHERE datname LIKE 'target%'"), one.name)
		t.Setenv("NENEP_DATABASE_URL", server.URL("nenep"))
	}
	taken := takenBackup(t, "backup", "database", "--to", into)
	require.Contains(t, refused(t, "restore", "temporal", taken), "Use `nenep restore database`")

	t.Setenv("NENEP_DATABASE_URL", server.URL("away"))
	code, _, said := tried("backup", "database", "--to", into)
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "does not answer")
	left, err := filepath.Glob(filepath.Join(into, ".unfinished-*"))
	require.NoError(t, err)
	require.Empty(t, left, "what failed is gone")
}

func changeByte(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	content[len(content)/2] ^= 1
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

func TestPasswordsStayOutOfArguments(t *testing.T) {
	code, _, said := tried("backup", "temporal", "--to", t.TempDir(), "--temporal-url", "postgres://temporal:secret@127.0.0.1/")
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "PGPASSFILE")
	require.NotContains(t, said, "secret")
	t.Setenv("NENEP_DATABASE_URL", "postgres://nenep:secret@127.0.0.1:1/nenep?sslmode=disable")
	code, _, said = tried("backup", "database", "--to", t.TempDir())
	require.Equal(t, exitFailed, code)
	require.NotContains(t, said, "secret")
}

// evidence puts a file where the services keep it, and answers where that is.
func evidence(t *testing.T, store, content string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(content))
	name := hex.EncodeToString(sum[:])
	path := filepath.Join(store, "sha256", name[:2], name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestFilesAreCopiedOnceAndVerified(t *testing.T) {
	store, copied, heads := t.TempDir(), filepath.Join(t.TempDir(), "copy"), t.TempDir()
	t.Setenv("NENEP_EVIDENCE_URL", fileURL(store))
	t.Setenv("NENEP_AUDIT_HEADS_URL", fileURL(heads))
	first := evidence(t, store, "biên bản hội nghị")
	for i := range 20 {
		evidence(t, store, fmt.Sprintf("phụ lục %d", i))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(heads, "audit-heads"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(heads, "audit-heads", "2026-11-22.json"), []byte("{}"), 0o600))
	require.NoError(t, os.WriteFile(first+".18f.tmp", []byte("half written by a process that was killed"), 0o600))

	require.Equal(t, []string{"22", "22"}, filesAndCopied(t, "backup", "files", "--to", copied))
	evidence(t, store, "báo cáo quý")
	require.Equal(t, []string{"23", "1"}, filesAndCopied(t, "backup", "files", "--to", copied), "only what is missing")

	require.NoError(t, os.WriteFile(first, []byte("biên bản hội nghỉ"), 0o600))
	code, _, said := tried("backup", "files", "--to", filepath.Join(t.TempDir(), "another"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, filepath.Base(first), "what is damaged in the store is named")

	require.NoError(t, os.RemoveAll(store))
	require.NoError(t, os.RemoveAll(heads))
	require.Equal(t, []string{"23", "23"}, filesAndCopied(t, "restore", "files", copied))
	content, err := os.ReadFile(first)
	require.NoError(t, err)
	require.Equal(t, "biên bản hội nghị", string(content))
	require.FileExists(t, filepath.Join(heads, "audit-heads", "2026-11-22.json"))
	require.NoDirExists(t, filepath.Join(store, "audit-heads"))

	require.NoError(t, os.WriteFile(first, []byte("biên bản hội nghỉ"), 0o600))
	require.Equal(t, []string{"23", "0"}, filesAndCopied(t, "restore", "files", copied))
	done(t, "restore", "files", copied, "--reread")
	content, err = os.ReadFile(first)
	require.NoError(t, err)
	require.Equal(t, "biên bản hội nghị", string(content), "what was damaged is whole again")
}

func TestACopyOfFilesThatNeverEndedIsRefused(t *testing.T) {
	store, copied := t.TempDir(), t.TempDir()
	t.Setenv("NENEP_EVIDENCE_URL", fileURL(store))
	evidence(t, copied, "một nửa")
	require.Contains(t, refused(t, "restore", "files", copied), "is no whole copy")
	code, _, said := tried("restore", "files", filepath.Join(copied, "mistyped"))
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "cannot be read")
}

func TestWhatWasDestroyedByDecisionLeavesTheCopy(t *testing.T) {
	server := startPostgres(t)
	address, store, copied := ourSchemas(t, server), t.TempDir(), t.TempDir()
	t.Setenv("NENEP_DATABASE_URL", address)
	t.Setenv("NENEP_EVIDENCE_URL", fileURL(store))
	gone, stays := evidence(t, store, "hết thời hạn lưu"), evidence(t, store, "còn thời hạn lưu")
	done(t, "backup", "files", "--to", copied)
	execute(t, address, fmt.Sprintf(`
		INSERT INTO reports.cases (id, obligation_id, unit_id, period_id, run_id, state, sequence, input, state_body, case_clock, opened_at, updated_at)
			VALUES ('DT-01/U-1/2020', 'DT-01', 'U-1', '2020', 'r', 'accepted', 1, '{}', '{}', now(), now(), now());
		INSERT INTO reports.files (id, case_id, name, size, media_type, sha256, blob_key, official_id, uploaded_at)
			SELECT 'F-' || n, 'DT-01/U-1/2020', 'a.pdf', 1, 'application/pdf', sum, 'sha256/' || left(sum, 2) || '/' || sum, 'CB-1', now()
			FROM (VALUES (1, '%s'), (2, '%s')) AS v (n, sum);
		INSERT INTO reports.deletion_orders (id, document, issued_on, as_of, listed, official_id, ordered_at) VALUES ('order-0001', '12/QĐ-VP', '2026-11-01', '2026-11-01', repeat('a', 64), 'CB-1', now());
		INSERT INTO reports.deleted_files (file_id, order_id, class, content) VALUES ('F-1', 'order-0001', '5y', 'removed')`, filepath.Base(gone), filepath.Base(stays)))
	require.NoError(t, os.Remove(gone))
	done(t, "backup", "files", "--to", copied)
	require.FileExists(t, inCopy(copied, gone), "nothing is removed unasked")
	done(t, "backup", "files", "--to", copied, "--remove-deleted")
	require.NoFileExists(t, inCopy(copied, gone))
	require.FileExists(t, inCopy(copied, stays))
}

func inCopy(copied, path string) string {
	name := filepath.Base(path)
	return filepath.Join(copied, "sha256", name[:2], name)
}

func fileURL(folder string) string { return (&url.URL{Scheme: "file", Path: folder}).String() }

// filesAndCopied are two figures of the answer's row.
func filesAndCopied(t *testing.T, arguments ...string) []string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(done(t, arguments...)), "\n")
	fields := strings.Fields(lines[len(lines)-1])
	return []string{fields[1], fields[3]}
}

func TestTheProgramIsCopiedForAnotherContainer(t *testing.T) {
	folder := t.TempDir()
	done(t, "backup", "program", "--to", folder)
	about, err := os.Stat(filepath.Join(folder, "nenep"))
	require.NoError(t, err)
	require.NotZero(t, about.Mode()&0o100, "it can be run")
}
