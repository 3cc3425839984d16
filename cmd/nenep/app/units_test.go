package app

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"nenep/proto/wire"
	"nenep/services/privatepostgres"
	"nenep/services/units"
)

var database string

// TestMain gives the package one PostgreSQL, for the commands that need the real units service.
func TestMain(m *testing.M) { os.Exit(withDatabase(m)) }

func withDatabase(m *testing.M) int {
	folder, err := os.MkdirTemp("", "nenep-postgres-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	server, err := privatepostgres.Start(context.Background(), folder, privatepostgres.Options{Throwaway: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = server.Stop() }()
	database = server.URL("postgres")
	return m.Run()
}

const testKey = "a key of the terminal's tests, long enough"

// province serves the units of Hưng Yên, and answers a terminal that talks to them.
func province(t *testing.T) func(arguments ...string) (code int, out, faults string) {
	t.Helper()
	cfg, err := wire.Load()
	require.NoError(t, err)
	cfg.DatabaseURL, cfg.ServiceKey, cfg.TemporalAddr = database, testKey, closedPort(t)
	require.NoError(t, units.Migrate(t.Context(), cfg, zap.NewNop()))
	require.NoError(t, units.Load(t.Context(), cfg, zap.NewNop()))
	service, err := units.New(t.Context(), cfg, zap.NewNop(), units.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); require.NoError(t, service.Close()) })
	return func(arguments ...string) (int, string, string) {
		t.Setenv("NENEP_UNITS_URL", server.URL)
		t.Setenv("NENEP_SERVICE_KEY", testKey)
		var stdout, stderr bytes.Buffer
		code := Main(arguments, &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
}

// closedPort is an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestTheTerminalTalksToTheUnitsService(t *testing.T) {
	ask := province(t)

	t.Run("days are those of the province's table", func(t *testing.T) {
		code, out, faults := ask("calendar", "day", "2026-11-24")
		require.Zero(t, code, faults)
		require.Contains(t, out, "bảng của tỉnh")
		require.Contains(t, out, "unsettled: chưa chốt")
		code, out, _ = ask("calendar", "due", "--from", "2026-02-10", "--days", "5", "--count", "working", "--json")
		require.Zero(t, code)
		require.Contains(t, out, `"date": "2026-02-24"`)
		require.Contains(t, out, `"table": "units"`)
		require.Contains(t, out, `"confidence": "V (press)"`)
	})

	t.Run("a file of days is checked against the table, with its own lines", func(t *testing.T) {
		head := "day\tkind\tname\tsource\tconfidence\tremoved\n"
		code, out, faults := ask("calendar", "set", written(t, "days.tsv", head+"2026-11-24\toff\tNgày Văn hóa Việt Nam\tLuật\tV\t\n"), "--dry-run")
		require.Zero(t, code, faults)
		require.Contains(t, out, "1")
		code, _, faults = ask("calendar", "set", written(t, "days.tsv", head+"# ghi chú\n2026-03-03\t\t\t\t\tyes\n"), "--dry-run")
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "dòng 3, day:")
	})

	t.Run("settings are listed, and changed only by a document", func(t *testing.T) {
		code, out, faults := ask("setting", "list")
		require.Zero(t, code, faults)
		require.Contains(t, out, "bc-06.due")
		code, _, _ = ask("setting", "set", "bc-06.due", "20/06")
		require.Equal(t, exitRefused, code)
		code, _, faults = ask("setting", "set", "bc-06.nothing", "20/06", "--document", "QĐ 1")
		require.Equal(t, exitRefused, code)
		require.Contains(t, faults, "bc-06.nothing")
	})

	t.Run("a board is written, and says when a seat fell empty", func(t *testing.T) {
		board := []string{"board", "put", "BAN-THU-1", "--unit", "MTTQ-12205-2507", "--kind", "peoples-inspection-board", "--name", "Ban Thanh tra nhân dân xã",
			"--decision", "QĐ 12/QĐ-MTTQ", "--from", "2026-01-05", "--to", "2028-01-04", "--members", "9"}
		for range 2 {
			code, out, faults := ask(board...)
			require.Zero(t, code, faults)
			require.Contains(t, out, "BAN-THU-1")
		}
		code, out, faults := ask("board", "vacancy", "BAN-THU-1", "--on", "2026-06-01", "--role", "member")
		require.Zero(t, code, faults)
		require.Contains(t, out, "2026-06-01")
		code, out, faults = ask("board", "list", "--unit", "MTTQ-12205-2507", "--on", "2026-07-01", "--json")
		require.Zero(t, code, faults)
		require.Contains(t, out, `"valid_to": "2028-01-04"`)
		code, _, _ = ask("board", "vacancy", "BAN-THU-9", "--on", "2026-06-01", "--role", "member")
		require.Equal(t, exitRefused, code)
	})
}
