package catalogue

import (
	"cmp"
	"slices"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// UnitFacts are what a decision needs to know of a unit.
type UnitFacts struct {
	ID            string
	Kind          string // of the gazetteer: "commune-peoples-committee" …
	Name          string // not put into a case
	AreaID        string
	ValidFrom     calendar.Date
	ValidTo       calendar.Date // last day of validity; zero = still valid
	FollowedFrom  calendar.Date // what was due before is not this system's to ask for; zero = no bound
	Staff         int           // 0 = not known
	WorkingYear   string        // calendar | school
	ReviewerID    string        // unit that reviews this one
	Merged        bool          // born of a merger: no rung in its first quiet days
	Born          bool          // born of any reorganisation: it has predecessors. Merged means Born too
	Special       bool          // of a special kind, which the law leaves out of some obligations
	SpecialGround string        // the document that says so
	Boards        []BoardFacts
}

// BoardFacts are a board of the unit as it was set up.
type BoardFacts struct {
	ID        string
	Kind      string // peoples-inspection-board …
	ValidFrom calendar.Date
	ValidTo   calendar.Date  // last day of the term; zero = none set
	Vacancies []VacancyFacts // those not filled yet
}

// VacancyFacts are a seat that fell empty.
type VacancyFacts struct {
	On   calendar.Date
	Role string // chair | deputy | member
}

func (u UnitFacts) existsOn(d calendar.Date) bool {
	return !u.ValidFrom.After(d) && (u.ValidTo.IsZero() || !u.ValidTo.Before(d))
}

// hadBoard tells whether the unit had a board of the kind on some day from the one on.
func (u UnitFacts) hadBoard(kind string, from calendar.Date) bool {
	return slices.ContainsFunc(u.Boards, func(b BoardFacts) bool {
		return b.Kind == kind && (b.ValidTo.IsZero() || !b.ValidTo.Before(from))
	})
}

// EventFacts are a happening that obliges a unit ("a member has left").
type EventFacts struct {
	ID           string // "E-2026-0007": the period of the case it opens
	Obligation   string
	UnitID       string
	On           calendar.Date
	Trigger      string            // empty = the obligation's first
	Facts        map[string]string // as the trigger asks for them
	OriginCaseID string            // the case out of which it was raised
	BoardID      string
	PassedFrom   string // the unit it happened in, when the event passed to a successor
}

// Expectation is a case that should exist.
type Expectation struct {
	CaseID     string
	Obligation string
	UnitID     string
	Period     calendar.Period
	OpensOn    calendar.Date // of the period for this unit: not before its birth; for an event, its day
}

// NotObliged is a unit of which no case is expected although its kind owes one, and why.
type NotObliged struct {
	Obligation  string
	UnitID      string
	Period      calendar.Period
	Ground      *casefilev1.LegalGround // nil when the reason is the unit's nature, not a rule
	Reason      Text
	NotFollowed bool // it is obliged, but the period was due before the system followed the unit
}

// Expected says which cases should exist today, and which units of an obliged kind are outside an obligation and why; both in order of
// obligation and unit. An obligation that another's case carries has none.
//
// A recurring obligation is expected for its current period: the latest whose opening day is not after today, which stays current
// until the next one opens; what is done once stays so. It is owed by units that exist today; one born in mid-period owes from its
// birth, one born after the due date or after the period's last day does not. A period that was due before the system followed the unit
// is not expected of it; one that fell due since then is, however long ago.
//
// A case by event, of an obligation by event or beside a recurring one, is expected for each event of a unit that exists on the day of
// the event and today (for one that passed to a successor: today), by a trigger that was in force on that day.
//
// Due days are reckoned with the calendar, as [Snapshot] does; nil knows only Saturday and Sunday.
func Expected(cat *Catalogue, units []UnitFacts, events []EventFacts, cal *calendar.Calendar, today calendar.Date) ([]Expectation, []NotObliged) {
	e := cat.At(today)
	if e == nil {
		return nil, nil
	}
	v := view{edition: e, cal: orWeekdays(cal), today: today, currents: map[openingKey]current{}, dues: map[dueKey]dueDay{}}
	units = slices.Clone(units)
	slices.SortFunc(units, func(a, b UnitFacts) int { return cmp.Compare(a.ID, b.ID) })
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b EventFacts) int { return cmp.Or(cmp.Compare(a.UnitID, b.UnitID), cmp.Compare(a.ID, b.ID)) })
	for _, o := range e.Obligations {
		if o.CarriedBy != nil {
			continue
		}
		if o.Recurrence != ByEvent {
			for _, u := range units {
				v.recurring(o, u)
			}
		}
		v.byEvent(o, units, events)
	}
	return v.expected, v.notObliged
}

func orWeekdays(cal *calendar.Calendar) *calendar.Calendar {
	if cal == nil {
		return &calendar.Calendar{}
	}
	return cal
}

type view struct {
	edition    *Edition
	cal        *calendar.Calendar
	today      calendar.Date
	currents   map[openingKey]current
	dues       map[dueKey]dueDay
	expected   []Expectation
	notObliged []NotObliged
}

// openingKey is all that the opening of a period depends on.
type openingKey struct{ obligation, workingYear, kind string }

// dueKey is all that the due day of the current period depends on.
type dueKey struct {
	openingKey
	opens calendar.Date
}

type dueDay struct {
	day   calendar.Date
	known bool
}

type current struct {
	period calendar.Period
	opens  calendar.Date
	ok     bool
}

func (v *view) recurring(o *Obligation, u UnitFacts) {
	if !u.existsOn(v.today) || !o.Obliged.kindEver(u.Kind) {
		return
	}
	e, key := v.edition.of(o), openingKey{o.Code, u.WorkingYear, u.Kind}
	now, known := v.currents[key]
	if !known {
		now.period, now.opens, now.ok = e.current(o, u, v.today)
		v.currents[key] = now
	}
	if !now.ok {
		return
	}
	opens := later(now.opens, u.ValidFrom)
	due := v.due(dueKey{key, opens}, e, o, situation{u, now.period, opens})
	if !due.known || bornTooLate(u, now.period, due.day) {
		return
	}
	v.expect(o, u, now.period, opens, opens, due.day)
}

// due is reckoned once for all units that stand alike.
func (v *view) due(key dueKey, e *Edition, o *Obligation, in situation) dueDay {
	due, there := v.dues[key]
	if !there {
		found, err := e.due(o, o.Due, in, v.cal, calendar.Date{})
		due = dueDay{found.day, err == nil}
		v.dues[key] = due
	}
	return due
}

func (v *view) byEvent(o *Obligation, units []UnitFacts, events []EventFacts) {
	if o.Recurrence != ByEvent && len(o.Triggers) == 0 {
		return
	}
	for _, ev := range events {
		period, err := calendar.ParsePeriod(ev.ID)
		i, known := slices.BinarySearchFunc(units, ev.UnitID, func(u UnitFacts, id string) int { return cmp.Compare(u.ID, id) })
		if ev.Obligation != o.Code || err != nil || period.Kind() != calendar.Event || !known || ev.On.After(v.today) || !v.edition.triggered(o, ev) {
			continue
		}
		u := units[i]
		if u.existsOn(v.today) && (ev.PassedFrom != "" || u.existsOn(ev.On)) {
			v.expect(o, u, period, ev.On, later(ev.On, u.ValidFrom), calendar.Date{})
		}
	}
}

// triggered tells whether the event's trigger is declared and was in force on its day.
func (e *Edition) triggered(o *Obligation, ev EventFacts) bool {
	t := o.Trigger(ev.Trigger)
	if t == nil {
		return ev.Trigger == ""
	}
	return e.of(o).triggerInForce(t, ev.On)
}

func (e *Edition) triggerInForce(t *Trigger, on calendar.Date) bool {
	if t.Ground == "" {
		return true
	}
	_, ok := e.source(t.Ground, on)
	return ok
}

// expect notes the case, or why there is none; the unit is judged as it stands on the day judged. A case by event has no due day here:
// whoever recorded it follows it.
func (v *view) expect(o *Obligation, u UnitFacts, period calendar.Period, opens, judged, due calendar.Date) {
	obliged, reason, ground := v.edition.Obliged(o, u, judged)
	missed, notFollowed := notFollowedYet(u, due)
	switch {
	case obliged && notFollowed:
		v.notObliged = append(v.notObliged, NotObliged{o.Code, u.ID, period, nil, missed, true})
	case obliged:
		v.expected = append(v.expected, Expectation{contract.CaseID(o.Code, u.ID, period.String()), o.Code, u.ID, period, opens})
	case reason.VI != "":
		v.notObliged = append(v.notObliged, NotObliged{o.Code, u.ID, period, ground, reason, false})
	}
}

// current is the latest period whose opening day is not after today. Openings move by at most a year or two against their period.
func (e *Edition) current(o *Obligation, unit UnitFacts, today calendar.Date) (calendar.Period, calendar.Date, bool) {
	for year := today.Year() + 2; year >= today.Year()-3; year-- {
		for _, period := range slices.Backward(o.periodsOf(year)) {
			opens, err := e.opening(o, period, unit)
			if err == nil && !opens.After(today) {
				return period, opens, true
			}
		}
	}
	return calendar.Period{}, calendar.Date{}, false
}

// periodsOf are the obligation's periods of the year in order; none for one by event. What is done once stays the period of every year.
func (o *Obligation) periodsOf(year int) []calendar.Period {
	january := calendar.NewDate(year, 1, 1)
	switch o.Recurrence {
	case EveryYear:
		return []calendar.Period{calendar.PeriodAt(calendar.Year, january)}
	case EveryFirstHalf:
		return []calendar.Period{calendar.PeriodAt(calendar.Half, january)}
	case EveryHalf:
		return inYear(calendar.Half, january)
	case EveryQuarter:
		return inYear(calendar.Quarter, january)
	case Once:
		return []calendar.Period{o.OnlyPeriod}
	default:
		return nil
	}
}

func inYear(kind calendar.PeriodKind, january calendar.Date) []calendar.Period {
	var periods []calendar.Period
	for p := calendar.PeriodAt(kind, january); p.Year() == january.Year(); p, _ = p.Next() {
		periods = append(periods, p)
	}
	return periods
}

// bornTooLate spares a unit a period in which it did nothing that could be held or reported.
func bornTooLate(u UnitFacts, period calendar.Period, due calendar.Date) bool {
	_, last, _ := period.Bounds()
	return u.ValidFrom.After(last) || u.ValidFrom.After(due)
}

func later(a, b calendar.Date) calendar.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// CurrentPeriod is the obligation's period that is current for units like this one today, and the day on which it opened: the latest that
// is not still to open. False before the first, and for an obligation by event.
func (e *Edition) CurrentPeriod(o *Obligation, unit UnitFacts, today calendar.Date) (calendar.Period, calendar.Date, bool) {
	period, opens, ok := e.of(o).current(o, unit, today)
	return period, later(opens, unit.ValidFrom), ok
}
