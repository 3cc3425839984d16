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
	ID          string
	Kind        string // of the gazetteer: "commune-peoples-committee" …
	Name        string // not put into a case
	AreaID      string
	ValidFrom   calendar.Date
	ValidTo     calendar.Date // last day of validity; zero = still valid
	Staff       int           // 0 = not known
	WorkingYear string        // calendar | school
	ReviewerID  string        // unit that reviews this one
	Merged      bool          // born of a merger: no rung in its first quiet days
}

func (u UnitFacts) existsOn(d calendar.Date) bool {
	return !u.ValidFrom.After(d) && (u.ValidTo.IsZero() || !u.ValidTo.Before(d))
}

// EventFacts are a happening that obliges a unit ("a member has left").
type EventFacts struct {
	ID         string // "E-2026-0007": the period of the case it opens
	Obligation string
	UnitID     string
	On         calendar.Date
}

// Expectation is a case that should exist.
type Expectation struct {
	CaseID     string
	Obligation string
	UnitID     string
	Period     calendar.Period
	OpensOn    calendar.Date // of the period for this unit: not before its birth; for an event, its day
}

// NotObliged is a unit that owes nothing although its kind does, and why.
type NotObliged struct {
	Obligation string
	UnitID     string
	Period     calendar.Period
	Ground     *casefilev1.LegalGround // nil when the reason is the unit's nature, not a rule
	Reason     Text
}

// Expected says which cases should exist today, and which units of an obliged kind are outside an obligation and why; both in order of
// obligation and unit.
//
// A recurring obligation is expected for its current period: the latest whose opening day is not after today, which stays current
// until the next one opens. It is owed by units that exist today; one born in mid-period owes from its birth, one born after the
// due date or after the period's last day does not. An obligation by event is expected for each event of a unit that exists on
// the day of the event and today.
func Expected(cat *Catalogue, units []UnitFacts, events []EventFacts, today calendar.Date) ([]Expectation, []NotObliged) {
	e := cat.At(today)
	if e == nil {
		return nil, nil
	}
	v := view{edition: e, today: today}
	units = slices.Clone(units)
	slices.SortFunc(units, func(a, b UnitFacts) int { return cmp.Compare(a.ID, b.ID) })
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b EventFacts) int { return cmp.Or(cmp.Compare(a.UnitID, b.UnitID), cmp.Compare(a.ID, b.ID)) })
	for _, o := range e.Obligations {
		if o.Recurrence == ByEvent {
			v.byEvent(o, units, events)
			continue
		}
		for _, u := range units {
			v.recurring(o, u)
		}
	}
	return v.expected, v.notObliged
}

type view struct {
	edition    *Edition
	today      calendar.Date
	expected   []Expectation
	notObliged []NotObliged
}

func (v *view) recurring(o *Obligation, u UnitFacts) {
	if !u.existsOn(v.today) || !o.Obliged.kindEver(u.Kind) {
		return
	}
	period, opens, ok := v.edition.current(o, u.WorkingYear, v.today)
	if !ok {
		return
	}
	opens = later(opens, u.ValidFrom)
	if v.edition.bornTooLate(o, u, period, opens) {
		return
	}
	v.expect(o, u, period, opens)
}

func (v *view) byEvent(o *Obligation, units []UnitFacts, events []EventFacts) {
	for _, ev := range events {
		period, err := calendar.ParsePeriod(ev.ID)
		i, known := slices.BinarySearchFunc(units, ev.UnitID, func(u UnitFacts, id string) int { return cmp.Compare(u.ID, id) })
		if ev.Obligation != o.Code || err != nil || period.Kind() != calendar.Event || !known || ev.On.After(v.today) {
			continue
		}
		if u := units[i]; u.existsOn(ev.On) && u.existsOn(v.today) {
			v.expect(o, u, period, ev.On)
		}
	}
}

func (v *view) expect(o *Obligation, u UnitFacts, period calendar.Period, opens calendar.Date) {
	if !o.Obliged.kindOn(u.Kind, opens) {
		return
	}
	if reason, ground, outside := v.edition.outside(o, u, opens); outside {
		v.notObliged = append(v.notObliged, NotObliged{o.Code, u.ID, period, ground, reason})
		return
	}
	v.expected = append(v.expected, Expectation{contract.CaseID(o.Code, u.ID, period.String()), o.Code, u.ID, period, opens})
}

// Obliged tells whether the unit owes the obligation for a period that opens on the day; when its kind does and it does not, reason
// and ground say why (the ground is nil when the reason is the unit's nature).
func (e *Edition) Obliged(o *Obligation, u UnitFacts, opens calendar.Date) (obliged bool, reason Text, ground *casefilev1.LegalGround) {
	if !o.Obliged.kindOn(u.Kind, opens) {
		return false, Text{}, nil
	}
	reason, ground, outside := e.outside(o, u, opens)
	return !outside, reason, ground
}

func (o Obliged) kindEver(kind string) bool {
	return slices.ContainsFunc(o.Kinds, func(k KindSpan) bool { return k.Kind == kind })
}

func (o Obliged) kindOn(kind string, opens calendar.Date) bool {
	return slices.ContainsFunc(o.Kinds, func(k KindSpan) bool {
		return k.Kind == kind && !k.From.After(opens) && (k.To.IsZero() || !k.To.Before(opens))
	})
}

func (e *Edition) outside(o *Obligation, u UnitFacts, opens calendar.Date) (Text, *casefilev1.LegalGround, bool) {
	for _, x := range o.Obliged.Except {
		if x.Unit == u.ID {
			return x.Text, nil, true
		}
	}
	for _, x := range o.Obliged.Exempts {
		limit, ground := e.numberOf(x.StaffAtMost, e.judgedOn(opens))
		if ground != nil && u.Staff > 0 && u.Staff <= int(limit) {
			return Text{VI: ground.GetTextVi(), EN: ground.GetTextEn()}, ground, true
		}
	}
	return Text{}, nil, false
}

// current is the latest period whose opening day is not after today. Openings move by at most a year or two against their period.
func (e *Edition) current(o *Obligation, workingYear string, today calendar.Date) (calendar.Period, calendar.Date, bool) {
	for year := today.Year() + 2; year >= today.Year()-3; year-- {
		period := o.periodOf(year)
		opens, err := e.opening(o, period, workingYear)
		if err == nil && !opens.After(today) {
			return period, opens, true
		}
	}
	return calendar.Period{}, calendar.Date{}, false
}

// periodOf is the obligation's period of the year; the zero Period for one by event.
func (o *Obligation) periodOf(year int) calendar.Period {
	kinds := map[string]calendar.PeriodKind{EveryYear: calendar.Year, EveryFirstHalf: calendar.Half}
	return calendar.PeriodAt(kinds[o.Recurrence], calendar.NewDate(year, 1, 1))
}

// bornTooLate spares a unit a period in which it did nothing that could be held or reported.
func (e *Edition) bornTooLate(o *Obligation, u UnitFacts, period calendar.Period, opens calendar.Date) bool {
	_, last, _ := period.Bounds()
	due, err := e.due(o, u, &calendar.Calendar{}, period, calendar.Date{}, opens)
	return err != nil || u.ValidFrom.After(last) || u.ValidFrom.After(due.day)
}

func later(a, b calendar.Date) calendar.Date {
	if a.Before(b) {
		return b
	}
	return a
}
