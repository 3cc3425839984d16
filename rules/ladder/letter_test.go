package ladder_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/ladder"
)

func TestEveryRungHasItsLetter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, role     string
		ofItem, ofStep bool
		want           string
	}{
		{ladder.Reminder, ladder.RoleContact, false, false, "reminder"},
		{ladder.Reminder, ladder.RoleContact, true, false, "item-reminder"},
		{ladder.Reminder, ladder.RoleContact, false, true, "step-reminder"},
		{ladder.Escalation, ladder.RoleHead, false, false, "overdue-head"},
		{ladder.Escalation, ladder.RoleHead, true, false, "item-overdue"},
		{ladder.Escalation, ladder.RoleHead, false, true, "step-overdue"},
		{ladder.Escalation, ladder.RoleSuperior, false, false, "overdue-superior"},
		{ladder.Escalation, ladder.RoleReviewer, false, false, "overdue-superior"},
		{ladder.Escalation, ladder.RoleStandingAgency, false, false, "overdue-standing"},
		{ladder.Escalation, ladder.RoleCommittee, false, false, "overdue-committee"},
	} {
		require.Equal(t, c.want, ladder.Letter(c.kind, c.role, c.ofItem, c.ofStep))
	}
}
