// Package sight says how far an official looks down the tree of units: the same for the register and for the ledger of messages.
package sight

import (
	"context"
	"slices"

	"connectrpc.com/connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
)

const (
	provinceLevel  = "province"
	standingAgency = "standing-agency"
)

// Post is a position that an official holds today, or that is delegated to him.
type Post struct{ UnitID, UnitKind, Role, AreaID string }

// Sight is what an official sees: all, or what is of some units and what some bodies review.
type Sight struct {
	All       bool
	Units     []string
	Reviewing []string
}

// overseeing are the positions that look down on other units, each from its own place in the tree.
func overseeing(posts []Post) []Post {
	return slices.DeleteFunc(slices.Clone(posts), func(p Post) bool { return !slices.Contains([]string{"supervisor", "reviewer", "leader"}, p.Role) })
}

// seesAll tells who sees everything: auditors and administrators, who reviews or leads in the standing agency, and who supervises from a
// body of the province. Who oversees nobody is shown his own units by the pages.
func seesAll(posts []Post, provincial func(areaID string) bool) bool {
	if slices.ContainsFunc(posts, func(p Post) bool { return p.Role == "auditor" || p.Role == "administrator" }) {
		return true
	}
	from := overseeing(posts)
	return len(from) == 0 || slices.ContainsFunc(from, func(p Post) bool {
		return p.UnitKind == standingAgency || p.Role == "supervisor" && provincial(p.AreaID)
	})
}

// Of answers what the holder of the posts sees. The error is of the units service, as it came.
func Of(ctx context.Context, units unitsv1connect.UnitsServiceClient, posts []Post) (Sight, error) {
	var away error
	all := seesAll(posts, func(areaID string) bool {
		area, err := units.GetArea(ctx, connect.NewRequest(&unitsv1.GetAreaRequest{Id: areaID}))
		if err != nil {
			away = err
			return false
		}
		return area.Msg.GetLevel() == provinceLevel
	})
	if all || away != nil {
		return Sight{All: all}, away
	}
	var sees Sight
	for _, p := range posts {
		sees.Units = append(sees.Units, p.UnitID)
	}
	for _, p := range overseeing(posts) {
		sees.Reviewing = append(sees.Reviewing, p.UnitID)
	}
	answer, err := units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Under: sees.Reviewing}))
	if err != nil {
		return Sight{}, err
	}
	for _, unit := range answer.Msg.GetUnits() {
		sees.Units = append(sees.Units, unit.GetId())
	}
	return sees, nil
}
