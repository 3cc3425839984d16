package units

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// ListAreas answers the areas valid on a day, or every area ever.
func (s *server) ListAreas(ctx context.Context, r *connect.Request[unitsv1.ListAreasRequest]) (*connect.Response[unitsv1.ListAreasResponse], error) {
	var read request
	on := read.day("on", r.Msg.GetOn())
	if err := read.err(); err != nil {
		return nil, err
	}
	var rows []area
	err := s.db.WithContext(ctx).Select(areaColumns).
		Scopes(validOn("areas", on), equal("level", r.Msg.GetLevel()), equal("parent_id", r.Msg.GetParentId()), matching(r.Msg.GetQuery())).
		Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list areas: %w", err)
	}
	return connect.NewResponse(&unitsv1.ListAreasResponse{Areas: messages(rows)}), nil
}

// GetArea answers one area.
func (s *server) GetArea(ctx context.Context, r *connect.Request[unitsv1.GetAreaRequest]) (*connect.Response[unitsv1.Area], error) {
	var row area
	err := s.db.WithContext(ctx).Select(areaColumns).Where("id = ?", r.Msg.GetId()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, unknownArea(r.Msg.GetId())
	}
	if err != nil {
		return nil, fmt.Errorf("get area %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(row.message()), nil
}

// ListUnits answers the units valid on a day, or every unit ever, in the order of their ids.
func (s *server) ListUnits(ctx context.Context, r *connect.Request[unitsv1.ListUnitsRequest]) (*connect.Response[unitsv1.ListUnitsResponse], error) {
	var read request
	on := read.day("on", r.Msg.GetOn())
	read.kinds("kinds", r.Msg.GetKinds())
	if err := read.err(); err != nil {
		return nil, err
	}
	var rows []unit
	err := s.db.WithContext(ctx).Select(unitColumns).
		Scopes(validOn("units", on), oneOf("kind", r.Msg.GetKinds()), oneOf("id", r.Msg.GetIds()),
			equal("area_id", r.Msg.GetAreaId()), equal("parent_id", r.Msg.GetParentId()), below(r.Msg.GetUnder()), matching(r.Msg.GetQuery())).
		Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	if len(rows) == 0 {
		if err := s.refuseUnknownPlaces(ctx, r.Msg.GetAreaId(), r.Msg.GetParentId()); err != nil {
			return nil, err
		}
	}
	return connect.NewResponse(&unitsv1.ListUnitsResponse{Units: messages(rows)}), nil
}

// A unit stands below its parent and its superior, and they below theirs; who reviews a unit looks down on that one alone.
const belowSQL = `units.id IN (
WITH RECURSIVE below AS (
	SELECT id FROM units WHERE id IN ? OR reviewer_id IN ?
	UNION
	SELECT u.id FROM units u JOIN below ON u.parent_id = below.id OR u.superior_id = below.id
)
SELECT id FROM below)`

// below keeps the units that stand at or below some, as the tree is today; all where none is named.
func below(ids []string) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if len(ids) == 0 {
			return db
		}
		return db.Where(belowSQL, ids, ids)
	}
}

// refuseUnknownPlaces tells an empty answer from a mistyped area or unit.
func (s *server) refuseUnknownPlaces(ctx context.Context, areaID, unitID string) error {
	if areaID != "" {
		if _, err := s.GetArea(ctx, connect.NewRequest(&unitsv1.GetAreaRequest{Id: areaID})); err != nil {
			return err
		}
	}
	if unitID != "" {
		if _, err := s.unit(ctx, unitID); err != nil {
			return err
		}
	}
	return nil
}

// GetUnit answers a unit with those who hold positions in it on the day, or today; a delegate in the place
// of him who delegated. Who is away and delegated to nobody is answered like any other.
func (s *server) GetUnit(ctx context.Context, r *connect.Request[unitsv1.GetUnitRequest]) (*connect.Response[unitsv1.GetUnitResponse], error) {
	var read request
	on := read.dayOr("on", r.Msg.GetOn(), s.today())
	if err := read.err(); err != nil {
		return nil, err
	}
	found, err := s.unit(ctx, r.Msg.GetId())
	if err != nil {
		return nil, err
	}
	seats, err := s.seats(ctx, on, equal("positions.unit_id", found.ID))
	if err != nil {
		return nil, err
	}
	holders, err := s.holders(ctx, seats)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&unitsv1.GetUnitResponse{Unit: found.message(), Holders: holders}), nil
}

func (s *server) unit(ctx context.Context, id string) (unit, error) {
	var row unit
	err := s.db.WithContext(ctx).Select(unitColumns).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return unit{}, unknownUnit(id)
	}
	if err != nil {
		return unit{}, fmt.Errorf("get unit %s: %w", id, err)
	}
	return row, nil
}
