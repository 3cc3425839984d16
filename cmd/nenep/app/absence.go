package app

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func absenceCommand() *cobra.Command {
	root := &cobra.Command{Use: "absence", Short: "Absences (vắng mặt): who is away is not told, whoever is next is"}
	root.AddCommand(absenceRecordCommand(), absenceEndCommand(), absenceListCommand())
	return root
}

var absenceHeader = []string{"ABSENCE", "OFFICIAL", "FROM", "TO", "ENDED", "RECORDED BY", "WORDS"}

func absenceRow(a *unitsv1.Absence) []string {
	return []string{a.GetId(), a.GetOfficialId(), a.GetFrom(), a.GetTo(), a.GetEndedOn(), a.GetRecordedBy(), a.GetWords()}
}

func absenceRecordCommand() *cobra.Command {
	record := &cobra.Command{Use: "record OFFICIAL", Short: "Record that an official is away", Args: exactly(1)}
	absence := &unitsv1.Absence{}
	record.Flags().StringVar(&absence.From, "from", "", "first day (yyyy-mm-dd)")
	record.Flags().StringVar(&absence.To, "to", "", "last day (yyyy-mm-dd)")
	record.Flags().StringVar(&absence.Words, "words", "", "why; told only to himself, his head and administrators")
	return withTerminal(record, func(ctx context.Context, t *terminal, arguments []string) error {
		absence.OfficialId = arguments[0]
		answer, err := t.clients.Units.RecordAbsence(ctx, connect.NewRequest(absence))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, absenceHeader, [][]string{absenceRow(answer.Msg)})
	})
}

func absenceEndCommand() *cobra.Command {
	end := &cobra.Command{Use: "end ABSENCE", Short: "End an absence early", Args: exactly(1)}
	request := &unitsv1.EndAbsenceRequest{}
	end.Flags().StringVar(&request.On, "on", "", "its last day (yyyy-mm-dd); empty: yesterday, he is back. The day before its first takes it back whole")
	return withTerminal(end, func(ctx context.Context, t *terminal, arguments []string) error {
		request.Id = arguments[0]
		answer, err := t.clients.Units.EndAbsence(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, absenceHeader, [][]string{absenceRow(answer.Msg)})
	})
}

func absenceListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List absences", Args: cobra.NoArgs}
	request := &unitsv1.ListAbsencesRequest{}
	list.Flags().StringVar(&request.OfficialId, "official", "", "of this official")
	list.Flags().StringVar(&request.UnitId, "unit", "", "of those who hold a position in this unit")
	list.Flags().StringVar(&request.On, "on", "", "that have not ended by this day (yyyy-mm-dd)")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListAbsences(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetAbsences()))
		for _, a := range answer.Msg.GetAbsences() {
			rows = append(rows, absenceRow(a))
		}
		return t.print(answer.Msg, absenceHeader, rows)
	})
}
