package units

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// ListHats answers every position an official holds on a day, or today, and after them those of others in
// which he may act by delegation.
func (s *server) ListHats(ctx context.Context, r *connect.Request[unitsv1.ListHatsRequest]) (*connect.Response[unitsv1.ListHatsResponse], error) {
	var read request
	on := read.dayOr("on", r.Msg.GetOn(), s.today())
	if err := read.err(); err != nil {
		return nil, err
	}
	var row official
	err := s.db.WithContext(ctx).Where("id = ?", r.Msg.GetOfficialId()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, unknownOfficial(r.Msg.GetOfficialId())
	}
	if err != nil {
		return nil, fmt.Errorf("get official %s: %w", r.Msg.GetOfficialId(), err)
	}
	hats, err := s.hats(ctx, row.ID, on)
	if err != nil {
		return nil, err
	}
	sees, err := s.sightOf(ctx, row)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&unitsv1.ListHatsResponse{Official: s.officialMessage(row, sees), Hats: hats}), nil
}

func (s *server) hats(ctx context.Context, officialID string, on calendar.Date) ([]*unitsv1.Holder, error) {
	held, err := s.positions(ctx, on, equal("positions.official_id", officialID))
	if err != nil {
		return nil, err
	}
	lent, err := s.lentTo(ctx, officialID, on)
	if err != nil {
		return nil, err
	}
	return s.holders(ctx, append(own(held), lent...))
}

// FindOfficials answers officials with the positions they hold today, those of the role when one
// is asked for, by name. Who holds none comes without a position, unless a role was asked for.
// The limit counts officials; none means all.
func (s *server) FindOfficials(ctx context.Context, r *connect.Request[unitsv1.FindOfficialsRequest]) (*connect.Response[unitsv1.FindOfficialsResponse], error) {
	found, err := s.officials(ctx, r.Msg)
	if err != nil || len(found) == 0 {
		return connect.NewResponse(&unitsv1.FindOfficialsResponse{}), err
	}
	ids := make([]string, len(found))
	for i, row := range found {
		ids[i] = row.ID
	}
	rows, err := s.positions(ctx, s.today(), oneOf("positions.official_id", ids), equal("positions.role", r.Msg.GetRole()))
	if err != nil {
		return nil, err
	}
	held, err := s.holders(ctx, own(rows))
	if err != nil {
		return nil, err
	}
	sees, err := s.sightOf(ctx, found...)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&unitsv1.FindOfficialsResponse{Holders: s.byOfficial(found, held, sees)}), nil
}

func (s *server) officials(ctx context.Context, asked *unitsv1.FindOfficialsRequest) ([]official, error) {
	query := s.db.WithContext(ctx).Scopes(oneOf("id", asked.GetIds()), equal("lower(email)", strings.ToLower(strings.TrimSpace(asked.GetEmail()))), matching(asked.GetQuery()))
	if role := asked.GetRole(); role != "" {
		today := s.today()
		query = query.Where("id IN (?)", s.db.Table("positions").Select("positions.official_id").
			Joins("JOIN units ON units.id = positions.unit_id").
			Where("positions.role = ?", role).Scopes(validOn("positions", today), validOn("units", today)))
	}
	if limit := int(asked.GetLimit()); limit > 0 {
		query = query.Limit(limit)
	}
	var rows []official
	if err := query.Order("folded, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("find officials: %w", err)
	}
	return rows, nil
}

// byOfficial puts what is held in the officials' order.
func (s *server) byOfficial(officials []official, held []*unitsv1.Holder, sees sight) []*unitsv1.Holder {
	hats := map[string][]*unitsv1.Holder{}
	for _, holder := range held {
		hats[holder.GetOfficial().GetId()] = append(hats[holder.GetOfficial().GetId()], holder)
	}
	var holders []*unitsv1.Holder
	for _, row := range officials {
		if len(hats[row.ID]) == 0 {
			holders = append(holders, &unitsv1.Holder{Official: s.officialMessage(row, sees)})
		}
		holders = append(holders, hats[row.ID]...)
	}
	return holders
}
