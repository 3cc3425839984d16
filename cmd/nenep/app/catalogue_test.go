package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func TestTheCatalogueIsShownListedAndChecked(t *testing.T) {
	code, out, faults := typed(t, "catalogue", "show", "DT-01")
	require.Zero(t, code, faults)
	require.Contains(t, out, "DT-01")
	shown := typedJSON(t, "catalogue", "show", "DT-01")
	require.Equal(t, "DT-01", shown["code"])

	code, out, _ = typed(t, "catalogue", "list", "--json")
	require.Zero(t, code)
	var all []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &all))
	require.NotEmpty(t, all)

	code, _, faults = typed(t, "catalogue", "show", "DT-01", "--on", "2010-01-01")
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "01/01/2010")

	code, out, _ = typed(t, "catalogue", "check")
	require.Zero(t, code)
	require.Contains(t, out, "Danh mục đúng")
}

func TestAWrongCatalogueIsRefusedWithFileAndLine(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "catalogue.yaml"), []byte("version: 1\nwrong: yes\n"), 0o600))
	code, _, faults := typed(t, "catalogue", "check", folder)
	require.Equal(t, exitRefused, code)
	code, _, _ = typed(t, "catalogue", "check", folder+"/none")
	require.Equal(t, exitRefused, code)
	require.Regexp(t, `catalogue\.yaml:\d+:\d+: `, faults)
}

func TestMigrateNamesFileAndLineOfAFaultyCatalogueAndTouchesNothing(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "catalogue.yaml"), []byte("version: 1\nwrong: yes\n"), 0o600))
	t.Setenv("NENEP_CATALOGUE", folder)
	t.Setenv("NENEP_SERVICE_KEY", "0123456789012345678901234567890123456789")
	t.Setenv("NENEP_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
	var out, faults strings.Builder
	require.Equal(t, exitRefused, Main([]string{"migrate", "--load"}, &out, &faults), "said before the database is asked")
	require.Regexp(t, `catalogue\.yaml:2:\d+: `, faults.String())
}

func TestACatalogueIsCounted(t *testing.T) {
	counted := tallyOf(&catalogue.Edition{
		Version: "1", Settings: []catalogue.Setting{{Key: "a.days"}},
		Rules: []catalogue.Rule{
			{ID: "R01", Confidence: "R", ValidTo: calendar.MustDate("2025-06-30")}, {ID: "R01", Confidence: "V", ValidFrom: calendar.MustDate("2025-07-01")},
			{ID: "R02", Confidence: "R", ValidTo: calendar.MustDate("2025-06-30")},
		},
		Obligations: []*catalogue.Obligation{
			{Code: "A", Pattern: "conference", Due: []catalogue.DateRule{{Ground: "R01"}}, Steps: []catalogue.Step{
				{Due: &catalogue.DateRule{Ground: "a.days"}}, {Hangs: &catalogue.Hanging{Before: "R02"}},
			}},
			{Code: "B", CarriedBy: &catalogue.CarriedBy{Obligation: "A", Step: "plan"}},
			{Code: "C", Pattern: "register", Items: &catalogue.Items{From: "on", Within: "R01", WithinFor: []catalogue.WithinFor{{Within: "a.days"}}},
				Triggers: []catalogue.Trigger{{Due: []catalogue.DateRule{{Ground: "R01"}}}}},
		},
	})
	require.Equal(t, tally{Version: "1", Rows: 3, Patterns: map[string]int{"conference": 1, "register": 1}, Carried: 1,
		Dates: map[string]int{"V": 3, "setting": 2, "R": 1}, Grounds: map[string]int{"V": 1, "R": 2, "setting": 1}}, counted)
}
