package app

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

func draftsCommand() *cobra.Command {
	drafts := &cobra.Command{Use: "drafts", Short: "List what a person has yet to send in a body's name", Args: cobra.NoArgs}
	request := &notificationsv1.ListMessagesRequest{State: "draft"}
	drafts.Flags().StringVar(&request.SenderUnitId, "sender", "", "in the name of this body")
	drafts.Flags().StringVar(&request.UnitId, "unit", "", "about this unit")
	drafts.Flags().Int32Var(&request.Limit, "limit", 200, "at most so many")
	return withTerminal(drafts, func(ctx context.Context, t *terminal, _ []string) error { return t.listMessages(ctx, request) })
}

func releaseCommand() *cobra.Command {
	release := &cobra.Command{Use: "release MESSAGE", Short: "Send a draft in the body's name (needs --as, or the portal)", Args: exactly(1)}
	request := &notificationsv1.ReleaseDraftRequest{}
	release.Flags().StringVar(&request.Words, "words", "", "added to the letter")
	return withTerminal(release, func(ctx context.Context, t *terminal, arguments []string) error {
		request.Id = arguments[0]
		answer, err := t.clients.Notifications.ReleaseDraft(ctx, connect.NewRequest(request))
		return t.printDecided(answer, err)
	})
}

func discardCommand() *cobra.Command {
	discard := &cobra.Command{Use: "discard MESSAGE", Short: "Do not send a draft, and say why (needs --as, or the portal)", Args: exactly(1)}
	request := &notificationsv1.DiscardDraftRequest{}
	discard.Flags().StringVar(&request.Reason, "reason", "", "why")
	return withTerminal(discard, func(ctx context.Context, t *terminal, arguments []string) error {
		request.Id = arguments[0]
		answer, err := t.clients.Notifications.DiscardDraft(ctx, connect.NewRequest(request))
		return t.printDecided(answer, err)
	})
}

func (t *terminal) printDecided(answer *connect.Response[notificationsv1.Message], err error) error {
	if err != nil {
		return err
	}
	m := answer.Msg
	return t.print(m, []string{"ID", "STATE", "LEAVES AT", "BY", "WORDS"}, [][]string{{m.GetId(), m.GetState(), m.GetLeavesAt(), m.GetDecidedBy(), m.GetWords()}})
}

func printCommand() *cobra.Command {
	command := &cobra.Command{Use: "print [CASE]", Short: "Write the reminder letter (công văn đôn đốc) of a case, or of a message that leaves on paper, as .docx", Args: cobra.MaximumNArgs(1)}
	request := &notificationsv1.PrintLetterRequest{}
	command.Flags().StringVar(&request.MessageId, "message", "", "the message that it is printed for")
	command.Flags().StringVar(&request.AnswerBy, "answer-by", "", "the day until which the unit is asked to hand in; empty: in five working days")
	name := command.Flags().String("out", "", "the file; empty: the letter's own name, in this folder")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		if len(arguments) == 1 {
			request.CaseId = arguments[0]
		}
		answer, err := t.clients.Notifications.PrintLetter(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		file := cmp.Or(*name, answer.Msg.GetFilename())
		err = intoNewFile(file, func(out io.Writer) error {
			_, err := out.Write(answer.Msg.GetContent())
			return err
		})
		if err != nil {
			return err
		}
		return t.printValue(map[string]string{"file": file}, []string{"FILE"}, [][]string{{file}})
	})
}

func previewCommand() *cobra.Command {
	preview := &cobra.Command{Use: "preview OBLIGATION", Short: "Print a letter as it would be read today; nothing is stored or sent", Args: exactly(1)}
	request := &notificationsv1.PreviewLetterRequest{}
	flags := preview.Flags()
	flags.StringVar(&request.RungId, "rung", "", "of this rung (overdue-1)")
	flags.StringVar(&request.Template, "template", "", "or by this letter's name (returned)")
	flags.StringVar(&request.UnitId, "unit", "", "as a person of this unit would read it; empty: an example")
	flags.StringVar(&request.Language, "language", "vi", "vi or en")
	html := flags.Bool("html", false, "print the HTML part")
	return withTerminal(preview, func(ctx context.Context, t *terminal, arguments []string) error {
		request.ObligationId = arguments[0]
		answer, err := t.clients.Notifications.PreviewLetter(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		switch {
		case t.json:
			return t.printJSON(answer.Msg)
		case *html:
			_, err = fmt.Fprintln(t.out, answer.Msg.GetHtml())
		default:
			_, err = fmt.Fprint(t.out, previewed(answer.Msg))
		}
		return err
	})
}

// previewed is the letter as a mail and as a text message.
func previewed(letter *notificationsv1.PreviewLetterResponse) string {
	text := fmt.Sprintf("To: %s\nSubject: %s\n\n%s", letter.GetRole(), letter.GetSubject(), letter.GetText())
	if letter.GetShort() != "" {
		text += "\nSMS: " + letter.GetShort() + "\n"
	}
	return text
}
