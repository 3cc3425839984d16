package activities

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// calendarMonths is how far around today days off are needed at least: the longest case and its rounds.
const calendarMonths = 30

// world is what cases are expected, opened and reckoned anew by, as it stands at one moment. Nothing of it outlives the activity.
type world struct {
	today     calendar.Date
	catalogue *catalogue.Catalogue // with the province's own settings
	settings  map[string]string    // those that differ from the proposed ones
	units     []catalogue.UnitFacts
	byID      map[string]catalogue.UnitFacts
	events    []catalogue.EventFacts
	byEvent   map[string]catalogue.EventFacts
	calendar  *calendar.Calendar
}

// sight is what of the world is looked at; empty means all of it that stands today.
type sight struct {
	kinds      []string // of units
	unitIDs    []string // these, whether or not they still stand
	obligation string   // whose events
}

func (a *Activities) look(ctx context.Context, today calendar.Date, at sight) (*world, error) {
	if a.clockOffset() != 0 && !a.options.Demo {
		return nil, failure(wire.Refuse(contract.CodeInvalid, "Hệ thống này không chạy thử nên không chuyển đồng hồ được.",
			"This system is no demonstration, so its clock cannot be shifted."))
	}
	w := &world{today: today, byID: map[string]catalogue.UnitFacts{}, byEvent: map[string]catalogue.EventFacts{}}
	for _, part := range []func(context.Context, sight, *world) error{a.lookAtUnits, a.lookAtEvents, a.lookAtSettings} {
		if err := part(ctx, at, w); err != nil {
			return nil, err
		}
	}
	var err error
	w.calendar, err = a.daysOff(ctx, today)
	return w, err
}

func (a *Activities) lookAtUnits(ctx context.Context, at sight, w *world) error {
	request := &unitsv1.ListUnitsRequest{On: w.today.String(), Kinds: at.kinds}
	if at.unitIDs != nil {
		request = &unitsv1.ListUnitsRequest{Ids: at.unitIDs}
	}
	listed, err := a.clients.Units.ListUnits(ctx, connect.NewRequest(request))
	if err != nil {
		return fmt.Errorf("list units: %w", err)
	}
	boards, err := a.boards(ctx)
	if err != nil {
		return err
	}
	for _, unit := range listed.Msg.GetUnits() {
		facts := unitFacts(unit)
		facts.Boards = boards[facts.ID]
		w.units = append(w.units, facts)
		w.byID[facts.ID] = facts
	}
	return nil
}

func (a *Activities) boards(ctx context.Context) (map[string][]catalogue.BoardFacts, error) {
	listed, err := a.clients.Units.ListBoards(ctx, connect.NewRequest(&unitsv1.ListBoardsRequest{}))
	if err != nil {
		return nil, fmt.Errorf("list boards: %w", err)
	}
	of := map[string][]catalogue.BoardFacts{}
	for _, board := range listed.Msg.GetBoards() {
		of[board.GetUnitId()] = append(of[board.GetUnitId()], boardFacts(board))
	}
	return of, nil
}

func (a *Activities) lookAtEvents(ctx context.Context, at sight, w *world) error {
	listed, err := a.clients.Register.ListEvents(ctx, connect.NewRequest(&reportsv1.ListEventsRequest{ObligationId: at.obligation}))
	if err != nil {
		return fmt.Errorf("list events: %w", err)
	}
	for _, event := range listed.Msg.GetEvents() {
		w.add(eventFacts(event))
	}
	return nil
}

// add takes an event in, once.
func (w *world) add(event catalogue.EventFacts) {
	if _, there := w.byEvent[event.ID]; !there {
		w.events = append(w.events, event)
		w.byEvent[event.ID] = event
	}
}

func (a *Activities) lookAtSettings(ctx context.Context, _ sight, w *world) error {
	listed, err := a.clients.Units.ListSettings(ctx, connect.NewRequest(&unitsv1.ListSettingsRequest{}))
	if err != nil {
		return fmt.Errorf("list settings: %w", err)
	}
	w.settings = changedSettings(a.catalogue, listed.Msg.GetSettings())
	w.catalogue, err = a.catalogue.WithSettings(w.settings)
	return err
}

// changedSettings are the province's own values where they differ from the proposed ones, of those that the catalogue declares: the
// table may hold settings of a catalogue that is not loaded.
func changedSettings(cat *catalogue.Catalogue, settings []*unitsv1.Setting) map[string]string {
	declared := map[string]bool{}
	for _, edition := range cat.Editions {
		for _, setting := range edition.Settings {
			declared[setting.Key] = true
		}
	}
	changed := map[string]string{}
	for _, setting := range settings {
		if declared[setting.GetKey()] && setting.GetValue() != "" && setting.GetValue() != setting.GetDefaultValue() {
			changed[setting.GetKey()] = setting.GetValue()
		}
	}
	return changed
}

// daysOff is the table, and what the law lets reckon of the years that it is silent about. Whole years are asked for: half a holiday
// would look like one that the table does not know.
func (a *Activities) daysOff(ctx context.Context, today calendar.Date) (*calendar.Calendar, error) {
	first, last := today.AddMonths(-calendarMonths).Year(), today.AddMonths(calendarMonths).Year()
	answer, err := a.clients.Units.ListDaysOff(ctx, connect.NewRequest(&unitsv1.ListDaysOffRequest{
		From: calendar.NewDate(first, time.January, 1).String(), To: calendar.NewDate(last, time.December, 31).String(),
	}))
	if err != nil {
		return nil, fmt.Errorf("list days off: %w", err)
	}
	days := make([]calendar.Day, 0, len(answer.Msg.GetDays()))
	for _, day := range answer.Msg.GetDays() {
		days = append(days, calendar.Day{Date: dayOf(day.GetDay()), Kind: calendar.DayKind(day.GetKind()), NameVI: day.GetNameVi()})
	}
	cal, err := calendar.New(days)
	if err != nil {
		return nil, err
	}
	return cal.WithComputed(first, last), nil
}

func unitFacts(unit *unitsv1.Unit) catalogue.UnitFacts {
	return catalogue.UnitFacts{
		ID: unit.GetId(), Kind: unit.GetKind(), Name: unit.GetName(), AreaID: unit.GetAreaId(),
		ValidFrom: dayOf(unit.GetValidFrom()), ValidTo: dayOf(unit.GetValidTo()), Staff: int(unit.GetStaff()),
		WorkingYear: unit.GetWorkingYear(), ReviewerID: unit.GetReviewerId(),
		Born: len(unit.GetPredecessorIds()) > 0, Merged: len(unit.GetPredecessorIds()) > 1,
		Special: unit.GetSpecial(), SpecialGround: unit.GetSpecialGround(), FollowedFrom: dayOf(unit.GetFollowedFrom()),
	}
}

func boardFacts(board *unitsv1.Board) catalogue.BoardFacts {
	facts := catalogue.BoardFacts{ID: board.GetId(), Kind: board.GetKind(), ValidFrom: dayOf(board.GetValidFrom()), ValidTo: dayOf(board.GetValidTo())}
	for _, vacancy := range board.GetVacancies() {
		if vacancy.GetFilledOn() == "" {
			facts.Vacancies = append(facts.Vacancies, catalogue.VacancyFacts{On: dayOf(vacancy.GetOn()), Role: vacancy.GetRole()})
		}
	}
	return facts
}

func eventFacts(event *reportsv1.Event) catalogue.EventFacts {
	return catalogue.EventFacts{
		ID: event.GetId(), Obligation: event.GetObligationId(), UnitID: event.GetUnitId(), On: dayOf(event.GetOn()),
		Trigger: event.GetTriggerId(), Facts: event.GetFacts(), OriginCaseID: event.GetOriginCaseId(), BoardID: event.GetBoardId(),
		PassedFrom: event.GetPassedFrom(),
	}
}

// dayOf reads a day that a service of the house wrote; empty means none.
func dayOf(text string) calendar.Date {
	day, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.Date{}
	}
	return day
}
