package app

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func catalogueCommand() *cobra.Command {
	root := &cobra.Command{Use: "catalogue", Short: "The declared obligations (nhiệm vụ)"}
	root.AddCommand(catalogueCheckCommand(), catalogueShowCommand(), catalogueListCommand(), catalogueCountsCommand())
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
		return catalogue.Open(arguments[0])
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

// editionFlag lets a command speak of the edition in force on a day; without the flag, of the newest.
func editionFlag(command *cobra.Command) func(*catalogue.Catalogue) (*catalogue.Edition, error) {
	on := command.Flags().String("on", "", "the edition in force on this day (yyyy-mm-dd); empty: the newest")
	return func(cat *catalogue.Catalogue) (*catalogue.Edition, error) {
		if *on == "" {
			return cat.Latest(), nil
		}
		day, err := calendar.ParseDate(*on)
		if err != nil {
			return nil, refuseFaults(err)
		}
		edition := cat.At(day)
		if edition == nil {
			return nil, wire.Refuse(contract.CodeNotFound, "Ngày "+day.Vietnamese()+" chưa có bản danh mục nào có hiệu lực.",
				"No edition of the catalogue is in force on "+day.String()+".")
		}
		return edition, nil
	}
}

func catalogueShowCommand() *cobra.Command {
	show := &cobra.Command{Use: "show OBLIGATION", Short: "Print an obligation for a person", Args: exactly(1)}
	asked := editionFlag(show)
	return withCatalogue(show, func(t *terminal, cat *catalogue.Catalogue, arguments []string) error {
		edition, err := asked(cat)
		if err != nil {
			return err
		}
		obligation := edition.Obligation(arguments[0])
		if obligation == nil {
			return noObligation(arguments[0])
		}
		if t.json {
			return encodeJSON(t.out, obligation)
		}
		_, err = fmt.Fprint(t.out, edition.Describe(arguments[0]))
		return err
	})
}

func catalogueListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List obligations", Args: cobra.NoArgs}
	asked := editionFlag(list)
	return withCatalogue(list, func(t *terminal, cat *catalogue.Catalogue, _ []string) error {
		edition, err := asked(cat)
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(edition.Obligations))
		for _, o := range edition.Obligations {
			rows = append(rows, []string{o.Code, cmp.Or(o.Pattern, carriedWords(o)), o.PlanClause, o.Title.VI})
		}
		return t.printValue(edition.Obligations, []string{"CODE", "PATTERN", "PLAN", "OBLIGATION"}, rows)
	})
}

// carriedWords says by which case an obligation without a case of its own is fulfilled.
func carriedWords(o *catalogue.Obligation) string {
	if o.CarriedBy == nil {
		return ""
	}
	return o.CarriedBy.Obligation + "/" + o.CarriedBy.Step
}
