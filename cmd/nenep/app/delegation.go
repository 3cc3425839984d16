package app

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func delegationCommand() *cobra.Command {
	root := &cobra.Command{Use: "delegation", Short: "Delegations (ủy quyền): who is told and acts in an official's place"}
	root.AddCommand(delegationRecordCommand(), delegationRevokeCommand(), delegationListCommand())
	return root
}

var delegationHeader = []string{"DELEGATION", "OFFICIAL", "UNIT", "ROLE", "DELEGATE", "FROM", "TO", "REVOKED", "DOCUMENT"}

func delegationRow(d *unitsv1.Delegation) []string {
	return []string{d.GetId(), d.GetOfficialId(), d.GetUnitId(), d.GetRole(), d.GetDelegateId(), d.GetFrom(), d.GetTo(), d.GetRevokedOn(), d.GetDocument()}
}

func delegationRecordCommand() *cobra.Command {
	record := &cobra.Command{Use: "record OFFICIAL", Short: "Record that an official delegates a position of his to another", Args: exactly(1)}
	delegation := &unitsv1.Delegation{}
	flags := record.Flags()
	flags.StringVar(&delegation.UnitId, "unit", "", "the unit of the position")
	flags.StringVar(&delegation.Role, "role", "", "the position: head, deputy, contact, ...")
	flags.StringVar(&delegation.DelegateId, "delegate", "", "the official who stands in")
	flags.StringVar(&delegation.From, "from", "", "first day (yyyy-mm-dd); one before today is entered by administrators only")
	flags.StringVar(&delegation.To, "to", "", "last day (yyyy-mm-dd)")
	flags.StringVar(&delegation.Document, "document", "", "number and symbol of the document")
	return withTerminal(record, func(ctx context.Context, t *terminal, arguments []string) error {
		delegation.OfficialId = arguments[0]
		answer, err := t.clients.Units.RecordDelegation(ctx, connect.NewRequest(delegation))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, delegationHeader, [][]string{delegationRow(answer.Msg)})
	})
}

func delegationRevokeCommand() *cobra.Command {
	revoke := &cobra.Command{Use: "revoke DELEGATION", Short: "Revoke a delegation", Args: exactly(1)}
	request := &unitsv1.RevokeDelegationRequest{}
	revoke.Flags().StringVar(&request.On, "on", "", "the first day on which it no longer holds (yyyy-mm-dd); empty: today")
	return withTerminal(revoke, func(ctx context.Context, t *terminal, arguments []string) error {
		request.Id = arguments[0]
		answer, err := t.clients.Units.RevokeDelegation(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, delegationHeader, [][]string{delegationRow(answer.Msg)})
	})
}

func delegationListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List delegations", Args: cobra.NoArgs}
	request := &unitsv1.ListDelegationsRequest{}
	list.Flags().StringVar(&request.OfficialId, "official", "", "of this official, who delegated or is the delegate")
	list.Flags().StringVar(&request.UnitId, "unit", "", "of positions in this unit")
	list.Flags().StringVar(&request.On, "on", "", "that have not ended by this day (yyyy-mm-dd)")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListDelegations(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetDelegations()))
		for _, d := range answer.Msg.GetDelegations() {
			rows = append(rows, delegationRow(d))
		}
		return t.print(answer.Msg, delegationHeader, rows)
	})
}
