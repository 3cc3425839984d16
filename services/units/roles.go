package units

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// Kinds of unit a role can lead to without the asking unit naming one.
const (
	kindStandingAgency    = "standing-agency"
	kindSteeringCommittee = "steering-committee"
)

// route says where a role of a unit leads and who answers there: the first of the positions that
// anybody holds.
type route struct {
	link      func(unit) reference // to another unit by name; nil with kind "" stays in the unit
	kind      string               // to the province's unit of a kind
	positions []string
}

var routes = map[string]route{
	"contact":         {positions: []string{"contact"}},
	"head":            {positions: []string{"head"}},
	"deputy":          {positions: []string{"deputy"}},
	"leader":          {positions: []string{"leader"}},
	"supervisor":      {positions: []string{"supervisor"}},
	"auditor":         {positions: []string{"auditor"}},
	"administrator":   {positions: []string{"administrator"}},
	"union-chair":     {positions: []string{"union-chair"}},
	"superior":        {link: func(u unit) reference { return u.SuperiorID }, positions: []string{"contact", "head"}},
	"reviewer":        {link: func(u unit) reference { return u.ReviewerID }, positions: []string{"reviewer"}},
	"reviewer-head":   {link: func(u unit) reference { return u.ReviewerID }, positions: []string{"head", "leader", "deputy"}},
	"standing-agency": {kind: kindStandingAgency, positions: []string{"leader", "contact"}},
	"committee":       {kind: kindSteeringCommittee, positions: []string{"supervisor"}},
}

func routeNames() string {
	names := make([]string, 0, len(routes))
	for name := range routes {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// ResolveRole answers who is told for a role of a unit on a day, or today: its holders, a delegate in the
// place of him who delegated, unless the duty is personal. Who is away and delegated to nobody is left out
// and named; where all of a position are away, the next position of the role is asked. Nobody is an empty
// answer with the unit that was asked.
func (s *server) ResolveRole(ctx context.Context, r *connect.Request[unitsv1.ResolveRoleRequest]) (*connect.Response[unitsv1.ResolveRoleResponse], error) {
	var read request
	on := read.dayOr("on", r.Msg.GetOn(), s.today())
	way, known := routes[r.Msg.GetRole()]
	if !known {
		read.faults = append(read.faults, wire.Field("role",
			fmt.Sprintf("Không có vai trò “%s”. Chọn một trong: %s.", r.Msg.GetRole(), routeNames()),
			fmt.Sprintf("There is no role %q. Choose one of: %s.", r.Msg.GetRole(), routeNames())))
	}
	if err := read.err(); err != nil {
		return nil, err
	}
	asked, err := s.unit(ctx, r.Msg.GetUnitId())
	if err != nil {
		return nil, err
	}
	target, err := s.follow(ctx, way, asked, on)
	if err != nil {
		return nil, err
	}
	found, err := s.firstHeld(ctx, target, way.positions, on, r.Msg.GetPersonal())
	if err != nil {
		return nil, err
	}
	holders, err := s.holders(ctx, found.told)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&unitsv1.ResolveRoleResponse{UnitId: target, Holders: holders, Absent: found.absent()}), nil
}

// follow answers the unit a route leads to; empty when there is none.
func (s *server) follow(ctx context.Context, way route, asked unit, on calendar.Date) (string, error) {
	switch {
	case way.kind != "":
		return s.provincialUnit(ctx, way.kind, on)
	case way.link == nil:
		return asked.ID, nil
	case way.link(asked) == "":
		return "", nil
	}
	return s.standing(ctx, string(way.link(asked)), on)
}

// provincialUnit is the province's unit of a kind on a day; communes may have committees of their own.
func (s *server) provincialUnit(ctx context.Context, kind string, on calendar.Date) (string, error) {
	var ids []string
	err := s.db.WithContext(ctx).Model(&unit{}).Joins("JOIN areas ON areas.id = units.area_id AND areas.level = 'province'").
		Scopes(validOn("units", on), equal("units.kind", kind)).Order("units.id").Limit(1).Pluck("units.id", &ids).Error
	if err != nil {
		return "", fmt.Errorf("find the %s: %w", kind, err)
	}
	return strings.Join(ids, ""), nil
}

// A unit names its superior and reviewer of today. For another day their line is walked, one way
// only, to whoever stood there on that day; of several, the one of the same kind.
const standingSQL = `
WITH RECURSIVE start AS (SELECT id, kind, valid_from > @on AS back FROM units WHERE id = @id),
line AS (
	SELECT u.id, u.kind, u.valid_from, u.valid_to FROM units u JOIN start USING (id)
	UNION
	SELECT u.id, u.kind, u.valid_from, u.valid_to
	FROM line CROSS JOIN start
	JOIN unit_successions s ON (start.back AND s.to_id = line.id AND line.valid_from > @on)
		OR (NOT start.back AND s.from_id = line.id AND line.valid_to < @on)
	JOIN units u ON u.id = CASE WHEN start.back THEN s.from_id ELSE s.to_id END
)
SELECT line.id FROM line CROSS JOIN start
WHERE line.valid_from <= @on AND (line.valid_to IS NULL OR line.valid_to >= @on)
ORDER BY line.kind <> start.kind, line.id LIMIT 1`

// standing is who stood on the day where the unit stands now; the unit itself when nobody did.
func (s *server) standing(ctx context.Context, id string, on calendar.Date) (string, error) {
	var found []string
	err := s.db.WithContext(ctx).Raw(standingSQL, map[string]any{"id": id, "on": day{on}}).Scan(&found).Error
	if err != nil {
		return "", fmt.Errorf("find who stood for unit %s on %s: %w", id, on, err)
	}
	if len(found) == 0 {
		return id, nil
	}
	return found[0], nil
}

// reached is who is told for a role, and who would be but is away.
type reached struct{ told, away []seat }

func (f reached) absent() []*unitsv1.Absence {
	var absences []*unitsv1.Absence
	for _, p := range f.away {
		told := p.absence.message(false)
		if !slices.ContainsFunc(absences, func(a *unitsv1.Absence) bool { return a.GetId() == told.GetId() }) {
			absences = append(absences, told)
		}
	}
	return absences
}

// firstHeld answers who is told at the first of the positions at which anybody is.
func (s *server) firstHeld(ctx context.Context, unitID string, positions []string, on calendar.Date, personal bool) (reached, error) {
	if unitID == "" {
		return reached{}, nil
	}
	seats, err := s.seats(ctx, on, equal("positions.unit_id", unitID), oneOf("positions.role", positions))
	if err != nil {
		return reached{}, err
	}
	return firstReached(seats, positions, personal), nil
}

func firstReached(seats []seat, positions []string, personal bool) reached {
	var found reached
	for _, role := range positions {
		for _, p := range seats {
			if p.Role != role {
				continue
			}
			if personal {
				p.delegation = nil
			}
			if p.delegation == nil && p.absence != nil {
				found.away = append(found.away, p)
			} else {
				found.told = append(found.told, p)
			}
		}
		if len(found.told) > 0 {
			return found
		}
	}
	return found
}

// positions answers positions held on a day in units that exist on it: by unit, the head first.
func (s *server) positions(ctx context.Context, on calendar.Date, which ...func(*gorm.DB) *gorm.DB) ([]position, error) {
	var rows []position
	err := s.db.WithContext(ctx).
		Joins("JOIN units ON units.id = positions.unit_id").
		Scopes(validOn("positions", on), validOn("units", on)).Scopes(which...).
		Preload("Official").Preload("Unit", func(db *gorm.DB) *gorm.DB { return db.Select(unitColumns) }).
		Order("positions.unit_id, array_position(ARRAY['head','deputy','leader','contact','reviewer','supervisor','auditor','union-chair','administrator'], positions.role), positions.official_id").
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find positions: %w", err)
	}
	return rows, nil
}
