// Package privatepostgres runs a PostgreSQL server of one's own in a folder, on loopback, with
// the binaries of the machine: what `make run` and the tests stand on. No Go module does this
// from installed binaries; those found download their own.
package privatepostgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5"
)

// Options of a server.
type Options struct {
	// Throwaway trades durability for speed: for tests only.
	Throwaway bool
}

// Server is a running PostgreSQL.
type Server struct {
	folder   string
	options  Options
	port     int
	password string
	lock     *flock.Flock
	command  *exec.Cmd
	done     chan struct{}
}

// ErrMissing tells that the machine has no PostgreSQL server binaries.
var ErrMissing = errors.New("no PostgreSQL server found: install Debian's package postgresql-15, or set DATABASE_URL")

// Start makes the folder a database cluster if it is not one, and starts it on a free port.
func Start(ctx context.Context, folder string, options Options) (*Server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("folder %s cannot be made: %w", folder, err)
	}
	server := &Server{folder: folder, options: options, lock: flock.New(filepath.Join(folder, "in-use.lock"))}
	if held, err := server.lock.TryLock(); err != nil || !held {
		return nil, fmt.Errorf("folder %s is in use by another process: stop that one, or set NENEP_DATA to another folder", folder)
	}
	if err := server.begin(ctx, binaries); err != nil {
		return nil, errors.Join(err, server.lock.Unlock())
	}
	return server, nil
}

func (s *Server) begin(ctx context.Context, binaries string) error {
	if err := s.prepare(ctx, binaries); err != nil {
		return err
	}
	for deadline := time.Now().Add(takeoverGrace); ; {
		if err := s.launch(binaries); err != nil {
			return err
		}
		err := s.await(ctx)
		if err == nil {
			return nil
		}
		// A server whose owner was killed is still writing its last page; it will be gone soon.
		if !strings.Contains(s.said(), "postmaster.pid") || time.Now().After(deadline) {
			return errors.Join(err, s.end())
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, s.end())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// takeoverGrace is how long a server left over from a killed process may take to end.
const takeoverGrace = 20 * time.Second

func (s *Server) logFile() string { return filepath.Join(s.folder, "postgres.log") }

func (s *Server) said() string {
	said, _ := os.ReadFile(s.logFile())
	return string(said)
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) prepare(ctx context.Context, binaries string) error {
	secret := filepath.Join(s.folder, "password")
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err == nil {
		read, err := os.ReadFile(secret)
		s.password = strings.TrimSpace(string(read))
		return err
	}
	if entries, err := os.ReadDir(s.data()); err == nil && len(entries) > 0 {
		return fmt.Errorf("folder %s is damaged (files but no database): restore it from a backup, or move it away to start empty", s.data())
	}
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	s.password = hex.EncodeToString(raw)
	if err := os.WriteFile(secret, []byte(s.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("file %s cannot be written: %w", secret, err)
	}
	arguments := []string{"-D", s.data(), "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--pwfile=" + secret}
	if s.options.Throwaway {
		arguments = append(arguments, "--no-sync")
	}
	initdb := exec.CommandContext(ctx, filepath.Join(binaries, "initdb"), arguments...)
	ordinaryUser(initdb)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("the database folder %s cannot be made (%w): %s", s.data(), err, lastLine(out))
	}
	return nil
}

func (s *Server) launch(binaries string) error {
	if s.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port = port
	}
	arguments := []string{"-D", s.data(), "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300", "-c", "logging_collector=off"}
	if s.options.Throwaway {
		arguments = append(arguments, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	s.command = exec.Command(filepath.Join(binaries, "postgres"), arguments...)
	ordinaryUser(s.command)
	output, err := os.Create(s.logFile())
	if err != nil {
		return fmt.Errorf("file %s cannot be written: %w", s.logFile(), err)
	}
	defer func() { _ = output.Close() }()
	s.command.Stdout, s.command.Stderr = output, output
	if err := s.command.Start(); err != nil {
		return fmt.Errorf("PostgreSQL does not start: %w", err)
	}
	s.done = make(chan struct{})
	// How it ended stands in its log.
	go func() { _ = s.command.Wait(); close(s.done) }()
	return nil
}

// await asks until the server answers or ends; a poll, since PostgreSQL has no other way of telling.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		connection, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return connection.Close(ctx)
		}
		select {
		case <-s.done:
			return fmt.Errorf("PostgreSQL in %s ended at start; if its files are damaged, restore the folder from a backup, or move it away to start empty: %s", s.folder, s.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL in %s does not answer within a minute: %s", s.folder, s.lastWords())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// URL is the address of a database of this server, as its owner.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/%s?sslmode=disable", s.password, s.port, database)
}

// Stop ends the server, having written everything, and gives the folder free.
func (s *Server) Stop() error { return errors.Join(s.end(), s.lock.Unlock()) }

// Restart ends the server, whatever its clients are doing, and starts it on the same folder and port.
func (s *Server) Restart(ctx context.Context) error {
	binaries, err := findBinaries()
	if err != nil {
		return err
	}
	if err := s.end(); err != nil {
		return err
	}
	return s.begin(ctx, binaries)
}

func (s *Server) end() error {
	if err := s.command.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.done
	return nil
}

// ordinaryUser lets root start PostgreSQL, which refuses root: in a user namespace where root of
// the machine is an ordinary user, so that files stay root's own. It also ends the server should
// this process die.
func ordinaryUser(command *exec.Cmd) {
	attributes := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if os.Geteuid() == 0 {
		attributes.Cloneflags = syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
	}
	command.SysProcAttr = attributes
}

func findBinaries() (string, error) {
	candidates, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Reverse(candidates)
	if path, err := exec.LookPath("initdb"); err == nil {
		candidates = append([]string{filepath.Dir(path)}, candidates...)
	}
	for _, folder := range candidates {
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			return folder, nil
		}
	}
	return "", ErrMissing
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// lastWords is the line in which PostgreSQL says why it ended.
func (s *Server) lastWords() string {
	for line := range strings.Lines(s.said()) {
		if strings.Contains(line, "FATAL") || strings.Contains(line, "PANIC") {
			return strings.TrimSpace(line)
		}
	}
	return lastLine([]byte(s.said()))
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
