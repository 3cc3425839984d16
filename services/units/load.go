package units

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

// Load fills an empty schema with the province of Hưng Yên, and brings the table of days off and
// the titles and defaults of the settings to those of this release. Where areas exist already
// neither they nor units, officials and positions are touched; a setting's value never is. All in
// one transaction; loading twice is loading once.
func Load(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	db, err := schema().Open(cfg.DatabaseURL)
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	return db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("LOCK TABLE areas, units IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
			return fmt.Errorf("load units: %w", err)
		}
		if err := loadDaysOff(tx, calendar.VietnamDays()); err != nil {
			return fmt.Errorf("load days off: %w", err)
		}
		if err := loadSettings(tx); err != nil {
			return fmt.Errorf("load settings: %w", err)
		}
		return loadProvince(tx, logger)
	})
}

func loadProvince(tx *gorm.DB, logger *zap.Logger) error {
	var known int64
	if err := tx.Model(&area{}).Count(&known).Error; err != nil {
		return fmt.Errorf("count areas: %w", err)
	}
	if known > 0 {
		logger.Info("units are there already", zap.Int64("areas", known))
		return nil
	}
	province, err := gazetteer.HungYen()
	if err != nil {
		return err
	}
	rows, err := rowsOf(province)
	if err != nil {
		return err
	}
	if err := rows.create(tx); err != nil {
		return fmt.Errorf("load the gazetteer: %w", err)
	}
	logger.Info("units loaded", zap.Int("areas", len(rows.areas)), zap.Int("units", len(rows.units)), zap.Int("officials", len(rows.officials)))
	_, err = recordChange(tx, change{At: time.Now(), Kind: changeLoaded, Service: "units"}, map[string]int{
		"areas": len(rows.areas), "units": len(rows.units), "officials": len(rows.officials), "positions": len(rows.positions),
	})
	return err
}

func loadDaysOff(tx *gorm.DB, days []calendar.Day) error {
	rows := make([]dayOff, len(days))
	for i, d := range days {
		rows[i] = dayOff{Day: day{d.Date}, Kind: string(d.Kind), NameVI: d.NameVI, Source: d.Source, Confidence: d.Confidence}
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error
}

func loadSettings(tx *gorm.DB) error {
	rows := defaultSettings()
	return tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "key"}}, DoUpdates: clause.AssignmentColumns([]string{"default_value", "title_vi", "source"}),
	}).Create(&rows).Error
}

const settingSource = "Thiết lập của tỉnh, không phải quy định của pháp luật"

// defaultSettings are what the plan leaves open and the province decides.
func defaultSettings() []setting {
	rows := []setting{
		{Key: "digest.time", DefaultValue: "07:30", TitleVI: "Giờ gửi thư tổng hợp buổi sáng"},
		{Key: "rung.time", DefaultValue: "06:00", TitleVI: "Giờ xét mức nhắc"},
		{Key: "ladder.reminders", DefaultValue: "14d 7d 1wd", TitleVI: "Nhắc việc trước hạn (d: ngày, wd: ngày làm việc)"},
		{Key: "ladder.head", DefaultValue: "1wd", TitleVI: "Báo người đứng đầu sau hạn"},
		{Key: "ladder.superior", DefaultValue: "3wd", TitleVI: "Báo đơn vị cấp trên sau hạn"},
		{Key: "ladder.standing-agency", DefaultValue: "7wd", TitleVI: "Báo cơ quan thường trực sau hạn"},
		{Key: "ladder.committee", DefaultValue: "14wd", TitleVI: "Dự thảo danh sách trình Ban Chỉ đạo sau hạn"},
		{Key: "period.seal", DefaultValue: "synthesis-signed", TitleVI: "Khóa kỳ khi báo cáo tổng hợp của kỳ được ký"},
	}
	for i := range rows {
		rows[i].Source = settingSource
	}
	return rows
}

// provinceRows is a gazetteer as the tables hold it.
type provinceRows struct {
	areas           []area
	areaSuccessions []areaSuccession
	outside         []outsidePredecessor
	units           []unit
	unitSuccessions []unitSuccession
	officials       []official
	positions       []position
}

func (p provinceRows) create(tx *gorm.DB) error {
	const batch = 500
	for _, rows := range []any{&p.areas, &p.areaSuccessions, &p.outside, &p.units, &p.unitSuccessions, &p.officials} {
		if err := tx.CreateInBatches(rows, batch).Error; err != nil {
			return err
		}
	}
	return tx.Omit(clause.Associations).CreateInBatches(&p.positions, batch).Error
}

func rowsOf(g gazetteer.Gazetteer) (provinceRows, error) {
	var rows provinceRows
	read := dayReader{}
	for _, a := range g.Areas {
		row, err := areaRow(a, &read)
		if err != nil {
			return rows, err
		}
		rows.areas = append(rows.areas, row)
	}
	for _, s := range g.Successions {
		rows.areaSuccessions = append(rows.areaSuccessions, successionRow(gazetteer.UnitSuccession(s), &read))
	}
	for _, p := range g.Outside {
		rows.outside = append(rows.outside, outsidePredecessor{p.To, p.Code, p.Name, p.District, p.Province, read.day(p.Date)})
	}
	for _, u := range g.Units {
		rows.units = append(rows.units, unitRow(u, &read))
	}
	for _, s := range g.UnitSuccessions {
		rows.unitSuccessions = append(rows.unitSuccessions, unitSuccession(successionRow(s, &read)))
	}
	for _, o := range g.Officials {
		rows.officials = append(rows.officials, official{o.ID, o.Name, o.Email, o.Phone, o.Example, fold(o.Name)})
	}
	for _, p := range g.Positions {
		rows.positions = append(rows.positions, position{OfficialID: p.OfficialID, UnitID: p.UnitID, Role: p.Role, Title: p.Title,
			ValidFrom: read.day(p.ValidFrom), ValidTo: read.day(p.ValidTo)})
	}
	return rows, read.err
}

// dayReader keeps the first day that could not be read.
type dayReader struct{ err error }

func (r *dayReader) day(text string) day {
	if text == "" {
		return day{}
	}
	date, err := calendar.ParseDate(text)
	if err != nil && r.err == nil {
		r.err = err
	}
	return day{date}
}

// The contract names an area's kind in Vietnamese, since English has one word for phường and thị trấn
// in some laws and two in others.
var areaKinds = map[string]string{
	"province": "tinh", "city": "thanh-pho", "town": "thi-xa", "district": "huyen", "ward": "phuong", "township": "thi-tran", "commune": "xa",
}

func areaRow(a gazetteer.Area, read *dayReader) (area, error) {
	kind, known := areaKinds[a.Kind]
	if !known {
		return area{}, fmt.Errorf("area %s has unknown kind %q", a.ID, a.Kind)
	}
	return area{
		ID: a.ID, Code: a.Code, Name: a.Name, NameEN: a.NameEN, Level: a.Level, Kind: kind, ParentID: reference(a.ParentID),
		ValidFrom: read.day(a.ValidFrom), ValidTo: read.day(a.ValidTo), Source: a.Source, Folded: fold(a.Name + " " + a.ID),
	}, nil
}

func successionRow(s gazetteer.UnitSuccession, read *dayReader) areaSuccession {
	return areaSuccession{s.From, reference(s.To), read.day(s.Date), s.Basis, s.Uncertain, s.Note}
}

func unitRow(u gazetteer.Unit, read *dayReader) unit {
	return unit{
		ID: u.ID, Kind: u.Kind, Name: u.Name, NameEN: u.NameEN, AreaID: u.AreaID,
		ParentID: reference(u.ParentID), SuperiorID: reference(u.SuperiorID), ReviewerID: reference(u.ReviewerID),
		ValidFrom: read.day(u.ValidFrom), ValidTo: read.day(u.ValidTo), Example: u.Example, Staff: u.Staff,
		WorkingYear: u.WorkingYear, Source: u.Source, Folded: fold(u.Name + " " + u.ID),
	}
}

// recordChange writes what changed into the audit and answers the change's id.
func recordChange(tx *gorm.DB, row change, payload any) (int64, error) {
	encoded, err := json.Marshal(payload)
	if err != nil {
		return 0, fmt.Errorf("record change: %w", err)
	}
	row.Payload = encoded
	if err := tx.Create(&row).Error; err != nil {
		return 0, fmt.Errorf("record change: %w", err)
	}
	return row.ID, nil
}
