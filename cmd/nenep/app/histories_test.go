package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const recordedHistories = "../../../workflows/testdata/histories"

// Today's code goes on with every history that a case can still be open by.
func TestSavedHistoriesReplay(t *testing.T) {
	code, out, faults := tried("histories", "replay", "--from", recordedHistories)
	require.Equal(t, exitDone, code, faults)
	require.Contains(t, out, "AnnualDialogue")
}

// A history of other code is named, and the program says not to upgrade.
func TestAHistoryOfOtherCodeIsNamed(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordedHistories, "AnnualDialogue-late-*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	text, err := os.ReadFile(files[0])
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "MorningDigest~KN-01%2FUBND-1%2F2026.json"), []byte(strings.Replace(string(text), `"AnnualDialogue"`, `"MorningDigest"`, 1)), 0o600))
	code, _, faults := tried("histories", "replay", "--from", folder)
	require.Equal(t, exitFailed, code)
	require.Contains(t, faults, "KN-01/UBND-1/2026 (MorningDigest) does not replay")
	require.Contains(t, faults, "do not upgrade")

	require.NoError(t, os.WriteFile(filepath.Join(folder, "notes.json"), []byte(`{"so": "what"}`), 0o600))
	code, _, faults = tried("histories", "replay", "--from", folder)
	require.Equal(t, exitFailed, code)
	require.Contains(t, faults, "is no history of a workflow")
}

func TestASampleHasTheOldestAndTheNewest(t *testing.T) {
	all := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	require.Equal(t, []int{1, 5, 10}, spread(all, 3))
	require.Equal(t, []int{10}, spread(all, 1))
	require.Equal(t, all, spread(all, 0))
	require.Equal(t, all, spread(all, 99))
}
