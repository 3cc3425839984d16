package notifications

import (
	"context"
	"slices"

	"connectrpc.com/connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// Roles of a position, as the units service names them.
const (
	roleHead          = "head"
	roleDeputy        = "deputy"
	roleLeader        = "leader"
	roleReviewer      = "reviewer"
	roleContact       = "contact"
	roleSupervisor    = "supervisor"
	roleAuditor       = "auditor"
	roleAdministrator = "administrator"
	roleStanding      = "standing-agency"
)

// hats answers an official with the positions he holds on a day, those delegated to him among them; an empty answer when units do not know
// him.
func (s *service) hats(ctx context.Context, id, on string) (*unitsv1.ListHatsResponse, error) {
	response, err := s.clients.Units.ListHats(ctx, connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: id, On: on}))
	switch {
	case err == nil:
		return response.Msg, nil
	case notFound(err) || connect.CodeOf(err) == connect.CodeInvalidArgument:
		return &unitsv1.ListHatsResponse{}, nil
	default:
		return nil, s.away("units", err)
	}
}

// callerWears tells whether the caller holds such a position today.
func (s *service) callerWears(ctx context.Context, such func(*unitsv1.Position) bool) (bool, error) {
	caller := wire.IdentityOf(ctx)
	if caller.OfficialID == "" {
		return false, nil
	}
	held, err := s.hats(ctx, caller.OfficialID, today(s.now()).String())
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(held.GetHats(), func(h *unitsv1.Holder) bool { return such(h.GetPosition()) }), nil
}

func inRoles(roles ...string) func(*unitsv1.Position) bool {
	return func(p *unitsv1.Position) bool { return slices.Contains(roles, p.GetRole()) }
}

// isService: one of these services of the house calls, in no official's name.
func isService(ctx context.Context, names ...string) bool {
	caller := wire.IdentityOf(ctx)
	return caller.OfficialID == "" && slices.Contains(names, caller.Service)
}

// onlyWorkflows lets in the worker, and the terminal.
func onlyWorkflows(ctx context.Context) error {
	if isService(ctx, "worker", "terminal") {
		return nil
	}
	return wire.Forbidden("Chỉ hệ thống mới thực hiện được việc này.", "Only the system itself does this.")
}

// own answers whose preferences, mutes or feed are meant: the caller's where nobody is named. Another's are an administrator's, or the
// terminal's.
func (s *service) own(ctx context.Context, asked string) (string, error) {
	return s.ownOr(ctx, asked, roleAdministrator)
}

// ownToRead is own for what only answers: an auditor reads it too.
func (s *service) ownToRead(ctx context.Context, asked string) (string, error) {
	return s.ownOr(ctx, asked, roleAdministrator, roleAuditor)
}

func (s *service) ownOr(ctx context.Context, asked string, roles ...string) (string, error) {
	caller := wire.IdentityOf(ctx)
	switch {
	case asked == "" && caller.OfficialID == "":
		return "", refuseFields(missing("official_id", "mã cán bộ", "the official's id"))
	case asked == "" || asked == caller.OfficialID:
		return caller.OfficialID, nil
	case isService(ctx, "terminal"):
		return asked, nil
	}
	may, err := s.callerWears(ctx, inRoles(roles...))
	if err != nil || may {
		return asked, err
	}
	return "", s.forbidden("xem hoặc đổi tùy chọn của người khác", "see or change another's preferences")
}

func (s *service) forbidden(doingVI, doingEN string) error {
	contact := s.help.contact
	if s.help.phone != "" {
		contact += ", " + s.help.phone
	}
	return wire.Forbidden("Tài khoản này không có quyền "+doingVI+". Liên hệ "+contact+".", "This account may not "+doingEN+". Ask "+contact+".")
}
