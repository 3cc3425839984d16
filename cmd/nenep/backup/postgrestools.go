package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// tool is one of PostgreSQL's own programs.
type tool struct {
	path  string
	major int
}

var versionNumber = regexp.MustCompile(`\) (\d+)`)

// findTool finds the newest program of that name on PATH and where Debian keeps PostgreSQL's, and refuses one that is older than wanted: it
// could not read what a newer server holds.
func findTool(ctx context.Context, name string, wanted int) (tool, error) {
	candidates, err := filepath.Glob(filepath.Join("/usr/lib/postgresql/*/bin", name))
	if err != nil {
		return tool{}, err
	}
	if onPath, err := exec.LookPath(name); err == nil {
		candidates = append(candidates, onPath)
	}
	var found []tool
	for _, path := range candidates {
		said, err := exec.CommandContext(ctx, path, "--version").Output()
		version := versionNumber.FindSubmatch(said)
		if err != nil || version == nil {
			continue
		}
		major, _ := strconv.Atoi(string(version[1]))
		found = append(found, tool{path, major})
	}
	if len(found) == 0 {
		return tool{}, fmt.Errorf("%s was not found on PATH nor in /usr/lib/postgresql: install PostgreSQL's client programs (Debian: apt-get install postgresql-client-%d), or run this where they are", name, wanted)
	}
	newest := slices.MaxFunc(found, func(a, b tool) int { return a.major - b.major })
	if newest.major < wanted {
		return tool{}, fmt.Errorf("%s is of PostgreSQL %d and PostgreSQL %d is needed: install its client programs (Debian: apt-get install postgresql-client-%d)", newest.path, newest.major, wanted, wanted)
	}
	return newest, nil
}

// run runs the tool against a database. The password goes by its environment: arguments are seen by everybody on the machine.
func (t tool) run(ctx context.Context, at address, out io.Writer, arguments ...string) error {
	command := exec.CommandContext(ctx, t.path, append(arguments, "--no-password", "--dbname="+at.shown())...)
	command.Env = os.Environ()
	if at.password != "" {
		command.Env = append(command.Env, "PGPASSWORD="+at.password)
	}
	said, sink := &bytes.Buffer{}, &remembering{to: out}
	command.Stdout, command.Stderr = sink, said
	err := command.Run()
	if sink.failed != nil {
		return sink.failed
	}
	if err != nil {
		return fmt.Errorf("%s: %s (%w)", filepath.Base(t.path), lastLines(said.String(), 3), err)
	}
	return nil
}

// remembering keeps the first fault of writing, which the tool itself sees only as a closed pipe.
type remembering struct {
	to     io.Writer
	failed error
}

// Write passes on.
func (w *remembering) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil && w.failed == nil {
		w.failed = err
	}
	return n, err
}

func lastLines(said string, n int) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}

// address is where a database is, its password kept apart.
type address struct {
	url      url.URL
	password string
}

// parseAddress reads a postgres:// address.
func parseAddress(text, variable string) (address, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "postgres" && parsed.Scheme != "postgresql" {
		return address{}, fmt.Errorf("%s: must be an address like postgres://user@host/database", variable)
	}
	at := address{url: *parsed}
	if parsed.User != nil {
		at.password, _ = parsed.User.Password()
		at.url.User = url.User(parsed.User.Username())
	}
	options := parsed.Query()
	if within := options.Get("password"); within != "" {
		at.password = within
		options.Del("password")
		at.url.RawQuery = options.Encode()
	}
	return at, nil
}

// shown is the address without the password.
func (a address) shown() string { return a.url.String() }

func (a address) database() string { return strings.TrimPrefix(a.url.Path, "/") }

// of is another database of the same server.
func (a address) of(database string) address {
	a.url.Path = "/" + database
	return a
}

// connect opens one connection.
func (a address) connect(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(a.shown())
	if err != nil {
		return nil, errors.New("the address of the database cannot be read: it must be like postgres://user@host/database")
	}
	if a.password != "" {
		config.Password = a.password
	}
	config.RuntimeParams["application_name"] = "nenep backup"
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("the database %s at %s does not answer: check address, user and password (%w)", a.database(), a.url.Host, err)
	}
	return connection, nil
}

// majorOf is the release of the server.
func majorOf(ctx context.Context, connection *pgx.Conn) (major int, err error) {
	err = connection.QueryRow(ctx, "SELECT current_setting('server_version_num')::int / 10000").Scan(&major)
	return major, err
}
