package catalogue_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"nenep/rules/catalogue"
)

const nextHead = "version: \"2027.1\"\nin_force_from: 2027-01-01\nfollows: \"2024.1\"\n"

// changedIn2027 is the small catalogue and an edition of 2027 that changes one obligation.
func changedIn2027(t *testing.T) fstest.MapFS {
	folder := files(t)
	folder["2027/catalogue.yaml"] = &fstest.MapFile{Data: []byte(nextHead)}
	folder["2027/obligations/DT-01.yaml"] = &fstest.MapFile{Data: []byte(replaced(t, string(folder["obligations/DT-01.yaml"].Data), "short_title: {vi:", "short_title: {vi: Mới, en: New} #"))}
	return folder
}

// An edition that follows another holds only what it changes: a new form is not a copy of sixty files.
func TestAnEditionHoldsOnlyWhatItChanges(t *testing.T) {
	cat, err := catalogue.Load(changedIn2027(t))
	require.NoError(t, err)
	before, after := cat.At(day("2026-12-31")), cat.At(day("2027-01-01"))
	require.Equal(t, "2024.1", before.Version)
	require.Equal(t, "2027.1", after.Version)
	require.Equal(t, "Mới", after.Obligation("DT-01").ShortTitle.VI)
	require.NotEqual(t, "Mới", before.Obligation("DT-01").ShortTitle.VI, "what stood before stands")
	require.Len(t, after.Obligations, len(before.Obligations))
	require.Same(t, before.Obligation("HN-01"), after.Obligation("HN-01"))
	require.Equal(t, before.Rules, after.Rules)
	require.Equal(t, before.Settings, after.Settings)
	require.Equal(t, before.Ladders, after.Ladders)
	require.Equal(t, before.Province, after.Province)
	require.Equal(t, before.Review, after.Review)
	require.Equal(t, before.QuietDays, after.QuietDays)
}

func TestWhatAnEditionInheritsIsJudgedWithWhatItChanges(t *testing.T) {
	for name, c := range map[string]struct {
		spoil    func(fstest.MapFS)
		file, vi string
	}{
		"follows nobody": {func(f fstest.MapFS) { spoil(t, f, "2027/catalogue.yaml", `follows: "2024.1"`, `follows: "2024.2"`) },
			"2027/catalogue.yaml", "Không có phiên bản “2024.2” để kế tục. Kiểm tra khóa follows."},
		"follows itself": {func(f fstest.MapFS) { spoil(t, f, "2027/catalogue.yaml", `follows: "2024.1"`, `follows: "2027.1"`) },
			"2027/catalogue.yaml", "Không có phiên bản “2027.1” để kế tục. Kiểm tra khóa follows."},
		"a rule that neither has": {func(f fstest.MapFS) { spoil(t, f, "2027/obligations/DT-01.yaml", "ground: R01", "ground: R91") },
			"2027/obligations/DT-01.yaml", "Không có quy tắc hay thiết lập “R91”. Có phải “R01”?"},
		"an inherited figure of an indicator that is gone": {func(f fstest.MapFS) { f["2027/indicators.yaml"] = &fstest.MapFile{Data: []byte(twoIndicators)} },
			"obligations/BC-06.yaml", "Danh mục không có chỉ tiêu “I12”. Có phải “I06”?"},
	} {
		folder := changedIn2027(t)
		c.spoil(folder)
		found := false
		faults := faultsOf(t, folder)
		for _, f := range faults {
			found = found || f.File == c.file && f.VI == c.vi
		}
		require.True(t, found, "%s: %v", name, faults)
	}
}

func TestWhatIsWrongWithTheBaseIsToldOnce(t *testing.T) {
	folder := changedIn2027(t)
	spoil(t, folder, "obligations/HN-01.yaml", "R15", "R95")
	seen := map[string]int{}
	for _, f := range faultsOf(t, folder) {
		seen[f.Error()]++
	}
	for said, times := range seen {
		require.Equal(t, 1, times, said)
	}
}
