package units

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/units/gazetteer"
)

// Load fills an empty schema with the province of Hưng Yên, and brings the table of days off and
// the settings to those of this release and its catalogue. Where areas exist already neither they
// nor units, officials and positions are touched; a day off that an administrator changed and a
// setting's value never are. Units are followed from today, or from the day of which the province is
// given. All in one transaction; loading twice is loading once.
func Load(ctx context.Context, cfg wire.Config, logger *zap.Logger) error {
	province, err := gazetteer.HungYen()
	if err != nil {
		return err
	}
	return LoadProvince(ctx, cfg, logger, province)
}

// LoadProvince is [Load] with another province than the built-in one, as one of an earlier day.
func LoadProvince(ctx context.Context, cfg wire.Config, logger *zap.Logger, province gazetteer.Gazetteer) error {
	declared, err := catalogue.Open(cfg.Catalogue)
	if err != nil {
		return fmt.Errorf("open the catalogue: %w", err)
	}
	keys, err := newVault(cfg)
	if err != nil {
		return err
	}
	return inSchema(ctx, cfg, func(tx *gorm.DB) error {
		if err := tx.Exec("LOCK TABLE areas, units IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
			return fmt.Errorf("load units: %w", err)
		}
		if err := loadDaysOff(tx, calendar.VietnamDays()); err != nil {
			return fmt.Errorf("load days off: %w", err)
		}
		if err := loadSettings(tx, declared); err != nil {
			return fmt.Errorf("load settings: %w", err)
		}
		return loadProvince(tx, logger, province, keys)
	})
}

// LoadOfficials adds the province's officials and their positions to units that are there:
// what nobody holds yet is held, whatever is held already stays.
func LoadOfficials(ctx context.Context, cfg wire.Config, province gazetteer.Gazetteer) error {
	keys, err := newVault(cfg)
	if err != nil {
		return err
	}
	rows, err := rowsWithOfficials(gazetteer.Gazetteer{Officials: province.Officials, Positions: province.Positions}, keys)
	if err != nil {
		return err
	}
	return inSchema(ctx, cfg, func(tx *gorm.DB) error {
		missing := tx.Clauses(clause.OnConflict{DoNothing: true}).Session(&gorm.Session{})
		if err := errors.Join(createAll(missing, rows.officials), createAll(missing, rows.positions)); err != nil {
			return fmt.Errorf("load officials: %w", err)
		}
		_, err := recordChange(tx, change{At: time.Now(), Kind: changeOfficialsLoaded, Service: "units"},
			map[string]int{"officials": len(rows.officials), "positions": len(rows.positions)})
		return err
	})
}

// inSchema carries out one transaction on a connection of its own.
func inSchema(ctx context.Context, cfg wire.Config, do func(tx *gorm.DB) error) error {
	db, err := schema().Open(cfg.DatabaseURL)
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	return db.WithContext(ctx).Transaction(do)
}

func loadProvince(tx *gorm.DB, logger *zap.Logger, province gazetteer.Gazetteer, keys vault) error {
	var known int64
	if err := tx.Model(&area{}).Count(&known).Error; err != nil {
		return fmt.Errorf("count areas: %w", err)
	}
	if known > 0 {
		logger.Info("units are there already", zap.Int64("areas", known))
		return nil
	}
	rows, err := rowsWithOfficials(province.Followed(calendar.DateOf(time.Now()).String()), keys)
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

// loadDaysOff writes the release's table; a day that an administrator changed stays as it is.
func loadDaysOff(tx *gorm.DB, days []calendar.Day) error {
	rows := make([]dayOff, len(days))
	for i, d := range days {
		rows[i] = dayOff{Day: day{d.Date}, Kind: string(d.Kind), NameVI: d.NameVI, Source: d.Source, Confidence: d.Confidence}
	}
	return tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "day"}}, DoUpdates: clause.AssignmentColumns([]string{"kind", "name_vi", "source", "confidence"}),
		Where: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "NOT days_off.by_administrator"}}},
	}).Create(&rows).Error
}

// loadSettings brings the settings to those of the catalogue. Rows that no catalogue has any more
// go, unless the province gave them a value: those retire.
func loadSettings(tx *gorm.DB, declared *catalogue.Catalogue) error {
	rows := settingsOf(declared)
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Key
	}
	err := tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "key"}},
		DoUpdates: clause.AssignmentColumns([]string{"default_value", "title_vi", "title_en", "unit", "source", "retired"}),
	}).Create(&rows).Error
	if err != nil {
		return err
	}
	gone := tx.Where("key NOT IN ?", keys)
	if err := gone.Session(&gorm.Session{}).Where("value IS NULL").Delete(&setting{}).Error; err != nil {
		return err
	}
	if err := gone.Session(&gorm.Session{}).Model(&setting{}).Update("retired", true).Error; err != nil {
		return err
	}
	return valuesServe(tx, declared)
}

// valuesServe: a value that this catalogue cannot use would stop every reader of the settings.
func valuesServe(tx *gorm.DB, declared *catalogue.Catalogue) error {
	var changed []setting
	if err := tx.Where("value IS NOT NULL AND NOT retired").Find(&changed).Error; err != nil {
		return err
	}
	values := make(map[string]string, len(changed))
	for _, row := range changed {
		values[row.Key] = *row.Value
	}
	if _, err := declared.WithSettings(values); err != nil {
		return fmt.Errorf("values that the province set do not serve the catalogue of this release: set them anew with the release before: %w", err)
	}
	return nil
}
