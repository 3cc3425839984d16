package app

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"nenep/proto/wire"
)

func configCommand() *cobra.Command {
	command := &cobra.Command{Use: "config", Short: "List every NENEP_* variable with its value and default", Args: cobra.NoArgs}
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := wire.Load()
		if err != nil {
			return err
		}
		settings := cfg.Settings()
		if *asJSON {
			encoder := json.NewEncoder(c.OutOrStdout())
			encoder.SetIndent("", "  ")
			return encoder.Encode(settings)
		}
		table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "VARIABLE\tVALUE\tDEFAULT\tMEANING")
		for _, s := range settings {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Name, s.Value, s.Default, s.Doc)
		}
		return table.Flush()
	}
	return command
}
