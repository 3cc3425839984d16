package units

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const memberPrefix = "TV-"

// memberRoles are what one is in a board, the chair first.
var memberRoles = []string{"chair", "deputy", "standing", "member"}

type boardMember struct {
	ID         int64 `gorm:"primaryKey;->"`
	BoardID    string
	OfficialID reference
	Name       string
	Role       string
	ValidFrom  day
	ValidTo    day
}

func (m boardMember) message() *unitsv1.BoardMember {
	return &unitsv1.BoardMember{
		Id: memberPrefix + strconv.FormatInt(m.ID, 10), BoardId: m.BoardID, OfficialId: string(m.OfficialID), Name: m.Name, Role: m.Role,
		ValidFrom: m.ValidFrom.String(), ValidTo: m.ValidTo.String(),
	}
}

func (m boardMember) said() []changedField {
	return []changedField{
		said("board", m.BoardID), said("name", m.Name), said("role", m.Role), said("valid_from", m.ValidFrom.String()), said("valid_to", m.ValidTo.String()),
	}
}

// PutBoardMember writes a member of a board, or changes the one that is named: an official, or a resident who has no account here. A board
// has one chair at a time, and nobody is a member twice at once.
func (s *server) PutBoardMember(ctx context.Context, r *connect.Request[unitsv1.PutBoardMemberRequest]) (*connect.Response[unitsv1.BoardMember], error) {
	if err := s.mayAdminister(ctx, "ghi thành viên của ban", "write members of boards down"); err != nil {
		return nil, err
	}
	var read memberReading
	asked := r.Msg.GetMember()
	row := read.member(asked)
	document := read.document("document", r.Msg.GetDocument())
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var was boardMember
		if asked.GetId() != "" {
			if err := take(tx, &was, memberPrefix, asked.GetId()); err != nil {
				return err
			}
			row.ID, row.BoardID = was.ID, was.BoardID
		}
		if err := judgeMember(tx, &read, &row, asked.GetName()); err != nil {
			return err
		}
		if err := read.err(); err != nil {
			return err
		}
		return s.storeMember(ctx, tx, was, &row, document)
	})
	if err = secondMember(err); err != nil {
		return nil, fmt.Errorf("write a member of %s: %w", row.BoardID, err)
	}
	return connect.NewResponse(row.message()), nil
}

func (s *server) storeMember(ctx context.Context, tx *gorm.DB, was boardMember, row *boardMember, document string) error {
	changed := differences(was.said(), row.said())
	if len(changed) == 0 && was.OfficialID == row.OfficialID {
		return nil
	}
	var err error
	if row.ID == 0 {
		var same []boardMember
		err = tx.Where("board_id = ? AND name = ? AND role = ? AND valid_from = ? AND valid_to IS NOT DISTINCT FROM ?", row.BoardID, row.Name, row.Role, row.ValidFrom, row.ValidTo).Find(&same).Error
		if len(same) > 0 {
			*row = same[0]
			return nil
		}
		err = errors.Join(err, tx.Clauses(clause.Returning{Columns: []clause.Column{{Name: "id"}}}).Create(row).Error)
	} else {
		err = tx.Model(row).Select("official_id", "name", "role", "valid_from", "valid_to").Updates(row).Error
	}
	if err != nil {
		return err
	}
	_, err = s.record(ctx, tx, changeMember, written{ID: memberPrefix + strconv.FormatInt(row.ID, 10), Document: document, Fields: changed}, row.BoardID)
	return err
}

// EndBoardMember says which day is a member's last.
func (s *server) EndBoardMember(ctx context.Context, r *connect.Request[unitsv1.EndBoardMemberRequest]) (*connect.Response[unitsv1.BoardMember], error) {
	if err := s.mayAdminister(ctx, "ghi thành viên của ban", "write members of boards down"); err != nil {
		return nil, err
	}
	var row boardMember
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := take(tx, &row, memberPrefix, r.Msg.GetId()); err != nil {
			return err
		}
		var read request
		on := read.needDay("on", r.Msg.GetOn(), "ngày cuối tham gia ban", "The last day in the board")
		document := read.document("document", r.Msg.GetDocument())
		if !on.IsZero() && on.Before(row.ValidFrom.Date) {
			read.fault("on", fmt.Sprintf("Ngày %s trước ngày bắt đầu tham gia %s. Kiểm tra ngày.", on.Vietnamese(), row.ValidFrom.Vietnamese()),
				fmt.Sprintf("%s is before the member's first day %s. Check the day.", on, row.ValidFrom))
		}
		if err := read.err(); err != nil {
			return err
		}
		was := row
		if row.ValidTo = (day{on}); was == row {
			return nil
		}
		if err := tx.Model(&row).Select("valid_to").Updates(&row).Error; err != nil {
			return err
		}
		_, err := s.record(ctx, tx, changeMemberEnded, written{ID: r.Msg.GetId(), Document: document, Fields: differences(was.said(), row.said())}, row.BoardID)
		return err
	})
	if err = secondMember(err); err != nil {
		return nil, fmt.Errorf("end member %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(row.message()), nil
}

// ListBoardMembers answers all who are and were members, the chair first: to administrators and who audits, to the unit's own head and contact, and to who
// reviews for it.
func (s *server) ListBoardMembers(ctx context.Context, r *connect.Request[unitsv1.ListBoardMembersRequest]) (*connect.Response[unitsv1.ListBoardMembersResponse], error) {
	var of board
	err := s.db.WithContext(ctx).Where("id = ?", r.Msg.GetBoardId()).Take(&of).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, unknownBoard(r.Msg.GetBoardId())
	}
	if err != nil {
		return nil, fmt.Errorf("get board %s: %w", r.Msg.GetBoardId(), err)
	}
	may, err := s.readsAll(ctx)
	if err == nil && !may {
		err = s.mayRecordVacancy(ctx, of)
	}
	if err != nil {
		return nil, err
	}
	var rows []boardMember
	err = s.db.WithContext(ctx).Where("board_id = ?", of.ID).
		Order("valid_to IS NOT NULL, array_position(ARRAY['chair','deputy','standing','member'], role), valid_from, id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list members of %s: %w", of.ID, err)
	}
	return connect.NewResponse(&unitsv1.ListBoardMembersResponse{Members: messages(rows)}), nil
}

func unknownBoard(id string) error {
	return wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Không có ban nào mang mã “%s”. Kiểm tra mã.", id), fmt.Sprintf("No board has the id %q. Check it.", id))
}

type memberReading struct{ request }

func (r *memberReading) member(asked *unitsv1.BoardMember) boardMember {
	row := boardMember{
		BoardID: asked.GetBoardId(), OfficialID: reference(asked.GetOfficialId()), Name: strings.TrimSpace(asked.GetName()), Role: asked.GetRole(),
		ValidFrom: day{r.needDay("valid_from", asked.GetValidFrom(), "ngày bắt đầu tham gia ban", "The first day in the board")}, ValidTo: day{r.day("valid_to", asked.GetValidTo())},
	}
	if !slices.Contains(memberRoles, row.Role) {
		r.fault("role", fmt.Sprintf("“%s” không phải là vai trò trong ban. Chọn một trong: %s.", row.Role, strings.Join(memberRoles, ", ")),
			fmt.Sprintf("%q is not a role of a board. Choose one of: %s.", row.Role, strings.Join(memberRoles, ", ")))
	}
	if !row.ValidTo.IsZero() && row.ValidTo.Before(row.ValidFrom.Date) {
		r.fault("valid_to", fmt.Sprintf("Ngày cuối %s trước ngày đầu %s. Sửa một trong hai ngày.", row.ValidTo.Vietnamese(), row.ValidFrom.Vietnamese()),
			fmt.Sprintf("The last day %s is before the first %s. Correct one of them.", row.ValidTo, row.ValidFrom))
	}
	return row
}

// judgeMember judges by the board's term and by who is named; an official is called by the name he has here.
func judgeMember(tx *gorm.DB, read *memberReading, row *boardMember, name string) error {
	var of board
	if err := named(tx, &read.request, "board_id", row.BoardID, &of, unknownBoard); err != nil {
		return err
	}
	if row.OfficialID != "" {
		var who official
		if err := named(tx, &read.request, "official_id", string(row.OfficialID), &who, unknownOfficial); err != nil {
			return err
		}
		row.Name = who.Name
	} else {
		row.Name = read.words("name", name, "họ tên thành viên", "The member's name", longestName)
	}
	outside := row.ValidFrom.Before(of.ValidFrom.Date) || !of.ValidTo.IsZero() && row.ValidFrom.After(of.ValidTo.Date)
	if of.ID != "" && !row.ValidFrom.IsZero() && outside {
		read.fault("valid_from", fmt.Sprintf("Ngày %s không nằm trong nhiệm kỳ của ban. Kiểm tra ngày.", row.ValidFrom.Vietnamese()),
			fmt.Sprintf("%s is not within the board's term. Check the day.", row.ValidFrom))
	}
	return nil
}

// secondMember says in words what the constraints on members refuse.
func secondMember(err error) error {
	if constraintOf(err) == "one_chair" {
		return overlaps("role", "Ban đã có Trưởng ban trong khoảng ngày đó. Kết thúc người trước rồi ghi người mới.", "The board has a chair for these days already. End that one first.")
	}
	if constraintOf(err) != "" {
		return overlaps("name", "Người này đã là thành viên của ban trong khoảng ngày đó. Mở lại danh sách rồi kiểm tra.", "This person is a member for these days already. Look at the list again.")
	}
	return err
}

// constraintOf is the exclusion constraint that refused; empty when none did.
func constraintOf(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == pgerrcode.ExclusionViolation {
		return refused.ConstraintName
	}
	return ""
}
