package units

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/units/gazetteer"
	"nenep/services/units/reform"
)

// ApplyReorganisation ends and begins areas, units, boards and positions in one transaction; again
// changes nothing and answers what was done. A plan that no longer fits who exists is refused with
// every sentence, and nothing of it is done. The day is the workflow's to await.
func (s *server) ApplyReorganisation(ctx context.Context, r *connect.Request[unitsv1.GetReorganisationRequest]) (*connect.Response[unitsv1.GetReorganisationResponse], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	var whole *unitsv1.GetReorganisationResponse
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("LOCK TABLE areas, units IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
			return err
		}
		row, err := s.reorganisation(tx.Clauses(clause.Locking{Strength: "UPDATE"}), r.Msg.GetId())
		if err != nil {
			return err
		}
		if row.State == statePlanned {
			if err := s.apply(ctx, tx, &row); err != nil {
				return err
			}
		}
		if row.State == stateCancelled {
			return mustBe(row, stateApplied, "Phương án %s đã hủy.", "Reorganisation %s was cancelled.")
		}
		whole, err = row.whole()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("apply reorganisation %s: %w", r.Msg.GetId(), err)
	}
	return connect.NewResponse(whole), nil
}

func (s *server) apply(ctx context.Context, tx *gorm.DB, row *reorganisation) error {
	plan, err := row.message()
	if err != nil {
		return err
	}
	outcome, err := s.work(tx, plan, row.ID)
	if err != nil {
		return err
	}
	if len(outcome.Faults) > 0 {
		return noLongerFits(*row, outcome.Faults)
	}
	if err := carryOut(tx, *row, outcome); err != nil {
		return err
	}
	row.State = stateApplied
	if row.Successions, err = asJSON(successionMessages(outcome.UnitSuccessions)); err != nil {
		return err
	}
	if err := tx.Model(row).Select("state", "successions").Updates(row).Error; err != nil {
		return err
	}
	_, err = s.record(ctx, tx, changeReorganisationApplied, map[string]any{
		"id": row.ID, "areas_ended": outcome.AreasEnded, "units_ended": outcome.UnitsEnded, "areas_begun": idsOf(outcome.AreasBegun, areaID),
		"units_begun": idsOf(outcome.UnitsBegun, unitID), "areas_changed": outcome.AreasChanged, "units_changed": outcome.UnitsChanged,
	})
	return err
}

func areaID(a gazetteer.Area) string { return a.ID }
func unitID(u gazetteer.Unit) string { return u.ID }

func idsOf[T any](things []T, id func(T) string) []string {
	ids := make([]string, len(things))
	for i, thing := range things {
		ids[i] = id(thing)
	}
	return ids
}

func noLongerFits(row reorganisation, faults []gazetteer.Fault) error {
	refusal := wire.Refuse(contract.CodeWrongState,
		fmt.Sprintf("Phương án %s không còn khớp với danh mục đơn vị: %s Hủy và lập phương án mới.", row.ID, faults[0].VI),
		fmt.Sprintf("Reorganisation %s no longer fits who exists: %s Cancel it and plan another.", row.ID, faults[0].EN))
	for _, fault := range faults {
		refusal.Fields = append(refusal.Fields, wire.Field(fmt.Sprintf("operations[%d].%s", fault.Line-1, fault.Field), fault.VI, fault.EN))
	}
	return refusal
}

// carryOut writes an outcome: first what ends, so that codes and seats are free for what begins.
func carryOut(tx *gorm.DB, row reorganisation, outcome reform.Outcome) error {
	lastDay := day{row.EffectiveOn.AddDays(-1)}
	begun, err := rowsOf(gazetteer.Gazetteer{
		Areas: outcome.AreasBegun, Successions: outcome.AreaSuccessions, Outside: outcome.Outside, Units: outcome.UnitsBegun,
		UnitSuccessions: withoutMarks(outcome.UnitSuccessions),
	})
	if err != nil {
		return err
	}
	changed, err := rowsOf(gazetteer.Gazetteer{Areas: outcome.AreasChanged, Units: outcome.UnitsChanged})
	if err != nil {
		return err
	}
	for _, do := range []func(*gorm.DB) error{
		func(tx *gorm.DB) error { return endAreasAndUnits(tx, outcome, lastDay) },
		func(tx *gorm.DB) error { return endPositions(tx, outcome.UnitsEnded, lastDay) },
		func(tx *gorm.DB) error { return endBoards(tx, outcome.UnitsEnded, lastDay, row.ID) },
		begun.create,
		changed.replace,
	} {
		if err := do(tx); err != nil {
			return err
		}
	}
	return nil
}

func withoutMarks(marked []reform.Succession) []gazetteer.UnitSuccession {
	plain := make([]gazetteer.UnitSuccession, len(marked))
	for i, s := range marked {
		plain[i] = s.UnitSuccession
	}
	return plain
}

func endAreasAndUnits(tx *gorm.DB, outcome reform.Outcome, lastDay day) error {
	if err := tx.Model(&area{}).Where("id IN ?", outcome.AreasEnded).Update("valid_to", lastDay).Error; err != nil {
		return fmt.Errorf("end areas: %w", err)
	}
	if err := tx.Model(&unit{}).Where("id IN ?", outcome.UnitsEnded).Update("valid_to", lastDay).Error; err != nil {
		return fmt.Errorf("end units: %w", err)
	}
	return nil
}

// endPositions ends what is held in units that end. A position that began later never holds, since
// its unit is gone by then.
func endPositions(tx *gorm.DB, units []string, lastDay day) error {
	err := tx.Model(&position{}).Where("unit_id IN ? AND valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)", units, lastDay, lastDay).Update("valid_to", lastDay).Error
	if err != nil {
		return fmt.Errorf("end positions: %w", err)
	}
	return nil
}

// endBoards ends the boards of units that end; one that began since a backdated day ends on its own
// first day.
func endBoards(tx *gorm.DB, units []string, lastDay day, by string) error {
	err := tx.Model(&board{}).Where("unit_id IN ? AND (valid_to IS NULL OR valid_to > ?)", units, lastDay).
		Updates(map[string]any{"valid_to": gorm.Expr("greatest(?::date, valid_from)", lastDay), "ended_by": by}).Error
	if err != nil {
		return fmt.Errorf("end boards: %w", err)
	}
	return nil
}

// replace writes areas and units that are there already.
func (p provinceRows) replace(tx *gorm.DB) error {
	replacing := tx.Clauses(clause.OnConflict{UpdateAll: true}).Session(&gorm.Session{})
	return errors.Join(createAll(replacing, p.areas), createAll(replacing, p.units))
}
