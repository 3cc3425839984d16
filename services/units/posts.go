package units

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

const (
	positionPrefix = "CV-"
	longestTitle   = 300
	roleHead       = "head"
	roleContact    = "contact"
	roleAdmin      = "administrator"
)

// mayAppoint lets in administrators, the terminal, and, where it is about the contact of a unit, the unit's head or who stands in for him:
// an office changes its own contact without asking the province.
func (s *server) mayAppoint(ctx context.Context, unitID, role string) error {
	administers, err := s.administers(ctx)
	if err != nil || administers {
		return err
	}
	if role == roleContact && unitID != "" {
		heads, err := s.callerHolds(ctx, equal("positions.role", roleHead), equal("positions.unit_id", unitID))
		if err != nil || heads {
			return err
		}
	}
	return s.forbidden("thay đổi người giữ chức vụ này", "change who holds this position")
}

// GivePosition gives an official a position from a day, by a document: one who is there, or one who is written down with it. One person
// may hold several. A unit has one head at a time. The same again answers what stands.
func (s *server) GivePosition(ctx context.Context, r *connect.Request[unitsv1.GivePositionRequest]) (*connect.Response[unitsv1.Position], error) {
	if err := s.mayAppoint(ctx, r.Msg.GetPosition().GetUnitId(), r.Msg.GetPosition().GetRole()); err != nil {
		return nil, err
	}
	var read postReading
	row := read.position(r.Msg.GetPosition())
	added := read.newcomer(row.OfficialID, r.Msg.GetOfficial(), r.Msg.GetIdempotencyKey())
	read.document("document", row.Document)
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := s.judgePosition(tx, &read, row, added); err != nil {
			return err
		}
		if err := read.err(); err != nil {
			return err
		}
		return s.givePosition(ctx, tx, &row, added)
	})
	if err = overlapping(err); err != nil {
		return nil, fmt.Errorf("give a position of %s: %w", row.UnitID, err)
	}
	return connect.NewResponse(row.message()), nil
}

func (s *server) givePosition(ctx context.Context, tx *gorm.DB, row *position, added *newcomer) error {
	if err := s.writeNewcomer(ctx, tx, added, row.Document); err != nil {
		return err
	}
	if added != nil {
		row.OfficialID = added.row.ID
	}
	var same []position
	err := tx.Where("official_id = ? AND unit_id = ? AND role = ? AND valid_from = ? AND valid_to IS NOT DISTINCT FROM ?", row.OfficialID, row.UnitID, row.Role, row.ValidFrom, row.ValidTo).
		Find(&same).Error
	if err != nil {
		return err
	}
	if len(same) > 0 {
		*row = same[0]
		return nil
	}
	if err := tx.Omit(clause.Associations).Create(row).Error; err != nil {
		return err
	}
	return s.recordPosition(ctx, tx, changePositionGiven, position{}, *row, row.Document)
}

// EndPosition says which day is the last of a position; what was delegated in it ends with it. The last administrator stays.
func (s *server) EndPosition(ctx context.Context, r *connect.Request[unitsv1.EndPositionRequest]) (*connect.Response[unitsv1.Position], error) {
	var row position
	err := s.changePosition(ctx, r.Msg.GetId(), &row, func(tx *gorm.DB, was position) error {
		var read postReading
		on := read.needDay("on", r.Msg.GetOn(), "ngày cuối giữ chức vụ", "The last day of the position")
		document := read.document("document", strings.TrimSpace(r.Msg.GetDocument()))
		switch {
		case on.IsZero():
		case on.Before(was.ValidFrom.Date):
			read.fault("on", fmt.Sprintf("Ngày %s trước ngày bắt đầu giữ chức vụ %s. Nếu ghi nhầm, sửa chức vụ này.", on.Vietnamese(), was.ValidFrom.Vietnamese()),
				fmt.Sprintf("%s is before the position's first day %s. If it was entered by mistake, correct it.", on, was.ValidFrom))
		case !was.ValidTo.IsZero() && on.After(was.ValidTo.Date):
			read.fault("on", fmt.Sprintf("Chức vụ này kết thúc ngày %s. Nếu ghi nhầm, sửa chức vụ này.", was.ValidTo.Vietnamese()),
				fmt.Sprintf("The position ends on %s. If that was entered by mistake, correct it.", was.ValidTo))
		}
		if err := s.keepsAdministrator(tx, &read, "on", was, on.AddDays(1)); err != nil {
			return err
		}
		if err := read.err(); err != nil {
			return err
		}
		row.ValidTo = day{on}
		return s.endPosition(ctx, tx, was, row, document)
	})
	if err != nil {
		return nil, fmt.Errorf("end position %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(row.message()), nil
}

func (s *server) endPosition(ctx context.Context, tx *gorm.DB, was, row position, document string) error {
	if was.ValidTo == row.ValidTo {
		return nil
	}
	if err := tx.Model(&row).Select("valid_to").Updates(&row).Error; err != nil {
		return err
	}
	if err := revokeIn(tx, row, row.ValidTo.AddDays(1)); err != nil {
		return err
	}
	return s.recordPosition(ctx, tx, changePositionEnded, was, row, document)
}

// revokeIn ends what was delegated in a position, from a day.
func revokeIn(tx *gorm.DB, of position, from calendar.Date) error {
	return tx.Exec(`UPDATE delegations SET revoked_on = greatest(from_day, ?::date)
		WHERE official_id = ? AND unit_id = ? AND role = ? AND to_day >= ? AND (revoked_on IS NULL OR revoked_on > greatest(from_day, ?::date))`,
		day{from}, of.OfficialID, of.UnitID, of.Role, day{from}, day{from}).Error
}

// CorrectPosition changes role, title and days of a position that were entered by mistake, or takes it out whole. What it was stays in
// the changes, with the words that say why.
func (s *server) CorrectPosition(ctx context.Context, r *connect.Request[unitsv1.CorrectPositionRequest]) (*connect.Response[unitsv1.Position], error) {
	var row position
	err := s.changePosition(ctx, r.Msg.GetId(), &row, func(tx *gorm.DB, was position) error {
		var read postReading
		words := read.words("words", r.Msg.GetWords(), "lý do sửa", "The reason of the correction", longestDocument)
		if r.Msg.GetRemove() {
			return s.removePosition(ctx, tx, &read, was, words)
		}
		asked := read.position(&unitsv1.Position{
			OfficialId: was.OfficialID, UnitId: was.UnitID, Role: r.Msg.GetPosition().GetRole(), Title: r.Msg.GetPosition().GetTitle(),
			ValidFrom: r.Msg.GetPosition().GetValidFrom(), ValidTo: r.Msg.GetPosition().GetValidTo(),
		})
		if err := s.mayAppoint(ctx, was.UnitID, asked.Role); err != nil {
			return err
		}
		asked.ID, asked.Document = was.ID, was.Document
		if err := s.judgePosition(tx, &read, asked, nil); err != nil {
			return err
		}
		if asked.Role != roleAdmin || !asked.ValidTo.IsZero() {
			if err := s.keepsAdministrator(tx, &read, "role", was, s.today()); err != nil {
				return err
			}
		}
		if err := read.err(); err != nil {
			return err
		}
		row = asked
		if err := tx.Model(&row).Select("role", "title", "valid_from", "valid_to").Updates(&row).Error; err != nil {
			return err
		}
		return s.recordPosition(ctx, tx, changePositionCorrected, was, row, words)
	})
	if err = overlapping(err); err != nil {
		return nil, fmt.Errorf("correct position %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(row.message()), nil
}

func (s *server) removePosition(ctx context.Context, tx *gorm.DB, read *postReading, was position, words string) error {
	if err := s.keepsAdministrator(tx, read, "", was, s.today()); err != nil {
		return err
	}
	if err := read.err(); err != nil {
		return err
	}
	if err := revokeIn(tx, was, was.ValidFrom.Date); err != nil {
		return err
	}
	if err := tx.Delete(&position{}, was.ID).Error; err != nil {
		return err
	}
	return s.recordPosition(ctx, tx, changePositionRemoved, was, position{OfficialID: was.OfficialID, UnitID: was.UnitID}, words)
}

// changePosition reads the position that is named, judges the caller and has it changed, all at once.
func (s *server) changePosition(ctx context.Context, id string, row *position, change func(tx *gorm.DB, was position) error) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := take(tx, row, positionPrefix, id); err != nil {
			return err
		}
		if err := s.mayAppoint(ctx, row.UnitID, row.Role); err != nil {
			return err
		}
		return change(tx, *row)
	})
}

// keepsAdministrator refuses what would leave the province without an administrator on a day.
func (s *server) keepsAdministrator(tx *gorm.DB, read *postReading, field string, was position, on calendar.Date) error {
	if was.Role != roleAdmin || on.IsZero() {
		return nil
	}
	var others int64
	err := tx.Model(&position{}).Where("role = ? AND id <> ?", roleAdmin, was.ID).Scopes(validOn("positions", on)).Count(&others).Error
	if err == nil && others == 0 {
		read.fault(field, "Đây là người quản trị hệ thống duy nhất. Giao chức vụ này cho người khác trước, hoặc bàn giao.",
			"This is the only administrator. Give the position to another first, or hand it over.")
	}
	return err
}

func (s *server) recordPosition(ctx context.Context, tx *gorm.DB, kind string, was, row position, document string) error {
	id := positionPrefix + fmt.Sprint(max(was.ID, row.ID))
	_, err := s.record(ctx, tx, kind, written{ID: id, Document: document, Fields: differences(was.said(), row.said())}, id, row.OfficialID, row.UnitID)
	return err
}

func (p position) said() []changedField {
	return []changedField{
		said("official", p.OfficialID), said("unit", p.UnitID), said("role", p.Role), said("title", p.Title),
		said("valid_from", p.ValidFrom.String()), said("valid_to", p.ValidTo.String()),
	}
}

// ListPositions answers positions by unit and first day, those that have ended and those to come among them.
func (s *server) ListPositions(ctx context.Context, r *connect.Request[unitsv1.ListPositionsRequest]) (*connect.Response[unitsv1.ListPositionsResponse], error) {
	query := s.db.WithContext(ctx).Scopes(equal("positions.official_id", r.Msg.GetOfficialId()), equal("positions.unit_id", r.Msg.GetUnitId()))
	if id := r.Msg.GetId(); id != "" {
		var one position
		if err := take(s.db.WithContext(ctx), &one, positionPrefix, id); err != nil {
			return nil, err
		}
		query = query.Where("positions.id = ?", one.ID)
	} else if r.Msg.GetOfficialId() == "" && r.Msg.GetUnitId() == "" {
		var read request
		read.fault("unit_id", "Nêu đơn vị hoặc cán bộ cần xem chức vụ.", "Name a unit or an official.")
		return nil, read.err()
	}
	var rows []position
	err := query.Preload("Official").Preload("Unit", func(db *gorm.DB) *gorm.DB { return db.Select(unitColumns) }).
		Order("unit_id, valid_to IS NOT NULL, array_position(ARRAY['head','deputy','leader','contact','reviewer','supervisor','auditor','union-chair','administrator'], role), valid_from, id").
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list positions: %w", err)
	}
	held, err := s.holders(ctx, own(rows))
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&unitsv1.ListPositionsResponse{Positions: held}), nil
}

// postReading reads what is said about a position and collects what is wrong with it.
type postReading struct{ request }

func (r *postReading) position(asked *unitsv1.Position) position {
	row := position{
		OfficialID: asked.GetOfficialId(), UnitID: asked.GetUnitId(), Role: asked.GetRole(), Document: strings.TrimSpace(asked.GetDocument()),
		Title:     r.words("title", asked.GetTitle(), "tên chức vụ", "The title", longestTitle),
		ValidFrom: day{r.needDay("valid_from", asked.GetValidFrom(), "ngày bắt đầu giữ chức vụ", "The first day of the position")},
		ValidTo:   day{r.day("valid_to", asked.GetValidTo())},
	}
	if !slices.Contains(gazetteer.Roles(), row.Role) {
		r.fault("role", fmt.Sprintf("Không có vai trò “%s”. Chọn một trong: %s.", row.Role, strings.Join(gazetteer.Roles(), ", ")),
			fmt.Sprintf("There is no role %q. Choose one of: %s.", row.Role, strings.Join(gazetteer.Roles(), ", ")))
	}
	if !row.ValidTo.IsZero() && row.ValidTo.Before(row.ValidFrom.Date) {
		r.fault("valid_to", fmt.Sprintf("Ngày cuối %s trước ngày đầu %s. Sửa một trong hai ngày.", row.ValidTo.Vietnamese(), row.ValidFrom.Vietnamese()),
			fmt.Sprintf("The last day %s is before the first %s. Correct one of them.", row.ValidTo, row.ValidFrom))
	}
	return row
}

// words reads words that must be there and be no longer than so many characters.
func (r *request) words(field, text, vi, en string, most int) string {
	text = strings.TrimSpace(text)
	if text == "" {
		r.fault(field, "Chưa có "+vi+". Nhập "+vi+" rồi gửi lại.", en+" is missing. Enter it and send again.")
	}
	r.fits(field, text, vi, en, most)
	return text
}

func (r *request) fits(field, text, vi, en string, most int) {
	if length := utf8.RuneCountInString(text); length > most {
		first, size := utf8.DecodeRuneInString(vi)
		r.fault(field, fmt.Sprintf("%s%s dài %d ký tự, quá mức %d. Viết ngắn hơn.", strings.ToUpper(string(first)), vi[size:], length, most),
			fmt.Sprintf("%s has %d characters, at most %d are possible. Shorten it.", en, length, most))
	}
}

func (r *request) document(field, text string) string {
	return r.words(field, text, "số, ký hiệu văn bản", "The document's number and symbol", longestDocument)
}

func (r *request) needDay(field, text, vi, en string) calendar.Date {
	if text == "" {
		r.fault(field, "Chưa có "+vi+". Nhập ngày rồi gửi lại.", en+" is missing. Enter it and send again.")
	}
	return r.day(field, text)
}

// judgePosition names what does not fit with what is written down: who, where, when, and who holds it already.
func (s *server) judgePosition(tx *gorm.DB, read *postReading, row position, added *newcomer) error {
	if added == nil {
		if err := named(tx, &read.request, "official_id", row.OfficialID, &official{}, unknownOfficial); err != nil {
			return err
		}
	}
	var of unit
	if err := named(tx, &read.request, "unit_id", row.UnitID, &of, unknownUnit); err != nil || of.ID == "" || row.ValidFrom.IsZero() {
		return err
	}
	read.within(row, of)
	if row.Role != roleHead {
		return nil
	}
	return s.oneHead(tx, read, row, of)
}

// within judges a position's first day by the life of its unit.
func (r *postReading) within(row position, of unit) {
	switch {
	case row.ValidFrom.Before(of.ValidFrom.Date):
		r.fault("valid_from", fmt.Sprintf("%s có từ ngày %s. Nhập ngày bắt đầu từ ngày đó trở đi.", of.Name, of.ValidFrom.Vietnamese()),
			fmt.Sprintf("%s exists since %s. Enter that day or a later one.", of.ID, of.ValidFrom))
	case !of.ValidTo.IsZero() && row.ValidFrom.After(of.ValidTo.Date):
		r.fault("valid_from", fmt.Sprintf("%s đã kết thúc ngày %s. Chọn đơn vị kế thừa hoặc nhập ngày trước đó.", of.Name, of.ValidTo.Vietnamese()),
			fmt.Sprintf("%s ended on %s. Choose its successor, or enter an earlier day.", of.ID, of.ValidTo))
	}
}

func (s *server) oneHead(tx *gorm.DB, read *postReading, row position, of unit) error {
	var others []position
	err := tx.Preload("Official").Where("unit_id = ? AND role = ? AND id <> ? AND daterange(valid_from, valid_to, '[]') && daterange(?, ?, '[]')", of.ID, roleHead, row.ID, row.ValidFrom, lastDay(row)).
		Order("valid_from").Find(&others).Error
	for _, other := range others {
		if other.OfficialID == row.OfficialID && other.ValidFrom == row.ValidFrom && other.ValidTo == row.ValidTo {
			continue // just what is asked
		}
		until := "đến nay"
		if !other.ValidTo.IsZero() {
			until = "đến ngày " + other.ValidTo.Vietnamese()
		}
		read.fault("valid_from", fmt.Sprintf("%s giữ chức vụ người đứng đầu từ ngày %s %s. Kết thúc chức vụ đó hoặc bàn giao.", other.Official.Name, other.ValidFrom.Vietnamese(), until),
			fmt.Sprintf("%s is the head since %s. End that position, or hand it over.", other.OfficialID, other.ValidFrom))
	}
	return err
}

// lastDay is the position's last day as a range takes it: none when it would be before the first, which is said already.
func lastDay(p position) day {
	if p.ValidTo.Before(p.ValidFrom.Date) {
		return day{}
	}
	return p.ValidTo
}

// named reads the row an id names; that there is none is a fault at the field.
func named(tx *gorm.DB, read *request, field, id string, row any, unknown func(string) error) error {
	err := tx.Where("id = ?", id).Take(row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		refusal := wire.RefusalOf(unknown(id))
		read.fault(field, refusal.GetTextVi(), refusal.GetTextEn())
		return nil
	}
	return err
}

// overlapping says in words what the constraints on positions refuse.
func overlapping(err error) error {
	if pgCode(err) == pgerrcode.ExclusionViolation {
		return overlaps("valid_from", "Chức vụ này đã được ghi trong khoảng ngày đó. Mở lại danh sách rồi kiểm tra.",
			"This position is recorded already for these days. Look at the list again.")
	}
	return err
}
