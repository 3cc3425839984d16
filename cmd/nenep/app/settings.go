package app

import (
	"context"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func settingCommand() *cobra.Command {
	root := &cobra.Command{Use: "setting", Short: "Settings of the province: what neither law nor plan states"}
	list := &cobra.Command{Use: "list", Short: "List settings with the value in use and the one proposed", Args: cobra.NoArgs}
	root.AddCommand(withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListSettings(ctx, connect.NewRequest(&unitsv1.ListSettingsRequest{}))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetSettings()))
		for _, s := range answer.Msg.GetSettings() {
			rows = append(rows, settingRow(s))
		}
		return t.print(answer.Msg, settingHeader, rows)
	}))
	set := &cobra.Command{Use: "set KEY VALUE", Short: "Change a setting; an empty VALUE returns to the proposed one. Running cases keep theirs", Args: exactly(2)}
	document := set.Flags().String("document", "", "number and symbol of the document by which the province decided it")
	root.AddCommand(withTerminal(set, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Units.SetSetting(ctx, connect.NewRequest(&unitsv1.SetSettingRequest{
			Key: arguments[0], Value: arguments[1], Document: *document,
		}))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, settingHeader, [][]string{settingRow(answer.Msg)})
	}))
	return root
}

var settingHeader = []string{"KEY", "VALUE", "PROPOSED", "MEANING", "SOURCE"}

func settingRow(s *unitsv1.Setting) []string {
	value := s.GetValue()
	if value == "" {
		value = s.GetDefaultValue()
	}
	return []string{s.GetKey(), value, s.GetDefaultValue(), s.GetTitleVi(), s.GetSource()}
}
