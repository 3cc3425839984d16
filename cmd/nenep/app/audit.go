package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func auditCommand() *cobra.Command {
	root := &cobra.Command{Use: "audit", Short: "The audit trail"}
	root.AddCommand(verifyAuditCommand(), auditHeadsCommand())
	return root
}

func verifyAuditCommand() *cobra.Command {
	command := &cobra.Command{Use: "verify", Short: "Go through the audit trail and name what was changed, taken out or put in", Args: cobra.NoArgs,
		Long: "Go through the audit trail and name what was changed, taken out or put in. The heads kept in the database are compared by themselves; those kept elsewhere\n" +
			"(the mails to auditors, the store of heads) by --heads FILE: every line with a day, the number of entries, the last entry and the hash, as the mail has it."}
	file := command.Flags().String("heads", "", "file with heads that were kept elsewhere")
	return withTerminal(command, func(ctx context.Context, t *terminal, _ []string) error {
		heads, err := readHeads(*file)
		if err != nil {
			return err
		}
		answer, err := t.clients.Audit.VerifyAudit(ctx, connect.NewRequest(&reportsv1.VerifyAuditRequest{Heads: heads}))
		if err != nil {
			return err
		}
		found := answer.Msg
		rows := [][]string{{strconv.FormatInt(found.GetEntries(), 10), strconv.Itoa(int(found.GetHeads())), strconv.FormatBool(found.GetWhole()), found.GetHash()}}
		if err := t.print(found, []string{"ENTRIES", "HEADS", "WHOLE", "HASH"}, rows); err != nil {
			return err
		}
		var faults []error
		for _, fault := range found.GetFaults() {
			faults = append(faults, errors.New(faultWords(fault)))
		}
		return errors.Join(faults...)
	})
}

func auditHeadsCommand() *cobra.Command {
	command := &cobra.Command{Use: "heads", Short: "The heads of the audit trail by day, as --heads of verify reads them", Args: cobra.NoArgs}
	limit := command.Flags().Int32("limit", 0, "at most so many, the newest first")
	return withTerminal(command, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Audit.ListAuditHeads(ctx, connect.NewRequest(&reportsv1.ListAuditHeadsRequest{Limit: *limit}))
		if err != nil {
			return err
		}
		var rows [][]string
		for _, head := range answer.Msg.GetHeads() {
			rows = append(rows, []string{head.GetDay(), strconv.FormatInt(head.GetEntries(), 10), strconv.FormatInt(head.GetLastId(), 10), head.GetHash()})
		}
		return t.print(answer.Msg, []string{"DAY", "ENTRIES", "LAST", "HASH"}, rows)
	})
}

// faultWords says which.
func faultWords(fault *reportsv1.AuditFault) string {
	switch fault.GetKind() {
	case "changed":
		return fmt.Sprintf("entry %d was changed: it does not have its hash", fault.GetEntryId())
	case "added":
		return fmt.Sprintf("entry %d is one too many: the entry after it follows the one before it", fault.GetEntryId())
	case "rewritten":
		return fmt.Sprintf("up to entry %d the trail is another than on %s, when its head was kept", fault.GetEntryId(), fault.GetDay())
	case "missing":
		if fault.GetDay() != "" {
			return fmt.Sprintf("entries are missing after %d: on %s there were entries up to %d", fault.GetAfterId(), fault.GetDay(), fault.GetEntryId())
		}
		return fmt.Sprintf("between entry %d and entry %d one or more are missing, or entry %d was written anew", fault.GetAfterId(), fault.GetEntryId(), fault.GetAfterId())
	default:
		return fmt.Sprintf("entry %d: %s", fault.GetEntryId(), fault.GetKind())
	}
}

var headLine = regexp.MustCompile(`\b(\d{4}-\d{2}-\d{2})\s+(\d+)\s+(\d+)\s+([0-9a-f]{64})\b`)

// readHeads takes heads out of any text: a mail as it came, the answer of `audit heads`.
func readHeads(file string) ([]*reportsv1.AuditHead, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("the file of heads cannot be read: %w", err)
	}
	defer func() { _ = text.Close() }()
	var heads []*reportsv1.AuditHead
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		if found := headLine.FindStringSubmatch(lines.Text()); found != nil {
			entries, _ := strconv.ParseInt(found[2], 10, 64)
			last, _ := strconv.ParseInt(found[3], 10, 64)
			heads = append(heads, &reportsv1.AuditHead{Day: found[1], Entries: entries, LastId: last, Hash: found[4]})
		}
	}
	if len(heads) == 0 && lines.Err() == nil {
		return nil, fmt.Errorf("%s has no head: a line with a day, the number of entries, the last entry and the hash", file)
	}
	return heads, lines.Err()
}
