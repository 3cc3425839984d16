package units

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/units/gazetteer"
)

// write stores the file's rows and what changed, and answers the change's id; 0 when nothing did. Rows that end stand first, so that who
// follows finds the place free.
func (s *server) write(ctx context.Context, tx *gorm.DB, found finding, file triedFile) (int64, error) {
	if len(found.changes) == 0 {
		return 0, nil
	}
	ordered := slices.Clone(found.changes)
	slices.SortStableFunc(ordered, func(a, b rowChange) int { return cmp.Compare(a.turn(), b.turn()) })
	for _, table := range registerTables {
		if err := s.writeTable(tx, table.Sheet, ordered); err != nil {
			return 0, err
		}
	}
	if err := tx.Exec("SET CONSTRAINTS ALL IMMEDIATE").Error; err != nil {
		return 0, err
	}
	return s.record(ctx, tx, changeUnitsImported, found.told(file))
}

// turn is when a row is written: what ends, what else changes, what is new.
func (c rowChange) turn() int {
	switch {
	case c.was != nil && c.says["valid_to"] != "":
		return 0
	case c.was != nil:
		return 1
	default:
		return 2
	}
}

func (s *server) writeTable(tx *gorm.DB, name string, changes []rowChange) error {
	var read dayReader
	var errs []error
	for _, one := range changes {
		if one.table.Sheet == name {
			errs = append(errs, s.writeRow(tx, one, &read))
		}
		if err := errors.Join(append(errs, read.err)...); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) writeRow(tx *gorm.DB, row rowChange, read *dayReader) error {
	put := tx.Clauses(clause.OnConflict{UpdateAll: true}).Omit(clause.Associations)
	switch row.table.Sheet {
	case tableAreas:
		a := areaOf(row.says, read)
		return put.Create(&a).Error
	case tableUnits:
		u := unitRow(unitOf(row.says), read)
		return put.Create(&u).Error
	case tableOfficials:
		o, err := officialRow(gazetteer.Official{ID: row.says["id"], Name: row.says["name"], Email: row.says["email"], Phone: row.says["phone"], Example: row.says["example"] == "true"}, s.vault)
		if err != nil {
			return err
		}
		return putOfficial(tx, row, o)
	case tableBoards:
		b := boardOf(row.says, read)
		return putBoardRow(tx, row, b)
	default:
		return putPosition(tx, row, read)
	}
}

// putOfficial leaves a number alone that the file does not change: it stays sealed as it is.
func putOfficial(tx *gorm.DB, row rowChange, o official) error {
	columns := []string{"name", "email", "example", "folded"}
	if slices.Contains(row.fields, "phone") {
		columns = append(columns, "phone_sealed")
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns(columns)}).Create(&o).Error
}

// putBoardRow leaves alone by which case a board was set up.
func putBoardRow(tx *gorm.DB, row rowChange, b board) error {
	if row.was == nil {
		return tx.Create(&b).Error
	}
	return tx.Model(&board{ID: b.ID}).Omit("case_id").Select("*").Updates(&b).Error
}

func putPosition(tx *gorm.DB, row rowChange, read *dayReader) error {
	p := position{OfficialID: row.says["official"], UnitID: row.says["unit"], Role: row.says["role"], Title: row.says["title"],
		ValidFrom: read.day(row.says["valid_from"]), ValidTo: read.day(row.says["valid_to"])}
	if row.was == nil {
		return tx.Omit(clause.Associations).Create(&p).Error
	}
	return tx.Model(&position{}).Where("official_id = ? AND unit_id = ? AND role = ? AND valid_from = ?", p.OfficialID, p.UnitID, p.Role, p.ValidFrom).
		Updates(map[string]any{"title": p.Title, "valid_to": p.ValidTo}).Error
}

// told is what the audit keeps of an import. That a telephone number changed is kept, the number is not.
func (f finding) told(file triedFile) map[string]any {
	var added, changed []gazetteer.Unit
	var others []*unitsv1.ImportChange
	for _, one := range f.changes {
		switch {
		case one.table.Sheet == tableUnits && one.was == nil:
			added = append(added, unitOf(one.says))
		case one.table.Sheet == tableUnits:
			changed = append(changed, unitOf(one.says))
		default:
			told := one.message()
			for i, key := range one.fields {
				if key == "phone" {
					told.Fields[i].From, told.Fields[i].To = "", ""
				}
			}
			others = append(others, told)
		}
	}
	return map[string]any{"file_sha256": file.sha256, "file": file.name, "added": added, "changed": changed, "others": others}
}

// brokenRules are the sentences of the rules that the database holds itself.
var brokenRules = map[string][2]string{
	"one_head":        {"một đơn vị có hai người đứng đầu trong cùng một ngày. Ghi ngày thôi chức vụ của người trước.", "a unit would have two heads on one day. Enter the last day of the one before."},
	"one_board":       {"một đơn vị có hai ban cùng loại trong cùng một ngày. Ghi ngày hết nhiệm kỳ của ban trước.", "a unit would have two boards of a kind on one day. Enter the last day of the one before."},
	"officials_email": {"hai cán bộ có cùng một địa chỉ thư. Mỗi cán bộ một địa chỉ.", "two officials have one mail address. Each needs his own."},
	"areas_code_excl": {"hai địa bàn cùng mã số trong cùng một ngày. Ghi ngày hết hiệu lực của địa bàn trước.", "two areas have one code on one day. Enter the last day of the one before."},
	"positions_official_id_unit_id_role_daterange_excl": {"một người giữ cùng một chức vụ hai lần trong cùng một ngày. Sửa ngày bắt đầu hoặc ngày kết thúc.", "somebody would hold one position twice on one day. Correct the first or the last day."},
}

// brokenRule is the fault by which the database refuses what a file comes to; nil for any other error.
func brokenRule(err error) *unitsv1.ImportFault {
	var broken *pgconn.PgError
	if !errors.As(err, &broken) || len(broken.Code) != 5 || broken.Code[:2] != "23" {
		return nil
	}
	says, known := brokenRules[broken.ConstraintName]
	if !known {
		says = [2]string{fmt.Sprintf("dữ liệu trái với quy tắc “%s” của hệ thống. Kiểm tra lại các dòng của trang tính, hoặc gửi tệp cho người quản trị.", broken.ConstraintName),
			fmt.Sprintf("the rule %q does not allow it. Check the rows of the sheet.", broken.ConstraintName)}
	}
	sheet := sheetsOfTables[broken.TableName]
	return &unitsv1.ImportFault{Sheet: sheet, TextVi: fmt.Sprintf("Trang tính “%s”: %s", sheet, says[0]), TextEn: fmt.Sprintf("Sheet %q: %s", sheet, says[1])}
}

var sheetsOfTables = map[string]string{"areas": tableAreas, "units": tableUnits, "officials": tableOfficials, "positions": tablePositions, "boards": tableBoards}
