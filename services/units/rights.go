package units

import (
	"context"

	"gorm.io/gorm"
	"nenep/proto/wire"
)

// isService: nobody but one of these services of the house acts, and in no official's name.
func isService(ctx context.Context, names ...string) bool {
	caller := wire.IdentityOf(ctx)
	for _, name := range names {
		if caller.OfficialID == "" && caller.Service == name {
			return true
		}
	}
	return false
}

// mayAdminister lets in administrators and the terminal; doing names what is asked.
func (s *server) mayAdminister(ctx context.Context, doingVI, doingEN string) error {
	if wire.IdentityOf(ctx).Service == "terminal" {
		return nil
	}
	holds, err := s.callerHolds(ctx, equal("positions.role", "administrator"))
	if err != nil || holds {
		return err
	}
	return s.forbidden(doingVI, doingEN)
}

// callerHolds tells whether the caller holds one of such positions today.
func (s *server) callerHolds(ctx context.Context, such ...func(*gorm.DB) *gorm.DB) (bool, error) {
	caller := wire.IdentityOf(ctx)
	if caller.OfficialID == "" {
		return false, nil
	}
	held, err := s.holders(ctx, s.today(), append(such, equal("positions.official_id", caller.OfficialID))...)
	return len(held) > 0, err
}

func (s *server) forbidden(doingVI, doingEN string) error {
	contact := s.cfg.HelpContact
	if s.cfg.HelpPhone != "" {
		contact += ", " + s.cfg.HelpPhone
	}
	return wire.Forbidden("Tài khoản này không có quyền "+doingVI+". Liên hệ "+contact+".", "This account may not "+doingEN+". Ask "+contact+".")
}

// onlyWorkflows lets in the worker, and the terminal.
func onlyWorkflows(ctx context.Context) error {
	if isService(ctx, "worker", "terminal") {
		return nil
	}
	return wire.Forbidden("Chỉ hệ thống mới thực hiện được việc này.", "Only the system itself does this.")
}
