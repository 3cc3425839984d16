package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
	"nenep/rules/figures/imagined"
	"nenep/services/privatepostgres"
	"nenep/services/reports"
)

const (
	provincial = "BC-TH/BTGDV/2026-H1"
	agency     = "BTGDV"
	theLeader  = "CB-LEADER"
	sections   = 8 // of a form
)

// house is the service of reports over a PostgreSQL of its own.
type house struct {
	cfg     wire.Config
	reports int
	form    *casefilev1.CaseInput
	closing []func() error
}

func (h *house) close() error {
	var faults []error
	for _, end := range slices.Backward(h.closing) {
		faults = append(faults, end())
	}
	return errors.Join(faults...)
}

func open(ctx context.Context, p *imagined.Province) (*house, error) {
	h := &house{}
	if err := h.begin(ctx, p); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *house) begin(ctx context.Context, p *imagined.Province) error {
	folder, err := os.MkdirTemp("", "nenep-load-")
	if err != nil {
		return err
	}
	h.closing = append(h.closing, func() error { return os.RemoveAll(folder) })
	server, err := privatepostgres.Start(ctx, folder, privatepostgres.Options{Throwaway: true})
	if err != nil {
		return err
	}
	h.closing = append(h.closing, server.Stop)
	_, handler := unitsv1connect.NewUnitsServiceHandler(townOf(p))
	units := httptest.NewServer(handler)
	h.closing = append(h.closing, func() error { units.Close(); return nil })
	h.cfg = wire.Config{DatabaseURL: server.URL("postgres"), ServiceKey: strings.Repeat("k", 32), UnitsURL: units.URL, EvidenceURL: "mem://", MaxFileBytes: 1 << 20, SMTPTLS: "none"}
	if err := reports.Migrate(ctx, h.cfg, zap.NewNop()); err != nil {
		return err
	}
	service, err := reports.New(ctx, h.cfg, zap.NewNop(), reports.Options{Now: func() time.Time { return time.Date(2026, 6, 23, 6, 0, 0, 0, calendar.Zone) }, Cases: started{}})
	if err != nil {
		return err
	}
	listening := httptest.NewServer(service)
	h.closing = append(h.closing, service.Close, func() error { listening.Close(); return nil })
	h.cfg.ReportsURL = listening.URL
	return h.fill(ctx, p)
}

// started stands for Temporal, of which only the start of the sealing is asked.
type started struct{ reports.Cases }

func (started) ExecuteWorkflow(context.Context, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return nil, nil //nolint:nilnil // nobody waits for the run
}

func (started) GetWorkflowHistory(context.Context, string, string, bool, enumspb.HistoryEventFilterType) client.HistoryEventIterator {
	return nil
}
func (started) Close() {}

// town is the register of units, as it answers a synthesis.
type town struct {
	unitsv1connect.UnimplementedUnitsServiceHandler

	units   *unitsv1.ListUnitsResponse
	decided *unitsv1.GetReorganisationResponse
}

func townOf(p *imagined.Province) town {
	t := town{units: &unitsv1.ListUnitsResponse{}, decided: &unitsv1.GetReorganisationResponse{
		Reorganisation: &unitsv1.Reorganisation{Id: "SX-2026-0001", State: "finished", EffectiveOn: "2026-04-01"}}}
	parents := map[string]string{}
	for _, node := range p.Tree {
		parents[node.UnitID] = node.ParentID
	}
	add := func(id, kind string) {
		unit := &unitsv1.Unit{Id: id, Kind: kind, Name: "Đảng ủy " + id, ValidFrom: "2025-07-01", ParentId: parents[id]}
		if _, stands := parents[id]; !stands {
			unit.ValidTo = "2026-03-31"
		}
		t.units.Units = append(t.units.Units, unit)
	}
	add(p.Tree[0].UnitID, "party-body")
	for _, b := range p.Bodies {
		add(b.ID, "commune-party-committee")
	}
	for _, f := range p.Follows {
		t.decided.Successions = append(t.decided.Successions, &unitsv1.UnitSuccession{FromId: f.From, ToId: f.To, Day: "2026-04-01", Heir: f.Heir})
	}
	return t
}

func (t town) ListUnits(context.Context, *connect.Request[unitsv1.ListUnitsRequest]) (*connect.Response[unitsv1.ListUnitsResponse], error) {
	return connect.NewResponse(t.units), nil
}

func (t town) ListReorganisations(context.Context, *connect.Request[unitsv1.ListReorganisationsRequest]) (*connect.Response[unitsv1.ListReorganisationsResponse], error) {
	return connect.NewResponse(&unitsv1.ListReorganisationsResponse{Reorganisations: []*unitsv1.Reorganisation{t.decided.GetReorganisation()}}), nil
}

func (t town) GetReorganisation(context.Context, *connect.Request[unitsv1.GetReorganisationRequest]) (*connect.Response[unitsv1.GetReorganisationResponse], error) {
	return connect.NewResponse(t.decided), nil
}

func (town) ListHats(context.Context, *connect.Request[unitsv1.ListHatsRequest]) (*connect.Response[unitsv1.ListHatsResponse], error) {
	return connect.NewResponse(&unitsv1.ListHatsResponse{Hats: []*unitsv1.Holder{{Unit: &unitsv1.Unit{Id: agency, Kind: "standing-agency"},
		Position: &unitsv1.Position{UnitId: agency, Role: "leader"}}}}), nil
}

// fill writes the case of the synthesis and the first version of every report.
func (h *house) fill(ctx context.Context, p *imagined.Province) error {
	declared, err := catalogue.HungYen()
	if err != nil {
		return err
	}
	days, err := calendar.New(calendar.VietnamDays())
	if err != nil {
		return err
	}
	snapshot := func(obligation, kind string) (*casefilev1.CaseInput, error) {
		return catalogue.Snapshot(declared, obligation, catalogue.UnitFacts{ID: agency, Kind: kind, ValidFrom: calendar.MustDate("2025-07-01"), WorkingYear: "calendar", ReviewerID: "TU"},
			calendar.MustPeriod("2026-H1"), days, calendar.MustDate("2026-06-01"), catalogue.Options{})
	}
	own, err := snapshot("BC-TH", "standing-agency")
	if err != nil {
		return err
	}
	if h.form, err = snapshot("BC-06", "commune-party-committee"); err != nil {
		return err
	}
	h.form.Steps = asked()
	rows := [][]any{caseRow(own, &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, Round: 1, Sequence: 1})}
	r := rand.New(rand.NewPCG(2, 606)) //nolint:gosec // a repeatable measurement
	for _, b := range p.Bodies {
		if b.Reports {
			rows, h.reports = append(rows, h.report(p.Told(r, b, 1))), h.reports+1
		}
	}
	return h.copy(ctx, "cases", rows)
}

// asked is a form of 39 figures in sections.
func asked() []*casefilev1.StepPolicy {
	var steps []*casefilev1.StepPolicy
	for i := range imagined.Flows + imagined.Stocks {
		if i%((imagined.Flows+imagined.Stocks)/sections+1) == 0 {
			steps = append(steps, &casefilev1.StepPolicy{Id: fmt.Sprintf("section-%d", len(steps)), TitleVi: "Mục", TitleEn: "Section"})
		}
		code, measure := fmt.Sprintf("F%02d", i), string(figures.Flow)
		if i >= imagined.Flows {
			code, measure = fmt.Sprintf("S%02d", i-imagined.Flows), string(figures.Stock)
		}
		last := steps[len(steps)-1]
		last.Facts = append(last.Facts, &casefilev1.FactPolicy{Key: strings.ToLower(code), TitleVi: "Số " + code, TitleEn: code, Kind: figures.KindCount, Indicator: code, Measure: measure})
	}
	return steps
}

// report is a row of the register: a report in a version.
func (h *house) report(told figures.Report) []any {
	input := proto.CloneOf(h.form)
	input.CaseId, input.UnitId = "BC-06/"+told.UnitID+"/2026-H1", told.UnitID
	if told.Own {
		input.Report.WindowFrom = "2026-04-01"
	}
	state := &casefilev1.CaseState{CaseId: input.GetCaseId(), State: casefilev1.State_STATE_ACCEPTED, Round: 1, Submission: 1, Sequence: int64(told.Version), DueDay: "2026-06-17",
		SubmittedAt: "2026-06-16T02:00:00Z", AcceptedAt: "2026-06-18T02:00:00Z", Corrections: int32(told.Version - 1)} //nolint:gosec // a few
	for _, step := range input.GetSteps() {
		record := &casefilev1.StepRecord{StepId: step.GetId(), HeldOn: "2026-06-15", Facts: map[string]string{}, ActId: strings.Repeat("a", 26), RecordedAt: "2026-06-15T02:00:00Z"}
		for _, fact := range step.GetFacts() {
			record.Facts[fact.GetKey()] = told.Values[fact.GetIndicator()].Wire()
		}
		state.Steps = append(state.Steps, record)
	}
	return caseRow(input, state)
}

var columns = []string{"id", "obligation_id", "unit_id", "period_id", "workflow_type", "run_id", "state", "due_day", "submitted_at", "sequence", "input", "state_body",
	"case_clock", "opened_at", "updated_at"}

func caseRow(input *casefilev1.CaseInput, state *casefilev1.CaseState) []any {
	at := time.Date(2026, 6, 18, 2, 0, 0, 0, time.UTC)
	due, submitted := calendar.MustDate(input.GetDue().GetDay()).At(0, 0), &at
	if state.GetSubmittedAt() == "" {
		submitted = nil
	}
	name := map[casefilev1.State]string{casefilev1.State_STATE_OPEN: "open", casefilev1.State_STATE_ACCEPTED: "accepted"}[state.GetState()]
	return []any{input.GetCaseId(), input.GetObligationId(), input.GetUnitId(), input.GetPeriodId(), input.GetWorkflowType(), "run", name, due, submitted, state.GetSequence(),
		text(input), text(state), at, at, at}
}

func text(message proto.Message) string {
	written, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		panic(err) // it was made here
	}
	return string(written)
}

func (h *house) copy(ctx context.Context, table string, rows [][]any) error {
	connection, err := pgx.Connect(ctx, h.cfg.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	if _, err := connection.CopyFrom(ctx, pgx.Identifier{"reports", table}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("fill the register: %w", err)
	}
	// What the server's own autovacuum does within a minute of such a load.
	_, err = connection.Exec(ctx, "VACUUM ANALYZE")
	return err
}

// correct writes the last version of every report that is corrected.
func (h *house) correct(ctx context.Context, p *imagined.Province) error {
	connection, err := pgx.Connect(ctx, h.cfg.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	batch, r := &pgx.Batch{}, rand.New(rand.NewPCG(3, 606)) //nolint:gosec // a repeatable measurement
	for _, b := range p.Bodies {
		if b.Reports && b.Corrections > 0 {
			row := h.report(p.Told(r, b, b.Corrections+1))
			batch.Queue("UPDATE reports.cases SET state_body = $2, sequence = $3 WHERE id = $1", row[0], row[11], row[9])
		}
	}
	return connection.SendBatch(ctx, batch).Close()
}
