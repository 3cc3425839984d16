package reports

import (
	"context"
	"slices"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const provinceLevel = "province"

// sight is which cases a caller reads: all, or those of some units and those that some bodies review.
type sight struct {
	all       bool
	units     []string
	reviewing []string
}

// overseeing are the positions that look down on other units, each from its own place in the tree.
func overseeing(hats []hat) []hat {
	return slices.DeleteFunc(slices.Clone(hats), func(h hat) bool {
		return !slices.Contains([]string{roleSupervisor, roleReviewer, roleLeader}, h.role)
	})
}

// seesAll tells who reads every case: auditors and administrators, who reviews or leads in the standing agency, and who supervises from a
// body of the province. Who oversees nobody is shown his own units by the pages.
func seesAll(hats []hat, provincial func(areaID string) bool) bool {
	if slices.ContainsFunc(hats, func(h hat) bool { return h.role == roleAuditor || h.role == roleAdministrator }) {
		return true
	}
	from := overseeing(hats)
	return len(from) == 0 || slices.ContainsFunc(from, func(h hat) bool {
		return h.unitKind == standingAgencyKind || h.role == roleSupervisor && provincial(h.areaID)
	})
}

// sightOf answers what the caller reads. The services read everything.
func (s *server) sightOf(ctx context.Context) (sight, error) {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return sight{all: true}, nil
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return sight{}, err
	}
	var away error
	if seesAll(hats, func(areaID string) bool {
		area, err := s.units.GetArea(ctx, connect.NewRequest(&unitsv1.GetAreaRequest{Id: areaID}))
		if err != nil {
			away = s.unitsAway(err)
			return false
		}
		return area.Msg.GetLevel() == provinceLevel
	}) {
		return sight{all: true}, nil
	}
	if away != nil {
		return sight{}, away
	}
	return s.sightBelow(ctx, hats)
}

// sightBelow is a sight of the person's own units and of those below where he oversees.
func (s *server) sightBelow(ctx context.Context, hats []hat) (sight, error) {
	var sees sight
	for _, h := range hats {
		sees.units = append(sees.units, h.unitID)
	}
	for _, h := range overseeing(hats) {
		sees.reviewing = append(sees.reviewing, h.unitID)
	}
	answer, err := s.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Under: sees.reviewing}))
	if err != nil {
		return sight{}, s.unitsAway(err)
	}
	for _, unit := range answer.Msg.GetUnits() {
		sees.units = append(sees.units, unit.GetId())
	}
	return sees, nil
}

func (v sight) sees(row caseRow) bool {
	return v.all || slices.Contains(v.units, row.UnitID) || row.ReviewerUnitID != "" && slices.Contains(v.reviewing, row.ReviewerUnitID)
}

// scope keeps the cases in sight.
func (v sight) scope(db *gorm.DB) *gorm.DB {
	if v.all {
		return db
	}
	return db.Where("(unit_id = ANY(?) OR reviewer_unit_id = ANY(?))", textArray(v.units), textArray(v.reviewing))
}

// maySee refuses a case that is out of the caller's sight, unless one that goes on with it is in it.
func (s *server) maySee(ctx context.Context, row caseRow) error {
	sees, err := s.sightOf(ctx)
	if err != nil || sees.sees(row) {
		return err
	}
	heirs, err := s.register.heirs(ctx, row.ID)
	if err != nil || slices.ContainsFunc(heirs, sees.sees) {
		return err
	}
	return s.notYours(ctx, "xem hồ sơ", "read the case", row.UnitID)
}
