package units

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// kindProjectBoard is the one kind of board of which a unit may have several at once, one a project.
const kindProjectBoard = "community-investment-supervision-board"

// boardKinds are the kinds of board and what each is called.
var boardKinds = map[string]string{
	"steering-committee":       "Ban Chỉ đạo thực hiện dân chủ ở cơ sở",
	"peoples-inspection-board": "Ban Thanh tra nhân dân",
	kindProjectBoard:           "Ban Giám sát đầu tư của cộng đồng",
}

var boardIDPattern = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)

type board struct {
	ID        string `gorm:"primaryKey"`
	UnitID    string
	Kind      string
	Name      string
	Decision  string
	ValidFrom day
	ValidTo   day
	Members   int
	Project   string
	CaseID    string
	EndedBy   string
}

func (b board) message(vacancies []vacancy) *unitsv1.Board {
	message := &unitsv1.Board{
		Id: b.ID, UnitId: b.UnitID, Kind: b.Kind, Name: b.Name, Decision: b.Decision, ValidFrom: b.ValidFrom.String(), ValidTo: b.ValidTo.String(),
		Members: int32(b.Members), Project: b.Project, CaseId: b.CaseID, EndedBy: b.EndedBy,
	}
	for _, v := range vacancies {
		if v.BoardID == b.ID {
			message.Vacancies = append(message.Vacancies, &unitsv1.Vacancy{On: v.OnDay.String(), Role: v.Role, FilledOn: v.FilledOn.String()})
		}
	}
	return message
}

// ListBoards answers boards with the seats that fell empty, by unit and first day.
func (s *server) ListBoards(ctx context.Context, r *connect.Request[unitsv1.ListBoardsRequest]) (*connect.Response[unitsv1.ListBoardsResponse], error) {
	var read request
	on := read.day("on", r.Msg.GetOn())
	if kind := r.Msg.GetKind(); kind != "" {
		read.boardKind(kind)
	}
	if err := read.err(); err != nil {
		return nil, err
	}
	found, err := s.boards(s.db.WithContext(ctx).Scopes(validOn("boards", on), equal("unit_id", r.Msg.GetUnitId()), equal("kind", r.Msg.GetKind())))
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&unitsv1.ListBoardsResponse{Boards: found}), nil
}

func (s *server) boards(which *gorm.DB) ([]*unitsv1.Board, error) {
	var rows []board
	if err := which.Order("unit_id, valid_from, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list boards: %w", err)
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	var vacancies []vacancy
	if err := s.db.WithContext(which.Statement.Context).Where("board_id IN ?", ids).Order("on_day, role").Find(&vacancies).Error; err != nil {
		return nil, fmt.Errorf("list vacancies: %w", err)
	}
	found := make([]*unitsv1.Board, len(rows))
	for i, row := range rows {
		found[i] = row.message(vacancies)
	}
	return found, nil
}

// PutBoard writes a board; the same again changes nothing, the same id with other words changes the
// board. A board of a kind of which a unit has one at a time ends the one before it, the day before.
// What ended a board stands: writing the board again from its case does not revive it. Vacancies are
// recorded by RecordVacancy alone.
func (s *server) PutBoard(ctx context.Context, r *connect.Request[unitsv1.Board]) (*connect.Response[unitsv1.Board], error) {
	if !isService(ctx, "worker", "reports", "terminal") {
		if err := s.mayAdminister(ctx, "ghi ban", "write boards"); err != nil {
			return nil, err
		}
	}
	row, err := s.readBoard(ctx, r.Msg)
	if err != nil {
		return nil, err
	}
	var changeID int64
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		changeID, err = s.putBoard(ctx, tx, &row)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write board %s: %w", row.ID, err)
	}
	return s.toldOfBoard(ctx, row.ID, changeID)
}

// toldOfBoard answers the board as it stands now, and tells the reconciliation when it changed.
func (s *server) toldOfBoard(ctx context.Context, id string, changeID int64) (*connect.Response[unitsv1.Board], error) {
	if changeID != 0 {
		s.tellReconciliation(ctx, strconv.FormatInt(changeID, 10))
	}
	found, err := s.boards(s.db.WithContext(ctx).Where("id = ?", id))
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(found[0]), nil
}

func (s *server) readBoard(ctx context.Context, asked *unitsv1.Board) (board, error) {
	read := boardReading{}
	row := read.board(asked)
	owner, err := s.unit(ctx, asked.GetUnitId())
	switch {
	case wire.RefusalOf(err).GetCode() == contract.CodeNotFound:
		read.fault("unit_id", wire.RefusalOf(err).GetTextVi(), wire.RefusalOf(err).GetTextEn())
	case err != nil:
		return board{}, err
	case row.Name == "":
		row.Name = boardKinds[row.Kind] + " " + owner.Name
	}
	return row, read.err()
}

// boardReading reads a board and collects what is wrong with it.
type boardReading struct{ request }

// boardKind names a kind of board that does not exist.
func (r *request) boardKind(kind string) {
	if boardKinds[kind] == "" {
		r.fault("kind", fmt.Sprintf("Không có loại ban “%s”. Chọn steering-committee, peoples-inspection-board hoặc %s.", kind, kindProjectBoard),
			fmt.Sprintf("There is no kind of board %q. Choose steering-committee, peoples-inspection-board or %s.", kind, kindProjectBoard))
	}
}

func (r *boardReading) board(asked *unitsv1.Board) board {
	row := board{
		ID: asked.GetId(), UnitID: asked.GetUnitId(), Kind: asked.GetKind(), Name: asked.GetName(), Decision: asked.GetDecision(),
		ValidFrom: day{r.day("valid_from", asked.GetValidFrom())}, ValidTo: day{r.day("valid_to", asked.GetValidTo())},
		Members: int(asked.GetMembers()), Project: asked.GetProject(), CaseID: asked.GetCaseId(), EndedBy: asked.GetEndedBy(),
	}
	r.boardKind(row.Kind)
	if !boardIDPattern.MatchString(row.ID) {
		r.fault("id", fmt.Sprintf("Mã ban “%s” chỉ được gồm chữ in hoa không dấu, chữ số và dấu nối. Sửa mã.", row.ID),
			fmt.Sprintf("Board id %q may hold only A-Z, 0-9 and hyphens between them. Correct it.", row.ID))
	}
	if asked.GetValidFrom() == "" {
		r.fault("valid_from", "Chưa có ngày bắt đầu nhiệm kỳ. Nhập ngày của quyết định rồi gửi lại.", "The first day of the term is missing. Enter the decision's day and send again.")
	}
	if row.Members < 0 {
		r.fault("members", "Số thành viên không thể âm. Sửa số thành viên.", "The number of members cannot be negative. Correct it.")
	}
	r.term(row)
	return row
}

func (r *boardReading) term(row board) {
	if !row.ValidTo.IsZero() && row.ValidTo.Before(row.ValidFrom.Date) {
		r.fault("valid_to", fmt.Sprintf("Ngày hết nhiệm kỳ %s trước ngày bắt đầu %s. Sửa một trong hai ngày.", row.ValidTo.Vietnamese(), row.ValidFrom.Vietnamese()),
			fmt.Sprintf("The last day of the term %s is before the first %s. Correct one of them.", row.ValidTo, row.ValidFrom))
	}
	if row.EndedBy != "" && row.ValidTo.IsZero() {
		r.fault("valid_to", "Ban đã kết thúc nhưng chưa có ngày kết thúc. Nhập ngày rồi gửi lại.", "The board has ended but its last day is missing. Enter it and send again.")
	}
	if row.Project != "" && row.Kind != kindProjectBoard {
		r.fault("project", "Chỉ Ban Giám sát đầu tư của cộng đồng gắn với chương trình, dự án. Bỏ trống ô dự án.",
			"Only a community investment supervision board has a project. Leave the project empty.")
	}
}

// putBoard writes the row, what it ends, and what changed; it answers the change's id, 0 when nothing did.
func (s *server) putBoard(ctx context.Context, tx *gorm.DB, row *board) (int64, error) {
	// Two boards of a unit at once would each end the other.
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext(?))", "board of "+row.UnitID).Error; err != nil {
		return 0, err
	}
	var was board
	err := tx.Where("id = ?", row.ID).Take(&was).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, err
	}
	if was.EndedBy != "" && row.EndedBy == "" {
		row.ValidTo, row.EndedBy = was.ValidTo, was.EndedBy
	}
	if was == *row {
		return 0, nil
	}
	if err := endBoardsBefore(tx, *row); err != nil {
		return 0, err
	}
	if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(row).Error; err != nil {
		return 0, err
	}
	return s.record(ctx, tx, changeBoard, row.message(nil), row.ID, row.UnitID)
}

// endBoardsBefore ends the board that the unit had until now, the day before the new one begins.
func endBoardsBefore(tx *gorm.DB, row board) error {
	if row.Kind == kindProjectBoard {
		return nil
	}
	others := tx.Where("unit_id = ? AND kind = ? AND id <> ? AND daterange(valid_from, valid_to, '[]') && daterange(?, ?, '[]')",
		row.UnitID, row.Kind, row.ID, row.ValidFrom, row.ValidTo)
	var standing []board
	if err := others.Find(&standing).Error; err != nil {
		return err
	}
	for _, other := range standing {
		if !other.ValidFrom.Before(row.ValidFrom.Date) {
			return wire.Refuse(contract.CodeConflict,
				fmt.Sprintf("Đơn vị đã có “%s” (%s) từ ngày %s; hai ban không thể cùng nhiệm kỳ. Kiểm tra ngày bắt đầu.", other.Name, other.ID, other.ValidFrom.Vietnamese()),
				fmt.Sprintf("The unit has the board %q (%s) since %s; two cannot stand at once. Check the first day.", other.Name, other.ID, other.ValidFrom))
		}
		other.ValidTo = day{row.ValidFrom.AddDays(-1)}
		if other.EndedBy = row.Decision; other.EndedBy == "" {
			other.EndedBy = row.ID
		}
		if err := tx.Model(&other).Select("valid_to", "ended_by").Updates(&other).Error; err != nil {
			return err
		}
	}
	return nil
}
