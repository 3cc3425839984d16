package app

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func positionCommand() *cobra.Command {
	root := &cobra.Command{Use: "position", Short: "Positions (chức vụ): who is what in a unit, from when to when"}
	root.AddCommand(positionListCommand(), positionGiveCommand(), positionEndCommand())
	return root
}

var positionHeader = []string{"POSITION", "OFFICIAL", "NAME", "UNIT", "ROLE", "TITLE", "FROM", "TO"}

func positionRow(name string, p *unitsv1.Position) []string {
	return []string{p.GetId(), p.GetOfficialId(), name, p.GetUnitId(), p.GetRole(), p.GetTitle(), p.GetValidFrom(), p.GetValidTo()}
}

func positionListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List positions of a unit or an official, those that have ended and those to come among them", Args: cobra.NoArgs}
	request := &unitsv1.ListPositionsRequest{}
	list.Flags().StringVar(&request.OfficialId, "official", "", "of this official")
	list.Flags().StringVar(&request.UnitId, "unit", "", "of this unit")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListPositions(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		var rows [][]string
		for _, held := range answer.Msg.GetPositions() {
			rows = append(rows, positionRow(held.GetOfficial().GetName(), held.GetPosition()))
		}
		return t.print(answer.Msg, positionHeader, rows)
	})
}

// newOfficialFlags name an official who is not written down yet.
func newOfficialFlags(command *cobra.Command) func() *unitsv1.NewOfficial {
	added := &unitsv1.NewOfficial{}
	command.Flags().StringVar(&added.Name, "new-name", "", "name of an official who is not written down yet")
	command.Flags().StringVar(&added.Email, "new-email", "", "his mail address")
	command.Flags().StringVar(&added.Phone, "new-phone", "", "his telephone")
	return func() *unitsv1.NewOfficial {
		if added.GetName() == "" {
			return nil
		}
		return added
	}
}

func positionGiveCommand() *cobra.Command {
	give := &cobra.Command{Use: "give UNIT ROLE", Short: "Give an official a position from a day, by a document", Args: exactly(2)}
	position := &unitsv1.Position{}
	give.Flags().StringVar(&position.OfficialId, "official", "", "who; or --new-name")
	give.Flags().StringVar(&position.Title, "title", "", "as the position is called")
	give.Flags().StringVar(&position.ValidFrom, "from", "", "first day (yyyy-mm-dd)")
	give.Flags().StringVar(&position.ValidTo, "to", "", "last day; empty: none is set")
	give.Flags().StringVar(&position.Document, "document", "", "number and symbol of the decision")
	added := newOfficialFlags(give)
	return withTerminal(give, func(ctx context.Context, t *terminal, arguments []string) error {
		position.UnitId, position.Role = arguments[0], arguments[1]
		answer, err := t.clients.Units.GivePosition(ctx, connect.NewRequest(&unitsv1.GivePositionRequest{Position: position, Official: added()}))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, positionHeader, [][]string{positionRow("", answer.Msg)})
	})
}

func positionEndCommand() *cobra.Command {
	end := &cobra.Command{Use: "end POSITION", Short: "Say which day is the last of a position", Args: exactly(1)}
	request := &unitsv1.EndPositionRequest{}
	end.Flags().StringVar(&request.On, "on", "", "its last day (yyyy-mm-dd)")
	end.Flags().StringVar(&request.Document, "document", "", "number and symbol of the decision")
	return withTerminal(end, func(ctx context.Context, t *terminal, arguments []string) error {
		request.Id = arguments[0]
		answer, err := t.clients.Units.EndPosition(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, positionHeader, [][]string{positionRow("", answer.Msg)})
	})
}

func postCommand() *cobra.Command {
	root := &cobra.Command{Use: "post", Short: "Posts that are handed over (bàn giao) with their open cases"}
	root.AddCommand(postHandOverCommand())
	return root
}

// postHandOverCommand prints, with --dry-run, what comes along, and writes nothing.
func postHandOverCommand() *cobra.Command {
	command := &cobra.Command{Use: "hand-over POSITION", Short: "End a position and begin it for another on a day; both are told", Args: exactly(1)}
	request := &unitsv1.HandOverPostRequest{}
	command.Flags().StringVar(&request.ToOfficialId, "to", "", "who takes over; or --new-name")
	command.Flags().StringVar(&request.Title, "title", "", "as he is called; empty: as who hands over")
	command.Flags().StringVar(&request.Day, "day", "", "first day of who takes over (yyyy-mm-dd)")
	command.Flags().StringVar(&request.Document, "document", "", "number and symbol of the decision")
	command.Flags().BoolVar(&request.DryRun, "dry-run", false, "show what comes along and write nothing")
	added := newOfficialFlags(command)
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		request.PositionId, request.Official = arguments[0], added()
		answer, err := t.clients.Units.HandOverPost(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, []string{"WHAT", "WHO", "DETAIL", "FROM", "TO"}, handOverRows(answer.Msg))
	})
}

func handOverRows(over *unitsv1.HandOverPostResponse) [][]string {
	of := over.GetHandOver()
	rows := [][]string{
		{"hands over", over.GetFrom().GetOfficial().GetName(), of.GetRole() + " " + of.GetUnitId(), over.GetFrom().GetPosition().GetValidFrom(), over.GetFrom().GetPosition().GetValidTo()},
		{"takes over", over.GetTo().GetOfficial().GetName(), of.GetTitle() + " " + of.GetId(), of.GetDay(), ""},
	}
	for _, d := range over.GetEnds() {
		rows = append(rows, []string{"delegation ends", d.GetDelegateId(), d.GetId(), d.GetFrom(), d.GetTo()})
	}
	for _, d := range over.GetStays() {
		rows = append(rows, []string{"delegation stays", d.GetDelegateId(), d.GetId(), d.GetFrom(), d.GetTo()})
	}
	for _, a := range over.GetAbsences() {
		rows = append(rows, []string{"absence", a.GetOfficialId(), a.GetId(), a.GetFrom(), a.GetTo()})
	}
	return rows
}
