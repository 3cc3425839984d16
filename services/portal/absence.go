package portal

import (
	"context"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// absent says which of four a cell without a case is: not due yet, not obliged (why), due before the
// system followed the unit, or the unit did not exist then.
type absent struct {
	standing
	Reason string
}

var (
	notDue      = standing{Key: "not-due", Shape: "dot", Word: "Chưa đến kỳ", Hidden: "chưa đến kỳ"}
	notHappened = standing{Key: "not-due", Shape: "dot", Word: "Chưa phát sinh", Hidden: "chưa phát sinh"}
	notFollowed = standing{Key: "not-followed", Shape: "broken", Word: "Chưa theo dõi khi đến hạn", Hidden: "chưa theo dõi khi đến hạn"}
	notObliged  = standing{Key: "not-obliged", Shape: "dash", Word: "Không thuộc đối tượng", Hidden: "không thuộc đối tượng"}
)

func noUnit(word string) standing {
	return standing{Key: "no-unit", Shape: "hatch", Word: word, Hidden: lowerFirst(word)}
}

// absences answers for the units of a page; catalogue and boards are asked once.
func (p *portal) absences(ctx context.Context, filter overviewFilter, units []*unitsv1.Unit) (func(*unitsv1.Unit, string) absent, error) {
	today, edition := p.today(), p.edition()
	known, err := p.judgedOf(ctx, units)
	if err != nil {
		return nil, err
	}
	byID := map[string]catalogue.UnitFacts{}
	for _, facts := range known {
		byID[facts.ID] = facts
	}
	return func(unit *unitsv1.Unit, code string) absent {
		if gone, is := goneIn(unit, filter.Period, today); is {
			return gone
		}
		if edition == nil || edition.Obligation(code) == nil {
			return absent{standing: notDue}
		}
		return p.absentFor(edition, edition.Obligation(code), byID[unit.GetId()], filter.Period)
	}, nil
}

// absentFor judges the period asked for, or the one that is current.
func (p *portal) absentFor(edition *catalogue.Edition, obligation *catalogue.Obligation, unit catalogue.UnitFacts, asked string) absent {
	today := p.today()
	obliged, reason, ground := edition.Obliged(obligation, unit, today)
	if !obliged {
		return absent{notObliged, withGround(reason, ground)}
	}
	if obligation.Recurrence == catalogue.ByEvent {
		return absent{standing: notHappened}
	}
	period, err := calendar.ParsePeriod(asked)
	if err != nil {
		period, _, _ = edition.CurrentPeriod(obligation, unit, today)
	}
	if why, is := edition.NotFollowedYet(obligation, unit, period, p.daysOff()); is {
		return absent{notFollowed, why.VI}
	}
	return absent{standing: notDue}
}

// withGround is why a unit is not obliged, with the law that says so and how surely that law is known.
func withGround(reason catalogue.Text, ground *casefilev1.LegalGround) string {
	if ground.GetDocument() == "" {
		return reason.VI
	}
	return strings.TrimSuffix(reason.VI, ".") + " (" + contract.Citation(ground) + "; " + confidence(ground.GetConfidence()) + ")."
}

// goneIn tells whether the unit did not exist in the period asked for, or today.
func goneIn(unit *unitsv1.Unit, period string, today calendar.Date) (absent, bool) {
	first, last := today, today
	if parsed, err := calendar.ParsePeriod(period); err == nil {
		if begins, ends, bounded := parsed.Bounds(); bounded {
			first, last = begins, ends
		}
	}
	if from, err := calendar.ParseDate(unit.GetValidFrom()); err == nil && from.After(last) {
		return absent{noUnit("Chưa thành lập"), "thành lập ngày " + from.Vietnamese()}, true
	}
	if to, err := calendar.ParseDate(unit.GetValidTo()); err == nil && to.Before(first) {
		word := "Đã giải thể"
		if len(unit.GetSuccessorIds()) > 0 {
			word = "Đã sáp nhập"
		}
		return absent{noUnit(word), "kết thúc ngày " + to.Vietnamese()}, true
	}
	return absent{}, false
}
