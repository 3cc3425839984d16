// Package temporalserver runs a Temporal server and its Web UI inside this process, storing in
// PostgreSQL. It is what `make run` and the tests stand on; production talks to a Temporal of its own.
package temporalserver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/temporal"
	toolschema "go.temporal.io/server/tools/common/schema"
	toolsql "go.temporal.io/server/tools/sql"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// Databases are the two stores of Temporal beside ours.
const (
	databaseHistory    = "temporal"
	databaseVisibility = "temporal_visibility"
)

// Options of the server.
type Options struct {
	DatabaseURL string // any database of the server; its role may create databases
	Addr        string // frontend, host:port
	UIAddr      string // Web UI, host:port; empty: no UI
	Namespace   string // what the UI opens with
	Logger      *zap.Logger
	Prefix      string // of the two databases' names, so that several servers may share one PostgreSQL
	// CodecURL is what decodes payloads for the UI, asked by the browser with the person's own session there; empty: nothing does.
	CodecURL string
	// SignInURL is where the UI sends whoever has no session there.
	SignInURL string
	// TimeSkipping lets tests and rehearsals have single workflows skip the time they wait. Closed
	// runs are then also deleted at once, not after the server's own half-minute round.
	TimeSkipping bool
}

// Server is a running Temporal.
type Server struct {
	server temporal.Server
	ui     *uiserver.Server
}

// Start creates the stores if need be, brings their schemas up to date, and starts the server.
func Start(ctx context.Context, options Options) (*Server, error) {
	logger := log.NewZapLogger(options.Logger.WithOptions(zap.IncreaseLevel(zap.ErrorLevel), zap.WithFatalHook(lastWords{})))
	history, visibility, err := prepareStores(ctx, options, logger)
	if err != nil {
		return nil, err
	}
	if err := forgetMembers(ctx, options); err != nil {
		return nil, err
	}
	settings, err := serverConfig(options, history, visibility)
	if err != nil {
		return nil, err
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(settings),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithDynamicConfigClient(dynamicSettings(options)),
	)
	if err != nil {
		return nil, fmt.Errorf("make the Temporal server: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start the Temporal server on %s: %w", options.Addr, err)
	}
	started := &Server{server: server}
	if options.UIAddr == "" {
		return started, nil
	}
	return started, started.startUI(options)
}

// lastWords says on the terminal why the process ends: the server ends it itself when it cannot go
// on, and its log is a file.
type lastWords struct{}

// OnWrite is called after the log holds the entry.
func (lastWords) OnWrite(entry *zapcore.CheckedEntry, _ []zapcore.Field) {
	_, _ = fmt.Fprintf(os.Stderr, "nenep: Temporal cannot go on (%s): see nenep.log in the data folder, then start again; nothing is lost\n", entry.Message)
	os.Exit(1)
}

// Stop ends the server; what it held is in the stores.
func (s *Server) Stop() error {
	if s.ui != nil {
		s.ui.Stop()
	}
	return s.server.Stop()
}

func dynamicSettings(options Options) dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		dynamicconfig.WorkflowTimeSkippingEnabled.Key(): options.TimeSkipping,

		// One process needs no partitions, and after a kill the backlog of a partition would lie until
		// some worker's long poll happens on it.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,

		dynamicconfig.TransferProcessorEnsureCloseBeforeDelete.Key(): !options.TimeSkipping,
	}
}

func prepareStores(ctx context.Context, options Options, logger log.Logger) (history, visibility *config.SQL, err error) {
	history, err = store(options.DatabaseURL, options.Prefix+databaseHistory)
	if err != nil {
		return nil, nil, err
	}
	visibility, err = store(options.DatabaseURL, options.Prefix+databaseVisibility)
	if err != nil {
		return nil, nil, err
	}
	return history, visibility, errors.Join(
		prepareStore(ctx, options.DatabaseURL, history, "postgresql/v12/temporal", logger),
		prepareStore(ctx, options.DatabaseURL, visibility, "postgresql/v12/visibility", logger),
	)
}

func store(databaseURL, name string) (*config.SQL, error) {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("the database address is not a URL: %w", err)
	}
	password, _ := parsed.User.Password()
	attributes := map[string]string{}
	if mode := parsed.Query().Get("sslmode"); mode != "" {
		attributes["sslmode"] = mode
	}
	address := parsed.Host
	if parsed.Port() == "" {
		address = net.JoinHostPort(parsed.Hostname(), "5432")
	}
	return &config.SQL{
		User: parsed.User.Username(), Password: password, PluginName: postgresql.PluginNamePGX, DatabaseName: name,
		ConnectAddr: address, ConnectProtocol: "tcp", ConnectAttributes: attributes,
		MaxConns: 40, MaxIdleConns: 40, MaxConnLifetime: time.Hour,
	}, nil
}

func prepareStore(ctx context.Context, databaseURL string, settings *config.SQL, schemaName string, logger log.Logger) error {
	if err := createDatabase(ctx, databaseURL, settings.DatabaseName); err != nil {
		return err
	}
	connection, err := toolsql.NewConnection(settings, logger)
	if err != nil {
		return fmt.Errorf("open database %s: %w", settings.DatabaseName, err)
	}
	defer connection.Close()
	if _, err := connection.ReadSchemaVersion(); err != nil {
		setup := &toolschema.SetupConfig{InitialVersion: "0.0"}
		if err := toolschema.NewSetupSchemaTask(connection, setup, logger).Run(); err != nil {
			return fmt.Errorf("prepare database %s: %w", settings.DatabaseName, err)
		}
	}
	update := &toolschema.UpdateConfig{DBName: settings.DatabaseName, SchemaName: schemaName}
	if err := toolschema.NewUpdateSchemaTask(connection, update, logger).Run(); err != nil {
		return fmt.Errorf("bring database %s up to date: %w", settings.DatabaseName, err)
	}
	return nil
}

func createDatabase(ctx context.Context, databaseURL, name string) error {
	connection, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	defer func() { _ = connection.Close(ctx) }()
	var exists bool
	if err := connection.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return err
	}
	if exists {
		return nil
	}
	if _, err := connection.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("database %s cannot be created (the role of the database address must be allowed to): %w", name, err)
	}
	return nil
}

// forgetMembers forgets the hosts of a process that was killed. This server has no other members,
// and requests would go astray to the dead ones until their heartbeats expire.
func forgetMembers(ctx context.Context, options Options) error {
	address, err := url.Parse(options.DatabaseURL)
	if err != nil {
		return fmt.Errorf("the database address is not a URL: %w", err)
	}
	address.Path = "/" + options.Prefix + databaseHistory
	connection, err := pgx.Connect(ctx, address.String())
	if err != nil {
		return fmt.Errorf("open database %s: %w", options.Prefix+databaseHistory, err)
	}
	defer func() { _ = connection.Close(ctx) }()
	_, err = connection.Exec(ctx, "DELETE FROM cluster_membership")
	return err
}

func serverConfig(options Options, history, visibility *config.SQL) (*config.Config, error) {
	host, portText, err := net.SplitHostPort(options.Addr)
	if err != nil {
		return nil, fmt.Errorf("NENEP_TEMPORAL_ADDR %q is not host:port: %w", options.Addr, err)
	}
	frontend, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("NENEP_TEMPORAL_ADDR %q is not host:port: %w", options.Addr, err)
	}
	services, err := internalServices(frontend)
	if err != nil {
		return nil, err
	}
	settings := &config.Config{
		Persistence: config.Persistence{
			DefaultStore: "history", VisibilityStore: "visibility", NumHistoryShards: 4,
			DataStores: map[string]config.DataStore{"history": {SQL: history}, "visibility": {SQL: visibility}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: "active", CurrentClusterName: "active",
			ClusterInformation: map[string]cluster.ClusterInformation{
				"active": {Enabled: true, InitialFailoverVersion: 1, RPCAddress: net.JoinHostPort(host, portText)},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival: config.Archival{
			History: config.HistoryArchival{State: "disabled"}, Visibility: config.VisibilityArchival{State: "disabled"},
		},
		PublicClient: config.PublicClient{HostPort: net.JoinHostPort(host, portText)},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
	settings.Global.Membership = config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: "127.0.0.1"}
	settings.Global.Metrics = &metrics.Config{}
	return settings, nil
}

// internalServices binds everything but the frontend to free loopback ports, no two the same.
func internalServices(frontend int) (map[string]config.Service, error) {
	names := []string{"frontend", "history", "matching", "worker"}
	ports, err := freePorts(2 * len(names))
	if err != nil {
		return nil, err
	}
	services := map[string]config.Service{}
	for i, name := range names {
		port := ports[2*i]
		if name == "frontend" {
			port = frontend
		}
		services[name] = config.Service{RPC: config.RPC{GRPCPort: port, MembershipPort: ports[2*i+1], BindOnLocalHost: true}}
	}
	return services, nil
}

// lowestPort and highestPort bound the ports of Temporal's services: its PostgreSQL schema keeps a
// port in a SMALLINT, and the ports a machine hands out by itself lie above.
const (
	lowestPort  = 20000
	highestPort = 32767
)

func freePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range 10 * (n + 20) {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+rand.IntN(highestPort-lowestPort))))
		if err != nil {
			continue
		}
		defer func() { _ = listener.Close() }()
		if ports = append(ports, listener.Addr().(*net.TCPAddr).Port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("no free port between %d and %d on 127.0.0.1", lowestPort, highestPort)
}

func (s *Server) startUI(options Options) error {
	host, portText, err := net.SplitHostPort(options.UIAddr)
	if err != nil {
		return fmt.Errorf("NENEP_TEMPORAL_UI_ADDR %q is not host:port: %w", options.UIAddr, err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return fmt.Errorf("NENEP_TEMPORAL_UI_ADDR %q is not host:port: %w", options.UIAddr, err)
	}
	s.ui = uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: options.Addr, Host: host, Port: port, EnableUI: true,
		DefaultNamespace: options.Namespace, DisableNewsFetch: true, HideLogs: true,
		Codec: uiconfig.Codec{Endpoint: options.CodecURL, IncludeCredentials: options.CodecURL != "",
			DefaultErrorMessage: "Nội dung được mã hóa: đăng nhập cổng (quản trị hệ thống, hoặc kiểm tra, giám sát) trong cùng trình duyệt rồi tải lại trang này.",
			DefaultErrorLink:    options.SignInURL},
		CORS: uiconfig.CORS{CookieInsecure: true, AllowOrigins: []string{"http://" + options.UIAddr}},
	}))
	failed := make(chan error, 1)
	go func() { failed <- s.ui.Start() }()
	return awaitListening(options.UIAddr, failed)
}

// awaitListening asks until the UI accepts connections; its server has no other way of telling.
func awaitListening(address string, failed <-chan error) error {
	for range 100 {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			return connection.Close()
		}
		select {
		case err := <-failed:
			return fmt.Errorf("the Temporal Web UI does not start on %s: %s", address, strings.TrimSpace(fmt.Sprint(err)))
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("the Temporal Web UI does not answer on %s", address)
}
