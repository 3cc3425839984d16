package reports

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// What Temporal says of a case's workflow.
const (
	statusRunning     = "running"
	statusCompleted   = "completed"
	statusMissing     = "missing"     // it knows none of that id
	statusUnreachable = "unreachable" // Temporal or every worker is away
)

var closedStatuses = map[enumspb.WorkflowExecutionStatus]string{
	enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED: statusCompleted, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED: "terminated",
	enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED: "canceled", enumspb.WORKFLOW_EXECUTION_STATUS_FAILED: "failed",
	enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: "timed-out", enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW: "continued",
}

const (
	// describePatience is how long Temporal may take to say whether a workflow runs.
	describePatience = 10 * time.Second
	// standingPatience is how long a workflow may take to answer; one that is not in a worker's memory is replayed first.
	standingPatience = 20 * time.Second
)

// execution is how Temporal describes the newest workflow of a case.
type execution struct {
	status   string
	runID    string
	closedAt string
}

// gone tells that no workflow answers for the case any more.
func (e execution) gone() bool {
	return e.status != statusRunning && e.status != statusCompleted && e.status != statusUnreachable
}

// lost tells of a case that should have a running workflow and has none. What was exported has ended. A workflow that completed while its
// case goes on was none of the case: a second start, which the register had turned away.
func (s *server) lost(ctx context.Context, row caseRow, found execution) (bool, error) {
	if row.ExportSha256 != "" || found.gone() || found.status != statusCompleted {
		return row.ExportSha256 == "" && found.gone(), nil
	}
	standing, err := s.standing(ctx, row.ID, found.runID)
	return err == nil && !hasEnded(standing.GetState()), err
}

// executionOf asks Temporal for the newest workflow of the case.
func (s *server) executionOf(ctx context.Context, caseID string) (execution, error) {
	ctx, cancel := context.WithTimeout(ctx, describePatience)
	defer cancel()
	answer, err := s.cases.DescribeWorkflowExecution(ctx, caseID, "")
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return execution{status: statusMissing}, nil
	}
	if err != nil {
		return execution{status: statusUnreachable}, fmt.Errorf("describe the workflow of %s: %w", caseID, err)
	}
	info := answer.GetWorkflowExecutionInfo()
	found := execution{status: statusRunning, runID: info.GetExecution().GetRunId()}
	if info.GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		found.status = closedStatuses[info.GetStatus()]
		found.closedAt = info.GetCloseTime().AsTime().Format(time.RFC3339)
	}
	return found, nil
}

// standing asks the workflow about itself.
func (s *server) standing(ctx context.Context, caseID, runID string) (*casefilev1.CaseStanding, error) {
	ctx, cancel := context.WithTimeout(ctx, standingPatience)
	defer cancel()
	value, err := s.cases.QueryWorkflow(ctx, caseID, runID, contract.QueryStanding)
	if err != nil {
		return nil, fmt.Errorf("ask the workflow of %s: %w", caseID, err)
	}
	standing := &casefilev1.CaseStanding{}
	if err := value.Get(standing); err != nil {
		return nil, fmt.Errorf("read what the workflow of %s answered: %w", caseID, err)
	}
	return standing, nil
}

// InspectCase answers a case as the register has it beside what its workflow says, and what differs.
func (s *server) InspectCase(ctx context.Context, request *connect.Request[reportsv1.InspectCaseRequest]) (*connect.Response[reportsv1.InspectCaseResponse], error) {
	told, err := s.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: request.Msg.GetId()})) // judges who may see it
	if err != nil {
		return nil, err
	}
	listed, err := s.ListActs(ctx, connect.NewRequest(&reportsv1.ListActsRequest{CaseId: request.Msg.GetId()}))
	if err != nil {
		return nil, err
	}
	row, err := s.register.find(ctx, request.Msg.GetId())
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.InspectCaseResponse{Case: told.Msg, Acts: listed.Msg.GetActs()}
	return connect.NewResponse(answer), s.inspect(ctx, row, answer)
}

// inspect adds what Temporal says. While it is away the rest is answered all the same.
func (s *server) inspect(ctx context.Context, row caseRow, answer *reportsv1.InspectCaseResponse) error {
	found, err := s.executionOf(ctx, row.ID)
	if err != nil {
		s.logger.Warn("a case is shown without its workflow", zap.String("case", row.ID), zap.Error(err))
	}
	at := row
	if found.runID != "" {
		at.RunID = found.runID
	}
	answer.Workflow = &reportsv1.Workflow{Id: row.ID, RunId: found.runID, Status: found.status, ClosedAt: found.closedAt, Url: s.temporalURL(at)}
	if found.gone() || found.status == statusUnreachable {
		answer.Lost = row.ExportSha256 == "" && found.gone()
		return nil
	}
	standing, err := s.standing(ctx, row.ID, found.runID)
	if err != nil {
		s.logger.Warn("the workflow of a case does not answer", zap.String("case", row.ID), zap.Error(err))
		return nil
	}
	if answer.Lost = row.ExportSha256 == "" && found.status == statusCompleted && !hasEnded(standing.GetState()); answer.Lost {
		return nil
	}
	answer.Workflow.State, answer.Workflow.Writing = standing.GetState(), standing.GetWriting()
	for _, act := range standing.GetTaken() {
		answer.TakenActIds = append(answer.TakenActIds, act.GetActId())
	}
	differences, _, err := s.compare(ctx, compared{row, found.runID, standing})
	answer.Differences = differences
	return err
}

// compare names what differs, acts among it, and the acts that the workflow does not know.
func (s *server) compare(ctx context.Context, c compared) (named []*reportsv1.Difference, lost []actRow, err error) {
	acts, err := s.register.actsOf(ctx, c.row.ID)
	if err != nil {
		return nil, nil, err
	}
	ofActs, lost, err := actDifferences(c.row, acts, c.standing.GetTaken())
	if err != nil {
		return nil, nil, err
	}
	named, err = c.differences()
	return append(ofActs, named...), lost, err
}

// ofActs tells of a difference in the acts, which writing the register does not cure.
func ofActs(d *reportsv1.Difference) bool { return strings.HasPrefix(d.GetField(), "act ") }
