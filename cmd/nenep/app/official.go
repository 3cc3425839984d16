package app

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func officialCommand() *cobra.Command {
	root := &cobra.Command{Use: "official", Short: "Officials (cán bộ)"}
	root.AddCommand(officialReachCommand(), officialPutCommand())
	return root
}

// officialPutCommand writes an official down, or changes the name of the one that is named.
func officialPutCommand() *cobra.Command {
	command := &cobra.Command{Use: "put [OFFICIAL]", Short: "Write an official down, or change the name of one", Args: cobra.MaximumNArgs(1)}
	request := &unitsv1.PutOfficialRequest{Official: &unitsv1.NewOfficial{}}
	command.Flags().StringVar(&request.Official.Name, "name", "", "name")
	command.Flags().StringVar(&request.Official.Email, "email", "", "mail address of one who is new")
	command.Flags().StringVar(&request.Official.Phone, "phone", "", "telephone of one who is new")
	command.Flags().StringVar(&request.Document, "document", "", "number and symbol")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		if len(arguments) > 0 {
			request.Id = arguments[0]
		}
		answer, err := t.clients.Units.PutOfficial(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, []string{"OFFICIAL", "NAME", "EMAIL", "PHONE"}, [][]string{{answer.Msg.GetId(), answer.Msg.GetName(), answer.Msg.GetEmail(), shownPhone(answer.Msg)}})
	})
}

// officialReachCommand changes what is named and leaves the rest; with nothing named it only shows.
func officialReachCommand() *cobra.Command {
	command := &cobra.Command{Use: "reach OFFICIAL", Short: "Show or change the addresses by which an official is reached", Args: exactly(1)}
	email := command.Flags().String("email", "", `mail address; "" takes it out`)
	phone := command.Flags().String("phone", "", `telephone, as 0912 345 678 or +84 912 345 678; "" takes it out`)
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		known, err := t.clients.Units.ListHats(ctx, connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: arguments[0]}))
		if err != nil {
			return err
		}
		official := known.Msg.GetOfficial()
		request := &unitsv1.SetReachRequest{OfficialId: official.GetId(), Email: official.GetEmail(), Phone: official.GetPhone()}
		named := false
		for flag, set := range map[string]func(){"email": func() { request.Email = *email }, "phone": func() { request.Phone = *phone }} {
			if command.Flags().Changed(flag) {
				set()
				named = true
			}
		}
		if named && official.GetHasPhone() && request.GetPhone() == "" && !command.Flags().Changed("phone") {
			return wire.Refuse(contract.CodeConflict, "Không đọc được số điện thoại đang lưu nên lệnh này sẽ xóa mất số đó. Nêu cả --phone.",
				"The telephone number that is kept cannot be read, and this would take it out. Give --phone, too.")
		}
		if named {
			answer, err := t.clients.Units.SetReach(ctx, connect.NewRequest(request))
			if err != nil {
				return err
			}
			official = answer.Msg
		}
		return t.print(official, []string{"OFFICIAL", "NAME", "EMAIL", "PHONE"}, [][]string{{official.GetId(), official.GetName(), official.GetEmail(), shownPhone(official)}})
	})
}

// shownPhone tells a number that may not be seen from none.
func shownPhone(official *unitsv1.Official) string {
	if official.GetPhone() == "" && official.GetHasPhone() {
		return "(có)"
	}
	return official.GetPhone()
}
