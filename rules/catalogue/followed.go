package catalogue

import (
	"fmt"
	"slices"

	"nenep/rules/calendar"
)

// NotFollowedYet tells whether the unit's case of the period was due before the system followed the unit, and says so. The due day is
// that of [Snapshot] with the same calendar; nil knows only Saturday and Sunday. False for a period that is none of the obligation's,
// and so for every event; whether the unit is obliged is not judged.
func (e *Edition) NotFollowedYet(o *Obligation, u UnitFacts, period calendar.Period, cal *calendar.Calendar) (Text, bool) {
	if u.FollowedFrom.IsZero() || period.IsZero() || !slices.Contains(o.periodsOf(period.Year()), period) {
		return Text{}, false
	}
	own := e.of(o)
	opens, err := own.opening(o, period, u)
	if err != nil {
		return Text{}, false
	}
	due, err := own.due(o, o.Due, situation{u, period, later(opens, u.ValidFrom)}, orWeekdays(cal), calendar.Date{})
	if err != nil {
		return Text{}, false
	}
	return notFollowedYet(u, due.day)
}

// notFollowedYet judges a due day; what has none is followed.
func notFollowedYet(u UnitFacts, due calendar.Date) (Text, bool) {
	if due.IsZero() || !due.Before(u.FollowedFrom) {
		return Text{}, false
	}
	return Text{
		fmt.Sprintf("Hạn của kỳ này (%s) đã qua trước ngày hệ thống bắt đầu theo dõi đơn vị (%s).", due.Vietnamese(), u.FollowedFrom.Vietnamese()),
		fmt.Sprintf("This period was due on %s, before the system began to follow the unit (%s).", due, u.FollowedFrom),
	}, true
}
