package units

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/jackc/pgerrcode"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

var areaCodePattern = regexp.MustCompile(`^[0-9]{2,5}$`)

// levelsAbove are the levels of what an area is a part of; since districts ended a commune may be a part of the province.
var levelsAbove = map[string][]string{
	gazetteer.LevelCommune: {gazetteer.LevelProvince, gazetteer.LevelDistrict}, gazetteer.LevelDistrict: {gazetteer.LevelProvince},
}

// PutArea writes down an area, or changes names, kind and what it is a part of. The id of a new one is its statistical code and first month,
// because codes are given again. First and last day and what follows what are a matter of reorganisations. The reconciliation is told.
func (s *server) PutArea(ctx context.Context, r *connect.Request[unitsv1.PutAreaRequest]) (*connect.Response[unitsv1.Area], error) {
	if err := s.mayAdminister(ctx, "ghi địa bàn", "write areas down"); err != nil {
		return nil, err
	}
	var read areaReading
	row := read.area(r.Msg.GetArea(), r.Msg.GetCreate())
	document := read.document("document", r.Msg.GetDocument())
	var changeID int64
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		was, err := judgeAreaRow(tx, &read, &row, r.Msg.GetCreate())
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
		changeID, err = s.record(ctx, tx, changeArea, written{ID: row.ID, Document: document, Fields: changed}, row.ID)
		return err
	})
	if pgCode(err) == pgerrcode.ExclusionViolation {
		err = overlaps("code", fmt.Sprintf("Mã số %s đang dùng cho một địa bàn khác. Kiểm tra mã số.", row.Code), fmt.Sprintf("Code %s belongs to another area now. Check it.", row.Code))
	}
	if err != nil {
		return nil, fmt.Errorf("write area %s: %w", row.ID, err)
	}
	if changeID != 0 {
		s.tellReconciliation(ctx, strconv.FormatInt(changeID, 10))
	}
	return s.GetArea(ctx, connect.NewRequest(&unitsv1.GetAreaRequest{Id: row.ID}))
}

type areaReading struct{ request }

func (r *areaReading) area(asked *unitsv1.Area, create bool) area {
	row := area{
		ID: asked.GetId(), Code: strings.TrimSpace(asked.GetCode()), Name: r.words("name", asked.GetName(), "tên địa bàn", "The name", longestUnitName),
		NameEN: strings.TrimSpace(asked.GetNameEn()), Kind: asked.GetKind(), ParentID: reference(strings.TrimSpace(asked.GetParentId())), Source: strings.TrimSpace(asked.GetSource()),
	}
	r.fits("name_en", row.NameEN, "tên tiếng Anh", "The English name", longestUnitName)
	level, _, known := gazetteer.KindOfWord(row.Kind)
	if !known {
		r.fault("kind", fmt.Sprintf("Không có loại địa bàn “%s”. Chọn một trong: tinh, thanh-pho, thi-xa, huyen, phuong, thi-tran, xa.", row.Kind),
			fmt.Sprintf("There is no kind of area %q. Choose one of: tinh, thanh-pho, thi-xa, huyen, phuong, thi-tran, xa.", row.Kind))
	}
	row.Level = level
	if create {
		row.ValidFrom = day{r.needDay("valid_from", asked.GetValidFrom(), "ngày thành lập", "The first day of the area")}
		if !areaCodePattern.MatchString(row.Code) {
			r.fault("code", fmt.Sprintf("Mã số “%s” không phải mã của Cục Thống kê. Nhập từ 2 đến 5 chữ số.", row.Code), fmt.Sprintf("%q is no statistical code. Enter two to five digits.", row.Code))
		}
		row.ID = row.Code + "-" + foundingMonth(row.ValidFrom.Date)
	}
	return row
}

func foundingMonth(first calendar.Date) string {
	return fmt.Sprintf("%02d%02d", first.Year()%100, int(first.Month()))
}

// judgeAreaRow judges an area by what is written down, and keeps what only a reorganisation changes. It answers what the area was.
func judgeAreaRow(tx *gorm.DB, read *areaReading, row *area, create bool) (area, error) {
	var was area
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", row.ID).Take(&was).Error
	absent := errors.Is(err, gorm.ErrRecordNotFound)
	switch {
	case err != nil && !absent:
		return was, err
	case absent && !create:
		return was, unknownArea(row.ID)
	case create && !absent:
		return was, overlaps("code", fmt.Sprintf("Mã %s đã dùng cho %s. Kiểm tra mã số và ngày thành lập.", was.ID, was.Name), fmt.Sprintf("%s is %s. Check code and first day.", was.ID, was.Name))
	case !absent:
		row.Code, row.ValidFrom, row.ValidTo, row.Source = was.Code, was.ValidFrom, was.ValidTo, was.Source
		if row.Kind == was.Kind {
			row.Level = was.Level
		}
		if row.Level != was.Level {
			read.fault("kind", "Đổi cấp của địa bàn là việc sắp xếp. Chọn loại cùng cấp.", "A change of level is a reorganisation. Choose a kind of the same level.")
		}
	}
	row.Folded = fold(row.Name + " " + row.ID)
	return was, judgeAreaAbove(tx, read, *row)
}

func judgeAreaAbove(tx *gorm.DB, read *areaReading, row area) error {
	levels := levelsAbove[row.Level]
	if len(levels) == 0 {
		if row.ParentID != "" {
			read.fault("parent_id", "Tỉnh không có địa bàn cấp trên. Bỏ trống mục này.", "A province is part of no other area. Leave this empty.")
		}
		return nil
	}
	if row.ParentID == "" {
		read.fault("parent_id", "Chưa chọn địa bàn cấp trên. Chọn một địa bàn rồi gửi lại.", "What the area is a part of is missing. Choose it and send again.")
		return nil
	}
	var above area
	if err := named(tx, &read.request, "parent_id", string(row.ParentID), &above, unknownArea); err != nil || above.ID == "" {
		return err
	}
	outlives := above.ValidTo.IsZero() || !row.ValidTo.IsZero() && !above.ValidTo.Before(row.ValidTo.Date)
	if !slices.Contains(levels, above.Level) || !outlives || !row.ValidFrom.IsZero() && row.ValidFrom.Before(above.ValidFrom.Date) {
		read.fault("parent_id", fmt.Sprintf("%s không ở cấp trên trong suốt thời gian của địa bàn này. Chọn địa bàn khác.", above.Name),
			fmt.Sprintf("Area %s is not above this one all the time. Choose another.", above.ID))
	}
	return nil
}

func (a area) said() []changedField {
	return []changedField{
		said("id", a.ID), said("code", a.Code), said("name", a.Name), said("name_en", a.NameEN), said("kind", a.Kind), said("parent", string(a.ParentID)),
		said("valid_from", a.ValidFrom.String()),
	}
}
