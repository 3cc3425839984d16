package reports

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"nenep/proto/wire"
	"nenep/services/internal/sight"
)

// inSight is which cases a caller reads: all, or those of some units and those that some bodies review.
type inSight struct{ sight.Sight }

// sightOf answers what the caller reads. The services read everything.
func (s *server) sightOf(ctx context.Context) (inSight, error) {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return inSight{sight.Sight{All: true}}, nil
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return inSight{}, err
	}
	posts := make([]sight.Post, len(hats))
	for i, h := range hats {
		posts[i] = sight.Post{UnitID: h.unitID, UnitKind: h.unitKind, Role: h.role, AreaID: h.areaID}
	}
	sees, err := sight.Of(ctx, s.units, posts)
	if err != nil {
		return inSight{}, s.unitsAway(err)
	}
	return inSight{sees}, nil
}

func (v inSight) sees(row caseRow) bool {
	return v.All || slices.Contains(v.Units, row.UnitID) || row.ReviewerUnitID != "" && slices.Contains(v.Reviewing, row.ReviewerUnitID)
}

// scope keeps the cases in sight.
func (v inSight) scope(db *gorm.DB) *gorm.DB {
	if v.All {
		return db
	}
	return db.Where("(unit_id = ANY(?) OR reviewer_unit_id = ANY(?))", textArray(v.Units), textArray(v.Reviewing))
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
