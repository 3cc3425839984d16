package notifications

import (
	"context"

	"gorm.io/gorm"
	"nenep/proto/wire"
	"nenep/services/internal/sight"
)

// inSight keeps the messages that the caller reads: his own, those of units and bodies in his sight, and those about cases of such units. The
// services read everything.
func (s *service) inSight(ctx context.Context) (func(*gorm.DB) *gorm.DB, error) {
	official := wire.IdentityOf(ctx).OfficialID
	all := func(query *gorm.DB) *gorm.DB { return query }
	if official == "" {
		return all, nil
	}
	held, err := s.hats(ctx, official, today(s.now()).String())
	if err != nil {
		return nil, err
	}
	var posts []sight.Post
	for _, h := range held.GetHats() {
		posts = append(posts, sight.Post{UnitID: h.GetPosition().GetUnitId(), UnitKind: h.GetUnit().GetKind(), Role: h.GetPosition().GetRole(), AreaID: h.GetUnit().GetAreaId()})
	}
	sees, err := sight.Of(ctx, s.clients.Units, posts)
	if err != nil {
		return nil, s.away("units", err)
	}
	if sees.All {
		return all, nil
	}
	units := listedTexts(sees.Units)
	return func(query *gorm.DB) *gorm.DB {
		// The second part of a case's id is its unit.
		return query.Where("(official_id = ? OR unit_id = ANY(?::text[]) OR sender_unit_id = ANY(?::text[]) OR split_part(case_id, '/', 2) = ANY(?::text[]))", official, units, units, units)
	}, nil
}
