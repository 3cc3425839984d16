package app

import (
	"context"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/rules/calendar"
)

func messageListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List messages of the ledger", Args: cobra.NoArgs}
	request := &notificationsv1.ListMessagesRequest{}
	list.Flags().StringVar(&request.CaseId, "case", "", "of this case")
	list.Flags().StringVar(&request.OfficialId, "official", "", "to this official")
	list.Flags().StringVar(&request.State, "state", "", "waiting, sending, sent, failed, draft or dropped")
	list.Flags().Int32Var(&request.Limit, "limit", 200, "at most so many")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Notifications.ListMessages(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetMessages()))
		for _, m := range answer.Msg.GetMessages() {
			rows = append(rows, []string{m.GetCreatedAt(), m.GetState(), m.GetOfficialId(), m.GetTemplate(), m.GetSubject()})
		}
		return t.print(answer.Msg, []string{"AT", "STATE", "TO", "TEMPLATE", "SUBJECT"}, rows)
	})
}

func digestCommand() *cobra.Command {
	send := &cobra.Command{Use: "digest", Short: "Send today's digest now, once per person (a person may have had it already)", Args: cobra.NoArgs}
	day := send.Flags().String("day", calendar.DateOf(time.Now()).String(), "of this day")
	return withTerminal(send, func(ctx context.Context, t *terminal, _ []string) error {
		request := &notificationsv1.SendDigestRequest{Day: *day, Window: "07:30"}
		answer, err := t.clients.Notifications.SendDigest(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := [][]string{{strconv.Itoa(int(answer.Msg.GetMessages())), strconv.Itoa(int(answer.Msg.GetLines()))}}
		return t.print(answer.Msg, []string{"MESSAGES", "LINES"}, rows)
	})
}
