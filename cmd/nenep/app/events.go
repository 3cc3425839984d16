package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

func eventCommand() *cobra.Command {
	root := &cobra.Command{Use: "event", Short: "Events that oblige a unit: a project has started, a member has left, a petition has arrived"}
	root.AddCommand(eventRecordCommand(), eventListCommand(), eventTriggersCommand())
	return root
}

func eventRecordCommand() *cobra.Command {
	record := &cobra.Command{Use: "record [OBLIGATION UNIT]", Short: "Record an event; its case opens at once", Args: noneOr(2)}
	request := &reportsv1.RecordEventRequest{}
	flags := record.Flags()
	flags.StringVar(&request.ObligationId, "obligation", "", "the obligation it opens (BCD-04), where not named first")
	flags.StringVar(&request.UnitId, "unit", "", "the unit obliged, where not named second")
	flags.StringVar(&request.On, "on", "", "the day it happened (yyyy-mm-dd)")
	flags.StringVar(&request.TriggerId, "trigger", "", "what happened, as the command triggers names it; not needed where there is only one")
	facts := flags.StringArray("fact", nil, "key=value, as the trigger asks; again for each")
	flags.StringVar(&request.OriginCaseId, "origin", "", "the case out of which it is raised (a petition's conference)")
	flags.StringVar(&request.BoardId, "board", "", "the board it happened in")
	flags.BoolVar(&request.EveryUnit, "every-unit", false, "it happened to all obliged units: one event each")
	flags.StringVar(&request.Words, "words", "", "what happened")
	flags.StringVar(&request.IdempotencyKey, "key", "", "the same event again changes nothing")
	return withTerminal(record, func(ctx context.Context, t *terminal, arguments []string) error {
		if err := fillEvent(request, arguments, *facts); err != nil {
			return err
		}
		answer, err := t.clients.Acts.RecordEvent(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		e := answer.Msg
		opened := contract.CaseID(e.GetObligationId(), e.GetUnitId(), e.GetId())
		return t.print(e, []string{"EVENT", "CASE"}, [][]string{{e.GetId(), opened}})
	})
}

// fillEvent takes what the command line says into the request.
func fillEvent(request *reportsv1.RecordEventRequest, arguments, pairs []string) error {
	if len(arguments) == 2 {
		request.ObligationId, request.UnitId = arguments[0], arguments[1]
	}
	facts, err := factMap(pairs)
	request.Facts = facts
	request.IdempotencyKey = cmp.Or(request.GetIdempotencyKey(), uuid.NewString())
	return err
}

func eventListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List events", Args: cobra.NoArgs}
	request := &reportsv1.ListEventsRequest{}
	list.Flags().StringVar(&request.ObligationId, "obligation", "", "of this obligation")
	list.Flags().StringVar(&request.UnitId, "unit", "", "of this unit")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Register.ListEvents(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetEvents()))
		for _, e := range answer.Msg.GetEvents() {
			rows = append(rows, []string{e.GetId(), e.GetObligationId(), e.GetUnitId(), e.GetOn(), e.GetTriggerId(), factLine(e.GetFacts()), e.GetOriginCaseId(), e.GetWords()})
		}
		return t.print(answer.Msg, []string{"EVENT", "OBLIGATION", "UNIT", "ON", "TRIGGER", "FACTS", "RAISED BY", "WHAT"}, rows)
	})
}

func factLine(facts map[string]string) string {
	pairs := make([]string, 0, len(facts))
	for _, key := range slices.Sorted(maps.Keys(facts)) {
		pairs = append(pairs, key+"="+facts[key])
	}
	return strings.Join(pairs, " ")
}

func eventTriggersCommand() *cobra.Command {
	command := &cobra.Command{Use: "triggers OBLIGATION", Short: "What can be recorded for an obligation, with the facts asked", Args: exactly(1)}
	return withCatalogue(command, func(t *terminal, cat *catalogue.Catalogue, arguments []string) error {
		obligation := cat.Latest().Obligation(arguments[0])
		if obligation == nil {
			return noObligation(arguments[0])
		}
		triggers := obligation.Triggers
		if triggers == nil {
			triggers = []catalogue.Trigger{}
		}
		rows := make([][]string, 0, len(triggers))
		for _, trigger := range triggers {
			rows = append(rows, triggerRows(trigger)...)
		}
		return t.printValue(triggers, []string{"TRIGGER", "WHAT", "RECORDED BY", "FACTS"}, rows)
	})
}

// triggerRows are the trigger's line and one line for each further fact.
func triggerRows(trigger catalogue.Trigger) [][]string {
	by := "người ghi"
	if trigger.Automatic != "" {
		by = "hệ thống (" + trigger.Automatic + ")"
	}
	if trigger.EveryUnit {
		by += ", --every-unit"
	}
	rows := [][]string{{trigger.ID, trigger.Title.VI, by, ""}}
	for i, fact := range trigger.Facts {
		if i == 0 {
			rows[0][3] = factAsked(fact)
			continue
		}
		rows = append(rows, []string{"", "", "", factAsked(fact)})
	}
	return rows
}

func factAsked(fact catalogue.Fact) string {
	kind := fact.Kind
	if len(fact.Choices) > 0 {
		ids := make([]string, len(fact.Choices))
		for i, choice := range fact.Choices {
			ids[i] = choice.ID
		}
		kind = strings.Join(ids, "|")
	}
	needed := ""
	if fact.Required {
		needed = ", bắt buộc"
	}
	return fmt.Sprintf("%s=<%s> %s%s", fact.Key, kind, fact.Title.VI, needed)
}

// noneOr takes no argument or n of them.
func noneOr(n int) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		if len(arguments) == 0 {
			return nil
		}
		return exactly(n)(command, arguments)
	}
}

func noObligation(code string) error {
	return wire.Refuse(contract.CodeNotFound, "Danh mục không có nhiệm vụ “"+code+"”. Xem các nhiệm vụ bằng nenep catalogue list.",
		"The catalogue has no obligation "+code+". See nenep catalogue list.")
}
