package units

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

const longestUnitName = 300

// PutUnit writes down a unit, or changes what is not a reorganisation: names, kind, area, whom it is under, who hears and who reviews, staff,
// working year, whether it is special and since when it is followed. First and last day and what follows what stay as they are. The
// reconciliation is told, for what is owed may change.
func (s *server) PutUnit(ctx context.Context, r *connect.Request[unitsv1.PutUnitRequest]) (*connect.Response[unitsv1.Unit], error) {
	if err := s.mayAdminister(ctx, "ghi đơn vị", "write units down"); err != nil {
		return nil, err
	}
	read := unitReading{create: r.Msg.GetCreate()}
	row := read.unit(r.Msg.GetUnit(), s.today())
	document := read.document("document", r.Msg.GetDocument())
	var changeID int64
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// What a unit is under is judged by all others, so that changes come one by one.
		if err := tx.Exec("LOCK TABLE units IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
			return err
		}
		was, err := s.judgeUnit(tx, &read, &row)
		if err != nil {
			return err
		}
		if err := read.err(); err != nil {
			return err
		}
		changed := differences(was.said(), row.said())
		if len(changed) == 0 {
			return nil
		}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		changeID, err = s.record(ctx, tx, changeUnit, written{ID: row.ID, Document: document, Fields: changed}, row.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write unit %s: %w", r.Msg.GetUnit().GetId(), err)
	}
	if changeID != 0 {
		s.tellReconciliation(ctx, strconv.FormatInt(changeID, 10))
	}
	stands, err := s.unit(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(stands.message()), nil
}

// unitReading reads a unit and collects what is wrong with it.
type unitReading struct {
	request
	create bool
}

// unit reads what is asked; a new one is followed from today, or from its first day where that is later, unless a day is named.
func (r *unitReading) unit(asked *unitsv1.Unit, today calendar.Date) unit {
	row := unit{
		ID: strings.TrimSpace(asked.GetId()), Kind: asked.GetKind(), Name: r.words("name", asked.GetName(), "tên đơn vị", "The name", longestUnitName),
		NameEN: strings.TrimSpace(asked.GetNameEn()), AreaID: strings.TrimSpace(asked.GetAreaId()), ParentID: reference(strings.TrimSpace(asked.GetParentId())),
		SuperiorID: reference(strings.TrimSpace(asked.GetSuperiorId())), ReviewerID: reference(strings.TrimSpace(asked.GetReviewerId())),
		Staff: int(asked.GetStaff()), WorkingYear: cmp.Or(asked.GetWorkingYear(), "calendar"), Special: asked.GetSpecial(),
		SpecialGround: strings.TrimSpace(asked.GetSpecialGround()), Source: strings.TrimSpace(asked.GetSource()),
	}
	row.FollowedFrom = day{r.day("followed_from", asked.GetFollowedFrom())}
	if r.create {
		row.ValidFrom = day{r.needDay("valid_from", asked.GetValidFrom(), "ngày thành lập", "The first day of the unit")}
		if !boardIDPattern.MatchString(row.ID) {
			r.fault("id", fmt.Sprintf("Mã đơn vị “%s” chỉ được gồm chữ in hoa không dấu, chữ số và dấu nối. Sửa mã.", row.ID),
				fmt.Sprintf("Unit id %q may hold only A-Z, 0-9 and hyphens between them. Correct it.", row.ID))
		}
	}
	if asked.GetFollowedFrom() == "" {
		row.FollowedFrom = day{today}
		if row.FollowedFrom.Before(row.ValidFrom.Date) {
			row.FollowedFrom = row.ValidFrom
		}
	}
	r.fits("name_en", row.NameEN, "tên tiếng Anh", "The English name", longestUnitName)
	r.fits("special_ground", row.SpecialGround, "căn cứ", "The ground", longestDocument)
	r.details(row)
	row.Folded = fold(row.Name + " " + row.ID)
	return row
}

func (r *unitReading) details(row unit) {
	if !slices.Contains(gazetteer.Kinds(), row.Kind) {
		r.kinds("kind", []string{row.Kind})
	}
	if row.Staff < 0 {
		r.fault("staff", "Số người không thể âm. Sửa số người.", "The staff cannot be negative. Correct it.")
	}
	if row.WorkingYear != "calendar" && row.WorkingYear != "school" {
		r.fault("working_year", fmt.Sprintf("Không có năm công tác “%s”. Chọn calendar hoặc school.", row.WorkingYear), fmt.Sprintf("There is no working year %q. Choose calendar or school.", row.WorkingYear))
	}
	if row.Special && row.SpecialGround == "" {
		r.fault("special_ground", "Chưa có văn bản xác định đơn vị đặc thù. Nhập số, ký hiệu văn bản rồi gửi lại.", "The document that makes the unit special is missing. Enter its number and symbol and send again.")
	}
	if !row.FollowedFrom.IsZero() && row.FollowedFrom.Before(row.ValidFrom.Date) && !row.ValidFrom.IsZero() {
		r.fault("followed_from", "Ngày bắt đầu theo dõi trước ngày thành lập. Sửa một trong hai ngày.", "The unit is followed from before its first day. Correct one of the days.")
	}
}

// judgeUnit judges a unit by what is written down, and keeps what only a reorganisation changes. It answers what the unit was.
func (s *server) judgeUnit(tx *gorm.DB, read *unitReading, row *unit) (unit, error) {
	was, err := standsBefore(tx, read, row)
	if err != nil {
		return was, err
	}
	if err := judgeArea(tx, read, *row); err != nil {
		return was, err
	}
	existing, err := existingUnits(tx)
	if err != nil {
		return was, err
	}
	byID := map[string]gazetteer.Unit{}
	for _, u := range existing {
		byID[u.ID] = u
	}
	for _, link := range []struct {
		field, id, vi string
		of            func(gazetteer.Unit) string
	}{
		{"parent_id", string(row.ParentID), "đơn vị cấp trên", func(u gazetteer.Unit) string { return u.ParentID }},
		{"superior_id", string(row.SuperiorID), "đơn vị nhận báo cáo quá hạn", func(u gazetteer.Unit) string { return u.SuperiorID }},
		{"reviewer_id", string(row.ReviewerID), "cơ quan theo dõi", nil},
	} {
		read.link(*row, link.field, link.id, link.vi, byID)
		if link.of != nil && link.id != "" {
			read.ring(*row, link.field, link.id, existing, link.of)
		}
	}
	return was, nil
}

func standsBefore(tx *gorm.DB, read *unitReading, row *unit) (unit, error) {
	var was unit
	err := tx.Where("id = ?", row.ID).Take(&was).Error
	absent := errors.Is(err, gorm.ErrRecordNotFound)
	if err != nil && !absent {
		return was, err
	}
	switch {
	case absent && !read.create:
		return was, unknownUnit(row.ID)
	case read.create && !absent:
		refusal := fmt.Sprintf("Mã %s đã dùng cho %s. Đặt mã khác; mã cũ không dùng lại.", was.ID, was.Name)
		english := fmt.Sprintf("%s is %s. Choose another id; an id is never used again.", was.ID, was.Name)
		return was, wire.Refuse(contract.CodeConflict, refusal, english, wire.Field("id", refusal, english))
	case !absent:
		row.ValidFrom, row.ValidTo, row.Example, row.Source = was.ValidFrom, was.ValidTo, was.Example, was.Source
		if row.FollowedFrom != was.FollowedFrom {
			read.details(unit{Kind: was.Kind, WorkingYear: "calendar", ValidFrom: was.ValidFrom, FollowedFrom: row.FollowedFrom})
		}
	}
	return was, nil
}

// judgeArea: the area stands as long as the unit. A body of the province and a village keep their ids through a change of their area.
func judgeArea(tx *gorm.DB, read *unitReading, row unit) error {
	var at area
	if err := named(tx, &read.request, "area_id", row.AreaID, &at, unknownArea); err != nil || at.ID == "" {
		return err
	}
	if !at.ValidTo.IsZero() && (row.ValidTo.IsZero() || at.ValidTo.Before(row.ValidTo.Date)) {
		read.fault("area_id", fmt.Sprintf("%s đã kết thúc ngày %s. Chọn địa bàn kế thừa.", at.Name, at.ValidTo.Vietnamese()),
			fmt.Sprintf("Area %s ended on %s. Choose its successor.", at.ID, at.ValidTo))
	}
	if at.Level != gazetteer.LevelProvince && row.Kind != "village" && !row.ValidFrom.IsZero() && row.ValidFrom.Before(at.ValidFrom.Date) {
		read.fault("area_id", fmt.Sprintf("%s có từ ngày %s, sau ngày thành lập đơn vị. Chọn địa bàn khác.", at.Name, at.ValidFrom.Vietnamese()),
			fmt.Sprintf("Area %s exists since %s, after the unit's first day. Choose another.", at.ID, at.ValidFrom))
	}
	return nil
}

// link judges what a unit points to: it is there, not the unit itself, and has not ended before it.
func (r *unitReading) link(row unit, field, id, vi string, byID map[string]gazetteer.Unit) {
	other, known := byID[id]
	switch {
	case id == "":
	case id == row.ID:
		r.fault(field, fmt.Sprintf("Đơn vị không thể là %s của chính mình. Chọn đơn vị khác hoặc bỏ trống.", vi), "A unit cannot point to itself here. Choose another or leave it empty.")
	case !known:
		r.fault(field, fmt.Sprintf("Không có đơn vị nào mang mã “%s”. Kiểm tra mã của %s.", id, vi), fmt.Sprintf("No unit has the id %q. Check it.", id))
	case other.ValidTo != "" && (row.ValidTo.IsZero() || other.ValidTo < row.ValidTo.String()):
		r.fault(field, fmt.Sprintf("%s đã kết thúc. Chọn đơn vị kế thừa làm %s.", other.Name, vi), fmt.Sprintf("%s has ended. Choose its successor.", other.ID))
	}
}

// ring: nobody is above himself, by however many steps.
func (r *unitReading) ring(row unit, field, id string, existing []gazetteer.Unit, of func(gazetteer.Unit) string) {
	above := map[string]string{}
	for _, u := range existing {
		above[u.ID] = of(u)
	}
	above[row.ID] = id
	for _, ring := range gazetteer.Rings(above) {
		if len(ring) > 1 && slices.Contains(ring, row.ID) {
			among := strings.Join(ring, ", ")
			r.fault(field, among+" là cấp trên của nhau. Chọn đơn vị khác.", among+" are above each other. Choose another unit.")
		}
	}
}

func (u unit) said() []changedField {
	return []changedField{
		said("id", u.ID), said("kind", u.Kind), said("name", u.Name), said("name_en", u.NameEN), said("area", u.AreaID), said("parent", string(u.ParentID)),
		said("superior", string(u.SuperiorID)), said("reviewer", string(u.ReviewerID)), said("valid_from", u.ValidFrom.String()), said("staff", strconv.Itoa(u.Staff)),
		said("working_year", u.WorkingYear), said("special", strconv.FormatBool(u.Special)), said("special_ground", u.SpecialGround), said("followed_from", u.FollowedFrom.String()),
	}
}
