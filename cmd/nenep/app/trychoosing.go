package app

import (
	"context"
	"errors"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// choose reads catalogue, settings, units and days off as they are today, and chooses the example among them.
func (y *trial) choose(ctx context.Context, obligation, unit string) (triedEvent, error) {
	today := calendar.DateOf(y.began)
	cat, err := y.provincial(ctx)
	if err != nil {
		return triedEvent{}, err
	}
	request := &unitsv1.ListUnitsRequest{On: today.String()}
	if unit != "" {
		request.Ids = []string{unit}
	}
	listed, err := y.t.clients.Units.ListUnits(ctx, connect.NewRequest(request))
	if err != nil {
		return triedEvent{}, err
	}
	var units []catalogue.UnitFacts
	for _, u := range listed.Msg.GetUnits() {
		units = append(units, catalogue.UnitFacts{
			ID: u.GetId(), Kind: u.GetKind(), AreaID: u.GetAreaId(), Staff: int(u.GetStaff()), WorkingYear: u.GetWorkingYear(), ReviewerID: u.GetReviewerId(),
			Merged: len(u.GetPredecessorIds()) > 1, Born: len(u.GetPredecessorIds()) > 0, Special: u.GetSpecial(), SpecialGround: u.GetSpecialGround(),
			ValidFrom: civil(u.GetValidFrom()), ValidTo: civil(u.GetValidTo()), FollowedFrom: civil(u.GetFollowedFrom()),
		})
	}
	if y.days, _, err = y.t.daysOff(ctx, today.AddDays(-400), today.AddDays(400)); err != nil {
		return triedEvent{}, err
	}
	if chosen, found := chooseExample(cat, units, y.days, today, obligation); found {
		return chosen, nil
	}
	return triedEvent{}, wire.Refuse(contract.CodeInvalid,
		"Không tìm được nhiệm vụ theo sự kiện không cần số liệu và đơn vị thuộc đối tượng. Nêu bằng --obligation và --unit, hoặc kiểm tra danh mục và danh sách đơn vị.",
		"No obligation by event without facts, and no unit that owes it, was found. Name them by --obligation and --unit, or check catalogue and units.")
}

// civil is the day; the zero day for a text that is none.
func civil(text string) calendar.Date {
	day, _ := calendar.ParseDate(text)
	return day
}

// provincial is the catalogue with the values that the province chose, where they fit it.
func (y *trial) provincial(ctx context.Context) (*catalogue.Catalogue, error) {
	declared, err := catalogue.Open(y.t.cfg.Catalogue)
	if err != nil {
		return nil, catalogueFaults(err)
	}
	answer, err := y.t.clients.Units.ListSettings(ctx, connect.NewRequest(&unitsv1.ListSettingsRequest{}))
	if err != nil {
		return nil, err
	}
	changed := map[string]string{}
	for _, setting := range answer.Msg.GetSettings() {
		if setting.GetValue() != "" && setting.GetValue() != setting.GetDefaultValue() {
			changed[setting.GetKey()] = setting.GetValue()
		}
	}
	own, err := declared.WithSettings(changed)
	var unfit catalogue.Faults
	if errors.As(err, &unfit) {
		return declared, nil
	}
	return own, err
}
