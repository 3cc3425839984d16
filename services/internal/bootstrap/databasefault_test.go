package bootstrap

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/services/internal/testdatabase"
)

var things = Schema{Name: "things", Migrations: fstest.MapFS{"00001_things.sql": {Data: []byte("-- +goose Up\nCREATE TABLE thing (id int);\n")}}}

// kept is a service over a database of its own.
type kept struct {
	*Service
	address string // of the database, as its owner
	db      *gorm.DB
}

func keep(t *testing.T, address string) kept {
	t.Helper()
	db, err := things.Open(address)
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	t.Cleanup(func() { _ = pool.Close() })
	service := NewService("things", zap.NewNop())
	service.DependsOnSchema(things, db)
	service.AnswersItself(things.CheckVersion(db))
	service.Echo.POST("/thing", func(c echo.Context) error {
		if err := db.WithContext(c.Request().Context()).Exec("INSERT INTO thing VALUES (1)").Error; err != nil {
			return fmt.Errorf("store a thing: %w", err)
		}
		return c.NoContent(http.StatusNoContent)
	})
	return kept{service, address, db}
}

func (k kept) ask(method, path string) (int, string) {
	answer := httptest.NewRecorder()
	k.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
	return answer.Code, answer.Body.String()
}

// run runs statements as the owner of the server.
func run(t *testing.T, address string, statements ...string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer func() { _ = connection.Close(context.Background()) }()
	for _, statement := range statements {
		_, err = connection.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

func with(t *testing.T, address string, change func(*url.URL)) string {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	change(parsed)
	return parsed.String()
}

func nameOf(t *testing.T, address string) string {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	require.NoError(t, err)
	return config.Database
}

func TestWhyMigrationsCannotBeRunIsASentence(t *testing.T) {
	address := testdatabase.New(t)
	poor := "poor_" + nameOf(t, address)
	run(t, address, "CREATE ROLE "+poor+" LOGIN PASSWORD 'right'")
	as := func(password string) string {
		return with(t, address, func(u *url.URL) { u.User = url.UserPassword(poor, password) })
	}
	for says, of := range map[string]struct {
		address string
		passing bool
	}{
		"the database refuses user and password: check the Secret of NENEP_DATABASE_URL":                      {as("wrong"), false},
		"the database does not let this user do that: NENEP_DATABASE_URL must name the owner of the database": {as("right"), false},
		"the database that NENEP_DATABASE_URL names does not exist":                                           {with(t, address, func(u *url.URL) { u.Path = "/nowhere" }), true},
		"the database does not run: nothing listens at the address of NENEP_DATABASE_URL":                     {with(t, address, func(u *url.URL) { u.Host = "127.0.0.1:1" }), true},
		"the database is not reached: the name of its host is not known":                                      {with(t, address, func(u *url.URL) { u.Host = "db.invalid:5432" }), true},
		"the database speaks no TLS, and sslmode of NENEP_DATABASE_URL asks for it":                           {with(t, address, func(u *url.URL) { u.RawQuery = "sslmode=require" }), true},
		"the database takes no changes: NENEP_DATABASE_URL leads to a standby, or a failover is under way":    {with(t, address, func(u *url.URL) { u.RawQuery += "&default_transaction_read_only=on" }), true},
	} {
		err := things.Migrate(t.Context(), of.address, zap.NewNop())
		require.ErrorContains(t, err, says)
		require.Equal(t, of.passing, FaultOf(err).MayPass(), says)
		require.NotContains(t, err.Error(), "wrong@")
	}
	require.ErrorContains(t, tooOld(140011), "the database is PostgreSQL 14 and this program needs 15 or newer")
	require.NoError(t, tooOld(150000))
}

func TestPeopleReadUnavailableAndOperatorsTheCauseAndItRecoversByItself(t *testing.T) {
	owner := testdatabase.New(t)
	require.NoError(t, things.Migrate(t.Context(), owner, zap.NewNop()))
	name := nameOf(t, owner)
	clerk := "clerk_" + name
	run(t, owner, "CREATE ROLE "+clerk+" LOGIN PASSWORD 'p'", "GRANT USAGE ON SCHEMA things TO "+clerk, "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA things TO "+clerk)
	for _, of := range []struct{ name, breaks, mend, says, code string }{
		{"full disk", "CREATE FUNCTION things.disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;; CREATE TRIGGER disk_full BEFORE INSERT ON things.thing FOR EACH ROW EXECUTE FUNCTION things.disk_full()",
			"DROP TRIGGER disk_full ON things.thing", "the database's disk is full", ""},
		{"standby", "ALTER DATABASE " + name + " SET default_transaction_read_only = on", "ALTER DATABASE " + name + " RESET default_transaction_read_only", "the database takes no changes", "ready, told"},
		{"no connections left", "ALTER ROLE " + clerk + " CONNECTION LIMIT 0", "ALTER ROLE " + clerk + " CONNECTION LIMIT -1", "the database takes no more connections", "unready"},
	} {
		t.Run(of.name, func(t *testing.T) {
			k := keep(t, with(t, owner, func(u *url.URL) { u.User = url.UserPassword(clerk, "p") }))
			run(t, with(t, owner, func(u *url.URL) { u.RawQuery += "&default_transaction_read_only=off" }), strings.Split(of.breaks, ";;")...)
			status, text := k.ask(http.MethodPost, "/thing")
			require.Equal(t, http.StatusServiceUnavailable, status)
			require.Contains(t, text, "Thử lại sau ít phút")
			require.Contains(t, text, contract.CodeUnavailable)
			require.NotContains(t, text, "SQLSTATE", "the cause stays with the operator")
			err := k.db.Exec("INSERT INTO thing VALUES (1)").Error
			require.Equal(t, of.says, FaultOf(err).Sentence[:len(of.says)])
			ready, said := k.ask(http.MethodGet, "/readyz")
			switch of.code {
			case "unready":
				require.Equal(t, http.StatusServiceUnavailable, ready)
				require.Contains(t, said, of.says)
			case "ready, told":
				require.Equal(t, http.StatusOK, ready, "what was stored can be read")
				require.Contains(t, said, of.says)
			}
			run(t, with(t, owner, func(u *url.URL) { u.RawQuery += "&default_transaction_read_only=off" }), of.mend)
			if of.code == "ready, told" {
				run(t, owner, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+clerk+"'") // as a failover does
			}
			require.Eventually(t, func() bool { status, _ := k.ask(http.MethodPost, "/thing"); return status == http.StatusNoContent }, 5*time.Second, 20*time.Millisecond)
			_, said = k.ask(http.MethodGet, "/readyz")
			require.Equal(t, "ready\n", said)
		})
	}
}

// line is a way to the database that can be cut.
type line struct {
	to, at string
	mu     sync.Mutex
	open   []io.Closer
}

func (l *line) mend(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", l.at)
	require.NoError(t, err)
	l.at = listener.Addr().String()
	l.hold(listener)
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", l.to)
			if err != nil {
				_ = near.Close()
				continue
			}
			l.hold(near, far)
			go func() { _, _ = io.Copy(far, near) }()
			go func() { _, _ = io.Copy(near, far) }()
		}
	}()
}

func (l *line) hold(closers ...io.Closer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = append(l.open, closers...)
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, closing := range l.open {
		_ = closing.Close()
	}
	l.open = nil
}

func TestADatabaseThatGoesAwayAndReturnsIsTold(t *testing.T) {
	owner := testdatabase.New(t)
	require.NoError(t, things.Migrate(t.Context(), owner, zap.NewNop()))
	parsed, err := url.Parse(owner)
	require.NoError(t, err)
	way := &line{to: parsed.Host, at: "127.0.0.1:0"}
	way.mend(t)
	t.Cleanup(way.cut)
	k := keep(t, with(t, owner, func(u *url.URL) { u.Host = way.at }))
	way.cut()
	status, said := k.ask(http.MethodGet, "/readyz/own")
	require.Equal(t, http.StatusServiceUnavailable, status, "a start waits for it: %s", said)
	way.mend(t)
	status, said = k.ask(http.MethodGet, "/readyz/own")
	require.Equal(t, http.StatusOK, status, said)
	require.Equal(t, "ready\n", said)

	way.cut()
	status, said = k.ask(http.MethodPost, "/thing")
	require.Equal(t, http.StatusServiceUnavailable, status, said)
	status, said = k.ask(http.MethodGet, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.True(t, strings.HasPrefix(said, "the database does not run: nothing listens"), said)
	status, said = k.ask(http.MethodGet, "/readyz/own")
	require.Equal(t, http.StatusOK, status, "who has pages tells people himself")
	require.Contains(t, said, "the database does not run")
	status, _ = k.ask(http.MethodGet, "/livez")
	require.Equal(t, http.StatusOK, status)

	way.mend(t)
	status, _ = k.ask(http.MethodPost, "/thing")
	require.Equal(t, http.StatusNoContent, status)
	_, said = k.ask(http.MethodGet, "/readyz")
	require.Equal(t, "ready\n", said)
}

func TestOnlyADatabaseThatIsAwayIsToldAsAway(t *testing.T) {
	require.Nil(t, Away(nil))
	require.Nil(t, Away(context.Canceled))
	require.Nil(t, Away(wire.Refuse(contract.CodeInvalid, "sai", "wrong")))
	require.Nil(t, Away(fmt.Errorf("read: %w", gorm.ErrRecordNotFound)))
	_, err := http.Get("http://127.0.0.1:1/") //nolint:bodyclose // there is none
	require.Nil(t, Away(connect.NewError(connect.CodeUnavailable, err)), "another service")
	require.Nil(t, Away(err))
}
