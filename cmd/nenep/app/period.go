package app

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func periodCommand() *cobra.Command {
	root := &cobra.Command{Use: "period", Short: "Periods (kỳ) of an obligation"}
	seal := &cobra.Command{Use: "seal OBLIGATION PERIOD", Short: "Seal every accepted case of a period: it takes no more acts and is exported", Args: exactly(2)}
	document := seal.Flags().String("document", "", "number and symbol of the synthesis")
	root.AddCommand(withTerminal(seal, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Acts.SealPeriod(ctx, connect.NewRequest(&reportsv1.SealPeriodRequest{
			ObligationId: arguments[0], PeriodId: arguments[1], Document: *document,
		}))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, []string{"WORKFLOW"}, [][]string{{answer.Msg.GetWorkflowId()}})
	}))
	root.AddCommand(archiveCommand(), verifyArchiveCommand())
	return root
}
