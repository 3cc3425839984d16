package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"nenep/proto/contract"
)

// SearchAttributes are those a namespace must have, by name.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	return map[string]enumspb.IndexedValueType{
		contract.AttributeUnit.GetName():       enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeObligation.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributePeriod.GetName():     enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeArea.GetName():       enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeState.GetName():      enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		contract.AttributeDue.GetName():        enumspb.INDEXED_VALUE_TYPE_DATETIME,
	}
}

// temporalAnswers is what Temporal may take to answer a probe.
const temporalAnswers = 3 * time.Second

// TemporalFresh is for how long an answer about Temporal stands, so that probes cost it little.
const TemporalFresh = 5 * time.Second

// TemporalCheck tells in a sentence why this program cannot work with the Temporal it was told of.
type TemporalCheck struct {
	cfg     Config
	connect func() (client.Client, error)

	mu      sync.Mutex
	asked   time.Time
	answer  error
	patient time.Duration
}

// CheckTemporal makes the check; connect answers the client, or why there is none.
func (c Config) CheckTemporal(connect func() (client.Client, error)) *TemporalCheck {
	return &TemporalCheck{cfg: c, connect: connect, patient: temporalAnswers}
}

// Check answers nil when Temporal can be used as it is: it answers, the namespace exists, its search attributes are there and of their type.
// The answer of the last seconds stands.
func (t *TemporalCheck) Check(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.asked.IsZero() && time.Since(t.asked) < TemporalFresh {
		return t.answer
	}
	// A caller who goes away must not leave "it does not answer" to the next one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.patient)
	defer cancel()
	t.answer = t.ask(ctx)
	t.asked = time.Now()
	return t.answer
}

func (t *TemporalCheck) ask(ctx context.Context) error {
	connection, err := t.connect()
	if err != nil {
		return t.cfg.TemporalFault(ctx, err)
	}
	if _, err := connection.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: t.cfg.TemporalNamespace}); err != nil {
		return t.cfg.TemporalFault(ctx, err)
	}
	have, err := connection.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: t.cfg.TemporalNamespace})
	if err != nil {
		return t.cfg.attributesUnread(ctx, err)
	}
	return AttributesFault(t.cfg.TemporalNamespace, have.GetCustomAttributes())
}

// attributesUnread passes over a Temporal that does not let this client ask: one kept by others may answer about the namespace only.
func (c Config) attributesUnread(ctx context.Context, err error) error {
	var denied *serviceerror.PermissionDenied
	var unknown *serviceerror.Unimplemented
	if errors.As(err, &denied) || errors.As(err, &unknown) {
		return nil
	}
	return c.TemporalFault(ctx, err)
}

// AttributesFault names the search attributes that are missing or of another type; nil when there are none.
func AttributesFault(namespace string, have map[string]enumspb.IndexedValueType) error {
	var missing []string
	for name := range SearchAttributes() {
		if _, there := have[name]; !there {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return OtherTypes(namespace, have)
	}
	slices.Sort(missing)
	return errors.Join(OtherTypes(namespace, have),
		fmt.Errorf("Temporal's namespace %s lacks the search attributes %s: run `nenep migrate` of this release", namespace, strings.Join(missing, ", ")))
}

// OtherTypes names the search attributes that are there and of another type, which nothing can change; nil when there are none.
func OtherTypes(namespace string, have map[string]enumspb.IndexedValueType) error {
	var other []string
	for name, kind := range SearchAttributes() {
		if is, there := have[name]; there && is != kind {
			other = append(other, fmt.Sprintf("%s is %s and must be %s", name, is, kind))
		}
	}
	if len(other) == 0 {
		return nil
	}
	slices.Sort(other)
	return fmt.Errorf("Temporal's namespace %s has search attributes of another type: %s; they cannot be changed, use another namespace (NENEP_TEMPORAL_NAMESPACE)",
		namespace, strings.Join(other, "; "))
}

// TemporalFault is what is wrong with Temporal.
type TemporalFault struct {
	Sentence string
	passing  bool
	cause    error
}

// Error is the operator's sentence, and the cause.
func (f *TemporalFault) Error() string { return f.Sentence + " (" + f.cause.Error() + ")" }

// MayPass tells that it may go away without anybody changing the settings of this program.
func (f *TemporalFault) MayPass() bool { return f.passing }

// Unwrap is the cause.
func (f *TemporalFault) Unwrap() error { return f.cause }

// TemporalFault says what is wrong with Temporal when a call ended with this error. Where it does not answer, it looks at the line itself.
func (c Config) TemporalFault(ctx context.Context, err error) error {
	var already *TemporalFault
	var missing *serviceerror.NamespaceNotFound
	var denied *serviceerror.PermissionDenied
	switch {
	case err == nil || errors.As(err, &already):
		return err
	case errors.As(err, &missing):
		return &TemporalFault{fmt.Sprintf("Temporal at %s has no namespace %s: run `nenep migrate`, or set NENEP_TEMPORAL_NAMESPACE to the one it has", c.TemporalAddr, c.TemporalNamespace), true, err}
	case errors.As(err, &denied) || strings.Contains(strings.ToLower(err.Error()), "unauthenticated"):
		return &TemporalFault{fmt.Sprintf("Temporal at %s refuses this client: NENEP_TEMPORAL_API_KEY, or the certificate of NENEP_TEMPORAL_TLS_CERT, has no right to namespace %s",
			c.TemporalAddr, c.TemporalNamespace), false, err}
	}
	if line := c.lineFault(ctx); line != "" {
		return &TemporalFault{"Temporal at " + c.TemporalAddr + " " + line, true, err}
	}
	return &TemporalFault{"Temporal at " + c.TemporalAddr + " does not answer as it should", true, err}
}

// lineFault opens a connection of its own and says what becomes of it; empty when nothing is wrong with it.
func (c Config) lineFault(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), temporalAnswers)
	defer cancel()
	line, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.TemporalAddr)
	if err != nil {
		return unreached(err)
	}
	defer func() { _ = line.Close() }()
	options, err := c.TemporalOptions(zap.NewNop())
	if err != nil {
		return "cannot be asked: " + err.Error()
	}
	if options.ConnectionOptions.TLS == nil {
		return c.plainFault(ctx, line)
	}
	return c.encryptedFault(ctx, line, options.ConnectionOptions.TLS)
}

func unreached(err error) string {
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return "has no address: the name is not known (NENEP_TEMPORAL_ADDR)"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "does not run: nothing listens there (NENEP_TEMPORAL_ADDR)"
	default:
		return "is not reached: no answer from that address; a firewall or NetworkPolicy may be between"
	}
}

// greeting begins a connection of HTTP/2, as gRPC does; who speaks it answers with his settings.
const greeting = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

func (c Config) plainFault(ctx context.Context, line net.Conn) string {
	first, err := greet(ctx, line)
	switch {
	case err == nil && len(first) == 9 && first[3] == 4: // the settings of HTTP/2
		return ""
	default:
		return "is reached and does not speak as Temporal does without TLS: it wants TLS (NENEP_TEMPORAL_TLS_CA, NENEP_TEMPORAL_TLS_CERT, NENEP_TEMPORAL_API_KEY), or is something else"
	}
}

func (c Config) encryptedFault(ctx context.Context, line net.Conn, config *tls.Config) string {
	config = config.Clone()
	config.NextProtos = []string{"h2"}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(c.TemporalAddr)
	}
	encrypted := tls.Client(line, config)
	err := encrypted.HandshakeContext(ctx)
	if err == nil {
		_, err = greet(ctx, encrypted) // of TLS 1.3, a refused certificate is told with the first answer
	}
	var unknown x509.UnknownAuthorityError
	var otherName x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &plain):
		return "answers without TLS: unset NENEP_TEMPORAL_TLS_CERT, NENEP_TEMPORAL_TLS_CA and NENEP_TEMPORAL_API_KEY, or set its port for TLS"
	case errors.As(err, &unknown):
		return "shows a certificate of an authority that is not known: set NENEP_TEMPORAL_TLS_CA to the authority that signed it"
	case errors.As(err, &otherName):
		return "shows a certificate for another name: " + otherName.Error()
	case errors.As(err, &invalid):
		return "shows a certificate that does not count: " + invalid.Error()
	case errors.As(err, &alert) || strings.Contains(err.Error(), "remote error: tls"):
		return "does not take this client's certificate (NENEP_TEMPORAL_TLS_CERT, NENEP_TEMPORAL_TLS_KEY): " + err.Error()
	default:
		return "is reached and no TLS comes about: " + err.Error()
	}
}

func greet(ctx context.Context, line net.Conn) ([]byte, error) {
	if ends, bounded := ctx.Deadline(); bounded {
		_ = line.SetDeadline(ends)
	}
	if _, err := line.Write([]byte(greeting)); err != nil {
		return nil, err
	}
	first := make([]byte, 9)
	_, err := io.ReadFull(line, first)
	return first, err
}
