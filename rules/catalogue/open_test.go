package catalogue_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/catalogue"
)

// mounted lays a folder out as the kubelet does with a ConfigMap: links to what lies in a folder named for a moment.
func mounted(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	moment := filepath.Join(folder, "..2026_11_23_22_30_00.1234567")
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(moment, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(moment, name), []byte(text), 0o600))
	}
	require.NoError(t, os.Symlink(filepath.Base(moment), filepath.Join(folder, "..data")))
	entries, err := os.ReadDir(moment)
	require.NoError(t, err)
	for _, entry := range entries {
		require.NoError(t, os.Symlink(filepath.Join("..data", entry.Name()), filepath.Join(folder, entry.Name())))
	}
	return folder
}

func TestACatalogueOfAConfigMapIsRead(t *testing.T) {
	plain, err := catalogue.Open("testdata/mau")
	require.NoError(t, err)
	read, err := catalogue.Open(mounted(t, filesOf(t, "testdata/mau")))
	require.NoError(t, err)
	require.Equal(t, len(plain.Editions), len(read.Editions))
	require.Equal(t, len(plain.Latest().Obligations), len(read.Latest().Obligations))
}

func TestAFaultInAConfigMapIsNamedWithFileAndLine(t *testing.T) {
	files := filesOf(t, "testdata/mau")
	files["obligations/astray.yaml"] = "code: [\n"
	_, err := catalogue.Open(mounted(t, files))
	var faults catalogue.Faults
	require.ErrorAs(t, err, &faults)
	require.Equal(t, "obligations/astray.yaml", faults[0].File, "and not where the kubelet keeps it")
	require.Positive(t, faults[0].Line)
}
