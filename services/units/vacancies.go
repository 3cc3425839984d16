package units

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

type vacancy struct {
	BoardID  string `gorm:"primaryKey"`
	OnDay    day    `gorm:"primaryKey"`
	Role     string `gorm:"primaryKey"`
	FilledOn day
}

// TableName is the table's name.
func (vacancy) TableName() string { return "board_vacancies" }

// RecordVacancy says that a seat of a board fell empty; the same day and role again with filled_on
// says that it was filled.
func (s *server) RecordVacancy(ctx context.Context, r *connect.Request[unitsv1.RecordVacancyRequest]) (*connect.Response[unitsv1.Board], error) {
	var of board
	err := s.db.WithContext(ctx).Where("id = ?", r.Msg.GetBoardId()).Take(&of).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Không có ban nào mang mã “%s”. Kiểm tra mã.", r.Msg.GetBoardId()),
			fmt.Sprintf("No board has the id %q. Check it.", r.Msg.GetBoardId()))
	}
	if err != nil {
		return nil, fmt.Errorf("get board %s: %w", r.Msg.GetBoardId(), err)
	}
	if err := s.mayRecordVacancy(ctx, of); err != nil {
		return nil, err
	}
	read := vacancyReading{}
	row := read.vacancy(of, r.Msg.GetVacancy(), s.today())
	if err := read.err(); err != nil {
		return nil, err
	}
	var changeID int64
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		changeID, err = s.putVacancy(ctx, tx, row)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("record a vacancy of %s: %w", of.ID, err)
	}
	return s.toldOfBoard(ctx, of.ID, changeID)
}

// mayRecordVacancy: the unit's own head and contact, who reviews for it, administrators, the worker, reports
// and the terminal.
func (s *server) mayRecordVacancy(ctx context.Context, of board) error {
	if isService(ctx, "worker", "reports", "terminal") {
		return nil
	}
	owner, err := s.unit(ctx, of.UnitID)
	if err != nil {
		return err
	}
	holds, err := s.callerHolds(ctx, func(db *gorm.DB) *gorm.DB {
		return db.Where("positions.role = 'administrator' OR (positions.unit_id = ? AND positions.role IN ('head', 'contact')) OR (positions.unit_id = ? AND positions.role = 'reviewer')",
			of.UnitID, string(owner.ReviewerID))
	})
	if err != nil || holds {
		return err
	}
	return s.forbidden("ghi việc khuyết thành viên của "+of.Name, "record a vacancy of "+of.ID)
}

type vacancyReading struct{ request }

func (r *vacancyReading) vacancy(of board, asked *unitsv1.Vacancy, today calendar.Date) vacancy {
	row := vacancy{BoardID: of.ID, Role: asked.GetRole(),
		OnDay: day{r.happened("vacancy.on", asked.GetOn(), today)}, FilledOn: day{r.happened("vacancy.filled_on", asked.GetFilledOn(), today)}}
	if !slices.Contains([]string{"chair", "deputy", "member"}, row.Role) {
		r.fault("vacancy.role", fmt.Sprintf("“%s” không phải là vai trò trong ban. Chọn chair, deputy hoặc member.", row.Role),
			fmt.Sprintf("%q is not a role of a board. Choose chair, deputy or member.", row.Role))
	}
	switch on := row.OnDay.Date; {
	case asked.GetOn() == "":
		r.fault("vacancy.on", "Chưa có ngày khuyết. Nhập ngày rồi gửi lại.", "The day on which the seat fell empty is missing. Enter it and send again.")
	case !on.IsZero() && (on.Before(of.ValidFrom.Date) || !of.ValidTo.IsZero() && on.After(of.ValidTo.Date)):
		r.fault("vacancy.on", fmt.Sprintf("Ngày %s không nằm trong nhiệm kỳ của ban. Kiểm tra ngày.", on.Vietnamese()), fmt.Sprintf("%s is not within the board's term. Check the day.", on))
	case !row.FilledOn.IsZero() && row.FilledOn.Before(on):
		r.fault("vacancy.filled_on", "Ngày bổ sung trước ngày khuyết. Sửa một trong hai ngày.", "The seat was filled before it fell empty. Correct one of the days.")
	}
	return row
}

// happened reads a day that cannot lie ahead.
func (r *vacancyReading) happened(field, text string, today calendar.Date) calendar.Date {
	date := r.day(field, text)
	if date.After(today) {
		r.fault(field, fmt.Sprintf("Ngày %s sau ngày hôm nay. Nhập ngày đã xảy ra.", date.Vietnamese()), fmt.Sprintf("%s is after today. Enter a day that has been.", date))
	}
	return date
}

func (s *server) putVacancy(ctx context.Context, tx *gorm.DB, row vacancy) (int64, error) {
	var was vacancy
	err := tx.Where("board_id = ? AND on_day = ? AND role = ?", row.BoardID, row.OnDay, row.Role).Take(&was).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, err
	}
	if was == row {
		return 0, nil
	}
	if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
		return 0, err
	}
	return s.record(ctx, tx, changeVacancy, map[string]string{
		"board": row.BoardID, "on": row.OnDay.String(), "role": row.Role, "filled_on": row.FilledOn.String(),
	}, row.BoardID)
}
