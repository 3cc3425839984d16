package reports

import (
	"context"
	"errors"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// provincial is the catalogue with the values that the province chose. While units are away the declared ones serve, and in the place
// of a value that fits no more the declared one: nothing that somebody has to record waits for a setting.
func (s *server) provincial(ctx context.Context) *catalogue.Catalogue {
	answer, err := s.units.ListSettings(ctx, connect.NewRequest(&unitsv1.ListSettingsRequest{}))
	if err != nil {
		s.logger.Warn("settings of the province not read, the declared ones serve", zap.Error(err))
		return s.catalogue
	}
	changed := map[string]string{}
	for _, setting := range answer.Msg.GetSettings() {
		if setting.GetValue() != "" && setting.GetValue() != setting.GetDefaultValue() {
			changed[setting.GetKey()] = setting.GetValue()
		}
	}
	own, err := s.catalogue.WithSettings(changed)
	var unfit catalogue.Faults
	if errors.As(err, &unfit) {
		s.logger.Warn("settings of the province do not fit the catalogue, the declared ones serve", zap.Error(err))
		for _, fault := range unfit {
			delete(changed, fault.File) // the setting's key
		}
		own, err = s.catalogue.WithSettings(changed)
	}
	if err != nil {
		return s.catalogue
	}
	return own
}

// editionOn is the edition in force on the day; the newest when none was, or when the day is none.
func editionOn(declared *catalogue.Catalogue, on string, today calendar.Date) *catalogue.Edition {
	day, err := calendar.ParseDate(on)
	if err != nil {
		day = today
	}
	if edition := declared.At(day); edition != nil {
		return edition
	}
	return declared.Latest()
}

// triggerOf is the obligation's trigger as the edition of the day declares it; nil when it declares none such.
func triggerOf(declared *catalogue.Catalogue, code, id, on string) *catalogue.Trigger {
	obligation := editionOn(declared, on, calendar.Date{}).Obligation(code)
	if obligation == nil {
		return nil
	}
	return chosenTrigger(obligation, id, true)
}

// factsOfUnit are what the catalogue judges a unit by; of the boards only the unit's own count.
func factsOfUnit(unit *unitsv1.Unit, boards []*unitsv1.Board) catalogue.UnitFacts {
	facts := catalogue.UnitFacts{
		ID: unit.GetId(), Kind: unit.GetKind(), Name: unit.GetName(), AreaID: unit.GetAreaId(),
		ValidFrom: dayOf(unit.GetValidFrom()), ValidTo: dayOf(unit.GetValidTo()), Staff: int(unit.GetStaff()),
		WorkingYear: unit.GetWorkingYear(), ReviewerID: unit.GetReviewerId(),
		Born: len(unit.GetPredecessorIds()) > 0, Merged: len(unit.GetPredecessorIds()) > 1,
		Special: unit.GetSpecial(), SpecialGround: unit.GetSpecialGround(),
	}
	for _, board := range boards {
		if board.GetUnitId() == unit.GetId() {
			facts.Boards = append(facts.Boards, catalogue.BoardFacts{ID: board.GetId(), Kind: board.GetKind(),
				ValidFrom: dayOf(board.GetValidFrom()), ValidTo: dayOf(board.GetValidTo())})
		}
	}
	return facts
}

// dayOf reads a day that a service of the house wrote; empty means none.
func dayOf(text string) calendar.Date {
	day, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.Date{}
	}
	return day
}
