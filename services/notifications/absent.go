package notifications

import (
	"context"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// addAbsent tells what a synthesis came to and names the units that are not in it, in the order in which they were given.
func (s *service) addAbsent(ctx context.Context, m matter, l *letter) error {
	l.Version, l.Closes = m.facts["synthesis_version"], plainDay(m.facts["closing_day"])
	l.Owed, l.InTime, l.LateOnes = number(m.facts["reports_owed"]), number(m.facts["reports_in_time"]), number(m.facts["reports_late"])
	l.ReturnedOnes, l.MissingOnes, l.Absent = number(m.facts["reports_returned"]), number(m.facts["reports_missing"]), number(m.facts["units_missing"])
	if m.facts["missing_units"] == "" {
		return nil
	}
	ids := strings.Split(m.facts["missing_units"], "\n")
	answer, err := s.clients.Units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Ids: ids}))
	if err != nil {
		return s.away("units", err)
	}
	units := map[string]*unitsv1.Unit{}
	for _, unit := range answer.Msg.GetUnits() {
		units[unit.GetId()] = unit
	}
	lang := languageOf(m.facts)
	named := make([]string, len(ids))
	for i, id := range ids {
		named[i] = nameOf(lang, units[id], id)
	}
	if all, err := strconv.Atoi(m.facts["units_missing"]); err == nil && all > len(ids) {
		named = append(named, lang.otherUnits(all-len(ids)))
	}
	l.AbsentUnits = strings.Join(named, "; ")
	return nil
}
