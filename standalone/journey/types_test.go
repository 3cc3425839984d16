package journey

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// A case of every workflow type lives on the real server: reminded, its entries and steps recorded, submitted, accepted, sealed.
func TestACaseOfEveryTypeLives(t *testing.T) {
	cat, err := catalogue.HungYen()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, l := range lives(2027) {
		seen[l.workflow] = true // their lives are told, and counted, in the test of the budget
	}
	for _, obligation := range cat.Latest().Obligations {
		if obligation.CarriedBy != nil || seen[obligation.Workflow] {
			continue
		}
		seen[obligation.Workflow] = true
		t.Run(obligation.Workflow+" "+obligation.Code, func(t *testing.T) { standing.live(t, obligation) })
	}
}

func (r *running) live(t *testing.T, obligation *catalogue.Obligation) {
	year := calendar.DateOf(time.Now()).Year() + 1
	l := life{workflow: obligation.Workflow, obligation: obligation.Code, unit: r.obliged(t, obligation), period: periodIn(obligation, year)}
	id := fmt.Sprintf("%s/%s/%s", l.obligation, l.unit, l.period)
	r.open(t, l, id)
	r.skip(t, id, 2)
	c := r.awaitCase(t, id, func(c *reportsv1.Case) bool { return len(c.GetState().GetFired()) >= 2 })
	today := r.catchUp(t, id)
	contact, reviewer := r.holder(t, l.unit, "contact"), r.holder(t, l.unit, "reviewer")
	r.recordItem(t, contact, c, today)
	r.recordRequired(t, contact, c, today)
	r.act(t, contact, submit(id))
	r.act(t, reviewer, accept(id))
	r.act(t, r.holder(t, "BTGDV", "leader"), &casefilev1.Act{CaseId: id, Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{}}})
	r.awaitCase(t, id, func(c *reportsv1.Case) bool { return c.GetExportSha256() != "" })
	events, transitions := r.cost(t, id)
	t.Logf("%s: %d events, %d transitions until sealed", l.workflow, events, transitions)
	r.keep(t, id, l.workflow, "on-time")
}

// periodIn is a period of the obligation that lies ahead; of one without periods, an event.
func periodIn(o *catalogue.Obligation, year int) string {
	switch o.Recurrence {
	case catalogue.EveryYear:
		return fmt.Sprint(year)
	case catalogue.EveryFirstHalf, catalogue.EveryHalf:
		return fmt.Sprintf("%d-H1", year)
	case catalogue.EveryQuarter:
		return fmt.Sprintf("%d-Q2", year)
	case catalogue.Once:
		return o.OnlyPeriod.String()
	default:
		return fmt.Sprintf("E-%d-9001", year)
	}
}

// obliged is a unit that owes the obligation and has somebody to hand it in and somebody to review it.
func (r *running) obliged(t *testing.T, o *catalogue.Obligation) string {
	t.Helper()
	var kinds []string
	for _, span := range o.Obliged.Kinds {
		if span.To.IsZero() {
			kinds = append(kinds, span.Kind)
		}
	}
	answer, err := r.clients.Units.ListUnits(t.Context(), connect.NewRequest(&unitsv1.ListUnitsRequest{On: calendar.DateOf(time.Now()).String(), Kinds: kinds}))
	require.NoError(t, err)
	at := slices.IndexFunc(answer.Msg.GetUnits(), func(u *unitsv1.Unit) bool { return r.held(t, u.GetId(), "contact") && r.held(t, u.GetId(), "reviewer") })
	require.GreaterOrEqual(t, at, 0, "nobody of %v can act for %s", kinds, o.Code)
	return answer.Msg.GetUnits()[at].GetId()
}

func (r *running) held(t *testing.T, unit, role string) bool {
	t.Helper()
	answer, err := r.clients.Units.ResolveRole(t.Context(), connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: unit, Role: role}))
	require.NoError(t, err)
	return len(answer.Msg.GetHolders()) > 0
}

// recordItem enters one item where the case is a register or a plan.
func (r *running) recordItem(t *testing.T, official string, c *reportsv1.Case, on calendar.Date) {
	t.Helper()
	policy := c.GetInput().GetItems()
	if policy == nil {
		return
	}
	file, refusal := r.upload(t, official, c.GetId(), "items/M-1", "muc-1.pdf", bytes.NewReader(onePagePDF))
	require.Nil(t, refusal)
	item := &casefilev1.RecordItem{ItemId: "M-1", Words: "Mục thứ nhất", FileIds: []string{file.GetId()}, Facts: plausible(policy.GetFacts(), on)}
	r.act(t, official, &casefilev1.Act{CaseId: c.GetId(), Kind: &casefilev1.Act_RecordItem{RecordItem: item}})
}
