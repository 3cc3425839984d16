package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

func notificationsCommand() *cobra.Command {
	root := &cobra.Command{Use: "notifications", Short: "Messages: who was told what, when, why, over which channel, with what answer"}
	root.AddCommand(messageListCommand(), messageExportCommand(), digestCommand(), bounceCommand(), channelsCommand(), preferencesCommand(),
		draftsCommand(), releaseCommand(), discardCommand(), printCommand(), previewCommand())
	return root
}

// messageFilter gives a command the filters of the ledger.
func messageFilter(command *cobra.Command) *notificationsv1.ListMessagesRequest {
	request := &notificationsv1.ListMessagesRequest{}
	flags := command.Flags()
	flags.StringVar(&request.CaseId, "case", "", "of this case")
	flags.StringVar(&request.OfficialId, "official", "", "to this official")
	flags.StringVar(&request.UnitId, "unit", "", "about this unit")
	flags.StringVar(&request.State, "state", "", "waiting, sending, sent, failed, draft or dropped")
	flags.StringVar(&request.Channel, "channel", "", "over email, sms, zalo, webhook or paper")
	flags.StringVar(&request.Template, "template", "", "by this letter (overdue-head)")
	flags.StringVar(&request.From, "from", "", "written on this day or later (yyyy-mm-dd)")
	flags.StringVar(&request.To, "to", "", "written on this day or earlier (yyyy-mm-dd)")
	flags.StringVar(&request.Text, "text", "", "with these words in subject, name, case or answer; diacritics do not matter")
	flags.BoolVar(&request.Nobody, "nobody", false, "only those that nobody was there to be told of")
	flags.StringVar(&request.SenderUnitId, "sender", "", "drafts that speak in the name of this body")
	return request
}

func messageListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List messages of the ledger, the newest first", Args: cobra.NoArgs}
	request := messageFilter(list)
	list.Flags().Int32Var(&request.Limit, "limit", 200, "at most so many")
	list.Flags().Int32Var(&request.Offset, "offset", 0, "after so many")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error { return t.listMessages(ctx, request) })
}

func (t *terminal) listMessages(ctx context.Context, request *notificationsv1.ListMessagesRequest) error {
	answer, err := t.clients.Notifications.ListMessages(ctx, connect.NewRequest(request))
	if err != nil {
		return err
	}
	listed := answer.Msg.GetMessages()
	rows := make([][]string, 0, len(listed)+1)
	for _, m := range listed {
		rows = append(rows, []string{m.GetId(), m.GetCreatedAt(), m.GetState(), m.GetChannel(), recipientOf(m), m.GetTemplate(), m.GetSubject(), m.GetAnswer()})
	}
	if more := int(answer.Msg.GetTotal()) - int(request.GetOffset()) - len(listed); more > 0 {
		rows = append(rows, []string{fmt.Sprintf("… %d more: --offset %d", more, int(request.GetOffset())+len(listed))})
	}
	return t.print(answer.Msg, []string{"ID", "AT", "STATE", "CHANNEL", "TO", "TEMPLATE", "SUBJECT", "ANSWER"}, rows)
}

// recipientOf is who was told, in whose place, or that nobody was.
func recipientOf(m *notificationsv1.Message) string {
	switch {
	case m.GetOfficialId() == "":
		return "nobody is " + m.GetRole()
	case m.GetDelegatedBy() != "":
		return m.GetOfficialId() + " for " + m.GetDelegatedBy()
	case m.GetVacantRole() != "":
		return m.GetOfficialId() + " (nobody is " + m.GetVacantRole() + ")"
	default:
		return m.GetOfficialId()
	}
}

func messageExportCommand() *cobra.Command {
	export := &cobra.Command{Use: "export FILE", Short: "Write the messages of the filter to a new file as UTF-8 CSV for the archive; - is the standard output", Args: exactly(1)}
	request := messageFilter(export)
	return withTerminal(export, func(ctx context.Context, t *terminal, arguments []string) error {
		if arguments[0] == "-" {
			return t.exportMessages(ctx, request, t.out)
		}
		return intoNewFile(arguments[0], func(file io.Writer) error { return t.exportMessages(ctx, request, file) })
	})
}

func (t *terminal) exportMessages(ctx context.Context, request *notificationsv1.ListMessagesRequest, out io.Writer) error {
	stream, err := t.clients.Notifications.ExportMessages(ctx, connect.NewRequest(request))
	if err != nil {
		return err
	}
	for stream.Receive() {
		if _, err := out.Write(stream.Msg().GetContent()); err != nil {
			return errors.Join(err, stream.Close())
		}
	}
	return errors.Join(stream.Err(), stream.Close())
}

// intoNewFile writes a file that only its owner reads. One that is there already is left alone, and half of one does not stay.
func intoNewFile(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return wire.Refuse(contract.CodeConflict, "Tệp “"+name+"” đã có. Chọn tên khác hoặc xóa tệp cũ.", "The file “"+name+"” is there already. Choose another name or delete it.")
	}
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

func digestCommand() *cobra.Command {
	send := &cobra.Command{Use: "digest", Short: "Send today's digest now, once per person (a person may have had it already)", Args: cobra.NoArgs}
	request := &notificationsv1.SendDigestRequest{}
	send.Flags().StringVar(&request.Day, "day", calendar.DateOf(time.Now()).String(), "of this day")
	send.Flags().StringVar(&request.Window, "window", "", "to those who chose this time of day (07:30); empty: the usual one")
	return withTerminal(send, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Notifications.SendDigest(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := [][]string{{strconv.Itoa(int(answer.Msg.GetMessages())), strconv.Itoa(int(answer.Msg.GetLines()))}}
		return t.print(answer.Msg, []string{"MESSAGES", "LINES"}, rows)
	})
}

// greatestBounce bounds what is read of a mail; a bounce quotes at most the mail it speaks of.
const greatestBounce = 20 << 20

// bounceCommand is what a mail server pipes bounces into.
func bounceCommand() *cobra.Command {
	bounce := &cobra.Command{Use: "bounce", Short: "Take in a bounced mail (RFC 3464) from the standard input, as a mail server pipes it; another mail changes nothing", Args: cobra.NoArgs}
	return withTerminal(bounce, func(ctx context.Context, t *terminal, _ []string) error {
		mail, err := io.ReadAll(io.LimitReader(t.in, greatestBounce))
		if err != nil {
			return fmt.Errorf("read the mail: %w", err)
		}
		answer, err := t.clients.Notifications.TakeCallback(ctx, connect.NewRequest(&notificationsv1.TakeCallbackRequest{Channel: "email", Body: mail}))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, []string{"KNOWN"}, [][]string{{strconv.FormatBool(answer.Msg.GetKnown())}})
	})
}
