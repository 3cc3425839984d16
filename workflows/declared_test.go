package workflows_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
)

// cause is a declared obligation with what opens a case of it: a period, or one of its triggers.
type cause struct {
	obligation *catalogue.Obligation
	trigger    *catalogue.Trigger
	period     string
}

func (c cause) String() string {
	if c.trigger != nil {
		return c.obligation.Code + "/" + c.trigger.ID
	}
	return c.obligation.Code + "/" + c.period
}

// causes are all that the catalogue declares. An obligation that another's step carries has no case.
func causes(cat *catalogue.Catalogue) []cause {
	periods := map[string]string{catalogue.EveryYear: "2026", catalogue.EveryFirstHalf: "2026-H1", catalogue.EveryHalf: "2026-H2", catalogue.EveryQuarter: "2026-Q2"}
	var all []cause
	for _, o := range cat.Latest().Obligations {
		if o.CarriedBy != nil {
			continue
		}
		if period := periods[o.Recurrence]; period != "" {
			all = append(all, cause{obligation: o, period: period})
		}
		if o.Recurrence == catalogue.Once {
			all = append(all, cause{obligation: o, period: o.OnlyPeriod.String()})
		}
		for i := range o.Triggers {
			all = append(all, cause{obligation: o, trigger: &o.Triggers[i], period: "E-2026-0001"})
		}
	}
	return all
}

const openedOn = "2026-06-01"

// opens is the case as the reconciliation would open it for a unit of the first kind that owes it today.
func (c cause) opens(t *testing.T, cat *catalogue.Catalogue) *casefilev1.CaseInput {
	t.Helper()
	cal, err := calendar.New(calendar.VietnamDays())
	require.NoError(t, err)
	today := calendar.MustDate(openedOn)
	i := slices.IndexFunc(c.obligation.Obliged.Kinds, func(k catalogue.KindSpan) bool { return k.To.IsZero() || !k.To.Before(today) })
	unit := catalogue.UnitFacts{ID: "DV-12205-2507", Kind: c.obligation.Obliged.Kinds[max(i, 0)].Kind, AreaID: "12205-2507", ValidFrom: calendar.MustDate("2025-07-01"), WorkingYear: "calendar", ReviewerID: "BTGDV"}
	options := catalogue.Options{}
	if c.trigger != nil {
		options.Event = catalogue.EventFacts{ID: c.period, Obligation: c.obligation.Code, UnitID: unit.ID, On: today, Trigger: c.trigger.ID, Facts: stated(c.trigger.Facts)}
	}
	input, err := catalogue.Snapshot(cat, c.obligation.Code, unit, calendar.MustPeriod(c.period), cal, today, options)
	require.NoError(t, err)
	return input
}

// stated are facts that any trigger takes: days ahead, figures that reach every threshold.
func stated(facts []catalogue.Fact) map[string]string {
	said := map[string]string{}
	for _, f := range facts {
		switch f.Kind {
		case "day":
			said[f.Key] = "2026-09-01"
		case "choice":
			said[f.Key] = f.Choices[0].ID
		case "flag":
			said[f.Key] = "true"
		default:
			said[f.Key] = "100"
		}
	}
	return said
}

// Whatever nobody touches is reminded of and escalated, and never fails.
func TestEveryDeclaredObligationClimbsItsLadder(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	for _, c := range causes(cat) {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			input := c.opens(t, cat)
			s := newStage(t, input)
			s.act("2027-10-01 09:00", "withdraw", withdraw())
			s.run()
			require.NotEmpty(t, s.desk.rungs())
			require.Contains(t, s.desk.templates(), "overdue-head head")
		})
	}
}

// filled are facts that break no rule of figures. Deviations from terms are explained.
func filled(policies []*casefilev1.FactPolicy, day string) map[string]string {
	facts := map[string]string{"explained": "true"}
	for _, f := range policies {
		switch f.GetKind() {
		case "day":
			facts[f.GetKey()] = day
		case "choice":
			facts[f.GetKey()] = f.GetChoices()[0]
		case "flag":
			facts[f.GetKey()] = "true"
		case "text":
			facts[f.GetKey()] = figures.WordsSum("Duy trì thành nề nếp")
		case "amount":
			facts[f.GetKey()] = "5,5"
		default:
			facts[f.GetKey()] = strconv.Itoa(5 * max(1, len(f.GetSumOf())))
		}
	}
	for key, value := range map[string]string{"none": "false", "deputies": "1"} {
		if facts[key] != "" {
			facts[key] = value
		}
	}
	return facts
}

// Every declared obligation can be fulfilled: its items and steps recorded, submitted, accepted, sealed, exported.
func TestEveryDeclaredObligationIsFulfilled(t *testing.T) {
	t.Parallel()
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	for _, c := range causes(cat) {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			input := c.opens(t, cat)
			s, day := newStage(t, input), "2026-06-02"
			var answers []*answer
			if items := input.GetItems(); items != nil {
				answers = append(answers, s.act(day+" 08:00", "item", enter("M-1", filled(items.GetFacts(), day), "f-1")))
			}
			for i, step := range input.GetSteps() {
				if step.GetId() != "ballot" {
					answers = append(answers, s.act(fmt.Sprintf("%s 09:%02d", day, i), step.GetId(), record(step.GetId(), day, filled(step.GetFacts(), day), "f-1")))
				}
			}
			s.settled("2026-06-03", "2026-06-04", "2026-06-05")
			for i, a := range answers {
				require.NoError(t, a.err, "act %d: %s", i, a.refusal.GetTextVi())
			}
			require.NotEmpty(t, s.desk.state().GetDutyDoneOn())
		})
	}
}
