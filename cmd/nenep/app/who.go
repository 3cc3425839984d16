package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

func areaCommand() *cobra.Command {
	area := &cobra.Command{Use: "area", Short: "Areas (địa bàn): province, districts, communes, with validity and successions"}
	list := &cobra.Command{Use: "list", Short: "List areas", Args: cobra.NoArgs}
	request := &unitsv1.ListAreasRequest{}
	list.Flags().StringVar(&request.On, "on", "", "valid on this day (yyyy-mm-dd)")
	list.Flags().StringVar(&request.Level, "level", "", "province, district or commune")
	list.Flags().StringVar(&request.ParentId, "parent", "", "inside this area")
	list.Flags().StringVar(&request.Query, "name", "", "part of the name, with or without diacritics")
	area.AddCommand(withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListAreas(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetAreas()))
		for _, a := range answer.Msg.GetAreas() {
			rows = append(rows, []string{a.GetId(), a.GetName(), a.GetLevel(), a.GetParentId(), a.GetValidFrom(), a.GetValidTo()})
		}
		return t.print(answer.Msg, []string{"ID", "NAME", "LEVEL", "PARENT", "FROM", "TO"}, rows)
	}))
	show := &cobra.Command{Use: "show ID", Short: "Show one area", Args: exactly(1)}
	area.AddCommand(withTerminal(show, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Units.GetArea(ctx, connect.NewRequest(&unitsv1.GetAreaRequest{Id: arguments[0]}))
		if err != nil {
			return err
		}
		a := answer.Msg
		return t.print(a, []string{"FIELD", "VALUE"}, [][]string{
			{"id", a.GetId()}, {"name", a.GetName()}, {"level", a.GetLevel()}, {"parent", a.GetParentId()},
			{"valid", a.GetValidFrom() + " – " + a.GetValidTo()},
			{"predecessors", strings.Join(append(a.GetPredecessorIds(), a.GetPredecessorsOutside()...), ", ")},
			{"successors", strings.Join(a.GetSuccessorIds(), ", ")}, {"source", a.GetSource()},
		})
	}))
	return area
}

func unitCommand() *cobra.Command {
	unit := &cobra.Command{Use: "unit", Short: "Units (đơn vị): the bodies that owe or receive obligations"}
	list := &cobra.Command{Use: "list", Short: "List units", Args: cobra.NoArgs}
	request := &unitsv1.ListUnitsRequest{}
	list.Flags().StringVar(&request.On, "on", "", "valid on this day (yyyy-mm-dd)")
	list.Flags().StringSliceVar(&request.Kinds, "kind", nil, "kinds, as commune-peoples-committee")
	list.Flags().StringVar(&request.AreaId, "area", "", "in this area")
	list.Flags().StringVar(&request.ParentId, "parent", "", "under this unit")
	list.Flags().StringVar(&request.Query, "name", "", "part of the name, with or without diacritics")
	unit.AddCommand(withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListUnits(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetUnits()))
		for _, u := range answer.Msg.GetUnits() {
			rows = append(rows, []string{u.GetId(), u.GetName(), u.GetKind(), u.GetValidFrom(), u.GetValidTo(), example(u.GetExample())})
		}
		return t.print(answer.Msg, []string{"ID", "NAME", "KIND", "FROM", "TO", ""}, rows)
	}))
	show := &cobra.Command{Use: "show ID", Short: "Show one unit and who holds its positions", Args: exactly(1)}
	on := show.Flags().String("on", "", "on this day (yyyy-mm-dd)")
	unit.AddCommand(withTerminal(show, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: arguments[0], On: *on}))
		if err != nil {
			return err
		}
		names, err := t.replaced(ctx, answer.Msg.GetHolders())
		if err != nil {
			return err
		}
		return t.print(answer.Msg, []string{"FIELD", "VALUE"}, unitRows(answer.Msg, names))
	}))
	return unit
}

// replaced names those in whose place delegates stand; nobody is asked for where there are none.
func (t *terminal) replaced(ctx context.Context, holders []*unitsv1.Holder) (map[string]string, error) {
	request, names := &unitsv1.FindOfficialsRequest{}, map[string]string{}
	for _, holder := range holders {
		if id := holder.GetDelegatedBy(); id != "" {
			request.Ids = append(request.Ids, id)
		}
	}
	if len(request.GetIds()) == 0 {
		return names, nil
	}
	answer, err := t.clients.Units.FindOfficials(ctx, connect.NewRequest(request))
	if err != nil {
		return nil, err
	}
	for _, found := range answer.Msg.GetHolders() {
		names[found.GetOfficial().GetId()] = found.GetOfficial().GetName()
	}
	return names, nil
}

func unitRows(answer *unitsv1.GetUnitResponse, names map[string]string) [][]string {
	u := answer.GetUnit()
	rows := [][]string{
		{"id", u.GetId()}, {"name", u.GetName()}, {"kind", u.GetKind()}, {"area", u.GetAreaId()}, {"parent", u.GetParentId()},
		{"superior", u.GetSuperiorId()}, {"reviewer", u.GetReviewerId()}, {"valid", u.GetValidFrom() + " – " + u.GetValidTo()},
		{"staff", strconv.Itoa(int(u.GetStaff()))}, {"source", strings.TrimSpace(u.GetSource() + " " + example(u.GetExample()))},
	}
	for _, holder := range answer.GetHolders() {
		rows = append(rows, []string{holder.GetPosition().GetRole(), fmt.Sprintf("%s, %s (%s)", holder.GetOfficial().GetName(), holder.GetPosition().GetTitle(), holder.GetOfficial().GetId())})
		rows = append(rows, standInRows(holder, names)...)
	}
	return rows
}

// standInRows say under a delegate in whose place he stands and to which day, in both languages; nothing under the holder himself.
func standInRows(holder *unitsv1.Holder, names map[string]string) [][]string {
	id := holder.GetDelegatedBy()
	if id == "" {
		return nil
	}
	until := holder.GetDelegatedUntil()
	if last, err := calendar.ParseDate(until); err == nil {
		until = last.Vietnamese()
	}
	whom := strings.TrimSpace(names[id] + " (" + id + ")")
	return [][]string{
		{"", fmt.Sprintf("thay %s đến hết ngày %s, theo %s", whom, until, holder.GetDelegationDocument())},
		{"", fmt.Sprintf("stands in for %s until %s, by %s", whom, holder.GetDelegatedUntil(), holder.GetDelegationDocument())},
	}
}

func example(is bool) string {
	if is {
		return "(ví dụ)"
	}
	return ""
}

// exactly refuses a wrong number of arguments with a sentence.
func exactly(n int) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		if len(arguments) == n {
			return nil
		}
		return wire.Refuse(contract.CodeInvalid,
			"Lệnh thiếu hoặc thừa tham số. Cách dùng: "+command.UseLine(),
			"Wrong number of arguments. Usage: "+command.UseLine())
	}
}
