// Package journey tests the whole house as its users meet it: real Temporal, real PostgreSQL, real
// SMTP, a real browser. One binary, since the embedded server links for long.
package journey

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"nenep/proto/wire"
	"nenep/standalone/house"
)

// asHouse makes the test binary run as the house itself, so that a test can kill a process.
const asHouse = "NENEP_TEST_RUN_AS_HOUSE"

func TestMain(m *testing.M) {
	if os.Getenv(asHouse) != "" {
		os.Exit(runAsHouse())
	}
	os.Exit(runTests(m))
}

func runAsHouse() int {
	options, err := house.FromEnvironment()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	options.Say = func(line string) { _, _ = fmt.Fprintln(os.Stdout, line) }
	options.TimeSkipping = true
	if day := os.Getenv(asOf); day != "" {
		if err := liveOn(&options, day); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if communes := os.Getenv(onlyCommunes); communes != "" {
		if err := liveSmall(&options, communes); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if err := house.Run(ctx, options); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// standing is the house all tests but those that kill share.
var standing *running

// ahead is by how much the clock of the standing house's reports runs ahead, while a case whose
// waiting was skipped takes acts.
var ahead atomic.Int64

type running struct {
	options  house.Options
	clients  wire.Clients
	temporal client.Client
	stop     func() error
}

func runTests(m *testing.M) int {
	folder, err := os.MkdirTemp("", "nenep-journey-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	standing, err = start(folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = standing.stop() }()
	return m.Run()
}

// start runs a house in this process on free addresses and waits until it is ready.
func start(folder string) (*running, error) {
	options, err := house.FromEnvironment()
	if err != nil {
		return nil, err
	}
	takeFreeAddresses(&options)
	options.Data, options.DatabaseURL, options.TimeSkipping = folder, "", true
	options.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	ready, ended := make(chan struct{}), make(chan error, 1)
	options.Ready = func() { close(ready) }
	options.Say = func(line string) { _, _ = fmt.Fprintln(os.Stdout, line) }
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- house.Run(ctx, options) }()
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		return nil, fmt.Errorf("the house ended at start: %w", err)
	}
	r := &running{options: options, stop: func() error { cancel(); return <-ended }}
	return r, r.connect()
}

// connect makes clients that hold the keys the house wrote into its folder.
func (r *running) connect() error {
	key, err := os.ReadFile(filepath.Join(r.options.Data, "service.key"))
	if err != nil {
		return err
	}
	cfg := &r.options.Config
	cfg.ServiceKey = strings.TrimSpace(string(key))
	keys, err := os.ReadFile(filepath.Join(r.options.Data, "payload.keys"))
	if err == nil {
		cfg.PayloadKeys = strings.TrimSpace(string(keys))
	} else if cfg.PayloadKeys == "" {
		return err
	}
	cfg.UnitsURL, cfg.ReportsURL = "http://"+cfg.UnitsAddr, "http://"+cfg.ReportsAddr
	cfg.NotificationsURL, cfg.PortalURL = "http://"+cfg.NotificationsAddr, "http://"+cfg.PortalAddr
	r.clients = cfg.NewClients("terminal")
	options, err := cfg.TemporalOptions(zap.NewNop())
	if err != nil {
		return err
	}
	r.temporal, err = client.Dial(options)
	return err
}

// as answers clients that act for an official.
func (r *running) as(official string) wire.Clients {
	portal := r.options.Config.Speaker("portal")
	return r.options.Config.NewClientsWith(func(listener string) connect.Interceptor {
		return wire.ShowTokens(func(context.Context) (string, error) { return portal.Sign(listener, official, time.Now()) })
	})
}

func addresses(o *house.Options) []*string {
	return []*string{
		&o.Config.PortalAddr, &o.Config.UnitsAddr, &o.Config.ReportsAddr, &o.Config.NotificationsAddr, &o.Config.WorkerAddr, &o.Config.MetricsAddr,
		&o.Config.TemporalAddr, &o.Config.TemporalUIAddr, &o.Config.SMTPAddr, &o.MailboxAddr,
	}
}

// takeFreeAddresses gives each room an address of its own, no two the same, below 32768: Temporal
// keeps a port in a SMALLINT.
func takeFreeAddresses(o *house.Options) {
	for _, address := range addresses(o) {
		listener := listenLow()
		defer func() { _ = listener.Close() }()
		*address = listener.Addr().String()
	}
}

func listenLow() net.Listener {
	for {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(12000+rand.IntN(7900))))
		if err == nil {
			return listener
		}
	}
}

// separate runs a house in a process of its own, for tests that kill it.
type separate struct {
	*running
	command *exec.Cmd
	exited  chan error
	lines   chan string
}

func startSeparate(t *testing.T, folder string, reuse *house.Options) *separate {
	t.Helper()
	options := house.Options{}
	if reuse != nil {
		options = *reuse
	} else {
		loaded, err := house.FromEnvironment()
		require.NoError(t, err)
		options = loaded
		takeFreeAddresses(&options)
		options.Data = folder
	}
	s := &separate{running: &running{options: options}, exited: make(chan error, 1), lines: make(chan string, 1000)}
	s.command = houseCommand(options, folder)
	s.command.Stdout = lineWriter{s.lines}
	s.command.Stderr = os.Stderr
	require.NoError(t, s.command.Start())
	go func() { s.exited <- s.command.Wait() }()
	t.Cleanup(func() {
		_ = s.command.Process.Kill()
		if err := <-s.exited; err != nil {
			t.Log("the house ended:", err)
		}
	})
	return s
}

// houseCommand is this test binary as a house of its own.
func houseCommand(options house.Options, folder string) *exec.Cmd {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), asHouse+"=1", "DATABASE_URL=", "NENEP_DATA="+folder,
		"NENEP_PORTAL_ADDR="+options.Config.PortalAddr, "NENEP_UNITS_ADDR="+options.Config.UnitsAddr,
		"NENEP_REPORTS_ADDR="+options.Config.ReportsAddr, "NENEP_NOTIFICATIONS_ADDR="+options.Config.NotificationsAddr,
		"NENEP_WORKER_ADDR="+options.Config.WorkerAddr, "NENEP_TEMPORAL_ADDR="+options.Config.TemporalAddr,
		"NENEP_TEMPORAL_UI_ADDR="+options.Config.TemporalUIAddr, "NENEP_SMTP_ADDR="+options.Config.SMTPAddr,
		"NENEP_MAILBOX_ADDR="+options.MailboxAddr)
	return command
}

// startSeparateExpectingFailure answers the sentence a house that cannot stand ends with.
func startSeparateExpectingFailure(t *testing.T, folder string, options house.Options) string {
	t.Helper()
	said, err := houseCommand(options, folder).CombinedOutput()
	require.Error(t, err, "%s", said)
	return string(said)
}

// await reads what the house says until a line begins so.
func (s *separate) await(t *testing.T, beginning string) string {
	t.Helper()
	limit := time.After(3 * time.Minute)
	for {
		select {
		case line := <-s.lines:
			if strings.HasPrefix(strings.TrimSpace(line), beginning) {
				return line
			}
		case err := <-s.exited:
			s.exited <- err
			require.FailNow(t, "the house ended", "%v", err)
		case <-limit:
			require.FailNow(t, "the house did not say", beginning)
		}
	}
}

type lineWriter struct{ lines chan<- string }

func (w lineWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w.lines <- strings.TrimRight(line, "\n")
	}
	return len(p), nil
}
