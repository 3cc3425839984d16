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
	token   func(listener string) (string, error)
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
		tokens, err := borrowIdentity(ctx, cfg, official)
		if err != nil {
			return nil, err
		}
		t.token = func(listener string) (string, error) { return tokens[listener], nil }
	} else {
		cfg.ServiceKey = cmp.Or(cfg.ServiceKey, keyOfThisFolder())
		speaker := cfg.Speaker("terminal")
		t.token = func(listener string) (string, error) {
			if cfg.TokenKey+cfg.ServiceKey == "" {
				return "", nil // services that answer will refuse it, with the advice below
			}
			return speaker.Sign(listener, "", time.Now())
		}
	}
	t.clients = cfg.NewClientsWith(func(listener string) connect.Interceptor {
		return wire.ShowTokens(func(context.Context) (string, error) { return t.sign(listener) })
	})
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
func borrowIdentity(ctx context.Context, cfg wire.Config, official string) (map[string]string, error) {
	address := cfg.PortalURL + "/_dev/token?official=" + url.QueryEscape(official)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the portal at %s does not answer: start `make run`, or set NENEP_PORTAL_URL", cfg.PortalURL)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Tokens map[string]string `json:"tokens"`
	}
	if response.StatusCode != http.StatusOK || json.NewDecoder(response.Body).Decode(&answer) != nil || len(answer.Tokens) == 0 {
		return nil, wire.Refuse(contract.CodeForbidden,
			"Không dùng được --as: chỉ có khi chạy thử bằng make run, và mã cán bộ “"+official+"” phải có.",
			"--as cannot be used: it exists only under make run, and the official "+official+" must exist.")
	}
	return answer.Tokens, nil
}

// sign makes the token of one call. A terminal that has no key learns what to do.
func (t *terminal) sign(listener string) (string, error) {
	token, err := t.token(listener)
	if err != nil {
		return "", connect.NewError(connect.CodeUnauthenticated, err)
	}
	return token, nil
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
		if fault := cfg.VerifyTokens("terminal"); fault != nil && cfg.TokenKey+cfg.TokenKeys != "" {
			return fault
		}
		return errors.New("the services do not know this terminal: run in the folder where `make run` runs, in the terminal's pod of a cluster (kubectl exec deployment/nenep-terminal), or set NENEP_TOKEN_KEY and NENEP_TOKEN_KEYS to the terminal's (NENEP_SERVICE_KEY where the services have no keys of their own)")
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
