package journey

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/protobuf/types/known/durationpb"
	"nenep/cmd/nenep/app"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// askedOf is what a role is told of a namespace of the standing house's Temporal, asked anew.
func (r *running) askedOf(t *testing.T, namespace string) error {
	t.Helper()
	cfg := r.options.Config
	cfg.TemporalNamespace = namespace
	return cfg.CheckTemporal(func() (client.Client, error) { return r.temporal, nil }).Check(t.Context())
}

func (r *running) register(t *testing.T, namespace string) {
	t.Helper()
	_, err := r.temporal.WorkflowService().RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := r.temporal.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
		return err == nil
	}, patience, look)
}

// A namespace that is missing, without its search attributes, or with one of another type is each told as that; migrate mends what can be mended.
func TestANamespaceThatIsNotPreparedIsToldAndPrepared(t *testing.T) {
	require.NoError(t, standing.askedOf(t, standing.options.Config.TemporalNamespace))
	require.ErrorContains(t, standing.askedOf(t, "nowhere"), "has no namespace nowhere: run `nenep migrate`, or set NENEP_TEMPORAL_NAMESPACE")

	standing.register(t, "bare")
	require.ErrorContains(t, standing.askedOf(t, "bare"), "Temporal's namespace bare lacks the search attributes "+contract.AttributeArea.GetName()+", ")
	cfg := standing.options.Config
	cfg.TemporalNamespace = "bare"
	require.NoError(t, app.PrepareTemporal(t.Context(), cfg, zap.NewNop()))
	require.NoError(t, standing.askedOf(t, "bare"))

	standing.register(t, "other")
	_, err := standing.temporal.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: "other", SearchAttributes: map[string]enumspb.IndexedValueType{contract.AttributeDue.GetName(): enumspb.INDEXED_VALUE_TYPE_KEYWORD},
	})
	require.NoError(t, err)
	require.ErrorContains(t, standing.askedOf(t, "other"), contract.AttributeDue.GetName()+" is Keyword and must be Datetime")
	cfg.TemporalNamespace = "other"
	require.ErrorContains(t, app.PrepareTemporal(t.Context(), cfg, zap.NewNop()), "they cannot be changed, use another namespace")
}

// A worker that starts before Temporal, and one that loses it, say so, live on, and work again when it is back.
func TestAWorkerWaitsForTemporalAndComesBackToIt(t *testing.T) {
	cfg := standing.options.Config
	cfg.TemporalNamespace = "returning"
	require.NoError(t, app.PrepareTemporal(t.Context(), cfg, zap.NewNop()))
	way := &line{to: cfg.TemporalAddr, at: "127.0.0.1:0"}
	way.mend(t)
	way.cut()
	listener := listenLow()
	cfg.WorkerAddr, cfg.TemporalAddr, cfg.MetricsAddr = listener.Addr().String(), way.at, ""
	require.NoError(t, listener.Close())
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- app.Work(ctx, cfg, zap.NewNop(), app.Options{}) }()

	asking := func(path string) (int, string) {
		answer, err := http.Get("http://" + cfg.WorkerAddr + path)
		if err != nil {
			return 0, err.Error()
		}
		defer func() { _ = answer.Body.Close() }()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	becomes := func(status int, says string) {
		t.Helper()
		require.Eventually(t, func() bool {
			got, said := asking("/readyz")
			return got == status && (says == "" || strings.Contains(said, says))
		}, time.Minute, 100*time.Millisecond)
		alive, _ := asking("/livez")
		require.Equal(t, http.StatusOK, alive)
	}
	becomes(http.StatusServiceUnavailable, "does not run: nothing listens there (NENEP_TEMPORAL_ADDR)")
	way.mend(t)
	becomes(http.StatusOK, "ready")
	way.cut()
	becomes(http.StatusServiceUnavailable, "Temporal at "+way.at)
	way.mend(t)
	becomes(http.StatusOK, "ready")
	run, err := standing.in(t, "returning").ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "back", TaskQueue: contract.QueueUpkeep},
		contract.SealPeriod, contract.SealInput{Obligation: "BCD-03", Period: "2025"})
	require.NoError(t, err)
	patient, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	require.NoError(t, run.Get(patient, nil), "it works again")
	select {
	case err := <-ended:
		require.FailNow(t, "the worker ended", "%v", err)
	default:
	}
	stop()
	require.NoError(t, <-ended)
}

func (r *running) in(t *testing.T, namespace string) client.Client {
	t.Helper()
	cfg := r.options.Config
	cfg.TemporalNamespace = namespace
	connection, err := dialled(cfg)
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	return connection
}

func dialled(cfg wire.Config) (client.Client, error) {
	options, err := cfg.TemporalOptions(zap.NewNop())
	if err != nil {
		return nil, err
	}
	return client.Dial(options)
}

// line is a way to Temporal that can be cut.
type line struct {
	to, at string
	mu     sync.Mutex
	open   []io.Closer
}

func (l *line) mend(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", l.at)
	require.NoError(t, err)
	l.at = listener.Addr().String()
	l.hold(listener)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", l.to)
			if err != nil {
				_ = near.Close()
				continue
			}
			l.hold(near, far)
			go func() { _, _ = io.Copy(far, near) }()
			go func() { _, _ = io.Copy(near, far) }()
		}
	}()
}

func (l *line) hold(closers ...io.Closer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = append(l.open, closers...)
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, closing := range l.open {
		_ = closing.Close()
	}
	l.open = nil
}
