package app

import (
	"context"
	"fmt"
	"strconv"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func boardCommand() *cobra.Command {
	root := &cobra.Command{Use: "board", Short: "Boards (ban): bodies with members, a chair and a term"}
	root.AddCommand(boardListCommand(), boardPutCommand(), boardVacancyCommand())
	return root
}

func boardListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List boards", Args: cobra.NoArgs}
	request := &unitsv1.ListBoardsRequest{}
	list.Flags().StringVar(&request.UnitId, "unit", "", "of this unit")
	list.Flags().StringVar(&request.Kind, "kind", "", boardKinds)
	list.Flags().StringVar(&request.On, "on", "", "whose term holds on this day (yyyy-mm-dd)")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListBoards(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetBoards()))
		for _, b := range answer.Msg.GetBoards() {
			rows = append(rows, boardRow(b))
		}
		return t.print(answer.Msg, boardHeader, rows)
	})
}

const boardKinds = "steering-committee, peoples-inspection-board or community-investment-supervision-board"

var boardHeader = []string{"BOARD", "UNIT", "KIND", "NAME", "DECISION", "FROM", "TO", "MEMBERS", "VACANT"}

func boardRow(b *unitsv1.Board) []string {
	open := 0
	for _, v := range b.GetVacancies() {
		if v.GetFilledOn() == "" {
			open++
		}
	}
	return []string{b.GetId(), b.GetUnitId(), b.GetKind(), b.GetName(), b.GetDecision(), b.GetValidFrom(), b.GetValidTo(),
		strconv.Itoa(int(b.GetMembers())), strconv.Itoa(open)}
}

func boardPutCommand() *cobra.Command {
	put := &cobra.Command{Use: "put BOARD", Short: "Write a board that was set up elsewhere; the same id again changes it", Args: exactly(1)}
	board := &unitsv1.Board{}
	flags := put.Flags()
	flags.StringVar(&board.UnitId, "unit", "", "the unit it belongs to")
	flags.StringVar(&board.Kind, "kind", "", boardKinds)
	flags.StringVar(&board.Name, "name", "", "its name")
	flags.StringVar(&board.Decision, "decision", "", "number and symbol of the decision that set it up")
	flags.StringVar(&board.ValidFrom, "from", "", "first day of the term (yyyy-mm-dd)")
	flags.StringVar(&board.ValidTo, "to", "", "last day of the term; empty: none is set")
	flags.Int32Var(&board.Members, "members", 0, "number of members")
	flags.StringVar(&board.Project, "project", "", "the project with which it ends")
	flags.StringVar(&board.EndedBy, "ended-by", "", "the decision that ended it")
	return withTerminal(put, func(ctx context.Context, t *terminal, arguments []string) error {
		board.Id = arguments[0]
		answer, err := t.clients.Units.PutBoard(ctx, connect.NewRequest(board))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, boardHeader, [][]string{boardRow(answer.Msg)})
	})
}

func boardVacancyCommand() *cobra.Command {
	command := &cobra.Command{Use: "vacancy BOARD", Short: "Record that a seat fell empty, or was filled", Args: exactly(1)}
	vacancy := &unitsv1.Vacancy{}
	command.Flags().StringVar(&vacancy.On, "on", "", "the day it fell empty (yyyy-mm-dd)")
	command.Flags().StringVar(&vacancy.Role, "role", "", "chair, deputy or member")
	command.Flags().StringVar(&vacancy.FilledOn, "filled", "", "the day it was filled (yyyy-mm-dd)")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Units.RecordVacancy(ctx, connect.NewRequest(&unitsv1.RecordVacancyRequest{BoardId: arguments[0], Vacancy: vacancy}))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetVacancies()))
		for i, v := range answer.Msg.GetVacancies() {
			rows = append(rows, []string{fmt.Sprint(i + 1), v.GetOn(), v.GetRole(), v.GetFilledOn()})
		}
		return t.print(answer.Msg, []string{"SEAT", "EMPTY SINCE", "ROLE", "FILLED"}, rows)
	})
}
