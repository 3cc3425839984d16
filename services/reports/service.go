// Package reports is what was done: the register of cases, acts, evidence and history. It is the
// one service that talks to cases.
package reports

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.uber.org/zap"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://container
	_ "gocloud.dev/blob/fileblob"  // file:///folder
	_ "gocloud.dev/blob/gcsblob"   // gs://bucket
	_ "gocloud.dev/blob/memblob"   // mem://, for tests
	_ "gocloud.dev/blob/s3blob"    // s3://bucket?endpoint=…, any store that speaks S3
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/services/internal/bootstrap"
	"nenep/services/internal/officeprint"
	"nenep/services/reports/pdfsignature"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Cases is what this service needs of Temporal; client.Client is one.
type Cases interface {
	UpdateWorkflow(ctx context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error)
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	GetWorkflowHistory(ctx context.Context, workflowID, runID string, isLongPoll bool, filterType enumspb.HistoryEventFilterType) client.HistoryEventIterator
	DescribeWorkflowExecution(ctx context.Context, workflowID, runID string) (*workflowservice.DescribeWorkflowExecutionResponse, error)
	QueryWorkflow(ctx context.Context, workflowID, runID, queryType string, args ...any) (converter.EncodedValue, error)
	ListWorkflow(ctx context.Context, request *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error)
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
	Close()
}

// Options are what only tests and make run may set; no environment variable reaches them.
type Options struct {
	// Demo lets officials shift a case's clock. Production leaves it false.
	Demo bool
	// Now is the clock; nil means the machine's.
	Now func() time.Time
	// Cases is Temporal; nil means the one the configuration names.
	Cases Cases
}

type server struct {
	cfg      wire.Config
	options  Options
	logger   *zap.Logger
	register register
	cases    Cases
	units    unitsv1connect.UnitsServiceClient
	evidence *blob.Bucket
	// payloads reads what Temporal keeps.
	payloads converter.DataConverter
	// antivirus looks at files before they are kept.
	antivirus antivirus
	// signatureRoots are whom the province trusts to issue certificates.
	signatureRoots pdfsignature.Roots
	listener       wire.Listener
	webhooks       posting
	now            func() time.Time
	// printer makes PDF of documents.
	printer *officeprint.Printer

	catalogue *catalogue.Catalogue
}

var (
	_ reportsv1connect.RegisterServiceHandler     = (*server)(nil)
	_ reportsv1connect.ActsServiceHandler         = (*server)(nil)
	_ reportsv1connect.WebhooksServiceHandler     = (*server)(nil)
	_ reportsv1connect.EvidenceServiceHandler     = (*server)(nil)
	_ reportsv1connect.RetentionServiceHandler    = (*server)(nil)
	_ reportsv1connect.SignedCopiesServiceHandler = (*server)(nil)
	_ reportsv1connect.SynthesisServiceHandler    = (*server)(nil)
	_ reportsv1connect.DocumentsServiceHandler    = (*server)(nil)
	_ reportsv1connect.FormsServiceHandler        = (*server)(nil)
	_ reportsv1connect.RepairServiceHandler       = (*server)(nil)
)

func schema() bootstrap.Schema {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return bootstrap.Schema{Name: "reports", Migrations: files}
}

// Migrate brings the reports schema to this program's version.
func Migrate(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	return schema().Migrate(ctx, cfg.DatabaseURL, logger)
}

// New makes the service. It starts while database, Temporal and units are away. It is ready when
// the database is: acts are stored while Temporal is away, and delivered later.
func New(ctx context.Context, cfg wire.Config, logger *zap.Logger, options Options) (*bootstrap.Service, error) {
	if err := cfg.VerifyService(); err != nil {
		return nil, err
	}
	s := &server{cfg: cfg, options: options, logger: logger, listener: cfg.Listener("reports"), now: options.Now,
		units: cfg.NewClients("reports").Units, cases: options.Cases, antivirus: newAntivirus(cfg.ClamdAddr), printer: officeprint.New()}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if s.payloads, err = cfg.DataConverter(); err != nil {
		return nil, err
	}
	if s.catalogue, err = catalogue.Open(cfg.Catalogue); err != nil {
		return nil, fmt.Errorf("NENEP_CATALOGUE: read the catalogue: %w", err)
	}
	if s.signatureRoots, err = pdfsignature.LoadRoots(cfg.SignatureRoots); err != nil {
		return nil, fmt.Errorf("NENEP_SIGNATURE_ROOTS: %w", err)
	}
	if s.webhooks, err = newPosting(cfg); err != nil {
		return nil, err
	}
	service := bootstrap.NewService("reports", logger)
	service.OnClose(s.printer.Close)
	if err := s.open(ctx, service); err != nil {
		return nil, errors.Join(err, service.Close())
	}
	handlers := bootstrap.HandlerOptions(s.listener, logger)
	service.Mount(reportsv1connect.NewRegisterServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewActsServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewWebhooksServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewEvidenceServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewAuditServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewFormWorkbookServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewSignedCopiesServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewRetentionServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewSynthesisServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewDocumentsServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewFormsServiceHandler(s, handlers...))
	service.Mount(reportsv1connect.NewRepairServiceHandler(s, handlers...))
	service.Echo.POST("/files", s.handIn)
	service.Echo.GET("/files/:id", s.handOut)
	service.Echo.GET("/files/:id/about", s.describe)
	return service, nil
}

// open takes hold of database, evidence store and Temporal, and says how they are let go.
func (s *server) open(ctx context.Context, service *bootstrap.Service) error {
	db, err := schema().Open(s.cfg.DatabaseURL)
	if err != nil {
		return err
	}
	s.register = register{db, &reckoned{}}
	service.DependsOnSchema(schema(), db)
	service.Measure(db, s.logger, gauges()...)
	service.OnClose(func() error {
		pool, err := db.DB()
		if err != nil {
			return err
		}
		return pool.Close()
	})
	if s.evidence, err = OpenStore(ctx, s.cfg.EvidenceURL); err != nil {
		return fmt.Errorf("NENEP_EVIDENCE_URL: open the evidence store: %w", err)
	}
	service.OnClose(s.evidence.Close)
	store := newStoreWatch(s.cfg.EvidenceURL, s.evidence, s.cfg.MaxFileBytes)
	service.Tells(store.Check) // acts without files go on without it
	service.Count(filesRefused, store)
	if s.cases == nil {
		temporal, err := s.cfg.DialTemporal(ctx, s.logger)
		if err != nil {
			return fmt.Errorf("NENEP_TEMPORAL_ADDR: %w", err)
		}
		s.cases = temporal
		service.OnClose(func() error { temporal.Close(); return nil })
		// Readiness does not depend on Temporal: while it is away officials' acts are still stored here.
		service.Tells(s.cfg.CheckTemporal(func() (client.Client, error) { return temporal, nil }).Check)
	}
	return nil
}

// OpenStore opens the store of an address as NENEP_EVIDENCE_URL takes it.
func OpenStore(ctx context.Context, address string) (*blob.Bucket, error) {
	return blob.OpenBucket(ctx, evidenceURL(address))
}

// evidenceURL makes a folder's store make the folder, and keep its half-written files inside it,
// where a rename is atomic.
func evidenceURL(configured string) string {
	if !strings.HasPrefix(configured, "file://") || strings.Contains(configured, "create_dir") {
		return configured
	}
	separator := "?"
	if strings.Contains(configured, "?") {
		separator = "&"
	}
	return configured + separator + "create_dir=true&no_tmp_dir=true"
}
