package units

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

// day is a civil day in a column; NULL is no day.
type day struct{ calendar.Date }

// Scan reads a column of type date.
func (d *day) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		d.Date = calendar.Date{}
	case time.Time:
		d.Date = calendar.NewDate(value.Date())
	default:
		return fmt.Errorf("a day cannot be read from %T", value)
	}
	return nil
}

// Value writes a column of type date.
func (d day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// reference is an id in a column; NULL is none.
type reference string

// Scan reads a column of type text.
func (r *reference) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*r = ""
	case string:
		*r = reference(value)
	default:
		return fmt.Errorf("a reference cannot be read from %T", value)
	}
	return nil
}

// Value writes a column of type text.
func (r reference) Value() (driver.Value, error) {
	if r == "" {
		return nil, nil
	}
	return string(r), nil
}

type area struct {
	ID        string `gorm:"primaryKey"`
	Code      string
	Name      string
	NameEN    string `gorm:"column:name_en"`
	Level     string
	Kind      string
	ParentID  reference
	ValidFrom day
	ValidTo   day
	Source    string
	Folded    string

	Predecessors string `gorm:"->"`
	Successors   string `gorm:"->"`
	Outside      string `gorm:"->"`
}

const areaColumns = `areas.*,
	(SELECT string_agg(from_id, ',' ORDER BY from_id) FROM area_successions WHERE to_id = areas.id) AS predecessors,
	(SELECT string_agg(to_id, ',' ORDER BY to_id) FROM area_successions WHERE from_id = areas.id) AS successors,
	(SELECT string_agg(concat_ws(', ', name, district, province), ';' ORDER BY province, district, name)
		FROM area_predecessors_outside WHERE to_id = areas.id) AS outside`

func (a area) message() *unitsv1.Area {
	return &unitsv1.Area{
		Id: a.ID, Code: a.Code, Name: a.Name, NameEn: a.NameEN, Level: a.Level, Kind: a.Kind, ParentId: string(a.ParentID),
		ValidFrom: a.ValidFrom.String(), ValidTo: a.ValidTo.String(), Source: a.Source,
		PredecessorIds: split(a.Predecessors, ","), SuccessorIds: split(a.Successors, ","), PredecessorsOutside: split(a.Outside, ";"),
	}
}

type unit struct {
	ID          string `gorm:"primaryKey"`
	Kind        string
	Name        string
	NameEN      string `gorm:"column:name_en"`
	AreaID      string
	ParentID    reference
	SuperiorID  reference
	ReviewerID  reference
	ValidFrom   day
	ValidTo     day
	Example     bool
	Staff       int
	WorkingYear string
	Source      string
	Folded      string

	Special       bool
	SpecialGround string
	FollowedFrom  day

	Predecessors string `gorm:"->"`
	Successors   string `gorm:"->"`
}

const unitColumns = `units.*,
	(SELECT string_agg(from_id, ',' ORDER BY from_id) FROM unit_successions WHERE to_id = units.id) AS predecessors,
	(SELECT string_agg(to_id, ',' ORDER BY to_id) FROM unit_successions WHERE from_id = units.id) AS successors`

func (u unit) message() *unitsv1.Unit {
	return &unitsv1.Unit{
		Id: u.ID, Kind: u.Kind, Name: u.Name, NameEn: u.NameEN, AreaId: u.AreaID,
		ParentId: string(u.ParentID), SuperiorId: string(u.SuperiorID), ReviewerId: string(u.ReviewerID),
		ValidFrom: u.ValidFrom.String(), ValidTo: u.ValidTo.String(), Example: u.Example, Staff: int32(u.Staff),
		WorkingYear: u.WorkingYear, Source: u.Source, Special: u.Special, SpecialGround: u.SpecialGround,
		PredecessorIds: split(u.Predecessors, ","), SuccessorIds: split(u.Successors, ","), FollowedFrom: u.FollowedFrom.String(),
	}
}

type areaSuccession struct {
	FromID    string
	ToID      reference
	Day       day
	Basis     string
	Uncertain bool
	Note      string
}

type unitSuccession areaSuccession

type outsidePredecessor struct {
	ToID     string
	Code     string
	Name     string
	District string
	Province string
	Day      day
}

// TableName is the table's name.
func (outsidePredecessor) TableName() string { return "area_predecessors_outside" }

type official struct {
	ID          string `gorm:"primaryKey"`
	Name        string
	Email       string
	PhoneSealed []byte
	Example     bool
	Folded      string
	PutKey      *string
}

type position struct {
	ID         int64 `gorm:"primaryKey;->"`
	OfficialID string
	UnitID     string
	Role       string
	Title      string
	ValidFrom  day
	ValidTo    day
	Document   string

	Official official `gorm:"foreignKey:OfficialID"`
	Unit     unit     `gorm:"foreignKey:UnitID"`
}

func (p position) message() *unitsv1.Position {
	return &unitsv1.Position{
		OfficialId: p.OfficialID, UnitId: p.UnitID, Role: p.Role, Title: p.Title, Document: p.Document,
		Id: positionPrefix + strconv.FormatInt(p.ID, 10), ValidFrom: p.ValidFrom.String(), ValidTo: p.ValidTo.String(),
	}
}

type dayOff struct {
	Day             day `gorm:"primaryKey"`
	Kind            string
	NameVI          string `gorm:"column:name_vi"`
	Source          string
	Confidence      string
	ByAdministrator bool
	Removed         bool
}

// TableName is the table's name.
func (dayOff) TableName() string { return "days_off" }

func (d dayOff) message() *casefilev1.DayException {
	return &casefilev1.DayException{Day: d.Day.String(), Kind: d.Kind, NameVi: d.NameVI}
}

func (d dayOff) row() *unitsv1.DayOff {
	return &unitsv1.DayOff{Day: d.Day.String(), Kind: d.Kind, NameVi: d.NameVI, Source: d.Source, Confidence: d.Confidence, Removed: d.Removed}
}

type setting struct {
	Key          string `gorm:"primaryKey"`
	Value        *string
	DefaultValue string
	TitleVI      string `gorm:"column:title_vi"`
	TitleEN      string `gorm:"column:title_en"`
	Unit         string
	Source       string
	Document     string
	Retired      bool
}

func (s setting) message() *unitsv1.Setting {
	message := &unitsv1.Setting{Key: s.Key, Value: s.DefaultValue, DefaultValue: s.DefaultValue, TitleVi: s.TitleVI, TitleEn: s.TitleEN,
		Unit: s.Unit, Source: s.Source, Document: s.Document}
	if s.Value != nil {
		message.Value = *s.Value
	}
	return message
}

func split(joined, separator string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, separator)
}

// messages turns rows into messages, in their order.
func messages[Row interface{ message() M }, M any](rows []Row) []M {
	out := make([]M, len(rows))
	for i, row := range rows {
		out[i] = row.message()
	}
	return out
}
