package catalogue_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

const two = "testdata/du-mau, testdata/tinh-khac"

func TestSeveralCataloguesAreOneOnEveryDay(t *testing.T) {
	cat, err := catalogue.Open(two)
	require.NoError(t, err)
	for _, c := range []struct {
		day, version string
		other        bool // the obligation of the second is in force
	}{
		{"2023-06-30", "", false},
		{"2023-07-01", "mau.1", false},
		{"2025-02-28", "mau.1", false},
		{"2025-03-01", "mau.1+tinh-khac.1", true},
		{"2026-11-23", "mau.1+tinh-khac.1", true},
	} {
		e := cat.At(day(c.day))
		if c.version == "" {
			require.Nil(t, e, c.day)
			continue
		}
		require.Equal(t, c.version, e.Version, c.day)
		require.Equal(t, "tỉnh Mẫu", e.Province.Name.VI, "that of the first")
		require.Equal(t, c.other, e.Obligation("NQ-1") != nil, c.day)
		require.NotNil(t, e.Obligation("DT-1"), c.day)
	}
	require.Len(t, cat.Editions, 2)
}

func TestEachObligationKeepsTheRulesAndLadderOfItsOwnCatalogue(t *testing.T) {
	cat, err := catalogue.Open(two)
	require.NoError(t, err)
	expected, _ := catalogue.Expected(cat, []catalogue.UnitFacts{people()}, nil, nil, day("2026-02-02"))
	require.Contains(t, ids(expected), "NQ-1/UBND/2026")
	require.Contains(t, ids(expected), "DT-1/UBND/2026")

	snap := func(obligation string, opts catalogue.Options) (string, string, string) {
		in, err := catalogue.Snapshot(cat, obligation, people(), calendar.MustPeriod("2026"), vietnam(t), day("2026-02-02"), opts)
		require.NoError(t, err)
		return in.GetCatalogueVersion(), in.GetDue().GetWhy().GetGround().GetDocument(), in.GetLadder().GetRungs()[0].GetId()
	}
	version, document, rung := snap("DT-1", catalogue.Options{})
	require.Equal(t, []string{"mau.1", "Luật số 10/2022/QH15", "remind-7"}, []string{version, document, rung}, "a case names the edition of its own catalogue")
	version, document, rung = snap("NQ-1", catalogue.Options{})
	require.Equal(t, []string{"tinh-khac.1", "", "remind-3"}, []string{version, document, rung}, "due by a setting")
	version, _, _ = snap("NQ-1", catalogue.Options{Version: "tinh-khac.1"})
	require.Equal(t, "tinh-khac.1", version)

	require.Contains(t, cat.Latest().Describe("NQ-1"), "Mục 2 Nghị quyết số 10-NQ/TU (LAW)")
	require.Contains(t, cat.Latest().Describe("DT-1"), "Điều 1 Luật số 10/2022/QH15 (LAW)")
	require.Equal(t, "Luật số 10/2022/QH15", cat.Latest().Ground("LAW", day("2026-01-01")).GetDocument(), "that of the first")
	require.Equal(t, 14, cat.Latest().Counts().Obligations)
}

func TestSettingsOfJoinedCataloguesAreSetOnce(t *testing.T) {
	cat, err := catalogue.Open(two)
	require.NoError(t, err)
	own, err := cat.WithSettings(map[string]string{"nq-1.due": "25/11", "file-days": "10"})
	require.NoError(t, err)
	in, err := catalogue.Snapshot(own, "NQ-1", people(), calendar.MustPeriod("2026"), vietnam(t), day("2026-02-02"), catalogue.Options{})
	require.NoError(t, err)
	require.Equal(t, "2026-11-25", in.GetDue().GetDay())
	require.Equal(t, map[string]string{"nq-1.due": "25/11", "file-days": "10"}, in.GetSettings())
	in, err = catalogue.Snapshot(own, "DT-1", people(), calendar.MustPeriod("2026"), vietnam(t), day("2026-02-02"), catalogue.Options{})
	require.NoError(t, err)
	require.EqualValues(t, 10, in.GetFileDaysAfterDuty())

	_, err = cat.WithSettings(map[string]string{"nq-1.deu": "25/11"})
	var faults catalogue.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 1)
}

func TestTheBuiltInCatalogueCanBeJoinedToo(t *testing.T) {
	for _, listed := range []string{"", " ", "built-in", "built-in,"} {
		cat, err := catalogue.Open(listed)
		require.NoError(t, err)
		require.NotNil(t, cat.Latest().Obligation("DT-01"))
	}
	cat, err := catalogue.Open("built-in, testdata/tinh-khac")
	require.NoError(t, err)
	require.NotNil(t, cat.Latest().Obligation("NQ-1"))
	require.NotNil(t, cat.Latest().Obligation("BC-12"))
}

func TestCataloguesThatClashAreRefusedWithTheirNames(t *testing.T) {
	_, err := catalogue.Open("testdata/du-mau,testdata/du-mau")
	var faults catalogue.Faults
	require.ErrorAs(t, err, &faults)
	require.Equal(t, "testdata/du-mau", faults[0].File)
	require.Contains(t, faults[0].VI, "Phiên bản “mau.1” đã có ở danh mục testdata/du-mau")
	require.Contains(t, faults[1].VI, "Nhiệm vụ “BC-1” đã có ở danh mục testdata/du-mau.")

	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS("testdata/tinh-khac")))
	file := filepath.Join(folder, "catalogue.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(replaced(t, string(text), "key: file-days, value: 15", "key: file-days, value: 10")), 0o600))
	_, err = catalogue.Open("testdata/du-mau," + folder)
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 1)
	require.Contains(t, faults[0].VI, "Thiết lập “file-days” có giá trị khác ở danh mục testdata/du-mau")

	_, err = catalogue.Open("testdata/nowhere")
	require.ErrorAs(t, err, &faults)
	require.Contains(t, faults[0].VI, "Không có thư mục danh mục “testdata/nowhere”")
}
