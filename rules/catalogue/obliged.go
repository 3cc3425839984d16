package catalogue

import (
	"fmt"
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// Obliged tells whether the unit owes the obligation for a period that opens on the day. When its kind does and it does not, reason and
// ground say why; the ground is nil when the reason is the unit's nature. A unit of another kind, one that the obligation does not name
// and one of a kind that the province has not switched on owe nothing without a reason: they were never in the denominator.
func (e *Edition) Obliged(o *Obligation, u UnitFacts, opens calendar.Date) (obliged bool, reason Text, ground *casefilev1.LegalGround) {
	e = e.of(o)
	var withoutBoard string
	owed := slices.ContainsFunc(o.Obliged.Kinds, func(k KindSpan) bool {
		if !k.holds(u, opens) || !e.switchedOn(k.Switch, opens) {
			return false
		}
		if k.HasBoard != "" && !u.hadBoard(k.HasBoard, opens) {
			withoutBoard = k.HasBoard
			return false
		}
		return true
	})
	if !owed && withoutBoard == "" {
		return false, Text{}, nil
	}
	if reason, ground, outside := e.outside(o, u, opens); outside {
		return false, reason, ground
	}
	if !owed {
		board := BoardTitle(withoutBoard)
		return false, Text{"Đơn vị chưa có " + board.VI + ".", "The unit has no " + board.EN + "."}, nil
	}
	return true, Text{}, nil
}

func (k KindSpan) holds(u UnitFacts, opens calendar.Date) bool {
	return k.Kind == u.Kind && !k.From.After(opens) && (k.To.IsZero() || !k.To.Before(opens)) && (len(k.Units) == 0 || slices.Contains(k.Units, u.ID))
}

func (e *Edition) switchedOn(id string, on calendar.Date) bool {
	s, ok := e.source(id, on)
	return id == "" || (ok && s.value == SwitchOn)
}

func (o Obliged) kindEver(kind string) bool {
	return slices.ContainsFunc(o.Kinds, func(k KindSpan) bool { return k.Kind == kind })
}

// outside tells of a unit that an exception names or that the law leaves out.
func (e *Edition) outside(o *Obligation, u UnitFacts, opens calendar.Date) (Text, *casefilev1.LegalGround, bool) {
	for _, x := range o.Obliged.Except {
		if x.Unit == u.ID {
			return x.Text, nil, true
		}
	}
	for _, x := range o.Obliged.Exempts {
		if reason, ground, exempt := e.exempt(x, u, e.judgedOn(opens)); exempt {
			return reason, ground, true
		}
	}
	return Text{}, nil, false
}

func (e *Edition) exempt(x Exemption, u UnitFacts, on calendar.Date) (Text, *casefilev1.LegalGround, bool) {
	if limit, ground := e.numberOf(x.StaffAtMost, on); ground != nil && u.Staff > 0 && u.Staff <= int(limit) {
		return Text{ground.GetTextVi(), ground.GetTextEn()}, ground, true
	}
	s, ok := e.source(x.Special, on)
	if x.Special == "" || !ok || !u.Special {
		return Text{}, nil, false
	}
	reason := Text{s.ground.GetTextVi(), s.ground.GetTextEn()}
	if u.SpecialGround != "" {
		reason = Text{fmt.Sprintf("%s (theo %s)", reason.VI, u.SpecialGround), fmt.Sprintf("%s (by %s)", reason.EN, u.SpecialGround)}
	}
	return reason, s.ground, true
}
