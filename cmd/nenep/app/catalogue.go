package app

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

func catalogueCommand() *cobra.Command {
	root := &cobra.Command{Use: "catalogue", Short: "The declared obligations (nhiệm vụ)"}
	root.AddCommand(catalogueCheckCommand(), catalogueShowCommand(), catalogueListCommand())
	return root
}

// withCatalogue gives a command the catalogues that NENEP_CATALOGUE names; it asks no service.
func withCatalogue(command *cobra.Command, run func(t *terminal, cat *catalogue.Catalogue, arguments []string) error) *cobra.Command {
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(c *cobra.Command, arguments []string) error {
		cfg, err := wire.Load()
		if err != nil {
			return err
		}
		cat, err := catalogue.Open(cfg.Catalogue)
		if err != nil {
			return catalogueFaults(err)
		}
		return run(&terminal{cfg: cfg, json: *asJSON, out: c.OutOrStdout()}, cat, arguments)
	}
	return command
}

func catalogueCheckCommand() *cobra.Command {
	check := &cobra.Command{Use: "check [FOLDER]", Short: "Check a catalogue: every mistake with file, line and a sentence", Args: cobra.MaximumNArgs(1)}
	check.RunE = func(c *cobra.Command, arguments []string) error {
		cat, err := openChecked(arguments)
		if err != nil {
			return catalogueFaults(err)
		}
		_, _ = fmt.Fprintf(c.OutOrStdout(), "Danh mục đúng: %d bản, bản mới nhất %s có %d nhiệm vụ.\n",
			len(cat.Editions), cat.Latest().Version, len(cat.Latest().Obligations))
		return nil
	}
	return check
}

// openChecked reads the folder named, or what NENEP_CATALOGUE names.
func openChecked(arguments []string) (*catalogue.Catalogue, error) {
	if len(arguments) == 1 {
		return catalogue.Load(os.DirFS(arguments[0]))
	}
	cfg, err := wire.Load()
	if err != nil {
		return nil, err
	}
	return catalogue.Open(cfg.Catalogue)
}

// catalogueFaults is the refusal of a catalogue: a line for each mistake, as editors and people jump to them. Another error is of the
// folder, and stays what it is.
func catalogueFaults(err error) error {
	var faults catalogue.Faults
	if !errors.As(err, &faults) {
		return err
	}
	fields := make([]*casefilev1.FieldFault, len(faults))
	for i, fault := range faults {
		fields[i] = wire.Field(fmt.Sprintf("%s:%d:%d", fault.File, fault.Line, fault.Column), fault.VI, fault.EN)
	}
	return wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Danh mục có %d lỗi. Sửa các dòng dưới đây.", len(faults)),
		fmt.Sprintf("The catalogue has %d faults. Correct the lines below.", len(faults)), fields...)
}

func catalogueShowCommand() *cobra.Command {
	show := &cobra.Command{Use: "show OBLIGATION", Short: "Print an obligation for a person", Args: exactly(1)}
	return withCatalogue(show, func(t *terminal, cat *catalogue.Catalogue, arguments []string) error {
		obligation := cat.Latest().Obligation(arguments[0])
		if obligation == nil {
			return noObligation(arguments[0])
		}
		if t.json {
			return encodeJSON(t.out, obligation)
		}
		_, err := fmt.Fprint(t.out, cat.Latest().Describe(arguments[0]))
		return err
	})
}

func catalogueListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List obligations", Args: cobra.NoArgs}
	return withCatalogue(list, func(t *terminal, cat *catalogue.Catalogue, _ []string) error {
		if t.json {
			return encodeJSON(t.out, cat.Latest().Obligations)
		}
		for _, o := range cat.Latest().Obligations {
			_, _ = fmt.Fprintf(t.out, "%-8s %s\n", o.Code, o.Title.VI)
		}
		return nil
	})
}
