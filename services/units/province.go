package units

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
	"nenep/services/units/reach"
)

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

// rowsAtOnce is how many rows one statement writes.
const rowsAtOnce = 500

func (p provinceRows) create(tx *gorm.DB) error {
	return errors.Join(
		createAll(tx, p.areas), createAll(tx, p.areaSuccessions), createAll(tx, p.outside), createAll(tx, p.units),
		createAll(tx, p.unitSuccessions), createAll(tx, p.officials), createAll(tx, p.positions))
}

// createAll writes rows in batches, in their order; no rows are nothing to write.
func createAll[Row any](tx *gorm.DB, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.Omit(clause.Associations).CreateInBatches(&rows, rowsAtOnce).Error
}

// rowsOf reads all but the officials, whose numbers take a key.
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
	for _, p := range g.Positions {
		rows.positions = append(rows.positions, position{OfficialID: p.OfficialID, UnitID: p.UnitID, Role: p.Role, Title: p.Title,
			ValidFrom: read.day(p.ValidFrom), ValidTo: read.day(p.ValidTo)})
	}
	return rows, read.err
}

func rowsWithOfficials(g gazetteer.Gazetteer, keys vault) (provinceRows, error) {
	rows, err := rowsOf(g)
	if err != nil {
		return rows, err
	}
	for _, o := range g.Officials {
		row, err := officialRow(o, keys)
		if err != nil {
			return rows, err
		}
		rows.officials = append(rows.officials, row)
	}
	return rows, nil
}

// officialRow takes only addresses that an official himself could enter.
func officialRow(o gazetteer.Official, keys vault) (official, error) {
	email, wrong := reach.Email(o.Email)
	if wrong != nil {
		return official{}, fmt.Errorf("official %s: %w", o.ID, wrong)
	}
	phone, wrong := reach.Phone(o.Phone)
	if wrong != nil {
		return official{}, fmt.Errorf("official %s: %w", o.ID, wrong)
	}
	sealed, err := keys.seal(o.ID, phone)
	return official{ID: o.ID, Name: o.Name, Email: email, PhoneSealed: sealed, Example: o.Example, Folded: fold(o.Name)}, err
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

func areaRow(a gazetteer.Area, read *dayReader) (area, error) {
	kind := gazetteer.KindWord(a.Kind)
	if kind == "" {
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
		WorkingYear: u.WorkingYear, Source: u.Source, Special: u.Special, SpecialGround: u.SpecialGround, Folded: fold(u.Name + " " + u.ID),
		FollowedFrom: read.day(u.FollowedFrom),
	}
}
