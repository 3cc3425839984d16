package units

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// seat is a position on a day: who holds it, whether he is away, and by which delegation another stands in.
type seat struct {
	position
	delegation *delegation
	absence    *absence
}

// sitting is who is told and acts: the delegate where there is one.
func (p seat) sitting() official {
	if p.delegation != nil {
		return p.delegation.Delegate
	}
	return p.Official
}

// inForce keeps delegations that hold on the day, whose delegate is still in office: one who left the
// service acts for nobody.
func inForce(on calendar.Date) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		return db.Where("delegations.from_day <= ? AND coalesce(delegations.revoked_on, delegations.to_day + 1) > ?", day{on}, day{on}).
			Where(`EXISTS (SELECT FROM positions his JOIN units ON units.id = his.unit_id WHERE his.official_id = delegations.delegate_id
				AND his.valid_from <= ? AND (his.valid_to IS NULL OR his.valid_to >= ?)
				AND units.valid_from <= ? AND (units.valid_to IS NULL OR units.valid_to >= ?))`, day{on}, day{on}, day{on}, day{on})
	}
}

// awayOn keeps absences that the day is part of.
func awayOn(on calendar.Date) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		return db.Where("from_day <= ? AND coalesce(ended_on, to_day) >= ?", day{on}, day{on})
	}
}

// delegatePresent leaves out delegations whose delegate is away himself on the day: he counts as none.
func delegatePresent(on calendar.Date) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		return db.Where(`NOT EXISTS (SELECT FROM absences away WHERE away.official_id = delegations.delegate_id
			AND away.from_day <= ? AND coalesce(away.ended_on, away.to_day) >= ?)`, day{on}, day{on})
	}
}

// seats answers positions held on a day, each with who stands in it and whether its holder is away.
func (s *server) seats(ctx context.Context, on calendar.Date, which ...func(*gorm.DB) *gorm.DB) ([]seat, error) {
	rows, err := s.positions(ctx, on, which...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.OfficialID
	}
	var delegations []delegation
	err = s.db.WithContext(ctx).Preload("Delegate").Scopes(inForce(on), delegatePresent(on), oneOf("delegations.official_id", ids)).Find(&delegations).Error
	if err != nil {
		return nil, fmt.Errorf("find delegations: %w", err)
	}
	var absences []absence
	if err := s.db.WithContext(ctx).Scopes(awayOn(on), oneOf("official_id", ids)).Find(&absences).Error; err != nil {
		return nil, fmt.Errorf("find absences: %w", err)
	}
	return seatsOf(rows, delegations, absences), nil
}

func seatsOf(rows []position, delegations []delegation, absences []absence) []seat {
	seats := make([]seat, len(rows))
	for i, row := range rows {
		seats[i] = seat{position: row}
		if at := slices.IndexFunc(delegations, func(d delegation) bool { return d.of(row) }); at >= 0 {
			seats[i].delegation = &delegations[at]
		}
		if at := slices.IndexFunc(absences, func(a absence) bool { return a.OfficialID == row.OfficialID }); at >= 0 {
			seats[i].absence = &absences[at]
		}
	}
	return seats
}

// lentTo answers the positions of others in which an official may act on a day, by delegation. That he is away
// takes no right from him.
func (s *server) lentTo(ctx context.Context, delegateID string, on calendar.Date, which ...func(*gorm.DB) *gorm.DB) ([]seat, error) {
	var delegations []delegation
	err := s.db.WithContext(ctx).Preload("Delegate").Scopes(inForce(on), equal("delegations.delegate_id", delegateID)).Find(&delegations).Error
	if err != nil {
		return nil, fmt.Errorf("find delegations to %s: %w", delegateID, err)
	}
	if len(delegations) == 0 {
		return nil, nil
	}
	lent := make([][]any, len(delegations))
	for i, d := range delegations {
		lent[i] = []any{d.OfficialID, d.UnitID, d.Role}
	}
	rows, err := s.positions(ctx, on, append(slices.Clone(which), func(db *gorm.DB) *gorm.DB {
		return db.Where("(positions.official_id, positions.unit_id, positions.role) IN ?", lent)
	})...)
	return seatsOf(rows, delegations, nil), err
}

// own are positions as their holders hold them, whoever stands in.
func own(rows []position) []seat { return seatsOf(rows, nil, nil) }

// holders writes seats as the caller may see them.
func (s *server) holders(ctx context.Context, seats []seat) ([]*unitsv1.Holder, error) {
	sitting := make([]official, len(seats))
	for i, p := range seats {
		sitting[i] = p.sitting()
	}
	sees, err := s.sightOf(ctx, sitting...)
	if err != nil {
		return nil, err
	}
	holders := make([]*unitsv1.Holder, len(seats))
	for i, p := range seats {
		holders[i] = &unitsv1.Holder{Official: s.officialMessage(sitting[i], sees), Unit: p.Unit.message(), Position: p.message()}
		if d := p.delegation; d != nil {
			holders[i].DelegatedBy, holders[i].DelegatedUntil, holders[i].DelegationDocument = d.OfficialID, d.last().String(), d.Document
		}
	}
	return holders, nil
}
