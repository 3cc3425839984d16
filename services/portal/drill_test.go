package portal

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/services/units/gazetteer"
)

// drilled is the province in a drill: real names, made-up deeds, so that the pictures of the documents have something to show.
func drilled(t *testing.T) *house {
	t.Helper()
	h := filled(t)
	h.states, h.settings[1].Value, h.settings[1].Document = nil, "", ""
	for id := range h.cases {
		if strings.HasSuffix(id, "/c1") {
			delete(h.cases, id)
		}
	}
	delete(h.cases, "DT-01/"+khoaiChau+"/2025")
	h.units = slices.DeleteFunc(h.units, func(u *unitsv1.Unit) bool { return u.GetId() == hospital || u.GetId() == small })
	own := h.cases[khoaiChauCase].GetState()
	own.DueDay, own.LateWorkingDays, own.DueOfLaw = "2026-12-31", 0, true
	province, err := gazetteer.HungYen()
	require.NoError(t, err)
	people := map[string]string{}
	for _, official := range province.Officials {
		people[official.ID] = official.Name
	}
	added := 0
	for _, unit := range province.Units {
		name := strings.Replace(unit.Name, "Ủy ban nhân dân", "UBND", 1)
		known := slices.ContainsFunc(h.units, func(u *unitsv1.Unit) bool { return u.GetName() == name })
		if unit.Kind != "commune-peoples-committee" || unit.ValidTo != "" || known || added == 21 {
			continue
		}
		added++
		h.addUnit(unit.ID, unit.Kind, name, agency)
		for _, post := range province.Positions {
			if post.UnitID == unit.ID && (post.Role == "contact" || post.Role == "head") {
				h.addHolder(post.OfficialID, people[post.OfficialID], post.OfficialID+"@hungyen.example", post.Role, post.Title, unit.ID)
			}
		}
	}
	for n, unit := range h.units {
		if unit.GetKind() != "commune-peoples-committee" {
			continue
		}
		for i, kind := range [][2]string{{"DT-01", "2026"}, {"CK-01", "2026-Q3"}, {"HN-01", "2026"}, {"TD-01", "2026"}, {"CK-01", "2026-Q4"}, {"L-13", "2026-Q3"}} {
			if id := kind[0] + "/" + unit.GetId() + "/" + kind[1]; h.cases[id] == nil {
				h.openCase(t, kind[0], unit.GetId(), kind[1])
				h.drill(id, n*7+i*11)
			}
		}
	}
	shown := h.cases[khoaiChauCase].GetState()
	shown.Fired = []*casefilev1.FiredRung{
		{RungId: "remind-14", Day: "2026-12-17", Outcome: "told", OfficialIds: []string{"o-an"}, Round: 1}, {RungId: "remind-7", Day: "2026-12-24", Outcome: "told", OfficialIds: []string{"o-an"}, Round: 1},
	}
	shown.NextRungId, shown.NextRungDay = "remind-1", "2026-12-30"
	return h
}

// lates are cases that were due some working days ago, with the rung that comes next.
var lates = []struct {
	due  string
	days int32
	next string
	on   string
}{
	{"2026-12-23", 1, "overdue-3", "2026-12-28"}, {"2026-12-22", 2, "overdue-3", "2026-12-25"}, {"2026-12-18", 4, "overdue-7", "2026-12-29"}, {"2026-12-16", 6, "overdue-7", "2026-12-25"},
	{"2026-12-11", 9, "overdue-14", "2026-12-31"}, {"2026-12-07", 13, "overdue-14", "2026-12-25"}, {"2026-12-02", 16, "", ""},
}

// drill puts a case where the number says: most are done, some are late.
func (h *house) drill(id string, n int) {
	c := h.cases[id]
	state, due := c.GetState(), calendar.MustDate(c.GetState().GetDueDay())
	switch n % 13 {
	case 0, 5:
		late := lates[n%len(lates)]
		state.DueDay, state.LateWorkingDays, state.NextRungId, state.NextRungDay = late.due, late.days, late.next, late.on
	case 1:
		state.State, state.SubmittedAt, state.Submission = casefilev1.State_STATE_SUBMITTED, "2026-12-22T03:00:00Z", 1
	case 2:
		state.State, state.Round = casefilev1.State_STATE_RETURNED, 2
		state.DueDay = "2026-12-30"
	case 3, 4, 6, 7, 8, 9:
		state.State, state.SubmittedAt = casefilev1.State_STATE_ACCEPTED, due.AddDays(-6).String()+"T03:00:00Z"
	case 10:
		state.State, state.SubmittedAt, state.LateWorkingDays = casefilev1.State_STATE_ACCEPTED, due.AddDays(3).String()+"T03:00:00Z", 3
	default:
		if !calendar.DateOf(morning).Before(due) {
			state.DueDay = "2026-12-29"
		}
	}
}

// inDrill signs in as the tests do, and has every page say that its data are a drill's.
type inDrill struct{ byName }

func (inDrill) Rehearsal() bool { return true }
