package sight

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoSeesEverything(t *testing.T) {
	provincial := func(areaID string) bool { return areaID == "33-2507" }
	for name, c := range map[string]struct {
		posts []Post
		all   bool
	}{
		"auditor":                      {[]Post{{"UBKT-TU", "party-body", "auditor", "33-2507"}}, true},
		"administrator":                {[]Post{{"VP-TU", "party-body", "administrator", "33-2507"}}, true},
		"reviewer, standing agency":    {[]Post{{"BTGDV", standingAgency, "reviewer", "33-2507"}}, true},
		"supervisor of the province":   {[]Post{{"BCD-TINH", "steering-committee", "supervisor", "33-2507"}}, true},
		"supervisor of a commune":      {[]Post{{"BCD-XA", "steering-committee", "supervisor", "12205-2507"}}, false},
		"reviewer of a department":     {[]Post{{"SO-NV", "department", "reviewer", "33-2507"}}, false},
		"leader of a department":       {[]Post{{"SO-NV", "department", "leader", "33-2507"}}, false},
		"of a commune, and an auditor": {[]Post{{"BCD-XA", "steering-committee", "supervisor", "12205-2507"}, {"VP", "", "auditor", ""}}, true},
		"contact":                      {[]Post{{"UBND-12205-2507", "", "contact", "12205-2507"}}, true},
	} {
		require.Equal(t, c.all, seesAll(c.posts, provincial), name)
	}
}
