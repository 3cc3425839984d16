package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func caseCommand() *cobra.Command {
	root := &cobra.Command{Use: "case", Short: "Cases (hồ sơ): one obligation of one unit for one period"}
	root.AddCommand(caseListCommand(), caseShowCommand(), whyCommand(), caseHistoryCommand(), caseResendCommand(), caseReopenCommand(), reinstateCommand(), amendCommand())
	root.AddCommand(actCommands()...)
	return root
}

func caseListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List cases of the register", Args: cobra.NoArgs}
	request := &reportsv1.ListCasesRequest{}
	list.Flags().StringVar(&request.ObligationId, "obligation", "", "of this obligation (DT-01)")
	list.Flags().StringVar(&request.UnitId, "unit", "", "of this unit")
	list.Flags().StringVar(&request.PeriodId, "period", "", "of this period (2026, 2026-H1)")
	list.Flags().StringVar(&request.State, "state", "", "open, submitted, returned, accepted, exempted, withdrawn or succeeded")
	list.Flags().BoolVar(&request.LateOnly, "late", false, "only cases past their due day")
	list.Flags().Int32Var(&request.Limit, "limit", 200, "at most so many")
	list.Flags().Int32Var(&request.Offset, "offset", 0, "leave out the first so many")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Register.ListCases(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetCases()))
		for _, c := range answer.Msg.GetCases() {
			s := c.GetState()
			rows = append(rows, []string{c.GetId(), stateName(s.GetState()), s.GetDueDay(), strconv.Itoa(int(s.GetRound())), s.GetNextRungId(), s.GetNextRungDay()})
		}
		return t.print(answer.Msg, []string{"CASE", "STATE", "DUE", "ROUND", "NEXT RUNG", "ON"}, rows)
	})
}

func caseHistoryCommand() *cobra.Command {
	history := &cobra.Command{Use: "history CASE", Short: "Tell a case's history in plain Vietnamese", Args: exactly(1)}
	return withTerminal(history, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Register.GetHistory(ctx, connect.NewRequest(&reportsv1.GetHistoryRequest{Id: arguments[0]}))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetEntries())+1)
		for _, entry := range answer.Msg.GetEntries() {
			rows = append(rows, []string{entry.GetAt(), entry.GetTextVi(), eventNumbers(entry.GetEventIds())})
		}
		rows = append(rows, []string{"", fmt.Sprintf("Khớp với Temporal: %d/%d sự kiện.", answer.Msg.GetEventsTold(), answer.Msg.GetEventsTotal()), ""})
		return t.print(answer.Msg, []string{"LÚC", "VIỆC", "SỰ KIỆN GỐC"}, rows)
	})
}

func eventNumbers(ids []int64) string {
	texts := make([]string, 0, len(ids))
	for _, id := range ids {
		texts = append(texts, strconv.FormatInt(id, 10))
	}
	return strings.Join(texts, ",")
}

func stateName(state casefilev1.State) string {
	return strings.ToLower(strings.TrimPrefix(state.String(), "STATE_"))
}

func whyCommand() *cobra.Command {
	why := &cobra.Command{Use: "why CASE", Short: "Why a case is due on that day", Args: exactly(1)}
	return withTerminal(why, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: arguments[0]}))
		if err != nil {
			return err
		}
		due := answer.Msg.GetInput().GetDue()
		return t.print(due, []string{"HẠN " + due.GetDay(), ""}, whyRows(due))
	})
}

func whyRows(due *casefilev1.Deadline) [][]string {
	ground := due.GetWhy().GetGround()
	rows := [][]string{
		{"Quy tắc", ground.GetTextVi()},
		{"Căn cứ", contract.Citation(ground)},
		{"Nguồn", ground.GetConfidence()},
	}
	for _, step := range due.GetWhy().GetStepsVi() {
		rows = append(rows, []string{"Tính", step})
	}
	for _, day := range due.GetWhy().GetSkipped() {
		rows = append(rows, []string{"Bỏ qua", day.GetDay() + " " + day.GetReasonVi()})
	}
	return rows
}
