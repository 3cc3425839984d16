package app

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

func catalogueCommand() *cobra.Command {
	root := &cobra.Command{Use: "catalogue", Short: "The declared obligations (nhiệm vụ)"}
	check := &cobra.Command{Use: "check [FOLDER]", Short: "Check a catalogue: every mistake with file, line and a sentence", Args: cobra.MaximumNArgs(1)}
	check.RunE = func(c *cobra.Command, arguments []string) error {
		if err := checkCatalogue(arguments); err != nil {
			return wire.Refuse(contract.CodeInvalid, "Danh mục có lỗi:\n"+err.Error(), "The catalogue has faults.")
		}
		_, _ = fmt.Fprintln(c.OutOrStdout(), "Danh mục đúng.")
		return nil
	}
	show := &cobra.Command{Use: "show OBLIGATION", Short: "Print an obligation for a person", Args: exactly(1)}
	show.RunE = func(c *cobra.Command, arguments []string) error {
		cat, err := catalogue.HungYen()
		if err != nil {
			return err
		}
		if cat.Latest().Obligation(arguments[0]) == nil {
			return wire.Refuse(contract.CodeNotFound, "Danh mục không có nhiệm vụ “"+arguments[0]+"”.", "The catalogue has no obligation "+arguments[0]+".")
		}
		_, _ = fmt.Fprint(c.OutOrStdout(), cat.Latest().Describe(arguments[0]))
		return nil
	}
	list := &cobra.Command{Use: "list", Short: "List obligations", Args: cobra.NoArgs}
	asJSON := list.Flags().Bool("json", false, "print JSON")
	list.RunE = func(c *cobra.Command, _ []string) error {
		cat, err := catalogue.HungYen()
		if err != nil {
			return err
		}
		if *asJSON {
			encoder := json.NewEncoder(c.OutOrStdout())
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			return encoder.Encode(cat.Latest().Obligations)
		}
		for _, o := range cat.Latest().Obligations {
			_, _ = fmt.Fprintf(c.OutOrStdout(), "%-8s %s\n", o.Code, o.Title.VI)
		}
		return nil
	}
	root.AddCommand(check, show, list)
	return root
}

func checkCatalogue(arguments []string) error {
	if len(arguments) == 0 {
		_, err := catalogue.HungYen()
		return err
	}
	_, err := catalogue.Load(os.DirFS(arguments[0]))
	return err
}
