package catalogue

import (
	"cmp"
	"slices"
	"strings"

	"nenep/rules/calendar"
)

// bornWithinMonths is how long after its birth a unit still gets the cases that a reorganisation brings. What is older than the records
// of this house is found by its other triggers: no board, never done.
const bornWithinMonths = 12

// WantedEvent is a happening that nobody records, because it follows from what is known already.
type WantedEvent struct {
	Key        string // the same need has the same key on every day: "auto:missing-board:TTND-01:MTTQ-12205-2507"
	Obligation string
	UnitID     string
	Trigger    string
	On         calendar.Date
	BoardID    string            // of term-ends and vacancy
	Facts      map[string]string // those of the trigger's facts that are known: its anchor day, the role of an empty seat
}

// Wanted says which automatic events should exist today and do not, in order of obligation, unit and trigger. Only units that exist and
// owe the obligation today are looked at, only by triggers in force today.
//
//   - born: the unit was born of a reorganisation within the last twelve months; on its first day.
//   - term-ends: the term of its last board of the kind ends within the lead days; on the first of them.
//   - missing-board: it has no board of the kind whose term holds or is still to begin; today.
//   - never-done: no event of the obligation is known for it; today.
//   - vacancy: a seat of a standing board is empty, and while the law asks to fill it, enough months of the term remain; on the day on
//     which the seat fell empty.
//
// The first four are one need, to have the thing set up: of them a unit gets one event at a time. A need for which an event was recorded
// since it began is not wanted again, whatever became of the event's case. Triggers that are raised are recorded by the step that
// raises them, not here.
func Wanted(cat *Catalogue, units []UnitFacts, events []EventFacts, today calendar.Date) []WantedEvent {
	e := cat.At(today)
	if e == nil {
		return nil
	}
	units = slices.Clone(units)
	slices.SortFunc(units, func(a, b UnitFacts) int { return cmp.Compare(a.ID, b.ID) })
	known := map[[2]string][]EventFacts{}
	for _, ev := range events {
		key := [2]string{ev.Obligation, ev.UnitID}
		known[key] = append(known[key], ev)
	}
	var wanted []WantedEvent
	for _, o := range e.Obligations {
		if !slices.ContainsFunc(o.Triggers, func(t Trigger) bool { return t.Automatic != "" && t.Automatic != AutoRaised }) {
			continue
		}
		for _, u := range units {
			if obliged, _, _ := e.Obliged(o, u, today); u.existsOn(today) && obliged {
				n := needs{edition: e.of(o), obligation: o, unit: u, known: known[[2]string{o.Code, u.ID}], today: today}
				wanted = append(wanted, n.all()...)
			}
		}
	}
	return wanted
}

// needs are those of one unit under one obligation.
type needs struct {
	edition    *Edition
	obligation *Obligation
	unit       UnitFacts
	known      []EventFacts
	today      calendar.Date
}

// need is a happening before it is known whether an event was recorded for it.
type need struct {
	began calendar.Date // an event of this day or later answers it
	on    calendar.Date
	board *BoardFacts
	about calendar.Date // the day that the trigger's anchor fact states
	role  string
}

func (n needs) all() []WantedEvent {
	var wanted []WantedEvent
	for _, automatic := range []string{AutoTermEnds, AutoBorn, AutoMissingBoard, AutoNeverDone} {
		for _, t := range n.triggers(automatic) {
			if found := n.settingUp(t); found != nil && len(wanted) == 0 && !n.setUpSince(*found) {
				wanted = append(wanted, n.event(t, *found))
			}
		}
	}
	for _, t := range n.triggers(AutoVacancy) {
		wanted = append(wanted, n.vacancies(t)...)
	}
	return wanted
}

func (n needs) triggers(automatic string) []*Trigger {
	var found []*Trigger
	for i := range n.obligation.Triggers {
		if t := &n.obligation.Triggers[i]; t.Automatic == automatic && n.edition.triggerInForce(t, n.today) {
			found = append(found, t)
		}
	}
	return found
}

// settingUp is the need that the trigger sees; nil when there is none.
func (n needs) settingUp(t *Trigger) *need {
	switch t.Automatic {
	case AutoTermEnds:
		return n.termEnds(t)
	case AutoBorn:
		return n.born()
	case AutoMissingBoard:
		return n.missingBoard(t)
	default:
		return &need{on: n.today, about: n.today}
	}
}

func (n needs) born() *need {
	from := n.unit.ValidFrom
	if (!n.unit.Born && !n.unit.Merged) || n.today.After(from.AddMonths(bornWithinMonths)) {
		return nil
	}
	return &need{began: from, on: from, about: from}
}

// last is the unit's board of the kind whose term ends last.
func (n needs) last(kind string) *BoardFacts {
	var last *BoardFacts
	for i, b := range n.unit.Boards {
		if b.Kind == kind && (last == nil || (!last.ValidTo.IsZero() && (b.ValidTo.IsZero() || b.ValidTo.After(last.ValidTo)))) {
			last = &n.unit.Boards[i]
		}
	}
	return last
}

func (n needs) termEnds(t *Trigger) *need {
	last := n.last(t.Board)
	if last == nil || last.ValidTo.IsZero() || last.ValidTo.Before(n.today) {
		return nil
	}
	began := n.leadOf(t, last)
	if began.After(n.today) {
		return nil
	}
	began = later(began, last.ValidFrom.AddDays(1))
	return &need{began: began, on: began, board: last, about: last.ValidTo}
}

// leadOf is the day on which the renewal of the board opens.
func (n needs) leadOf(t *Trigger, b *BoardFacts) calendar.Date {
	lead, _ := n.edition.numberOf(t.LeadDays, n.edition.judgedOn(n.today))
	return b.ValidTo.AddDays(-int(lead))
}

// missingBoard begins with the lead of the term that ended where there is one, so that a renewal begun in time is not begun again; where
// no board is known, any event ever answers it.
func (n needs) missingBoard(t *Trigger) *need {
	last := n.last(t.Board)
	if last == nil {
		return &need{on: n.today, about: n.today}
	}
	if last.ValidTo.IsZero() || !last.ValidTo.Before(n.today) {
		return nil
	}
	began := last.ValidTo.AddDays(1)
	for _, ends := range n.triggers(AutoTermEnds) {
		if ends.Board == t.Board {
			began = n.leadOf(ends, last)
		}
	}
	// What happened before the board began set that board up and answers nothing of what came after.
	return &need{began: later(began, last.ValidFrom.AddDays(1)), on: n.today, about: n.today}
}

// setUpSince tells whether an event of the same need was recorded since it began. One that passed from a predecessor is as good as new:
// its case goes on here. Without a beginning any event of the obligation is one: it was done, or is being done.
func (n needs) setUpSince(wanted need) bool {
	return slices.ContainsFunc(n.known, func(ev EventFacts) bool {
		if wanted.began.IsZero() && wanted.board == nil {
			return true
		}
		t := n.obligation.Trigger(ev.Trigger)
		if t == nil || !slices.Contains([]string{AutoTermEnds, AutoBorn, AutoMissingBoard, AutoNeverDone}, t.Automatic) {
			return false
		}
		return !ev.On.Before(wanted.began) || ev.PassedFrom != ""
	})
}

// vacancies are one event for the latest of the empty seats of each board: one by-election fills them all.
func (n needs) vacancies(t *Trigger) []WantedEvent {
	var wanted []WantedEvent
	for i := range n.unit.Boards {
		b := &n.unit.Boards[i]
		stands := !b.ValidFrom.After(n.today) && (b.ValidTo.IsZero() || !b.ValidTo.Before(n.today))
		if b.Kind != t.Board || !stands || len(b.Vacancies) == 0 || !n.stillFilled(b) {
			continue
		}
		latest := slices.MaxFunc(b.Vacancies, func(x, y VacancyFacts) int { return x.On.Compare(y.On) })
		found := need{began: latest.On, on: latest.On, board: b, about: latest.On, role: latest.Role}
		if !latest.On.After(n.today) && !n.vacancyKnown(t, found) {
			wanted = append(wanted, n.event(t, found))
		}
	}
	return wanted
}

// stillFilled tells whether the law asks to fill an empty seat of the board today: while so many months of its term remain.
func (n needs) stillFilled(b *BoardFacts) bool {
	months, ground := n.byElection(b.Kind)
	return ground == "" || b.ValidTo.IsZero() || !n.today.AddMonths(int(months)).After(b.ValidTo)
}

// byElection is the rule of the obligation itself, or of the one that sets boards of the kind up for such units.
func (n needs) byElection(board string) (months int32, ground string) {
	for _, o := range append([]*Obligation{n.obligation}, n.edition.Obligations...) {
		if o.Board == nil || o.Board.Kind != board || o.Board.ByElectionMonths == "" || !o.Obliged.kindEver(n.unit.Kind) {
			continue
		}
		if m, g := n.edition.numberOf(o.Board.ByElectionMonths, n.edition.judgedOn(n.today)); g != nil {
			return m, g.GetRuleId()
		}
	}
	return 0, ""
}

func (n needs) vacancyKnown(t *Trigger, wanted need) bool {
	return slices.ContainsFunc(n.known, func(ev EventFacts) bool {
		recorded := n.obligation.Trigger(ev.Trigger)
		return recorded == t && (ev.BoardID == "" || ev.BoardID == wanted.board.ID) && !ev.On.Before(wanted.began)
	})
}

func (n needs) event(t *Trigger, found need) WantedEvent {
	key := []string{"auto", t.Automatic, n.obligation.Code, n.unit.ID}
	w := WantedEvent{Obligation: n.obligation.Code, UnitID: n.unit.ID, Trigger: t.ID, On: found.on, Facts: t.known(found)}
	if found.board != nil {
		w.BoardID = found.board.ID
		key = append(key, found.board.ID)
	}
	if t.Automatic == AutoVacancy || (t.Automatic == AutoMissingBoard && !found.began.IsZero()) {
		key = append(key, found.began.String())
	}
	w.Key = strings.Join(key, ":")
	return w
}

// factRole is the fact by which a trigger of an empty seat states whose seat it is.
const factRole = "role"

func (t *Trigger) known(found need) map[string]string {
	facts := map[string]string{}
	for _, f := range t.Facts {
		if f.Key == t.AnchorFact {
			facts[f.Key] = found.about.String()
		}
		if f.Key == factRole && slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.ID == found.role }) {
			facts[f.Key] = found.role
		}
	}
	return facts
}
