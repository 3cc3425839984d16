package bootstrap

import (
	"context"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// oldestPostgres is the first version whose SQL the migrations speak, as server_version_num has it.
const oldestPostgres = 150000

// DatabaseFault says what keeps the database from answering, when that is why a call failed.
type DatabaseFault struct {
	Sentence string
	passing  bool
	cause    error
}

// Error is the operator's sentence, and the cause.
func (f *DatabaseFault) Error() string {
	return f.Sentence + " (" + strings.Join(strings.Fields(f.cause.Error()), " ") + ")"
}

// MayPass tells that it may go away without anybody changing the settings of this program.
func (f *DatabaseFault) MayPass() bool { return f.passing }

// Unwrap is the cause.
func (f *DatabaseFault) Unwrap() error { return f.cause }

// refusedBy are the answers of PostgreSQL that say more about it than about what was asked.
var refusedBy = map[string]struct {
	sentence string
	passing  bool
}{
	pgerrcode.InvalidPassword:                   {"the database refuses user and password: check the Secret of NENEP_DATABASE_URL", false},
	pgerrcode.InvalidAuthorizationSpecification: {"the database refuses this user from here: check user and sslmode of NENEP_DATABASE_URL, and pg_hba.conf", false},
	pgerrcode.InvalidCatalogName:                {"the database that NENEP_DATABASE_URL names does not exist: create it, owned by that user", true},
	pgerrcode.InsufficientPrivilege:             {"the database does not let this user do that: NENEP_DATABASE_URL must name the owner of the database, or one who may create schemas in it", false},
	pgerrcode.DiskFull:                          {"the database's disk is full: make room, or give its volume more; nothing that was stored is lost", true},
	pgerrcode.ReadOnlySQLTransaction:            {"the database takes no changes: NENEP_DATABASE_URL leads to a standby, or a failover is under way", true},
	pgerrcode.TooManyConnections:                {"the database takes no more connections: raise max_connections, or run fewer pods (each service holds up to 16)", true},
	pgerrcode.CannotConnectNow:                  {"the database is starting or stopping", true},
	pgerrcode.AdminShutdown:                     {"the database was stopped", true},
	pgerrcode.CrashShutdown:                     {"the database crashed and recovers", true},
}

// FaultOf finds why the database does not answer in an error; nil when that is not what the error is about.
func FaultOf(err error) *DatabaseFault {
	if err == nil {
		return nil
	}
	var already *DatabaseFault
	if errors.As(err, &already) {
		return already
	}
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		if known, is := refusedBy[answered.Code]; is {
			return &DatabaseFault{known.sentence, known.passing, err}
		}
		return nil
	}
	var connecting *pgconn.ConnectError
	if errors.As(err, &connecting) || isBroken(err) {
		return &DatabaseFault{notReached(err), true, err}
	}
	return nil
}

// isBroken tells of a connection to the database that ended under a call; those to other services break as well.
func isBroken(err error) bool {
	var called *connect.Error
	var fetched *url.Error
	var answered *echo.HTTPError
	if errors.As(err, &called) || errors.As(err, &fetched) || errors.As(err, &answered) {
		return false
	}
	text := err.Error()
	return errors.Is(err, driver.ErrBadConn) || strings.Contains(text, "conn closed") || strings.Contains(text, "unexpected EOF") || errors.Is(err, syscall.ECONNRESET)
}

func notReached(err error) string {
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &name):
		return "the database is not reached: the name of its host is not known (NENEP_DATABASE_URL)"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the database does not run: nothing listens at the address of NENEP_DATABASE_URL"
	case strings.Contains(err.Error(), "refused TLS"):
		return "the database speaks no TLS, and sslmode of NENEP_DATABASE_URL asks for it"
	case errors.As(err, &unknown):
		return "the database shows a certificate of an authority that is not known: set sslrootcert in NENEP_DATABASE_URL"
	case errors.Is(err, context.DeadlineExceeded):
		return "the database is not reached: no answer in time; a firewall or NetworkPolicy may be between"
	default:
		return "the connection to the database broke or does not come about"
	}
}

// unavailable is what people read while the database is away.
func unavailable() wire.Refusal {
	return wire.Refuse(contract.CodeUnavailable,
		"Cơ sở dữ liệu tạm thời không nhận dữ liệu nên việc vừa gửi chưa được ghi. Những gì đã lưu không mất. Thử lại sau ít phút.",
		"The database takes nothing for the moment, so what was sent was not stored. Nothing stored is lost. Try again in a few minutes.")
}

// Away is the refusal for a person when the database, or what this error was made of, does not answer; nil when that is not so.
func Away(err error) *wire.Refusal {
	if wire.RefusalOf(err) != nil || FaultOf(err) == nil {
		return nil
	}
	refusal := unavailable()
	return &refusal
}

// standing is what the server says of itself.
type standing struct {
	Version  int
	ReadOnly bool
}

const askStanding = "SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS read_only"

func tooOld(version int) error {
	if version >= oldestPostgres {
		return nil
	}
	return fmt.Errorf("the database is PostgreSQL %d and this program needs 15 or newer: upgrade the server, or lead NENEP_DATABASE_URL to another", version/10000)
}

// takesChanges answers with a sentence while the database can only be read.
func takesChanges(db *gorm.DB) func(context.Context) error {
	return func(ctx context.Context) error {
		var now standing
		err := db.WithContext(ctx).Raw(askStanding).Scan(&now).Error
		if err == nil && now.ReadOnly {
			return errors.New(refusedBy[pgerrcode.ReadOnlySQLTransaction].sentence)
		}
		return nil // one that does not answer is told by CheckVersion
	}
}
