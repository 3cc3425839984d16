package app

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

func channelsCommand() *cobra.Command {
	channels := &cobra.Command{Use: "channels", Short: "How each channel fares, and whom it does not reach", Args: cobra.NoArgs}
	return withTerminal(channels, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Notifications.ListChannels(ctx, connect.NewRequest(&notificationsv1.ListChannelsRequest{}))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, channelHeader, channelRows(answer.Msg.GetChannels()))
	})
}

var channelHeader = []string{"CHANNEL", "OFFICIAL", "NAME", "FAILURES", "FAILING", "LAST TAKEN", "LAST FAILED", "ANSWER"}

func channelRows(states []*notificationsv1.ChannelState) [][]string {
	rows := make([][]string, len(states))
	for i, s := range states {
		rows[i] = []string{s.GetChannel(), s.GetOfficialId(), s.GetName(), strconv.Itoa(int(s.GetFailures())), strconv.FormatBool(s.GetFailing()),
			s.GetLastTakenAt(), s.GetLastFailedAt(), s.GetLastAnswer()}
	}
	return rows
}

func preferencesCommand() *cobra.Command {
	command := &cobra.Command{Use: "preferences OFFICIAL", Short: "Show how an official is told; with flags, change it", Args: exactly(1)}
	flags := command.Flags()
	language := flags.String("language", "", "vi or en")
	channels := flags.StringSlice("channels", nil, "tried in this order (email,zalo)")
	window := flags.String("window", "", "time of day of the digest (07:30)")
	consents := flags.StringArray("consent", nil, "channel=day on which he agreed to sms or zalo; channel= takes it back; again for each")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Notifications.GetPreferences(ctx, connect.NewRequest(&notificationsv1.GetPreferencesRequest{OfficialId: arguments[0]}))
		if err != nil {
			return err
		}
		if flags.Changed("language") || flags.Changed("channels") || flags.Changed("window") || flags.Changed("consent") {
			chosen := answer.Msg.GetPreferences()
			chosen.OfficialId = arguments[0]
			if err := changePreferences(chosen, *language, *channels, *window, *consents); err != nil {
				return err
			}
			if answer, err = t.clients.Notifications.SetPreferences(ctx, connect.NewRequest(chosen)); err != nil {
				return err
			}
		}
		return t.print(answer.Msg, []string{"WHAT", "VALUE"}, preferenceRows(answer.Msg))
	})
}

// changePreferences leaves alone what no flag names.
func changePreferences(chosen *notificationsv1.Preferences, language string, channels []string, window string, consents []string) error {
	days, err := factMap(consents)
	if err != nil {
		return err
	}
	if language != "" {
		chosen.Language = language
	}
	if channels != nil {
		chosen.Channels = channels
	}
	if window != "" {
		chosen.Window = window
	}
	for _, channel := range slices.Sorted(maps.Keys(days)) {
		chosen.Consents = slices.DeleteFunc(chosen.GetConsents(), func(c *notificationsv1.Consent) bool { return c.GetChannel() == channel })
		if days[channel] != "" {
			chosen.Consents = append(chosen.Consents, &notificationsv1.Consent{Channel: channel, On: days[channel]})
		}
	}
	return nil
}

func preferenceRows(answer *notificationsv1.GetPreferencesResponse) [][]string {
	chosen := answer.GetPreferences()
	rows := [][]string{
		{"language", chosen.GetLanguage()}, {"channels", strings.Join(chosen.GetChannels(), ", ")}, {"window", chosen.GetWindow()},
		{"windows offered", strings.Join(answer.GetWindows(), ", ")}, {"channels there are", strings.Join(answer.GetChannels(), ", ")},
	}
	for _, consent := range chosen.GetConsents() {
		rows = append(rows, []string{"agreed to " + consent.GetChannel(), consent.GetOn()})
	}
	for _, mute := range chosen.GetMutes() {
		rows = append(rows, []string{"muted", mute.GetCaseId() + " until " + mute.GetUntil()})
	}
	for _, state := range answer.GetReach() {
		if state.GetFailing() {
			rows = append(rows, []string{"does not reach him", state.GetChannel() + ": " + state.GetLastAnswer()})
		}
	}
	return rows
}
