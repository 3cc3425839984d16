package app

import (
	"cmp"
	"context"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// reinstateCommand undoes an act that ended a case. It is no act upon that case, which takes none any more: a new one goes on.
func reinstateCommand() *cobra.Command {
	command := &cobra.Command{Use: "reinstate CASE", Short: "Undo what ended a case (not obliged, withdrawn, transferred): it goes on as CASE/c1", Args: exactly(1)}
	request := &reportsv1.ReinstateRequest{}
	command.Flags().StringVar(&request.Document, "document", "", "number and symbol of the document")
	command.Flags().StringVar(&request.Words, "words", "", "reason")
	command.Flags().StringVar(&request.ActId, "act-id", "", "id of the act: the same act again gets the first answer")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		request.CaseId, request.ActId = arguments[0], cmp.Or(request.GetActId(), uuid.NewString())
		answer, err := t.clients.Acts.Reinstate(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, []string{"CASE", "GOES ON AS", "ACT"}, [][]string{{request.GetCaseId(), answer.Msg.GetCaseId(), request.GetActId()}})
	})
}

// amendCommand orders that running cases take what holds today. A changed catalogue never changes a running case by itself.
func amendCommand() *cobra.Command {
	command := &cobra.Command{Use: "amend [CASE]", Short: "Have a running case, or all of an obligation, take the catalogue or the settings of today", Args: cobra.MaximumNArgs(1)}
	request := &reportsv1.AmendCasesRequest{}
	command.Flags().StringVar(&request.ObligationId, "obligation", "", "every running case of this obligation, instead of one case")
	command.Flags().StringVar(&request.Reason, "reason", "", "catalogue or settings")
	command.Flags().StringVar(&request.Document, "document", "", "number and symbol of the document that orders it")
	command.Flags().StringVar(&request.Words, "words", "", "reason")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		if len(arguments) == 1 {
			request.CaseId = arguments[0]
		}
		if (request.GetCaseId() == "") == (request.GetObligationId() == "") {
			return wire.Refuse(contract.CodeInvalid, "Nêu một hồ sơ hoặc một nhiệm vụ (--obligation), không nêu cả hai.",
				"Name a case or an obligation (--obligation), not both.")
		}
		answer, err := t.clients.Acts.AmendCases(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, []string{"WORKFLOW"}, [][]string{{answer.Msg.GetWorkflowId()}})
	})
}
