// Package app holds every role of the program and every command a person types.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"nenep/proto/wire"
)

// Version is stamped in at build time.
var Version = "dev"

// Exit codes: a refusal (the input or the right is wrong) differs from a failure (something is broken).
const (
	exitDone    = 0
	exitFailed  = 1
	exitRefused = 2
)

// Main runs a command line and answers the exit code. SIGINT and SIGTERM end it in order.
func Main(arguments []string, out, faults io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(arguments)
	root.SetOut(out)
	root.SetErr(faults)
	return report(root.ExecuteContext(ctx), faults)
}

// report writes the one sentence a person needs, and picks the exit code.
func report(err error, faults io.Writer) int {
	if err == nil {
		return exitDone
	}
	refusal := wire.RefusalOf(err)
	if refusal == nil {
		_, _ = fmt.Fprintln(faults, "nenep: "+sentence(err))
		return exitFailed
	}
	_, _ = fmt.Fprintln(faults, refusal.GetTextVi())
	_, _ = fmt.Fprintln(faults, refusal.GetTextEn())
	for _, field := range refusal.GetFields() {
		_, _ = fmt.Fprintf(faults, "  %s: %s\n", field.GetField(), field.GetTextVi())
	}
	return exitRefused
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use: "nenep", Version: Version, SilenceUsage: true, SilenceErrors: true,
		Short: "Nề Nếp: the habit of grassroots democracy, kept",
		Long:  "Nề Nếp keeps the recurring duties of grassroots democracy: every duty of every unit is a durable process.\nRun `make run` for the whole system on this machine; the commands below talk to it, or to a cluster.",
	}
	root.AddCommand(
		serveCommand(), workCommand(), standbyCommand(), migrateCommand(), readyCommand(), configCommand(),
		areaCommand(), unitCommand(), officialCommand(), positionCommand(), postCommand(), absenceCommand(), delegationCommand(), boardCommand(), reorganizeCommand(), caseCommand(), tryCommand(), eventCommand(), periodCommand(), registerCommand(),
		catalogueCommand(), calendarCommand(), settingCommand(),
		notificationsCommand(), keysCommand(), auditCommand(), importCommand(), whyCommand(),
		backupCommand(), restoreCommand(), historiesCommand(),
	)
	return root
}

func sentence(err error) string {
	if errors.Is(err, context.Canceled) {
		return "stopped"
	}
	return err.Error()
}
