package portal

import (
	"context"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// boardsOf are the boards that the units have and had.
func (p *portal) boardsOf(ctx context.Context, units []*unitsv1.Unit) ([]*unitsv1.Board, error) {
	request := &unitsv1.ListBoardsRequest{}
	if len(units) == 1 {
		request.UnitId = units[0].GetId()
	}
	answer, err := p.calls.Units.ListBoards(ctx, call(request))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetBoards(), nil
}

// factsOf are what the catalogue judges units by, in their order.
func (p *portal) factsOf(ctx context.Context, units []*unitsv1.Unit) ([]catalogue.UnitFacts, error) {
	boards, err := p.boardsOf(ctx, units)
	if err != nil {
		return nil, err
	}
	return judged(units, boards), nil
}

func judged(units []*unitsv1.Unit, boards []*unitsv1.Board) []catalogue.UnitFacts {
	had := map[string][]catalogue.BoardFacts{}
	for _, board := range boards {
		had[board.GetUnitId()] = append(had[board.GetUnitId()], catalogue.BoardFacts{
			ID: board.GetId(), Kind: board.GetKind(), ValidFrom: wireDay(board.GetValidFrom()), ValidTo: wireDay(board.GetValidTo()),
		})
	}
	facts := make([]catalogue.UnitFacts, len(units))
	for i, unit := range units {
		facts[i] = unitFacts(unit, had[unit.GetId()])
	}
	return facts
}

func unitFacts(unit *unitsv1.Unit, boards []catalogue.BoardFacts) catalogue.UnitFacts {
	return catalogue.UnitFacts{
		ID: unit.GetId(), Kind: unit.GetKind(), Name: unit.GetName(), AreaID: unit.GetAreaId(),
		ValidFrom: wireDay(unit.GetValidFrom()), ValidTo: wireDay(unit.GetValidTo()), Staff: int(unit.GetStaff()),
		WorkingYear: unit.GetWorkingYear(), ReviewerID: unit.GetReviewerId(),
		Born: len(unit.GetPredecessorIds()) > 0, Merged: len(unit.GetPredecessorIds()) > 1,
		Special: unit.GetSpecial(), SpecialGround: unit.GetSpecialGround(), Boards: boards,
		FollowedFrom: wireDay(unit.GetFollowedFrom()),
	}
}

// wireDay is the zero Date for what is no day.
func wireDay(text string) calendar.Date {
	day, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.Date{}
	}
	return day
}
