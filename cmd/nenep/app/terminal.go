package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// terminal is one invocation of a command that talks to the services.
type terminal struct {
	cfg     wire.Config
	clients wire.Clients
	token   func() (string, error)
	json    bool
	in      io.Reader
	out     io.Writer
	faults  io.Writer // also progress, which no script reads
	shown   bool      // a line of progress stands there
}

// withTerminal gives a command its clients and the flags every listing takes.
func withTerminal(command *cobra.Command, run func(ctx context.Context, t *terminal, arguments []string) error) *cobra.Command {
	asJSON := command.Flags().Bool("json", false, "print JSON")
	official := command.Flags().String("as", "", "act as this official (only under make run)")
	command.RunE = func(c *cobra.Command, arguments []string) error {
		t, err := newTerminal(c.Context(), *official, *asJSON, c.OutOrStdout())
		if err != nil {
			return err
		}
		t.in, t.faults = c.InOrStdin(), c.ErrOrStderr()
		return explain(run(c.Context(), t, arguments), t.cfg)
	}
	return command
}

func newTerminal(ctx context.Context, official string, asJSON bool, out io.Writer) (*terminal, error) {
	cfg, err := wire.Load()
	if err != nil {
		return nil, err
	}
	t := &terminal{cfg: cfg, json: asJSON, out: out}
	if official != "" {
		token, err := borrowIdentity(ctx, cfg, official)
		if err != nil {
			return nil, err
		}
		t.token = func() (string, error) { return token, nil }
	} else {
		key := cmp.Or(cfg.ServiceKey, keyOfThisFolder())
		t.token = func() (string, error) {
			return wire.NewKeys(key).Sign(wire.Identity{Service: "terminal"}, time.Now())
		}
	}
	t.clients = cfg.NewClientsWith("terminal", connect.WithInterceptors(t.showToken()))
	return t, nil
}

// keyOfThisFolder finds the service key that `make run` keeps in its data folder.
func keyOfThisFolder() string {
	key, err := os.ReadFile(filepath.Join(cmp.Or(os.Getenv("NENEP_DATA"), ".nenep"), "service.key"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(key))
}

// borrowIdentity asks the portal of `make run` to speak as an official; a portal in production
// has no such page.
func borrowIdentity(ctx context.Context, cfg wire.Config, official string) (string, error) {
	address := cfg.PortalURL + "/_dev/token?official=" + url.QueryEscape(official)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("the portal at %s does not answer: start `make run`, or set NENEP_PORTAL_URL", cfg.PortalURL)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Token string `json:"token"`
	}
	if response.StatusCode != http.StatusOK || json.NewDecoder(response.Body).Decode(&answer) != nil || answer.Token == "" {
		return "", wire.Refuse(contract.CodeForbidden,
			"Không dùng được --as: chỉ có khi chạy thử bằng make run, và mã cán bộ “"+official+"” phải có.",
			"--as cannot be used: it exists only under make run, and the official "+official+" must exist.")
	}
	return answer.Token, nil
}

func (t *terminal) showToken() connect.Interceptor { return tokenShown{t} }

// tokenShown signs calls, and streams as well.
type tokenShown struct{ terminal *terminal }

// WrapUnary signs a call.
func (s tokenShown) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (connect.AnyResponse, error) {
		if err := s.sign(request.Header()); err != nil {
			return nil, err
		}
		return next(ctx, request)
	}
}

// WrapStreamingClient signs a stream. One that could not be signed shows no token and is refused by the other side.
func (s tokenShown) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		_ = s.sign(conn.RequestHeader())
		return conn
	}
}

// WrapStreamingHandler changes nothing: a terminal serves no streams.
func (s tokenShown) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

func (s tokenShown) sign(header http.Header) error {
	token, err := s.terminal.token()
	if err == nil {
		header.Set("Authorization", "Bearer "+token)
	}
	return err
}

// explain turns failures of the wire into sentences that say what to do.
func explain(err error, cfg wire.Config) error {
	if err == nil || wire.RefusalOf(err) != nil {
		return err
	}
	switch connect.CodeOf(err) {
	case connect.CodeUnavailable, connect.CodeDeadlineExceeded:
		return fmt.Errorf("the services do not answer (units %s, reports %s, notifications %s): start `make run`, or set NENEP_UNITS_URL, NENEP_REPORTS_URL, NENEP_NOTIFICATIONS_URL", cfg.UnitsURL, cfg.ReportsURL, cfg.NotificationsURL)
	case connect.CodeUnauthenticated:
		return errors.New("the services do not know this terminal: set NENEP_SERVICE_KEY to theirs, or run in the folder where `make run` runs")
	}
	return err
}

// print writes a message as JSON, or the rows as a table.
func (t *terminal) print(message proto.Message, header []string, rows [][]string) error {
	if t.json {
		return t.printJSON(message)
	}
	return t.printTable(header, rows)
}

// printValue writes what is no message as JSON, or the rows as a table.
func (t *terminal) printValue(value any, header []string, rows [][]string) error {
	if t.json {
		return encodeJSON(t.out, value)
	}
	return t.printTable(header, rows)
}

func (t *terminal) printTable(header []string, rows [][]string) error {
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, strings.Join(header, "\t"))
	for _, row := range rows {
		_, _ = fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	return table.Flush()
}

func (t *terminal) printJSON(message proto.Message) error {
	value, err := plainJSON(message)
	if err != nil {
		return err
	}
	return encodeJSON(t.out, value)
}

// plainJSON is a message as scripts read it. ProtoJSON varies its white space on purpose; scripts want it stable.
func plainJSON(message proto.Message) (value map[string]any, err error) {
	raw, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(message)
	if err != nil {
		return nil, err
	}
	return value, json.Unmarshal(raw, &value)
}

func encodeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
