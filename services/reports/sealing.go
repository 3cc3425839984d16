package reports

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// SealPeriod starts the sealing of a period: for the standing agency's leaders and administrators.
// The workflow seals case by case; one that is running already goes on.
func (s *server) SealPeriod(ctx context.Context, request *connect.Request[reportsv1.SealPeriodRequest]) (*connect.Response[reportsv1.SealPeriodResponse], error) {
	input := contract.SealInput{
		Obligation: request.Msg.GetObligationId(), Period: request.Msg.GetPeriodId(),
		Document: request.Msg.GetDocument(), OfficialID: wire.IdentityOf(ctx).OfficialID,
	}
	if err := s.sealable(input); err != nil {
		return nil, err
	}
	if err := s.maySealPeriod(ctx, input.OfficialID); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	id, err := s.seal(ctx, input)
	if err != nil {
		return nil, unavailable("Temporal", "Temporal")
	}
	return connect.NewResponse(&reportsv1.SealPeriodResponse{WorkflowId: id}), nil
}

// seal starts the workflow that seals, and answers its id; one that is running already goes on.
func (s *server) seal(ctx context.Context, input contract.SealInput) (string, error) {
	id := fmt.Sprintf("seal-%s-%s", input.Obligation, input.Period)
	_, err := s.cases.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: contract.QueueUpkeep, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary: "Khóa kỳ " + input.Period + " của " + input.Obligation,
	}, contract.SealPeriod, input)
	return id, err
}

func (s *server) sealable(input contract.SealInput) error {
	if _, err := calendar.ParsePeriod(input.Period); err != nil {
		return wire.Refuse(contract.CodeInvalid, "“"+input.Period+"” không phải là một kỳ. Nhập dạng 2026, 2026-H1 hoặc E-2026-0007.",
			"“"+input.Period+"” is not a period. Type it as 2026, 2026-H1 or E-2026-0007.",
			wire.Field("period_id", "Kỳ không đúng dạng.", "The period is not of that form."))
	}
	if s.catalogue.Latest().Obligation(input.Obligation) == nil {
		return wire.Refuse(contract.CodeNotFound, "Danh mục không có nhiệm vụ “"+input.Obligation+"”.", "The catalogue has no obligation “"+input.Obligation+"”.")
	}
	return nil
}

func (s *server) maySealPeriod(ctx context.Context, official string) error {
	hats, err := s.hats(ctx, official)
	if err != nil {
		return err
	}
	if official != "" && mayOrder(hats) {
		return nil
	}
	return wire.Forbidden("Tài khoản này không có quyền khóa kỳ. Liên hệ lãnh đạo cơ quan thường trực hoặc "+s.cfg.HelpContact+".",
		"This account may not seal a period. Ask a leader of the standing agency, or "+s.cfg.HelpContact+".")
}
