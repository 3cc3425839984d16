package house

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
	"nenep/cmd/nenep/app"
	"nenep/proto/wire"
	"nenep/services/privatepostgres"
	"nenep/services/units"
	"nenep/standalone/devsignin"
	"nenep/standalone/mailbox"
	"nenep/standalone/temporalserver"
)

// database is ours; Temporal's two stores stand beside it with a prefix.
const (
	database       = "nenep"
	temporalPrefix = "nenep_"
)

// Run starts the house and returns when the context ends and everything is stopped, or with the
// sentence that says why it does not stand.
func Run(ctx context.Context, options Options) (err error) {
	key, err := prepareData(options.Data)
	if err != nil {
		return err
	}
	if err := options.checkPorts(); err != nil {
		return err
	}
	logger, err := fileLogger(options)
	if err != nil {
		return err
	}
	var cleanups []func() error
	defer func() {
		for i := len(cleanups) - 1; i >= 0; i-- {
			err = errors.Join(err, cleanups[i]())
		}
	}()
	options.Say("Nề Nếp: data in " + options.Data)
	options.Config.ServiceKey = key
	if options.Config.PayloadKeys, err = preparePayloadKeys(options.Data, options.Config.PayloadKeys); err != nil {
		return err
	}
	stop, err := options.startPostgres(ctx)
	if err != nil {
		return err
	}
	cleanups = append(cleanups, stop)
	temporal, err := options.startTemporal(ctx, logger)
	if err != nil {
		return err
	}
	cleanups = append(cleanups, temporal.Stop)
	return options.live(ctx, logger)
}

func (o *Options) startPostgres(ctx context.Context) (stop func() error, err error) {
	stop = func() error { return nil }
	server := o.DatabaseURL
	if server == "" {
		o.Say("Starting PostgreSQL…")
		private, err := privatepostgres.Start(ctx, filepath.Join(o.Data, "postgres"), privatepostgres.Options{})
		if err != nil {
			return nil, err
		}
		stop = func() error { o.Say("Stopping PostgreSQL…"); return private.Stop() }
		server = private.URL("postgres")
	}
	o.DatabaseURL = server
	if err := o.ensureDatabase(ctx, server); err != nil {
		return nil, errors.Join(err, stop())
	}
	ours, err := url.Parse(server)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("DATABASE_URL is not a PostgreSQL address"), stop())
	}
	ours.Path = "/" + database
	o.Config.DatabaseURL = ours.String()
	return stop, nil
}

func (o *Options) ensureDatabase(ctx context.Context, server string) error {
	connection, err := o.connect(ctx, server)
	if err != nil {
		return fmt.Errorf("the PostgreSQL of DATABASE_URL does not answer: check the address and that it runs (%w)", err)
	}
	defer func() { _ = connection.Close(ctx) }()
	var exists bool
	if err := connection.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", database).Scan(&exists); err != nil || exists {
		return err
	}
	if _, err := connection.Exec(ctx, "CREATE DATABASE "+database); err != nil {
		return fmt.Errorf("the role of DATABASE_URL may not create databases: grant it CREATEDB (%w)", err)
	}
	return nil
}

// databasePatience is how long a PostgreSQL that starts beside this program may take to answer.
const databasePatience = time.Minute

// stillStarting is what PostgreSQL answers before it takes sessions (cannot_connect_now).
const stillStarting = "57P03"

// connect asks until the server answers. One that answers and refuses is not asked again.
func (o *Options) connect(ctx context.Context, server string) (*pgx.Conn, error) {
	deadline := time.Now().Add(databasePatience)
	for told := false; ; told = true {
		connection, err := pgx.Connect(ctx, server)
		var refused *pgconn.PgError
		starting := !errors.As(err, &refused) || refused.Code == stillStarting
		if err == nil || !starting || time.Now().After(deadline) {
			return connection, err
		}
		if !told {
			o.Say("The PostgreSQL of DATABASE_URL does not answer yet; it is asked again for a minute…")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}

func (o *Options) startTemporal(ctx context.Context, logger *zap.Logger) (*temporalserver.Server, error) {
	o.Say("Starting Temporal…")
	return temporalserver.Start(ctx, temporalserver.Options{
		DatabaseURL: o.DatabaseURL, Addr: o.Config.TemporalAddr, UIAddr: o.Config.TemporalUIAddr,
		Namespace: o.Config.TemporalNamespace, Logger: logger.Named("temporal"), Prefix: temporalPrefix, TimeSkipping: o.TimeSkipping,
		CodecURL: o.portalURL() + "/temporal/codec", SignInURL: o.portalURL() + "/dang-nhap",
	})
}

// portalURL is the portal as a browser reaches it.
func (o *Options) portalURL() string {
	return cmp.Or(o.PortalURL, "http://"+app.Reached(o.Config.PortalAddr))
}

// live runs the services, the worker and the mailbox until the context ends.
func (o *Options) live(ctx context.Context, logger *zap.Logger) error {
	if err := o.completeConfig(); err != nil {
		return err
	}
	o.Say("Preparing the schemas and the units of Hưng Yên…")
	if err := o.prepareDatabase(ctx, logger); err != nil {
		return err
	}
	if err := app.PrepareTemporal(ctx, o.Config, logger); err != nil {
		return err
	}
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return o.runMailbox(running) })
	roles := app.Options{Demo: true, Now: o.Now, ClockOffset: o.ClockOffset, SignIn: devsignin.New(o.Config)}
	together := o.Config
	together.MetricsAddr = "" // one address cannot answer for four services
	for _, name := range app.Services {
		group.Go(func() error { return app.Serve(running, together, logger, name, roles) })
	}
	group.Go(func() error { return app.Work(running, o.Config, logger, roles) })
	group.Go(func() error { return o.open(running, logger) })
	err := group.Wait()
	o.Say("Stopping…")
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return nil
	}
	return err
}

func (o *Options) prepareDatabase(ctx context.Context, logger *zap.Logger) error {
	if o.Province == nil {
		return app.MigrateDatabase(ctx, o.Config, logger, true)
	}
	if err := app.MigrateDatabase(ctx, o.Config, logger, false); err != nil {
		return err
	}
	return units.LoadProvince(ctx, o.Config, logger, *o.Province)
}

func (o *Options) completeConfig() error {
	evidence := filepath.Join(o.Data, "evidence")
	if err := os.MkdirAll(evidence, 0o700); err != nil {
		return fmt.Errorf("folder %s cannot be made: %w", evidence, err)
	}
	if o.Config.EvidenceURL == "" {
		o.Config.EvidenceURL = "file://" + evidence + "?no_tmp_dir=true"
	}
	if o.Config.Channels == "" {
		o.Config.Channels = filepath.Join(o.Data, "channels.yaml")
		if err := os.WriteFile(o.Config.Channels, []byte(mailbox.Declaration(app.Reached(o.MailboxAddr))), 0o600); err != nil {
			return fmt.Errorf("file %s cannot be written: %w", o.Config.Channels, err)
		}
	}
	o.Config.SMTPTLS = "none"
	// One process on one machine: its keys come of the folder's, and what it says to itself stays on the loopback.
	o.Config.TokenKey, o.Config.TokenKeys, o.Config.TLSCert, o.Config.TLSKey, o.Config.TLSCA = "", "", "", "", ""
	o.Config.UnitsURL = "http://" + app.Reached(o.Config.UnitsAddr)
	o.Config.ReportsURL = "http://" + app.Reached(o.Config.ReportsAddr)
	o.Config.NotificationsURL = "http://" + app.Reached(o.Config.NotificationsAddr)
	o.Config.PortalURL = o.portalURL()
	o.Config.TemporalUIURL = cmp.Or(o.TemporalUIURL, "http://"+app.Reached(o.Config.TemporalUIAddr))
	return nil
}

func (o *Options) runMailbox(ctx context.Context) error {
	box, err := mailbox.New(filepath.Join(o.Data, "mailbox"))
	if err != nil {
		return err
	}
	return box.Run(ctx, o.Config.SMTPAddr, o.MailboxAddr)
}

// open waits until everything answers, lets the current periods open, and says where to click.
func (o *Options) open(ctx context.Context, logger *zap.Logger) error {
	if err := awaitReady(ctx, "http://"+app.Reached(o.Config.PortalAddr)+"/readyz"); err != nil {
		return err
	}
	if err := o.firstStart(ctx, logger); err != nil {
		return err
	}
	for _, line := range []string{
		"",
		"  Portal       " + o.Config.PortalURL,
		"  Mailbox      http://" + app.Reached(o.MailboxAddr) + "   (every message sent ends there)",
		"  Temporal UI  " + o.Config.TemporalUIURL,
		"  Temporal     " + o.Config.TemporalAddr + "   (gRPC, namespace " + o.Config.TemporalNamespace + ")",
		"  Terminal     bin/nenep case list",
		"  Log          " + filepath.Join(o.Data, "nenep.log"),
		"",
		"Ctrl-C stops everything; started again, everything goes on.",
	} {
		o.Say(line)
	}
	if o.Ready != nil {
		o.Ready()
	}
	return nil
}

// awaitReady asks until the portal is ready; it answers 200 when the whole is up.
func awaitReady(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	last := "no answer"
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			last = response.Status
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil
			}
			return fmt.Errorf("the portal is not ready after two minutes (%s): see nenep.log in the data folder", last)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func fileLogger(o Options) (*zap.Logger, error) {
	return wire.NewFileLogger(o.Config.LogLevel, filepath.Join(o.Data, "nenep.log"))
}
