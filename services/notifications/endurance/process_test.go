// Package endurance holds the notifications service to what it promises when something goes wrong under it: the service is a process that
// can be killed, the database a PostgreSQL that can be restarted, the mail relay an SMTP server that misbehaves.
package endurance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
	"nenep/services/internal/everycall"
	"nenep/services/internal/testdatabase"
	"nenep/services/notifications"
)

const (
	// asNotifications makes the test binary run as the service itself, so that a test can kill a process.
	asNotifications = "NENEP_TEST_RUN_AS_NOTIFICATIONS"
	// clockFile names a file with the duration by which the service's clock is off.
	clockFile = "NENEP_TEST_CLOCK"
)

func TestMain(m *testing.M) {
	if os.Getenv(asNotifications) != "" {
		os.Exit(runAsNotifications())
	}
	testdatabase.Main(m)
}

func runAsNotifications() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// serve is what `nenep serve notifications` does, but that it says where it listens and that its clock can be set.
func serve(ctx context.Context) error {
	cfg, err := wire.Load()
	if err != nil {
		return err
	}
	if err := cfg.VerifyService(); err != nil {
		return err
	}
	logger, err := wire.NewLogger(cfg.LogLevel, "notifications")
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.NotificationsAddr)
	if err != nil {
		return err
	}
	service, err := notifications.New(ctx, cfg, logger, notifications.Options{Now: clock(os.Getenv(clockFile))})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: service, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context {
		return context.WithoutCancel(ctx)
	}}
	context.AfterFunc(ctx, func() { _ = server.Shutdown(context.WithoutCancel(ctx)) })
	_, _ = fmt.Fprintln(os.Stdout, listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return errors.Join(err, service.Close())
	}
	return service.Close()
}

// clock is the machine's, off by what the file says at each question.
func clock(file string) func() time.Time {
	if file == "" {
		return nil
	}
	return func() time.Time {
		written, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		by, err := time.ParseDuration(string(written))
		if err != nil {
			panic(err)
		}
		return time.Now().Add(by)
	}
}

// process is a running service.
type process struct {
	t       *testing.T
	command *exec.Cmd
	exited  chan error
	clients wire.Clients
	log     string
}

// start runs the service in a process of its own; another one is another replica.
func (h *house) start() *process {
	h.t.Helper()
	p := &process{t: h.t, exited: make(chan error, 1), log: filepath.Join(h.t.TempDir(), "service.log")}
	p.command = exec.Command(os.Args[0])
	p.command.Env = append(os.Environ(), h.environment()...)
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log, err := os.Create(p.log)
	require.NoError(h.t, err)
	defer func() { require.NoError(h.t, log.Close()) }()
	p.command.Stderr = log
	said, err := p.command.StdoutPipe()
	require.NoError(h.t, err)
	require.NoError(h.t, p.command.Start())
	h.t.Cleanup(p.end)
	line, err := bufio.NewReader(said).ReadString('\n')
	require.NoError(h.t, err, "the service did not start: %s", p.said())
	go func() { p.exited <- p.command.Wait() }()
	cfg := h.config
	cfg.NotificationsURL = "http://" + strings.TrimSpace(line)
	p.clients = everycall.Clients(cfg, "worker")
	return p
}

// kill ends the process as a machine does that loses its power.
func (p *process) kill() {
	p.t.Helper()
	require.NoError(p.t, p.command.Process.Kill())
	p.await()
}

// stop asks the process to end, as a rollout does.
func (p *process) stop() {
	p.t.Helper()
	require.NoError(p.t, p.command.Process.Signal(syscall.SIGTERM))
	p.await()
}

func (p *process) await() {
	err := <-p.exited
	p.exited <- err
}

func (p *process) end() {
	_ = p.command.Process.Kill()
	p.await()
	if p.t.Failed() {
		p.t.Log("what the service said last:\n" + p.said())
	}
}

// said is the end of the service's log.
func (p *process) said() string {
	said, _ := os.ReadFile(p.log)
	const most = 12000
	return string(said[max(0, len(said)-most):])
}

// peakMemory is the most that stood in memory at once (VmHWM), in MiB.
func (p *process) peakMemory() float64 {
	p.t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.command.Process.Pid) + "/status")
	require.NoError(p.t, err)
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kilobytes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			require.NoError(p.t, err)
			return float64(kilobytes) / 1024
		}
	}
	require.Fail(p.t, "the kernel tells no VmHWM")
	return 0
}

// digest calls for a day's digest once.
func (p *process) digest(day string) (*notificationsv1.SendDigestResponse, error) {
	answer, err := p.clients.Notifications.SendDigest(p.t.Context(), connect.NewRequest(&notificationsv1.SendDigestRequest{Day: day, Window: "07:30"}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (p *process) digestOnce(day string) error {
	_, err := p.digest(day)
	return err
}

// digestUntilDone calls as the workflow does: again, until the service answers.
func (p *process) digestUntilDone(day string) *notificationsv1.SendDigestResponse {
	p.t.Helper()
	var answer *notificationsv1.SendDigestResponse
	var failed error
	require.Eventually(p.t, func() bool {
		now, err := p.digest(day)
		answer = now
		failed = err
		return err == nil || !triedAgain(err)
	}, 2*time.Minute, 50*time.Millisecond)
	require.NoError(p.t, failed)
	return answer
}

// triedAgain tells whether the workflow repeats its call upon an error: it gives up only where the same call would meet the same for ever.
func triedAgain(err error) bool {
	code := wire.RefusalOf(err).GetCode()
	return err != nil && code != contract.CodeInvalid && code != contract.CodeNotFound
}
