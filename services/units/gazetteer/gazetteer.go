// Package gazetteer is what the product knows of Hưng Yên before anybody has
// imported anything: its areas since 1 July 2023, which area went on in which,
// the bodies that owe and receive obligations there, and fictional officials
// who hold their posts.
//
// The package is pure: it reads files embedded at build time and no clock.
// Every date is a civil day in Asia/Ho_Chi_Minh, written "yyyy-mm-dd"; a
// validity counts both its first and its last day, and an empty last day means
// "still valid". 2023-07-01, when Luật 10/2022/QH15 came into force, is the
// first day the product speaks of: what is older begins on it here.
//
// Areas and the bodies of communes and districts follow public lists of
// administrative units; each data file names its source and what is uncertain.
// Whatever says Example is made up and must not be taken for a register.
package gazetteer

import (
	"cmp"
	"slices"
)

// FirstDay is the first civil day this gazetteer speaks of: Luật 10/2022/QH15
// came into force on it.
const FirstDay = "2023-07-01"

// Levels of an area.
const (
	LevelProvince = "province"
	LevelDistrict = "district"
	LevelCommune  = "commune"
)

// Area is an administrative area (địa bàn) during one life: a code that was
// given again to a new foundation is another Area.
type Area struct {
	ID        string // statistical code and founding month: "12205-2507"
	Code      string // statistical code alone; not unique over time
	Name      string // with its kind: "Xã Khoái Châu"
	NameEN    string
	Level     string // province, district or commune
	Kind      string // province, city, town, district, ward, township or commune
	ParentID  string // the area above; "" for a province
	ValidFrom string
	ValidTo   string
	Source    string
}

// Succession says that From went on in To on Date, the first day on which To
// stands for From. An empty To means that nothing does (Basis "abolished") or
// that the successor is not known (Basis "unknown").
type Succession struct {
	From, To  string // area ids
	Date      string
	Basis     string // stated, mapping, code-kept, name-kept, inferred, abolished, unknown
	Uncertain bool   // true when no text says so
	Note      string
}

// OutsidePredecessor is an area of another province that went on in To. It is a
// name only: no area and no unit is made of it.
type OutsidePredecessor struct {
	Code, Name, District, Province string // Code may be unknown ("")
	To                             string // area id
	Date                           string
}

// Unit is a body that owes or receives obligations (đơn vị).
//
// ParentID, SuperiorID and ReviewerID are those of the unit's last day, or of
// today for a unit that still exists; for an earlier day walk UnitSuccessions
// backwards.
type Unit struct {
	ID          string // [A-Z0-9-]+, never reused
	Kind        string // one of Kinds
	Name        string
	NameEN      string
	AreaID      string // the province's for a provincial body
	ParentID    string // the body above in its own line
	SuperiorID  string // who hears of lateness at +3 working days
	ReviewerID  string // who confirms what it submits; never itself
	ValidFrom   string
	ValidTo     string
	Example     bool   // made up: not a statement about a real body
	Staff       int    // persons; 0 = not stated
	WorkingYear string // "calendar" or "school": which year HN-01 closes
	Source      string

	Special       bool   // of a special kind, which the law leaves out of some obligations
	SpecialGround string // the document that says so; never empty for a special one

	FollowedFrom string // what was due before this day is not asked for; "" = not decided yet
}

// UnitSuccession is a Succession between units.
type UnitSuccession struct {
	From, To  string // unit ids
	Date      string
	Basis     string // as Succession, or remembered
	Uncertain bool
	Note      string
}

// Official is a person. All officials of this package are fictional.
type Official struct {
	ID      string
	Name    string
	Email   string // under hungyen.example, a domain reserved for examples
	Phone   string // always "": no invented number may ring at somebody's desk
	Example bool
}

// Position is what an official is in a unit. An official may hold several.
type Position struct {
	OfficialID string
	UnitID     string
	Role       string // one of Roles
	Title      string // as the page and the letters write it
	ValidFrom  string
	ValidTo    string
	Example    bool
}

// Fault is one thing wrong, said to a person twice. Line is the line of the
// file it was read from, counted from 1, or 0 where there is no file; Field is
// the column, or the record and field.
type Fault struct {
	Line  int
	Field string
	VI    string
	EN    string
}

// Gazetteer is everything at once. Its slices are the caller's own.
type Gazetteer struct {
	Day             string // of which it is given; "" = as it is known now
	Areas           []Area
	Successions     []Succession
	Outside         []OutsidePredecessor
	Units           []Unit
	UnitSuccessions []UnitSuccession
	Officials       []Official
	Positions       []Position
}

// Kinds are the kinds a unit may have.
func Kinds() []string {
	return []string{
		"commune-peoples-committee", "commune-front", "commune-party-committee",
		"district-party-committee", "district-peoples-committee", "district-front",
		"department", "party-body", "standing-agency", "steering-committee",
		"provincial-front", "mass-organisation", "state-enterprise", "public-unit",
		"attached-party-committee", "provincial-peoples-committee",
		"provincial-peoples-council", "provincial-party-committee",
		"village", "press-agency",
	}
}

// Roles are the roles a position may have.
func Roles() []string {
	return []string{"head", "deputy", "contact", "reviewer", "leader", "supervisor", "auditor", "administrator", "union-chair"}
}

// Followed is the gazetteer with a day for every unit that has none yet: that of
// which the gazetteer is given, or else today.
func (g Gazetteer) Followed(today string) Gazetteer {
	g.Units = slices.Clone(g.Units)
	for i, u := range g.Units {
		g.Units[i].FollowedFrom = cmp.Or(u.FollowedFrom, g.Day, today)
	}
	return g
}

// ValidOn tells whether the area exists on the civil day.
func (a Area) ValidOn(day string) bool { return validOn(a.ValidFrom, a.ValidTo, day) }

// ValidOn tells whether the unit exists on the civil day.
func (u Unit) ValidOn(day string) bool { return validOn(u.ValidFrom, u.ValidTo, day) }

// AreasOn lists the areas of a level that exist on the civil day.
func (g Gazetteer) AreasOn(level, day string) []Area {
	var found []Area
	for _, a := range g.Areas {
		if a.Level == level && a.ValidOn(day) {
			found = append(found, a)
		}
	}
	return found
}

// UnitsOn lists the units that exist on the civil day.
func (g Gazetteer) UnitsOn(day string) []Unit {
	var found []Unit
	for _, u := range g.Units {
		if u.ValidOn(day) {
			found = append(found, u)
		}
	}
	return found
}

func validOn(from, to, day string) bool {
	return from <= day && (to == "" || day <= to)
}
