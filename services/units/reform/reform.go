// Package reform works out what a reorganisation comes to: which areas and units end and begin, who
// follows whom, what goes on under another parent, and everything that is wrong with the plan.
//
// The package is pure: it decides from what it is given and knows no clock. Every day is a civil day
// in Asia/Ho_Chi_Minh, written "yyyy-mm-dd". What ends, ends on the day before the plan's effective
// day; what begins, begins on it.
package reform

import (
	"maps"
	"slices"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

// Register is who exists, over all time, and what else is planned.
type Register struct {
	Areas []gazetteer.Area
	Units []gazetteer.Unit
	// Planned are the other reorganisations that wait for their day.
	Planned []*unitsv1.Reorganisation
}

// Succession is which unit follows which.
type Succession struct {
	gazetteer.UnitSuccession
	// Heir takes what belongs to no other successor; the only successor is the heir.
	Heir bool
	// Only: the successor began by this reorganisation and has no other predecessor, here or
	// outside, and the unit no other successor. Nothing uncertain is Only.
	Only bool
}

// Outcome is what a plan comes to. With any fault nothing of it may be carried out. The line of a
// fault or note is the operation's number, counted from 1; 0 is the plan as a whole.
type Outcome struct {
	AreasEnded      []string
	AreasBegun      []gazetteer.Area
	AreasChanged    []gazetteer.Area // renamed or moved, as they are from the day on
	AreaSuccessions []gazetteer.Succession
	Outside         []gazetteer.OutsidePredecessor
	UnitsEnded      []string
	UnitsBegun      []gazetteer.Unit
	UnitsChanged    []gazetteer.Unit // renamed, moved, or following a parent's, superior's, reviewer's or area's successor
	UnitSuccessions []Succession
	Faults          []gazetteer.Fault
	Notes           []gazetteer.Fault
}

// Work works out the plan. All faults come at once, by operation.
func Work(register Register, plan *unitsv1.Reorganisation) Outcome {
	w := start(register, plan)
	if w.heading() {
		w.readOperations()
		w.readSuccessors()
		w.carryAreas()
		w.carryUnits()
		w.relink()
		w.checkTree()
		w.checkShares()
	}
	return w.outcome()
}

// work is a plan being worked out. The maps of areas and units begin as the register has them and
// end as they are from the effective day on.
type work struct {
	plan     *unitsv1.Reorganisation
	day, eve string
	planned  []*unitsv1.Reorganisation

	areas, areasWere map[string]gazetteer.Area
	units, unitsWere map[string]gazetteer.Unit

	ops     []*operation
	named   map[string]int    // area or unit → the operation that ends or changes it
	excused map[string]bool   // areas and units of operations that are wrong already
	begun   map[string]int    // area or unit that begins → the operation that describes it
	ended   map[string]int    // area or unit that ends → the operation
	follow  map[string]string // what ends → what takes its place where one thing must: the heir or the only successor
	origin  map[string]int    // unit that begins or changes → the operation by which

	out Outcome
}

// operation is one operation of the plan, read.
type operation struct {
	*unitsv1.Operation
	n       int
	ofAreas bool
	wrong   bool
}

func start(register Register, plan *unitsv1.Reorganisation) *work {
	w := &work{
		plan: plan, planned: register.Planned, areas: map[string]gazetteer.Area{}, units: map[string]gazetteer.Unit{},
		named: map[string]int{}, excused: map[string]bool{}, begun: map[string]int{}, ended: map[string]int{},
		follow: map[string]string{}, origin: map[string]int{},
	}
	for _, a := range register.Areas {
		w.areas[a.ID] = a
	}
	for _, u := range register.Units {
		w.units[u.ID] = u
	}
	w.areasWere, w.unitsWere = maps.Clone(w.areas), maps.Clone(w.units)
	return w
}

// heading reads what is said of the plan as a whole, and tells whether its operations can be worked out.
func (w *work) heading() bool {
	if blank(w.plan.GetDecision()) {
		w.fault(0, "decision", "Chưa có số, ký hiệu văn bản quyết định việc sắp xếp. Nhập rồi gửi lại.", "The number of the decision is missing. Enter it and send again.")
	}
	day := w.date("effective_on", w.plan.GetEffectiveOn())
	if w.plan.GetEffectiveOn() == "" {
		w.fault(0, "effective_on", "Chưa có ngày hiệu lực. Nhập ngày rồi gửi lại.", "The effective day is missing. Enter it and send again.")
	}
	w.date("decided_on", w.plan.GetDecidedOn())
	if len(w.plan.GetOperations()) == 0 {
		w.fault(0, "operations", "Phương án chưa có nội dung sắp xếp nào. Thêm ít nhất một nội dung.", "The plan has no operation. Add at least one.")
	}
	if day.IsZero() {
		return false
	}
	w.day, w.eve = day.String(), day.AddDays(-1).String()
	return true
}

func (w *work) date(field, text string) calendar.Date {
	if text == "" {
		return calendar.Date{}
	}
	date, err := calendar.ParseDate(text)
	if err != nil {
		w.fault(0, field, "“%s” không phải là ngày có trong lịch. Nhập theo dạng ngày/tháng/năm.", "%q is not a day of the calendar. Write it as yyyy-mm-dd.", text)
	}
	return date
}

// outcome gathers what differs from the register.
func (w *work) outcome() Outcome {
	for id := range w.ended {
		if _, isUnit := w.unitsWere[id]; isUnit {
			w.out.UnitsEnded = append(w.out.UnitsEnded, id)
		} else {
			w.out.AreasEnded = append(w.out.AreasEnded, id)
		}
	}
	slices.Sort(w.out.UnitsEnded)
	slices.Sort(w.out.AreasEnded)
	w.out.AreasBegun, w.out.AreasChanged = differing(w.areasWere, w.areas, w.ended)
	w.out.UnitsBegun, w.out.UnitsChanged = differing(w.unitsWere, w.units, w.ended)
	w.followBegun()
	w.markOnly()
	w.note()
	byLine := func(a, b gazetteer.Fault) int { return a.Line - b.Line }
	slices.SortStableFunc(w.out.Faults, byLine)
	slices.SortStableFunc(w.out.Notes, byLine)
	return w.out
}

// differing are the things that are new and those that are other than they were, by id; what ends
// is neither.
func differing[T comparable](were, are map[string]T, ended map[string]int) (begun, changed []T) {
	for _, id := range slices.Sorted(maps.Keys(are)) {
		was, there := were[id]
		switch {
		case !there:
			begun = append(begun, are[id])
		case was != are[id] && ended[id] == 0:
			changed = append(changed, are[id])
		}
	}
	return begun, changed
}
