package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
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

	code, out, _ = typed(t, "catalogue", "check")
	require.Zero(t, code)
	require.Contains(t, out, "Danh mục đúng")
}

func TestAWrongCatalogueIsRefusedWithFileAndLine(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "catalogue.yaml"), []byte("version: 1\nwrong: yes\n"), 0o600))
	code, _, faults := typed(t, "catalogue", "check", folder)
	require.Equal(t, exitRefused, code)
	require.Regexp(t, `catalogue\.yaml:\d+:\d+: `, faults)
}
