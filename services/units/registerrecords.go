package units

import (
	"cmp"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"nenep/services/units/gazetteer"
)

// standing is the register as it stands: its rows by table, in their order.
type standing struct {
	rows  map[string][]record
	byID  map[string]map[string]record
	units []gazetteer.Unit
}

func (s *standing) add(table registerTable, row record) {
	s.rows[table.Sheet] = append(s.rows[table.Sheet], row)
	if s.byID[table.Sheet] == nil {
		s.byID[table.Sheet] = map[string]record{}
	}
	s.byID[table.Sheet][table.id(row)] = row
}

// standingRegister reads the whole register; telephone numbers are opened, so that a change of one can be told.
func (s *server) standingRegister(tx *gorm.DB) (standing, error) {
	now := standing{rows: map[string][]record{}, byID: map[string]map[string]record{}}
	var areas []area
	if err := tx.Order("id").Find(&areas).Error; err != nil {
		return now, err
	}
	for _, a := range areas {
		now.add(tableNamed(tableAreas), areaRecord(a))
	}
	var err error
	if now.units, err = existingUnits(tx); err != nil {
		return now, err
	}
	for _, u := range now.units {
		now.add(tableNamed(tableUnits), unitRecord(u))
	}
	var officials []official
	if err := tx.Order("id").Find(&officials).Error; err != nil {
		return now, err
	}
	for _, o := range officials {
		phone, err := s.vault.open(o.ID, o.PhoneSealed)
		if err != nil {
			phone = "" // a number that cannot be opened any more is as good as none
		}
		now.add(tableNamed(tableOfficials), record{"id": o.ID, "name": o.Name, "email": o.Email, "phone": phone, "example": strconv.FormatBool(o.Example)})
	}
	var positions []position
	if err := tx.Order("unit_id, role, valid_from, official_id").Find(&positions).Error; err != nil {
		return now, err
	}
	for _, p := range positions {
		now.add(tableNamed(tablePositions), record{"official": p.OfficialID, "unit": p.UnitID, "role": p.Role, "title": p.Title,
			"valid_from": p.ValidFrom.String(), "valid_to": p.ValidTo.String()})
	}
	var boards []board
	if err := tx.Order("unit_id, valid_from, id").Find(&boards).Error; err != nil {
		return now, err
	}
	for _, b := range boards {
		now.add(tableNamed(tableBoards), boardRecord(b))
	}
	return now, nil
}

func areaRecord(a area) record {
	return record{"id": a.ID, "name": a.Name, "name_en": a.NameEN, "kind": a.Kind, "parent": string(a.ParentID),
		"valid_from": a.ValidFrom.String(), "valid_to": a.ValidTo.String(), "source": a.Source}
}

// areaOf is the row of an area; its code and level follow from its id and kind.
func areaOf(r record, read *dayReader) area {
	code, _, _ := strings.Cut(r["id"], "-")
	level, _, _ := gazetteer.KindOfWord(r["kind"])
	return area{ID: r["id"], Code: code, Name: r["name"], NameEN: r["name_en"], Level: level, Kind: r["kind"], ParentID: reference(r["parent"]),
		ValidFrom: read.day(r["valid_from"]), ValidTo: read.day(r["valid_to"]), Source: r["source"], Folded: fold(r["name"] + " " + r["id"])}
}

func unitRecord(u gazetteer.Unit) record {
	return record{"id": u.ID, "kind": u.Kind, "name": u.Name, "name_en": u.NameEN, "area": u.AreaID, "parent": u.ParentID, "superior": u.SuperiorID,
		"reviewer": u.ReviewerID, "valid_from": u.ValidFrom, "valid_to": u.ValidTo, "staff": strconv.Itoa(u.Staff), "working_year": u.WorkingYear,
		"example": strconv.FormatBool(u.Example), "source": u.Source, "special": strconv.FormatBool(u.Special), "special_ground": u.SpecialGround,
		"followed_from": u.FollowedFrom}
}

func unitOf(r record) gazetteer.Unit {
	staff, _ := strconv.Atoi(r["staff"])
	return gazetteer.Unit{ID: r["id"], Kind: r["kind"], Name: r["name"], NameEN: r["name_en"], AreaID: r["area"], ParentID: r["parent"], SuperiorID: r["superior"],
		ReviewerID: r["reviewer"], ValidFrom: r["valid_from"], ValidTo: r["valid_to"], Staff: staff, WorkingYear: cmp.Or(r["working_year"], "calendar"),
		Example: r["example"] == "true", Source: r["source"], Special: r["special"] == "true", SpecialGround: r["special_ground"], FollowedFrom: r["followed_from"]}
}

func boardRecord(b board) record {
	return record{"id": b.ID, "unit": b.UnitID, "kind": b.Kind, "name": b.Name, "decision": b.Decision, "valid_from": b.ValidFrom.String(),
		"valid_to": b.ValidTo.String(), "members": strconv.Itoa(b.Members), "project": b.Project, "ended_by": b.EndedBy}
}

func boardOf(r record, read *dayReader) board {
	members, _ := strconv.Atoi(r["members"])
	return board{ID: r["id"], UnitID: r["unit"], Kind: r["kind"], Name: r["name"], Decision: r["decision"], ValidFrom: read.day(r["valid_from"]),
		ValidTo: read.day(r["valid_to"]), Members: members, Project: r["project"], EndedBy: r["ended_by"]}
}
