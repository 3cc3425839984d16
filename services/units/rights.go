package units

import (
	"context"
	"slices"

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
	administers, err := s.administers(ctx)
	if err != nil || administers {
		return err
	}
	return s.forbidden(doingVI, doingEN)
}

// administers: administrators, and the terminal where it speaks in no official's name.
func (s *server) administers(ctx context.Context) (bool, error) {
	if isService(ctx, "terminal") {
		return true, nil
	}
	return s.callerHolds(ctx, equal("positions.role", "administrator"))
}

// readsAll lets in who administers and who audits, to read.
func (s *server) readsAll(ctx context.Context) (bool, error) {
	administers, err := s.administers(ctx)
	if err != nil || administers {
		return administers, err
	}
	return s.callerHolds(ctx, equal("positions.role", "auditor"))
}

// callerHolds tells whether the caller holds one of such positions today, or stands in for who holds it.
func (s *server) callerHolds(ctx context.Context, such ...func(*gorm.DB) *gorm.DB) (bool, error) {
	caller := wire.IdentityOf(ctx)
	if caller.OfficialID == "" {
		return false, nil
	}
	own, err := s.positions(ctx, s.today(), append(slices.Clone(such), equal("positions.official_id", caller.OfficialID))...)
	if err != nil || len(own) > 0 {
		return len(own) > 0, err
	}
	lent, err := s.lentTo(ctx, caller.OfficialID, s.today(), such...)
	return len(lent) > 0, err
}

func isHimself(ctx context.Context, officialID string) bool {
	return officialID != "" && wire.IdentityOf(ctx).OfficialID == officialID
}

// manages: the official himself, the head of a unit in which he holds a position today, administrators and the terminal.
func (s *server) manages(ctx context.Context, officialID string) (bool, error) {
	if isHimself(ctx, officialID) || isService(ctx, "terminal") {
		return true, nil
	}
	his := s.db.Table("positions AS his").Select("his.unit_id").Where("his.official_id = ?", officialID).Scopes(validOn("his", s.today()))
	return s.callerHolds(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Where("positions.role = 'administrator' OR (positions.role = 'head' AND positions.unit_id IN (?))", his)
	})
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
